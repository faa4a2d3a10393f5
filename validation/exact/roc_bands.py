"""Certified seeded limits of coordinates of a ROC curve: every resample a list of patients, every rate a fraction.

Independent of the fast code: patients are drawn one resample at a time and each resample's own curve is walked point by
point; quantiles are taken of fractions and rounded once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from validation.exact.coordinates import criterion, describe, point_at, point_at_rate, points_of, roc_coordinates

__all__ = [
    "coordinate_intervals",
    "quantiles",
    "resampled_groups",
    "sensitivity_band",
    "specificity_band",
    "threshold_intervals",
]

_Groups = tuple[list[float], list[float]]


def _groups(y_true: Any, y_score: Any, direction: str) -> tuple[list[int], list[float]]:
    sign = 1.0 if direction == "higher" else -1.0
    return np.asarray(y_true).tolist(), (sign * np.asarray(y_score, dtype=np.float64) + 0.0).tolist()


def _split(outcome: list[int], scores: list[float], rows: list[int]) -> _Groups:
    return tuple([scores[i] for i in rows if outcome[i] == group] for group in (1, 0))  # type: ignore[return-value]


def resampled_groups(
    outcome: list[int], scores: list[float], generator: Any, bootstraps: int, stratified: bool
) -> Iterator[_Groups]:
    """Scores of cases and controls in each resample that holds both."""
    places = [[i for i, y in enumerate(outcome) if y == group] for group in (0, 1)]
    for _ in range(bootstraps):
        if stratified:
            rows = [p[j] for p in places for j in generator.sample_int(len(p), replace=True).tolist()]
        else:
            rows = generator.sample_int(len(outcome), replace=True).tolist()
        cases, controls = _split(outcome, scores, rows)
        if cases and controls:
            yield cases, controls


def quantiles(values: list[Fraction], level: float) -> list[float]:
    """Quantiles of type 7 at both tails and the middle: lower limit, median, upper limit."""
    ordered, tail = sorted(values), (1 - Fraction(level)) / 2
    found = []
    for probability in (tail, Fraction(1, 2), 1 - tail):
        position = (len(ordered) - 1) * probability
        below = position.numerator // position.denominator
        part = position - below
        value = ordered[below] if part == 0 else ordered[below] * (1 - part) + ordered[below + 1] * part
        found.append(float(value))
    return found


def _band(
    y_true: Any,
    y_score: Any,
    values: Any,
    rate: str,
    *,
    direction: str = "higher",
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int,
    level: float,
) -> dict[str, Any]:
    from validation.r_random import RRandom

    outcome, scores = _groups(y_true, y_score, direction)
    unit = 100 if percent else 1
    wanted = [unit * k / 10 for k in range(11)] if values is None else np.atleast_1d(values).tolist()
    other = "se" if rate == "specificity" else "sp"

    def heights(groups: _Groups) -> list[Fraction]:
        points, counted = points_of(*groups), (len(groups[0]), len(groups[1]))
        return [unit * getattr(point_at_rate(points, rate, v, counted, unit), other) for v in wanted]

    data = _split(outcome, scores, list(range(len(outcome))))
    if min(map(len, data)) < 2:
        return {}
    rows = [heights(g) for g in resampled_groups(outcome, scores, RRandom(seed), bootstraps, stratified)]
    limits = np.array([quantiles([row[j] for row in rows], level) for j in range(len(wanted))])
    name = "sensitivity" if rate == "specificity" else "specificity"
    return {
        name: np.array([float(height) for height in heights(data)]),
        **{word: limits[:, j] for j, word in enumerate(("lower", "median", "upper"))},
    }


def sensitivity_band(y_true: Any, y_score: Any, specificities: Any = None, **choices: Any) -> dict[str, Any]:
    """Sensitivity at specificities, and its limits and median over the resamples."""
    return _band(y_true, y_score, specificities, "specificity", **choices)


def specificity_band(y_true: Any, y_score: Any, sensitivities: Any = None, **choices: Any) -> dict[str, Any]:
    """Specificity at sensitivities, and its limits and median over the resamples."""
    return _band(y_true, y_score, sensitivities, "sensitivity", **choices)


def threshold_intervals(
    y_true: Any,
    y_score: Any,
    at: Any = "local_maxima",
    *,
    direction: str = "higher",
    method: str = "youden",
    weights: Any = (1.0, 0.5),
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int,
    level: float,
) -> dict[str, Any]:
    """Both rates at thresholds of the data or given ones, and their limits and medians over the resamples."""
    from validation.r_random import RRandom

    outcome, scores = _groups(y_true, y_score, direction)
    if min(sum(outcome), len(outcome) - sum(outcome)) < 2:
        return {}
    sign, unit = (1.0 if direction == "higher" else -1.0), 100 if percent else 1
    data = roc_coordinates(y_true, y_score, at, direction=direction, method=method, weights=weights, percent=percent)
    cuts = (sign * data["threshold"]).tolist()
    rows = [
        [point_at(*groups, cut) for cut in cuts]
        for groups in resampled_groups(outcome, scores, RRandom(seed), bootstraps, stratified)
    ]
    found = {name: data[name] for name in ("threshold", "specificity", "sensitivity")}
    for name, rate in (("specificity", "sp"), ("sensitivity", "se")):
        limits = [quantiles([unit * getattr(row[j], rate) for row in rows], level) for j in range(len(cuts))]
        found |= {
            f"{name}_{w}": np.array(v)
            for w, v in zip(("lower", "median", "upper"), zip(*limits, strict=True), strict=True)
        }
    return found


def _float_quantiles(values: list[float], level: float) -> list[float]:
    """Quantiles of type 7 of doubles, some of which may be infinite; each rounded once."""
    if any(math.isinf(value) for value in values):
        ordered, tail = sorted(values), (1 - Fraction(level)) / 2
        found = []
        for probability in (tail, Fraction(1, 2), 1 - tail):
            below, part = divmod((len(ordered) - 1) * probability, 1)
            low, high = ordered[int(below)], ordered[min(int(below) + 1, len(ordered) - 1)]
            found.append(low if part == 0 or low == high else float(1 - part) * low + float(part) * high)
        return found
    return quantiles([Fraction(value) for value in values], level) if values else [math.nan] * 3


def coordinate_intervals(
    y_true: Any,
    y_score: Any,
    at: Any = "best",
    *,
    given: str = "threshold",
    direction: str = "higher",
    method: str = "youden",
    weights: Any = (1.0, 0.5),
    policy: str = "stop",
    columns: Any,
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int,
    level: float,
) -> dict[str, Any]:
    """Limits and medians of coordinates, each of which is rounded once in every resample."""
    from validation.r_random import RRandom

    outcome, scores = _groups(y_true, y_score, direction)
    if min(sum(outcome), len(outcome) - sum(outcome)) < 2:
        return {}
    sign, unit = (1.0 if direction == "higher" else -1.0), 100 if percent else 1
    cost, share = (Fraction(repr(float(value))) for value in weights)
    ratio, generator, kept = (1 - share) / (cost * share), RRandom(seed), []
    for groups in resampled_groups(outcome, scores, generator, bootstraps, stratified):
        counted = len(groups[0]), len(groups[1])
        if isinstance(at, str):
            points = points_of(*groups)
            highest = max(criterion(point, method, ratio) for point in points)
            points = [point for point in points if criterion(point, method, ratio) == highest]
            if len(points) > 1 and policy == "omit":
                continue
            if len(points) > 1:
                points = [points[int(generator.sample_int(len(points), 1)[0])]]
        elif given == "threshold":
            points = [point_at(*groups, sign * value) for value in np.asarray(at).tolist()]
        else:
            curve = points_of(*groups)
            points = [point_at_rate(curve, given, value, counted, unit) for value in np.asarray(at).tolist()]
        rows = [describe(point, counted, unit, ratio) for point in points]
        kept.append([[sign * row[c] if c == "threshold" else row[c] for c in columns] for row in rows])
    cells = np.array(kept)
    limits = np.array([[_float_quantiles(_defined(cell), level) for cell in point.T] for point in cells.swapaxes(0, 1)])
    return {name: limits[:, :, k] for k, name in enumerate(("lower", "median", "upper"))}


def _defined(cell: Any) -> list[float]:
    return [value for value in cell.tolist() if not math.isnan(value)]
