"""Logistic fits as rms 6.5 stops them, one data set or many resamples at once.

``lrm.fit`` takes Newton steps from (logit of the prevalence, 0) and stops after the step at which -2 log likelihood
changed by no more than `eps`; its answer is one step past that point and is not the maximum. On resamples the
difference is large enough to move printed digits, so the rule itself is reproduced. With ``converge=True`` the same
batch is driven to the maximum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.errors import NotEstimable

__all__ = ["LrmFit", "LrmFits", "fit_as_lrm", "lrm_fit", "lrm_fit_batch"]

Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
#: linear predictors are cut here, by lrm.fit and where only overflow is to be kept away
_CLIP, _OVERFLOW = 30.0, 700.0
_MAXIMUM_STEPS, _MAXIMUM_HALVINGS = 60, 30
#: decrement from which one more step ends at the maximum, and shrinkage from which the steps contract quadratically
_DECREMENT, _CONTRACTS = 1e-12, 0.05
#: singularity tolerance of converged fits
_DEPENDENT = 1e-12


@dataclass(frozen=True)
class LrmFit:
    """Fit of one data set.

    Attributes
    ----------
    coefficients : ndarray of shape (p + 1,)
        Intercept first.
    covariance : ndarray of shape (p + 1, p + 1)
        Inverse information at the coefficients.
    deviance : float
        -2 log likelihood at the coefficients.
    failed : bool
        Singular information, one outcome class or no convergence; everything else is NaN then.
    condition : float
        Condition number (1-norm) of the information with unit diagonal.
    """

    coefficients: Floats
    covariance: Floats
    deviance: float
    failed: bool
    condition: float


@dataclass(frozen=True)
class LrmFits:
    """Fits of B resamples of the same patients.

    Attributes
    ----------
    coefficients : ndarray of shape (B, p + 1)
        Intercept first; NaN where the fit failed.
    failed : ndarray of shape (B,)
        Singular information, one outcome class, or no convergence.
    deviance : ndarray of shape (B,)
        -2 log likelihood at the coefficients.
    covariance : ndarray of shape (B, p + 1, p + 1)
        Inverse information at the coefficients.
    condition : ndarray of shape (B,)
        Condition number (1-norm) of the information with unit diagonal: what rounding errors are multiplied by.
    """

    coefficients: Floats
    failed: Flags
    deviance: Floats
    covariance: Floats
    condition: Floats


def lrm_fit(
    x: Floats,
    y: Floats,
    *,
    weights: Floats | None = None,
    offset: Floats | None = None,
    maxit: int = 12,
    eps: float = 0.025,
    tol: float = 1e-7,
    converge: bool = False,
) -> LrmFit:
    """Fit one data set; parameters as for `lrm_fit_batch`, `weights` in place of counts."""
    counts = np.ones((1, y.size)) if weights is None else np.asarray(weights, dtype=np.float64)[None, :]
    fits = lrm_fit_batch(x, y, counts, offset=offset, maxit=maxit, eps=eps, tol=tol, converge=converge)
    return LrmFit(
        fits.coefficients[0],
        fits.covariance[0],
        float(fits.deviance[0]),
        bool(fits.failed[0]),
        float(fits.condition[0]),
    )


def fit_as_lrm(x: Floats, y: Outcome) -> LrmFit:
    """Fit of the whole model as ``lrm`` of rms 6.5 makes it.

    Raises
    ------
    NotEstimable
        Where ``lrm`` fails.
    """
    fit = lrm_fit(x, y.astype(np.float64))
    if fit.failed:
        raise NotEstimable(
            "no convergence",
            "lrm of rms 6.5 fails on these data (singular information or no convergence)",
            hint="The default mode fits them or says why no estimate exists.",
        )
    return fit


def lrm_fit_batch(
    x: Floats,
    y: Floats,
    counts: Floats,
    *,
    offset: Floats | None = None,
    maxit: int = 12,
    eps: float = 0.025,
    tol: float = 1e-7,
    converge: bool = False,
) -> LrmFits:
    """Fit B resamples of the same patients.

    Memory is a few arrays of the shape of `counts`: the caller cuts many resamples into blocks.

    Parameters
    ----------
    x : ndarray of shape (n, p)
    y : ndarray of shape (n,)
        0/1 as doubles.
    counts : ndarray of shape (B, n)
        How often each patient is in each resample, or any weights.
    offset : ndarray of shape (n,), optional
    maxit, eps, tol : int, float, float
        As of ``lrm.fit``: one pass less than `maxit` is made, `eps` is on -2 log likelihood, and a column of the
        information is dependent whose residual after the earlier ones falls below `tol` of its norm.
    converge : bool
        Go on to the maximum instead; then `maxit`, `eps` and `tol` are not used.
    """
    batch = _Batch(x, y, counts, offset)
    if converge:
        return _results(batch, *_converged(batch))
    return _results(batch, *_stopped(batch, maxit, eps, tol))


class _Batch:
    """Likelihood of all resamples: one row of counts per resample on the same n patients."""

    def __init__(self, x: Floats, y: Floats, counts: Floats, offset: Floats | None) -> None:
        n, p = x.shape
        self.design = np.column_stack([np.ones(n), x])
        self.case = y == 1.0
        self.y, self.counts, self.offset = y, counts, offset
        self.size = p + 1
        self.upper = np.triu_indices(p + 1)
        self.products = self.design[:, self.upper[0]] * self.design[:, self.upper[1]]

    def _part(self, rows: Rows) -> Floats:
        return self.counts if rows.size == self.counts.shape[0] else self.counts[rows]

    def risk(self, beta: Floats, clip: float) -> Floats:
        """Predicted risks, one row per row of coefficients."""
        predictor = beta @ self.design.T
        if self.offset is not None:
            predictor += self.offset
        np.clip(predictor, -clip, clip, out=predictor)
        np.exp(np.negative(predictor, out=predictor), out=predictor)
        predictor += 1.0
        return np.divide(1.0, predictor, out=predictor)

    def deviance(self, risk: Floats, rows: Rows) -> Floats:
        """-2 log likelihood."""
        loss = np.where(self.case, risk, 1.0 - risk)
        with np.errstate(divide="ignore"):
            np.log(loss, out=loss)
        counts = self._part(rows)
        with np.errstate(invalid="ignore"):
            total = -2.0 * np.einsum("bn,bn->b", counts, loss)
        # 0 times the logarithm of 0
        return np.where(np.isnan(total), np.inf, total)

    def score(self, risk: Floats, rows: Rows) -> Floats:
        """Gradient of the log likelihood."""
        return np.asarray((self._part(rows) * (self.y - risk)) @ self.design)

    def information(self, risk: Floats, rows: Rows) -> Floats:
        """Information matrix."""
        weights = 1.0 - risk
        weights *= risk
        weights *= self._part(rows)
        flat = weights @ self.products
        matrix = np.empty((rows.size, self.size, self.size))
        matrix[:, self.upper[0], self.upper[1]] = flat
        matrix[:, self.upper[1], self.upper[0]] = flat
        return matrix


def _start(batch: _Batch) -> tuple[Floats, Flags]:
    """Logit of the prevalence less the mean offset, slopes 0; one outcome class cannot be fitted."""
    events, total = batch.counts @ batch.y, batch.counts.sum(axis=1)
    one_class = (events <= 0.0) | (events >= total)
    share = np.where(one_class, 0.5, events / total)
    beta = np.zeros((batch.counts.shape[0], batch.size))
    beta[:, 0] = np.log(share / (1.0 - share))
    if batch.offset is not None:
        beta[:, 0] -= batch.counts @ batch.offset / total
    return beta, np.asarray(one_class)


def _inverse(information: Floats, tol: float) -> tuple[Floats, Flags]:
    """Inverse, and which matrices R's QR declares singular; NaN for those."""
    norms = np.sqrt(np.einsum("bij,bij->bj", information, information))
    singular = ~(norms > 0.0).all(axis=1) | ~np.isfinite(norms).all(axis=1)
    inverse = np.full_like(information, np.nan)
    try:
        inverse[~singular] = np.linalg.inv(information[~singular])
        # a column's residual after the others is at least 1 over the norm of its row of the inverse
        reach = np.sqrt(np.einsum("bij,bij->bi", inverse, inverse))
        doubtful = np.flatnonzero(~singular & ~(10.0 * tol * (norms * reach).max(axis=1) < 1.0))
    except np.linalg.LinAlgError:
        doubtful = np.flatnonzero(~singular)
    if doubtful.size:
        q, r = np.linalg.qr(information[doubtful])
        residual = np.abs(np.diagonal(r, axis1=1, axis2=2))
        dependent = ~(residual > tol * norms[doubtful]).all(axis=1)
        singular[doubtful] = dependent
        inverse[doubtful] = np.nan
        sound = ~dependent
        inverse[doubtful[sound]] = np.linalg.inv(r[sound]) @ q[sound].transpose(0, 2, 1)
    return inverse, np.asarray(singular)


