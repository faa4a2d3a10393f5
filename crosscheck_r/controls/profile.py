"""Wrong-on-purpose profile likelihood limits."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy.special import ndtr

from crosscheck_r.controls import Control
from validation.logistic import logistic_regression
from validation.logistic.profile import profile_likelihood_intervals
from validation.logistic.regression import GLM

__all__ = ["CONTROLS"]


def _limits(result: Any, low: Any, high: Any) -> Any:
    return dataclasses.replace(
        result, coefficient_lower=low, coefficient_upper=high, lower=np.exp(low), upper=np.exp(high)
    )


def _wald(y_true: Any, x: Any, **options: Any) -> Any:
    result = profile_likelihood_intervals(y_true, x, **options)
    fit = logistic_regression(y_true, x, level=options.get("level", 0.95))
    return _limits(result, np.log(fit.lower), np.log(fit.upper))


def _two_degrees(y_true: Any, x: Any, **options: Any) -> Any:
    """The quantile of chi-square with two degrees of freedom."""
    level = options.get("level", 0.95)
    wider = float(2.0 * ndtr(np.sqrt(-2.0 * np.log1p(-level))) - 1.0)
    result = profile_likelihood_intervals(y_true, x, **{**options, "level": wider})
    return dataclasses.replace(result, level=level)


def _log_likelihood_for_deviance(y_true: Any, x: Any, **options: Any) -> Any:
    """The log-likelihood falls by the whole quantile instead of half of it."""
    from validation.r_numerics import qnorm

    level = options.get("level", 0.95)
    wider = float(2.0 * ndtr(np.sqrt(2.0) * qnorm((1.0 + level) / 2.0)) - 1.0)
    result = profile_likelihood_intervals(y_true, x, **{**options, "level": wider})
    return dataclasses.replace(result, level=level)


def _one_sided_quantile(y_true: Any, x: Any, **options: Any) -> Any:
    level = options.get("level", 0.95)
    result = profile_likelihood_intervals(y_true, x, **{**options, "level": 2.0 * level - 1.0})
    return dataclasses.replace(result, level=level)


def _nuisance_fixed(y_true: Any, x: Any, **options: Any) -> Any:
    """The other coefficients stay where the full model has them: limits of a slice, not of the profile."""
    result = profile_likelihood_intervals(y_true, x, **options)
    fit = logistic_regression(y_true, x)
    matrix = np.asarray(x, dtype=float)
    variance = fit.fitted * (1.0 - fit.fitted)
    slice_error = 1.0 / np.sqrt(variance @ matrix**2)
    low = result.coefficients - 1.96 * slice_error
    return _limits(result, low, result.coefficients + 1.96 * slice_error)


def _wald_test(y_true: Any, x: Any, **options: Any) -> Any:
    result = profile_likelihood_intervals(y_true, x, **options)
    fit = logistic_regression(y_true, x)
    return dataclasses.replace(result, likelihood_ratio=fit.z[1:] ** 2, p_value=fit.p_value[1:])


def _exact_for_grid(y_true: Any, x: Any, **options: Any) -> Any:
    """Solved limits where R's grid is asked for."""
    return dataclasses.replace(profile_likelihood_intervals(y_true, x, **{**options, "compat": None}), compat=GLM)


_NAME = "profile_likelihood_intervals"
CONTROLS = (
    Control("profile_wald", _NAME, "Wald limits are called profile likelihood limits.", _wald),
    Control("profile_two_degrees", _NAME, "Chi-square has two degrees of freedom.", _two_degrees),
    Control(
        "profile_whole_quantile", _NAME, "The log-likelihood falls by the whole quantile.", _log_likelihood_for_deviance
    ),
    Control("profile_one_sided", _NAME, "The quantile is that of a one-sided limit.", _one_sided_quantile),
    Control("profile_nuisance_fixed", _NAME, "The other coefficients are not maximised over.", _nuisance_fixed),
    Control("profile_wald_test", _NAME, "Wald's test is called likelihood ratio test.", _wald_test),
    Control("profile_solved_for_grid", _NAME, "Limits are solved for where R reads them off.", _exact_for_grid, GLM),
)
