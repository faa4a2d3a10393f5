"""Figure of a decision curve for an event by a horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.decision_curve import ThresholdDisplay, shown_range
from validation.displays.style import BLUE, GREY

if TYPE_CHECKING:
    from validation.decision_curve.survival import SurvivalDecisionCurve

__all__ = ["SurvivalDecisionCurveDisplay"]


class SurvivalDecisionCurveDisplay(ThresholdDisplay):
    """Drawing of the model's curve with its limits, of treating all and of treating none.

    Parameters
    ----------
    result : SurvivalDecisionCurve
    """

    def __init__(self, result: SurvivalDecisionCurve) -> None:
        super().__init__()
        self.result = result

    def plot(
        self, ax: Any = None, *, limits: tuple[float, float] | None = None, intervals: bool = True
    ) -> SurvivalDecisionCurveDisplay:
        """Draw on the given axes or on new ones.

        Parameters
        ----------
        ax : matplotlib axes, optional
        limits : (float, float), optional
            Range of thresholds to show; by default all up to where the model has no benefit any more.
        intervals : bool
            Draw the pointwise limits as a band.
        """
        result, order = self.result, np.argsort(self.result.thresholds, kind="stable")
        t, heights = result.thresholds[order], []
        self._prepare(ax, shown_range(t, [result.net_benefit[order]], limits), True, None)
        curves = (("net_benefit", BLUE, 1.8, "Treat by risk"), ("treat_all", GREY, 1.1, "Treat all"))
        for name, color, width, label in curves:
            values = getattr(result, name)[order]
            low, high = (getattr(result, f"{name}_{side}") for side in ("lower", "upper"))
            if intervals and low is not None:
                self._band(t, (low[order], high[order]), color)
                heights.append(high[order])
            self.ax_.plot(t, values, color=color, linewidth=width, label=label, zorder=3)
            heights.append(values)
        self.ax_.plot(t, np.zeros(t.size), color="black", linewidth=1.1, label="Treat none", zorder=2)
        self._finish(t, heights, "Net benefit")
        self.ax_.set_title(f"Event by {result.horizon:g}, {result.estimator}", fontsize=8, loc="left")
        return self