def _results(batch: _Batch, beta: Floats, failed: Flags) -> LrmFits:
    count, size = beta.shape
    deviance, condition = np.full(count, np.nan), np.full(count, np.nan)
    covariance = np.full((count, size, size), np.nan)
    rows = np.flatnonzero(~failed)
    if rows.size:
        risk = batch.risk(beta[rows], _CLIP)
        deviance[rows] = batch.deviance(risk, rows)
        information = batch.information(risk, rows)
        covariance[rows] = _inverse(information, 0.0)[0]
        root = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
        scale = root[:, :, None] * root[:, None, :]
        norms = [np.abs(matrix).sum(axis=2).max(axis=1) for matrix in (information / scale, covariance[rows] * scale)]
        condition[rows] = norms[0] * norms[1]
    beta[failed] = np.nan
    return LrmFits(beta, failed, deviance, covariance, condition)


def _stopped(batch: _Batch, maxit: int, eps: float, tol: float) -> tuple[Floats, Flags]:
    """The passes of lrm.fit: coefficients and failures."""
    beta, failed = _start(batch)
    old = np.full(failed.size, np.inf)
    step, delta = np.ones(failed.size), np.zeros_like(beta)
    active = ~failed
    for _ in range(maxit - 1):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        risk = batch.risk(beta[rows], _CLIP)
        deviance, score = batch.deviance(risk, rows), batch.score(risk, rows)
        settled = (np.abs(score).max(axis=1) < 1e-9) & (np.abs(deviance - old[rows]) < eps / 10.0)
        active[rows[settled]] = False
        worse = ~settled & (deviance > old[rows])
        back = rows[worse]
        step[back] /= 2.0
        beta[back] -= step[back, None] * delta[back]
        going = ~settled & ~worse
        ahead = rows[going]
        if not ahead.size:
            continue
        inverse, singular = _inverse(batch.information(risk[going], ahead), tol)
        failed[ahead[singular]] = True
        active[ahead[singular]] = False
        step[ahead] = 1.0
        delta[ahead] = np.einsum("bij,bj->bi", inverse, score[going])
        beta[ahead] += delta[ahead]
        active[ahead[np.abs(old[ahead] - deviance[going]) <= eps]] = False
        old[ahead] = deviance[going]
    return beta, failed | active


