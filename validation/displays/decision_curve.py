"""Decision curves as journals print them: net benefit with bands, two reference strategies, a cost:benefit axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.decision_curve.cost_benefit import cost_benefit_axis
from validation.displays.style import BLUE, GREY, ORANGE, PALETTE, axes_of, plain
from validation.errors import InputError

if TYPE_CHECKING:
    from validation.decision_curve.results import DecisionCurve, StrategyCurve

__all__ = ["ClinicalImpactDisplay", "DecisionCurveDisplay", "RatesDisplay", "ThresholdDisplay", "shown_range"]

_SIZE = (5.4, 4.6)
_LABELS = {"net_benefit": "Net benefit", "standardized_net_benefit": "Standardized net benefit"}
#: share of the height below zero, so that a curve that turns harmful is seen to do so and nothing is squeezed by it
_BELOW = 0.16
#: thresholds beyond the last one with a benefit that are still shown, and where the range may end
_MARGIN, _STEP = 0.02, 0.05


class ThresholdDisplay:
    """Axes with risk thresholds and, below them, cost:benefit ratios."""

    def __init__(self) -> None:
        self.ax_: Any = None
        self.figure_: Any = None
        self.cost_benefit_ax_: Any = None

    def _prepare(self, ax: Any, limits: tuple[float, float], opt_in: bool, ratios: Sequence[str] | None) -> None:
        self.ax_ = axes_of(ax, _SIZE)
        self.figure_ = self.ax_.figure
        self.ax_.set_xlim(limits)
        ticks = cost_benefit_axis(limits, ratios=ratios)
        self.ax_.set_xlabel("High risk threshold" if opt_in else "Low risk threshold", labelpad=2)
        if not ticks.labels:
            return
        below = self.ax_.secondary_xaxis(-0.17)
        thresholds, first = np.unique(ticks.thresholds, return_index=True)
        below.set_xticks(thresholds, [ticks.labels[i] for i in first], fontsize=8)
        below.set_xlabel("Cost:benefit ratio", labelpad=2)
        self.cost_benefit_ax_ = below

    def _band(self, t: Any, limits: tuple[Any, Any] | None, color: str) -> None:
        if limits is not None:
            self.ax_.fill_between(t, *limits, color=color, alpha=0.16, linewidth=0, zorder=1)

    def _finish(self, t: Any, heights: Sequence[Any], label: str) -> None:
        """Height from what is drawn within the shown thresholds, label and legend."""
        low, high = self.ax_.get_xlim()
        inside = (t >= low) & (t <= high)
        top = max((float(part[inside & np.isfinite(part)].max(initial=0.0)) for part in heights), default=0.0)
        top = 1.05 * top if top > 0.0 else 0.05
        self.ax_.set_ylim(-_BELOW * top, top)
        self.ax_.set_ylabel(label)
        self._legend(loc="upper right")

    def _legend(self, **options: Any) -> None:
        legend = self.ax_.legend(frameon=False, fontsize=8, **options)
        for text in legend.get_texts():
            plain(text)


def _ascending(result: DecisionCurve) -> tuple[Any, Any]:
    order = np.argsort(result.thresholds, kind="stable")
    return result.thresholds[order], order


def shown_range(t: Any, curves: Sequence[Any], limits: tuple[float, float] | None) -> tuple[float, float]:
    """Range of thresholds to show: the given one, or all up to where no curve has a benefit any more.

    Parameters
    ----------
    t : array
        Thresholds in ascending order.
    curves : sequence of array
        Net benefits.
    limits : (float, float) or None
    """
    low, high = limits if limits is not None else (float(t.min()), float(t.max()))
    if limits is None:
        with np.errstate(invalid="ignore"):
            useful = np.any([np.isfinite(curve) & (curve > 0.0) for curve in curves], axis=0)
        end = math.ceil((float(t[useful].max(initial=0.0)) + _MARGIN) / _STEP) * _STEP
        high = min(high, end) if useful.any() and end > low else high
    if not 0.0 <= low < high <= 1.0:
        raise InputError("limits", f"must be a range of thresholds within 0 and 1, got {low:g} to {high:g}")
    return low, high


def _limits(result: DecisionCurve, limits: tuple[float, float] | None) -> tuple[float, float]:
    t, order = _ascending(result)
    return shown_range(t, [curve.net_benefit[order] for curve in result.models.values()], limits)


class DecisionCurveDisplay(ThresholdDisplay):
    """Drawing of decision curves.

    Parameters
    ----------
    result : DecisionCurve
    measure : {"net_benefit", "standardized_net_benefit"}
    """

    def __init__(self, result: DecisionCurve, measure: str = "net_benefit") -> None:
        super().__init__()
        if measure not in _LABELS:
            raise InputError("measure", f"must be one of {', '.join(map(repr, _LABELS))}, got {measure!r}")
        self.result, self.measure = result, measure
        self.lines_: list[Any] = []

    def plot(
        self,
        ax: Any = None,
        *,
        limits: tuple[float, float] | None = None,
        intervals: bool = True,
        ratios: Sequence[str] | None = None,
    ) -> DecisionCurveDisplay:
        """Draw on the given axes or on new ones.

        Parameters
        ----------
        ax : matplotlib axes, optional
        limits : (float, float), optional
            Range of thresholds to show; by default all up to where no model has a benefit any more.
        intervals : bool
            Draw the pointwise limits as bands.
        ratios : sequence of str, optional
            Cost:benefit ratios to mark, such as ``"1:4"``.
        """
        self._prepare(ax, _limits(self.result, limits), self.result.policy == "opt-in", ratios)
        t, order = _ascending(self.result)
        heights: list[Any] = []
        for curve, color in zip(self.result.models.values(), PALETTE * (1 + len(self.result.models)), strict=False):
            heights += self._draw(curve, t, order, color, intervals, linewidth=1.8, zorder=4)
        reference = {"linewidth": 1.1, "zorder": 3}
        heights += self._draw(self.result.all, t, order, GREY, intervals, label="Treat all", **reference)
        self._draw(self.result.none, t, order, "black", False, label="Treat none", **reference)
        self._finish(t, heights, _LABELS[self.measure])
        return self

    def _draw(self, curve: StrategyCurve, t: Any, order: Any, color: str, intervals: bool, **style: Any) -> list[Any]:
        """Line and band of one strategy; returns what was drawn."""
        values = getattr(curve, self.measure)[order]
        band = curve.limits(self.measure) if intervals else None
        if band is not None:
            band = band[0][order], band[1][order]
        self._band(t, band, color)
        (line,) = self.ax_.plot(t, values, color=color, **{"label": curve.name, **style})
        self.lines_.append(line)
        return [values] if band is None else [values, band[1]]


class ClinicalImpactDisplay(ThresholdDisplay):
    """Numbers at high risk, and of those with the event, in a population of a given size.

    Parameters
    ----------
    result : DecisionCurve
    population : int
    """

    def __init__(self, result: DecisionCurve, population: int = 1000) -> None:
        super().__init__()
        self.result, self.population = result, population

    def plot(
        self, ax: Any = None, *, limits: tuple[float, float] | None = None, intervals: bool = True
    ) -> ClinicalImpactDisplay:
        """Draw on the given axes or on new ones; arguments as for `DecisionCurveDisplay.plot`."""
        opt_in = self.result.policy == "opt-in"
        self._prepare(ax, _limits(self.result, limits), opt_in, None)
        t, order = _ascending(self.result)
        impact = self.result.clinical_impact(self.population)
        risk = "high risk" if opt_in else "low risk"
        event = "with event" if opt_in else "without event"
        drawn = ((impact.flagged, BLUE, "-", f"Number at {risk}"), (impact.affected, ORANGE, "--", f"{risk} {event}"))
        for part, color, dashes, label in drawn:
            band = None if part.lower is None or part.upper is None else (part.lower[order], part.upper[order])
            self._band(t, band if intervals else None, color)
            text = label if label.startswith("Number") else f"Number at {label}"
            self.ax_.plot(t, part.number[order], color=color, linestyle=dashes, linewidth=1.8, label=text, zorder=3)
        self.ax_.set(ylim=(0, 1.05 * self.population), ylabel=f"Number {risk} (out of {self.population})")
        self._legend(loc="upper right" if opt_in else "upper left")
        return self


class RatesDisplay(ThresholdDisplay):
    """True and false positive rate (opt-out: true and false negative rate) by threshold.

    Parameters
    ----------
    result : DecisionCurve
    """

    def __init__(self, result: DecisionCurve) -> None:
        super().__init__()
        self.result = result

    def plot(
        self, ax: Any = None, *, limits: tuple[float, float] | None = None, intervals: bool = True
    ) -> RatesDisplay:
        """Draw on the given axes or on new ones; arguments as for `DecisionCurveDisplay.plot`."""
        opt_in = self.result.policy == "opt-in"
        self._prepare(ax, _limits(self.result, limits), opt_in, None)
        t, order = _ascending(self.result)
        sign = "positive" if opt_in else "negative"
        for truth, color, dashes in (("true", BLUE, "-"), ("false", ORANGE, "--")):
            measure = f"{truth}_{sign}_rate"
            band = self.result.model.limits(measure) if intervals else None
            self._band(t, None if band is None else (band[0][order], band[1][order]), color)
            values = getattr(self.result.model, measure)[order]
            label = f"{truth.capitalize()} {sign} rate"
            self.ax_.plot(t, values, color=color, linestyle=dashes, linewidth=1.8, label=label, zorder=3)
        self.ax_.set(ylim=(0, 1.0), ylabel="Probability")
        self._legend(loc="upper right")
        return self
