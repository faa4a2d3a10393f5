"""Binormal curve over the empirical one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, ORANGE, axes_of, plain, thinned

if TYPE_CHECKING:
    from validation.roc.binormal import BinormalRocResult

__all__ = ["BinormalRocDisplay"]

_FONT = 8


class BinormalRocDisplay:
    """Drawing of a fitted ROC curve.

    Parameters
    ----------
    result : BinormalRocResult

    Attributes
    ----------
    ax_, figure_, line_ : Matplotlib axes, figure and fitted line, once drawn
    """

    def __init__(self, result: BinormalRocResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None
        self.line_: Any = None

    def plot(self, ax: Any = None) -> BinormalRocDisplay:
        """Draw on the given axes or on new ones."""
        found = self.result
        self.ax_ = axes_of(ax)
        self.figure_ = self.ax_.figure
        self.ax_.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        empirical = thinned(1.0 - found.empirical_specificity, found.empirical_sensitivity)
        self.ax_.plot(*empirical, color=BLUE, linewidth=1.1, alpha=0.75, zorder=2, label="empirical")
        words = f"binormal: AUC {found.auc:.3f} (a {found.a:.3f}, b {found.b:.3f})"
        (self.line_,) = self.ax_.plot(
            1.0 - found.specificity, found.sensitivity, color=ORANGE, linewidth=1.9, zorder=3, label=words
        )
        self.ax_.set(
            xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="1 - Specificity", ylabel="Sensitivity", aspect="equal"
        )
        for text in self.ax_.legend(frameon=False, fontsize=_FONT, handlelength=1.6, loc="lower right").get_texts():
            plain(text)
        return self
