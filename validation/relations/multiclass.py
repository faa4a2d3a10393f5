"""What must hold for Hand and Till's area whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "multiclass_classes_reversed",
    "multiclass_increasing_transform",
    "multiclass_limits_are_ordered",
    "multiclass_patient_order",
    "multiclass_resampled_ranks",
    "multiclass_two_classes",
]

Arguments = Mapping[str, Any]
_SUM = "the same areas summed in another order"
_EPS = 4.0


def _ranked(scores: Any) -> Any:
    """Ranks within each column."""
    values = np.asarray(scores, dtype=np.float64)
    columns = values[:, None] if values.ndim == 1 else values
    ranks = [np.unique(column + 0.0, return_inverse=True)[1].astype(np.float64) for column in columns.T]
    return np.column_stack(ranks).reshape(values.shape)


def _equal(name: str, value: Any, expected: Any, eps: float, reason: str) -> None:
    expect(f"{name}: area", value.auc, expected.auc, eps=eps, scale=1.0, reason=reason)
    expect(f"{name}: pairs", value.pairwise, expected.pairwise, eps=eps, scale=1.0, reason=reason)


def multiclass_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Strictly increasing transformations of the scores, one for each column, change nothing."""
    ranks = _ranked(arguments["y_score"]) * 3.0 - 1.0
    _equal("ranks", compute(**{**arguments, "y_score": ranks}), compute(**arguments), 0, "the same comparisons")


def multiclass_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients does not matter."""
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"])
    order = np.random.default_rng(seed).permutation(y.size)
    shuffled = {**arguments, "y_true": y[order], "y_score": x[order]}
    _equal("shuffled", compute(**shuffled), compute(**arguments), 0, "the same counts")


def multiclass_two_classes(compute: Any, arguments: Arguments, seed: int) -> None:
    """The area of a pair is that of its patients alone, and the whole is the plain mean of the pairs."""
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"])
    whole = compute(**arguments)
    expect("mean", whole.auc, float(np.mean(whole.pairwise)), eps=_EPS, scale=1.0, reason=_SUM)
    words = arguments.get("direction", "higher")
    for place, (i, j) in enumerate(combinations(np.unique(y).tolist(), 2)):
        rows = (y == i) | (y == j)
        columns = np.unique(y)
        scores = x[rows] if x.ndim == 1 else x[rows][:, (columns == i) | (columns == j)]
        word = words if isinstance(words, str) else words[place]
        alone = compute(**{**arguments, "y_true": y[rows], "y_score": scores, "direction": word})
        expect(f"{i} and {j}", alone.auc, whole.pairwise[place], eps=0, reason="the same patients")


def multiclass_classes_reversed(compute: Any, arguments: Arguments, seed: int) -> None:
    """Classes in reverse order: the same mean, and for a marker in the other direction the same pairs in new places."""
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"])
    words = arguments.get("direction", "higher")
    reverse = {**arguments, "y_true": int(y.max()) - y}
    pairs = list(combinations(range(int(y.max()) + 1), 2))
    places = [pairs.index((int(y.max()) - j, int(y.max()) - i)) for i, j in pairs]
    if x.ndim == 1:
        opposite = {"higher": "lower", "lower": "higher"}
        reverse["direction"] = opposite[words] if isinstance(words, str) else [opposite[words[k]] for k in places]
    else:
        reverse["y_score"] = x[:, ::-1]
    value, expected = compute(**reverse), compute(**arguments)
    expect("reversed: area", value.auc, expected.auc, eps=_EPS, scale=1.0, reason=_SUM)
    expect("reversed: pairs", value.pairwise[places], expected.pairwise, eps=_EPS, scale=1.0, reason=_SUM)


def multiclass_resampled_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Strictly increasing transformations change neither limits nor draws."""
    value = compute(**{**arguments, "y_score": _ranked(arguments["y_score"])})
    expected = compute(**arguments)
    for quantity in ("auc", "median", "lower", "upper", "random_state"):
        found, wanted = getattr(value, quantity), getattr(expected, quantity)
        expect(f"ranks: {quantity}", found, wanted, eps=0, reason="the same comparisons on the same resamples")


def multiclass_limits_are_ordered(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the median within [0, 1], a higher level encloses a lower one, the draws do not depend on it."""
    wide, narrow = (compute(**{**arguments, "level": level}) for level in (0.95, 0.5))
    chain = (0.0, wide.lower, narrow.lower, wide.median, narrow.upper, wide.upper, 1.0)
    expect("in order", float(all(a <= b for a, b in pairwise(chain))), 1.0, eps=0, reason="quantiles rise")
    expect("draws", narrow.random_state, wide.random_state, eps=0, reason="the same resamples")
