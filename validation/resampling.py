"""Resamples as values: R's bootstrap rows from a seed, as indices or counts, and one parallel map over their blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from validation.r_random import RRandom

__all__ = ["Progress", "block_size", "bootstrap_blocks", "counts_of", "map_bootstraps", "parallel_map"]

Rows = npt.NDArray[np.int32]
#: called with the number of finished pieces of work and of all pieces
Progress = Callable[[int, int], None]
Item = TypeVar("Item")
Answer = TypeVar("Answer")
#: numbers that a block of resamples may hold in one array, and resamples that are worth a thread's while
_BLOCK_NUMBERS, _BLOCK_RESAMPLES = 2_000_000, 50


def block_size(n: int, bootstraps: int) -> int:
    """Resamples of n patients that are worked on at once, so that memory does not grow with their number."""
    return max(1, min(bootstraps, _BLOCK_RESAMPLES, _BLOCK_NUMBERS // n))


def bootstrap_blocks(generator: RRandom, n: int, bootstraps: int) -> Iterator[Rows]:
    """Rows (counted from 0) of `bootstraps` resamples of n patients with replacement, one resample per row.

    Drawn block by block in R's order; once all blocks are drawn, `generator` is where R's is.

    Examples
    --------
    >>> [block.shape for block in bootstrap_blocks(RRandom(1), 4, 60)]
    [(50, 4), (10, 4)]
    """
    size = block_size(n, bootstraps)
    for start in range(0, bootstraps, size):
        yield generator.sample_rows(n, n, min(size, bootstraps - start))


def counts_of(rows: Rows, n: int) -> npt.NDArray[np.float64]:
    """How often each patient was drawn, one resample per row."""
    offsets = (np.arange(rows.shape[0], dtype=np.int64) * n)[:, None]
    flat = np.bincount((rows + offsets).ravel(), minlength=rows.shape[0] * n)
    return flat.reshape(rows.shape[0], n).astype(np.float64)


def parallel_map(
    function: Callable[[Item], Answer],
    items: Iterable[Item],
    total: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Answer]:
    """Results of `function` in the order of the items.

    Items are taken one by one when a worker is free, so a stream of random numbers is drawn in its order and never
    held as a whole. More than one worker means threads of joblib; its other backends (dask, ray, spark) apply where
    the caller has chosen one with ``joblib.parallel_config``.

    Parameters
    ----------
    function : callable
    items : iterable
    total : int
        Number of items, for `progress`.
    workers : int
        Threads; the results do not depend on them.
    progress : callable, optional
        Called with the number of finished items and `total`.
    """
    answers: Iterable[Answer] = map(function, items)
    if workers != 1 and total > 1:
        import joblib

        parallel: Any = joblib.Parallel(n_jobs=workers, prefer="threads", return_as="generator")
        answers = parallel(joblib.delayed(function)(item) for item in items)
    found = []
    for answer in answers:
        found.append(answer)
        if progress is not None:
            progress(len(found), total)
    return found


def map_bootstraps(
    function: Callable[[Rows], Answer],
    generator: RRandom,
    n: int,
    bootstraps: int,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Answer]:
    """Results of `function` for each block of `bootstrap_blocks`; `progress` counts resamples."""
    size = block_size(n, bootstraps)

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress(min(done * size, bootstraps), bootstraps)

    blocks = bootstrap_blocks(generator, n, bootstraps)
    return parallel_map(function, blocks, math.ceil(bootstraps / size), workers=workers, progress=report)
