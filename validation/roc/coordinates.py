"""Coordinates of a ROC curve: what a threshold, a rate or the best cut-off comes with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from validation.checks import Floats, check_choice, check_flag, check_mode, check_outcome, check_scores
from validation.cohort import Cohort
from validation.errors import InputError
from validation.exact import coordinates as certified_coordinates
from validation.relations import coordinates as relations
from validation.result import Result
from validation.roc.coordinate_columns import COLUMNS, Frame, check_columns
from validation.roc.coordinate_search import Points
from validation.roc.coordinate_values import (
    DEFAULT_COLUMNS,
    FOCUS,
    Request,
    check_at,
    check_given,
    check_partial,
    check_share,
    check_weights,
    decimal,
    values_of,
)
from validation.roc.curve import DIRECTIONS, PROC, counts_at, thresholds_of
from validation.roc.cutoff import METHODS
from validation.statistic import Case, Settings, Statistic, bits, definition, exact, register

__all__ = ["ROC_COORDINATES", "RocCoordinatesResult", "roc_coordinates"]


@dataclass(frozen=True)
class RocCoordinatesResult(Result):
    """Coordinates, one entry per point in every array; shares, or percentages where these were asked for.

    Attributes
    ----------
    threshold : ndarray
        In the unit of the score; NaN between two points of the curve.
    specificity, sensitivity, accuracy : ndarray
    true_negatives, true_positives, false_negatives, false_positives : ndarray
        Numbers of patients; between two points of the curve not whole.
    negative_predictive_value, positive_predictive_value, false_discovery_rate : ndarray
        At the prevalence of the data or at the stated one; NaN where nobody is negative (positive).
    false_positive_rate, true_positive_rate, true_negative_rate, false_negative_rate : ndarray
    one_minus_specificity, one_minus_sensitivity, one_minus_accuracy : ndarray
    one_minus_negative_predictive_value, one_minus_positive_predictive_value : ndarray
    precision, recall : ndarray
        Positive predictive value and sensitivity.
    youden : ndarray
        ``sensitivity - r (1 - specificity)``, Youden's J for r = 1; pROC's is larger by r.
    closest_topleft : ndarray
        ``(1 - sensitivity)^2 + r (1 - specificity)^2``.
    positive_likelihood_ratio, negative_likelihood_ratio : ndarray
    columns : tuple of str
        Coordinates that were asked for, which the table shows.
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    percent : bool
    compat : str
    """

    threshold: Floats
    specificity: Floats
    sensitivity: Floats
    accuracy: Floats
    true_negatives: Floats
    true_positives: Floats
    false_negatives: Floats
    false_positives: Floats
    negative_predictive_value: Floats
    positive_predictive_value: Floats
    false_discovery_rate: Floats
    false_positive_rate: Floats
    true_positive_rate: Floats
    true_negative_rate: Floats
    false_negative_rate: Floats
    one_minus_specificity: Floats
    one_minus_sensitivity: Floats
    one_minus_accuracy: Floats
    one_minus_negative_predictive_value: Floats
    one_minus_positive_predictive_value: Floats
    precision: Floats
    recall: Floats
    youden: Floats
    closest_topleft: Floats
    positive_likelihood_ratio: Floats
    negative_likelihood_ratio: Floats
    columns: tuple[str, ...]
    n_cases: int
    n_controls: int
    direction: str
    percent: bool
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        return {name: getattr(self, name).tolist() for name in self.columns}


def roc_coordinates(
    y_true: Any,
    y_score: Any,
    at: Any = "best",
    *,
    given: str = "threshold",
    direction: str = "higher",
    method: str = "youden",
    weights: tuple[float, float] = (1.0, 0.5),
    partial: tuple[float, float] | None = None,
    focus: str = "specificity",
    prevalence: float | None = None,
    percent: bool = False,
    columns: Any = DEFAULT_COLUMNS,
    compat: str | None = None,
) -> RocCoordinatesResult:
    """Sensitivity, specificity, predictive values and all else at thresholds, at given rates or at the best cut-off.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    at : array_like or {"best", "local_maxima", "all"}
        Values of the coordinate `given`; or all optima of `method`, all corners of the curve, all its points.
    given : str
        ``"threshold"``, or a coordinate that does not turn back along the curve: sensitivity, specificity, the four
        counts and the rates made of them. By our name, pROC's, or its abbreviation.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    method : {"youden", "closest_topleft"}
        Criterion of the best point.
    weights : tuple of two float
        Cost of a missed case relative to a false alarm, and prevalence p: ``r = (1 - p) / (cost p)``.
    partial : tuple of two float, optional
        Limits of the region of the curve that ``"best"``, ``"local_maxima"`` and ``"all"`` are taken from.
    focus : {"specificity", "sensitivity"}
        Which rate the limits are of.
    prevalence : float, optional
        Predictive values at this prevalence instead of that of the data.
    percent : bool
        Rates in percent, given and returned.
    columns : str or sequence of str
        Coordinates that the table shows, or ``"all"``; the result holds all.
    compat : {"proc-1.18"}, optional
        pROC's doubles with their defects: its youden column, no threshold except at a sensitivity or specificity, the
        first of several points with the same rate along the curve where the rate rises, a criterion taken from the
        wrong place of a region or not divided by 100 where nothing else is asked for.

    Returns
    -------
    RocCoordinatesResult

    Raises
    ------
    InputError
        As for `roc_curve`; a value out of range, a coordinate that is unknown or turns back, a stated prevalence in the
        mode "proc-1.18", which pROC has not.
    NotEstimable
        No point of the curve lies in the region.

    Notes
    -----
    ``"best"`` maximises ``sensitivity + r specificity`` or minimises ``(1 - sensitivity)^2 + r (1 - specificity)^2``,
    compared exactly, so that tied optima are all returned. Where several points have the given rate the one with the
    best other rate is taken; between two points both rates are interpolated and the rest follows from them. With a
    stated prevalence p, PPV = p se / (p se + (1 - p)(1 - sp)). Columns and pROC's names: `coordinate_columns.COLUMNS`.
    R: ``pROC::coords(r, x = at, input = given, ret = columns, best.method = method, best.weights = weights)``.

    References
    ----------
    Perkins NJ, Schisterman EF (2006). The inconsistency of "optimal" cutpoints obtained using two criteria based on the
    receiver operating characteristic curve. Am J Epidemiol 163:670-675. doi:10.1093/aje/kwj063

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> at = roc_coordinates(y, x, 3.5, prevalence=0.1)
    >>> at.sensitivity.tolist(), at.specificity.tolist(), at.positive_predictive_value.tolist()
    ([0.75], [0.75], [0.25])
    >>> roc_coordinates(y, x, 0.5, given="specificity").sensitivity.tolist()
    [1.0]
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    mode = check_mode(compat, PROC)
    cost, share = check_weights(weights)
    if prevalence is not None and mode == PROC:
        raise InputError("prevalence", "is beyond pROC", hint="Leave out compat, or the prevalence.")
    m, n, unit = int(outcome.sum()), int(outcome.size - outcome.sum()), 100 if check_flag(percent, "percent") else 1
    stated = None if prevalence is None else decimal(check_share(prevalence, "prevalence"))
    frame = Frame(m, n, unit, (1 - decimal(share)) / (decimal(cost) * decimal(share)), stated)
    given = check_given(given)
    request = Request(
        check_at(at, given, frame),
        given,
        check_choice(method, "method", METHODS),
        check_partial(partial, unit),
        check_choice(focus, "focus", FOCUS),
        (1.0 - share) / (cost * share),
        check_columns(columns),
        mode,
    )
    thresholds = thresholds_of(scores, direction)
    points = Points(thresholds, *counts_at(outcome, scores, thresholds, direction), frame)
    values = values_of(points, request, scores, direction)
    return RocCoordinatesResult(
        **values,
        columns=request.columns,
        n_cases=m,
        n_controls=n,
        direction=direction,
        percent=bool(percent),
        compat=mode,
    )


