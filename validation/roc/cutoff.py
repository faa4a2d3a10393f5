"""Optimal cut-off of a marker: all optima of Youden's index, with what they classify."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_outcome, check_scores
from validation.exact import roc as certified_roc
from validation.relations import roc as relations
from validation.result import Result
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
        J = sensitivity + specificity - 1 (in the mode "proc-1.18" pROC's sensitivity + specificity).
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


def _criterion(tp: Counts, fp: Counts, m: int, n: int, method: str, mode: str) -> npt.NDArray[Any]:
    """What is maximised, in whole numbers, or as pROC computes it in doubles."""
    if mode == PROC:
        sensitivity, specificity = tp / m, (n - fp) / n
        if method == "youden":
            return sensitivity + specificity
        return -((1.0 - sensitivity) * (1.0 - sensitivity) + (1.0 - specificity) * (1.0 - specificity))
    if method == "youden":
        return tp * n - fp * m
    # squared distance times (m n)^2: beyond 64 bits in Python's own integers
    kind: Any = np.int64 if 2 * (m * n) ** 2 < 2**63 else object
    missed, alarms = ((m - tp) * n).astype(kind), (fp * m).astype(kind)
    return np.asarray(-(missed * missed + alarms * alarms))


def optimal_cutoff(
    y_true: Any, y_score: Any, *, direction: str = "higher", method: str = "youden", compat: str | None = None
) -> OptimalCutoffResult:
    """Cut-offs that maximise Youden's index, or that come closest to the perfect corner.

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
    compat : {"proc-1.18"}, optional
        Ties of the criterion as doubles compare, and pROC's youden column (sensitivity + specificity).

    Returns
    -------
    OptimalCutoffResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class, scores missing, infinite or of another length, unknown direction or method.

    Notes
    -----
    J = sensitivity + specificity - 1 is compared exactly, as the integer ``TP n - FP m``, so that tied optima are all
    returned; likewise the squared distance ``(1 - sensitivity)^2 + (1 - specificity)^2``. A cut-off found and judged on
    the same data overstates what it does on others.
    R: ``pROC::coords(r, "best", best.method = "youden", ret = c("threshold", "sensitivity", "specificity", ...))``.

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
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    thresholds = thresholds_of(scores, direction)
    tp, fp = counts_at(outcome, scores, thresholds, direction)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    criterion = _criterion(tp, fp, m, n, method, mode)
    best = np.flatnonzero(criterion == criterion.max())
    found = _result(thresholds[best], tp[best], fp[best], m, n, direction, method, mode)
    return replace(found, _drawn=Drawn(outcome, (scores,), (direction,)))


def _result(
    threshold: Floats, tp: Any, fp: Any, m: int, n: int, direction: str, method: str, mode: str
) -> OptimalCutoffResult:
    sensitivity, specificity = tp / m, (n - fp) / n
    if mode == PROC:
        # pROC derives the counts from the rates, which moves last bits
        tp, fp, tn = sensitivity * m, n - specificity * n, specificity * n
        youden = sensitivity + specificity
    else:
        tn = n - fp
        youden = (tp * n - fp * m) / (m * n)
    fn = m - tp
    with np.errstate(invalid="ignore"):
        ppv, npv = tp / (tp + fp), tn / (tn + fn)
    accuracy = (tp + tn) / (m + n)
    return OptimalCutoffResult(
        threshold, sensitivity, specificity, youden, ppv, npv, accuracy, tp, fp, tn, fn, direction, method, mode
    )


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
