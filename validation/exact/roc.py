"""Certified values of the ROC family: exact fractions by counting pairs, rounded once.

Independent of the fast code: nothing here sorts or uses placements by searching; every pair is compared.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

__all__ = ["auc", "curve", "optimal_cutoff", "roc_test"]

_DIGITS = 50


def _groups(y_true: Any, y_score: Any, direction: str) -> tuple[list[float], list[float]]:
    sign = 1.0 if direction == "higher" else -1.0
    y, x = np.asarray(y_true), sign * np.asarray(y_score, dtype=np.float64)
    return x[y == 1].tolist(), x[y == 0].tolist()


def _wins(y_true: Any, y_score: Any, direction: str) -> np.ndarray[Any, Any]:
    """2 where the case beats the control, 1 for a tie, 0 otherwise; cases in rows."""
    cases, controls = _groups(y_true, y_score, direction)
    a, b = np.array(cases)[:, None], np.array(controls)[None, :]
    return (a > b).astype(np.int64) + (a >= b)


def _spread(a: list[int], b: list[int]) -> Fraction:
    """Sample covariance (divisor k - 1), exactly."""
    k = len(a)
    mean_a, mean_b = Fraction(sum(a), k), Fraction(sum(b), k)
    total = sum(((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)), Fraction(0))
    return Fraction(total) / (k - 1)


def _covariance(first: Any, second: Any) -> Fraction:
    m, n = first.shape
    rows = _spread(first.sum(1).tolist(), second.sum(1).tolist()) / (4 * n * n * m)
    columns = _spread(first.sum(0).tolist(), second.sum(0).tolist()) / (4 * m * m * n)
    return rows + columns


def _area(wins: Any) -> Fraction:
    m, n = wins.shape
    return Fraction(int(wins.sum()), 2 * m * n)


def _quantile(probability: float) -> Any:
    """Quantile of the standard normal distribution to 50 digits."""
    with mpmath.workdps(_DIGITS):
        return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(probability) - 1)


def _real(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def curve(y_true: Any, y_score: Any, direction: str = "higher") -> dict[str, Any]:
    """Sensitivity and specificity after each distinct score."""
    cases, controls = _groups(y_true, y_score, direction)
    distinct = sorted(set(cases) | set(controls))
    lower = [-math.inf, *distinct]
    sensitivity = [float(Fraction(sum(x > t for x in cases), len(cases))) for t in lower]
    specificity = [float(Fraction(sum(x <= t for x in controls), len(controls))) for t in lower]
    return {"sensitivity": np.array(sensitivity), "specificity": np.array(specificity)}


def auc(y_true: Any, y_score: Any, direction: str = "higher", level: float = 0.95) -> dict[str, Any]:
    """AUC, DeLong variance, standard error and clipped limits."""
    wins = _wins(y_true, y_score, direction)
    area = _area(wins)
    if min(wins.shape) < 2:
        return {"auc": float(area)}
    variance = _covariance(wins, wins)
    with mpmath.workdps(_DIGITS):
        error = mpmath.sqrt(_real(variance))
        tail = (1.0 - level) / 2.0
        limits = [_real(area) + error * _quantile(p) for p in (tail, 1.0 - tail)]
        low, high = (float(min(max(limit, mpmath.mpf(0)), mpmath.mpf(1))) for limit in limits)
        return {
            "auc": float(area),
            "variance": float(variance),
            "standard_error": float(error),
            "lower": low,
            "upper": high,
        }


def _between(low: float, high: float, direction: str) -> float:
    """Midpoint rounded once; where no double lies between, the value on the positive side."""
    middle = float((Fraction(low) + Fraction(high)) / 2)
    if middle in (low, high):
        middle = high
    return middle if direction == "higher" else -middle


def optimal_cutoff(y_true: Any, y_score: Any, direction: str = "higher") -> dict[str, Any]:
    """Thresholds and rates at all exact optima of Youden's index, in curve order."""
    cases, controls = _groups(y_true, y_score, direction)
    m, n = len(cases), len(controls)
    distinct = sorted(set(cases) | set(controls))
    points = []
    for t in [-math.inf, *distinct]:
        tp, fp = sum(x > t for x in cases), sum(x > t for x in controls)
        points.append((Fraction(tp, m) - Fraction(fp, n), tp, fp, t))
    best = max(point[0] for point in points)
    chosen = [point for point in points if point[0] == best]
    following = dict(zip([-math.inf, *distinct], [*distinct, math.inf], strict=True))

    def ratio(top: int, bottom: int) -> float:
        return float(Fraction(top, bottom)) if bottom else math.nan

    def column(value: Any) -> Any:
        return np.array([value(tp, fp) for _, tp, fp, _ in chosen], dtype=np.float64)

    ends = [(t, following[t]) for *_, t in chosen]
    finite = [
        _between(a, b, direction) if math.isfinite(a) and math.isfinite(b) else _end(a, b, direction) for a, b in ends
    ]
    return {
        "threshold": np.array(finite),
        "youden": np.array([float(j) for j, *_ in chosen]),
        "sensitivity": column(lambda tp, fp: ratio(tp, m)),
        "specificity": column(lambda tp, fp: ratio(n - fp, n)),
        "positive_predictive_value": column(lambda tp, fp: ratio(tp, tp + fp)),
        "negative_predictive_value": column(lambda tp, fp: ratio(n - fp, n - fp + m - tp)),
        "accuracy": column(lambda tp, fp: ratio(tp + n - fp, m + n)),
        "true_positives": column(lambda tp, fp: tp),
        "false_positives": column(lambda tp, fp: fp),
        "true_negatives": column(lambda tp, fp: n - fp),
        "false_negatives": column(lambda tp, fp: m - tp),
    }


def _end(low: float, high: float, direction: str) -> float:
    infinite = -math.inf if math.isinf(low) else math.inf
    return infinite if direction == "higher" else -infinite


def roc_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    direction_1: str = "higher",
    direction_2: str = "higher",
    level: float = 0.95,
) -> dict[str, Any]:
    """Areas, statistic, p-value and limits of the paired comparison."""
    first, second = _wins(y_true, y_score_1, direction_1), _wins(y_true, y_score_2, direction_2)
    difference = _area(first) - _area(second)
    variance = _covariance(first, first) + _covariance(second, second) - 2 * _covariance(first, second)
    if variance == 0:
        return {"auc_1": float(_area(first)), "auc_2": float(_area(second))}
    with mpmath.workdps(_DIGITS):
        error = mpmath.sqrt(_real(variance))
        statistic = _real(difference) / error
        reach = _quantile(1.0 - (1.0 - level) / 2.0) * error
        return {
            "auc_1": float(_area(first)),
            "auc_2": float(_area(second)),
            "statistic": float(statistic),
            "p_value": float(mpmath.erfc(abs(statistic) / mpmath.sqrt(2))),
            "lower": float(_real(difference) - reach),
            "upper": float(_real(difference) + reach),
        }
