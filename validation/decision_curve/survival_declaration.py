"""What of a decision curve with censored follow-up is compared with survival::survfit, and on which follow-up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.cohort import Cohort
from validation.decision_curve.survival import LIMITED, survival_decision_curve
from validation.exact import survival_decision_curve as certified
from validation.r_numerics import r_seq
from validation.relations import survival_decision_curve as relations
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, resample

__all__ = ["SURVIVAL_DECISION_CURVE", "derived_follow_up"]

Integers = npt.NDArray[np.int64]
_HORIZON = 4.0
#: the shipped cohort whose patients get a follow-up
_SYNTHETIC = "external"


def derived_follow_up(cohort: Cohort, competing: bool) -> tuple[Floats, Integers]:
    """Made-up follow-up of a cohort: who has the outcome has the event, of the others some are censored early.

    Deterministic and on a grid of hundredths, so that times are the same doubles everywhere, with ties.
    """
    i = np.arange(1, cohort.outcome.size + 1)
    spread = np.ceil((i * 0.6180339887498949 % 1.0) * 500.0) / 100.0
    early = np.ceil((i * 0.4142135623730951 % 1.0) * 500.0) / 100.0
    case = cohort.outcome == 1
    # some events happen right at the horizon of the cases
    spread[::9] = _HORIZON
    time = np.where(case, spread, np.where(i % 4 < 2, early, 6.0))
    kind = np.where(case, 1, np.where((i % 4 == 0) & competing, 2, 0))
    return time, kind


def survival_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first given risk in whole percent, as if of an event in four years, without and with competing events."""
    if cohort.name != _SYNTHETIC:
        # nobody's report shall hold a curve of follow-up that was never observed
        return
    for name, risk in list(cohort.risks.items())[:1]:
        for label, competing in (("censored", False), ("competing", True)):
            time, event = derived_follow_up(cohort, competing)
            arguments = {
                "time": time,
                "event": event,
                "y_proba": np.round(risk, 2),
                "horizon": _HORIZON,
                "thresholds": r_seq(0.0, 0.95, 0.05),
                "level": settings.level,
                "bootstraps": min(settings.bootstraps, 20),
                "seed": settings.seed,
            }
            yield Case(f"{name}, {label}", arguments)


_PRODUCT = "a product over the times of events, in doubles"

SURVIVAL_DECISION_CURVE = register(
    Statistic(
        name="survival_decision_curve",
        compute=survival_decision_curve,
        r="survival_decision_curve.R::survival_decision_curve",
        package="survival",
        title="Decision curve for an event by a horizon, on made-up follow-up",
        cases=survival_cases,
        quantities={
            **{name: closed("unit", _PRODUCT) for name in ("net_benefit", "treat_all", "detection_probability")},
            "standardized_net_benefit": closed("vector", _PRODUCT),
            "interventions_avoided": closed("vector", _PRODUCT),
            "event_probability": closed("unit", _PRODUCT),
            "probability": closed("unit", _PRODUCT),
            "proportion_high_risk": exact(),
            "n_high": bits(),
            **{
                f"{name}_{side}": resample(closed("vector", _PRODUCT))
                for name in LIMITED
                for side in ("lower", "upper")
            },
            "random_state": bits(),
        },
        relations=(
            relations.complete_follow_up_is_the_decision_curve,
            relations.probabilities_of_all_events_add_up,
            relations.censoring_after_the_horizon_is_nothing,
            relations.patients_in_any_order_or_twice,
            relations.units_of_time,
            relations.measures_follow_from_probabilities,
            relations.limits_in_order,
        ),
        certified=certified.curve,
        display="validation.displays.survival_decision_curve.SurvivalDecisionCurveDisplay",
    )
)
