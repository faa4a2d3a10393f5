"""Comparison of two areas on the same patients: DeLong's paired test."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from validation.checks import Floats, Outcome, check_choice, check_level
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import roc as certified_roc
from validation.r_numerics import interval_probabilities, pnorm, qnorm, r_covariance, r_sum
from validation.relations import roc as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, PROC, roc_curve
from validation.roc.delong import fractional_placements, trapezoid
from validation.roc.drawn import Drawn
from validation.roc.missing import MISSING, complete_rows
from validation.roc.placements import Placements, covariance, place, square_root
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc_figures import RocComparisonDisplay

__all__ = ["ROC_TEST", "RocTestResult", "roc_test"]


@dataclass(frozen=True)
class RocTestResult(Result):
    """Difference of two correlated areas.

    Attributes
    ----------
    auc_1, auc_2, difference : float
        Both areas, and the first minus the second.
    covariance, standard_error : float
        DeLong's covariance of the two areas, and the standard error of their difference.
    statistic, p_value : float
        Difference over its standard error, and the normal p-value.
    level, lower, upper : float
        Confidence level and two-sided limits of the difference.
    n_cases, n_controls : int
    degenerate : bool
        The variance of the difference is 0, as with two perfect markers: neither p-value nor limits say anything.
    compat, kernel : str
        Mode, and the kernel that counted.
    alternative : {"two-sided", "greater", "less"}
    n_missing : int
        Patients left out because the outcome or a marker is missing.
    """

    auc_1: float
    auc_2: float
    difference: float
    covariance: float
    standard_error: float
    statistic: float
    p_value: float
    level: float
    lower: float
    upper: float
    n_cases: int
    n_controls: int
    degenerate: bool
    compat: str
    kernel: str
    alternative: str = "two-sided"
    n_missing: int = 0
    _drawn: Drawn | None = field(default=None, repr=False, compare=False)

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval of the difference at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(self.difference, self.standard_error, check_level(level)))

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc_1", "auc_2", "difference", "standard_error", "statistic", "p_value", "lower", "upper", "level")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> RocComparisonDisplay:
        """Draw both curves with the difference of their areas."""
        from validation.displays.roc_figures import RocComparisonDisplay

        return RocComparisonDisplay(self).plot(ax)


def _limits(difference: float, standard_error: float, level: float) -> tuple[float, float]:
    upper_probability = interval_probabilities(level)[1]
    reach = qnorm(upper_probability) * standard_error
    return difference - reach, difference + reach


class _Numbers(NamedTuple):
    """What both modes compute."""

    auc_1: float
    auc_2: float
    difference: float
    covariance: float
    standard_error: float
    statistic: float


def _variance(first: Placements, second: Placements) -> Fraction:
    """Variance of the difference, exactly."""
    return covariance(first, first) + covariance(second, second) - 2 * covariance(first, second)


def _exactly(first: Placements, second: Placements, variance: Fraction) -> _Numbers:
    """Each number rounded once."""
    difference = first.area - second.area
    if variance == 0:
        statistic = math.nan if difference else 0.0
    else:
        statistic = math.copysign(square_root(difference * difference / variance), difference)
    return _Numbers(
        float(first.area),
        float(second.area),
        float(difference),
        float(covariance(first, second)),
        square_root(variance),
        statistic,
    )


def _as_proc(outcome: Outcome, scores: tuple[Floats, Floats], directions: tuple[str, str]) -> _Numbers:
    """The same numbers by pROC's conventions."""
    areas, centred, fractions = [], [], []
    for values, direction in zip(scores, directions, strict=True):
        curve = roc_curve(outcome, values, direction=direction)
        areas.append(trapezoid(curve.sensitivity, curve.specificity))
        placements = place(outcome, values, direction)
        m, n = placements.cases.size, placements.controls.size
        theta = r_sum(placements.cases / 2) / m / n
        cases, controls = fractional_placements(placements)
        fractions.append((cases, controls))
        centred.append((theta, cases - theta, controls - theta))
    spread = [[r_sum(a[1] * b[1]) / (m - 1) / m + r_sum(a[2] * b[2]) / (n - 1) / n for b in centred] for a in centred]
    variance = (spread[0][0] - spread[1][0]) - (spread[0][1] - spread[1][1])
    error = math.sqrt(variance) if variance >= 0 else math.nan
    difference = centred[0][0] - centred[1][0]
    with np.errstate(divide="ignore", invalid="ignore"):
        # 0/0 is 0 there, and anything else over 0 infinite
        statistic = float(np.float64(difference) / error) if difference or error else 0.0
    (x_1, y_1), (x_2, y_2) = fractions
    together = r_covariance(y_2, y_1) / n + r_covariance(x_2, x_1) / m
    return _Numbers(areas[0], areas[1], difference, together, error, statistic)


