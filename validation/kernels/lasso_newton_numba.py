"""Proximal Newton, compiled; the algorithm of `lasso_newton_numpy`.

Sums and linear systems are formed in another order, so results may differ from the reference in the last digits; both
end at the same optimum, and neither repeats anybody's rounding.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from validation.kernels import lasso_newton_numpy as reference

__all__ = ["binomial_newton"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SUFFICIENT, SHORTEST, NOISE = reference.SUFFICIENT, reference.SHORTEST, reference.NOISE
SAFE_MOVE = reference.SAFE_MOVE
QUADRATIC_SLACK, MOST_SUPPORTS = reference.QUADRATIC_SLACK, reference.MOST_SUPPORTS
COORDINATE_PASSES = reference.COORDINATE_PASSES


class _Model(NamedTuple):
    """Data and state of one path."""

    columns: Floats
    y: Floats
    weights: Floats
    offset: Floats
    eta: Floats
    q: Floats
    residual: Floats
    variance: Floats
    direction: Floats
    gradient: Floats


def _compiled(function: Any) -> Any:
    # sums may be reordered, so that they use vector registers
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})(function)


@_compiled
def _evaluate(model: _Model, intercept: float, b: Floats, centred: bool) -> float:
    """Probabilities, residuals and gradient; returns the sum of the residuals."""
    n, level = model.y.size, 0.0
    for i in range(n):
        model.eta[i] = model.offset[i] + intercept
    for j in range(b.size):
        value, row = b[j], model.columns[j]
        if value != 0.0:
            for i in range(n):
                model.eta[i] += value * row[i]
    for i in range(n):
        q = 1.0 / (1.0 + math.exp(-model.eta[i]))
        model.q[i] = q
        model.residual[i] = model.weights[i] * (model.y[i] - q)
        model.variance[i] = model.weights[i] * (q * (1.0 - q))
        level += model.residual[i]
    model.gradient[:] = np.dot(model.columns, model.residual)
    return level if centred else 0.0


@_compiled
def _violations(model: _Model, b: Floats, soft: Floats, ridge: Floats, usable: Flags, found: Floats) -> float:
    worst = 0.0
    for j in range(b.size):
        size = 0.0
        if usable[j]:
            if b[j] != 0.0:
                size = abs(model.gradient[j] - math.copysign(soft[j], b[j]) - ridge[j] * b[j])
            else:
                size = max(abs(model.gradient[j]) - soft[j], 0.0)
        found[j] = size
        worst = max(worst, size)
    return worst


@_compiled
def _quadratic(model: _Model, work: Integers, level: float, centred: bool) -> tuple[Floats, Floats, Floats, float]:
    """Hessian and gradient of the working set without the intercept, its coupling to it, the total variance."""
    rows = model.columns[work]
    varied = rows * model.variance
    hessian, gradient, cross = np.dot(varied, rows.T), model.gradient[work], np.zeros(work.size)
    total = float(np.sum(model.variance))
    if centred:
        cross = np.sum(varied, axis=1)
        gradient = gradient - cross * (level / total)
        for a in range(work.size):
            for c in range(work.size):
                hessian[a, c] -= cross[a] * cross[c] / total
    return hessian, gradient, cross, total


@_compiled
def _objective(
    model: _Model, size: float, old: Floats, change: Floats, soft: Floats, ridge: Floats, work: Integers
) -> float:
    total = 0.0
    for i in range(model.y.size):
        eta = model.eta[i] + size * model.direction[i]
        softplus = max(eta, 0.0) + math.log1p(math.exp(-abs(eta)))
        total += model.weights[i] * (softplus - model.y[i] * eta)
    for a in range(work.size):
        b = old[a] + size * change[a]
        total += soft[work[a]] * abs(b) + ridge[work[a]] * (0.5 * b * b)
    return total


@_compiled
def _step_size(
    model: _Model, old: Floats, change: Floats, shift: float, level: float, soft: Floats, ridge: Floats, work: Integers
) -> float:
    before = _objective(model, 0.0, old, change, soft, ridge, work)
    promised = -level * shift
    for a in range(work.size):
        j = work[a]
        promised += soft[j] * (abs(old[a] + change[a]) - abs(old[a]))
        promised += ridge[j] * (change[a] * (old[a] + 0.5 * change[a])) - model.gradient[j] * change[a]
    size, noise = 1.0, NOISE * abs(before)
    while size > SHORTEST:
        if _objective(model, size, old, change, soft, ridge, work) <= before + SUFFICIENT * size * promised + noise:
            break
        size *= 0.5
    return size


@_compiled
def _step(
    model: _Model,
    intercept: float,
    b: Floats,
    level: float,
    soft: Floats,
    ridge: Floats,
    violation: Floats,
    centred: bool,
) -> float:
    """Newton step in place; returns the new intercept."""
    work = np.flatnonzero((b != 0.0) | (violation > 0.0))
    hessian, gradient, cross, total = _quadratic(model, work, level, centred)
    old = b[work]
    change = _solve_quadratic(hessian, gradient, old, soft[work], ridge[work]) - old
    shift = (level - np.sum(cross * change)) / total if centred else 0.0
    for i in range(model.y.size):
        model.direction[i] = shift
    for a in range(work.size):
        value, row = change[a], model.columns[work[a]]
        for i in range(model.y.size):
            model.direction[i] += value * row[i]
    size = 1.0
    if np.max(np.abs(model.direction)) > SAFE_MOVE:
        size = _step_size(model, old, change, shift, level, soft, ridge, work)
    for a in range(work.size):
        b[work[a]] = old[a] + size * change[a]
    return intercept + size * shift


@_compiled
def _unsettled(b: Floats, slope: Floats, soft: Floats, slack: float) -> bool:
    found = False
    for j in range(b.size):
        found = found or (b[j] == 0.0 and abs(slope[j]) > soft[j] + slack)
    return found


@_compiled
def _solve_quadratic(hessian: Floats, gradient: Floats, start: Floats, soft: Floats, ridge: Floats) -> Floats:
    """See `lasso_newton_numpy.solve_quadratic`."""
    b, slope = start.copy(), gradient.copy()
    slack = QUADRATIC_SLACK * np.max(np.abs(gradient)) if gradient.size else 0.0
    for _ in range(MOST_SUPPORTS):
        if _unsettled(b, slope, soft, slack):
            for _ in range(COORDINATE_PASSES):
                for j in range(b.size):
                    u = slope[j] + hessian[j, j] * b[j]
                    excess = abs(u) - soft[j]
                    new = math.copysign(excess, u) / (hessian[j, j] + ridge[j]) if excess > 0.0 else 0.0
                    change = new - b[j]
                    if change != 0.0:
                        b[j] += change
                        for c in range(b.size):
                            slope[c] -= change * hessian[j, c]
        _solve_on_support(hessian, b, slope, soft, ridge)
        if not _unsettled(b, slope, soft, slack):
            break
    return b


@_compiled
def _solve_on_support(hessian: Floats, b: Floats, slope: Floats, soft: Floats, ridge: Floats) -> None:
    while True:
        support = np.flatnonzero((b != 0.0) | (soft == 0.0))
        k = support.size
        if k == 0:
            return
        inner, right = np.empty((k, k)), np.empty(k)
        for a in range(k):
            j = support[a]
            for c in range(k):
                inner[a, c] = hessian[j, support[c]]
            inner[a, a] += ridge[j]
            right[a] = slope[j] - (math.copysign(soft[j], b[j]) if b[j] != 0.0 else 0.0) - ridge[j] * b[j]
        _cholesky_solve(inner, right)
        size, crossed = 1.0, False
        for a in range(k):
            j = support[a]
            if soft[j] > 0.0 and math.copysign(1.0, b[j]) * (b[j] + right[a]) <= 0.0:
                crossed = True
                size = min(size, -b[j] / right[a])
        for a in range(k):
            j = support[a]
            moved = b[j] + size * right[a]
            if crossed and soft[j] > 0.0 and (b[j] + right[a]) * b[j] <= 0.0 and -b[j] / right[a] <= size:
                moved = 0.0
            change = moved - b[j]
            b[j] = moved
            for c in range(b.size):
                slope[c] -= change * hessian[j, c]
        if not crossed:
            return


@_compiled
def _cholesky_solve(matrix: Floats, right: Floats) -> None:
    """Solution in place; directions in which the matrix is singular to rounding are left alone."""
    k = right.size
    for a in range(k):
        held = matrix[a, a]
        for c in range(a):
            value = matrix[a, c]
            for d in range(c):
                value -= matrix[a, d] * matrix[c, d]
            matrix[a, c] = value / matrix[c, c]
            matrix[a, a] -= matrix[a, c] * matrix[a, c]
        # an infinite pivot takes the direction out
        matrix[a, a] = math.sqrt(matrix[a, a]) if matrix[a, a] > 1e-15 * held else math.inf
    for a in range(k):
        value = right[a]
        for c in range(a):
            value -= matrix[a, c] * right[c]
        right[a] = value / matrix[a, a]
    for a in range(k - 1, -1, -1):
        value = right[a]
        for c in range(a + 1, k):
            value -= matrix[c, a] * right[c]
        right[a] = value / matrix[a, a]


@_compiled
def _newton(
    model: _Model,
    penalty: Floats,
    usable: Flags,
    alpha: float,
    lambdas: Floats,
    start: float,
    bound: float,
    max_rounds: int,
    centred: bool,
) -> tuple[Floats, Floats, int]:
    p, rounds = penalty.size, 0
    b, violation, intercept = np.zeros(p), np.empty(p), start
    intercepts, coefficients = np.empty(lambdas.size), np.empty((lambdas.size, p))
    for m in range(lambdas.size):
        soft, ridge = penalty * (alpha * lambdas[m]), penalty * ((1.0 - alpha) * lambdas[m])
        least, polishing = math.inf, False
        for _ in range(max_rounds):
            level = _evaluate(model, intercept, b, centred)
            worst = max(_violations(model, b, soft, ridge, usable, violation), abs(level))
            if worst < least:
                least = worst
                intercepts[m], coefficients[m] = intercept, b
            if polishing or worst == 0.0:
                break
            polishing = least <= bound
            intercept = _step(model, intercept, b, level, soft, ridge, violation, centred)
            rounds += 1
        intercept = intercepts[m]
        b[:] = coefficients[m]
    return intercepts, coefficients, rounds


def binomial_newton(
    columns: Floats,
    y: Floats,
    weights: Floats,
    offset: Floats,
    penalty: Floats,
    usable: Flags,
    alpha: float,
    lambdas: Floats,
    start: float,
    bound: float,
    max_rounds: int,
    centred: bool,
) -> tuple[Floats, Floats, int]:
    """Optimum at each lambda; see `lasso_newton_numpy.binomial_newton`."""
    p, n = columns.shape
    model = _Model(
        columns, y, weights, offset,
        np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(p),
    )  # fmt: skip
    found: tuple[Floats, Floats, int] = _newton(
        model, penalty, usable, alpha, lambdas, start, bound, max_rounds, centred
    )
    return found
