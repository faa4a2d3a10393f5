"""What must hold for backward elimination and robust standard errors whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated, expect

__all__ = [
    "elimination_adds_up",
    "elimination_does_not_depend_on_the_unit",
    "robust_clusters_of_one",
    "robust_doubling_is_clusters_of_two",
    "robust_unit",
]

Arguments = Mapping[str, Any]
STEPS = 2.0**12
SOLVED = "rounding errors of a solution, magnified by its condition number"


def _bound(result: Any) -> float:
    return STEPS * max(1.0, float(result.condition_number))


def elimination_does_not_depend_on_the_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """The same predictors go, with the same tests, in any unit."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-2, 3, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    if result.compat != "default":
        return  # lrm judges singularity by the size of the columns
    if result.deleted.tolist() != other.deleted.tolist():
        raise RelationViolated(f"deleted {result.deleted.tolist()}, in other units {other.deleted.tolist()}")
    for name in ("chi_square", "residual_chi_square"):
        expect(name, getattr(other, name), getattr(result, name), eps=_bound(result), scale=1.0, reason=SOLVED)


def elimination_adds_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """The chi-squares of the steps add up to that of all deleted predictors, and all predictors are accounted for."""
    result = compute(**arguments)
    sums = np.cumsum(result.chi_square)
    expect("sums", sums, result.residual_chi_square, eps=_bound(result) * 16, scale=1.0, reason=SOLVED)
    places = sorted([*result.deleted.tolist(), *result.kept.tolist()])
    if places != list(range(len(result.names))):
        raise RelationViolated(f"deleted and kept are {places}")


def robust_clusters_of_one(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient a cluster is no cluster at all."""
    n = len(arguments["y_true"])
    labels = np.random.default_rng(seed).permutation(n)
    result, other = compute(**arguments), compute(**{**arguments, "clusters": labels})
    expect("SE", other.standard_error, result.standard_error, eps=_bound(result), reason="another order of sums")


def robust_doubling_is_clusters_of_two(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice, in clusters of two, has the robust standard errors of every patient once."""
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["x"], dtype=np.float64)
    result = compute(**arguments)
    if result.compat != "default":
        return  # where an iteration stops early depends on the size of the deviance
    twice = {"y_true": np.tile(y, 2), "x": np.tile(x, (2, 1)), "clusters": np.tile(np.arange(y.size), 2)}
    other = compute(**{**arguments, **twice})
    expect(
        "SE", other.standard_error / result.standard_error, np.ones(result.z.size), eps=_bound(result), reason=SOLVED
    )


def robust_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """In another unit z stays."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-2, 3, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    if result.compat == "default":
        expect("z", other.z[1:], result.z[1:], eps=_bound(result), scale=1.0, reason=SOLVED)
