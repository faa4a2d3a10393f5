"""What must hold for a nomogram whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit

from validation.relations import expect

__all__ = [
    "coefficients_are_read_back",
    "nomogram_patient_order",
    "nomogram_unit",
    "points_lead_to_the_predicted_risk",
]

Arguments = Mapping[str, Any]
#: sums over predictors, divided and multiplied by the scale
_SUMS = 256.0
#: a solved equation
_SOLVED = 2.0**16


def points_lead_to_the_predicted_risk(compute: Any, arguments: Arguments, seed: int) -> None:
    """Points added up and read off are the risk that the model predicts."""
    result = compute(**arguments)
    x = np.asarray(arguments["x"], dtype=np.float64)
    direct = expit(result.coefficients[0] + x @ result.coefficients[1:])
    size = float(np.max(np.abs(result.axis_log_odds)))
    expect(
        "risk", result.predict_proba(x), direct, eps=_SUMS * max(1.0, size), scale=1.0, reason="another order of sums"
    )


def nomogram_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    changed = {
        **arguments,
        "y_true": np.asarray(arguments["y_true"])[order],
        "x": np.asarray(arguments["x"], dtype=np.float64)[order],
    }
    result, other = compute(**arguments), compute(**changed)
    bound = _SOLVED * max(1.0, result.condition_number)
    expect("values", other.axis_value, result.axis_value, eps=0, reason="the same columns")
    expect("points", other.axis_points, result.axis_points, eps=bound, reason="solved equation")


def nomogram_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """In a unit of a tenth of the size, values have ten times the number and the same points."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "x": 16.0 * x})
    few = [j for j, column in enumerate(x.T) if np.unique(column).size <= 10]
    for j in few:
        values, points = result.axis(j)
        scaled, same = other.axis(j)
        expect("values", scaled, 16.0 * values, eps=0, reason="a power of two")
        # the widest axis may be one with round ticks, which change with the unit
        share, again = points / max(points.max(), 1e-300), same / max(same.max(), 1e-300)
        expect("points", again, share, eps=_SOLVED * max(1.0, result.condition_number), scale=1.0, reason="solved")


def coefficients_are_read_back(compute: Any, arguments: Arguments, seed: int) -> None:
    """The points of an axis over those of a log odds are the coefficient."""
    result = compute(**arguments)
    ticks, places = result.linear_predictor, result.linear_predictor_points
    per_log_odds = (places[-1] - places[0]) / (ticks[-1] - ticks[0])
    expect("scale", per_log_odds, result.points_per_log_odds, eps=_SUMS, reason="a difference over a difference")
    for j, slope in enumerate(result.coefficients[1:].tolist()):
        values, points = result.axis(j)
        reach = float(np.abs(values).max() / (values[-1] - values[0]))
        found = (points[-1] - points[0]) / (values[-1] - values[0]) / result.points_per_log_odds
        expect(f"coefficient {j + 1}", found, slope, eps=_SUMS * max(1.0, reach), reason="a difference over another")
