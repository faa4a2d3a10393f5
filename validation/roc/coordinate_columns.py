"""Coordinates of points of a ROC curve: names here and in pROC, arithmetic exact and in pROC's doubles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from validation.checks import Floats
from validation.errors import InputError

__all__ = ["COLUMNS", "ExactPoint", "Frame", "as_proc", "check_column", "check_columns", "exactly"]

#: our names and pROC's; pROC has the likelihood ratios from 1.19 on
COLUMNS = {
    "threshold": "threshold",
    "specificity": "specificity",
    "sensitivity": "sensitivity",
    "accuracy": "accuracy",
    "true_negatives": "tn",
    "true_positives": "tp",
    "false_negatives": "fn",
    "false_positives": "fp",
    "negative_predictive_value": "npv",
    "positive_predictive_value": "ppv",
    "false_discovery_rate": "fdr",
    "false_positive_rate": "fpr",
    "true_positive_rate": "tpr",
    "true_negative_rate": "tnr",
    "false_negative_rate": "fnr",
    "one_minus_specificity": "1-specificity",
    "one_minus_sensitivity": "1-sensitivity",
    "one_minus_accuracy": "1-accuracy",
    "one_minus_negative_predictive_value": "1-npv",
    "one_minus_positive_predictive_value": "1-ppv",
    "precision": "precision",
    "recall": "recall",
    "youden": "youden",
    "closest_topleft": "closest.topleft",
    "positive_likelihood_ratio": "lr_pos",
    "negative_likelihood_ratio": "lr_neg",
}
_OURS = {theirs: ours for ours, theirs in COLUMNS.items()}
_SHORT = {
    "t": "threshold",
    "npe": "one_minus_negative_predictive_value",
    "ppe": "one_minus_positive_predictive_value",
    "topleft": "closest_topleft",
}


def check_column(name: Any, argument: str) -> str:
    """Our name of a coordinate that is given by our name, pROC's, or an abbreviation that pROC takes."""
    if isinstance(name, str):
        if name in COLUMNS:
            return name
        if name in _OURS or name in _SHORT:
            return _OURS.get(name) or _SHORT[name]
        found = [ours for theirs, ours in _OURS.items() if name and theirs.startswith(name)]
        if len(found) == 1:
            return found[0]
    raise InputError(argument, f"must name a coordinate, got {name!r}", hint=f"Known are {', '.join(COLUMNS)}.")


def check_columns(columns: Any, argument: str = "columns") -> tuple[str, ...]:
    """Our names of the coordinates that are asked for, each once; ``"all"`` for all."""
    if isinstance(columns, str):
        return tuple(COLUMNS) if columns == "all" else (check_column(columns, argument),)
    if not isinstance(columns, Iterable):
        raise InputError(argument, f"must be names of coordinates, got {columns!r}")
    found = tuple(dict.fromkeys(check_column(name, argument) for name in columns))
    if not found:
        raise InputError(argument, "is empty", hint='"all" asks for every coordinate.')
    return found


@dataclass(frozen=True)
class Frame:
    """What the points of a curve are counted in.

    Parameters
    ----------
    m, n : int
        Cases and controls.
    unit : int
        1 for shares, 100 for percentages.
    ratio : Fraction
        Weight of the specificity against that of the sensitivity.
    prevalence : Fraction, optional
        For predictive values; that of the data where not given.
    """

    m: int
    n: int
    unit: int = 1
    ratio: Fraction = Fraction(1)
    prevalence: Fraction | None = None


@dataclass(frozen=True)
class ExactPoint:
    """Sensitivity and specificity as fractions of whole numbers, which need not be reduced."""

    se: int
    se_of: int
    sp: int
    sp_of: int


