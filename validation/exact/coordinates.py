"""Certified coordinates of ROC curves: patients counted one threshold at a time, every number a fraction until the end.

Independent of the fast code: no arrays, no searching; points are compared as fractions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["CurvePoint", "describe", "point_at_rate", "points_of", "roc_coordinates"]


@dataclass(frozen=True)
class CurvePoint:
    """Sensitivity and specificity at a threshold."""

    threshold: float
    se: Fraction
    sp: Fraction


def points_of(cases: list[float], controls: list[float]) -> list[CurvePoint]:
    """All points of a curve of scores that rise with the event, from sensitivity 1 on."""
    of_cases, of_controls = Counter(cases), Counter(controls)
    values = sorted(of_cases.keys() | of_controls.keys())
    tp, tn, found = len(cases), 0, [CurvePoint(-math.inf, Fraction(1), Fraction(0))]
    for low, high in pairwise([*values, math.inf]):
        tp -= of_cases[low]
        tn += of_controls[low]
        cut = math.inf
        if high < math.inf:
            middle = float((Fraction(low) + Fraction(high)) / 2)
            cut = high if middle in (low, high) else middle
        found.append(CurvePoint(cut, Fraction(tp, len(cases)), Fraction(tn, len(controls))))
    return found


def point_at(cases: list[float], controls: list[float], cut: float) -> CurvePoint:
    """What a threshold does."""
    se = Fraction(sum(x >= cut for x in cases), len(cases))
    return CurvePoint(cut, se, Fraction(sum(x < cut for x in controls), len(controls)))


def criterion(point: CurvePoint, method: str, ratio: Fraction) -> Fraction:
    """What the best point maximises."""
    if method == "youden":
        return point.se - ratio * (1 - point.sp)
    return -((1 - point.se) ** 2) - ratio * (1 - point.sp) ** 2


#: a monotone coordinate as a fraction of cases or controls: of which, and the share from sensitivity or specificity
_RATES: dict[str, tuple[bool, Callable[[Fraction], Fraction]]] = {
    **dict.fromkeys(("sensitivity", "true_positive_rate", "recall", "true_positives"), (True, lambda rate: rate)),
    **dict.fromkeys(("one_minus_sensitivity", "false_negative_rate", "false_negatives"), (True, lambda rate: 1 - rate)),
    **dict.fromkeys(("specificity", "true_negative_rate", "true_negatives"), (False, lambda rate: rate)),
    **dict.fromkeys(
        ("one_minus_specificity", "false_positive_rate", "false_positives"), (False, lambda rate: 1 - rate)
    ),
}


def point_at_rate(
    points: list[CurvePoint], name: str, value: float, counted: tuple[int, int], unit: int = 1
) -> CurvePoint:
    """Point with the given value: the best of several, or on the line between two."""
    of_cases, turned = _RATES[name]
    total = (counted[0] if of_cases else counted[1]) if name.endswith("tives") else unit

    def along(point: CurvePoint) -> Fraction:
        return turned(point.se if of_cases else point.sp)

    def other(point: CurvePoint) -> Fraction:
        return point.sp if of_cases else point.se

    hit = [point for point in points if float(total * along(point)) == value]
    if hit:
        return max(hit, key=other)
    share = Fraction(value) / total
    for first, second in pairwise(points):
        low, high = sorted((along(first), along(second)))
        if low < share < high:
            part = (share - along(second)) / (along(first) - along(second))
            se, sp = (getattr(second, r) + part * (getattr(first, r) - getattr(second, r)) for r in ("se", "sp"))
            return CurvePoint(math.nan, se, sp)
    raise ValueError(f"{value} is not on the curve")


def _corners(points: list[CurvePoint]) -> list[CurvePoint]:
    """Points with a better specificity than the one before and a better sensitivity than the one after."""
    found = []
    for i, point in enumerate(points):
        gained = i == 0 or point.sp > points[i - 1].sp
        kept = i == len(points) - 1 or point.se > points[i + 1].se or (i > 0 and point.se == 0)
        if gained and kept:
            found.append(point)
    return found


def _quotient(top: Fraction, bottom: Fraction) -> float:
    if bottom == 0:
        return math.inf if top else math.nan
    return float(top / bottom)


def describe(
    point: CurvePoint,
    counted: tuple[int, int],
    unit: int = 1,
    ratio: Fraction = Fraction(1),
    prevalence: Fraction | None = None,
) -> dict[str, float]:
    """All coordinates of a point."""
    m, n = counted
    share = Fraction(m, m + n) if prevalence is None else prevalence
    tp, fn = share * point.se, share * (1 - point.se)
    tn, fp = (1 - share) * point.sp, (1 - share) * (1 - point.sp)
    ppv, npv = _quotient(unit * tp, tp + fp), _quotient(unit * tn, tn + fn)
    fdr, missed = _quotient(unit * fp, tp + fp), _quotient(unit * fn, tn + fn)
    right = (m * point.se + n * point.sp) / (m + n)
    se, sp = float(unit * point.se), float(unit * point.sp)
    not_se, not_sp = float(unit * (1 - point.se)), float(unit * (1 - point.sp))
    return {
        "threshold": point.threshold,
        **dict.fromkeys(("specificity", "true_negative_rate"), sp),
        **dict.fromkeys(("sensitivity", "true_positive_rate", "recall"), se),
        "accuracy": float(unit * right),
        "one_minus_accuracy": float(unit * (1 - right)),
        "true_positives": float(m * point.se),
        "false_negatives": float(m * (1 - point.se)),
        "true_negatives": float(n * point.sp),
        "false_positives": float(n * (1 - point.sp)),
        **dict.fromkeys(("positive_predictive_value", "precision"), ppv),
        "negative_predictive_value": npv,
        **dict.fromkeys(("false_discovery_rate", "one_minus_positive_predictive_value"), fdr),
        "one_minus_negative_predictive_value": missed,
        **dict.fromkeys(("false_positive_rate", "one_minus_specificity"), not_sp),
        **dict.fromkeys(("false_negative_rate", "one_minus_sensitivity"), not_se),
        "youden": float(unit * criterion(point, "youden", ratio)),
        "closest_topleft": float(-unit * criterion(point, "closest_topleft", ratio)),
        "positive_likelihood_ratio": _quotient(point.se, 1 - point.sp),
        "negative_likelihood_ratio": _quotient(1 - point.se, point.sp),
    }


def _written(value: float) -> Fraction:
    return Fraction(repr(float(value)))


def roc_coordinates(
    y_true: Any,
    y_score: Any,
    at: Any = "best",
    *,
    given: str = "threshold",
    direction: str = "higher",
    method: str = "youden",
    weights: Any = (1.0, 0.5),
    partial: Any = None,
    focus: str = "specificity",
    prevalence: float | None = None,
    percent: bool = False,
    columns: Any = None,
) -> dict[str, Any]:
    """All coordinates at the points that are asked for."""
    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), (sign * np.asarray(y_score, float) + 0.0).tolist(), strict=True))
    cases, controls = ([x for y, x in pairs if y == group] for group in (1, 0))
    counted, unit = (len(cases), len(controls)), 100 if percent else 1
    cost, share = (_written(value) for value in weights)
    ratio = (1 - share) / (cost * share)
    points = points_of(cases, controls)
    if isinstance(at, str):
        if partial is not None:
            rate = "sp" if focus == "specificity" else "se"
            points = [p for p in points if min(partial) <= float(unit * getattr(p, rate)) <= max(partial)]
        if at == "best":
            highest = max(criterion(point, method, ratio) for point in points)
            points = [point for point in points if criterion(point, method, ratio) == highest]
        elif at != "all":
            points = _corners(points)
    else:
        values = np.atleast_1d(np.asarray(at, dtype=np.float64)).tolist()
        if given == "threshold":
            points = [point_at(cases, controls, sign * value) for value in values]
        else:
            points = [point_at_rate(points, given, value, counted, unit) for value in values]
    stated = None if prevalence is None else _written(prevalence)
    rows = [describe(point, counted, unit, ratio, stated) for point in points]
    found = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return found | {"threshold": sign * found["threshold"] + 0.0}
