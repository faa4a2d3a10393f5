"""What must hold for tests of goodness of fit whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "groups_add_up",
    "groups_are_their_chi_square",
    "groups_lose_two_degrees",
    "groups_patient_order",
    "squares_outcome_swap",
    "squares_predictors_in_other_units",
    "squares_sums",
]

Arguments = Mapping[str, Any]
SUMS = 64.0
#: a refit in other units ends within rounding of the same risks
REFIT = 2.0**20


def groups_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    shuffled = {k: np.asarray(v)[order] if k in ("y_true", "y_proba") else v for k, v in arguments.items()}
    result, other = compute(**arguments), compute(**shuffled)
    expect("chi-square", other.chi_square, result.chi_square, eps=SUMS, reason="sums in another order")
    expect("P", other.p_value, result.p_value, eps=SUMS * 64, scale=1.0, reason="P follows the chi-square")


def groups_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Groups hold every patient once, in rising order of their risks."""
    result = compute(**arguments)
    risk, y = np.asarray(arguments["y_proba"], dtype=np.float64), np.asarray(arguments["y_true"])
    expect("patients", result.group_n.sum(), risk.size, eps=0, reason="counts")
    expect("events", result.group_events.sum(), y.sum(), eps=0, reason="counts")
    expect("expected", result.group_expected.sum(), risk.sum(), eps=SUMS, reason="sums in another order")
    means = result.group_mean_risk
    expect("order", np.sort(means), means, eps=0, reason="groups of rising risk")
    order = np.argsort(risk, kind="stable")
    edges = np.cumsum(result.group_n)[:-1]
    # tied patients are never parted
    tied = int(np.count_nonzero(risk[order][edges - 1] == risk[order][edges]))
    expect("parted ties", tied, 0, eps=0, reason="counts")


def groups_are_their_chi_square(compute: Any, arguments: Arguments, seed: int) -> None:
    """The chi-square is that of the table of observed and expected events and non-events."""
    result = compute(**arguments)
    observed = np.array([result.group_events, result.group_n - result.group_events], dtype=np.float64)
    expected = np.array([result.group_expected, result.group_n - result.group_expected])
    chi_square = float(((observed - expected) ** 2 / expected).sum())
    expect("chi-square", result.chi_square, chi_square, eps=2.0**12, reason="the two columns' rounding")
    degrees = len(result.group_n) - (2 if arguments["fitted"] else 0)
    expect("degrees of freedom", result.degrees_of_freedom, degrees, eps=0, reason="a count")
    if degrees == 2:
        tail = math.exp(-result.chi_square / 2)
        expect("P", result.p_value, tail, eps=256, scale=1.0, reason="two degrees of freedom")


def groups_lose_two_degrees(compute: Any, arguments: Arguments, seed: int) -> None:
    """Given risks are tested on two degrees of freedom more than fitted ones, with the same chi-square."""
    fitted, given = (compute(**{**arguments, "fitted": word}) for word in (True, False))
    expect("degrees", given.degrees_of_freedom - fitted.degrees_of_freedom, 2, eps=0, reason="by definition")
    expect("chi-square", given.chi_square, fitted.chi_square, eps=0, reason="the same groups")
    expect("P", min(given.p_value - fitted.p_value, 0.0), 0.0, eps=64, scale=1.0, reason="more degrees, larger P")


def squares_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """A model of the absence of the event fits as well."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"], dtype=np.int8)})
    _same(result, other)


def squares_predictors_in_other_units(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictors in other units and another order leave the test."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    x = x.reshape(len(x), -1)
    changed = (x * 2.0 ** (np.arange(x.shape[1]) % 3 - 1))[:, ::-1].copy()
    _same(compute(**arguments), compute(**{**arguments, "x": changed}))


def _same(result: Any, other: Any) -> None:
    # z is a small difference of sums over a small standard deviation
    bound = REFIT * max(1.0, result.difference_condition / 100.0)
    for name in ("sum_of_squares", "expected", "standard_deviation"):
        expect(name, getattr(other, name), getattr(result, name), eps=bound, reason="refits round otherwise")
    expect("z", other.z, result.z, eps=bound, scale=max(1.0, abs(result.z)), reason="refits round otherwise")


def squares_sums(compute: Any, arguments: Arguments, seed: int) -> None:
    """z and P follow from the sums; the sum of squares is at most that of the prevalence."""
    result, y = compute(**arguments), np.asarray(arguments["y_true"], dtype=np.float64)
    z = (result.sum_of_squares - result.expected) / result.standard_deviation
    expect("z", result.z, z, eps=8, scale=max(1.0, abs(z)), reason="two operations")
    two_sided = math.erfc(abs(z) / math.sqrt(2.0))
    expect("P", result.p_value, two_sided, eps=1024, scale=1.0, reason="P follows z")
    # at the maximum the sum of p (1 - p) is the sum of (y - p) y less what the model's columns explain
    most = float(((y - y.mean()) ** 2).sum())
    expect(
        "expected", max(result.expected - most, 0.0), 0.0, eps=SUMS, scale=most, reason="variance within and between"
    )
