"""Standardised mean differences of a baseline table, one row per variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, plain

if TYPE_CHECKING:
    from validation.baseline_table import BaselineCategoricalResult, BaselineContinuousResult

__all__ = ["StandardizedDifferenceDisplay"]

#: differences within these limits are commonly called negligible
_NEGLIGIBLE = 0.1


class StandardizedDifferenceDisplay:
    """Drawing of the standardised mean difference of each variable, with the band of negligible ones.

    Parameters
    ----------
    result : BaselineContinuousResult or BaselineCategoricalResult
    """

    def __init__(self, result: BaselineContinuousResult | BaselineCategoricalResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> StandardizedDifferenceDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = self._axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        names, values = self.result.names, self.result.standardized_mean_difference
        rows = np.arange(len(names), 0, -1, dtype=np.float64)
        self.ax_.axvspan(-_NEGLIGIBLE, _NEGLIGIBLE, color=GREY, alpha=0.15, linewidth=0)
        self.ax_.axvline(0.0, color=GREY, linewidth=0.9)
        self.ax_.hlines(rows, 0.0, np.where(np.isfinite(values), values, 0.0), color=BLUE, linewidth=1.2)
        self.ax_.plot(values, rows, "o", color=BLUE, markersize=6, markeredgecolor="white")
        reach = 1.15 * max(0.2, float(np.max(np.abs(values[np.isfinite(values)]), initial=0.0)))
        self.ax_.set(xlim=(-reach, reach), ylim=(0.3, len(rows) + 0.7))
        self.ax_.set_xlabel("Standardised mean difference, events less others")
        self.ax_.set_yticks(rows, labels=list(names))
        for label in self.ax_.get_yticklabels():
            plain(label)
        self.ax_.spines[["top", "right", "left"]].set_visible(False)
        self.ax_.tick_params(axis="y", length=0)
        return self

    def _axes(self) -> Any:
        from matplotlib.figure import Figure

        height = 1.2 + 0.32 * len(self.result.names)
        return Figure(figsize=(6.4, height), layout="constrained").add_subplot()
