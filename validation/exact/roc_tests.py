"""Certified values of the seeded tests of two ROC curves: every resample counted with whole numbers.

Independent of the fast code: patients are drawn one resample at a time, counted in dictionaries and compared as
fractions; 60 digits carry what is no fraction.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["roc_test_at", "roc_test_bootstrap"]

_DIGITS = 60
#: a patient: outcome, and a score that rises with the event
_Patients = list[tuple[int, float]]
_Value = Callable[[_Patients], Fraction]


def _patients(y_true: Any, y_score: Any, direction: str) -> _Patients:
    sign = 1.0 if direction == "higher" else -1.0
    scores = (sign * np.asarray(y_score, dtype=np.float64) + 0.0).tolist()
    return list(zip(np.asarray(y_true).tolist(), scores, strict=True))


def _area(patients: _Patients) -> Fraction:
    """Pairs that the cases win, ties half."""
    cases, controls = (Counter(x for y, x in patients if y == outcome) for outcome in (1, 0))
    below = won = 0
    for value in sorted(cases.keys() | controls.keys()):
        won += cases[value] * (2 * below + controls[value])
        below += controls[value]
    return Fraction(won, 2 * cases.total() * controls.total())


def _drawn_rows(generator: Any, outcomes: list[int], stratified: bool) -> list[int]:
    every = list(range(len(outcomes)))
    pools = [[i for i in every if outcomes[i] == group] for group in (0, 1)] if stratified else [every]
    return [pool[j] for pool in pools for j in generator.sample_int(len(pool), len(pool), replace=True).tolist()]


def _both(patients: _Patients) -> bool:
    return len({outcome for outcome, _ in patients}) == 2


def _replicates(
    groups: tuple[_Patients, _Patients], value: _Value, paired: bool, stratified: bool, seed: int, bootstraps: int
) -> list[Fraction]:
    from validation.r_random import RRandom

    generator, found = RRandom(seed), []
    outcomes = [[outcome for outcome, _ in patients] for patients in groups]
    for _ in range(bootstraps):
        rows = _drawn_rows(generator, outcomes[0], stratified)
        others = rows if paired else _drawn_rows(generator, outcomes[1], stratified)
        first, second = [groups[0][i] for i in rows], [groups[1][i] for i in others]
        if _both(first) and _both(second):
            found.append(value(first) - value(second))
    return found


def _summary(first: Fraction, second: Fraction, drawn: list[Fraction], level: float, side: str) -> dict[str, Any]:
    """Statistic, p-value and percentile limits of the difference."""
    import mpmath

    values: dict[str, Any] = {"estimate_1": float(first), "estimate_2": float(second)}
    ordered = sorted(drawn)
    with mpmath.workdps(_DIGITS):
        reals = [mpmath.mpf(d.numerator) / d.denominator for d in ordered]
        k = len(reals)
        mean = mpmath.fsum(reals) / k
        variance = mpmath.fsum((d - mean) ** 2 for d in reals) / (k - 1)
        tail = (1 - Fraction(level)) / 2
        for name, probability in (("difference_lower", tail), ("difference_upper", 1 - tail)):
            low, part = divmod((k - 1) * probability, 1)
            below, above = ordered[int(low)], ordered[min(int(low) + 1, k - 1)]
            values[name] = float(below + part * (above - below))
        difference = mpmath.mpf((first - second).numerator) / (first - second).denominator
        if len(set(drawn)) == 1:
            statistic = mpmath.mpf(0) if first == second else mpmath.nan
        else:
            statistic = difference / mpmath.sqrt(variance)
        values["statistic"] = float(statistic)
        if side == "two-sided":
            values["p_value"] = float(mpmath.erfc(abs(statistic) / mpmath.sqrt(2)))
        else:
            towards = statistic if side == "greater" else -statistic
            values["p_value"] = float(mpmath.erfc(towards / mpmath.sqrt(2)) / 2)
    return values


def _test(value: _Value, y_true: Any, y_score_1: Any, y_score_2: Any, **choices: Any) -> dict[str, Any]:
    paired, level = choices.get("paired", True), choices.get("level", 0.95)
    y_true_2 = y_true if choices.get("y_true_2") is None else choices["y_true_2"]
    first = _patients(y_true, y_score_1, choices.get("direction_1", "higher"))
    second = _patients(y_true_2, y_score_2, choices.get("direction_2", "higher"))
    smallest = min(count for p in (first, second) for count in Counter(y for y, _ in p).values())
    if smallest < 2:
        return {}
    stratified, bootstraps = choices.get("stratified", True), choices.get("bootstraps", 2000)
    drawn = _replicates((first, second), value, paired, stratified, choices["seed"], bootstraps)
    if len(drawn) < 2:
        return {}
    found = _summary(value(first), value(second), drawn, level, choices.get("alternative", "two-sided"))
    return found | {"dropped": bootstraps - len(drawn)}


def _line(patients: _Patients, focus: str) -> list[tuple[int, int]]:
    """Corners of the curve in patients, the axis of the range first and rising."""
    m = sum(outcome for outcome, _ in patients)
    cases, controls = (Counter(x for y, x in patients if y == outcome) for outcome in (1, 0))
    points = [(0, m)]
    for value in sorted(cases.keys() | controls.keys()):
        negative, detected = points[-1]
        points.append((negative + controls[value], detected - cases[value]))
    return points if focus == "specificity" else [(y, x) for x, y in reversed(points)]


def _partial_area(patients: _Patients, low: Fraction, high: Fraction, focus: str, corrected: bool) -> Fraction:
    """Trapezoid by trapezoid; only those that the ends of the range cut need fractions."""
    points = _line(patients, focus)
    over, under = points[-1][0], points[0][1]
    start, stop = low * over, high * over
    first, last = math.ceil(start), math.floor(stop)
    twice = Fraction(0)
    whole = 0
    for (x_0, y_0), (x_1, y_1) in pairwise(points):
        if first <= x_0 and x_1 <= last:
            whole += (x_1 - x_0) * (y_0 + y_1)
        elif x_0 < stop and x_1 > start and x_0 < x_1:
            left, right = max(Fraction(x_0), start), min(Fraction(x_1), stop)
            slope = Fraction(y_1 - y_0, x_1 - x_0)
            twice += (right - left) * (2 * y_0 + slope * (left + right - 2 * x_0))
    area = (whole + twice) / (2 * over * under)
    if not corrected:
        return area
    chance = (high - low) * (2 - low - high) / 2
    return Fraction(1, 2) + (area - chance) / (2 * (high - low - chance))


def roc_test_bootstrap(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    partial_range: Any = None,
    focus: str = "specificity",
    corrected: bool = False,
    **choices: Any,
) -> dict[str, Any]:
    """Areas, statistic, p-value, percentile limits and dropped resamples of the bootstrap test of two areas."""
    if partial_range is None:
        return _test(_area, y_true, y_score_1, y_score_2, **choices)
    low, high = sorted(Fraction(float(end)) for end in partial_range)
    return _test(
        lambda patients: _partial_area(patients, low, high, focus, corrected), y_true, y_score_1, y_score_2, **choices
    )


def _rate_at(patients: _Patients, at: str, value: float) -> Fraction:
    """The other rate where `at` has the given value: the best of the points that have it, else on the line."""
    points = _line(patients, "specificity")
    n, m = points[-1][0], points[0][1]
    along, over = (0, n) if at == "specificity" else (1, m)
    other, under = (1, m) if at == "specificity" else (0, n)
    # the given double stands for the share of patients that it is the nearest one to, where there is such a share
    shares = [Fraction(k) for k in range(over + 1) if k / over == value]
    target = shares[0] if shares else Fraction(value) * over
    found = [p[other] for p in points if p[along] == target]
    if found:
        return Fraction(max(found), under)
    below = max((p for p in points if p[along] < target), key=lambda p: (p[along], -p[other]))
    above = min((p for p in points if p[along] > target), key=lambda p: (p[along], -p[other]))
    share = (target - below[along]) / (above[along] - below[along])
    return (below[other] + share * (above[other] - below[other])) / under


def roc_test_at(
    y_true: Any, y_score_1: Any, y_score_2: Any, at: str = "specificity", *, value: float, **choices: Any
) -> dict[str, Any]:
    """Rates, statistic, p-value, percentile limits and dropped resamples of the test at one point."""
    return _test(lambda patients: _rate_at(patients, at, value), y_true, y_score_1, y_score_2, **choices)
