"""Resampled areas, compiled: R's draws, counts per distinct value and sums in one pass over each resample.

The same integers, doubles and generator state as `auc_bootstrap_numpy`. Nothing is held but one resample's counts.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["pairs_won", "trapezoids"]

State = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]
#: words of the generator's state
_WORDS = 624
_HIDDEN_BIT, _FRACTION, _TOP_BIT = np.uint64(1 << 52), np.uint64((1 << 52) - 1), np.uint64(1 << 63)


def pairs_won(
    state: State, controls: Places, cases: Places, distinct: int, bootstraps: int
) -> tuple[npt.NDArray[np.int64], State]:
    """Twice the pairs that the cases of each resample win, ties once; and the generator's state afterwards."""
    words, position = _opened(state)
    won = np.empty(bootstraps, dtype=np.int64)
    position = _pairs_won(words, position, controls.astype(np.uint32), cases.astype(np.uint32), distinct, won)
    return won, _closed(state, words, position)


def trapezoids(state: State, controls: Places, cases: Places, distinct: int, bootstraps: int) -> tuple[Floats, State]:
    """Area of each resample as pROC sums it, and the generator's state afterwards."""
    words, position = _opened(state)
    n, m = controls.size, cases.size
    rates = np.arange(n + 1) / n, (m - np.arange(m + 1)) / m
    # only values that controls hold make a step: cases lie between two of them (even slots) or on one (odd slots)
    held = np.zeros(distinct, dtype=np.uint32)
    held[controls] = 1
    below = np.cumsum(held, dtype=np.uint32) - held
    areas, terms = np.empty(bootstraps), np.empty(int(held.sum()) + 1)
    position = _trapezoids(
        words, position, below[controls], (2 * below + held)[cases], *rates, terms, terms.view(np.uint64), areas
    )
    return areas, _closed(state, words, position)


def _opened(state: State) -> tuple[Words, int]:
    """Words and position of R's ``.Random.seed``."""
    return state[2:].view(np.uint32).copy(), int(state[1])


def _closed(state: State, words: Words, position: int) -> State:
    return np.concatenate([state[:1], np.array([position], dtype=np.int32), words.view(np.int32)])


@numba.njit(cache=True, nogil=True)
def _renew(state: Words, upper: Words) -> None:
    """Next 624 words of the Mersenne Twister, and their upper halves after tempering."""
    for k in range(227):
        mixed = (state[k] & np.uint32(0x80000000)) | (state[k + 1] & np.uint32(0x7FFFFFFF))
        state[k] = state[k + 397] ^ (mixed >> np.uint32(1)) ^ ((mixed & np.uint32(1)) * np.uint32(0x9908B0DF))
    for k in range(227, 623):
        mixed = (state[k] & np.uint32(0x80000000)) | (state[k + 1] & np.uint32(0x7FFFFFFF))
        state[k] = state[k - 227] ^ (mixed >> np.uint32(1)) ^ ((mixed & np.uint32(1)) * np.uint32(0x9908B0DF))
    mixed = (state[623] & np.uint32(0x80000000)) | (state[0] & np.uint32(0x7FFFFFFF))
    state[623] = state[396] ^ (mixed >> np.uint32(1)) ^ ((mixed & np.uint32(1)) * np.uint32(0x9908B0DF))
    _temper(state, upper)


@numba.njit(cache=True, nogil=True)
def _temper(state: Words, upper: Words) -> None:
    for k in range(_WORDS):
        word = state[k]
        word ^= word >> np.uint32(11)
        word ^= (word << np.uint32(7)) & np.uint32(0x9D2C5680)
        word ^= (word << np.uint32(15)) & np.uint32(0xEFC60000)
        word ^= word >> np.uint32(18)
        upper[k] = (word & np.uint32(0xFFFFFFFF)) >> np.uint32(16)


