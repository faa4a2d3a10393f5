"""Patients that the comparison of two areas on the same patients needs, and the power that it has."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_power as certified_values
from validation.r_numerics import qnorm
from validation.relations import roc_power as relations
from validation.result import Result
from validation.roc.curve import PROC
from validation.roc.power_difference import check_request, plan_of_difference
from validation.roc.power_plan import Planned, check_positive, check_share, quantile_of_level
from validation.statistic import Case, Settings, Statistic, bits, definition, register

if TYPE_CHECKING:
    from validation.displays.power import PowerDisplay

__all__ = ["ROC_TEST_POWER", "ROC_TEST_SAMPLE_SIZE", "RocTestPowerResult", "roc_test_power", "roc_test_sample_size"]


@dataclass(frozen=True)
class RocTestPowerResult(Result):
    """Plan of a paired comparison of two areas.

    Attributes
    ----------
    auc_1, auc_2 : float
        Areas in the data that the plan starts from.
    n_cases, n_controls : float
        Not rounded; the next whole numbers are needed.
    power, significance_level : float
    alternative : {"two-sided", "one-sided"}
    null_variance : {"symmetric", "first"}
        Variance of the difference where there is none: that of the difference found, or from the first curve alone.
    solved : str
        What follows from the rest.
    compat : str
    """

    auc_1: float
    auc_2: float
    n_cases: float
    n_controls: float
    power: float
    significance_level: float
    alternative: str
    null_variance: str
    solved: str
    compat: str
    _plan: Planned = field(repr=False)

    @property
    def total(self) -> int:
        """Patients of both groups, each rounded up."""
        return math.ceil(self.n_cases) + math.ceil(self.n_controls)

    def power_at(self, n_cases: float) -> float:
        """Power with another number of cases and as many controls for each."""
        z_level = quantile_of_level(self.significance_level, self.alternative, self.compat)
        return self._plan.power(n_cases, z_level)

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc_1", "auc_2", "n_cases", "n_controls", "power", "significance_level", "alternative")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> PowerDisplay:
        """Draw power against the number of cases."""
        from validation.displays.power import PowerDisplay

        return PowerDisplay(self).plot(ax)


def roc_test_sample_size(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    power: float,
    significance_level: float = 0.05,
    alternative: str = "two-sided",
    controls_per_case: float | None = None,
    null_variance: str | None = None,
    compat: str | None = None,
) -> RocTestPowerResult:
    """Patients that the paired comparison of two areas needs, from pilot data.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome of the pilot patients, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        Both markers on these patients, each in its own unit; finite.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event.
    power : float
        Probability of a significant difference, between 0 and 1.
    significance_level : float
        Probability of one where the areas are equal, between 0 and 1.
    alternative : {"two-sided", "one-sided"}
    controls_per_case : float, optional
        Controls for each case in the planned study; as in the data where left out.
    null_variance : {"symmetric", "first"}, optional
        Variance of the difference where the areas are equal: that of the difference found (default), or twice the
        variance of the first area less twice the covariance (pROC, the default in its mode).
    compat : {"proc-1.18"}, optional
        pROC's sums, null variance and controls: another ratio only multiplies the controls.

    Returns
    -------
    RocTestPowerResult

    Raises
    ------
    InputError
        As for `roc_test`, and a power, level, alternative or ratio that is none.
    NotEstimable
        No difference, no variance, or one case or control only.

    Notes
    -----
    ``n = (z_level sqrt(V0) + z_power sqrt(V))^2 / (auc_1 - auc_2)^2`` cases, with DeLong's variance V of the difference
    per case (part of the cases plus part of the controls over their ratio) and V0 = V. pROC has V0 = 2 (var_1 - cov):
    exchanging the curves then changes the number of patients. A difference found in pilot data is
    uncertain, and so is all that follows from it.
    R: ``pROC::power.roc.test(roc1, roc2, power = power, sig.level = significance_level)``.

    References
    ----------
    Obuchowski NA, McClish DK (1997). Sample size determination for diagnostic accuracy studies involving binormal ROC
    curve indices. Stat Med 16:1529-1542.
    doi:10.1002/(SICI)1097-0258(19970715)16:13<1529::AID-SIM565>3.0.CO;2-H

    Examples
    --------
    >>> y = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> good, fair = [1, 2, 3, 4, 6, 5, 7, 8, 9, 10], [3, 1, 6, 2, 7, 4, 5, 9, 8, 10]
    >>> plan = roc_test_sample_size(y, good, fair, power=0.8)
    >>> round(plan.auc_1 - plan.auc_2, 2), plan.total
    (0.12, 70)
    """
    scores, directions = (y_score_1, y_score_2), (direction_1, direction_2)
    request = check_request(y_true, scores, directions, alternative, null_variance, compat)
    check_share(power, "power")
    check_share(significance_level, "significance_level")
    if controls_per_case is not None:
        check_positive(controls_per_case, "controls_per_case")
    plan, areas = plan_of_difference(request, controls_per_case)
    m, n = request.sizes
    ratio = n / m if controls_per_case is None else float(controls_per_case)
    cases = plan.cases(quantile_of_level(significance_level, alternative, request.mode), qnorm(float(power)))
    return RocTestPowerResult(
        *areas,
        n_cases=cases,
        n_controls=cases * ratio,
        power=power,
        significance_level=significance_level,
        alternative=alternative,
        null_variance=request.null_variance,
        solved="n_cases, n_controls",
        compat=request.mode,
        _plan=plan,
    )


def roc_test_power(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    power: float | None = None,
    significance_level: float | None = None,
    alternative: str = "two-sided",
    null_variance: str | None = None,
    compat: str | None = None,
) -> RocTestPowerResult:
    """Power of the paired comparison of two areas in such patients, or the significance level that leaves a power.

    Parameters
    ----------
    y_true, y_score_1, y_score_2, direction_1, direction_2, alternative, null_variance
        As for `roc_test_sample_size`.
    power, significance_level : float, optional
        One of the two, between 0 and 1; the other is solved for.
    compat : {"proc-1.18"}, optional
        pROC's sums and null variance.

    Returns
    -------
    RocTestPowerResult

    Raises
    ------
    InputError
        As for `roc_test_sample_size`, and not one of the two given.
    NotEstimable
        As for `roc_test_sample_size`, and a power out of reach at any level.

    Notes
    -----
    The formula of `roc_test_sample_size`, solved for what is missing. Power at the difference that the same data
    showed says nothing that its p-value does not say: it is 1/2 where p equals the level.
    R: ``pROC::power.roc.test(roc1, roc2, sig.level = significance_level)``.

    References
    ----------
    Obuchowski NA, McClish DK (1997). Sample size determination for diagnostic accuracy studies involving binormal ROC
    curve indices. Stat Med 16:1529-1542.
    doi:10.1002/(SICI)1097-0258(19970715)16:13<1529::AID-SIM565>3.0.CO;2-H

    Examples
    --------
    >>> y = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]
    >>> good, fair = [1, 2, 3, 4, 6, 5, 7, 8, 9, 10], [3, 1, 6, 2, 7, 4, 5, 9, 8, 10]
    >>> round(roc_test_power(y, good, fair, significance_level=0.05).power, 3)
    0.184
    """
    scores, directions = (y_score_1, y_score_2), (direction_1, direction_2)
    request = check_request(y_true, scores, directions, alternative, null_variance, compat)
    if (power is None) == (significance_level is None):
        raise InputError("power, significance_level", "one of the two must be given", hint="Leave the other one out.")
    plan, areas = plan_of_difference(request)
    m, n = request.sizes
    if power is None:
        solved, level = "power", check_share(significance_level, "significance_level")
        reached = plan.power(m, quantile_of_level(level, alternative, request.mode))
    else:
        solved, reached = "significance_level", check_share(power, "power")
        level = plan.level(m, reached, alternative, request.mode)
    return RocTestPowerResult(
        *areas,
        n_cases=float(m),
        n_controls=float(n),
        power=reached,
        significance_level=level,
        alternative=alternative,
        null_variance=request.null_variance,
        solved=solved,
        compat=request.mode,
        _plan=plan,
    )


def _pairs(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first two markers, where they differ."""
    if len(cohort.markers) < 2:
        return
    first, second = cohort.markers[:2]
    data = {"y_true": cohort.outcome, "y_score_1": first.values, "y_score_2": second.values}
    words = {"direction_1": first.direction, "direction_2": second.direction, "alternative": "two-sided"}
    case = Case(f"{first.name} and {second.name}", {**data, **words})
    with contextlib.suppress(NotEstimable):
        roc_test_power(**case.arguments, significance_level=0.05)
        yield case


