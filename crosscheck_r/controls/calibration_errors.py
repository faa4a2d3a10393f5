"""Wrong-on-purpose distances from a smooth calibration curve."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.calibration import calibration_errors
from validation.lowess import lowess

__all__ = ["CONTROLS"]


def _of_curve(result: Any, observed: Any) -> Any:
    """The result with another curve and the distances from it."""
    error = np.abs(result.predicted - observed)
    return dataclasses.replace(
        result,
        observed=observed,
        integrated_calibration_index=float(error.mean()),
        median_error=float(np.median(error)),
        quantile_90_error=float(np.quantile(error, 0.9)),
        largest_error=float(error.max()),
        estimated_calibration_index=float(100 * np.mean(error**2)),
    )


def _narrow(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return calibration_errors(y_true, y_proba, **{**options, "span": 2 / 3})


def _fewer_knots(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return calibration_errors(y_true, y_proba, **{**options, "knots": 3})


def _lowess(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    return _of_curve(result, lowess(y_proba, y_true, iterations=0)[1])


def _robust(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    return _of_curve(result, lowess(y_proba, y_true)[1]) if result.smoother == "lowess" else result


def _clipped(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    return _of_curve(result, np.clip(result.observed, 0.0, 1.0))


def _on_a_grid(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    grid = np.linspace(result.predicted[0], result.predicted[-1], 100)
    error = np.abs(grid - np.interp(grid, result.predicted, result.observed))
    return dataclasses.replace(result, integrated_calibration_index=float(error.mean()))


def _signed(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    return dataclasses.replace(
        result, integrated_calibration_index=abs(float(np.mean(result.predicted - result.observed)))
    )


def _root(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    return dataclasses.replace(
        result, estimated_calibration_index=math.sqrt(result.estimated_calibration_index / 100.0)
    )


def _order_statistic(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = calibration_errors(y_true, y_proba, **options)
    error = np.sort(np.abs(result.predicted - result.observed))
    return dataclasses.replace(result, quantile_90_error=float(error[math.ceil(0.9 * error.size) - 1]))


def _one_variance(y_true: Any, y_proba: Any, **options: Any) -> Any:
    """Limits of the proportion p (1 - p) / n everywhere."""
    result = calibration_errors(y_true, y_proba, **options)
    share = np.clip(result.observed, 0.0, 1.0)
    reach = 1.959963984540054 * np.sqrt(share * (1.0 - share) / result.n)
    return dataclasses.replace(result, lower=share - reach, upper=share + reach)


def _control(mistake: str, wrong: str, compute: Any) -> Control:
    return Control(f"calibration_errors_{mistake}", "calibration_errors", wrong, compute)


CONTROLS: tuple[Control, ...] = (
    _control("narrow", "takes the span of lowess for loess", _narrow),
    _control("fewer_knots", "takes three knots", _fewer_knots),
    _control("lowess", "takes lowess for every smoother", _lowess),
    _control("robust", "smooths with robustness iterations, which drop events", _robust),
    _control("clipped", "cuts the curve to proportions before it measures", _clipped),
    _control("on_a_grid", "averages over a grid of risks, not over the patients", _on_a_grid),
    _control("signed", "lets distances above and below cancel", _signed),
    _control("root", "gives the root of the mean square", _root),
    _control("order_statistic", "takes an order statistic for the quantile", _order_statistic),
    _control("one_variance", "draws the band as if every window held all patients", _one_variance),
)
