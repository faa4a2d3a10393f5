"""Binormal ROC curve: a straight line through the normal deviates of the empirical curve."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import Floats, check_choice, check_integer, check_outcome, check_scores
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import binormal as certified_values
from validation.r_numerics import pnorm, qnorm, r_seq
from validation.relations import binormal as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, PROC, marker_cases, roc_curve
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, solution

if TYPE_CHECKING:
    from validation.displays.binormal import BinormalRocDisplay

__all__ = ["BINORMAL_ROC", "BinormalRocResult", "binormal_roc"]

_MARKERS = 2


@dataclass(frozen=True)
class BinormalRocResult(Result):
    """Binormal curve fitted to the points of the empirical one.

    Attributes
    ----------
    sensitivity, specificity : ndarray of shape (points + 2,)
        The curve, from (specificity 0, sensitivity 1) to (specificity 1, sensitivity 0).
    intercept, slope : float
        Line through the normal deviates: ``qnorm(specificity) = intercept + slope * qnorm(sensitivity)``.
    auc : float
        Area under the fitted curve.
    a, b : float
        The usual parameters: ``qnorm(sensitivity) = a + b * qnorm(1 - specificity)``.
    n_points : int
        Points of the empirical curve that the line is fitted to.
    thresholds, empirical_sensitivity, empirical_specificity : ndarray
        The empirical curve.
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    compat : str
    """

    sensitivity: Floats
    specificity: Floats
    intercept: float
    slope: float
    auc: float
    a: float
    b: float
    n_points: int
    thresholds: Floats
    empirical_sensitivity: Floats
    empirical_specificity: Floats
    n_cases: int
    n_controls: int
    direction: str
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "a", "b", "intercept", "slope", "n_points", "direction")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> BinormalRocDisplay:
        """Draw the fitted curve over the empirical one."""
        from validation.displays.binormal import BinormalRocDisplay

        return BinormalRocDisplay(self).plot(ax)


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Least squares line from centred sums, each rounded once."""
    mean_x, mean_y = math.fsum(x) / x.size, math.fsum(y) / y.size
    deviations = x - mean_x
    slope = math.fsum(deviations * (y - mean_y)) / math.fsum(deviations * deviations)
    return mean_y - slope * mean_x, slope


def _dot(a: Floats, b: Floats) -> float:
    """Sum of products from left to right in doubles, as the reference BLAS has it."""
    return float(np.add.accumulate(a * b)[-1])


def _line_by_reflections(x: Floats, y: Floats) -> tuple[float, float]:
    """The same line by LINPACK's Householder reflections, on which R's ``lm`` rests (Dongarra et al. 1979)."""
    columns = [np.ones(x.size), x.copy(), y.copy()]
    diagonal, above = [0.0, 0.0], 0.0
    for k in (0, 1):
        vector = columns[k][k:]
        norm = math.copysign(math.sqrt(_dot(vector, vector)), float(vector[0]))
        if norm == 0.0:
            raise NotEstimable("rank", "The normal deviates of the sensitivities do not vary.")
        vector *= 1.0 / norm
        vector[0] += 1.0
        for other in columns[k + 1 :]:
            rest = other[k:]
            rest += -_dot(vector, rest) / float(vector[0]) * vector
        diagonal[k] = -norm
        above = float(columns[1][0]) if k == 0 else above
    slope = float(columns[2][1]) / diagonal[1]
    return (float(columns[2][0]) - slope * above) / diagonal[0], slope


def _deviates(sensitivity: Floats, specificity: Floats) -> tuple[Floats, Floats]:
    """Normal deviates of the points off the borders of the square."""
    inside = (sensitivity > 0.0) & (sensitivity < 1.0) & (specificity > 0.0) & (specificity < 1.0)
    x, y = qnorm(sensitivity[inside]), qnorm(specificity[inside])
    if np.unique(x).size < 2 or np.unique(y).size < 2:
        raise NotEstimable(
            "too few rows",
            "The ROC curve has too few points off the borders of the square for a binormal curve.",
            hint="It needs two with different sensitivities and specificities; groups that hardly overlap have none.",
        )
    return x, y


