"""What must hold for the numbers of given risks whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "external_adds_up",
    "external_of_recalibrated_risks",
    "external_outcome_swap",
    "external_patient_order",
    "external_tests_are_their_formulas",
]

Arguments = Mapping[str, Any]
#: a solved equation, whose error is that of its sums times the inverse information
SOLVED, SUMS = 2.0**14, 64.0
_SAME = (
    "somers_dxy", "c_index", "r_squared", "discrimination", "unreliability", "quality", "brier_score", "largest_error",
    "quantile_90_error", "mean_error",
)  # fmt: skip


def external_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    shuffled = {k: np.asarray(v)[order] if k.startswith("y_") else v for k, v in arguments.items()}
    result, other = compute(**arguments), compute(**shuffled)
    tied = len(np.unique(arguments["y_proba"])) < len(order)
    for name in _SAME:
        if not (tied and name.endswith("_error")):
            expect(name, getattr(other, name), getattr(result, name), eps=SOLVED, scale=1.0, reason="sums")


def external_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Risks of the absence of the event are as good as those of the event."""
    risk = np.asarray(arguments["y_proba"], dtype=np.float64)
    swapped = {**arguments, "y_true": 1 - np.asarray(arguments["y_true"]), "y_proba": 1.0 - risk}
    result, other = compute(**arguments), compute(**swapped)
    # 1 - p is rounded, which moves logits of extreme risks by eps / p, and may tie them
    bound = SOLVED / float(np.min(np.minimum(risk, 1.0 - risk)[(risk > 0) & (risk < 1)]))
    if len(np.unique(1.0 - risk)) != len(np.unique(risk)) or result.compat != "default":
        return
    for name in ("c_index", "discrimination", "unreliability", "brier_score", "spiegelhalter_z"):
        expect(name, getattr(other, name), getattr(result, name), eps=bound, scale=1.0, reason="rounded complements")
    expect(
        "intercept", other.calibration_intercept, -result.calibration_intercept, eps=bound, scale=1.0, reason="as above"
    )


def external_adds_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Q = D - U, Dxy = 2 (C - 1/2), errors in their order, tests positive, events over expected events."""
    result = compute(**arguments)
    expect("quality", result.quality, result.discrimination - result.unreliability, eps=4, scale=1.0, reason="sums")
    expect("Dxy", result.somers_dxy, 2.0 * result.c_index - 1.0, eps=4, scale=1.0, reason="one sum")
    if len(np.unique(arguments["y_proba"])) > 1:
        ordered = [result.median_error, result.quantile_90_error, result.largest_error]
        expect("order of the errors", sorted(ordered), ordered, eps=0, reason="quantiles of the same numbers")
        least = min(0.0, result.largest_error - result.mean_error)
        expect("mean error", least, 0.0, eps=4, scale=1.0, reason="a mean is not above the maximum")
        chi = result.unreliability * (result.n - result.n_excluded) + 2.0
        expect("U", chi, result.unreliability_chi_square, eps=64, scale=max(1.0, chi), reason="product and sum")
    y, risk = np.asarray(arguments["y_true"], dtype=np.float64), np.asarray(arguments["y_proba"], dtype=np.float64)
    expect("O/E", result.observed_expected_ratio, y.sum() / risk.sum(), eps=SUMS, reason="another order of sums")
    middle = math.sqrt(result.observed_expected_lower * result.observed_expected_upper)
    expect("limits", middle, result.observed_expected_ratio, eps=16, reason="symmetric on the logarithmic scale")


def external_of_recalibrated_risks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Recalibrated risks are not unreliable: chi-square 0, intercept 0, slope 1; their ranks stay."""
    result, risk = compute(**arguments), np.asarray(arguments["y_proba"], dtype=np.float64)
    if result.compat != "default" or not np.all((risk > 0.0) & (risk < 1.0)) or result.calibration_slope <= 0.0:
        return
    odds = result.calibration_intercept + result.calibration_slope * np.log(risk / (1.0 - risk))
    again = 1.0 / (1.0 + np.exp(-odds))
    if not np.all((again > 0.0) & (again < 1.0)):
        return
    other = compute(**{**arguments, "y_proba": again})
    bound = SOLVED / float(np.min(np.minimum(again, 1.0 - again)))
    expect("intercept", other.calibration_intercept, 0.0, eps=bound, scale=1.0, reason="rounded risks")
    expect("slope", other.calibration_slope, 1.0, eps=bound, scale=1.0, reason="rounded risks")
    scale = max(1.0, result.null_deviance)
    expect("unreliability", other.unreliability_chi_square, 0.0, eps=bound, scale=scale, reason="rounded risks")
    expect("O/E", other.observed_expected_ratio, 1.0, eps=bound, scale=1.0, reason="score equation of the intercept")


def external_tests_are_their_formulas(compute: Any, arguments: Arguments, seed: int) -> None:
    """Spiegelhalter's z and both p-values follow from the risks."""
    result = compute(**arguments)
    y, risk = np.asarray(arguments["y_true"], dtype=np.float64), np.asarray(arguments["y_proba"], dtype=np.float64)
    if len(np.unique(risk)) == 1:
        return
    tilt = 1.0 - 2.0 * risk
    z = float(((y - risk) * tilt).sum() / math.sqrt((tilt**2 * risk * (1.0 - risk)).sum()))
    expect("z", result.spiegelhalter_z, z, eps=1024, scale=max(1.0, abs(z)), reason="another order of sums")
    two_sided = math.erfc(abs(z) / math.sqrt(2.0))
    expect("P of z", result.spiegelhalter_p_value, two_sided, eps=1024, scale=1.0, reason="P follows z")
    chi = max(result.unreliability_chi_square, 0.0)
    expect("P of U", result.unreliability_p_value, math.exp(-chi / 2.0), eps=256, scale=1.0, reason="two degrees")
