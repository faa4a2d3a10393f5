"""Figures of a gain in net benefit: with pointwise limits alone, and with a simultaneous band around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.decision_curve import ThresholdDisplay, shown_range
from validation.displays.style import BLUE, plain

if TYPE_CHECKING:
    from validation.decision_curve.bands import NetBenefitBands
    from validation.decision_curve.difference import NetBenefitDifference

__all__ = ["BandsDisplay", "DifferenceDisplay"]

_REFERENCES = {"none": "treating none", "all": "treating all"}


class BandsDisplay(ThresholdDisplay):
    """Drawing of the estimate between its pointwise limits (dark) and its band (light).

    Parameters
    ----------
    result : NetBenefitBands
    """

    def __init__(self, result: NetBenefitBands) -> None:
        super().__init__()
        self.result = result

    def plot(self, ax: Any = None, *, limits: tuple[float, float] | None = None) -> BandsDisplay:
        """Draw on the given axes or on new ones.

        Parameters
        ----------
        ax : matplotlib axes, optional
        limits : (float, float), optional
            Range of thresholds to show; by default all over which the band holds.
        """
        result, order = self.result, np.argsort(self.result.thresholds, kind="stable")
        t = result.thresholds[order]
        whole = (float(t[0]), float(t[-1])) if t[-1] > t[0] else (0.0, 1.0)
        self._prepare(ax, shown_range(t, [], limits or whole), True, None)
        shown = f"{result.level:.0%}"
        drawn = (
            ("lower", "upper", 0.18, f"Whole curve, {shown}"),
            ("pointwise_lower", "pointwise_upper", 0.32, f"Each point, {shown}"),
        )
        for low, high, alpha, label in drawn:
            edges = (getattr(result, low)[order], getattr(result, high)[order])
            self.ax_.fill_between(t, *edges, color=BLUE, alpha=alpha, linewidth=0, label=label)
        self.ax_.plot(t, result.estimate[order], color=BLUE, linewidth=1.8, label="Estimate")
        self.ax_.axhline(0.0, color="black", linewidth=0.9)
        reference = _REFERENCES.get(result.reference, result.reference)
        plain(self.ax_.set_ylabel("Gain in net benefit"))
        plain(self.ax_.set_title(f"{result.model} over {reference}", fontsize=9, loc="left"))
        self._legend(loc="best")
        return self


class DifferenceDisplay(ThresholdDisplay):
    """Drawing of a difference in net benefit with its pointwise limits.

    Parameters
    ----------
    result : NetBenefitDifference
    """

    def __init__(self, result: NetBenefitDifference) -> None:
        super().__init__()
        self.result = result

    def plot(self, ax: Any = None, *, limits: tuple[float, float] | None = None) -> DifferenceDisplay:
        """Draw on the given axes or on new ones.

        Parameters
        ----------
        ax : matplotlib axes, optional
        limits : (float, float), optional
            Range of thresholds to show; by default all up to where the models differ.
        """
        result, order = self.result, np.argsort(self.result.thresholds, kind="stable")
        t, values = result.thresholds[order], result.difference[order]
        self._prepare(ax, shown_range(t, [np.abs(values)], limits), True, None)
        low, high = self.ax_.get_xlim()
        inside = (t >= low) & (t <= high) & np.isfinite(values)
        edges = [values[inside]]
        if result.difference_lower is not None and result.difference_upper is not None:
            band = (result.difference_lower[order], result.difference_upper[order])
            label = f"Each point, {result.level:.0%}"
            self.ax_.fill_between(t, *band, color=BLUE, alpha=0.2, linewidth=0, label=label)
            edges += [part[inside] for part in band]
        self.ax_.plot(t, values, color=BLUE, linewidth=1.8, label="Estimate")
        self.ax_.axhline(0.0, color="black", linewidth=0.9)
        # the height of what is shown, since near threshold 1 differences grow beyond all else
        drawn = np.concatenate([*edges, [0.0]])
        margin = 0.08 * float(np.ptp(drawn)) or 0.05
        self.ax_.set_ylim(float(drawn.min()) - margin, float(drawn.max()) + margin)
        plain(self.ax_.set_ylabel("Difference in net benefit"))
        plain(self.ax_.set_title(f"{result.models[0]} minus {result.models[1]}", fontsize=9, loc="left"))
        self._legend(loc="best")
        return self
