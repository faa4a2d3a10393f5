"""What must hold for penalised fits and bootstrap limits whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from validation.relations import RelationViolated, expect

__all__ = [
    "bootstrap_limits_are_ordered",
    "bootstrap_unit",
    "penalty_lowers_likelihood_and_freedom",
    "penalty_outcome_swap",
    "penalty_score_is_zero",
]

Arguments = Mapping[str, Any]
STEPS = 2.0**12
SOLVED = "rounding errors of a solution, magnified by its condition number"


def _bound(result: Any) -> float:
    return STEPS * max(1.0, float(result.condition_number))


def penalty_lowers_likelihood_and_freedom(compute: Any, arguments: Arguments, seed: int) -> None:
    """A larger penalty has a smaller likelihood ratio and fewer degrees of freedom."""
    result = compute(**arguments)
    for name in ("likelihood_ratio", "effective_degrees_of_freedom"):
        values = getattr(result, name)
        # early stops leave a part of the last step
        if (np.diff(values) > 1e-3 * values[0]).any():
            raise RelationViolated(f"{name} rises with the penalty: {values.tolist()}")
    count = len(result.names)
    slack = _bound(result) * 2.0**-52
    if abs(result.effective_degrees_of_freedom[0] - count) > slack * count:
        raise RelationViolated(f"without penalty {result.effective_degrees_of_freedom[0]} of {count} degrees are left")


def penalty_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event turns every coefficient round."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])})
    expect("coefficients", other.coefficients, -result.coefficients, eps=_bound(result), reason=SOLVED)


def penalty_score_is_zero(compute: Any, arguments: Arguments, seed: int) -> None:
    """The score equals the penalty times the coefficient in every column."""
    result = compute(**arguments)
    if result.compat != "default":
        return  # lrm stops early
    x, y = np.asarray(arguments["x"], dtype=np.float64), np.asarray(arguments["y_true"])
    design = np.column_stack([np.ones(len(x)), x])
    spread = np.concatenate([[0.0], x.var(axis=0, ddof=1)])
    for penalty, beta in zip(result.penalties, result.coefficients, strict=True):
        score = design.T @ (y - expit(design @ beta)) - penalty * spread * beta
        size = np.abs(design).sum(axis=0)
        expect("score", score / size, np.zeros(beta.size), eps=_bound(result), scale=1.0, reason=SOLVED)


def bootstrap_limits_are_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits do not cross, and the wider level has the wider limits."""
    result = compute(**arguments)
    wider = result.confidence_interval(0.99)
    narrower = result.confidence_interval(0.8)
    ordered = (wider.low <= narrower.low) & (narrower.low <= narrower.high) & (narrower.high <= wider.high)
    if not ordered.all():
        raise RelationViolated("limits cross, or those of the wider level are narrower")


def bootstrap_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """With the same seed, a predictor in another unit has the same z."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-2, 3, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    if result.compat != "default":
        return  # lrm judges singularity by the size of the columns
    ratio = other.standard_error[1:] * by / result.standard_error[1:]
    expect("SE", ratio, np.ones(ratio.size), eps=_bound(result) * 16.0, reason=SOLVED)
