"""Wrong-on-purpose Firth regressions."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.logistic import logistic_regression
from validation.logistic.firth import firth_regression

__all__ = ["CONTROLS"]


def _moved(result: Any, coefficients: Any, error: Any) -> Any:
    return dataclasses.replace(
        result, coefficients=coefficients, standard_error=error, z=coefficients / error,
        odds_ratio=np.exp(coefficients[1:]),
    )  # fmt: skip


def _unpenalized(y_true: Any, x: Any, **options: Any) -> Any:
    fit = logistic_regression(y_true, x)
    return _moved(firth_regression(y_true, x, **options), fit.coefficients, fit.standard_error)


def _augmented_errors(y_true: Any, x: Any, **options: Any) -> Any:
    """Standard errors of the augmented data, with weights 1 + h."""
    result = firth_regression(y_true, x, **options)
    matrix = np.column_stack([np.ones(len(np.asarray(x))), np.asarray(x, dtype=float)])
    variance = result.fitted * (1.0 - result.fitted)
    leverage = np.einsum("ij,jk,ik->i", matrix, result.covariance, matrix) * variance
    information = matrix.T @ (matrix * (variance * (1.0 + leverage))[:, None])
    return _moved(result, result.coefficients, np.sqrt(np.diag(np.linalg.inv(information))))


def _ridge(y_true: Any, x: Any, **options: Any) -> Any:
    """One scoring step from the maximum only."""
    fit = logistic_regression(y_true, x)
    matrix = np.column_stack([np.ones(len(np.asarray(x))), np.asarray(x, dtype=float)])
    variance = fit.fitted * (1.0 - fit.fitted)
    leverage = np.einsum("ij,jk,ik->i", matrix, fit.covariance, matrix) * variance
    step = fit.covariance @ (matrix.T @ (leverage * (0.5 - fit.fitted)))
    return _moved(firth_regression(y_true, x, **options), fit.coefficients + step, fit.standard_error)


def _whole_penalty(y_true: Any, x: Any, **options: Any) -> Any:
    """Errors of the maximum likelihood fit beside the penalised estimates."""
    fit = logistic_regression(y_true, x)
    result = firth_regression(y_true, x, **options)
    return _moved(result, result.coefficients, fit.standard_error)


CONTROLS = (
    Control("firth_unpenalized", "firth_regression", "The penalty is left out.", _unpenalized),
    Control("firth_augmented_errors", "firth_regression", "Errors come from the augmented data.", _augmented_errors),
    Control("firth_one_step", "firth_regression", "One step from the unpenalised maximum only.", _ridge),
    Control("firth_unpenalized_errors", "firth_regression", "Errors are those without penalty.", _whole_penalty),
)
