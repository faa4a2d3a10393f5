"""Placements: how many patients of the other group each patient beats. Everything about an empirical AUC follows.

For case i the doubled placement ``a_i = 2 #{controls below} + #{controls tied}`` is an integer, likewise ``b_j`` for
control j over the cases above it. Sums and sums of squares of integers are exact, so AUC, variance and covariance are
rational numbers that are rounded once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome

__all__ = ["Placements", "covariance", "place"]

Integers = npt.NDArray[np.int64]
_HALF_BITS = 30


@dataclass(frozen=True)
class Placements:
    """Doubled placements of cases (over controls) and of controls (over cases), in the order of the patients."""

    cases: Integers
    controls: Integers

    @property
    def area(self) -> Fraction:
        """AUC = U / (m n), exactly."""
        m, n = self.cases.size, self.controls.size
        return Fraction(int(self.cases.sum()), 2 * m * n)


def place(y_true: Outcome, y_score: Floats, direction: str) -> Placements:
    """Doubled placements; for ``direction="lower"`` low values indicate the event."""
    values = y_score if direction == "higher" else -y_score
    cases, controls = values[y_true == 1], values[y_true == 0]
    sorted_cases, sorted_controls = np.sort(cases), np.sort(controls)
    return Placements(
        _below(sorted_controls, cases),
        2 * sorted_cases.size - _below(sorted_cases, controls),
    )


def _below(reference: Floats, queries: Floats) -> Integers:
    """Twice the number of reference values below each query, plus the number tied with it."""
    left = np.searchsorted(reference, queries, side="left")
    right = np.searchsorted(reference, queries, side="right")
    return (left + right).astype(np.int64)


def _dot(a: Integers, b: Integers) -> int:
    """Exact sum of products: the products fit 64 bits, their sum may not."""
    products = a * b
    mask = (1 << _HALF_BITS) - 1
    return (int((products >> _HALF_BITS).sum()) << _HALF_BITS) + int((products & mask).sum())


def _spread(a: Integers, b: Integers) -> int:
    """``k sum(a b) - sum(a) sum(b)``, exactly."""
    return a.size * _dot(a, b) - int(a.sum()) * int(b.sum())


def covariance(first: Placements, second: Placements) -> Fraction:
    """DeLong's covariance of two areas on the same patients, exactly; the variance where both are the same.

    Needs at least two cases and two controls.
    """
    m, n = first.cases.size, first.controls.size
    by_cases = Fraction(_spread(first.cases, second.cases), 4 * n * n * m * m * (m - 1))
    by_controls = Fraction(_spread(first.controls, second.controls), 4 * m * m * n * n * (n - 1))
    return by_cases + by_controls
