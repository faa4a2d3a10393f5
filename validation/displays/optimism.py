"""Figure of the apparent and the optimism-corrected decision curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.decision_curve import ThresholdDisplay, shown_range
from validation.displays.style import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from validation.decision_curve.optimism import OptimismCorrectedDecisionCurve

__all__ = ["OptimismDisplay"]


class OptimismDisplay(ThresholdDisplay):
    """Drawing of the corrected curve with its limits, of the apparent one and of treating all and none.

    Parameters
    ----------
    result : OptimismCorrectedDecisionCurve
    """

    def __init__(self, result: OptimismCorrectedDecisionCurve) -> None:
        super().__init__()
        self.result = result
        self.lines_: list[Any] = []

    def plot(
        self, ax: Any = None, *, limits: tuple[float, float] | None = None, intervals: bool = True
    ) -> OptimismDisplay:
        """Draw on the given axes or on new ones.

        Parameters
        ----------
        ax : matplotlib axes, optional
        limits : (float, float), optional
            Range of thresholds to show; by default all up to where no curve has a benefit any more.
        intervals : bool
            Draw the pointwise limits as a band.
        """
        result, order = self.result, np.argsort(self.result.thresholds, kind="stable")
        t = result.thresholds[order]
        self._prepare(ax, shown_range(t, [result.apparent[order], result.corrected[order]], limits), True, None)
        if intervals and result.corrected_lower is not None and result.corrected_upper is not None:
            self._band(t, (result.corrected_lower[order], result.corrected_upper[order]), BLUE)
        drawn = (
            (result.corrected, BLUE, "-", 1.8, "Corrected for optimism"),
            (result.apparent, ORANGE, "--", 1.4, "Apparent"),
            (result.treat_all, GREY, "-", 1.1, "Treat all"),
            (np.zeros(t.size), "black", "-", 1.1, "Treat none"),
        )
        for values, color, dashes, width, label in drawn:
            (line,) = self.ax_.plot(t, values[order], color=color, linestyle=dashes, linewidth=width, label=label)
            self.lines_.append(line)
        heights = [result.apparent, result.treat_all]
        if intervals and result.corrected_upper is not None:
            heights.append(result.corrected_upper)
        self._finish(t, [values[order] for values in heights], "Net benefit")
        self.ax_.set_title(f"{result.n_replicates_used} refits", fontsize=8, loc="left")
        return self
