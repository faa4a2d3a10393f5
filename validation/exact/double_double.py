"""Arrays of 106-bit numbers: unevaluated sums of two doubles, for certified values of whole paths.

The arithmetic is exact up to about 2^-100 relative and runs at NumPy's speed. Products of matrices are cut into slices
so short that the double-precision product of two slices is exact.

References
----------
Dekker TJ (1971). A floating-point technique for extending the available precision. Numer Math 18:224-242.
doi:10.1007/BF01397083
Ozaki K, Ogita T, Oishi S, Rump SM (2012). Error-free transformations of matrix multiplication. Numer Algorithms
59:95-118. doi:10.1007/s11075-011-9478-1
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np

from validation.checks import Floats

__all__ = ["DoubleDouble", "product"]

_SPLITTER = 2.0**27 + 1.0
#: bits of the right factor that a matrix product keeps
_KEPT_BITS = 110
#: the table of exp has this many entries per doubling
_STEPS = 128


def _two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _split(a: Floats) -> tuple[Floats, Floats]:
    c = _SPLITTER * a
    high = c - (c - a)
    return high, a - high


def _two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    p = a * b
    (ah, al), (bh, bl) = _split(a), _split(b)
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


class DoubleDouble:
    """Array of numbers ``high + low`` with ``|low| <= ulp(high) / 2``.

    Parameters
    ----------
    high, low : array_like
        Need not be normalised.
    """

    __array_priority__ = 100.0

    def __init__(self, high: Any, low: Any = 0.0) -> None:
        self.high, self.low = _two_sum(*np.broadcast_arrays(np.asarray(high, float), np.asarray(low, float)))

    @classmethod
    def exactly(cls, values: list[Fraction]) -> DoubleDouble:
        """Vector of rational numbers, rounded to the pair."""
        high = [float(value) for value in values]
        return cls(high, [float(value - Fraction(h)) for value, h in zip(values, high, strict=True)])

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array."""
        return self.high.shape

    def __getitem__(self, index: Any) -> DoubleDouble:
        return DoubleDouble(self.high[index], self.low[index])

    def __neg__(self) -> DoubleDouble:
        return DoubleDouble(-self.high, -self.low)

    def __add__(self, other: Any) -> DoubleDouble:
        other = _paired(other)
        s, e = _two_sum(self.high, other.high)
        t, f = _two_sum(self.low, other.low)
        s, e = _two_sum(s, e + t)
        return DoubleDouble(s, e + f)

    def __sub__(self, other: Any) -> DoubleDouble:
        return self + -_paired(other)

    def __rsub__(self, other: Any) -> DoubleDouble:
        return _paired(other) + -self

    def __mul__(self, other: Any) -> DoubleDouble:
        other = _paired(other)
        p, e = _two_product(self.high, other.high)
        return DoubleDouble(p, e + (self.high * other.low + self.low * other.high))

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> DoubleDouble:
        other = _paired(other)
        first = self.high / other.high
        rest = self - other * first
        second = rest.high / other.high
        rest = rest - other * second
        last: Floats = rest.high / other.high
        return DoubleDouble(first, second) + last

    def __rtruediv__(self, other: Any) -> DoubleDouble:
        return _paired(other) / self

    def __abs__(self) -> DoubleDouble:
        sign = np.where(self.high < 0.0, -1.0, 1.0)
        return DoubleDouble(self.high * sign, self.low * sign)

    def sqrt(self) -> DoubleDouble:
        """Square roots, by one Newton step from the double."""
        root = np.sqrt(self.high)
        safe = np.where(root == 0.0, 1.0, root)
        correction = (self - DoubleDouble(root) * root) / (2.0 * DoubleDouble(safe))
        return DoubleDouble(root) + correction

    def sum(self, axis: int = 0) -> DoubleDouble:
        """Sum along an axis, by halves."""
        high, low = np.moveaxis(self.high, axis, 0), np.moveaxis(self.low, axis, 0)
        total = DoubleDouble(high, low)
        while total.shape[0] > 1:
            half = total.shape[0] // 2
            pairs = total[:half] + total[half : 2 * half]
            odd = total[2 * half :]
            total = DoubleDouble(np.concatenate([pairs.high, odd.high]), np.concatenate([pairs.low, odd.low]))
        return total[0]

    def exp(self) -> DoubleDouble:
        """Exponential: table of powers of two, then a Taylor series on what remains."""
        table, step = _exp_table()
        k = np.rint(self.high / step.high)
        r = self - step * k
        # below this order doubles are accurate enough
        series = DoubleDouble(np.polyval([1 / math.factorial(n) for n in range(12, 5, -1)], r.high))
        for n in range(5, -1, -1):
            series = series * r + _reciprocal_factorial(n)
        whole, part = np.divmod(k.astype(np.int64), _STEPS)
        found = series * table[part]
        return DoubleDouble(np.ldexp(found.high, whole), np.ldexp(found.low, whole))

    def log(self) -> DoubleDouble:
        """Natural logarithm, by one Newton step from the double."""
        start = np.log(self.high)
        return self * DoubleDouble(-start).exp() - 1.0 + start


def _paired(value: Any) -> DoubleDouble:
    return value if isinstance(value, DoubleDouble) else DoubleDouble(value)


@functools.cache
def _reciprocal_factorial(n: int) -> DoubleDouble:
    return DoubleDouble.exactly([Fraction(1, math.factorial(n))])[0]


@functools.cache
def _exp_table() -> tuple[DoubleDouble, DoubleDouble]:
    """Powers ``2^(i/128)`` and the step ``log(2)/128``."""
    from mpmath import mp, mpf

    def pair(value: Any) -> tuple[float, float]:
        high = float(value)
        return high, float(value - mpf(high))

    with mp.workdps(50):
        powers = [pair(mpf(2) ** (mpf(i) / _STEPS)) for i in range(_STEPS)]
        step = pair(mp.log(2) / _STEPS)
    return DoubleDouble([p[0] for p in powers], [p[1] for p in powers]), DoubleDouble(*step)


def _slices(matrix: Floats, bits: int, axis: int, count: int) -> list[Floats]:
    """Parts of at most `bits` bits each, the units common to all entries along `axis`."""
    parts, rest = [], matrix
    for _ in range(count):
        largest = np.abs(rest).max(axis=axis, keepdims=True)
        if not largest.any():
            break
        exponent = np.frexp(largest)[1]
        # adding and subtracting this rounds to a multiple of 2^(exponent - bits)
        shifter = np.where(largest > 0.0, np.ldexp(1.5, exponent - bits + 52), 0.0)
        part = np.where(largest > 0.0, (rest + shifter) - shifter, 0.0)
        parts.append(part)
        rest = rest - part
    return parts


def product(left: Floats, right: DoubleDouble) -> DoubleDouble:
    """Matrix product of doubles with 106-bit numbers; every product of slices is exact in double precision."""
    terms = left.shape[1]
    bits = (53 - max(terms - 1, 1).bit_length()) // 2
    count = -(-_KEPT_BITS // bits)
    lefts = _slices(left, bits, 1, count)
    # the low halves begin 53 bits down
    rights = list(enumerate(_slices(right.high, bits, 0, count)))
    rights += list(enumerate(_slices(right.low, bits, 0, count), start=53 // bits))
    total = DoubleDouble(np.zeros((left.shape[0], right.shape[1])))
    for i, a in enumerate(lefts):
        for j, b in rights:
            if i + j < count:
                total = total + a @ b
    return total
