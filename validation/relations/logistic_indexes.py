"""What must hold for the indexes of a logistic model whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = ["indexes_of_swapped_outcome", "indexes_of_twice_the_patients", "indexes_patient_order", "indexes_unit"]

Arguments = Mapping[str, Any]
_RANKS = ("c_index", "somers_dxy", "gamma")
_SCALES = ("likelihood_ratio", "r_squared", "brier_score", "g_index", "g_risk")
#: a few roundings per step of a solution, each magnified by the condition number
STEPS = 64.0
SOLVED = "rounding errors of a solution, magnified by the condition number"


def _same(name: str, value: Any, expected: Any, quantities: tuple[str, ...], per: float = 1.0) -> None:
    for quantity in quantities:
        right = float(getattr(expected, quantity))
        eps = STEPS * max(1.0, float(expected.difference_condition))
        expect(f"{name}: {quantity}", getattr(value, quantity) / per, right, eps=eps, scale=abs(right), reason=SOLVED)


def _with(arguments: Arguments, **changes: Any) -> dict[str, Any]:
    return {**arguments, **changes}


def _x(arguments: Arguments) -> Any:
    return np.asarray(arguments["x"], dtype=np.float64)


def indexes_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    changed = _with(arguments, y_true=np.asarray(arguments["y_true"])[order], x=_x(arguments)[order])
    _same("order", compute(**changed), compute(**arguments), (*_RANKS, *_SCALES))


def indexes_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """The units of the predictors are irrelevant."""
    x = _x(arguments)
    units = 2.0 ** np.random.default_rng(seed).integers(-6, 7, x.shape[1])
    _same("unit", compute(**_with(arguments, x=x * units)), compute(**arguments), (*_RANKS, *_SCALES))


def indexes_of_swapped_outcome(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event changes no index of fit."""
    swapped = compute(**_with(arguments, y_true=1 - np.asarray(arguments["y_true"])))
    _same("swap", swapped, compute(**arguments), _SCALES)


def indexes_of_twice_the_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice: the same shares, means and R2, twice the likelihood ratio."""
    base = compute(**arguments)
    if base.compat != "default":
        return  # where lrm stops depends on the size of the deviance
    changed = _with(arguments, y_true=np.tile(np.asarray(arguments["y_true"]), 2), x=np.tile(_x(arguments), (2, 1)))
    twice = compute(**changed)
    _same("doubling", twice, base, (*_RANKS, "r_squared", "brier_score"))
    _same("doubling", twice, base, ("likelihood_ratio",), per=2.0)
    n = base.n
    # pairs of a patient and its double are added, with difference zero
    _same("doubling", twice, base, ("g_index", "g_risk"), per=2 * (n - 1) / (2 * n - 1))
