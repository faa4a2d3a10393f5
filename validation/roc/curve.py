"""Empirical ROC curve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome, check_choice, check_outcome, check_scores
from validation.cohort import Cohort
from validation.exact import roc as certified_roc
from validation.relations import roc as relations
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, bits, exact, register

if TYPE_CHECKING:
    from validation.displays.roc import RocCurveDisplay

__all__ = ["PROC", "RocCurveResult", "counts_at", "marker_cases", "roc_curve", "thresholds_of"]

#: the compatibility mode of this family
PROC = "proc-1.18"
DIRECTIONS = ("higher", "lower")
#: beyond this R halves before it adds, so that the midpoint of two huge values does not overflow
_HUGE = 1e100


@dataclass(frozen=True)
class RocCurveResult(Result):
    """Empirical ROC curve; points from (specificity 0, sensitivity 1) to (specificity 1, sensitivity 0).

    Attributes
    ----------
    thresholds : ndarray of shape (K + 1,)
        Midpoints between neighbouring distinct scores, with an infinite value at both ends, in the unit of the score.
    sensitivity, specificity : ndarray of shape (K + 1,)
        Share of cases called positive and of controls called negative at each threshold.
    n_cases, n_controls : int
    direction : {"higher", "lower"}
        Values at or above (at or below) the threshold are positive.
    compat : str
    """

    thresholds: Floats
    sensitivity: Floats
    specificity: Floats
    n_cases: int
    n_controls: int
    direction: str
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        return {
            "threshold": self.thresholds.tolist(),
            "sensitivity": self.sensitivity.tolist(),
            "specificity": self.specificity.tolist(),
        }

    def plot(self, ax: Any = None) -> RocCurveDisplay:
        """Draw the curve on a Matplotlib axes."""
        from validation.displays.roc import RocCurveDisplay

        return RocCurveDisplay(self).plot(ax)


def thresholds_of(values: Floats, direction: str) -> Floats:
    """Thresholds between the distinct values, ascending for ``higher``, descending for ``lower``."""
    distinct = np.unique(values + 0.0)
    low, high = distinct[:-1], distinct[1:]
    with np.errstate(over="ignore"):
        middle = (low + high) / 2
    middle = np.where(np.abs(middle) > _HUGE, low / 2 + high / 2, middle)
    # neighbours too close for a double between them: the value that belongs to the positive side
    touching = (middle == low) | (middle == high)
    middle = np.where(touching, high if direction == "higher" else low, middle)
    ascending = np.concatenate([[-np.inf], middle, [np.inf]])
    return ascending if direction == "higher" else ascending[::-1].copy()


def counts_at(
    y_true: Outcome, y_score: Floats, thresholds: Floats, direction: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """True and false positives at each threshold."""
    sign = 1.0 if direction == "higher" else -1.0
    found = []
    for group in (1, 0):
        values = np.sort(sign * y_score[y_true == group])
        found.append((values.size - np.searchsorted(values, sign * thresholds, side="left")).astype(np.int64))
    return found[0], found[1]


def roc_curve(y_true: Any, y_score: Any, *, direction: str = "higher", compat: str | None = None) -> RocCurveResult:
    """Empirical ROC curve with all its points.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event. It is never guessed: a guessed direction inflates the area.
    compat : {"proc-1.18"}, optional
        Compatibility mode; the curve is the same in both.

    Returns
    -------
    RocCurveResult

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class, scores missing, infinite or of another length, unknown direction.

    Notes
    -----
    At threshold t a patient is positive where the score is ``>= t`` (``<= t`` for ``lower``); sensitivity is TP/m and
    specificity (n - FP)/n. No point is dropped. R: ``pROC::roc(y_true, y_score, levels = c(0, 1), direction = "<")``.

    References
    ----------
    Robin X, Turck N, Hainard A, et al. (2011). pROC: an open-source package for R and S+ to analyze and compare ROC
    curves. BMC Bioinformatics 12:77. doi:10.1186/1471-2105-12-77

    Examples
    --------
    >>> curve = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> curve.sensitivity.tolist()
    [1.0, 1.0, 0.5, 0.5, 0.0]
    >>> curve.specificity.tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    thresholds = thresholds_of(scores, direction)
    true_positives, false_positives = counts_at(outcome, scores, thresholds, direction)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    return RocCurveResult(thresholds, true_positives / m, (n - false_positives) / n, m, n, direction, mode)


def marker_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """One case per marker."""
    for marker in cohort.markers:
        yield Case(marker.name, {"y_true": cohort.outcome, "y_score": marker.values, "direction": marker.direction})


ROC_CURVE = register(
    Statistic(
        name="roc_curve",
        compute=roc_curve,
        r="roc.R::roc_curve",
        package="pROC",
        title="ROC curve",
        cases=marker_cases,
        quantities={"thresholds": bits(), "sensitivity": exact(), "specificity": exact()},
        compat={PROC: {"thresholds": bits(), "sensitivity": bits(), "specificity": bits()}},
        relations=(
            relations.curve_patient_order,
            relations.curve_outcome_swap,
            relations.curve_increasing_transform,
            relations.curve_thresholds_classify,
        ),
        certified=certified_roc.curve,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
