"""Wrong-on-purpose nomograms."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.nomogram import nomogram
from validation.nomogram.nomogram import RMS

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _observed_range(y_true: Any, x: Any, **options: Any) -> Any:
    """Points start at the least value of the patients, not of the axis."""
    result = nomogram(y_true, x, **options)
    matrix = np.asarray(x, dtype=float)
    least = np.min(matrix * result.coefficients[1:], axis=0)
    points = (result.axis_log_odds - least[result.axis_variable]) * result.points_per_log_odds
    return _with(result, axis_points=points)


def _rounded_points(**arguments: Any) -> Any:
    result = nomogram(**arguments)
    return _with(result, axis_points=np.round(result.axis_points))


def _signed_points(**arguments: Any) -> Any:
    """A predictor that lowers the risk keeps its first value at 0 points."""
    result = nomogram(**arguments)
    points = result.axis_points.copy()
    for j in range(len(result.names)):
        chosen = result.axis_variable == j
        points[chosen] -= points[chosen][0]
    return _with(result, axis_points=points)


def _intercept_forgotten(**arguments: Any) -> Any:
    result = nomogram(**arguments)
    base = result.base_log_odds - float(result.coefficients[0])
    places = (result.linear_predictor - base) * result.points_per_log_odds
    return _with(result, base_log_odds=base, linear_predictor_points=places)


def _each_axis_to_the_full(**arguments: Any) -> Any:
    """Every predictor is stretched to 100 points."""
    result = nomogram(**arguments)
    points = result.axis_points.copy()
    for j in range(len(result.names)):
        chosen = result.axis_variable == j
        points[chosen] *= 100.0 / max(points[chosen].max(), 1e-300)
    return _with(result, axis_points=points)


def _risk_on_a_straight_scale(**arguments: Any) -> Any:
    """Risks are placed evenly between the ends."""
    result = nomogram(**arguments)
    ends = result.risk_points[[0, -1]]
    share = (result.risk - result.risk[0]) / (result.risk[-1] - result.risk[0])
    return _with(result, risk_points=ends[0] + share * (ends[1] - ends[0]))


CONTROLS = (
    Control("nomogram_observed_range", "nomogram", "Points start at the patients' least value.", _observed_range),
    Control("nomogram_rounded_points", "nomogram", "Points are rounded before they are added.", _rounded_points),
    Control("nomogram_signed_points", "nomogram", "The first value of every axis has 0 points.", _signed_points),
    Control("nomogram_intercept_forgotten", "nomogram", "The intercept is left out.", _intercept_forgotten),
    Control("nomogram_each_axis_to_the_full", "nomogram", "Every axis reaches 100 points.", _each_axis_to_the_full),
    Control("nomogram_straight_risk", "nomogram", "Risks are placed evenly.", _risk_on_a_straight_scale, RMS),
)
