"""Locally weighted lines at many points at once, compiled; the same doubles as `lowess_numpy`.

Many fitted points go through the rows side by side: each sum keeps its order, and the processor works on several
points at once.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from validation.kernels import lowess_numpy as reference

__all__ = ["read_off", "smooth"]

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

NEAR, FAR, FLAT, SKIP = reference.NEAR, reference.FAR, reference.FLAT, reference.SKIP
_TINY = float(np.finfo(np.float64).tiny)
#: fitted points that go through the rows side by side, and the largest block of weights
_COLUMNS, _LARGEST = 64, 4_000_000


def compiled(function: Any) -> Any:
    """Compile once and keep the machine code on disk; the GIL is free while it runs."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def smooth(x: Floats, y: Floats, size: int, iterations: int, delta: float) -> Floats:
    """Smoothed values at sorted x; see `lowess_numpy.smooth`."""
    anchors = _anchors(x, delta)
    left = _windows(x, anchors, size)
    robustness: Floats | None = None
    smoothed = y
    for iteration in range(iterations + 1):
        weights = np.ones(0) if robustness is None else robustness
        fitted = _local_fits(x, y, anchors, left, size, weights)
        smoothed = _everywhere(x, anchors, fitted)
        if iteration < iterations:
            robustness = reference.robustness_weights(y - smoothed)
            if robustness is None:
                break
    return smoothed


@compiled
def read_off(x: Floats, y: Floats, size: int, grid: Floats) -> Floats:
    """Smooth of each row of y on the same row of x, at the points of `grid`; see `lowess_numpy.read_off`."""
    found = np.empty((x.shape[0], grid.size))
    for b in range(x.shape[0]):
        _curve(x[b], y[b], size, grid, found[b])
    return found


@compiled
def _curve(x: Floats, y: Floats, size: int, grid: Floats, found: Floats) -> None:
    n = x.size
    anchors = _anchors(x, SKIP * (x[n - 1] - x[0]))
    right = np.minimum(np.searchsorted(x, grid), n - 1)
    needed = np.zeros(anchors.size, dtype=np.bool_)
    for g in range(grid.size):
        for point in (max(right[g] - 1, 0), right[g]):
            place, after = _sides(x, anchors, point)
            needed[place] = True
            needed[after] = True
    places = np.flatnonzero(needed)
    chosen = anchors[places]
    fitted = np.zeros(anchors.size)
    fitted[places] = _local_fits(x, y, chosen, _windows(x, chosen, size), size, np.ones(0))
    for g in range(grid.size):
        at, j = grid[g], right[g]
        if not (x[0] <= at <= x[n - 1]):
            found[g] = np.nan
            continue
        high = _value(x, anchors, fitted, j)
        if at == x[j]:
            found[g] = high
        else:
            low = _value(x, anchors, fitted, j - 1)
            found[g] = low + (high - low) * ((at - x[j - 1]) / (x[j] - x[j - 1]))


@compiled
def _anchors(x: Floats, delta: float) -> Indices:
    n = x.size
    found = np.empty(n, dtype=np.int64)
    found[0] = 0
    count, i = 1, 0
    while True:
        here, reach = x[i], x[i] + delta
        following = i + 1
        while following < n and x[following] == here:
            following += 1
        if following == n:
            return found[:count].copy()
        i = following
        while i + 1 < n and x[i + 1] <= reach:
            i += 1
        found[count] = i
        count += 1


@compiled
def _windows(x: Floats, anchors: Indices, size: int) -> Indices:
    found = np.empty(anchors.size, dtype=np.int64)
    left = 0
    for k in range(anchors.size):
        here = x[anchors[k]]
        while left + size < x.size and here - x[left] > x[left + size] - here:
            left += 1
        found[k] = left
    return found


