"""Probability of an event by a horizon among patients at high risk, for all thresholds and many resamples at once.

Kaplan and Meier's estimate, and Aalen and Johansen's where other events compete, which is the same without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.decision_curve.counting import Grid

__all__ = ["FollowUp", "Incidence"]

Integers = npt.NDArray[np.int64]


#: bits behind the point of a probability that is formed in whole numbers
_BITS = 160


@dataclass(frozen=True)
class Incidence:
    """Counts and probabilities of those at high risk, and of everybody in the last entry, by ascending threshold.

    Parameters
    ----------
    high : array of int
        Patients at high risk.
    followed : array of int
        Those of them who were observed until the horizon without event.
    at_risk, every, wanted : array of shape (times, thresholds + 1)
        Under observation before each time, and those of them with any event or the one of interest then.
    """

    high: Integers
    followed: Integers
    at_risk: Floats
    every: Floats
    wanted: Floats

    def probability(self) -> Floats:
        """Probability of the event, in doubles; 0 where nobody is at high risk."""
        if self.at_risk.shape[0] == 0:
            return np.zeros(self.high.size)
        someone = np.maximum(self.at_risk, 1.0)
        surviving = np.cumprod((someone - self.every) / someone, axis=0)
        if np.array_equal(self.every, self.wanted):
            found: Floats = 1.0 - surviving[-1]
            return found
        before = np.vstack([np.ones(self.high.size), surviving[:-1]])
        found = np.sum(before * (self.wanted / someone), axis=0)
        return found

    def exact_probability(self, entries: Sequence[int]) -> list[Fraction]:
        """Probability of the event to about 150 bits for some entries."""
        parts = (self.at_risk, self.every, self.wanted)
        columns = (part.T[list(entries)].astype(np.int64).tolist() for part in parts)
        found = []
        for at_risk, every, wanted in zip(*columns, strict=True):
            surviving, total = 1 << _BITS, 0
            for n, some, these in zip(at_risk, every, wanted, strict=True):
                if some:
                    total += surviving * these // n
                    surviving = surviving * (n - some) // n
            found.append(Fraction(total, 1 << _BITS))
        return found


@dataclass(frozen=True)
class FollowUp:
    """Follow-up of each patient on the distinct times of events up to the horizon.

    Parameters
    ----------
    passed : array of int
        Number of these times that each patient lived to, under observation.
    event : array of int
        0 where none happened by the horizon, 1 for the event of interest, 2 for one that competes.
    complete : array of bool
        Patients under observation beyond the horizon.
    size : int
        Number of these times.
    """

    passed: Integers
    event: Integers
    complete: npt.NDArray[np.bool_]
    size: int

    @classmethod
    def of(cls, time: Floats, event: Integers, horizon: float) -> FollowUp:
        """Follow-up up to a horizon."""
        kind = np.where(time <= horizon, np.minimum(event, 2), 0)
        times = np.unique(time[kind > 0])
        complete = (time >= horizon) & (kind == 0)
        return cls(np.searchsorted(times, time, side="right"), kind, complete, times.size)

    def incidence(self, code: npt.NDArray[np.intp], weights: Integers, grid: Grid) -> Incidence:
        """Estimates from each patient's cell on the grid and multiplicity in a resample."""
        every, wanted = self.event > 0, self.event == 1
        passed = self._numbers(self.passed, code, weights, grid)
        # who was at risk at a time is who lived to it, or to a later one
        at_risk = np.cumsum(passed[::-1], axis=0)[::-1]
        happened = [
            self._numbers(self.passed[rows] - 1, code[rows], weights[rows], grid)[:-1] for rows in (every, wanted)
        ]
        nowhere = np.zeros(int(self.complete.sum()), dtype=np.int64)
        followed = self._numbers(nowhere, code[self.complete], weights[self.complete], grid)[0]
        return Incidence(at_risk[0].astype(np.int64), followed.astype(np.int64), at_risk[1:], *happened)

    def _numbers(self, place: Integers, code: Any, weights: Any, grid: Grid) -> Floats:
        """Numbers by place in time (lines) at high risk for each threshold, and of everybody in the last column."""
        n_cells = 2 * grid.ascending.size + 2
        counts = np.bincount(place * n_cells + code, weights=weights, minlength=(self.size + 1) * n_cells)
        cells = counts.reshape(self.size + 1, n_cells).astype(np.int64)
        return np.column_stack([grid.split(cells)[0], cells.sum(axis=1)]).astype(np.float64)
