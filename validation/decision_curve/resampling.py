"""Row numbers of bootstrap resamples, as R draws them from the same seed, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Outcome
from validation.r_random import RRandom

__all__ = ["Resamples"]

Rows = npt.NDArray[np.int32]

# entries of a resamples x rows array that is worked on at a time; a few of them stay in the second-level cache
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Resamples:
    """Plan of the resamples of one analysis.

    Parameters
    ----------
    outcome : array of int8
    count : int
        Number of resamples.
    stratified : bool
        Draw cases and controls apart, each as often as in the data (case-control study).
    """

    outcome: Outcome
    count: int
    stratified: bool = False

    def blocks(self, generator: RRandom) -> Iterator[Rows]:
        """Blocks of resamples, one line of row numbers each; the stream is consumed resample by resample."""
        size = max(1, _BLOCK // self.outcome.size)
        for start in range(0, self.count, size):
            yield self._draw(generator, min(size, self.count - start))

    def _draw(self, generator: RRandom, count: int) -> Rows:
        n = self.outcome.size
        if not self.stratified:
            return generator.sample_rows(n, n, count)
        first = int(self.outcome[0])
        # the outcome that comes first in the data is drawn first
        strata = [np.flatnonzero(self.outcome == value).astype(np.int32) for value in (first, 1 - first)]
        rows = np.empty((count, n), dtype=np.int32)
        for line in rows:
            drawn = [stratum[generator.sample_int(stratum.size, stratum.size, True)] for stratum in strata]
            np.concatenate(drawn, out=line)
        return rows
