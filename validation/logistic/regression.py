"""Logistic regression: the fit, its Wald statistics and odds ratios (R: ``glm(..., family = binomial)``)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from validation.checks import Floats, Outcome, check_choice, check_level, check_matrix, check_outcome, check_scores
from validation.errors import InputError, NotEstimable, ValidationWarning
from validation.logistic.design import check_rank
from validation.logistic.fit import maximum_likelihood, null_deviance
from validation.logistic.glm_path import PROVEN, glm_fit, glm_null_deviance
from validation.logistic.separation import separation
from validation.r_numerics import interval_probabilities, pnorm, qnorm
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = [
    "GLM",
    "LogisticRegressionResult",
    "OddsRatioInterval",
    "Problem",
    "check_problem",
    "fit_problem",
    "logistic_regression",
    "magnification",
    "odds_ratio_limits",
]

GLM = "glm"
INTERCEPT = "(Intercept)"


@dataclass(frozen=True)
class OddsRatioInterval:
    """Lower and upper confidence limit of each odds ratio, one entry per predictor."""

    low: Floats
    high: Floats


@dataclass(frozen=True)
class Problem:
    """Checked arguments of a fit."""

    y: Outcome
    x: Floats
    names: tuple[str, ...]
    weights: Floats | None
    offset: Floats | None


@dataclass(frozen=True)
class LogisticRegressionResult(Result):
    """Fit of a logistic regression.

    Parameters
    ----------
    names : tuple of str
        The p predictors.
    coefficients, standard_error, z, p_value : array of shape (p + 1,)
        Log odds per unit of the predictor, intercept first; Wald statistic and its two-sided p-value.
    odds_ratio, lower, upper : array of shape (p,)
        Odds ratio per unit of each predictor with Wald limits.
    level : float
        Confidence level of the limits.
    log_likelihood, deviance, null_deviance, aic : float
    n_iterations : int
        Newton steps on all patients (default), passes of the least squares (``compat="glm"``).
    converged : bool
        Always true in the default mode.
    condition_number : float
        Of the weighted model columns, centred and scaled to equal length; with ``compat="glm"``, of R's last
        least-squares problem, whose columns are not centred (and of its runaway where no maximum exists).
    covariance : array of shape (p + 1, p + 1)
        Of the coefficients.
    linear_predictor, fitted : array of shape (n,)
        Log odds (with the offset) and predicted risk of each patient.
    n, n_events : int
    compat : str
        ``"default"`` or ``"glm"``.
    kernel : str
        What computed it.
    diagnosis : NotEstimable or None
        Why the numbers mean nothing although R prints them (``compat="glm"`` only).
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_error: Floats
    z: Floats
    p_value: Floats
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    level: float
    log_likelihood: float
    deviance: float
    null_deviance: float
    aic: float
    n_iterations: int
    converged: bool
    condition_number: float
    covariance: Floats = field(repr=False)
    linear_predictor: Floats = field(repr=False)
    fitted: Floats = field(repr=False)
    n: int
    n_events: int
    compat: str
    kernel: str
    diagnosis: NotEstimable | None = None

    @property
    def odds_ratio_condition(self) -> float:
        """Condition number of the odds ratios and their limits: exp magnifies what ten roundings leave of the log."""
        return max(10.0, self.condition_number) * magnification(
            self.coefficients[1:], self.standard_error[1:], self.level
        )

    def confidence_interval(self, level: float | None = None) -> OddsRatioInterval:
        """Wald limits of the odds ratios at another level."""
        if level is None:
            return OddsRatioInterval(self.lower, self.upper)
        return OddsRatioInterval(*odds_ratio_limits(self.coefficients[1:], self.standard_error[1:], check_level(level)))

    def predict_proba(self, x: Any, *, offset: Any = None) -> Floats:
        """Predicted risk of the event for each row of x, an array of shape (n,)."""
        matrix, _ = check_matrix(x, len(np.asarray(x)))
        if matrix.shape[1] != len(self.names):
            raise InputError(
                "x", f"has {matrix.shape[1]} columns where the model has {len(self.names)}", hint=", ".join(self.names)
            )
        # R leaves out columns that it could not estimate
        predictor = self.coefficients[0] + matrix @ np.nan_to_num(self.coefficients[1:])
        if offset is not None:
            predictor = predictor + check_scores(offset, len(matrix), "offset")
        risk: Floats = expit(predictor)
        return risk

    def plot(self, ax: Any = None) -> ForestPlotDisplay:
        """Forest plot of the odds ratios on a logarithmic axis."""
        from validation.displays.logistic import ForestPlotDisplay

        return ForestPlotDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": [INTERCEPT, *self.names],
            "odds_ratio": [None, *self.odds_ratio.tolist()],
            "lower": [None, *self.lower.tolist()],
            "upper": [None, *self.upper.tolist()],
            "level": [None, *[self.level] * len(self.names)],
            "p_value": self.p_value.tolist(),
            "coefficient": self.coefficients.tolist(),
            "standard_error": self.standard_error.tolist(),
        }


