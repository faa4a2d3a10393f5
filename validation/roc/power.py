"""Patients that a study of one ROC curve needs, and what a number of patients can show."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from validation.checks import check_choice
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_power as certified_values
from validation.r_numerics import qnorm
from validation.relations import roc_power as relations
from validation.result import Result
from validation.roc.curve import PROC
from validation.roc.delong import auc as area_of
from validation.roc.power_plan import ALTERNATIVES, check_positive, check_share, plan_of, quantile_of_level
from validation.roc.zeroin import zeroin
from validation.statistic import Case, Settings, Statistic, bits, closed, register, solution

if TYPE_CHECKING:
    from validation.displays.power import PowerDisplay

__all__ = [
    "ROC_POWER",
    "ROC_SAMPLE_SIZE",
    "RocPowerResult",
    "roc_power",
    "roc_sample_size",
]

#: the largest area below 1
_UPPER = 1.0 - 2.0**-53


@dataclass(frozen=True)
class RocPowerResult(Result):
    """Plan of a study of one ROC curve.

    Attributes
    ----------
    auc : float
        Area that is to be told from 0.5.
    n_cases, n_controls : float
        Not rounded; the next whole numbers are needed.
    power, significance_level : float
    alternative : {"two-sided", "one-sided"}
    solved : str
        What follows from the rest.
    compat : str
    """

    auc: float
    n_cases: float
    n_controls: float
    power: float
    significance_level: float
    alternative: str
    solved: str
    compat: str

    @property
    def total(self) -> int:
        """Patients of both groups, each rounded up."""
        return math.ceil(self.n_cases) + math.ceil(self.n_controls)

    def power_at(self, n_cases: float) -> float:
        """Power with another number of cases and as many controls for each."""
        plan = plan_of(self.auc, self.n_controls / self.n_cases)
        return plan.power(n_cases, quantile_of_level(self.significance_level, self.alternative, self.compat))

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "n_cases", "n_controls", "power", "significance_level", "alternative")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> PowerDisplay:
        """Draw power against the number of cases."""
        from validation.displays.power import PowerDisplay

        return PowerDisplay(self).plot(ax)


def roc_sample_size(
    auc: float,
    *,
    power: float,
    significance_level: float = 0.05,
    alternative: str = "two-sided",
    controls_per_case: float = 1.0,
    compat: str | None = None,
) -> RocPowerResult:
    """Cases and controls that tell an area from 0.5.

    Parameters
    ----------
    auc : float
        Expected area, between 0 and 1 and not 0.5.
    power : float
        Probability of a significant result, between 0 and 1.
    significance_level : float
        Probability of one without an effect, between 0 and 1.
    alternative : {"two-sided", "one-sided"}
    controls_per_case : float
        Controls for each case.
    compat : {"proc-1.18"}, optional
        Compatibility mode; the numbers are the same in both.

    Returns
    -------
    RocPowerResult

    Raises
    ------
    InputError
        An argument outside its range.

    Notes
    -----
    With ``A = 1.414 qnorm(auc)`` and k controls per case the variance per case is ``V = 0.0099 exp(-A^2/2) ((5 A^2 + 8)
    + (A^2 + 8)/k)``, without an effect ``V0 = 0.0792 (1 + 1/k)``, and ``n = (z_level sqrt(V0) + z_power sqrt(V))^2 /
    (auc - 0.5)^2`` cases (formulas 2 and 3 of Obuchowski et al., with their rounded constants). It plans a test against
    chance, not the width of an interval, for which a model paper rather needs `validation.sample_size`.
    R: ``pROC::power.roc.test(auc = auc, power = power, sig.level = 0.05, kappa = 1, alternative = "two.sided")``.

    References
    ----------
    Obuchowski NA, Lieber ML, Wians FH (2004). ROC curves in clinical chemistry: uses, misuses, and possible solutions.
    Clin Chem 50:1118-1125. doi:10.1373/clinchem.2004.031823

    Examples
    --------
    >>> plan = roc_sample_size(0.7, power=0.9)
    >>> round(plan.n_cases, 2), plan.total
    (40.21, 82)
    """
    if check_share(auc, "auc") == 0.5:
        raise InputError("auc", "must differ from 0.5", hint="No number of patients tells an area from itself.")
    check_share(power, "power")
    check_share(significance_level, "significance_level")
    check_choice(alternative, "alternative", ALTERNATIVES)
    ratio = check_positive(controls_per_case, "controls_per_case")
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    z_level = quantile_of_level(significance_level, alternative, mode)
    cases = plan_of(float(auc), ratio).cases(z_level, qnorm(float(power)))
    return RocPowerResult(
        float(auc), cases, ratio * cases, power, significance_level, alternative, "n_cases, n_controls", mode
    )


def _smallest_area(n_cases: float, ratio: float, z_level: float, z_power: float, mode: str) -> float:
    """Area above 0.5 that so many cases tell from it: R's root, or the true one."""

    def shortfall(area: float) -> float:
        return plan_of(area, ratio).cases(z_level, z_power) - n_cases

    def excess(area: float) -> float:
        plan = plan_of(area, ratio)
        spread = z_level * math.sqrt(plan.null_variance) + z_power * math.sqrt(plan.variance)
        return math.sqrt(n_cases) * plan.difference - spread

    low, high = 0.5, _UPPER
    if excess(low) >= 0.0:
        raise InputError("power", "is what chance gives", hint="Ask for more power than the significance level.")
    if excess(high) <= 0.0:
        raise NotEstimable(
            "too few rows",
            "Even an area of nearly 1 would not be found with so few patients.",
            hint="Ask for less power.",
        )
    if mode == PROC:
        return zeroin(shortfall, low, high)
    while (middle := (low + high) / 2.0) not in (low, high):
        low, high = (middle, high) if excess(middle) < 0.0 else (low, middle)
    return high


