"""Comparison of two areas in two groups of patients: DeLong's unpaired test."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from validation.checks import Floats, Outcome, check_choice, check_level
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import roc_delong as certified
from validation.r_numerics import interval_probabilities, r_sum
from validation.relations import roc_delong as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, PROC, RocCurveResult, roc_curve
from validation.roc.delong import fractional_placements, trapezoid
from validation.roc.missing import MISSING, complete_rows
from validation.roc.placements import PairSums, pair_sums, place, square_root
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register
from validation.student_t import t_quantile, t_tail, two_sided_t

if TYPE_CHECKING:
    from validation.displays.roc_delong import CurvesDisplay

__all__ = ["ROC_TEST_UNPAIRED", "UnpairedRocTestResult", "roc_test_unpaired"]

ALTERNATIVES = ("two-sided", "greater", "less")
_FEWEST = 2


@dataclass(frozen=True)
class UnpairedRocTestResult(Result):
    """Difference of two independent areas.

    Attributes
    ----------
    auc_1, auc_2, difference : float
        Both areas, and the first minus the second.
    standard_error : float
        Of the difference.
    statistic, df, p_value : float
        Difference over its standard error, Welch's degrees of freedom, and the p-value of Student's t.
    alternative : {"two-sided", "greater", "less"}
    level, lower, upper : float
        Confidence level and two-sided limits of the difference, by the same t distribution.
    n_cases, n_controls, n_missing : tuple of two int
        Of the first and of the second group; patients left out because a value is missing.
    degenerate : bool
        Neither area has a variance, as with two perfect markers: neither p-value nor limits say anything.
    curves : tuple of two RocCurveResult
    compat, kernel : str
    """

    auc_1: float
    auc_2: float
    difference: float
    standard_error: float
    statistic: float
    df: float
    p_value: float
    alternative: str
    level: float
    lower: float
    upper: float
    n_cases: tuple[int, int]
    n_controls: tuple[int, int]
    n_missing: tuple[int, int]
    degenerate: bool
    curves: tuple[RocCurveResult, RocCurveResult]
    compat: str
    kernel: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval of the difference at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(self.difference, self.standard_error, self.df, check_level(level)))

    def plot(self, ax: Any = None) -> CurvesDisplay:
        """Draw both curves on a Matplotlib axes."""
        from validation.displays.roc_delong import CurvesDisplay

        words = [f"{name}: AUC {area:.3f}" for name, area in (("first", self.auc_1), ("second", self.auc_2))]
        return CurvesDisplay(self.curves, words).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        areas = ("auc_1", "auc_2", "difference", "standard_error", "lower", "upper", "level")
        return {name: [getattr(self, name)] for name in (*areas, "statistic", "df", "p_value", "alternative")}


def _limits(difference: float, standard_error: float, df: float, level: float) -> tuple[float, float]:
    if math.isnan(df):
        return (difference, difference) if standard_error == 0.0 else (math.nan, math.nan)
    reach = t_quantile(interval_probabilities(level)[1], df) * standard_error
    return difference - reach, difference + reach


class _Group(NamedTuple):
    """Checked data of one curve."""

    outcome: Outcome
    scores: Floats
    direction: str
    missing: int

    @property
    def cases(self) -> int:
        return int(self.outcome.sum())

    @property
    def controls(self) -> int:
        return self.outcome.size - self.cases


class _Numbers(NamedTuple):
    """What both modes compute."""

    auc_1: float
    auc_2: float
    difference: float
    standard_error: float
    statistic: float
    df: float
    p_value: float


def _exactly(sums: list[PairSums], sizes: list[int], alternative: str) -> _Numbers:
    """Each number rounded once."""
    first, second = (s.area for s in sums)
    difference = first - second
    variances = [s.variance or Fraction(0) for s in sums]
    variance = variances[0] + variances[1]
    areas = (float(first), float(second), float(difference))
    if not variance:
        statistic, p = (math.nan, math.nan) if difference else (0.0, 1.0)
        return _Numbers(*areas, 0.0, statistic, math.nan, p)
    df = variance**2 / sum(v * v / (n - 1) for v, n in zip(variances, sizes, strict=True))
    squared = difference * difference / variance
    statistic = math.copysign(square_root(squared), difference)
    two = two_sided_t(squared, df)
    beyond = (difference >= 0) == (alternative == "greater")
    p = two if alternative == "two-sided" else two / 2 if beyond else 1.0 - two / 2
    return _Numbers(*areas, square_root(variance), statistic, float(df), p)


def _proc_variance(group: _Group) -> tuple[float, float, float]:
    """Trapezoid, area from the placements, and variance about it, by pROC's conventions."""
    curve = roc_curve(group.outcome, group.scores, direction=group.direction)
    area = trapezoid(curve.sensitivity, curve.specificity)
    m, n = group.cases, group.controls
    if min(m, n) < _FEWEST:
        return area, math.nan, math.nan
    placements = place(group.outcome, group.scores, group.direction)
    cases, controls = fractional_placements(placements)
    theta = r_sum(placements.cases / 2) / m / n
    spread = r_sum((cases - theta) * (cases - theta)) / (m - 1) / m
    return area, theta, spread + r_sum((controls - theta) * (controls - theta)) / (n - 1) / n


