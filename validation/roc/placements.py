"""Placements: how many patients of the other group each patient beats. Everything about an empirical AUC follows.

For case i the doubled placement ``a_i = 2 #{controls below} + #{controls tied}`` is an integer, likewise ``b_j`` for
control j over the cases above it. Sums and sums of squares of integers are exact, so AUC, variance and covariance are
rational numbers that are rounded once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.kernels import load

__all__ = ["PairSums", "Placements", "covariance", "pair_sums", "place", "root_of_quotient", "square_root"]

Integers = npt.NDArray[np.int64]
_HALF_BITS = 30
#: scores times this rise with the event
_SIGNS = {"higher": 1.0, "lower": -1.0}


@dataclass(frozen=True)
class PairSums:
    """Sum and sums of squares of the doubled placements: enough for one AUC and its variance.

    `groups` are the scores of cases and of controls that were counted, rising with the event and sorted.
    """

    total: int
    case_squares: int
    control_squares: int
    n_cases: int
    n_controls: int
    kernel: str
    groups: tuple[Floats, Floats] = field(repr=False, compare=False)

    @property
    def area(self) -> Fraction:
        """AUC = U / (m n), exactly."""
        return Fraction(self.total, 2 * self.n_cases * self.n_controls)

    @property
    def variance(self) -> Fraction | None:
        """DeLong's variance, exactly; None where a group has one patient."""
        return None if min(self.n_cases, self.n_controls) < 2 else Fraction(*self._variance())

    def rounded(self) -> tuple[float, float, float]:
        """Area, variance and standard error, each rounded once; NaN where a group has one patient."""
        # a quotient of two Python integers is correctly rounded
        area = self.total / (2 * self.n_cases * self.n_controls)
        if min(self.n_cases, self.n_controls) < 2:
            return area, math.nan, math.nan
        above, below = self._variance()
        return area, above / below, root_of_quotient(above, below)

    def _variance(self) -> tuple[int, int]:
        """Numerator and denominator of the variance."""
        m, n = self.n_cases, self.n_controls
        by_cases = (m * self.case_squares - self.total**2) * (n - 1)
        by_controls = (n * self.control_squares - self.total**2) * (m - 1)
        return by_cases + by_controls, 4 * m * m * n * n * (m - 1) * (n - 1)


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
    (total, case_squares, control_squares), groups = module.sums_of(y_true, y_score, _SIGNS[direction])
    return PairSums(total, case_squares, control_squares, groups[0].size, groups[1].size, kernel, groups)


def place(y_true: Outcome, y_score: Floats, direction: str) -> Placements:
    """Doubled placement of every patient."""
    module, kernel = load("delong")
    of_cases, of_controls = module.placements(*module.split(y_true, y_score, _SIGNS[direction]))
    return Placements(of_cases, of_controls, kernel)


def square_root(value: Fraction) -> float:
    """Correctly rounded square root of a fraction that is not negative."""
    return root_of_quotient(value.numerator, value.denominator)


def root_of_quotient(above: int, below: int) -> float:
    """Correctly rounded square root of a quotient that is not negative."""
    shift = max(0, 64 - (above.bit_length() - below.bit_length()) // 2)
    whole, rest = divmod(above << 2 * shift, below)
    root = math.isqrt(whole)
    # a last bit that says whether anything was cut off, so that the one rounding below is right
    inexact = rest != 0 or root * root != whole
    return (2 * root + inexact) / (2 << shift)


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
