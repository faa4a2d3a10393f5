"""The path of R's ``glm``: iteratively reweighted least squares, stopped where R stops it.

Start at fitted risks ``(w y + 1/2) / (w + 1)``; a weighted least-squares fit of the working response in each pass;
stop when the deviance changes by less than 1e-8 of itself. Standard errors come from the weights of the last pass,
which belong to the coefficients before the last. Linear predictors beyond 30 are treated as R treats them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from validation.checks import Floats, Outcome
from validation.logistic.design import EPS

__all__ = ["LEFT_OUT", "PROVEN", "GlmFit", "glm_fit", "glm_null_deviance"]

EPSILON, LIMIT = 1e-8, 25
#: a column that keeps less than this share of its length beside the earlier ones is left out
_ALIASED = EPSILON / 1000.0
_SATURATED = 30.0
#: R's NA in its quiet form, which arithmetic hands on without complaint
LEFT_OUT = np.array([0x7FF80000000007A2], dtype=np.uint64).view(np.float64)[0]
#: `GlmFit.existence` below this proves that the maximum exists
PROVEN = 0.5


@dataclass(frozen=True)
class GlmFit:
    """What ``glm`` and ``summary.glm`` report.

    Parameters
    ----------
    coefficients : array of shape (k,)
        R's NA where the column was left out.
    covariance : array of shape (k, k)
        R's NA where the column was left out.
    deviance : float
    linear_predictor, fitted : arrays of shape (n,)
    n_iterations : int
    converged : bool
    condition_number : float
        Of the last least-squares problem with columns of equal length, not centred: what R's QR has to work with.
    existence : float
        Below `PROVEN` the maximum exists (see `validation.logistic.newton`).
    """

    coefficients: Floats
    covariance: Floats
    deviance: float
    linear_predictor: Floats
    fitted: Floats
    n_iterations: int
    converged: bool
    condition_number: float
    existence: float


def _risk(predictor: Floats) -> Floats:
    odds = np.exp(np.clip(predictor, -_SATURATED, _SATURATED))
    odds[predictor < -_SATURATED] = EPS
    odds[predictor > _SATURATED] = 1.0 / EPS
    return odds / (1.0 + odds)


def _slope(predictor: Floats) -> Floats:
    """Derivative of the risk."""
    odds = np.exp(np.clip(predictor, -_SATURATED, _SATURATED))
    plus = 1.0 + odds
    return np.where(np.abs(predictor) > _SATURATED, EPS, odds / (plus * plus))


def _deviance(y: Floats, risk: Floats, weights: Floats) -> float:
    return float(np.sum(2.0 * weights * np.log(1.0 / np.where(y == 1.0, risk, 1.0 - risk))))


def _kept_columns(design: Floats) -> list[int]:
    """Columns that R's pivoting QR keeps: from the left, each unless it nearly lies in the span of those before."""
    norms = np.sqrt(np.sum(design**2, axis=0))
    kept = list(range(design.shape[1]))
    while kept:
        left = np.abs(np.diag(np.linalg.qr(design[:, kept], mode="r")))
        if len(left) < len(kept):
            left = np.append(left, np.zeros(len(kept) - len(left)))
        small = np.flatnonzero(~(left >= _ALIASED * norms[kept]) | (norms[kept] == 0.0))
        if small.size == 0:
            break
        del kept[small[0]]
    return kept


