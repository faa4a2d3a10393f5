"""Certified numbers of a baseline table: fractions, enumeration of tables and 50-digit tails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["baseline_categorical", "baseline_continuous"]

_DIGITS = 50


def baseline_continuous(y_true: Any, x: Any, names: Any = None, level: float = 0.95) -> dict[str, Any]:
    """Means, standard deviations, differences, t and z of each column, each rounded once."""
    outcome, matrix = np.asarray(y_true), np.asarray(x, dtype=np.float64)
    rows = [_column(matrix[outcome == 1, j].tolist(), matrix[outcome == 0, j].tolist()) for j in range(matrix.shape[1])]
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def _moments(values: Sequence[float]) -> tuple[Fraction, Fraction]:
    exact = [Fraction(value) for value in values]
    mean = sum(exact, Fraction(0)) / len(exact)
    return mean, sum(((value - mean) ** 2 for value in exact), Fraction(0)) / (len(exact) - 1)


def _column(events: list[float], others: list[float]) -> dict[str, Any]:
    import mpmath

    m, n = len(events), len(others)
    (first, a), (second, b) = _moments(events), _moments(others)
    with mpmath.workdps(_DIGITS):
        difference = mpmath.mpf((first - second).numerator) / (first - second).denominator
        pooled = ((m - 1) * a + (n - 1) * b) / (m + n - 2) * (Fraction(1, m) + Fraction(1, n))
        separate = a / m + b / n
        degrees = separate**2 / ((a / m) ** 2 / (m - 1) + (b / n) ** 2 / (n - 1))
        student, welch = difference / _root(pooled), difference / _root(separate)
        z, corrected = _rank_scores(events, others)
        return {
            "mean_events": float(first),
            "mean_others": float(second),
            "standard_deviation_events": _root(a),
            "standard_deviation_others": _root(b),
            "mean_difference": difference,
            "standardized_mean_difference": difference / _root((a + b) / 2),
            "student_t": student,
            "student_p_value": _t_tails(student, m + n - 2),
            "welch_t": welch,
            "welch_degrees_of_freedom": float(degrees),
            "welch_p_value": _t_tails(welch, mpmath.mpf(degrees.numerator) / degrees.denominator),
            "mann_whitney_uncorrected_p_value": mpmath.erfc(z / mpmath.sqrt(2)),
            "mann_whitney_corrected_p_value": mpmath.erfc(corrected / mpmath.sqrt(2)),
        }


def _root(value: Fraction) -> Any:
    import mpmath

    return mpmath.sqrt(mpmath.mpf(value.numerator) / value.denominator)


def _t_tails(t: Any, degrees: Any) -> Any:
    import mpmath

    return mpmath.betainc(mpmath.mpf(degrees) / 2, 0.5, 0, degrees / (degrees + t * t), regularized=True)


def _rank_scores(events: list[float], others: list[float]) -> tuple[Any, Any]:
    """Distance of U from its mean over its standard deviation, without and with continuity correction."""
    import mpmath

    twice = sum((a > b) - (a < b) for a in events for b in others)
    m, n = len(events), len(others)
    values = sorted([*events, *others])
    starts = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(values)) if a != b), m + n]
    ties = sum((b - a) ** 3 - (b - a) for a, b in pairwise(starts))
    variance = Fraction(m * n, 12) * (m + n + 1 - Fraction(ties, (m + n) * (m + n - 1)))
    deviation = mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator)
    distance = mpmath.mpf(abs(twice)) / 2
    return distance / deviation, max(distance - mpmath.mpf("0.5"), mpmath.mpf(0)) / deviation


def baseline_categorical(y_true: Any, x: Any, names: Any = None) -> dict[str, Any]:
    """Chi-square statistics and their tails, and Fisher's p-value by listing every table."""
    outcome, matrix = np.asarray(y_true), np.asarray(x, dtype=np.float64)
    rows = [_factor(outcome.tolist(), matrix[:, j].tolist()) for j in range(matrix.shape[1])]
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def _factor(outcome: list[int], values: list[float]) -> dict[str, Any]:
    import mpmath

    levels = sorted(set(values))
    pairs = list(zip(values, outcome, strict=True))
    table = [[pairs.count((level, group)) for group in (1, 0)] for level in levels]
    columns = [sum(row[g] for row in table) for g in (0, 1)]
    n = sum(columns)
    # n (sum O^2 / (R C) - 1)
    shares = (Fraction(row[g] ** 2, sum(row) * columns[g]) for row in table for g in (0, 1))
    plain = n * (sum(shares, Fraction(0)) - 1)
    with mpmath.workdps(_DIGITS):
        found: dict[str, Any] = {
            "chi_square": float(plain),
            "chi_square_p_value": _chi_square_tail(plain, len(levels) - 1),
            "yates_chi_square": math.nan,
            "yates_p_value": math.nan,
            "fisher_p_value": float(_fisher(table, columns)),
        }
        if len(levels) == 2:
            (a, b), (c, d) = table
            half = max(abs(a * d - b * c) - Fraction(n, 2), Fraction(0))
            yates = n * half**2 / ((a + b) * (c + d) * (a + c) * (b + d))
            found["yates_chi_square"], found["yates_p_value"] = float(yates), _chi_square_tail(yates, 1)
    return found


def _chi_square_tail(statistic: Fraction, degrees: int) -> Any:
    import mpmath

    half = mpmath.mpf(statistic.numerator) / statistic.denominator / 2
    return mpmath.gammainc(mpmath.mpf(degrees) / 2, half, regularized=True)


def _fisher(table: list[list[int]], columns: list[int]) -> Fraction:
    sizes = [sum(row) for row in table]
    limit = math.prod(math.comb(size, row[0]) for size, row in zip(sizes, table, strict=True))
    weights = {0: [1]}
    for size in sizes:
        step: dict[int, list[int]] = {}
        for drawn, found in weights.items():
            for k in range(min(size, columns[0] - drawn) + 1):
                factor = math.comb(size, k)
                step.setdefault(drawn + k, []).extend(value * factor for value in found)
        weights = step
    return Fraction(sum(value for value in weights[columns[0]] if value <= limit), math.comb(sum(columns), columns[0]))
