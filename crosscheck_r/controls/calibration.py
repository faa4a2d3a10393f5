"""Wrong-on-purpose calibration statistics."""

from __future__ import annotations

import dataclasses
import math
import warnings
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.calibration import brier_score, calibration_curve, calibration_statistics
from validation.calibration.statistics import RMS
from validation.internal_validation import calibrate
from validation.lowess import interpolate, lowess
from validation.r_numerics import qnorm
from validation.r_random import RRandom

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _exchanged(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_statistics(y_true, y_proba, **options)
    return _with(result, calibration_intercept=result.calibration_slope, calibration_slope=result.calibration_intercept)


def _large_for_intercept(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_statistics(y_true, y_proba, **options)
    return _with(
        result,
        calibration_intercept=result.calibration_in_the_large,
        calibration_in_the_large=result.calibration_intercept,
    )


def _inverse_slope(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_statistics(y_true, y_proba, **options)
    slope = 1.0 / result.calibration_slope
    return _with(result, calibration_slope=slope, calibration_intercept=-result.calibration_intercept * slope)


def _on_the_risk(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_statistics(y_true, y_proba, **options)
    slope, intercept = np.polyfit(np.asarray(y_proba, dtype=float), np.asarray(y_true, dtype=float), 1)
    return _with(result, calibration_intercept=float(intercept), calibration_slope=float(slope))


def _clipped(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return calibration_statistics(y_true, np.clip(np.asarray(y_proba, dtype=float), 0.1, 0.9), **options)


def _converged(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return _with(calibration_statistics(y_true, y_proba), compat=RMS)


def _stopped(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return _with(calibration_statistics(y_true, y_proba, compat=RMS), compat="default")


def _joint_error(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_statistics(y_true, y_proba, **options)
    return _with(result, in_the_large_standard_error=result.intercept_standard_error)


def _n_minus_one(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = brier_score(y_true, y_proba, **options)
    return _with(result, brier_score=result.brier_score * result.n / (result.n - 1))


def _root(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = brier_score(y_true, y_proba, **options)
    return _with(result, brier_score=math.sqrt(result.brier_score))


def _both_classes(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = brier_score(y_true, y_proba, **options)
    return _with(result, brier_score=2.0 * result.brier_score)


def _single(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return brier_score(y_true, np.asarray(y_proba, dtype=np.float32).astype(float), **options)


def _robust(y_true: Any, y_proba: Any, **options: Any) -> Any:
    curve = calibration_curve(y_true, y_proba, **options)
    return _with(curve, observed=lowess(y_proba, y_true, iterations=3)[1])


def _narrow(y_true: Any, y_proba: Any, **options: Any) -> Any:
    curve = calibration_curve(y_true, y_proba, **options)
    return _with(curve, observed=lowess(y_proba, y_true, iterations=0, span=0.5)[1])


def _every_point(y_true: Any, y_proba: Any, **options: Any) -> Any:
    curve = calibration_curve(y_true, y_proba, **options)
    return _with(curve, observed=lowess(y_proba, y_true, iterations=0, delta=0.0)[1])


def _input_order(y_true: Any, y_proba: Any, **options: Any) -> Any:
    curve = calibration_curve(y_true, y_proba, **options)
    return _with(curve, predicted=np.asarray(y_proba, dtype=float))


def _wald_limits(y_true: Any, y_proba: Any, **options: Any) -> Any:
    curve = calibration_curve(y_true, y_proba, **options)
    share = curve.group_observed
    reach = qnorm(0.5 + curve.level / 2) * np.sqrt(share * (1 - share) / curve.group_n)
    return _with(curve, group_lower=np.maximum(share - reach, 0.0), group_upper=np.minimum(share + reach, 1.0))


def _ties_apart(y_true: Any, y_proba: Any, **options: Any) -> Any:
    curve = calibration_curve(y_true, y_proba, **options)
    order = np.argsort(np.asarray(y_proba), kind="stable")
    parts = np.array_split(np.asarray(y_true)[order], int(options["groups"]))
    return _with(
        curve, group_observed=np.array([part.mean() for part in parts]), group_n=np.array(list(map(len, parts)))
    )


def _corrected(result: Any, optimism: Any) -> Any:
    return _with(result, optimism=optimism, corrected=result.apparent - optimism)


def _wrong_sign(y_true: Any, x: Any, **options: Any) -> Any:
    result = calibrate(y_true, x, **options)
    return _corrected(result, -result.optimism)


def _uncorrected(y_true: Any, x: Any, **options: Any) -> Any:
    result = calibrate(y_true, x, **options)
    return _with(result, corrected=result.apparent)


def _all_points(y_true: Any, x: Any, **options: Any) -> Any:
    result = calibrate(y_true, x, **options)
    known = ~np.isnan(result.corrected)
    inside = np.clip(result.risks, result.predicted[known][0], result.predicted[known][-1])
    error = np.abs(result.risks - interpolate(result.predicted[known], result.corrected[known], inside))
    return _with(result, mean_absolute_error=float(np.mean(error)))


def _on_the_grid(y_true: Any, x: Any, **options: Any) -> Any:
    result = calibrate(y_true, x, **options)
    return _with(result, mean_absolute_error=float(np.nanmean(np.abs(result.predicted - result.corrected))))


def _without_refit(y_true: Any, x: Any, seed: int, bootstraps: int, **options: Any) -> Any:
    result = calibrate(y_true, x, seed=seed, bootstraps=bootstraps, **options)
    y, n = np.asarray(y_true), result.risks.size
    curves = [
        interpolate(*lowess(result.risks[rows], y[rows], iterations=0), result.predicted)
        for rows in RRandom(seed).sample_rows(n, n, bootstraps)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return _corrected(result, np.nanmean(np.array(curves) - result.apparent, axis=0))


def _next_seed(y_true: Any, x: Any, seed: int, **options: Any) -> Any:
    return calibrate(y_true, x, seed=seed + 1, **options)


def _maximum(y_true: Any, x: Any, **options: Any) -> Any:
    options.pop("compat", None)
    return _with(calibrate(y_true, x, **options), compat=RMS)


def _all_resamples(y_true: Any, x: Any, **options: Any) -> Any:
    result = calibrate(y_true, x, **options)
    optimism = result.optimism * result.n_resamples / result.bootstraps
    return _with(_corrected(result, optimism), n_resamples=np.full_like(result.n_resamples, result.bootstraps))


def _whole_difference(y_true: Any, x: Any, **options: Any) -> Any:
    """All of the difference between apparent and held-out error, where .632 takes .632 of it."""
    result = calibrate(y_true, x, **options)
    return _corrected(result, result.optimism / 0.632) if options.get("method") == ".632" else result


def _plain_quantile(y_true: Any, x: Any, **options: Any) -> Any:
    result = calibrate(y_true, x, **options)
    known = ~np.isnan(result.corrected)
    error = result.risks - interpolate(result.predicted[known], result.corrected[known], result.risks)
    error = np.sort(np.abs(error[~np.isnan(error)]))
    return _with(result, quantile_90_absolute_error=float(error[math.ceil(0.9 * error.size) - 1]))


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("calibration_statistics", "exchanged", "exchanges intercept and slope", _exchanged),
    _control("calibration_statistics", "large_for_intercept", "exchanges the two intercepts", _large_for_intercept),
    _control("calibration_statistics", "inverse_slope", "regresses the risk on the outcome", _inverse_slope),
    _control("calibration_statistics", "on_the_risk", "fits a straight line to the risk itself", _on_the_risk),
    _control("calibration_statistics", "clipped", "clips risks to 0.1 and 0.9", _clipped),
    _control("calibration_statistics", "converged", "goes on to the maximum where lrm stops", _converged, RMS),
    _control("calibration_statistics", "stopped", "stops where lrm stops", _stopped),
    _control(
        "calibration_statistics", "joint_error", "gives the joint error for calibration in the large", _joint_error
    ),
    _control("brier_score", "n_minus_one", "divides by n - 1", _n_minus_one),
    _control("brier_score", "root", "takes the square root", _root),
    _control("brier_score", "both_classes", "sums over both classes, as Brier first did", _both_classes),
    _control("brier_score", "single", "casts the risks to single precision", _single),
    _control("calibration_curve", "robust", "smooths with three robustness iterations", _robust),
    _control("calibration_curve", "narrow", "takes span 1/2", _narrow),
    _control("calibration_curve", "every_point", "fits at every point", _every_point),
    _control("calibration_curve", "input_order", "leaves the risks unsorted", _input_order),
    _control("calibration_curve", "wald_limits", "takes Wald's limits for Wilson's", _wald_limits),
    _control("calibration_curve", "ties_apart", "puts tied risks into different groups", _ties_apart),
    _control("calibrate", "without_refit", "keeps the first model in all resamples", _without_refit, RMS),
    _control("calibrate", "wrong_sign", "adds the optimism", _wrong_sign, RMS),
    _control("calibrate", "uncorrected", "leaves out the optimism", _uncorrected, RMS),
    _control("calibrate", "all_points", "averages the error over patients beyond the grid too", _all_points, RMS),
    _control("calibrate", "on_the_grid", "averages the error over the grid", _on_the_grid, RMS),
    _control("calibrate", "next_seed", "draws from another seed", _next_seed, RMS),
    _control("calibrate", "maximum", "goes on to the maximum where lrm stops", _maximum, RMS),
    _control("calibrate", "all_resamples", "divides by all resamples where some do not reach", _all_resamples, RMS),
    _control("calibrate", "whole_difference", "takes all of the difference with .632", _whole_difference, RMS),
    _control("calibrate", "plain_quantile", "takes an order statistic for the quantile", _plain_quantile, RMS),
)