def _as_proc(groups: list[_Group], alternative: str) -> _Numbers:
    """The same numbers by pROC's conventions."""
    (area_1, theta_1, v_1), (area_2, theta_2, v_2) = (_proc_variance(group) for group in groups)
    n_1, n_2 = (group.outcome.size for group in groups)
    difference, variance = theta_1 - theta_2, v_1 + v_2
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(np.float64(difference) / np.sqrt(variance))
        df = float(np.float64(variance * variance) / (v_1 * v_1 / (n_1 - 1) + v_2 * v_2 / (n_2 - 1)))
    if alternative == "two-sided":
        p = math.nan if math.isnan(statistic) else two_sided_t(_squared(statistic), df)
    else:
        p = t_tail(statistic if alternative == "greater" else -statistic, df)
    return _Numbers(area_1, area_2, difference, float(np.sqrt(variance)), statistic, df, p)


def _squared(statistic: float) -> Fraction | float:
    return Fraction(statistic) ** 2 if math.isfinite(statistic) else math.inf


def _refuse_lone(groups: list[_Group]) -> None:
    for group in groups:
        for count, word in ((group.cases, "case"), (group.controls, "control")):
            if count < _FEWEST:
                raise NotEstimable(
                    "too few rows",
                    f"A group has one {word} only, so that the variance of its area does not exist.",
                    hint="Two areas can be compared from two cases and two controls in each group on.",
                )


