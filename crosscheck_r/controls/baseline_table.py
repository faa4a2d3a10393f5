"""Wrong-on-purpose baseline tables."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
from scipy.special import stdtr

from crosscheck_r.controls import Control
from validation.baseline_table import baseline_categorical, baseline_continuous
from validation.r_numerics import pnorm

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _population_deviation(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    m = result.n_events
    return _with(result, standard_deviation_events=result.standard_deviation_events * math.sqrt((m - 1) / m))


def _standard_error_for_deviation(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    return _with(result, standard_deviation_others=result.standard_deviation_others / math.sqrt(result.n_others))


def _student_for_welch(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    return _with(result, welch_t=result.student_t, welch_p_value=result.student_p_value)


def _welch_with_pooled_degrees(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    degrees = result.n_events + result.n_others - 2
    return _with(result, welch_p_value=2.0 * stdtr(degrees, -np.abs(result.welch_t)))


def _normal_for_t(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    p_values = np.array([2.0 * pnorm(-abs(t)) for t in result.student_t.tolist()])
    return _with(result, student_p_value=p_values)


def _one_sided(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    return _with(result, student_p_value=result.student_p_value / 2)


def _without_continuity(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    return _with(result, mann_whitney_corrected_p_value=result.mann_whitney_uncorrected_p_value)


def _other_u(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    return _with(result, mann_whitney_u=result.n_events * result.n_others - result.mann_whitney_u)


def _pooled_standardiser(**arguments: Any) -> Any:
    result = baseline_continuous(**arguments)
    m, n = result.n_events, result.n_others
    a, b = result.standard_deviation_events**2, result.standard_deviation_others**2
    pooled = np.sqrt(((m - 1) * a + (n - 1) * b) / (m + n - 2))
    return _with(result, standardized_mean_difference=result.mean_difference / pooled)


def _quartiles_of_halves(y_true: Any, x: Any, **options: Any) -> Any:
    result = baseline_continuous(y_true, x, **options)
    events = np.sort(np.asarray(x, dtype=float)[np.asarray(y_true) == 1], axis=0)
    return _with(result, lower_quartile_events=np.median(events[: len(events) // 2], axis=0))


def _always_corrected(**arguments: Any) -> Any:
    result = baseline_categorical(**arguments)
    return _with(result, chi_square=result.yates_chi_square, chi_square_p_value=result.yates_p_value)


def _never_corrected(**arguments: Any) -> Any:
    result = baseline_categorical(**arguments)
    return _with(result, yates_chi_square=result.chi_square, yates_p_value=result.chi_square_p_value)


def _mid_p(y_true: Any, x: Any, **options: Any) -> Any:
    """Half of the probability of the observed table is left out."""
    result = baseline_categorical(y_true, x, **options)
    a, b = result.count_events.tolist(), result.count_others.tolist()
    p = [
        math.comb(a[i] + b[i], a[i])
        * math.comb(a[i + 1] + b[i + 1], a[i + 1])
        / math.comb(sum(a[i : i + 2]) + sum(b[i : i + 2]), sum(a[i : i + 2]))
        for i in range(0, 2 * len(result.names), 2)
    ]
    return _with(result, fisher_p_value=result.fisher_p_value - np.array(p) / 2)


def _row_percentages(**arguments: Any) -> Any:
    """The groups are taken for the levels."""
    result = baseline_categorical(**arguments)
    return _with(result, count_events=result.count_others, count_others=result.count_events)


CONTROLS = (
    Control(
        "baseline_continuous_population_deviation",
        "baseline_continuous",
        "The standard deviation divides by n.",
        _population_deviation,
    ),
    Control(
        "baseline_continuous_standard_error",
        "baseline_continuous",
        "The standard error is printed as standard deviation.",
        _standard_error_for_deviation,
    ),
    Control(
        "baseline_continuous_student_for_welch",
        "baseline_continuous",
        "Student's test is called Welch's.",
        _student_for_welch,
    ),
    Control(
        "baseline_continuous_pooled_degrees",
        "baseline_continuous",
        "Welch's test keeps n - 2 degrees of freedom.",
        _welch_with_pooled_degrees,
    ),
    Control("baseline_continuous_normal", "baseline_continuous", "The t test uses the normal tails.", _normal_for_t),
    Control("baseline_continuous_one_sided", "baseline_continuous", "The p-value is one-sided.", _one_sided),
    Control(
        "baseline_continuous_no_continuity",
        "baseline_continuous",
        "The rank test leaves out the continuity correction.",
        _without_continuity,
    ),
    Control("baseline_continuous_other_u", "baseline_continuous", "U is that of the other group.", _other_u),
    Control(
        "baseline_continuous_pooled_standardiser",
        "baseline_continuous",
        "The difference is standardised by the pooled standard deviation.",
        _pooled_standardiser,
    ),
    Control(
        "baseline_continuous_quartiles_of_halves",
        "baseline_continuous",
        "Quartiles are the medians of the halves.",
        _quartiles_of_halves,
    ),
    Control(
        "baseline_categorical_always_corrected",
        "baseline_categorical",
        "Yates's correction is always applied.",
        _always_corrected,
    ),
    Control(
        "baseline_categorical_never_corrected",
        "baseline_categorical",
        "Yates's correction is never applied.",
        _never_corrected,
    ),
    Control("baseline_categorical_mid_p", "baseline_categorical", "Fisher's test is the mid-p variant.", _mid_p),
    Control(
        "baseline_categorical_exchanged_groups",
        "baseline_categorical",
        "The groups are exchanged.",
        _row_percentages,
    ),
)
