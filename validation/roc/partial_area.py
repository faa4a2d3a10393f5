"""Area under a part of the ROC curve: in pROC's doubles and exactly, of a curve or of many resamples at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.errors import InputError
from validation.r_numerics import r_sum
from validation.roc.delong import trapezoid
from validation.roc.measures import rates
from validation.roc.resamples import Counts

__all__ = ["FOCUSES", "PartialArea", "Range", "check_range", "exact_mcclish", "mcclish", "partial_trapezoid"]

Integers = npt.NDArray[np.int64]
#: axis that the range is on
FOCUSES = ("specificity", "sensitivity")


class Range(NamedTuple):
    """Part of an axis."""

    low: float
    high: float


def check_range(values: Any, argument: str = "partial_range") -> Range:
    """Two different numbers within [0, 1], in either order."""
    try:
        ends = np.asarray(values, dtype=np.float64).ravel().tolist()
    except (TypeError, ValueError):
        ends = []
    if len(ends) != 2 or not all(0.0 <= end <= 1.0 for end in ends):
        raise InputError(
            argument, f"must be two numbers from 0 to 1, got {values!r}", hint="(0.9, 1.0) is specificity from 90 %."
        )
    return Range(min(ends), max(ends))


def partial_trapezoid(
    sensitivity: Floats, specificity: Floats, limits: tuple[float, float], focus: str = "specificity"
) -> float:
    """Area over the range `limits` (low, high) of the axis `focus`, summed as pROC does.

    The curve is given in its order, specificity rising. All its points within the closed range count, vertical
    stretches with both ends; a range that ends between two points is cut on the line between them.
    """
    low, high = limits
    x, y = (specificity, sensitivity) if focus == "specificity" else (sensitivity[::-1], specificity[::-1])
    start, stop = int(np.searchsorted(x, low, side="left")), int(np.searchsorted(x, high, side="right"))
    if start == stop:
        return _between(x.tolist(), y.tolist(), stop, low, high)
    area = trapezoid(y[start:stop], x[start:stop])
    if x[stop - 1] != high:
        area += _piece(high, *_points(x, y, stop - 1, stop))
    if x[start] != low:
        # the sign of the width is turned, which costs no bit
        area += -_piece(low, *_points(x, y, start, start - 1))
    return area


def _points(x: Floats, y: Floats, inside: int, outside: int) -> tuple[float, float, float, float]:
    return float(x[inside]), float(y[inside]), float(x[outside]), float(y[outside])


def _piece(end: float, x_in: float, y_in: float, x_out: float, y_out: float) -> float:
    """Signed area from the outermost point inside to the end of the range."""
    height = _height(end, x_in, y_in, x_out, y_out)
    return (end - x_in) * (y_in + height) / 2


def _height(end: float, x_in: float, y_in: float, x_out: float, y_out: float) -> float:
    if end < x_in:
        # towards the low end pROC starts from the inner point
        share = (x_in - end) / (x_in - x_out)
        return y_in + share * (y_out - y_in)
    share = (end - x_out) / (x_in - x_out)
    return y_out + share * (y_in - y_out)


def _between(x: list[float], y: list[float], after: int, low: float, high: float) -> float:
    """Area where the whole range lies between two neighbouring points."""
    x_high, y_high, x_low, y_low = x[after], y[after], x[after - 1], y[after - 1]
    at_high = y_high + (x_high - high) / (x_high - x_low) * (y_low - y_high)
    at_low = y_low - (low - x_low) / (x_high - x_low) * (y_low - y_high)
    return (at_high + at_low) / 2 * (high - low)


def mcclish(area: float, limits: tuple[float, float]) -> float:
    """McClish's correction: 0.5 for a curve on the chance line, 1 for the largest area possible; in doubles."""
    low, high = limits
    smallest, largest = r_sum([1.0 - high, 1.0 - low]) * (high - low) / 2, high - low
    if largest == 0.0:
        return math.nan
    return (1.0 + (area - smallest) / (largest - smallest)) / 2


def exact_mcclish(area: Fraction, limits: tuple[float, float]) -> Fraction:
    """The same without rounding."""
    low, high = map(Fraction, limits)
    largest = high - low
    smallest = ((1 - high) + (1 - low)) * largest / 2
    return (1 + (area - smallest) / (largest - smallest)) / 2


@dataclass(frozen=True)
class PartialArea:
    """Partial area as a number that can be compared and resampled (`validation.roc.measures.Measure`)."""

    limits: Range
    focus: str = "specificity"
    corrected: bool = False

    @property
    def words(self) -> str:
        """What it is."""
        corrected = "corrected " if self.corrected else ""
        return f"{corrected}partial AUC at {self.focus} {self.limits.low:g} to {self.limits.high:g}"

    def as_proc(self, counts: Counts) -> Floats:
        """Trapezoids, summed as R does; corrected also where they are below the chance line."""
        found = []
        for sensitivity, specificity, both in zip(*rates(counts), counts.both.tolist(), strict=True):
            area = partial_trapezoid(sensitivity, specificity, self.limits, self.focus) if both else math.nan
            found.append(mcclish(area, self.limits) if self.corrected and both else area)
        return np.array(found)

    def exactly(self, counts: Counts) -> list[Fraction | None]:
        """On the fractions of the curve."""
        return list(self._exactly(counts))

    def _exactly(self, counts: Counts) -> Iterator[Fraction | None]:
        along, lost = counts.controls.astype(np.int64), counts.cases.astype(np.int64)
        if self.focus == "sensitivity":
            along, lost = lost[:, ::-1], along[:, ::-1]
        for steps, drops, both in zip(along, lost, counts.both.tolist(), strict=True):
            if not both:
                yield None
                continue
            area = _exact_area(steps, drops, self.limits)
            yield exact_mcclish(area, self.limits) if self.corrected else area


def _exact_area(along: Integers, lost: Integers, limits: tuple[float, float]) -> Fraction:
    """Area over the range where each distinct value moves the curve `along` the axis and `lost` down."""
    x = np.concatenate([[0], np.cumsum(along)])
    y = int(lost.sum()) - np.concatenate([[0], np.cumsum(lost)])
    n, m = int(x[-1]), int(y[0])
    low, high = (Fraction(end) * n for end in limits)
    start = int(np.searchsorted(x, math.ceil(low), side="left"))
    stop = int(np.searchsorted(x, math.floor(high), side="right"))
    if start >= stop:
        ends = _exact_height(x, y, stop, low), _exact_height(x, y, stop, high)
        return (ends[0] + ends[1]) / 2 * (high - low) / (n * m)
    twice = Fraction(int((np.diff(x[start:stop]) * (y[start + 1 : stop] + y[start : stop - 1])).sum()))
    if x[start] != low:
        twice += (int(x[start]) - low) * (int(y[start]) + _exact_height(x, y, start, low))
    if x[stop - 1] != high:
        twice += (high - int(x[stop - 1])) * (int(y[stop - 1]) + _exact_height(x, y, stop, high))
    return twice / (2 * n * m)


def _exact_height(x: Integers, y: Integers, after: int, at: Fraction) -> Fraction:
    """Height at a place between the point `after` and the one before it."""
    x_before, y_before, x_after, y_after = int(x[after - 1]), int(y[after - 1]), int(x[after]), int(y[after])
    return y_before + (at - x_before) * Fraction(y_after - y_before, x_after - x_before)
