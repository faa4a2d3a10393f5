"""Counting won pairs by sorting each group once: the reference kernel of the ROC family.

The doubled placement of a case is twice the number of controls below it plus the number tied with it; that of a
control, twice the number of cases above it plus the number tied with it. All are integers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome

__all__ = ["pair_sums", "placements", "split", "sums_of"]

Integers = npt.NDArray[np.int64]
_HALF_BITS = 30


def split(y_true: Outcome, y_score: Floats, sign: float) -> tuple[Floats, Floats]:
    """Scores of cases and of controls in the patients' order, times `sign`."""
    is_case = y_true == 1
    # taking by position is six times faster here than by a mask
    cases, controls = (y_score.take(np.flatnonzero(group)) for group in (is_case, ~is_case))
    return (cases, controls) if sign > 0 else (-cases, -controls)


def sums_of(y_true: Outcome, y_score: Floats, sign: float) -> tuple[tuple[int, int, int], tuple[Floats, Floats]]:
    """The sums of `pair_sums`, and the scores of cases and of controls, times `sign` and sorted."""
    groups = split(y_true, y_score, sign)
    for values in groups:
        values.sort()
    return _sums(*groups), groups


def pair_sums(cases: Floats, controls: Floats) -> tuple[int, int, int]:
    """Sum of the doubled placements, and their sums of squares over cases and over controls, exactly.

    Parameters
    ----------
    cases, controls : ndarray of shape (m,) and (n,)
        Scores that rise with the event; in any order.
    """
    return _sums(np.sort(cases), np.sort(controls))


def _sums(cases: Floats, controls: Floats) -> tuple[int, int, int]:
    """Sums of sorted groups."""
    of_cases, of_controls = _placements(cases, controls)
    return int(of_cases.sum()), _squares(of_cases, 2 * controls.size), _squares(of_controls, 2 * cases.size)


def placements(cases: Floats, controls: Floats) -> tuple[Integers, Integers]:
    """Doubled placements of cases and of controls, in the order given."""
    orders = np.argsort(cases), np.argsort(controls)
    found = _placements(cases[orders[0]], controls[orders[1]])
    for order, sorted_values in zip(orders, found, strict=True):
        # into the patients' order: the array is reused, its values are read before they are written
        sorted_values[order] = sorted_values.copy()
    return found


def _placements(cases: Floats, controls: Floats) -> tuple[Integers, Integers]:
    """Doubled placements of two sorted groups; the smaller one is searched in the larger one."""
    m, n = cases.size, controls.size
    if m <= n:
        controls_below, cases_below = _counted(cases, controls)
    else:
        cases_below, controls_below = _counted(controls, cases)
    return controls_below, 2 * m - cases_below


def _counted(few: Floats, many: Floats) -> tuple[Integers, Integers]:
    """Twice the number of the other group below each value, plus the number tied with it."""
    below = np.searchsorted(many, few, side="left")
    tied = many.take(below, mode="clip") == few
    upto = below
    if tied.any():
        upto = below.copy()
        upto[tied] = np.searchsorted(many, few[tied], side="right")
    # value k of `many` has above it those of `few` that have at most k of `many` up to them
    passed = np.bincount(below, minlength=many.size + 1)
    passed += np.bincount(upto, minlength=many.size + 1)
    return (below + upto).astype(np.int64, copy=False), np.cumsum(passed[:-1], dtype=np.int64)


def _squares(values: Integers, largest: int) -> int:
    """Exact sum of squares: where it may not fit 64 bits, of the upper and lower halves."""
    if values.size * largest * largest < 2**63:
        return int(np.dot(values, values))
    squares = values * values
    mask = (1 << _HALF_BITS) - 1
    return (int((squares >> _HALF_BITS).sum()) << _HALF_BITS) + int((squares & mask).sum())
