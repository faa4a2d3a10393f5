"""Wrong-on-purpose logistic regressions."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy.special import expit, ndtr, stdtr, stdtrit

from crosscheck_r.controls import Control
from validation.logistic import logistic_model_indexes, logistic_regression, univariable_odds_ratios
from validation.r_numerics import qnorm

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _slopes(result: Any, name: str) -> Any:
    """Entries of the predictors, without the intercept where there is one."""
    return getattr(result, name)[-len(result.names) :]


def _limits(result: Any, quantile: float) -> dict[str, Any]:
    b, se = _slopes(result, "coefficients"), _slopes(result, "standard_error")
    return {"lower": np.exp(b - quantile * se), "upper": np.exp(b + quantile * se)}


def _refitted(result: Any, coefficients: Any, standard_error: Any) -> Any:
    """The same report of other estimates."""
    z = coefficients / standard_error
    moved = _with(
        result,
        coefficients=coefficients,
        standard_error=standard_error,
        z=z,
        p_value=2.0 * ndtr(-np.abs(z)),
        odds_ratio=np.exp(coefficients[-len(result.names) :]),
    )
    return _with(moved, **_limits(moved, qnorm(0.975)))


def _design(x: Any) -> Any:
    matrix = np.asarray(x, dtype=np.float64)
    return np.column_stack([np.ones(len(matrix)), matrix])


def _errors_at(design: Any, coefficients: Any) -> Any:
    risk = expit(design @ coefficients)
    information = (design * (risk * (1.0 - risk))[:, None]).T @ design
    return np.sqrt(np.diag(np.linalg.inv(information)))


def _steps(design: Any, y: Any, steps: int) -> list[Any]:
    """Coefficients after each Newton step from zero."""
    coefficients, path = np.zeros(design.shape[1]), []
    for _ in range(steps):
        risk = expit(design @ coefficients)
        information = (design * (risk * (1.0 - risk))[:, None]).T @ design
        coefficients = coefficients + np.linalg.solve(information, design.T @ (y - risk))
        path.append(coefficients)
    return path


def _last_but_one(y_true: Any, x: Any, **options: Any) -> Any:
    return logistic_regression(y_true, x, **(options | {"compat": "glm"}))


def _converged_errors(y_true: Any, x: Any, **options: Any) -> Any:
    return _with(logistic_regression(y_true, x, **{k: v for k, v in options.items() if k != "compat"}), compat="glm")


def _n_minus_p(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    factor = np.sqrt(result.n / (result.n - len(result.coefficients)))
    return _refitted(result, result.coefficients, result.standard_error * factor)


def _rounded_z(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _with(result, **_limits(result, 1.96))


def _t_quantile(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _with(result, **_limits(result, float(stdtrit(result.n - len(result.coefficients), 0.975))))


def _t_p_value(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _with(result, p_value=2.0 * stdtr(result.n - len(result.coefficients), -np.abs(result.z)))


def _one_sided(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _with(result, p_value=ndtr(-np.abs(result.z)))


def _symmetric_limits(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    reach = qnorm(0.975) * result.odds_ratio * result.standard_error[1:]
    return _with(result, lower=result.odds_ratio - reach, upper=result.odds_ratio + reach)


def _penalised(y_true: Any, x: Any, **options: Any) -> Any:
    """Ridge penalty of 1/2 b'b, as scikit-learn has by default."""
    result = logistic_regression(y_true, x, **options)
    design, y = _design(x), np.asarray(y_true, dtype=np.float64)
    penalty = np.diag([0.0, *[1.0] * len(result.names)])
    coefficients = np.zeros(design.shape[1])
    for _ in range(50):
        risk = expit(design @ coefficients)
        information = (design * (risk * (1.0 - risk))[:, None]).T @ design + penalty
        coefficients = coefficients + np.linalg.solve(information, design.T @ (y - risk) - penalty @ coefficients)
    return _refitted(result, coefficients, _errors_at(design, coefficients))


