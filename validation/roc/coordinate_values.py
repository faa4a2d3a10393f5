"""Coordinates at what was asked for: the request checked, its points found, their values in either mode."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_numbers
from validation.errors import InputError, NotEstimable
from validation.r_numerics import NA_REAL
from validation.roc.coordinate_columns import ExactPoint, Frame, as_proc, check_column, exactly
from validation.roc.coordinate_search import (
    MONOTONE,
    Points,
    best,
    between,
    criterion_of_proc,
    local_maxima,
    place,
    region,
)
from validation.roc.curve import PROC

__all__ = [
    "DEFAULT_COLUMNS",
    "FOCUS",
    "Located",
    "Request",
    "check_at",
    "check_given",
    "check_partial",
    "check_share",
    "check_weights",
    "copy_defects",
    "decimal",
    "locate",
    "values_of",
]

Integers = npt.NDArray[np.int64]
WORDS = ("best", "local_maxima", "all")
DEFAULT_COLUMNS = ("threshold", "specificity", "sensitivity")
FOCUS = ("specificity", "sensitivity")


@dataclass(frozen=True)
class Request:
    """What is asked for, checked."""

    at: str | Floats
    given: str
    method: str
    partial: tuple[float, float] | None
    focus: str
    ratio: float
    columns: tuple[str, ...]
    mode: str
    #: what pROC takes for the unit of the rates, where it is mistaken
    mistaken_unit: int | None = None

    def criterion(self, sensitivity: Floats, specificity: Floats, unit: int) -> Floats:
        """What pROC maximises."""
        taken = float(unit if self.mistaken_unit is None else self.mistaken_unit)
        return criterion_of_proc(sensitivity, specificity, self.method, self.ratio, taken)


def check_share(value: Any, argument: str) -> float:
    """Number strictly between 0 and 1."""
    number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not number or not 0.0 < float(value) < 1.0:
        raise InputError(argument, f"must lie strictly between 0 and 1, got {value!r}")
    return float(value)


def check_weights(weights: Any) -> tuple[float, float]:
    """Relative cost of a missed case, and prevalence."""
    pair = check_numbers(weights, "weights")
    if pair.size != 2:
        raise InputError("weights", f"must be two numbers, cost and prevalence, got {weights!r}")
    cost, prevalence = pair.tolist()
    if not 0.0 < cost < np.inf:
        raise InputError("weights", f"begin with a cost that must be positive and finite, got {cost!r}")
    return cost, check_share(prevalence, "weights")


def decimal(value: float) -> Fraction:
    """The number that was written: 1/10 for 0.1."""
    return Fraction(repr(value))


def check_at(at: Any, given: str, frame: Frame) -> str | Floats:
    """A word, or values within the range of the coordinate."""
    if isinstance(at, str):
        word = "local_maxima" if at == "local maximas" else at
        return check_choice(word, "at", WORDS)
    counted = dict.fromkeys(("true_positives", "false_negatives"), frame.m)
    counted |= dict.fromkeys(("true_negatives", "false_positives"), frame.n)
    if given == "threshold":
        return check_numbers(at, "at")
    return check_numbers(at, "at", least=0.0, most=counted.get(given, frame.unit))


def check_given(given: Any) -> str:
    """A coordinate that does not turn back along the curve, or the threshold."""
    name = check_column(given, "given")
    if name != "threshold" and name not in MONOTONE:
        hint = f"Take one of {', '.join(('threshold', *MONOTONE))}."
        raise InputError("given", f"is {name!r}, which turns back along the curve", hint=hint)
    return name


def check_partial(partial: Any, unit: int) -> tuple[float, float] | None:
    """Limits of a region, if any."""
    if partial is None:
        return None
    limits = check_numbers(partial, "partial", least=0.0, most=unit)
    if limits.size != 2:
        raise InputError("partial", f"must be two limits, got {partial!r}")
    first, second = limits.tolist()
    return first, second


def _at_values(
    points: Points, request: Request, scores: Floats, direction: str
) -> tuple[Floats, Floats, Floats, list[ExactPoint]]:
    """Threshold, rates and exact points at given values of a coordinate."""
    values, mode = np.asarray(request.at), request.mode
    sensitivity, specificity = points.rates(mode)
    if request.given == "threshold":
        sign = 1.0 if direction == "higher" else -1.0
        at = np.searchsorted(np.unique(sign * scores), sign * values, side="left")
        return values, sensitivity[at], specificity[at], [points.exact(i) for i in at.tolist()]
    column = _column(points, request.given, mode)
    named = mode != PROC or request.given in FOCUS
    threshold, se, sp, exact_points = [], [], [], []
    for value in values.tolist():
        i, found = place(column, value, request.given, mode)
        threshold.append(points.thresholds[i] if found and named else NA_REAL)
        if found or mode == PROC:
            share = 0.0 if found else (value - column[i]) / (column[i - 1] - column[i])
            se.append(sensitivity[i] if found else sensitivity[i] + share * (sensitivity[i - 1] - sensitivity[i]))
            sp.append(specificity[i] if found else specificity[i] + share * (specificity[i - 1] - specificity[i]))
        if mode != PROC:
            exact_points.append(points.exact(i) if found else between(points, i, value, request.given))
    return np.array(threshold), np.array(se), np.array(sp), exact_points


def _column(points: Points, name: str, mode: str) -> Floats:
    """One coordinate that does not turn back, along the curve."""
    frame = points.frame
    if mode == PROC:
        sensitivity, specificity = points.rates(mode)
        counted, units = (frame.m, frame.n), (float(frame.unit), float(frame.ratio))
        return as_proc(points.thresholds, sensitivity, specificity, counted, *units)[name]
    missed, negative = frame.m - points.tp, frame.n - points.fp
    counts = {"true_positives": points.tp, "false_positives": points.fp}
    counts |= {"false_negatives": missed, "true_negatives": negative}
    if name in counts:
        return counts[name].astype(np.float64)
    rates = dict.fromkeys(("sensitivity", "true_positive_rate", "recall"), (points.tp, frame.m))
    rates |= dict.fromkeys(("one_minus_sensitivity", "false_negative_rate"), (missed, frame.m))
    rates |= dict.fromkeys(("specificity", "true_negative_rate"), (negative, frame.n))
    rates |= dict.fromkeys(("one_minus_specificity", "false_positive_rate"), (points.fp, frame.n))
    top, bottom = rates[name]
    return frame.unit * top / bottom


def _at_points(points: Points, request: Request) -> tuple[Integers, Integers]:
    """Places of the points that a word asks for, and the places of the region."""
    within = region(points, request.mode, request.partial, request.focus)
    if within.size == 0:
        raise NotEstimable(
            "too few rows",
            "No point of the curve lies in the region.",
            hint="Widen the limits in partial, or ask for a sensitivity or specificity, which is interpolated.",
        )
    if isinstance(request.at, str) and request.at == "best":
        if request.mode != PROC:
            return best(points, within, request.method), within
        sensitivity, specificity = points.rates(PROC)
        criterion = request.criterion(sensitivity[within], specificity[within], points.frame.unit)
        return within[np.flatnonzero(criterion == criterion.max())], within
    return (local_maxima(points, within) if str(request.at) == "local_maxima" else within), within


@dataclass(frozen=True)
class Located:
    """Points that are asked for: threshold and rates, exact fractions in the default mode, places of the optima."""

    threshold: Floats
    sensitivity: Floats
    specificity: Floats
    exact: list[ExactPoint]
    at: Integers
    within: Integers


def locate(points: Points, request: Request, scores: Floats, direction: str) -> Located:
    """All points that are asked for."""
    if not isinstance(request.at, str):
        nowhere = np.empty(0, dtype=np.int64)
        threshold, sensitivity, specificity, exact = _at_values(points, request, scores, direction)
        return Located(threshold, sensitivity, specificity, exact, nowhere, nowhere)
    at, within = _at_points(points, request)
    sensitivity, specificity = (rate[at] for rate in points.rates(request.mode))
    exact = [points.exact(i) for i in at.tolist()] if request.mode != PROC else []
    return Located(points.thresholds[at], sensitivity, specificity, exact, at, within)


def copy_defects(values: dict[str, Floats], points: Points, request: Request, found: Located) -> None:
    """pROC's column of the criterion itself, where nothing is asked for that has to be derived."""
    own = "youden" if request.method == "youden" else "closest_topleft"
    asked = set(request.columns)
    if not isinstance(request.at, str) or request.at != "best" or own not in asked or asked - {*DEFAULT_COLUMNS, own}:
        return
    sensitivity, specificity = points.rates(PROC)
    criterion = request.criterion(sensitivity[found.within], specificity[found.within], points.frame.unit)
    # taken from the region by its place on the whole curve, and never divided by 100
    taken = np.array([criterion[i] if i < criterion.size else NA_REAL for i in found.at.tolist()])
    values[own] = taken if own == "youden" else -taken


def values_of(points: Points, request: Request, scores: Floats, direction: str) -> dict[str, Floats]:
    """All coordinates at all points that are asked for."""
    frame = points.frame
    found = locate(points, request, scores, direction)
    if request.mode != PROC:
        return exactly(found.threshold, found.exact, frame)
    rates = (found.sensitivity, found.specificity)
    values = as_proc(found.threshold, *rates, (frame.m, frame.n), float(frame.unit), request.ratio)
    copy_defects(values, points, request, found)
    return values