@numba.njit(cache=True, nogil=True)
def _draw(state: Words, upper: Words, position: int, missing: int, size: int, numbers: Words) -> Any:
    """Fill `numbers` with some draws below `size`, at most as many as are missing: how many, and the new position.

    R forms a number from the upper halves of one word, or of two where it has more than 15 bits, and rejects numbers
    from `size` on. No branch depends on them: the next number is written over a rejected one.
    """
    if position == _WORDS:
        _renew(state, upper)
        position = 0
    numerals = 1
    while numerals < size:
        numerals *= 2
    mask, end, accepted = np.uint32(numerals - 1), np.uint32(size), np.uint64(0)
    if size <= 1 << 15:
        attempts = min(missing, _WORDS - position)
        for word in upper[position : position + attempts]:
            number = np.uint32(word & mask)
            numbers[accepted] = number
            accepted += np.uint64(number < end)
        return np.int64(accepted), position + attempts
    attempts = min(missing, (_WORDS - position) // 2)
    words = upper[position : position + 2 * attempts]
    for k in range(attempts):
        number = _joined(words[2 * k], words[2 * k + 1], mask)
        numbers[accepted] = number
        accepted += np.uint64(number < end)
    position += 2 * attempts
    if attempts < missing and position == _WORDS - 1:
        # the two halves of a number may lie on both sides of a renewal
        first = upper[position]
        _renew(state, upper)
        number = _joined(first, upper[0], mask)
        numbers[accepted] = number
        accepted += np.uint64(number < end)
        position = 1
    return np.int64(accepted), position


@numba.njit(cache=True, nogil=True)
def _joined(first: Any, second: Any, mask: Any) -> Any:
    """Number of two halves."""
    return np.uint32(((first << np.uint32(16)) | second) & mask)


@numba.njit(cache=True, nogil=True)
def _count(state: Words, upper: Words, position: int, places: Words, numbers: Words, counts: Words) -> int:
    """Add the places of one resample to `counts`; returns the new position."""
    missing: Any = places.size
    while missing > 0:
        accepted, position = _draw(state, upper, position, missing, places.size, numbers)
        missing -= accepted
        for number in numbers[:accepted]:
            counts[places[number]] += np.uint32(1)
    return position


@numba.njit(cache=True, nogil=True)
def _pairs_won(state: Words, position: int, controls: Words, cases: Words, distinct: int, won: Integers) -> int:
    upper, numbers = np.empty(_WORDS, dtype=np.uint32), np.empty(_WORDS + 1, dtype=np.uint32)
    counts, worth = np.empty(distinct, dtype=np.uint32), np.empty(distinct, dtype=np.int64)
    _temper(state, upper)
    for resample in range(won.size):
        counts[:] = 0
        position = _count(state, upper, position, controls, numbers, counts)
        below: Any = 0
        for k in range(distinct):
            drawn = np.int64(counts[k])
            worth[k] = 2 * below + drawn
            below += drawn
        total, missing = 0, cases.size
        while missing > 0:
            accepted, position = _draw(state, upper, position, missing, cases.size, numbers)
            missing -= accepted
            for number in numbers[:accepted]:
                total += worth[cases[number]]
        won[resample] = total
    return position


@numba.njit(cache=True, nogil=True)
def _trapezoids(
    state: Words,
    position: int,
    controls: Words,
    cases: Words,
    specificity: Floats,
    sensitivity: Floats,
    terms: Floats,
    bits: Any,
    areas: Floats,
) -> int:
    upper, numbers = np.empty(_WORDS, dtype=np.uint32), np.empty(_WORDS + 1, dtype=np.uint32)
    of_controls, of_cases = np.empty(terms.size, dtype=np.uint32), np.empty(2 * terms.size, dtype=np.uint32)
    _temper(state, upper)
    for resample in range(areas.size):
        of_controls[:] = 0
        of_cases[:] = 0
        position = _count(state, upper, position, controls, numbers, of_controls)
        position = _count(state, upper, position, cases, numbers, of_cases)
        i = j = filled = np.uint64(0)
        left = specificity[0]
        for k in range(terms.size - 1):
            i += of_cases[2 * k]
            j += of_controls[k]
            height, right = sensitivity[i], specificity[j]
            i += of_cases[2 * k + 1]
            term = (sensitivity[i] + height) / 2 * (right - left)
            terms[filled] = term
            # a step without width adds nothing
            filled += np.uint64(term > 0.0)
            left = right
        areas[resample] = _extended_sum(bits, np.int64(filled))
    return position


@numba.njit(cache=True, nogil=True)
def _extended_sum(bits: Any, count: Any) -> float:
    """Sum of positive normal doubles (as their bits) from left to right in 64 significant bits, then as a double."""
    if count == 0:
        return 0.0
    # the sum is whole * 2^unit, and its top bit is set
    whole = ((bits[0] & _FRACTION) | _HIDDEN_BIT) << np.uint64(11)
    unit = np.int64(bits[0] >> np.uint64(52)) - 1086
    one = np.uint64(1)
    for k in range(1, count):
        term = (bits[k] & _FRACTION) | _HIDDEN_BIT
        shift = unit + 1075 - np.int64(bits[k] >> np.uint64(52))
        if 0 < shift < 64:
            # nearly always: no tie and no carry, so that the next term waits for one addition only
            half = one << np.uint64(shift - 1)
            rest = term & (half + half - one)
            total = whole + (term >> np.uint64(shift)) + np.uint64(rest > half)
            if rest != half and total >= whole:
                whole = total
                continue
        elif shift < -11:
            # the term is the larger one: it becomes the sum, and the sum becomes the term
            term, whole = whole, term << np.uint64(11)
            unit -= shift + 11
            shift = -11 - shift
        if shift <= 64:
            whole, carried = _add(whole, term, shift)
            unit += carried
    # to 53 bits, ties to even
    kept, rest = whole >> np.uint64(11), whole & np.uint64(2047)
    kept += np.uint64(rest > np.uint64(1024) or (rest == np.uint64(1024) and kept & np.uint64(1) == np.uint64(1)))
    return math.ldexp(float(kept), int(unit + 11))


@numba.njit(cache=True, nogil=True)
def _add(whole: Any, term: Any, shift: Any) -> Any:
    """``whole + term / 2^shift`` rounded to 64 bits, ties to even, halved where it carries; and whether it did."""
    one = np.uint64(1)
    if shift <= 0:
        part, rest, half = term << np.uint64(-shift), np.uint64(0), one
    elif shift < 64:
        part, rest, half = (
            term >> np.uint64(shift),
            term & ((one << np.uint64(shift)) - one),
            one << np.uint64(shift - 1),
        )
    else:
        part, rest, half = np.uint64(0), term, _TOP_BIT
    total, carried = whole + part, 0
    if total < whole:
        dropped = total & one
        total = (total >> one) | _TOP_BIT
        carried = 1
        # a half was dropped where that bit was set
        up = dropped == one and (rest != np.uint64(0) or total & one == one)
    else:
        up = rest > half or (rest == half and total & one == one)
    total += np.uint64(up)
    if total == np.uint64(0):
        return _TOP_BIT, carried + 1
    return total, carried
