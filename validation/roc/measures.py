"""What is compared between two ROC curves, of many resamples at once: in pROC's doubles and exactly.

A value that was not drawn adds a step without width and without height, so that the counts of a resample on the
distinct values of the data give the doubles that a curve of the resample alone would give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.extended import NATIVE
from validation.roc.delong import trapezoid
from validation.roc.resamples import Counts

Integers = npt.NDArray[np.int64]

__all__ = ["Area", "AtPoint", "Measure", "rates"]


class Measure(Protocol):
    """A number of a ROC curve."""

    @property
    def words(self) -> str:
        """What it is."""
        ...

    def as_proc(self, counts: Counts) -> Floats:
        """Its value in each resample as pROC computes it; NaN where a class is missing."""
        ...

    def exactly(self, counts: Counts) -> list[Fraction | None]:
        """Its exact value in each resample; None where a class is missing."""
        ...


def rates(counts: Counts) -> tuple[Floats, Floats]:
    """Sensitivity and specificity of each resample in curve order; NaN where the class is missing."""
    start = np.zeros((counts.controls.shape[0], 1))
    below = np.hstack([start, np.cumsum(counts.controls, axis=1)])
    missed = np.hstack([start, np.cumsum(counts.cases, axis=1)])
    with np.errstate(invalid="ignore"):
        return (missed[:, -1:] - missed) / missed[:, -1:], below / below[:, -1:]


@dataclass(frozen=True)
class Area:
    """Area under the whole curve."""

    words: str = "AUC"

    def as_proc(self, counts: Counts) -> Floats:
        """Trapezoids, summed as R does."""
        sensitivity, specificity = rates(counts)
        if not NATIVE:
            return np.array([trapezoid(*curve) for curve in zip(sensitivity, specificity, strict=True)])
        with np.errstate(invalid="ignore"):
            steps = (sensitivity[:, 1:] + sensitivity[:, :-1]) / 2 * np.diff(specificity, axis=1)
            # all resamples at once, each from left to right in 64 bits
            return np.add.accumulate(steps.astype(np.longdouble), axis=1)[:, -1].astype(np.float64)

    def exactly(self, counts: Counts) -> list[Fraction | None]:
        """Pairs won, ties half, over all pairs."""
        n, m = counts.controls.astype(np.int64), counts.cases.astype(np.int64)
        won = (m * (2 * np.cumsum(n, axis=1) - n)).sum(axis=1).tolist()
        pairs = (2 * n.sum(axis=1) * m.sum(axis=1)).tolist()
        return [Fraction(w, p) if p else None for w, p in zip(won, pairs, strict=True)]


@dataclass(frozen=True)
class AtPoint:
    """Sensitivity at a given specificity, or the other way round.

    Where several points of the curve have the given rate, the best other rate; between two points, on the line.
    """

    at: str
    value: float

    @property
    def words(self) -> str:
        """What it is."""
        other = "sensitivity" if self.at == "specificity" else "specificity"
        return f"{other} at {self.at} {self.value:g}"

    def as_proc(self, counts: Counts) -> Floats:
        """In doubles, found by equality as doubles."""
        sensitivity, specificity = rates(counts)
        if self.at == "specificity":
            given, other = specificity, sensitivity
        else:
            # from the right end of the curve on the sensitivity rises
            given, other = sensitivity[:, ::-1], specificity[:, ::-1]
        # the first point at or past the value is the one with the best other rate
        past = np.minimum((given < self.value).sum(axis=1), given.shape[1] - 1)
        row = np.arange(past.size)
        x, y = given[row, past], other[row, past]
        x_before, y_before = given[row, past - 1], other[row, past - 1]
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.at == "specificity":
                between = y + (self.value - x) / (x_before - x) * (y_before - y)
            else:
                between = y_before + (self.value - x_before) / (x - x_before) * (y - y_before)
        return np.where(counts.both, np.where(x == self.value, y, between), math.nan)

    def exactly(self, counts: Counts) -> list[Fraction | None]:
        """On the fractions of the curve; a rate is the given one where its double is."""
        controls, cases = counts.controls.astype(np.int64), counts.cases.astype(np.int64)
        if self.at == "sensitivity":
            controls, cases = cases[:, ::-1], controls[:, ::-1]
        rows = zip(controls, cases, counts.both.tolist(), strict=True)
        return [_height(along, lost, self.value) if both else None for along, lost, both in rows]


def _height(along: Integers, lost: Integers, value: float) -> Fraction:
    """Share of `lost` that is left where the share `value` of `along` has been passed."""
    passed, gone = np.cumsum(along), np.cumsum(lost)
    n, m = int(passed[-1]), int(gone[-1])
    whole = round(value * n)
    target = Fraction(whole) if whole / n == value else Fraction(value) * n
    if target == 0:
        return Fraction(1)
    # the first point at or past the target
    at = int(np.searchsorted(passed, math.ceil(target), side="left"))
    x, y = int(passed[at]), m - int(gone[at])
    if x == target:
        return Fraction(y, m)
    x_before, y_before = (int(passed[at - 1]), m - int(gone[at - 1])) if at else (0, m)
    return (y + (target - x) * Fraction(y_before - y, x_before - x)) / m
