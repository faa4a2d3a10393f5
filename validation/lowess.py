"""Cleveland's locally weighted regression, with the conventions of R's ``lowess``.

References
----------
Cleveland WS (1979). Robust locally weighted regression and smoothing scatterplots. J Am Stat Assoc 74:829-836.
doi:10.1080/01621459.1979.10481038
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_scores
from validation.errors import InputError

__all__ = ["interpolate", "lowess", "lowess_sorted"]

Indices = npt.NDArray[np.int64]
#: weights are 1 within the first share of the bandwidth and 0 beyond the second
_NEAR, _FAR = 0.001, 0.999
_SAFE = 1e-7


def lowess(
    x: Any, y: Any, *, span: float = 2 / 3, iterations: int = 3, delta: float | None = None
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

    Returns
    -------
    x, smooth : ndarray of shape (n,)
        Sorted x and the smoothed values.

    Raises
    ------
    InputError
        Missing or infinite values, other lengths, a span outside (0, 1].

    Notes
    -----
    Tricube weights over the ``ns = floor(span n)`` nearest points, local linear fit where the weighted SD exceeds a
    thousandth of the range, otherwise the local mean. R: ``lowess(x, y, f = span, iter = iterations, delta = delta)``.

    References
    ----------
    Cleveland WS (1979). J Am Stat Assoc 74:829-836. doi:10.1080/01621459.1979.10481038

    Examples
    --------
    >>> xs, smooth = lowess([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 6.0, 8.0, 10.0], iterations=0)
    >>> [round(value, 6) for value in smooth.tolist()]
    [2.0, 4.0, 6.0, 8.0, 10.0]
    """
    points = np.asarray(x)
    values = check_scores(x, points.size, "x")
    heights = check_scores(y, values.size, "y")
    check_integer(iterations, "iterations", minimum=0)
    if not 0.0 < span <= 1.0:
        raise InputError("span", f"must lie in (0, 1], got {span:g}")
    order = np.argsort(values, kind="stable")
    xs, ys = values[order], heights[order]
    width = 0.01 * float(xs[-1] - xs[0]) if delta is None else float(delta)
    return xs, lowess_sorted(xs, ys, span, iterations, width)


def lowess_sorted(x: Floats, y: Floats, span: float, iterations: int, delta: float) -> Floats:
    """Smooth at sorted x; see `lowess`."""
    n = x.size
    if n < 2:
        return y.copy()
    size = max(2, min(n, int(span * n + _SAFE)))
    anchors, owner = _anchors(x, delta)
    left = _windows(x, anchors, size)
    robustness = np.ones(n)
    smooth = y.copy()
    for iteration in range(iterations + 1):
        fitted = _fit(x, y, anchors, left, size, robustness if iteration else None)
        smooth = _between(x, anchors, owner, fitted)
        if iteration == iterations:
            break
        weights = _robustness(y - smooth)
        if weights is None:
            break
        robustness = weights
    return smooth


def _anchors(x: Floats, delta: float) -> tuple[Indices, Indices]:
    """Points that are fitted, and for each point the anchor whose tie it is (-1 for none)."""
    values = x.tolist()
    n = len(values)
    anchors: list[int] = []
    owner = np.full(n, -1, dtype=np.int64)
    i, last = 0, -1
    while True:
        anchors.append(i)
        # points tied with the anchor share its fit
        last = bisect_right(values, values[i], lo=i) - 1
        owner[i : last + 1] = len(anchors) - 1
        beyond = bisect_right(values, values[i] + delta, lo=last)
        i = max(last + 1, beyond - 1)
        if last >= n - 1:
            break
    return np.array(anchors, dtype=np.int64), owner


def _windows(x: Floats, anchors: Indices, size: int) -> Indices:
    """First index of the window of the `size` nearest points of each anchor."""
    values = x.tolist()
    n = len(values)
    found = np.empty(anchors.size, dtype=np.int64)
    left = 0
    for k, i in enumerate(anchors.tolist()):
        low, high = left, n - size
        here = values[i]
        # the window moves right while its right neighbour is closer than its left edge, which is monotone
        while low < high:
            middle = (low + high) // 2
            if here - values[middle] > values[middle + size] - here:
                low = middle + 1
            else:
                high = middle
        left = low
        found[k] = left
    return found


