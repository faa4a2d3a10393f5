"""What must hold for bootstrap intervals and partial areas whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "bootstrap_increasing_transform",
    "bootstrap_limits_are_ordered",
    "bootstrap_mirror",
    "bootstrap_of_separated_groups",
]

Arguments = Mapping[str, Any]
_LIMITS = ("median", "lower", "upper")


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def _opposite(direction: str) -> str:
    return "lower" if direction == "higher" else "higher"


def _alone(arguments: Arguments) -> bool:
    """A group has one patient, whose value pROC takes for a number of rows."""
    y = np.asarray(arguments["y_true"])
    return min(int(y.sum()), int(y.size - y.sum())) < 2


def _equal(name: str, value: Any, expected: Any) -> None:
    for quantity in ("auc", *_LIMITS, "random_state"):
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")


def bootstrap_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score changes neither limits nor draws."""
    if not _alone(arguments):
        _equal("ranks", compute(**{**arguments, "y_score": _ranks(arguments["y_score"])}), compute(**arguments))


def bootstrap_mirror(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction changes neither limits nor draws."""
    if not _alone(arguments):
        direction = _opposite(str(arguments.get("direction", "higher")))
        mirrored = {**arguments, "y_score": -np.asarray(arguments["y_score"]), "direction": direction}
        _equal("mirror", compute(**mirrored), compute(**arguments))


def bootstrap_limits_are_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the median within [0, 1], a higher level encloses a lower one, the draws do not depend on it."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = (0.0, wide.lower, narrow.lower, wide.median, narrow.upper, wide.upper, 1.0)
    ordered = all(a <= b + 2.0**-52 for a, b in pairwise(chain))
    expect("limits in order", float(ordered), 1.0, eps=0, reason="quantiles rise with their probability")
    expect("level and median", narrow.median, wide.median, eps=0, reason="the same resamples")
    expect("level and draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")


def bootstrap_of_separated_groups(compute: Any, arguments: Arguments, seed: int) -> None:
    """Where all cases are on the far side of all controls every resample has area 1, and 0 on the near side."""
    if _alone(arguments):
        return
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    higher = arguments.get("direction", "higher") == "higher"
    for area in (0.0, 1.0):
        side = 1.0 if higher == (area == 1.0) else -1.0
        result = compute(**{**arguments, "y_score": side * (y + np.linspace(0.0, 0.5, y.size))})
        for quantity in ("auc", *_LIMITS):
            expect(f"separated: {quantity}", getattr(result, quantity), area, eps=4, scale=1.0, reason="shares of 1")
