"""Certified Firth estimates: the modified score in 40 digits is driven to 0.

Corrections use the derivative of the score by differences in doubles, which is right to about seven digits, so that
each step gains as many; the last correction is below 1e-25 standard errors.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from validation.errors import NotEstimable

__all__ = ["firth_regression"]

_DIGITS, _STEPS, _SMALL = 40, 12, 1e-25


def firth_regression(y_true: Any, x: Any, names: Any = None, level: float = 0.95) -> dict[str, Any]:
    """Coefficients, standard errors, Wald statistics and odds ratios with Wald limits, rounded once."""
    matrix = np.ascontiguousarray(x, dtype=np.float64)
    outcome = np.asarray(y_true, dtype=np.float64)
    return dict(_certified(outcome.tobytes(), matrix.tobytes(), outcome.size, level))


@lru_cache(maxsize=16)
def _certified(outcome: bytes, predictors: bytes, n: int, level: float) -> dict[str, Any]:
    import mpmath

    y, x = np.frombuffer(outcome), np.frombuffer(predictors).reshape(n, -1)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    with mpmath.workdps(_DIGITS):
        columns = [_standardised(row, centre.tolist(), spread.tolist()) for row in x.tolist()]
        beta = [mpmath.mpf(value) for value in _start(y, (x - centre) / spread)]
        jacobian = _derivative(y, (x - centre) / spread, np.array([float(b) for b in beta]))
        for _ in range(_STEPS):
            score, information = _score(y, columns, beta)
            scale = max(abs(value) for value in score) or mpmath.mpf(1)
            step = np.linalg.solve(jacobian, np.array([float(value / scale) for value in score]))
            beta = [b - scale * s for b, s in zip(beta, step.tolist(), strict=True)]
            if float(scale) * float(np.max(np.abs(step))) < _SMALL:
                break
        else:
            raise NotEstimable("no convergence", "the penalised estimate could not be certified")
        return _rounded(beta, information**-1, centre, spread, level)


def _standardised(row: list[float], centre: list[float], spread: list[float]) -> list[Any]:
    """One patient's model row, with columns of mean about 0 and spread about 1."""
    import mpmath

    return [mpmath.mpf(1), *((mpmath.mpf(v) - c) / s for v, c, s in zip(row, centre, spread, strict=True))]


def _rounded(beta: Any, inverse: Any, centre: Any, spread: Any, level: float) -> dict[str, Any]:
    import mpmath

    k = len(beta)
    back = mpmath.eye(k)
    for j in range(1, k):
        back[j, j] = 1 / mpmath.mpf(float(spread[j - 1]))
        back[0, j] = -mpmath.mpf(float(centre[j - 1])) / mpmath.mpf(float(spread[j - 1]))
    slopes, covariance = back * mpmath.matrix(beta), back * inverse * back.T
    errors = [mpmath.sqrt(covariance[j, j]) for j in range(k)]
    z = [slopes[j] / errors[j] for j in range(k)]
    quantile = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(level))
    found = {
        "coefficients": list(slopes),
        "standard_error": errors,
        "z": z,
        "p_value": [mpmath.erfc(abs(value) / mpmath.sqrt(2)) for value in z],
        "odds_ratio": [mpmath.exp(slopes[j]) for j in range(1, k)],
        "lower": [mpmath.exp(slopes[j] - quantile * errors[j]) for j in range(1, k)],
        "upper": [mpmath.exp(slopes[j] + quantile * errors[j]) for j in range(1, k)],
    }
    return {name: np.array([float(value) for value in values]) for name, values in found.items()}


def _score(y: Any, columns: Any, beta: Any) -> tuple[Any, Any]:
    """Modified score and information in 40 digits."""
    import mpmath

    k = len(beta)
    risks = [1 / (1 + mpmath.exp(-mpmath.fdot(row, beta))) for row in columns]
    information = mpmath.zeros(k)
    weighted = [[value * risk * (1 - risk) for value in row] for row, risk in zip(columns, risks, strict=True)]
    for i in range(k):
        for j in range(i, k):
            information[i, j] = mpmath.fdot([row[i] for row in weighted], [row[j] for row in columns])
            information[j, i] = information[i, j]
    inverse = information**-1
    rows = [[inverse[i, j] for j in range(k)] for i in range(k)]
    score = [mpmath.mpf(0)] * k
    for outcome, row, weight, risk in zip(y.tolist(), columns, weighted, risks, strict=True):
        leverage = mpmath.fdot([mpmath.fdot(line, row) for line in rows], weight)
        residual = outcome - risk + leverage * (mpmath.mpf("0.5") - risk)
        score = [value + residual * entry for value, entry in zip(score, row, strict=True)]
    return score, information


def _score_in_doubles(y: Any, columns: Any, beta: Any) -> Any:
    risk = 1.0 / (1.0 + np.exp(-columns @ beta))
    variance = risk * (1.0 - risk)
    information = columns.T @ (columns * variance[:, None])
    leverage = np.einsum("ij,jk,ik->i", columns, np.linalg.inv(information), columns) * variance
    return columns.T @ (y - risk + leverage * (0.5 - risk)), information


def _start(y: Any, x: Any) -> list[float]:
    columns = np.column_stack([np.ones(len(x)), x])
    beta = np.zeros(columns.shape[1])
    for _ in range(500):
        score, information = _score_in_doubles(y, columns, beta)
        step = np.linalg.solve(information, score)
        beta = beta + step * min(1.0, 1.0 / max(1e-300, float(np.max(np.abs(step)))))
        if np.max(np.abs(step)) < 1e-12:
            break
    found: list[float] = beta.tolist()
    return found


def _derivative(y: Any, x: Any, beta: Any) -> Any:
    columns = np.column_stack([np.ones(len(x)), x])
    steps = np.eye(beta.size) * 1e-5
    ends = [_score_in_doubles(y, columns, beta + s)[0] - _score_in_doubles(y, columns, beta - s)[0] for s in steps]
    return np.column_stack(ends) / 2e-5
