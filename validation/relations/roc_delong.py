"""What must hold for comparisons, covariances and limits of areas whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "covariance_changes_sign_with_the_direction",
    "covariance_doubling",
    "covariance_exchange",
    "covariance_of_itself",
    "covariance_order_and_transform",
    "interval_mirror",
    "interval_one_sided_is_two_sided",
    "interval_order_and_transform",
    "interval_outcome_swap",
    "one_area_agrees_with_the_limits",
    "one_area_alternatives_add_up",
    "one_area_mirror",
    "one_area_order_and_transform",
    "several_a_marker_twice",
    "several_order_and_transform",
    "several_other_order_of_markers",
    "several_pairs_are_roc_tests",
    "unpaired_alternatives_add_up",
    "unpaired_exchange",
    "unpaired_of_itself",
    "unpaired_order_and_transform",
    "unpaired_outcome_swap",
]

Arguments = Mapping[str, Any]
_SUMS, _SUMMED = 16.0, "sums in another order are rounded differently"


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values) + 0.0, return_inverse=True)[1].astype(np.float64)


def _opposite(direction: Any) -> str:
    return "lower" if direction == "higher" else "higher"


def _other(alternative: Any) -> str:
    return {"greater": "less", "less": "greater"}.get(str(alternative), "two-sided")


def _close(name: str, value: Any, expected: Any, quantities: tuple[str, ...], eps: float = _SUMS) -> None:
    for quantity in quantities:
        expect(f"{name}: {quantity}", getattr(value, quantity), getattr(expected, quantity), eps=eps, scale=1.0,
               reason=_SUMMED)  # fmt: skip


def _shuffled(arguments: Arguments, seed: int, suffix: str = "") -> dict[str, Any]:
    """Another order of the patients of a group, and ranks for their scores."""
    order = np.random.default_rng(seed).permutation(len(arguments[f"y_true{suffix}"]))
    changed = dict(arguments)
    for name in arguments:
        if name.startswith("y_true") and name.endswith(suffix):
            changed[name] = np.asarray(arguments[name])[order]
        elif name.startswith("y_score") and name.endswith(suffix):
            changed[name] = _ranks(arguments[name])[order]
    return changed


# --- two groups


def _no_variance(result: Any) -> bool:
    """Statistic and p-value are then as rounding has it in pROC."""
    return not result.standard_error > 2.0**-40


def _same_test(name: str, value: Any, expected: Any) -> None:
    _close(name, value, expected, ("auc_1", "auc_2", "difference", "standard_error"))
    if not (_no_variance(value) or _no_variance(expected)):
        scale = 1.0 + abs(expected.statistic) + 1.0 / expected.standard_error
        for quantity in ("statistic", "p_value"):
            expect(f"{name}: {quantity}", getattr(value, quantity), getattr(expected, quantity), eps=4 * _SUMS,
                   scale=scale, reason="a quotient by the standard error")  # fmt: skip


def unpaired_exchange(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged groups turn the signs of difference, statistic and limits."""
    swapped = {name: value for name, value in arguments.items() if not name.endswith(("_1", "_2"))}
    for name, value in arguments.items():
        if name.endswith(("_1", "_2")):
            swapped[f"{name[:-1]}{3 - int(name[-1])}"] = value
    swapped["alternative"] = _other(arguments.get("alternative", "two-sided"))
    result, other = compute(**arguments), compute(**swapped)
    expect("exchange: difference", other.difference, -result.difference, eps=0, reason="the same subtraction")
    if _no_variance(result):
        return
    for name, wanted in (("statistic", -result.statistic), ("lower", -result.upper), ("upper", -result.lower)):
        expect(f"exchange: {name}", getattr(other, name), wanted, eps=_SUMS, reason="the variances are added in turn")
    for name in ("df", "p_value"):
        expect(f"exchange: {name}", getattr(other, name), getattr(result, name), eps=_SUMS, reason=_SUMMED)


