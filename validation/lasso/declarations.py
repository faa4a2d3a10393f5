"""What is compared with glmnet, and how closely it has to agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.lasso.cross_validation import lasso_cv
from validation.lasso.folds import assign_folds
from validation.lasso.path import COMPAT, lasso_path
from validation.relations import lasso as relations
from validation.statistic import Case, Settings, Statistic, bits, closed, path, register, solution

if TYPE_CHECKING:
    from validation.cohort import Cohort

__all__ = ["LASSO_CV", "LASSO_PATH"]

#: glmnet's default and what comes near the optimum
DEFAULT_THRESHOLD, TIGHT_THRESHOLD = 1e-7, 1e-14
#: patients per predictor, and condition of the correlation matrix, with which the tight threshold is cross-validated
_TIGHT_ROWS, _TIGHT_CONDITION = 10, 100.0
_CONDITION, _FOLD_CONDITION = "condition_number", "fit.condition_number"


def _feasible(cohort: Cohort) -> bool:
    """At least two predictors that vary, and two patients in each class."""
    events = int(cohort.outcome.sum())
    if cohort.x.shape[1] < 2 or min(events, cohort.outcome.size - events) < 2:
        return False
    return bool((cohort.x != cohort.x[0]).any())


def _well_conditioned(cohort: Cohort) -> bool:
    """Whether a tight threshold costs seconds, not minutes, in R and in its replay."""
    x = cohort.x[:, (cohort.x != cohort.x[0]).any(axis=0)]
    if x.shape[0] < _TIGHT_ROWS * x.shape[1] or x.shape[1] < 2:
        return False
    return bool(np.linalg.cond(np.corrcoef(x, rowvar=False)) <= _TIGHT_CONDITION)


def path_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """glmnet's default threshold, an elastic net, and a tight threshold."""
    if not _feasible(cohort):
        return
    data = {"y_true": cohort.outcome, "x": cohort.x}
    yield Case("default threshold", {**data, "threshold": DEFAULT_THRESHOLD})
    yield Case("elastic net", {**data, "alpha": 0.5, "threshold": DEFAULT_THRESHOLD})
    yield Case("tight", {**data, "threshold": TIGHT_THRESHOLD})


def cross_validation_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Deviance (also tight where that is quick), squared and classification error, AUC where folds are large enough."""
    n, folds = cohort.outcome.size, settings.folds
    if not _feasible(cohort) or n < folds:
        return
    fold_id, _ = assign_folds(n, settings.seed, folds, None)
    for fold in range(1, folds + 1):
        kept = cohort.outcome[fold_id != fold]
        varying = bool((cohort.x[fold_id != fold] != cohort.x[fold_id != fold][0]).any())
        if min(int(kept.sum()), kept.size - int(kept.sum())) < 2 or not varying:
            return
    data = {"y_true": cohort.outcome, "x": cohort.x, "seed": settings.seed, "folds": folds}
    yield Case("deviance", {**data, "measure": "deviance", "threshold": DEFAULT_THRESHOLD})
    if _well_conditioned(cohort):
        yield Case("deviance, tight", {**data, "measure": "deviance", "threshold": TIGHT_THRESHOLD})
    yield Case("squared error", {**data, "measure": "mse", "threshold": DEFAULT_THRESHOLD})
    yield Case("misclassification", {**data, "measure": "class", "threshold": DEFAULT_THRESHOLD})
    if n / folds >= 10:
        yield Case("AUC", {**data, "measure": "auc", "threshold": DEFAULT_THRESHOLD})


def _certified_path(**arguments: Any) -> Mapping[str, Any]:
    from validation.exact.lasso import certified_path

    return certified_path(**arguments)


def _certified_cv(**arguments: Any) -> Mapping[str, Any]:
    from validation.exact.lasso import certified_cv

    return certified_cv(**arguments)


LASSO_PATH = register(
    Statistic(
        name="lasso_path",
        compute=lasso_path,
        r="lasso.R::lasso_path",
        package="glmnet",
        title="LASSO path",
        cases=path_cases,
        quantities={
            "lambdas": solution("value"),
            "intercepts": solution("vector", condition=_CONDITION),
            "coefficients": solution("vector", condition=_CONDITION),
            "standardized_coefficients": solution("vector", condition=_CONDITION),
            "df": bits(),
            "dev_ratio": solution("unit"),
            "null_deviance": solution("value"),
        },
        relations=relations.PATH,
        compat={
            COMPAT: {
                "lambdas": path("value"),
                "intercepts": path("vector", condition=_CONDITION),
                "coefficients": path("vector", condition=_CONDITION),
                "standardized_coefficients": path("vector", condition=_CONDITION),
                "df": bits(),
                "dev_ratio": path("unit"),
                "null_deviance": closed("value"),
                "n_passes": bits("as many sweeps mean the same trajectory"),
            }
        },
        certified=_certified_path,
        display="validation.displays.lasso.CoefficientPathDisplay",
    )
)

LASSO_CV = register(
    Statistic(
        name="lasso_cv",
        compute=lasso_cv,
        r="lasso.R::lasso_cv",
        package="glmnet",
        title="LASSO cross-validation",
        cases=cross_validation_cases,
        quantities={
            "lambdas": solution("value"),
            "mean": solution("vector", condition=_FOLD_CONDITION),
            "standard_error": solution("vector", condition=_FOLD_CONDITION),
            "upper": solution("vector", condition=_FOLD_CONDITION),
            "lower": solution("vector", condition=_FOLD_CONDITION),
            "nonzero": bits(),
            "lambda_min": solution("value"),
            "lambda_1se": solution("value"),
            "index_min": bits(),
            "index_1se": bits(),
            "coefficients_min": solution("vector", condition=_FOLD_CONDITION),
            "coefficients_1se": solution("vector", condition=_FOLD_CONDITION),
            "fold_id": bits(),
            "random_state": bits(),
        },
        relations=relations.CROSS_VALIDATION,
        compat={
            COMPAT: {
                "lambdas": path("value"),
                "mean": path("vector", condition=_FOLD_CONDITION),
                "standard_error": path("vector", condition=_FOLD_CONDITION),
                "upper": path("vector", condition=_FOLD_CONDITION),
                "lower": path("vector", condition=_FOLD_CONDITION),
                "nonzero": bits(),
                "lambda_min": path("value"),
                "lambda_1se": path("value"),
                "index_min": bits(),
                "index_1se": bits(),
                "coefficients_min": path("vector", condition=_FOLD_CONDITION),
                "coefficients_1se": path("vector", condition=_FOLD_CONDITION),
                "fold_id": bits(),
                "random_state": bits(),
            }
        },
        certified=_certified_cv,
        display="validation.displays.lasso.CrossValidationDisplay",
    )
)
