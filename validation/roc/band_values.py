"""One rate at given values of the other in every resample: as pROC's doubles, and exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome, check_numbers
from validation.errors import NotEstimable
from validation.r_numerics import interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.roc.curve import PROC
from validation.roc.measures import rates
from validation.roc.one_curve import exact_quantiles, pools_of, refuse_missing_class, resamples
from validation.roc.resamples import Counts

__all__ = ["FEWEST", "Plan", "as_proc", "check_values", "exactly"]

FEWEST = 2


@dataclass(frozen=True)
class Plan:
    """A band that is asked for, checked."""

    outcome: Outcome
    scores: Floats
    direction: str
    given: str
    values: Floats
    stratified: bool
    unit: int
    seed: int
    bootstraps: int
    level: float
    mode: str


def check_values(values: Any, argument: str, unit: int, mode: str) -> Floats:
    """Rates from 0 to the unit; tenths where none are given."""
    if values is None:
        tenths = np.arange(11, dtype=np.float64)
        # R multiplies: its 0.3 is not three tenths
        return tenths * 0.1 * unit if mode == PROC else unit * tenths / 10
    return check_numbers(values, argument, least=0.0, most=unit)


def _heights(counts: Counts, given: str, values: Floats, unit: int) -> Floats:
    """The other rate at the given values in each resample, as pROC computes it; resamples x values."""
    sensitivity, specificity = (rate if unit == 1 else rate * unit for rate in rates(counts))
    rising = given == "specificity"
    # from the right end of the curve on the sensitivity rises
    along, other = (specificity, sensitivity) if rising else (sensitivity[:, ::-1], specificity[:, ::-1])
    row = np.arange(along.shape[0])
    found = np.empty((along.shape[0], values.size))
    for j, value in enumerate(values.tolist()):
        past = np.minimum((along < value).sum(axis=1), along.shape[1] - 1)
        x, y = along[row, past], other[row, past]
        before = np.maximum(past - 1, 0)
        x_before, y_before = along[row, before], other[row, before]
        with np.errstate(invalid="ignore", divide="ignore"):
            if rising:
                between = y + (value - x) / (x_before - x) * (y_before - y)
            else:
                between = y_before + (value - x_before) / (x - x_before) * (y - y_before)
        found[:, j] = np.where(x == value, y, between)
    return found


def as_proc(plan: Plan, generator: RRandom, data: Counts) -> tuple[Floats, Floats, int]:
    """Estimates, and their limits and medians by pROC's conventions."""
    pools = pools_of(plan.outcome, plan.scores, plan.direction, PROC, stratified=plan.stratified)
    kept = []
    for counts in resamples(generator, pools, plan.bootstraps):
        refuse_missing_class(counts, cases_too=plan.given == "sensitivity")
        kept.append(_heights(counts, plan.given, plan.values, plan.unit)[counts.both])
    replicates = np.concatenate(kept)
    dropped = plan.bootstraps - replicates.shape[0]
    if dropped and (plan.values.size == 1 or replicates.shape[0] < FEWEST):
        raise NotEstimable("too few rows", "A resample lacks cases, at which pROC stops for a single value.")
    low, high = interval_probabilities(plan.level)
    limits = np.array([quantile_type7(column, (low, 0.5, high)) for column in replicates.T])
    return _heights(data, plan.given, plan.values, plan.unit)[0], limits.T, dropped


def _exact_heights(counts: Counts, given: str, values: Floats, unit: int) -> Iterator[list[Fraction]]:
    """The other rate at the given values, exactly, of each resample with both classes."""
    controls, cases = counts.controls.astype(np.int64), counts.cases.astype(np.int64)
    if given == "sensitivity":
        controls, cases = cases[:, ::-1], controls[:, ::-1]
    passed, gone = np.cumsum(controls, axis=1), np.cumsum(cases, axis=1)
    for row in np.flatnonzero(counts.both).tolist():
        yield [_exact_height(passed[row], gone[row], value, unit) for value in values.tolist()]


def _exact_height(passed: npt.NDArray[np.int64], gone: npt.NDArray[np.int64], value: float, unit: int) -> Fraction:
    """Share of what is counted in `gone` that is left where `passed` has reached the value; on the line between."""
    n, m = int(passed[-1]), int(gone[-1])
    if value == 0.0:
        return Fraction(unit)
    whole = round(value * n / unit)
    at = int(np.searchsorted(passed, whole, side="left"))
    # a point of the curve has the given rate where its double is the given one
    if passed[at] == whole and unit * whole / n == value:
        return Fraction(unit * (m - int(gone[at])), m)
    target = Fraction(value) * n / unit
    at = int(np.searchsorted(passed, math.ceil(target), side="left"))
    x, y = int(passed[at]), m - int(gone[at])
    x_before, y_before = (int(passed[at - 1]), m - int(gone[at - 1])) if at else (0, m)
    return unit * (y + (target - x) * Fraction(y_before - y, x_before - x)) / m


def exactly(plan: Plan, generator: RRandom, data: Counts) -> tuple[Floats, Floats, int]:
    """The same, each number rounded once."""
    pools = pools_of(plan.outcome, plan.scores, plan.direction, "default", stratified=plan.stratified)
    wanted = (plan.given, plan.values, plan.unit)
    rows = [row for counts in resamples(generator, pools, plan.bootstraps) for row in _exact_heights(counts, *wanted)]
    if len(rows) < FEWEST:
        raise NotEstimable(
            "too few rows",
            f"{len(rows)} of {plan.bootstraps} resamples held cases and controls.",
            hint="Draw more resamples, or stratified ones.",
        )
    limits = [exact_quantiles(list(column), plan.level) for column in zip(*rows, strict=True)]
    estimates = [float(value) for value in next(_exact_heights(data, *wanted))]
    return np.array(estimates), np.array(limits).T, plan.bootstraps - len(rows)
