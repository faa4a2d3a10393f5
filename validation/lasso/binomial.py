"""Binomial family: null model, deviance and optimality conditions on the standardised scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, xlogy

from validation.checks import Floats
from validation.errors import InputError, NotEstimable
from validation.lasso.design import Design

__all__ = ["NullModel", "deviance_ratio", "linear_predictors", "null_model", "optimality", "penalised_null_gradient"]

_NEWTON_LIMIT = 100
_NONE = np.empty(0)
#: relative difference at which a coefficient is at its limit: unit and back are two roundings
_AT_LIMIT = 4.0 * 2.0**-52


@dataclass(frozen=True)
class NullModel:
    """Intercept and offset only; half deviances are per unit of weight.

    Parameters
    ----------
    intercept : float
    half_deviance : float
        Mean negative log likelihood of the null model.
    saturated : float
        The same of the saturated model (0 for an outcome of zeros and ones).
    """

    intercept: float
    half_deviance: float
    saturated: float


def null_model(problem: Design, tolerance: float = 1e-7) -> NullModel:
    """Null model; with an offset by Newton until the last step is below the tolerance."""
    y, w = problem.y, problem.weights
    mean = float(np.add.reduce(w * y))
    saturated = -float(np.add.reduce(w * (xlogy(y, y) + xlogy(1.0 - y, 1.0 - y))))
    if not problem.offset.any():
        if not problem.intercept:
            return NullModel(0.0, math.log(2.0), saturated)
        start = math.log(mean / (1.0 - mean))
        return NullModel(start, -(start * mean + math.log(1.0 - mean)), saturated)
    start = _newton_intercept(problem, tolerance) if problem.intercept else 0.0
    q = expit(problem.offset + start)
    with np.errstate(divide="ignore"):
        half = -(start * mean + float(np.add.reduce(w * (y * problem.offset + np.log(1.0 - q)))))
    if not math.isfinite(half):
        raise InputError("offset", "is so large that the null model has probabilities of exactly 0 or 1")
    return NullModel(start, half, saturated)


def _newton_intercept(problem: Design, tolerance: float) -> float:
    intercept = 0.0
    for _ in range(_NEWTON_LIMIT):
        q = expit(problem.offset + intercept)
        information = float(np.add.reduce(problem.weights * q * (1.0 - q)))
        step = float(np.add.reduce(problem.weights * (problem.y - q))) / information if information > 0.0 else math.nan
        intercept += step
        if abs(step) < tolerance:
            return intercept
        if not math.isfinite(intercept):
            break
    raise InputError("offset", "is so large that no intercept can be found beside it")


def linear_predictors(problem: Design, intercepts: Floats, standardised: Floats) -> Floats:
    """Linear predictors (points x n) of standardised coefficients (points x p)."""
    eta: Floats = standardised @ problem.columns + intercepts[:, None] + problem.offset
    return eta


def deviance_ratio(problem: Design, null: NullModel, eta: Floats) -> Floats:
    """Share of the null deviance that each model (row of `eta`) explains."""
    # log(1 + exp(eta)) - y eta without cancellation on either side
    half = np.add.reduce(problem.weights * np.logaddexp(0.0, np.where(problem.y > 0.5, -eta, eta)), axis=1)
    ratio: Floats = (null.half_deviance - half) / (null.half_deviance - null.saturated)
    return ratio


def optimality(
    problem: Design, eta: Floats, standardised: Floats, lambdas: Floats, lower: Floats = _NONE, upper: Floats = _NONE
) -> Floats:
    """Largest violation of the optimality conditions of each model, on the scale of lambda.

    For b_j != 0 it is ``|G_j - lambda v_j (alpha sign(b_j) + (1 - alpha) b_j)|``, for b_j = 0 the excess of ``|G_j|``
    over ``lambda v_j alpha``, for the intercept ``|sum w (y - q)|``, where ``G_j = sum w (y - q) x_j``.
    With limits (of the standardised coefficients) only what a coefficient may do counts: one at its upper limit may
    fall, one at its lower limit may rise.
    """
    residual = problem.weights * (problem.y - expit(eta))
    gradient = residual @ problem.columns.T
    strength = lambdas[:, None] * problem.penalty
    slope = strength * (problem.alpha * np.sign(standardised) + (1.0 - problem.alpha) * standardised)
    violation = np.where(
        standardised != 0.0, np.abs(gradient - slope), np.maximum(np.abs(gradient) - strength * problem.alpha, 0.0)
    )
    if lower.size:
        violation = _inward(gradient, strength, problem.alpha, standardised, (lower, upper))
    worst: Floats = violation[:, problem.usable].max(axis=1)
    if problem.intercept:
        worst = np.maximum(worst, np.abs(np.add.reduce(residual, axis=1)))
    return worst


def _inward(gradient: Floats, strength: Floats, alpha: float, b: Floats, limits: tuple[Floats, Floats]) -> Floats:
    """Violation by the moves that the limits leave: the excess of the gradient over the price of either direction."""
    ridge = strength * (1.0 - alpha) * b
    rise = gradient - ridge - strength * alpha * np.where(b >= 0.0, 1.0, -1.0)
    fall = ridge - strength * alpha * np.where(b <= 0.0, 1.0, -1.0) - gradient
    slack = _AT_LIMIT * np.abs(b)
    rise = np.where(b < limits[1] - slack, rise, 0.0)
    fall = np.where(b > limits[0] + slack, fall, 0.0)
    found: Floats = np.maximum(np.maximum(rise, fall), 0.0)
    return found


def penalised_null_gradient(problem: Design, intercept: float, standardised: Floats) -> float:
    """Smallest lambda at which every penalised coefficient is 0, given the fit of the unpenalised columns."""
    eta = problem.offset + intercept + standardised @ problem.columns
    gradient = np.abs(np.add.reduce(problem.columns * (problem.weights * (problem.y - expit(eta))), axis=1))
    penalised = problem.usable & (problem.penalty > 0.0)
    largest = float((gradient[penalised] / problem.penalty[penalised]).max()) / max(problem.alpha, 1e-3)
    if not largest > 0.0:
        raise NotEstimable(
            "rank", "No penalised column is associated with the outcome at all, so no sequence of lambdas exists."
        )
    return largest
