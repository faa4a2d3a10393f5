"""What must hold for seeded tests of two ROC curves whatever R says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "alternatives_add_up",
    "level_changes_only_limits",
    "marker_against_itself",
    "parts_add_up",
    "rates_fall_along_the_curve",
    "two_curves_exchanged",
    "two_curves_mirrored",
    "two_curves_of_ranks",
]

Arguments = Mapping[str, Any]
_NUMBERS = ("estimate_1", "estimate_2", "statistic", "p_value", "difference_lower", "difference_upper", "dropped")
_OPPOSITE = {"higher": "lower", "lower": "higher", "greater": "less", "less": "greater", "two-sided": "two-sided"}
_SAME = "the same comparisons on the same resamples"


def _equal(name: str, value: Any, expected: Any, quantities: Iterable[str] = _NUMBERS) -> None:
    for quantity in (*quantities, "random_state"):
        expect(f"{name}: {quantity}", getattr(value, quantity), getattr(expected, quantity), eps=0, reason=_SAME)


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def two_curves_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Strictly increasing transformations of the markers, each its own, change nothing."""
    first, second = _ranks(arguments["y_score_1"]), _ranks(arguments["y_score_2"])
    transformed = {**arguments, "y_score_1": first, "y_score_2": 7.0 + 2.0 * second}
    _equal("ranks", compute(**transformed), compute(**arguments))


def two_curves_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """Negated markers in the other direction change nothing."""
    mirrored = dict(arguments)
    for i in (1, 2):
        mirrored[f"y_score_{i}"] = -np.asarray(arguments[f"y_score_{i}"])
        mirrored[f"direction_{i}"] = _OPPOSITE[str(arguments.get(f"direction_{i}", "higher"))]
    _equal("mirror", compute(**mirrored), compute(**arguments))


def two_curves_exchanged(compute: Any, arguments: Arguments, seed: int) -> None:
    """Paired markers exchanged: the opposite difference on the same resamples."""
    if not arguments.get("paired", True):
        return
    alternative = str(arguments.get("alternative", "two-sided"))
    exchanged = {**arguments, "alternative": _OPPOSITE[alternative]}
    for word in ("y_score", "direction"):
        for i, j in ((1, 2), (2, 1)):
            if f"{word}_{i}" in arguments:
                exchanged[f"{word}_{j}"] = arguments[f"{word}_{i}"]
    value, expected = compute(**exchanged), compute(**arguments)
    expect("exchanged: statistic", value.statistic, -expected.statistic, eps=0, reason=_SAME)
    expect("exchanged: p-value", value.p_value, expected.p_value, eps=0, reason=_SAME)
    expect("exchanged: draws", value.random_state, expected.random_state, eps=0, reason=_SAME)
    limits = (-value.difference_upper, -value.difference_lower)
    expected_limits = (expected.difference_lower, expected.difference_upper)
    rounding = "the position of the quantile is rounded, from the other end"
    expect("exchanged: limits", limits, expected_limits, eps=2.0 * expected.bootstraps, scale=1.0, reason=rounding)


def marker_against_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """A paired marker does not differ from itself."""
    if not arguments.get("paired", True):
        return
    direction = arguments.get("direction_1", "higher")
    itself = {**arguments, "y_score_2": arguments["y_score_1"], "direction_2": direction, "alternative": "two-sided"}
    result = compute(**itself)
    for quantity, expected in (("statistic", 0.0), ("p_value", 1.0), ("difference_lower", 0.0)):
        expect(f"itself: {quantity}", getattr(result, quantity), expected, eps=0, reason="differences of equal numbers")


def alternatives_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """The two one-sided p-values add up to 1, the two-sided one is twice the smaller; the statistic is the same."""
    words = ("two-sided", "greater", "less")
    both, greater, less = (compute(**{**arguments, "alternative": word}) for word in words)
    _equal("alternatives", greater, both, ("estimate_1", "estimate_2", "statistic"))
    expect("one-sided p-values", greater.p_value + less.p_value, both.p_value * 0.0 + 1.0, eps=2, reason="two tails")
    smaller = 2.0 * min(greater.p_value, less.p_value)
    expect("two-sided p-value", both.p_value, smaller, eps=0, reason="the same tail of the same number")
    if both.statistic != 0.0 and not np.isnan(both.statistic):
        side = "greater" if greater.p_value < less.p_value else "less"
        expect("side of " + side, float(both.statistic > 0), float(side == "greater"), eps=0, reason="the tail's side")


def level_changes_only_limits(compute: Any, arguments: Arguments, seed: int) -> None:
    """A higher level encloses a lower one; neither the test nor the draws depend on it."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    _equal("level", narrow, wide, ("statistic", "p_value", "dropped"))
    inside = wide.difference_lower <= narrow.difference_lower and narrow.difference_upper <= wide.difference_upper
    inside = inside and narrow.difference_lower <= narrow.difference_upper
    expect("limits enclose", float(inside), 1.0, eps=0, reason="quantiles rise with their probability")


def rates_fall_along_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """A higher given rate leaves less of the other one; nothing of it has to be given up at 0."""
    low, middle, high = (compute(**{**arguments, "value": value}) for value in (0.0, float(arguments["value"]), 1.0))
    for curve in ("estimate_1", "estimate_2"):
        falling = [getattr(result, curve) for result in (low, middle, high)]
        expect(f"{curve}: at 0", falling[0], 1.0, eps=0, reason="the corner of the curve")
        ordered = falling[0] >= falling[1] - 2.0**-52 and falling[1] >= falling[2] - 2.0**-52
        expect(f"{curve}: falls", float(ordered), 1.0, eps=0, reason="one rate is traded for the other")


def parts_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """The parts of an area add up to the whole, by specificity and by sensitivity."""
    plain = {**arguments, "corrected": False, "bootstraps": 2, "stratified": True}
    whole = compute(**{**plain, "partial_range": None})
    for focus in ("specificity", "sensitivity"):
        ranges = ((0.0, 0.4), (0.4, 0.75), (1.0, 0.75))
        parts = [compute(**{**plain, "partial_range": part, "focus": focus}) for part in ranges]
        for curve in ("estimate_1", "estimate_2"):
            total, expected = sum(getattr(part, curve) for part in parts), getattr(whole, curve)
            expect(f"{curve}: parts by {focus}", total, expected, eps=8, scale=1.0, reason="three rounded areas")
