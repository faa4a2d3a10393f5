"""Wrong-on-purpose LASSO paths and cross-validations; all are judged in R's mode, where every digit is due."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.kernels import load
from validation.lasso import LassoCrossValidation, LassoPath, lasso_cv, lasso_path
from validation.lasso.binomial import null_model
from validation.lasso.design import design, sequence_factor
from validation.lasso.held_out import choose, held_out, read_data
from validation.lasso.measures import fold_auc, patient_errors
from validation.lasso.path import COMPAT
from validation.r_random import RRandom

__all__ = ["CONTROLS"]

_DEFAULTS = {"n_lambda": 100, "lambda_min_ratio": None, "tolerance": 1e-10}
Path = Callable[..., LassoPath]
CrossValidation = Callable[..., LassoCrossValidation]


def _scaled_beforehand(y_true: Any, x: Any, scales: Any, options: dict[str, Any]) -> LassoPath:
    """Path on predictors that were divided by other scales than glmnet's."""
    result = lasso_path(y_true, np.asarray(x) / scales, standardize=False, **options)
    return dataclasses.replace(
        result, coefficients=result.coefficients / scales[:, None], standard_deviations=np.asarray(x).std(axis=0)
    )


def _sample_deviation(y_true: Any, x: Any, **options: Any) -> LassoPath:
    spread = np.asarray(x, dtype=np.float64).std(axis=0, ddof=1)
    return _scaled_beforehand(y_true, x, np.where(spread > 0.0, spread, 1.0), options)


def _unstandardised(y_true: Any, x: Any, **options: Any) -> LassoPath:
    return _scaled_beforehand(y_true, x, np.ones(np.asarray(x).shape[1]), options)


def _penalised_intercept(y_true: Any, x: Any, **options: Any) -> LassoPath:
    result, problem = lasso_path(y_true, x, **options), design(y_true, x)
    rows = np.vstack([np.ones(problem.y.size), problem.columns])
    _, found, _ = load("lasso_newton")[0].binomial_newton(
        rows,
        problem.y,
        problem.weights,
        problem.offset,
        np.ones(rows.shape[0]),
        np.concatenate([[True], problem.usable]),
        1.0,
        result.lambdas,
        0.0,
        1e-10,
        200,
        False,
    )
    intercepts, coefficients = problem.to_original(found[:, 0], np.ascontiguousarray(found[:, 1:]))
    return dataclasses.replace(result, intercepts=intercepts, coefficients=coefficients)


def _single_precision_exponent(y_true: Any, x: Any, **options: Any) -> LassoPath:
    result = lasso_path(y_true, x, **options)
    step = float(np.float32(1.0) / np.float32(99.0))
    factor = 1e-4**step if np.asarray(x).shape[0] >= np.asarray(x).shape[1] else 1e-2**step
    return dataclasses.replace(result, lambdas=result.lambdas[0] * factor ** np.arange(result.lambdas.size))


def _never_ends_early(y_true: Any, x: Any, **options: Any) -> LassoPath:
    first = lasso_path(y_true, x, **options)
    _, factor = sequence_factor(design(y_true, x), 100, None)
    return lasso_path(y_true, x, **options, lambdas=first.lambdas[0] * factor ** np.arange(100.0))


def _shorter_ratio(y_true: Any, x: Any, **options: Any) -> LassoPath:
    return lasso_path(y_true, x, **{**options, "lambda_min_ratio": 1e-3})


def _threshold_not_relative(y_true: Any, x: Any, threshold: float = 1e-7, **options: Any) -> LassoPath:
    null = null_model(design(y_true, x))
    return lasso_path(y_true, x, threshold=threshold / null.half_deviance, **options)


def _first_lambda_as_fitted(y_true: Any, x: Any, **options: Any) -> LassoPath:
    result = lasso_path(y_true, x, **options)
    return dataclasses.replace(result, lambdas=np.concatenate([[9.9e35], result.lambdas[1:]]))


def _residual_deviance(y_true: Any, x: Any, **options: Any) -> LassoPath:
    result = lasso_path(y_true, x, **options)
    return dataclasses.replace(result, dev_ratio=1.0 - result.dev_ratio)


def _counts_intercept(y_true: Any, x: Any, **options: Any) -> LassoPath:
    result = lasso_path(y_true, x, **options)
    return dataclasses.replace(result, df=result.df + 1)


def _null_deviance_per_patient(y_true: Any, x: Any, **options: Any) -> LassoPath:
    result = lasso_path(y_true, x, **options)
    return dataclasses.replace(result, null_deviance=result.null_deviance / np.asarray(y_true).size)


