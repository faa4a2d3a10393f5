"""Certified values of the ROC family: exact fractions from a table of counts per distinct score, rounded once.

Independent of the fast code: nothing is searched in sorted groups; patients are counted per distinct score.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

__all__ = ["auc", "curve", "optimal_cutoff", "roc_test"]

_DIGITS = 50


def _doubled_placements(y_true: Any, y_score: Any, direction: str) -> tuple[list[int], list[int]]:
    """For each case twice the number of controls it beats (ties once), for each control likewise the cases above it."""
    y, ranks, cases, controls = _tabulated(y_true, y_score, direction)
    below = np.cumsum(controls) - controls
    above = cases.sum() - np.cumsum(cases)
    of_cases = (2 * below + controls)[ranks[y == 1]]
    of_controls = (2 * above + cases)[ranks[y == 0]]
    return of_cases.tolist(), of_controls.tolist()


def _tabulated(y_true: Any, y_score: Any, direction: str) -> tuple[Any, Any, Any, Any]:
    """Outcome, rank of each patient among the distinct scores, and cases and controls at each distinct score."""
    sign = 1.0 if direction == "higher" else -1.0
    y, x = np.asarray(y_true), sign * np.asarray(y_score, dtype=np.float64)
    distinct, ranks = np.unique(x, return_inverse=True)
    counts = [np.bincount(ranks[y == group], minlength=distinct.size) for group in (1, 0)]
    return y, ranks, counts[0], counts[1]


def _spread(a: list[int], b: list[int]) -> Fraction:
    """Sample covariance (divisor k - 1), exactly."""
    k = len(a)
    products = sum(x * y for x, y in zip(a, b, strict=True))
    return Fraction(k * products - sum(a) * sum(b), k * (k - 1))


def _covariance(first: tuple[list[int], list[int]], second: tuple[list[int], list[int]]) -> Fraction:
    m, n = len(first[0]), len(first[1])
    by_cases = _spread(first[0], second[0]) / (4 * n * n * m)
    by_controls = _spread(first[1], second[1]) / (4 * m * m * n)
    return by_cases + by_controls


def _area(placements: tuple[list[int], list[int]]) -> Fraction:
    return Fraction(sum(placements[0]), 2 * len(placements[0]) * len(placements[1]))


def _quantile(probability: float) -> Any:
    """Quantile of the standard normal distribution to 50 digits."""
    with mpmath.workdps(_DIGITS):
        return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(probability) - 1)


def _real(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def _points(y_true: Any, y_score: Any, direction: str) -> tuple[list[float], list[int], list[int], int, int]:
    """Distinct scores (signed), and true and false positives below all and above each of them."""
    sign = 1.0 if direction == "higher" else -1.0
    _, _, cases, controls = _tabulated(y_true, y_score, direction)
    distinct = np.unique(sign * np.asarray(y_score, dtype=np.float64)).tolist()
    m, n = int(cases.sum()), int(controls.sum())
    true = [m, *(m - np.cumsum(cases)).tolist()]
    false = [n, *(n - np.cumsum(controls)).tolist()]
    return distinct, true, false, m, n


def curve(y_true: Any, y_score: Any, direction: str = "higher") -> dict[str, Any]:
    """Sensitivity and specificity after each distinct score."""
    _, true, false, m, n = _points(y_true, y_score, direction)
    return {
        "sensitivity": np.array([float(Fraction(tp, m)) for tp in true]),
        "specificity": np.array([float(Fraction(n - fp, n)) for fp in false]),
    }


def auc(y_true: Any, y_score: Any, direction: str = "higher", level: float = 0.95) -> dict[str, Any]:
    """AUC, DeLong variance, standard error and clipped limits."""
    placements = _doubled_placements(y_true, y_score, direction)
    area = _area(placements)
    if min(map(len, placements)) < 2:
        return {"auc": float(area)}
    variance = _covariance(placements, placements)
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
    distinct, true, false, m, n = _points(y_true, y_score, direction)
    below = [-math.inf, *distinct]
    points = [(Fraction(tp * n - fp * m, m * n), tp, fp, t) for tp, fp, t in zip(true, false, below, strict=True)]
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
    first = _doubled_placements(y_true, y_score_1, direction_1)
    second = _doubled_placements(y_true, y_score_2, direction_2)
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
