"""Wrong-on-purpose coordinates of a ROC curve."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.roc import roc_coordinates, roc_curve
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]


def _row(result: Any, index: int) -> Any:
    """The result with one of its points only."""
    kept = {
        field.name: getattr(result, field.name)[index : index + 1]
        for field in dataclasses.fields(result)
        if isinstance(getattr(result, field.name), np.ndarray)
    }
    return dataclasses.replace(result, **kept)


def _one_optimum(**arguments: Any) -> Any:
    result = roc_coordinates(**arguments)
    return _row(result, 0) if isinstance(arguments["at"], str) and arguments["at"] == "best" else result


def _without_weights(**arguments: Any) -> Any:
    return roc_coordinates(**{**arguments, "weights": (1.0, 0.5)})


def _cost_for_benefit(**arguments: Any) -> Any:
    cost, prevalence = arguments.get("weights", (1.0, 0.5))
    return roc_coordinates(**{**arguments, "weights": (1 / cost, prevalence)})


def _without_region(**arguments: Any) -> Any:
    return roc_coordinates(**{name: value for name, value in arguments.items() if name != "partial"})


def _balanced_predictive_values(**arguments: Any) -> Any:
    return roc_coordinates(**{**arguments, "prevalence": 0.5})


def _worst_of_several(**arguments: Any) -> Any:
    result = roc_coordinates(**arguments)
    if isinstance(arguments["at"], str) or arguments.get("given") != "specificity":
        return result
    curve = roc_curve(arguments["y_true"], arguments["y_score"], direction=arguments["direction"])
    lowest = [curve.sensitivity[np.flatnonzero(curve.specificity >= at)[0] :].min() for at in arguments["at"]]
    same = [curve.sensitivity[curve.specificity == at] for at in arguments["at"]]
    worst = [values.min() if values.size else low for values, low in zip(same, lowest, strict=True)]
    return dataclasses.replace(result, sensitivity=np.array(worst))


def _next_point(**arguments: Any) -> Any:
    """The next point of the curve where the value lies between two."""
    result = roc_coordinates(**arguments)
    if isinstance(arguments["at"], str) or arguments.get("given") != "specificity":
        return result
    curve = roc_curve(arguments["y_true"], arguments["y_score"], direction=arguments["direction"])
    following = [curve.sensitivity[np.flatnonzero(curve.specificity >= at)[0]] for at in arguments["at"]]
    return dataclasses.replace(result, sensitivity=np.array(following))


def _observed_thresholds(**arguments: Any) -> Any:
    """The observed value for the midpoint between two."""
    result = roc_coordinates(**arguments)
    x = np.unique(np.asarray(arguments["y_score"]))
    at = np.clip(np.searchsorted(x, result.threshold), 0, x.size - 1)
    return dataclasses.replace(result, threshold=np.where(np.isfinite(result.threshold), x[at], result.threshold))


def _counted(**arguments: Any) -> Any:
    exact = roc_coordinates(**{name: value for name, value in arguments.items() if name != "compat"})
    return dataclasses.replace(exact, youden=roc_coordinates(**arguments).youden, compat=PROC)


def _control(mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"roc_coordinates_{mistake}", "roc_coordinates", wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("one_optimum", "returns the first of several optima only", _one_optimum),
    _control("without_weights", "ignores cost and prevalence", _without_weights),
    _control("cost_for_benefit", "takes the cost of a false alarm for that of a missed case", _cost_for_benefit),
    _control("without_region", "searches the whole curve where a region is stated", _without_region),
    _control("balanced", "gives predictive values at a prevalence of one half", _balanced_predictive_values),
    _control("worst_of_several", "takes the worst sensitivity at a specificity", _worst_of_several),
    _control("next_point", "takes the next point where it should interpolate", _next_point),
    _control("observed_thresholds", "cuts at observed values", _observed_thresholds),
    _control("counted", "counts patients where pROC multiplies rates", _counted, PROC),
)
