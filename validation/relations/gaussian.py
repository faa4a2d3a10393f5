"""What must hold for the LASSO of least squares whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated, expect

__all__ = [
    "gaussian_cv_choices",
    "gaussian_cv_scale",
    "gaussian_label",
    "gaussian_patient_order",
    "gaussian_shift_and_scale",
]

Arguments = Mapping[str, Any]
STEPS = 2.0**12
SOLVED = "rounding errors of a solution, magnified by its condition number"


def _bound(result: Any) -> float:
    condition = getattr(result, "condition_number", None)
    return STEPS * max(1.0, float(result.fit.condition_number if condition is None else condition))


def gaussian_label(compute: Any, arguments: Arguments, seed: int) -> None:
    """One less the outcome turns every coefficient round."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1.0 - np.asarray(arguments["y_true"], dtype=np.float64)})
    expect("coefficients", other.coefficients, -result.coefficients, eps=_bound(result), reason=SOLVED)
    expect("R squared", other.r_squared, result.r_squared, eps=STEPS, scale=1.0, reason=SOLVED)


def gaussian_shift_and_scale(compute: Any, arguments: Arguments, seed: int) -> None:
    """In another unit and from another zero, the outcome's coefficients change by the unit alone."""
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "y_true": 4.0 * y + 8.0})
    expect("lambdas", other.lambdas, 4.0 * result.lambdas, eps=STEPS, reason="sums of shifted values")
    expect("coefficients", other.coefficients, 4.0 * result.coefficients, eps=_bound(result), reason=SOLVED)


def gaussian_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    changed = {
        **arguments,
        "y_true": np.asarray(arguments["y_true"])[order],
        "x": np.asarray(arguments["x"], dtype=np.float64)[order],
    }
    result, other = compute(**arguments), compute(**changed)
    expect("coefficients", other.coefficients, result.coefficients, eps=_bound(result), reason=SOLVED)


def gaussian_cv_scale(compute: Any, arguments: Arguments, seed: int) -> None:
    """The squared error has the square of the unit of the outcome."""
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "y_true": 2.0 * y})
    power = 4.0 if result.measure == "mse" else 2.0
    expect("mean", other.mean, power * result.mean, eps=_bound(result), reason=SOLVED)


def gaussian_cv_choices(compute: Any, arguments: Arguments, seed: int) -> None:
    """The chosen lambdas are the least mean and the largest within one standard error of it."""
    result = compute(**arguments)
    limit = result.mean[result.index_min] + result.standard_error[result.index_min]
    near = np.flatnonzero(result.mean <= limit * (1.0 + 2.0**-46))
    if result.index_1se != near[0] or result.mean[result.index_min] > result.mean.min() * (1.0 + 2.0**-46):
        raise RelationViolated("the choices are not those of the rule")
