"""Optimal cut-off of a marker: all optima of Youden's index, with what they classify."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_mode, check_outcome, check_scores
from validation.exact import roc as certified_roc
from validation.relations import roc as relations
from validation.result import Result
from validation.roc.coordinate_columns import Frame
from validation.roc.coordinate_search import Points, best, criterion_of_proc
from validation.roc.coordinate_values import check_weights, decimal
from validation.roc.curve import DIRECTIONS, PROC, counts_at, marker_cases, thresholds_of
from validation.roc.drawn import Drawn
from validation.statistic import Statistic, bits, definition, exact, register

if TYPE_CHECKING:
    from validation.displays.roc import RocCurveDisplay

__all__ = ["OPTIMAL_CUTOFF", "OptimalCutoffResult", "optimal_cutoff"]

METHODS = ("youden", "closest_topleft")
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OptimalCutoffResult(Result):
    """All cut-offs that reach the optimum, in curve order; one entry each in every array.

    Attributes
    ----------
    threshold : ndarray of shape (k,)
        Midpoint between two neighbouring observed values, in the unit of the score.
    sensitivity, specificity : ndarray of shape (k,)
    youden : ndarray of shape (k,)
        J = sensitivity - r (1 - specificity); in the mode "proc-1.18" pROC's sensitivity + r specificity. Without
        weights r is 1.
    positive_predictive_value, negative_predictive_value, accuracy : ndarray of shape (k,)
        At the prevalence of these data; NaN where nobody is positive (negative).
    true_positives, false_positives, true_negatives, false_negatives : ndarray of shape (k,)
    direction : {"higher", "lower"}
    method, compat : str
    """

    threshold: Floats
    sensitivity: Floats
    specificity: Floats
    youden: Floats
    positive_predictive_value: Floats
    negative_predictive_value: Floats
    accuracy: Floats
    true_positives: npt.NDArray[Any]
    false_positives: npt.NDArray[Any]
    true_negatives: npt.NDArray[Any]
    false_negatives: npt.NDArray[Any]
    direction: str
    method: str
    compat: str
    _drawn: Drawn | None = field(default=None, repr=False, compare=False)

    def _table(self) -> dict[str, list[Any]]:
        rates = ("positive_predictive_value", "negative_predictive_value", "accuracy")
        names = ("threshold", "sensitivity", "specificity", "youden", *rates)
        return {name: getattr(self, name).tolist() for name in names}

    def plot(self, ax: Any = None) -> RocCurveDisplay:
        """Draw the curve with its area and the cut-offs."""
        from validation.displays.roc_figures import display_of

        return display_of(self).plot(ax)


def optimal_cutoff(
    y_true: Any,
    y_score: Any,
    *,
    direction: str = "higher",
    method: str = "youden",
    weights: tuple[float, float] = (1.0, 0.5),
    compat: str | None = None,
) -> OptimalCutoffResult:
    """Cut-offs that maximise Youden's index, or that come closest to the perfect corner; weighted, if wanted.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    method : {"youden", "closest_topleft"}
        Largest sensitivity + specificity - 1, or smallest distance to sensitivity = specificity = 1.
    weights : tuple of two float
        Cost of a missed case relative to a false alarm, and prevalence p, which weigh the specificity by
        ``r = (1 - p) / (cost p)``; r is 1 where not given.
    compat : {"proc-1.18"}, optional
        Ties of the criterion as doubles compare, and pROC's youden column (sensitivity + specificity).

    Returns
    -------
    OptimalCutoffResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class, scores missing, infinite or of another length, unknown direction or method;
        weights that are no cost and prevalence.

    Notes
    -----
    J = sensitivity - r (1 - specificity) is compared exactly, for r = 1 as the integer ``TP n - FP m``, so that tied
    optima are all returned; likewise the squared distance ``(1 - sensitivity)^2 + r (1 - specificity)^2``. A cut-off
    found and judged on the same data overstates what it does on others: `cutoff_optimism`.
    R: ``pROC::coords(r, "best", best.method = "youden", best.weights = weights, ret = c("threshold", ...))``.

    References
    ----------
    Youden WJ (1950). Index for rating diagnostic tests. Cancer 3:32-35.
    doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3

    Examples
    --------
    >>> best = optimal_cutoff([0, 0, 1, 1, 1], [1.0, 2.0, 2.5, 3.0, 1.5])
    >>> best.threshold.tolist(), best.specificity.tolist()
    ([2.25], [1.0])
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    check_choice(method, "method", METHODS)
    mode = check_mode(compat, PROC)
    cost, share = check_weights(weights)
    thresholds = thresholds_of(scores, direction)
    tp, fp = counts_at(outcome, scores, thresholds, direction)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    exact_ratio, ratio = (1 - decimal(share)) / (decimal(cost) * decimal(share)), (1.0 - share) / (cost * share)
    points = Points(thresholds, tp, fp, Frame(m, n, ratio=exact_ratio))
    if mode == PROC:
        criterion = criterion_of_proc(tp / m, (n - fp) / n, method, ratio, 1.0)
        at = np.flatnonzero(criterion == criterion.max())
    else:
        at = best(points, np.arange(tp.size), method)
    found = _result(points, at, ratio, direction, method, mode)
    return replace(found, _drawn=Drawn(outcome, (scores,), (direction,)))


