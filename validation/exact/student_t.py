"""Certified tail of Student's t: a positive series of the incomplete beta function, summed with mpmath."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["two_sided_t"]

_DIGITS = 60
#: df / (df + t^2) above which the series of the other tail is the shorter one
_NEAR_1 = 0.8


def two_sided_t(squared: Any, df: Any) -> Any:
    """P(T^2 > squared) as an mpmath number; the arguments may be fractions."""
    import mpmath

    near = squared == 0 or float(df) / float(df + squared) > _NEAR_1
    # 1 - p cancels as many digits as p is small
    lost = int(float(df) / 2 * math.log10(1 + float(squared) / float(df))) if near else 0
    with mpmath.workdps(_DIGITS + lost):
        t2, freedom = (mpmath.mpf(value.numerator) / value.denominator for value in (squared, df))
        x, y, a, half = freedom / (freedom + t2), t2 / (freedom + t2), freedom / 2, mpmath.mpf(1) / 2
        log_beta = mpmath.loggamma(a) + mpmath.loggamma(half) - mpmath.loggamma(a + half)
        front = mpmath.sqrt(y) * mpmath.exp(a * mpmath.log(x) - log_beta)
        if near:
            return 1 - 2 * front * _series(a, half, y)
        return front / a * _series(half, a, x)


def _series(a: Any, b: Any, x: Any) -> Any:
    """2F1(a + b, 1; b + 1; x)."""
    import mpmath

    term = total = mpmath.mpf(1)
    k = 0
    while term > total * mpmath.eps / 8:
        k += 1
        term *= (a + b + k - 1) * x / (b + k)
        total += term
    return total
