"""Comparison of two areas on the same patients: DeLong's paired test."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from validation.checks import Floats, Outcome, check_choice, check_level, check_outcome, check_scores
from validation.cohort import Cohort
from validation.exact import roc as certified_roc
from validation.r_numerics import interval_probabilities, pnorm, qnorm, r_sum
from validation.relations import roc as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, PROC, roc_curve
from validation.roc.delong import fractional_placements, trapezoid
from validation.roc.placements import Placements, covariance, place
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

__all__ = ["ROC_TEST", "RocTestResult", "roc_test"]


@dataclass(frozen=True)
class RocTestResult(Result):
    """Difference of two correlated areas.

    Attributes
    ----------
    auc_1, auc_2, difference : float
        Both areas, and the first minus the second.
    standard_error : float
        DeLong's, of the difference.
    statistic, p_value : float
        Difference over its standard error, and the two-sided normal p-value.
    level, lower, upper : float
        Confidence level and limits of the difference.
    compat : str
    """

    auc_1: float
    auc_2: float
    difference: float
    standard_error: float
    statistic: float
    p_value: float
    level: float
    lower: float
    upper: float
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval of the difference at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(self.difference, self.standard_error, check_level(level)))

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc_1", "auc_2", "difference", "standard_error", "statistic", "p_value", "lower", "upper", "level")
        return {name: [getattr(self, name)] for name in names}


def _limits(difference: float, standard_error: float, level: float) -> tuple[float, float]:
    upper_probability = interval_probabilities(level)[1]
    reach = qnorm(upper_probability) * standard_error
    return difference - reach, difference + reach


def _exactly(first: Placements, second: Placements) -> tuple[float, float, float, float, float]:
    """Both areas, their difference, its standard error and the statistic, each rounded once."""
    difference = first.area - second.area
    variance = covariance(first, first) + covariance(second, second) - 2 * covariance(first, second)
    error = math.sqrt(variance)
    if variance == 0:
        return float(first.area), float(second.area), float(difference), 0.0, _of_zero(difference)
    squared = Fraction(difference * difference) / variance
    statistic = math.copysign(math.sqrt(squared), difference) if difference else 0.0
    return float(first.area), float(second.area), float(difference), error, statistic


def _of_zero(difference: Fraction | float) -> float:
    return 0.0 if difference == 0 else math.copysign(math.inf, float(difference))


def _as_proc(
    outcome: Outcome, scores: tuple[Floats, Floats], directions: tuple[str, str], placed: tuple[Placements, Placements]
) -> tuple[float, float, float, float, float]:
    """The same five numbers by pROC's conventions."""
    areas = []
    for values, direction in zip(scores, directions, strict=True):
        curve = roc_curve(outcome, values, direction=direction)
        areas.append(trapezoid(curve.sensitivity, curve.specificity))
    m, n = placed[0].cases.size, placed[0].controls.size
    centred = []
    for placements in placed:
        theta = r_sum(placements.cases / 2) / m / n
        cases, controls = fractional_placements(placements)
        centred.append((theta, cases - theta, controls - theta))
    spread = [[r_sum(a[1] * b[1]) / (m - 1) / m + r_sum(a[2] * b[2]) / (n - 1) / n for b in centred] for a in centred]
    variance = (spread[0][0] - spread[1][0]) - (spread[0][1] - spread[1][1])
    error = math.sqrt(max(variance, 0.0))
    difference = centred[0][0] - centred[1][0]
    statistic = difference / error if error else _of_zero(difference)
    return areas[0], areas[1], difference, error, statistic


def roc_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    level: float = 0.95,
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
    level : float
        Confidence level of the difference.
    compat : {"proc-1.18"}, optional
        Sums in the order and precision of pROC.

    Returns
    -------
    RocTestResult

    Raises
    ------
    InputError
        As for `auc`, and fewer than two cases or controls.

    Notes
    -----
    ``Z = (A1 - A2) / sqrt(V1 + V2 - 2 C)`` with DeLong's variances and covariance; two-sided p-value ``2 pnorm(-|Z|)``;
    limits ``A1 - A2 -+ z sqrt(V1 + V2 - 2 C)``, not clipped. A variance of 0 gives Z = 0 for equal areas.
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
    (0.1111, 0.739)
    """
    outcome = check_outcome(y_true)
    first = check_scores(y_score_1, outcome.size, "y_score_1")
    second = check_scores(y_score_2, outcome.size, "y_score_2")
    check_choice(direction_1, "direction_1", DIRECTIONS)
    check_choice(direction_2, "direction_2", DIRECTIONS)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    _enough(outcome)
    placed = (place(outcome, first, direction_1), place(outcome, second, direction_2))
    if mode == PROC:
        numbers = _as_proc(outcome, (first, second), (direction_1, direction_2), placed)
    else:
        numbers = _exactly(*placed)
    area_1, area_2, difference, error, statistic = numbers
    p_value = 2.0 * pnorm(-abs(statistic))
    return RocTestResult(
        area_1, area_2, difference, error, statistic, p_value, level, *_limits(difference, error, level), mode
    )


def _enough(outcome: Outcome) -> None:
    from validation.errors import InputError

    cases = int(outcome.sum())
    for count, word in ((cases, "case"), (outcome.size - cases, "control")):
        if count < 2:
            raise InputError("y_true", f"has one {word} only", hint="A variance needs at least two cases and controls.")


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


_QUANTITIES = ("auc_1", "auc_2", "statistic", "p_value", "lower", "upper")

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
            "statistic": closed("unit", "a quotient of two differences that cancel"),
            "p_value": closed(),
            "lower": closed(),
            "upper": closed(),
        },
        compat={PROC: dict.fromkeys(_QUANTITIES, bits())},
        relations=(relations.test_exchange, relations.test_patient_order, relations.test_of_itself),
        certified=certified_roc.roc_test,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
