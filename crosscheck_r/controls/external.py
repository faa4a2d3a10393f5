"""Wrong-on-purpose numbers of given risks."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from scipy.special import chdtrc

from crosscheck_r.controls import Control
from validation.calibration import external_validation
from validation.calibration.statistics import RMS
from validation.lowess import lowess
from validation.r_numerics import pnorm

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _unbinned(y_true: Any, y_proba: Any, **options: Any) -> Any:
    """Every rank counts, where rms 6.5 has 5000 classes."""
    result, exact = external_validation(y_true, y_proba, **options), external_validation(y_true, y_proba)
    return _with(result, c_index=exact.c_index, somers_dxy=exact.somers_dxy)


def _exchanged(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    a, b = result.calibration_intercept, result.calibration_slope
    return _with(result, calibration_intercept=b, calibration_slope=a)


def _one_degree(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    return _with(result, unreliability_p_value=float(chdtrc(1.0, max(result.unreliability_chi_square, 0.0))))


def _no_penalty(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    return _with(result, unreliability=result.unreliability_chi_square / result.n)


def _one_sided(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    return _with(result, spiegelhalter_p_value=pnorm(-abs(result.spiegelhalter_z)))


def _brier_variance(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    y, p = np.asarray(y_true, dtype=float), np.asarray(y_proba, dtype=float)
    return _with(result, spiegelhalter_z=float((y - p).sum() / math.sqrt((p * (1 - p)).sum())))


def _expected_observed(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    return _with(result, observed_expected_ratio=1.0 / result.observed_expected_ratio)


def _poisson(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    reach = 1.959963984540054 / math.sqrt(result.n_events)
    ratio = result.observed_expected_ratio
    return _with(
        result,
        observed_expected_lower=ratio * math.exp(-reach),
        observed_expected_upper=ratio * math.exp(reach),
    )


def _robust(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    predicted, observed = lowess(y_proba, y_true)
    return _with(result, mean_error=float(np.mean(np.abs(predicted - observed))))


def _squared(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    predicted, observed = lowess(y_proba, y_true, iterations=0)
    return _with(result, mean_error=float(np.mean((predicted - observed) ** 2)))


def _cox_snell(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = external_validation(y_true, y_proba, **options)
    return _with(result, r_squared=-math.expm1(-result.discrimination_chi_square / result.n))


def _maximum(y_true: Any, y_proba: Any, **options: Any) -> Any:
    return _with(external_validation(y_true, y_proba, level=options.get("level", 0.95)), compat=RMS)


def _control(mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"external_validation_{mistake}", "external_validation", wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("unbinned", "counts every rank where rms 6.5 has 5000 classes", _unbinned, RMS),
    _control("exchanged", "exchanges intercept and slope", _exchanged),
    _control("one_degree", "tests two parameters with one degree of freedom", _one_degree),
    _control("no_penalty", "divides the chi-square by n without its expectation", _no_penalty),
    _control("one_sided", "gives a one-sided p-value", _one_sided),
    _control("other_z", "compares events with expected events instead", _brier_variance),
    _control("expected_observed", "divides expected by observed events", _expected_observed),
    _control("poisson", "takes the events for a Poisson number", _poisson),
    _control("robust", "smooths with robustness iterations, which drop events", _robust),
    _control("squared", "averages squared distances", _squared, RMS),
    _control("cox_snell", "leaves R2 unscaled", _cox_snell),
    _control("maximum", "goes on to the maximum where lrm stops", _maximum, RMS),
)
