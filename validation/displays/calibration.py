"""Calibration figures: observed against predicted risk, groups, corrected curve, distribution of the risks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, ORANGE, axes_of

if TYPE_CHECKING:
    from validation.calibration import BrierScoreResult, CalibrationCurveResult, CalibrationStatisticsResult
    from validation.internal_validation import CalibrateResult

__all__ = ["CalibrateDisplay", "CalibrationCurveDisplay"]


def _frame(ax: Any) -> None:
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="Ideal", zorder=1)
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.12, 1.05), xlabel="Predicted risk", ylabel="Observed proportion")


def _distribution(ax: Any, risks: Any) -> None:
    """Histogram of the risks below the curve: counts per bin, no single patient."""
    counts, edges = np.histogram(risks, bins=np.linspace(0, 1, 41))
    heights = 0.09 * counts / max(int(counts.max()), 1)
    ax.bar(edges[:-1], heights, width=np.diff(edges) * 0.9, bottom=-0.115, align="edge", color=GREY, zorder=2)


class CalibrationCurveDisplay:
    """Drawing of a smoothed calibration curve with groups of equal size.

    Parameters
    ----------
    curve : CalibrationCurveResult
    statistics : CalibrationStatisticsResult, optional
        Intercept, slope and calibration in the large to print.
    brier : BrierScoreResult, optional
        Brier score to print.
    """

    def __init__(
        self,
        curve: CalibrationCurveResult,
        statistics: CalibrationStatisticsResult | None = None,
        brier: BrierScoreResult | None = None,
    ) -> None:
        self.curve, self.statistics, self.brier = curve, statistics, brier
        self.ax_: Any = None
        self.figure_: Any = None

    def _numbers(self) -> str:
        lines = []
        if self.statistics is not None:
            names = {"Intercept": "calibration_intercept", "Slope": "calibration_slope"}
            for label, name in (names | {"In the large": "calibration_in_the_large"}).items():
                low, high = self.statistics.confidence_interval(of=name)
                lines.append(f"{label} {getattr(self.statistics, name):.2f} ({low:.2f} to {high:.2f})")
        if self.brier is not None:
            lines.append(f"Brier score {self.brier.brier_score:.3f}")
        return "\n".join(lines)

    def plot(self, ax: Any = None) -> CalibrationCurveDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, (4.8, 4.6))
        self.figure_ = self.ax_.figure
        _frame(self.ax_)
        grid = np.linspace(self.curve.predicted[0], self.curve.predicted[-1], 200)
        smooth = np.interp(grid, self.curve.predicted, self.curve.observed)
        self.ax_.plot(grid, np.clip(smooth, 0, 1), color=BLUE, linewidth=1.8, label="Smoothed (lowess)", zorder=3)
        low = np.maximum(self.curve.group_observed - self.curve.group_lower, 0)
        high = np.maximum(self.curve.group_upper - self.curve.group_observed, 0)
        self.ax_.errorbar(
            self.curve.group_predicted, self.curve.group_observed, yerr=[low, high], fmt="o", color=ORANGE,
            markersize=4, linewidth=0.9, label=f"Groups ({self.curve.level:.0%} CI)", zorder=4,
        )  # fmt: skip
        _distribution(self.ax_, self.curve.predicted)
        self.ax_.text(0.99, 0.14, self._numbers(), transform=self.ax_.transAxes, ha="right", fontsize=8)
        self.ax_.legend(loc="upper left", frameon=False, fontsize=8)
        return self


class CalibrateDisplay:
    """Drawing of the apparent and the optimism-corrected calibration curve.

    Parameters
    ----------
    result : CalibrateResult
    """

    def __init__(self, result: CalibrateResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> CalibrateDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, (4.8, 4.6))
        self.figure_ = self.ax_.figure
        _frame(self.ax_)
        result = self.result
        self.ax_.plot(result.predicted, np.clip(result.apparent, 0, 1), color=ORANGE, linewidth=1.4, label="Apparent")
        self.ax_.plot(
            result.predicted,
            np.clip(result.corrected, 0, 1),
            color=BLUE,
            linewidth=1.8,
            label="Bias-corrected",
            zorder=3,
        )
        _distribution(self.ax_, result.risks)
        words = f"B = {result.bootstraps}, n = {result.risks.size}"
        if result.n_failed:
            words += f", {result.n_failed} resamples without a fit"
        errors = (
            f"Mean absolute error {result.mean_absolute_error:.3f}\n"
            f"Mean squared error {result.mean_squared_error:.5f}\n"
            f"0.9 quantile of the error {result.quantile_90_absolute_error:.3f}"
        )
        self.ax_.set_title(words, fontsize=8, loc="left")
        self.ax_.text(0.99, 0.14, errors, transform=self.ax_.transAxes, ha="right", fontsize=8)
        self.ax_.legend(loc="upper left", frameon=False, fontsize=8)
        return self
