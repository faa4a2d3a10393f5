"""Locally weighted lines at many points at once.

Rows of a block are data points, columns are fitted points, and sums run down the rows: NumPy adds them one after the
other, which is the order of R's loops, so that a tie of a hundred patients rounds as it does there.
"""

from __future__ import annotations

import math
import threading

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

__all__ = ["read_off", "robustness_weights", "smooth"]

#: weights are 1 within the first share of the bandwidth and 0 beyond the second
NEAR, FAR = 0.001, 0.999
#: a local line needs a weighted SD of this share of the range
FLAT = 0.001
#: residuals this small against their mean need no robustness weights
NEGLIGIBLE = 1e-7
#: calibration curves skip points closer than this share of the range
SKIP = 0.01
_EPS = 2.0**-52
_TINY = float(np.finfo(np.float64).tiny)
#: numbers of a block that stay in the second-level cache, fitted points that a block should have, and its largest size
_BLOCK, _COLUMNS, _LARGEST = 40_000, 32, 4_000_000
_BUFFERS = 2


def smooth(x: Floats, y: Floats, size: int, iterations: int, delta: float) -> Floats:
    """Smoothed values at sorted x.

    Parameters
    ----------
    x, y : arrays of shape (n,)
        Sorted by x.
    size : int
        Points of a window, 2 to n.
    iterations : int
        Robustness iterations.
    delta : float
        Points closer than this to the last fitted one are interpolated.
    """
    anchors = _anchors(x, delta)
    left = _windows(x, anchors, size)
    everything = np.arange(x.size)
    robustness: Floats | None = None
    smoothed = y
    for iteration in range(iterations + 1):
        fitted = _local_fits(x, y, anchors, left, size, robustness)
        smoothed = _between(x, anchors, fitted, everything)
        if iteration < iterations:
            robustness = robustness_weights(y - smoothed)
            if robustness is None:
                break
    return smoothed


def read_off(x: Floats, y: Floats, size: int, grid: Floats) -> Floats:
    """Smooth of each row of y on the same row of x (sorted), without robustness iterations, at the points of `grid`.

    NaN beyond the range of a row.
    """
    found = np.full((x.shape[0], grid.size), np.nan)
    for b in range(x.shape[0]):
        found[b] = _curve(x[b], y[b], size, grid)
    return found


def _curve(x: Floats, y: Floats, size: int, grid: Floats) -> Floats:
    anchors = _anchors(x, SKIP * (x[-1] - x[0]))
    # straight lines between the points on both sides, so only these and the fits on their sides are needed
    right = np.minimum(np.searchsorted(x, grid), x.size - 1)
    left = np.maximum(right - 1, 0)
    points = np.concatenate([left, right])
    sides = _sides(x, anchors, points)
    needed = np.zeros(anchors.size, dtype=bool)
    needed[sides[0]] = needed[sides[1]] = True
    chosen = anchors[needed]
    fitted = np.zeros(anchors.size)
    fitted[needed] = _local_fits(x, y, chosen, _windows(x, chosen, size), size, None)
    heights = _between(x, anchors, fitted, points, sides)
    low, high = heights[: grid.size], heights[grid.size :]
    with np.errstate(invalid="ignore", divide="ignore"):
        value = low + (high - low) * ((grid - x[left]) / (x[right] - x[left]))
    value = np.where(grid == x[right], high, value)
    return np.where((grid >= x[0]) & (grid <= x[-1]), value, np.nan)


def _anchors(x: Floats, delta: float) -> Indices:
    """Points that are fitted: each the last one within `delta` of the one before, or the next distinct one."""
    n = x.size
    next_distinct = np.arange(1, n + 1)
    if (x[1:] == x[:-1]).any():
        next_distinct = np.searchsorted(x, x, side="right")
    following = np.maximum(next_distinct, np.searchsorted(x, x + delta, side="right") - 1).tolist()
    # the last one of the points with the largest value, or of their number, ends the walk
    end = int(np.searchsorted(x, x[-1]))
    found, i = [0], 0
    while i < end:
        i = following[i]
        found.append(i)
    return np.array(found, dtype=np.int64)


def _windows(x: Floats, anchors: Indices, size: int) -> Indices:
    """First point of the `size` nearest ones of each fitted point.

    The window moves right while its next right neighbour is closer than its left edge.
    """
    here, last = x[anchors], x.size - size
    left = np.minimum(np.searchsorted(x[:last] + x[size:], 2.0 * here), last).astype(np.int64)
    if not last:
        return left
    # sums are rounded otherwise than differences; a few steps settle it
    while True:
        at = np.minimum(left, last - 1)
        move = (left < last) & (here - x[at] > x[at + size] - here)
        before = np.maximum(left - 1, 0)
        back = (left > 0) & ~(here - x[before] > x[before + size] - here)
        if not (move | back).any():
            return left
        left = left + move - back


_local = threading.local()


def _workspace(numbers: int) -> Floats:
    """Memory kept by the thread: fresh pages cost more than the arithmetic on them."""
    memory: Floats | None = getattr(_local, "memory", None)
    if memory is None or memory.size < numbers:
        memory = _local.memory = np.empty(max(numbers, _BUFFERS * 2 * _BLOCK))
    return memory


