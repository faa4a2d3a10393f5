"""Resampled differences of two ROC curves, with their percentile limits and the line of no difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, ORANGE, axes_of, plain

if TYPE_CHECKING:
    from validation.roc.two_curves import BootstrapTestResult

__all__ = ["DifferenceDisplay"]

_SIZE = (5.0, 3.6)
_FONT = 8
_MOST_BARS = 40


class DifferenceDisplay:
    """Drawing of the resampled differences of a bootstrap test.

    Parameters
    ----------
    result : BootstrapTestResult

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, once drawn
    """

    def __init__(self, result: BootstrapTestResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> DifferenceDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, _SIZE)
        self.figure_ = self.ax_.figure
        found = self.result
        bars = max(1, min(_MOST_BARS, int(found.replicates.size**0.5)))
        self.ax_.hist(found.replicates, bins=bars, color=BLUE, alpha=0.35, edgecolor=BLUE, linewidth=0.5)
        self.ax_.axvline(0.0, color=GREY, linewidth=1.0, linestyle="--", label="no difference")
        level = f"{100 * found.level:g}% CI"
        shown = f"{found.difference:.3f} ({level} {found.difference_lower:.3f} to {found.difference_upper:.3f})"
        self.ax_.axvline(found.difference, color=ORANGE, linewidth=1.8, label=shown)
        for limit in (found.difference_lower, found.difference_upper):
            self.ax_.axvline(limit, color=ORANGE, linewidth=1.0, linestyle=":")
        self.ax_.set_xlabel(f"Difference in {found.measure}")
        self.ax_.set_ylabel("Resamples")
        for text in self.ax_.legend(frameon=False, fontsize=_FONT, handlelength=1.6).get_texts():
            plain(text)
        return self
