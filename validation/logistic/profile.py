"""Profile likelihood limits and likelihood ratio tests of the odds ratios."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import Floats, check_choice, check_level
from validation.errors import NotEstimable, ValidationWarning
from validation.kernels.threads import one_blas_thread
from validation.logistic.fit import Fit, maximum_likelihood
from validation.logistic.glm_path import glm_fit
from validation.logistic.profile_path import interpolated_limits
from validation.logistic.profile_solver import Surface, constrained_drop, limits_of_profile, surface
from validation.logistic.regression import GLM, OddsRatioInterval, Problem, check_problem
from validation.r_numerics import interval_probabilities, qnorm
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = ["ProfileLikelihoodResult", "profile_likelihood_intervals"]


@dataclass(frozen=True)
class ProfileLikelihoodResult(Result):
    """Odds ratios with profile likelihood limits and likelihood ratio tests; arrays have one entry per predictor.

    Attributes
    ----------
    names : tuple of str
    coefficients : ndarray of shape (p,)
        Log odds per unit of each predictor.
    odds_ratio, lower, upper : ndarray of shape (p,)
        Per unit of each predictor, with its profile likelihood limits.
    coefficient_lower, coefficient_upper : ndarray of shape (p,)
        Limits of the coefficients.
    likelihood_ratio, p_value : ndarray of shape (p,)
        Twice the fall of the log-likelihood without the predictor, and its p-value with one degree of freedom.
    level : float
    condition_number : float
    n, n_events : int
    compat : str
    kernel : str
    diagnosis : NotEstimable or None
        Why the numbers mean nothing although R prints them (``compat="glm"`` only).
    """

    names: tuple[str, ...]
    coefficients: Floats
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    coefficient_lower: Floats
    coefficient_upper: Floats
    likelihood_ratio: Floats
    p_value: Floats
    level: float
    condition_number: float
    deviance: float
    n: int
    n_events: int
    compat: str
    kernel: str
    diagnosis: NotEstimable | None = None
    _model: tuple[Surface, Floats] | None = field(default=None, repr=False)

    @property
    def difference_condition(self) -> float:
        """Condition number of the falls of the deviance, which are differences of larger numbers."""
        least = float(np.nanmin(self.likelihood_ratio, initial=math.inf))
        return max(10.0, self.condition_number) * max(1.0, self.deviance / max(least, 1e-300))

    @property
    def limit_condition(self) -> float:
        """Condition number of the limits: exp magnifies, and the deviance at a limit is a difference."""
        rise = qnorm(interval_probabilities(self.level)[1]) ** 2
        ends = np.concatenate([self.coefficient_lower, self.coefficient_upper])
        reach = float(np.nanmax(np.abs(ends), initial=1.0))
        return max(10.0, self.condition_number) * reach * max(1.0, self.deviance / rise)

    def confidence_interval(self, level: float | None = None) -> OddsRatioInterval:
        """Profile likelihood limits at another level."""
        if level is None:
            return OddsRatioInterval(self.lower, self.upper)
        check_level(level)
        if self._model is None:
            raise NotEstimable(
                "needs another run", "The mode glm keeps no likelihood.", hint="Call the function with this level."
            )
        low, high = _limits(self._model[0], self.coefficients, level)
        return OddsRatioInterval(np.exp(low), np.exp(high))

    def plot(self, ax: Any = None) -> ForestPlotDisplay:
        """Forest plot of the odds ratios on a logarithmic axis."""
        from validation.displays.logistic import ForestPlotDisplay

        return ForestPlotDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": list(self.names),
            "odds_ratio": self.odds_ratio.tolist(),
            "lower": self.lower.tolist(),
            "upper": self.upper.tolist(),
            "level": [self.level] * len(self.names),
            "likelihood_ratio": self.likelihood_ratio.tolist(),
            "p_value": self.p_value.tolist(),
        }


def profile_likelihood_intervals(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    weights: Any = None,
    offset: Any = None,
    level: float = 0.95,
    compat: str | None = None,
) -> ProfileLikelihoodResult:
    """Odds ratios with profile likelihood limits, and likelihood ratio tests.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names, weights, offset, level
        As for `logistic_regression`.
    compat : {"glm"}, optional
        R's limits: ``glm`` on a grid of coefficients, a spline through the roots of the deviance, and a straight line
        between its points. They are off by up to 2e-4 standard errors. The default solves for the limits.

    Returns
    -------
    ProfileLikelihoodResult

    Raises
    ------
    InputError
        As for `logistic_regression`.
    NotEstimable
        As for `logistic_regression`, and limits that Newton's method does not reach.

    Notes
    -----
    The limits of coefficient j are the values at which the log-likelihood, maximised over all other coefficients, is
    lower than its maximum by half the quantile of chi-square with one degree of freedom. They need not lie
    symmetrically, do not depend on the unit, and agree with the likelihood ratio test: 1 lies within the limits of an
    odds ratio where the p-value exceeds 1 - level. They are found by Newton's method on the equations of Venzon and
    Moolgavkar, for all coefficients at once.
    R: ``stats::confint(f)`` (that of ``MASS`` before R 4.4) and ``drop1(f, test = "LRT")`` with
    ``f <- glm(y ~ x, family = binomial)``.

    References
    ----------
    Venzon DJ, Moolgavkar SH (1988). A method for computing profile-likelihood-based confidence intervals. Appl Stat
    37:87-94. doi:10.2307/2347496

    Examples
    --------
    >>> x = [[1], [2], [3], [4], [5], [6], [2], [2]]
    >>> result = profile_likelihood_intervals([0, 0, 1, 0, 1, 1, 0, 1], x, names=["age"])
    >>> [round(float(v), 4) for v in (result.odds_ratio[0], result.lower[0], result.upper[0], result.p_value[0])]
    [2.3675, 0.8569, 14.1404, 0.1044]
    """
    problem = check_problem(y_true, x, names, weights, offset)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", GLM))
    # products of narrow matrices lose to the start of threads
    with one_blas_thread():
        return _as_glm(problem, level) if mode == GLM else _solved(problem, level)


def chi_square_tail(statistic: float) -> float:
    """Probability of a larger chi-square with one degree of freedom."""
    return math.erfc(math.sqrt(statistic / 2.0)) if statistic >= 0.0 else 1.0


def _limits(model: Surface, coefficients: Floats, level: float) -> tuple[Floats, Floats]:
    places = np.arange(1, coefficients.size + 1)
    low, high = limits_of_profile(model, places, qnorm(interval_probabilities(level)[1]) ** 2 / 2.0)
    return coefficients + low, coefficients + high


def _solved(problem: Problem, level: float) -> ProfileLikelihoodResult:
    fit = maximum_likelihood(problem.x, problem.y, problem.names, problem.weights, problem.offset)
    model = surface(problem.x, problem.y, fit, problem.weights)
    coefficients = fit.coefficients[1:]
    low, high = _limits(model, coefficients, level)
    lost = np.flatnonzero(np.isnan(low) | np.isnan(high))
    if lost.size:
        raise NotEstimable(
            "no convergence",
            f"The profile likelihood of {problem.names[lost[0]]} was not followed to its limits.",
            hint="The predictor nearly separates the outcome; use a penalised (Firth) model.",
        )
    ratios = 2.0 * constrained_drop(model, np.arange(1, coefficients.size + 1), coefficients)
    for j in np.flatnonzero(np.isnan(ratios)):
        ratios[j] = _refitted(problem, fit, int(j))
    return _result(
        problem, level, coefficients, low, high, ratios, fit.condition_number, -2.0 * fit.log_likelihood, "default",
        _model=(model, coefficients),
    )  # fmt: skip


def _refitted(problem: Problem, fit: Fit, j: int) -> float:
    """Rise of the deviance without predictor j, from a fit without it."""
    others = np.delete(problem.x, j, axis=1)
    names = [name for i, name in enumerate(problem.names) if i != j]
    without = maximum_likelihood(others, problem.y, names, problem.weights, problem.offset)
    return 2.0 * (fit.log_likelihood - without.log_likelihood)


def _as_glm(problem: Problem, level: float) -> ProfileLikelihoodResult:
    n = problem.y.size
    weights = np.ones(n) if problem.weights is None else problem.weights
    offset = np.zeros(n) if problem.offset is None else problem.offset
    used = np.flatnonzero(weights)
    x, y, weights, offset = problem.x[used], problem.y[used], weights[used], offset[used]
    fit = glm_fit(x, y, weights, offset)
    diagnosis = None
    try:
        maximum_likelihood(problem.x, problem.y, problem.names, problem.weights, problem.offset)
    except NotEstimable as found:
        diagnosis = found
        warnings.warn(f"R's numbers mean nothing here: {found.message}", ValidationWarning, stacklevel=3)
    low, high = interpolated_limits(x, y, weights, offset, fit, level)
    without = [glm_fit(np.delete(x, j, axis=1), y, weights, offset).deviance for j in range(x.shape[1])]
    ratios = np.maximum(0.0, np.array(without) - fit.deviance)
    return _result(
        problem, level, fit.coefficients[1:], low, high, ratios, fit.condition_number, fit.deviance, GLM,
        diagnosis=diagnosis,
    )  # fmt: skip


def _result(
    problem: Problem,
    level: float,
    coefficients: Floats,
    low: Floats,
    high: Floats,
    ratios: Floats,
    condition: float,
    deviance: float,
    mode: str,
    **extra: Any,
) -> ProfileLikelihoodResult:
    with np.errstate(over="ignore"):
        ends = np.exp(coefficients), np.exp(low), np.exp(high)
    return ProfileLikelihoodResult(
        problem.names,
        coefficients,
        *ends,
        low,
        high,
        ratios,
        np.array([chi_square_tail(value) for value in ratios.tolist()]),
        level,
        condition,
        deviance,
        problem.y.size,
        int(np.count_nonzero(problem.y)),
        mode,
        "numpy",
        **extra,
    )
