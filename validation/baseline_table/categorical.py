"""Categorical variables of a baseline table: both groups counted and compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from validation.baseline_table.fisher import fisher_p_value
from validation.baseline_table.groups import checked
from validation.checks import Floats
from validation.errors import NotEstimable
from validation.result import Result
from validation.roc.placements import square_root

if TYPE_CHECKING:
    from validation.displays.baseline_table import StandardizedDifferenceDisplay

__all__ = ["BaselineCategoricalResult", "baseline_categorical"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BaselineCategoricalResult(Result):
    """Categorical variables of patients with and without the event.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    n_events, n_others : int
        Patients with and without the event.
    variable, level_value : ndarray of shape (k,)
        Place of the variable among `names`, and value, of each of the k levels of all variables.
    count_events, count_others : ndarray of shape (k,)
        Patients with that level.
    percent_events, percent_others : ndarray of shape (k,)
        Of the patients with and without the event.
    chi_square, degrees_of_freedom, chi_square_p_value : ndarray of shape (p,)
        Pearson's test without correction.
    yates_chi_square, yates_p_value : ndarray of shape (p,)
        With Yates's correction; NaN with more than two levels.
    fisher_p_value : ndarray of shape (p,)
        Fisher's exact test, two-sided by probability; NaN where there are too many tables.
    least_expected_count : ndarray of shape (p,)
        Below 5, the chi-square approximation is poor.
    standardized_mean_difference : ndarray of shape (p,)
        Signed with two levels, else the distance of the two groups' shares.
    condition_number : float
        By how much the subtraction of expected from observed counts magnifies relative errors, at most.
    compat : str
    """

    names: tuple[str, ...]
    n_events: int
    n_others: int
    variable: Integers
    level_value: Floats
    count_events: Integers
    count_others: Integers
    percent_events: Floats
    percent_others: Floats
    chi_square: Floats
    degrees_of_freedom: Integers
    chi_square_p_value: Floats
    yates_chi_square: Floats
    yates_p_value: Floats
    fisher_p_value: Floats
    least_expected_count: Floats
    standardized_mean_difference: Floats
    condition_number: float
    compat: str

    def plot(self, ax: Any = None) -> StandardizedDifferenceDisplay:
        """Standardised mean differences on a Matplotlib axes."""
        from validation.displays.baseline_table import StandardizedDifferenceDisplay

        return StandardizedDifferenceDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = {"variable": [self.names[j] for j in self.variable.tolist()]}
        for name in ("level_value", "count_events", "percent_events", "count_others", "percent_others"):
            table[name] = getattr(self, name).tolist()
        first = np.diff(self.variable, prepend=-1) > 0
        for name in ("chi_square", "chi_square_p_value", "yates_chi_square", "yates_p_value", "fisher_p_value"):
            values = getattr(self, name).tolist()
            table[name] = [values[j] if new else None for j, new in zip(self.variable.tolist(), first, strict=True)]
        return table


def baseline_categorical(y_true: Any, x: Any, *, names: Sequence[str] | None = None) -> BaselineCategoricalResult:
    """Count and compare categorical variables of patients with and without the event.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Levels as numbers, such as 0 and 1.
    names : sequence of str, optional
        Names of the variables; those of the data frame, else ``x1`` ... ``xp``.

    Returns
    -------
    BaselineCategoricalResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class; values missing, infinite or of another length.
    NotEstimable
        A group with one patient, or a variable with one level.

    Notes
    -----
    Chi-square: ``sum (O - E)^2 / E`` over the table of levels by groups; Yates: ``sum (|O - E| - c)^2 / E`` with
    ``c = min(1/2, |O - E|)``. Fisher: the probability of all tables with the same margins that are no more probable
    than the observed one. Counts are whole numbers, so that all of these are rational and rounded once.
    Standardised difference of k levels: ``sqrt(d' S^-1 d)`` with the difference d of the shares of k - 1 levels and S
    the mean of the groups' multinomial covariances.
    R: ``stats::chisq.test(table(x, y_true), correct = FALSE)`` or ``TRUE``, ``fisher.test(table(x, y_true))``.

    References
    ----------
    Fisher RA (1935). The logic of inductive inference. J R Stat Soc 98:39-82. doi:10.2307/2342435
    Yates F (1934). Contingency tables involving small numbers and the chi-square test. Suppl J R Stat Soc 1:217-235.
    doi:10.2307/2983604
    Yang D, Dalton JE (2012). A unified approach to measuring the effect size between two groups using SAS. SAS Global
    Forum 2012, paper 335.

    Examples
    --------
    >>> table = baseline_categorical([0, 0, 0, 0, 1, 1, 1], [[0], [0], [0], [1], [1], [1], [0]], names=["smoker"])
    >>> table.count_events.tolist(), table.fisher_p_value.round(4).tolist()
    ([1, 2], [0.4857])
    """
    outcome, matrix, found = checked(y_true, x, names)
    rows = [_compared(outcome, matrix[:, j], name) for j, name in enumerate(found)]
    m = int(outcome.sum())
    flat = {name: np.concatenate([row.pop(name) for row in rows]) for name in ("levels", "events", "others")}
    sizes = [row.pop("size") for row in rows]
    condition = max(row.pop("condition") for row in rows)
    arrays: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return BaselineCategoricalResult(
        names=found,
        n_events=m,
        n_others=outcome.size - m,
        variable=np.repeat(np.arange(len(found)), sizes),
        level_value=flat["levels"],
        count_events=flat["events"],
        count_others=flat["others"],
        percent_events=100 * flat["events"] / m,
        percent_others=100 * flat["others"] / (outcome.size - m),
        condition_number=condition,
        compat="default",
        **arrays,
    )


def _compared(outcome: Any, values: Floats, name: str) -> dict[str, Any]:
    levels, places = np.unique(values, return_inverse=True)
    if levels.size < 2:
        raise NotEstimable("constant variable", f"{name} has one level only.", hint="Leave it out.")
    events = np.bincount(places[outcome == 1], minlength=levels.size)
    others = np.bincount(places[outcome == 0], minlength=levels.size)
    table = list(zip(events.tolist(), others.tolist(), strict=True))
    total = outcome.size
    margins = (int(events.sum()), int(others.sum()))
    cells = [(o, Fraction(sum(row) * c, total)) for row in table for o, c in zip(row, margins, strict=True)]
    plain = sum(((o - e) ** 2 / e for o, e in cells), Fraction(0))
    two = levels.size == 2
    half = Fraction(1, 2)
    yates = sum((max(abs(o - e) - half, Fraction(0)) ** 2 / e for o, e in cells), Fraction(0)) if two else None
    degrees = levels.size - 1
    return {
        "levels": levels,
        "events": events,
        "others": others,
        "size": levels.size,
        "chi_square": float(plain),
        "degrees_of_freedom": degrees,
        "chi_square_p_value": _chi_square_tail(float(plain), degrees),
        "yates_chi_square": math.nan if yates is None else float(yates),
        "yates_p_value": math.nan if yates is None else _chi_square_tail(float(yates), degrees),
        "fisher_p_value": fisher_p_value(events.tolist(), others.tolist()),
        "least_expected_count": float(min(e for _, e in cells)),
        "standardized_mean_difference": _standardized_difference(events.tolist(), others.tolist()),
        "condition": 10.0 * max(float(e / abs(o - e)) if o != e else math.inf for o, e in cells),
    }


def _chi_square_tail(statistic: float, degrees: int) -> float:
    """Probability of a larger chi-square; with one degree of freedom, that of a larger normal value."""
    return math.erfc(math.sqrt(statistic / 2)) if degrees == 1 else float(gammaincc(degrees / 2, statistic / 2))


def _standardized_difference(events: list[int], others: list[int]) -> float:
    """Distance of the shares in both groups, exactly up to the last root; infinite where a group has one level."""
    m, k = sum(events), sum(others)
    p, q = [Fraction(a, m) for a in events[1:]], [Fraction(b, k) for b in others[1:]]
    difference = [a - b for a, b in zip(p, q, strict=True)]
    spread = [
        [((a if i == j else 0) - a * p[j] + (b if i == j else 0) - b * q[j]) / 2 for j in range(len(p))]
        for i, (a, b) in enumerate(zip(p, q, strict=True))
    ]
    solved = _solve(spread, difference)
    if solved is None:
        return math.inf if any(difference) else 0.0
    distance = square_root(sum((a * b for a, b in zip(difference, solved, strict=True)), Fraction(0)))
    return -distance if len(difference) == 1 and difference[0] < 0 else distance


def _solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Solution of a symmetric positive definite system by elimination; None where it is singular."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for i in range(size):
        if rows[i][i] == 0:
            return None
        for j in range(size):
            if j != i:
                factor = rows[j][i] / rows[i][i]
                rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]