def roc_power(
    n_cases: float,
    n_controls: float,
    *,
    auc: float | None = None,
    power: float | None = None,
    significance_level: float | None = None,
    alternative: str = "two-sided",
    compat: str | None = None,
) -> RocPowerResult:
    """Power, significance level or smallest area that numbers of cases and controls allow.

    Parameters
    ----------
    n_cases, n_controls : float
        Patients of both groups.
    auc, power, significance_level : float, optional
        Two of the three, each between 0 and 1; the one left out is solved for.
    alternative : {"two-sided", "one-sided"}
    compat : {"proc-1.18"}, optional
        The area where R's ``uniroot`` stops, and the level by a subtraction from 1. The default gives the true root
        and all digits of the level.

    Returns
    -------
    RocPowerResult

    Raises
    ------
    InputError
        An argument outside its range, or not two of the three given.
    NotEstimable
        No area, or no significance level, is enough.

    Notes
    -----
    The formula of `roc_sample_size`, solved for what is missing. ``uniroot`` stops within 0.00006 of the root, and
    with thousands of patients, where the area is close to 0.5, that is a good part of the effect.
    R: ``pROC::power.roc.test(ncases = n_cases, ncontrols = n_controls, auc = auc, sig.level = significance_level)``.

    References
    ----------
    Obuchowski NA, Lieber ML, Wians FH (2004). ROC curves in clinical chemistry: uses, misuses, and possible solutions.
    Clin Chem 50:1118-1125. doi:10.1373/clinchem.2004.031823

    Examples
    --------
    >>> round(roc_power(41, 72, auc=0.73, significance_level=0.05).power, 4)
    0.9897
    >>> round(roc_power(41, 72, power=0.95, significance_level=0.05).auc, 8)
    0.69609969
    """
    ratio = check_positive(n_controls, "n_controls") / check_positive(n_cases, "n_cases")
    given = {"auc": auc, "power": power, "significance_level": significance_level}
    missing = [name for name, value in given.items() if value is None]
    if len(missing) != 1:
        raise InputError("auc, power, significance_level", "two of the three must be given", hint="Leave one out.")
    known = {name: check_share(value, name) for name, value in given.items() if value is not None}
    check_choice(alternative, "alternative", ALTERNATIVES)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    if missing == ["auc"]:
        z_level = quantile_of_level(known["significance_level"], alternative, mode)
        known["auc"] = _smallest_area(n_cases, ratio, z_level, qnorm(known["power"]), mode)
    elif missing == ["power"]:
        z_level = quantile_of_level(known["significance_level"], alternative, mode)
        known["power"] = plan_of(known["auc"], ratio).power(n_cases, z_level)
    else:
        known["significance_level"] = plan_of(known["auc"], ratio).level(n_cases, known["power"], alternative, mode)
    return RocPowerResult(
        n_cases=n_cases, n_controls=n_controls, alternative=alternative, solved=missing[0], compat=mode, **known
    )


