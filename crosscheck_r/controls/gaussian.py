"""Wrong-on-purpose LASSO of least squares."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.lasso.gaussian import gaussian_lasso_cv, gaussian_lasso_path
from validation.lasso.path import COMPAT

__all__ = ["CONTROLS"]


def _sample_variance(y_true: Any, x: Any, **options: Any) -> Any:
    """Columns are divided by the standard deviation with divisor n - 1: every lambda changes."""
    result = gaussian_lasso_path(y_true, x, **options)
    n = len(np.asarray(y_true))
    return dataclasses.replace(result, lambdas=result.lambdas * np.sqrt((n - 1) / n))


def _sum_for_mean(**arguments: Any) -> Any:
    """The loss is a sum of squares instead of half its mean."""
    result = gaussian_lasso_path(**arguments)
    return dataclasses.replace(result, lambdas=2.0 * result.lambdas)


def _converged(**arguments: Any) -> Any:
    """The optimum where glmnet stops."""
    return dataclasses.replace(gaussian_lasso_path(**{**arguments, "compat": None}), compat=COMPAT)


def _pooled(y_true: Any, x: Any, **options: Any) -> Any:
    """The standard error is that of single patients."""
    result = gaussian_lasso_cv(y_true, x, **options)
    share = np.sqrt(9.0 / (len(np.asarray(y_true)) - 1))
    return dataclasses.replace(result, standard_error=result.standard_error * share)


def _smallest(**arguments: Any) -> Any:
    """Within one standard error the smallest lambda is taken."""
    result = gaussian_lasso_cv(**arguments)
    near = np.flatnonzero(result.mean <= result.mean[result.index_min] + result.standard_error[result.index_min])
    return dataclasses.replace(result, index_1se=int(near[-1]), lambda_1se=float(result.lambdas[near[-1]]))


CONTROLS = (
    Control("gaussian_sample_variance", "gaussian_lasso_path", "The divisor is n - 1.", _sample_variance),
    Control("gaussian_sum", "gaussian_lasso_path", "The loss is the sum of squares.", _sum_for_mean),
    Control("gaussian_converged", "gaussian_lasso_path", "The fit converges where glmnet stops.", _converged, COMPAT),
    Control("gaussian_cv_pooled", "gaussian_lasso_cv", "The standard error ignores the folds.", _pooled, COMPAT),
    Control("gaussian_cv_smallest", "gaussian_lasso_cv", "The smallest lambda is taken.", _smallest, COMPAT),
)