def _size_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in _pairs(cohort, settings):
        yield replace(case, arguments={**case.arguments, "power": 0.8, "significance_level": 0.05})


def _power_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in _pairs(cohort, settings):
        yield Case(f"power of {case.label}", {**case.arguments, "significance_level": 0.05})
        with contextlib.suppress(NotEstimable):
            roc_test_power(**case.arguments, power=0.8)
            yield Case(f"level of {case.label}", {**case.arguments, "power": 0.8})


_WHY = definition("pROC takes the variance without a difference from the first curve alone, we that of the difference")

ROC_TEST_SAMPLE_SIZE = register(
    Statistic(
        name="roc_test_sample_size",
        compute=roc_test_sample_size,
        r="roc_power.R::roc_test_sample_size",
        package="pROC",
        title="Patients needed to tell two areas apart",
        cases=_size_cases,
        quantities={"n_cases": _WHY, "n_controls": _WHY},
        compat={PROC: {"n_cases": bits(), "n_controls": bits()}},
        relations=(relations.size_of_two_curves_of_ranks, relations.size_of_doubled_patients),
        certified=certified_values.roc_test_sample_size,
        display="validation.displays.power.PowerDisplay",
    )
)

ROC_TEST_POWER = register(
    Statistic(
        name="roc_test_power",
        compute=roc_test_power,
        r="roc_power.R::roc_test_power",
        package="pROC",
        title="Power of the comparison of two areas",
        cases=_power_cases,
        quantities={"power": _WHY, "significance_level": _WHY},
        compat={PROC: {"power": bits(), "significance_level": bits()}},
        relations=(relations.power_of_two_curves_of_ranks, relations.power_and_level_close_the_circle),
        certified=certified_values.roc_test_power,
        display="validation.displays.power.PowerDisplay",
    )
)