def _fit(x: Floats, y: Floats, anchors: Indices, left: Indices, size: int, robustness: Floats | None) -> Floats:
    """Local fits at all anchors at once, in blocks that keep memory small."""
    block = max(1, 4_000_000 // max(size, 1))
    parts = [
        _fit_block(x, y, anchors[start : start + block], left[start : start + block], size, robustness)
        for start in range(0, anchors.size, block)
    ]
    return np.concatenate(parts)


def _fit_block(x: Floats, y: Floats, anchors: Indices, left: Indices, size: int, robustness: Floats | None) -> Floats:
    n = x.size
    here = x[anchors]
    bandwidth = np.maximum(here - x[left], x[left + size - 1] - here)
    # ties at the right edge of a window still count, so the columns reach to the last point within the bandwidth
    reach = int((np.searchsorted(x, here + bandwidth, side="right") - left).max())
    columns = left[:, None] + np.arange(max(reach, size))
    inside = columns < n
    columns = np.minimum(columns, n - 1)
    distance = np.abs(x[columns] - here[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = distance / bandwidth[:, None]
        weights = (1.0 - ratio * ratio * ratio) ** 3
    weights = np.where(distance <= _NEAR * bandwidth[:, None], 1.0, weights)
    weights = np.where(inside & (distance <= _FAR * bandwidth[:, None]), weights, 0.0)
    if robustness is not None:
        weights = weights * robustness[columns]
    total = weights.sum(axis=1)
    usable = total > 0.0
    weights = weights / np.where(usable, total, 1.0)[:, None]
    centre = (weights * x[columns]).sum(axis=1)
    deviation = x[columns] - centre[:, None]
    spread = (weights * deviation * deviation).sum(axis=1)
    sloped = (bandwidth > 0.0) & (np.sqrt(spread) > 0.001 * (x[-1] - x[0]))
    slope = np.where(sloped, (here - centre) / np.where(sloped, spread, 1.0), 0.0)
    fitted = (weights * (slope[:, None] * deviation + 1.0) * y[columns]).sum(axis=1)
    return np.where(usable, fitted, y[anchors])


def _between(x: Floats, anchors: Indices, owner: Indices, fitted: Floats) -> Floats:
    """Fitted values at anchors and their ties, straight lines between."""
    smooth = np.where(owner >= 0, fitted[np.maximum(owner, 0)], 0.0)
    free = np.flatnonzero(owner < 0)
    if free.size:
        right = np.searchsorted(anchors, free)
        left_index = right - 1
        # the line starts at the last point tied with the left anchor
        low, high = x[anchors[left_index]], x[anchors[right]]
        alpha = (x[free] - low) / (high - low)
        smooth[free] = alpha * fitted[right] + (1.0 - alpha) * fitted[left_index]
    return smooth


def _robustness(residuals: Floats) -> Floats | None:
    """Bisquare weights by six median absolute residuals; None where the fit is already exact."""
    size = np.abs(residuals)
    n = size.size
    ordered = np.sort(size)
    middle = n // 2
    six = 3.0 * (ordered[middle] + ordered[n - middle - 1]) if n % 2 == 0 else 6.0 * ordered[middle]
    if six < _SAFE * float(size.sum()) / n:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = size / six
    weights = (1.0 - ratio * ratio) ** 2
    weights = np.where(size <= _NEAR * six, 1.0, weights)
    return np.where(size <= _FAR * six, weights, 0.0)


def interpolate(x: Floats, y: Floats, at: Floats) -> Floats:
    """R's ``approx``: straight lines through the mean of tied points, NaN outside the range."""
    distinct, start, counts = np.unique(x, return_index=True, return_counts=True)
    heights = y[start] if counts.max() == 1 else np.add.reduceat(y, start) / counts
    tied_equal = np.maximum.reduceat(y, start) == np.minimum.reduceat(y, start)
    heights = np.where(tied_equal, y[start], heights)
    result = np.full(at.shape, np.nan)
    if distinct.size < 2:
        result[at == distinct[0]] = heights[0]
        return result
    inside = (at >= distinct[0]) & (at <= distinct[-1])
    points = at[inside]
    j = np.clip(np.searchsorted(distinct, points, side="left"), 1, distinct.size - 1)
    low, high = distinct[j - 1], distinct[j]
    value = heights[j - 1] + (heights[j] - heights[j - 1]) * ((points - low) / (high - low))
    result[inside] = np.where(points == high, heights[j], np.where(points == low, heights[j - 1], value))
    return result
