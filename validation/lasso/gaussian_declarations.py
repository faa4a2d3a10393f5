"""Declarations of the LASSO of a continuous outcome for the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from validation.lasso.gaussian import gaussian_lasso_cv, gaussian_lasso_path
from validation.lasso.path import COMPAT
from validation.relations import gaussian as relations
from validation.statistic import Case, Settings, Statistic, bits, closed, definition, path, register

if TYPE_CHECKING:
    from validation.cohort import Cohort

__all__ = ["GAUSSIAN_LASSO_CV", "GAUSSIAN_LASSO_PATH"]

_CONDITION, _FOLD = "condition_number", "fit.condition_number"
#: columns and rows per column with which the replay takes well under a second
_MOST, _ROWS = 100, 3
_THRESHOLD = "glmnet's default threshold stops short of the optimum"
#: a 0/1 outcome taken for a number is what glmnet fits where the family was forgotten
_LABEL = "outcome as a number"


def _path_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    n, p = cohort.x.shape
    if 2 <= p <= _MOST and n >= _ROWS * p:
        yield Case(_LABEL, {"y_true": cohort.outcome.astype(np.float64), "x": cohort.x})


def _cv_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in _path_cases(cohort, settings):
        if cohort.outcome.size >= 3 * settings.folds:
            yield Case(_LABEL, {**case.arguments, "seed": settings.seed, "folds": settings.folds})


GAUSSIAN_LASSO_PATH = register(
    Statistic(
        name="gaussian_lasso_path",
        compute=gaussian_lasso_path,
        r="gaussian.R::gaussian_lasso_path",
        package="glmnet",
        title="LASSO path of least squares",
        cases=_path_cases,
        quantities={
            "lambdas": closed("value"),
            "intercepts": definition(_THRESHOLD, "vector"),
            "coefficients": definition(_THRESHOLD, "vector"),
            "r_squared": definition(_THRESHOLD, "unit"),
            "null_deviance": closed("value"),
        },
        relations=(relations.gaussian_label, relations.gaussian_shift_and_scale, relations.gaussian_patient_order),
        compat={
            COMPAT: {
                "lambdas": closed("value"),
                "intercepts": path("vector", condition=_CONDITION),
                "coefficients": path("vector", condition=_CONDITION),
                "df": bits(),
                "r_squared": path("unit"),
                "null_deviance": closed("value"),
                "n_passes": bits("as many sweeps mean the same trajectory"),
            }
        },
        display="validation.displays.lasso.CoefficientPathDisplay",
    )
)

GAUSSIAN_LASSO_CV = register(
    Statistic(
        name="gaussian_lasso_cv",
        compute=gaussian_lasso_cv,
        r="gaussian.R::gaussian_lasso_cv",
        package="glmnet",
        title="Cross-validation of the LASSO of least squares",
        cases=_cv_cases,
        quantities={
            "lambdas": closed("value"),
            "mean": definition(_THRESHOLD, "vector"),
            "standard_error": definition(_THRESHOLD, "vector"),
            "fold_id": bits(),
            "random_state": bits(),
        },
        relations=(relations.gaussian_cv_scale, relations.gaussian_cv_choices),
        compat={
            COMPAT: {
                "lambdas": closed("value"),
                "mean": path("vector", condition=_FOLD),
                "standard_error": path("vector", condition=_FOLD),
                "nonzero": bits(),
                "lambda_min": closed("value"),
                "lambda_1se": closed("value"),
                "index_min": bits(),
                "index_1se": bits(),
                "fold_id": bits(),
                "random_state": bits(),
            }
        },
    )
)
