"""Cases and controls above and below each threshold, in the data and in resamples of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.decision_curve.measures import Crossings
from validation.decision_curve.resampling import Resamples
from validation.decision_curve.sources import GivenRisks, RefittedModel
from validation.r_random import RRandom
from validation.resampling import counts_of

__all__ = ["Grid", "Resampled", "count_data", "count_reference", "count_resamples"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """Risk thresholds as given, ascending without repetition, and where each given one stands among those."""

    given: Floats
    ascending: Floats
    place: npt.NDArray[np.intp]
    tie_rule: str

    @classmethod
    def of(cls, thresholds: Floats, tie_rule: str) -> Grid:
        """Grid of the thresholds in the order given."""
        ascending, place = np.unique(thresholds, return_inverse=True)
        return cls(thresholds, ascending, place.reshape(-1), tie_rule)

    def split(self, cells: Integers) -> tuple[Integers, Integers]:
        """Numbers above and below each ascending threshold from numbers per cell (last axis)."""
        running = np.cumsum(cells[..., :-1], axis=-1)
        below, at_or_below = running[..., 0:-1:2], running[..., 1::2]
        if self.tie_rule == "at-or-above":
            return running[..., -1:] - below, below
        return running[..., -1:] - at_or_below, below


@dataclass(frozen=True)
class Resampled:
    """Counts in all resamples: ``parts[i]`` of shape (4, thresholds, resamples) for source i."""

    grid: Grid
    parts: tuple[npt.NDArray[np.int32], ...]
    cases: Integers
    controls: Integers

    def of_source(self, i: int) -> Crossings:
        """Counts of one source, resamples along the last axis."""
        cases_above, controls_above, cases_below, controls_below = self.parts[i]
        return Crossings(cases_above, controls_above, cases_below, controls_below, self.cases, self.controls)

    @property
    def n_complete(self) -> int:
        """Resamples that hold cases and controls."""
        return int(np.count_nonzero((self.cases > 0) & (self.controls > 0)))


def count_data(
    source: GivenRisks | RefittedModel, outcome: Outcome, grid: Grid, kernel: ModuleType
) -> tuple[Crossings, int]:
    """Counts in the data as they are, and the number of risks that lie on a threshold."""
    n_cells = 2 * grid.ascending.size + 2
    code = kernel.cells(source.risks(kernel), grid.ascending)
    cells = np.bincount(code + np.where(outcome == 1, n_cells, 0), minlength=2 * n_cells).reshape(2, n_cells)
    above, below = grid.split(cells)
    cases = np.array(np.count_nonzero(outcome))
    on_threshold = int(cells[:, 1:-1:2].sum())
    return Crossings(above[1], above[0], below[1], below[0], cases, outcome.size - cases), on_threshold


def count_resamples(
    sources: Sequence[GivenRisks | RefittedModel],
    plan: Resamples,
    generator: RRandom,
    grid: Grid,
    kernel: ModuleType,
) -> Resampled:
    """Counts of every source in the same resamples."""
    size = grid.ascending.size
    parts = tuple(np.empty((4, size, plan.count), dtype=np.int32) for _ in sources)
    cases = np.empty(plan.count, dtype=np.int64)
    _fill(parts, cases, sources, plan, generator, grid, kernel)
    return Resampled(grid, parts, cases, plan.outcome.size - cases)


def _fill(
    parts: tuple[npt.NDArray[np.int32], ...],
    cases: Integers,
    sources: Sequence[GivenRisks | RefittedModel],
    plan: Resamples,
    generator: RRandom,
    grid: Grid,
    kernel: ModuleType,
) -> None:
    outcome = plan.outcome
    weighted = any(source.needs_weights for source in sources)
    start = 0
    for rows in plan.blocks(generator):
        block = slice(start, start + rows.shape[0])
        start = block.stop
        cases[block] = np.count_nonzero(outcome[rows], axis=1)
        weights = counts_of(rows, outcome.size) if weighted else None
        for part, source in zip(parts, sources, strict=True):
            above, below = grid.split(source.tally(kernel, grid.ascending, rows, weights))
            for line, values in zip(part, (above[:, 1], above[:, 0], below[:, 1], below[:, 0]), strict=True):
                line[:, block] = values.T


def count_reference(strategy: str, grid: Grid, cases: Integers, controls: Integers) -> Crossings:
    """Counts of treating all (risk 1) or none (risk 0); thresholds along the first axis.

    With the tie rule ``strict`` a risk of 1 is not above threshold 1 and a risk of 0 is not below threshold 0.
    """
    strict = grid.tie_rule == "strict"
    thresholds = grid.ascending.reshape(-1, *([1] * cases.ndim))
    nobody = np.zeros(thresholds.shape, dtype=np.int64) * cases
    if strategy == "all":
        counted = thresholds < 1.0 if strict else thresholds <= 1.0
        return Crossings(counted * cases, counted * controls, nobody, nobody, cases, controls)
    counted = thresholds > 0.0 if strict else thresholds >= 0.0
    return Crossings(nobody, nobody, counted * cases, counted * controls, cases, controls)
