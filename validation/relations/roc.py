"""What must hold for ROC statistics whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "auc_doubling",
    "auc_equals_u_statistic",
    "auc_increasing_transform",
    "auc_outcome_swap",
    "auc_patient_order",
    "curve_increasing_transform",
    "curve_outcome_swap",
    "curve_patient_order",
    "curve_thresholds_classify",
    "cutoff_increasing_transform",
    "cutoff_is_maximal",
    "cutoff_patient_order",
    "test_adds_up",
    "test_exchange",
    "test_of_itself",
    "test_patient_order",
]

Arguments = Mapping[str, Any]
#: sums in another order, and one quotient or root: a few units of the last place
SUMS = 8.0
SUMMED = "sums in another order are rounded differently"


def _shuffled(arguments: Arguments, seed: int) -> dict[str, Any]:
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    return {k: np.asarray(v)[order] if k.startswith("y_") else v for k, v in arguments.items()}


def _ranks(values: Any) -> Any:
    return np.unique(np.asarray(values), return_inverse=True)[1].astype(np.float64)


def _opposite(direction: str) -> str:
    return "lower" if direction == "higher" else "higher"


def _swapped(arguments: Arguments) -> dict[str, Any]:
    changed = dict(arguments)
    changed["y_true"] = 1 - np.asarray(arguments["y_true"])
    changed["direction"] = _opposite(str(arguments.get("direction", "higher")))
    return changed


def _same(name: str, value: Any, expected: Any, names: tuple[str, ...]) -> None:
    for quantity in names:
        expect(
            f"{name}: {quantity}",
            getattr(value, quantity),
            getattr(expected, quantity),
            eps=SUMS,
            scale=1.0,
            reason=SUMMED,
        )


def curve_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    _same("order", compute(**_shuffled(arguments, seed)), compute(**arguments), ("sensitivity", "specificity"))


def curve_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping the outcome and the direction exchanges sensitivity and specificity and reverses the curve."""
    curve, swapped = compute(**arguments), compute(**_swapped(arguments))
    expect("swap", swapped.sensitivity, curve.specificity[::-1], eps=0, reason="integer ratios")
    expect("swap", swapped.specificity, curve.sensitivity[::-1], eps=0, reason="integer ratios")


def curve_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score leaves all points."""
    changed = compute(**{**arguments, "y_score": _ranks(arguments["y_score"])})
    _same("ranks", changed, compute(**arguments), ("sensitivity", "specificity"))


def curve_thresholds_classify(compute: Any, arguments: Arguments, seed: int) -> None:
    """Calling positive what is at or beyond each threshold gives the sensitivity and specificity of its point."""
    curve = compute(**arguments)
    sign = 1.0 if arguments.get("direction", "higher") == "higher" else -1.0
    y, x = np.asarray(arguments["y_true"]), sign * np.asarray(arguments["y_score"], dtype=np.float64)
    for group, rates, name in ((1, curve.sensitivity, "sensitivity"), (0, 1.0 - curve.specificity, "specificity")):
        values = np.sort(x[y == group])
        positive = values.size - np.searchsorted(values, sign * np.asarray(curve.thresholds), side="left")
        expect(f"thresholds: {name}", rates, positive / values.size, eps=SUMS, scale=1.0, reason="1 - specificity")


_AUC = ("auc", "variance", "lower", "upper")


def auc_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    _same("order", compute(**_shuffled(arguments, seed)), compute(**arguments), _AUC)


def auc_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score changes nothing."""
    _same("ranks", compute(**{**arguments, "y_score": _ranks(arguments["y_score"])}), compute(**arguments), _AUC)


def auc_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Swapping the outcome and the direction changes nothing."""
    _same("swap", compute(**_swapped(arguments)), compute(**arguments), _AUC)


def auc_equals_u_statistic(compute: Any, arguments: Arguments, seed: int) -> None:
    """AUC is the share of won pairs, ties half; limits enclose it within [0, 1]."""
    result = compute(**arguments)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"])
    sign = 1 if arguments.get("direction", "higher") == "higher" else -1
    a, b = sign * x[y == 1][:, None], sign * x[y == 0][None, :]
    pairs = ((a > b).sum() + 0.5 * (a == b).sum()) / a.size / b.size
    expect("U", result.auc, pairs, eps=SUMS, scale=1.0, reason=SUMMED)
    if not np.isnan(result.lower):
        inside = 0.0 <= result.lower <= result.auc + 1e-15 and result.auc - 1e-15 <= result.upper <= 1.0
        expect("limits enclose the area within [0, 1]", float(inside), 1.0, eps=0, reason="definition")


def auc_doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice leaves the area; the variance is that of 2m and 2n patients."""
    once = compute(**arguments)
    twice = compute(**{k: np.tile(np.asarray(v), 2) if k.startswith("y_") else v for k, v in arguments.items()})
    expect("doubling: auc", twice.auc, once.auc, eps=SUMS, scale=1.0, reason=SUMMED)
    expect(
        "doubling shrinks the variance to between a third and a half",
        float(np.isnan(once.variance) or 0.0 <= twice.variance <= once.variance / 2 * (1 + 1e-12)),
        1.0,
        eps=0,
        reason="divisors 2(2m - 1) against m - 1",
    )


