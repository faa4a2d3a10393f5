"""What must hold for the certified support whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated

__all__ = [
    "certified_zeros_are_zero",
    "every_column_is_zero_or_undecided",
    "support_does_not_depend_on_column_order",
]

Arguments = Mapping[str, Any]


def _require(held: bool, what: str) -> None:
    if not held:
        raise RelationViolated(what)


def certified_zeros_are_zero(compute: Any, arguments: Arguments, seed: int) -> None:
    """A fit to a tighter tolerance has no coefficient that was proved to be 0."""
    from validation.lasso import lasso_path

    result = compute(**arguments)
    optimum = lasso_path(arguments["y_true"], arguments["x"], lambdas=result.lambdas, tolerance=1e-12)
    kept = optimum.coefficients != 0.0
    _require(not bool((kept & result.zero).any()), "a coefficient that was proved to be 0 is in the optimum")


def every_column_is_zero_or_undecided(compute: Any, arguments: Arguments, seed: int) -> None:
    """Proved zeros and undecided columns are all columns; what is selected is not proved to be 0."""
    result = compute(**arguments)
    p = len(result.names)
    _require(np.array_equal(result.zero.sum(axis=0), result.certified_zero), "counts differ from the proved zeros")
    _require(bool((result.certified_zero + result.undecided == p).all()), "columns are missing")
    _require(bool((result.selected <= result.undecided).all()), "a selected column is proved to be 0")
    _require(bool((result.wrongly_selected <= result.certified_zero).all()), "more are wrong than are proved to be 0")


def support_does_not_depend_on_column_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """With the columns turned round the same ones are proved to be 0, but where rounding decides."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "x": x[:, ::-1]})
    shared = min(result.lambdas.size, other.lambdas.size)
    same = result.zero[:, :shared] == other.zero[::-1, :shared]
    # a bound that is met to within rounding may fall on either side
    _require(float(same.mean()) > 0.98, f"{int((~same).sum())} proofs depend on the order of the columns")
