"""Firth's penalised logistic regression: finite estimates where a predictor separates the outcome."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from validation.checks import Floats, check_level
from validation.errors import NotEstimable
from validation.logistic.design import check_rank
from validation.logistic.regression import (
    OddsRatioInterval,
    Problem,
    check_problem,
    magnification,
    odds_ratio_limits,
    wald_p_value,
)
from validation.r_numerics import interval_probabilities, qnorm
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = ["FirthRegressionResult", "firth_regression"]

_STEPS, _HALVINGS = 500, 30
#: scaled step, in standard errors, at which rounding is all that is left
_SMALL = 1e-15
_ROOT_STEPS = 60


@dataclass(frozen=True)
class FirthRegressionResult(Result):
    """Penalised fit; arrays have one entry per predictor unless said otherwise.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    coefficients, standard_error, z, p_value : ndarray of shape (p + 1,)
        Log odds per unit, intercept first; Wald statistic and its two-sided p-value.
    odds_ratio, lower, upper : ndarray of shape (p,)
        With Wald limits.
    profile_lower, profile_upper : ndarray of shape (p,)
        Profile penalised likelihood limits of the odds ratios, which should be preferred to Wald's.
    profile_p_value : ndarray of shape (p,)
        Of the penalised likelihood ratio test.
    level : float
    penalized_log_likelihood : float
        Log-likelihood plus half the logarithm of the determinant of the information.
    condition_number : float
    covariance : ndarray of shape (p + 1, p + 1)
        Inverse information at the estimate.
    fitted : ndarray of shape (n,)
    n, n_events : int
    compat : str
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_error: Floats
    z: Floats
    p_value: Floats
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    profile_lower: Floats
    profile_upper: Floats
    profile_p_value: Floats
    level: float
    penalized_log_likelihood: float
    condition_number: float
    covariance: Floats = field(repr=False)
    fitted: Floats = field(repr=False)
    n: int
    n_events: int
    compat: str

    @property
    def odds_ratio_condition(self) -> float:
        """Condition number of the odds ratios and their limits: exp magnifies what ten roundings leave of the log."""
        return max(10.0, self.condition_number) * magnification(
            self.coefficients[1:], self.standard_error[1:], self.level
        )

    def confidence_interval(self, level: float | None = None) -> OddsRatioInterval:
        """Wald limits of the odds ratios at another level; the profile limits at the level of the call."""
        if level is None:
            return OddsRatioInterval(self.profile_lower, self.profile_upper)
        return OddsRatioInterval(*odds_ratio_limits(self.coefficients[1:], self.standard_error[1:], check_level(level)))

    def plot(self, ax: Any = None) -> ForestPlotDisplay:
        """Forest plot of the odds ratios on a logarithmic axis."""
        from validation.displays.logistic import ForestPlotDisplay

        return ForestPlotDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": list(self.names),
            "odds_ratio": self.odds_ratio.tolist(),
            "profile_lower": self.profile_lower.tolist(),
            "profile_upper": self.profile_upper.tolist(),
            "profile_p_value": self.profile_p_value.tolist(),
            "level": [self.level] * len(self.names),
            "coefficient": self.coefficients[1:].tolist(),
            "standard_error": self.standard_error[1:].tolist(),
        }


@dataclass(frozen=True)
class _Point:
    """Penalised likelihood at some coefficients."""

    value: float
    score: Floats
    information: Floats
    risk: Floats


class _Model:
    """Penalised likelihood of standardised columns."""

    def __init__(self, problem: Problem) -> None:
        centre = problem.x.mean(axis=0)
        spread = np.sqrt(np.mean((problem.x - centre) ** 2, axis=0))
        self.columns = np.column_stack([np.ones(problem.y.size), (problem.x - centre) / spread])
        self.back = np.diag(np.concatenate([[1.0], 1.0 / spread]))
        self.back[0, 1:] = -centre / spread
        self.y = problem.y.astype(np.float64)
        self.sign = 1.0 - 2.0 * self.y
        self.spread = spread

    def at(self, beta: Floats) -> _Point:
        log_odds = self.columns @ beta
        risk = expit(log_odds)
        variance = risk * expit(-log_odds)
        weighted = self.columns * np.sqrt(variance)[:, None]
        q, r = np.linalg.qr(weighted)
        leverage = np.sum(q * q, axis=1)
        loss = np.logaddexp(0.0, self.sign * log_odds)
        with np.errstate(divide="ignore"):
            value = -math.fsum(loss.tolist()) + float(np.sum(np.log(np.abs(np.diag(r)))))
        residual = self.y - risk + leverage * (0.5 - risk)
        return _Point(value, self.columns.T @ residual, r.T @ r, risk)

    def climb(self, beta: Floats, free: npt.NDArray[np.intp]) -> tuple[Floats, _Point]:
        """Maximum over the free coefficients, by scoring with halved steps where the likelihood falls."""
        point, best = self.at(beta), math.inf
        for _ in range(_STEPS):
            inverse = np.linalg.inv(point.information[np.ix_(free, free)])
            step = np.zeros_like(beta)
            step[free] = inverse @ point.score[free]
            size = float(np.max(np.abs(step[free]) / np.sqrt(np.diag(inverse)), initial=0.0))
            if size < _SMALL or (size < 1e-12 and size >= best):
                return beta, point
            best = min(best, size)
            beta, point = self._accepted(beta, step, point, size)
        raise NotEstimable(
            "no convergence",
            "the penalised likelihood was not maximised",
            hint="Check the predictors for collinearity.",
        )

    def _accepted(self, beta: Floats, step: Floats, point: _Point, size: float) -> tuple[Floats, _Point]:
        step = step * min(1.0, 5.0 / max(size, 1e-300))
        for _ in range(_HALVINGS):
            there = self.at(beta + step)
            # near the maximum rounding, not the likelihood, says which value is larger
            if there.value >= point.value or size < 1e-5:
                break
            step = step / 2.0
        return beta + step, there