_AT_SPECIFICITIES = (0.8, 0.9, 0.95)
_WEIGHTS = (2.0, 0.2)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """First marker: best, best with weights where few cases are missed, at given specificities, all corners."""
    if not cohort.markers:
        return
    marker = cohort.markers[0]
    data = {"y_true": cohort.outcome, "y_score": marker.values, "direction": marker.direction, "columns": "all"}
    asked: dict[str, dict[str, Any]] = {
        "closest to the corner": {"at": "best", "method": "closest_topleft"},
        "weighted best where sensitivity is at least 0.8": {
            "at": "best",
            "weights": np.array(_WEIGHTS),
            "partial": np.array([0.8, 1.0]),
            "focus": "sensitivity",
        },
        "at specificities": {"at": np.array(_AT_SPECIFICITIES), "given": "specificity"},
        "corners": {"at": "local_maxima"},
    }
    for words, arguments in asked.items():
        yield Case(f"{marker.name}, {words}", {**data, **arguments})


_COUNTS = ("true_negatives", "true_positives", "false_negatives", "false_positives")
_DERIVED = "pROC derives it from rounded rates"

ROC_COORDINATES = register(
    Statistic(
        name="roc_coordinates",
        compute=roc_coordinates,
        r="roc_coordinates.R::roc_coordinates",
        package="pROC",
        title="Coordinates of the ROC curve",
        cases=_cases,
        quantities={
            **dict.fromkeys(COLUMNS, exact(reason=_DERIVED)),
            "threshold": bits(),
            **dict.fromkeys((*_COUNTS, "positive_likelihood_ratio"), exact("value", _DERIVED)),
            "youden": definition("pROC's column youden is sensitivity + r specificity; Youden's J is that minus r"),
        },
        compat={PROC: dict.fromkeys(COLUMNS, bits())},
        relations=(
            relations.coordinates_of_ranks,
            relations.coordinates_mirrored,
            relations.coordinates_add_up,
            relations.coordinates_classify,
            relations.best_is_best,
            relations.tied_optima_are_all_returned,
        ),
        certified=certified_coordinates.roc_coordinates,
    )
)
