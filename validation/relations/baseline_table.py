"""What must hold for a baseline table whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "categorical_doubling",
    "categorical_exchanged_groups",
    "categorical_patient_order",
    "continuous_exchanged_groups",
    "continuous_patient_order",
    "continuous_unit",
    "ranks_of_transformed_values",
]

Arguments = Mapping[str, Any]
#: sums in another order, divided and rooted
_SUMS = 64.0


def _shuffled(arguments: Arguments, seed: int) -> dict[str, Any]:
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    return {
        **arguments,
        "y_true": np.asarray(arguments["y_true"])[order],
        "x": np.asarray(arguments["x"], dtype=np.float64)[order],
    }


def _exchanged(arguments: Arguments) -> dict[str, Any]:
    return {**arguments, "y_true": 1 - np.asarray(arguments["y_true"])}


def continuous_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    result, other = compute(**arguments), compute(**_shuffled(arguments, seed))
    for name in ("median_events", "lower_quartile_others", "mann_whitney_u", "mann_whitney_corrected_p_value"):
        expect(name, getattr(other, name), getattr(result, name), eps=0, reason="only order and ranks enter")
    for name in ("mean_events", "standard_deviation_others"):
        expect(name, getattr(other, name), getattr(result, name), eps=_SUMS, reason="sums in another order")


def continuous_exchanged_groups(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanging the groups negates the difference and leaves every p-value."""
    result, other = compute(**arguments), compute(**_exchanged(arguments))
    for name in ("mean_difference", "standardized_mean_difference", "student_t", "welch_t"):
        expect(name, getattr(other, name), -getattr(result, name), eps=_SUMS, reason="the same sums")
    expect("lower", other.welch_lower, -result.welch_upper, eps=_SUMS, reason="the same sums")
    for name in ("student_p_value", "welch_p_value", "mann_whitney_corrected_p_value", "mann_whitney_exact_p_value"):
        expect(name, getattr(other, name), getattr(result, name), eps=_SUMS, scale=1.0, reason="the same sums")
    pairs = float(result.n_events) * result.n_others
    expect("U", other.mann_whitney_u + result.mann_whitney_u, np.full(len(result.names), pairs), eps=0, reason="counts")


def continuous_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """In a unit half as large every value doubles, and no test changes."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "x": 2.0 * x})
    for name in ("mean_events", "standard_deviation_others", "upper_quartile_events", "student_upper"):
        expect(name, getattr(other, name), 2.0 * getattr(result, name), eps=0, reason="doubling is exact")
    for name in ("student_t", "welch_p_value", "welch_degrees_of_freedom", "standardized_mean_difference"):
        expect(name, getattr(other, name), getattr(result, name), eps=0, reason="doubling is exact")


def ranks_of_transformed_values(compute: Any, arguments: Arguments, seed: int) -> None:
    """The rank test sees the order only."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    ranks = np.column_stack([np.unique(column, return_inverse=True)[1] for column in x.T]).astype(np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "x": ranks})
    for name in ("mann_whitney_u", "mann_whitney_uncorrected_p_value", "mann_whitney_exact_p_value"):
        expect(name, getattr(other, name), getattr(result, name), eps=0, reason="the same order")


def categorical_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    result, other = compute(**arguments), compute(**_shuffled(arguments, seed))
    for name in ("count_events", "chi_square", "yates_chi_square", "fisher_p_value"):
        expect(name, getattr(other, name), getattr(result, name), eps=0, reason="counts")


def categorical_exchanged_groups(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanging the groups exchanges the counts and leaves every test."""
    result, other = compute(**arguments), compute(**_exchanged(arguments))
    expect("counts", other.count_events, result.count_others, eps=0, reason="counts")
    expect("chi-square", other.chi_square, result.chi_square, eps=0, reason="rounded once")
    expect("Fisher", other.fisher_p_value, result.fisher_p_value, eps=_SUMS, scale=1.0, reason="another order of terms")


def categorical_doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Each patient twice doubles the chi-square and leaves the standardised difference."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    twice = {**arguments, "y_true": np.repeat(np.asarray(arguments["y_true"]), 2), "x": np.repeat(x, 2, axis=0)}
    result, other = compute(**arguments), compute(**twice)
    expect("chi-square", other.chi_square, 2 * result.chi_square, eps=0, reason="rounded once")
    expect(
        "difference",
        other.standardized_mean_difference,
        result.standardized_mean_difference,
        eps=0,
        reason="rounded once",
    )
