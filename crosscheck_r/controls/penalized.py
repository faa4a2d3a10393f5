"""Wrong-on-purpose penalised fits and bootstrap limits."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.logistic.bootstrap import bootstrap_odds_ratios
from validation.logistic.indexes import RMS
from validation.logistic.penalized import penalty_trace

__all__ = ["CONTROLS"]


def _halved(y_true: Any, x: Any, penalties: Any, **options: Any) -> Any:
    """The penalty is added to the log-likelihood instead of to the deviance."""
    result = penalty_trace(y_true, x, penalties=2.0 * np.asarray(penalties, dtype=float), **options)
    return dataclasses.replace(result, penalties=result.penalties / 2.0)


def _population_variance(y_true: Any, x: Any, penalties: Any, **options: Any) -> Any:
    n = len(np.asarray(y_true))
    result = penalty_trace(y_true, x, penalties=np.asarray(penalties, dtype=float) * (n - 1) / n, **options)
    return dataclasses.replace(result, penalties=result.penalties * n / (n - 1))


def _intercept_counted(**arguments: Any) -> Any:
    """The intercept counts as a degree of freedom."""
    result = penalty_trace(**arguments)
    degrees = result.effective_degrees_of_freedom + 1.0
    return dataclasses.replace(
        result, effective_degrees_of_freedom=degrees, aic=result.likelihood_ratio - 2.0 * degrees
    )


def _nominal_freedom(**arguments: Any) -> Any:
    """Every slope counts as a whole degree of freedom."""
    result = penalty_trace(**arguments)
    degrees = np.full(result.penalties.size, float(len(result.names)))
    return dataclasses.replace(
        result, effective_degrees_of_freedom=degrees, aic=result.likelihood_ratio - 2.0 * degrees
    )


def _next_seed(seed: int, **arguments: Any) -> Any:
    return dataclasses.replace(bootstrap_odds_ratios(seed=seed + 1, **arguments), seed=seed)


def _divisor(**arguments: Any) -> Any:
    """The standard deviation of the replicates divides by their number."""
    result = bootstrap_odds_ratios(**arguments)
    b = len(result.replicates)
    return dataclasses.replace(result, standard_error=result.standard_error * np.sqrt((b - 1) / b))


def _normal_limits(**arguments: Any) -> Any:
    """Wald limits with the bootstrap standard error."""
    result = bootstrap_odds_ratios(**arguments)
    b, error = result.coefficients[1:], result.standard_error[1:]
    return dataclasses.replace(result, lower=np.exp(b - 1.96 * error), upper=np.exp(b + 1.96 * error))


_TRACE, _BOOTSTRAP = "penalty_trace", "bootstrap_odds_ratios"
CONTROLS = (
    Control("penalty_halved", _TRACE, "The penalty is that of the log-likelihood.", _halved),
    Control("penalty_population_variance", _TRACE, "Variances divide by n.", _population_variance),
    Control("penalty_intercept_counted", _TRACE, "The intercept counts as a degree of freedom.", _intercept_counted),
    Control("penalty_nominal_freedom", _TRACE, "Degrees of freedom are those without penalty.", _nominal_freedom),
    Control("bootstrap_odds_next_seed", _BOOTSTRAP, "The seed is another one.", _next_seed, RMS),
    Control("bootstrap_odds_divisor", _BOOTSTRAP, "The standard deviation divides by b.", _divisor, RMS),
    Control("bootstrap_odds_normal", _BOOTSTRAP, "Limits are those of a normal distribution.", _normal_limits, RMS),
)