_CUTOFF = ("sensitivity", "specificity")


def cutoff_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    _same("order", compute(**_shuffled(arguments, seed)), compute(**arguments), (*_CUTOFF, "threshold"))


def cutoff_increasing_transform(compute: Any, arguments: Arguments, seed: int) -> None:
    """A strictly increasing transformation of the score leaves the rates at the optimum."""
    _same("ranks", compute(**{**arguments, "y_score": _ranks(arguments["y_score"])}), compute(**arguments), _CUTOFF)


def cutoff_is_maximal(compute: Any, arguments: Arguments, seed: int) -> None:
    """No threshold has a larger Youden index, and the rates are those that the threshold really gives."""
    best = compute(**arguments)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"])
    sign = 1.0 if arguments.get("direction", "higher") == "higher" else -1.0
    for threshold, sensitivity, specificity in zip(best.threshold, best.sensitivity, best.specificity, strict=True):
        positive = sign * x >= sign * threshold
        expect("rate", sensitivity, positive[y == 1].mean(), eps=SUMS, scale=1.0, reason=SUMMED)
        expect("rate", specificity, 1 - positive[y == 0].mean(), eps=SUMS, scale=1.0, reason=SUMMED)
    largest = max((sign * x >= sign * t)[y == 1].mean() - (sign * x >= sign * t)[y == 0].mean() for t in np.unique(x))
    reached = best.sensitivity + best.specificity - 1.0
    expect("maximum", reached, np.full(reached.shape, max(largest, 0.0)), eps=SUMS, scale=1.0, reason=SUMMED)


def test_exchange(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanging the markers changes the sign of the difference and leaves the p-value."""
    result = compute(**arguments)
    exchanged = {
        **arguments,
        "y_score_1": arguments["y_score_2"],
        "y_score_2": arguments["y_score_1"],
        "direction_1": arguments["direction_2"],
        "direction_2": arguments["direction_1"],
    }
    other = compute(**exchanged)
    expect(
        "exchange: statistic", other.statistic, -result.statistic, eps=64, scale=1.0, reason="quotient of differences"
    )
    expect("exchange: p-value", other.p_value, result.p_value, eps=64, scale=1.0, reason="through the statistic")
    expect("exchange: lower", other.lower, -result.upper, eps=SUMS, scale=1.0, reason=SUMMED)


def test_adds_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """The limits surround the difference, and its variance is that of both areas less twice their covariance.

    Beside a constant score, whose area has no variance, the variance of the difference is that of the other area.
    """
    result = compute(**arguments)
    difference = result.auc_1 - result.auc_2
    if np.isfinite(result.lower):
        expect(
            "middle of the limits", (result.lower + result.upper) / 2, difference, eps=SUMS, scale=1.0, reason=SUMMED
        )
    if np.isfinite(result.statistic) and abs(difference) > 1e-12:
        expect("sign", np.sign(result.statistic), np.sign(difference), eps=0, reason="definition")
    constant = np.zeros(len(arguments["y_true"]))
    alone = [
        compute(
            **{**arguments, "y_score_1": arguments[f"y_score_{i}"], "direction_1": arguments[f"direction_{i}"]}
            | {"y_score_2": constant}
        ).standard_error
        for i in (1, 2)
    ]
    expected = alone[0] ** 2 + alone[1] ** 2 - 2 * result.covariance
    if np.isfinite(result.standard_error):
        scale = alone[0] ** 2 + alone[1] ** 2
        expect("variance", result.standard_error**2, expected, eps=64, scale=scale, reason="sum of three rounded terms")


def test_patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant."""
    result, other = compute(**arguments), compute(**_shuffled(arguments, seed))
    expect("order: p-value", other.p_value, result.p_value, eps=64, scale=1.0, reason="quotient of differences")
    expect("order: lower", other.lower, result.lower, eps=SUMS, scale=1.0, reason=SUMMED)


def test_of_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """A marker against itself has difference 0 and p-value 1."""
    same = {**arguments, "y_score_2": arguments["y_score_1"], "direction_2": arguments["direction_1"]}
    result = compute(**same)
    expect("itself: difference", result.auc_1 - result.auc_2, 0.0, eps=0, scale=1.0, reason="the same numbers")
    expect("itself: p-value", result.p_value, 1.0, eps=0, reason="statistic 0")
