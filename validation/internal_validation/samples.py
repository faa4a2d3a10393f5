"""Training and test patients of each resampling method, drawn as rms draws them.

A sample is a pair of weights per row: how often the row is in the training set, and how often in the test set. Where
the outcome is permuted every patient has two rows, with and without the event, and the weights choose between them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.errors import InputError, NotEstimable
from validation.r_random import RRandom
from validation.resampling import block_size, counts_of

__all__ = ["METHODS", "Block", "Samples", "samples"]

METHODS = ("boot", "crossvalidation", ".632", "randomization")
_RARELY_OMITTED = 0.632
#: weights in a block: a dozen arrays of them stay in a processor's cache
_BLOCK_NUMBERS = 80_000


@dataclass(frozen=True)
class Block:
    """A few samples.

    Attributes
    ----------
    training, test : ndarray of shape (count, rows)
        How often each row is in the training and in the test set.
    shares : ndarray of shape (count,)
        Weight of each sample's test set in the mean over all samples.
    """

    training: Floats
    test: Floats
    shares: Floats


@dataclass(frozen=True)
class Samples:
    """All samples of a method.

    Attributes
    ----------
    rows : ndarray of int
        Patient of each row.
    outcome : ndarray of float
        Outcome of each row.
    blocks : callable
        Draws the samples; once they are drawn, the generator is where R's is.
    factor : float
        Optimism is this share of training (or original) minus test.
    from_original : bool
        Optimism is counted from the original index, not from the training index.
    """

    rows: npt.NDArray[np.intp]
    outcome: Floats
    blocks: Callable[[RRandom], Iterator[Block]]
    factor: float = 1.0
    from_original: bool = False


Draw = Callable[[RRandom], Iterator[npt.NDArray[np.int32]]]


def samples(
    outcome: Outcome,
    method: str,
    count: int,
    clusters: npt.NDArray[np.intp] | None = None,
    groups: npt.NDArray[np.intp] | None = None,
) -> Samples:
    """Samples of `method` for these outcomes.

    With ``boot``, `clusters` (numbers from 0) are drawn whole, and `groups` (numbers from 0) keep their sizes.
    """
    n = outcome.size
    rows, y = np.arange(n), outcome.astype(np.float64)
    if method == "boot" and groups is not None:
        return Samples(rows, y, lambda generator: _grouped_bootstrap(generator, groups, count))
    if method == "boot":
        return Samples(rows, y, lambda generator: _bootstrap(generator, n, count, clusters))
    if method == "crossvalidation":
        bounds = _folds(n, count)
        return Samples(rows, y, lambda generator: _cross_validation(generator, outcome, bounds))
    if method == ".632":
        return Samples(
            rows, y, lambda generator: _out_of_bag(generator, outcome, count), _RARELY_OMITTED, from_original=True
        )
    twice = np.concatenate([np.ones(n), np.zeros(n)])
    return Samples(np.tile(rows, 2), twice, lambda generator: _permuted(generator, outcome, count))


def _bootstrap(generator: RRandom, n: int, count: int, clusters: npt.NDArray[np.intp] | None) -> Iterator[Block]:
    units = n if clusters is None else int(clusters.max()) + 1
    for number in _numbers(n, count):
        counts = counts_of(generator.sample_rows(units, units, number), units)
        counts = counts if clusters is None else np.ascontiguousarray(counts[:, clusters])
        yield _block(counts, np.ones((number, n)))


def _grouped_bootstrap(generator: RRandom, groups: npt.NDArray[np.intp], count: int) -> Iterator[Block]:
    n = groups.size
    members = [np.flatnonzero(groups == group) for group in range(int(groups.max()) + 1)]
    for number in _numbers(n, count):
        counts = np.zeros((number, n))
        for row in counts:
            for member in members:
                # R does not draw from a group of one
                drawn = generator.sample_int(member.size, member.size, replace=True) if member.size > 1 else [0]
                row[member] = np.bincount(drawn, minlength=member.size)
        yield _block(counts, np.ones((number, n)))


def _numbers(n: int, count: int) -> Iterator[int]:
    """How many samples of n rows each block holds."""
    size = samples_per_block(n, count)
    for start in range(0, count, size):
        yield min(size, count - start)


def samples_per_block(n: int, count: int) -> int:
    """Samples of n rows that are worked on at once."""
    return max(1, min(block_size(n, count), _BLOCK_NUMBERS // n))


def _block(training: Floats, test: Floats, shares: Floats | None = None) -> Block:
    return Block(training, test, np.ones(len(training)) if shares is None else shares)


def _folds(n: int, folds: int) -> list[tuple[int, int]]:
    """First and one past the last position of each fold, rounded half to even as R does."""
    if not 2 <= folds <= n:
        raise InputError("bootstraps", f"is the number of folds, from 2 to {n}, got {folds}")
    starts = [round(i * n / folds) for i in range(folds)]
    return [(start, min(n, round(start + n / folds))) for start in starts]


def _one_class(where: str) -> NotEstimable:
    return NotEstimable(
        "too few rows",
        f"a test set of {where} has one outcome class only, so that nothing can be tested on it.",
        hint="Use fewer folds, another seed, or the bootstrap.",
    )


def _check_test_sets(outcome: Outcome, test: Floats, where: str) -> None:
    events, total = test @ outcome, test.sum(axis=1)
    if bool(np.any((events <= 0.0) | (events >= total))):
        raise _one_class(where)


def _cross_validation(generator: RRandom, outcome: Outcome, bounds: list[tuple[int, int]]) -> Iterator[Block]:
    n = outcome.size
    order = generator.permutation(n)
    remaining = iter(bounds)
    for number in _numbers(n, len(bounds)):
        chosen = list(itertools.islice(remaining, number))
        test = np.zeros((len(chosen), n))
        for row, (first, end) in zip(test, chosen, strict=True):
            row[order[first:end]] = 1.0
        _check_test_sets(outcome, test, "the cross-validation")
        yield _block(1.0 - test, test)


def _out_of_bag(generator: RRandom, outcome: Outcome, count: int) -> Iterator[Block]:
    n = outcome.size
    # the weights need all draws: they are drawn twice, so that they are never all in memory
    ahead = RRandom.from_state(generator.state)
    omitted = np.zeros(n)
    for number in _numbers(n, count):
        drawn = ahead.sample_rows(n, n, number)
        omitted += (counts_of(drawn, n) == 0.0).sum(axis=0)
    if not omitted.all():
        raise NotEstimable(
            "too few rows",
            f"{int(np.count_nonzero(omitted == 0.0))} patient(s) are in every resample and never tested.",
            hint="Use more resamples.",
        )
    for number in _numbers(n, count):
        counts = counts_of(generator.sample_rows(n, n, number), n)
        test = (counts == 0.0).astype(np.float64)
        _check_test_sets(outcome, test, "the patients left out")
        yield _block(counts, test, np.asarray((test / omitted).sum(axis=1) / n))


def _permuted(generator: RRandom, outcome: Outcome, count: int) -> Iterator[Block]:
    n = outcome.size
    y = outcome.astype(np.float64)
    original = np.concatenate([y, 1.0 - y])
    for number in _numbers(2 * n, count):
        permuted = np.array([y[generator.permutation(n)] for _ in range(number)])
        yield _block(np.hstack([permuted, 1.0 - permuted]), np.tile(original, (number, 1)))


def number_of_blocks(n: int, count: int) -> int:
    """Blocks of `count` samples."""
    return math.ceil(count / samples_per_block(n, count))
