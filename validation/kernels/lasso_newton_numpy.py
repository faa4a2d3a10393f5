"""Proximal Newton in NumPy: the optimum of the LASSO, whatever path leads there.

Standardised columns (one row of `columns` per predictor) and normalised weights, as in `lasso_numpy`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import expit

__all__ = ["binomial_newton", "solve_quadratic"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: Armijo constant, shortest step, relative rounding of the objective
SUFFICIENT, SHORTEST, NOISE = 1e-4, 1e-10, 1e-14
#: A full step lowers the objective enough if no linear predictor moves by more: with R the largest move the logistic
#: loss lies below its quadratic times 2 (exp(R) - R - 1) / R^2, which is 1.76 here and may be 1.99.
SAFE_MOVE = 1.5
#: the quadratic is solved to this share of its gradient
QUADRATIC_SLACK, MOST_SUPPORTS, COORDINATE_PASSES = 1e-12, 50, 2
_sum = np.add.reduce


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
    """Optimum at each lambda by proximal Newton, warm from one lambda to the next.

    A point is left one round after no optimality condition is violated by more than `bound`, or after `max_rounds`;
    the model with the least violation is kept.

    Returns
    -------
    intercepts, coefficients (points x p), number of Newton rounds.
    """
    b, intercept, rounds = np.zeros(penalty.size), start, 0
    intercepts, coefficients = np.empty(lambdas.size), np.empty((lambdas.size, penalty.size))
    for m, lam in enumerate(lambdas.tolist()):
        soft, ridge = penalty * (alpha * lam), penalty * ((1.0 - alpha) * lam)
        least, kept, polishing = math.inf, (intercept, b), False
        for _ in range(max_rounds):
            model = _Model(columns, y, weights, offset, intercept, b, centred)
            violation = model.violation(soft, ridge, usable)
            worst = max(float(violation.max()), abs(model.level))
            if worst < least:
                least, kept = worst, (intercept, b)
            if polishing or worst == 0.0:
                break
            polishing = least <= bound
            intercept, b = model.step(np.flatnonzero((b != 0.0) | (violation > 0.0)), soft, ridge)
            rounds += 1
        intercept, b = kept
        intercepts[m], coefficients[m] = kept
    return intercepts, coefficients, rounds


class _Model:
    """Probabilities and gradient at one point, and the Newton step from there."""

    def __init__(
        self,
        columns: Floats,
        y: Floats,
        weights: Floats,
        offset: Floats,
        intercept: float,
        b: Floats,
        centred: bool,
    ) -> None:
        self.columns, self.y, self.weights, self.b = columns, y, weights, b
        self.intercept, self.centred = intercept, centred
        active = np.flatnonzero(b)
        self.eta = b[active] @ columns[active] + (offset + intercept)
        self.q = expit(self.eta)
        residual = weights * (y - self.q)
        self.gradient = columns @ residual
        self.level = float(_sum(residual)) if centred else 0.0

    def violation(self, soft: Floats, ridge: Floats, usable: Flags) -> Floats:
        slope = soft * np.sign(self.b) + ridge * self.b
        size = np.where(self.b != 0.0, np.abs(self.gradient - slope), np.abs(self.gradient) - soft)
        found: Floats = np.where(usable, np.maximum(size, 0.0), 0.0)
        return found

    def step(self, work: npt.NDArray[np.intp], soft: Floats, ridge: Floats) -> tuple[float, Floats]:
        """Minimum of the quadratic approximation over the working set, shortened until the objective falls."""
        soft, ridge, old = soft[work], ridge[work], self.b[work]
        variance = self.weights * (self.q * (1.0 - self.q))
        rows, total = self.columns[work], float(_sum(variance))
        varied = rows * variance
        hessian, gradient, cross = varied @ rows.T, self.gradient[work], np.zeros(work.size)
        if self.centred:
            # the intercept is eliminated from the quadratic
            cross = _sum(varied, axis=1)
            hessian = hessian - np.outer(cross, cross) / total
            gradient = gradient - cross * (self.level / total)
        change = solve_quadratic(hessian, gradient, old, soft, ridge) - old
        shift = (self.level - float(cross @ change)) / total if self.centred else 0.0
        direction = change @ rows + shift
        size = 1.0
        if float(np.abs(direction).max()) > SAFE_MOVE:
            size = self._step_size(old, change, direction, shift, work, soft, ridge)
        b = self.b.copy()
        b[work] = old + size * change
        return self.intercept + size * shift, b

    def _step_size(
        self,
        old: Floats,
        change: Floats,
        direction: Floats,
        shift: float,
        work: npt.NDArray[np.intp],
        soft: Floats,
        ridge: Floats,
    ) -> float:
        def objective(size: float) -> float:
            eta, b = self.eta + size * direction, old + size * change
            loss = float(_sum(self.weights * (np.logaddexp(0.0, eta) - self.y * eta)))
            return loss + float(_sum(soft * np.abs(b) + ridge * (0.5 * b * b)))

        before = objective(0.0)
        promised = float(
            _sum(soft * (np.abs(old + change) - np.abs(old)) + ridge * (change * (old + 0.5 * change)))
            - self.gradient[work] @ change
            - self.level * shift
        )
        # rounding of the objective must not shorten the last steps
        noise, size = NOISE * abs(before), 1.0
        while objective(size) > before + SUFFICIENT * size * promised + noise and size > SHORTEST:
            size *= 0.5
        return size


def solve_quadratic(hessian: Floats, gradient: Floats, start: Floats, soft: Floats, ridge: Floats) -> Floats:
    """Minimum of ``(b - start)' H (b - start) / 2 - gradient' (b - start) + soft' |b| + ridge' b^2 / 2``.

    Coordinate passes find the support, a linear system its values; a coefficient that would change its sign on the
    way stops at 0 and leaves the support.
    """
    b, slope = start.copy(), gradient.copy()
    diagonal = np.diagonal(hessian)
    slack = QUADRATIC_SLACK * float(np.abs(gradient).max(initial=0.0))
    for _ in range(MOST_SUPPORTS):
        if bool(((b == 0.0) & (np.abs(slope) > soft + slack)).any()):
            for _ in range(COORDINATE_PASSES):
                _coordinate_pass(hessian, diagonal, b, slope, soft, ridge)
        _solve_on_support(hessian, b, slope, soft, ridge)
        if not bool(((b == 0.0) & (np.abs(slope) > soft + slack)).any()):
            break
    return b


def _coordinate_pass(hessian: Floats, diagonal: Floats, b: Floats, slope: Floats, soft: Floats, ridge: Floats) -> None:
    for j in range(b.size):
        u = slope[j] + diagonal[j] * b[j]
        excess = abs(u) - soft[j]
        change = (math.copysign(excess, u) / (diagonal[j] + ridge[j]) if excess > 0.0 else 0.0) - b[j]
        if change != 0.0:
            b[j] += change
            slope -= change * hessian[j]


def _solve_on_support(hessian: Floats, b: Floats, slope: Floats, soft: Floats, ridge: Floats) -> None:
    while True:
        support = np.flatnonzero((b != 0.0) | (soft == 0.0))
        if support.size == 0:
            return
        inner = hessian[np.ix_(support, support)]
        inner[np.diag_indices_from(inner)] += ridge[support]
        held, sign = b[support], np.sign(b[support])
        change = _solve(inner, slope[support] - soft[support] * sign - ridge[support] * held)
        crossing = (sign * (held + change) <= 0.0) & (soft[support] > 0.0)
        size = float(np.min(-held[crossing] / change[crossing])) if crossing.any() else 1.0
        moved = held + size * change
        if crossing.any():
            moved[crossing & (-held / np.where(change == 0.0, 1.0, change) <= size)] = 0.0
        slope -= (moved - held) @ hessian[support]
        b[support] = moved
        if not crossing.any():
            return


def _solve(matrix: Floats, right: Floats) -> Floats:
    try:
        return np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(matrix, right)[0], dtype=np.float64)
