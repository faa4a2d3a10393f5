"""Each predictor alone: the univariable odds ratios of a Table 2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import Floats, check_choice, check_level
from validation.errors import NotEstimable
from validation.logistic.regression import (
    GLM,
    LogisticRegressionResult,
    OddsRatioInterval,
    Problem,
    check_problem,
    fit_problem,
    magnification,
    odds_ratio_limits,
)
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = ["UnivariableOddsRatiosResult", "univariable_odds_ratios"]


@dataclass(frozen=True)
class UnivariableOddsRatiosResult(Result):
    """One logistic regression per predictor.

    Parameters
    ----------
    names : tuple of str
        The p predictors.
    odds_ratio, lower, upper, p_value, coefficients, standard_error, z : array of shape (p,)
        Of each predictor in the model that has this predictor only.
    level : float
        Confidence level of the limits.
    condition_number : float
        The largest of the p models.
    n, n_events : int
    compat : str
        ``"default"`` or ``"glm"``.
    kernel : str
        What computed it.
    diagnoses : tuple
        Per predictor, why R's numbers mean nothing, or None (``compat="glm"`` only).
    """

    names: tuple[str, ...]
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    coefficients: Floats
    standard_error: Floats
    z: Floats
    level: float
    condition_number: float
    n: int
    n_events: int
    compat: str
    kernel: str
    diagnoses: tuple[NotEstimable | None, ...] = ()

    @property
    def odds_ratio_condition(self) -> float:
        """Condition number of the odds ratios and their limits: exp magnifies what ten roundings leave of the log."""
        return max(10.0, self.condition_number) * magnification(self.coefficients, self.standard_error, self.level)

    def confidence_interval(self, level: float | None = None) -> OddsRatioInterval:
        """Wald limits of the odds ratios at another level."""
        if level is None:
            return OddsRatioInterval(self.lower, self.upper)
        return OddsRatioInterval(*odds_ratio_limits(self.coefficients, self.standard_error, check_level(level)))

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
            "p_value": self.p_value.tolist(),
            "coefficient": self.coefficients.tolist(),
            "standard_error": self.standard_error.tolist(),
        }


def univariable_odds_ratios(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    weights: Any = None,
    offset: Any = None,
    level: float = 0.95,
    compat: str | None = None,
) -> UnivariableOddsRatiosResult:
    """Odds ratio of each predictor alone, unadjusted for the others.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; every column is a model of its own.
    names, weights, offset, level, compat
        As for `logistic_regression`.

    Returns
    -------
    UnivariableOddsRatiosResult

    Raises
    ------
    InputError
        As for `logistic_regression`.
    NotEstimable
        If the odds ratio of any predictor does not exist; the message names every such predictor.

    Notes
    -----
    Predictor j has the model ``log odds = a_j + x_j b_j``; see `logistic_regression` for the estimates.
    R: ``stats::glm(y ~ x_j, family = binomial)`` for each column, with ``coef`` and ``confint.default``.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd edition, chapter 4. doi:10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> x = [[1, 3], [2, 1], [3, 2], [4, 5], [5, 2], [6, 4], [2, 1], [2, 4]]
    >>> result = univariable_odds_ratios([0, 0, 1, 0, 1, 1, 0, 1], x, names=["age", "stage"])
    >>> [round(float(value), 4) for value in result.odds_ratio]
    [2.3675, 1.3006]
    """
    problem = check_problem(y_true, x, names, weights, offset)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", GLM))
    fits, failures = [], []
    for j, name in enumerate(problem.names):
        alone = Problem(problem.y, problem.x[:, j : j + 1].copy(), (name,), problem.weights, problem.offset)
        try:
            fits.append(fit_problem(alone, level, mode))
        except NotEstimable as error:
            failures.append(error)
    if failures:
        raise failures[0] if len(failures) == 1 else _joined(failures)
    return _collected(problem, fits, level, mode)


def _joined(failures: Sequence[NotEstimable]) -> NotEstimable:
    messages = [error.message for error in failures]
    # "the maximum likelihood estimate does not exist: " is said once
    head, colon, _ = messages[0].partition(": ")
    tails = [message.removeprefix(head + colon) for message in messages]
    return NotEstimable(failures[0].cause, f"{head}{colon}{'; '.join(tails)}", hint=failures[0].hint)


def _collected(
    problem: Problem, fits: Sequence[LogisticRegressionResult], level: float, mode: str
) -> UnivariableOddsRatiosResult:
    def slopes(name: str) -> Floats:
        return np.array([getattr(fit, name)[-1] for fit in fits])

    return UnivariableOddsRatiosResult(
        names=problem.names,
        odds_ratio=slopes("odds_ratio"),
        lower=slopes("lower"),
        upper=slopes("upper"),
        p_value=slopes("p_value"),
        coefficients=slopes("coefficients"),
        standard_error=slopes("standard_error"),
        z=slopes("z"),
        level=level,
        condition_number=max(fit.condition_number for fit in fits),
        n=problem.y.size,
        n_events=fits[0].n_events,
        compat=mode,
        kernel=fits[0].kernel,
        diagnoses=tuple(fit.diagnosis for fit in fits),
    )
