"""Forest plot of odds ratios as journals print it: logarithmic axis, line at 1, numbers at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from validation.displays.style import BLUE, GREY, plain

if TYPE_CHECKING:
    from validation.checks import Floats
    from validation.logistic import LogisticRegressionResult, UnivariableOddsRatiosResult
    from validation.logistic.bootstrap import BootstrapOddsRatiosResult
    from validation.logistic.effects import ModelEffectsResult
    from validation.logistic.firth import FirthRegressionResult
    from validation.logistic.profile import ProfileLikelihoodResult
    from validation.logistic.sandwich import RobustOddsRatiosResult

    OddsRatios: TypeAlias = (
        LogisticRegressionResult
        | UnivariableOddsRatiosResult
        | ProfileLikelihoodResult
        | ModelEffectsResult
        | FirthRegressionResult
        | RobustOddsRatiosResult
        | BootstrapOddsRatiosResult
    )

__all__ = ["ForestPlotDisplay"]

#: widest axis, as a factor on either side of 1; what lies beyond is drawn as an arrow
_WIDEST = 1e4


class ForestPlotDisplay:
    """Drawing of odds ratios with their confidence intervals, one row per predictor.

    Parameters
    ----------
    result : any result with odds ratios, lower and upper limits
    """

    def __init__(self, result: OddsRatios) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None
        self.markers_: Any = None

    def plot(self, ax: Any = None) -> ForestPlotDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = self._axes() if ax is None else ax
        self.figure_ = self.ax_.figure
        result, ax = self.result, self.ax_
        rows = np.arange(len(result.names), 0, -1, dtype=np.float64)
        low, high = self._range()
        ax.axvline(1.0, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        ax.hlines(rows, np.clip(result.lower, low, high), np.clip(result.upper, low, high), color=BLUE, linewidth=1.6)
        inside = (result.odds_ratio >= low) & (result.odds_ratio <= high)
        (self.markers_,) = ax.plot(
            result.odds_ratio[inside], rows[inside], "s", color=BLUE, markersize=6, markeredgecolor="white", zorder=3
        )
        self._arrows(rows, low, high)
        ax.set(xscale="log", xlim=(low, high), ylim=(0.3, len(rows) + 0.9), xlabel=self._axis_label())
        ax.set_yticks(rows, labels=list(result.names))
        for label in ax.get_yticklabels():
            plain(label)
        self._numbers(rows)
        self._frame()
        return self

    def _axes(self) -> Any:
        from matplotlib.figure import Figure

        height = 1.2 + 0.32 * len(self.result.names)
        return Figure(figsize=(7.2, height), layout="constrained").add_subplot()

    def _range(self) -> tuple[float, float]:
        """Limits of the axis: all intervals, within the widest axis, symmetric enough to show 1."""
        ends = np.concatenate([self.result.lower, self.result.upper, [0.8, 1.25]])
        ends = ends[np.isfinite(ends) & (ends > 0.0)]
        return max(float(ends.min()) / 1.15, 1.0 / _WIDEST), min(float(ends.max()) * 1.15, _WIDEST)

    def _arrows(self, rows: Floats, low: float, high: float) -> None:
        for row, lower, upper in zip(rows, self.result.lower, self.result.upper, strict=True):
            if lower < low:
                self.ax_.plot([low], [row], "<", color=BLUE, clip_on=False, markersize=6)
            if upper > high:
                self.ax_.plot([high], [row], ">", color=BLUE, clip_on=False, markersize=6)

    def _axis_label(self) -> str:
        return f"Odds ratio ({100 * self.result.level:g}% CI), logarithmic"

    def _numbers(self, rows: Floats) -> None:
        """Odds ratio with limits, and the p-value, to the right of the axes."""
        place = self.ax_.get_yaxis_transform()
        result = self.result
        slopes = zip(rows, result.odds_ratio, result.lower, result.upper, result.p_value[-len(rows) :], strict=True)
        for row, ratio, lower, upper, p in slopes:
            text = f"{_short(ratio)} ({_short(lower)} to {_short(upper)})   {_p_text(p)}"
            self.ax_.text(1.03, row, text, transform=place, va="center", ha="left", fontsize=8)

    def _frame(self) -> None:
        from matplotlib.ticker import FuncFormatter, NullFormatter

        for side in ("top", "right", "left"):
            self.ax_.spines[side].set_visible(False)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        self.ax_.xaxis.set_minor_formatter(NullFormatter())
        low, high = self._range()
        if high / low < 30.0:
            shown = [0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 2.0] if high / low < 6.0 else [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
            self.ax_.set_xticks([value for value in shown if low <= value <= high])


def _short(value: float) -> str:
    return f"{value:.2f}" if 0.095 <= value < 1e4 else f"{value:.2g}"


def _p_text(p: float) -> str:
    return "P < 0.001" if p < 0.001 else f"P = {p:.3f}"
