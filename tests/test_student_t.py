"""Student's t distribution: every digit, by mpmath."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtr

from validation.exact import student_t as certified
from validation.student_t import t_quantile, t_tail, two_sided_t


@settings(max_examples=60)
@given(st.floats(0, 40), st.floats(0.5, 1e5))
def test_the_tail_is_rounded_once(t: float, df: float) -> None:
    assert two_sided_t(Fraction(t) ** 2, df) == float(certified.two_sided_t(Fraction(t) ** 2, Fraction(df)))


@settings(max_examples=15)
@given(st.floats(0.501, 0.99999), st.floats(1, 1e4))
def test_the_quantile_has_its_tail(p: float, df: float) -> None:
    q = t_quantile(p, df)
    around = (math.nextafter(q, math.inf), math.nextafter(q, 0))
    above, below = (certified.two_sided_t(Fraction(x) ** 2, Fraction(df)) / 2 for x in around)
    assert above <= 1 - p <= below


def test_known_values() -> None:
    assert two_sided_t(0.0, 7.0) == 1.0
    assert two_sided_t(math.inf, 3.0) == 0.0
    assert math.isnan(two_sided_t(math.nan, 3.0))
    # df = 1 is Cauchy's distribution, df = 2 has a closed form
    assert abs(t_tail(2.0, 1.0) - math.atan2(1, 2) / math.pi) < 1e-16
    assert t_tail(-1.0, 2.0) == 1 - t_tail(1.0, 2.0)
    assert t_quantile(0.75, 1.0) == 1.0
    assert t_quantile(0.5, 3.0) == 0.0
    assert t_tail(math.inf, 3.0) == 0.0


@pytest.mark.parametrize(("t", "df"), [(1.0, 3.5), (4.0, 222.2), (0.01, 10.0)])
def test_scipy_is_close(t: float, df: float) -> None:
    assert abs(t_tail(t, df) / float(stdtr(df, -t)) - 1) < 1e-13


def test_mpmath_agrees_by_its_own_function() -> None:
    with mpmath.workdps(50):
        exact = mpmath.betainc(mpmath.mpf("2.5"), mpmath.mpf("0.5"), 0, mpmath.mpf(5) / 9, regularized=True)
    assert two_sided_t(4.0, 5.0) == float(exact)
