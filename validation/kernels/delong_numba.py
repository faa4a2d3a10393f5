"""Counting won pairs in one walk over both sorted groups, compiled; the same integers as `delong_numpy`.

Between values that differ the walk has no branch that could be mispredicted; where cases and controls are tied it goes
from group to group of equal values.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome

__all__ = ["pair_sums", "placements", "split", "sums_of"]

Integers = npt.NDArray[np.int64]
_HALF_BITS = 30
#: steps after which ties are looked for and sums are carried over; its cube fits 32 bits
_BLOCK = 512


def split(y_true: Outcome, y_score: Floats, sign: float) -> tuple[Floats, Floats]:
    """Scores of cases and of controls in the patients' order, times `sign`."""
    m, values = _side_by_side(y_true, y_score, sign)
    return values[:m], values[m + 1 : -1]


def sums_of(y_true: Outcome, y_score: Floats, sign: float) -> tuple[tuple[int, int, int], tuple[Floats, Floats]]:
    """The sums of `pair_sums`, and the scores of cases and of controls, times `sign` and sorted."""
    m, values = _side_by_side(y_true, y_score, sign)
    return _sums(m, values), (values[:m], values[m + 1 : -1])


def pair_sums(cases: Floats, controls: Floats) -> tuple[int, int, int]:
    """Sum of the doubled placements, and their sums of squares over cases and over controls, exactly."""
    values = np.empty(cases.size + controls.size + 2)
    values[: cases.size], values[cases.size + 1 : -1] = cases, controls
    return _sums(cases.size, values)


def _side_by_side(y_true: Outcome, y_score: Floats, sign: float) -> tuple[int, Floats]:
    """Number of cases, and scores of cases and of controls with one place more after each group."""
    if not (y_score.flags.c_contiguous and y_score.flags.writeable):
        # any other kind of array would be compiled for anew
        y_score = y_score.copy()
    n_cases = int(np.count_nonzero(y_true))
    values = np.empty(y_true.size + 2)
    _split(y_true, y_score, sign, values[: n_cases + 1], values[n_cases + 1 :])
    return n_cases, values


def _sums(m: int, values: Floats) -> tuple[int, int, int]:
    """Sums from `m` cases and the controls, side by side as above; both are sorted in place."""
    values[:m].sort()
    values[m + 1 : -1].sort()
    # whatever is compared with the end of its group goes first
    values[m] = values[-1] = np.inf
    total, case_high, case_low, control_high, control_low = _walk_sums(values[: m + 1], values[m + 1 :])
    return (
        int(total),
        (int(case_high) << _HALF_BITS) + int(case_low),
        (int(control_high) << _HALF_BITS) + int(control_low),
    )


def placements(cases: Floats, controls: Floats) -> tuple[Integers, Integers]:
    """Doubled placements of cases and of controls, in the order given."""
    found: tuple[Integers, Integers] = _placements(cases, controls, np.argsort(cases), np.argsort(controls))
    return found


@numba.njit(cache=True, nogil=True)
def _placements(cases: Floats, controls: Floats, case_order: Integers, control_order: Integers) -> Any:
    """Placements in the order given, from the order of each group's values."""
    sorted_cases, case_places = _ordered(cases, case_order)
    sorted_controls, control_places = _ordered(controls, control_order)
    of_cases, of_controls = np.empty(case_places.size, dtype=np.int64), np.empty(control_places.size, dtype=np.int64)
    _walk_placements(sorted_cases, sorted_controls, case_places, control_places, of_cases, of_controls)
    return of_cases[:-1], of_controls[:-1]


@numba.njit(cache=True, nogil=True)
def _ordered(values: Floats, order: Integers) -> Any:
    """Values in their order and the order, with an infinite value in a place of its own at the end of both."""
    n = values.size
    ordered, places = np.empty(n + 1), np.empty(n + 1, dtype=np.int64)
    for k in range(n):
        ordered[k], places[k] = values[order[k]], order[k]
    ordered[n], places[n] = np.inf, n
    return ordered, places


