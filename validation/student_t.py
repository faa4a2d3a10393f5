"""Student's t distribution with real degrees of freedom, to the last digits.

SciPy's distribution function has down to 13.9 digits. Here the continued fraction of the incomplete beta function is
taken in 40 decimal digits and rounded once; its arguments may be fractions, so that nothing is rounded before.

References
----------
NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction) and 5.11.1 (Stirling's series).
https://dlmf.nist.gov/8.17
"""

from __future__ import annotations

import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction

from scipy.special import stdtrit

__all__ = ["t_quantile", "t_tail", "two_sided_t"]

_DIGITS, _CLOSE = 45, Decimal("1e-40")
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
#: beyond this Stirling's series has 40 digits
_LARGE = 40
#: B(2k) / (2k (2k - 1)) for k = 1, 2, ...
_STIRLING = tuple(
    Fraction(*term)
    for term in (
        (1, 12), (-1, 360), (1, 1260), (-1, 1680), (1, 1188), (-691, 360360), (1, 156), (-3617, 122400),
        (43867, 244188), (-174611, 125400), (77683, 5796), (-236364091, 1506960), (657931, 300), (-3392780147, 93960),
    )
)  # fmt: skip


def two_sided_t(squared: Fraction | float, df: Fraction | float) -> float:
    """P(T^2 > squared) for `df` > 0 degrees of freedom, rounded once.

    >>> two_sided_t(1.0, 1.0)
    0.5
    """
    if math.isnan(squared) or math.isnan(df):
        return math.nan
    if squared == math.inf:
        return 0.0
    t2, freedom = Fraction(squared), Fraction(df)
    with localcontext(Context(prec=_DIGITS, Emin=-(10**9), Emax=10**9)):
        return float(_beta_tail(freedom / (freedom + t2), freedom / 2))


def t_tail(statistic: float, df: float) -> float:
    """P(T > statistic), with all its digits in the upper tail."""
    if math.isnan(statistic) or math.isnan(df):
        return math.nan
    both = two_sided_t(Fraction(statistic) ** 2 if math.isfinite(statistic) else math.inf, df)
    return both / 2 if statistic >= 0 else 1.0 - both / 2


def t_quantile(probability: float, df: Fraction | float) -> float:
    """Quantile of the upper half: SciPy's, polished by Newton's method on the tail.

    Parameters
    ----------
    probability : float
        From 0.5 to 1, 1 excluded.
    df : float or Fraction
    """
    freedom = float(df)
    found = float(stdtrit(freedom, probability))
    tail = 1 - Fraction(probability)
    if found <= 0.0 or not math.isfinite(found):
        return found
    with localcontext(Context(prec=_DIGITS, Emin=-(10**9), Emax=10**9)):
        t, f = Decimal(found), _decimal(Fraction(df))
        for _ in range(2):
            above = _beta_tail(Fraction(df) / (Fraction(df) + Fraction(t) ** 2), Fraction(df) / 2) / 2
            density = (-(f + 1) / 2 * (1 + t * t / f).ln() - _log_beta(f / 2)).exp() / f.sqrt()
            t += (above - _decimal(tail)) / density
        return float(t)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _beta_tail(x: Fraction, a: Fraction) -> Decimal:
    """Regularised incomplete beta function I_x(a, 1/2)."""
    half = Decimal("0.5")
    if x == 1:
        return Decimal(1)
    y = 1 - x
    front = _decimal(a) * _decimal(x).ln() + half * _decimal(y).ln() - _log_beta(_decimal(a))
    # the continued fraction converges fast on its own side of the mean
    if x < (a + 1) / (a + Fraction(5, 2)):
        return front.exp() / _decimal(a) / _fraction(_decimal(x), _decimal(a), half)
    return 1 - front.exp() / half / _fraction(_decimal(y), half, _decimal(a))


def _fraction(x: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Continued fraction 1 + d1/(1 + d2/(1 + ...)) by Lentz's method."""
    value, upper, lower = Decimal(1), Decimal(1), Decimal(0)
    step = 0
    while True:
        step += 1
        k = step // 2
        if step % 2:
            d = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        else:
            d = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        lower = 1 / (1 + d * lower)
        upper = 1 + d / upper
        value *= upper * lower
        if abs(upper * lower - 1) < _CLOSE:
            return value


def _log_beta(a: Decimal) -> Decimal:
    """log B(a, 1/2) = log Gamma(a) + log(pi)/2 - log Gamma(a + 1/2)."""
    # from a large argument down by the recurrence of the gamma function
    product = Decimal(1)
    while a < _LARGE:
        product *= (a + Decimal("0.5")) / a
        a += 1
    return product.ln() + _PI.ln() / 2 + _log_gamma(a) - _log_gamma(a + Decimal("0.5"))


def _log_gamma(z: Decimal) -> Decimal:
    """Stirling's series without the constant."""
    total, power = (z - Decimal("0.5")) * z.ln() - z, z
    for term in _STIRLING:
        total += _decimal(term) / power
        power *= z * z
    return total
