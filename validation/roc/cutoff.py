"""Optimal cut-off of a marker: all optima of Youden's index, with what they classify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_outcome, check_scores
from validation.exact import roc as certified_roc
from validation.relations import roc as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, PROC, counts_at, marker_cases, thresholds_of
from validation.statistic import Statistic, bits, definition, exact, register

__all__ = ["OPTIMAL_CUTOFF", "OptimalCutoffResult", "optimal_cutoff"]


@dataclass(frozen=True)
class OptimalCutoffResult(Result):
    """All cut-offs that reach the largest Youden index, in curve order; one entry each in every array.

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
    compat : str
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
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        rates = ("positive_predictive_value", "negative_predictive_value", "accuracy")
        names = ("threshold", "sensitivity", "specificity", "youden", *rates)
        return {name: getattr(self, name).tolist() for name in names}


def _best(
    true_positives: npt.NDArray[np.int64], false_positives: npt.NDArray[np.int64], m: int, n: int, compat: str
) -> npt.NDArray[np.bool_]:
    """Points that reach the maximum: compared as integers, or as pROC compares doubles."""
    if compat == PROC:
        sums = true_positives / m + (n - false_positives) / n
        return np.asarray(sums == sums.max())
    scaled = true_positives * n - false_positives * m
    return np.asarray(scaled == scaled.max())


def optimal_cutoff(
    y_true: Any, y_score: Any, *, direction: str = "higher", compat: str | None = None
) -> OptimalCutoffResult:
    """Cut-offs that maximise Youden's index.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    compat : {"proc-1.18"}, optional
        Ties of the criterion as doubles compare, and pROC's youden column (sensitivity + specificity).

    Returns
    -------
    OptimalCutoffResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class, scores missing, infinite or of another length, unknown direction.

    Notes
    -----
    J = sensitivity + specificity - 1 is compared exactly, as the integer ``TP n - FP m``, so that tied optima are all
    returned. A cut-off found and judged on the same data overstates what it does on others.
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
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    thresholds = thresholds_of(scores, direction)
    tp, fp = counts_at(outcome, scores, thresholds, direction)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    best = _best(tp, fp, m, n, mode)
    return _result(thresholds[best], tp[best], fp[best], m, n, direction, mode)


def _result(
    threshold: Floats, tp: npt.NDArray[Any], fp: npt.NDArray[Any], m: int, n: int, direction: str, mode: str
) -> OptimalCutoffResult:
    sensitivity, specificity = tp / m, (n - fp) / n
    youden = (tp * n - fp * m) / (m * n)
    if mode == PROC:
        # pROC derives the counts from the rates, which moves last bits
        tp, fp = sensitivity * m, n - specificity * n
        youden = sensitivity + specificity
    fn, tn = m - tp, (specificity * n if mode == PROC else n - fp)
    with np.errstate(invalid="ignore"):
        ppv, npv = tp / (tp + fp), tn / (tn + fn)
    accuracy = (tp + tn) / (m + n)
    return OptimalCutoffResult(
        threshold, sensitivity, specificity, youden, ppv, npv, accuracy, tp, fp, tn, fn, direction, mode
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