def _areas(cohort: Cohort) -> Iterator[tuple[str, float]]:
    """The first marker's area, in three decimals as a paper has it."""
    for marker in cohort.markers[:1]:
        found = round(area_of(cohort.outcome, marker.values, direction=marker.direction).auc, 3)
        if found not in (0.5, 0.0, 1.0):
            yield marker.name, found


def _size_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Patients for the area of the first marker, with the cohort's ratio and with one control per case."""
    ratio = float(cohort.outcome.size - cohort.outcome.sum()) / float(cohort.outcome.sum())
    for name, found in _areas(cohort):
        plan = {"auc": found, "power": 0.9, "significance_level": 0.05}
        yield Case(f"{name}, two-sided", {**plan, "alternative": "two-sided", "controls_per_case": ratio})
        yield Case(f"{name}, one-sided", {**plan, "alternative": "one-sided", "controls_per_case": 1.0})


def _power_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """What the cohort's numbers of patients allow."""
    m = int(cohort.outcome.sum())
    sizes = {"n_cases": float(m), "n_controls": float(cohort.outcome.size - m), "alternative": "two-sided"}
    for name, found in _areas(cohort):
        yield Case(f"power for {name}", {**sizes, "auc": found, "significance_level": 0.05})
        for label, more in {
            "area found with power 0.8": {"power": 0.8, "significance_level": 0.05},
            f"level for {name} with power 0.9": {"auc": found, "power": 0.9},
        }.items():
            with contextlib.suppress(NotEstimable):
                roc_power(**sizes, **more)  # type: ignore[arg-type]
                yield Case(label, {**sizes, **more})


ROC_SAMPLE_SIZE = register(
    Statistic(
        name="roc_sample_size",
        compute=roc_sample_size,
        r="roc_power.R::roc_sample_size",
        package="pROC",
        title="Patients needed to tell an area from 0.5",
        cases=_size_cases,
        quantities={"n_cases": closed("value"), "n_controls": closed("value")},
        compat={PROC: {"n_cases": bits(), "n_controls": bits()}},
        relations=(
            relations.size_is_a_square_of_a_sum,
            relations.size_of_mirrored_area,
            relations.size_falls_with_effect_and_level,
        ),
        certified=certified_values.roc_sample_size,
        display="validation.displays.power.PowerDisplay",
    )
)

_SOLVED = {"auc": solution("value"), "power": closed(), "significance_level": closed()}

ROC_POWER = register(
    Statistic(
        name="roc_power",
        compute=roc_power,
        r="roc_power.R::roc_power",
        package="pROC",
        title="Power of a study of one ROC curve",
        cases=_power_cases,
        quantities=_SOLVED,
        compat={PROC: dict.fromkeys(_SOLVED, bits())},
        relations=(
            relations.power_closes_the_circle,
            relations.power_rises_with_patients,
            relations.power_one_sided_is_two_sided_at_double_level,
        ),
        certified=certified_values.roc_power,
        display="validation.displays.power.PowerDisplay",
    )
)
