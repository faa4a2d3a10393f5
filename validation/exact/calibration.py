"""Certified calibration statistics: Brier score by fractions, logistic recalibration in 50 digits."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from validation.errors import NotEstimable

__all__ = ["brier_score", "calibration_curve", "calibration_statistics"]

_DIGITS = 60
_STEPS = 80


def brier_score(y_true: Any, y_proba: Any) -> dict[str, float]:
    """Mean squared difference as a fraction, rounded once."""
    pairs = zip(np.asarray(y_true).tolist(), np.asarray(y_proba, dtype=np.float64).tolist(), strict=True)
    total = sum(((Fraction(p) - Fraction(y)) ** 2 for y, p in pairs), Fraction(0))
    return {"brier_score": float(total / len(np.asarray(y_true)))}


def calibration_curve(y_true: Any, y_proba: Any, groups: int = 10, level: float = 0.95) -> dict[str, Any]:
    """Sorted risks; mean risk, proportion of events and Wilson's limits of each group, by fractions and 60 digits."""
    patients = sorted(zip(np.asarray(y_proba, dtype=np.float64).tolist(), np.asarray(y_true).tolist(), strict=True))
    risks, n = [risk for risk, _ in patients], len(patients)
    groups = min(groups, n)
    first = {risks[_nearest(Fraction(k * n, groups))] for k in range(groups)}
    starts = [i for i in range(n) if risks[i] in first and (i == 0 or risks[i] != risks[i - 1])]
    parts = [patients[a:b] for a, b in zip(starts, [*starts[1:], n], strict=True)]
    events = [sum(outcome for _, outcome in part) for part in parts]
    limits = [_wilson(k, len(part), level) for k, part in zip(events, parts, strict=True)]
    return {
        "predicted": np.array(risks),
        "group_n": np.array([len(part) for part in parts]),
        "group_predicted": np.array(
            [float(sum((Fraction(risk) for risk, _ in part), Fraction(0)) / len(part)) for part in parts]
        ),
        "group_observed": np.array([k / len(part) for k, part in zip(events, parts, strict=True)]),
        "group_lower": np.array([low for low, _ in limits]),
        "group_upper": np.array([high for _, high in limits]),
    }


def _nearest(value: Fraction) -> int:
    """Nearest whole number, upwards from the middle."""
    return math.floor(value + Fraction(1, 2))


def _wilson(events: int, n: int, level: float) -> tuple[float, float]:
    """Both roots p of ``(events/n - p)^2 = z^2 p (1 - p)/n``."""
    with mpmath.workdps(_DIGITS):
        square = 2 * mpmath.erfinv(mpmath.mpf(level)) ** 2
        a, b, c = 1 + square / n, -(2 * mpmath.mpf(events) / n + square / n), (mpmath.mpf(events) / n) ** 2
        root = mpmath.sqrt(b * b - 4 * a * c)
        return float((-b - root) / (2 * a)), float((-b + root) / (2 * a))


def calibration_statistics(y_true: Any, y_proba: Any) -> dict[str, float]:
    """Intercept, slope and calibration in the large with their standard errors, by Newton's method in 60 digits."""
    y = [int(value) for value in np.asarray(y_true).tolist()]
    risks = np.asarray(y_proba, dtype=np.float64).tolist()
    if any(not 0.0 < p < 1.0 for p in risks):
        return {}
    with mpmath.workdps(_DIGITS):
        logits = [mpmath.log(mpmath.mpf(p) / (1 - mpmath.mpf(p))) for p in risks]
        joint = _joint(y, logits)
        large, information = _large(y, logits)
        a, b, s0, s1, s2 = joint
        determinant = s0 * s2 - s1 * s1
        return {
            "calibration_intercept": float(a),
            "calibration_slope": float(b),
            "calibration_in_the_large": float(large),
            "intercept_standard_error": float(mpmath.sqrt(s2 / determinant)),
            "slope_standard_error": float(mpmath.sqrt(s0 / determinant)),
            "in_the_large_standard_error": float(1 / mpmath.sqrt(information)),
        }


def _sums(y: list[int], logits: list[Any], a: Any, b: Any) -> tuple[Any, Any, Any, Any, Any]:
    u0 = u1 = s0 = s1 = s2 = mpmath.mpf(0)
    for outcome, x in zip(y, logits, strict=True):
        p = 1 / (1 + mpmath.exp(-(a + b * x)))
        residual, weight = outcome - p, p * (1 - p)
        u0, u1 = u0 + residual, u1 + residual * x
        s0, s1, s2 = s0 + weight, s1 + weight * x, s2 + weight * x * x
    return u0, u1, s0, s1, s2


def _joint(y: list[int], logits: list[Any]) -> tuple[Any, Any, Any, Any, Any]:
    a, b = mpmath.log(mpmath.mpf(sum(y)) / (len(y) - sum(y))), mpmath.mpf(0)
    for _ in range(_STEPS):
        u0, u1, s0, s1, s2 = _sums(y, logits, a, b)
        determinant = s0 * s2 - s1 * s1
        if determinant <= 0:
            break
        step_a, step_b = (s2 * u0 - s1 * u1) / determinant, (s0 * u1 - s1 * u0) / determinant
        a, b = a + step_a, b + step_b
        if max(abs(step_a), abs(step_b)) < mpmath.mpf(10) ** (-_DIGITS // 2 - 5):
            _, _, s0, s1, s2 = _sums(y, logits, a, b)
            return a, b, s0, s1, s2
    raise NotEstimable("separation", "the calibration slope does not exist.")


def _large(y: list[int], logits: list[Any]) -> tuple[Any, Any]:
    shift = mpmath.mpf(0)
    for _ in range(_STEPS):
        u0, _, s0, _, _ = _sums(y, logits, shift, mpmath.mpf(1))
        step = max(mpmath.mpf(-5), min(mpmath.mpf(5), u0 / s0))
        shift += step
        if abs(step) < mpmath.mpf(10) ** (-_DIGITS // 2 - 5):
            break
    return shift, _sums(y, logits, shift, mpmath.mpf(1))[2]
