"""What must hold for the relaxed LASSO and for selection stability whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated, expect

__all__ = [
    "blend_of_one_is_the_lasso",
    "choices_lie_on_the_grid",
    "refits_do_not_depend_on_the_unit",
    "refits_explain_more",
    "stability_counts_within_bounds",
    "stability_starts_with_its_seed",
]

Arguments = Mapping[str, Any]
STEPS = 2.0**14
SOLVED = "rounding errors of a solution, magnified by its condition number"


def _require(held: bool, what: str) -> None:
    if not held:
        raise RelationViolated(what)


def refits_explain_more(compute: Any, arguments: Arguments, seed: int) -> None:
    """A refit explains at least as much as the penalised model, with the same predictors."""
    result = compute(**arguments)
    good = ~result.failed
    # glmnet's threshold leaves a part of the deviance
    slack = 1e-10 if result.compat == "default" else 1e-4
    _require(
        bool((result.dev_ratio[good] >= result.fit.dev_ratio[good] - slack).all()),
        "a refit explains less than the penalised model",
    )
    zero = result.fit.coefficients == 0.0
    _require(bool((np.nan_to_num(result.coefficients)[zero] == 0.0).all()), "a refit has a predictor that was dropped")


def refits_do_not_depend_on_the_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """A predictor in a unit k times smaller has 1/k of the coefficient in every refit."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-3, 4, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    same = np.nan_to_num(other.coefficients * np.asarray(by)[:, None])
    eps = STEPS * max(1.0, result.condition_number)
    expect("coefficients", same, np.nan_to_num(result.coefficients), eps=eps, reason=SOLVED)


def blend_of_one_is_the_lasso(compute: Any, arguments: Arguments, seed: int) -> None:
    """With no share of the refit the error is that of the LASSO with the same folds."""
    from validation.lasso import lasso_cv

    result = compute(**arguments)
    mode = None if result.compat == "default" else result.compat
    plain = lasso_cv(**{name: value for name, value in arguments.items() if name != "gammas"}, compat=mode)
    eps = STEPS * max(1.0, result.condition_number)
    expect("mean", result.mean[-1], plain.mean, eps=eps, reason="another route to the same fits")
    _require(np.array_equal(result.fold_id, plain.fold_id), "folds differ from those of the LASSO")


def choices_lie_on_the_grid(compute: Any, arguments: Arguments, seed: int) -> None:
    """The chosen pairs are the least mean and the sparsest within one standard error of it."""
    result = compute(**arguments)
    k, g = result.index_min.tolist()
    sign = -1.0 if result.measure == "auc" else 1.0
    _require(sign * result.mean[g, k] <= np.nanmin(sign * result.mean) * (1.0 + 1e-12) + 1e-300, "not the least mean")
    _require(result.lambda_1se >= result.lambda_min, "the choice within one standard error is less sparse")


def stability_counts_within_bounds(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counts lie between 0 and the number of runs, and the sparser choice is selected no more often in all."""
    result = compute(**arguments)
    for counts, total in (
        (result.times_min, result.seeds.size), (result.times_1se, result.seeds.size),
        (result.half_times_min, result.halves), (result.half_times_1se, result.halves),
    ):  # fmt: skip
        _require(bool((counts >= 0).all() and (counts <= total).all()), "a count exceeds the number of runs")
    _require(bool((result.lambda_1se >= result.lambda_min).all()), "lambda_1se is smaller than lambda_min")


def stability_starts_with_its_seed(compute: Any, arguments: Arguments, seed: int) -> None:
    """The first cross-validation is `lasso_cv` with that seed."""
    from validation.lasso import lasso_cv

    result = compute(**arguments)
    mode = None if result.compat == "default" else result.compat
    keep = ("y_true", "x", "seed", "folds", "measure", "alpha", "threshold")
    plain = lasso_cv(**{name: arguments[name] for name in keep if name in arguments}, compat=mode)
    _require(result.lambda_min[0] == plain.lambda_min, "the first lambda_min is that of another cross-validation")
