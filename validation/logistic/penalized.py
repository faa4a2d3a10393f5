"""Quadratically penalised logistic regression and the choice of the penalty (R: rms::lrm, rms::pentrace)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import expit

from validation.checks import Floats, check_choice, check_scores
from validation.errors import InputError, NotEstimable
from validation.logistic.design import check_rank
from validation.logistic.indexes import RMS
from validation.logistic.regression import Problem, check_problem
from validation.r_numerics import r_variance
from validation.result import Result

__all__ = ["PenaltyTraceResult", "penalty_trace"]

#: of lrm.fit in rms 6.5: passes, change of the penalised deviance, risks clipped at this log odds
_PASSES, _CHANGE, _CLIP = 11, 0.025, 30.0
_STEPS, _HALVINGS, _SMALL = 200, 40, 1e-14


@dataclass(frozen=True)
class PenaltyTraceResult(Result):
    """Penalised fits for several penalties; arrays have one row or entry per penalty.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    penalties : ndarray of shape (k,)
        Ascending; 0, the unpenalised fit, is always among them.
    coefficients, standard_error : ndarray of shape (k, p + 1)
        Intercept first; standard errors from the inverse of the penalised information.
    effective_degrees_of_freedom : ndarray of shape (k,)
    likelihood_ratio : ndarray of shape (k,)
        Of the unpenalised likelihood at the penalised coefficients.
    aic, aic_corrected, bic : ndarray of shape (k,)
        Chi-square scale: the largest is best.
    best : int
        Place of the penalty with the largest corrected criterion.
    condition_number : float
    n, n_events : int
    compat : str
    """

    names: tuple[str, ...]
    penalties: Floats
    coefficients: Floats
    standard_error: Floats
    effective_degrees_of_freedom: Floats
    likelihood_ratio: Floats
    aic: Floats
    aic_corrected: Floats
    bic: Floats
    best: int
    condition_number: float
    n: int
    n_events: int
    compat: str
    covariance: Floats = field(repr=False)

    @property
    def difference_condition(self) -> float:
        """Condition number of what is computed from a difference of deviances."""
        largest = float(np.max(np.abs(self.likelihood_ratio), initial=1e-300))
        return max(10.0, self.condition_number) * max(1.0, 2.0 * math.log(2.0) * self.n / largest)

    def predict_proba(self, x: Any) -> Floats:
        """Risks by the model with the best penalty."""
        matrix = np.asarray(x, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != len(self.names):
            raise InputError("x", f"must have {len(self.names)} columns")
        chosen = self.coefficients[self.best]
        return np.asarray(expit(chosen[0] + matrix @ chosen[1:]), dtype=np.float64)

    def _table(self) -> dict[str, list[Any]]:
        names = ("penalties", "effective_degrees_of_freedom", "likelihood_ratio", "aic", "aic_corrected", "bic")
        return {name: getattr(self, name).tolist() for name in names}


@dataclass(frozen=True)
class _Fit:
    coefficients: Floats
    information: Floats
    deviance: float


def penalty_trace(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    penalties: Any = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0),
    compat: str | None = None,
) -> PenaltyTraceResult:
    """Ridge-penalised logistic regression over a list of penalties, with information criteria to choose by.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added and not penalised.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    penalties : array_like
        Not negative; 0 is added.
    compat : {"rms-6.5"}, optional
        Each fit stops where ``lrm.fit`` of rms 6.5 stops.

    Returns
    -------
    PenaltyTraceResult

    Raises
    ------
    InputError
        As for `logistic_regression`; penalties that are negative or no numbers.
    NotEstimable
        Constant or collinear predictors; with penalty 0 also data without a maximum (leave no way to compare).

    Notes
    -----
    Minimises ``-2 l(b) + c sum var(x_j) b_j^2``, so that the penalty does not depend on units. With the information V
    and the penalised information ``V + c P``, effective degrees of freedom are the trace of ``V (V + c P)^-1`` over the
    slopes, and the criteria are LR - 2 df, LR - 2 df (1 + (df + 1)/(n - df - 1)) and LR - df log n.
    R: ``rms::pentrace(f, penalties)`` and ``rms::lrm(y ~ x, penalty = c)``.

    References
    ----------
    Gray RJ (1992). Flexible methods for analyzing survival data using splines. J Am Stat Assoc 87:942-951.
    doi:10.2307/2290630
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, section 9.10. doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> x = [[1], [2], [3], [4], [5], [6], [2], [2]]
    >>> result = penalty_trace([0, 0, 1, 0, 1, 1, 0, 1], x, penalties=[1, 4])
    >>> result.penalties.tolist(), result.effective_degrees_of_freedom.round(3).tolist()
    ([0.0, 1.0, 4.0], [1.0, 0.579, 0.293])
    """
    problem = check_problem(y_true, x, names, None, None)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    check_rank(problem.x, problem.names)
    chosen = _penalties(penalties)
    spread = np.array([0.0, *(r_variance(column) for column in problem.x.T)])
    fits = [_fit(problem, spread * penalty, mode) for penalty in chosen.tolist()]
    events, n = int(np.count_nonzero(problem.y)), problem.y.size
    null = -2.0 * (events * math.log(events / n) + (n - events) * math.log1p(-events / n))
    inverses = [
        np.linalg.inv(fit.information + np.diag(spread * c)) for fit, c in zip(fits, chosen.tolist(), strict=True)
    ]
    degrees = np.array([
        float(np.trace((fit.information @ inverse)[1:, 1:])) for fit, inverse in zip(fits, inverses, strict=True)
    ])  # fmt: skip
    ratio = np.array([null - fit.deviance for fit in fits])
    corrected = ratio - 2.0 * degrees * (1.0 + (degrees + 1.0) / (n - degrees - 1.0))
    return PenaltyTraceResult(
        problem.names,
        chosen,
        np.array([fit.coefficients for fit in fits]),
        np.array([np.sqrt(np.diag(inverse)) for inverse in inverses]),
        degrees,
        ratio,
        ratio - 2.0 * degrees,
        corrected,
        ratio - degrees * math.log(n),
        int(np.argmax(corrected)),
        max(_condition(fit.information) for fit in fits),
        n,
        events,
        mode,
        np.array(inverses),
    )


def _penalties(penalties: Any) -> Floats:
    values = np.atleast_1d(np.asarray(penalties))
    checked = check_scores(values, values.size, "penalties")
    if checked.min() < 0.0:
        raise InputError("penalties", f"must not be negative, got {checked.min():g}")
    return np.unique(np.concatenate([[0.0], checked]))


def _condition(information: Floats) -> float:
    """Condition number of the information, as lrm inverts it: rows and columns of equal size."""
    return float(np.linalg.cond(information / np.sqrt(np.sum(information**2, axis=0))))


def _fit(problem: Problem, penalty: Floats, mode: str) -> _Fit:
    model = _Model(problem, penalty)
    beta = np.zeros(problem.x.shape[1] + 1)
    prevalence = float(problem.y.mean())
    beta[0] = math.log(prevalence / (1.0 - prevalence))
    beta = _stopped(model, beta) if mode == RMS else _converged(model, beta)
    deviance, _, information = model.at(beta)
    return _Fit(beta, information, deviance)


class _Model:
    """Deviance, score and information of a penalised model."""

    def __init__(self, problem: Problem, penalty: Floats) -> None:
        self.design = np.column_stack([np.ones(problem.y.size), problem.x])
        self.sign = 1.0 - 2.0 * problem.y.astype(np.float64)
        self.y = problem.y.astype(np.float64)
        self.penalty = penalty

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        log_odds = np.clip(self.design @ beta, -_CLIP, _CLIP)
        risk = expit(log_odds)
        deviance = 2.0 * float(np.sum(np.logaddexp(0.0, self.sign * log_odds)))
        weighted = self.design * (risk * (1.0 - risk))[:, None]
        return deviance, self.design.T @ (self.y - risk), np.asarray(self.design.T @ weighted, dtype=np.float64)

    def penalized(self, beta: Floats) -> tuple[float, Floats, Floats]:
        deviance, score, information = self.at(beta)
        pull = self.penalty * beta
        return deviance + float(beta @ pull), score - pull, information + np.diag(self.penalty)


def _stopped(model: _Model, beta: Floats) -> Floats:
    """The passes of lrm.fit."""
    old, step, delta = math.inf, 1.0, np.zeros_like(beta)
    for _ in range(_PASSES):
        deviance, score, information = model.penalized(beta)
        if np.max(np.abs(score)) < 1e-9 and abs(deviance - old) < _CHANGE / 10.0:
            return beta
        if deviance > old:
            step /= 2.0
            beta = beta - step * delta
            continue
        step, delta = 1.0, np.asarray(np.linalg.solve(information, score), dtype=np.float64)
        beta = beta + delta
        if abs(old - deviance) <= _CHANGE:
            return beta
        old = deviance
    raise NotEstimable("no convergence", "lrm of rms 6.5 does not converge on these data.")


def _converged(model: _Model, beta: Floats) -> Floats:
    """Newton steps, halved where the penalised deviance rises, until rounding is all that is left."""
    deviance, score, information = model.penalized(beta)
    best = math.inf
    for _ in range(_STEPS):
        delta = np.linalg.solve(information, score)
        # in standard errors
        size = math.sqrt(max(0.0, float(delta @ score)))
        if size < _SMALL or (size < 1e-10 and size >= best):
            return beta
        best = min(best, size)
        for _ in range(_HALVINGS):
            found = model.penalized(beta + delta)
            if found[0] <= deviance or size < 1e-5:
                break
            delta = delta / 2.0
        beta = beta + delta
        deviance, score, information = found
    raise NotEstimable(
        "no convergence", "the penalised likelihood was not maximised: with penalty 0 the estimate may not exist.",
        hint="Fit without penalty first; its diagnosis says why.",
    )  # fmt: skip
