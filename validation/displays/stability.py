"""How often each predictor is selected, one row per predictor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, ORANGE, plain

if TYPE_CHECKING:
    from validation.lasso.stability import SelectionStability

__all__ = ["SelectionFrequencyDisplay"]

#: predictors that a figure has room for: the most frequent ones
_MOST = 40


class SelectionFrequencyDisplay:
    """Drawing of selection frequencies: dots for other seeds, bars for random halves of the patients.

    Parameters
    ----------
    result : SelectionStability
    """

    def __init__(self, result: SelectionStability) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> SelectionFrequencyDisplay:
        """Draw on the given axes or on new ones."""
        result = self.result
        order = np.argsort(-(result.half_frequency_min + result.half_frequency_1se), kind="stable")[:_MOST]
        self.ax_ = self._axes(order.size) if ax is None else ax
        self.figure_ = self.ax_.figure
        rows = np.arange(order.size, 0, -1, dtype=np.float64)
        for shift, color, halves, seeds, name in (
            (0.19, BLUE, result.half_frequency_min, result.frequency_min, "λ-min"),
            (-0.19, ORANGE, result.half_frequency_1se, result.frequency_1se, "λ-1se"),
        ):
            self.ax_.barh(
                rows + shift, halves[order], height=0.34, color=color, alpha=0.45, label=f"{name}, random halves"
            )
            self.ax_.plot(seeds[order], rows + shift, "o", color=color, markersize=5, label=f"{name}, other seeds")
        self.ax_.axvline(0.5, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        self.ax_.set(xlim=(0.0, 1.03), ylim=(0.3, order.size + 0.7), xlabel="Share in which the predictor is selected")
        self.ax_.set_yticks(rows, labels=[result.names[j] for j in order.tolist()])
        for label in self.ax_.get_yticklabels():
            plain(label)
        self.ax_.spines[["top", "right"]].set_visible(False)
        self.ax_.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncol=2, frameon=False, fontsize=8)
        return self

    def _axes(self, rows: int) -> Any:
        from matplotlib.figure import Figure

        return Figure(figsize=(6.8, 1.6 + 0.34 * rows), layout="constrained").add_subplot()