def _no_intercept(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    design = _design(x)[:, 1:]
    coefficients = _steps(design, np.asarray(y_true, dtype=np.float64), 30)[-1]
    errors = np.concatenate([[np.nan], _errors_at(design, coefficients)])
    return _refitted(result, np.concatenate([[0.0], coefficients]), errors)


def _stopped_early(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    design, y = _design(x), np.asarray(y_true, dtype=np.float64)
    before = np.zeros(design.shape[1])
    for coefficients in _steps(design, y, 30):
        if np.max(np.abs(design.T @ (y - expit(design @ coefficients)))) < 1e-4 * np.max(np.abs(design.T @ y)):
            before = coefficients
            break
    return _refitted(result, before, _errors_at(design, before))


def _single_precision(y_true: Any, x: Any, **options: Any) -> Any:
    return logistic_regression(y_true, np.asarray(x).astype(np.float32).astype(float) * (1 + 2.0**-25), **options)


def _single_results(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    coefficients = result.coefficients.astype(np.float32).astype(float)
    return _refitted(result, coefficients, result.standard_error)


def _probit_scaled(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _refitted(result, result.coefficients * (16 * np.sqrt(3) / (15 * np.pi)), result.standard_error)


def _other_class(y_true: Any, x: Any, **options: Any) -> Any:
    return logistic_regression(1 - np.asarray(y_true), x, **options)


def _ratio_of_standardised(y_true: Any, x: Any, **options: Any) -> Any:
    matrix = np.asarray(x, dtype=np.float64)
    return logistic_regression(y_true, (matrix - matrix.mean(axis=0)) / matrix.std(axis=0, ddof=1), **options)


def _aic_without_intercept(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _with(result, aic=result.deviance + 2.0 * len(result.names))


def _null_at_half(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_regression(y_true, x, **options)
    return _with(result, null_deviance=2.0 * result.n * float(np.log(2.0)))


def _weights_rounded(y_true: Any, x: Any, **options: Any) -> Any:
    weights = options.pop("weights", None)
    scaled = None if weights is None else np.asarray(weights) / np.mean(weights)
    return logistic_regression(y_true, x, weights=scaled, **options)


def _adjusted(y_true: Any, x: Any, **options: Any) -> Any:
    alone, together = univariable_odds_ratios(y_true, x, **options), logistic_regression(y_true, x, **options)
    return _with(
        alone,
        odds_ratio=together.odds_ratio,
        lower=together.lower,
        upper=together.upper,
        p_value=together.p_value[1:],
        coefficients=together.coefficients[1:],
        standard_error=together.standard_error[1:],
        z=together.z[1:],
    )


def _univariable_rounded_z(y_true: Any, x: Any, **options: Any) -> Any:
    result = univariable_odds_ratios(y_true, x, **options)
    return _with(result, **_limits(result, 1.96))


def _two_by_two(y_true: Any, x: Any, **options: Any) -> Any:
    """Odds ratio of the table above and below the median, which is not the odds ratio per unit."""
    result = univariable_odds_ratios(y_true, x, **options)
    y, above = np.asarray(y_true) == 1, np.asarray(x) > np.median(x, axis=0)
    a, b = (above & y[:, None]).sum(axis=0) + 0.5, (above & ~y[:, None]).sum(axis=0) + 0.5
    c, d = (~above & y[:, None]).sum(axis=0) + 0.5, (~above & ~y[:, None]).sum(axis=0) + 0.5
    return _refitted(result, np.log(a * d / b / c), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def _bonferroni(y_true: Any, x: Any, **options: Any) -> Any:
    result = univariable_odds_ratios(y_true, x, **options)
    return _with(result, p_value=np.minimum(result.p_value * len(result.names), 1.0))


def _cox_snell(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_model_indexes(y_true, x, **options)
    return _with(result, r_squared=float(-np.expm1(-result.likelihood_ratio / result.n)))


def _ranks_in_classes(y_true: Any, x: Any, **options: Any) -> Any:
    exact = logistic_model_indexes(y_true, x, **options)
    binned = logistic_model_indexes(y_true, x, **(options | {"compat": "rms-6.5"}))
    return _with(exact, c_index=binned.c_index, somers_dxy=binned.somers_dxy, gamma=binned.gamma, tau_a=binned.tau_a)


def _exact_ranks(y_true: Any, x: Any, **options: Any) -> Any:
    binned = logistic_model_indexes(y_true, x, **options)
    exact = logistic_model_indexes(y_true, x, **{k: v for k, v in options.items() if k != "compat"})
    return _with(binned, c_index=exact.c_index, somers_dxy=exact.somers_dxy)


def _own_pairs(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_model_indexes(y_true, x, **options)
    return _with(result, g_index=result.g_index * (result.n - 1) / result.n)


def _maximum_for_lrm(y_true: Any, x: Any, **options: Any) -> Any:
    return _with(logistic_model_indexes(y_true, x, **{k: v for k, v in options.items() if k != "compat"}),
                 compat="rms-6.5")  # fmt: skip


def _intercept_counted(y_true: Any, x: Any, **options: Any) -> Any:
    result = logistic_model_indexes(y_true, x, **options)
    return _with(result, degrees_of_freedom=result.degrees_of_freedom + 1)


_M, _U, _I = "logistic_regression", "univariable_odds_ratios", "logistic_model_indexes"

CONTROLS: tuple[Control, ...] = (
    Control(f"{_M}_last_but_one", _M, "standard errors from the iterate before the last, as in R", _last_but_one),
    Control(f"{_M}_converged_errors", _M, "converged standard errors where R's are due", _converged_errors, "glm"),
    Control(f"{_M}_n_minus_p", _M, "information divided by n - p instead of n", _n_minus_p),
    Control(f"{_M}_rounded_z", _M, "z = 1.96 for the normal quantile", _rounded_z),
    Control(f"{_M}_rounded_z_glm", _M, "z = 1.96 for the normal quantile", _rounded_z, "glm"),
    Control(f"{_M}_t_quantile", _M, "t quantile for the normal quantile", _t_quantile),
    Control(f"{_M}_t_p_value", _M, "p-value from the t distribution", _t_p_value),
    Control(f"{_M}_one_sided", _M, "one-sided p-value", _one_sided),
    Control(f"{_M}_symmetric_limits", _M, "limits symmetric on the scale of the odds ratio", _symmetric_limits),
    Control(f"{_M}_penalised", _M, "ridge penalty that scikit-learn has by default", _penalised),
    Control(f"{_M}_no_intercept", _M, "no intercept", _no_intercept),
    Control(f"{_M}_stopped_early", _M, "stopped when the gradient fell below 1e-4 of its size", _stopped_early),
    Control(f"{_M}_single_precision", _M, "predictors in single precision", _single_precision),
    Control(f"{_M}_single_results", _M, "coefficients rounded to single precision", _single_results),
    Control(f"{_M}_probit_scaled", _M, "probit coefficients for logit coefficients", _probit_scaled),
    Control(f"{_M}_other_class", _M, "the other class taken for the event", _other_class),
    Control(f"{_M}_standardised", _M, "odds ratios per standard deviation", _ratio_of_standardised),
    Control(f"{_M}_aic", _M, "intercept not counted in AIC", _aic_without_intercept),
    Control(f"{_M}_null_at_half", _M, "null deviance of a fair coin", _null_at_half),
    Control(f"{_M}_weights_rescaled", _M, "weights rescaled to mean one", _weights_rounded),
    Control(f"{_U}_adjusted", _U, "adjusted odds ratios in the univariable column", _adjusted),
    Control(f"{_U}_rounded_z", _U, "z = 1.96 for the normal quantile", _univariable_rounded_z),
    Control(f"{_U}_two_by_two", _U, "odds ratio of the 2 x 2 table split at the median", _two_by_two),
    Control(f"{_U}_bonferroni", _U, "p-values multiplied by the number of predictors", _bonferroni),
    Control(f"{_I}_cox_snell", _I, "R2 of Cox and Snell, which cannot reach 1, for Nagelkerke's", _cox_snell),
    Control(f"{_I}_classes", _I, "ranks counted in 5000 classes of risk", _ranks_in_classes),
    Control(f"{_I}_exact_ranks", _I, "exact ranks where those of rms 6.5 are due", _exact_ranks, "rms-6.5"),
    Control(f"{_I}_own_pairs", _I, "Gini's mean difference over n squared pairs", _own_pairs),
    Control(f"{_I}_maximum", _I, "the maximum where lrm's early stop is due", _maximum_for_lrm, "rms-6.5"),
    Control(f"{_I}_intercept", _I, "intercept counted as a degree of freedom", _intercept_counted),
)
