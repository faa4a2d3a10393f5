"""Calibration figures: observed against predicted risk, groups, corrected curve, distribution of the risks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, ORANGE, axes_of

if TYPE_CHECKING:
    from validation.calibration import CalibrationCurveResult
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
    """Smoothed calibration curve with groups of equal size."""

    def __init__(self, curve: CalibrationCurveResult) -> None:
        self.curve = curve
        self.ax_: Any = None
        self.figure_: Any = None

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
        self.ax_.legend(loc="upper left", frameon=False, fontsize=8)
        return self


class CalibrateDisplay:
    """Apparent and optimism-corrected calibration curve."""

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
        words = (
            f"B = {result.bootstraps}, mean absolute error {result.mean_absolute_error:.3f}, n = {result.risks.size}"
        )
        self.ax_.set_title(words, fontsize=8, loc="left")
        self.ax_.legend(loc="upper left", frameon=False, fontsize=8)
        return self
