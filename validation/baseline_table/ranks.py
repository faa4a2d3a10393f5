"""Mann-Whitney test of two groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from validation.checks import Floats
from validation.r_numerics import pnorm

__all__ = ["MannWhitney", "mann_whitney"]

#: groups from this size on are judged by the normal approximation, as R does
EXACT_BELOW = 50


@dataclass(frozen=True)
class MannWhitney:
    """U of the first group and its p-values; ``exact`` is NaN with ties or with 50 patients in a group."""

    u: float
    corrected: float
    uncorrected: float
    exact: float


def mann_whitney(first: Floats, second: Floats) -> MannWhitney:
    """Pairs that the first group wins, ties half, and the two-sided p-values."""
    ordered = np.sort(second)
    below = np.searchsorted(ordered, first, side="left")
    not_above = np.searchsorted(ordered, first, side="right")
    twice = int(below.sum() + not_above.sum())
    counts = np.unique(np.concatenate([first, second]), return_counts=True)[1].tolist()
    m, n = first.size, second.size
    ties = sum(count**3 - count for count in counts)
    variance = Fraction(m * n, 12) * (m + n + 1 - Fraction(ties, (m + n) * (m + n - 1)))
    distance = abs(Fraction(twice, 2) - Fraction(m * n, 2))
    exact = math.nan
    if ties == 0 and max(m, n) < EXACT_BELOW:
        exact = _exact(twice // 2, m, n)
    return MannWhitney(
        twice / 2,
        _normal(max(distance - Fraction(1, 2), Fraction(0)), variance),
        _normal(distance, variance),
        exact,
    )


def _normal(distance: Fraction, variance: Fraction) -> float:
    if variance == 0:
        return math.nan
    return min(1.0, 2.0 * pnorm(-abs(float(distance)) / math.sqrt(variance)))


def _exact(u: int, m: int, n: int) -> float:
    """Twice the smaller tail of U, from the number of arrangements of each value."""
    counts = _arrangements(m, n)
    tail = sum(counts[: min(u, m * n - u) + 1])
    return float(min(Fraction(1), Fraction(2 * tail, math.comb(m + n, m))))


@lru_cache(maxsize=64)
def _arrangements(m: int, n: int) -> tuple[int, ...]:
    """Number of arrangements of m and n values with each U: the coefficients of the Gaussian binomial."""
    size = m * n + 1
    found = [1] + [0] * (size - 1)
    for i in range(1, m + 1):
        for k in range(size - 1, n + i - 1, -1):
            found[k] -= found[k - n - i]
        for k in range(i, size):
            found[k] += found[k - i]
    return tuple(found)
