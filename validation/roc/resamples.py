"""Two ROC curves on resamples of the same seed: rows as R draws them, counted by distinct value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.r_random import RRandom
from validation.resampling import Rows, block_size, counts_of

__all__ = ["Counts", "Ranked", "draw_rows", "rank", "resampled_pairs"]


@dataclass(frozen=True)
class Counts:
    """How often each distinct value, which rise with the event, is held by controls and by cases; a resample a row."""

    controls: Floats
    cases: Floats

    @property
    def both(self) -> npt.NDArray[np.bool_]:
        """Resamples that hold a control and a case."""
        held: npt.NDArray[np.bool_] = (self.controls.sum(axis=1) > 0) & (self.cases.sum(axis=1) > 0)
        return held


@dataclass(frozen=True)
class Ranked:
    """Each patient's place among the distinct values, those of cases counted on from those of controls."""

    outcome: Outcome
    codes: npt.NDArray[np.int64]
    distinct: int

    def counts(self, rows: Rows) -> Counts:
        """Values of the drawn rows, one resample per row of the matrix."""
        found = counts_of(self.codes[rows].astype(np.int32), 2 * self.distinct)
        return Counts(found[:, : self.distinct], found[:, self.distinct :])

    @property
    def data(self) -> Counts:
        """The data themselves, as one resample."""
        return self.counts(np.arange(self.outcome.size, dtype=np.int32)[None, :])


def rank(outcome: Outcome, scores: Floats, direction: str) -> Ranked:
    """Places of the scores among the distinct ones."""
    sign = 1.0 if direction == "higher" else -1.0
    distinct, places = np.unique(sign * scores + 0.0, return_inverse=True)
    return Ranked(outcome, places.astype(np.int64) + distinct.size * outcome.astype(np.int64), distinct.size)


def draw_rows(generator: RRandom, outcomes: Sequence[Outcome], count: int, *, stratified: bool) -> list[Rows]:
    """Rows of `count` resamples of each group of patients, which take turns in every resample.

    A stratified resample of a group draws its controls, then its cases.
    """
    if not stratified and len(outcomes) == 1:
        return [generator.sample_rows(outcomes[0].size, outcomes[0].size, count)]
    strata = [[np.flatnonzero(y == 0), np.flatnonzero(y == 1)] if stratified else [np.arange(y.size)] for y in outcomes]
    found = [np.empty((count, y.size), dtype=np.int32) for y in outcomes]
    for resample in range(count):
        for rows, pools in zip(found, strata, strict=True):
            drawn = [pool[generator.sample_int(pool.size, pool.size, replace=True)] for pool in pools]
            rows[resample] = np.concatenate(drawn)
    return found


def resampled_pairs(
    generator: RRandom, first: Ranked, second: Ranked, bootstraps: int, *, paired: bool, stratified: bool
) -> Iterator[tuple[Counts, Counts]]:
    """Both markers in each resample, block by block: the same rows for both where they are paired."""
    outcomes = [first.outcome] if paired else [first.outcome, second.outcome]
    size = block_size(max(y.size for y in outcomes), bootstraps)
    for start in range(0, bootstraps, size):
        rows = draw_rows(generator, outcomes, min(size, bootstraps - start), stratified=stratified)
        yield first.counts(rows[0]), second.counts(rows[-1])
