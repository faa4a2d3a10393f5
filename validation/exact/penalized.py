"""Certified penalised fits: the penalised score in 50 digits is driven to 0 by Newton steps in doubles."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from validation.errors import NotEstimable

__all__ = ["bootstrap_odds_ratios", "penalty_trace"]

_DIGITS, _STEPS, _SMALL = 50, 40, 1e-30


def bootstrap_odds_ratios(y_true: Any, x: Any, names: Any = None, **_: Any) -> dict[str, Any]:
    """Estimates in the data; the replicates are not certified."""
    from validation.exact.logistic import certify

    fit = certify(y_true, x)
    return {
        "coefficients": np.array([float(value) for value in fit.coefficients]),
        "odds_ratio": np.array([float(fit.context.exp(value)) for value in fit.coefficients[1:]]),
    }


def penalty_trace(y_true: Any, x: Any, names: Any = None, penalties: Any = ()) -> dict[str, Any]:
    """Coefficients, standard errors, degrees of freedom and criteria of every penalty, rounded once."""
    outcome, matrix = np.asarray(y_true, dtype=np.float64), np.ascontiguousarray(x, dtype=np.float64)
    chosen = tuple(sorted({0.0, *np.atleast_1d(np.asarray(penalties, dtype=np.float64)).tolist()}))
    return dict(_certified(outcome.tobytes(), matrix.tobytes(), outcome.size, chosen))


@lru_cache(maxsize=16)
def _certified(outcome: bytes, predictors: bytes, n: int, penalties: tuple[float, ...]) -> dict[str, Any]:
    import mpmath

    y, x = np.frombuffer(outcome), np.frombuffer(predictors).reshape(n, -1)
    with mpmath.workdps(_DIGITS):
        rows = [[mpmath.mpf(1), *map(mpmath.mpf, row)] for row in x.tolist()]
        spread = [mpmath.mpf(0), *(_variance(list(column)) for column in zip(*(row[1:] for row in rows), strict=True))]
        events = int(y.sum())
        share = mpmath.mpf(events) / n
        null = -2 * (events * mpmath.log(share) + (n - events) * mpmath.log(1 - share))
        fits = [_fit(y, rows, [penalty * v for v in spread], null) for penalty in penalties]
        vectors = ("coefficients", "standard_error")
        found = {name: np.array([[float(v) for v in fit[name]] for fit in fits]) for name in vectors}
        return found | {name: np.array([float(fit[name]) for fit in fits]) for name in fits[0] if name not in found}


def _variance(values: list[Any]) -> Any:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def _evaluate(y: Any, rows: Any, beta: Any, pull: Any) -> tuple[Any, Any, Any]:
    """Deviance, penalised score and unpenalised information."""
    import mpmath

    k = len(beta)
    odds = [mpmath.exp(mpmath.fdot(row, beta)) for row in rows]
    risks = [value / (1 + value) for value in odds]
    product = mpmath.mpf(1)
    for value, outcome in zip(odds, y.tolist(), strict=True):
        product *= (1 + value) / value if outcome else 1 + value
    columns = list(zip(*rows, strict=True))
    residual = [outcome - risk for outcome, risk in zip(y.tolist(), risks, strict=True)]
    score = [mpmath.fdot(residual, columns[j]) - pull[j] * beta[j] for j in range(k)]
    variance = [risk * (1 - risk) for risk in risks]
    information = mpmath.zeros(k)
    for i in range(k):
        weighted = [v * a for v, a in zip(variance, columns[i], strict=True)]
        for j in range(i, k):
            information[i, j] = information[j, i] = mpmath.fdot(weighted, columns[j])
    return 2 * mpmath.log(product), score, information


def _start(y: Any, rows: Any, pull: Any) -> list[float]:
    """Newton's method in doubles, so that few steps in many digits are left."""
    design = np.array([[float(value) for value in row] for row in rows])
    beta, ridge = np.zeros(design.shape[1]), np.diag([float(value) for value in pull])
    for _ in range(60):
        risk = 1.0 / (1.0 + np.exp(-np.clip(design @ beta, -30.0, 30.0)))
        score = design.T @ (y - risk) - ridge @ beta
        step = np.linalg.solve(design.T @ (design * (risk * (1.0 - risk))[:, None]) + ridge, score)
        size = float(np.sqrt(abs(step @ score)))
        beta = beta + step * min(1.0, 1.0 / max(size, 1e-300))
        if size < 1e-10:
            break
    found: list[float] = beta.tolist()
    return found


def _fit(y: Any, rows: Any, pull: Any, null: Any) -> dict[str, Any]:
    import mpmath

    k, n = len(pull), len(rows)
    beta = [mpmath.mpf(value) for value in _start(y, rows, pull)]
    for _ in range(_STEPS):
        deviance, score, information = _evaluate(y, rows, beta, pull)
        penalized = information.copy()
        for j in range(k):
            penalized[j, j] += pull[j]
        step = mpmath.lu_solve(penalized, mpmath.matrix(score))
        size = mpmath.sqrt(abs(mpmath.fdot(score, step)))
        share = 1 if size < 1 else 1 / size
        beta = [b + share * s for b, s in zip(beta, step, strict=True)]
        if size < _SMALL:
            break
    else:
        raise NotEstimable("no convergence", "a penalised estimate could not be certified")
    inverse = penalized**-1
    shrunk = information * inverse
    degrees = sum((shrunk[j, j] for j in range(1, k)), mpmath.mpf(0))
    ratio = null - deviance
    return {
        "coefficients": beta,
        "standard_error": [mpmath.sqrt(inverse[j, j]) for j in range(k)],
        "effective_degrees_of_freedom": degrees,
        "likelihood_ratio": ratio,
        "aic": ratio - 2 * degrees,
        "aic_corrected": ratio - 2 * degrees * (1 + (degrees + 1) / (n - degrees - 1)),
        "bic": ratio - degrees * mpmath.log(n),
    }
