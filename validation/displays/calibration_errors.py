"""Figure of a smooth calibration curve with its band and the distances of the risks from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, axes_of

if TYPE_CHECKING:
    from validation.calibration import CalibrationErrorsResult

__all__ = ["CalibrationErrorsDisplay"]


class CalibrationErrorsDisplay:
    """Drawing of a smooth calibration curve.

    Parameters
    ----------
    result : CalibrationErrorsResult
    """

    def __init__(self, result: CalibrationErrorsResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> CalibrationErrorsDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, (4.8, 4.6))
        self.figure_ = self.ax_.figure
        result = self.result
        # as many points as a line needs, so that no single patient can be read off
        grid = np.linspace(result.predicted[0], result.predicted[-1], 120)
        low, middle, high = (
            np.clip(np.interp(grid, result.predicted, values), 0.0, 1.0)
            for values in (result.lower, result.observed, result.upper)
        )
        self.ax_.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), label="Ideal", zorder=1)
        if not np.isnan(result.lower).any():
            words = f"{result.level:.0%} band, pointwise"
            self.ax_.fill_between(grid, low, high, color=BLUE, alpha=0.18, linewidth=0, label=words, zorder=2)
        self.ax_.plot(grid, middle, color=BLUE, linewidth=1.8, label=f"Smoothed ({result.smoother})", zorder=3)
        numbers = (
            f"ICI {result.integrated_calibration_index:.3f}\n"
            f"E50 {result.median_error:.3f}\nE90 {result.quantile_90_error:.3f}\n"
            f"Emax {result.largest_error:.3f}\nECI {result.estimated_calibration_index:.3f}"
        )
        self.ax_.text(0.99, 0.03, numbers, transform=self.ax_.transAxes, ha="right", va="bottom", fontsize=8)
        self.ax_.set(xlim=(-0.01, 1.01), ylim=(-0.02, 1.02), xlabel="Predicted risk", ylabel="Observed proportion")
        self.ax_.legend(loc="upper left", frameon=False, fontsize=8)
        return self