def wald_p_value(z: Floats) -> Floats:
    """Two-sided p-value of each Wald statistic."""
    p = np.array([2.0 * pnorm(-abs(value)) for value in z.tolist()])
    return np.where(np.isnan(z), z, p)


def odds_ratio_limits(coefficients: Floats, standard_error: Floats, level: float) -> tuple[Floats, Floats]:
    """Limits of the odds ratios: exp of coefficient -+ quantile times standard error."""
    low, high = (qnorm(p) for p in interval_probabilities(level))
    return _exp(coefficients + low * standard_error), _exp(coefficients + high * standard_error)


def _exp(values: Floats) -> Floats:
    """Exponential that may overflow and hands on R's NA as it is."""
    with np.errstate(over="ignore"):
        return np.where(np.isnan(values), values, np.exp(values))


def magnification(coefficients: Floats, standard_error: Floats, level: float) -> float:
    """By how much exp magnifies relative errors of coefficient and standard error: their largest sum, at least one."""
    reach = np.abs(coefficients) + qnorm(interval_probabilities(level)[1]) * standard_error
    return float(np.nanmax(reach, initial=1.0))


def check_problem(y_true: Any, x: Any, names: Any, weights: Any, offset: Any) -> Problem:
    """Arguments of a fit, checked and standardised."""
    y = check_outcome(y_true)
    matrix, found = check_matrix(x, y.size, copy=False)
    if names is not None:
        found = _check_names(names, matrix.shape[1])
    w = None if weights is None else _check_weights(weights, y)
    return Problem(y, matrix, found, w, None if offset is None else check_scores(offset, y.size, "offset"))


def _check_names(names: Any, p: int) -> tuple[str, ...]:
    given = (names,) if isinstance(names, str) else tuple(names)
    if len(given) != p or not all(isinstance(name, str) for name in given) or len(set(given)) != p:
        raise InputError("names", f"must be {p} different texts, one per column of x, got {given!r}")
    return given


def _check_weights(weights: Any, y: Outcome) -> Floats | None:
    w = check_scores(weights, y.size, "weights")
    if w.min() < 0.0:
        raise InputError("weights", f"must not be negative, got {w.min():g}")
    if not (w[y == 1].any() and w[y == 0].any()):
        raise InputError("weights", "leave one class only", hint="Both events and non-events need a positive weight.")
    return None if (w == 1.0).all() else w


def logistic_regression(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    weights: Any = None,
    offset: Any = None,
    level: float = 0.95,
    compat: str | None = None,
) -> LogisticRegressionResult:
    """Logistic regression by maximum likelihood, with Wald tests and odds ratios.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    weights : array_like of shape (n,), optional
        How many patients each row stands for.
    offset : array_like of shape (n,), optional
        Part of the log odds that is known.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : {"glm"}, optional
        Stop where R's ``glm`` stops, with its standard errors, which are those of the last coefficients but one and
        have about 7 digits. The default is converged to working precision.

    Returns
    -------
    LogisticRegressionResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class; values missing, infinite or of another length.
    NotEstimable
        The estimate does not exist (a predictor or several together separate the outcome), is not determined
        (constant or collinear predictors, fewer patients than coefficients) or was not reached. With ``compat="glm"``
        R's numbers are returned with a warning, and the diagnosis is in the result.

    Notes
    -----
    The log odds of patient i are ``b_0 + x_i b``; ``b`` maximises the sum of ``y log p + (1 - y) log(1 - p)``.
    Standard errors are the roots of the diagonal of the inverse information, ``z = b / SE``, p-value ``2 Phi(-|z|)``,
    odds ratio ``exp(b)`` with limits ``exp(b -+ z_level SE)``. Newton's method on centred, scaled and orthogonalised
    columns stops on the Newton decrement, which also proves that the maximum exists.
    R: ``stats::glm(y ~ x, family = binomial)`` as ``f``, ``summary(f)``, ``exp(cbind(coef(f), confint.default(f)))``.

    References
    ----------
    McCullagh P, Nelder JA (1989). Generalized Linear Models, 2nd edition, chapter 4. doi:10.1007/978-1-4899-3242-6
    Albert A, Anderson JA (1984). On the existence of maximum likelihood estimates in logistic regression models.
    Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1

    Examples
    --------
    >>> fit = logistic_regression([0, 0, 1, 0, 1, 1, 0, 1], [[1], [2], [3], [4], [5], [6], [2], [2]], names=["age"])
    >>> round(float(fit.odds_ratio[0]), 4), round(float(fit.p_value[1]), 4)
    (2.3675, 0.1796)
    >>> fit.confidence_interval(0.9).low < fit.odds_ratio
    array([ True])
    """
    problem = check_problem(y_true, x, names, weights, offset)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", GLM))
    return fit_problem(problem, level, mode)


