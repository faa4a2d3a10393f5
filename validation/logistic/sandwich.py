"""Robust (sandwich) standard errors of a logistic model, also for patients in clusters (R: rms::robcov)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from validation.checks import Floats, check_choice, check_level
from validation.errors import InputError, NotEstimable
from validation.logistic.fit import maximum_likelihood
from validation.logistic.indexes import RMS, information_condition, log_odds_by_column
from validation.logistic.lrm import lrm_fit
from validation.logistic.regression import (
    OddsRatioInterval,
    check_problem,
    magnification,
    odds_ratio_limits,
    wald_p_value,
)
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = ["RobustOddsRatiosResult", "robust_odds_ratios"]


@dataclass(frozen=True)
class RobustOddsRatiosResult(Result):
    """Odds ratios with robust limits.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    coefficients, standard_error, z, p_value : ndarray of shape (p + 1,)
        Intercept first; standard errors from the sandwich.
    odds_ratio, lower, upper : ndarray of shape (p,)
    level : float
    n_clusters : int
        Number of patients where no clusters are given.
    condition_number : float
    covariance : ndarray of shape (p + 1, p + 1)
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
    level: float
    n_clusters: int
    condition_number: float
    covariance: Floats = field(repr=False)
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
        """Limits of the odds ratios at another level."""
        if level is None:
            return OddsRatioInterval(self.lower, self.upper)
        return OddsRatioInterval(*odds_ratio_limits(self.coefficients[1:], self.standard_error[1:], check_level(level)))

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
            "p_value": self.p_value[1:].tolist(),
            "standard_error": self.standard_error[1:].tolist(),
        }


def robust_odds_ratios(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    clusters: Any = None,
    level: float = 0.95,
    compat: str | None = None,
) -> RobustOddsRatiosResult:
    """Odds ratios with robust standard errors.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    clusters : array_like of shape (n,), optional
        Label of each row's cluster (hospital, patient with several visits); every row its own where not given.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : {"rms-6.5"}, optional
        The model is stopped where ``lrm`` of rms 6.5 stops.

    Returns
    -------
    RobustOddsRatiosResult

    Raises
    ------
    InputError
        As for `logistic_regression`; clusters of another length or with missing labels.
    NotEstimable
        As for `logistic_regression`, and no more clusters than coefficients.

    Notes
    -----
    ``V (sum_g s_g s_g') V`` with the inverse information V and the sum s_g of the scores ``(y - p)(1, x)`` of cluster
    g; no correction for the number of clusters. R: ``rms::robcov(f, cluster)``.

    References
    ----------
    Huber PJ (1967). The behavior of maximum likelihood estimates under nonstandard conditions. Proc Fifth Berkeley Symp
    1:221-233.
    Liang KY, Zeger SL (1986). Longitudinal data analysis using generalized linear models. Biometrika 73:13-22.
    doi:10.1093/biomet/73.1.13

    Examples
    --------
    >>> x = [[1], [2], [3], [4], [5], [6], [2], [2]]
    >>> result = robust_odds_ratios([0, 0, 1, 0, 1, 1, 0, 1], x, names=["age"])
    >>> round(float(result.standard_error[1]), 4)
    0.4833
    """
    problem = check_problem(y_true, x, names, None, None)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    groups = np.arange(problem.y.size) if clusters is None else _groups(clusters, problem.y.size)
    if mode == RMS:
        found = lrm_fit(problem.x, problem.y.astype(np.float64))
        if found.failed:
            raise NotEstimable("no convergence", "lrm of rms 6.5 fails on these data")
        coefficients, covariance = found.coefficients, found.covariance
        condition, risk = information_condition(covariance), expit(log_odds_by_column(problem.x, coefficients))
    else:
        fit = maximum_likelihood(problem.x, problem.y, problem.names)
        coefficients, covariance, condition = fit.coefficients, fit.factor @ fit.factor.T, fit.condition_number
        risk = expit(fit.linear_predictor)
    size = int(groups.max()) + 1
    if size <= coefficients.size:
        raise NotEstimable(
            "too few clusters", f"{size} clusters cannot tell the variance of {coefficients.size} coefficients.",
            hint="Robust standard errors need many clusters, forty or more.",
        )  # fmt: skip
    scores = (problem.y - risk)[:, None] * np.column_stack([np.ones(problem.y.size), problem.x])
    sums = np.zeros((size, coefficients.size))
    np.add.at(sums, groups, scores)
    half = sums @ covariance
    sandwich = half.T @ half
    error = np.sqrt(np.diag(sandwich))
    z = coefficients / error
    return RobustOddsRatiosResult(
        problem.names, coefficients, error, z, wald_p_value(z), np.exp(coefficients[1:]),
        *odds_ratio_limits(coefficients[1:], error[1:], level), level, size, condition, sandwich, problem.y.size,
        int(np.count_nonzero(problem.y)), mode,
    )  # fmt: skip


def _groups(clusters: Any, n: int) -> Any:
    labels = np.asarray(clusters)
    if labels.shape != (n,):
        raise InputError("clusters", f"must have one label for each of {n} rows, got shape {labels.shape}")
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise InputError("clusters", "has missing labels", hint="Give every row the label of its cluster.")
    if labels.dtype.kind == "O" and any(label is None or label != label for label in labels.tolist()):
        raise InputError("clusters", "has missing labels", hint="Give every row the label of its cluster.")
    return np.unique(labels.astype(str) if labels.dtype.kind == "O" else labels, return_inverse=True)[1]
