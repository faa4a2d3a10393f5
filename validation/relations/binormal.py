"""What must hold for a binormal ROC curve whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "binormal_area_of_the_curve",
    "binormal_increasing_transform",
    "binormal_outcome_swap",
    "binormal_points_on_the_line",
]

Arguments = Mapping[str, Any]
_STANDARD = NormalDist()
_OPPOSITE = {"higher": "lower", "lower": "higher"}
_FINE = 20_001
#: trapezoids under a monotone curve miss at most half a step of the grid
_GRID_ERROR = 0.5 / (_FINE - 1)


def binormal_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score changes nothing."""
    ranks = np.unique(np.asarray(arguments["y_score"]) + 0.0, return_inverse=True)[1].astype(np.float64)
    value, expected = compute(**{**arguments, "y_score": 2.0 * ranks + 1.0}), compute(**arguments)
    for name in ("auc", "intercept", "slope", "specificity"):
        expect(f"ranks: {name}", getattr(value, name), getattr(expected, name), eps=0, reason="the same counts")


def binormal_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Events and non-events exchanged, with the direction: the same points mirrored, hence a line through as many."""
    direction = str(arguments.get("direction", "higher"))
    swapped = {**arguments, "y_true": 1 - np.asarray(arguments["y_true"]), "direction": _OPPOSITE[direction]}
    value, expected = compute(**swapped), compute(**arguments)
    expect("points", value.n_points, expected.n_points, eps=0, reason="the same points")
    # two regressions of the same points: their slopes have r^2 as product, at most 1 and above 0
    product = value.slope * expected.slope
    expect("product of slopes", float(0.0 < product <= 1.0 + 1e-12), 1.0, eps=0, reason="a squared correlation")


def binormal_points_on_the_line(compute: Any, arguments: Arguments, seed: int) -> None:
    """Residuals of the deviates sum to zero and are orthogonal to those of the sensitivity."""
    result = compute(**arguments)
    pairs = zip(result.empirical_sensitivity.tolist(), result.empirical_specificity.tolist(), strict=True)
    points = [(_STANDARD.inv_cdf(se), _STANDARD.inv_cdf(sp)) for se, sp in pairs if 0 < se < 1 and 0 < sp < 1]
    residuals = [y - result.intercept - result.slope * x for x, y in points]
    size = sum(abs(y) + abs(result.intercept) + abs(result.slope * x) + 1.0 for x, y in points)
    rounding = "rounding of each residual"
    # the fit ends where the sums of all terms cancel; each term is rounded a few times
    expect("sum of residuals", math.fsum(residuals), 0.0, eps=64, scale=size, reason=rounding)
    products = math.fsum(r * x for r, (x, _) in zip(residuals, points, strict=True))
    largest = max(abs(x) for x, _ in points) + 1.0
    expect("residuals times deviates", products, 0.0, eps=64, scale=size * largest, reason=rounding)


def binormal_area_of_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """The area is that of the curve, within what trapezoids of a fine grid miss; the curve never turns back."""
    result = compute(**{**arguments, "points": _FINE})
    sensitivity, specificity = result.sensitivity, result.specificity
    area = float(np.sum((sensitivity[1:] + sensitivity[:-1]) / 2 * np.diff(specificity)))
    expect("area", result.auc, area, eps=_GRID_ERROR * 2.0**52, scale=1.0, reason="trapezoids for a smooth curve")
    expect("monotone", float(np.diff(specificity).min() >= -(2.0**-52)), 1.0, eps=0, reason="a falling line")
    expect("corners", [specificity[0], specificity[-1]], [0.0, 1.0], eps=0, reason="corners of the square")