def binormal_roc(
    y_true: Any, y_score: Any, *, direction: str = "higher", points: int = 512, compat: str | None = None
) -> BinormalRocResult:
    """Binormal ROC curve by least squares on the normal deviates of the empirical curve.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    points : int
        Sensitivities 0, 1/(points - 1), ..., 1 at which the curve is given, at least 2; the two corners come on top.
    compat : {"proc-1.18"}, optional
        Line by Householder reflections as in R's ``lm``, which has every bit of R on the reference BLAS, and
        sensitivities rounded as pROC rounds them.

    Returns
    -------
    BinormalRocResult

    Raises
    ------
    InputError
        As for `roc_curve`, and a number of points that is none.
    NotEstimable
        Fewer than two points off the borders, or all with one sensitivity or one specificity. (Where all have one
        specificity pROC draws a curve from the rounding errors of a slope that is 0.)

    Notes
    -----
    The line ``qnorm(specificity) = intercept + slope qnorm(sensitivity)`` is fitted to all points of the empirical
    curve whose rates are neither 0 nor 1, one for each threshold. ``AUC = pnorm(intercept / sqrt(1 + slope^2))``. The
    points are neither independent nor of equal variance: the curve is a description, with no interval of its own, and
    where the slope is far from -1 it crosses the chance line near a corner.
    R: ``pROC::smooth(r, method = "binormal", n = points)``.

    References
    ----------
    Hanley JA (1988). The robustness of the "binormal" assumptions used in fitting ROC curves. Med Decis Making
    8:197-203. doi:10.1177/0272989X8800800308
    Dongarra JJ, Moler CB, Bunch JR, Stewart GW (1979). LINPACK users' guide. SIAM. doi:10.1137/1.9781611971811

    Examples
    --------
    >>> result = binormal_roc([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 2.5, 4.0, 6.0, 7.0])
    >>> round(result.auc, 4), round(result.a, 4), round(result.b, 4)
    (0.7268, 1.349, 2.0)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    check_integer(points, "points", minimum=2, maximum=10**6)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    curve = roc_curve(outcome, scores, direction=direction)
    x, y = _deviates(curve.sensitivity, curve.specificity)
    intercept, slope = (_line_by_reflections if mode == PROC else _line)(x, y)
    grid = r_seq(0.0, 1.0, 1.0 / (points - 1))[::-1]
    deviates = qnorm(grid)
    sensitivity = pnorm(deviates) if mode == PROC else grid
    specificity = pnorm(intercept + slope * deviates)
    return BinormalRocResult(
        sensitivity=np.concatenate([[1.0], sensitivity, [0.0]]),
        specificity=np.concatenate([[0.0], specificity, [1.0]]),
        intercept=intercept,
        slope=slope,
        auc=pnorm(intercept / math.sqrt(1.0 + slope * slope)),
        a=-intercept / slope,
        b=-1.0 / slope,
        n_points=x.size,
        thresholds=curve.thresholds,
        empirical_sensitivity=curve.sensitivity,
        empirical_specificity=curve.specificity,
        n_cases=curve.n_cases,
        n_controls=curve.n_controls,
        direction=direction,
        compat=mode,
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first markers, where they have a binormal curve."""
    for case in islice(marker_cases(cohort, settings), _MARKERS):
        with contextlib.suppress(NotEstimable):
            binormal_roc(**case.arguments)
            yield case


_NAMES = ("intercept", "slope", "auc", "specificity")
_OF_BLAS = closed("unit", "equal in every bit where R runs its reference BLAS; others sum in another order")

BINORMAL_ROC = register(
    Statistic(
        name="binormal_roc",
        compute=binormal_roc,
        r="roc_binormal.R::binormal_roc",
        package="pROC",
        title="Binormal ROC curve",
        cases=_cases,
        quantities={
            "intercept": solution("unit"),
            "slope": solution("unit"),
            "auc": closed(),
            "sensitivity": exact(),
            "specificity": closed(),
        },
        compat={PROC: {**dict.fromkeys(_NAMES, _OF_BLAS), "sensitivity": bits()}},
        relations=(
            relations.binormal_increasing_transform,
            relations.binormal_outcome_swap,
            relations.binormal_points_on_the_line,
            relations.binormal_area_of_the_curve,
        ),
        certified=certified_values.binormal_roc,
        display="validation.displays.binormal.BinormalRocDisplay",
    )
)
