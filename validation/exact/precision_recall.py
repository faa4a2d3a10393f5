"""Certified precision-recall curve: whole numbers of patients, fractions and 50 digits."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["precision_recall", "precision_recall_bootstrap"]

_DIGITS = 50
#: binary places of the sums of fractions, whose own denominators would grow beyond use
_PLACES = 256
#: numbers of cases and of controls at each distinct score, the score that speaks most for the event first
_Steps = list[tuple[float, int, int]]


def _steps(patients: list[tuple[int, float]]) -> _Steps:
    cases, controls = (Counter(x for y, x in patients if y == group) for group in (1, 0))
    values = sorted(cases.keys() | controls.keys(), reverse=True)
    return [(value, cases[value], controls[value]) for value in values]


def _patients(y_true: Any, y_score: Any, direction: str) -> list[tuple[int, float]]:
    sign = 1.0 if direction == "higher" else -1.0
    scores = (sign * np.asarray(y_score, dtype=np.float64) + 0.0).tolist()
    return list(zip(np.asarray(y_true).tolist(), scores, strict=True))


def _average_precision(steps: _Steps) -> Fraction:
    total = positives = found = 0
    for _, cases, controls in steps:
        found += cases
        positives += cases + controls
        total += ((cases * found) << _PLACES) // positives
    return Fraction(total, found << _PLACES)


def _area(steps: _Steps) -> Any:
    """Integral of t / (t + false positives), which grow linearly with t, from each threshold to the next."""
    import mpmath

    total = mpmath.mpf(0)
    t = false = 0
    for _, cases, controls in steps:
        if cases:
            slope = mpmath.mpf(controls) / cases
            offset = false - slope * t
            start, stop = t + false, t + cases + false + controls
            logarithm = mpmath.log(mpmath.mpf(stop) / start) if start else 0
            total += cases / (1 + slope) - offset / (1 + slope) ** 2 * logarithm
        t += cases
        false += controls
    return total / t


def precision_recall(y_true: Any, y_score: Any, direction: str = "higher", level: float = 0.95) -> dict[str, Any]:
    """Curve, average precision with its limits, area and prevalence."""
    import mpmath

    steps = _steps(_patients(y_true, y_score, direction))
    m, n = sum(c for _, c, _ in steps), sum(c for _, _, c in steps)
    points, cases, controls = [], 0, 0
    for value, more_cases, more_controls in steps:
        cases, controls = cases + more_cases, controls + more_controls
        points.append((value if direction == "higher" else 0.0 - value, cases, cases + controls))
    estimate = _average_precision(steps)
    with mpmath.workdps(_DIGITS):
        p = mpmath.mpf(estimate.numerator) / estimate.denominator
        if estimate == 1:
            limits = [1.0, 1.0]
        else:
            tail = (1.0 - level) / 2.0
            reach = [mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(q) - 1) for q in (tail, 1.0 - tail)]
            logit, error = mpmath.log(p / (1 - p)), 1 / mpmath.sqrt(m * p * (1 - p))
            limits = [float(1 / (1 + mpmath.exp(-(logit + z * error)))) for z in reach]
        area = float(_area(steps))
    return {
        "thresholds": np.array([value for value, _, _ in points]),
        "precision": np.array([tp / positives for _, tp, positives in points]),
        "recall": np.array([tp / m for _, tp, _ in points]),
        "average_precision": float(estimate),
        "prevalence": m / (m + n),
        "area": area,
        "lower": limits[0],
        "upper": limits[1],
    }


def precision_recall_bootstrap(
    y_true: Any, y_score: Any, direction: str = "higher", *, seed: int, bootstraps: int = 2000, level: float = 0.95
) -> dict[str, Any]:
    """Average precision, and median and percentile limits over R's stratified resamples."""
    from validation.r_random import RRandom

    patients = _patients(y_true, y_score, direction)
    values = {"average_precision": float(_average_precision(_steps(patients)))}
    groups = [[p for p in patients if p[0] == outcome] for outcome in (0, 1)]
    if min(map(len, groups)) < 2:
        return values
    generator, drawn = RRandom(seed), []
    for _ in range(bootstraps):
        resample = [g[i] for g in groups for i in generator.sample_int(len(g), len(g), replace=True).tolist()]
        drawn.append(_average_precision(_steps(resample)))
    drawn.sort()
    tail = (1 - Fraction(level)) / 2
    for name, probability in (("lower", tail), ("median", Fraction(1, 2)), ("upper", 1 - tail)):
        low, part = divmod((bootstraps - 1) * probability, 1)
        above = drawn[min(int(low) + 1, bootstraps - 1)]
        values[name] = float((1 - part) * drawn[int(low)] + part * above)
    return values
