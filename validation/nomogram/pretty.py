"""Round axis ticks as R's ``pretty`` chooses them."""

from __future__ import annotations

import math

import numpy as np

from validation.checks import Floats, check_integer
from validation.errors import InputError

__all__ = ["pretty"]

_EPS = 1e-10
_BIAS, _BIAS_FIVE = 1.5, 2.75
_SHRINK = 0.75
_MACHINE = 2.0**-52


def pretty(low: float, high: float, n: int = 5) -> Floats:
    """About n + 1 equally spaced round values that cover an interval.

    Parameters
    ----------
    low, high : float
        Ends of the interval.
    n : int
        Intervals that are wanted; the number found differs where the round unit demands it.

    Returns
    -------
    ndarray
        Ticks, ascending; their distance is 1, 2 or 5 times a power of ten.

    Raises
    ------
    InputError
        Ends that are not finite or in the wrong order.

    Notes
    -----
    Of the units B, 2B, 5B, 10B with ``B = 10^floor(log10((high - low)/n))`` the next larger is taken while it is nearer
    to the wanted width than ``h`` times the smaller is (``h = 1.5``, and 2.75 for 5B).
    R: ``base::pretty(c(low, high), n)``.

    References
    ----------
    Becker RA, Chambers JM, Wilks AR (1988). The New S Language. doi:10.1201/9781351074988

    Examples
    --------
    >>> pretty(45, 87, 10).tolist()
    [45.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0, 85.0, 90.0]
    """
    check_integer(n, "n", minimum=1)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise InputError("low", f"and high must be finite and in order, got {low:g} and {high:g}")
    least = n // 3
    unit = _unit(low, high, n, least)
    first, last = math.floor(low / unit + _EPS), math.ceil(high / unit - _EPS)
    while first * unit > low + _EPS * unit:
        first -= 1
    while last * unit < high - _EPS * unit:
        last += 1
    first, last = _widened(first, last, least, low, high)
    return _sequence(first * unit, last * unit, last - first)


def _unit(low: float, high: float, n: int, least: int) -> float:
    span, size = high - low, max(abs(low), abs(high))
    cell = span / n
    small = span < 3 * 1.4 * n * _MACHINE * (size or 1.0)
    if small or span == 0.0:
        cell = size or 1.0
        cell = (9 + cell / 10 if cell > 10 else cell) * _SHRINK
        if least > 1:
            cell /= least
    base = 10.0 ** math.floor(math.log10(cell))
    unit = base
    for factor, bias in ((2, _BIAS), (5, _BIAS_FIVE), (10, _BIAS)):
        if not factor * base - cell < bias * (cell - unit):
            break
        unit = factor * base
    return unit


def _widened(first: int, last: int, least: int, low: float, high: float) -> tuple[int, int]:
    missing = least - (last - first)
    if missing <= 0:
        return first, last
    if low == 0.0 and first == 0 and high != 0.0:
        return first, last + missing
    half = missing // 2
    below, above = (missing - half, half) if first >= 0 else (half, missing - half)
    return first - below, last + above


def _sequence(start: float, stop: float, steps: int) -> Floats:
    if steps == 0:
        return np.array([start])
    step = (stop - start) / steps
    values = start + np.arange(steps + 1) * step
    values[-1] = stop
    return np.where(np.abs(values) < 1e-14 * step, 0.0, values)
