"""Counting won pairs in one walk over both sorted groups, compiled; the same integers as `delong_numpy`."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome

__all__ = ["pair_sums", "placements", "split"]

Integers = npt.NDArray[np.int64]
_HALF_BITS = 30


def split(y_true: Outcome, y_score: Floats, sign: float) -> tuple[Floats, Floats]:
    """Scores of cases and of controls in the patients' order, times `sign`."""
    n = y_true.size
    n_cases = int(np.count_nonzero(y_true))
    # one place more each, for the value that belongs to the other group
    cases, controls = np.empty(n_cases + 1), np.empty(n - n_cases + 1)
    _split(y_true, y_score, sign, cases, controls)
    return cases[:-1], controls[:-1]


def pair_sums(cases: Floats, controls: Floats) -> tuple[int, int, int]:
    """Sum of the doubled placements, and their sums of squares over cases and over controls, exactly."""
    total, case_high, case_low, control_high, control_low = _walk_sums(np.sort(cases), np.sort(controls))
    return (
        int(total),
        (int(case_high) << _HALF_BITS) + int(case_low),
        (int(control_high) << _HALF_BITS) + int(control_low),
    )


def placements(cases: Floats, controls: Floats) -> tuple[Integers, Integers]:
    """Doubled placements of cases and of controls, in the order given."""
    case_order, control_order = np.argsort(cases), np.argsort(controls)
    of_cases, of_controls = np.empty(cases.size, dtype=np.int64), np.empty(controls.size, dtype=np.int64)
    _walk_placements(cases, controls, case_order, control_order, of_cases, of_controls)
    return of_cases, of_controls


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
    m, n = cases.size, controls.size
    mask = (1 << _HALF_BITS) - 1
    total = case_high = case_low = control_high = control_low = 0
    i = j = 0
    while i < m or j < n:
        value = controls[j] if i == m or (j < n and controls[j] < cases[i]) else cases[i]
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
    return total, case_high, case_low, control_high, control_low


@numba.njit(cache=True, nogil=True)
def _walk_placements(
    cases: Floats,
    controls: Floats,
    case_order: Integers,
    control_order: Integers,
    of_cases: Integers,
    of_controls: Integers,
) -> None:
    m, n = cases.size, controls.size
    i = j = 0
    while i < m or j < n:
        next_is_control = i == m or (j < n and controls[control_order[j]] < cases[case_order[i]])
        value = controls[control_order[j]] if next_is_control else cases[case_order[i]]
        first_case, first_control = i, j
        while i < m and cases[case_order[i]] == value:
            i += 1
        while j < n and controls[control_order[j]] == value:
            j += 1
        c, d = i - first_case, j - first_control
        for k in range(first_case, i):
            of_cases[case_order[k]] = 2 * first_control + d
        for k in range(first_control, j):
            of_controls[control_order[k]] = 2 * (m - i) + c
