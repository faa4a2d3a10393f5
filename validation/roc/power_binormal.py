"""Patients that the comparison of two areas needs where there are no pilot data: from binormal parameters."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import check_choice
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import power_binormal as certified_values
from validation.r_numerics import pnorm, qnorm
from validation.relations import power_binormal as relations
from validation.result import Result
from validation.roc.binormal import binormal_roc
from validation.roc.curve import PROC
from validation.roc.power_difference import NULL_VARIANCES
from validation.roc.power_plan import ALTERNATIVES, Planned, check_positive, check_share, quantile_of_level
from validation.statistic import Case, Settings, Statistic, closed, definition, register

if TYPE_CHECKING:
    from validation.displays.power import PowerDisplay

__all__ = ["BINORMAL_SAMPLE_SIZE", "BinormalPlanResult", "binormal_sample_size"]

#: correlation beyond which the variance of a difference is what rounding leaves
_NEARLY_ONE_MARKER = 0.95


@dataclass(frozen=True)
class BinormalPlanResult(Result):
    """Plan of a comparison of two areas from binormal parameters.

    Attributes
    ----------
    auc_1, auc_2 : float
        Areas of the two curves.
    n_cases, n_controls : float
        Not rounded; the next whole numbers are needed.
    power, significance_level : float
    alternative : {"two-sided", "one-sided"}
    null_variance : {"symmetric", "first"}
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
    compat: str
    _plan: Planned = field(repr=False)

    @property
    def total(self) -> int:
        """Patients of both groups, each rounded up."""
        return math.ceil(self.n_cases) + math.ceil(self.n_controls)

    def power_at(self, n_cases: float) -> float:
        """Power with another number of cases and as many controls for each."""
        return self._plan.power(n_cases, quantile_of_level(self.significance_level, self.alternative, self.compat))

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc_1", "auc_2", "n_cases", "n_controls", "power", "significance_level", "alternative")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> PowerDisplay:
        """Draw power against the number of cases."""
        from validation.displays.power import PowerDisplay

        return PowerDisplay(self).plot(ax)


@dataclass(frozen=True)
class _Curve:
    """Binormal curve, with the derivatives of its area by its parameters."""

    a: float
    b: float

    @property
    def area(self) -> float:
        return pnorm(self.a / math.sqrt(1.0 + self.b * self.b))

    @property
    def by_a(self) -> float:
        square = 1.0 + self.b * self.b
        return math.exp(-self.a * self.a / (2.0 * square)) / math.sqrt(2.0 * math.pi * square)

    @property
    def by_b(self) -> float:
        return -self.a * self.b / (1.0 + self.b * self.b) * self.by_a

    def variance_of_proc(self, ratio: float) -> float:
        """Variance of the area per case as if the estimates of a and b were independent."""
        b2 = self.b * self.b
        of_a = 1.0 + b2 / ratio + self.a * self.a / 2.0
        return self.by_a * self.by_a * of_a + self.by_b * self.by_b * (b2 * (1.0 + ratio) / (2.0 * ratio))


def _covariance(first: _Curve, second: _Curve, cases: float, controls: float, ratio: float) -> float:
    """Covariance of both areas per case, from the correlations of the markers in cases and in controls."""
    both = first.b * second.b
    of_a = cases + controls * both / ratio + cases * cases * first.a * second.a / 2.0
    of_b = both * (controls * controls + ratio * cases * cases) / (2.0 * ratio)
    mixed = first.by_a * second.by_b * first.a * second.b + first.by_b * second.by_a * second.a * first.b
    return first.by_a * second.by_a * of_a + first.by_b * second.by_b * of_b + mixed * cases * cases / 2.0


