"""Coordinate descent in NumPy as glmnet walks it, step by step.

It works on standardised columns (one row of `columns` per predictor) and normalised weights. Every sum is formed by
``numpy.add.reduce`` (pairwise), exp and log are those of the C library, so that the compiled twin repeats each bit.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy

__all__ = ["UNLIMITED", "Caps", "binomial_descent"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: probabilities closer to 0 or 1 are set there
PROBABILITY_FLOOR = 1e-9
FIRST_LAMBDA = 9.9e35
#: an automatic path ends where the deviance ratio gains less, where it exceeds the ceiling ...
LEAST_GAIN, RATIO_CEILING, LEAST_POINTS = 1e-5, 0.999, 5
_ETA_LIMIT = math.log(1.0 / PROBABILITY_FLOOR - 1.0)
#: ... or where no weight is left in the quadratic approximation
_LEAST_VARIANCE = (1.0 + PROBABILITY_FLOOR) * PROBABILITY_FLOOR * (1.0 - PROBABILITY_FLOOR)
_sum = np.add.reduce


class Caps(NamedTuple):
    """Limits of coefficients (empty arrays where there are none) and of the path, as glmnet has them.

    `lower` and `upper` are on the standardised scale. An automatic path ends after more than `most_nonzero` nonzero
    coefficients, or where the deviance ratio gains less than `least_gain`; any path is broken off where more than
    `most_entered` columns enter.
    """

    lower: Floats
    upper: Floats
    most_nonzero: int
    most_entered: int
    least_gain: float


_NEVER = 2**62
UNLIMITED = Caps(np.empty(0), np.empty(0), _NEVER, _NEVER, LEAST_GAIN)


class _PassesUsedUp(Exception):
    """The allowed number of sweeps is used up."""


class _TooManyEntered(Exception):
    """More columns enter than are allowed to."""


class _Descent:
    """State of the coordinate descent along one path."""

    def __init__(
        self,
        columns: Floats,
        y: Floats,
        weights: Floats,
        offset: Floats,
        alpha: float,
        start: float,
        centred: bool,
        caps: Caps,
    ) -> None:
        self.rows = list(columns)
        self.y, self.weights, self.offset = y, weights, offset
        self.alpha, self.centred = alpha, centred
        p = len(self.rows)
        self.intercept, self.b = start, [0.0] * p
        self.strong: list[int] = []
        self.entered: list[int] = []
        self.is_strong, self.has_entered = [False] * p, [False] * p
        self.curvature, self.varied = [0.0] * p, [np.empty(0)] * p
        self.gradient = [0.0] * p
        self.passes = 0
        self.limits = list(zip(caps.lower.tolist(), caps.upper.tolist(), strict=True))
        self.most_entered = caps.most_entered
        self.buffer = np.empty(y.size)
        self.update_probabilities()
        self.update_residual()

    def update_probabilities(self) -> None:
        eta = self.offset + self.intercept
        for j in self.entered:
            eta += self.b[j] * self.rows[j]
        q = expit(eta)
        q[eta > _ETA_LIMIT] = 1.0
        q[eta < -_ETA_LIMIT] = 0.0
        self.q = q
        self.variance = self.weights * (q * (1.0 - q))
        self.total_variance = float(_sum(self.variance))

    def update_residual(self) -> None:
        self.residual = self.weights * (self.y - self.q)

    def refresh_gradient(self, usable: Flags) -> None:
        for j, row in enumerate(self.rows):
            if usable[j] and not self.is_strong[j]:
                self.gradient[j] = abs(float(_sum(self.residual * row)))

    def admit(self, penalty: Floats, usable: Flags, bound: float) -> bool:
        """Let columns whose gradient exceeds the bound join the strong set; the set stays in column order."""
        joining = [
            j
            for j in range(len(self.rows))
            if usable[j] and not self.is_strong[j] and self.gradient[j] > bound * penalty[j]
        ]
        for j in joining:
            self.is_strong[j] = True
        self.strong = sorted(self.strong + joining)
        return bool(joining)

    def begin_round(self) -> None:
        for j in self.strong:
            self.varied[j] = self.variance * self.rows[j]
            self.curvature[j] = float(_sum(self.varied[j] * self.rows[j]))

    def sweep(self, members: list[int], soft: list[float], ridge: list[float]) -> float:
        """One pass over the members and the intercept; largest curvature-weighted squared change."""
        self.passes += 1
        largest, residual, buffer = 0.0, self.residual, self.buffer
        for j in members:
            old, h = self.b[j], self.curvature[j]
            np.multiply(residual, self.rows[j], out=buffer)
            u = float(_sum(buffer)) + h * old
            excess = abs(u) - soft[j]
            new = math.copysign(excess, u) / (h + ridge[j]) if excess > 0.0 else 0.0
            if self.limits:
                new = _within(new, self.limits[j])
            if new == old:
                continue
            self.b[j] = new
            if not self.has_entered[j]:
                if len(self.entered) >= self.most_entered:
                    raise _TooManyEntered
                self.has_entered[j] = True
                self.entered.append(j)
            change = new - old
            np.multiply(self.varied[j], change, out=buffer)
            np.subtract(residual, buffer, out=residual)
            largest = max(largest, h * change * change)
        if self.centred:
            change = float(_sum(residual)) / self.total_variance
            if change != 0.0:
                self.intercept += change
                np.multiply(self.variance, change, out=buffer)
                np.subtract(residual, buffer, out=residual)
                largest = max(largest, self.total_variance * change * change)
        return largest

    def descend(self, soft: list[float], ridge: list[float], bound: float, max_passes: int) -> None:
        """Full sweeps, each followed by sweeps over the ever-active columns, until a full sweep changes little."""
        while True:
            if self.sweep(self.strong, soft, ridge) < bound:
                return
            while True:
                if self.passes > max_passes:
                    raise _PassesUsedUp
                if self.sweep(self.entered, soft, ridge) < bound:
                    break

    def fit_point(self, lam: float, penalty: Floats, usable: Flags, bound: float, max_passes: int) -> None:
        """Rounds of reweighted least squares at one lambda."""
        soft = [v * self.alpha * lam for v in penalty.tolist()]
        ridge = [v * (1.0 - self.alpha) * lam for v in penalty.tolist()]
        while True:
            if self.passes > max_passes:
                raise _PassesUsedUp
            old_intercept, old = self.intercept, self.b.copy()
            self.begin_round()
            self.descend(soft, ridge, bound, max_passes)
            self.update_probabilities()
            if self.total_variance <= _LEAST_VARIANCE:
                return
            self.update_residual()
            if not self._settled(old_intercept, old, bound):
                continue
            self.refresh_gradient(usable)
            if not self.admit(penalty, usable, self.alpha * lam):
                return

    def _settled(self, old_intercept: float, old: list[float], bound: float) -> bool:
        change = self.intercept - old_intercept
        if self.total_variance * (change * change) > bound:
            return False
        for j in self.entered:
            change = self.b[j] - old[j]
            if self.curvature[j] * (change * change) > bound:
                return False
        return True

    def half_deviance(self) -> float:
        q = np.clip(self.q, PROBABILITY_FLOOR, 1.0 - PROBABILITY_FLOOR)
        return -float(_sum(self.weights * (xlogy(self.y, q) + xlogy(1.0 - self.y, 1.0 - q))))


def binomial_descent(
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
    caps: Caps = UNLIMITED,
) -> tuple[Floats, Floats, Floats, Floats, int, int]:
    """Replay glmnet's path; ``lambdas`` empty asks for the automatic sequence.

    Returns
    -------
    lambdas, intercepts, coefficients (points x p), dev_ratio, number of sweeps, and 0, or
    ``-(m + 1)`` where the sweeps were used up at point m, or ``-(10001 + m)`` where too many columns entered there.
    """
    scale = null_half_deviance - saturated_half_deviance
    walk = _Descent(columns, y, weights, offset, alpha, start, centred, caps)
    walk.refresh_gradient(usable)
    kept: list[tuple[float, float, list[float], float]] = []
    lam, least = 0.0, min(LEAST_POINTS, n_lambda)
    for m in range(lambdas.size or n_lambda):
        previous = largest_lambda(walk.gradient, penalty, usable, alpha) if m == 1 and lambdas.size == 0 else lam
        lam = float(lambdas[m]) if lambdas.size else (previous * factor if m else FIRST_LAMBDA)
        walk.admit(penalty, usable, alpha * (2.0 * lam - previous))
        try:
            walk.fit_point(lam, penalty, usable, threshold * scale, max_passes)
        except (_PassesUsedUp, _TooManyEntered) as stop:
            code = -(m + 1) if isinstance(stop, _PassesUsedUp) else -(10_001 + m)
            return (*_stacked(kept, len(walk.b)), walk.passes, code)
        ratio = (null_half_deviance - walk.half_deviance()) / scale
        gain = ratio - kept[-1][3] if kept else math.inf
        kept.append((lam, walk.intercept, walk.b.copy(), ratio))
        fitted = gain < caps.least_gain or ratio > RATIO_CEILING or walk.total_variance <= _LEAST_VARIANCE
        if lambdas.size == 0 and m + 1 >= least and (fitted or np.count_nonzero(walk.b) > caps.most_nonzero):
            break
    return (*_stacked(kept, len(walk.b)), walk.passes, 0)


def _within(value: float, limits: tuple[float, float]) -> float:
    if value < limits[0]:
        return limits[0]
    return limits[1] if value > limits[1] else value


def largest_lambda(gradient: list[float], penalty: Floats, usable: Flags, alpha: float) -> float:
    """Smallest lambda at which every penalised coefficient is 0."""
    ratios = [gradient[j] / penalty[j] for j in range(len(gradient)) if usable[j] and penalty[j] > 0.0]
    return float(max(ratios) / max(alpha, 1e-3))


def _stacked(kept: list[tuple[float, float, list[float], float]], p: int) -> tuple[Floats, Floats, Floats, Floats]:
    return (
        np.array([point[0] for point in kept], dtype=np.float64),
        np.array([point[1] for point in kept], dtype=np.float64),
        np.array([point[2] for point in kept], dtype=np.float64).reshape(len(kept), p),
        np.array([point[3] for point in kept], dtype=np.float64),
    )
