"""What must hold for a decision curve with censored follow-up."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "censoring_after_the_horizon_is_nothing",
    "complete_follow_up_is_the_decision_curve",
    "limits_in_order",
    "measures_follow_from_probabilities",
    "patients_in_any_order_or_twice",
    "probabilities_of_all_events_add_up",
    "units_of_time",
]

Arguments = Mapping[str, Any]
#: a handful of products and quotients, each rounded once
FEW = 8.0
ROUNDED = "a few operations, each rounded once"
NAMES = ("net_benefit", "standardized_net_benefit", "interventions_avoided", "treat_all")


def _points(compute: Any, arguments: Arguments, **changes: Any) -> Any:
    return compute(**{**arguments, "level": None, **changes})


def _product(arguments: Arguments) -> float:
    """Rounding errors of a product over the times of events, in eps."""
    return FEW + float(np.unique(np.asarray(arguments["time"])).size)


def complete_follow_up_is_the_decision_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Where everybody is observed until the horizon, the curve is that of the outcome by the horizon."""
    from validation.decision_curve.curve import decision_curve

    time, event = np.asarray(arguments["time"], dtype=np.float64), np.asarray(arguments["event"])
    horizon = float(arguments["horizon"])
    happened = (event > 0) & (time <= horizon)
    complete = np.where(happened, time, horizon + 1.0)
    result = _points(compute, arguments, time=complete)
    y = (happened & (event == 1)).astype(np.int8)
    curve = decision_curve(
        y, y_proba=arguments["y_proba"], thresholds=result.thresholds, tie_rule=result.tie_rule, level=None
    )
    inside = np.asarray(result.thresholds) < 1.0
    scale = float(np.max(1.0 / (1.0 - np.asarray(result.thresholds)[inside]), initial=1.0))
    pairs = (
        (result.net_benefit + result.test_harm, curve.model.net_benefit),
        (result.treat_all, curve.all.net_benefit),
        (result.detection_probability, curve.model.detection_probability),
        (result.proportion_high_risk, curve.model.proportion_high_risk),
    )
    for found, expected in pairs:
        reason = "a product over the times of events"
        expect("curve", found[inside], expected[inside], eps=_product(arguments), scale=scale, reason=reason)


def probabilities_of_all_events_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """With its event and the competing ones exchanged, probabilities add up to that of any event."""
    event = np.asarray(arguments["event"]).copy()
    time = np.asarray(arguments["time"])
    # somebody must have each kind of event by the horizon
    early = np.flatnonzero((event > 0) & (time <= arguments["horizon"]))
    event[early[::2]], event[early[1::2]] = 1, 2
    exchanged, every = np.where(event > 0, 3 - event, 0), np.minimum(event, 1)
    one, other, both = (_points(compute, arguments, event=kind) for kind in (event, exchanged, every))
    eps = _product(arguments)
    some = one.n_high > 0
    total = one.event_probability + other.event_probability
    expect("added", total[some], both.event_probability[some], eps=eps, scale=1.0, reason="sums over times of events")
    expect("overall", one.probability + other.probability, both.probability, eps=eps, scale=1.0, reason="the same")


def censoring_after_the_horizon_is_nothing(compute: Any, arguments: Arguments, seed: int) -> None:
    """What happens after the horizon does not matter."""
    time, horizon = np.asarray(arguments["time"], dtype=np.float64), float(arguments["horizon"])
    later = np.where(time > horizon, horizon * (2.0 + np.arange(time.size) % 3), time)
    event = np.where(time > horizon, np.arange(time.size) % 3, np.asarray(arguments["event"]))
    one, other = _points(compute, arguments), _points(compute, arguments, time=later, event=event)
    for name in (*NAMES, "event_probability"):
        expect(name, getattr(other, name), getattr(one, name), eps=0, reason="the same follow-up")


def patients_in_any_order_or_twice(compute: Any, arguments: Arguments, seed: int) -> None:
    """Neither the order of the patients nor each of them twice changes the curve."""
    n = len(arguments["time"])
    one = _points(compute, arguments)
    for what, rows in (("order", np.random.default_rng(seed).permutation(n)), ("twice", np.tile(np.arange(n), 2))):
        changed = {name: np.asarray(arguments[name])[rows] for name in ("time", "event", "y_proba")}
        other = _points(compute, arguments, **changed)
        for name in (*NAMES, "event_probability"):
            found, expected = getattr(other, name), getattr(one, name)
            expect(f"{what}: {name}", found, expected, eps=0 if what == "order" else FEW, reason="the same proportions")


def units_of_time(compute: Any, arguments: Arguments, seed: int) -> None:
    """Times and horizon in other units (a power of two) leave the curve."""
    time, horizon = np.asarray(arguments["time"], dtype=np.float64), float(arguments["horizon"])
    one, other = _points(compute, arguments), _points(compute, arguments, time=time / 16.0, horizon=horizon / 16.0)
    for name in NAMES:
        expect(name, getattr(other, name), getattr(one, name), eps=0, reason="the same order of times")


def measures_follow_from_probabilities(compute: Any, arguments: Arguments, seed: int) -> None:
    """Net benefit and its units follow from the share at high risk, their probability and the harm."""
    harm = 0.015625
    result = _points(compute, arguments, test_harm=harm)
    t = np.asarray(result.thresholds)
    inside = (t > 0.0) & (t < 1.0)
    t, odds = t[inside], t[inside] / (1.0 - t[inside])
    share, overall = result.proportion_high_risk[inside], result.probability
    probability = np.where(result.n_high > 0, result.event_probability, 0.0)[inside]
    benefit = share * (probability - odds * (1.0 - probability)) - harm
    everybody = overall - odds * (1.0 - overall)
    scale = float(np.max(1.0 + odds, initial=1.0))
    expect("benefit", result.net_benefit[inside], benefit, eps=FEW, scale=scale, reason=ROUNDED)
    expect("all", result.treat_all[inside], everybody, eps=FEW, scale=scale, reason=ROUNDED)
    expect("detected", result.detection_probability[inside], share * probability, eps=FEW, scale=1.0, reason=ROUNDED)
    units = benefit / overall
    expect("unit", result.standardized_net_benefit[inside], units, eps=FEW, scale=scale / overall, reason=ROUNDED)
    gained = 100.0 * (benefit - everybody)
    avoided = result.interventions_avoided[inside] * odds
    expect("avoided", avoided, gained, eps=FEW, scale=100.0 * scale, reason=ROUNDED)


def limits_in_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """Lower limits are below upper ones, a wider level encloses, and the same seed gives the same limits."""
    narrow, wide = (compute(**{**arguments, "bootstraps": 15, "level": level}) for level in (0.5, 0.9))
    again = compute(**{**arguments, "bootstraps": 15, "level": 0.9})
    for name in NAMES:
        chain = [getattr(wide, f"{name}_lower"), getattr(narrow, f"{name}_lower")]
        chain += [getattr(narrow, f"{name}_upper"), getattr(wide, f"{name}_upper")]
        for low, high in itertools.pairwise(chain):
            expect(name, low > high, np.zeros(low.size), eps=0, reason="order statistics")
        expect(f"{name} again", getattr(again, f"{name}_lower"), chain[0], eps=0, reason="the same draws")
