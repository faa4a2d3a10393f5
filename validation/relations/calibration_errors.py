"""What must hold for distances from a smooth calibration curve whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "errors_are_those_of_the_curve",
    "errors_band_holds_the_curve",
    "errors_outcome_swap",
    "errors_patient_order",
    "errors_score_equation",
]

Arguments = Mapping[str, Any]
#: sums over windows, and a solved spline, in another order
SUMS = 2.0**16
_NAMES = ("integrated_calibration_index", "median_error", "quantile_90_error", "largest_error")


def errors_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    risk = np.asarray(arguments["y_proba"])
    order = np.random.default_rng(seed).permutation(risk.size)
    shuffled = {k: np.asarray(v)[order] if k in ("y_true", "y_proba") else v for k, v in arguments.items()}
    result, other = compute(**arguments), compute(**shuffled)
    if arguments["smoother"] == "lowess" and np.unique(risk).size < risk.size:
        # R's lowess sums tied patients in the order in which they come
        return
    for name in _NAMES:
        expect(name, getattr(other, name), getattr(result, name), eps=SUMS, scale=1.0, reason="sums in another order")


def errors_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Risks of the absence of the event are as far from their curve."""
    risk = np.asarray(arguments["y_proba"], dtype=np.float64)
    other_risk = 1.0 - risk
    # knots are not symmetric where values are few, lowess skips from the left, and 1 - p may tie neighbours
    if arguments["smoother"] != "loess" or np.unique(other_risk).size < np.unique(risk).size:
        return
    swapped = {**arguments, "y_true": 1 - np.asarray(arguments["y_true"]), "y_proba": other_risk}
    result, other = compute(**arguments), compute(**swapped)
    if _gap(risk) < 1e-6 * (risk.max() - risk.min()):
        # a window may begin or end elsewhere where distances are equal but for rounding
        return
    for name in _NAMES:
        expect(name, getattr(other, name), getattr(result, name), eps=2.0**24, scale=1.0, reason="rounded complements")


def _gap(risk: Any) -> float:
    return float(np.min(np.diff(np.unique(risk)), initial=1.0))


def errors_are_those_of_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Mean, quantiles, maximum and mean square follow from the curve."""
    result = compute(**arguments)
    error = np.abs(np.sort(np.asarray(arguments["y_proba"], dtype=np.float64)) - result.observed)
    expected = {
        "integrated_calibration_index": error.mean(),
        "median_error": np.median(error),
        "quantile_90_error": np.quantile(error, 0.9),
        "largest_error": error.max(),
    }
    for name, value in expected.items():
        expect(name, getattr(result, name), value, eps=64, scale=1.0, reason="another order of sums")
    eci = 100.0 * np.mean(error**2)
    expect("ECI", result.estimated_calibration_index, eci, eps=64, scale=max(1.0, eci), reason="another order of sums")


def errors_band_holds_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """The curve, where it is a proportion, lies within its band; a higher level is wider."""
    result = compute(**arguments)
    if arguments["smoother"] == "lowess":
        expect("band", result.lower, np.full(result.n, np.nan), eps=0, reason="lowess has none")
        return
    wide = compute(**{**arguments, "level": (1.0 + float(arguments["level"])) / 2.0})
    curve = np.clip(result.observed, 0.0, 1.0)
    outside = np.maximum(result.lower - curve, curve - result.upper)
    expect("band", np.maximum(outside, 0.0), np.zeros(result.n), eps=8, scale=1.0, reason="rounding of the limits")
    narrower = np.maximum(wide.lower - result.lower, result.upper - wide.upper)
    expect("wider band", np.maximum(narrower, 0.0), np.zeros(result.n), eps=8, scale=1.0, reason="as above")


def errors_score_equation(compute: Any, arguments: Arguments, seed: int) -> None:
    """The spline's curve has the prevalence as its mean and reproduces the mean logit of the events."""
    if arguments["smoother"] != "spline":
        return
    result = compute(**arguments)
    risk, y = np.asarray(arguments["y_proba"], dtype=np.float64), np.asarray(arguments["y_true"], dtype=np.float64)
    y = y[np.argsort(risk, kind="stable")]
    logits = np.log(result.predicted / (1.0 - result.predicted))
    expect("mean", result.observed.mean(), y.mean(), eps=SUMS, scale=1.0, reason="solved equation")
    scale = float(np.mean(np.abs(logits)))
    expect("logits", np.mean(result.observed * logits), np.mean(y * logits), eps=SUMS, scale=scale, reason="as above")
