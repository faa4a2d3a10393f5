"""What must hold for indexes corrected for optimism whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "validate_adds_up",
    "validate_apparent_model",
    "validate_interval_is_shifted",
    "validate_largest_error",
    "validate_predictors_in_other_units",
    "validate_swapped_outcome",
]

Arguments = Mapping[str, Any]
DXY, R2, INTERCEPT, SLOPE, EMAX, D, U, Q, BRIER, G, GP = range(11)
#: a refit in other units or with the other outcome ends within rounding of the same log odds
REFIT = 2.0**20
REFITTED = "refits round otherwise"
FEW = 10


def _few(arguments: Arguments) -> dict[str, Any]:
    """Few resamples where their number is free."""
    free = arguments["method"] in ("boot", "randomization")
    return {**arguments, "bootstraps": min(int(arguments["bootstraps"]), FEW)} if free else dict(arguments)


def validate_adds_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Corrected = original - optimism, optimism = training - test, Q = D - U, AUC = Dxy/2 + 1/2; repeatable."""
    arguments = _few(arguments)
    result, again = compute(**arguments), compute(**arguments)
    plain = [j for j in range(11) if j != EMAX]
    scale = max(1.0, float(np.nanmax(np.abs(result.test))))
    base, share = result.training, 1.0
    if arguments["method"] == ".632":
        base, share = result.index_original, 0.632
    optimism = share * (base - result.test)
    expect("optimism", result.optimism[plain], optimism[plain], eps=4, scale=scale, reason="one subtraction")
    corrected = result.index_original - result.optimism
    expect("corrected", result.index_corrected[plain], corrected[plain], eps=4, scale=scale, reason="one subtraction")
    for name in ("index_original", "training", "test", "index_corrected"):
        column = getattr(result, name)
        expect(f"{name}: Q", column[Q], column[D] - column[U], eps=64, scale=scale, reason="means of differences")
    expect("AUC", result.auc, result.index_original[DXY] / 2 + 0.5, eps=2, reason="one sum")
    expect("corrected AUC", result.corrected_auc, result.index_corrected[DXY] / 2 + 0.5, eps=2, reason="one sum")
    expect("same seed", again.index_corrected, result.index_corrected, eps=0, reason="the same draws")
    most = int(arguments["bootstraps"]) - result.n_failed
    expect("resamples", result.n_resamples[DXY], most, eps=0, reason="a count")


def validate_apparent_model(compute: Any, arguments: Arguments, seed: int) -> None:
    """On its own patients intercept 0, slope 1, Dxy from all pairs, Brier score as the mean of squares."""
    result = compute(**_few(arguments))
    original, n = result.index_original, len(np.asarray(arguments["y_true"]))
    expect("intercept and slope", original[[INTERCEPT, SLOPE, EMAX]], [0.0, 1.0, 0.0], eps=0, reason="by definition")
    expect("U", original[U], -2.0 / n, eps=1, scale=1.0, reason="one division")
    if result.n_resamples[SLOPE]:
        expect("training: intercept, slope", result.training[[INTERCEPT, SLOPE]], [0.0, 1.0], eps=0, reason="means")
    if result.compat == "default" and not arguments.get("backward_elimination"):
        risk = _risks(arguments)
        y = np.asarray(arguments["y_true"], dtype=np.float64)
        brier = float(np.mean((risk - y) ** 2))
        expect("Brier score", original[BRIER], brier, eps=REFIT, scale=1.0, reason=REFITTED)
        pairs = np.abs(risk[:, None] - risk[None, :]).sum() / (n * (n - 1.0))
        expect("gp", original[GP], pairs, eps=REFIT, scale=1.0, reason=REFITTED)


def _risks(arguments: Arguments) -> Any:
    from validation.logistic import logistic_regression

    return np.asarray(logistic_regression(arguments["y_true"], arguments["x"]).fitted)


def validate_swapped_outcome(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predicting the absence of the event changes the sign of the intercept and nothing else."""
    arguments = _few(arguments)
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"], dtype=np.int8)})
    sign = np.where(np.arange(11) == INTERCEPT, -1.0, 1.0)
    scale = max(1.0, float(np.nanmax(np.abs(result.test))))
    bound = REFIT * max(1.0, result.condition_number / 100.0)
    for name in ("index_original", "training", "test", "index_corrected"):
        expect(f"{name}", getattr(other, name), sign * getattr(result, name), eps=bound, scale=scale, reason=REFITTED)


def validate_predictors_in_other_units(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictors in other units (by powers of two) and another order leave all indexes."""
    arguments = _few(arguments)
    x = np.asarray(arguments["x"], dtype=np.float64)
    x = x.reshape(len(x), -1)
    changed = (x * 2.0 ** (np.arange(x.shape[1]) % 3 - 1))[:, ::-1].copy()
    result, other = compute(**arguments), compute(**{**arguments, "x": changed})
    scale = max(1.0, float(np.nanmax(np.abs(result.test))))
    bound = REFIT * max(1.0, result.condition_number / 100.0)
    smooth = [j for j in range(11) if j != DXY]
    expect("original", other.index_original, result.index_original, eps=bound, scale=1.0, reason=REFITTED)
    if other.n_failed == result.n_failed:
        # two log odds that are equal but for rounding are a tie or none, which only Dxy notices
        got, want = other.index_corrected[smooth], result.index_corrected[smooth]
        expect("corrected", got, want, eps=bound, scale=scale, reason=REFITTED)


def validate_interval_is_shifted(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits of the area are percentiles of the apparent areas of the bootstrap models, with the corrected mean."""
    result = compute(**_few(arguments))
    if result.method != "boot":
        expect("limits", [result.auc_lower, result.auc_upper], [np.nan, np.nan], eps=0, reason="bootstrap only")
        return
    tail = (1.0 - result.level) / 2.0
    areas = result.training_samples[:, DXY] / 2.0 + 0.5
    moved = areas.mean() - result.corrected_auc
    if result.compat != "default":
        moved = result.optimism[DXY] / 2.0
    limits = np.quantile(areas, [tail, 1.0 - tail]) - moved
    expect("limits", [result.auc_lower, result.auc_upper], limits, eps=64, scale=1.0, reason="quantile and shift")
    mean = float(np.mean(result.training_samples[:, DXY]))
    expect("training", result.training[DXY], mean, eps=16, scale=1.0, reason="another order of sums")


def validate_largest_error(compute: Any, arguments: Arguments, seed: int) -> None:
    """Emax is the largest distance of a risk from its recalibrated one at the corrected intercept and slope."""
    result = compute(**_few(arguments))
    intercept, slope = result.index_corrected[[INTERCEPT, SLOPE]]
    logits = np.append(np.linspace(-30.0, 30.0, 60_001), [-1e9, 1e9])
    if result.compat != "default":
        logits = np.append(np.log(np.arange(1, 2000) / np.arange(1999, 0, -1)), [-750.0, 750.0])
    again = 0.5 + 0.5 * np.tanh((intercept + slope * logits) / 2.0)
    largest = float(np.max(np.abs(0.5 + 0.5 * np.tanh(logits / 2.0) - again)))
    # a grid of logits misses the top by the square of half a step, and rms 6.5 has a grid of its own
    eps, scale = (2.0**30, 1.0) if result.compat == "default" else (2.0**10, max(1.0, abs(slope)))
    expect("Emax", result.index_corrected[EMAX], largest, eps=eps, scale=scale, reason="two grids")
