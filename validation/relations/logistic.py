"""What must hold for logistic regression whatever R says.

Bounds grow with the condition number of the model columns, as the rounding error of any solution does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, ndtri

from validation.relations import expect

__all__ = [
    "doubling",
    "outcome_swap",
    "patient_order",
    "predictor_unit",
    "score_is_zero",
    "univariable_is_the_model_of_one",
    "univariable_outcome_swap",
    "univariable_patient_order",
    "univariable_unit",
    "wald_definitions",
    "weights_are_repetition",
]

Arguments = Mapping[str, Any]
#: a few roundings per step of a solution, each magnified by the condition number
STEPS = 64.0
SOLVED = "rounding errors of a solution, magnified by the condition number"


def _x(arguments: Arguments) -> Any:
    return np.asarray(arguments["x"], dtype=np.float64)


def _with(arguments: Arguments, **changes: Any) -> dict[str, Any]:
    return {**arguments, **changes}


def _same(name: str, result: Any, coefficients: Any, standard_error: Any) -> None:
    """Coefficients in units of their standard errors, standard errors relative to themselves."""
    eps = STEPS * max(1.0, float(result.condition_number))
    z = np.asarray(coefficients) / np.asarray(standard_error)
    scale = max(1.0, float(np.max(np.abs(z))))
    shift = np.asarray(result.coefficients) / np.asarray(standard_error)
    expect(f"{name}: coefficients / SE", shift, z, eps=eps, scale=scale, reason=SOLVED)
    ratio = np.asarray(result.standard_error) / np.asarray(standard_error)
    expect(f"{name}: SE", ratio, np.ones_like(ratio), eps=eps, scale=1.0, reason=SOLVED)


def _units(p: int, seed: int) -> Any:
    # powers of two, so that the changed data hold exactly the same information
    return 2.0 ** np.random.default_rng(seed).integers(-6, 7, p)


def predictor_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """A predictor in a unit k times smaller has 1/k of the log odds ratio and of its standard error."""
    x, base = _x(arguments), compute(**arguments)
    units = _units(x.shape[1], seed)
    by = np.concatenate([[1.0], units])
    changed = compute(**_with(arguments, x=x * units))
    _same("unit", changed, base.coefficients / by, base.standard_error / by)


def outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event turns every coefficient round and inverts every odds ratio."""
    base = compute(**arguments)
    swapped = compute(**_with(arguments, y_true=1 - np.asarray(arguments["y_true"])))
    _same("swap", swapped, -base.coefficients, base.standard_error)
    eps = STEPS * max(1.0, base.condition_number) * max(1.0, float(np.max(np.abs(base.coefficients))))
    expect("swap: odds ratios", swapped.odds_ratio * base.odds_ratio, np.ones(len(base.odds_ratio)), eps=eps,
           scale=1.0, reason="exp magnifies a relative error by the log odds ratio")  # fmt: skip


def doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice leaves the maximum and divides standard errors by the root of two."""
    base = compute(**arguments)
    if base.compat != "default":
        return  # where an iteration stops early depends on the size of the deviance
    twice = {"y_true": np.tile(np.asarray(arguments["y_true"]), 2), "x": np.tile(_x(arguments), (2, 1))}
    _same("doubling", compute(**_with(arguments, **twice)), base.coefficients, base.standard_error / np.sqrt(2.0))


def weights_are_repetition(compute: Any, arguments: Arguments, seed: int) -> None:
    """A weight of k is the row k times."""
    y, x = np.asarray(arguments["y_true"]), _x(arguments)
    weights = np.random.default_rng(seed).integers(1, 4, len(y))
    repeated = {"y_true": np.repeat(y, weights), "x": np.repeat(x, weights, axis=0)}
    base = compute(**_with(arguments, **repeated))
    if base.compat != "default":
        return  # R starts from other fitted risks where there are weights
    weighted = compute(**_with(arguments, weights=weights.astype(np.float64)))
    _same("weights", weighted, base.coefficients, base.standard_error)


def _shuffled(arguments: Arguments, seed: int) -> dict[str, Any]:
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    return _with(arguments, y_true=np.asarray(arguments["y_true"])[order], x=_x(arguments)[order])


def patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    base = compute(**arguments)
    _same("order", compute(**_shuffled(arguments, seed)), base.coefficients, base.standard_error)


def score_is_zero(compute: Any, arguments: Arguments, seed: int) -> None:
    """At the maximum observed and predicted agree: in number of events and in the sum of every predictor over them."""
    result = compute(**arguments)
    if result.compat != "default":
        return  # R stops before the maximum
    x, y = _x(arguments), np.asarray(arguments["y_true"], dtype=np.float64)
    design = np.column_stack([np.ones(len(y)), x])
    terms = np.abs(design) @ np.abs(result.coefficients)
    risk = expit(design @ result.coefficients)
    score = design.T @ (y - risk)
    # a risk is off by its weight times the rounding of the linear predictor, and sums round once per term
    reach = np.abs(design).T @ (1.0 + risk * (1.0 - risk) * terms)
    expect("score / rounding", score / reach, np.zeros(len(score)), eps=8.0, scale=1.0, reason="sums of n roundings")


def wald_definitions(compute: Any, arguments: Arguments, seed: int) -> None:
    """Standard errors, z, p-values, odds ratios, limits, deviance and AIC are what their definitions say."""
    result = compute(**arguments)
    b, se = np.asarray(result.coefficients), np.asarray(result.standard_error)
    one_rounding = "one or two roundings"
    expect("z", result.z, b / se, eps=2.0, reason=one_rounding)
    expect("covariance", np.diag(result.covariance) / se**2, np.ones(len(b)), eps=STEPS, reason=one_rounding)
    _limits_hold(result, b[1:], se[1:], arguments.get("level", 0.95))
    size = abs(result.deviance) + 2.0 * len(b)
    expect("deviance", result.deviance, -2.0 * result.log_likelihood, eps=8.0, scale=size, reason="R goes by AIC")
    expect("AIC", result.aic, result.deviance + 2.0 * len(b), eps=2.0, reason=one_rounding)
    within = bool(np.all((result.p_value >= 0.0) & (result.p_value <= 1.0)))
    order = np.argsort(np.abs(result.z))
    falling = bool(np.all(np.diff(np.asarray(result.p_value)[order]) <= 0.0))
    expect("p-values fall as |z| grows", float(within and falling), 1.0, eps=0.0, reason="definition")
    wide = max(1.0, float(np.max(np.abs(result.z))))
    expect("p-value from z", ndtri(result.p_value / 2.0), -np.abs(result.z), eps=STEPS * (1.0 + wide**2) * 16.0,
           scale=1.0, reason="an inverse that is flat where p is near one")  # fmt: skip


def _limits_hold(result: Any, b: Any, se: Any, level: float) -> None:
    """Odds ratio and limits are exp of coefficient -+ quantile times standard error, as far as doubles reach."""
    with np.errstate(divide="ignore", invalid="ignore"):
        low, middle, high = np.log(result.lower), np.log(result.odds_ratio), np.log(result.upper)
    quantile = float(-ndtri((1.0 - level) / 2.0))
    # below, doubles have fewer digits or none
    held = (np.abs(low) < 700.0) & (np.abs(high) < 700.0) & np.isfinite(middle)
    low, middle, high, b, se = low[held], middle[held], high[held], b[held], se[held]
    size = 1.0 + np.abs(b) + quantile * se
    logs = "exp and log of the rounded limit"
    zero = np.zeros(len(b))
    expect("odds ratio", (middle - b) / size, zero, eps=8.0, scale=1.0, reason=logs)
    expect("lower limit", (b - low - quantile * se) / size, zero, eps=8.0, scale=1.0, reason=logs)
    expect("upper limit", (high - b - quantile * se) / size, zero, eps=8.0, scale=1.0, reason=logs)


def univariable_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """A predictor in a unit k times smaller has 1/k of the log odds ratio and of its standard error."""
    x, base = _x(arguments), compute(**arguments)
    units = _units(x.shape[1], seed)
    _same("unit", compute(**_with(arguments, x=x * units)), base.coefficients / units, base.standard_error / units)


def univariable_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event turns every coefficient round."""
    base = compute(**arguments)
    swapped = compute(**_with(arguments, y_true=1 - np.asarray(arguments["y_true"])))
    _same("swap", swapped, -base.coefficients, base.standard_error)


def univariable_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    base = compute(**arguments)
    _same("order", compute(**_shuffled(arguments, seed)), base.coefficients, base.standard_error)


def univariable_is_the_model_of_one(compute: Any, arguments: Arguments, seed: int) -> None:
    """Other predictors do not matter: a column alone gives the same odds ratio, limits and p-value."""
    x, base = _x(arguments), compute(**arguments)
    j = int(np.random.default_rng(seed).integers(x.shape[1]))
    changes: dict[str, Any] = {"x": x[:, [j]]}
    if arguments.get("names") is not None:
        changes["names"] = [arguments["names"][j]]
    alone = compute(**_with(arguments, **changes))
    _same("alone", alone, base.coefficients[[j]], base.standard_error[[j]])
    for name in ("odds_ratio", "lower", "upper", "p_value"):
        expected = np.asarray(getattr(base, name))[[j]]
        size = STEPS * max(1.0, base.condition_number) * (1.0 + abs(float(base.z[j])))
        expect(f"alone: {name}", getattr(alone, name), expected, eps=size, reason=SOLVED)
