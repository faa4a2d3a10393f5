"""What must hold for Firth's regression whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated, expect

__all__ = ["firth_limits_agree_with_the_test", "firth_modified_score_is_zero", "firth_outcome_swap", "firth_unit"]

Arguments = Mapping[str, Any]
STEPS = 2.0**12
SOLVED = "rounding errors of a solution, magnified by its condition number"


def _bound(result: Any) -> float:
    return STEPS * max(1.0, float(result.condition_number))


def firth_modified_score_is_zero(compute: Any, arguments: Arguments, seed: int) -> None:
    """The sum of (y - p + h (1/2 - p)) x vanishes in every column."""
    result = compute(**arguments)
    x = np.asarray(arguments["x"], dtype=np.float64)
    columns = np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])
    risk = result.fitted
    variance = risk * (1.0 - risk)
    q = np.linalg.qr(columns * np.sqrt(variance)[:, None])[0]
    residual = np.asarray(arguments["y_true"]) - risk + np.sum(q * q, axis=1) * (0.5 - risk)
    scale = float(len(x))
    expect("score", columns.T @ residual, np.zeros(columns.shape[1]), eps=_bound(result), scale=scale, reason=SOLVED)


def firth_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """A predictor in a unit k times smaller has 1/k of the log odds ratio, and the same p-values."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-4, 5, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    expect("z", other.z[1:], result.z[1:], eps=_bound(result), scale=1.0, reason=SOLVED)
    expect(
        "tests", other.profile_p_value, result.profile_p_value, eps=_bound(result) * 2.0**16, scale=1.0, reason=SOLVED
    )


def firth_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event turns every coefficient round."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])})
    expect("z", other.z, -result.z, eps=_bound(result), scale=max(1.0, float(np.abs(result.z).max())), reason=SOLVED)
    expect(
        "SE", other.standard_error / result.standard_error, np.ones(result.z.size), eps=_bound(result), reason=SOLVED
    )


def firth_limits_agree_with_the_test(compute: Any, arguments: Arguments, seed: int) -> None:
    """1 lies within the profile limits where the penalised likelihood ratio test does not reject, and only there."""
    result = compute(**arguments)
    within = (result.profile_lower < 1.0) & (result.profile_upper > 1.0)
    if not np.array_equal(within, result.profile_p_value > 1.0 - result.level):
        raise RelationViolated(f"limits and test disagree: {within.tolist()}, p {result.profile_p_value.tolist()}")