@numba.njit(cache=True, nogil=True)
def _split(y_true: Outcome, y_score: Floats, sign: float, cases: Floats, controls: Floats) -> None:
    i = j = 0
    # both places are written and one index moves on: no branch to be mispredicted
    for k in range(y_true.size):
        value = sign * y_score[k]
        cases[i] = value
        controls[j] = value
        i += y_true[k]
        j += 1 - y_true[k]


@numba.njit(cache=True, nogil=True)
def _walk_sums(cases: Floats, controls: Floats) -> Any:
    """Sums over sorted groups that each end with an infinite value, in units and halves of squares.

    Two walks at a time, from the lowest value and from a middle one, wait for memory and comparisons half as long as
    one after the other.
    """
    m, n = cases.size - 1, controls.size - 1
    middle = controls[n // 2] if m < n else cases[m // 2]
    last_i, last_j = np.searchsorted(cases[:m], middle), np.searchsorted(controls[:n], middle)
    sums = (0, 0, 0, 0, 0)
    i, j, p, q = 0, 0, last_i, last_j
    while min(last_i + last_j - i - j, m + n - p - q) >= _BLOCK:
        first, second, tied = _untied_twice(cases[i:], controls[j:], cases[p:], controls[q:])
        if tied:
            break
        sums = _added(_added(sums, m, i, j, first), m, p, q, second)
        i, j, p, q = i + first[0], j + first[1], p + second[0], q + second[1]
    return _walk(cases, controls, (p, q, m + n), _walk(cases, controls, (i, j, last_i + last_j), sums))


@numba.njit(cache=True, nogil=True)
def _walk(cases: Floats, controls: Floats, way: Any, sums: Any) -> Any:
    """Sums carried on from a pair of places to an end that no group of equal values crosses."""
    m = cases.size - 1
    i, j, end = way
    wait, patience = 0, 1
    while i + j < end:
        steps = min(_BLOCK, end - i - j)
        tied, tried = True, i + j >= wait
        if tried:
            block, tied = _untied(cases[i:], controls[j:], steps)
            if not tied:
                patience = 1
                sums = _added(sums, m, i, j, block)
                i, j = i + block[0], j + block[1]
        if tied:
            # how far the branch-free way is not tried again grows with each time that it meets a tie
            if tried:
                wait, patience = i + j + _BLOCK * patience, 2 * patience
            i, j, sums = _tied(cases, controls, i, j, steps, sums)
    return sums


@numba.njit(cache=True, nogil=True)
def _added(sums: Any, m: int, i: int, j: int, block: Any) -> Any:
    """Sums with those of a block without ties that begins at case i and control j."""
    total, case_high, case_low, control_high, control_low = sums
    c, d, case_sum, case_squares, control_squares = block
    mask = (1 << _HALF_BITS) - 1
    # each pair of the block is counted with its case or with its control
    control_sum = c * d - case_sum
    total += 2 * (c * j + case_sum)
    square = 4 * j * j
    case_low += c * (square & mask) + 8 * j * case_sum + 4 * case_squares
    case_high += c * (square >> _HALF_BITS) + (case_low >> _HALF_BITS)
    square = 4 * (m - i) * (m - i)
    control_low += d * (square & mask) - 8 * (m - i) * control_sum + 4 * control_squares
    control_high += d * (square >> _HALF_BITS) + (control_low >> _HALF_BITS)
    return total, case_high, case_low & mask, control_high, control_low & mask


@numba.njit(cache=True, nogil=True)
def _untied(cases: Floats, controls: Floats, steps: int) -> Any:
    """Cases and controls passed in so many steps, sums of the places reached; and whether a case met its equal."""
    i = j = case_sum = case_squares = control_squares = 0
    tied = False
    for _ in range(steps):
        case, control = cases[i], controls[j]
        is_control = 1 if control < case else 0
        is_case = 1 - is_control
        tied |= control == case
        case_sum += is_case * j
        case_squares += is_case * j * j
        control_squares += is_control * i * i
        i += is_case
        j += is_control
    return (i, j, case_sum, case_squares, control_squares), tied


@numba.njit(cache=True, nogil=True)
def _untied_twice(cases: Floats, controls: Floats, more_cases: Floats, more_controls: Floats) -> Any:
    """As `_untied` with a whole block of steps, from two pairs of places at once."""
    i = j = case_sum = case_squares = control_squares = 0
    p = q = more_sum = more_squares = more_control_squares = 0
    tied = False
    for _ in range(_BLOCK):
        case, control = cases[i], controls[j]
        other_case, other_control = more_cases[p], more_controls[q]
        is_control = 1 if control < case else 0
        is_other = 1 if other_control < other_case else 0
        tied |= (control == case) | (other_control == other_case)
        is_case, is_other_case = 1 - is_control, 1 - is_other
        case_sum += is_case * j
        case_squares += is_case * j * j
        control_squares += is_control * i * i
        more_sum += is_other_case * q
        more_squares += is_other_case * q * q
        more_control_squares += is_other * p * p
        i += is_case
        j += is_control
        p += is_other_case
        q += is_other
    return (
        (i, j, case_sum, case_squares, control_squares),
        (p, q, more_sum, more_squares, more_control_squares),
        tied,
    )


@numba.njit(cache=True, nogil=True)
def _tied(cases: Floats, controls: Floats, i: int, j: int, steps: int, sums: Any) -> Any:
    """Places after at least so many steps from group to group of equal values, and the sums carried on."""
    m, n = cases.size - 1, controls.size - 1
    mask = (1 << _HALF_BITS) - 1
    total, case_high, case_low, control_high, control_low = sums
    end = i + j + steps
    while i + j < end:
        value = min(cases[i], controls[j])
        first_case, first_control = i, j
        while i < m and cases[i] == value:
            i += 1
        while j < n and controls[j] == value:
            j += 1
        c, d = i - first_case, j - first_control
        of_case, of_control = 2 * first_control + d, 2 * (m - i) + c
        total += c * of_case
        # a sum of squares may not fit 64 bits: upper and lower halves are added apart
        square = of_case * of_case
        case_high += c * (square >> _HALF_BITS)
        case_low += c * (square & mask)
        square = of_control * of_control
        control_high += d * (square >> _HALF_BITS)
        control_low += d * (square & mask)
    case_high, control_high = case_high + (case_low >> _HALF_BITS), control_high + (control_low >> _HALF_BITS)
    return i, j, (total, case_high, case_low & mask, control_high, control_low & mask)


@numba.njit(cache=True, nogil=True)
def _walk_placements(
    cases: Floats,
    controls: Floats,
    case_order: Integers,
    control_order: Integers,
    of_cases: Integers,
    of_controls: Integers,
) -> None:
    """Placements from sorted groups as `_walk` goes, written into the order of the patients."""
    m, n = cases.size - 1, controls.size - 1
    i = j = wait = 0
    patience = 1
    while i + j < m + n:
        steps = min(_BLOCK, m + n - i - j)
        tied, tried, first_i, first_j = True, i + j >= wait, i, j
        if tried:
            tied = False
            for _ in range(steps):
                case, control = cases[i], controls[j]
                is_control = 1 if control < case else 0
                tied |= control == case
                # both are written again until their turn has come, which is the last time
                of_cases[case_order[i]] = 2 * j
                of_controls[control_order[j]] = 2 * (m - i)
                i += 1 - is_control
                j += is_control
            if not tied:
                patience = 1
        if tied:
            i, j = first_i, first_j
            if tried:
                wait, patience = i + j + _BLOCK * patience, 2 * patience
            end = i + j + steps
            while i + j < end:
                value = min(cases[i], controls[j])
                first_case, first_control = i, j
                while i < m and cases[i] == value:
                    i += 1
                while j < n and controls[j] == value:
                    j += 1
                for k in range(first_case, i):
                    of_cases[case_order[k]] = first_control + j
                for k in range(first_control, j):
                    of_controls[control_order[k]] = 2 * m - first_case - i