@compiled
def _local_fits(x: Floats, y: Floats, anchors: Indices, left: Indices, size: int, robustness: Floats) -> Floats:
    n, m = x.size, anchors.size
    here, bandwidth = np.empty(m), np.empty(m)
    for k in range(m):
        here[k] = x[anchors[k]]
        bandwidth[k] = max(here[k] - x[left[k]], x[left[k] + size - 1] - here[k])
    fitted = np.empty(m)
    columns = max(1, min(_COLUMNS, _LARGEST // n))
    flat = FLAT * (x[n - 1] - x[0])
    for start in range(0, m, columns):
        stop = min(start + columns, m)
        first = last = left[start]
        for k in range(start, stop):
            while last < n and x[last] - here[k] <= bandwidth[k]:
                last += 1
        total, value = _side_by_side(
            x[first:last], y[first:last], robustness[first:last], here[start:stop], bandwidth[start:stop], flat
        )
        for k in range(start, stop):
            fitted[k] = value[k - start] if total[k - start] > 0.0 else y[anchors[k]]
    return fitted


@compiled
def _side_by_side(
    x: Floats, y: Floats, robustness: Floats, here: Floats, bandwidth: Floats, flat: float
) -> tuple[Floats, Floats]:
    """Sums of the weights, and fits, at the points `here`."""
    size = here.size
    weights = np.empty((x.size, size))
    total, centre = _tricube(x, robustness, here, bandwidth, weights), np.zeros(size)
    for j in range(x.size):
        for k in range(size):
            weights[j, k] /= total[k]
            centre[k] += weights[j, k] * x[j]
    spread = np.zeros(size)
    for j in range(x.size):
        for k in range(size):
            deviation = x[j] - centre[k]
            spread[k] += deviation * deviation * weights[j, k]
    slope = np.zeros(size)
    for k in range(size):
        if bandwidth[k] > 0.0 and math.sqrt(spread[k]) > flat:
            slope[k] = (here[k] - centre[k]) / spread[k]
    value = np.zeros(size)
    for j in range(x.size):
        # what has y = 0 adds nothing
        if y[j] != 0.0:
            for k in range(size):
                value[k] += weights[j, k] * ((x[j] - centre[k]) * slope[k] + 1.0) * y[j]
    return total, value


@compiled
def _tricube(x: Floats, robustness: Floats, here: Floats, bandwidth: Floats, weights: Floats) -> Floats:
    """Tricube weights with their two edges, and their sums."""
    near, far = NEAR * bandwidth, FAR * bandwidth
    # without bandwidth only ties of the fitted point keep a weight
    divisor = np.maximum(bandwidth, _TINY)
    total = np.zeros(here.size)
    for j in range(x.size):
        for k in range(here.size):
            distance = abs(x[j] - here[k])
            ratio = distance / divisor[k]
            rest = 1.0 - ratio * (ratio * ratio)
            weight = rest * (rest * rest)
            weight = 0.0 if distance > far[k] else weight
            weights[j, k] = 1.0 if distance <= near[k] else weight
        if robustness.size:
            for k in range(here.size):
                weights[j, k] *= robustness[j]
        for k in range(here.size):
            total[k] += weights[j, k]
    return total


@compiled
def _sides(x: Floats, anchors: Indices, point: Any) -> tuple[Any, Any]:
    """Fitted points (as places in `anchors`) left and right of a point; the same where the point ties with one."""
    left = np.searchsorted(anchors, point, side="right") - 1
    return left, left if x[point] == x[anchors[left]] else left + 1


@compiled
def _value(x: Floats, anchors: Indices, fitted: Floats, point: Any) -> Any:
    """Fit of a point that was fitted or ties with one, or the straight line between its sides."""
    left, right = _sides(x, anchors, point)
    if left == right:
        return fitted[left]
    low, high = x[anchors[left]], x[anchors[right]]
    alpha = (x[point] - low) / (high - low)
    return alpha * fitted[right] + (1.0 - alpha) * fitted[left]


@compiled
def _everywhere(x: Floats, anchors: Indices, fitted: Floats) -> Floats:
    smoothed = np.empty(x.size)
    for i in range(x.size):
        smoothed[i] = _value(x, anchors, fitted, i)
    return smoothed