def glm_fit(x: Floats, outcome: Outcome, weights: Floats, offset: Floats, start: Floats | None = None) -> GlmFit:
    """Fit as ``glm(y ~ x, family = binomial)`` with its default control.

    Parameters
    ----------
    x : array of shape (n, p)
        Predictors; the intercept is added.
    outcome, weights, offset : arrays of shape (n,)
    start : array of shape (n,), optional
        Linear predictor to start from.
    """
    y, design = outcome.astype(np.float64), np.column_stack([np.ones(len(outcome)), x])
    centred, back = _centred(x)
    if start is None:
        risk = (weights * y + 0.5) / (weights + 1.0)
        predictor = np.log(risk / (1.0 - risk))
    else:
        predictor, risk = start, _risk(start)
    deviance, converged, iteration = _deviance(y, risk, weights), False, 0
    while iteration < LIMIT and not converged:
        iteration += 1
        slope = _slope(predictor)
        response = (predictor - offset) + (y - risk) / slope
        root = np.sqrt(weights * slope * slope / (risk * (1.0 - risk)))
        kept = _kept_columns(design * root[:, None])
        # R's columns are not centred; the least squares are the same, without R's own rounding errors
        orthogonal, triangle = np.linalg.qr(centred[:, kept] * root[:, None])
        solved = np.linalg.solve(triangle, orthogonal.T @ (response * root))
        predictor = centred[:, kept] @ solved + offset
        risk = _risk(predictor)
        before, deviance = deviance, _deviance(y, risk, weights)
        converged = abs(deviance - before) / (abs(deviance) + 0.1) < EPSILON
    factor = back[np.ix_(kept, kept)] @ np.linalg.inv(triangle)
    coefficients, covariance = np.full(len(back), LEFT_OUT), np.full(back.shape, LEFT_OUT)
    coefficients[kept] = back[np.ix_(kept, kept)] @ solved
    covariance[np.ix_(kept, kept)] = factor @ factor.T
    condition = _condition(design[:, kept] * root[:, None], response * root, coefficients[kept])
    variance = weights * risk * (1.0 - risk)
    existence = _existence(centred[:, kept], weights * (y - risk), variance)
    if not existence < PROVEN:
        # the iterates run away, and with vanishing weights the rounding of 1 - risk grows in the working response
        condition /= np.sqrt(float(variance.min()))
    return GlmFit(coefficients, covariance, deviance, predictor, risk, iteration, converged, condition, existence)


def _centred(x: Floats) -> tuple[Floats, Floats]:
    """Centred columns of comparable size after a column of ones, and the matrix that takes coefficients back."""
    centre = x.mean(axis=0)
    spread = np.sqrt(np.mean((x - centre) ** 2, axis=0))
    scale = np.where(spread > 0.0, spread, 1.0)
    back = np.diag(np.concatenate([[1.0], 1.0 / scale]))
    back[0, 1:] = -centre / scale
    return np.column_stack([np.ones(len(x)), (x - centre) / scale]), back


def _condition(columns: Floats, response: Floats, solution: Floats) -> float:
    """Condition number of the least-squares problem (Wedin 1973, doi:10.1007/BF01933494), columns of length one."""
    length = np.sqrt(np.sum(columns**2, axis=0))
    singular = np.linalg.svd(np.linalg.qr(columns / length, mode="r"), compute_uv=False)
    condition = float(singular[0] / singular[-1])
    residual = float(np.linalg.norm(response - columns @ solution))
    return condition * (1.0 + condition * residual / (float(singular[0]) * float(np.linalg.norm(solution * length))))


def _existence(design: Floats, residual: Floats, variance: Floats) -> float:
    """Newton decrement times the longest row, in the metric of the information at the last coefficients."""
    triangle = np.linalg.qr(design * np.sqrt(variance)[:, None], mode="r")
    try:
        rows = design @ np.linalg.inv(triangle)
    except np.linalg.LinAlgError:
        return np.inf
    return float(np.linalg.norm(rows.T @ residual) * np.sqrt(np.max(np.sum(rows**2, axis=1))))


def glm_null_deviance(outcome: Outcome, weights: Floats, offset: Floats) -> float:
    """Deviance of the model with intercept (and offset) only, as ``glm`` reports it."""
    y = outcome.astype(np.float64)
    if offset.any():
        return glm_fit(np.empty((len(y), 0)), outcome, weights, offset).deviance
    return _deviance(y, np.full(len(y), float(np.sum(weights * y)) / float(np.sum(weights))), weights)
