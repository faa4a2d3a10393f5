"""Wrong-on-purpose comparisons, covariances and limits of areas."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from scipy.special import gammaincc, ndtr, stdtr

from crosscheck_r.controls import Control
from validation.r_numerics import pnorm, qnorm
from validation.roc.curve import PROC
from validation.roc.one_area import auc_interval, auc_test
from validation.roc.paired_covariance import auc_covariance
from validation.roc.several import compare_aucs
from validation.roc.unpaired import roc_test_unpaired

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


# --- two groups


def _p_value(result: Any, df: float) -> float:
    t = result.statistic
    both = 2 * float(stdtr(df, -abs(t)))
    if result.alternative == "two-sided":
        return both
    return float(stdtr(df, -t if result.alternative == "greater" else t))


def _normal(*data: Any, **options: Any) -> Any:
    result = roc_test_unpaired(*data, **options)
    return _with(result, p_value=_p_value(result, 1e9))


def _pooled_df(*data: Any, **options: Any) -> Any:
    result = roc_test_unpaired(*data, **options)
    df = float(sum(result.n_cases) + sum(result.n_controls) - 2)
    return _with(result, df=df, p_value=_p_value(result, df))


def _patients_for_patients_less_one(*data: Any, **options: Any) -> Any:
    # Welch's divisors are N - 1; the ratio of the two shows only where the groups are small
    result = roc_test_unpaired(*data, **options)
    sizes = [m + n for m, n in zip(result.n_cases, result.n_controls, strict=True)]
    df = result.df * (1 + 1 / (min(sizes) - 1))
    return _with(result, df=df, p_value=_p_value(result, df))


def _second_minus_first(*data: Any, **options: Any) -> Any:
    result = roc_test_unpaired(*data, **options)
    return _with(result, difference=-result.difference, statistic=-result.statistic,
                 lower=-result.upper, upper=-result.lower)  # fmt: skip


def _other_side(*data: Any, alternative: str = "two-sided", **options: Any) -> Any:
    result = roc_test_unpaired(*data, alternative=alternative, **options)
    return result if alternative == "two-sided" else _with(result, p_value=1.0 - result.p_value)


def _rounded_once(*data: Any, **options: Any) -> Any:
    compatible = roc_test_unpaired(*data, **options)
    exact = roc_test_unpaired(*data, **{k: v for k, v in options.items() if k != "compat"})
    return _with(compatible, auc_1=exact.auc_1, auc_2=exact.auc_2, statistic=exact.statistic, df=exact.df)


# --- covariance


def _population_divisor(*data: Any, **options: Any) -> Any:
    result = auc_covariance(*data, **options)
    share = (result.n_cases - 1) / result.n_cases
    scaled = {name: getattr(result, name) * share for name in ("variance_1", "variance_2", "covariance")}
    return _with(result, **scaled)


def _correlation_of_the_markers(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = auc_covariance(y_true, y_score_1, y_score_2, **options)
    raw = float(np.corrcoef(y_score_1, y_score_2)[0, 1])
    return _with(result, covariance=raw * math.sqrt(result.variance_1 * result.variance_2))


def _without_the_controls(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = auc_covariance(y_true, y_score_1, y_score_2, **options)
    y = np.asarray(y_true)
    ways = [options.get(f"direction_{i}", "higher") for i in (1, 2)]
    signed = [np.asarray(x) * (1 if way == "higher" else -1) for x, way in zip((y_score_1, y_score_2), ways,
                                                                               strict=True)]  # fmt: skip
    of_cases = [np.sign(x[y == 1][:, None] - x[y == 0]).mean(1) / 2 for x in signed]
    return _with(result, covariance=float(np.cov(*of_cases)[0, 1]) / int(y.sum()))


def _one_direction(*data: Any, direction_1: str = "higher", direction_2: str = "higher", **options: Any) -> Any:
    result = auc_covariance(*data, direction_1=direction_1, direction_2=direction_2, **options)
    # the sign is lost where the directions differ, or wrongly turned where they do not
    return _with(result, covariance=abs(result.covariance))


# --- several markers


def _pseudo_rank(*data: Any, **options: Any) -> Any:
    result = compare_aucs(*data, **options)
    df = len(result.names) - 1
    return _with(result, df=df, p_value=float(gammaincc(df / 2, result.statistic / 2)))


def _one_df_too_many(*data: Any, **options: Any) -> Any:
    result = compare_aucs(*data, **options)
    df = len(result.names)
    return _with(result, df=df, p_value=float(gammaincc(df / 2, result.statistic / 2)))


def _independent(*data: Any, **options: Any) -> Any:
    result = compare_aucs(*data, **options)
    error = np.array([math.sqrt(result.covariance[i, i] + result.covariance[j, j]) for i, j in result.pairs])
    return _with(result, standard_error=error, z=result.difference / error)


def _pseudo_inverse_of_areas(*data: Any, **options: Any) -> Any:
    # the statistic of "all areas are 0.5"
    result = compare_aucs(*data, **options)
    away = result.auc - 0.5
    return _with(result, statistic=float(away @ np.linalg.pinv(result.covariance) @ away))


def _bonferroni(*data: Any, **options: Any) -> Any:
    result = compare_aucs(*data, **options)
    return _with(result, pair_p_value=np.minimum(1.0, result.pair_p_value * len(result.pairs)))


# --- one area


def _clipped_for_logit(*data: Any, method: str = "logit", **options: Any) -> Any:
    result = auc_interval(*data, method=method, **options)
    other = auc_interval(*data, method="delong", **options)
    return _with(result, lower=other.lower, upper=other.upper)


def _forgotten_derivative(*data: Any, method: str = "logit", alternative: str = "two-sided", level: float = 0.95,
                          **options: Any) -> Any:  # fmt: skip
    result = auc_interval(*data, method=method, alternative=alternative, level=level, **options)
    if method != "logit" or alternative != "two-sided" or math.isnan(result.lower):
        return result
    z = qnorm((1 + level) / 2)
    centre = math.log(result.auc / (1 - result.auc))
    low, high = (1 / (1 + math.exp(-(centre + side * z * result.standard_error))) for side in (-1, 1))
    return _with(result, lower=low, upper=high)


def _two_sided_quantile(*data: Any, alternative: str = "two-sided", level: float = 0.95, **options: Any) -> Any:
    if alternative == "two-sided":
        return auc_interval(*data, alternative=alternative, level=level, **options)
    return _with(auc_interval(*data, alternative=alternative, level=(1 + level) / 2, **options), level=level)


def _z_of_1_96(*data: Any, level: float = 0.95, method: str = "logit", **options: Any) -> Any:
    result = auc_interval(*data, level=level, method=method, **options)
    if level != 0.95 or result.alternative != "two-sided" or method != "logit" or math.isnan(result.lower):
        return result
    return _with(result, **dict(zip(("lower", "upper"), result.confidence_interval(2 * float(ndtr(1.96)) - 1),
                                    strict=True)))  # fmt: skip


def _always_chance(*data: Any, value: float = 0.5, **options: Any) -> Any:
    return _with(auc_test(*data, value=0.5, **options), value=value)


def _null_variance(*data: Any, **options: Any) -> Any:
    # the variance of the Mann-Whitney statistic without ties
    result = auc_test(*data, **options)
    m, n = result.n_cases, result.n_controls
    error = math.sqrt((m + n + 1) / (12 * m * n))
    z = (result.auc - result.value) / error
    return _with(result, standard_error=error, statistic=z, p_value=2 * pnorm(-abs(z)))


def _guessed_direction(y_true: Any, y_score: Any, direction: str = "higher", **options: Any) -> Any:
    found = [auc_test(y_true, y_score, direction=way, **options) for way in ("higher", "lower")]
    return max(found, key=lambda result: result.auc)


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


_U, _V, _S, _I, _T = "roc_test_unpaired", "auc_covariance", "compare_aucs", "auc_interval", "auc_test"

CONTROLS: tuple[Control, ...] = (
    _control(_U, "normal", "takes the normal for Student's distribution", _normal),
    _control(_U, "pooled_df", "takes N1 + N2 - 2 degrees of freedom", _pooled_df),
    _control(_U, "n_for_n_less_one", "divides by N where Welch has N - 1", _patients_for_patients_less_one),
    _control(_U, "second_minus_first", "subtracts the first area from the second", _second_minus_first),
    _control(_U, "other_side", "gives the p-value of the other side", _other_side),
    _control(_U, "rounded_once", "rounds once where pROC rounds every sum", _rounded_once, PROC),
    _control(_V, "population_divisor", "divides by m for m - 1", _population_divisor),
    _control(_V, "of_the_markers", "correlates the markers for the placements", _correlation_of_the_markers),
    _control(_V, "without_controls", "leaves out the placements of the controls", _without_the_controls),
    _control(_V, "absolute", "loses the sign where the directions differ", _one_direction),
    _control(_S, "full_rank", "takes k - 1 degrees of freedom whatever the rank", _pseudo_rank),
    _control(_S, "one_df_too_many", "takes k degrees of freedom", _one_df_too_many),
    _control(_S, "independent", "adds variances of paired areas", _independent),
    _control(_S, "against_chance", "tests the areas against 0.5", _pseudo_inverse_of_areas),
    _control(_S, "bonferroni", "adjusts p-values that are said to be unadjusted", _bonferroni),
    _control(_I, "clipped", "clips symmetric limits for logit ones", _clipped_for_logit),
    _control(_I, "no_derivative", "forgets the derivative of the logit", _forgotten_derivative),
    _control(_I, "two_sided_quantile", "takes the two-sided quantile for one side", _two_sided_quantile),
    _control(_I, "z_1_96", "takes 1.96 for the quantile", _z_of_1_96),
    _control(_T, "always_chance", "tests against 0.5 whatever the value", _always_chance),
    _control(_T, "null_variance", "takes the null variance without ties", _null_variance),
    _control(_T, "guessed_direction", "guesses the direction from the data", _guessed_direction),
)
