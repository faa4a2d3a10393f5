"""Precision-recall curve with average precision, area and a logit interval."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_level, check_outcome, check_scores
from validation.cohort import Cohort
from validation.exact import precision_recall as certified_values
from validation.r_numerics import interval_probabilities, qnorm
from validation.relations import precision_recall as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, counts_at, marker_cases
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.precision_recall import PrecisionRecallDisplay

__all__ = [
    "PRECISION_RECALL",
    "PrecisionRecallResult",
    "average_precision_of",
    "precision_recall",
    "precision_recall_cases",
]

Integers = npt.NDArray[np.int64]
_MARKERS = 2
#: binary places of sums of fractions
_PLACES = 128


@dataclass(frozen=True)
class PrecisionRecallResult(Result):
    """Precision and recall at each distinct value of the score.

    Attributes
    ----------
    thresholds : ndarray of shape (K,)
        Distinct scores, the strictest threshold first, in the unit of the score.
    precision, recall : ndarray of shape (K,)
        Share of cases among those called positive, and share of cases called positive.
    average_precision : float
        Area under the steps of the curve.
    lower, upper : float
        Limits of the average precision, within (0, 1).
    level : float
    area : float
        Area under the curve with the interpolation between its points that true and false positives allow.
    prevalence : float
        Share of cases: what a score without information has as precision everywhere.
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    degenerate : bool
        The average precision is 1: the interval is a point and says nothing about precision.
    compat : str
    """

    thresholds: Floats
    precision: Floats
    recall: Floats
    average_precision: float
    lower: float
    upper: float
    level: float
    area: float
    prevalence: float
    n_cases: int
    n_controls: int
    direction: str
    degenerate: bool
    compat: str
    _missing: float = field(repr=False)

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Logit interval of the average precision at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(self.average_precision, self._missing, self.n_cases, check_level(level)))

    def _table(self) -> dict[str, list[Any]]:
        names = ("average_precision", "lower", "upper", "level", "area", "prevalence", "n_cases", "n_controls")
        return {name: [getattr(self, name)] for name in (*names, "direction")}

    def plot(self, ax: Any = None) -> PrecisionRecallDisplay:
        """Draw the steps of the curve and the line of the prevalence."""
        from validation.displays.precision_recall import PrecisionRecallDisplay

        return PrecisionRecallDisplay(self).plot(ax)


def average_precision_of(new_cases: Integers, positives: Integers) -> float:
    """Area under the steps, from the cases that each threshold adds and all that are positive there.

    Each quotient is rounded once and their sum is exact.
    """
    cases = np.cumsum(new_cases)
    held = new_cases > 0
    return math.fsum((new_cases[held] * cases[held]) / (int(cases[-1]) * positives[held]))


def _exactly(new_cases: Integers, positives: Integers) -> tuple[float, float]:
    """The same area, and what it lacks of 1, each rounded once."""
    total = cases = 0
    for new, called in zip(new_cases.tolist(), positives.tolist(), strict=True):
        cases += new
        total += ((new * cases) << _PLACES) // called
    whole = cases << _PLACES
    return total / whole, (whole - total) / whole


def _area(cases: Integers, positives: Integers) -> float:
    """Area with false positives that grow linearly with true positives between neighbouring thresholds."""
    terms: list[float] = []
    before, called = 0, 0
    for after, calls in zip(cases.tolist(), positives.tolist(), strict=True):
        step, width = after - before, calls - called
        if step:
            # precision t / (slope t + offset), with the offset times the step a whole number
            offset = (called - before) * step - (width - step) * before
            terms.append(step * step / width)
            if offset:
                terms.append(-offset * step / width**2 * math.log1p(width / called))
        before, called = after, calls
    return math.fsum(terms) / before


def _limits(estimate: float, missing: float, n_cases: int, level: float) -> tuple[float, float]:
    """Logit interval from the estimate and what it lacks of 1; a point where that is nothing."""
    if missing == 0.0:
        return 1.0, 1.0
    logit = math.log(estimate / missing)
    error = 1.0 / math.sqrt(n_cases * estimate * missing)
    low, high = (1.0 / (1.0 + math.exp(-(logit + qnorm(p) * error))) for p in interval_probabilities(level))
    return low, high


def precision_recall(
    y_true: Any, y_score: Any, *, direction: str = "higher", level: float = 0.95
) -> PrecisionRecallResult:
    """Precision-recall curve with average precision, its logit interval, and the interpolated area.

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

    Returns
    -------
    PrecisionRecallResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class, scores missing, infinite or of another length, unknown direction.

    Notes
    -----
    At threshold t patients with a score ``>= t`` (``<= t`` for ``lower``) are positive: precision is TP / (TP + FP),
    recall TP / m with m cases. Patients with equal scores are called together.

    Average precision is the area under the steps, ``sum (recall_k - recall_{k-1}) precision_k``. A straight line
    between two points of the curve is not attainable: between them FP grows linearly with TP (Davis and Goadrich), so
    that precision follows a hyperbola; ``area`` is the integral under it in closed form (Keilwagen et al.), not a sum
    over whole patients. Before the first threshold precision is that of the first.

    The interval of the average precision P is ``expit(logit(P) -+ z / sqrt(m P (1 - P)))`` (Boyd et al.). It counts
    the cases alone and takes the prevalence as fixed; `precision_recall_bootstrap` asks less. Both P and area depend
    on the prevalence, which the picture shows as a line: two cohorts of different prevalence cannot be compared.
    R: none in pROC, whose ``pROC::coords`` has precision and recall at thresholds, but no area.

    References
    ----------
    Davis J, Goadrich M (2006). The relationship between precision-recall and ROC curves. Proc 23rd ICML, 233-240.
    doi:10.1145/1143844.1143874
    Keilwagen J, Grosse I, Grau J (2014). Area under precision-recall curves for weighted and unweighted data. PLoS One
    9:e92209. doi:10.1371/journal.pone.0092209
    Boyd K, Eng KH, Page CD (2013). Area under the precision-recall curve: point estimates and confidence intervals.
    ECML PKDD 2013, LNCS 8190:451-466. doi:10.1007/978-3-642-40994-3_29

    Examples
    --------
    >>> result = precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> result.precision.round(4).tolist(), result.recall.tolist()
    ([1.0, 0.5, 0.6667, 0.5], [0.5, 0.5, 1.0, 1.0])
    >>> round(result.average_precision, 4), round(result.area, 4), result.prevalence
    (0.8333, 0.7973, 0.5)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    check_level(level)
    distinct = np.unique(scores + 0.0)
    thresholds = distinct[::-1].copy() if direction == "higher" else distinct
    cases, controls = counts_at(outcome, scores, thresholds, direction)
    positives = cases + controls
    m = int(outcome.sum())
    estimate, missing = _exactly(np.diff(cases, prepend=0), positives)
    return PrecisionRecallResult(
        thresholds=thresholds,
        precision=cases / positives,
        recall=cases / m,
        average_precision=estimate,
        **dict(zip(("lower", "upper"), _limits(estimate, missing, m, level), strict=True)),
        level=level,
        area=_area(cases, positives),
        prevalence=m / outcome.size,
        n_cases=m,
        n_controls=outcome.size - m,
        direction=direction,
        degenerate=missing == 0.0,
        compat="default",
        _missing=missing,
    )


def precision_recall_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first markers, with the confidence level."""
    for case in islice(marker_cases(cohort, settings), _MARKERS):
        yield Case(case.label, {**case.arguments, "level": settings.level})


PRECISION_RECALL = register(
    Statistic(
        name="precision_recall",
        compute=precision_recall,
        r=None,
        no_r="pROC has precision and recall at thresholds, no area and no interval; exact fractions stand in for R",
        package="pROC",
        title="Precision-recall curve",
        cases=precision_recall_cases,
        quantities={
            "thresholds": bits(),
            "precision": exact(),
            "recall": exact(),
            "average_precision": exact(),
            "prevalence": exact(),
            "area": closed(),
            "lower": closed(),
            "upper": closed(),
        },
        relations=(
            relations.precision_increasing_transform,
            relations.precision_of_no_information,
            relations.precision_of_separated_groups,
            relations.precision_of_doubled_patients,
            relations.precision_thresholds_classify,
            relations.precision_limits_enclose,
        ),
        certified=certified_values.precision_recall,
        display="validation.displays.precision_recall.PrecisionRecallDisplay",
    )
)
