"""Wrong-on-purpose decision curves with censored follow-up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.decision_curve import SurvivalDecisionCurve, survival_decision_curve

__all__ = ["CONTROLS"]

_STATISTIC = "survival_decision_curve"
Result = SurvivalDecisionCurve
Change = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _asked(change: Change) -> Callable[..., Result]:
    """The right computation on wrong arguments."""

    def compute(**arguments: Any) -> Result:
        return survival_decision_curve(**{**arguments, **change(arguments)})

    return compute


def _column(change: Callable[[Result], Mapping[str, Any]]) -> Callable[..., Result]:
    """The right result with a column figured again, wrongly."""

    def compute(**arguments: Any) -> Result:
        result = survival_decision_curve(**arguments)
        with np.errstate(all="ignore"):
            fields: Any = change(result)
        return dataclasses.replace(result, **fields)

    return compute


def _survival_as_risk(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"y_proba": 1.0 - np.asarray(arguments["y_proba"])}


def _censored_are_free(arguments: Mapping[str, Any]) -> dict[str, Any]:
    event, time = np.asarray(arguments["event"]), np.asarray(arguments["time"], dtype=np.float64)
    return {"time": np.where(event == 0, arguments["horizon"] + 1.0, time)}


def _without_censored(**arguments: Any) -> Result:
    event, time = np.asarray(arguments["event"]), np.asarray(arguments["time"])
    kept = (event > 0) | (time >= arguments["horizon"])
    fewer = {name: np.asarray(arguments[name])[kept] for name in ("time", "event", "y_proba")}
    return survival_decision_curve(**{**arguments, **fewer})


def _competing_censored(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": np.where(np.asarray(arguments["event"]) > 1, 0, arguments["event"])}


def _any_event(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"event": np.minimum(arguments["event"], 1)}


def _before_the_horizon(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"horizon": float(np.nextafter(arguments["horizon"], 0.0))}


def _whole_follow_up(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"horizon": float(np.max(arguments["time"]))}


def _strict(**arguments: Any) -> Result:
    result = survival_decision_curve(**{**arguments, "tie_rule": "strict"})
    return dataclasses.replace(result, tie_rule=arguments.get("tie_rule", "at-or-above"))


def _probability_of_all(result: Result) -> dict[str, Any]:
    odds = result.thresholds / (1.0 - result.thresholds)
    overall = result.probability
    return {"net_benefit": result.proportion_high_risk * (overall - odds * (1.0 - overall)) - result.test_harm}


def _inverted(result: Result) -> dict[str, Any]:
    odds = (1.0 - result.thresholds) / result.thresholds
    missed = result.proportion_high_risk - result.detection_probability
    return {"net_benefit": result.detection_probability - odds * missed}


def _share_of_events(result: Result) -> dict[str, Any]:
    return {"standardized_net_benefit": result.net_benefit * result.n / result.n_events}


def _per_person(result: Result) -> dict[str, Any]:
    return {"interventions_avoided": result.interventions_avoided / 100.0}


_MISTAKES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("survival_as_risk", "predicted survival taken for the risk, as dcurves converts it", _asked(_survival_as_risk)),
    ("censored_are_free", "censored patients counted as free of the event", _asked(_censored_are_free)),
    ("without_censored", "censored patients left out", _without_censored),
    ("competing_censored", "1 minus Kaplan-Meier where events compete", _asked(_competing_censored)),
    ("any_event", "competing events counted as the event", _asked(_any_event)),
    ("before_the_horizon", "an event at the horizon left out", _asked(_before_the_horizon)),
    ("whole_follow_up", "events after the horizon counted", _asked(_whole_follow_up)),
    ("strict", "a risk on the threshold not counted as high although the rule says so", _strict),
    ("probability_of_all", "probability of all patients in place of those at high risk", _column(_probability_of_all)),
    ("inverted", "unnecessary treatments weighted by (1 - t) / t", _column(_inverted)),
    ("share_of_events", "standardised by the observed share of events", _column(_share_of_events)),
    ("per_person", "interventions avoided per patient in place of per 100", _column(_per_person)),
)

CONTROLS: tuple[Control, ...] = tuple(
    Control(f"{_STATISTIC}_{name}", _STATISTIC, wrong, compute) for name, wrong, compute in _MISTAKES
)
