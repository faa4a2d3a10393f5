"""What must hold for partial areas whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "partial_adds_up",
    "partial_bootstrap_increasing_transform",
    "partial_bootstrap_limits_are_ordered",
    "partial_bootstrap_mirror",
    "partial_bootstrap_of_the_whole_axis",
    "partial_correction_of_the_extremes",
    "partial_doubling",
    "partial_increasing_transform",
    "partial_outcome_swap",
]

Arguments = Mapping[str, Any]
_SUMS, _SUMMED = 16.0, "sums in another order are rounded differently"
_OTHER_AXIS = {"specificity": "sensitivity", "sensitivity": "specificity"}


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def _opposite(direction: str) -> str:
    return "lower" if direction == "higher" else "higher"


def _close(name: str, value: Any, expected: Any) -> None:
    """Equal areas; the corrected one is divided by the width of the range."""
    expect(f"{name}: area", value.auc, expected.auc, eps=_SUMS, scale=1.0, reason=_SUMMED)
    if math.isnan(value.corrected) or math.isnan(expected.corrected):
        # pROC has none below the chance line, and rounding may put an area on either side of it
        return
    low, high = value.partial_range
    width = (high - low) * (high + low) / 2
    expect(f"{name}: corrected", value.corrected, expected.corrected, eps=_SUMS, scale=1 / width, reason=_SUMMED)


def partial_adds_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Areas of adjoining ranges add up to that of their union, and over the whole axis to the area of pairs won."""
    ends = np.sort([0.0, 1.0, *arguments["partial_range"], np.random.default_rng(seed).random()]).tolist()
    parts = [compute(**{**arguments, "partial_range": part}).auc for part in pairwise(ends) if part[0] < part[1]]
    whole = compute(**{**arguments, "partial_range": (0.0, 1.0)}).auc
    expect("adjoining ranges", math.fsum(parts), whole, eps=_SUMS, scale=1.0, reason=_SUMMED)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"], dtype=np.float64)
    sign = 1 if arguments.get("direction", "higher") == "higher" else -1
    cases, controls = np.sort(sign * x[y == 1]), np.sort(sign * x[y == 0])
    won = np.searchsorted(controls, cases, "left").sum() + np.searchsorted(controls, cases, "right").sum()
    expect("whole axis", whole, won / (2 * cases.size * controls.size), eps=_SUMS + y.size, scale=1.0, reason=_SUMMED)


def partial_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score and another order of the patients change nothing."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    changed = {
        **arguments,
        "y_true": np.asarray(arguments["y_true"])[order],
        "y_score": _ranks(arguments["y_score"])[order],
    }
    _close("ranks", compute(**changed), compute(**arguments))


def partial_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping outcome, direction and axis changes nothing."""
    changed = {
        **arguments,
        "y_true": 1 - np.asarray(arguments["y_true"]),
        "direction": _opposite(str(arguments.get("direction", "higher"))),
        "focus": _OTHER_AXIS[str(arguments.get("focus", "specificity"))],
    }
    _close("swap", compute(**changed), compute(**arguments))


def partial_doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Each patient twice gives the same areas."""
    twice = {name: np.tile(np.asarray(arguments[name]), 2) for name in ("y_true", "y_score")}
    _close("doubling", compute(**{**arguments, **twice}), compute(**arguments))


def partial_correction_of_the_extremes(compute: Any, arguments: Arguments, seed: int) -> None:
    """A perfect marker fills the range and is corrected to 1, a constant one is corrected to 0.5."""
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    higher = arguments.get("direction", "higher") == "higher"
    low, high = sorted(map(float, arguments["partial_range"]))
    perfect = compute(**{**arguments, "y_score": y if higher else -y})
    expect("perfect marker", perfect.auc, high - low, eps=4, scale=1.0, reason="one product")
    expect("perfect marker, corrected", perfect.corrected, 1.0, eps=8, scale=1 / (high - low), reason="a quotient")
    constant = compute(**{**arguments, "y_score": np.zeros(y.size)})
    if not math.isnan(constant.corrected):
        width = (high - low) * (high + low) / 2
        expect("constant, corrected", constant.corrected, 0.5, eps=8, scale=1 / width, reason="a quotient")


_LIMITS = ("auc", "median", "lower", "upper")


def _alone(arguments: Arguments) -> bool:
    """A group has one patient, whose value pROC takes for a number of rows."""
    y = np.asarray(arguments["y_true"])
    return min(int(y.sum()), int(y.size - y.sum())) < 2


def _equal(name: str, value: Any, expected: Any) -> None:
    for quantity in (*_LIMITS, "random_state"):
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"{name}: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")


def partial_bootstrap_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score changes neither limits nor draws."""
    if not _alone(arguments):
        _equal("ranks", compute(**{**arguments, "y_score": _ranks(arguments["y_score"])}), compute(**arguments))


def partial_bootstrap_mirror(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction changes neither limits nor draws."""
    if not _alone(arguments):
        direction = _opposite(str(arguments.get("direction", "higher")))
        mirrored = {**arguments, "y_score": -np.asarray(arguments["y_score"]), "direction": direction}
        _equal("mirror", compute(**mirrored), compute(**arguments))


def partial_bootstrap_limits_are_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the median, a higher level encloses a lower one, the draws do not depend on it."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = (wide.lower, narrow.lower, wide.median, narrow.upper, wide.upper)
    ordered = all(a <= b + 2.0**-52 for a, b in pairwise(chain))
    expect("limits in order", float(ordered), 1.0, eps=0, reason="quantiles rise with their probability")
    expect("level and median", narrow.median, wide.median, eps=0, reason="the same resamples")
    expect("level and draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")


def partial_bootstrap_of_the_whole_axis(compute: Any, arguments: Arguments, seed: int) -> None:
    """Over the whole axis both axes and both corrections give the same interval, and it is within [0, 1]."""
    whole = {**arguments, "partial_range": (0.0, 1.0)}
    plain = compute(**{**whole, "corrected": False, "focus": "specificity"})
    for focus, corrected in (("sensitivity", False), ("specificity", True)):
        other = compute(**{**whole, "corrected": corrected, "focus": focus})
        for name in ("median", "lower", "upper"):
            expect(f"whole axis: {name}", getattr(other, name), getattr(plain, name), eps=_SUMS, scale=1.0,
                   reason=_SUMMED)  # fmt: skip
    expect("within [0, 1]", float(0.0 <= plain.lower <= plain.upper <= 1.0 + 2.0**-52), 1.0, eps=0, reason="a share")
