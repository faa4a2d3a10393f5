"""Recalibration of many models at once: the logistic regression of an outcome on each model's log odds.

Every sample has a predictor of its own, so that this is the batch of `validation.logistic.lrm` for one predictor, with
sums in place of matrix products.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["Recalibrations", "recalibrate"]

Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
_CLIP, _OVERFLOW = 30.0, 700.0
_MAXIMUM_STEPS, _MAXIMUM_HALVINGS = 60, 30
_DECREMENT, _CONTRACTS = 1e-12, 0.05
_DEPENDENT = 1e-12


@dataclass(frozen=True)
class Recalibrations:
    """Fits of B samples.

    Attributes
    ----------
    intercept, slope, deviance : ndarray of shape (B,)
        NaN where the fit failed.
    failed : ndarray of shape (B,)
        Singular information, one outcome class, or (converged) no maximum.
    condition : float
        Largest condition number of the information with unit diagonal.
    """

    intercept: Floats
    slope: Floats
    deviance: Floats
    failed: Flags
    condition: float


def recalibrate(
    log_odds: Floats, y: Floats, counts: Floats, *, tol: float = 1e-13, converge: bool = False
) -> Recalibrations:
    """Intercept and slope of each row of y on the same row of log odds, weighted by the same row of counts.

    Parameters
    ----------
    log_odds, y, counts : ndarray of shape (B, n)
    tol : float
        Singularity tolerance of lrm.fit.
    converge : bool
        Go on to the maximum; otherwise stop where lrm.fit of rms 6.5 stops.
    """
    task = _Task(log_odds, y, counts)
    if converge:
        beta, failed = _converged(task)
        deviance, rows = np.full(failed.size, np.nan), np.flatnonzero(~failed)
    else:
        beta, failed, deviance, exhausted = _stopped(task, tol)
        # lrm.fit leaves the deviance of its last pass where its passes are used up, and validate goes on with it
        rows = np.flatnonzero(~failed & ~exhausted)
    condition = 1.0
    if rows.size:
        risk = task.risk(beta[rows], rows, _CLIP)
        deviance[rows] = task.deviance(risk, rows)
        condition = _condition(task.information(risk, rows))
    if rows.size < np.count_nonzero(~failed):
        rest = np.setdiff1d(np.flatnonzero(~failed), rows)
        condition = max(condition, _condition(task.information(task.risk(beta[rest], rest, _CLIP), rest)))
    beta[failed], deviance[failed] = np.nan, np.nan
    return Recalibrations(beta[:, 0], beta[:, 1], deviance, failed, condition)


def _condition(information: Floats) -> float:
    a, b, c = information.T
    with np.errstate(all="ignore"):
        correlation = np.abs(b) / np.sqrt(a * c)
        return float(np.max((1.0 + correlation) / np.maximum(1.0 - correlation, 2.0**-52)))


@dataclass(frozen=True)
class _Task:
    x: Floats
    y: Floats
    counts: Floats

    def _rows(self, array: Floats, rows: Rows) -> Floats:
        return array if rows.size == len(array) else array[rows]

    def risk(self, beta: Floats, rows: Rows, clip: float) -> Floats:
        predictor = self._rows(self.x, rows) * beta[:, 1:]
        predictor += beta[:, :1]
        np.clip(predictor, -clip, clip, out=predictor)
        np.exp(np.negative(predictor, out=predictor), out=predictor)
        predictor += 1.0
        return np.divide(1.0, predictor, out=predictor)

    def deviance(self, risk: Floats, rows: Rows) -> Floats:
        loss = np.where(self._rows(self.y, rows) == 1.0, risk, 1.0 - risk)
        with np.errstate(divide="ignore", invalid="ignore"):
            np.log(loss, out=loss)
            total = -2.0 * np.einsum("bn,bn->b", self._rows(self.counts, rows), loss)
        return np.where(np.isnan(total), np.inf, total)

    def score(self, risk: Floats, rows: Rows) -> Floats:
        rest = self._rows(self.y, rows) - risk
        rest *= self._rows(self.counts, rows)
        return np.column_stack([rest.sum(axis=1), np.einsum("bn,bn->b", rest, self._rows(self.x, rows))])

    def information(self, risk: Floats, rows: Rows) -> Floats:
        """Sums of weights times 1, x and x squared, one row per sample."""
        weights = (1.0 - risk) * risk
        weights *= self._rows(self.counts, rows)
        total = weights.sum(axis=1)
        x = self._rows(self.x, rows)
        weights *= x
        return np.column_stack([total, weights.sum(axis=1), np.einsum("bn,bn->b", weights, x)])


def _move(information: Floats, score: Floats, tol: float) -> tuple[Floats, Flags]:
    """Newton step, and which matrices R's QR declares singular."""
    a, b, c = information.T
    determinant = a * c - b * b
    first, second = np.hypot(a, b), np.hypot(b, c)
    with np.errstate(all="ignore"):
        sound = (first > 0.0) & (second > 0.0) & np.isfinite(determinant) & (np.abs(determinant) / first > tol * second)
        step = np.column_stack([c * score[:, 0] - b * score[:, 1], a * score[:, 1] - b * score[:, 0]])
        step /= determinant[:, None]
    return step, ~sound


