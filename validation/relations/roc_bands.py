"""What must hold for seeded limits of coordinates of a ROC curve whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "alone",
    "band_falls",
    "band_mirrored",
    "band_of_ranks",
    "band_ordered",
    "complements_are_reflected",
    "coordinates_mirrored",
    "coordinates_of_ranks",
    "limits_enclose_the_median",
    "mirrored",
    "ranks",
    "thresholds_mirrored",
    "thresholds_of_ranks",
    "thresholds_ordered",
]

Arguments = Mapping[str, Any]
_BAND = ("sensitivity", "specificity", "lower", "median", "upper", "random_state")


def ranks(values: Any) -> Any:
    """Places among the distinct values."""
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def alone(arguments: Arguments) -> bool:
    """A group has one patient, whose value pROC takes for a number of rows."""
    y = np.asarray(arguments["y_true"])
    return min(int(y.sum()), int(y.size - y.sum())) < 2


def mirrored(arguments: Arguments) -> dict[str, Any]:
    """The negated score in the other direction."""
    direction = "lower" if arguments.get("direction", "higher") == "higher" else "higher"
    return {**arguments, "y_score": -np.asarray(arguments["y_score"]), "direction": direction}


def _equal(name: str, value: Any, expected: Any) -> None:
    for quantity in _BAND:
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")


def band_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Ranks for scores change neither limits nor draws."""
    if not alone(arguments):
        _equal("ranks", compute(**{**arguments, "y_score": ranks(arguments["y_score"])}), compute(**arguments))


def band_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction changes neither limits nor draws."""
    if not alone(arguments):
        _equal("mirror", compute(**mirrored(arguments)), compute(**arguments))


def band_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the median within the range; a higher level encloses a lower one on the same draws."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    unit = 100.0 if wide.percent else 1.0
    chain = np.array([0 * wide.lower, wide.lower, narrow.lower, wide.median, narrow.upper, wide.upper])
    ordered = np.all(np.diff(np.vstack([chain, 0 * wide.lower + unit]), axis=0) >= -(2.0**-50) * unit)
    expect("limits in order", float(ordered), 1.0, eps=0, reason="quantiles rise with their probability")
    expect("level and draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")


def band_falls(compute: Any, arguments: Arguments, seed: int) -> None:
    """The more is asked of one rate the less is left of the other, in the data and in every limit."""
    found = compute(**arguments)
    given = getattr(found, found.given)
    order = np.argsort(given, kind="stable")
    other = "sensitivity" if found.given == "specificity" else "specificity"
    unit = 100.0 if found.percent else 1.0
    for name in (other, "lower", "median", "upper"):
        rises = np.diff(getattr(found, name)[order]) > 2.0**-50 * unit
        expect(f"falling: {name}", float(rises.any()), 0.0, eps=0, reason="each resample's curve falls")


_RATES = ("sensitivity", "specificity")
_THRESHOLD_LIMITS = tuple(f"{rate}_{word}" for rate in _RATES for word in ("lower", "median", "upper"))


def _equal_intervals(name: str, value: Any, expected: Any) -> None:
    for quantity in (*_RATES, *_THRESHOLD_LIMITS, "random_state"):
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")


def thresholds_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Ranks for scores change neither rates, limits nor draws where thresholds are asked for by a word."""
    if not alone(arguments) and isinstance(arguments.get("at", ""), str):
        changed = {**arguments, "y_score": ranks(arguments["y_score"])}
        _equal_intervals("ranks", compute(**changed), compute(**arguments))


def thresholds_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction has the negated thresholds and the same limits."""
    if alone(arguments):
        return
    changed = mirrored(arguments)
    if not isinstance(arguments.get("at", ""), str):
        changed["at"] = -np.asarray(arguments["at"], dtype=np.float64)
    value, expected = compute(**changed), compute(**arguments)
    _equal_intervals("mirror", value, expected)
    expect("mirror: threshold", value.threshold, -expected.threshold, eps=0, reason="negation is exact")


def thresholds_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the median within the range; a higher level encloses a lower one on the same draws."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    unit = 100.0 if wide.percent else 1.0
    for rate in _RATES:
        lower, median, upper = (getattr(wide, f"{rate}_{word}") for word in ("lower", "median", "upper"))
        inner = getattr(narrow, f"{rate}_lower"), getattr(narrow, f"{rate}_upper")
        chain = np.vstack([0 * lower, lower, inner[0], median, inner[1], upper, 0 * lower + unit])
        ordered = np.all(np.diff(chain, axis=0) >= -(2.0**-50) * unit)
        expect(f"{rate}: limits in order", float(ordered), 1.0, eps=0, reason="quantiles rise with their probability")
    expect("level and draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")


def _equal_limits(name: str, value: Any, expected: Any) -> None:
    kept = [j for j, column in enumerate(expected.columns) if column != "threshold"]
    for quantity in ("estimate", "lower", "median", "upper"):
        found, wanted = getattr(value, quantity)[:, kept], getattr(expected, quantity)[:, kept]
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")
    expect(f"{name}: draws", value.random_state, expected.random_state, eps=0, reason="the same resamples")


def coordinates_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Ranks for scores change no limits but those of the threshold, nor the draws."""
    by_threshold = not isinstance(arguments["at"], str) and arguments.get("given", "threshold") == "threshold"
    if not alone(arguments) and not by_threshold:
        changed = {**arguments, "y_score": ranks(arguments["y_score"])}
        _equal_limits("ranks", compute(**changed), compute(**arguments))


def coordinates_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction changes no limits but those of the threshold, nor the draws."""
    if alone(arguments):
        return
    changed = mirrored(arguments)
    if not isinstance(arguments["at"], str) and arguments.get("given", "threshold") == "threshold":
        changed["at"] = -np.asarray(arguments["at"], dtype=np.float64)
    _equal_limits("mirror", compute(**changed), compute(**arguments))


def complements_are_reflected(compute: Any, arguments: Arguments, seed: int) -> None:
    """The limits of 1 - x are those of x reflected and exchanged."""
    pairs = ("specificity", "one_minus_specificity", "sensitivity", "one_minus_sensitivity")
    found = compute(**{**arguments, "columns": list(pairs)})
    unit = 100.0 if found.percent and found.compat == "default" else 1.0
    if found.percent and found.compat != "default":
        return
    for j in (0, 2):
        for low, high in (("lower", "upper"), ("median", "median"), ("upper", "lower")):
            reflected = unit - getattr(found, high)[:, j + 1]
            reason = "rounding of 1 - x and of the position of both quantiles"
            expect(f"{pairs[j]}: {low}", getattr(found, low)[:, j], reflected, eps=512, scale=unit, reason=reason)


def limits_enclose_the_median(compute: Any, arguments: Arguments, seed: int) -> None:
    """Lower limit, median and upper limit rise; a higher level encloses a lower one on the same draws."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = [wide.lower, narrow.lower, wide.median, narrow.upper, wide.upper]
    for below, above in pairwise(chain):
        with np.errstate(invalid="ignore"):
            slack = 2.0**-50 * np.maximum(np.abs(below), 1.0)
            crossed = below - above > slack
        expect("limits in order", float(crossed.any()), 0.0, eps=0, reason="quantiles rise with their probability")
    expect("level and draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")
