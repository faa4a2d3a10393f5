"""Wrong-on-purpose errors of predictions."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy.special import expit, xlogy

from crosscheck_r.controls import Control
from validation.lasso.assessment import assess_predictions

__all__ = ["CONTROLS"]


def _one_column(**arguments: Any) -> Any:
    """Errors of the event alone."""
    result = assess_predictions(**arguments)
    return dataclasses.replace(
        result, mean_squared_error=result.mean_squared_error / 2, mean_absolute_error=result.mean_absolute_error / 2
    )


def _log_loss(y_true: Any, linear_predictor: Any, **options: Any) -> Any:
    """The logarithm without its factor of two, clipped at 1e-15."""
    result = assess_predictions(y_true, linear_predictor, **options)
    y, p = np.asarray(y_true, dtype=float), np.clip(expit(np.asarray(linear_predictor)), 1e-15, 1 - 1e-15)
    return dataclasses.replace(result, deviance=float(np.mean(-(xlogy(y, p) + xlogy(1 - y, 1 - p)))))


def _turned(**arguments: Any) -> Any:
    """The classification table is turned."""
    result = assess_predictions(**arguments)
    return dataclasses.replace(result, false_positives=result.false_negatives, false_negatives=result.false_positives)


_NAME = "assess_predictions"
CONTROLS = (
    Control("assessment_one_column", _NAME, "Errors count the event alone.", _one_column),
    Control("assessment_log_loss", _NAME, "The log loss is called deviance.", _log_loss),
    Control("assessment_turned", _NAME, "The classification table is turned.", _turned),
)
