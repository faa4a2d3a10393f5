"""Coordinate descent for a continuous outcome in NumPy as glmnet walks it, and the optimum by active sets.

Columns and outcome are centred, scaled and multiplied by the roots of the weights, so that the outcome has length one.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["gaussian_descent", "gaussian_optimum", "products"]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FIRST_LAMBDA = 9.9e35
LEAST_GAIN, RATIO_CEILING, LEAST_POINTS = 1e-5, 0.999, 5
#: columns from which on glmnet updates residuals instead of gradients
NAIVE_FROM = 500
_sum = np.add.reduce


def products(columns: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Products of all pairs of columns, and of each column with the outcome; both kernels start from these."""
    return np.asarray(columns @ columns.T, dtype=np.float64), np.array([float(_sum(row * y)) for row in columns])


class _PassesUsedUp(Exception):
    """The allowed number of sweeps is used up."""


class _Descent:
    """State of the coordinate descent along one path."""

    def __init__(self, columns: Floats, y: Floats, penalty: Floats, usable: Flags, alpha: float) -> None:
        self.columns, self.rows, self.y, self.alpha = columns, list(columns), y, alpha
        p = len(self.rows)
        self.usable = [j for j in range(p) if usable[j]]
        self.penalty = penalty.tolist()
        self.curvature = [float(_sum(row * row)) for row in self.rows]
        self.b = [0.0] * p
        self.entered: list[int] = []
        self.has_entered = [False] * p
        self.passes, self.ratio, self.warm = 0, 0.0, False
        self.gradient = np.array([float(_sum(row * y)) for row in self.rows])

    def update(self, j: int, u: float, lam: float) -> float:
        """New value of one coefficient from its unpenalised target; returns the change."""
        old, h = self.b[j], self.curvature[j]
        u += h * old
        excess = abs(u) - self.penalty[j] * self.alpha * lam
        new = math.copysign(excess, u) / (h + self.penalty[j] * (1.0 - self.alpha) * lam) if excess > 0.0 else 0.0
        if new == old:
            return 0.0
        self.b[j] = new
        if not self.has_entered[j]:
            self.has_entered[j] = True
            self.entered.append(j)
        return new - old

    def fit_point(self, lam: float, bound: float, max_passes: int) -> None:
        """Active sweeps first where there were any before; then full and active sweeps until a full one is still."""
        if self.warm:
            self.settle(lam, bound, max_passes)
        while True:
            if self.full_sweep(lam) < bound:
                if self.complete(lam):
                    return
            else:
                self.settle(lam, bound, max_passes)
            if self.passes > max_passes:
                raise _PassesUsedUp

    def settle(self, lam: float, bound: float, max_passes: int) -> None:
        self.warm = True
        self.begin_active()
        while self.active_sweep(lam) >= bound:
            if self.passes > max_passes:
                raise _PassesUsedUp
        self.end_active()

    def full_sweep(self, lam: float) -> float:
        raise NotImplementedError

    def active_sweep(self, lam: float) -> float:
        raise NotImplementedError

    def begin_active(self) -> None:
        """Hook before active sweeps."""

    def end_active(self) -> None:
        """Hook after active sweeps."""

    def complete(self, lam: float) -> bool:
        """Whether no column waits outside."""
        return True


class _Covariance(_Descent):
    """Gradients are kept; those of all columns after full sweeps, those of entered ones during active sweeps."""

    def __init__(self, *arguments: Floats | Flags | float) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self.gram, self.gradient = products(self.columns, self.y)
        self.curvature = np.diag(self.gram).tolist()

    def _changed(self, j: int, change: float, everywhere: bool) -> float:
        h = self.curvature[j]
        self.ratio += change * (2.0 * float(self.gradient[j]) - change * h)
        if everywhere:
            self.gradient -= self.gram[j] * change
        else:
            members = self.entered
            self.gradient[members] -= self.gram[j][members] * change
        return h * change * change

    def full_sweep(self, lam: float) -> float:
        self.passes += 1
        largest = 0.0
        for j in self.usable:
            change = self.update(j, float(self.gradient[j]), lam)
            if change != 0.0:
                largest = max(largest, self._changed(j, change, True))
        return largest

    def begin_active(self) -> None:
        self.before = list(self.b)

    def active_sweep(self, lam: float) -> float:
        self.passes += 1
        largest = 0.0
        for j in self.entered:
            change = self.update(j, float(self.gradient[j]), lam)
            if change != 0.0:
                largest = max(largest, self._changed(j, change, False))
        return largest

    def end_active(self) -> None:
        others = [j for j in self.usable if not self.has_entered[j]]
        if not others:
            return
        for j in self.entered:
            change = self.b[j] - self.before[j]
            if change != 0.0:
                self.gradient[others] -= self.gram[j][others] * change