def unpaired_order_and_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another order of the patients and increasing transformations of either marker change nothing."""
    changed = _shuffled(_shuffled(arguments, seed, "_1"), seed + 1, "_2")
    _same_test("order and ranks", compute(**changed), compute(**arguments))


def unpaired_of_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """A group against itself differs by 0, with the standard error of one area times the root of 2."""
    same = {**arguments, **{f"{name}_2": arguments[f"{name}_1"] for name in ("y_true", "y_score", "direction")}}
    result = compute(**same)
    expect("itself: difference", result.difference, 0.0, eps=0, reason="the same area twice")
    if _no_variance(result):
        return
    expect("itself: statistic", result.statistic, 0.0, eps=0, reason="0 over something")
    expect("itself: df", result.df, 2.0 * (len(arguments["y_true_1"]) - 1), eps=_SUMS, reason="equal variances")
    p = 1.0 if arguments.get("alternative", "two-sided") == "two-sided" else 0.5
    expect("itself: p-value", result.p_value, p, eps=2, reason="the centre of the distribution")


def unpaired_alternatives_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """One-sided p-values add up to 1, the smaller is half of the two-sided; limits show what the p-value shows."""
    found = {word: compute(**{**arguments, "alternative": word}) for word in ("two-sided", "greater", "less")}
    result = found["two-sided"]
    if _no_variance(result):
        return
    sides = [found[word].p_value for word in ("greater", "less")]
    expect("sides", sum(sides), 1.0, eps=4, reason="the same distribution")
    expect("smaller side", 2 * min(sides), result.p_value, eps=64, reason="tails of one distribution")
    excluded = result.lower > 0.0 or result.upper < 0.0
    if abs(result.p_value - (1.0 - result.level)) > 1e-9:
        expect("limits and p-value", float(excluded), float(result.p_value < 1.0 - result.level), eps=0,
               reason="both are of the same t distribution")  # fmt: skip


def unpaired_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping outcome and direction of a group changes nothing."""
    changed = dict(arguments)
    changed["y_true_2"] = 1 - np.asarray(arguments["y_true_2"])
    changed["direction_2"] = _opposite(arguments.get("direction_2", "higher"))
    _same_test("swap", compute(**changed), compute(**arguments))


# --- covariance of two areas

_COVARIANCE = ("auc_1", "auc_2", "variance_1", "variance_2", "covariance")


