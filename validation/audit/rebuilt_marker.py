"""The marker of a reconstructed cohort: its area, interval and optimum, on the right side of the cut-off."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims
from validation.audit.rebuilt_target import Target
from validation.checks import Floats
from validation.roc import auc, optimal_cutoff

__all__ = ["place_marker"]

Outcome = npt.NDArray[np.int8]


def place_marker(claims: Claims, target: Target, y: Outcome, x: Floats) -> Floats | None:
    """Values of the marker on its grid: right of the cut-off or left, with the printed area, interval and optimum."""
    if target.marker is None or target.binary is None or target.cut is None:
        return None
    positive = x[:, target.binary] == 1.0
    row = next((r for r in claims.tables.auc if r.of == target.marker and r.auc is not None and r.auc.reported), None)
    direction = "lower" if target.low_is_positive else "higher"
    for _ in range(12):
        spread = float(target.rng.uniform(0.9, 1.6))
        values = _grid_values(target, positive, spread)
        if row is None:
            return values
        placed = _tune_area(target, y, positive, values, row, direction)
        if placed is not None:
            return placed
    return None


def _grid_values(target: Target, positive: npt.NDArray[np.bool_], spread: float) -> Floats:
    """Marker values on a grid of 0.01 on both sides of the cut-off, dense near it."""
    assert target.cut is not None
    unit = 0.01
    steps = np.floor(np.abs(target.rng.normal(size=positive.size)) * spread * 6.5).astype(int)
    below = math.floor(target.cut / unit + 1e-9)
    low = below - steps
    high = below + 1 + steps
    chosen = np.where(positive == target.low_is_positive, low, high)
    return np.asarray(np.round(chosen * unit, 2))


def _tune_area(
    target: Target, y: Outcome, positive: npt.NDArray[np.bool_], values: Floats, row: Any, direction: str
) -> Floats | None:
    """Exchange values between cases and controls on the same side of the cut-off until area and interval print."""
    goal = float(row.auc)
    for _ in range(400):
        result = auc(y, values, direction=direction)
        if row.auc.box().meets(result.auc, result.auc):
            break
        better_higher = result.auc < goal
        strata = [np.flatnonzero(positive == side) for side in (True, False)]
        side = strata[int(target.rng.integers(2))]
        cases, controls = side[y[side] == 1], side[y[side] == 0]
        if not cases.size or not controls.size:
            continue
        size = max(1, int(abs(goal - result.auc) * 400))
        for _ in range(size):
            i, j = target.rng.choice(cases), target.rng.choice(controls)
            case_first = values[i] < values[j] if direction == "lower" else values[i] > values[j]
            if case_first != better_higher and values[i] != values[j]:
                values[[i, j]] = values[[j, i]]
    return values if _marker_holds(target, y, values, row, direction) else None


def _marker_holds(target: Target, y: Outcome, values: Floats, row: Any, direction: str) -> bool:
    result = auc(y, values, direction=direction)
    if not row.auc.box().meets(result.auc, result.auc):
        return False
    if row.ci is not None and row.ci[0].reported:
        low, high = row.ci
        if not (low.box().meets(result.lower, result.lower) and high.box().meets(result.upper, result.upper)):
            return False
    best = optimal_cutoff(y, values, direction=direction)
    return best.threshold.size == 1 and target.cut is not None and abs(float(best.threshold[0]) - target.cut) < 1e-9