def fit_problem(problem: Problem, level: float, mode: str) -> LogisticRegressionResult:
    """Fit of checked arguments in the given mode."""
    return _as_glm(problem, level) if mode == GLM else _converged(problem, level)


def _converged(problem: Problem, level: float) -> LogisticRegressionResult:
    y, weights, offset = problem.y, problem.weights, problem.offset
    fit = maximum_likelihood(problem.x, y, problem.names, weights, offset)
    deviance = -2.0 * fit.log_likelihood
    return _result(
        problem,
        level,
        coefficients=fit.coefficients,
        standard_error=np.sqrt(np.sum(fit.factor**2, axis=1)),
        log_likelihood=fit.log_likelihood,
        deviance=deviance,
        null_deviance=null_deviance(y, weights, offset),
        aic=deviance + 2.0 * len(fit.coefficients),
        n_iterations=fit.n_iterations,
        converged=True,
        condition_number=fit.condition_number,
        covariance=fit.factor @ fit.factor.T,
        linear_predictor=fit.linear_predictor,
        fitted=expit(fit.linear_predictor),
        compat="default",
    )


def _as_glm(problem: Problem, level: float) -> LogisticRegressionResult:
    y, n = problem.y, problem.y.size
    weights = np.ones(n) if problem.weights is None else problem.weights
    offset = np.zeros(n) if problem.offset is None else problem.offset
    used = np.flatnonzero(weights)
    fit = glm_fit(problem.x[used], y[used], weights[used], offset[used])
    rank = int(np.count_nonzero(~np.isnan(fit.coefficients)))
    slopes = np.nan_to_num(fit.coefficients[1:])
    predictor = fit.linear_predictor if used.size == n else fit.coefficients[0] + problem.x @ slopes + offset
    diagnosis = _glm_diagnosis(problem, used, rank, fit.converged, fit.existence)
    if diagnosis is not None:
        warnings.warn(f"R's numbers mean nothing here: {diagnosis.message}", ValidationWarning, stacklevel=4)
    aic = fit.deviance + 2.0 * rank
    return _result(
        problem,
        level,
        coefficients=fit.coefficients,
        standard_error=np.sqrt(np.diag(fit.covariance)),
        log_likelihood=rank - aic / 2.0,
        deviance=fit.deviance,
        null_deviance=glm_null_deviance(y[used], weights[used], offset[used]),
        aic=aic,
        n_iterations=fit.n_iterations,
        converged=fit.converged,
        condition_number=fit.condition_number,
        covariance=fit.covariance,
        linear_predictor=predictor,
        fitted=fit.fitted if used.size == n else expit(predictor),
        compat=GLM,
        diagnosis=diagnosis,
    )


def _glm_diagnosis(
    problem: Problem, used: np.ndarray[Any, Any], rank: int, converged: bool, existence: float
) -> NotEstimable | None:
    x, y, p = problem.x[used], problem.y[used], problem.x.shape[1]
    if used.size < p + 1:
        return NotEstimable("too few rows", f"{used.size} patients cannot determine {p + 1} coefficients")
    try:
        check_rank(x, problem.names)
    except NotEstimable as error:
        return error
    if not existence < PROVEN:
        found = separation(x, y, problem.names)
        if found is not None:
            return found
    if rank < p + 1:
        return NotEstimable("rank", f"glm left out {p + 1 - rank} column(s) that it takes for collinear")
    return None if converged else NotEstimable("no convergence", "glm stopped after its 25 passes without converging")


def _result(
    problem: Problem, level: float, *, coefficients: Floats, standard_error: Floats, **fields: Any
) -> LogisticRegressionResult:
    z = coefficients / standard_error
    lower, upper = odds_ratio_limits(coefficients[1:], standard_error[1:], level)
    return LogisticRegressionResult(
        names=problem.names,
        coefficients=coefficients,
        standard_error=standard_error,
        z=z,
        p_value=wald_p_value(z),
        odds_ratio=_exp(coefficients[1:]),
        lower=lower,
        upper=upper,
        level=level,
        n=problem.y.size,
        n_events=int(np.count_nonzero(problem.y)),
        kernel="numpy",
        **fields,
    )
