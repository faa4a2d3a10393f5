"""Hosmer and Lemeshow's test with its choices: groups by quantiles or by ranks, degrees of freedom of fit or of use."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from validation.checks import Floats, Outcome, check_choice, check_integer, check_outcome, check_probabilities
from validation.errors import NotEstimable
from validation.r_numerics import quantile_type7
from validation.result import Result

__all__ = ["GROUPINGS", "HosmerLemeshowResult", "group_numbers", "hosmer_lemeshow_test"]

GROUPINGS = ("quantiles", "ranks")


@dataclass(frozen=True)
class HosmerLemeshowResult(Result):
    """Hosmer and Lemeshow's test.

    Attributes
    ----------
    chi_square : float
    degrees_of_freedom : int
    p_value : float
    group_n, group_events : ndarray of shape (g,)
        Patients and events per group, lowest risks first.
    group_expected, group_mean_risk : ndarray of shape (g,)
        Sum and mean of the risks.
    groups : int
        Groups that were asked for; ties may leave fewer.
    grouping : {"quantiles", "ranks"}
    fitted : bool
        The risks come from a model that was fitted to the same patients.
    compat : str
    """

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    group_n: npt.NDArray[np.int64]
    group_events: npt.NDArray[np.int64]
    group_expected: Floats
    group_mean_risk: Floats
    groups: int
    grouping: str
    fitted: bool
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("group_n", "group_events", "group_expected", "group_mean_risk")
        return {name.removeprefix("group_"): getattr(self, name).tolist() for name in names}


def hosmer_lemeshow_test(
    y_true: Any,
    y_proba: Any,
    *,
    groups: int = 10,
    grouping: str = "quantiles",
    fitted: bool = True,
    compat: str | None = None,
) -> HosmerLemeshowResult:
    """Test of observed against expected events in groups of risk.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    y_proba : array_like of shape (n,)
        Predicted risks, between 0 and 1.
    groups : int
        Number of groups, three at least.
    grouping : {"quantiles", "ranks"}
        Groups end at the type 7 quantiles of the risks, the upper end included (ResourceSelection); or hold equal
        numbers of patients by rank, tied patients together (as `calibration_curve` does).
    fitted : bool
        True: the model was fitted to these patients, and two degrees of freedom are lost. False: given risks, none is.
    compat : {"default"}, optional
        There is one mode only.

    Returns
    -------
    HosmerLemeshowResult

    Raises
    ------
    InputError
        Outcome or risks cannot be used.
    NotEstimable
        Ties leave too few groups; a group whose risks are all 0 or all 1.

    Notes
    -----
    ``X2 = sum over groups of (O - E)^2 / E + ((n - O) - (n - E))^2 / (n - E)`` on g - 2 degrees of freedom, or g. The
    value depends on the groups: another convention for ties or another g gives another p-value. Programs that do not
    say which they use cannot be checked by it.
    R: ``ResourceSelection::hoslem.test(y, p, g = groups)`` for quantiles of a fitted model, computed here with
    ``stats::quantile``, ``cut`` and ``stats::pchisq``.

    References
    ----------
    Hosmer DW, Lemeshow S (1980). Goodness of fit tests for the multiple logistic regression model. Commun Stat Theory
    Methods 9:1043-1069. doi:10.1080/03610928008827941
    Hosmer DW, Hosmer T, Le Cessie S, Lemeshow S (1997). A comparison of goodness-of-fit tests for the logistic
    regression model. Stat Med 16:965-980.
    doi:10.1002/(SICI)1097-0258(19970515)16:9<965::AID-SIM509>3.0.CO;2-O

    Examples
    --------
    >>> y = [0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1]
    >>> p = [0.1, 0.15, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9]
    >>> result = hosmer_lemeshow_test(y, p, groups=4)
    >>> result.group_n.tolist(), result.degrees_of_freedom, round(result.chi_square, 4)
    ([3, 3, 3, 3], 2, 1.6302)
    """
    outcome = check_outcome(y_true)
    risk = check_probabilities(y_proba, outcome.size)
    check_integer(groups, "groups", minimum=3)
    check_choice(grouping, "grouping", GROUPINGS)
    mode = check_choice(compat or "default", "compat", ("default",))
    number = group_numbers(risk, groups, grouping)
    used = int(number.max()) + 1
    freedom = used - 2 if fitted else used
    if freedom < 1:
        raise NotEstimable(
            "too few rows",
            f"ties leave {used} group(s) of risk, and no degree of freedom.",
            hint="Take a test without groups, such as Spiegelhalter's or the unweighted sum of squares.",
        )
    sizes, events, expected = _cells(outcome, risk, number)
    terms = (events - expected) ** 2 * (1.0 / expected + 1.0 / (sizes - expected))
    chi_square = math.fsum(terms.tolist())
    return HosmerLemeshowResult(
        chi_square=chi_square,
        degrees_of_freedom=freedom,
        p_value=float(chdtrc(freedom, chi_square)),
        group_n=sizes,
        group_events=events,
        group_expected=expected,
        group_mean_risk=expected / sizes,
        groups=groups,
        grouping=grouping,
        fitted=fitted,
        compat=mode,
    )


def _cells(
    outcome: Outcome, risk: Floats, number: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Patients, events and expected events of each group."""
    sizes, events = np.bincount(number), np.bincount(number, weights=outcome).astype(np.int64)
    expected = np.array([math.fsum(risk[number == group].tolist()) for group in range(sizes.size)])
    if not np.all((expected > 0.0) & (expected < sizes)):
        raise NotEstimable("rank", "a group has only risks of exactly 0 or 1.", hint="Use fewer groups.")
    return sizes, events, expected


def group_numbers(risk: Floats, groups: int, grouping: str) -> npt.NDArray[np.intp]:
    """Group of each patient from 0, empty groups left out."""
    number = _GROUPINGS[grouping](risk, groups)
    return np.asarray(np.unique(number, return_inverse=True)[1], dtype=np.intp)


def _by_quantiles(risk: Floats, groups: int) -> npt.NDArray[np.intp]:
    # positions as R's seq(0, 1, 1 / groups) has them: a last bit can move a patient across an end
    positions = np.minimum(np.arange(groups + 1) * (1.0 / groups), 1.0)
    positions[-1] = 1.0
    ends = np.unique(quantile_type7(risk, positions))
    return np.maximum(np.searchsorted(ends, risk, side="left") - 1, 0)


def _by_ranks(risk: Floats, groups: int) -> npt.NDArray[np.intp]:
    ordered, groups = np.sort(risk), min(groups, risk.size)
    # whole numbers nearest to the multiples of n over groups
    edges = (2 * np.arange(groups) * risk.size + groups) // (2 * groups)
    return np.searchsorted(np.unique(ordered[edges]), risk, side="right") - 1


_GROUPINGS: dict[str, Callable[[Floats, int], npt.NDArray[np.intp]]] = {
    "quantiles": _by_quantiles,
    "ranks": _by_ranks,
}
