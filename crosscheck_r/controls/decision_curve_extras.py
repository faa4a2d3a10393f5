"""Wrong-on-purpose differences of decision curves and tables by threshold."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import betaincinv, ndtri

from crosscheck_r.controls import Control
from validation.decision_curve import (
    NetBenefitDifference,
    ThresholdTable,
    decision_curve,
    net_benefit_difference,
    threshold_table,
)

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


def _tabulated(change: Callable[[ThresholdTable, Mapping[str, Any]], Mapping[str, Any]]) -> Callable[..., Any]:
    """The right table with some of its columns figured again, wrongly."""

    def compute(**arguments: Any) -> ThresholdTable:
        result = threshold_table(**arguments)
        with np.errstate(all="ignore"):
            fields: Any = change(result, arguments)
        return dataclasses.replace(result, **fields)

    return compute


def _of_sensitivity(limits: Callable[[Any, Any, float], tuple[Any, Any]]) -> Callable[..., Any]:
    """Limits of sensitivity by another method, from cases found, cases and the level."""

    def change(result: ThresholdTable, arguments: Mapping[str, Any]) -> dict[str, Any]:
        low, high = limits(result.true_positives, result.n_events, result.level)
        return {"sensitivity_lower": low, "sensitivity_upper": high}

    return _tabulated(change)


def _wald(k: Any, n: Any, level: float) -> tuple[Any, Any]:
    half = ndtri(0.5 + level / 2.0) * np.sqrt(k / n * (1.0 - k / n) / n)
    return np.clip(k / n - half, 0.0, 1.0), np.clip(k / n + half, 0.0, 1.0)


def _wilson(k: Any, n: Any, level: float) -> tuple[Any, Any]:
    z = ndtri(0.5 + level / 2.0)
    centre = (k + z * z / 2.0) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(k * (n - k) / n + z * z / 4.0)
    return centre - half, centre + half


def _beta_limits(k: Any, n: Any, tail: float, more: int = 1) -> tuple[Any, Any]:
    low = np.where(k > 0, betaincinv(np.maximum(k, 1), n - k + 1, tail), 0.0)
    return low, np.where(k < n, betaincinv(k + more, np.maximum(n - k, 1), 1.0 - tail), 1.0)


def _one_sided(k: Any, n: Any, level: float) -> tuple[Any, Any]:
    return _beta_limits(k, n, 1.0 - level)


def _upper_of_k(k: Any, n: Any, level: float) -> tuple[Any, Any]:
    return _beta_limits(np.maximum(k, 1), n, (1.0 - level) / 2.0, more=0)


def _values_exchanged(result: ThresholdTable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "positive_predictive_value": result.negative_predictive_value,
        "negative_predictive_value": result.positive_predictive_value,
    }


def _inverse_ratio(result: ThresholdTable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"negative_likelihood_ratio": result.specificity / (1.0 - result.sensitivity)}


def _ratio_at_full_level(result: ThresholdTable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "positive_likelihood_ratio_lower": result.sensitivity_lower / (1.0 - result.specificity_lower),
        "positive_likelihood_ratio_upper": result.sensitivity_upper / (1.0 - result.specificity_upper),
    }


def _harm_as_benefit(result: ThresholdTable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"net_benefit": result.net_benefit + 2.0 * result.test_harm}


def _without_odds(result: ThresholdTable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"interventions_avoided": 100.0 * (result.true_negatives - result.false_negatives) / result.n}


def _strict_table(**arguments: Any) -> ThresholdTable:
    table = threshold_table(**{**arguments, "tie_rule": "strict"})
    return dataclasses.replace(table, tie_rule=arguments.get("tie_rule", "at-or-above"))


_TABLE: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("wald", "limits of sensitivity from the normal approximation", _of_sensitivity(_wald)),
    ("wilson", "limits of sensitivity by Wilson's method, called exact", _of_sensitivity(_wilson)),
    ("one_sided", "the whole error left to each side of an exact limit", _of_sensitivity(_one_sided)),
    ("upper_of_k", "upper exact limit from k in place of k + 1", _of_sensitivity(_upper_of_k)),
    ("values_exchanged", "positive and negative predictive value exchanged", _tabulated(_values_exchanged)),
    ("inverse_ratio", "negative likelihood ratio upside down", _tabulated(_inverse_ratio)),
    ("ratio_of_limits", "limits of a ratio as the ratio of limits of one side", _tabulated(_ratio_at_full_level)),
    ("harm_as_benefit", "harm of the test added to net benefit", _tabulated(_harm_as_benefit)),
    ("without_odds", "a case missed weighed like an intervention avoided", _tabulated(_without_odds)),
    ("strict", "a risk on the threshold is not counted as high although the rule says so", _strict_table),
)

CONTROLS: tuple[Control, ...] = tuple(
    Control(f"{statistic}_{name}", statistic, wrong, compute)
    for statistic, mistakes in (("net_benefit_difference", _DIFFERENCE), ("threshold_table", _TABLE))
    for name, wrong, compute in mistakes
)
