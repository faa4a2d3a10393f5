"""Logistic fits as rms 6.5 stops them, many resamples at once.

``lrm.fit`` takes Newton steps from (logit of the prevalence, 0) and stops after the step at which -2 log likelihood
changed by no more than `tolerance`; its answer is one step past that point and is not the maximum. On resamples the
difference is large enough to move printed digits, so the rule itself is reproduced. With ``converge=True`` the same
batch is driven to the maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["LrmFits", "lrm_fit"]

Flags = npt.NDArray[np.bool_]
_CLIP = 30.0
_MAXIMUM_HALVINGS = 30


@dataclass(frozen=True)
class LrmFits:
    """Fits of B resamples.

    Attributes
    ----------
    coefficients : ndarray of shape (B, p + 1)
        Intercept first; NaN where the fit failed.
    failed : ndarray of shape (B,)
        Singular information, one outcome class, or no convergence.
    deviance : ndarray of shape (B,)
        -2 log likelihood at the coefficients.
    condition : ndarray of shape (B,)
        Condition number of the information with unit diagonal: what rounding errors are multiplied by.
    """

    coefficients: Floats
    failed: Flags
    deviance: Floats
    condition: Floats


class _Batch:
    """Likelihood of all resamples: one row of counts per resample on the same n patients."""

    def __init__(self, x: Floats, y: Floats, counts: Floats) -> None:
        n, p = x.shape
        self.design = np.column_stack([np.ones(n), x])
        self.y = y
        self.counts = counts
        upper = np.triu_indices(p + 1)
        self._upper = upper
        self._products = self.design[:, upper[0]] * self.design[:, upper[1]]
        self._size = p + 1

    def evaluate(self, beta: Floats, rows: npt.NDArray[np.int64], clip: float) -> tuple[Floats, Floats, Floats]:
        """-2 log likelihood, score and information of the given resamples at their coefficients."""
        predictor = np.clip(beta @ self.design.T, -clip, clip)
        probability = 1.0 / (1.0 + np.exp(-predictor))
        counts = self.counts[rows]
        # log(1 + exp(lp)) - y lp, written so that neither tail loses digits
        loss = np.logaddexp(0.0, np.where(self.y == 1.0, -predictor, predictor))
        deviance = 2.0 * np.einsum("bn,bn->b", counts, loss)
        score = (counts * (self.y - probability)) @ self.design
        flat = (counts * probability * (1.0 - probability)) @ self._products
        information = np.empty((rows.size, self._size, self._size))
        information[:, self._upper[0], self._upper[1]] = flat
        information[:, self._upper[1], self._upper[0]] = flat
        return deviance, score, information


def _singular(information: Floats, tolerance: float) -> Flags:
    """Columns whose residual after the earlier ones falls below `tolerance` of their norm, as R's QR declares them."""
    norms = np.linalg.norm(information, axis=1)
    residual = np.abs(np.diagonal(np.linalg.qr(information, mode="r"), axis1=1, axis2=2))
    with np.errstate(invalid="ignore"):
        dependent = ~(residual >= tolerance * norms) | (norms == 0.0)
    return np.asarray(dependent.any(axis=1))


def _condition(information: Floats) -> Floats:
    root = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = information / (root[:, :, None] * root[:, None, :])
    usable = np.isfinite(scaled).all(axis=(1, 2))
    found = np.full(information.shape[0], np.inf)
    found[usable] = np.linalg.cond(scaled[usable])
    return found


def _start(y: Floats, counts: Floats, p: int) -> tuple[Floats, Flags]:
    events, total = counts @ y, counts.sum(axis=1)
    one_class = (events <= 0.0) | (events >= total)
    share = np.where(one_class, 0.5, events / total)
    beta = np.zeros((counts.shape[0], p + 1))
    beta[:, 0] = np.log(share / (1.0 - share))
    return beta, np.asarray(one_class)


def lrm_fit(
    x: Floats,
    y: Floats,
    counts: Floats,
    *,
    passes: int = 12,
    tolerance: float = 0.025,
    singular: float = 1e-7,
    converge: bool = False,
) -> LrmFits:
    """Fit B resamples of the same patients.

    Parameters
    ----------
    x : ndarray of shape (n, p)
    y : ndarray of shape (n,)
        0/1 as doubles.
    counts : ndarray of shape (B, n)
        How often each patient is in each resample.
    passes : int
        ``maxit`` of lrm.fit; one pass fewer is made.
    tolerance : float
        ``eps`` of lrm.fit, on -2 log likelihood.
    singular : float
        ``tol`` of lrm.fit.
    converge : bool
        Go on to the maximum instead; then `passes` and `tolerance` are not used.
    """
    batch = _Batch(x, y, counts)
    beta, failed = _start(y, counts, x.shape[1])
    runner = _Converging() if converge else _Stopping(passes, tolerance)
    beta, trouble = runner.run(batch, beta, failed, singular)
    failed = failed | trouble
    beta[failed] = 0.0
    deviance, condition = np.full(beta.shape[0], np.nan), np.full(beta.shape[0], np.nan)
    rows = np.flatnonzero(~failed)
    if rows.size:
        deviance[rows], _, information = batch.evaluate(beta[rows], rows, _CLIP)
        condition[rows] = _condition(information)
    beta[failed] = np.nan
    return LrmFits(beta, failed, deviance, condition)


