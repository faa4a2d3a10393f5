"""ROC curve with the band of one rate, or with the rectangles of both rates at thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, ORANGE, axes_of, plain

if TYPE_CHECKING:
    from validation.roc import OptimalCutoffResult, RocBandResult, ThresholdIntervalsResult

__all__ = ["BandDisplay", "RectanglesDisplay"]

_FONT = 8
#: rectangles beyond this number have no words beside them, which would cover each other
_MOST_WORDS = 3


class _Curve:
    """Curve, chance line and axes that both drawings share."""

    def __init__(self, curve: tuple[Any, Any], percent: bool) -> None:
        self.curve, self.unit = curve, 100.0 if percent else 1.0
        self.ax_: Any = None
        self.figure_: Any = None
        self.line_: Any = None

    def _draw_curve(self, ax: Any) -> None:
        self.ax_ = axes_of(ax)
        self.figure_ = self.ax_.figure
        sensitivity, specificity = self.curve
        unit, more = self.unit, " (%)" if self.unit != 1.0 else ""
        self.ax_.plot([unit, 0], [0, unit], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        (self.line_,) = self.ax_.plot(specificity, sensitivity, color=BLUE, linewidth=1.8, zorder=3)
        margin = 0.01 * unit
        self.ax_.set(
            xlim=(unit + margin, -margin),
            ylim=(-margin, unit + margin),
            xlabel=f"Specificity{more}",
            ylabel=f"Sensitivity{more}",
            aspect="equal",
        )

    def _write(self, threshold: float, specificity: float, sensitivity: float) -> None:
        """Cut-off beside its point: threshold (specificity, sensitivity)."""
        self.ax_.plot(specificity, sensitivity, "o", color=BLUE, markersize=6, markeredgecolor="white", zorder=5)
        digits = 3 if self.unit == 1.0 else 1
        words = f"{threshold:.4g} ({specificity:.{digits}f}, {sensitivity:.{digits}f})"
        left = specificity < 0.28 * self.unit
        plain(
            self.ax_.annotate(
                words, (specificity, sensitivity), xytext=(-8 if left else 8, -6), textcoords="offset points",
                ha="right" if left else "left", va="top", fontsize=_FONT, zorder=5,
            )
        )  # fmt: skip


class BandDisplay(_Curve):
    """Drawing of a ROC curve with the band of a rate.

    Parameters
    ----------
    band : RocBandResult
    cutoff : OptimalCutoffResult, optional
        Cut-offs to mark, with their threshold, specificity and sensitivity.

    Attributes
    ----------
    ax_, figure_, line_, band_ : Matplotlib axes, figure, line and filled area, once drawn
    """

    def __init__(self, band: RocBandResult, cutoff: OptimalCutoffResult | None = None) -> None:
        super().__init__(band.curve, band.percent)
        self.band, self.cutoff = band, cutoff
        self.band_: Any = None

    def plot(self, ax: Any = None) -> BandDisplay:
        """Draw on the given axes or on new ones."""
        self._draw_curve(ax)
        given = getattr(self.band, self.band.given)
        order = np.argsort(given, kind="stable")
        fill = self.ax_.fill_between if self.band.given == "specificity" else self.ax_.fill_betweenx
        self.band_ = fill(
            given[order], self.band.lower[order], self.band.upper[order], color=BLUE, alpha=0.18, linewidth=0, zorder=2
        )
        if self.cutoff is not None:
            columns = (self.cutoff.threshold, self.cutoff.specificity, self.cutoff.sensitivity)
            for threshold, specificity, sensitivity in zip(*(c.tolist() for c in columns), strict=True):
                self._write(threshold, self.unit * specificity, self.unit * sensitivity)
        return self


class RectanglesDisplay(_Curve):
    """Drawing of a ROC curve with a rectangle per threshold, as wide and high as the intervals of both rates.

    Parameters
    ----------
    intervals : ThresholdIntervalsResult

    Attributes
    ----------
    ax_, figure_, line_, rectangles_ : Matplotlib axes, figure, line and rectangles, once drawn
    """

    def __init__(self, intervals: ThresholdIntervalsResult) -> None:
        super().__init__(intervals.curve, intervals.percent)
        self.intervals = intervals
        self.rectangles_: list[Any] = []

    def plot(self, ax: Any = None) -> RectanglesDisplay:
        """Draw on the given axes or on new ones."""
        from matplotlib.patches import Rectangle

        self._draw_curve(ax)
        found = self.intervals
        for i, threshold in enumerate(found.threshold.tolist()):
            corner = float(found.specificity_lower[i]), float(found.sensitivity_lower[i])
            size = float(found.specificity_upper[i]) - corner[0], float(found.sensitivity_upper[i]) - corner[1]
            patch = Rectangle(corner, *size, facecolor=ORANGE, alpha=0.12, edgecolor=ORANGE, zorder=2)
            self.rectangles_.append(self.ax_.add_patch(patch))
            if found.threshold.size <= _MOST_WORDS:
                self._write(threshold, float(found.specificity[i]), float(found.sensitivity[i]))
        return self