def _given_folds(y_true: Any, x: Any, fold_id: Any, options: dict[str, Any]) -> LassoCrossValidation:
    return lasso_cv(y_true, x, **{**options, "fold_id": options.get("fold_id", fold_id)})


def _folds_after_fit(y_true: Any, x: Any, seed: int, folds: int = 10, **options: Any) -> LassoCrossValidation:
    generator, n = RRandom(seed), np.asarray(y_true).size
    # as if something before the folds, a jittered start for one, had drawn from the same stream
    generator.unif_rand_array(np.asarray(x).shape[1])
    drawn = generator.sample_int(n, n, replace=False) % folds + 1
    return _given_folds(y_true, x, drawn, {**options, "seed": seed})


def _numpy_folds(y_true: Any, x: Any, seed: int, folds: int = 10, **options: Any) -> LassoCrossValidation:
    drawn = np.random.default_rng(abs(seed)).permutation(np.arange(np.asarray(y_true).size) % folds) + 1
    return _given_folds(y_true, x, drawn, {**options, "seed": seed})


def _chosen(result: LassoCrossValidation, best: int, within: int) -> LassoCrossValidation:
    return dataclasses.replace(
        result,
        index_min=best,
        index_1se=within,
        lambda_min=float(result.lambdas[best]),
        lambda_1se=float(result.lambdas[within]),
    )


def _badness(result: LassoCrossValidation) -> Any:
    return -result.mean if result.measure == "auc" else result.mean


def _smallest_of_ties(y_true: Any, x: Any, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, **options)
    best = int(np.flatnonzero(_badness(result) <= np.nanmin(_badness(result)))[-1])
    return _chosen(result, best, result.index_1se)


def _smaller_within_one_error(y_true: Any, x: Any, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, **options)
    best = result.index_min
    within = np.flatnonzero(_badness(result) <= _badness(result)[best] + result.standard_error[best])
    return _chosen(result, best, int(within[-1]))


def _with_curve(result: LassoCrossValidation, mean: Any, error: Any) -> LassoCrossValidation:
    badness = -mean if result.measure == "auc" else mean
    changed = dataclasses.replace(result, mean=mean, standard_error=error, upper=mean + error, lower=mean - error)
    return _chosen(changed, *choose(badness, error, 0.0))


def _error_over_k(y_true: Any, x: Any, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, **options)
    folds = int(result.fold_id.max())
    return _with_curve(result, result.mean, result.standard_error * np.sqrt((folds - 1) / folds))


def _fold_values(
    result: LassoCrossValidation, y_true: Any, x: Any, threshold: float, error: Callable[[Any, Any], Any]
) -> tuple[Any, Any]:
    """Value of each fold at each lambda and the sizes of the folds, with another error than the real one."""
    y, eta = np.asarray(y_true, dtype=np.float64), _linear_predictors(result, y_true, x, threshold)
    members = [result.fold_id == fold for fold in range(1, int(result.fold_id.max()) + 1)]
    return np.array([error(y[fold], eta[fold]) for fold in members]), np.array([fold.sum() for fold in members])


def _linear_predictors(result: LassoCrossValidation, y_true: Any, x: Any, threshold: float, lambdas: Any = None) -> Any:
    options = {"alpha": 1.0, "penalty_factor": None, "standardize": True, "intercept": True, "names": None}
    choices = {"engine": "glmnet", "lambdas": lambdas, "threshold": threshold} | _DEFAULTS
    data = read_data(y_true, x, None, None, options)
    return held_out(data, result.lambdas, result.fold_id, True, choices)


def _curve(values: Any, sizes: Any) -> tuple[Any, Any]:
    w = (sizes / sizes.sum())[:, None]
    mean = (values * w).sum(axis=0)
    return mean, np.sqrt((w * (values - mean) ** 2).sum(axis=0) / (sizes.size - 1))


def _error_of(measure: str) -> Callable[[Any, Any], Any]:
    if measure == "auc":
        return lambda y, eta: fold_auc(y, eta, np.ones(y.size), True)
    return lambda y, eta: patient_errors(measure, y, eta, True).mean(axis=0)


def _clipped_at_1e9(y_true: Any, x: Any, threshold: float = 1e-7, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, threshold=threshold, **options)
    if result.measure != "deviance" or not result.grouped:
        return result

    def error(y: Any, eta: Any) -> Any:
        p = np.clip(1.0 / (1.0 + np.exp(-eta)), 1e-9, 1.0 - 1e-9)
        return -2.0 * np.log(np.where(y[:, None] == 1, p, 1.0 - p)).mean(axis=0)

    return _with_curve(result, *_curve(*_fold_values(result, y_true, x, threshold, error)))


