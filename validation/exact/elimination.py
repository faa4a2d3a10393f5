"""Certified backward elimination and sandwich from the certified maximum."""

from __future__ import annotations

from typing import Any

import numpy as np

from validation.exact.logistic import certify

__all__ = ["backward_elimination", "robust_odds_ratios"]

_DIGITS = 50


def backward_elimination(
    y_true: Any, x: Any, names: Any = None, rule: str = "aic", significance: float = 0.05
) -> dict[str, Any]:
    """Deleted predictors with their tests, and the estimates that are left, rounded once."""
    import mpmath

    fit = certify(y_true, x)
    with mpmath.workdps(_DIGITS):
        slopes = [mpmath.mpf(value) for value in fit.coefficients]
        covariance = mpmath.matrix([[mpmath.mpf(value) for value in row] for row in fit.covariance])
        left, gone = list(range(1, len(slopes))), list[int]()
        single, joint = [], []
        while left:
            part, spread = _given(slopes, covariance, [0, *left], gone)
            chi = [part[i + 1] ** 2 / spread[i + 1, i + 1] for i in range(len(left))]
            worst = min(range(len(left)), key=chi.__getitem__)
            tried = [*gone, left[worst]]
            residual = _residual(slopes, covariance, tried)
            tail = _tail(residual, len(tried))
            if residual > 2 * len(tried) if rule == "aic" else tail < significance:
                break
            single.append(chi[worst])
            joint.append(residual)
            gone = tried
            del left[worst]
        part, spread = _given(slopes, covariance, [0, *left], gone)
        found = {
            "chi_square": single,
            "p_value": [_tail(value, 1) for value in single],
            "residual_chi_square": joint,
            "residual_p_value": [_tail(value, k + 1) for k, value in enumerate(joint)],
            "aic": [value - 2 * (k + 1) for k, value in enumerate(joint)],
            "coefficients": list(part),
            "standard_error": [mpmath.sqrt(spread[j, j]) for j in range(spread.rows)],
        }
        result: dict[str, Any] = {name: np.array([float(v) for v in values]) for name, values in found.items()}
    return result | {"deleted": np.array(gone, dtype=int) - 1, "kept": np.array(left, dtype=int) - 1}


def _given(slopes: Any, covariance: Any, kept: list[int], gone: list[int]) -> tuple[Any, Any]:
    import mpmath

    own = mpmath.matrix([[covariance[i, j] for j in kept] for i in kept])
    part = mpmath.matrix([slopes[i] for i in kept])
    if not gone:
        return part, own
    across = mpmath.matrix([[covariance[i, j] for j in gone] for i in kept])
    inverse = mpmath.matrix([[covariance[i, j] for j in gone] for i in gone]) ** -1
    return part - across * inverse * mpmath.matrix([slopes[i] for i in gone]), own - across * inverse * across.T


def _residual(slopes: Any, covariance: Any, places: list[int]) -> Any:
    import mpmath

    part = mpmath.matrix([slopes[i] for i in places])
    block = mpmath.matrix([[covariance[i, j] for j in places] for i in places])
    return (part.T * mpmath.lu_solve(block, part))[0]


def _tail(value: Any, degrees: int) -> Any:
    import mpmath

    return mpmath.gammainc(mpmath.mpf(degrees) / 2, value / 2, regularized=True)


def robust_odds_ratios(
    y_true: Any, x: Any, names: Any = None, clusters: Any = None, level: float = 0.95
) -> dict[str, Any]:
    """Sandwich of the certified scores, rounded once."""
    import mpmath

    fit = certify(y_true, x)
    outcome, matrix = np.asarray(y_true).tolist(), np.asarray(x, dtype=np.float64).tolist()
    labels = list(range(len(outcome))) if clusters is None else np.asarray(clusters).tolist()
    with mpmath.workdps(_DIGITS):
        k = len(fit.coefficients)
        sums: dict[Any, list[Any]] = {}
        for label, y, row, risk in zip(labels, outcome, matrix, fit.fitted, strict=True):
            residual = y - mpmath.mpf(risk)
            known = sums.setdefault(label, [mpmath.mpf(0)] * k)
            sums[label] = [a + residual * b for a, b in zip(known, [1.0, *row], strict=True)]
        covariance = mpmath.matrix([[mpmath.mpf(value) for value in row] for row in fit.covariance])
        halves = [[mpmath.fdot([covariance[i, j] for j in range(k)], s) for i in range(k)] for s in sums.values()]
        error = [mpmath.sqrt(mpmath.fdot([h[i] for h in halves], [h[i] for h in halves])) for i in range(k)]
        slopes = [mpmath.mpf(value) for value in fit.coefficients]
        quantile = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(level))
        z = [b / e for b, e in zip(slopes, error, strict=True)]
        found = {
            "coefficients": slopes,
            "standard_error": error,
            "z": z,
            "p_value": [mpmath.erfc(abs(value) / mpmath.sqrt(2)) for value in z],
            "odds_ratio": [mpmath.exp(value) for value in slopes[1:]],
            "lower": [mpmath.exp(b - quantile * e) for b, e in zip(slopes[1:], error[1:], strict=True)],
            "upper": [mpmath.exp(b + quantile * e) for b, e in zip(slopes[1:], error[1:], strict=True)],
        }
        return {name: np.array([float(value) for value in values]) for name, values in found.items()}