def _check_number(value: Any, argument: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(argument, f"must be a finite number, got {value!r}")
    return float(value)


def _check_correlation(value: Any, argument: str) -> float:
    if not -1.0 < _check_number(value, argument) < 1.0:
        raise InputError(argument, f"must lie strictly between -1 and 1, got {value!r}")
    return float(value)


def binormal_sample_size(
    a_1: float,
    b_1: float,
    a_2: float,
    b_2: float,
    *,
    correlation_cases: float,
    correlation_controls: float,
    power: float,
    significance_level: float = 0.05,
    alternative: str = "two-sided",
    controls_per_case: float = 1.0,
    null_variance: str | None = None,
    compat: str | None = None,
) -> BinormalPlanResult:
    """Patients that the comparison of two areas needs, from the binormal parameters of the curves.

    Parameters
    ----------
    a_1, b_1, a_2, b_2 : float
        Parameters of the curves ``qnorm(sensitivity) = a + b qnorm(1 - specificity)``, each b above 0: difference of
        the means of cases and controls over the standard deviation of cases, and ratio of the standard deviations of
        controls and cases. `binormal_roc` estimates them.
    correlation_cases, correlation_controls : float
        Correlation of the two markers in each group; 0 where the curves come from different patients.
    power, significance_level : float
        Between 0 and 1.
    alternative : {"two-sided", "one-sided"}
    controls_per_case : float
        Controls for each case.
    null_variance : {"symmetric", "first"}, optional
        As for `roc_test_sample_size`.
    compat : {"proc-1.18"}, optional
        pROC's variances of each area, which leave the covariance of a and b out, and its null variance.

    Returns
    -------
    BinormalPlanResult

    Raises
    ------
    InputError
        An argument outside its range, or curves with the same area.
    NotEstimable
        Curves whose difference has no variance, or in the mode "first" a negative null variance.

    Notes
    -----
    With f and g the derivatives of the area ``pnorm(a / sqrt(1 + b^2))`` by a and b, and k controls per case, the
    covariance of two areas per case, with correlations r in cases and s in controls, is ``f1 f2 (r + s b1 b2/k +
    r^2 a1 a2/2) + g1 g2 b1 b2 (s^2 + k r^2)/(2k) + r^2 (f1 g2 a1 b2 + g1 f2 a2 b1)/2`` (Obuchowski and McClish, table I
    and equations 4 and 5); the variance of an area is its covariance with itself, r = s = 1. The rest is as for
    `roc_test_sample_size`. pROC leaves the last term, ``f g a b``, out of the variances, which makes each of them
    larger than simulated areas have it: by a fifth for a = 1 and b = 1.5, by nine tenths for a = 2.6 and b = 1.
    R: ``pROC::power.roc.test(list(A1 = a_1, B1 = b_1, A2 = a_2, B2 = b_2, ra = correlation_cases, rn =
    correlation_controls, delta = auc_1 - auc_2), power = power, kappa = controls_per_case)``.

    References
    ----------
    Obuchowski NA, McClish DK (1997). Sample size determination for diagnostic accuracy studies involving binormal ROC
    curve indices. Stat Med 16:1529-1542.
    doi:10.1002/(SICI)1097-0258(19970715)16:13<1529::AID-SIM565>3.0.CO;2-H

    Examples
    --------
    >>> plan = binormal_sample_size(2.6, 1.0, 1.9, 1.0, correlation_cases=0.6, correlation_controls=0.6, power=0.9)
    >>> round(plan.auc_1, 3), round(plan.auc_2, 3), plan.total
    (0.967, 0.91, 188)
    """
    first = _Curve(_check_number(a_1, "a_1"), check_positive(b_1, "b_1"))
    second = _Curve(_check_number(a_2, "a_2"), check_positive(b_2, "b_2"))
    correlations = (
        _check_correlation(correlation_cases, "correlation_cases"),
        _check_correlation(correlation_controls, "correlation_controls"),
    )
    check_share(power, "power")
    check_share(significance_level, "significance_level")
    check_choice(alternative, "alternative", ALTERNATIVES)
    ratio = check_positive(controls_per_case, "controls_per_case")
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    null = check_choice(null_variance or ("first" if mode == PROC else "symmetric"), "null_variance", NULL_VARIANCES)
    areas = (first.area, second.area)
    if areas[0] == areas[1]:
        raise InputError("a_2, b_2", "give the area of the first curve", hint="A plan starts from a difference.")
    if mode == PROC:
        v1, v2 = first.variance_of_proc(ratio), second.variance_of_proc(ratio)
    else:
        v1, v2 = (_covariance(curve, curve, 1.0, 1.0, ratio) for curve in (first, second))
    covariance = _covariance(first, second, *correlations, ratio)
    variance = v1 + v2 - 2.0 * covariance
    plan = Planned(areas[0] - areas[1], 2.0 * v1 - 2.0 * covariance if null == "first" else variance, variance)
    if plan.variance <= 0.0 or plan.null_variance < 0.0:
        raise NotEstimable(
            "too few rows",
            "The difference of the areas has no variance, or the first curve has less than both share.",
            hint="Check the correlations and the order of the curves.",
        )
    cases = plan.cases(quantile_of_level(significance_level, alternative, mode), qnorm(float(power)))
    return BinormalPlanResult(*areas, cases, ratio * cases, power, significance_level, alternative, null, mode, plan)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Neighbouring markers with their fitted parameters, in three decimals as a paper has them."""
    for one, two in list(pairwise(cohort.markers))[:2]:
        signed: list[Any] = []
        plan: dict[str, Any] = {}
        with contextlib.suppress(NotEstimable, InputError):
            for i, marker in enumerate((one, two), 1):
                fit = binormal_roc(cohort.outcome, marker.values, direction=marker.direction)
                plan |= {f"a_{i}": round(fit.a, 3), f"b_{i}": round(fit.b, 3)}
                signed.append(marker.values * (1.0 if marker.direction == "higher" else -1.0))
            for name, group in (("correlation_cases", 1), ("correlation_controls", 0)):
                chosen = [values[cohort.outcome == group] for values in signed]
                plan[name] = round(float(np.corrcoef(*chosen)[0, 1]), 2)
            words: dict[str, Any] = {
                "power": 0.8,
                "significance_level": 0.05,
                "alternative": "two-sided",
                "controls_per_case": 1.5,
            }
            if max(plan["correlation_cases"], plan["correlation_controls"]) > _NEARLY_ONE_MARKER:
                continue
            binormal_sample_size(**plan, **words, null_variance="first")
            yield Case(f"{one.name} and {two.name}", plan | words)


_WHY = definition("pROC leaves the covariance of a and b out of the variances, and has the first curve's null variance")

BINORMAL_SAMPLE_SIZE = register(
    Statistic(
        name="binormal_sample_size",
        compute=binormal_sample_size,
        r="roc_power_binormal.R::binormal_sample_size",
        package="pROC",
        title="Patients needed to tell two binormal areas apart",
        cases=_cases,
        quantities={"n_cases": _WHY, "n_controls": _WHY},
        compat={PROC: {"n_cases": closed("value"), "n_controls": closed("value")}},
        relations=(
            relations.binormal_curves_exchanged,
            relations.binormal_size_is_linear_in_deviates,
            relations.binormal_variance_of_simulated_areas,
        ),
        certified=certified_values.binormal_sample_size,
        display="validation.displays.power.PowerDisplay",
    )
)
