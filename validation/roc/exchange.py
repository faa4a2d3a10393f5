"""Two ROC curves compared at all operating points, and exchanged at random: the arithmetic of Venkatraman's test.

A patient's place is what is exchanged. Along the ranks the paired statistic counts errors; the unpaired one walks along
the mixture of cases and controls in fixed proportions, where a case leads one step up and a control one step down.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.errors import NotEstimable
from validation.r_numerics import r_mean, r_sum
from validation.r_random import RRandom

__all__ = ["Groups", "Mixture", "approximate", "errors_between", "paired_blocks", "proc_area", "ranks"]

Integers = npt.NDArray[np.int64]
#: permutations that are worked on at once
_BLOCK = 100
#: places that a line needs
_FEWEST = 2


def ranks(values: Floats) -> Floats:
    """Rank of each value in its row of the last axis, ties in their order."""
    order = np.argsort(values, axis=-1, kind="stable")
    found = np.empty(values.shape)
    np.put_along_axis(found, order, np.broadcast_to(np.arange(1.0, values.shape[-1] + 1.0), values.shape), axis=-1)
    return found


def errors_between(outcome: Outcome, first: Floats, second: Floats) -> Integers:
    """Sum over all cut-offs of the differences in the number of misclassified patients, for each row of places.

    Patients up to the k-th place are called negative.
    """
    signs = 2 * outcome.astype(np.int64) - 1
    walks = [np.cumsum(signs[np.argsort(places, axis=-1, kind="stable")], axis=-1) for places in (first, second)]
    total: Integers = np.abs(walks[0] - walks[1]).sum(axis=-1)
    return total


def paired_blocks(generator: RRandom, first: Floats, second: Floats, permutations: int) -> list[tuple[Floats, Floats]]:
    """Places of both markers in each permutation, as pROC draws them, in blocks.

    Each marker's ranks are shaken to break ties; a patient whose markers change places gets the unshaken ones.
    """
    n, found = first.size, []
    for start in range(0, permutations, _BLOCK):
        count = min(_BLOCK, permutations - start)
        shake, shake_other, coin = np.moveaxis(generator.unif_rand_array(3 * n * count).reshape(count, 3, n), 1, 0)
        kept = 1.0 - np.rint(coin)
        one, other = first + shake - 0.5, second + shake_other - 0.5
        found.append((np.where(kept == 1.0, one, second), np.where(kept == 1.0, other, first)))
    return found


@dataclass(frozen=True)
class Groups:
    """Outcomes behind the two curves, and the ranks of their patients."""

    outcomes: tuple[Outcome, Outcome]
    places: tuple[Floats, Floats]

    @property
    def cases(self) -> tuple[int, int]:
        """Cases behind each curve."""
        first, second = (int(np.count_nonzero(y)) for y in self.outcomes)
        return first, second

    def exchanged(self, generator: RRandom, shaken: tuple[Floats, Floats]) -> Groups:
        """Places dealt out anew, among all controls and then among all cases."""
        dealt = [np.empty(places.size) for places in shaken]
        for group in (0, 1):
            mine, other = (y == group for y in self.outcomes)
            pool = np.concatenate([shaken[0][mine], shaken[1][other]])
            pool = pool[generator.permutation(pool.size)]
            dealt[0][mine], dealt[1][other] = np.split(pool, [np.count_nonzero(mine)])
        return Groups(self.outcomes, (ranks(dealt[0]), ranks(dealt[1])))

    def ordered(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Whether the patient on each place is a case."""
        first, second = (y[np.argsort(p, kind="stable")] == 1 for y, p in zip(self.outcomes, self.places, strict=True))
        return first, second


