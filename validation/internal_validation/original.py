"""Apparent indexes: those of the model on the patients that it was fitted to."""

from __future__ import annotations

import numpy as np

from validation.checks import Floats, Outcome
from validation.errors import NotEstimable
from validation.internal_validation.indexes import INDEXES, Sorted, indexes_of_training_sets
from validation.internal_validation.refits import first_fit, log_odds_of_refits
from validation.logistic.elimination import eliminate
from validation.logistic.fit import maximum_likelihood

__all__ = ["original_indexes"]


def original_indexes(x: Floats, outcome: Outcome, mode: str, *, backward: bool) -> tuple[Floats, float]:
    """Indexes on the patients that the model was fitted to, and the condition number of the fit."""
    y = outcome.astype(np.float64)
    coefficients, covariance, deviance, condition = _first(x, outcome, mode)
    if backward:
        kept = eliminate(coefficients, covariance).kept
        if not kept.size and mode == "default":
            raise NotEstimable(
                "rank", "backward elimination leaves no predictor in the model.", hint="There is nothing to validate."
            )
        if not kept.size:
            return _without_predictors(y), condition
        x = np.ascontiguousarray(x[:, kept])
        coefficients, _, deviance, condition = _first(x, outcome, mode)
    found = Sorted.of(log_odds_of_refits(coefficients[None, :], x), y)
    indexes: Floats = indexes_of_training_sets(found, np.ones((1, y.size)), np.array([deviance]))[0]
    return indexes, condition


def _without_predictors(y: Floats) -> Floats:
    """What rms 6.5 writes where backward elimination leaves the intercept alone."""
    place = {"Slope": 1.0, "D": -1.0 / y.size, "U": -2.0 / y.size, "Q": 1.0 / y.size, "B": float(y.var())}
    return np.array([place.get(name, 0.0) for name in INDEXES])


def _first(x: Floats, outcome: Outcome, mode: str) -> tuple[Floats, Floats, float, float]:
    """Coefficients, covariance, deviance and condition number of the fit to all patients."""
    if mode == "default":
        best = maximum_likelihood(x, outcome, [f"x{j + 1}" for j in range(x.shape[1])])
        return best.coefficients, best.factor @ best.factor.T, -2.0 * best.log_likelihood, best.condition_number
    fit = first_fit(x, outcome.astype(np.float64), mode)
    return fit.coefficients, fit.covariance, fit.deviance, fit.condition