def _start(task: _Task) -> tuple[Floats, Flags]:
    events, total = np.einsum("bn,bn->b", task.counts, task.y), task.counts.sum(axis=1)
    one_class = (events <= 0.0) | (events >= total)
    with np.errstate(all="ignore"):
        share = np.where(one_class, 0.5, events / total)
    beta = np.zeros((len(task.x), 2))
    beta[:, 0] = np.log(share / (1.0 - share))
    return beta, np.asarray(one_class | ~np.isfinite(task.x).all(axis=1))


def _stopped(task: _Task, tol: float, maxit: int = 12, eps: float = 0.025) -> tuple[Floats, Flags, Floats, Flags]:
    """The passes of lrm.fit: coefficients, failures, deviance of the last pass, and where the passes were used up."""
    beta, failed = _start(task)
    old, last = np.full(failed.size, np.inf), np.full(failed.size, np.nan)
    step, delta = np.ones(failed.size), np.zeros_like(beta)
    active = ~failed
    for _ in range(maxit - 1):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        risk = task.risk(beta[rows], rows, _CLIP)
        deviance, score = task.deviance(risk, rows), task.score(risk, rows)
        last[rows] = deviance
        settled = (np.abs(score).max(axis=1) < 1e-9) & (np.abs(deviance - old[rows]) < eps / 10.0)
        active[rows[settled]] = False
        worse = ~settled & (deviance > old[rows])
        back = rows[worse]
        step[back] /= 2.0
        beta[back] -= step[back, None] * delta[back]
        going = np.flatnonzero(~settled & ~worse)
        ahead = rows[going]
        move, singular = _move(task.information(risk[going], ahead), score[going], tol)
        failed[ahead[singular]] = True
        active[ahead[singular]] = False
        step[ahead] = 1.0
        delta[ahead] = move
        beta[ahead] += move
        active[ahead[np.abs(old[ahead] - deviance[going]) <= eps]] = False
        old[ahead] = deviance[going]
    return beta, failed, last, active


def _converged(task: _Task) -> tuple[Floats, Flags]:
    """Newton steps to the maximum, halved where the likelihood falls; a sample without a maximum fails."""
    beta, failed = _start(task)
    active = ~failed
    before = np.full(failed.size, np.inf)
    for _ in range(_MAXIMUM_STEPS):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        risk = task.risk(beta[rows], rows, _OVERFLOW)
        score = task.score(risk, rows)
        move, singular = _move(task.information(risk, rows), score, _DEPENDENT)
        failed[rows[singular]] = True
        active[rows[singular]] = False
        kept = np.flatnonzero(~singular)
        rows, move = rows[kept], move[kept]
        decrement = np.einsum("bj,bj->b", move, score[kept])
        _advance(task, beta, rows, move, task.deviance(risk[kept], rows))
        # where the decrement only shrinks by a constant factor, the coefficients are on their way to infinity
        done = decrement < _DECREMENT
        failed[rows[done & (decrement > _CONTRACTS * before[rows])]] = True
        active[rows[done]] = False
        before[rows] = decrement
    return beta, failed | active


def _advance(task: _Task, beta: Floats, rows: Rows, move: Floats, deviance: Floats) -> None:
    scale = np.ones(rows.size)
    highest = deviance + 1e-9 * (1.0 + np.abs(deviance))
    waiting = np.arange(rows.size)
    for _ in range(_MAXIMUM_HALVINGS):
        trial = beta[rows[waiting]] + scale[waiting, None] * move[waiting]
        reached = task.deviance(task.risk(trial, rows[waiting], _OVERFLOW), rows[waiting])
        waiting = waiting[reached > highest[waiting]]
        if not waiting.size:
            break
        scale[waiting] /= 2.0
    beta[rows] += scale[:, None] * move
