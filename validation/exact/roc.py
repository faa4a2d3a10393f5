"""Certified values of the ROC family: exact integers and fractions, rounded once.

Independent of the fast code: no array sorting, no searching, no double-precision sums. Patients are counted by distinct
score in dictionaries, and Python's unlimited integers carry every sum; the quotient of two integers is rounded
correctly by Python. Logarithmic-linear in the number of patients, so that large cohorts can be certified too.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["auc", "auc_bootstrap", "curve", "optimal_cutoff", "roc_test"]

_DIGITS = 50


@dataclass(frozen=True)
class _Counted:
    """Cases and controls by distinct score, which rises with the event; the patients' scores in their order."""

    values: list[float]
    cases: Counter[float]
    controls: Counter[float]
    case_scores: list[float]
    control_scores: list[float]


def _count(y_true: Any, y_score: Any, direction: str) -> _Counted:
    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), (sign * np.asarray(y_score, dtype=np.float64)).tolist(), strict=True))
    case_scores = [score for outcome, score in pairs if outcome == 1]
    control_scores = [score for outcome, score in pairs if outcome == 0]
    cases, controls = Counter(case_scores), Counter(control_scores)
    return _Counted(sorted(cases.keys() | controls.keys()), cases, controls, case_scores, control_scores)


@dataclass(frozen=True)
class _Won:
    """Twice the number of pairs that each case and each control takes part in and the case wins, ties once."""

    cases: list[int]
    controls: list[int]

    @property
    def area(self) -> Fraction:
        return Fraction(sum(self.cases), 2 * len(self.cases) * len(self.controls))


def _won(y_true: Any, y_score: Any, direction: str) -> _Won:
    counted = _count(y_true, y_score, direction)
    of_case, of_control = {}, {}
    controls_below, cases_above = 0, len(counted.case_scores)
    for value in counted.values:
        cases, controls = counted.cases[value], counted.controls[value]
        cases_above -= cases
        of_case[value] = 2 * controls_below + controls
        of_control[value] = 2 * cases_above + cases
        controls_below += controls
    return _Won([of_case[x] for x in counted.case_scores], [of_control[x] for x in counted.control_scores])


def _spread(a: list[int], b: list[int]) -> Fraction:
    """Sample covariance (divisor k - 1), exactly."""
    k = len(a)
    return Fraction(k * sum(x * y for x, y in zip(a, b, strict=True)) - sum(a) * sum(b), k * (k - 1))


def _covariance(first: _Won, second: _Won) -> Fraction:
    m, n = len(first.cases), len(first.controls)
    by_cases = _spread(first.cases, second.cases) / (4 * n * n * m)
    by_controls = _spread(first.controls, second.controls) / (4 * m * m * n)
    return by_cases + by_controls


def _quantile(probability: float) -> Any:
    """Quantile of the standard normal distribution to 50 digits."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(probability) - 1)


def _real(value: Fraction) -> Any:
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator


def _between(low: float, high: float, direction: str) -> float:
    """Threshold between neighbouring distinct scores: the midpoint rounded once, infinite at the ends.

    Where no double lies between, the value on the positive side. ``0.0 -`` keeps the zero positive.
    """
    if math.isinf(low) or math.isinf(high):
        middle = -math.inf if math.isinf(low) else math.inf
    else:
        middle = float((Fraction(low) + Fraction(high)) / 2)
        if middle in (low, high):
            middle = high
    return middle if direction == "higher" else 0.0 - middle


def _points(y_true: Any, y_score: Any, direction: str) -> tuple[int, int, list[tuple[int, int, float]]]:
    """Numbers of cases and controls; true positives, false positives and threshold of every point of the curve."""
    counted = _count(y_true, y_score, direction)
    m, n = len(counted.case_scores), len(counted.control_scores)
    tp, fp = m, n
    ends = [-math.inf, *counted.values, math.inf]
    points = [(m, n, _between(ends[0], ends[1], direction))]
    for value, following in pairwise(ends[1:]):
        tp -= counted.cases[value]
        fp -= counted.controls[value]
        points.append((tp, fp, _between(value, following, direction)))
    return m, n, points


def curve(y_true: Any, y_score: Any, direction: str = "higher") -> dict[str, Any]:
    """Thresholds, sensitivity and specificity at every point, in curve order."""
    m, n, points = _points(y_true, y_score, direction)
    return {
        "thresholds": np.array([threshold for *_, threshold in points]),
        "sensitivity": np.array([tp / m for tp, _, _ in points]),
        "specificity": np.array([(n - fp) / n for _, fp, _ in points]),
    }


def auc(y_true: Any, y_score: Any, direction: str = "higher", level: float = 0.95) -> dict[str, Any]:
    """AUC, DeLong variance, standard error and clipped limits."""
    import mpmath

    won = _won(y_true, y_score, direction)
    area = won.area
    if min(len(won.cases), len(won.controls)) < 2:
        return {"auc": float(area)}
    variance = _covariance(won, won)
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


def _pairs_in_resamples(counted: _Counted, seed: int, bootstraps: int) -> list[int]:
    """Twice the pairs that cases win in each of R's stratified resamples, in rising order."""
    from validation.r_random import RRandom

    generator, found = RRandom(seed), []
    for _ in range(bootstraps):
        controls, cases = (
            Counter([scores[i] for i in generator.sample_int(len(scores), replace=True).tolist()])
            for scores in (counted.control_scores, counted.case_scores)
        )
        below = won = 0
        for value in sorted(controls.keys() | cases.keys()):
            won += cases[value] * (2 * below + controls[value])
            below += controls[value]
        found.append(won)
    return sorted(found)


