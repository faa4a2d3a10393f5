"""Figure of the expected value of perfect information by threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.decision_curve import ThresholdDisplay, shown_range
from validation.displays.style import BLUE, ORANGE

if TYPE_CHECKING:
    from validation.decision_curve.information import ValueOfInformation

__all__ = ["ValueOfInformationDisplay"]


class ValueOfInformationDisplay(ThresholdDisplay):
    """Drawing of the value from resamples and of its asymptotic form.

    Parameters
    ----------
    result : ValueOfInformation
    """

    def __init__(self, result: ValueOfInformation) -> None:
        super().__init__()
        self.result = result

    def plot(self, ax: Any = None, *, limits: tuple[float, float] | None = None) -> ValueOfInformationDisplay:
        """Draw on the given axes or on new ones.

        Parameters
        ----------
        ax : matplotlib axes, optional
        limits : (float, float), optional
            Range of thresholds to show; by default all up to where the model has no benefit any more.
        """
        result, order = self.result, np.argsort(self.result.thresholds, kind="stable")
        t = result.thresholds[order]
        self._prepare(ax, shown_range(t, [result.net_benefit[order]], limits), True, None)
        self.ax_.plot(t, result.evpi[order], color=BLUE, linewidth=1.8, label="Resamples")
        self.ax_.plot(t, result.evpi_asymptotic[order], color=ORANGE, linewidth=1.4, linestyle="--", label="Asymptotic")
        self._finish(t, [result.evpi[order], result.evpi_asymptotic[order]], "Expected value of perfect information")
        self.ax_.set_ylim(bottom=0.0)
        self.ax_.set_title(f"n = {result.n}, {result.n_events} events", fontsize=8, loc="left")
        return self
