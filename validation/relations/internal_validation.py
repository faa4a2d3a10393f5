"""What must hold for bootstrap-corrected statistics whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = ["calibrate_of_itself", "calibrate_outcome_swap", "calibrate_rescaled"]

Arguments = Mapping[str, Any]
#: a refit in other units ends within rounding of the same risks; lowess windows are stable on these cohorts
REFIT = 2.0**20


def calibrate_of_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """Corrected = apparent - optimism wherever a resample reaches, and the same seed gives the same numbers."""
    result, again = compute(**arguments), compute(**arguments)
    known = result.n_resamples > 0
    expect(
        "corrected",
        result.corrected[known],
        (result.apparent - result.optimism)[known],
        eps=2,
        scale=1.0,
        reason="one subtraction",
    )
    expect("same seed", again.corrected, result.corrected, eps=0, reason="the same draws")
    expect("same state", again.random_state, result.random_state, eps=0, reason="the same draws")


def calibrate_rescaled(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictors in other units (by powers of two) leave the risks and so the curve."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    scale = 2.0 ** (np.arange(x.shape[1]) % 5 - 2)
    changed, result = compute(**{**arguments, "x": x * scale}), compute(**arguments)
    expect("units: apparent", changed.apparent, result.apparent, eps=REFIT, scale=1.0, reason="refits in other units")


def calibrate_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predicting the absence of the event mirrors the apparent curve."""
    result = compute(**arguments)
    swapped = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])})
    expect("swap: predicted", swapped.predicted, 1.0 - result.predicted[::-1], eps=REFIT, scale=1.0, reason="refits")
    expect("swap: apparent", swapped.apparent, 1.0 - result.apparent[::-1], eps=REFIT, scale=1.0, reason="refits")
