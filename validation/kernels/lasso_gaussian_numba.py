"""Coordinate descent for a continuous outcome, compiled; the same doubles as `lasso_gaussian_numpy`.

Gradient updates are compiled; paths of many columns, which keep residuals, run in NumPy in either case.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from validation.kernels import lasso_gaussian_numpy as reference
from validation.kernels.lasso_gaussian_numpy import gaussian_optimum

__all__ = ["gaussian_descent", "gaussian_optimum"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_FIRST_LAMBDA = reference.FIRST_LAMBDA
_LEAST_GAIN, _CEILING, _LEAST_POINTS = reference.LEAST_GAIN, reference.RATIO_CEILING, reference.LEAST_POINTS


def gaussian_descent(
    columns: Floats,
    y: Floats,
    penalty: Floats,
    usable: Flags,
    alpha: float,
    lambdas: Floats,
    n_lambda: int,
    factor: float,
    threshold: float,
    max_passes: int,
) -> tuple[Floats, Floats, Floats, int, bool]:
    """As `lasso_gaussian_numpy.gaussian_descent`."""
    if columns.shape[0] >= reference.NAIVE_FROM:
        return reference.gaussian_descent(
            columns, y, penalty, usable, alpha, lambdas, n_lambda, factor, threshold, max_passes
        )
    gram, gradient = reference.products(columns, y)
    points, kept, b, ratio, passes, used_up = _walk(
        gram, gradient, penalty, np.flatnonzero(usable), alpha, lambdas, n_lambda, factor, threshold, max_passes
    )
    return points[:kept], b[:kept], ratio[:kept], int(passes), bool(used_up)


@numba.njit(cache=True, nogil=True)
def _sweep(
    members: Any, count: int, gram: Any, gradient: Any, b: Any, penalty: Any, order: Any, entered: Any,
    sizes: Any, alpha: float, lam: float, everywhere: bool, state: Any,
) -> float:  # fmt: skip
    """One pass; updates gradients of all columns or of the entered ones. ``sizes[0]`` counts entered columns."""
    largest = 0.0
    for place in range(count):
        j = members[place]
        h = gram[j, j]
        old = b[j]
        u = gradient[j] + h * old
        excess = abs(u) - penalty[j] * alpha * lam
        new = math.copysign(excess, u) / (h + penalty[j] * (1.0 - alpha) * lam) if excess > 0.0 else 0.0
        if new == old:
            continue
        b[j] = new
        if not entered[j]:
            entered[j] = True
            order[sizes[0]] = j
            sizes[0] += 1
        change = new - old
        state[0] += change * (2.0 * gradient[j] - change * h)
        if everywhere:
            for k in range(b.size):
                gradient[k] -= gram[j, k] * change
        else:
            for place_of_k in range(sizes[0]):
                k = order[place_of_k]
                gradient[k] -= gram[j, k] * change
        largest = max(largest, h * change * change)
    return largest


@numba.njit(cache=True, nogil=True)
def _settle(
    gram: Any, gradient: Any, b: Any, penalty: Any, usable: Any, order: Any, entered: Any, sizes: Any, alpha: float,
    lam: float, bound: float, max_passes: int, state: Any, before: Any,
) -> bool:  # fmt: skip
    """Active sweeps until still, then the gradients of the other columns; False where the sweeps are used up."""
    before[:] = b
    while True:
        sizes[1] += 1
        largest = _sweep(order, sizes[0], gram, gradient, b, penalty, order, entered, sizes, alpha, lam, False, state)
        if largest < bound:
            break
        if sizes[1] > max_passes:
            return False
    for place in range(sizes[0]):
        j = order[place]
        change = b[j] - before[j]
        if change != 0.0:
            for k in usable:
                if not entered[k]:
                    gradient[k] -= gram[j, k] * change
    return True


@numba.njit(cache=True, nogil=True)
def _walk(
    gram: Any, gradient: Any, penalty: Any, usable: Any, alpha: float, lambdas: Any, n_lambda: int, factor: float,
    threshold: float, max_passes: int,
) -> Any:  # fmt: skip
    p = penalty.size
    count = lambdas.size if lambdas.size else n_lambda
    points, found, ratios = np.empty(count), np.empty((count, p)), np.empty(count)
    b, before, entered, order = np.zeros(p), np.zeros(p), np.zeros(p, dtype=np.bool_), np.empty(p, dtype=np.int64)
    sizes, state = np.zeros(2, dtype=np.int64), np.zeros(1)
    lam, warm, least = 0.0, False, min(_LEAST_POINTS, n_lambda)
    for m in range(count):
        previous = lam
        if m == 1 and lambdas.size == 0:
            previous = 0.0
            for j in usable:
                if penalty[j] > 0.0:
                    previous = max(previous, abs(gradient[j]) / penalty[j])
            previous /= max(alpha, 1e-3)
        lam = lambdas[m] if lambdas.size else (previous * factor if m else _FIRST_LAMBDA)
        if warm and not _settle(
            gram, gradient, b, penalty, usable, order, entered, sizes, alpha, lam, threshold, max_passes, state, before
        ):
            return points, m, found, ratios, sizes[1], True
        while True:
            sizes[1] += 1
            largest = _sweep(
                usable, usable.size, gram, gradient, b, penalty, order, entered, sizes, alpha, lam, True, state
            )
            if largest < threshold:
                break
            warm = True
            if not _settle(
                gram, gradient, b, penalty, usable, order, entered, sizes, alpha, lam, threshold, max_passes, state,
                before,
            ):  # fmt: skip
                return points, m, found, ratios, sizes[1], True
            if sizes[1] > max_passes:
                return points, m, found, ratios, sizes[1], True
        points[m], ratios[m] = lam, state[0]
        found[m] = b
        gain = ratios[m] - ratios[m - 1] if m else np.inf
        if lambdas.size == 0 and m + 1 >= least and (gain < _LEAST_GAIN * ratios[m] or ratios[m] > _CEILING):
            return points, m + 1, found, ratios, sizes[1], False
    return points, count, found, ratios, sizes[1], False
