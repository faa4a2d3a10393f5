"""Resamples as values: R's bootstrap rows from a seed, as counts or indices, and one parallel map over blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from validation.r_random import RRandom

__all__ = ["Progress", "blocks", "bootstrap_rows", "counts_of", "parallel_map"]

Progress = Callable[[int, int], None]
Item = TypeVar("Item")
Answer = TypeVar("Answer")
#: numbers that a block of resamples may hold at once
_BLOCK_NUMBERS = 4_000_000


def bootstrap_rows(generator: RRandom, n: int, bootstraps: int) -> npt.NDArray[np.int32]:
    """Rows of `bootstraps` resamples of n patients with replacement, one resample per row, counted from 0."""
    return generator.sample_rows(n, n, bootstraps)


def counts_of(rows: npt.NDArray[np.int32], n: int) -> npt.NDArray[np.float64]:
    """How often each patient was drawn, one resample per row."""
    offsets = (np.arange(rows.shape[0], dtype=np.int64) * n)[:, None]
    flat = np.bincount((rows + offsets).ravel(), minlength=rows.shape[0] * n)
    return flat.reshape(rows.shape[0], n).astype(np.float64)


def blocks(total: int, width: int) -> Iterator[slice]:
    """Slices over `total` resamples of `width` numbers each, so that a block stays small in memory."""
    size = max(1, _BLOCK_NUMBERS // max(width, 1))
    for start in range(0, total, size):
        yield slice(start, min(start + size, total))


def parallel_map(
    function: Callable[[Item], Answer], items: Iterable[Item], *, workers: int = 1, progress: Progress | None = None
) -> list[Answer]:
    """Results of `function` in the order of the items; threads through joblib where more than one worker is wanted.

    joblib's backends (dask, ray, spark) apply where the caller has chosen one with ``joblib.parallel_config``.
    """
    waiting = list(items)
    if workers == 1 or len(waiting) < 2:
        answers = []
        for done, item in enumerate(waiting, start=1):
            answers.append(function(item))
            if progress is not None:
                progress(done, len(waiting))
        return answers
    import joblib

    parallel: Any = joblib.Parallel(n_jobs=workers, prefer="threads", return_as="generator")
    answers = []
    for done, answer in enumerate(parallel(joblib.delayed(function)(item) for item in waiting), start=1):
        answers.append(answer)
        if progress is not None:
            progress(done, len(waiting))
    return answers
