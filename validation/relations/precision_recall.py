"""What must hold for precision-recall curves whatever anybody says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "precision_increasing_transform",
    "precision_limits_enclose",
    "precision_of_doubled_patients",
    "precision_of_no_information",
    "precision_of_separated_groups",
    "precision_resampled_limits",
    "precision_resampled_ranks",
    "precision_thresholds_classify",
]

Arguments = Mapping[str, Any]
_NUMBERS = ("average_precision", "area", "lower", "upper", "precision", "recall")
_AREAS = ("average_precision", "area")


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def precision_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score changes only the thresholds."""
    value, expected = compute(**{**arguments, "y_score": _ranks(arguments["y_score"])}), compute(**arguments)
    for name in _NUMBERS:
        expect(f"ranks: {name}", getattr(value, name), getattr(expected, name), eps=0, reason="the same counts")


def precision_of_no_information(compute: Any, arguments: Arguments, seed: int) -> None:
    """A score that is the same for all has the prevalence as precision, average precision and area."""
    y = np.asarray(arguments["y_true"])
    result = compute(**{**arguments, "y_score": np.full(y.size, 2.5)})
    for name in (*_AREAS, "prevalence"):
        expect(f"constant: {name}", getattr(result, name), float(y.mean()), eps=2, scale=1.0, reason="one quotient")


def precision_of_separated_groups(compute: Any, arguments: Arguments, seed: int) -> None:
    """Where all cases are on the far side of all controls both areas are 1, and the interval a point."""
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    side = 1.0 if arguments.get("direction", "higher") == "higher" else -1.0
    result = compute(**{**arguments, "y_score": side * (y + np.linspace(0.0, 0.5, y.size))})
    for name in (*_AREAS, "lower", "upper"):
        expect(f"separated: {name}", getattr(result, name), 1.0, eps=2, scale=1.0, reason="precision 1 everywhere")


def precision_of_doubled_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice: the same curve and areas, an interval that is not wider."""
    twice = {**arguments, **{name: np.tile(np.asarray(arguments[name]), 2) for name in ("y_true", "y_score")}}
    value, expected = compute(**twice), compute(**arguments)
    for name in (*_AREAS, "precision", "recall"):
        found, wanted = getattr(value, name), getattr(expected, name)
        expect(f"doubled: {name}", found, wanted, eps=4, scale=1.0, reason="the same quotients of doubled numbers")
    narrower = value.upper - value.lower <= expected.upper - expected.lower + 2.0**-50
    expect("doubled: interval", float(narrower), 1.0, eps=0, reason="more patients")


def precision_thresholds_classify(compute: Any, arguments: Arguments, seed: int) -> None:
    """Precision and recall are those of the patients at or beyond each threshold."""
    result = compute(**arguments)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"], dtype=np.float64)
    for k in np.unique(np.linspace(0, result.thresholds.size - 1, 7).astype(int)).tolist():
        t = result.thresholds[k]
        called = x >= t if arguments.get("direction", "higher") == "higher" else x <= t
        expect("precision", result.precision[k], float(y[called].sum() / called.sum()), eps=0, reason="one quotient")
        expect("recall", result.recall[k], float(y[called].sum() / y.sum()), eps=0, reason="one quotient")


def precision_limits_enclose(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the average precision within [0, 1], and a higher level encloses a lower one."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = (0.0, wide.lower, narrow.lower, wide.average_precision, narrow.upper, wide.upper, 1.0)
    ordered = all(a <= b + 2.0**-51 for a, b in pairwise(chain))
    expect("in order", float(ordered), 1.0, eps=0, reason="two roundings of the inverse logit")


def precision_resampled_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score changes neither limits nor draws."""
    value, expected = compute(**{**arguments, "y_score": _ranks(arguments["y_score"])}), compute(**arguments)
    for name in ("average_precision", "median", "lower", "upper", "random_state"):
        expect(f"ranks: {name}", getattr(value, name), getattr(expected, name), eps=0, reason="the same counts")


def precision_resampled_limits(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the median within [0, 1], a higher level encloses a lower one, the draws do not depend on it."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = (0.0, wide.lower, narrow.lower, wide.median, narrow.upper, wide.upper, 1.0)
    expect("in order", float(all(a <= b for a, b in pairwise(chain))), 1.0, eps=0, reason="quantiles rise")
    expect("draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")
