"""Resamples of one ROC curve, counted by distinct value, on the rows that pROC draws from the same seed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.errors import NotEstimable
from validation.r_random import RRandom
from validation.resampling import block_size, counts_of
from validation.roc.curve import PROC
from validation.roc.resamples import Counts

__all__ = ["Pools", "exact_quantiles", "pools_of", "refuse_missing_class", "resamples"]

#: resampled rows that a lone value may stand for in R, which takes it for a number of rows
_MOST_ROWS = 1_000_000
_FEWEST = 2


@dataclass(frozen=True)
class Pools:
    """Places of the values of controls, cases and all rows among the distinct ones, which rise with the event.

    Places of cases are counted on from those of controls.
    """

    distinct: Floats
    controls: npt.NDArray[np.int32]
    cases: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    sign: float

    def counted(self, places: npt.NDArray[np.int32]) -> Counts:
        """Drawn places by distinct value, one resample per row."""
        found = counts_of(places, 2 * self.distinct.size)
        return Counts(found[:, : self.distinct.size], found[:, self.distinct.size :])


def pools_of(outcome: Outcome, scores: Floats, direction: str, mode: str, *, stratified: bool) -> Pools:
    """What resamples are drawn from; R's confusion about a lone patient is kept in its mode."""
    groups = [scores[outcome == group] for group in (0, 1)]
    for values, word in zip(groups, ("control", "case"), strict=True):
        if values.size < _FEWEST and mode != PROC:
            raise NotEstimable(
                "too few rows",
                f"The outcome has one {word} only: every resample holds that {word} again.",
                hint="Percentile limits need at least two cases and two controls.",
            )
    if stratified and mode == PROC:
        groups = [_rows_drawn(values, word) for values, word in zip(groups, ("control", "case"), strict=True)]
    sign = 1.0 if direction == "higher" else -1.0
    n = groups[0].size
    pooled = sign * np.concatenate([*groups, scores]) + 0.0
    distinct, places = np.unique(pooled, return_inverse=True)
    codes = places.astype(np.int32)
    rows = codes[n + groups[1].size :] + np.int32(distinct.size) * outcome.astype(np.int32)
    if stratified:
        # values of the data that R does not draw from are no values of the resamples; they count nothing
        return Pools(distinct, codes[:n], codes[n : n + groups[1].size] + np.int32(distinct.size), rows, sign)
    return Pools(distinct, codes[:0], codes[:0], rows, sign)


def _rows_drawn(values: Floats, word: str) -> Floats:
    """What R's ``sample(x)`` draws from: the rows 1 to x where x is a lone number from 1 on."""
    if values.size > 1 or values[0] < 1.0:
        return values
    if values[0] >= _MOST_ROWS + 1:
        raise NotEstimable(
            "too few rows",
            f"R takes the value {values[0]:g} of the only {word} for a number of rows, too many to be drawn.",
            hint="Percentile limits need at least two cases and two controls.",
        )
    return np.arange(1.0, math.floor(values[0]) + 1.0)


def resamples(generator: RRandom, pools: Pools, bootstraps: int, *, one_by_one: bool = False) -> Iterator[Counts]:
    """Counted resamples, block by block: controls, then cases; or rows where the pools are not stratified."""
    n, m, rows = pools.controls.size, pools.cases.size, pools.rows.size
    size = 1 if one_by_one else block_size(max(n + m, rows, pools.distinct.size), bootstraps)
    for start in range(0, bootstraps, size):
        count = min(size, bootstraps - start)
        if n == 0:
            yield pools.counted(pools.rows[generator.sample_rows(rows, rows, count)])
            continue
        drawn = np.empty((count, n + m), dtype=np.int32)
        for row in range(count):
            drawn[row, :n] = pools.controls[generator.sample_int(n, n, replace=True)]
            drawn[row, n:] = pools.cases[generator.sample_int(m, m, replace=True)]
        yield pools.counted(drawn)


def refuse_missing_class(counts: Counts, *, cases_too: bool) -> None:
    """R stops at a resample without controls, and in some functions at one without cases."""
    lacking = counts.controls.sum(axis=1) == 0
    if cases_too:
        lacking |= counts.cases.sum(axis=1) == 0
    if lacking.any():
        raise NotEstimable(
            "too few rows",
            "A resample lacks a class, at which pROC stops.",
            hint="Draw stratified resamples, or leave out compat.",
        )


def exact_quantiles(values: list[Fraction], level: float) -> tuple[float, float, float]:
    """Lower limit, median and upper limit (type 7), each rounded once."""
    # comparing doubles first is quick, and only equal ones are compared as fractions
    ordered = sorted(values, key=lambda value: (float(value), value))
    tail = (1 - Fraction(level)) / 2
    found = []
    for probability in (tail, Fraction(1, 2), 1 - tail):
        low, part = divmod((len(ordered) - 1) * probability, 1)
        above = min(int(low) + 1, len(ordered) - 1)
        found.append(float((1 - part) * ordered[int(low)] + part * ordered[above]))
    return found[0], found[1], found[2]
