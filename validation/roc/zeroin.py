"""Brent's root finder ``zeroin``, which R's ``uniroot`` runs: the root that R stops at, not the true one.

References
----------
Brent RP (1971). An algorithm with guaranteed convergence for finding a zero of a function. Comput J 14:422-425.
doi:10.1093/comjnl/14.4.422
"""

from __future__ import annotations

import sys
from collections.abc import Callable

__all__ = ["UNIROOT_TOLERANCE", "zeroin"]

#: R's default, the fourth root of the machine's precision
UNIROOT_TOLERANCE = sys.float_info.epsilon**0.25
_MOST_STEPS = 1000


def zeroin(function: Callable[[float], float], low: float, high: float, tolerance: float = UNIROOT_TOLERANCE) -> float:
    """Point within `tolerance` of a sign change of `function`; from an infinite value it goes to the middle.

    Raises
    ------
    ValueError
        The values at the ends have one sign.
    """
    # b is the best point so far, a the one before it, c on the other side of the root
    a, b = low, high
    fa, fb = function(a), function(b)
    if fa * fb > 0.0:
        raise ValueError("the values at the ends have one sign")
    if fa == 0.0:
        return a
    c, fc = a, fa
    for _ in range(_MOST_STEPS):
        last_step = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        close = 2.0 * sys.float_info.epsilon * abs(b) + tolerance / 2.0
        middle = (c - b) / 2.0
        if abs(middle) <= close or fb == 0.0:
            return b
        step = middle
        if abs(last_step) >= close and abs(fa) > abs(fb):
            step = _interpolated(a, b, c, fa, fb, fc, close, last_step)
        if abs(step) < close:
            step = close if step > 0.0 else -close
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0.0) == (fc > 0.0) and fb != 0.0 and fc != 0.0:
            c, fc = a, fa
    return b


def _interpolated(
    a: float, b: float, c: float, fa: float, fb: float, fc: float, close: float, last_step: float
) -> float:
    """Step by the secant or the inverse parabola where it is short enough, otherwise to the middle."""
    width = c - b
    if a == c:
        ratio = fb / fa
        p, q = width * ratio, 1.0 - ratio
    else:
        q, ratio, other = fa / fc, fb / fc, fb / fa
        p = other * (width * q * (q - ratio) - (b - a) * (ratio - 1.0))
        q = (q - 1.0) * (ratio - 1.0) * (other - 1.0)
    if p > 0.0:
        q = -q
    else:
        p = -p
    if p < 0.75 * width * q - abs(close * q) / 2.0 and p < abs(last_step * q / 2.0):
        return p / q
    return width / 2.0
