"""Area under the ROC curve with DeLong's variance and interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import Floats, Outcome, check_choice, check_level, check_mode, check_outcome, check_scores
from validation.cohort import Cohort
from validation.exact import roc as certified_roc
from validation.r_numerics import NA_REAL, interval_probabilities, qnorm, r_sum, r_variance
from validation.relations import roc as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, PROC, marker_cases, roc_curve
from validation.roc.drawn import DrawnGroups
from validation.roc.placements import Placements, pair_sums, place
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc import RocCurveDisplay

__all__ = ["AUCResult", "auc", "auc_cases", "fractional_placements", "trapezoid"]


@dataclass(frozen=True)
class AUCResult(Result):
    """Area under the ROC curve.

    Attributes
    ----------
    auc : float
        Probability that a random case has a higher (lower) score than a random control, ties counted half.
    variance, standard_error : float
        DeLong's; NaN where a group has one patient.
    level, lower, upper : float
        Confidence level and limits, within [0, 1].
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    degenerate : bool
        The variance is 0, as with perfectly separated groups or a constant score: the interval is a point and says
        nothing about precision.
    compat, kernel : str
        Mode, and the kernel that counted.
    """

    auc: float
    variance: float
    standard_error: float
    level: float
    lower: float
    upper: float
    n_cases: int
    n_controls: int
    direction: str
    degenerate: bool
    compat: str
    kernel: str
    # centre and standard error of the interval: pROC takes both from other sums than area and variance
    _interval: tuple[float, float] = field(repr=False)
    _drawn: DrawnGroups | None = field(default=None, repr=False, compare=False)

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """DeLong interval at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(*self._interval, check_level(level)))

    def _table(self) -> dict[str, list[Any]]:
        return {
            "auc": [self.auc],
            "standard_error": [self.standard_error],
            "lower": [self.lower],
            "upper": [self.upper],
            "level": [self.level],
            "n_cases": [self.n_cases],
            "n_controls": [self.n_controls],
            "direction": [self.direction],
        }

    def plot(self, ax: Any = None) -> RocCurveDisplay:
        """Draw the curve with its area and interval."""
        from validation.displays.roc_figures import display_of

        return display_of(self).plot(ax)


def _limits(centre: float, standard_error: float, level: float) -> tuple[float, float]:
    if math.isnan(standard_error):
        return standard_error, standard_error
    low, high = (centre + standard_error * qnorm(p) for p in interval_probabilities(level))
    return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)


def _root(variance: float) -> float:
    """Square root that hands a missing value on as it is."""
    return variance if math.isnan(variance) else math.sqrt(variance)


def trapezoid(sensitivity: Floats, specificity: Floats) -> float:
    """Area by the trapezoid rule in curve order, summed beyond double precision as R does."""
    return r_sum((sensitivity[1:] + sensitivity[:-1]) / 2 * np.diff(specificity))


def fractional_placements(placements: Placements) -> tuple[Floats, Floats]:
    """Placements of cases and controls as pROC forms them in doubles."""
    m, n = placements.cases.size, placements.controls.size
    cases = (placements.cases / 2) / n
    controls = 1.0 - ((2 * m - placements.controls) / 2) / m
    return cases, controls


def _as_proc(outcome: Outcome, scores: Floats, direction: str) -> tuple[float, float, float, float]:
    """Area, variance, and centre and standard error of the interval, by pROC's conventions."""
    curve = roc_curve(outcome, scores, direction=direction)
    area = trapezoid(curve.sensitivity, curve.specificity)
    placements = place(outcome, scores, direction)
    m, n = placements.cases.size, placements.controls.size
    if m < 2 or n < 2:
        missing = float(NA_REAL)
        return area, missing, missing, missing
    cases, controls = fractional_placements(placements)
    theta = r_sum(placements.cases / 2) / m / n
    spread = r_sum((cases - theta) * (cases - theta)) / (m - 1) / m
    spread += r_sum((controls - theta) * (controls - theta)) / (n - 1) / n
    variance = r_variance(controls) / n + r_variance(cases) / m
    return area, variance, theta, math.sqrt(spread)


def auc(
    y_true: Any, y_score: Any, *, direction: str = "higher", level: float = 0.95, compat: str | None = None
) -> AUCResult:
    """Area under the ROC curve with DeLong's interval.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : {"proc-1.18"}, optional
        Sums in the order and precision of pROC. The default gives the correctly rounded area and variance.

    Returns
    -------
    AUCResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class, scores missing, infinite or of another length, unknown direction.

    Notes
    -----
    With placements ``X_i`` (share of controls that case i beats, ties half) and ``Y_j`` (share of cases that beat
    control j), AUC is the mean of either, and its variance ``var(X)/m + var(Y)/n`` with divisors m - 1 and n - 1. Both
    are rational numbers and are rounded once. Limits are AUC -+ z SE, clipped to [0, 1].
    R: ``pROC::auc(r)``, ``pROC::var(r)``, ``pROC::ci.auc(r)`` with ``r <- pROC::roc(y_true, y_score, levels = c(0, 1),
    direction = "<")``.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Examples
    --------
    >>> result = auc([0, 0, 1, 1, 1, 0], [0.1, 0.4, 0.35, 0.8, 0.7, 0.2])
    >>> round(result.auc, 4), round(result.standard_error, 4)
    (0.8889, 0.1571)
    >>> result.confidence_interval(0.9).low < result.auc
    True
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size, copy=False)
    check_choice(direction, "direction", DIRECTIONS)
    level = check_level(level)
    mode = check_mode(compat, PROC)
    sums = pair_sums(outcome, scores, direction)
    area, variance, error = sums.rounded()
    # a variance that is not 0 is far above the smallest double
    degenerate = variance == 0.0
    interval = [area, error]
    if mode == PROC:
        area, variance, *interval = _as_proc(outcome, scores, direction)
        error = _root(variance)
    return AUCResult(
        area,
        variance,
        error,
        level,
        *_limits(interval[0], interval[1], level),
        sums.n_cases,
        sums.n_controls,
        direction,
        degenerate,
        mode,
        sums.kernel,
        (interval[0], interval[1]),
        DrawnGroups(*sums.groups, direction),
    )


def auc_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """One case per marker, with the confidence level."""
    for case in marker_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, "level": settings.level})


AUC = register(
    Statistic(
        name="auc",
        compute=auc,
        r="roc.R::auc",
        package="pROC",
        title="Area under the ROC curve with DeLong interval",
        cases=auc_cases,
        quantities={
            "auc": exact(),
            "variance": exact("value"),
            "standard_error": exact("value"),
            "lower": closed(),
            "upper": closed(),
        },
        compat={PROC: dict.fromkeys(("auc", "variance", "standard_error", "lower", "upper"), bits())},
        relations=(
            relations.auc_patient_order,
            relations.auc_increasing_transform,
            relations.auc_outcome_swap,
            relations.auc_equals_u_statistic,
            relations.auc_doubling,
        ),
        certified=certified_roc.auc,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
