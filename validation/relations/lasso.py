"""What must hold for LASSO paths and their cross-validation whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect
from validation.statistic import Relation

__all__ = [
    "CROSS_VALIDATION",
    "PATH",
    "cv_choices_follow_the_curve",
    "cv_error_from_its_definition",
    "cv_folds_come_from_the_seed",
    "cv_outcome_swap",
    "cv_patient_order",
    "path_begins_empty",
    "path_changed_units",
    "path_is_optimal",
    "path_outcome_swap",
    "path_patient_order",
    "path_sequence_falls_evenly",
    "path_weights_repeat_patients",
]

Arguments = Mapping[str, Any]
#: a path adds up a few hundred rounded sums; what they do to coefficients grows with the condition of the problem
ROUNDINGS = 400.0
WHY = "sums in another order, times the condition number of the information matrix"
_PATH = ("lambdas", "standardized_coefficients", "dev_ratio")


_last: dict[str, Any] = {}


def _unchanged(compute: Any, arguments: Arguments) -> Any:
    """Result on the unchanged arguments; the relations of one case share it."""
    if _last.get("compute") is not compute or _last.get("arguments") is not arguments:
        # both are kept alive, so identity cannot be mistaken
        _last.update(compute=compute, arguments=arguments, result=compute(**arguments))
    return _last["result"]


def _bound(result: Any, arguments: Arguments) -> float:
    """Roundings that may show, given condition and the distance of predictors from 0."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    spread = x.std(axis=0)
    far = np.abs(x.mean(axis=0))[spread > 0.0] / spread[spread > 0.0]
    condition = getattr(result, "fit", result).condition_number
    return ROUNDINGS * max(1.0, float(condition) / 100.0) * max(1.0, float(far.max(initial=1.0)))


def _same(name: str, value: Any, expected: Any, names: tuple[str, ...], arguments: Arguments) -> None:
    for quantity in names:
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=_bound(expected, arguments), reason=WHY)


def _order(arguments: Arguments, seed: int) -> Any:
    return np.random.default_rng(seed).permutation(len(arguments["y_true"]))


def _rows(arguments: Arguments, order: Any) -> dict[str, Any]:
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["x"], dtype=np.float64)
    return {**arguments, "y_true": y[order], "x": x[order]}


def path_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    _same(
        "order", compute(**_rows(arguments, _order(arguments, seed))), _unchanged(compute, arguments), _PATH, arguments
    )


def path_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping the outcome changes the sign of intercepts and coefficients and nothing else."""
    once, swapped = (
        _unchanged(compute, arguments),
        compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])}),
    )
    bound = _bound(once, arguments)
    for name, sign in (("lambdas", 1.0), ("dev_ratio", 1.0), ("standardized_coefficients", -1.0), ("intercepts", -1.0)):
        expect(f"swap: {name}", getattr(swapped, name), sign * getattr(once, name), eps=bound, reason=WHY)


def path_changed_units(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another unit and origin of a predictor changes its coefficient accordingly and no other."""
    x = np.array(arguments["x"], dtype=np.float64)
    column = seed % x.shape[1]
    changed = x.copy()
    changed[:, column] = -0.5 * x[:, column] + np.rint(np.abs(x[:, column]).max())
    once, other = _unchanged(compute, arguments), compute(**{**arguments, "x": changed})
    factor = np.ones((x.shape[1], 1))
    factor[column] = -0.5
    bound = _bound(once, {"x": np.hstack([x, changed])})
    expect("units: coefficients", other.coefficients * factor, once.coefficients, eps=bound, reason=WHY)
    expect("units: dev_ratio", other.dev_ratio, once.dev_ratio, eps=bound, scale=1.0, reason=WHY)


def path_weights_repeat_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """A whole-number weight is that many patients; the size of the weights is irrelevant."""
    n = len(arguments["y_true"])
    weights = np.random.default_rng(seed).integers(1, 4, n)
    # more rows than columns or not decides the default length of the sequence
    fixed = {**arguments, "lambda_min_ratio": 0.01}
    weighted = compute(**{**fixed, "weights": 0.5 * weights})
    repeated = compute(**_rows(fixed, np.repeat(np.arange(n), weights)))
    _same("weights", weighted, repeated, _PATH, arguments)