def as_proc(
    threshold: Floats, sensitivity: Floats, specificity: Floats, counted: tuple[int, int], unit: float, ratio: float
) -> dict[str, Floats]:
    """All coordinates in the order of pROC's operations."""
    m, n = counted
    se, sp = sensitivity, specificity
    with np.errstate(invalid="ignore", divide="ignore"):
        tp, tn = se * m / unit, sp * n / unit
        fn, fp = m - tp, n - tn
        npv, ppv = unit * tn / (tn + fn), unit * tp / (tp + fp)
        accuracy = unit * (tp + tn) / (m + n)
        missed, alarms = unit - se, unit - sp
        values = (
            *(threshold, sp, se, accuracy, tn, tp, fn, fp, npv, ppv),
            *(unit * fp / (tp + fp), alarms, se, sp, unit * fn / (tp + fn)),
            *(alarms, missed, unit - accuracy, unit - npv, unit - ppv, ppv, se),
            *(se + ratio * sp, (missed * missed + ratio * (alarms * alarms)) / unit),
            *((se / unit) / (1.0 - sp / unit), (1.0 - se / unit) / (sp / unit)),
        )
    return dict(zip(COLUMNS, values, strict=True))


def exactly(threshold: Floats, points: Sequence[ExactPoint], frame: Frame) -> dict[str, Floats]:
    """All coordinates, each rounded once; NaN or infinite where a denominator is 0."""
    rows = [[float(t), *_row(point, frame)] for t, point in zip(threshold, points, strict=True)]
    matrix = np.array(rows, dtype=np.float64).reshape(len(rows), len(COLUMNS))
    return {name: matrix[:, j].copy() for j, name in enumerate(COLUMNS)}


def _row(point: ExactPoint, frame: Frame) -> tuple[float, ...]:
    """Coordinates of one point in the order of `COLUMNS`, without the threshold."""
    m, n, unit = frame.m, frame.n, frame.unit
    s, of_cases, t, of_controls = point.se, point.se_of, point.sp, point.sp_of
    missed, alarms = of_cases - s, of_controls - t
    a, b = (m, n) if frame.prevalence is None else _weights(frame.prevalence)
    # numbers of patients in all four cells, times both denominators
    tp, fn, tn, fp = a * s * of_controls, a * missed * of_controls, b * t * of_cases, b * alarms * of_cases
    right, everybody = m * s * of_controls + n * t * of_cases, (m + n) * of_cases * of_controls
    top, bottom = frame.ratio.as_integer_ratio()
    squares = bottom * (missed * of_controls) ** 2 + top * (alarms * of_cases) ** 2
    youden = s * of_controls * bottom - top * alarms * of_cases
    ppv, fdr, npv = _ratio(unit * tp, tp + fp), _ratio(unit * fp, tp + fp), _ratio(unit * tn, tn + fn)
    se, sp = _ratio(unit * s, of_cases), _ratio(unit * t, of_controls)
    fnr, fpr = _ratio(unit * missed, of_cases), _ratio(unit * alarms, of_controls)
    return (
        *(sp, se, _ratio(unit * right, everybody), _ratio(n * t, of_controls), _ratio(m * s, of_cases)),
        *(_ratio(m * missed, of_cases), _ratio(n * alarms, of_controls), npv, ppv, fdr, fpr, se, sp, fnr, fpr, fnr),
        *(_ratio(unit * (everybody - right), everybody), _ratio(unit * fn, tn + fn), fdr, ppv, se),
        _ratio(unit * youden, bottom * of_cases * of_controls),
        _ratio(unit * squares, bottom * (of_cases * of_controls) ** 2),
        *(_ratio(s * of_controls, of_cases * alarms), _ratio(missed * of_controls, of_cases * t)),
    )


def _weights(prevalence: Fraction) -> tuple[int, int]:
    top, bottom = prevalence.as_integer_ratio()
    return top, bottom - top


def _ratio(top: int, bottom: int) -> float:
    """Quotient of whole numbers, rounded once."""
    if bottom == 0:
        return math.inf if top else math.nan
    return top / bottom
