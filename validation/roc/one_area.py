"""One area: test against a stated value, one-sided and logit limits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from validation.checks import check_choice, check_level, check_outcome, check_scores
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_delong as certified
from validation.r_numerics import pnorm, qnorm
from validation.relations import roc_delong as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, marker_cases
from validation.roc.placements import PairSums, pair_sums, square_root
from validation.roc.unpaired import ALTERNATIVES
from validation.statistic import Case, Settings, Statistic, closed, exact, register

__all__ = ["AUC_INTERVAL", "AUC_TEST", "AUCIntervalResult", "AUCTestResult", "auc_interval", "auc_test"]

METHODS = ("logit", "delong")
#: area that the shipped cases are tested against
_TESTED = 0.7


@dataclass(frozen=True)
class AUCIntervalResult(Result):
    """Area with limits on one or both sides.

    Attributes
    ----------
    auc, standard_error : float
        Area and DeLong's standard error.
    lower, upper : float
        Limits; 0 or 1 on the side that is left open. NaN for the logit of an area of 0 or 1, which has none.
    level : float
    method : {"logit", "delong"}
    alternative : {"two-sided", "greater", "less"}
    n_cases, n_controls : int
    degenerate : bool
        The variance is 0: limits say nothing about precision.
    compat : str
    """

    auc: float
    standard_error: float
    lower: float
    upper: float
    level: float
    method: str
    alternative: str
    n_cases: int
    n_controls: int
    degenerate: bool
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Limits of the same kind at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        found = _limits(self.auc, 1.0 - self.auc, self.standard_error, self.method, self.alternative,
                        check_level(level))  # fmt: skip
        return ConfidenceInterval(*found)

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "standard_error", "lower", "upper", "level", "method", "alternative")
        return {name: [getattr(self, name)] for name in names}


@dataclass(frozen=True)
class AUCTestResult(Result):
    """Area tested against a stated value.

    Attributes
    ----------
    auc, standard_error, value : float
        Area, DeLong's standard error, and the value that it is tested against.
    statistic, p_value : float
        Distance in standard errors, and the normal p-value. NaN where the area does not vary and is not the value.
    method : {"delong", "logit"}
    alternative : {"two-sided", "greater", "less"}
    n_cases, n_controls : int
    degenerate : bool
        The variance is 0: the p-value says nothing.
    compat : str
    """

    auc: float
    standard_error: float
    value: float
    statistic: float
    p_value: float
    method: str
    alternative: str
    n_cases: int
    n_controls: int
    degenerate: bool
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "standard_error", "value", "statistic", "p_value", "method", "alternative")
        return {name: [getattr(self, name)] for name in names}


def _checked(y_true: Any, y_score: Any, direction: str) -> tuple[PairSums, Fraction]:
    """Sums of the placements, and the variance."""
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    sums = pair_sums(outcome, scores, check_choice(direction, "direction", DIRECTIONS))
    if sums.variance is None:
        word = "case" if sums.n_cases < sums.n_controls else "control"
        raise NotEstimable(
            "too few rows",
            f"The outcome has one {word} only, so that the variance of the area does not exist.",
            hint="At least two cases and two controls are needed.",
        )
    return sums, sums.variance


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))


def _logit(area: float, rest: float) -> float:
    return math.log(area) - math.log(rest)


def _limits(area: float, rest: float, error: float, method: str, alternative: str, level: float) -> tuple[float, float]:
    """Limits of an area of which `rest` is missing to 1."""
    z = qnorm((1.0 + level) / 2.0 if alternative == "two-sided" else level)
    if method == "delong":
        low, high = max(0.0, area - z * error), min(1.0, area + z * error)
    elif area in (0.0, 1.0):
        low = high = math.nan
    else:
        reach = z * error / (area * rest)
        low, high = (_expit(_logit(area, rest) + side * reach) for side in (-1.0, 1.0))
    if alternative == "two-sided" or math.isnan(low):
        return low, high
    return (low, 1.0) if alternative == "greater" else (0.0, high)


def auc_interval(
    y_true: Any,
    y_score: Any,
    *,
    direction: str = "higher",
    method: str = "logit",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> AUCIntervalResult:
    """Limits of the area on the logit scale, which stay within 0 and 1 by themselves, or on one side only.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    method : {"logit", "delong"}
        Symmetric about the logit of the area, or about the area and clipped to [0, 1] as in `auc`.
    alternative : {"two-sided", "greater", "less"}
        ``greater``: a lower limit alone, below which the area is not; ``less``: an upper limit alone.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    AUCIntervalResult

    Raises
    ------
    InputError
        As for `auc`.
    NotEstimable
        One case or one control only.

    Notes
    -----
    With DeLong's standard error SE of the area A, logit limits are ``expit(logit A -+ z SE / (A (1 - A)))``. z is the
    normal quantile at (1 + level)/2 for two limits and at `level` for one.
    R: none; two-sided ``method="delong"`` is ``pROC::ci.auc(r, method = "delong")``.

    References
    ----------
    Qin G, Hotilovac L (2008). Comparison of non-parametric confidence intervals for the area under the ROC curve of a
    continuous-scale diagnostic test. Stat Methods Med Res 17:207-221. doi:10.1177/0962280207087173

    Examples
    --------
    >>> y, x = [0, 0, 1, 1, 1, 0], [0.1, 0.4, 0.35, 0.8, 0.7, 0.2]
    >>> result = auc_interval(y, x)
    >>> round(result.auc, 4), round(result.lower, 4), round(result.upper, 4)
    (0.8889, 0.2614, 0.9945)
    >>> auc_interval(y, x, method="delong", alternative="greater").upper
    1.0
    """
    sums, variance = _checked(y_true, y_score, direction)
    check_choice(method, "method", METHODS)
    check_choice(alternative, "alternative", ALTERNATIVES)
    check_level(level)
    area, error = float(sums.area), square_root(variance)
    limits = _limits(area, float(1 - sums.area), error, method, alternative, level)
    counts = (sums.n_cases, sums.n_controls)
    return AUCIntervalResult(area, error, *limits, level, method, alternative, *counts, variance == 0, "default")


def auc_test(
    y_true: Any,
    y_score: Any,
    *,
    value: float = 0.5,
    direction: str = "higher",
    method: str = "delong",
    alternative: str = "two-sided",
) -> AUCTestResult:
    """Test of one area against a stated value: chance, or the least that would be useful.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    value : float
        Area under the null hypothesis, strictly between 0 and 1.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed: a guessed direction makes small p-values.
    method : {"delong", "logit"}
        Distance measured in areas or in logits of areas; the latter agrees with the limits of `auc_interval`.
    alternative : {"two-sided", "greater", "less"}
        ``greater``: the area is larger than `value`.

    Returns
    -------
    AUCTestResult

    Raises
    ------
    InputError
        As for `auc`; a value outside (0, 1).
    NotEstimable
        One case or one control only.

    Notes
    -----
    ``Z = (A - value) / SE`` with DeLong's standard error, or ``(logit A - logit value) A (1 - A) / SE``; p-value from
    the normal distribution. The variance is that of the data, not that under the null hypothesis: against 0.5 the
    result differs a little from the Wilcoxon-Mann-Whitney test.
    R: none; ``pROC::roc.test`` compares two curves.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Examples
    --------
    >>> result = auc_test([0, 0, 1, 1, 1, 0], [0.1, 0.4, 0.35, 0.8, 0.7, 0.2], alternative="greater")
    >>> round(result.statistic, 4), round(result.p_value, 4)
    (2.4749, 0.0067)
    """
    sums, variance = _checked(y_true, y_score, direction)
    check_choice(method, "method", METHODS)
    check_choice(alternative, "alternative", ALTERNATIVES)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < value < 1.0:
        raise InputError("value", f"must lie strictly between 0 and 1, got {value!r}", hint="0.5 is chance.")
    statistic = _distance(sums.area, variance, float(value), method)
    if alternative == "two-sided":
        p = 2.0 * pnorm(-abs(statistic))
    else:
        p = pnorm(-statistic if alternative == "greater" else statistic)
    counts = (sums.n_cases, sums.n_controls)
    numbers = (float(sums.area), square_root(variance), float(value), statistic, p)
    return AUCTestResult(*numbers, method, alternative, *counts, variance == 0, "default")


def _distance(area: Fraction, variance: Fraction, value: float, method: str) -> float:
    """Distance from the value in standard errors."""
    difference = area - Fraction(value)
    if variance == 0:
        return math.nan if difference else 0.0
    if method == "delong":
        return math.copysign(square_root(difference * difference / variance), difference)
    a, rest = float(area), float(1 - area)
    # the logarithm of the odds ratio keeps its digits where the two are close
    odds = Fraction(area) * (1 - Fraction(value)) / ((1 - Fraction(area)) * Fraction(value))
    return math.log1p(float(odds - 1)) * (a * rest) / square_root(variance)


def _interval_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Two-sided logit limits of each marker, and the lower DeLong limit of the first."""
    for i, case in enumerate(marker_cases(cohort, settings)):
        yield Case(case.label, {**case.arguments, "level": settings.level})
        if i == 0:
            one = {"level": settings.level, "method": "delong", "alternative": "greater"}
            yield Case(f"{case.label}, lower limit", {**case.arguments, **one})


