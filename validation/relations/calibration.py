"""What must hold for calibration statistics whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "brier_outcome_swap",
    "brier_patient_order",
    "brier_within_bounds",
    "curve_groups_add_up",
    "curve_of_scaled_risks",
    "curve_outcome_swap",
    "curve_patient_order",
    "statistics_doubling",
    "statistics_of_halved_logits",
    "statistics_of_recalibrated_risks",
    "statistics_outcome_swap",
    "statistics_patient_order",
    "statistics_scores_vanish",
]

Arguments = Mapping[str, Any]
_PARTS = ("calibration_intercept", "calibration_slope", "calibration_in_the_large")
#: a solved equation, whose error is that of its sums times the inverse information
SOLVED = 2.0**14
SUMS = 8.0


def _shuffled(arguments: Arguments, seed: int) -> dict[str, Any]:
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    return {key: np.asarray(value)[order] if key.startswith("y_") else value for key, value in arguments.items()}


def _complement(arguments: Arguments) -> dict[str, Any]:
    return {
        **arguments,
        "y_true": 1 - np.asarray(arguments["y_true"]),
        "y_proba": 1.0 - np.asarray(arguments["y_proba"]),
    }


def _has_logits(risk: Any) -> bool:
    """Risks of exactly 0 or 1 have no logit; there the statistics are refused or leave patients out."""
    return bool(np.all((risk > 0.0) & (risk < 1.0)))


def statistics_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    result, other = compute(**arguments), compute(**_shuffled(arguments, seed))
    for name in _PARTS:
        expect(name, getattr(other, name), getattr(result, name), eps=SOLVED, scale=1.0, reason="solved equation")


def statistics_of_halved_logits(compute: Any, arguments: Arguments, seed: int) -> None:
    """Halving all logits doubles the slope and leaves the intercept."""
    risk = np.asarray(arguments["y_proba"], dtype=np.float64)
    if not _has_logits(risk):
        return
    root = np.sqrt(risk / (1.0 - risk))
    halved = root / (1.0 + root)
    result, changed = compute(**arguments), compute(**{**arguments, "y_proba": halved})
    scale = max(1.0, abs(result.calibration_slope))
    # the risks themselves are rounded, which moves logits of extreme risks by eps / (1 - p)
    bound = SOLVED / float(np.min(np.minimum(risk, 1.0 - risk)))
    expect(
        "slope", changed.calibration_slope, 2 * result.calibration_slope, eps=bound, scale=scale, reason="rounded risks"
    )
    expect(
        "intercept",
        changed.calibration_intercept,
        result.calibration_intercept,
        eps=bound,
        scale=scale,
        reason="as above",
    )


def statistics_of_recalibrated_risks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Risks recalibrated by intercept and slope have intercept 0, slope 1 and are right in the large."""
    result, risk = compute(**arguments), np.asarray(arguments["y_proba"], dtype=np.float64)
    if not _has_logits(risk) or result.compat != "default":
        return
    predictor = result.calibration_intercept + result.calibration_slope * np.log(risk / (1.0 - risk))
    recalibrated = 1.0 / (1.0 + np.exp(-predictor))
    if not _has_logits(recalibrated):
        return
    other = compute(**{**arguments, "y_proba": recalibrated})
    bound = SOLVED / float(np.min(np.minimum(recalibrated, 1.0 - recalibrated)))
    for name, expected in zip(_PARTS, (0.0, 1.0, 0.0), strict=True):
        expect(name, getattr(other, name), expected, eps=bound, scale=1.0, reason="recalibrated risks are rounded")


def statistics_doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice leaves the estimates and divides the standard errors by the root of 2."""
    once = compute(**arguments)
    if once.compat != "default":
        # twice the log likelihood stops at another step
        return
    twice = compute(**{k: np.tile(np.asarray(v), 2) if k.startswith("y_") else v for k, v in arguments.items()})
    for name in _PARTS:
        expect(name, getattr(twice, name), getattr(once, name), eps=SOLVED, scale=1.0, reason="solved equation")
    for name in ("intercept_standard_error", "slope_standard_error", "in_the_large_standard_error"):
        expected = getattr(once, name) / math.sqrt(2.0)
        expect(name, getattr(twice, name), expected, eps=SOLVED, reason="solved equation")


def statistics_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predicting the absence of the event negates both intercepts and leaves the slope."""
    risk = np.asarray(arguments["y_proba"], dtype=np.float64)
    if not _has_logits(risk):
        return
    bound = SOLVED / float(np.min(np.minimum(risk, 1.0 - risk)))
    result, other = compute(**arguments), compute(**_complement(arguments))
    for name, sign in zip(_PARTS, (-1.0, 1.0, -1.0), strict=True):
        expect(
            name, getattr(other, name), sign * getattr(result, name), eps=bound, scale=1.0, reason="1 - p is rounded"
        )


