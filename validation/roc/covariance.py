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

__all__ = ["CurveCovariance", "covariance_of_curves"]

#: 2 * 18 bits of a product and 16 bits of a number of rows stay below the 53 bits of a double
_PART_BITS, _BLOCK = 18, 1 << 16

Whole = npt.NDArray[np.object_]


class CurveCovariance(NamedTuple):
    """Areas (k,), their covariance matrix (k, k), and the kernel that counted."""

    areas: Floats
    covariance: Floats
    kernel: str


def covariance_of_curves(outcome: Outcome, scores: Floats, directions: Sequence[str]) -> CurveCovariance:
    """Areas under k curves and DeLong's covariance matrix, correctly rounded; O(k n log n + k^2 n).

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        0/1, as `check_outcome` gives it; at least two of each for the covariance, which is NaN otherwise.
    scores : ndarray of shape (n, k)
        One column per marker, finite.
    directions : sequence of k times "higher" or "lower"
    """
    m = int(outcome.sum())
    n, k = outcome.size - m, len(directions)
    cases, controls = np.empty((k, m)), np.empty((k, n))
    kernel = ""
    for j, direction in enumerate(directions):
        placed = place(outcome, scores[:, j], direction)
        # about the middle of their range, which does not change the covariance
        np.subtract(placed.cases, n, out=cases[j])
        np.subtract(placed.controls, m, out=controls[j])
        kernel = placed.kernel
    of_cases, sums = _spread(cases, n)
    of_controls, _ = _spread(controls, m)
    pairs = 2 * m * n
    areas = np.array([(total + m * n) / pairs for total in sums])
    if min(m, n) < 2:
        return CurveCovariance(areas, np.full((k, k), np.nan), kernel)
    above = of_cases * (n - 1) + of_controls * (m - 1)
    # a quotient of two Python integers is correctly rounded
    covariance = (above / (pairs * pairs * (m - 1) * (n - 1))).astype(np.float64)
    return CurveCovariance(areas, covariance, kernel)


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
