"""Certified simultaneous bands: net benefits of the resamples as fractions, square roots to 50 digits.

Nothing here shares code with the computation that it certifies except R's generator, which is held to R itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from validation.r_random import RRandom

__all__ = ["bands"]

_DIGITS = 10**50


def bands(
    *,
    y_true: Any,
    risks: Mapping[str, Any],
    reference: str = "none",
    thresholds: Any,
    level: float = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> dict[str, Any]:
    """Certified quantities; none where a model is refitted."""
    values = [np.asarray(risk, dtype=np.float64) for risk in risks.values()]
    if any(risk.ndim == 2 for risk in values):
        return {}
    outcome, grid = np.asarray(y_true).astype(np.int64), np.asarray(thresholds, dtype=np.float64).tolist()
    n, generator = outcome.size, RRandom(seed)
    times = [np.ones(n, dtype=np.int64)]
    for _ in range(bootstraps):
        drawn = np.bincount(generator.sample_int(n, n, True), minlength=n)
        if 0 < int((drawn * outcome).sum()) < n:
            times.append(drawn)
    lines = [_gains(outcome, values, times, t, tie_rule, reference) for t in grid]
    errors = [_variance(line[1:]) for line in lines]
    largest = sorted(
        max((line[b] - line[0]) ** 2 / error for line, error in zip(lines, errors, strict=True) if error)
        for b in range(1, len(times))
    )
    squared = largest[math.ceil(len(largest) * level) - 1]
    out: dict[str, list[float]] = {}
    harm, tail = Fraction(test_harm), 1.0 - level
    for line, error in zip(lines, errors, strict=True):
        ordered, half = sorted(line[1:]), _root(squared * error)
        ranks = [max(1, math.ceil(len(ordered) * p)) - 1 for p in (tail / 2.0, 1.0 - tail / 2.0)]
        column = {
            "estimate": line[0] - harm,
            "pointwise_lower": ordered[ranks[0]] - harm,
            "pointwise_upper": ordered[ranks[1]] - harm,
            "standard_error": _root(error),
            "lower": line[0] - harm - half,
            "upper": line[0] - harm + half,
        }
        for name, value in column.items():
            out.setdefault(name, []).append(value.numerator / value.denominator)
    return {name: np.array(column) for name, column in out.items()} | {"critical_value": float(_root(squared))}


def _gains(outcome: Any, risks: list[Any], times: list[Any], t: float, tie_rule: str, reference: str) -> list[Fraction]:
    """Net benefit over the reference in the data and in each resample."""
    treated = [(risk >= t if tie_rule == "at-or-above" else risk > t).astype(np.int64) for risk in risks]
    if len(treated) == 1:
        treated.append(np.full(outcome.size, 1 if reference == "all" else 0))
    gained, weight = treated[0] - treated[1], Fraction(t) / (1 - Fraction(t))
    return [
        (int((drawn * gained * outcome).sum()) - weight * int((drawn * gained * (1 - outcome)).sum())) / outcome.size
        for drawn in times
    ]


def _variance(values: list[Fraction]) -> Fraction:
    mean = sum(values, Fraction(0)) / len(values)
    return sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def _root(value: Fraction) -> Fraction:
    return Fraction(math.isqrt(value.numerator * _DIGITS**2 // value.denominator), _DIGITS)
