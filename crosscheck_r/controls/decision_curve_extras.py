"""Wrong-on-purpose differences of decision curves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.decision_curve import NetBenefitDifference, decision_curve, net_benefit_difference

__all__ = ["CONTROLS"]

_NAMES = ("difference", "interventions_avoided")


def _changed(change: Callable[[NetBenefitDifference, Mapping[str, Any]], Mapping[str, Any]]) -> Callable[..., Any]:
    """The right result with some of its fields figured again, wrongly."""

    def compute(**arguments: Any) -> NetBenefitDifference:
        result = net_benefit_difference(**arguments)
        with np.errstate(all="ignore"):
            fields: Any = change(result, arguments)
        return dataclasses.replace(result, **fields)

    return compute


def _curves(arguments: Mapping[str, Any], **changes: Any) -> list[Any]:
    """Decision curve of each model on its own."""
    chosen = {name: arguments[name] for name in ("thresholds", "level", "bootstraps", "seed") if name in arguments}
    curves = []
    for name, values in arguments["risks"].items():
        given: dict[str, Any] = {("x" if np.ndim(values) == 2 else "y_proba"): {name: values}}
        curves.append(decision_curve(arguments["y_true"], **given, **{**chosen, **changes}).model)
    return curves


def _second_minus_first(**arguments: Any) -> NetBenefitDifference:
    return net_benefit_difference(**{**arguments, "risks": dict(reversed(list(arguments["risks"].items())))})


def _difference_of_limits(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if result.level is None:
        return {}
    one, two = _curves(arguments)
    sides = ("lower", "upper")
    limits = [getattr(one, f"net_benefit_{side}") - getattr(two, f"net_benefit_{side}") for side in sides]
    return {"difference_lower": np.minimum(*limits), "difference_upper": np.maximum(*limits)}


def _furthest_limits(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if result.level is None:
        return {}
    one, two = _curves(arguments)
    return {
        "difference_lower": one.net_benefit_lower - two.net_benefit_upper,
        "difference_upper": one.net_benefit_upper - two.net_benefit_lower,
    }


def _inverted_weight(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    one, two = _curves(arguments, level=None)
    t = result.thresholds
    found = one.detection_probability - two.detection_probability
    treated = one.proportion_high_risk - two.proportion_high_risk - found
    return {"difference": found - (1.0 - t) / t * treated}


def _per_person(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"interventions_avoided": result.interventions_avoided / 100.0}


def _unweighted_interventions(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    one, two = _curves(arguments, level=None)
    return {"interventions_avoided": 100.0 * (two.proportion_high_risk - one.proportion_high_risk)}


def _normal_limits(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if result.difference_lower is None or result.difference_upper is None:
        return {}
    half = (result.difference_upper - result.difference_lower) / 2.0
    return {"difference_lower": result.difference - half, "difference_upper": result.difference + half}


def _strict(**arguments: Any) -> NetBenefitDifference:
    return net_benefit_difference(**{**arguments, "tie_rule": "strict"})


def _other_seed(result: NetBenefitDifference, arguments: Mapping[str, Any]) -> dict[str, Any]:
    other = net_benefit_difference(**{**arguments, "seed": arguments["seed"] + 1})
    return {f"{name}_upper": getattr(other, f"{name}_upper") for name in _NAMES}


_DIFFERENCE: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("second_minus_first", "the first model subtracted from the second", _second_minus_first),
    ("of_limits", "limits of the two curves subtracted from each other", _changed(_difference_of_limits)),
    ("furthest_limits", "limits as if the models had resamples of their own", _changed(_furthest_limits)),
    ("inverted_weight", "false positives weighted by (1 - t) / t", _changed(_inverted_weight)),
    ("per_person", "interventions avoided per patient in place of per 100", _changed(_per_person)),
    ("unweighted", "interventions counted without regard to cases missed", _changed(_unweighted_interventions)),
    ("symmetric_limits", "limits at the same distance on both sides of the difference", _changed(_normal_limits)),
    ("strict", "a risk on the threshold is not counted as high although the rule says so", _strict),
    ("seed_per_limit", "each limit from resamples of its own", _changed(_other_seed)),
)

CONTROLS: tuple[Control, ...] = tuple(
    Control(f"net_benefit_difference_{name}", "net_benefit_difference", wrong, compute)
    for name, wrong, compute in _DIFFERENCE
)