def path_begins_empty(compute: Any, arguments: Arguments, seed: int) -> None:
    """The sequence begins at the largest mean product of outcome and standardised predictor, with an empty model."""
    result = _unchanged(compute, arguments)
    y, x = np.asarray(arguments["y_true"], dtype=np.float64), np.asarray(arguments["x"], dtype=np.float64)
    spread = x.std(axis=0)
    moments = ((y - y.mean()) @ (x - x.mean(axis=0))) / (y.size * np.where(spread > 0.0, spread, 1.0))
    largest = float(np.abs(moments).max()) / float(arguments.get("alpha", 1.0))
    bound = _bound(result, arguments)
    expect("largest lambda", result.lambdas[0], largest, eps=bound, reason=WHY)
    expect("empty model", result.coefficients[:, 0], np.zeros(x.shape[1]), eps=0, reason="definition of lambda_max")
    odds = float(np.log(y.mean() / (1.0 - y.mean())))
    expect("its intercept", result.intercepts[0], odds, eps=bound, scale=max(1.0, abs(odds)), reason=WHY)


def path_sequence_falls_evenly(compute: Any, arguments: Arguments, seed: int) -> None:
    """Lambdas fall by the same factor; counts and null deviance are those of models and outcome."""
    result = _unchanged(compute, arguments)
    n, p = np.asarray(arguments["x"]).shape
    ratio = float(arguments.get("lambda_min_ratio", 1e-4 if n >= p else 1e-2))
    falls = np.log(result.lambdas[1:] / result.lambdas[:-1])
    step = float(np.log(ratio)) / (int(arguments.get("n_lambda", 100)) - 1)
    expect("fall", falls, np.full(falls.size, step), eps=64.0, scale=1.0, reason="two roundings and their logarithm")
    expect("df", result.df, np.count_nonzero(result.coefficients, axis=0), eps=0, reason="counts")
    mean = float(np.asarray(arguments["y_true"]).mean())
    null = -2.0 * n * (mean * np.log(mean) + (1.0 - mean) * np.log(1.0 - mean))
    expect("null deviance", result.null_deviance, null, eps=64.0, reason="a sum of two logarithms")
    expect("explained at first", result.dev_ratio[0], 0.0, eps=_bound(result, arguments), scale=1.0, reason=WHY)


def path_is_optimal(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every model violates its optimality conditions by no more than the stopping rule leaves."""
    from validation.lasso.optimality import kkt_residual

    result = _unchanged(compute, arguments)
    models = result.intercepts, result.coefficients, result.lambdas
    alpha = float(arguments.get("alpha", 1.0))
    worst = kkt_residual(arguments["y_true"], arguments["x"], *models, alpha=alpha).max()
    # the descent stops on squared changes; the exact engine ends at rounding
    stop = 10.0 * float(np.sqrt(arguments.get("threshold", 1e-7))) if result.compat != "default" else 1e-12
    scale = float(max(1.0, _bound(result, arguments) / ROUNDINGS))
    expect("optimality", min(worst / (stop * scale), 1.0) * float(worst > stop * scale), 0.0, eps=0, reason="stop rule")


def cv_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """With the folds that they have, the order of the patients is irrelevant."""
    once, order = _unchanged(compute, arguments), _order(arguments, seed)
    shuffled = compute(**_rows({**arguments, "fold_id": once.fold_id[order]}, order))
    _same("order", shuffled, once, ("lambdas", "mean", "standard_error"), arguments)


def cv_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping the outcome leaves error, standard error and folds."""
    once, swapped = (
        _unchanged(compute, arguments),
        compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])}),
    )
    expect("swap: folds", swapped.fold_id, once.fold_id, eps=0, reason="drawn before the outcome is looked at")
    # a risk of exactly one half counts as no event, which is not symmetric
    errors = () if once.measure == "class" else ("mean", "standard_error")
    _same("swap", swapped, once, ("lambdas", *errors), arguments)


def cv_folds_come_from_the_seed(compute: Any, arguments: Arguments, seed: int) -> None:
    """Folds are R's permutation of 1 ... K, repeated to length n, drawn first and alone."""
    from validation.r_random import RRandom

    result, generator = _unchanged(compute, arguments), RRandom(arguments["seed"])
    n, folds = len(arguments["y_true"]), int(arguments.get("folds", 10))
    places = generator.sample_int(n, n, replace=False)
    expect("folds", result.fold_id, places % folds + 1, eps=0, reason="integers")
    expect("generator", result.random_state, generator.state, eps=0, reason="integers")