class _Naive(_Descent):
    """Residuals are kept, and columns are screened by the strong rule."""

    def __init__(self, columns: Floats, y: Floats, penalty: Floats, usable: Flags, alpha: float) -> None:
        super().__init__(columns, y, penalty, usable, alpha)
        self.residual = y.copy()
        self.strong: list[int] = []
        self.is_strong = [False] * len(self.rows)
        self.gradient = np.abs(self.gradient)

    def admit(self, bound: float) -> bool:
        joining = [
            j for j in self.usable if not self.is_strong[j] and float(self.gradient[j]) > bound * self.penalty[j]
        ]
        for j in joining:
            self.is_strong[j] = True
        self.strong = sorted(self.strong + joining)
        return bool(joining)

    def _sweep(self, members: list[int], lam: float) -> float:
        self.passes += 1
        largest = 0.0
        for j in members:
            gradient = float(_sum(self.residual * self.rows[j]))
            change = self.update(j, gradient, lam)
            if change != 0.0:
                h = self.curvature[j]
                self.ratio += change * (2.0 * gradient - change * h)
                self.residual -= change * self.rows[j]
                largest = max(largest, h * change * change)
        return largest

    def full_sweep(self, lam: float) -> float:
        return self._sweep(self.strong, lam)

    def active_sweep(self, lam: float) -> float:
        return self._sweep(self.entered, lam)

    def complete(self, lam: float) -> bool:
        for j in self.usable:
            if not self.is_strong[j]:
                self.gradient[j] = abs(float(_sum(self.residual * self.rows[j])))
        return not self.admit(self.alpha * lam)


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
    """Replay glmnet's path; ``lambdas`` empty asks for the automatic sequence.

    Returns
    -------
    lambdas, coefficients (points x p), R squared, number of sweeps, whether the sweeps were used up.
    """
    naive = columns.shape[0] >= NAIVE_FROM
    walk: _Descent = (_Naive if naive else _Covariance)(columns, y, penalty, usable, alpha)
    kept: list[tuple[float, list[float], float]] = []
    lam, least = 0.0, min(LEAST_POINTS, n_lambda)
    for m in range(lambdas.size or n_lambda):
        previous = _largest(walk, penalty, usable, alpha) if m == 1 and lambdas.size == 0 else lam
        lam = float(lambdas[m]) if lambdas.size else (previous * factor if m else FIRST_LAMBDA)
        if isinstance(walk, _Naive):
            walk.admit(alpha * (2.0 * lam - previous))
        try:
            walk.fit_point(lam, threshold, max_passes)
        except _PassesUsedUp:
            return (*_stacked(kept, len(walk.b)), walk.passes, True)
        gain = walk.ratio - kept[-1][2] if kept else math.inf
        kept.append((lam, walk.b.copy(), walk.ratio))
        fitted = gain < LEAST_GAIN * walk.ratio or walk.ratio > RATIO_CEILING
        if lambdas.size == 0 and m + 1 >= least and fitted:
            break
    return (*_stacked(kept, len(walk.b)), walk.passes, False)


def _largest(walk: _Descent, penalty: Floats, usable: Flags, alpha: float) -> float:
    chosen = usable & (penalty > 0.0)
    return float(np.max(np.abs(walk.gradient[chosen]) / penalty[chosen]) / max(alpha, 1e-3))


def _stacked(kept: list[tuple[float, list[float], float]], p: int) -> tuple[Floats, Floats, Floats]:
    return (
        np.array([point[0] for point in kept], dtype=np.float64),
        np.array([point[1] for point in kept], dtype=np.float64).reshape(len(kept), p),
        np.array([point[2] for point in kept], dtype=np.float64),
    )


def gaussian_optimum(
    columns: Floats,
    y: Floats,
    penalty: Floats,
    usable: Flags,
    alpha: float,
    lambdas: Floats,
    tolerance: float,
    max_rounds: int,
) -> tuple[Floats, int]:
    """Optimum at each lambda: coordinate descent finds the support, a linear system the coefficients.

    Returns
    -------
    coefficients (points x p), number of rounds.
    """
    b, rounds = np.zeros(columns.shape[0]), 0
    found = np.empty((lambdas.size, b.size))
    working = np.flatnonzero(usable & (penalty == 0.0)).tolist()
    for point, lam in enumerate(lambdas.tolist()):
        for _ in range(max_rounds):
            rounds += 1
            if working:
                b[working] = _on_working_set(columns[working], y, penalty[working], alpha, lam, b[working])
            gradient = columns @ (y - b @ columns)
            excess = np.where(usable & (b == 0.0), np.abs(gradient) - lam * alpha * penalty, 0.0)
            worst = float(excess.max())
            if worst <= tolerance:
                break
            # all that violate half as much as the worst join at once
            joining = np.flatnonzero(excess > max(tolerance, 0.5 * worst))
            working = sorted({*working, *joining.tolist()})
        found[point] = b
    return found, rounds


def _on_working_set(rows: Floats, y: Floats, penalty: Floats, alpha: float, lam: float, start: Floats) -> Floats:
    """Optimum over a few columns: linear systems with the signs held, stopped where a coefficient reaches 0."""
    gram, right = rows @ rows.T, rows @ y
    soft, ridge = lam * alpha * penalty, lam * (1.0 - alpha) * penalty
    b, sign = start.copy(), np.sign(start)
    inside = (b != 0.0) | (soft == 0.0)
    for _ in range(20 * b.size + 20):
        support = np.flatnonzero(inside)
        if support.size:
            target = _solved(gram, right, soft, ridge, support, sign[support])
            crossing = (soft[support] > 0.0) & (target * sign[support] < 0.0)
            if crossing.any():
                # up to the first coefficient that would change its sign, which is 0 there and leaves
                steps = np.where(crossing, b[support] / np.where(crossing, b[support] - target, 1.0), np.inf)
                first = int(np.argmin(steps))
                b[support] += float(steps[first]) * (target - b[support])
                b[support[first]], inside[support[first]] = 0.0, False
                continue
            b[support] = target
        gradient = right - gram @ b
        excess = np.where(inside, -1.0, np.abs(gradient) - soft)
        worst = int(np.argmax(excess))
        if excess[worst] <= 1e-15:
            break
        inside[worst], sign[worst] = True, math.copysign(1.0, gradient[worst])
    return b


def _solved(
    gram: Floats, right: Floats, soft: Floats, ridge: Floats, support: npt.NDArray[np.intp], sign: Floats
) -> Floats:
    matrix = gram[np.ix_(support, support)] + np.diag(ridge[support])
    wanted = right[support] - soft[support] * sign
    try:
        return np.asarray(np.linalg.solve(matrix, wanted), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(matrix, wanted, rcond=None)[0], dtype=np.float64)
