"""What must hold for weighted patients and clustered units whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "cluster_test_exchange",
    "cluster_test_of_itself",
    "cluster_test_of_single_units",
    "clusters_names_and_order",
    "clusters_of_copies",
    "clusters_of_one_unit_are_delong",
    "clusters_outcome_swap",
    "weights_are_repetitions",
    "weights_merge_equal_patients",
    "weights_of_one_value_are_delong",
    "weights_of_zero_remove",
    "weights_order_and_transform",
    "weights_outcome_swap",
]

Arguments = Mapping[str, Any]
_AREA = ("auc", "variance", "standard_error", "lower", "upper")
_EPS, _REASON = 8.0, "the same fractions, rounded once"


def _same(name: str, value: Any, expected: Any, quantities: tuple[str, ...] = _AREA, eps: float = _EPS) -> None:
    for quantity in quantities:
        expect(f"{name}: {quantity}", getattr(value, quantity), getattr(expected, quantity), eps=eps, scale=1.0,
               reason=_REASON)  # fmt: skip


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def _opposite(direction: Any) -> str:
    return "lower" if direction == "higher" else "higher"


def _rows(arguments: Arguments, rows: Any, names: tuple[str, ...] = ("y_true", "y_score", "weights")) -> dict[str, Any]:
    """The given rows of all columns."""
    return {**arguments, **{name: np.asarray(arguments[name])[rows] for name in names}}


def _delong(arguments: Arguments) -> tuple[float, float]:
    """Area, and variance by DeLong's formula on all pairs."""
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"], dtype=np.float64)
    sign = 1.0 if arguments.get("direction", "higher") == "higher" else -1.0
    cases, controls = np.sort(sign * x[y == 1]), np.sort(sign * x[y == 0])
    beaten = (np.searchsorted(controls, cases, "left") + np.searchsorted(controls, cases, "right")) / 2 / controls.size
    lost = 1 - (np.searchsorted(cases, controls, "left") + np.searchsorted(cases, controls, "right")) / 2 / cases.size
    return float(beaten.mean()), float(beaten.var(ddof=1) / cases.size + lost.var(ddof=1) / controls.size)


def _expect_delong(name: str, result: Any, arguments: Arguments) -> None:
    area, variance = _delong(arguments)
    n = float(len(arguments["y_true"]))
    expect(f"{name}: area", result.auc, area, eps=8 + n, scale=1.0, reason="sums of doubles")
    expect(f"{name}: variance", result.variance, variance, eps=8 + n, scale=1.0, reason="sums of doubles")


# --- weights


def weights_are_repetitions(compute: Any, arguments: Arguments, seed: int) -> None:
    """A patient of weight k is k patients: area and variance are DeLong's of the repeated rows."""
    counts = np.asarray(arguments["weights"]).astype(np.int64)
    repeated = _rows(arguments, np.repeat(np.arange(counts.size), counts))
    _expect_delong("repetition", compute(**{**arguments, "kind": "frequency"}), repeated)


def weights_of_zero_remove(compute: Any, arguments: Arguments, seed: int) -> None:
    """Patients of weight 0 may as well not be there, whatever their score, for both kinds of weights."""
    weights = np.asarray(arguments["weights"])
    noise = np.random.default_rng(seed).normal(size=weights.size)
    changed = {**arguments, "y_score": np.where(weights == 0, noise, arguments["y_score"])}
    for kind in ("frequency", "sampling"):
        kept = compute(**{**_rows(arguments, np.flatnonzero(weights)), "kind": kind})
        _same(f"{kind}: zero weight", compute(**{**changed, "kind": kind}), kept, eps=0)


def weights_merge_equal_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """Patients of the same outcome and score may be merged into one that has their weights."""
    y, x, w = (np.asarray(arguments[name], dtype=np.float64) for name in ("y_true", "y_score", "weights"))
    pairs, place = np.unique(np.stack([y, x + 0.0]), axis=1, return_inverse=True)
    merged = {
        **arguments,
        "kind": "frequency",
        "y_true": pairs[0].astype(np.int8),
        "y_score": pairs[1],
        "weights": np.bincount(place.ravel(), w),
    }
    _same("merging", compute(**merged), compute(**{**arguments, "kind": "frequency"}), eps=0)


def weights_of_one_value_are_delong(compute: Any, arguments: Arguments, seed: int) -> None:
    """Equal weights of either kind give the area and DeLong's variance; the unit of sampling weights is irrelevant."""
    n = len(arguments["y_true"])
    for kind, value in (("frequency", 1.0), ("sampling", 0.7)):
        _expect_delong(kind, compute(**{**arguments, "kind": kind, "weights": np.full(n, value)}), arguments)
    weights = 1.0 + np.random.default_rng(seed).random(n)
    by_class = np.where(np.asarray(arguments["y_true"]) == 1, 4.0, 0.5)
    plain, scaled = (compute(**{**arguments, "kind": "sampling", "weights": w}) for w in (weights, weights * by_class))
    _same("unit", scaled, plain, eps=0)