class _Stopping:
    """The passes of lrm.fit."""

    def __init__(self, passes: int, tolerance: float) -> None:
        self.passes = passes
        self.tolerance = tolerance

    def run(self, batch: _Batch, beta: Floats, failed: Flags, singular: float) -> tuple[Floats, Flags]:
        """Coefficients and failures after at most ``passes - 1`` passes."""
        b, size = beta.shape
        old = np.full(b, 1e10)
        step, delta = np.ones(b), np.zeros((b, size))
        trouble = np.zeros(b, dtype=bool)
        active = ~failed
        for number in range(1, self.passes):
            rows = np.flatnonzero(active)
            if not rows.size:
                break
            deviance, score, information = batch.evaluate(beta[rows], rows, _CLIP)
            settled = (np.abs(score).max(axis=1) < 1e-9) & (np.abs(deviance - old[rows]) < self.tolerance / 10)
            active[rows[settled]] = False
            worse = ~settled & (deviance > old[rows])
            if number == 1:
                trouble[rows[worse]] = True
                active[rows[worse]] = False
            else:
                back = rows[worse]
                step[back] /= 2.0
                beta[back] -= step[back, None] * delta[back]
            self._advance(
                rows, ~settled & ~worse, deviance, score, information, singular, old, step, delta, beta, trouble, active
            )
        trouble |= active
        return beta, trouble

    def _advance(
        self,
        rows: npt.NDArray[np.int64],
        going: Flags,
        deviance: Floats,
        score: Floats,
        information: Floats,
        singular: float,
        old: Floats,
        step: Floats,
        delta: Floats,
        beta: Floats,
        trouble: Flags,
        active: Flags,
    ) -> None:
        """One Newton step where the likelihood rose; the last one where it rose by no more than the tolerance."""
        deficient = np.zeros(rows.size, dtype=bool)
        deficient[going] = _singular(information[going], singular)
        trouble[rows[deficient]] = True
        active[rows[deficient]] = False
        going = going & ~deficient
        chosen = rows[going]
        if not chosen.size:
            return
        step[chosen] = 1.0
        delta[chosen] = np.linalg.solve(information[going], score[going][:, :, None])[:, :, 0]
        beta[chosen] += delta[chosen]
        stopping = np.abs(old[chosen] - deviance[going]) <= self.tolerance
        active[chosen[stopping]] = False
        old[chosen] = deviance[going]


class _Converging:
    """Newton steps to the maximum, halved where the likelihood falls."""

    def run(self, batch: _Batch, beta: Floats, failed: Flags, singular: float) -> tuple[Floats, Flags]:
        """Coefficients and failures; a resample without a maximum (separation) fails."""
        b = beta.shape[0]
        trouble = np.zeros(b, dtype=bool)
        active = ~failed
        before = np.full(b, np.inf)
        for _ in range(60):
            rows = np.flatnonzero(active)
            if not rows.size:
                break
            deviance, score, information = batch.evaluate(beta[rows], rows, 700.0)
            deficient = _singular(information, 1e-12)
            trouble[rows[deficient]] = True
            active[rows[deficient]] = False
            rows, deviance = rows[~deficient], deviance[~deficient]
            if not rows.size:
                continue
            move = np.asarray(
                np.linalg.solve(information[~deficient], score[~deficient][:, :, None])[:, :, 0], dtype=float
            )
            decrement = np.einsum("bj,bj->b", move, score[~deficient])
            self._step(batch, beta, rows, move, deviance)
            # the step taken from a decrement of 1e-12 leaves an error of its square; where the decrement only shrinks
            # by a constant factor, coefficients are on their way to infinity: the maximum does not exist
            done = decrement < 1e-12
            trouble[rows[done & (decrement > 0.05 * before[rows])]] = True
            active[rows[done]] = False
            before[rows] = decrement
        trouble |= active
        return beta, trouble

    def _step(self, batch: _Batch, beta: Floats, rows: npt.NDArray[np.int64], move: Floats, deviance: Floats) -> None:
        scale = np.ones(rows.size)
        slack = 1e-9 * (1.0 + np.abs(deviance))
        for _ in range(_MAXIMUM_HALVINGS):
            trial = beta[rows] + scale[:, None] * move
            reached = batch.evaluate(trial, rows, 700.0)[0]
            worse = reached > deviance + slack
            if not worse.any():
                break
            scale[worse] /= 2.0
        beta[rows] = trial