def roc_test_unpaired(
    y_true_1: Any,
    y_score_1: Any,
    y_true_2: Any,
    y_score_2: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    alternative: str = "two-sided",
    level: float = 0.95,
    missing: str = "refuse",
    compat: str | None = None,
) -> UnpairedRocTestResult:
    """Compare the areas of a marker, or of two, in two different groups of patients (DeLong).

    Parameters
    ----------
    y_true_1, y_true_2 : array_like of shape (n_1,) and (n_2,)
        Outcomes of the two groups, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n_1,) and (n_2,)
        Marker in each group, in its own unit.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event.
    alternative : {"two-sided", "greater", "less"}
        ``greater``: the first area is the larger one.
    level : float
        Confidence level of the difference.
    missing : {"refuse", "complete"}
        Refuse missing values, or leave out the patients that have one, in each group by itself.
    compat : {"proc-1.18"}, optional
        Sums in the order and precision of pROC. The default rounds each number once.

    Returns
    -------
    UnpairedRocTestResult

    Raises
    ------
    InputError
        As for `auc`.
    NotEstimable
        One case or one control only in a group (NaN in the mode "proc-1.18").

    Notes
    -----
    With DeLong's variances V1 and V2 and groups of N1 and N2 patients, ``t = (A1 - A2) / sqrt(V1 + V2)`` has Student's
    distribution with ``(V1 + V2)^2 / (V1^2 / (N1 - 1) + V2^2 / (N2 - 1))`` degrees of freedom (Welch); limits
    ``A1 - A2 -+ t sqrt(V1 + V2)``, which pROC does not give. Patients who are in both groups make the test wrong: use
    `roc_test` for markers of the same patients. Opposite directions are compared as stated; pROC, unless told
    ``method = "delong"``, would turn to its bootstrap for them.
    R: ``pROC::roc.test(r1, r2, method = "delong", paired = FALSE)``.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Welch BL (1947). The generalization of "Student's" problem when several different population variances are
    involved. Biometrika 34:28-35. doi:10.1093/biomet/34.1-2.28

    Examples
    --------
    >>> result = roc_test_unpaired([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6], [0, 0, 1, 1, 1], [1, 4, 2, 3, 5])
    >>> round(result.difference, 4), round(result.df, 2), round(result.p_value, 3)
    (0.2222, 5.41, 0.605)
    """
    check_choice(missing, "missing", MISSING)
    check_choice(alternative, "alternative", ALTERNATIVES)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    groups = []
    for i, (y, x, way) in enumerate(((y_true_1, y_score_1, direction_1), (y_true_2, y_score_2, direction_2)), 1):
        rows = complete_rows(y, [x], missing, f"y_true_{i}", [f"y_score_{i}"])
        check_choice(way, f"direction_{i}", DIRECTIONS)
        groups.append(_Group(rows.outcome, rows.scores[0], way, rows.missing))
    sums = [pair_sums(g.outcome, g.scores, g.direction) for g in groups]
    if mode == PROC:
        numbers = _as_proc(groups, alternative)
    else:
        _refuse_lone(groups)
        numbers = _exactly(sums, [g.outcome.size for g in groups], alternative)
    curves = [roc_curve(g.outcome, g.scores, direction=g.direction) for g in groups]
    return UnpairedRocTestResult(
        *numbers,
        alternative,
        level,
        *_limits(numbers.difference, numbers.standard_error, numbers.df, level),
        (groups[0].cases, groups[1].cases),
        (groups[0].controls, groups[1].controls),
        (groups[0].missing, groups[1].missing),
        all(s.variance == 0 for s in sums),
        (curves[0], curves[1]),
        mode,
        sums[0].kernel,
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first marker in patients of odd and of even rows, and the first two markers there."""
    y, groups = cohort.outcome, (slice(0, None, 2), slice(1, None, 2))
    if min(min(int(y[rows].sum()), int((1 - y[rows]).sum())) for rows in groups) < _FEWEST:
        return
    for second in cohort.markers[:2]:
        first = cohort.markers[0]
        data: dict[str, Any] = {"y_true_1": y[groups[0]], "y_score_1": first.values[groups[0]]}
        data |= {"y_true_2": y[groups[1]], "y_score_2": second.values[groups[1]]}
        words = {"direction_1": first.direction, "direction_2": second.direction}
        alternative = "two-sided" if second is first else "greater"
        label = f"{first.name} in odd and {second.name} in even rows"
        yield Case(label, {**data, **words, "alternative": alternative})


_P_VALUE = closed("unit", "R's Student distribution has 14 digits")

ROC_TEST_UNPAIRED = register(
    Statistic(
        name="roc_test_unpaired",
        compute=roc_test_unpaired,
        r="roc_delong.R::roc_test_unpaired",
        package="pROC",
        title="Unpaired comparison of two areas (DeLong)",
        cases=_cases,
        quantities={
            "auc_1": exact(),
            "auc_2": exact(),
            "statistic": closed("unit", "a quotient of two differences that cancel"),
            "df": closed("value", "a quotient of squares"),
            "p_value": _P_VALUE,
        },
        compat={PROC: {**dict.fromkeys(("auc_1", "auc_2", "statistic", "df"), bits()), "p_value": _P_VALUE}},
        relations=(
            relations.unpaired_exchange,
            relations.unpaired_order_and_transform,
            relations.unpaired_of_itself,
            relations.unpaired_alternatives_add_up,
            relations.unpaired_outcome_swap,
        ),
        certified=certified.roc_test_unpaired,
        display="validation.displays.roc_delong.CurvesDisplay",
    )
)
