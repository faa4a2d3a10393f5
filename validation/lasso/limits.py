"""Limits of coefficients, of the number of predictors and of sweeps: glmnet's further arguments, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from validation.checks import Floats, check_integer, check_matrix
from validation.errors import InputError
from validation.kernels.lasso_numpy import LEAST_GAIN, UNLIMITED, Caps
from validation.lasso.design import Design

__all__ = ["caps_of", "check_passes", "penalty_without", "refuse_descent", "standardised_limits"]


def standardised_limits(problem: Design, lower_limits: Any, upper_limits: Any) -> tuple[Floats, Floats]:
    """Limits of the standardised coefficients; empty arrays where none are given."""
    if lower_limits is None and upper_limits is None:
        return np.empty(0), np.empty(0)
    p = len(problem.names)
    lower = _check_limits(lower_limits, "lower_limits", p, -np.inf)
    upper = _check_limits(upper_limits, "upper_limits", p, np.inf)
    if bool((lower > 0.0).any()):
        raise InputError("lower_limits", "must be 0 or smaller in every entry", hint="0 must be allowed.")
    if bool((upper < 0.0).any()):
        raise InputError("upper_limits", "must be 0 or larger in every entry", hint="0 must be allowed.")
    return lower * problem.scales, upper * problem.scales


def _check_limits(limits: Any, name: str, p: int, default: float) -> Floats:
    if limits is None:
        return np.full(p, default)
    try:
        values = np.atleast_1d(np.asarray(limits, dtype=np.float64)).reshape(-1)
    except (TypeError, ValueError):
        raise InputError(name, "must be numbers") from None
    if values.size not in (1, p):
        raise InputError(name, f"has {values.size} values where x has {p} columns", hint="Give one or p values.")
    if bool(np.isnan(values).any()):
        raise InputError(name, "has missing values", hint="An infinite limit is none.")
    # -0.0 becomes 0.0, so that no coefficient is -0.0
    return np.broadcast_to(values + 0.0, (p,)).copy()


def caps_of(problem: Design, lower_limits: Any, upper_limits: Any, dfmax: Any, pmax: Any) -> Caps:
    """Everything that the descent is limited by; glmnet's defaults of dfmax and pmax never bind."""
    lower, upper = standardised_limits(problem, lower_limits, upper_limits)
    if lower.size == 0 and dfmax is None and pmax is None:
        return UNLIMITED
    p = len(problem.names)
    nonzero = p + 1 if dfmax is None else check_integer(dfmax, "dfmax", minimum=0)
    entered = min(2 * nonzero + 20, p) if pmax is None else check_integer(pmax, "pmax", minimum=0)
    # a limit of 0 may keep the first predictors out, which is no reason to end the path
    at_zero = bool((lower == 0.0).any() or (upper == 0.0).any())
    return Caps(lower, upper, nonzero, entered, 0.0 if at_zero else LEAST_GAIN)


def check_passes(max_passes: Any) -> int | None:
    """Sweeps after which the descent gives up; None for the default."""
    return None if max_passes is None else check_integer(max_passes, "max_passes", minimum=0)


def refuse_descent(engine: str, **given: Any) -> None:
    """Limits of the descent mean nothing to the exact engine."""
    for name, value in given.items():
        if value is not None and engine != "glmnet":
            raise InputError(name, "limits glmnet's coordinate descent only", hint='Use engine="glmnet".')


def penalty_without(penalty_factor: Any, exclude: Any, x: Any) -> Any:
    """Penalty factors in which the excluded columns are infinite."""
    if exclude is None:
        return penalty_factor
    p = check_matrix(x, len(x))[0].shape[1]
    places = [check_integer(place, "exclude", minimum=0, maximum=p - 1) for place in np.atleast_1d(exclude).tolist()]
    factors = np.ones(p) if penalty_factor is None else np.array(penalty_factor, dtype=np.float64).reshape(-1)
    if factors.size != p:
        raise InputError("penalty_factor", f"has {factors.size} values where x has {p} columns")
    factors[places] = np.inf
    if bool(np.isinf(factors).all()):
        raise InputError("exclude", "leaves every column out")
    return factors
