"""How well a logistic model fits and discriminates on its own data: the indexes that ``rms::lrm`` prints."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtr, chdtrc, expit

from validation.checks import Floats, Outcome, check_choice
from validation.errors import NotEstimable, ValidationWarning
from validation.logistic.fit import maximum_likelihood
from validation.logistic.lrm import fit_as_lrm
from validation.logistic.ranks import RankIndexes, count_pairs, rank_indexes
from validation.logistic.regression import INTERCEPT, Problem, check_problem
from validation.result import Result

__all__ = ["RMS", "LogisticModelIndexesResult", "logistic_model_indexes"]

RMS = "rms-6.5"
#: rms 6.5 counts ranks in this many classes of predicted risk, of a linear predictor cut at 30
_CLASSES, _CUT = 5000.0, 30.0


@dataclass(frozen=True)
class LogisticModelIndexesResult(Result):
    """Fit and discrimination of a logistic model on the data it was fitted to (apparent, not validated).

    Parameters
    ----------
    names : tuple of str
        The p predictors.
    coefficients, standard_error : array of shape (p + 1,)
        Intercept first.
    deviance, null_deviance : float
        -2 log-likelihood of the model and of the intercept alone.
    likelihood_ratio : float
        Chi-square statistic of the whole model, on `degrees_of_freedom`, with its `p_value`.
    r_squared : float
        Nagelkerke's R2.
    brier_score : float
        Mean squared difference of predicted risk and outcome.
    g_index, g_odds_ratio, g_risk : float
        Gini's mean difference of the log odds, its exponential, and Gini's mean difference of the predicted risks.
    c_index, somers_dxy, gamma, tau_a : float
        Indexes of rank discrimination.
    condition_number : float
        What rounding errors of the coefficients are multiplied by.
    n, n_events : int
    compat : str
        ``"default"`` or ``"rms-6.5"``.
    kernel : str
        What computed it.
    diagnosis : NotEstimable or None
        Why the numbers mean nothing although lrm prints them (``compat="rms-6.5"`` only).
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_error: Floats
    deviance: float
    null_deviance: float
    likelihood_ratio: float
    degrees_of_freedom: int
    p_value: float
    r_squared: float
    brier_score: float
    g_index: float
    g_odds_ratio: float
    g_risk: float
    c_index: float
    somers_dxy: float
    gamma: float
    tau_a: float
    condition_number: float
    n: int
    n_events: int
    compat: str
    kernel: str
    diagnosis: NotEstimable | None = None

    @property
    def difference_condition(self) -> float:
        """Condition number of what is computed from the difference of two deviances."""
        return max(10.0, self.condition_number) * max(1.0, self.null_deviance / abs(self.likelihood_ratio))

    def _table(self) -> dict[str, list[Any]]:
        names = (
            "likelihood_ratio", "degrees_of_freedom", "p_value", "r_squared", "brier_score", "g_index",
            "g_odds_ratio", "g_risk", "c_index", "somers_dxy", "gamma", "tau_a",
        )  # fmt: skip
        return {"statistic": list(names), "estimate": [getattr(self, name) for name in names]}

    def coefficient_table(self) -> dict[str, list[Any]]:
        """Columns predictor, coefficient and standard error."""
        return {
            "predictor": [INTERCEPT, *self.names],
            "coefficient": self.coefficients.tolist(),
            "standard_error": self.standard_error.tolist(),
        }


def log_odds_by_column(x: Floats, coefficients: Floats) -> Floats:
    """Linear predictor summed in the same order for every patient, so that equal patients are tied."""
    total = np.full(len(x), coefficients[0])
    for column, coefficient in zip(x.T, coefficients[1:], strict=True):
        total += column * coefficient
    return total


def gini_mean_difference(values: Floats) -> float:
    """Mean absolute difference of all pairs of values."""
    n = values.size
    rank = np.arange(1.0, n + 1.0)
    return float(np.sum(4.0 * (rank - (n + 1.0) / 2.0) * np.sort(values)) / (n * (n - 1.0)))


