"""Certified optimism of a best cut-off: every resample's own curve walked point by point, every mean a fraction."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from validation.exact.coordinates import CurvePoint, criterion, point_at, points_of
from validation.exact.roc_bands import resampled_groups

__all__ = ["cutoff_optimism"]


def _best(cases: list[float], controls: list[float], method: str, ratio: Fraction) -> list[CurvePoint]:
    points = points_of(cases, controls)
    highest = max(criterion(point, method, ratio) for point in points)
    return [point for point in points if criterion(point, method, ratio) == highest]


def _means(points: list[CurvePoint]) -> tuple[Fraction, Fraction]:
    k = len(points)
    return sum((p.se for p in points), Fraction(0)) / k, sum((p.sp for p in points), Fraction(0)) / k


def cutoff_optimism(
    y_true: Any,
    y_score: Any,
    *,
    direction: str = "higher",
    method: str = "youden",
    weights: Any = (1.0, 0.5),
    seed: int,
    bootstraps: int,
) -> dict[str, Any]:
    """Apparent values, optimism and corrected values of sensitivity, specificity and Youden's index."""
    from validation.r_random import RRandom

    sign = 1.0 if direction == "higher" else -1.0
    outcome, scores = np.asarray(y_true).tolist(), (sign * np.asarray(y_score, float) + 0.0).tolist()
    cases, controls = ([x for x, y in zip(scores, outcome, strict=True) if y == group] for group in (1, 0))
    if min(len(cases), len(controls)) < 2:
        return {}
    cost, share = (Fraction(repr(float(value))) for value in weights)
    ratio, excess = (1 - share) / (cost * share), [Fraction(0), Fraction(0)]
    for groups in resampled_groups(outcome, scores, RRandom(seed), bootstraps, True):
        own = _best(*groups, method, ratio)
        pairs = zip(_means(own), _means([point_at(cases, controls, p.threshold) for p in own]), strict=True)
        for j, (there, here) in enumerate(pairs):
            excess[j] += (there - here) / bootstraps
    chosen = _best(cases, controls, method, ratio)
    apparent = _means(chosen)
    corrected = [value - e for value, e in zip(apparent, excess, strict=True)]
    found: dict[str, Any] = {"threshold": sign * np.array([point.threshold for point in chosen]) + 0.0}
    for kind, (se, sp) in (("apparent", apparent), ("corrected", corrected)):
        found |= {f"{kind}_sensitivity": float(se), f"{kind}_specificity": float(sp)}
        found[f"{kind}_youden"] = float(se - ratio * (1 - sp))
    return found | {
        "optimism_sensitivity": float(excess[0]),
        "optimism_specificity": float(excess[1]),
        "optimism_youden": float(excess[0] + ratio * excess[1]),
    }
