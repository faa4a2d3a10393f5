"""What must hold for sample sizes of prediction models whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from validation.relations import expect

__all__ = [
    "area_stands_for_its_r_squared",
    "chance_has_no_signal",
    "larger_area_larger_signal",
    "more_parameters_need_no_fewer",
    "outcome_and_its_complement",
    "signal_of_the_complement",
    "simulation_finds_the_quadrature",
    "whole_is_the_largest_criterion",
]

Arguments = Mapping[str, Any]
_CRITERIA = ("shrinkage", "optimism", "prediction_error", "overall_risk")


def outcome_and_its_complement(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the patients without the event as events changes no criterion."""
    one = compute(**arguments)
    two = compute(**{**arguments, "prevalence": 1.0 - float(arguments["prevalence"])})
    for name in (*_CRITERIA, "n"):
        # 1 - f is rounded, which can cost one patient of a count that is nearly whole
        off = abs(getattr(one, name) - getattr(two, name)) > 1
        expect(f"complement: {name}", float(off), 0.0, eps=0, reason="symmetric formulas")
    expect("largest R2", two.largest_r_squared, one.largest_r_squared, eps=16, reason="two logarithms")


def more_parameters_need_no_fewer(compute: Any, arguments: Arguments, seed: int) -> None:
    """Twice the candidate parameters need twice the patients against overfitting, and no fewer for any other."""
    one, two = compute(**arguments), compute(**{**arguments, "parameters": 2 * arguments["parameters"]})
    for name in ("shrinkage", "optimism"):
        inside = 2 * getattr(one, name) - 2 <= getattr(two, name) <= 2 * getattr(one, name)
        expect(f"twice the parameters: {name}", float(inside), 1.0, eps=0, reason="linear before rounding up")
    expect("overall risk", two.overall_risk, one.overall_risk, eps=0, reason="parameters do not enter")
    ratio = two.prediction_error / one.prediction_error
    wanted = 2.0 ** (0.504 / 0.544)
    inside = abs(ratio / wanted - 1) <= 2.0 / one.prediction_error
    expect("prediction error", float(inside), 1.0, eps=0, reason="a power of the parameters before rounding up")


def area_stands_for_its_r_squared(compute: Any, arguments: Arguments, seed: int) -> None:
    """The R2 of a result, passed in place of what it came from, gives the same result."""
    one = compute(**arguments)
    rest = {key: value for key, value in arguments.items() if key not in ("auc", "r_squared")}
    two = compute(**rest, r_squared=one.r_squared)
    for name in (*_CRITERIA, "n", "events", "r_squared"):
        expect(f"R2 in place of an area: {name}", getattr(two, name), getattr(one, name), eps=0, reason="same formulas")


def whole_is_the_largest_criterion(compute: Any, arguments: Arguments, seed: int) -> None:
    """The sample size is the largest of the criteria; its events are their share, rounded up."""
    found = compute(**arguments)
    expect("n", found.n, max(getattr(found, name) for name in _CRITERIA), eps=0, reason="a maximum")
    share = found.n * float(arguments["prevalence"])
    expect("events", found.events, math.ceil(share * (1 - 1e-12)), eps=0, reason="a product")


def signal_of_the_complement(compute: Any, arguments: Arguments, seed: int) -> None:
    """R2 does not care which group is called the event."""
    one = compute(**arguments)
    two = compute(**{**arguments, "prevalence": 1.0 - float(arguments["prevalence"])})
    expect("R2 of the complement", two.r_squared, one.r_squared, eps=64, scale=1.0, reason="a quadrature of 201 terms")


def chance_has_no_signal(compute: Any, arguments: Arguments, seed: int) -> None:
    """An area of one half goes with an R2 of 0; a simulation finds no more than its noise."""
    found = compute(**{**arguments, "auc": 0.5})
    expect("R2 of chance", found.r_squared, 0.0, eps=8, scale=1.0, reason="two equal expectations")
    # the likelihood ratio of one parameter exceeds 40 once in 4e9 seeds
    expect("simulated chance", float(0 <= found.simulated <= 40 / found.draws), 1.0, eps=0, reason="noise of one term")


def simulation_finds_the_quadrature(compute: Any, arguments: Arguments, seed: int) -> None:
    """The simulated R2 lies within its noise of that of the quadrature."""
    found = compute(**arguments)
    # the log-likelihood of a patient varies by less than 1 about its mean
    off = abs(found.simulated - found.r_squared) * math.sqrt(found.draws)
    expect("simulation", float(off < 6), 1.0, eps=0, reason="six standard errors")


def larger_area_larger_signal(compute: Any, arguments: Arguments, seed: int) -> None:
    """R2 rises with the area and stays below its maximum."""
    areas = (0.55, 0.65, 0.75, 0.85, 0.95)
    found = [compute(**{**arguments, "auc": area, "draws": 100}).r_squared for area in areas]
    expect("R2 rises", float(found == sorted(found)), 1.0, eps=0, reason="an increasing function")
    f = float(arguments["prevalence"])
    most = -math.expm1(2 * (f * math.log(f) + (1 - f) * math.log1p(-f)))
    expect("below the maximum", float(found[0] > 0 and found[-1] < most), 1.0, eps=0, reason="Nagelkerke's bound")