def logistic_model_indexes(
    y_true: Any, x: Any, *, names: Sequence[str] | None = None, compat: str | None = None
) -> LogisticModelIndexesResult:
    """Likelihood ratio test, Nagelkerke's R2, Brier score, g and rank indexes of a logistic model.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    compat : {"rms-6.5"}, optional
        Stop where ``lrm`` of rms 6.5 stops, count ranks in its 5000 classes of risk, and take its p-value as one minus
        the distribution function, which is 0 or a multiple of 1e-16 where it is small.

    Returns
    -------
    LogisticModelIndexesResult

    Raises
    ------
    InputError
        As for `logistic_regression`.
    NotEstimable
        As for `logistic_regression`. With ``compat="rms-6.5"`` only where ``lrm`` fails; where it prints numbers and
        no estimate exists, they are returned with a warning, and the diagnosis is in the result.

    Notes
    -----
    With deviances ``D`` of the model and ``D0`` of the intercept, ``LR = D0 - D`` on p degrees of freedom and
    ``R2 = (1 - exp(-LR/n)) / (1 - exp(-D0/n))``. ``g`` is the mean of ``|a - b|`` over pairs of log odds. The C index
    is the share of pairs of an event and a non-event in which the event has the higher risk, ties half;
    ``Dxy = 2 (C - 1/2)``; gamma leaves ties out; tau-a divides by all ``n (n - 1) / 2`` pairs.
    All are apparent: on new patients they will be worse.
    R: ``rms::lrm(y ~ x)$stats``.

    References
    ----------
    Nagelkerke NJD (1991). A note on a general definition of the coefficient of determination. Biometrika 78, 691-692.
    doi:10.1093/biomet/78.3.691
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, chapter 10. doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> x = [[1], [2], [3], [4], [5], [6], [2], [2]]
    >>> result = logistic_model_indexes([0, 0, 1, 0, 1, 1, 0, 1], x, names=["age"])
    >>> round(result.likelihood_ratio, 4), round(result.r_squared, 4), result.c_index
    (2.6365, 0.3743, 0.8125)
    """
    problem = check_problem(y_true, x, names, None, None)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    return _as_rms(problem) if mode == RMS else _at_the_maximum(problem)


def _at_the_maximum(problem: Problem) -> LogisticModelIndexesResult:
    fit = maximum_likelihood(problem.x, problem.y, problem.names)
    log_odds = log_odds_by_column(problem.x, fit.coefficients)
    ranks = rank_indexes(count_pairs(log_odds, problem.y), problem.y.size)
    error = np.sqrt(np.sum(fit.factor**2, axis=1))
    deviance = -2.0 * fit.log_likelihood
    return _result(problem, fit.coefficients, error, deviance, log_odds, ranks, fit.condition_number, "default")


def _as_rms(problem: Problem) -> LogisticModelIndexesResult:
    fit = fit_as_lrm(problem.x, problem.y)
    try:
        maximum_likelihood(problem.x, problem.y, problem.names)
        diagnosis = None
    except NotEstimable as found:
        diagnosis = found
        warnings.warn(f"the numbers of lrm mean nothing here: {found.message}", ValidationWarning, stacklevel=3)
    log_odds = log_odds_by_column(problem.x, fit.coefficients)
    classes = np.floor(_CLASSES * expit(np.clip(log_odds, -_CUT, _CUT)) + 1.0)
    ranks = rank_indexes(count_pairs(classes, problem.y), problem.y.size)
    error = np.sqrt(np.diag(fit.covariance))
    return _result(
        problem,
        fit.coefficients,
        error,
        fit.deviance,
        log_odds,
        ranks,
        information_condition(fit.covariance),
        RMS,
        diagnosis,
    )


def information_condition(covariance: Floats) -> float:
    """Condition number of the information as lrm inverts it: QR forgives the scale of its columns, not of its rows."""
    information = np.linalg.inv(covariance)
    return float(np.linalg.cond(information / np.sqrt(np.sum(information**2, axis=0))))


def _null_deviance(y: Outcome) -> float:
    n, events = float(y.size), float(np.count_nonzero(y))
    return -2.0 * (events * float(np.log(events / n)) + (n - events) * float(np.log1p(-events / n)))


def _result(
    problem: Problem,
    coefficients: Floats,
    standard_error: Floats,
    deviance: float,
    log_odds: Floats,
    ranks: RankIndexes,
    condition: float,
    mode: str,
    diagnosis: NotEstimable | None = None,
) -> LogisticModelIndexesResult:
    y, n, p = problem.y, problem.y.size, problem.x.shape[1]
    null = _null_deviance(y)
    ratio, risk = null - deviance, expit(log_odds)
    g = gini_mean_difference(log_odds)
    return LogisticModelIndexesResult(
        names=problem.names,
        coefficients=coefficients,
        standard_error=standard_error,
        deviance=deviance,
        null_deviance=null,
        likelihood_ratio=ratio,
        degrees_of_freedom=p,
        p_value=float(1.0 - chdtr(p, ratio)) if mode == RMS else float(chdtrc(p, ratio)),
        r_squared=float(np.expm1(-ratio / n) / np.expm1(-null / n)),
        brier_score=float(np.mean((risk - y) ** 2)),
        g_index=g,
        g_odds_ratio=float(np.exp(g)),
        g_risk=gini_mean_difference(risk),
        **ranks._asdict(),
        condition_number=condition,
        n=n,
        n_events=int(np.count_nonzero(y)),
        compat=mode,
        kernel="numpy",
        diagnosis=diagnosis,
    )
