"""Placements: how many patients of the other group each patient beats. Everything about an empirical AUC follows.

For case i the doubled placement ``a_i = 2 #{controls below} + #{controls tied}`` is an integer, likewise ``b_j`` for
control j over the cases above it. Sums and sums of squares of integers are exact, so AUC, variance and covariance are
rational numbers that are rounded once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.kernels import load

__all__ = ["PairSums", "Placements", "covariance", "pair_sums", "place", "square_root"]

Integers = npt.NDArray[np.int64]
_HALF_BITS = 30
#: scores times this rise with the event
_SIGNS = {"higher": 1.0, "lower": -1.0}


@dataclass(frozen=True)
class PairSums:
    """Sum and sums of squares of the doubled placements: enough for one AUC and its variance."""

    total: int
    case_squares: int
    control_squares: int
    n_cases: int
    n_controls: int
    kernel: str

    @property
    def area(self) -> Fraction:
        """AUC = U / (m n), exactly."""
        return Fraction(self.total, 2 * self.n_cases * self.n_controls)

    @property
    def variance(self) -> Fraction | None:
        """DeLong's variance, exactly; None where a group has one patient."""
        m, n = self.n_cases, self.n_controls
        if min(m, n) < 2:
            return None
        by_cases = Fraction(m * self.case_squares - self.total**2, 4 * n * n * m * m * (m - 1))
        by_controls = Fraction(n * self.control_squares - self.total**2, 4 * m * m * n * n * (n - 1))
        return by_cases + by_controls


@dataclass(frozen=True)
class Placements:
    """Doubled placements of cases (over controls) and of controls (over cases), in the order of the patients."""

    cases: Integers
    controls: Integers
    kernel: str

    @property
    def area(self) -> Fraction:
        """AUC = U / (m n), exactly."""
        m, n = self.cases.size, self.controls.size
        return Fraction(int(self.cases.sum()), 2 * m * n)


def pair_sums(y_true: Outcome, y_score: Floats, direction: str) -> PairSums:
    """Sums over all placements; the patients' order does not matter."""
    module, kernel = load("delong")
    cases, controls = module.split(y_true, y_score, _SIGNS[direction])
    total, case_squares, control_squares = module.pair_sums(cases, controls)
    return PairSums(total, case_squares, control_squares, cases.size, controls.size, kernel)


def place(y_true: Outcome, y_score: Floats, direction: str) -> Placements:
    """Doubled placement of every patient."""
    module, kernel = load("delong")
    of_cases, of_controls = module.placements(*module.split(y_true, y_score, _SIGNS[direction]))
    return Placements(of_cases, of_controls, kernel)


def square_root(value: Fraction) -> float:
    """Correctly rounded square root of a fraction that is not negative."""
    shift = max(0, 64 - (value.numerator.bit_length() - value.denominator.bit_length()) // 2)
    scaled = value * 4**shift
    root = math.isqrt(int(scaled))
    # a last bit that says whether anything was cut off, so that the one rounding below is right
    inexact = root * root != scaled
    return float(Fraction(2 * root + inexact, 2 << shift))


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
