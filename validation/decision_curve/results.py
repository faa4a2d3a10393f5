"""Results of decision curve analysis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer
from validation.decision_curve.cost_benefit import cost_benefit_ratio
from validation.decision_curve.measures import MEASURES
from validation.decision_curve.printed_summary import printed_summary
from validation.decision_curve.request import check_harm
from validation.errors import InputError
from validation.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from validation.displays.decision_curve import DecisionCurveDisplay

__all__ = ["ClinicalImpact", "DecisionCurve", "Numbers", "StrategyCurve"]


@dataclass(frozen=True)
class StrategyCurve:
    """Every measure of one strategy (treat by a model, treat all, treat none) on the threshold grid.

    Each array has one entry per threshold; the limits are None where no interval was asked for.
    """

    name: str
    net_benefit: Floats
    standardized_net_benefit: Floats
    true_positive_rate: Floats
    false_positive_rate: Floats
    true_negative_rate: Floats
    false_negative_rate: Floats
    prevalence: Floats
    proportion_high_risk: Floats
    proportion_low_risk: Floats
    detection_probability: Floats
    non_detection_probability: Floats
    net_benefit_lower: Floats | None = None
    net_benefit_upper: Floats | None = None
    standardized_net_benefit_lower: Floats | None = None
    standardized_net_benefit_upper: Floats | None = None
    true_positive_rate_lower: Floats | None = None
    true_positive_rate_upper: Floats | None = None
    false_positive_rate_lower: Floats | None = None
    false_positive_rate_upper: Floats | None = None
    true_negative_rate_lower: Floats | None = None
    true_negative_rate_upper: Floats | None = None
    false_negative_rate_lower: Floats | None = None
    false_negative_rate_upper: Floats | None = None
    prevalence_lower: Floats | None = None
    prevalence_upper: Floats | None = None
    proportion_high_risk_lower: Floats | None = None
    proportion_high_risk_upper: Floats | None = None
    proportion_low_risk_lower: Floats | None = None
    proportion_low_risk_upper: Floats | None = None
    detection_probability_lower: Floats | None = None
    detection_probability_upper: Floats | None = None
    non_detection_probability_lower: Floats | None = None
    non_detection_probability_upper: Floats | None = None
    n_on_threshold: int = 0

    def limits(self, measure: str) -> tuple[Floats, Floats] | None:
        """Lower and upper limits of a measure; None without intervals."""
        low, high = getattr(self, f"{measure}_lower"), getattr(self, f"{measure}_upper")
        return None if low is None else (low, high)


@dataclass(frozen=True)
class Numbers:
    """Expected number of people at each threshold, with limits where there are intervals."""

    number: Floats
    lower: Floats | None
    upper: Floats | None


@dataclass(frozen=True)
class ClinicalImpact:
    """What a model means for a population: people flagged by it, and those of them who are affected."""

    population: int
    flagged: Numbers
    affected: Numbers


@dataclass(frozen=True)
class DecisionCurve(Result):
    """Decision curves of one or more models, of treating all and of treating none.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    model : StrategyCurve
        The first (often the only) model.
    all, none : StrategyCurve
        Everybody, nobody treated.
    models : mapping of str to StrategyCurve
        All models by name.
    policy : str
        ``"opt-in"`` or ``"opt-out"``.
    tie_rule : str
        What a risk equal to a threshold means.
    study_design : str
    population_prevalence : float or None
    level : float or None
        Confidence level of the pointwise percentile limits.
    n, n_events : int
        Patients and cases.
    n_on_threshold : int
        Risks of the first model that are equal to one of the thresholds: there the tie rule decides.
    n_replicates : int
        Bootstrap resamples; 0 without intervals.
    n_replicates_used : int
        Resamples that held cases and controls; in the others the rates of the missing class do not exist.
    n_replicates_degenerate : int
        Refits that had not converged, or whose fitted risks reach 0 or 1 (separation in the resample); they are kept.
    random_state : array of 626 int32
        State of R's generator after the last draw, in the layout of ``.Random.seed``.
    compat : str
    kernel : str
    """

    thresholds: Floats
    model: StrategyCurve
    all: StrategyCurve
    none: StrategyCurve
    models: Mapping[str, StrategyCurve]
    policy: str
    tie_rule: str
    study_design: str
    population_prevalence: float | None
    level: float | None
    n: int
    n_events: int
    n_on_threshold: int
    n_replicates: int
    n_replicates_used: int
    n_replicates_degenerate: int
    random_state: npt.NDArray[np.int32]
    compat: str
    kernel: str

    def strategies(self) -> Iterator[StrategyCurve]:
        """Models in the order given, then all, then none."""
        yield from self.models.values()
        yield self.all
        yield self.none

    def cost_benefit_ratios(self) -> tuple[str, ...]:
        """Cost:benefit ratio of each threshold in words, such as ``1:19``."""
        return tuple(cost_benefit_ratio(t) for t in self.thresholds.tolist())

    def _table(self) -> dict[str, list[Any]]:
        ratios = self.cost_benefit_ratios()
        table: dict[str, list[Any]] = {"strategy": [], "threshold": [], "cost_benefit_ratio": []}
        for curve in self.strategies():
            table["strategy"] += [curve.name] * self.thresholds.size
            table["threshold"] += self.thresholds.tolist()
            table["cost_benefit_ratio"] += list(ratios)
            for measure in MEASURES:
                table.setdefault(measure, []).extend(getattr(curve, measure).tolist())
                limits = curve.limits(measure)
                if limits is not None:
                    table.setdefault(f"{measure}_lower", []).extend(limits[0].tolist())
                    table.setdefault(f"{measure}_upper", []).extend(limits[1].tolist())
        return table

    def clinical_impact(self, population: int = 1000) -> ClinicalImpact:
        """Numbers at high risk and, of those, with the event, that the first model means for a population.

        Parameters
        ----------
        population : int
            Number of people; opting out counts those at low risk and, of those, without the event.
        """
        size = check_integer(population, "population", minimum=1)
        opt_in = self.policy == "opt-in"
        flagged = "proportion_high_risk" if opt_in else "proportion_low_risk"
        affected = "detection_probability" if opt_in else "non_detection_probability"
        return ClinicalImpact(size, self._numbers(flagged, size), self._numbers(affected, size))

    def _numbers(self, measure: str, size: int) -> Numbers:
        limits = self.model.limits(measure)
        low, high = (None, None) if limits is None else (limits[0] * size, limits[1] * size)
        return Numbers(getattr(self.model, measure) * size, low, high)

    def interventions_avoided(self, name: str | None = None, *, test_harm: float = 0.0) -> Floats:
        """Interventions avoided per 100 patients against treating all, with as many cases found.

        Parameters
        ----------
        name : str, optional
            Of a model; the first by default.
        test_harm : float
            Harm of finding out the risk, in units of net benefit.

        Notes
        -----
        ``100 ((1 - FPR) (1 - p) - (1 - TPR) p (1 - t) / t - h (1 - t) / t)``, NaN at threshold 0. Limits are those of
        `validation.net_benefit_difference` and `validation.net_benefit_bands`.
        """
        harm = check_harm(test_harm)
        curve = self.model if name is None else self[name]
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = (1.0 - self.thresholds) / self.thresholds
            missed = (1.0 - curve.true_positive_rate) * curve.prevalence
            avoided = 100.0 * (curve.non_detection_probability - (missed + harm) * odds)
        return np.where(self.thresholds > 0.0, avoided, np.nan)

    def summary(self, measure: str = "standardized_net_benefit", digits: int = 3) -> str:
        """Table of one measure by threshold; see `validation.decision_curve.printed_summary`."""
        return printed_summary(self, measure, digits)

    def plot(self, ax: Axes | None = None, *, measure: str = "net_benefit", **options: Any) -> DecisionCurveDisplay:
        """Draw the curves; see `validation.displays.decision_curve.DecisionCurveDisplay.plot` for the options."""
        from validation.displays.decision_curve import DecisionCurveDisplay

        return DecisionCurveDisplay(self, measure).plot(ax, **options)

    def __getitem__(self, name: str) -> StrategyCurve:
        """Curve of a strategy by its name."""
        for curve in self.strategies():
            if curve.name == name:
                return curve
        known = ", ".join(curve.name for curve in self.strategies())
        raise InputError(name, "is no strategy of this analysis", hint=f"There are: {known}.")