def auc_bootstrap(
    y_true: Any, y_score: Any, direction: str = "higher", *, seed: int, bootstraps: int = 2000, level: float = 0.95
) -> dict[str, Any]:
    """AUC, and median and percentile limits over R's stratified resamples."""
    counted = _count(y_true, y_score, direction)
    values = {"auc": float(_won(y_true, y_score, direction).area)}
    m, n = len(counted.case_scores), len(counted.control_scores)
    if min(m, n) < 2:
        return values
    ordered = _pairs_in_resamples(counted, seed, bootstraps)
    tail = (1 - Fraction(level)) / 2
    for name, probability in (("lower", tail), ("median", Fraction(1, 2)), ("upper", 1 - tail)):
        below, part = divmod((bootstraps - 1) * probability, 1)
        above = min(int(below) + 1, bootstraps - 1)
        values[name] = float(((1 - part) * ordered[int(below)] + part * ordered[above]) / (2 * m * n))
    return values


def optimal_cutoff(
    y_true: Any,
    y_score: Any,
    direction: str = "higher",
    method: str = "youden",
    weights: Any = (1.0, 0.5),
) -> dict[str, Any]:
    """Thresholds and rates at all exact optima, in curve order."""
    m, n, points = _points(y_true, y_score, direction)
    cost, prevalence = (Fraction(repr(float(value))) for value in weights)
    weight = (1 - prevalence) / (cost * prevalence)

    def criterion(tp: int, fp: int) -> Fraction:
        return tp * n - weight * fp * m if method == "youden" else -(((m - tp) * n) ** 2) - weight * (fp * m) ** 2

    best = max(criterion(tp, fp) for tp, fp, _ in points)
    chosen = [point for point in points if criterion(*point[:2]) == best]

    def ratio(top: int, bottom: int) -> float:
        return top / bottom if bottom else math.nan

    def column(value: Any) -> Any:
        return np.array([value(tp, fp) for tp, fp, _ in chosen], dtype=np.float64)

    return {
        "threshold": np.array([threshold for *_, threshold in chosen]),
        "youden": column(lambda tp, fp: (tp * n - weight * fp * m) / (m * n)),
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


def roc_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    direction_1: str = "higher",
    direction_2: str = "higher",
    level: float = 0.95,
) -> dict[str, Any]:
    """Areas, difference, covariance, statistic, p-value and limits of the paired comparison."""
    import mpmath

    first, second = _won(y_true, y_score_1, direction_1), _won(y_true, y_score_2, direction_2)
    if min(len(first.cases), len(first.controls)) < 2:
        return {"auc_1": float(first.area), "auc_2": float(second.area)}
    difference, covariance = first.area - second.area, _covariance(first, second)
    variance = _covariance(first, first) + _covariance(second, second) - 2 * covariance
    values = {
        "auc_1": float(first.area),
        "auc_2": float(second.area),
        "difference": float(difference),
        "covariance": float(covariance),
    }
    if variance == 0:
        # without a variance there is a test of equal areas only
        test = (math.nan, math.nan) if difference else (0.0, 1.0)
        ends = dict.fromkeys(("lower", "upper"), float(difference))
        return values | ends | {"standard_error": 0.0} | dict(zip(("statistic", "p_value"), test, strict=True))
    with mpmath.workdps(_DIGITS):
        error = mpmath.sqrt(_real(variance))
        statistic = _real(difference) / error
        reach = _quantile(1.0 - (1.0 - level) / 2.0) * error
        return values | {
            "standard_error": float(error),
            "statistic": float(statistic),
            "p_value": float(mpmath.erfc(abs(statistic) / mpmath.sqrt(2))),
            "lower": float(_real(difference) - reach),
            "upper": float(_real(difference) + reach),
        }
