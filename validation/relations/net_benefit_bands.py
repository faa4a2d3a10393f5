"""What must hold for simultaneous bands of decision curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "band_is_no_narrower_over_more_thresholds",
    "estimate_is_that_of_the_curves",
    "harm_moves_the_band",
    "models_exchanged_mirror_the_band",
    "one_threshold_needs_the_pointwise_value",
    "pointwise_limits_are_those_of_the_curve",
]

Arguments = Mapping[str, Any]
#: a handful of products and quotients, each rounded once
FEW = 16.0
ROUNDED = "a few operations, each rounded once"
FEWER = {"bootstraps": 40, "level": 0.87}


def _curve(arguments: Arguments, name: str, **changes: Any) -> Any:
    from validation.decision_curve.curve import decision_curve

    values = arguments["risks"][name]
    given: dict[str, Any] = {("x" if np.ndim(values) == 2 else "y_proba"): {name: values}}
    chosen = ("y_true", "thresholds", "level", "bootstraps", "seed", "tie_rule")
    parts = {key: arguments[key] for key in chosen if key in arguments}
    return decision_curve(**{**parts, **given, **changes})


def _scale(result: Any) -> float:
    return float(np.max(1.0 / (1.0 - np.asarray(result.thresholds))))


def estimate_is_that_of_the_curves(compute: Any, arguments: Arguments, seed: int) -> None:
    """The estimate is the model's net benefit less that of its reference."""
    result = compute(**{**arguments, **FEWER})
    names = list(arguments["risks"])
    curve = _curve(arguments, names[0], level=None)
    of_reference = {"none": curve.none, "all": curve.all}
    other = _curve(arguments, names[1], level=None).model if len(names) > 1 else of_reference[result.reference]
    gained = curve.model.net_benefit - other.net_benefit - result.test_harm
    expect("estimate", result.estimate, gained, eps=FEW, scale=_scale(result), reason=ROUNDED)


def pointwise_limits_are_those_of_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Over treating none, pointwise limits are those of the decision curve from the same seed."""
    name = next(iter(arguments["risks"]))
    changed = {**arguments, **FEWER, "risks": {name: arguments["risks"][name]}, "reference": "none", "test_harm": 0.0}
    result = compute(**changed)
    limits = _curve(changed, name).model.limits("net_benefit")
    for found, expected in zip((result.pointwise_lower, result.pointwise_upper), limits, strict=True):
        expect("limit", found, expected, eps=FEW, scale=_scale(result), reason=ROUNDED)


def band_is_no_narrower_over_more_thresholds(compute: Any, arguments: Arguments, seed: int) -> None:
    """A band over fewer thresholds is not wider, and a higher level encloses."""
    t = np.asarray(arguments["thresholds"])
    whole, part = (compute(**{**arguments, **FEWER, "thresholds": grid}) for grid in (t, t[::2]))
    expect("narrower", part.critical_value > whole.critical_value, False, eps=0, reason="a maximum over fewer")
    expect("the same error", part.standard_error, whole.standard_error[::2], eps=0, reason="the same resamples")
    wide = compute(**{**arguments, **FEWER, "level": 0.95})
    outside = (wide.lower > whole.lower) | (wide.upper < whole.upper)
    expect("encloses", outside, np.zeros(outside.size), eps=0, reason="order statistics")


def one_threshold_needs_the_pointwise_value(compute: Any, arguments: Arguments, seed: int) -> None:
    """At one threshold the half-width is the order statistic of the distances of the resamples from the estimate."""
    from validation.r_random import RRandom

    y, names = np.asarray(arguments["y_true"]), list(arguments["risks"])
    risks = [np.asarray(arguments["risks"][name], dtype=np.float64) for name in names]
    t = float(np.asarray(arguments["thresholds"])[len(arguments["thresholds"]) // 3])
    changes = {"thresholds": [t], "bootstraps": 40, "level": 0.8, "tie_rule": "at-or-above"}
    result = compute(**{**arguments, **changes})
    treated = (risks[0] >= t).astype(float) - ((risks[1] >= t) if len(names) > 1 else result.reference == "all")
    worth = treated * np.where(y == 1, 1.0, -t / (1.0 - t))
    generator = RRandom(arguments["seed"])
    drawn = np.array([worth[generator.sample_int(y.size, y.size, True)].mean() for _ in range(40)])
    distance = np.sort(np.abs(drawn - worth.mean()))[31]
    half = (result.upper - result.lower) / 2.0
    many = FEW * np.sqrt(y.size)
    expect("half width", half, [distance], eps=many, scale=_scale(result), reason="means of n numbers")
    spread = [drawn.std(ddof=1)]
    expect("error", result.standard_error, spread, eps=many, scale=_scale(result), reason="means of n numbers")


def models_exchanged_mirror_the_band(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged models have the opposite band."""
    name, values = next(iter(arguments["risks"].items()))
    other = np.asarray(values)[::-1].copy() if len(arguments["risks"]) < 2 else list(arguments["risks"].values())[1]
    risks = {name: values, "the other": other}
    changed = {**arguments, **FEWER, "reference": "none", "test_harm": 0.0}
    one = compute(**{**changed, "risks": risks})
    two = compute(**{**changed, "risks": dict(reversed(list(risks.items())))})
    for found, mirrored in ((two.lower, -one.upper), (two.upper, -one.lower), (two.estimate, -one.estimate)):
        expect("band", found, mirrored, eps=0, reason="the same resamples")


def harm_moves_the_band(compute: Any, arguments: Arguments, seed: int) -> None:
    """Harm is taken from estimate and band as it is."""
    harm = 0.015625
    without, harmed = (compute(**{**arguments, **FEWER, "test_harm": value}) for value in (0.0, harm))
    for name in ("estimate", "lower", "upper", "pointwise_lower", "pointwise_upper"):
        moved = getattr(without, name) - harm
        expect(name, getattr(harmed, name), moved, eps=FEW, scale=_scale(without), reason=ROUNDED)
    expect("critical value", harmed.critical_value, without.critical_value, eps=0, reason="harm does not vary")
