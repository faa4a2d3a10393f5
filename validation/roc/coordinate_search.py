"""Where on a ROC curve a coordinate is asked for: at a value of it, at the best point, at local maxima, in a region."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.roc.coordinate_columns import ExactPoint, Frame
from validation.roc.curve import PROC

__all__ = ["MONOTONE", "Points", "best", "between", "criterion_of_proc", "local_maxima", "place", "region"]

Integers = npt.NDArray[np.int64]
#: coordinates that rise and that fall along the curve
_RISING = ("specificity", "true_negatives", "true_negative_rate", "false_negatives", "false_negative_rate")
_FALLING = ("sensitivity", "true_positives", "true_positive_rate", "recall", "false_positives", "false_positive_rate")
MONOTONE = (*_RISING, "one_minus_sensitivity", *_FALLING, "one_minus_specificity")
_OF_CASES = {"sensitivity", "true_positives", "true_positive_rate", "recall"}
_OF_MISSED_CASES = {"false_negatives", "false_negative_rate", "one_minus_sensitivity"}
_COUNTS = {"true_negatives", "false_negatives", "true_positives", "false_positives"}


@dataclass(frozen=True)
class Points:
    """Points of a curve, counted: thresholds, true and false positives in curve order."""

    thresholds: Floats
    tp: Integers
    fp: Integers
    frame: Frame

    def rates(self, mode: str) -> tuple[Floats, Floats]:
        """Sensitivity and specificity in the unit of the frame: rounded once, or as pROC does."""
        m, n, unit = self.frame.m, self.frame.n, self.frame.unit
        if m == 0:
            # a resample without cases: R leaves a sensitivity at the last point only
            sensitivity = np.append(np.full(self.tp.size - 1, np.nan), 0.0)
        else:
            sensitivity = self.tp / m * unit if mode == PROC else unit * self.tp / m
        return sensitivity, (n - self.fp) / n * unit if mode == PROC else unit * (n - self.fp) / n

    def exact(self, index: int) -> ExactPoint:
        """One point as fractions of whole numbers."""
        m, n = self.frame.m, self.frame.n
        return ExactPoint(int(self.tp[index]), m, n - int(self.fp[index]), n)


def region(points: Points, mode: str, partial: tuple[float, float] | None, focus: str) -> Integers:
    """Points whose specificity (sensitivity) lies between the limits, these included."""
    if partial is None:
        return np.arange(points.tp.size)
    sensitivity, specificity = points.rates(mode)
    along = specificity if focus == "specificity" else sensitivity
    return np.flatnonzero((along >= min(partial)) & (along <= max(partial)))


def criterion_of_proc(
    sensitivity: Floats, specificity: Floats, method: str, ratio: float, unit: float
) -> npt.NDArray[np.float64]:
    """What pROC maximises."""
    if method == "youden":
        return sensitivity + ratio * specificity
    missed, alarms = unit - sensitivity, unit - specificity
    return -(missed * missed + ratio * (alarms * alarms))


def _criterion(points: Points, within: Integers, method: str) -> npt.NDArray[Any]:
    """What is maximised, in whole numbers."""
    m, n = points.frame.m, points.frame.n
    top, bottom = points.frame.ratio.as_integer_ratio()
    pairs = (m * n) ** (1 if method == "youden" else 2)
    # beyond 64 bits in Python's own integers
    kind: Any = np.int64 if (top + bottom) * pairs < 2**63 else object
    tp, fp = points.tp[within].astype(kind), points.fp[within].astype(kind)
    if method == "youden":
        return np.asarray(tp * (n * bottom) - fp * (top * m))
    missed, alarms = (m - tp) * n, fp * m
    return np.asarray(-(bottom * missed * missed + top * alarms * alarms))


def best(points: Points, within: Integers, method: str) -> Integers:
    """All points of the region that reach the maximum, compared exactly."""
    criterion = _criterion(points, within, method)
    return within[np.flatnonzero(criterion == criterion.max())]


def local_maxima(points: Points, within: Integers) -> Integers:
    """Corners of the curve: points from which no threshold nearby improves one rate without loss in the other."""
    tp, fp = points.tp[within], points.fp[within]
    if tp.size == 1:
        return within
    chosen = np.zeros(tp.size, dtype=bool)
    chosen[0], chosen[-1] = tp[0] > tp[1], fp[-1] < fp[-2]
    gained, lost = fp[1:-1] < fp[:-2], (tp[1:-1] > tp[2:]) | (tp[1:-1] == 0)
    # pROC's second rule asks for a sensitivity that rises along the curve, which none does
    chosen[1:-1] = gained & lost
    return within[chosen]


def place(column: Floats, value: float, name: str, mode: str) -> tuple[int, bool]:
    """Point where the coordinate has the value, and True; or the first point past it, and False.

    Of several points pROC takes the last where the coordinate falls along the curve and the first where it rises; we
    take the one with the best other rate.
    """
    of_cases = name in _OF_CASES or name in _OF_MISSED_CASES
    rising = name in _RISING or name == "one_minus_sensitivity"
    equal = np.flatnonzero(column == value)
    if equal.size:
        last = not rising if mode == PROC else of_cases
        return int(equal[-1 if last else 0]), True
    past = column > value if rising else column < value
    return int(np.argmax(past)), False


def between(points: Points, following: int, value: float, name: str) -> ExactPoint:
    """Point on the line from the one before to the following one where the coordinate has the value."""
    frame = points.frame
    cases = name in _OF_CASES or name in _OF_MISSED_CASES
    total = (frame.m if cases else frame.n) if name in _COUNTS else frame.unit
    share = Fraction(value) / total
    if name not in (*_OF_CASES, "specificity", "true_negatives", "true_negative_rate"):
        share = 1 - share
    ends = [points.exact(following - 1), points.exact(following)]
    se, sp = [Fraction(e.se, e.se_of) for e in ends], [Fraction(e.sp, e.sp_of) for e in ends]
    along, other = (se, sp) if cases else (sp, se)
    height = other[1] + (share - along[1]) / (along[0] - along[1]) * (other[0] - other[1])
    sensitivity, specificity = (share, height) if cases else (height, share)
    return ExactPoint(*sensitivity.as_integer_ratio(), *specificity.as_integer_ratio())
