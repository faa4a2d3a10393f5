"""Tests of two ROC curves: resampled differences with their limits, permuted statistics beside the observed one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, ORANGE, axes_of, plain

if TYPE_CHECKING:
    from validation.roc.two_curves import BootstrapTestResult
    from validation.roc.venkatraman import VenkatramanResult

__all__ = ["DifferenceDisplay", "PermutationDisplay"]

_SIZE = (5.0, 3.6)
_FONT = 8
_MOST_BARS = 40
#: p-values below are not written out
_SMALLEST = 0.001


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
        _finish(self.ax_)
        return self


class PermutationDisplay:
    """Drawing of a permutation test: the statistic among those of the permutations.

    Parameters
    ----------
    result : VenkatramanResult

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, once drawn
    """

    def __init__(self, result: VenkatramanResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> PermutationDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, _SIZE)
        self.figure_ = self.ax_.figure
        found = self.result
        bars = max(1, min(_MOST_BARS, int(found.replicates.size**0.5)))
        self.ax_.hist(found.replicates, bins=bars, color=BLUE, alpha=0.35, edgecolor=BLUE, linewidth=0.5)
        label = f"observed; p = {found.p_value:.3f}" if found.p_value >= _SMALLEST else "observed; p < 0.001"
        self.ax_.axvline(found.statistic, color=ORANGE, linewidth=1.8, label=label)
        self.ax_.set_xlabel("Errors between the curves" if found.paired else "Area between the curves")
        self.ax_.set_ylabel("Permutations")
        _finish(self.ax_)
        return self


def _finish(ax: Any) -> None:
    """Legend above the bars, no more marks on the axis than there is room for."""
    ax.locator_params(axis="x", nbins=6)
    legend = ax.legend(
        frameon=False, fontsize=_FONT, handlelength=1.6, loc="lower left", bbox_to_anchor=(0, 1), ncols=2
    )
    for text in legend.get_texts():
        plain(text)