def _test_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Each marker against chance, and the first against a useful area."""
    for i, case in enumerate(marker_cases(cohort, settings)):
        yield Case(case.label, {**case.arguments, "value": 0.5})
        if i == 0:
            one = {"value": _TESTED, "method": "logit", "alternative": "greater"}
            yield Case(f"{case.label} above {_TESTED:g}", {**case.arguments, **one})


_NO_R = "pROC has two-sided limits on the scale of the area only; mpmath stands in for it"

AUC_INTERVAL = register(
    Statistic(
        name="auc_interval",
        compute=auc_interval,
        r=None,
        no_r=_NO_R,
        package="pROC",
        title="Area under the ROC curve with logit or one-sided limits",
        cases=_interval_cases,
        quantities={"auc": exact(), "standard_error": exact("value"), "lower": closed(), "upper": closed()},
        relations=(
            relations.interval_outcome_swap,
            relations.interval_mirror,
            relations.interval_one_sided_is_two_sided,
            relations.interval_order_and_transform,
        ),
        certified=certified.auc_interval,
        display="validation.displays.roc.RocCurveDisplay",
    )
)

AUC_TEST = register(
    Statistic(
        name="auc_test",
        compute=auc_test,
        r=None,
        no_r="pROC has no test of one area against a value; mpmath stands in for it",
        package="pROC",
        title="Test of one area against a stated value",
        cases=_test_cases,
        quantities={
            "auc": exact(),
            "standard_error": exact("value"),
            "statistic": closed("value", "logarithms in doubles"),
            "p_value": closed(),
        },
        relations=(
            relations.one_area_mirror,
            relations.one_area_alternatives_add_up,
            relations.one_area_order_and_transform,
            relations.one_area_agrees_with_the_limits,
        ),
        certified=certified.auc_test,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
