"""What must hold for profile likelihood limits whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated, expect

__all__ = [
    "profile_agrees_with_the_test",
    "profile_falls_by_the_quantile",
    "profile_outcome_swap",
    "profile_unit",
]

Arguments = Mapping[str, Any]
STEPS = 64.0
SOLVED = "rounding errors of a solution, magnified by its condition number"
#: share by which R's grid, in the mode glm, may miss a limit
_GRID = 0.05


def _bound(result: Any) -> float:
    return STEPS * max(1.0, float(result.limit_condition))


def profile_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """A predictor in a unit k times smaller has 1/k of the limits of its log odds ratio, and the same test."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-4, 5, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    for name in ("coefficient_lower", "coefficient_upper"):
        scaled = getattr(other, name) * by
        expect(name, scaled, getattr(result, name), eps=_bound(result), reason=SOLVED)
    expect(
        "ratio", other.likelihood_ratio, result.likelihood_ratio, eps=STEPS * result.difference_condition, reason=SOLVED
    )


def profile_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event turns the limits round."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])})
    expect("lower", other.coefficient_lower, -result.coefficient_upper, eps=_bound(result), reason=SOLVED)
    expect("upper", other.coefficient_upper, -result.coefficient_lower, eps=_bound(result), reason=SOLVED)


def profile_agrees_with_the_test(compute: Any, arguments: Arguments, seed: int) -> None:
    """1 lies within the limits where the likelihood ratio test does not reject, and only there."""
    result = compute(**arguments)
    within = (result.lower < 1.0) & (result.upper > 1.0)
    accepted = result.p_value > 1.0 - result.level
    # in the mode glm limits are read off a grid
    clear = np.abs(result.p_value - (1.0 - result.level)) > 1e-3
    if not np.array_equal(within[clear], accepted[clear]):
        raise RelationViolated(f"limits and test disagree: {within.tolist()} and {accepted.tolist()}")


def profile_falls_by_the_quantile(compute: Any, arguments: Arguments, seed: int) -> None:
    """With a predictor moved by its limit into the offset, dropping its slope costs exactly the quantile."""
    from validation.logistic import logistic_regression
    from validation.r_numerics import interval_probabilities, qnorm

    result = compute(**arguments)
    x, j = np.asarray(arguments["x"], dtype=np.float64), seed % len(result.names)
    full = logistic_regression(arguments["y_true"], x)
    square = qnorm(interval_probabilities(result.level)[1]) ** 2
    share = STEPS * max(1.0, result.limit_condition) if result.compat == "default" else _GRID * 2.0**52
    for end in (result.coefficient_lower[j], result.coefficient_upper[j]):
        others = np.delete(x, j, axis=1) if x.shape[1] > 1 else np.zeros((len(x), 0))
        offset = x[:, j] * end
        rise = _deviance(arguments["y_true"], others, offset) - full.deviance
        expect("rise", rise, square, eps=share, reason=SOLVED)


def _deviance(y_true: Any, x: Any, offset: Any) -> float:
    from validation.logistic.fit import maximum_likelihood, null_deviance

    outcome = np.asarray(y_true, dtype=np.int8)
    if x.shape[1] == 0:
        return null_deviance(outcome, None, offset)
    names = [f"x{j}" for j in range(x.shape[1])]
    return -2.0 * maximum_likelihood(x, outcome, names, None, offset).log_likelihood
