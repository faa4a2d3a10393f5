"""Wrong-on-purpose backward eliminations and robust standard errors."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.logistic import logistic_regression
from validation.logistic.elimination import backward_elimination
from validation.logistic.sandwich import robust_odds_ratios

__all__ = ["CONTROLS"]


def _individual_rule(y_true: Any, x: Any, **options: Any) -> Any:
    """Each step is judged by the deleted predictor alone: far more go."""
    return backward_elimination(y_true, x, **{**options, "rule": "p", "significance": 1e-4})


def _refitted(y_true: Any, x: Any, **options: Any) -> Any:
    """The last model is fitted anew."""
    result = backward_elimination(y_true, x, **options)
    matrix = np.asarray(x, dtype=float)[:, result.kept]
    if not result.kept.size:
        return dataclasses.replace(result, coefficients=result.coefficients * 1.001)
    fit = logistic_regression(y_true, matrix)
    return dataclasses.replace(result, coefficients=fit.coefficients, standard_error=fit.standard_error)


def _one_degree(**arguments: Any) -> Any:
    """The criterion takes off one per predictor."""
    result = backward_elimination(**arguments)
    return dataclasses.replace(result, aic=result.residual_chi_square - result.residual_degrees_of_freedom)


def _univariable(y_true: Any, x: Any, **options: Any) -> Any:
    """Predictors go in the order of their tests in the full model."""
    result = backward_elimination(y_true, x, **options)
    fit = logistic_regression(y_true, x)
    chi = np.sort(fit.z[1:] ** 2)[: result.deleted.size]
    return dataclasses.replace(result, chi_square=chi)


def _with_errors(result: Any, error: Any) -> Any:
    z = result.coefficients / error
    return dataclasses.replace(result, standard_error=error, z=z)


def _model_based(y_true: Any, x: Any, **options: Any) -> Any:
    fit = logistic_regression(y_true, x)
    return _with_errors(robust_odds_ratios(y_true, x, **options), fit.standard_error)


def _corrected(y_true: Any, x: Any, **options: Any) -> Any:
    """The correction n / (n - p) of linear regression."""
    result = robust_odds_ratios(y_true, x, **options)
    n, k = result.n, result.coefficients.size
    return _with_errors(result, result.standard_error * np.sqrt(n / (n - k)))


def _leverage(y_true: Any, x: Any, **options: Any) -> Any:
    """Residuals are divided by 1 - h."""
    result = robust_odds_ratios(y_true, x, **options)
    fit = logistic_regression(y_true, x)
    design = np.column_stack([np.ones(result.n), np.asarray(x, dtype=float)])
    variance = fit.fitted * (1.0 - fit.fitted)
    leverage = np.einsum("ij,jk,ik->i", design, fit.covariance, design) * variance
    scores = ((np.asarray(y_true) - fit.fitted) / (1.0 - leverage))[:, None] * design
    half = scores @ fit.covariance
    return _with_errors(result, np.sqrt(np.diag(half.T @ half)))


_BACKWARD, _ROBUST = "backward_elimination", "robust_odds_ratios"
CONTROLS = (
    Control("elimination_stricter", _BACKWARD, "Deletion stops at a p-value of 0.0001.", _individual_rule),
    Control("elimination_refitted", _BACKWARD, "The last model is fitted anew.", _refitted),
    Control("elimination_one_degree", _BACKWARD, "Akaike's criterion takes off one per predictor.", _one_degree),
    Control("elimination_full_model_tests", _BACKWARD, "Tests are those of the full model.", _univariable),
    Control("robust_model_based", _ROBUST, "Model-based standard errors are called robust.", _model_based),
    Control("robust_corrected", _ROBUST, "A correction for the number of coefficients is applied.", _corrected),
    Control("robust_leverage", _ROBUST, "Residuals are divided by 1 - h.", _leverage),
)
