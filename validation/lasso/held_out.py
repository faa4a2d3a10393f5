"""Predictions for patients who took no part in the fit, their errors, and the lambdas that they choose."""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_matrix, check_outcome, check_scores
from validation.errors import CrosscheckError, NotEstimable, ValidationWarning
from validation.kernels import load
from validation.lasso.design import Design, design
from validation.lasso.engines import Fit, PathSettings, fit_path
from validation.lasso.interpolation import interpolate
from validation.lasso.measures import extended_sum, fold_auc, over_folds, patient_errors, weighted_mean
from validation.lasso.path import path_settings

__all__ = ["Data", "choose", "cross_validated_error", "held_out", "read_data", "resolve_measure"]

Integers = npt.NDArray[np.int64]
#: patients per fold below which a fold has no AUC worth the name, and below which patients are averaged, not folds
_FOR_AUC, _FOR_FOLDS = 10, 3


@dataclass(frozen=True)
class Data:
    """Rows of the analysis before any is left out."""

    y: npt.NDArray[np.int8]
    x: Floats
    weights: Floats
    offset: Floats
    options: dict[str, Any]

    def fitted(self, rows: npt.NDArray[np.bool_] | slice, choices: dict[str, Any]) -> tuple[Design, Fit, PathSettings]:
        """Fit on some of the rows."""
        problem = design(
            self.y[rows], self.x[rows], weights=self.weights[rows], offset=self.offset[rows], **self.options
        )
        settings = path_settings(problem, **choices)
        return problem, fit_path(problem, settings), settings


def read_data(y_true: Any, x: Any, weights: Any, offset: Any, options: dict[str, Any]) -> Data:
    """Checked rows; the names of the predictors are settled here, before columns lose them."""
    outcome = check_outcome(y_true)
    matrix, found = check_matrix(x, outcome.size)
    return Data(
        outcome,
        matrix,
        np.ones(outcome.size) if weights is None else check_scores(weights, outcome.size, "weights"),
        np.zeros(outcome.size) if offset is None else check_scores(offset, outcome.size, "offset"),
        options | {"names": options["names"] if options["names"] is not None else found},
    )


def held_out(data: Data, lambdas: Floats, fold_id: Integers, as_r: bool, choices: dict[str, Any]) -> Floats:
    """Linear predictor of each patient at each lambda of the full path, from the fit without the patient's fold.

    Each fold has its own sequence of lambdas, so its coefficients are interpolated to those of the full path. R takes
    coefficients on the scale of the data; standardised predictors keep more digits where a mean is far from 0.
    """
    found = np.empty((data.y.size, lambdas.size))

    def predict(fold: int) -> None:
        out = fold_id == fold
        found[out] = _predicted(data, lambdas, out, fold, as_r, choices)

    folds = range(1, int(fold_id.max()) + 1)
    # compiled kernels release the interpreter; NumPy's small steps do not
    if load("lasso")[1] == "numba":
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(predict, folds))
    else:
        for fold in folds:
            predict(fold)
    return found


def _predicted(
    data: Data, lambdas: Floats, out: npt.NDArray[np.bool_], fold: int, as_r: bool, choices: dict[str, Any]
) -> Floats:
    """Linear predictors of the patients of one fold."""
    try:
        problem, fit, _ = data.fitted(~out, choices)
    except CrosscheckError as error:
        raise NotEstimable(
            "too few rows",
            f"Cross-validation cannot be carried out: without fold {fold} the LASSO fails ({error.message}).",
            hint="Pass fold_id with the classes spread evenly over the folds, or use fewer folds.",
        ) from error
    if as_r:
        rows, (intercepts, coefficients) = data.x[out], problem.to_original(fit.intercepts, fit.standardised)
    else:
        rows, intercepts, coefficients = problem.standardise(data.x[out]), fit.intercepts, fit.standardised.T
    coefficients = interpolate(fit.lambdas, coefficients, lambdas)
    eta = np.repeat(interpolate(fit.lambdas, intercepts, lambdas)[None, :], rows.shape[0], axis=0)
    # the same order of additions for every patient keeps equal patients equal
    for j in range(rows.shape[1]):
        eta += rows[:, j][:, None] * coefficients[j]
    return np.asarray(eta + data.offset[out][:, None], dtype=np.float64)


def resolve_measure(measure: str, n: int, folds: int) -> tuple[str, bool]:
    """Measure and whether folds are averaged, given the number of patients per fold."""
    grouped = n / folds >= _FOR_FOLDS
    if measure == "auc" and n / folds < _FOR_AUC:
        warnings.warn(
            f"Fewer than {_FOR_AUC} patients per fold: the deviance takes the place of the AUC.",
            ValidationWarning,
            stacklevel=4,
        )
        measure = "deviance"
    if not grouped:
        warnings.warn(
            f"Fewer than {_FOR_FOLDS} patients per fold: errors are averaged over patients, not over folds.",
            ValidationWarning,
            stacklevel=4,
        )
    return measure, grouped


def cross_validated_error(
    measure: str, grouped: bool, y: Floats, eta: Floats, weights: Floats, fold_id: Integers, as_r: bool
) -> tuple[Floats, Floats]:
    """Mean and standard error at each lambda."""
    members = [fold_id == fold for fold in range(1, int(fold_id.max()) + 1)]
    if measure == "auc":
        values = np.array([fold_auc(y[fold], eta[fold], weights[fold], as_r) for fold in members])
    else:
        errors = patient_errors(measure, y, eta, as_r)
        if not grouped:
            return over_folds(errors, weights)
        values = np.array([weighted_mean(errors[fold], weights[fold]) for fold in members])
    fold_weights = np.array([float(extended_sum(weights[fold][:, None])[0]) for fold in members])
    return over_folds(values, fold_weights)


def choose(mean: Floats, standard_error: Floats, slack: float) -> tuple[int, int]:
    """Places of the largest lambda with the least mean and of the largest one within one standard error of it."""
    if bool(np.isnan(mean).all()):
        raise NotEstimable(
            "too few rows", "Cross-validation cannot be carried out: no fold holds patients of both classes."
        )
    least = float(np.nanmin(mean))
    bound = slack * abs(least)
    best = int(np.flatnonzero(mean <= least + bound)[0])
    within = mean <= mean[best] + standard_error[best] + bound
    return best, int(np.flatnonzero(within)[0])
