"""Certified calibration statistics: Brier score by fractions, logistic recalibration in 50 digits."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from validation.errors import NotEstimable

__all__ = ["brier_score", "calibration_curve", "calibration_statistics", "joint_maximum", "log_likelihood"]

_DIGITS = 60
_STEPS = 400


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
    import mpmath

    with mpmath.workdps(_DIGITS):
        square = 2 * mpmath.erfinv(mpmath.mpf(level)) ** 2
        a, b, c = 1 + square / n, -(2 * mpmath.mpf(events) / n + square / n), (mpmath.mpf(events) / n) ** 2
        root = mpmath.sqrt(b * b - 4 * a * c)
        return float((-b - root) / (2 * a)), float((-b + root) / (2 * a))


def calibration_statistics(y_true: Any, y_proba: Any) -> dict[str, float]:
    """Intercept, slope and calibration in the large with their standard errors, by Newton's method in 60 digits."""
    import mpmath

    y = [int(value) for value in np.asarray(y_true).tolist()]
    risks = np.asarray(y_proba, dtype=np.float64).tolist()
    if any(not 0.0 < p < 1.0 for p in risks):
        return {}
    with mpmath.workdps(_DIGITS):
        logits = [mpmath.log(mpmath.mpf(p) / (1 - mpmath.mpf(p))) for p in risks]
        joint = joint_maximum(y, logits)
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
    """Score and information; whole numbers of events cancel before the small parts are added."""
    import mpmath

    u0 = u1 = s0 = s1 = s2 = mpmath.mpf(0)
    whole = 0
    for outcome, x in zip(y, logits, strict=True):
        predictor = a + b * x
        likely = predictor > 0
        small = 1 / (1 + mpmath.exp(abs(predictor)))
        whole += outcome - int(likely)
        rest, weight = (small if likely else -small), small * (1 - small)
        u0, u1 = u0 + rest, u1 + ((outcome - int(likely)) + rest) * x
        s0, s1, s2 = s0 + weight, s1 + weight * x, s2 + weight * x * x
    return whole + u0, u1, s0, s1, s2


def log_likelihood(y: list[int], logits: list[Any], a: Any, b: Any) -> Any:
    """Log likelihood at intercept `a` and slope `b`."""
    import mpmath

    signs = ((1 - 2 * outcome) * (a + b * x) for outcome, x in zip(y, logits, strict=True))
    return -mpmath.fsum(mpmath.log(1 + mpmath.exp(wrong)) for wrong in signs)


def joint_maximum(y: list[int], logits: list[Any]) -> tuple[Any, Any, Any, Any, Any]:
    """Intercept, slope and the three sums of the information, by Newton's method with halved steps."""
    import mpmath

    a, b = mpmath.log(mpmath.mpf(sum(y)) / (len(y) - sum(y))), mpmath.mpf(0)
    reached = log_likelihood(y, logits, a, b)
    for _ in range(_STEPS):
        u0, u1, s0, s1, s2 = _sums(y, logits, a, b)
        determinant = s0 * s2 - s1 * s1
        # information of one patient group only, in the digits that are there: the steps go on for ever
        if determinant <= s0 * s2 * mpmath.mpf(10) ** (25 - _DIGITS):
            break
        step_a, step_b = (s2 * u0 - s1 * u1) / determinant, (s0 * u1 - s1 * u0) / determinant
        if max(abs(step_a), abs(step_b)) < mpmath.mpf(10) ** (-_DIGITS // 2 - 5):
            a, b = a + step_a, b + step_b
            _, _, s0, s1, s2 = _sums(y, logits, a, b)
            return a, b, s0, s1, s2
        # near the maximum the likelihood changes by less than its last digits
        while (there := log_likelihood(y, logits, a + step_a, b + step_b)) < reached - mpmath.mpf(10) ** (10 - _DIGITS):
            step_a, step_b = step_a / 2, step_b / 2
        a, b, reached = a + step_a, b + step_b, there
    raise NotEstimable("separation", "the calibration slope does not exist.")


def _large(y: list[int], logits: list[Any]) -> tuple[Any, Any]:
    """Root of a score that falls from positive to negative within the bracket, by Newton's method with bisection."""
    import mpmath

    target = mpmath.log(mpmath.mpf(sum(y)) / (len(y) - sum(y)))
    low, high = target - max(logits), target - min(logits)
    shift = (low + high) / 2
    for _ in range(_STEPS):
        u0, _, s0, _, _ = _sums(y, logits, shift, mpmath.mpf(1))
        low, high = (shift, high) if u0 > 0 else (low, shift)
        following = shift + u0 / s0
        if not low <= following <= high:
            following = (low + high) / 2
        if abs(following - shift) < mpmath.mpf(10) ** (-_DIGITS // 2 - 5):
            return following, _sums(y, logits, following, mpmath.mpf(1))[2]
        shift = following
    raise NotEstimable("no convergence", "calibration in the large was not reached in 60 digits.")
