"""Numbers of 64 significant bits, as the x87 registers hold them in which R accumulates.

NumPy's ``longdouble`` is that type on x86 with Linux or macOS. Elsewhere it is the double or a 128-bit type, and
`Extended` does the same arithmetic on fractions: slow, portable, and equal in every bit.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["NATIVE", "Extended", "sequential_sum", "to_double", "widen"]

#: this machine has the type
NATIVE = bool(np.finfo(np.longdouble).nmant == 63)
_BITS = 64
#: terms that are accumulated at once
_BLOCK = 1 << 16

Numbers = npt.NDArray[Any]


class Extended:
    """A finite number, rounded to 64 bits after each operation, ties to even."""

    __slots__ = ("value",)

    def __init__(self, value: Fraction) -> None:
        self.value = _rounded(value)

    def __add__(self, other: Any) -> Extended:
        return Extended(self.value + _fraction(other))

    def __sub__(self, other: Any) -> Extended:
        return Extended(self.value - _fraction(other))

    def __mul__(self, other: Any) -> Extended:
        return Extended(self.value * _fraction(other))

    def __truediv__(self, other: Any) -> Extended:
        return Extended(self.value / _fraction(other))

    def __float__(self) -> float:
        return float(self.value)


def _fraction(value: Any) -> Fraction:
    return value.value if isinstance(value, Extended) else Fraction(value)


def _rounded(value: Fraction) -> Fraction:
    if not value:
        return value
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length() - _BITS
    if abs(value) >= _power(exponent + _BITS):
        exponent += 1
    return round(value / _power(exponent)) * _power(exponent)


def _power(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def widen(values: Floats, native: bool = NATIVE) -> Numbers:
    """Finite doubles as numbers of 64 bits."""
    if native:
        return values.astype(np.longdouble)
    return np.array([Extended(Fraction(value)) for value in values.tolist()], dtype=object)


def sequential_sum(values: Numbers) -> Any:
    """Sum from left to right, rounded after each term; `values` must not be empty."""
    total = values[:1]
    for start in range(1, values.size, _BLOCK):
        total = np.add.accumulate(np.concatenate([total, values[start : start + _BLOCK]]))[-1:]
    return total[0]


def to_double(value: Any) -> float:
    """The number as a double, infinite beyond the range of doubles."""
    try:
        with np.errstate(over="ignore"):
            return float(value)
    except OverflowError:
        return np.inf if value.value > 0 else -np.inf