def _converged(batch: _Batch) -> tuple[Floats, Flags]:
    """Newton steps to the maximum, halved where the likelihood falls; a resample without a maximum fails."""
    beta, failed = _start(batch)
    active = ~failed
    before = np.full(failed.size, np.inf)
    for _ in range(_MAXIMUM_STEPS):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        risk = batch.risk(beta[rows], _OVERFLOW)
        score = batch.score(risk, rows)
        inverse, singular = _inverse(batch.information(risk, rows), _DEPENDENT)
        failed[rows[singular]] = True
        active[rows[singular]] = False
        kept = np.flatnonzero(~singular)
        rows, score = rows[kept], score[kept]
        move = np.einsum("bij,bj->bi", inverse[kept], score)
        decrement = np.einsum("bj,bj->b", move, score)
        _advance(batch, beta, rows, move, batch.deviance(risk[kept], rows))
        # the step from a small decrement leaves an error of its square; where the decrement only shrinks by a constant
        # factor, coefficients are on their way to infinity: the maximum does not exist
        done = decrement < _DECREMENT
        failed[rows[done & (decrement > _CONTRACTS * before[rows])]] = True
        active[rows[done]] = False
        before[rows] = decrement
    return beta, failed | active


def _advance(batch: _Batch, beta: Floats, rows: Rows, move: Floats, deviance: Floats) -> None:
    """Step of each resample, halved until its likelihood does not fall by more than rounding."""
    scale = np.ones(rows.size)
    highest = deviance + 1e-9 * (1.0 + np.abs(deviance))
    waiting = np.arange(rows.size)
    for _ in range(_MAXIMUM_HALVINGS):
        trial = beta[rows[waiting]] + scale[waiting, None] * move[waiting]
        reached = batch.deviance(batch.risk(trial, _OVERFLOW), rows[waiting])
        waiting = waiting[reached > highest[waiting]]
        if not waiting.size:
            break
        scale[waiting] /= 2.0
    beta[rows] += scale[:, None] * move
