"""Wrong-on-purpose relaxed LASSO and selection stability."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.lasso.path import COMPAT
from validation.lasso.relaxed import relaxed_lasso, relaxed_lasso_cv
from validation.lasso.stability import selection_stability

__all__ = ["CONTROLS"]


def _maximum_for_refit(**arguments: Any) -> Any:
    """Converged refits where glmnet stops."""
    return dataclasses.replace(relaxed_lasso(**{**arguments, "compat": None}), compat=COMPAT)


def _penalised(**arguments: Any) -> Any:
    """The penalised coefficients are called refits."""
    result = relaxed_lasso(**arguments)
    return dataclasses.replace(result, coefficients=result.fit.coefficients, intercepts=result.fit.intercepts)


def _all_predictors(**arguments: Any) -> Any:
    """Every refit has the predictors of the last."""
    result = relaxed_lasso(**arguments)
    last = np.repeat(result.coefficients[:, -1:], result.lambdas.size, axis=1)
    return dataclasses.replace(result, coefficients=last)


def _gammas_turned(**arguments: Any) -> Any:
    """The share of the LASSO is taken for that of the refit."""
    result = relaxed_lasso_cv(**arguments)
    return dataclasses.replace(result, mean=result.mean[::-1], standard_error=result.standard_error[::-1])


def _without_normals(**arguments: Any) -> Any:
    """The generator is left where the folds were drawn."""
    result = relaxed_lasso_cv(**arguments)
    plain = relaxed_lasso_cv(**{**arguments, "compat": None})
    return dataclasses.replace(result, random_state=plain.random_state)


def _smallest_lambda(**arguments: Any) -> Any:
    """Within one standard error the smallest lambda is taken."""
    result = relaxed_lasso_cv(**arguments)
    k, g = result.index_min.tolist()
    near = np.flatnonzero(result.mean[g] <= result.mean[g, k] + result.standard_error[g, k])
    return dataclasses.replace(
        result, lambda_1se=float(result.lambdas[near[-1]]), index_1se=np.array([int(near[-1]), g])
    )


def _same_seed(**arguments: Any) -> Any:
    """Every cross-validation has the same seed."""
    result = selection_stability(**{**arguments, "repeats": 1})
    r = int(arguments.get("repeats", 20))
    return dataclasses.replace(
        result, seeds=result.seeds[0] + np.arange(r), lambda_min=np.repeat(result.lambda_min, r),
        lambda_1se=np.repeat(result.lambda_1se, r), times_min=result.times_min * r, times_1se=result.times_1se * r,
    )  # fmt: skip


def _next_seed(seed: int, **arguments: Any) -> Any:
    """The halves are drawn from another seed."""
    result, other = selection_stability(seed=seed, **arguments), selection_stability(seed=seed + 1, **arguments)
    return dataclasses.replace(
        result,
        half_times_min=other.half_times_min,
        half_times_1se=other.half_times_1se,
        random_state=other.random_state,
    )


CONTROLS = (
    Control("relaxed_converged", "relaxed_lasso", "Refits converge where glmnet stops.", _maximum_for_refit, COMPAT),
    Control("relaxed_penalised", "relaxed_lasso", "Penalised coefficients are called refits.", _penalised, COMPAT),
    Control("relaxed_all_predictors", "relaxed_lasso", "Every refit has all predictors.", _all_predictors, COMPAT),
    Control("relaxed_cv_turned", "relaxed_lasso_cv", "The blend is turned round.", _gammas_turned, COMPAT),
    Control("relaxed_cv_state", "relaxed_lasso_cv", "Normal numbers are not drawn.", _without_normals, COMPAT),
    Control("relaxed_cv_smallest", "relaxed_lasso_cv", "The smallest lambda is taken.", _smallest_lambda, COMPAT),
    Control("stability_same_seed", "selection_stability", "All repeats have one seed.", _same_seed, COMPAT),
    Control("stability_next_seed", "selection_stability", "Halves come from another seed.", _next_seed, COMPAT),
)
