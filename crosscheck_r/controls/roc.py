"""Wrong-on-purpose ROC statistics."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from scipy.special import expit, logit, stdtrit

from crosscheck_r.controls import Control
from validation.r_numerics import pnorm, qnorm
from validation.roc import auc, optimal_cutoff, roc_curve, roc_test
from validation.roc.curve import PROC
from validation.roc.placements import place

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _limits(result: Any, z: float, error: float | None = None) -> dict[str, float]:
    reach = z * (result.standard_error if error is None else error)
    return {"lower": max(result.auc - reach, 0.0), "upper": min(result.auc + reach, 1.0)}


def _variance_over_m(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    m, n = result.n_cases, result.n_controls
    placed = place(np.asarray(y_true).astype(np.int8), np.asarray(y_score, dtype=float), result.direction)
    variance = float(np.var(placed.cases / (2 * n)) / m + np.var(placed.controls / (2 * m)) / n)
    error = math.sqrt(variance)
    return _with(result, variance=variance, standard_error=error, **_limits(result, qnorm(0.975), error))


def _rounded_z(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    return _with(result, **_limits(result, 1.96))


def _t_quantile(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    return _with(result, **_limits(result, float(stdtrit(result.n_cases + result.n_controls - 2, 0.975))))


def _hanley_mcneil(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    a, m, n = result.auc, result.n_cases, result.n_controls
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (a * (1 - a) + (m - 1) * (q1 - a * a) + (n - 1) * (q2 - a * a)) / (m * n)
    error = math.sqrt(max(variance, 0.0))
    return _with(result, variance=variance, standard_error=error, **_limits(result, qnorm(0.975), error))


def _logit_interval(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    if not 0.0 < result.auc < 1.0:
        return _with(result, lower=math.nan, upper=math.nan)
    reach = qnorm(0.975) * result.standard_error / (result.auc * (1 - result.auc))
    centre = float(logit(result.auc))
    return _with(result, lower=float(expit(centre - reach)), upper=float(expit(centre + reach)))


def _single_precision(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    names = ("auc", "variance", "standard_error", "lower", "upper")
    return _with(result, **{name: float(np.float32(getattr(result, name))) for name in names})


def _single_scores(y_true: Any, y_score: Any, **options: Any) -> Any:
    return auc(y_true, np.asarray(y_score).astype(np.float32).astype(float), **options)


def _ties_by_order(y_true: Any, y_score: Any, **options: Any) -> Any:
    ranks = np.argsort(np.argsort(np.asarray(y_score), kind="stable"), kind="stable").astype(float)
    return auc(y_true, ranks, **options)


def _ties_lost(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    y, x = np.asarray(y_true), np.asarray(y_score)
    sign = 1 if result.direction == "higher" else -1
    wins = float(np.mean(sign * x[y == 1][:, None] > sign * x[y == 0][None, :]))
    return _with(result, auc=wins)


def _unclipped(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    reach = qnorm(0.975) * result.standard_error
    return _with(result, lower=result.auc - reach, upper=result.auc + reach)


def _guessed_direction(y_true: Any, y_score: Any, direction: str = "higher", **options: Any) -> Any:
    y, x = np.asarray(y_true), np.asarray(y_score)
    guess = "higher" if np.median(x[y == 0]) <= np.median(x[y == 1]) else "lower"
    return auc(y_true, y_score, direction=guess, **options)


def _ninety(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc(y_true, y_score, **options)
    return _with(result, **_limits(result, qnorm(0.95)))


def _pairs_for_trapezoid(y_true: Any, y_score: Any, **options: Any) -> Any:
    compatible = auc(y_true, y_score, **options)
    exact = auc(y_true, y_score, **{k: v for k, v in options.items() if k != "compat"})
    return _with(compatible, auc=exact.auc)


def _strict_threshold(y_true: Any, y_score: Any, direction: str = "higher", **options: Any) -> Any:
    curve = roc_curve(y_true, y_score, direction=direction, **options)
    distinct = np.unique(np.asarray(y_score, dtype=float))
    ascending = np.concatenate([[-np.inf], distinct])
    return _with(curve, thresholds=ascending if direction == "higher" else -np.sort(-ascending))


def _strictly_above(y_true: Any, y_score: Any, direction: str = "higher", **options: Any) -> Any:
    curve = roc_curve(y_true, y_score, direction=direction, **options)
    sign = 1.0 if direction == "higher" else -1.0
    y, x = np.asarray(y_true), sign * np.asarray(y_score, dtype=float)
    cases, controls = np.sort(x[y == 1]), np.sort(x[y == 0])
    thresholds = sign * curve.thresholds
    above = cases.size - np.searchsorted(cases, thresholds, side="right")
    below = np.searchsorted(controls, thresholds, side="right")
    return _with(curve, sensitivity=above / cases.size, specificity=below / controls.size)


def _false_positive_rate(y_true: Any, y_score: Any, **options: Any) -> Any:
    curve = roc_curve(y_true, y_score, **options)
    return _with(curve, specificity=1.0 - curve.specificity)


def _exchanged_rates(y_true: Any, y_score: Any, **options: Any) -> Any:
    curve = roc_curve(y_true, y_score, **options)
    return _with(curve, sensitivity=curve.specificity, specificity=curve.sensitivity)


def _complement(y_true: Any, y_score: Any, **options: Any) -> Any:
    curve = roc_curve(y_true, y_score, **options)
    return _with(curve, specificity=1.0 - (1.0 - curve.specificity))


def _observed_threshold(y_true: Any, y_score: Any, **options: Any) -> Any:
    best = optimal_cutoff(y_true, y_score, **options)
    x = np.unique(np.asarray(y_score, dtype=float))
    nearest = np.array([x[np.argmin(np.abs(x - t))] for t in best.threshold])
    return _with(best, threshold=nearest)


def _closest_corner(y_true: Any, y_score: Any, direction: str = "higher", **options: Any) -> Any:
    best = optimal_cutoff(y_true, y_score, direction=direction, **options)
    curve = roc_curve(y_true, y_score, direction=direction)
    distance = (1 - curve.sensitivity) ** 2 + (1 - curve.specificity) ** 2
    at = distance == distance.min()
    return _with(
        best, threshold=curve.thresholds[at], sensitivity=curve.sensitivity[at], specificity=curve.specificity[at]
    )


def _balanced_accuracy(y_true: Any, y_score: Any, **options: Any) -> Any:
    best = optimal_cutoff(y_true, y_score, **options)
    return _with(best, accuracy=(best.sensitivity + best.specificity) / 2)


def _half_prevalence(y_true: Any, y_score: Any, **options: Any) -> Any:
    best = optimal_cutoff(y_true, y_score, **options)
    with np.errstate(invalid="ignore"):
        value = best.sensitivity / (best.sensitivity + 1 - best.specificity)
    return _with(best, positive_predictive_value=value)


def _exchanged_cutoff(y_true: Any, y_score: Any, **options: Any) -> Any:
    best = optimal_cutoff(y_true, y_score, **options)
    return _with(best, sensitivity=best.specificity, specificity=best.sensitivity)


def _unpaired(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test(y_true, y_score_1, y_score_2, **options)
    first = auc(y_true, y_score_1, direction=options.get("direction_1", "higher"))
    second = auc(y_true, y_score_2, direction=options.get("direction_2", "higher"))
    error = math.sqrt(first.variance + second.variance)
    statistic = result.difference / error
    return _with(result, standard_error=error, statistic=statistic, p_value=2 * pnorm(-abs(statistic)))


def _covariance_over_m(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test(y_true, y_score_1, y_score_2, **options)
    y, m, n = np.asarray(y_true).astype(np.int8), result.n_cases, result.n_controls
    placed = [
        place(y, np.asarray(scores, dtype=float), options.get(f"direction_{i}", "higher"))
        for i, scores in enumerate((y_score_1, y_score_2), start=1)
    ]
    x_1, x_2 = (p.cases / (2 * n) for p in placed)
    y_1, y_2 = (p.controls / (2 * m) for p in placed)
    together = np.cov(x_1, x_2, bias=True)[0, 1] / m + np.cov(y_1, y_2, bias=True)[0, 1] / n
    return _with(result, covariance=float(together))


def _one_sided(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test(y_true, y_score_1, y_score_2, **options)
    return _with(result, p_value=pnorm(-abs(result.statistic)))


def _reversed_difference(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test(y_true, y_score_1, y_score_2, **options)
    return _with(result, statistic=-result.statistic, lower=-result.upper, upper=-result.lower)


def _rounded_limits(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test(y_true, y_score_1, y_score_2, **options)
    reach = 1.96 * result.standard_error
    return _with(result, lower=result.difference - reach, upper=result.difference + reach)


def _jittered_variance(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test(y_true, y_score_1, y_score_2, **options)
    statistic = result.difference / math.sqrt(result.standard_error**2 + 2e-10)
    return _with(result, statistic=statistic, p_value=2 * pnorm(-abs(statistic)))


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("auc", "variance_over_m", "divides by m and n instead of m - 1 and n - 1", _variance_over_m),
    _control("auc", "rounded_z", "takes 1.96 for the normal quantile", _rounded_z),
    _control("auc", "t_quantile", "takes a t quantile for the normal one", _t_quantile),
    _control("auc", "hanley_mcneil", "takes the variance of Hanley and McNeil for DeLong's", _hanley_mcneil),
    _control("auc", "logit_interval", "builds the interval on the logit scale", _logit_interval),
    _control("auc", "single_precision", "keeps single precision", _single_precision),
    _control("auc", "single_scores", "casts the scores to single precision", _single_scores),
    _control("auc", "ties_by_order", "breaks ties by the order of the rows", _ties_by_order),
    _control("auc", "ties_lost", "counts ties as lost", _ties_lost),
    _control("auc", "unclipped", "lets limits leave [0, 1]", _unclipped),
    _control("auc", "guessed_direction", "guesses the direction from the medians", _guessed_direction),
    _control("auc", "ninety_per_cent", "gives a 90 % interval", _ninety),
    _control("auc", "pairs_for_trapezoid", "gives U/(mn) where pROC sums trapezoids", _pairs_for_trapezoid, PROC),
    _control("roc_curve", "observed_thresholds", "takes observed scores for midpoints", _strict_threshold),
    _control("roc_curve", "strictly_above", "takes > for >= at the threshold", _strictly_above),
    _control("roc_curve", "false_positive_rate", "gives 1 - specificity as specificity", _false_positive_rate),
    _control("roc_curve", "exchanged_rates", "exchanges sensitivity and specificity", _exchanged_rates),
    _control("roc_curve", "complement", "computes specificity as 1 - FP/n", _complement, PROC),
    _control("optimal_cutoff", "observed_threshold", "reports an observed value for the midpoint", _observed_threshold),
    _control("optimal_cutoff", "closest_corner", "takes the point closest to the corner", _closest_corner),
    _control("optimal_cutoff", "balanced_accuracy", "gives the balanced accuracy as accuracy", _balanced_accuracy),
    _control("optimal_cutoff", "half_prevalence", "gives the predictive value at half prevalence", _half_prevalence),
    _control("optimal_cutoff", "exchanged_rates", "exchanges sensitivity and specificity", _exchanged_cutoff),
    _control("roc_test", "unpaired", "leaves out the covariance", _unpaired),
    _control("roc_test", "covariance_over_m", "divides the covariance by m and n", _covariance_over_m),
    _control("roc_test", "one_sided", "gives the one-sided p-value", _one_sided),
    _control("roc_test", "reversed", "subtracts the first area from the second", _reversed_difference),
    _control("roc_test", "rounded_z", "takes 1.96 for the normal quantile", _rounded_limits),
    _control("roc_test", "jittered_variance", "adds 1e-10 to both variances", _jittered_variance),
)