def firth_regression(
    y_true: Any, x: Any, *, names: Sequence[str] | None = None, level: float = 0.95
) -> FirthRegressionResult:
    """Logistic regression with Firth's penalty, whose estimates are finite for any data.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    FirthRegressionResult

    Raises
    ------
    InputError
        As for `logistic_regression`.
    NotEstimable
        Constant or collinear predictors, fewer patients than coefficients.

    Notes
    -----
    Maximises ``l(b) + log|I(b)|/2`` (Jeffreys's prior), whose score is ``sum (y - p + h (1/2 - p)) x`` with
    leverages h. Predicted risks are drawn towards 1/2: their mean is not the prevalence. Profile limits keep the
    penalty of the full model. R: ``brglm2::brglm_fit`` with ``type = "MPL_Jeffreys"``; ``logistf`` has other standard
    errors.

    References
    ----------
    Firth D (1993). Bias reduction of maximum likelihood estimates. Biometrika 80:27-38. doi:10.1093/biomet/80.1.27
    Heinze G, Schemper M (2002). A solution to the problem of separation in logistic regression. Stat Med 21:2409-2419.
    doi:10.1002/sim.1047

    Examples
    --------
    >>> result = firth_regression([0, 0, 0, 1, 1, 1], [[1], [2], [3], [4], [5], [6]], names=["stage"])
    >>> round(float(result.odds_ratio[0]), 3), round(float(result.profile_p_value[0]), 4)
    (3.092, 0.0495)
    """
    problem = check_problem(y_true, x, names, None, None)
    check_level(level)
    check_rank(problem.x, problem.names)
    model = _Model(problem)
    k = problem.x.shape[1] + 1
    everything = np.arange(k)
    prevalence = float(model.y.mean())
    start = np.zeros(k)
    start[0] = math.log(prevalence / (1.0 - prevalence))
    best, point = model.climb(start, everything)
    inverse: Floats = np.asarray(np.linalg.inv(point.information), dtype=np.float64)
    covariance = model.back @ inverse @ model.back.T
    coefficients, error = model.back @ best, np.sqrt(np.diag(covariance))
    z = coefficients / error
    lower, upper = odds_ratio_limits(coefficients[1:], error[1:], level)
    low, high, tests = _profiles(model, best, point, inverse, level)
    return FirthRegressionResult(
        problem.names, coefficients, error, z, wald_p_value(z), np.exp(coefficients[1:]), lower, upper,
        np.exp(low), np.exp(high), tests, level,
        # the determinant of the columns as given
        point.value + float(np.sum(np.log(model.spread))), float(np.linalg.cond(model.columns * np.sqrt(
            point.risk * (1.0 - point.risk))[:, None])), covariance, point.risk, problem.y.size,
        int(np.count_nonzero(problem.y)), "default",
    )  # fmt: skip


def _profiles(
    model: _Model, best: Floats, point: _Point, inverse: Floats, level: float
) -> tuple[Floats, Floats, Floats]:
    """Limits of the coefficients, in their unit, and p-values of the penalised likelihood ratio tests."""
    z = qnorm(interval_probabilities(level)[1])
    low, high, tests = [], [], []
    for j in range(1, best.size):
        fall = _profile(model, best, point, inverse, j)
        error = math.sqrt(inverse[j, j])
        ends = [_root(fall, best[j], sign, error, z) for sign in (-1.0, 1.0)]
        low.append(ends[0] / model.spread[j - 1])
        high.append(ends[1] / model.spread[j - 1])
        tests.append(math.erfc(fall(0.0) / math.sqrt(2.0)))
    return np.array(low), np.array(high), np.array(tests)


def _profile(model: _Model, best: Floats, point: _Point, inverse: Floats, j: int) -> Callable[[float], float]:
    """Root of twice the fall of the penalised likelihood with coefficient j held at a value."""
    free = np.delete(np.arange(best.size), j)
    direction = inverse[:, j] / inverse[j, j]

    def fall(value: float) -> float:
        start = best + (value - best[j]) * direction
        start[j] = value
        _, there = model.climb(start, free)
        return math.sqrt(max(0.0, 2.0 * (point.value - there.value)))

    return fall


def _root(fall: Callable[[float], float], best: float, sign: float, error: float, z: float) -> float:
    """Value on one side at which the fall is z."""
    from scipy.optimize import brentq

    outer = best + sign * z * error
    for _ in range(_ROOT_STEPS):
        if fall(outer) >= z:
            root = brentq(lambda value: fall(value) - z, best, outer, xtol=1e-15 * max(error, abs(outer)), rtol=1e-15)
            return float(root)
        outer += outer - best
    raise NotEstimable("no convergence", "a limit of the penalised likelihood was not found")
