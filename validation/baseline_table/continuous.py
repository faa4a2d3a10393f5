"""Continuous variables of a baseline table: both groups described and compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.baseline_table.groups import checked
from validation.baseline_table.ranks import mann_whitney
from validation.baseline_table.tests_of_means import student, welch
from validation.checks import Floats, check_level
from validation.errors import NotEstimable
from validation.r_numerics import quantile_type7, r_mean, r_variance
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.baseline_table import StandardizedDifferenceDisplay

__all__ = ["BaselineContinuousResult", "baseline_continuous"]


@dataclass(frozen=True)
class BaselineContinuousResult(Result):
    """Continuous variables of patients with and without the event; arrays have one entry per variable.

    Attributes
    ----------
    names : tuple of str
    n_events, n_others : int
        Patients with and without the event.
    mean_events, mean_others, standard_deviation_events, standard_deviation_others : ndarray of shape (p,)
        In the unit of the variable.
    median_events, lower_quartile_events, upper_quartile_events : ndarray of shape (p,)
    median_others, lower_quartile_others, upper_quartile_others : ndarray of shape (p,)
        Quantiles of type 7.
    mean_difference : ndarray of shape (p,)
        Mean of the events less mean of the others.
    standardized_mean_difference : ndarray of shape (p,)
        Over the root of the mean of both variances.
    student_t, student_p_value, student_lower, student_upper : ndarray of shape (p,)
        Student's t test (pooled variance) and limits of the mean difference.
    welch_t, welch_degrees_of_freedom, welch_p_value, welch_lower, welch_upper : ndarray of shape (p,)
        Welch's t test (a variance of each group) and limits of the mean difference.
    mann_whitney_u : ndarray of shape (p,)
        Pairs of an event and another patient in which the event has the higher value, ties half.
    mann_whitney_corrected_p_value, mann_whitney_uncorrected_p_value : ndarray of shape (p,)
        Normal approximation with the variance for ties, with and without continuity correction.
    mann_whitney_exact_p_value : ndarray of shape (p,)
        NaN with ties, and where a group has 50 patients or more.
    level : float
    condition_number, limit_condition : float
        By how much the subtractions behind tests and limits magnify relative errors, at most.
    compat : str
    """

    names: tuple[str, ...]
    n_events: int
    n_others: int
    mean_events: Floats
    standard_deviation_events: Floats
    median_events: Floats
    lower_quartile_events: Floats
    upper_quartile_events: Floats
    mean_others: Floats
    standard_deviation_others: Floats
    median_others: Floats
    lower_quartile_others: Floats
    upper_quartile_others: Floats
    mean_difference: Floats
    standardized_mean_difference: Floats
    student_t: Floats
    student_p_value: Floats
    student_lower: Floats
    student_upper: Floats
    welch_t: Floats
    welch_degrees_of_freedom: Floats
    welch_p_value: Floats
    welch_lower: Floats
    welch_upper: Floats
    mann_whitney_u: Floats
    mann_whitney_corrected_p_value: Floats
    mann_whitney_uncorrected_p_value: Floats
    mann_whitney_exact_p_value: Floats
    level: float
    condition_number: float
    limit_condition: float
    compat: str

    def plot(self, ax: Any = None) -> StandardizedDifferenceDisplay:
        """Standardised mean differences on a Matplotlib axes."""
        from validation.displays.baseline_table import StandardizedDifferenceDisplay

        return StandardizedDifferenceDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        arrays = [f.name for f in fields(self) if isinstance(getattr(self, f.name), np.ndarray)]
        return {"variable": list(self.names)} | {name: getattr(self, name).tolist() for name in arrays}


def baseline_continuous(
    y_true: Any, x: Any, *, names: Sequence[str] | None = None, level: float = 0.95
) -> BaselineContinuousResult:
    """Describe and compare continuous variables of patients with and without the event.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Variables, each in its own unit.
    names : sequence of str, optional
        Names of the variables; those of the data frame, else ``x1`` ... ``xp``.
    level : float
        Confidence level of the limits of the mean difference, strictly between 0 and 1.

    Returns
    -------
    BaselineContinuousResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class; values missing, infinite or of another length.
    NotEstimable
        A group with one patient, or a variable that is constant in both groups.

    Notes
    -----
    Student: ``t = d / sqrt(s^2 (1/m + 1/k))`` with the pooled variance and m + k - 2 degrees of freedom. Welch:
    ``t = d / sqrt(s_1^2/m + s_0^2/k)``. Standardised mean difference: ``d / sqrt((s_1^2 + s_0^2)/2)``.
    R: ``stats::t.test(a, b, var.equal = TRUE)``, ``t.test(a, b)``, ``wilcox.test(a, b)`` with ``correct = TRUE`` or
    ``FALSE`` and with ``exact = TRUE``, ``quantile(a)``; a are the values of the events, b those of the others.

    References
    ----------
    Welch BL (1947). The generalization of "Student's" problem when several different population variances are
    involved. Biometrika 34:28-35. doi:10.1093/biomet/34.1-2.28
    Mann HB, Whitney DR (1947). On a test of whether one of two random variables is stochastically larger than the
    other. Ann Math Stat 18:50-60. doi:10.1214/aoms/1177730491
    Austin PC (2009). Balance diagnostics for comparing the distribution of baseline covariates. Stat Med
    28:3083-3107. doi:10.1002/sim.3697

    Examples
    --------
    >>> table = baseline_continuous([0, 0, 0, 1, 1, 1], [[61], [58], [70], [66], [73], [75]], names=["age"])
    >>> table.mean_events.round(2), table.student_p_value.round(4), table.mann_whitney_exact_p_value
    (array([71.33]), array([0.1391]), array([0.2]))
    """
    outcome, matrix, found = checked(y_true, x, names)
    check_level(level)
    rows = [_variable(matrix[outcome == 1, j], matrix[outcome == 0, j], found[j], level) for j in range(len(found))]
    condition = max(row.pop("condition") for row in rows)
    limits = max(row.pop("limit_condition") for row in rows)
    m = int(outcome.sum())
    arrays: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return BaselineContinuousResult(
        names=found,
        n_events=m,
        n_others=outcome.size - m,
        level=level,
        condition_number=condition,
        limit_condition=limits,
        compat="default",
        **arrays,
    )


def _variable(events: Floats, others: Floats, name: str, level: float) -> dict[str, float]:
    values = _described(events, "events") | _described(others, "others")
    spread = (values["standard_deviation_events"] ** 2 + values["standard_deviation_others"] ** 2) / 2
    if spread == 0.0:
        raise NotEstimable(
            "constant variable",
            f"{name} has one value only in each group: there is no spread to judge a difference by.",
            hint="Leave it out, or describe it as a categorical variable.",
        )
    first, second = values["mean_events"], values["mean_others"]
    difference = first - second
    values["mean_difference"] = difference
    values["standardized_mean_difference"] = difference / math.sqrt(spread)
    pooled, separate, ranks = student(events, others, level), welch(events, others, level), mann_whitney(events, others)
    for kind, test in (("student", pooled), ("welch", separate)):
        values[f"{kind}_t"], values[f"{kind}_p_value"] = test.statistic, test.p_value
        values[f"{kind}_lower"], values[f"{kind}_upper"] = test.lower, test.upper
    values["welch_degrees_of_freedom"] = separate.degrees_of_freedom
    values["mann_whitney_u"], values["mann_whitney_exact_p_value"] = ranks.u, ranks.exact
    values["mann_whitney_corrected_p_value"] = ranks.corrected
    values["mann_whitney_uncorrected_p_value"] = ranks.uncorrected
    # and so does a limit near 0
    ends = (pooled.lower, pooled.upper, separate.lower, separate.upper)
    least = min((abs(end) for end in ends), default=0.0)
    values["limit_condition"] = 10.0 * (abs(first) + abs(second) + max(map(abs, ends))) / least if least else math.inf
    magnitude = abs(first) + abs(second)
    # a p-value of z or t magnifies once more
    values["condition"] = 10.0 * magnitude / abs(difference) if difference else math.inf
    return values


def _described(values: Floats, group: str) -> dict[str, float]:
    low, middle, high = quantile_type7(values, (0.25, 0.5, 0.75)).tolist()
    return {
        f"mean_{group}": r_mean(values),
        f"standard_deviation_{group}": math.sqrt(r_variance(values)),
        f"median_{group}": middle,
        f"lower_quartile_{group}": low,
        f"upper_quartile_{group}": high,
    }
