"""What must hold for the optimism of a best cut-off whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect
from validation.relations.roc_bands import mirrored, ranks

__all__ = ["no_optimism_without_overlap", "optimism_adds_up", "optimism_mirrored", "optimism_of_ranks"]

Arguments = Mapping[str, Any]
_MEASURES = ("sensitivity", "specificity", "youden")


def _equal(name: str, value: Any, expected: Any) -> None:
    for measure in _MEASURES:
        for kind in ("apparent", "optimism", "corrected"):
            found, wanted = getattr(value, f"{kind}_{measure}"), getattr(expected, f"{kind}_{measure}")
            expect(f"{name}: {kind} {measure}", found, wanted, eps=0, reason="the same patients are positive")
    expect(f"{name}: draws", value.random_state, expected.random_state, eps=0, reason="the same resamples")


def optimism_mirrored(compute: Any, arguments: Arguments, seed: int) -> None:
    """The negated score in the other direction changes nothing but the sign of the thresholds."""
    value, expected = compute(**mirrored(arguments)), compute(**arguments)
    _equal("mirror", value, expected)
    expect("mirror: threshold", value.threshold, -expected.threshold, eps=0, reason="negation is exact")


def optimism_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Ranks for scores leave what a cut-off does on the data it was chosen on.

    In resamples a midpoint may fall on the other side of a value of the data that was not drawn.
    """
    value = compute(**{**arguments, "y_score": ranks(arguments["y_score"])})
    expected = compute(**arguments)
    for measure in _MEASURES:
        name = f"apparent_{measure}"
        expect(name, getattr(value, name), getattr(expected, name), eps=0, reason="the same patients are positive")


def optimism_adds_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Apparent value less optimism is the corrected one, and the optimism is the mean over the resamples."""
    found = compute(**arguments)
    for j, measure in enumerate(_MEASURES):
        parts = [getattr(found, f"{kind}_{measure}") for kind in ("apparent", "optimism", "corrected")]
        expect(measure, parts[0] - parts[1], parts[2], eps=16, scale=4.0, reason="a few roundings")
        if j < 2:
            mean = float(np.mean(found.replicates[:, j]))
            expect(f"{measure}: mean", parts[1], mean, eps=64, scale=1.0, reason="a sum of shares")


def no_optimism_without_overlap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Of two values, one of all cases and one of all controls, every resample makes the same perfect cut-off."""
    sign = 1.0 if arguments.get("direction", "higher") == "higher" else -1.0
    y = np.asarray(arguments["y_true"])
    found = compute(**{**arguments, "y_score": sign * y.astype(np.float64)})
    for measure in _MEASURES:
        expect(measure, getattr(found, f"optimism_{measure}"), 0.0, eps=0, reason="rates of 1 on both sides")
        expect(measure, getattr(found, f"corrected_{measure}"), 1.0, eps=0, reason="rates of 1 on both sides")
