"""Coordinate descent as glmnet walks it, compiled; the same doubles as `lasso_numpy`.

Sums repeat NumPy's pairwise order, so that a path does not depend on which kernel is installed.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from validation.kernels import lasso_numpy as reference
from validation.kernels.lanes_numba import eight_lanes

__all__ = ["binomial_descent"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PROBABILITY_FLOOR = reference.PROBABILITY_FLOOR
FIRST_LAMBDA = reference.FIRST_LAMBDA
RATIO_CEILING, LEAST_POINTS = reference.RATIO_CEILING, reference.LEAST_POINTS
_ETA_LIMIT, _LEAST_VARIANCE = reference._ETA_LIMIT, reference._LEAST_VARIANCE
#: places of the scalars of a walk, and of its counters
_INTERCEPT, _TOTAL = 0, 1
_PASSES, _ENTERED, _STRONG, _MOST = 0, 1, 2, 3
#: how a point ends
_REACHED, _USED_UP, _TOO_MANY = 0, 1, 2
_BLOCK = 128


class _Walk(NamedTuple):
    """Data and state of one path; counters and scalars are arrays of one place each kind."""

    columns: Floats
    y: Floats
    weights: Floats
    offset: Floats
    penalty: Floats
    usable: Flags
    b: Floats
    q: Floats
    variance: Floats
    residual: Floats
    buffer: Floats
    varied: Floats
    curvature: Floats
    gradient: Floats
    soft: Floats
    ridge: Floats
    lower: Floats
    upper: Floats
    is_strong: Flags
    has_entered: Flags
    strong: Integers
    entered: Integers
    counts: Integers
    scalars: Floats
    ones: Floats
    plan: Integers
    stack: Floats


def _compiled(function: Any) -> Any:
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def summation_plan(n: int) -> Integers:
    """Order in which ``numpy.add.reduce`` sums n numbers: begin and length of each block, merges after it."""
    blocks: list[list[int]] = []

    def divide(begin: int, count: int) -> None:
        if count <= _BLOCK:
            blocks.append([begin, count, 0])
            return
        half = count // 2 - count // 2 % 8
        divide(begin, half)
        divide(begin + half, count - half)
        blocks[-1][2] += 1

    divide(0, n)
    return np.array(blocks, dtype=np.int64)


@_compiled
def _block_product(a: Floats, b: Floats, begin: int, count: int) -> float:
    whole = count - count % 8 if count >= 8 else 0
    total = eight_lanes(a, b, begin, whole) if whole else 0.0
    for i in range(begin + whole, begin + count):
        total += a[i] * b[i]
    return float(total)


@_compiled
def pairwise_product(a: Floats, b: Floats, plan: Integers, stack: Floats) -> float:
    """Sum of products in the order of ``numpy.add.reduce(a * b)``."""
    top = 0
    for k in range(plan.shape[0]):
        stack[top] = _block_product(a, b, plan[k, 0], plan[k, 1])
        top += 1
        for _ in range(plan[k, 2]):
            top -= 1
            stack[top - 1] += stack[top]
    return float(stack[0])


@_compiled
def _update_probabilities(walk: _Walk) -> None:
    q, n = walk.q, walk.q.size
    for i in range(n):
        q[i] = walk.offset[i] + walk.scalars[_INTERCEPT]
    for k in range(walk.counts[_ENTERED]):
        j = walk.entered[k]
        value, row = walk.b[j], walk.columns[j]
        for i in range(n):
            q[i] += value * row[i]
    for i in range(n):
        eta = q[i]
        if eta > _ETA_LIMIT:
            q[i] = 1.0
        elif eta < -_ETA_LIMIT:
            q[i] = 0.0
        else:
            q[i] = 1.0 / (1.0 + math.exp(-eta))
        walk.variance[i] = walk.weights[i] * (q[i] * (1.0 - q[i]))
    walk.scalars[_TOTAL] = pairwise_product(walk.variance, walk.ones, walk.plan, walk.stack)


@_compiled
def _update_residual(walk: _Walk) -> None:
    for i in range(walk.y.size):
        walk.residual[i] = walk.weights[i] * (walk.y[i] - walk.q[i])


@_compiled
def _refresh_gradient(walk: _Walk) -> None:
    for j in range(walk.gradient.size):
        if walk.usable[j] and not walk.is_strong[j]:
            walk.gradient[j] = abs(pairwise_product(walk.residual, walk.columns[j], walk.plan, walk.stack))


@_compiled
def _admit(walk: _Walk, bound: float) -> bool:
    joined = False
    for j in range(walk.gradient.size):
        if walk.usable[j] and not walk.is_strong[j] and walk.gradient[j] > bound * walk.penalty[j]:
            walk.is_strong[j] = True
            joined = True
    if joined:
        count = 0
        for j in range(walk.gradient.size):
            if walk.is_strong[j]:
                walk.strong[count] = j
                count += 1
        walk.counts[_STRONG] = count
    return joined


@_compiled
def _begin_round(walk: _Walk) -> None:
    n = walk.y.size
    for k in range(walk.counts[_STRONG]):
        j = walk.strong[k]
        row, varied = walk.columns[j], walk.varied[j]
        for i in range(n):
            varied[i] = walk.variance[i] * row[i]
        walk.curvature[j] = pairwise_product(varied, row, walk.plan, walk.stack)


@_compiled
def _sweep(walk: _Walk, members: Integers, count: int, centred: bool) -> float:
    """Largest curvature-weighted squared change; negative where too many columns enter."""
    walk.counts[_PASSES] += 1
    b, residual, n, largest = walk.b, walk.residual, walk.y.size, 0.0
    limited = walk.lower.size > 0
    for k in range(count):
        j = members[k]
        old, h = b[j], walk.curvature[j]
        u = pairwise_product(residual, walk.columns[j], walk.plan, walk.stack) + h * old
        excess = abs(u) - walk.soft[j]
        new = math.copysign(excess, u) / (h + walk.ridge[j]) if excess > 0.0 else 0.0
        if limited:
            if new < walk.lower[j]:
                new = walk.lower[j]
            elif new > walk.upper[j]:
                new = walk.upper[j]
        if new == old:
            continue
        b[j] = new
        if not walk.has_entered[j]:
            if walk.counts[_ENTERED] >= walk.counts[_MOST]:
                return -1.0
            walk.has_entered[j] = True
            walk.entered[walk.counts[_ENTERED]] = j
            walk.counts[_ENTERED] += 1
        change, varied = new - old, walk.varied[j]
        for i in range(n):
            residual[i] -= varied[i] * change
        largest = max(largest, h * change * change)
    if centred:
        total = walk.scalars[_TOTAL]
        change = pairwise_product(residual, walk.ones, walk.plan, walk.stack) / total
        if change != 0.0:
            walk.scalars[_INTERCEPT] += change
            for i in range(n):
                residual[i] -= walk.variance[i] * change
            largest = max(largest, total * change * change)
    return largest


@_compiled
def _descend(walk: _Walk, bound: float, max_passes: int, centred: bool) -> int:
    while True:
        moved = _sweep(walk, walk.strong, walk.counts[_STRONG], centred)
        if moved < 0.0:
            return _TOO_MANY
        if moved < bound:
            return _REACHED
        while True:
            if walk.counts[_PASSES] > max_passes:
                return _USED_UP
            if _sweep(walk, walk.entered, walk.counts[_ENTERED], centred) < bound:
                break


@_compiled
def _settled(walk: _Walk, old: Floats, old_intercept: float, bound: float) -> bool:
    change = walk.scalars[_INTERCEPT] - old_intercept
    if walk.scalars[_TOTAL] * (change * change) > bound:
        return False
    for k in range(walk.counts[_ENTERED]):
        j = walk.entered[k]
        change = walk.b[j] - old[j]
        if walk.curvature[j] * (change * change) > bound:
            return False
    return True


@_compiled
def _fit_point(walk: _Walk, lam: float, alpha: float, bound: float, max_passes: int, centred: bool) -> int:
    for j in range(walk.penalty.size):
        walk.soft[j] = walk.penalty[j] * alpha * lam
        walk.ridge[j] = walk.penalty[j] * (1.0 - alpha) * lam
    while True:
        if walk.counts[_PASSES] > max_passes:
            return _USED_UP
        old_intercept, old = walk.scalars[_INTERCEPT], walk.b.copy()
        _begin_round(walk)
        end: int = _descend(walk, bound, max_passes, centred)
        if end != _REACHED:
            return end
        _update_probabilities(walk)
        if walk.scalars[_TOTAL] <= _LEAST_VARIANCE:
            return _REACHED
        _update_residual(walk)
        if not _settled(walk, old, old_intercept, bound):
            continue
        _refresh_gradient(walk)
        if not _admit(walk, alpha * lam):
            return _REACHED


@_compiled
def _half_deviance(walk: _Walk) -> float:
    for i in range(walk.y.size):
        y = walk.y[i]
        q = min(max(walk.q[i], PROBABILITY_FLOOR), 1.0 - PROBABILITY_FLOOR)
        event = y * math.log(q) if y != 0.0 else 0.0
        other = (1.0 - y) * math.log(1.0 - q) if 1.0 - y != 0.0 else 0.0
        walk.buffer[i] = walk.weights[i] * (event + other)
    return -float(pairwise_product(walk.buffer, walk.ones, walk.plan, walk.stack))


@_compiled
def _largest_lambda(walk: _Walk, alpha: float) -> float:
    largest = 0.0
    for j in range(walk.gradient.size):
        if walk.usable[j] and walk.penalty[j] > 0.0:
            largest = max(largest, walk.gradient[j] / walk.penalty[j])
    return largest / max(alpha, 1e-3)


@_compiled
def _start(
    columns: Floats,
    y: Floats,
    weights: Floats,
    offset: Floats,
    penalty: Floats,
    usable: Flags,
    intercept: float,
    lower: Floats,
    upper: Floats,
    most_entered: int,
    plan: Integers,
) -> _Walk:
    p, n = columns.shape
    walk = _Walk(
        columns, y, weights, offset, penalty, usable,
        np.zeros(p), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty((p, n)),
        np.zeros(p), np.zeros(p), np.empty(p), np.empty(p), lower, upper,
        np.zeros(p, dtype=np.bool_), np.zeros(p, dtype=np.bool_),
        np.zeros(p, dtype=np.int64), np.zeros(p, dtype=np.int64), np.zeros(4, dtype=np.int64), np.zeros(2),
        np.ones(n), plan, np.empty(64),
    )  # fmt: skip
    walk.scalars[_INTERCEPT], walk.counts[_MOST] = intercept, most_entered
    _update_probabilities(walk)
    _update_residual(walk)
    _refresh_gradient(walk)
    return walk


@_compiled
def _descent(
    columns: Floats,
    y: Floats,
    weights: Floats,
    offset: Floats,
    penalty: Floats,
    usable: Flags,
    alpha: float,
    lambdas: Floats,
    n_lambda: int,
    factor: float,
    start: float,
    null_half_deviance: float,
    saturated_half_deviance: float,
    threshold: float,
    max_passes: int,
    centred: bool,
    lower: Floats,
    upper: Floats,
    most_nonzero: int,
    most_entered: int,
    least_gain: float,
    plan: Integers,
) -> tuple[Floats, Floats, Floats, Floats, int, int]:
    automatic = lambdas.size == 0
    points = n_lambda if automatic else lambdas.size
    scale = null_half_deviance - saturated_half_deviance
    walk = _start(columns, y, weights, offset, penalty, usable, start, lower, upper, most_entered, plan)
    used, intercepts, ratios = np.empty(points), np.empty(points), np.empty(points)
    coefficients = np.empty((points, columns.shape[0]))
    lam, least, m = 0.0, min(LEAST_POINTS, n_lambda), 0
    while m < points:
        previous = _largest_lambda(walk, alpha) if m == 1 and automatic else lam
        lam = (previous * factor if m else FIRST_LAMBDA) if automatic else lambdas[m]
        _admit(walk, alpha * (2.0 * lam - previous))
        end = _fit_point(walk, lam, alpha, threshold * scale, max_passes, centred)
        if end != _REACHED:
            code = -(m + 1) if end == _USED_UP else -(10_001 + m)
            return used[:m], intercepts[:m], coefficients[:m], ratios[:m], walk.counts[_PASSES], code
        used[m], intercepts[m], coefficients[m] = lam, walk.scalars[_INTERCEPT], walk.b
        ratios[m] = (null_half_deviance - _half_deviance(walk)) / scale
        gain = ratios[m] - ratios[m - 1] if m else math.inf
        fitted = gain < least_gain or ratios[m] > RATIO_CEILING or walk.scalars[_TOTAL] <= _LEAST_VARIANCE
        m += 1
        if automatic and m >= least and (fitted or np.count_nonzero(walk.b) > most_nonzero):
            break
    return used[:m], intercepts[:m], coefficients[:m], ratios[:m], walk.counts[_PASSES], 0


def binomial_descent(
    columns: Floats, y: Floats, *arguments: Any, caps: reference.Caps = reference.UNLIMITED
) -> tuple[Floats, Floats, Floats, Floats, int, int]:
    """Replay glmnet's path; see `lasso_numpy.binomial_descent`."""
    plan = summation_plan(y.size)
    found: tuple[Floats, Floats, Floats, Floats, int, int] = _descent(columns, y, *arguments, *caps, plan)
    return found
