"""Partial area under the ROC curve, plain and corrected by McClish."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from validation.checks import check_choice, check_outcome, check_scores
from validation.cohort import Cohort
from validation.errors import InputError
from validation.exact import roc_partial as certified
from validation.r_numerics import NA_REAL
from validation.relations import roc_partial as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, PROC, RocCurveResult, roc_curve
from validation.roc.partial_area import FOCUSES, PartialArea, Range, check_range, mcclish, partial_trapezoid
from validation.roc.resamples import rank
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc_partial import PartialRocCurveDisplay

__all__ = ["PARTIAL_AUC", "PartialAUCResult", "partial_auc", "partial_cases", "refuse_empty"]


@dataclass(frozen=True)
class PartialAUCResult(Result):
    """Area under a part of the ROC curve.

    Attributes
    ----------
    auc : float
        Partial area; at most the width of the range.
    corrected : float
        McClish's: 0.5 for a curve on the chance line of the range, 1 for a perfect one.
    below_chance : bool
        The area is smaller than under the chance line and `corrected` below 0.5 (NaN in the mode "proc-1.18").
    partial_range : tuple of two float
        Ends of the range, the lower first.
    focus : {"specificity", "sensitivity"}
        Axis of the range.
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    curve : RocCurveResult
        The whole curve.
    compat : str
    """

    auc: float
    corrected: float
    below_chance: bool
    partial_range: Range
    focus: str
    n_cases: int
    n_controls: int
    direction: str
    curve: RocCurveResult = field(repr=False)
    compat: str

    def plot(self, ax: Any = None) -> PartialRocCurveDisplay:
        """Draw the curve with the partial area shaded on a Matplotlib axes."""
        from validation.displays.roc_partial import PartialRocCurveDisplay

        return PartialRocCurveDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "corrected", "focus", "n_cases", "n_controls", "direction")
        low, high = self.partial_range
        return {"range_low": [low], "range_high": [high], **{name: [getattr(self, name)] for name in names}}


def refuse_empty(limits: Range) -> None:
    """A range needs a width."""
    if limits.low == limits.high:
        raise InputError("partial_range", f"has no width: both ends are {limits.low:g}")


def partial_auc(
    y_true: Any,
    y_score: Any,
    *,
    partial_range: Any = (0.9, 1.0),
    focus: str = "specificity",
    direction: str = "higher",
    compat: str | None = None,
) -> PartialAUCResult:
    """Area under the part of the ROC curve that has a clinically useful specificity (or sensitivity).

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    partial_range : two numbers
        Ends of the range, as shares from 0 to 1, in either order.
    focus : {"specificity", "sensitivity"}
        Axis of the range.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    compat : {"proc-1.18"}, optional
        Sums in the order and precision of pROC, no corrected area below the chance line, and a range without a width
        is 0. The default gives the correctly rounded areas.

    Returns
    -------
    PartialAUCResult

    Raises
    ------
    InputError
        As for `auc`; a range that is not within [0, 1] or has no width.

    Notes
    -----
    For specificities from l to h the area is the integral of the sensitivity over the specificity, along the straight
    lines between the points of the empirical curve; for sensitivities the other way round. With
    ``min = (h - l) ((1 - h) + (1 - l)) / 2``, the area under the chance line, and ``max = h - l``, the corrected area
    is ``(1 + (area - min) / (max - min)) / 2``. Adjoining ranges add up.
    R: ``pROC::auc(r, partial.auc = c(h, l), partial.auc.focus = focus, partial.auc.correct = FALSE)``, or ``TRUE``.

    References
    ----------
    McClish DK (1989). Analyzing a portion of the ROC curve. Med Decis Making 9:190-195.
    doi:10.1177/0272989X8900900307

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> result = partial_auc(y, x, partial_range=(0.5, 1.0))
    >>> result.auc, round(result.corrected, 4)
    (0.3125, 0.75)
    >>> partial_auc(y, x, partial_range=(0.0, 0.5)).auc + result.auc
    0.8125
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    limits = check_range(partial_range)
    check_choice(focus, "focus", FOCUSES)
    check_choice(direction, "direction", DIRECTIONS)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    curve = roc_curve(outcome, scores, direction=direction, compat=compat)
    if mode == PROC:
        area = partial_trapezoid(curve.sensitivity, curve.specificity, limits, focus)
        corrected = mcclish(area, limits)
        below = corrected < 0.5
        if below:
            corrected = float(NA_REAL)
    else:
        refuse_empty(limits)
        data = rank(outcome, scores, direction).data
        plain, adjusted = (PartialArea(limits, focus, c).exactly(data)[0] for c in (False, True))
        area, corrected = float(plain or 0), float(adjusted or 0)
        below = corrected < 0.5
    counts = (curve.n_cases, curve.n_controls)
    return PartialAUCResult(area, corrected, below, limits, focus, *counts, direction, curve, mode)


def partial_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """High specificity and high sensitivity of the first marker."""
    for marker in cohort.markers[:1]:
        data = {"y_true": cohort.outcome, "y_score": marker.values, "direction": marker.direction}
        for focus, low in (("specificity", 0.9), ("sensitivity", 0.8)):
            label = f"{marker.name}, {focus} from {low:g}"
            yield Case(label, {**data, "partial_range": [low, 1.0], "focus": focus})


PARTIAL_AUC = register(
    Statistic(
        name="partial_auc",
        compute=partial_auc,
        r="roc_partial.R::partial_auc",
        package="pROC",
        title="Partial area under the ROC curve",
        cases=partial_cases,
        quantities={
            "auc": exact(),
            "corrected": closed("unit", "R divides a difference by the width of the range"),
        },
        compat={PROC: {"auc": bits(), "corrected": bits()}},
        relations=(
            relations.partial_adds_up,
            relations.partial_increasing_transform,
            relations.partial_outcome_swap,
            relations.partial_doubling,
            relations.partial_correction_of_the_extremes,
        ),
        certified=certified.partial_auc,
        display="validation.displays.roc_partial.PartialRocCurveDisplay",
    )
)