def covariance_exchange(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged markers have the same covariance."""
    swapped = dict(arguments)
    for name in ("y_score", "direction"):
        swapped[f"{name}_1"], swapped[f"{name}_2"] = arguments[f"{name}_2"], arguments[f"{name}_1"]
    value, expected = compute(**swapped), compute(**arguments)
    expect("exchange", value.covariance, expected.covariance, eps=0, reason="products are exchanged only")
    expect("exchange: variance", value.variance_1, expected.variance_2, eps=0, reason="the same sums")


def covariance_of_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """The covariance of a marker with itself is its variance, and no correlation is beyond 1."""
    same = {**arguments, "y_score_2": arguments["y_score_1"], "direction_2": arguments["direction_1"]}
    result = compute(**same)
    expect("itself", result.covariance, result.variance_1, eps=4, scale=1.0, reason=_SUMMED)
    other = compute(**arguments)
    reach = math.sqrt(other.variance_1 * other.variance_2)
    inside = abs(other.covariance) <= reach + 2.0**-45
    expect("Cauchy-Schwarz", float(inside), 1.0, eps=0, reason="covariances are inner products")


def covariance_order_and_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another order of the patients and increasing transformations change nothing."""
    _close("order and ranks", compute(**_shuffled(arguments, seed)), compute(**arguments), _COVARIANCE)


def covariance_changes_sign_with_the_direction(compute: Any, arguments: Arguments, seed: int) -> None:
    """The other direction of one marker turns the sign of the covariance and its area a into 1 - a."""
    changed = {**arguments, "direction_2": _opposite(arguments.get("direction_2", "higher"))}
    value, expected = compute(**changed), compute(**arguments)
    expect("turned", value.covariance, -expected.covariance, eps=_SUMS, scale=1.0, reason=_SUMMED)
    expect("turned: area", value.auc_2, 1.0 - expected.auc_2, eps=_SUMS, scale=1.0, reason=_SUMMED)


def covariance_doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """With each patient twice the parts of cases and of controls shrink by (m - 1)/(2m - 1) and (n - 1)/(2n - 1)."""
    twice = {n: np.tile(np.asarray(v), 2) if n.startswith("y_") else v for n, v in arguments.items()}
    y = np.asarray(arguments["y_true"])
    m = int(y.sum())
    n = y.size - m
    shares = sorted((k - 1) / (2 * k - 1) for k in (m, n))
    once, both = compute(**arguments), compute(**twice)
    for name in ("variance_1", "variance_2"):
        ratio_low, ratio_high = (share * getattr(once, name) for share in shares)
        inside = ratio_low - 2.0**-48 <= getattr(both, name) <= ratio_high + 2.0**-48
        expect(f"doubling: {name}", float(inside), 1.0, eps=0, reason="a weighted mean of both shares")
    if m == n:
        expect("doubling", both.covariance, shares[0] * once.covariance, eps=_SUMS, scale=1.0, reason=_SUMMED)


# --- several markers

_ALL = ("auc", "covariance", "df", "difference", "standard_error")


def _same_comparison(name: str, value: Any, expected: Any) -> None:
    _close(name, value, expected, _ALL)
    expect(f"{name}: statistic", value.statistic, expected.statistic, eps=_SUMS, reason="the same fractions")


def several_pairs_are_roc_tests(compute: Any, arguments: Arguments, seed: int) -> None:
    """Two markers by themselves have the difference of the whole, and their chi-square is the square of their z."""
    whole = compute(**arguments)
    names = list(arguments["y_score"])
    i, j = whole.pairs[seed % len(whole.pairs)]
    ways = arguments.get("direction", "higher")
    two = {names[k]: arguments["y_score"][names[k]] for k in (i, j)}
    directions = ways if isinstance(ways, str) else [ways[i], ways[j]]
    pair = compute(**{**arguments, "y_score": two, "direction": directions})
    at = list(whole.pairs).index((i, j))
    for name in ("difference", "standard_error", "z", "pair_p_value", "difference_lower", "difference_upper"):
        expect(f"pair: {name}", getattr(pair, name)[0], getattr(whole, name)[at], eps=2, scale=1.0, reason=_SUMMED)
    z = float(whole.z[at])
    if not math.isnan(z):
        expect("pair: chi-square", pair.statistic, z * z, eps=4, reason="one square")
    between = [i, j]
    expected = whole.covariance[np.ix_(between, between)]
    expect("pair: covariance", pair.covariance, expected, eps=2, scale=1.0, reason=_SUMMED)


def several_other_order_of_markers(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the markers changes neither statistic nor rank, whatever contrasts it leads to."""
    names = list(arguments["y_score"])
    ways = arguments.get("direction", "higher")
    order = np.random.default_rng(seed).permutation(len(names)).tolist()
    changed = {
        **arguments,
        "y_score": {names[i]: arguments["y_score"][names[i]] for i in order},
        "direction": ways if isinstance(ways, str) else [ways[i] for i in order],
    }
    value, expected = compute(**changed), compute(**arguments)
    for name in ("statistic", "df", "p_value"):
        expect(f"order of markers: {name}", getattr(value, name), getattr(expected, name), eps=2, reason=_SUMMED)


def several_a_marker_twice(compute: Any, arguments: Arguments, seed: int) -> None:
    """A marker that comes again in another unit changes neither statistic nor rank."""
    names = list(arguments["y_score"])
    ways = arguments.get("direction", "higher")
    again = {**arguments["y_score"], "again": _ranks(arguments["y_score"][names[0]])}
    directions = ways if isinstance(ways, str) else [*ways, ways[0]]
    value, expected = compute(**{**arguments, "y_score": again, "direction": directions}), compute(**arguments)
    for name in ("statistic", "df", "p_value"):
        expect(f"twice: {name}", getattr(value, name), getattr(expected, name), eps=2, reason="the same fractions")
    expect("twice: degenerate", float(value.degenerate), 1.0, eps=0, reason="a difference does not vary")


def several_order_and_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another order of the patients and increasing transformations change nothing."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    scores = {name: _ranks(values)[order] for name, values in arguments["y_score"].items()}
    changed = {**arguments, "y_true": np.asarray(arguments["y_true"])[order], "y_score": scores}
    _same_comparison("order and ranks", compute(**changed), compute(**arguments))


# --- one area

_LIMITS = ("auc", "standard_error", "lower", "upper")


def interval_order_and_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another order of the patients and an increasing transformation change nothing."""
    _close("order and ranks", compute(**_shuffled(arguments, seed)), compute(**arguments), _LIMITS)


def interval_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping outcome and direction changes nothing."""
    changed = dict(arguments)
    changed["y_true"] = 1 - np.asarray(arguments["y_true"])
    changed["direction"] = _opposite(arguments.get("direction", "higher"))
    _close("swap", compute(**changed), compute(**arguments), _LIMITS)


def interval_mirror(compute: Any, arguments: Arguments, seed: int) -> None:
    """The other direction mirrors area and limits at 0.5."""
    changed = {
        **arguments,
        "direction": _opposite(arguments.get("direction", "higher")),
        "alternative": _other(arguments.get("alternative", "two-sided")),
    }
    value, expected = compute(**changed), compute(**arguments)
    for name, other in (("auc", "auc"), ("lower", "upper"), ("upper", "lower")):
        expect(f"mirror: {name}", getattr(value, name), 1.0 - getattr(expected, other), eps=_SUMS, scale=1.0,
               reason=_SUMMED)  # fmt: skip


def interval_one_sided_is_two_sided(compute: Any, arguments: Arguments, seed: int) -> None:
    """One-sided limits at level c are the two-sided ones at 2 c - 1, on both scales, around the area."""
    level = 0.9
    for method in ("logit", "delong"):
        chosen = {**arguments, "method": method}
        two = compute(**{**chosen, "alternative": "two-sided", "level": 2 * level - 1})
        low, high = (compute(**{**chosen, "alternative": word, "level": level}) for word in ("greater", "less"))
        if math.isnan(two.lower):
            continue
        for found, wanted in ((low.lower, two.lower), (high.upper, two.upper), (low.upper, 1.0), (high.lower, 0.0)):
            expect(f"{method}: one side", found, wanted, eps=64, scale=1.0, reason="the level is rounded")
        inside = 0.0 <= two.lower <= two.auc + 2.0**-50 and two.auc - 2.0**-50 <= two.upper <= 1.0
        expect(f"{method}: around the area", float(inside), 1.0, eps=0, reason="limits enclose the estimate")


def one_area_order_and_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """Another order of the patients and an increasing transformation change nothing."""
    value, expected = compute(**_shuffled(arguments, seed)), compute(**arguments)
    _close("order and ranks", value, expected, ("auc", "standard_error", "statistic", "p_value"))


def one_area_mirror(compute: Any, arguments: Arguments, seed: int) -> None:
    """The other direction, tested against 1 - value, turns the sign of the statistic."""
    changed = {
        **arguments,
        "direction": _opposite(arguments.get("direction", "higher")),
        "value": 1.0 - arguments.get("value", 0.5),
        "alternative": _other(arguments.get("alternative", "two-sided")),
    }
    value, expected = compute(**changed), compute(**arguments)
    if not expected.degenerate:
        scale = 1.0 + 1.0 / expected.standard_error
        expect("mirror", value.statistic, -expected.statistic, eps=_SUMS, scale=scale, reason="1 - value is rounded")
        expect("mirror: p-value", value.p_value, expected.p_value, eps=_SUMS, scale=scale, reason="the same")


def one_area_alternatives_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """One-sided p-values add up to 1, and twice the smaller is the two-sided one."""
    found = {word: compute(**{**arguments, "alternative": word}) for word in ("two-sided", "greater", "less")}
    if math.isnan(found["two-sided"].statistic):
        return
    sides = [found[word].p_value for word in ("greater", "less")]
    expect("sides", sum(sides), 1.0, eps=4, reason="the same distribution")
    expect("two-sided", 2 * min(sides), found["two-sided"].p_value, eps=4, reason="the same tail")


def one_area_agrees_with_the_limits(compute: Any, arguments: Arguments, seed: int) -> None:
    """The statistic is 0 against the area itself and falls as the value rises."""
    result = compute(**arguments)
    if result.degenerate or not 0.0 < result.auc < 1.0:
        return
    itself = compute(**{**arguments, "value": result.auc})
    scale = 1.0 / result.standard_error
    expect("itself", itself.statistic, 0.0, eps=_SUMS, scale=scale, reason="the area is rounded")
    chain = [compute(**{**arguments, "value": v}).statistic for v in (0.1, 0.3, 0.5, 0.7, 0.9)]
    falls = all(a > b for a, b in pairwise(chain))
    expect("falls", float(falls), 1.0, eps=0, reason="a larger value is less exceeded")
