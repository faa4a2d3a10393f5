"""Errors of given predictions by the measures of the cross-validation, and their classification table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_outcome, check_scores
from validation.errors import InputError
from validation.lasso.measures import fold_auc, patient_errors, weighted_mean
from validation.lasso.path import COMPAT
from validation.result import Result
from validation.statistic import Case, Settings

if TYPE_CHECKING:
    from validation.cohort import Cohort

__all__ = ["PredictionAssessment", "assess_predictions", "assessment_cases"]


@dataclass(frozen=True)
class PredictionAssessment(Result):
    """Errors of predictions.

    Attributes
    ----------
    deviance, misclassification, auc, mean_squared_error, mean_absolute_error : float
        Weighted means over the patients; both errors count the event and its complement, so that they are twice those
        of the event alone.
    true_positives, false_positives, false_negatives, true_negatives : float
        Weights of the patients classified at risk one half; a risk of exactly one half is no event.
    n, n_events : int
    compat : str
    """

    deviance: float
    misclassification: float
    auc: float
    mean_squared_error: float
    mean_absolute_error: float
    true_positives: float
    false_positives: float
    false_negatives: float
    true_negatives: float
    n: int
    n_events: int
    compat: str

    def confusion(self) -> npt.NDArray[np.float64]:
        """Classification table: predicted no event and event in rows, true in columns."""
        return np.array([[self.true_negatives, self.false_negatives], [self.false_positives, self.true_positives]])

    def _table(self) -> dict[str, list[Any]]:
        names = ("deviance", "misclassification", "auc", "mean_squared_error", "mean_absolute_error")
        return {"measure": list(names), "value": [getattr(self, name) for name in names]}


def assess_predictions(
    y_true: Any, linear_predictor: Any, *, weights: Any = None, compat: str | None = None
) -> PredictionAssessment:
    """Deviance, misclassification, AUC, squared and absolute error of predictions, and the classification table.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    linear_predictor : array_like of shape (n,)
        Predicted log odds.
    weights : array_like of shape (n,), optional
        Weight of each patient.
    compat : {"glmnet-4.1"}, optional
        R's ranks of risks, among which those near 0 and 1 coincide. The default ranks log odds, and takes risks within
        rounding of one half for one half.

    Returns
    -------
    PredictionAssessment

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class; values missing, infinite or of another length; negative weights.

    Notes
    -----
    With risk p the deviance is ``-2 (y log p + (1 - y) log(1 - p))`` with p kept within 1e-5 of 0 and 1, squared and
    absolute error are ``2 (y - p)^2`` and ``2 |y - p|``.
    R: ``glmnet::assess.glmnet(cbind(linear_predictor), newy = y, family = "binomial")`` and ``confusion.glmnet``.

    References
    ----------
    Friedman J, Hastie T, Tibshirani R (2010). Regularization paths for generalized linear models via coordinate
    descent. J Stat Softw 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> result = assess_predictions([0, 0, 1, 1], [-2.0, 0.5, -0.5, 2.0])
    >>> result.misclassification, result.auc, result.confusion().tolist()
    (0.5, 0.75, [[1.0, 1.0], [1.0, 1.0]])
    """
    outcome = check_outcome(y_true)
    eta = check_scores(linear_predictor, outcome.size, "linear_predictor")[:, None]
    w = np.ones(outcome.size) if weights is None else check_scores(weights, outcome.size, "weights")
    if w.min() < 0.0 or not (w[outcome == 1].any() and w[outcome == 0].any()):
        raise InputError("weights", "must not be negative, and both classes need a positive one")
    mode = check_choice(compat or "default", "compat", ("default", COMPAT))
    as_r, y = mode == COMPAT, outcome.astype(np.float64)

    def mean(measure: str) -> float:
        return float(weighted_mean(patient_errors(measure, y, eta, as_r), w)[0])

    wrong = patient_errors("class", y, eta, as_r)[:, 0] > 0.5
    cells = ((False, 1), (True, 0), (True, 1), (False, 0))
    hit, alarm, missed, spared = (_weight(w, wrong, outcome, *cell) for cell in cells)
    area = float(fold_auc(y, eta, w, as_r)[0])
    measures = (mean("deviance"), mean("class"), area, mean("mse"), mean("mae"))
    return PredictionAssessment(*measures, hit, alarm, missed, spared, outcome.size, int(outcome.sum()), mode)


def _weight(w: Floats, wrong: Any, outcome: Any, error: bool, event: int) -> float:
    return float(w[(wrong == error) & (outcome == event)].sum())


def assessment_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The given risks, as log odds."""
    for name, risk in cohort.risks.items():
        inside = np.clip(risk, 1e-9, 1.0 - 1e-9)
        yield Case(name, {"y_true": cohort.outcome, "linear_predictor": np.log(inside / (1.0 - inside))})
    if not cohort.risks and cohort.markers:
        # a marker on its own scale serves as a score with ties
        marker = cohort.markers[0]
        sign = 1.0 if marker.direction == "higher" else -1.0
        centred = sign * (marker.values - np.median(marker.values))
        spread = float(np.max(np.abs(centred))) or 1.0
        # a power of two: the scores are those of every machine
        yield Case(
            marker.name, {"y_true": cohort.outcome, "linear_predictor": centred / 2.0 ** np.ceil(np.log2(spread))}
        )
