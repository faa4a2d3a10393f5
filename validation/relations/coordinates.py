"""What must hold for the coordinates of a ROC curve whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "best_is_best",
    "coordinates_add_up",
    "coordinates_classify",
    "coordinates_mirrored",
    "coordinates_of_ranks",
    "tied_optima_are_all_returned",
]

Arguments = Mapping[str, Any]
_RATES = ("sensitivity", "specificity", "accuracy", "true_positives", "false_positives", "youden", "closest_topleft")
_PREDICTIVE = ("positive_predictive_value", "negative_predictive_value")


def _direction(arguments: Arguments) -> str:
    return str(arguments.get("direction", "higher"))


def _by_threshold(arguments: Arguments) -> bool:
    return not isinstance(arguments.get("at", "best"), str) and arguments.get("given", "threshold") == "threshold"


def _same(name: str, value: Any, expected: Any) -> None:
    for quantity in (*_RATES, *_PREDICTIVE):
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same patients are positive")


def coordinates_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Ranks for scores change nothing but the thresholds."""
    if _by_threshold(arguments):
        return
    ranks = np.unique(np.asarray(arguments["y_score"]) + 0.0, return_inverse=True)[1].astype(np.float64)
    _same("ranks", compute(**{**arguments, "y_score": ranks}), compute(**arguments))


def coordinates_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction has the negated thresholds and nothing else changed."""
    direction = "lower" if _direction(arguments) == "higher" else "higher"
    mirrored = {**arguments, "y_score": -np.asarray(arguments["y_score"]), "direction": direction}
    if _by_threshold(arguments):
        mirrored["at"] = -np.asarray(arguments["at"], dtype=np.float64)
    value, expected = compute(**mirrored), compute(**arguments)
    _same("mirror", value, expected)
    expect("mirror: threshold", value.threshold, -expected.threshold, eps=0, reason="negation is exact")


def coordinates_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """The four counts add up to the patients, and what is called 1 - x is 1 - x."""
    found = compute(**arguments)
    unit, n = (100.0 if found.percent else 1.0), found.n_cases + found.n_controls
    cells = found.true_positives + found.false_positives + found.true_negatives + found.false_negatives
    expect("patients", cells, np.full(cells.shape, float(n)), eps=8, reason="a rounding per count")
    pairs = {
        "specificity": "one_minus_specificity",
        "sensitivity": "one_minus_sensitivity",
        "accuracy": "one_minus_accuracy",
        "positive_predictive_value": "one_minus_positive_predictive_value",
        "negative_predictive_value": "one_minus_negative_predictive_value",
    }
    for name, rest in pairs.items():
        value = getattr(found, name)
        expect(
            name, value + getattr(found, rest), np.where(np.isnan(value), np.nan, unit), eps=8, reason="a few roundings"
        )


def coordinates_classify(compute: Any, arguments: Arguments, seed: int) -> None:
    """Each threshold classifies the patients as its counts say."""
    found = compute(**arguments)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"])
    unit = 100.0 if found.percent else 1.0
    for i, threshold in enumerate(found.threshold.tolist()):
        if np.isnan(threshold):
            continue
        positive = x >= threshold if _direction(arguments) == "higher" else x <= threshold
        shares = unit * np.mean(positive[y == 1]), unit * np.mean(~positive[y == 0])
        reason = "one rounding more than a quotient"
        expect("sensitivity", found.sensitivity[i], shares[0], eps=4, scale=unit, reason=reason)
        expect("specificity", found.specificity[i], shares[1], eps=4, scale=unit, reason=reason)


def best_is_best(compute: Any, arguments: Arguments, seed: int) -> None:
    """No point of the curve, within the region, is better than the best one."""
    best, every = (compute(**{**arguments, "at": word, "columns": "all"}) for word in ("best", "all"))
    best_value, values = best.youden, every.youden
    if arguments.get("method", "youden") != "youden":
        best_value, values = -best.closest_topleft, -every.closest_topleft
    reason = "the criterion is rounded after it was compared"
    expect("best", best_value, np.full(best_value.shape, values.max()), eps=4, reason=reason)


def tied_optima_are_all_returned(compute: Any, arguments: Arguments, seed: int) -> None:
    """Of two cases and two controls in turn both corners are as good, and both are returned."""
    sign = 1.0 if _direction(arguments) == "higher" else -1.0
    alternating = {"y_true": np.array([0, 1, 0, 1]), "y_score": sign * np.array([1.0, 2.0, 3.0, 4.0])}
    kept = {name: value for name, value in arguments.items() if name in ("direction", "method", "percent")}
    found = compute(**alternating, **kept, at="best")
    expect("both corners", found.threshold, sign * np.array([1.5, 3.5]), eps=0, reason="midpoints of whole numbers")