@dataclass(frozen=True)
class Mixture:
    """Mixture with the share `cases` / `patients` of cases, on which both curves have the same length.

    All lengths are whole numbers of one small unit, so that they can be exact.
    """

    cases: int
    patients: int
    of_first: tuple[int, int]
    of_second: tuple[int, int]

    @classmethod
    def of(cls, groups: Groups) -> Mixture:
        """The mixture with the share of cases among all patients."""
        sizes = [(int(np.count_nonzero(y)), y.size) for y in groups.outcomes]
        (m1, n1), (m2, n2) = sizes
        return cls(m1 + m2, n1 + n2, (m1, n1 - m1), (m2, n2 - m2))

    @property
    def unit(self) -> int:
        """Length of the curves in small units."""
        return self.patients * self.of_first[0] * self.of_first[1] * self.of_second[0] * self.of_second[1]

    def steps(self, curve: int) -> tuple[int, int]:
        """Lengths of the step of a case and of that of a control."""
        m, n = self.of_second if curve else self.of_first
        return self.unit * self.cases // (self.patients * m), self.unit * (self.patients - self.cases) // (
            self.patients * n
        )

    def area(self, ordered: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]) -> float:
        """Area between the curves, as a share of the square of their length; quick and rounded."""
        knots = []
        for curve, case in enumerate(ordered):
            up, down = self.steps(curve)
            x = np.concatenate([[0.0], np.cumsum(np.where(case, float(up), float(down)))])
            knots.append((x, np.concatenate([[0.0], np.cumsum(np.where(case, float(up), -float(down)))])))
        at = np.sort(np.concatenate([knots[0][0], knots[1][0]]))
        gap = np.abs(np.interp(at, *knots[0]) - np.interp(at, *knots[1])) / self.unit
        return float(np.sum((gap[1:] + gap[:-1]) / 2 * np.diff(at / self.unit)))

    def exact_area(self, ordered: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]) -> Fraction:
        """The same without rounding: along a step the curve rises or falls by as much as it goes on."""
        places: list[set[int]] = []
        heights = []
        for curve, case in enumerate(ordered):
            up, down = self.steps(curve)
            x = list(accumulate((up if c else down for c in case.tolist()), initial=0))
            y = list(accumulate((up if c else -down for c in case.tolist()), initial=0))
            places.append(set(x))
            heights.append((x, y, case.tolist()))
        at = sorted(places[0] | places[1])
        first, second = (_on_line(at, *curve) for curve in heights)
        gap = [abs(a - b) for a, b in zip(first, second, strict=True)]
        twice = sum((gap[i] + gap[i + 1]) * (at[i + 1] - at[i]) for i in range(len(at) - 1))
        return Fraction(twice, 2 * self.unit * self.unit)

    def positions(self, groups: Groups, within: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Where on the mixture each patient lies, a given share into the patient's own step."""
        found = []
        for curve, (case, share) in enumerate(zip(groups.ordered(), within, strict=True)):
            up, down = self.steps(curve)
            length = np.where(case, float(up), float(down))
            place = groups.places[curve].astype(np.int64) - 1
            found.append(((np.cumsum(length) - length)[place] + share * length[place]) / self.unit)
        return found[0], found[1]


def _on_line(at: list[int], x: list[int], y: list[int], case: list[bool]) -> list[int]:
    """Height of a curve at the given places, which rise."""
    found, step = [], 0
    for place in at:
        while step < len(case) - 1 and x[step + 1] < place:
            step += 1
        beyond = place - x[step]
        found.append(y[step] + (beyond if case[step] else -beyond))
    return found


def approximate(x: Floats, y: Floats, at: Floats) -> Floats:
    """R's ``approx``: the mean of several heights at one place, lines between places, NaN outside."""
    knots, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    if knots.size < _FEWEST:
        raise NotEstimable(
            "too few rows",
            "pROC's mixture puts all patients of a curve on one place, so that it has no curve there.",
            hint="The default mode takes the share of cases among all patients.",
        )
    heights = np.empty(knots.size)
    heights[inverse] = y
    for i in np.flatnonzero(counts > 1).tolist():
        heights[i] = r_mean(y[inverse == i])
    above = np.clip(np.searchsorted(knots, at, side="left"), 1, knots.size - 1)
    x_0, x_1, y_0, y_1 = knots[above - 1], knots[above], heights[above - 1], heights[above]
    with np.errstate(over="ignore", invalid="ignore"):
        between = y_0 + (y_1 - y_0) * ((at - x_0) / (x_1 - x_0))
    found = np.where(at == x_1, y_1, np.where(at == x_0, y_0, between))
    return np.where((at < knots[0]) | (at > knots[-1]), np.nan, found)


def proc_area(groups: Groups, mixing: float) -> float:
    """Area between the curves as pROC has it, in doubles; where only one curve reaches there is none."""
    knots = []
    for case in groups.ordered():
        cases, controls = np.cumsum(case) / np.count_nonzero(case), np.cumsum(~case) / np.count_nonzero(~case)
        mixed = mixing * cases + (1.0 - mixing) * controls
        knots.append((mixed, mixing * cases + (1.0 - mixing) * (1.0 - controls)))
    at = np.sort(np.concatenate([knots[0][0], knots[1][0]]))
    gap = np.abs(approximate(*knots[0], at) - approximate(*knots[1], at))
    there = ~np.isnan(gap)
    at, gap = at[there], gap[there]
    return r_sum((gap[1:] + gap[:-1]) / 2 * np.diff(at))
