"""Certified LASSO paths: the optimality conditions solved to about 25 digits and verified, for all lambdas at once.

Each point starts from a double-precision solution, which only proposes the active predictors and their signs. Newton
steps with residuals in 106-bit arithmetic follow; then the conditions are verified, which are necessary and sufficient:
active predictors have their sign and ``G_j = lambda (alpha sign(b_j) + (1 - alpha) b_j)``, the others ``|G_j| <= lambda
alpha``. Where the proposal is wrong, the active set is mended and the steps are repeated.

References
----------
Friedman J, Hastie T, Tibshirani R (2010). Regularization paths for generalized linear models via coordinate descent.
J Stat Softw 33(1). doi:10.18637/jss.v033.i01
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.errors import NotEstimable
from validation.exact.double_double import DoubleDouble, product
from validation.kernels.threads import one_blas_thread

__all__ = ["CertifiedPath", "Options", "certify_path"]

Signs = npt.NDArray[np.int8]
#: residual, as a share of the largest lambda, at which the steps end; the error is at most this times the condition
_ENOUGH, _MOST_STEPS = 1e-25, 30
#: entries of 106-bit arrays that are worked on at a time
_CHUNK = 1 << 17
_CACHED = 64


@dataclass(frozen=True)
class Options:
    """What else than the data defines a path; `lambdas` is empty for the automatic sequence."""

    alpha: float = 1.0
    n_lambda: int = 100
    ratio: float | None = None
    lambdas: tuple[float, ...] = ()


@dataclass(frozen=True)
class CertifiedPath:
    """Optimum at each lambda, coefficients p x k on the scale of the data."""

    lambdas: DoubleDouble
    intercepts: DoubleDouble
    coefficients: DoubleDouble
    scales: DoubleDouble
    half_deviance: DoubleDouble
    null_half_deviance: DoubleDouble
    residual: float

    def head(self, points: int) -> CertifiedPath:
        """The first points."""
        return CertifiedPath(
            self.lambdas[:points],
            self.intercepts[:points],
            self.coefficients[:, :points],
            self.scales,
            self.half_deviance[:points],
            self.null_half_deviance,
            self.residual,
        )


_known: dict[bytes, CertifiedPath] = {}


def certify_path(y: npt.NDArray[Any], x: Floats, options: Options, points: int, start: Any) -> CertifiedPath:
    """Certified path of the first `points` lambdas.

    Parameters
    ----------
    y : ndarray of shape (n,)
        0 or 1.
    x : ndarray of shape (n, p)
    options : Options
    points : int
    start : callable
        Returns intercepts and coefficients (p x points) in double precision, on the scale of the data.

    Raises
    ------
    NotEstimable
        The optimum is not unique, or too near to not being so for a proof.
    """
    key = hashlib.sha256(np.ascontiguousarray(x).tobytes() + np.asarray(y, np.int8).tobytes())
    key.update(repr((x.shape, options)).encode())
    known = _known.get(key.digest())
    if known is None or known.lambdas.shape[0] < points:
        with one_blas_thread():
            known = _Prover(np.asarray(y, dtype=np.float64), x, options, points).prove(*start())
        while len(_known) >= _CACHED:
            _known.pop(next(iter(_known)))
        _known[key.digest()] = known
    return known.head(points)


class _Prover:
    """Optimality conditions of one data set in 106-bit arithmetic."""

    def __init__(self, y: Floats, x: Floats, options: Options, points: int) -> None:
        # constant columns take no part
        self.varying = np.flatnonzero((x != x[0]).any(axis=0))
        self.p, self.y, self.x, self.alpha = x.shape[1], y, np.ascontiguousarray(x[:, self.varying]), options.alpha
        n = y.size
        self.means = DoubleDouble(self.x).sum() / float(n)
        centred = DoubleDouble(self.x) - self.means
        self.scales = ((centred * centred).sum() / float(n)).sqrt()
        self.columns = (centred / self.scales).high
        events = DoubleDouble(float(y.sum()))
        mean = events / float(n)
        self.null_intercept = (mean / (1.0 - mean)).log()
        self.null_half_deviance = -(mean * mean.log() + (1.0 - mean) * (1.0 - mean).log())
        level = np.repeat(mean.high, n), np.repeat(mean.low, n)
        gradient, _ = self._gradient(0, n, (self.y[:, None] - DoubleDouble(*level)[:, None]))
        self.lambda_max = float(np.abs(gradient.high).max()) / max(self.alpha, 1e-3)
        largest = abs(gradient)[int(np.argmax(np.abs(gradient.high[:, 0])))][0] / max(self.alpha, 1e-3)
        self.lambdas = _sequence(largest, options, points, n >= x.shape[1])

    def _gradient(self, begin: int, end: int, residual: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
        """Share of rows begin ... end in G (p x k) and in the sum of residuals, over n."""
        n, level = float(self.y.size), residual.sum()
        moments = product(np.ascontiguousarray(self.x[begin:end].T), residual)
        return (moments - self.means[:, None] * level) / (self.scales[:, None] * n), level / n

    def _evaluate(self, b0: DoubleDouble, b: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble, DoubleDouble, Floats]:
        """Gradient, level, half deviance and linear predictors (n x k, rounded) of standardised coefficients."""
        slopes = b / self.scales[:, None]
        intercepts = b0 - (slopes * self.means[:, None]).sum()
        n, k = self.y.size, b.shape[1]
        gradient, level = DoubleDouble(np.zeros(b.shape)), DoubleDouble(np.zeros(k))
        loss, rounded = DoubleDouble(np.zeros(k)), np.empty((n, k))
        step = max(1, _CHUNK // k)
        for begin in range(0, n, step):
            end = min(begin + step, n)
            y = self.y[begin:end, None]
            eta = product(self.x[begin:end], slopes) + intercepts
            shrunk = (-abs(eta)).exp()
            # of the smaller class, so that neither side cancels
            q = DoubleDouble(np.where(eta.high >= 0.0, 1.0, shrunk.high), np.where(eta.high >= 0.0, 0.0, shrunk.low))
            q = q / (1.0 + shrunk)
            part, share = self._gradient(begin, end, y - q)
            positive = DoubleDouble(np.maximum(eta.high, 0.0), np.where(eta.high > 0.0, eta.low, 0.0))
            loss = loss + (positive + (1.0 + shrunk).log() - eta * y).sum()
            gradient, level, rounded[begin:end] = gradient + part, level + share, eta.high
        return gradient, level, loss / float(n), rounded

    def prove(self, intercepts: Floats, coefficients: Floats) -> CertifiedPath:
        """Steps from the proposal until the conditions hold, then their verification."""
        k = self.lambdas.shape[0]
        proposed = coefficients[self.varying, :k] * self.scales.high[:, None]
        b, signs = DoubleDouble(proposed), np.sign(proposed).astype(np.int8)
        b0 = DoubleDouble(intercepts[:k] + self.means.high @ coefficients[self.varying, :k])
        for _ in range(_MOST_STEPS):
            gradient, level, loss, eta = self._evaluate(b0, b)
            signs, b = self._mended(gradient, b, signs)
            slope = self.lambdas * (b * (1.0 - self.alpha) + self.alpha * signs.astype(np.float64))
            missing = gradient - slope
            missing = DoubleDouble(np.where(signs != 0, missing.high, 0.0), np.where(signs != 0, missing.low, 0.0))
            worst = max(float(np.abs(missing.high).max()), float(np.abs(level.high).max())) / self.lambda_max
            if worst <= _ENOUGH:
                self._verify(gradient, b, signs)
                return self._path(b0, b, loss, worst)
            b0, b = self._corrected(b0, b, signs, missing.high, level.high, eta)
        raise NotEstimable("rank", "The LASSO path cannot be certified: its optimum is not unique or nearly so.")

    def _mended(self, gradient: DoubleDouble, b: DoubleDouble, signs: Signs) -> tuple[Signs, DoubleDouble]:
        """Let predictors join that violate their condition, drop those that have lost their sign."""
        bound = self.lambdas.high * self.alpha
        joins = (signs == 0) & (np.abs(gradient.high) > bound * (1.0 + 1e-12))
        lost = (signs != 0) & (b.high * signs < 0.0)
        changed = np.where(joins, np.sign(gradient.high), np.where(lost, 0, signs)).astype(np.int8)
        kept = changed != 0
        return changed, DoubleDouble(np.where(kept, b.high, 0.0), np.where(kept, b.low, 0.0))

    def _corrected(
        self, b0: DoubleDouble, b: DoubleDouble, signs: Signs, missing: Floats, level: Floats, eta: Floats
    ) -> tuple[DoubleDouble, DoubleDouble]:
        """One Newton step per lambda, with the information matrix in double precision."""
        shift, change = np.zeros(level.size), np.zeros(missing.shape)
        for m in range(level.size):
            active = np.flatnonzero(signs[:, m])
            rows = np.vstack([np.ones(self.y.size), self.columns[:, active].T])
            q = 1.0 / (1.0 + np.exp(-np.clip(eta[:, m], -700.0, 700.0)))
            information = (rows * (q * (1.0 - q) / self.y.size)) @ rows.T
            ridge = float(self.lambdas.high[m]) * (1.0 - self.alpha)
            information[np.arange(1, active.size + 1), np.arange(1, active.size + 1)] += ridge
            right = np.concatenate([[level[m]], missing[active, m]])
            try:
                step = np.linalg.solve(information, right)
            except np.linalg.LinAlgError:
                raise NotEstimable("rank", "The LASSO path cannot be certified: its optimum is not unique.") from None
            shift[m], change[active, m] = step[0], step[1:]
        return b0 + shift, b + change

    def _verify(self, gradient: DoubleDouble, b: DoubleDouble, signs: Signs) -> None:
        over = abs(gradient) - self.lambdas * self.alpha
        outside = (signs == 0) & (over.high > self.lambda_max * _ENOUGH)
        wrong = (signs != 0) & (b.high * signs <= 0.0)
        if bool(outside.any()) or bool(wrong.any()):
            raise NotEstimable("rank", "The LASSO path cannot be certified: an active set is on the edge of changing.")

    def _path(self, b0: DoubleDouble, b: DoubleDouble, loss: DoubleDouble, residual: float) -> CertifiedPath:
        slopes = b / self.scales[:, None]
        intercepts = b0 - (slopes * self.means[:, None]).sum()
        high, low = np.zeros((2, self.p, b.shape[1]))
        high[self.varying], low[self.varying] = slopes.high, slopes.low
        spread = np.ones((2, self.p)) * [[1.0], [0.0]]
        spread[0, self.varying], spread[1, self.varying] = self.scales.high, self.scales.low
        return CertifiedPath(
            self.lambdas,
            intercepts,
            DoubleDouble(high, low),
            DoubleDouble(*spread),
            loss,
            self.null_half_deviance,
            residual,
        )


def _sequence(largest: DoubleDouble, options: Options, points: int, tall: bool) -> DoubleDouble:
    """Lambdas without accumulated rounding."""
    if options.lambdas:
        return DoubleDouble(sorted(options.lambdas, reverse=True))
    ratio = options.ratio if options.ratio is not None else (1e-4 if tall else 1e-2)
    fall = DoubleDouble(max(ratio, 1e-6)).log() / float(max(options.n_lambda - 1, 1))
    return (largest.log() + fall * np.arange(points, dtype=np.float64)).exp()