def roc_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    alternative: str = "two-sided",
    level: float = 0.95,
    missing: str = "refuse",
    compat: str | None = None,
) -> RocTestResult:
    """Compare the areas of two markers measured on the same patients (DeLong).

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        The two markers, in the same order of patients.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event.
    alternative : {"two-sided", "greater", "less"}
        ``greater``: the first area is the larger one.
    level : float
        Confidence level of the difference; the limits are two-sided whatever the alternative.
    missing : {"refuse", "complete"}
        Refuse missing values, or use the patients who have the outcome and both markers, as pROC does in this test.
    compat : {"proc-1.18"}, optional
        Sums in the order and precision of pROC.

    Returns
    -------
    RocTestResult

    Raises
    ------
    InputError
        As for `auc`.
    NotEstimable
        One case or one control only.

    Notes
    -----
    ``Z = (A1 - A2) / sqrt(V1 + V2 - 2 C)`` with DeLong's variances and covariance; two-sided p-value ``2 pnorm(-|Z|)``,
    one-sided ``pnorm(-Z)`` (greater) and ``pnorm(Z)`` (less);
    limits ``A1 - A2 -+ z sqrt(V1 + V2 - 2 C)``, not clipped. A variance of 0 gives Z = 0 for equal areas; for
    different ones there is no test, Z and p-value are NaN (pROC gives a p-value of 0, or NaN, as the rounding falls).
    R: ``pROC::roc.test(r1, r2, method = "delong", paired = TRUE)``.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Examples
    --------
    >>> y = [0, 0, 0, 1, 1, 1]
    >>> result = roc_test(y, [1, 2, 4, 3, 5, 6], [1, 5, 2, 4, 3, 6])
    >>> round(result.difference, 4), round(result.p_value, 3)
    (0.1111, 0.724)
    """
    check_choice(missing, "missing", MISSING)
    rows = complete_rows(y_true, [y_score_1, y_score_2], missing, "y_true", ["y_score_1", "y_score_2"])
    outcome, (first, second) = rows.outcome, rows.scores
    check_choice(alternative, "alternative", ("two-sided", "greater", "less"))
    check_choice(direction_1, "direction_1", DIRECTIONS)
    check_choice(direction_2, "direction_2", DIRECTIONS)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    _enough(outcome)
    placed = (place(outcome, first, direction_1), place(outcome, second, direction_2))
    variance = _variance(*placed)
    if mode == PROC:
        numbers = _as_proc(outcome, (first, second), (direction_1, direction_2))
    else:
        numbers = _exactly(*placed, variance)
    return RocTestResult(
        *numbers,
        _p_value(numbers.statistic, alternative),
        level,
        *_limits(numbers.difference, numbers.standard_error, level),
        placed[0].cases.size,
        placed[0].controls.size,
        variance == 0,
        mode,
        placed[0].kernel,
        alternative,
        rows.missing,
        Drawn(outcome, (first, second), (direction_1, direction_2)),
    )


def _p_value(statistic: float, alternative: str) -> float:
    if alternative == "two-sided":
        return 2.0 * pnorm(-abs(statistic))
    return pnorm(-statistic if alternative == "greater" else statistic)


def _enough(outcome: Outcome) -> None:
    cases = int(outcome.sum())
    for count, word in ((cases, "case"), (outcome.size - cases, "control")):
        if count < 2:
            raise NotEstimable(
                "too few rows",
                f"The outcome has one {word} only, so that the variance of an area does not exist.",
                hint="Two areas can be compared from two cases and two controls on.",
            )


def _pairs(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for first, second in combinations(cohort.markers, 2):
        yield Case(
            f"{first.name} and {second.name}",
            {
                "y_true": cohort.outcome,
                "y_score_1": first.values,
                "y_score_2": second.values,
                "direction_1": first.direction,
                "direction_2": second.direction,
                "level": settings.level,
            },
        )


_QUANTITIES = ("auc_1", "auc_2", "covariance", "statistic", "p_value", "lower", "upper")

ROC_TEST = register(
    Statistic(
        name="roc_test",
        compute=roc_test,
        r="roc.R::roc_test",
        package="pROC",
        title="Paired comparison of two areas (DeLong)",
        cases=_pairs,
        quantities={
            "auc_1": exact(),
            "auc_2": exact(),
            "covariance": exact(reason="may cancel to nearly 0, so judged beside 1"),
            "statistic": closed("unit", "a quotient of two differences that cancel"),
            "p_value": closed(),
            "lower": closed(),
            "upper": closed(),
        },
        compat={PROC: dict.fromkeys(_QUANTITIES, bits())},
        relations=(
            relations.test_exchange,
            relations.test_patient_order,
            relations.test_of_itself,
            relations.test_adds_up,
        ),
        certified=certified_roc.roc_test,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
