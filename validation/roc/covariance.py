"""Areas of many curves on the same patients and their covariance matrix, each number rounded once.

Doubled placements are whole numbers, so their cross products are too. A matrix product in doubles gives them exactly
while every partial sum stays below 2^53; larger placements are split into two parts of at most 18 bits, and rows are
taken in blocks of 2^16, so that this holds for any order of additions and any number of threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.roc.placements import place

__all__ = ["CurveCovariance", "ExactCovariance", "covariance_of_curves", "exact_covariance"]

#: 2 * 18 bits of a product and 16 bits of a number of rows stay below the 53 bits of a double
_PART_BITS, _BLOCK = 18, 1 << 16

Whole = npt.NDArray[np.object_]


class CurveCovariance(NamedTuple):
    """Areas (k,), their covariance matrix (k, k), and the kernel that counted."""

    areas: Floats
    covariance: Floats
    kernel: str


class ExactCovariance(NamedTuple):
    """Areas `totals` / `pairs` and their covariance matrix `above` / `below`, in whole numbers; the kernel."""

    totals: list[int]
    pairs: int
    above: Whole
    below: int
    kernel: str


def exact_covariance(outcome: Outcome, columns: Sequence[Floats], directions: Sequence[str]) -> ExactCovariance:
    """Areas under k curves and DeLong's covariance matrix as quotients of whole numbers; O(k n log n + k^2 n).

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        0/1, as `check_outcome` gives it; `below` is 0 unless there are two of each.
    columns : sequence of k ndarrays of shape (n,)
        The markers, finite.
    directions : sequence of k times "higher" or "lower"
    """
    m = int(outcome.sum())
    n, k = outcome.size - m, len(directions)
    cases, controls = np.empty((k, m)), np.empty((k, n))
    kernel = ""
    for j, (scores, direction) in enumerate(zip(columns, directions, strict=True)):
        placed = place(outcome, scores, direction)
        # about the middle of their range, which does not change the covariance
        np.subtract(placed.cases, n, out=cases[j])
        np.subtract(placed.controls, m, out=controls[j])
        kernel = placed.kernel
    of_cases, sums = _spread(cases, n)
    of_controls, _ = _spread(controls, m)
    pairs = 2 * m * n
    above = of_cases * (n - 1) + of_controls * (m - 1)
    return ExactCovariance([total + m * n for total in sums], pairs, above, pairs * pairs * (m - 1) * (n - 1), kernel)


def covariance_of_curves(outcome: Outcome, scores: Floats, directions: Sequence[str]) -> CurveCovariance:
    """Areas under k curves and DeLong's covariance matrix, correctly rounded; NaN where a group has one patient.

    Parameters are those of `exact_covariance`, with one column of the (n, k) matrix `scores` per marker.
    """
    found = exact_covariance(outcome, list(scores.T), directions)
    # a quotient of two Python integers is correctly rounded
    areas = np.array([total / found.pairs for total in found.totals])
    if found.below == 0:
        return CurveCovariance(areas, np.full(found.above.shape, np.nan), found.kernel)
    return CurveCovariance(areas, (found.above / found.below).astype(np.float64), found.kernel)


def _spread(values: Floats, largest: int) -> tuple[Whole, list[int]]:
    """``size sum(a b) - sum(a) sum(b)`` of all pairs of rows, and the sums, exactly; whole numbers within +-largest."""
    k, size = values.shape
    products: Whole = np.zeros((k, k), dtype=object)
    sums: Whole = np.zeros(k, dtype=object)
    for start in range(0, size, _BLOCK):
        block = values[:, start : start + _BLOCK]
        products += _products(block, largest)
        sums += _whole(block.sum(axis=1))
    return size * products - np.multiply.outer(sums, sums), sums.tolist()


def _products(block: Floats, largest: int) -> Whole:
    """Sums of products of every pair of rows of one block."""
    if largest.bit_length() <= _PART_BITS:
        return _whole(block @ block.T)
    high = np.floor(block * 2.0**-_PART_BITS)
    low = block - high * 2.0**_PART_BITS
    across = high @ low.T
    products: Whole = _whole(high @ high.T) * 2 ** (2 * _PART_BITS)
    products += _whole(across + across.T) * 2**_PART_BITS
    products += _whole(low @ low.T)
    return products


def _whole(values: Any) -> Whole:
    """Whole numbers of doubles as Python's."""
    whole: Whole = values.astype(np.int64).astype(object)
    return whole