def _local_fits(x: Floats, y: Floats, anchors: Indices, left: Indices, size: int, robustness: Floats | None) -> Floats:
    here = x[anchors]
    bandwidth = np.maximum(here - x[left], x[left + size - 1] - here)
    margin = bandwidth * 1e-12 + 4.0 * _EPS * np.abs(here)
    # ties at the right edge of a window count as well
    stop = np.searchsorted(x, here + bandwidth + margin, side="right")
    columns = max(1, min(max(_COLUMNS, _BLOCK // size), _LARGEST // size))
    columns = math.ceil(anchors.size / math.ceil(anchors.size / columns))
    fitted = np.empty(anchors.size)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, anchors.size, columns):
            part = slice(start, start + columns)
            rows = slice(int(left[start]), int(stop[part].max()))
            fitted[part] = _block(
                x[rows],
                y[rows],
                here[part],
                bandwidth[part],
                margin[part],
                None if robustness is None else robustness[rows],
                FLAT * (x[-1] - x[0]),
                y[anchors[part]],
            )
    return fitted


def _block(
    x: Floats,
    y: Floats,
    here: Floats,
    bandwidth: Floats,
    margin: Floats,
    robustness: Floats | None,
    flat: float,
    alone: Floats,
) -> Floats:
    """Fits at `here` by the points x, y; `alone` where no point has weight."""
    shape, numbers = (x.size, here.size), x.size * here.size
    memory = _workspace(_BUFFERS * numbers)
    weights, term = (memory[i * numbers : (i + 1) * numbers].reshape(shape) for i in range(_BUFFERS))
    column = x[:, None]
    _tricube(x, here, bandwidth, margin, weights, term)
    if robustness is not None:
        weights *= robustness[:, None]
    total = _down(weights)
    weights /= total
    centre = _down(np.multiply(weights, column, out=term))
    np.subtract(column, centre, out=term)
    np.multiply(term, term, out=term)
    term *= weights
    spread = _down(term)
    sloped = (bandwidth > 0.0) & (np.sqrt(spread) > flat)
    slope = np.where(sloped, (here - centre) / spread, 0.0)
    # what has y = 0 adds nothing
    used = np.flatnonzero(y)
    weights, y, column = weights[used], y[used, None], column[used]
    factor = np.subtract(column, centre, out=term[: used.size])
    factor *= slope
    factor += 1.0
    weights *= factor
    if not (y == 1.0).all():
        weights *= y
    return np.where(total > 0.0, _down(weights), alone)


def _down(block: Floats) -> Floats:
    """Sums down the rows, one after the other; NumPy would add a single column pairwise."""
    if block.shape[1] > 1:
        return np.asarray(block.sum(axis=0))
    return np.add.accumulate(np.append(0.0, block))[-1:]


def _tricube(x: Floats, here: Floats, bandwidth: Floats, margin: Floats, out: Floats, buffer: Floats) -> None:
    """Tricube weights with their two edges."""
    np.subtract(x[:, None], here, out=out)
    np.abs(out, out=out)
    # without bandwidth only ties of the fitted point keep a weight
    out /= np.maximum(bandwidth, _TINY)
    for step in range(2):
        np.multiply(out, out, out=buffer)
        out *= buffer
        if step == 0:
            np.subtract(1.0, out, out=out)
            np.clip(out, 0.0, 1.0, out=out)
    rows, columns = _edges(x, here, bandwidth, margin)
    distance = np.abs(x[rows] - here[columns])
    near, far = distance <= NEAR * bandwidth[columns], distance > FAR * bandwidth[columns]
    out[rows[far], columns[far]] = 0.0
    out[rows[near], columns[near]] = 1.0


def _edges(x: Floats, here: Floats, bandwidth: Floats, margin: Floats) -> tuple[Indices, Indices]:
    """Rows and columns of all points that may be near (weight 1) or between the far edge and the bandwidth."""
    near, far, whole = NEAR * bandwidth + margin, FAR * bandwidth - margin, bandwidth + margin
    ends = [here - whole, here - near, here + far, here - far, here + near, here + whole]
    starts, stops = np.searchsorted(x, np.concatenate(ends)).reshape(2, -1)
    filled = np.flatnonzero(stops > starts)
    starts = starts[filled]
    counts = stops[filled] - starts
    columns = np.repeat(filled % here.size, counts)
    rows = np.arange(columns.size) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return rows, columns


def _sides(x: Floats, anchors: Indices, points: Indices) -> tuple[Indices, Indices]:
    """Fitted points (as places in `anchors`) left and right of each point; the same where the point ties with one."""
    left = np.searchsorted(anchors, points, side="right") - 1
    tied = x[points] == x[anchors[left]]
    return left, np.where(tied, left, left + 1)


def _between(
    x: Floats, anchors: Indices, fitted: Floats, points: Indices, sides: tuple[Indices, Indices] | None = None
) -> Floats:
    """Values at the given points: those of fitted points and their ties, straight lines between."""
    left, right = sides or _sides(x, anchors, points)
    low, high = x[anchors[left]], x[anchors[right]]
    with np.errstate(invalid="ignore"):
        alpha = (x[points] - low) / (high - low)
    return np.where(left == right, fitted[left], alpha * fitted[right] + (1.0 - alpha) * fitted[left])


def robustness_weights(residuals: Floats) -> Floats | None:
    """Bisquare weights by six median absolute residuals; None where the fit is already exact."""
    size = np.abs(residuals)
    n = size.size
    ordered = np.sort(size)
    middle = n // 2
    six = 6.0 * ordered[middle] if n % 2 else 3.0 * (ordered[middle] + ordered[n - middle - 1])
    if six < NEGLIGIBLE * float(size.sum()) / n:
        return None
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = size / six
        inner = 1.0 - ratio * ratio
        weights = inner * inner
    weights = np.where(size <= NEAR * six, 1.0, weights)
    return np.where(size <= FAR * six, weights, 0.0)