def cv_choices_follow_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """lambda_min is the largest lambda at the optimum of the curve, lambda_1se the largest within one error of it."""
    result = _unchanged(compute, arguments)
    badness = -result.mean if result.measure == "auc" else result.mean
    slack = 0.0 if result.compat != "default" else 64.0 * 2.0**-52 * float(np.abs(badness).max())
    least, best = float(np.nanmin(badness)), result.index_min
    expect("limits", result.upper - result.mean, result.standard_error, eps=8.0, scale=1.0, reason="one addition")
    within = badness[best] + result.standard_error[best] + slack
    holds = {
        "lambda_min attains the optimum": badness[best] <= least + slack,
        "no larger lambda attains it": bool((badness[:best] > least).all()),
        "lambda_1se is within one standard error": badness[result.index_1se] <= within,
        "no larger lambda is": bool((badness[: result.index_1se] > within - 2.0 * slack).all()),
        "lambdas belong to their places": result.lambda_min == result.lambdas[best]
        and result.lambda_1se == result.lambdas[result.index_1se],
    }
    for name, truth in holds.items():
        expect(name, float(truth), 1.0, eps=0, reason="definition")


def cv_error_from_its_definition(compute: Any, arguments: Arguments, seed: int) -> None:
    """Mean and standard error are those of the folds' errors, computed from fits without each fold."""
    from validation.lasso.path import lasso_path

    result = _unchanged(compute, arguments)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["x"], dtype=np.float64)
    n_folds = int(result.fold_id.max())
    if y.size / n_folds < 3:
        return
    engine = "exact" if result.compat == "default" else "glmnet"
    values, sizes = [], []
    for fold in range(1, n_folds + 1):
        out = result.fold_id == fold
        path = lasso_path(y[~out], x[~out], engine=engine, threshold=arguments.get("threshold", 1e-7))
        risks = np.array([path.predict_proba(x[out], float(lam)) for lam in result.lambdas])
        value = _fold_error(result.measure, y[out], risks)
        if not np.isnan(value).any():
            values.append(value)
            sizes.append(float(out.sum()))
    w = np.array(sizes)[:, None] / sum(sizes)
    mean = (np.array(values) * w).sum(axis=0)
    error = np.sqrt((w * (np.array(values) - mean) ** 2).sum(axis=0) / (n_folds - 1))
    bound = _bound(result, arguments)
    expect("mean", result.mean, mean, eps=bound, reason=WHY)
    expect("standard error", result.standard_error, error, eps=10.0 * bound, scale=1.0, reason=WHY)


def _fold_error(measure: str, y: Any, risks: Any) -> Any:
    """Error of one fold at each lambda (rows of `risks`)."""
    if measure == "auc":
        cases, controls = risks[:, y == 1][:, :, None], risks[:, y == 0][:, None, :]
        pairs = cases.shape[1] * controls.shape[2]
        if pairs == 0:
            return np.full(risks.shape[0], np.nan)
        return ((cases > controls) + 0.5 * (cases == controls)).sum(axis=(1, 2)) / pairs
    if measure == "class":
        return ((risks > 0.5) != (y == 1)).mean(axis=1)
    if measure in ("mse", "mae"):
        return 2.0 * (np.abs(y - risks) ** (2 if measure == "mse" else 1)).mean(axis=1)
    clipped = np.clip(risks, 1e-5, 1.0 - 1e-5)
    return -2.0 * np.log(np.where(y == 1, clipped, 1.0 - clipped)).mean(axis=1)


PATH: tuple[Relation, ...] = (
    path_begins_empty,
    path_sequence_falls_evenly,
    path_is_optimal,
    path_patient_order,
    path_outcome_swap,
    path_changed_units,
    path_weights_repeat_patients,
)
CROSS_VALIDATION: tuple[Relation, ...] = (
    cv_folds_come_from_the_seed,
    cv_choices_follow_the_curve,
    cv_error_from_its_definition,
    cv_patient_order,
    cv_outcome_swap,
)
