"""What must hold for bootstrap-corrected statistics whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "calibrate_errors_of_the_curve",
    "calibrate_grid",
    "calibrate_of_itself",
    "calibrate_predictor_order",
    "calibrate_rescaled",
]

Arguments = Mapping[str, Any]
#: a refit in other units or another order ends within rounding of the same risks
REFIT = 2.0**20
REFITTED = "refits round otherwise"


def calibrate_of_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """Corrected = apparent - optimism wherever a resample reaches, and the same seed gives the same numbers."""
    result, again = compute(**arguments), compute(**arguments)
    known = result.n_resamples > 0
    corrected = (result.apparent - result.optimism)[known]
    expect("corrected", result.corrected[known], corrected, eps=2, scale=1.0, reason="one subtraction")
    expect("same seed", again.corrected, result.corrected, eps=0, reason="the same draws")
    expect("same state", again.random_state, result.random_state, eps=0, reason="the same draws")


def calibrate_rescaled(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictors in other units (by powers of two) leave the apparent curve."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    scale = 2.0 ** (np.arange(x.shape[1]) % 5 - 2)
    changed, result = compute(**{**arguments, "x": x * scale}), compute(**arguments)
    expect("units: apparent", changed.apparent, result.apparent, eps=REFIT, scale=1.0, reason=REFITTED)


def calibrate_predictor_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the predictors is irrelevant for the apparent curve."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    changed, result = compute(**{**arguments, "x": x[:, ::-1].copy()}), compute(**arguments)
    expect("order: predicted", changed.predicted, result.predicted, eps=REFIT, scale=1.0, reason=REFITTED)
    expect("order: apparent", changed.apparent, result.apparent, eps=REFIT, scale=1.0, reason=REFITTED)


def calibrate_errors_of_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """The three errors are those of the patients whose risk lies within the corrected curve."""
    result = compute(**arguments)
    known = ~np.isnan(result.corrected)
    grid, corrected = result.predicted[known], result.corrected[known]
    risk = result.risks[(result.risks >= grid[0]) & (result.risks <= grid[-1])]
    error = np.abs(risk - np.interp(risk, grid, corrected))
    expected = {
        "mean_absolute_error": error.mean(),
        "mean_squared_error": (error**2).mean(),
        "quantile_90_absolute_error": np.quantile(error, 0.9),
    }
    for name, value in expected.items():
        expect(name, getattr(result, name), value, eps=64, scale=1.0, reason="another order of sums and interpolation")


def calibrate_grid(compute: Any, arguments: Arguments, seed: int) -> None:
    """The grid is equally spaced from the fifth smallest to the fifth largest risk; resamples are counted right."""
    result = compute(**arguments)
    ordered = np.sort(result.risks)
    expected = np.linspace(ordered[4], ordered[-5], result.predicted.size)
    expect("grid", result.predicted, expected, eps=4, scale=1.0, reason="products of the step")
    most = float(arguments["bootstraps"]) - result.n_failed
    expect(
        "most resamples", min(float(result.n_resamples.max()), most), result.n_resamples.max(), eps=0, reason="count"
    )
    if result.compat == "default":
        prevalence = float(np.mean(arguments["y_true"]))
        expect("mean risk", result.risks.mean(), prevalence, eps=2.0**14, scale=1.0, reason="solved score equation")