def _result(points: Points, at: Counts, ratio: float, direction: str, method: str, mode: str) -> OptimalCutoffResult:
    threshold, tp, fp, m, n = points.thresholds[at], points.tp[at], points.fp[at], points.frame.m, points.frame.n
    counts: tuple[npt.NDArray[Any], ...] = (tp, fp, n - fp, m - tp)
    sensitivity, specificity = tp / m, (n - fp) / n
    if mode == PROC:
        # pROC derives the counts from the rates, which moves last bits
        counts = (sensitivity * m, n - specificity * n, specificity * n, m - sensitivity * m)
        youden = sensitivity + ratio * specificity
    else:
        youden = _youden(tp, fp, points.frame)
    tp, fp, tn, fn = counts
    with np.errstate(invalid="ignore"):
        ppv, npv = tp / (tp + fp), tn / (tn + fn)
    accuracy = (tp + tn) / (m + n)
    return OptimalCutoffResult(
        threshold, sensitivity, specificity, youden, ppv, npv, accuracy, tp, fp, tn, fn, direction, method, mode
    )


def _youden(tp: Counts, fp: Counts, frame: Frame) -> Floats:
    """Youden's index with its weight, each rounded once."""
    top, bottom = frame.ratio.as_integer_ratio()
    pairs = zip(tp.tolist(), fp.tolist(), strict=True)
    whole = bottom * frame.m * frame.n
    return np.array([(t * frame.n * bottom - top * f * frame.m) / whole for t, f in pairs])


_EXACT = dict.fromkeys(
    ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value", "accuracy"), exact()
)
_COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")

OPTIMAL_CUTOFF = register(
    Statistic(
        name="optimal_cutoff",
        compute=optimal_cutoff,
        r="roc.R::optimal_cutoff",
        package="pROC",
        title="Optimal cut-off (Youden)",
        cases=marker_cases,
        quantities={
            "threshold": bits(),
            **_EXACT,
            **dict.fromkeys(_COUNTS, exact("value", "pROC derives counts from rates")),
            "youden": definition("pROC's column youden is sensitivity + specificity, Youden's J is that minus 1"),
        },
        compat={PROC: dict.fromkeys(("threshold", *_EXACT, *_COUNTS, "youden"), bits())},
        relations=(relations.cutoff_patient_order, relations.cutoff_increasing_transform, relations.cutoff_is_maximal),
        certified=certified_roc.optimal_cutoff,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