def statistics_scores_vanish(compute: Any, arguments: Arguments, seed: int) -> None:
    """At intercept and slope both score equations are zero; in the large the mean risk is the prevalence."""
    result = compute(**arguments)
    y, risk = np.asarray(arguments["y_true"]), np.asarray(arguments["y_proba"], dtype=np.float64)
    if not _has_logits(risk):
        return
    logits = np.log(risk / (1.0 - risk))
    fitted = 1.0 / (1.0 + np.exp(-(result.calibration_intercept + result.calibration_slope * logits)))
    n = y.size
    stopped_early = getattr(result, "compat", "default") != "default"
    # a fit that stops at a change of 0.025 in -2 log likelihood leaves a score of its size
    bound = 2.0**48 if stopped_early else SOLVED
    expect("score of the intercept", math.fsum(y - fitted), 0.0, eps=bound, scale=n, reason="solved equation")
    expect(
        "score of the slope", math.fsum((y - fitted) * logits), 0.0, eps=bound, scale=n * 10, reason="solved equation"
    )
    large = 1.0 / (1.0 + np.exp(-(result.calibration_in_the_large + logits)))
    expect("in the large", math.fsum(y - large), 0.0, eps=SOLVED, scale=n, reason="solved equation")


def brier_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    other = compute(**_shuffled(arguments, seed))
    expect("order", other.brier_score, compute(**arguments).brier_score, eps=SUMS, reason="sums in another order")


def brier_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predicting the absence of the event has the same score."""
    other = compute(**_complement(arguments))
    expect("swap", other.brier_score, compute(**arguments).brier_score, eps=SUMS, scale=1.0, reason="1 - p is rounded")


def brier_within_bounds(compute: Any, arguments: Arguments, seed: int) -> None:
    """0 for the outcome as its own risk, a quarter for risk one half, and prevalence variance for the prevalence."""
    y = np.asarray(arguments["y_true"])
    perfect = compute(**{**arguments, "y_proba": y.astype(np.float64)})
    half = compute(**{**arguments, "y_proba": np.full(y.size, 0.5)})
    expect("perfect", perfect.brier_score, 0.0, eps=0, scale=1.0, reason="exact numbers")
    expect("one half", half.brier_score, 0.25, eps=0, scale=1.0, reason="exact numbers")


def curve_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    result, other = compute(**arguments), compute(**_shuffled(arguments, seed))
    expect("order: predicted", other.predicted, result.predicted, eps=0, reason="sorted")
    expect("order: observed", other.observed, result.observed, eps=2.0**10, scale=1.0, reason="local sums")
    expect("order: groups", other.group_observed, result.group_observed, eps=0, reason="counts")


def curve_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """The curve of the absence of the event is one minus the curve."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])})
    expect("swap", other.observed, 1.0 - result.observed, eps=2.0**10, scale=1.0, reason="local sums")


def curve_groups_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Groups hold every patient once, and their events add up."""
    result = compute(**arguments)
    y = np.asarray(arguments["y_true"])
    expect("patients", float(result.group_n.sum()), float(y.size), eps=0, reason="counts")
    expect("events", (result.group_n * result.group_observed).sum(), float(y.sum()), eps=SUMS * 10, reason="ratios")


def curve_of_scaled_risks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Risks scaled by a power of two leave the smoothed values: every weight is a ratio."""
    risk = np.asarray(arguments["y_proba"], dtype=np.float64)
    result, other = compute(**arguments), compute(**{**arguments, "y_proba": risk / 4})
    expect("scaled", other.observed, result.observed, eps=2.0**10, scale=1.0, reason="local sums")
