"""What must hold for an optimism-corrected decision curve."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "apparent_is_the_decision_curve",
    "corrected_is_apparent_less_optimism",
    "corrected_without_units_of_predictors",
    "everybody_treated_has_no_optimism",
    "harm_moves_the_curve",
    "limits_are_shifted_limits_of_the_curve",
]

Arguments = Mapping[str, Any]
#: a handful of products and quotients, each rounded once
FEW = 8.0
ROUNDED = "a few operations, each rounded once"
SAME_COUNTS = "the same counts"
RESAMPLES = 25
FEWER = {"bootstraps": RESAMPLES, "level": 0.87}


def _curve(arguments: Arguments, **changes: Any) -> Any:
    from validation.decision_curve.curve import decision_curve

    chosen = ("y_true", "x", "thresholds", "level", "bootstraps", "seed", "tie_rule")
    return decision_curve(**{**{name: arguments[name] for name in chosen if name in arguments}, **changes})


def _inside(result: Any) -> tuple[Any, float]:
    """Thresholds below 1, and the largest weight of a count there."""
    t = np.asarray(result.thresholds)
    inside = t < 1.0
    return inside, float(np.max(1.0 / (1.0 - t[inside]), initial=1.0))


def apparent_is_the_decision_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Apparent net benefit and that of treating all are those of the decision curve."""
    changed = {**arguments, **FEWER, "test_harm": 0.0}
    result = compute(**changed)
    curve = _curve(changed, level=None)
    pairs = (
        (result.apparent, curve.model.net_benefit),
        (result.standardized_apparent, curve.model.standardized_net_benefit),
        (result.treat_all, curve.all.net_benefit),
    )
    inside, _ = _inside(result)
    for found, expected in pairs:
        expect("apparent", found[inside], expected[inside], eps=0, reason="both correctly rounded")


def corrected_is_apparent_less_optimism(compute: Any, arguments: Arguments, seed: int) -> None:
    """Corrected and apparent net benefit differ by the optimism, and units follow from the corrected one."""
    result = compute(**{**arguments, **FEWER})
    inside, scale = _inside(result)
    t = np.asarray(result.thresholds)
    less = (result.apparent - result.optimism)[inside]
    expect("corrected", result.corrected[inside], less, eps=FEW, scale=scale, reason=ROUNDED)
    share = float(np.mean(np.asarray(arguments["y_true"])))
    units = result.corrected[inside] / share
    expect("standardized", result.standardized_corrected[inside], units, eps=FEW, scale=scale / share, reason=ROUNDED)
    within = inside & (t > 0.0)
    gained = 100.0 * (result.corrected - result.treat_all)[within]
    avoided = result.interventions_avoided[within] * t[within] / (1.0 - t[within])
    expect("avoided", avoided, gained, eps=FEW, scale=100.0 * scale, reason=ROUNDED)


def everybody_treated_has_no_optimism(compute: Any, arguments: Arguments, seed: int) -> None:
    """At threshold 0 everybody is treated, and the optimism is what the resamples have too many cases, on average."""
    from validation.r_random import RRandom

    result = compute(**{**arguments, **FEWER, "thresholds": [0.0], "tie_rule": "at-or-above"})
    y = np.asarray(arguments["y_true"]).astype(np.int64)
    generator = RRandom(arguments["seed"])
    drawn = [int(y[generator.sample_int(y.size, y.size, True)].sum()) for _ in range(RESAMPLES)]
    usable = [cases for cases in drawn if 0 < cases < y.size]
    excess = sum(usable) - len(usable) * int(y.sum())
    expect("optimism", result.optimism, [excess / (len(usable) * y.size)], eps=0, reason="whole numbers, divided once")


def harm_moves_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Harm is taken from net benefit and limits as it is; optimism and treating all do not bear it."""
    harm = 0.015625
    without, harmed = (compute(**{**arguments, **FEWER, "test_harm": value}) for value in (0.0, harm))
    inside, scale = _inside(without)
    for name in ("apparent", "corrected", "corrected_lower", "corrected_upper"):
        moved = getattr(without, name)[inside] - harm
        expect(name, getattr(harmed, name)[inside], moved, eps=FEW, scale=scale, reason=ROUNDED)
    for name in ("optimism", "treat_all"):
        expect(name, getattr(harmed, name)[inside], getattr(without, name)[inside], eps=0, reason="no harm in it")


def limits_are_shifted_limits_of_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits are those of the decision curve from the same seed, less optimism."""
    changed = {**arguments, **FEWER, "test_harm": 0.0}
    result = compute(**changed)
    inside, scale = _inside(result)
    low, high = _curve(changed).model.limits("net_benefit")
    for found, limit in ((result.corrected_lower, low), (result.corrected_upper, high)):
        shifted = (limit - result.optimism)[inside]
        expect("limit", found[inside], shifted, eps=FEW, scale=scale, reason=ROUNDED)


def corrected_without_units_of_predictors(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictors measured in units twice, four times ... as large predict the same risks."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    inside, _ = _inside(result := compute(**{**arguments, **FEWER}))
    changed = compute(**{**arguments, **FEWER, "x": x / np.exp2(1 + np.arange(x.shape[1]))})
    for name in ("apparent", "optimism", "corrected", "corrected_lower", "corrected_upper"):
        expect(name, getattr(changed, name)[inside], getattr(result, name)[inside], eps=0, reason=SAME_COUNTS)
