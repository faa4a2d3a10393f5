"""Optimum under limits of the coefficients: descent finds which columns are free, Newton's method finishes them."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from validation.checks import Floats
from validation.kernels import load
from validation.kernels.lasso_numpy import Caps
from validation.lasso.binomial import NullModel, linear_predictors, optimality
from validation.lasso.design import Design

__all__ = ["bounded_optimum"]

#: thresholds of the descent, the next where the last left a column on the wrong side
_THRESHOLDS = (1e-11, 1e-14, 1e-17)
_STEPS, _SWEEPS = 20, 1_000_000


def bounded_optimum(
    problem: Design, lambdas: Floats, caps: Caps, null: NullModel, tolerance: float
) -> tuple[Floats, Floats, int]:
    """Intercepts, standardised coefficients (points x p) and number of sweeps.

    `tolerance` is that of the optimality conditions, on the scale of lambda.
    """
    kernel, total = load("lasso")[0], 0
    for threshold in _THRESHOLDS:
        reached, intercepts, standardised, _, passes, _ = kernel.binomial_descent(
            problem.columns, problem.y, problem.weights, problem.offset, problem.penalty, problem.usable,
            problem.alpha, lambdas, lambdas.size, 1.0, null.intercept, null.half_deviance, null.saturated, threshold,
            _SWEEPS, problem.intercept, caps=caps._replace(most_entered=len(problem.names)),
        )  # fmt: skip
        total += passes
        for k in range(reached.size):
            intercepts[k], standardised[k] = _finished(problem, intercepts[k], standardised[k], reached[k], caps)
        eta = linear_predictors(problem, intercepts, standardised)
        residual = optimality(problem, eta, standardised, reached, caps.lower, caps.upper)
        if reached.size < lambdas.size or residual.max() <= tolerance:
            break
    return intercepts, standardised, total


def _finished(problem: Design, intercept: float, b: Floats, lam: float, caps: Caps) -> tuple[float, Floats]:
    """Newton steps of intercept and free coefficients; the start where a step would leave the region."""
    free = np.flatnonzero((b != 0.0) & (b > caps.lower) & (b < caps.upper))
    rows = problem.columns[free]
    level, slopes, sign = intercept, b[free].copy(), np.sign(b[free])
    ridge = (1.0 - problem.alpha) * lam * problem.penalty[free]
    fixed = problem.offset + np.where(np.isin(np.arange(b.size), free), 0.0, b) @ problem.columns
    if problem.intercept:
        rows, ridge = np.vstack([np.ones(problem.y.size), rows]), np.concatenate([[0.0], ridge])
    last = np.inf
    for _ in range(_STEPS):
        q = expit(fixed + slopes @ problem.columns[free] + level)
        value = np.concatenate([[level], slopes]) if problem.intercept else slopes
        soft = lam * problem.penalty[free] * problem.alpha * sign
        soft = np.concatenate([[0.0], soft]) if problem.intercept else soft
        gradient = rows @ (problem.weights * (problem.y - q)) - soft - ridge * value
        worst = float(np.abs(gradient).max(initial=0.0))
        # rounding is reached where a step no longer halves the residual
        if not worst < 0.5 * last:
            break
        last = worst
        kept = level, slopes
        information = (rows * (problem.weights * q * (1.0 - q))) @ rows.T + np.diag(ridge)
        value = value + np.linalg.lstsq(information, gradient, rcond=1e-14)[0]
        level, slopes = (float(value[0]), value[1:]) if problem.intercept else (level, value)
    level, slopes = kept
    inside = (np.sign(slopes) == sign) & (slopes >= caps.lower[free]) & (slopes <= caps.upper[free])
    if not bool(inside.all()):
        return intercept, b
    found = b.copy()
    found[free] = slopes
    return level, found