def _squared_error_not_doubled(y_true: Any, x: Any, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, **options)
    if result.measure != "mse":
        return result
    return _with_curve(result, result.mean / 2.0, result.standard_error / 2.0)


def _error_over_patients(y_true: Any, x: Any, threshold: float = 1e-7, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, threshold=threshold, **options)
    if result.measure == "auc" or not result.grouped:
        return result
    eta = _linear_predictors(result, y_true, x, threshold)
    errors = patient_errors(result.measure, np.asarray(y_true, dtype=np.float64), eta, True)
    return _with_curve(result, result.mean, errors.std(axis=0) / np.sqrt(errors.shape[0] - 1))


def _common_lambdas(y_true: Any, x: Any, threshold: float = 1e-7, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, threshold=threshold, **options)
    y = np.asarray(y_true, dtype=np.float64)
    eta = _linear_predictors(result, y_true, x, threshold, result.lambdas)
    members = [result.fold_id == fold for fold in range(1, int(result.fold_id.max()) + 1)]
    error = _error_of(result.measure)
    values = np.array([error(y[fold], eta[fold]) for fold in members])
    return _with_curve(result, *_curve(values, np.array([fold.sum() for fold in members])))


def _tested_on_training(y_true: Any, x: Any, threshold: float = 1e-7, **options: Any) -> LassoCrossValidation:
    result = lasso_cv(y_true, x, threshold=threshold, **options)
    y, eta = np.asarray(y_true, dtype=np.float64), np.asarray(x) @ result.fit.coefficients + result.fit.intercepts
    members = [result.fold_id == fold for fold in range(1, int(result.fold_id.max()) + 1)]
    error = _error_of(result.measure)
    values = np.array([error(y[fold], eta[fold]) for fold in members])
    return _with_curve(result, *_curve(values, np.array([fold.sum() for fold in members])))


def _path(name: str, wrong: str, compute: Path) -> Control:
    return Control(f"lasso_path_{name}", "lasso_path", wrong, compute, COMPAT)


def _cv(name: str, wrong: str, compute: CrossValidation) -> Control:
    return Control(f"lasso_cv_{name}", "lasso_cv", wrong, compute, COMPAT)


CONTROLS: tuple[Control, ...] = (
    _path("sample_deviation", "Predictors are standardised with divisor n - 1.", _sample_deviation),
    _path("unstandardised", "Predictors are not standardised.", _unstandardised),
    _path("penalised_intercept", "The intercept is penalised like a coefficient.", _penalised_intercept),
    _path("single_precision_exponent", "The sequence's exponent is rounded to float32.", _single_precision_exponent),
    _path("never_ends_early", "All 100 lambdas are used although the fit stopped improving.", _never_ends_early),
    _path("shorter_ratio", "The smallest lambda is 1e-3 of the largest.", _shorter_ratio),
    _path("threshold_not_relative", "The threshold is not multiplied by the null deviance.", _threshold_not_relative),
    _path("first_lambda_as_fitted", "The first lambda is reported as it was fitted, 9.9e35.", _first_lambda_as_fitted),
    _path("residual_deviance", "The share of the deviance that is left is called explained.", _residual_deviance),
    _path("counts_intercept", "The intercept is counted among the selected predictors.", _counts_intercept),
    _path("null_deviance_per_patient", "The null deviance is divided by n.", _null_deviance_per_patient),
    _cv("folds_after_fit", "Something else draws from the stream before the folds do.", _folds_after_fit),
    _cv("numpy_folds", "Folds come from NumPy's generator.", _numpy_folds),
    _cv("smallest_of_ties", "Of tied lambdas the smallest is taken for lambda_min.", _smallest_of_ties),
    _cv("smaller_within_one_error", "lambda_1se is the smallest lambda within one error.", _smaller_within_one_error),
    _cv("error_over_k", "The standard error divides by K instead of K - 1.", _error_over_k),
    _cv("clipped_at_1e9", "Risks are kept 1e-9 from 0 and 1 in the deviance, not 1e-5.", _clipped_at_1e9),
    _cv("squared_error_not_doubled", "The squared error counts the event only.", _squared_error_not_doubled),
    _cv("error_over_patients", "The standard error is that of patients, not of folds.", _error_over_patients),
    _cv("common_lambdas", "Folds are fitted at the lambdas of the full path.", _common_lambdas),
    _cv("tested_on_training", "The error is that of the full fit on its own patients.", _tested_on_training),
)
