"""What must hold for the BCa interval of the area whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect
from validation.relations.roc_bands import mirrored, ranks

__all__ = ["bca_mirrored", "bca_of_ranks", "bca_reflected", "bca_widens_with_the_level"]

Arguments = Mapping[str, Any]
_NUMBERS = ("auc", "bias_correction", "acceleration", "lower", "upper", "random_state")


def _equal(name: str, value: Any, expected: Any) -> None:
    for quantity in _NUMBERS:
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")


def bca_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Ranks for scores change nothing."""
    _equal("ranks", compute(**{**arguments, "y_score": ranks(arguments["y_score"])}), compute(**arguments))


def bca_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction changes nothing."""
    _equal("mirror", compute(**mirrored(arguments)), compute(**arguments))


def bca_reflected(compute: Any, arguments: Arguments, seed: int) -> None:
    """In the other direction area and limits are reflected at one half, and both corrections change their sign."""
    turned = "lower" if arguments.get("direction", "higher") == "higher" else "higher"
    found, other = compute(**arguments), compute(**{**arguments, "direction": turned})
    pairs = {
        "auc": 1 - other.auc,
        "lower": 1 - other.upper,
        "upper": 1 - other.lower,
        "bias_correction": -other.bias_correction,
        "acceleration": -other.acceleration,
    }
    for name, wanted in pairs.items():
        reason = "the position among the replicates is rounded from the other end"
        expect(name, getattr(found, name), wanted, eps=16 * found.bootstraps, scale=1.0, reason=reason)


def bca_widens_with_the_level(compute: Any, arguments: Arguments, seed: int) -> None:
    """A higher level encloses a lower one within [0, 1]; corrections and draws do not depend on it."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = np.array([0.0, wide.lower, narrow.lower, narrow.upper, wide.upper, 1.0])
    expect("limits in order", float((np.diff(chain) >= -(2.0**-50)).all()), 1.0, eps=0, reason="quantiles rise")
    for name in ("bias_correction", "acceleration", "random_state"):
        expect(f"level: {name}", getattr(narrow, name), getattr(wide, name), eps=0, reason="the same resamples")
