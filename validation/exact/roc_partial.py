"""Certified partial areas: the curve cut piece by piece in fractions, each number rounded once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["partial_auc", "partial_auc_bootstrap"]

Point = tuple[Fraction, Fraction]


def _curve(cases: Counter[float], controls: Counter[float], focus: str) -> list[Point]:
    """Points of the curve from the left end of the axis `focus`, each with its height."""
    m, n = sum(cases.values()), sum(controls.values())
    missed = below = 0
    points = [(Fraction(0), Fraction(1))]
    for value in sorted(cases.keys() | controls.keys()):
        missed += cases[value]
        below += controls[value]
        points.append((Fraction(below, n), 1 - Fraction(missed, m)))
    return points if focus == "specificity" else [(y, x) for x, y in reversed(points)]


def _pieces(points: list[Point], low: Fraction, high: Fraction) -> Iterator[Fraction]:
    for (x0, y0), (x1, y1) in pairwise(points):
        start, stop = max(x0, low), min(x1, high)
        if start < stop:
            slope = (y1 - y0) / (x1 - x0)
            middle = (start + stop) / 2
            yield (stop - start) * (y0 + slope * (middle - x0))


def _area(cases: Counter[float], controls: Counter[float], limits: tuple[Fraction, Fraction], focus: str) -> Fraction:
    return sum(_pieces(_curve(cases, controls, focus), *limits), Fraction(0))


def _corrected(area: Fraction, limits: tuple[Fraction, Fraction]) -> Fraction:
    low, high = limits
    chance = sum(_pieces([(Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))], low, high), Fraction(0))
    return Fraction(1, 2) + (area - chance) / (high - low - chance) / 2


def _groups(y_true: Any, y_score: Any, direction: str) -> tuple[list[float], list[float]]:
    """Scores of the cases and of the controls, which rise with the event, in the order of the patients."""
    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), np.asarray(y_score, dtype=np.float64).tolist(), strict=True))
    cases, controls = ([sign * x for y, x in pairs if y == outcome] for outcome in (1, 0))
    return cases, controls


def _limits(partial_range: Any) -> tuple[Fraction, Fraction]:
    first, second = (Fraction(float(end)) for end in partial_range)
    return min(first, second), max(first, second)


def partial_auc(
    y_true: Any,
    y_score: Any,
    partial_range: Any = (0.9, 1.0),
    focus: str = "specificity",
    direction: str = "higher",
) -> dict[str, Any]:
    """Partial area, plain and corrected."""
    cases, controls = _groups(y_true, y_score, direction)
    limits = _limits(partial_range)
    area = _area(Counter(cases), Counter(controls), limits, focus)
    return {"auc": float(area), "corrected": float(_corrected(area, limits))}


def partial_auc_bootstrap(
    y_true: Any,
    y_score: Any,
    partial_range: Any = (0.9, 1.0),
    focus: str = "specificity",
    corrected: bool = False,
    direction: str = "higher",
    *,
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
) -> dict[str, Any]:
    """Partial area with median and percentile limits over R's stratified resamples."""
    from validation.r_random import RRandom

    groups = _groups(y_true, y_score, direction)
    limits = _limits(partial_range)

    def value(cases: list[float], controls: list[float]) -> Fraction:
        area = _area(Counter(cases), Counter(controls), limits, focus)
        return _corrected(area, limits) if corrected else area

    values: dict[str, Any] = {"auc": float(value(*groups))}
    if min(map(len, groups)) < 2:
        return values
    generator, found = RRandom(seed), []
    for _ in range(bootstraps):
        drawn = [[x[i] for i in generator.sample_int(len(x), replace=True).tolist()] for x in reversed(groups)]
        found.append(value(drawn[1], drawn[0]))
    found.sort()
    tail = (1 - Fraction(level)) / 2
    for name, probability in (("lower", tail), ("median", Fraction(1, 2)), ("upper", 1 - tail)):
        position = (bootstraps - 1) * probability
        below, above = found[math.floor(position)], found[math.ceil(position)]
        values[name] = float(below + (position - math.floor(position)) * (above - below))
    return values
