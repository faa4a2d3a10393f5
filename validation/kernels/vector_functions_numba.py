"""Exponential and logarithm that LLVM turns into vector instructions, since calls of libm keep a loop scalar.

Both are within about 1 ulp on their ranges. They serve iterations and risks that are compared with thresholds, nothing
that must repeat the last bit of libm.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numba
from numba.core import types
from numba.extending import intrinsic

__all__ = ["exponential", "logarithm"]

# without types of their own
_ir: Any = importlib.import_module("llvmlite.ir")


def _as_integer(typing_context: Any, value: Any) -> Any:
    """Bits of a double as an integer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _ir.IntType(64))

    return types.int64(types.float64), generate


def _as_double(typing_context: Any, bits: Any) -> Any:
    """Double with the bits of an integer."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _ir.DoubleType())

    return types.float64(types.int64), generate


_integer: Any = intrinsic(_as_integer)
_double: Any = intrinsic(_as_double)

_LOG2E = 1.0 / math.log(2.0)
#: ln 2 in two parts; the product of the first with a small whole number is exact
_HIGH, _LOW = float.fromhex("0x1.62e42fee00000p-1"), float.fromhex("0x1.a39ef35793c76p-33")
#: a number is rounded to a whole one, which then stands in the lowest bits, where this is added
_ROUND = 6755399441055744.0
_ROUND_BITS = 0x4338000000000000
#: bits of sqrt(1/2), which begins the range of the reduced argument of the logarithm
_HALF_ROOT_BITS = 0x3FE6A09E667F3BCD

_C2, _C3, _C4, _C5, _C6, _C7 = (1.0 / math.factorial(k) for k in range(2, 8))
_C8, _C9, _C10, _C11, _C12, _C13 = (1.0 / math.factorial(k) for k in range(8, 14))
_L1, _L2, _L3, _L4, _L5 = (2.0 / (2 * k + 1) for k in range(1, 6))
_L6, _L7, _L8, _L9, _L10 = (2.0 / (2 * k + 1) for k in range(6, 11))


def _compiled(function: Any) -> Any:
    # sums must not be reordered here, or adding and taking away again would cancel
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"contract"}, inline="never")(function)


@_compiled
def exponential(x: float) -> float:
    """``exp(x)`` for |x| up to 700."""
    shifted = x * _LOG2E + _ROUND
    k = shifted - _ROUND
    r = (x - k * _HIGH) - k * _LOW
    tail = _C10 + r * (_C11 + r * (_C12 + r * _C13))
    tail = _C6 + r * (_C7 + r * (_C8 + r * (_C9 + r * tail)))
    tail = _C2 + r * (_C3 + r * (_C4 + r * (_C5 + r * tail)))
    result: float = _double(_integer(1.0 + (r + r * r * tail)) + (_integer(shifted) << 52))
    return result


@_compiled
def logarithm(x: float) -> float:
    """``log(x)`` for a positive normal x."""
    bits = _integer(x)
    k = (bits - _HALF_ROOT_BITS) >> 52
    m = _double(bits - (k << 52))
    power = _double(k + _ROUND_BITS) - _ROUND
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    tail = _L7 + z * (_L8 + z * (_L9 + z * _L10))
    tail = _L3 + z * (_L4 + z * (_L5 + z * (_L6 + z * tail)))
    tail = z * (_L1 + z * (_L2 + z * tail))
    result: float = power * _HIGH + (2.0 * s + (s * tail + power * _LOW))
    return result
