"""What must hold for a permutation test of two ROC curves whatever R says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "curve_equals_itself",
    "fewer_permutations_are_the_first_ones",
    "p_value_counts_permutations",
    "statistic_without_order_of_curves",
    "venkatraman_mirrored",
    "venkatraman_of_ranks",
]

Arguments = Mapping[str, Any]
_ALL = ("statistic", "exceeding", "p_value", "random_state")
_OPPOSITE = {"higher": "lower", "lower": "higher"}
_SAME = "the same order of the patients in the same permutations"


def _equal(name: str, value: Any, expected: Any, quantities: Iterable[str] = _ALL) -> None:
    for quantity in quantities:
        expect(f"{name}: {quantity}", getattr(value, quantity), getattr(expected, quantity), eps=0, reason=_SAME)


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def venkatraman_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Strictly increasing transformations of the markers, each its own, change nothing."""
    transformed = {name: _ranks(arguments[name]) * 3.0 for name in ("y_score_1", "y_score_2")}
    _equal("ranks", compute(**{**arguments, **transformed}), compute(**arguments))


def venkatraman_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """Negated markers in the other direction change nothing, but for pROC, which does not look at directions."""
    expected = compute(**arguments)
    if expected.compat != "default":
        return
    mirrored = dict(arguments)
    for i in (1, 2):
        mirrored[f"y_score_{i}"] = -np.asarray(arguments[f"y_score_{i}"])
        mirrored[f"direction_{i}"] = _OPPOSITE[str(arguments.get(f"direction_{i}", "higher"))]
    _equal("mirror", compute(**mirrored), expected)


def curve_equals_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """A curve does not differ from itself, and every permutation is at least as far apart."""
    direction = arguments.get("direction_1", "higher")
    itself = {**arguments, "y_score_2": arguments["y_score_1"], "direction_2": direction}
    if not arguments.get("paired", True):
        itself["y_true_2"] = arguments["y_true"]
    result = compute(**itself)
    expect("itself: statistic", result.statistic, 0.0, eps=0, reason="the same curve twice")
    expect("itself: p-value", result.p_value, 1.0, eps=0, reason="nothing is less than 0")


def p_value_counts_permutations(compute: Any, arguments: Arguments, seed: int) -> None:
    """The p-value is the share of permutations as far apart as the data, which count as one of them by default."""
    result = compute(**arguments)
    count = int(np.count_nonzero(result.replicates >= result.statistic))
    expect("exceeding", result.exceeding, count, eps=0, reason="a count")
    own = 1 if result.compat == "default" else 0
    expected = (count + own) / (arguments["permutations"] + own)
    expect("p-value", result.p_value, expected, eps=0, reason="one quotient of two counts")


def fewer_permutations_are_the_first_ones(compute: Any, arguments: Arguments, seed: int) -> None:
    """A shorter run of the same seed sees the first permutations of a longer one."""
    half = max(1, int(arguments["permutations"]) // 2)
    shorter, longer = compute(**{**arguments, "permutations": half}), compute(**arguments)
    expect("permutations", shorter.replicates, longer.replicates[:half], eps=0, reason=_SAME)
    expect("statistic", shorter.statistic, longer.statistic, eps=0, reason="the same data")


def statistic_without_order_of_curves(compute: Any, arguments: Arguments, seed: int) -> None:
    """The distance of two curves is that of the second and the first; pROC's mixture belongs to the first group."""
    expected = compute(**arguments)
    if expected.compat != "default" and not arguments.get("paired", True):
        return
    exchanged = {**arguments, "permutations": 1}
    for word in ("y_score", "direction"):
        for i, j in ((1, 2), (2, 1)):
            if f"{word}_{i}" in arguments:
                exchanged[f"{word}_{j}"] = arguments[f"{word}_{i}"]
    if "y_true_2" in arguments:
        exchanged |= {"y_true": arguments["y_true_2"], "y_true_2": arguments["y_true"]}
    expect("exchanged", compute(**exchanged).statistic, expected.statistic, eps=0, reason="the same differences")
