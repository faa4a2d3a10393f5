"""Certified values of Hand and Till's area: patients of each pair of classes counted in dictionaries, in fractions."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

__all__ = ["multiclass_auc", "multiclass_auc_bootstrap"]

#: a patient: class, and one score for each column
_Patients = list[tuple[int, list[float]]]


def _patients(y_true: Any, y_score: Any) -> _Patients:
    scores = np.asarray(y_score, dtype=np.float64)
    rows = (scores[:, None] if scores.ndim == 1 else scores).tolist()
    labels = np.asarray(y_true).tolist()
    order = sorted(set(labels))
    return [(order.index(label), row) for label, row in zip(labels, rows, strict=True)]


def _wins(patients: _Patients, winner: int, loser: int, column: int) -> Fraction:
    """Share of pairs in which a patient of the one class has the higher score, ties half."""
    high, low = (Counter(row[column] + 0.0 for c, row in patients if c == group) for group in (winner, loser))
    below = won = 0
    for value in sorted(high.keys() | low.keys()):
        won += high[value] * (2 * below + low[value])
        below += low[value]
    return Fraction(won, 2 * high.total() * low.total())


def _pairwise(patients: _Patients, words: list[str]) -> list[Fraction]:
    classes = max(c for c, _ in patients) + 1
    matrix = len(patients[0][1]) > 1
    found = []
    for (i, j), word in zip(combinations(range(classes), 2), words, strict=True):
        areas = [_wins(patients, i, j, i), _wins(patients, j, i, j)] if matrix else [_wins(patients, j, i, 0)]
        areas = areas if word == "higher" else [1 - area for area in areas]
        found.append(sum(areas, Fraction(0)) / len(areas))
    return found


def _words(y_true: Any, direction: Any) -> list[str]:
    classes = len(set(np.asarray(y_true).tolist()))
    return [direction] * (classes * (classes - 1) // 2) if isinstance(direction, str) else list(direction)


def multiclass_auc(y_true: Any, y_score: Any, direction: Any = "higher") -> dict[str, Any]:
    """Mean and pairwise areas; classes are numbers in rising order."""
    areas = _pairwise(_patients(y_true, y_score), _words(y_true, direction))
    return {"auc": float(sum(areas, Fraction(0)) / len(areas)), "pairwise": np.array([float(a) for a in areas])}


def multiclass_auc_bootstrap(
    y_true: Any, y_score: Any, direction: Any = "higher", *, seed: int, bootstraps: int = 2000, level: float = 0.95
) -> dict[str, Any]:
    """Mean area, and median and percentile limits over resamples of each class in turn."""
    from validation.r_random import RRandom

    patients, words = _patients(y_true, y_score), _words(y_true, direction)
    groups = [[p for p in patients if p[0] == c] for c in range(max(c for c, _ in patients) + 1)]
    if min(map(len, groups)) < 2:
        return {"auc": multiclass_auc(y_true, y_score, direction)["auc"]}
    generator, drawn = RRandom(seed), []
    for _ in range(bootstraps):
        resample = [g[i] for g in groups for i in generator.sample_int(len(g), len(g), replace=True).tolist()]
        areas = _pairwise(resample, words)
        drawn.append(sum(areas, Fraction(0)) / len(areas))
    drawn.sort()
    values = {"auc": multiclass_auc(y_true, y_score, direction)["auc"]}
    tail = (1 - Fraction(level)) / 2
    for name, probability in (("lower", tail), ("median", Fraction(1, 2)), ("upper", 1 - tail)):
        low, part = divmod((bootstraps - 1) * probability, 1)
        above = drawn[min(int(low) + 1, bootstraps - 1)]
        values[name] = float((1 - part) * drawn[int(low)] + part * above)
    return values
