"""Resampled areas on R's stratified resamples: the reference kernel of the bootstrap interval.

Each resample draws as many controls, then as many cases, as there are. Patients are given by the places of their
values among the distinct ones, so that no resample needs to be sorted: counts per place and running sums are enough.
Resamples are worked on in blocks, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.extended import NATIVE, widen
from validation.r_numerics import r_sum

__all__ = ["pairs_won", "trapezoids"]

State = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
#: words that are taken from the generator at once, and numbers in one array of a block of resamples
_WORDS, _BLOCK = 1 << 16, 1 << 17


class _Draws:
    """R's rejection sampling with replacement from one stream, out of a store of words drawn ahead."""

    def __init__(self, state: State) -> None:
        self._head = state[:1]
        self._bits: Any = np.random.MT19937()
        self._bits.state = {
            "bit_generator": "MT19937",
            "state": {"key": state[2:].view(np.uint32).copy(), "pos": int(state[1])},
        }
        self._store: npt.NDArray[np.int32] = np.empty(0, dtype=np.int32)
        self._at = self._fetched = self._consumed = 0
        # the last states before words were fetched: the unread words are younger than the first of them
        self._states: deque[tuple[int, Any]] = deque(maxlen=4)

    def _ahead(self, count: int) -> npt.NDArray[np.int32]:
        """Upper halves of the next words, without consuming them."""
        if self._at + count > self._store.size:
            self._states.append((self._fetched, self._bits.state))
            fresh = self._bits.random_raw(max(count, _WORDS))
            fresh >>= np.uint64(16)
            self._store, self._at = np.concatenate([self._store[self._at :], fresh.astype(np.int32)]), 0
            self._fetched += fresh.size
        return self._store[self._at : self._at + count]

    def sample(self, size: int, out: npt.NDArray[np.int32]) -> None:
        """Fill `out`, which has `size` places, with what ``sample.int(size, replace = TRUE)`` draws, counted from 0."""
        bits = (size - 1).bit_length()
        chunks, mask, filled = bits // 16 + 1, (1 << bits) - 1, 0
        while filled < size:
            missing = size - filled
            # as many attempts as are needed in all but one case of some thousands
            expected = missing * 2.0**bits / size
            words = self._ahead(chunks * int(expected + 4.0 * (expected * (expected / missing - 1.0)) ** 0.5 + 1.0))
            numbers = words & mask if chunks == 1 else ((words[::2] << 16) | words[1::2]) & mask
            accepted = np.flatnonzero(numbers < size)[:missing]
            out[filled : filled + accepted.size] = numbers[accepted]
            filled += accepted.size
            # a rejected number costs its words too, those after the last one that is needed are not read yet
            read = chunks * (int(accepted[-1]) + 1 if filled == size else numbers.size)
            self._at += read
            self._consumed += read

    @property
    def state(self) -> State:
        """R's ``.Random.seed`` after the numbers drawn so far."""
        for fetched, inner in reversed(self._states):
            if fetched <= self._consumed:
                self._bits.state = inner
                self._bits.random_raw(self._consumed - fetched)
                break
        found = self._bits.state["state"]
        return np.concatenate([self._head, np.array([found["pos"]], dtype=np.int32), found["key"].view(np.int32)])


def _blocks(draws: _Draws, controls: Places, cases: Places, distinct: int, bootstraps: int) -> Iterator[Any]:
    """First number of a block, and places of the controls and cases drawn, each resample counted on from the last."""
    size = max(1, _BLOCK // (controls.size + cases.size))
    for start in range(0, bootstraps, size):
        count = min(size, bootstraps - start)
        rows = [np.empty((count, places.size), dtype=np.int32) for places in (controls, cases)]
        for resample in range(count):
            for drawn in rows:
                draws.sample(drawn.shape[1], drawn[resample])
        offsets = (np.arange(count) * distinct)[:, None]
        yield start, count, controls[rows[0]] + offsets, cases[rows[1]] + offsets


def _counts(places: Places, count: int, distinct: int) -> npt.NDArray[np.int64]:
    """How often each place was drawn, one resample per row."""
    return np.bincount(places.ravel(), minlength=count * distinct).reshape(count, distinct)


def pairs_won(
    state: State, controls: Places, cases: Places, distinct: int, bootstraps: int
) -> tuple[npt.NDArray[np.int64], State]:
    """Twice the pairs that the cases of each resample win, ties once; and the generator's state afterwards.

    Parameters
    ----------
    state : ndarray of shape (626,)
        R's ``.Random.seed``.
    controls, cases : ndarray of int64
        Places of the values that are resampled among the distinct ones, which rise with the event.
    distinct, bootstraps : int
    """
    draws = _Draws(state)
    won = np.empty(bootstraps, dtype=np.int64)
    for start, count, of_controls, of_cases in _blocks(draws, controls, cases, distinct, bootstraps):
        counts = _counts(of_controls, count, distinct)
        worth = 2 * np.cumsum(counts, axis=1) - counts
        won[start : start + count] = worth.ravel()[of_cases].sum(axis=1)
    return won, draws.state


def trapezoids(state: State, controls: Places, cases: Places, distinct: int, bootstraps: int) -> tuple[Floats, State]:
    """Area of each resample as pROC sums it, and the generator's state afterwards; parameters as for `pairs_won`."""
    draws = _Draws(state)
    n, m = controls.size, cases.size
    areas = np.empty(bootstraps)
    for start, count, of_controls, of_cases in _blocks(draws, controls, cases, distinct, bootstraps):
        # a value that was not drawn only adds a step without width
        specificity = np.cumsum(_counts(of_controls, count, distinct), axis=1) / n
        sensitivity = (m - np.cumsum(_counts(of_cases, count, distinct), axis=1)) / m
        heights = sensitivity.copy()
        heights[:, 0] += 1.0
        heights[:, 1:] += sensitivity[:, :-1]
        heights /= 2
        widths = specificity.copy()
        widths[:, 1:] -= specificity[:, :-1]
        areas[start : start + count] = _row_sums(heights * widths)
    return areas, draws.state


def _row_sums(terms: Floats) -> Floats:
    """Sum of each row from left to right in 64 bits, as `r_sum`."""
    if not NATIVE:
        return np.array([r_sum(row) for row in terms])
    sums: Floats = np.add.accumulate(widen(terms), axis=1)[:, -1].astype(np.float64)
    return sums
