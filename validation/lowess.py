"""Cleveland's locally weighted regression, with the conventions of R's ``lowess``.

References
----------
Cleveland WS (1979). Robust locally weighted regression and smoothing scatterplots. J Am Stat Assoc 74:829-836.
doi:10.1080/01621459.1979.10481038
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from validation.checks import Floats, check_integer, check_scores
from validation.errors import InputError
from validation.kernels import load

__all__ = ["interpolate", "lowess", "window_size"]

#: added to span times n before it is cut to a whole number, so that 2/3 of 300 is 200
_SAFE = 1e-7


def lowess(
    x: Any, y: Any, *, span: float = 2 / 3, iterations: int = 3, delta: float | None = None, kernel: str | None = None
) -> tuple[Floats, Floats]:
    """Smooth y against x by locally weighted straight lines.

    Parameters
    ----------
    x, y : array_like of shape (n,)
        Finite numbers.
    span : float
        Share of the points that enters each local fit.
    iterations : int
        Robustness iterations; 0 for a binary y.
    delta : float, optional
        Points closer than this to the last fitted one are interpolated; one hundredth of the range where left out.
    kernel : {"numpy", "numba"}, optional
        What computes; the numbers are the same.

    Returns
    -------
    x, smooth : ndarray of shape (n,)
        Sorted x and the smoothed values.

    Raises
    ------
    InputError
        Missing or infinite values, other lengths, a span outside (0, 1], a negative delta.

    Notes
    -----
    Tricube weights over the ``floor(span n)`` nearest points (at least two), local linear fit where the weighted SD
    exceeds a thousandth of the range, otherwise the local mean. All sums run in R's order, so that the result is R's in
    the last bit wherever R's compiler does not contract multiplications and additions.
    R: ``stats::lowess(x, y, f = span, iter = iterations, delta = delta)``.

    References
    ----------
    Cleveland WS (1979). J Am Stat Assoc 74:829-836. doi:10.1080/01621459.1979.10481038

    Examples
    --------
    >>> xs, smooth = lowess([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 6.0, 8.0, 10.0], iterations=0)
    >>> [round(value, 6) for value in smooth.tolist()]
    [2.0, 4.0, 6.0, 8.0, 10.0]
    """
    values = check_scores(x, np.asarray(x).size, "x")
    heights = check_scores(y, values.size, "y")
    check_integer(iterations, "iterations", minimum=0)
    if not 0.0 < span <= 1.0:
        raise InputError("span", f"must lie in (0, 1], got {span!r}", hint="2/3 is usual.")
    if delta is not None and not 0.0 <= delta < math.inf:
        raise InputError("delta", f"must be a distance on the scale of x, got {delta!r}")
    order = np.argsort(values, kind="stable")
    xs, ys = values[order], heights[order]
    if xs.size < 2:
        return xs, ys
    distance = 0.01 * float(xs[-1] - xs[0]) if delta is None else float(delta)
    smooth: Floats = load("lowess", kernel)[0].smooth(xs, ys, window_size(xs.size, span), iterations, distance)
    return xs, smooth


def window_size(n: int, span: float) -> int:
    """Points of a window: the given share of n, at least two."""
    return max(2, min(n, int(span * n + _SAFE)))


def interpolate(x: Floats, y: Floats, at: Floats) -> Floats:
    """R's ``approx``: straight lines through the mean of tied points, NaN outside the range."""
    distinct, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    heights = np.bincount(place, y) / counts
    # corrected by the mean of what is left, which makes the mean of equal values that value
    heights = heights + np.bincount(place, y - heights[place]) / counts
    if distinct.size == 1:
        return np.where(at == distinct[0], heights[0], np.nan)
    j = np.clip(np.searchsorted(distinct, at), 1, distinct.size - 1)
    low, high = distinct[j - 1], distinct[j]
    value = heights[j - 1] + (heights[j] - heights[j - 1]) * ((at - low) / (high - low))
    value = np.where(at == high, heights[j], np.where(at == low, heights[j - 1], value))
    return np.where((at >= distinct[0]) & (at <= distinct[-1]), value, np.nan)