def weights_order_and_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another order of the patients and an increasing transformation change nothing."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    changed = _rows({**arguments, "y_score": _ranks(arguments["y_score"])}, order)
    _same("order and ranks", compute(**changed), compute(**arguments), eps=0)


def weights_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping outcome and direction changes nothing."""
    changed = {
        **arguments,
        "y_true": 1 - np.asarray(arguments["y_true"]),
        "direction": _opposite(arguments.get("direction", "higher")),
    }
    _same("swap", compute(**changed), compute(**arguments), eps=0)


# --- clusters


def clusters_of_one_unit_are_delong(compute: Any, arguments: Arguments, seed: int) -> None:
    """With clusters of one unit the variance is DeLong's and the design effect 1."""
    result = compute(**{**arguments, "clusters": list(range(len(arguments["y_true"])))})
    _expect_delong("single units", result, arguments)
    if result.variance > 0:
        expect("single units: design effect", result.design_effect, 1.0, eps=0, reason="the same fraction")


def clusters_of_copies(compute: Any, arguments: Arguments, seed: int) -> None:
    """Copies of all units within their clusters bring no information: area and variance stay."""
    twice: dict[str, Any] = {name: np.tile(np.asarray(arguments[name]), 2) for name in ("y_true", "y_score")}
    twice["clusters"] = list(arguments["clusters"]) * 2
    _same("copies", compute(**{**arguments, **twice}), compute(**arguments), eps=0)


def clusters_names_and_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """Names of clusters, order of units and increasing transformations change nothing."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    names = [f"patient {-c}" if isinstance(c, int) else f"p {c}" for c in arguments["clusters"]]
    changed = {
        **arguments,
        "y_true": np.asarray(arguments["y_true"])[order],
        "y_score": _ranks(arguments["y_score"])[order],
        "clusters": [names[i] for i in order.tolist()],
    }
    _same("names and order", compute(**changed), compute(**arguments), eps=0)


def clusters_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping outcome and direction changes nothing."""
    changed = {
        **arguments,
        "y_true": 1 - np.asarray(arguments["y_true"]),
        "direction": _opposite(arguments.get("direction", "higher")),
    }
    _same("swap", compute(**changed), compute(**arguments), eps=0)


def cluster_test_of_single_units(compute: Any, arguments: Arguments, seed: int) -> None:
    """With clusters of one unit the covariance is DeLong's, which polarisation of its variances gives."""
    y = np.asarray(arguments["y_true"])
    result = compute(**{**arguments, "clusters": list(range(y.size))})
    placed = []
    for i in (1, 2):
        sign = 1.0 if arguments.get(f"direction_{i}", "higher") == "higher" else -1.0
        x = sign * np.asarray(arguments[f"y_score_{i}"], dtype=np.float64)
        cases, controls = x[y == 1][:, None], x[y == 0]
        wins = ((cases > controls).astype(np.float64) + (cases >= controls)) / 2
        placed.append((wins.mean(axis=1), wins.mean(axis=0)))
    expected = sum(
        float(np.cov(first, second)[0, 1]) / first.size for first, second in zip(placed[0], placed[1], strict=True)
    )
    expect(
        "single units: covariance", result.covariance, expected, eps=8.0 + y.size, scale=1.0, reason="sums of doubles"
    )


def cluster_test_exchange(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged markers turn the signs of difference, statistic and limits."""
    swapped = dict(arguments)
    for name in ("y_score", "direction"):
        swapped[f"{name}_1"], swapped[f"{name}_2"] = arguments[f"{name}_2"], arguments[f"{name}_1"]
    value, expected = compute(**swapped), compute(**arguments)
    for name, other in (("difference", "difference"), ("statistic", "statistic"), ("lower", "upper")):
        expect(f"exchange: {name}", getattr(value, name), -getattr(expected, other), eps=2, scale=1.0, reason=_REASON)
    expect("exchange: p-value", value.p_value, expected.p_value, eps=0, reason="the same distance")


def cluster_test_of_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """A marker against itself has difference 0 without a spread, and its covariance is its variance."""
    same = {**arguments, "y_score_2": _ranks(arguments["y_score_1"]), "direction_2": arguments["direction_1"]}
    result = compute(**same)
    for name, wanted in (("difference", 0.0), ("standard_error", 0.0), ("statistic", 0.0), ("p_value", 1.0)):
        expect(f"itself: {name}", getattr(result, name), wanted, eps=0, reason="fractions cancel")
    other = compute(**{**same, "direction_2": _opposite(arguments["direction_1"])})
    expect("mirror: covariance", other.covariance, -result.covariance, eps=0, reason="the same fraction")
