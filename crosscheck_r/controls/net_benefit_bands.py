"""Wrong-on-purpose bands of decision curves and values of information."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import ndtri

from crosscheck_r.controls import Control
from validation.decision_curve import (
    NetBenefitBands,
    ValueOfInformation,
    net_benefit_bands,
    value_of_information,
)

__all__ = ["CONTROLS"]

Fields = Mapping[str, Any]


def _changed(right: Callable[..., Any], change: Callable[[Any, Mapping[str, Any]], Fields]) -> Callable[..., Any]:
    """The right result with some of its fields figured again, wrongly."""

    def compute(**arguments: Any) -> Any:
        result = right(**arguments)
        with np.errstate(all="ignore"):
            fields: Any = change(result, arguments)
        return dataclasses.replace(result, **fields)

    return compute


def _of_width(result: NetBenefitBands, critical: float, error: Any = None) -> dict[str, Any]:
    half = critical * (result.standard_error if error is None else error)
    return {"critical_value": critical, "lower": result.estimate - half, "upper": result.estimate + half}


def _normal_quantile(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return _of_width(result, float(ndtri(0.5 + result.level / 2.0)))


def _bonferroni(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return _of_width(result, float(ndtri(1.0 - (1.0 - result.level) / 2.0 / result.thresholds.size)))


def _pointwise_as_band(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"lower": result.pointwise_lower, "upper": result.pointwise_upper}


def _population_deviation(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    m = result.n_replicates_used
    factor = math.sqrt((m - 1) / m)
    return {"standard_error": result.standard_error * factor, "critical_value": result.critical_value / factor}


def _divided_by_root_of_resamples(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    error = result.standard_error / math.sqrt(result.n_replicates_used)
    return {"standard_error": error, **_of_width(result, result.critical_value, error)}


def _rank_below(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    m = result.n_replicates_used
    lower = net_benefit_bands(**{**arguments, "level": max(result.level - 1.0 / m, 0.01)})
    return _of_width(result, lower.critical_value)


def _other_resamples(result: NetBenefitBands, arguments: Mapping[str, Any]) -> dict[str, Any]:
    other = net_benefit_bands(**{**arguments, "seed": arguments["seed"] + 1})
    return _of_width(result, other.critical_value)


def _none_for_all(**arguments: Any) -> NetBenefitBands:
    swapped = {"all": "none", "none": "all"} if len(arguments["risks"]) == 1 else {"none": "none"}
    found = net_benefit_bands(**{**arguments, "reference": swapped[arguments.get("reference", "none")]})
    return dataclasses.replace(found, reference=arguments.get("reference", "none"))


_BANDS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("normal_quantile", "pointwise normal quantile called simultaneous", _changed(net_benefit_bands, _normal_quantile)),
    ("bonferroni", "Bonferroni's quantile in place of that of the maximum", _changed(net_benefit_bands, _bonferroni)),
    ("pointwise_as_band", "pointwise limits called a band", _changed(net_benefit_bands, _pointwise_as_band)),
    (
        "population_deviation",
        "standard deviation with m in place of m - 1",
        _changed(net_benefit_bands, _population_deviation),
    ),
    (
        "root_of_resamples",
        "standard error divided by the root of the resamples",
        _changed(net_benefit_bands, _divided_by_root_of_resamples),
    ),
    ("rank_below", "the order statistic below the right one", _changed(net_benefit_bands, _rank_below)),
    ("other_resamples", "critical value from resamples of its own", _changed(net_benefit_bands, _other_resamples)),
    ("wrong_reference", "treating all and none exchanged", _none_for_all),
)


def _gained_over_data(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    best = np.maximum(0.0, np.maximum(result.net_benefit, result.treat_all))
    return {"expected_without": best, "evpi": result.expected_with_information - best}


def _without_none(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    best = np.maximum(result.net_benefit, result.treat_all)
    return {"expected_without": best, "evpi": result.expected_with_information - best}


def _model_alone(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"evpi": result.expected_with_information - result.net_benefit}


def _chance_of_loss(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"probability_best": 1.0 - result.probability_best}


def _per_study(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"evpi": result.evpi * result.n, "evpi_asymptotic": result.evpi_asymptotic * result.n}


def _resampled_as_asymptotic(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"evpi_asymptotic": result.evpi}


def _independent(result: ValueOfInformation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """As if the model's net benefit did not vary with that of treating all."""
    nobody = value_of_information(**{**arguments, "y_proba": np.zeros(result.n)})
    return {"evpi_asymptotic": np.maximum(result.evpi_asymptotic, nobody.evpi_asymptotic)}


def _strict(**arguments: Any) -> ValueOfInformation:
    found = value_of_information(**{**arguments, "tie_rule": "strict"})
    return dataclasses.replace(found, tie_rule=arguments.get("tie_rule", "at-or-above"))


_INFORMATION: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    (
        "gained_over_data",
        "best strategy of the data, means of the resamples",
        _changed(value_of_information, _gained_over_data),
    ),
    ("without_none", "treating none forgotten", _changed(value_of_information, _without_none)),
    (
        "model_alone",
        "the model's net benefit subtracted although another strategy is better",
        _changed(value_of_information, _model_alone),
    ),
    (
        "chance_of_loss",
        "share of resamples in which the model is not best",
        _changed(value_of_information, _chance_of_loss),
    ),
    ("per_study", "multiplied by the size of the validation study", _changed(value_of_information, _per_study)),
    (
        "resampled",
        "resampled value given as the asymptotic one",
        _changed(value_of_information, _resampled_as_asymptotic),
    ),
    (
        "never_below_nobody",
        "information on a model worth at least that on treating all",
        _changed(value_of_information, _independent),
    ),
    ("strict", "a risk on the threshold not counted as high although the rule says so", _strict),
)

CONTROLS: tuple[Control, ...] = tuple(
    Control(f"{statistic}_{name}", statistic, wrong, compute)
    for statistic, mistakes in (("net_benefit_bands", _BANDS), ("value_of_information", _INFORMATION))
    for name, wrong, compute in mistakes
)
