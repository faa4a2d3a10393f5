"""What must hold for sample sizes and power of ROC studies whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "power_and_level_close_the_circle",
    "power_closes_the_circle",
    "power_of_two_curves_of_ranks",
    "power_one_sided_is_two_sided_at_double_level",
    "power_rises_with_patients",
    "size_falls_with_effect_and_level",
    "size_is_a_square_of_a_sum",
    "size_of_doubled_patients",
    "size_of_mirrored_area",
    "size_of_two_curves_of_ranks",
]

Arguments = Mapping[str, Any]
_CLOSED = "a closed formula of functions with a few roundings each"
#: areas where R's uniroot stops are this far from the root
_UNIROOT = 6.2e-5


def size_is_a_square_of_a_sum(compute: Any, arguments: Arguments, seed: int) -> None:
    """The root of the number of cases is linear in the deviate of power: its mean over power p and 1 - p is at 1/2."""
    power = max(float(arguments["power"]), 1.0 - float(arguments["power"]))
    roots = [math.sqrt(compute(**{**arguments, "power": p}).n_cases) for p in (power, 0.5, 1.0 - power)]
    # beyond the level's own deviate the root of the square changes its sign
    if roots[0] - roots[1] < roots[1]:
        expect("mean of roots", (roots[0] + roots[2]) / 2, roots[1], eps=256, reason=_CLOSED)


def size_of_mirrored_area(compute: Any, arguments: Arguments, seed: int) -> None:
    """An area and what it lacks of 1 need the same patients; the controls follow the ratio."""
    # with less power the deviates of level and power may cancel
    plan = {**arguments, "power": max(0.5, float(arguments["power"]))}
    value, expected = compute(**{**plan, "auc": 1.0 - float(arguments["auc"])}), compute(**plan)
    # 1 - auc is rounded, and the distance from 0.5 may be a small part of it
    lost = 1.0 / abs(float(arguments["auc"]) - 0.5)
    expect("mirrored", value.n_cases, expected.n_cases, eps=32 + 8 * lost, reason="a rounded difference")
    ratio = float(arguments.get("controls_per_case", 1.0))
    expect("controls", expected.n_controls, ratio * expected.n_cases, eps=2, reason="one product")


def size_falls_with_effect_and_level(compute: Any, arguments: Arguments, seed: int) -> None:
    """A stronger marker, a one-sided test, a higher level and less power need fewer patients."""
    base = {**arguments, "auc": 0.7, "power": 0.9, "significance_level": 0.02, "alternative": "two-sided"}
    most = compute(**base).n_cases
    for change in ({"auc": 0.75}, {"alternative": "one-sided"}, {"significance_level": 0.05}, {"power": 0.8}):
        fewer = compute(**{**base, **change}).n_cases < most
        expect(f"fewer with {next(iter(change))}", float(fewer), 1.0, eps=0, reason="the formula is monotone")
    one, two = ({**base, **c} for c in ({"alternative": "one-sided", "significance_level": 0.01}, {}))
    expect("one-sided", compute(**one).n_cases, compute(**two).n_cases, eps=64, reason=_CLOSED)


def _sizes(arguments: Arguments) -> dict[str, Any]:
    return {name: arguments[name] for name in ("n_cases", "n_controls")}


def power_closes_the_circle(compute: Any, arguments: Arguments, seed: int) -> None:
    """Power at an area and a level gives the area and the level back."""
    sizes = _sizes(arguments)
    found = compute(**sizes, auc=0.7, significance_level=0.05)
    if not 0.06 < found.power < 0.999:
        return
    area = compute(**sizes, power=found.power, significance_level=0.05).auc
    eps = 2.0**20 if found.compat == "default" else _UNIROOT * 2.0**52
    expect("area", area, 0.7, eps=eps, scale=1.0, reason="a root, or where R stops before it")
    level = compute(**sizes, auc=0.7, power=found.power).significance_level
    expect("level", level, 0.05, eps=2.0**14, scale=1.0, reason="the normal tail of a rounded power near 1")


def power_rises_with_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """Twice the patients have more power, which at 0.5 is the tail of the level."""
    sizes = _sizes(arguments)
    few = compute(**sizes, auc=0.6, significance_level=0.05).power
    many = compute(**{k: 2 * v for k, v in sizes.items()}, auc=0.6, significance_level=0.05).power
    expect("more power", float(many > few or many == 1.0), 1.0, eps=0, reason="the formula is monotone")
    # without an effect the printed constants make both variances equal to 0.06 %
    null = compute(**sizes, auc=0.5, significance_level=0.05).power
    expect("no effect", null, 0.025, eps=1e-3 * 2.0**52, scale=1.0, reason="rounded constants of the formula")


def power_one_sided_is_two_sided_at_double_level(compute: Any, arguments: Arguments, seed: int) -> None:
    """A one-sided test has the power of the two-sided one at twice its level."""
    sizes = _sizes(arguments)
    one = compute(**sizes, auc=0.62, significance_level=0.025, alternative="one-sided").power
    two = compute(**sizes, auc=0.62, significance_level=0.05, alternative="two-sided").power
    expect("one-sided", one, two, eps=64, scale=1.0, reason=_CLOSED)


def _ranked(arguments: Arguments) -> dict[str, Any]:
    changed = dict(arguments)
    for name in ("y_score_1", "y_score_2"):
        changed[name] = np.unique(np.asarray(arguments[name]) + 0.0, return_inverse=True)[1].astype(np.float64)
    return changed


def size_of_two_curves_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Strictly increasing transformations of the markers change nothing; exchanged, the default needs as many."""
    value, expected = compute(**_ranked(arguments)), compute(**arguments)
    expect("ranks", value.n_cases, expected.n_cases, eps=0, reason="the same comparisons")
    exchanged = dict(arguments)
    for name in ("y_score", "direction"):
        exchanged[f"{name}_1"], exchanged[f"{name}_2"] = arguments[f"{name}_2"], arguments[f"{name}_1"]
    if expected.null_variance == "symmetric":
        expect("exchanged", compute(**exchanged).n_cases, expected.n_cases, eps=4, reason="the same difference")


def size_of_doubled_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice: the same plan, but for the divisors m - 1 and n - 1 of the variances."""
    y = np.asarray(arguments["y_true"])
    twice = {name: np.tile(np.asarray(arguments[name]), 2) for name in ("y_true", "y_score_1", "y_score_2")}
    value, expected = compute(**{**arguments, **twice}), compute(**arguments)
    least = min(int(y.sum()), int(y.size - y.sum()))
    # (2m - 1)/(2m - 2) lies between 1 and 1 + 1/(2m - 2)
    ratio = expected.n_cases / value.n_cases
    inside = 1.0 - 1e-9 <= ratio <= 1.0 + 1.0 / (2.0 * least - 2.0) + 1e-9
    if value.null_variance == "symmetric":
        expect("doubled", float(inside), 1.0, eps=0, reason="divisors of two sample variances")
    expect("ratio of the groups", value.n_controls / value.n_cases, expected.n_controls / expected.n_cases, eps=4,
           reason="two quotients")  # fmt: skip


def power_of_two_curves_of_ranks(compute: Any, arguments: Arguments, seed: int) -> None:
    """Strictly increasing transformations of the markers change nothing."""
    value, expected = compute(**_ranked(arguments)), compute(**arguments)
    for name in ("power", "significance_level"):
        expect(f"ranks: {name}", getattr(value, name), getattr(expected, name), eps=0, reason="the same comparisons")


def power_and_level_close_the_circle(compute: Any, arguments: Arguments, seed: int) -> None:
    """The level that leaves a power leaves it, and one-sided power is two-sided power at twice the level."""
    data = {k: v for k, v in arguments.items() if k not in ("power", "significance_level", "alternative")}
    found = compute(**data, significance_level=0.05)
    one = compute(**data, significance_level=0.025, alternative="one-sided").power
    expect("one-sided", one, found.power, eps=256, scale=1.0, reason=_CLOSED)
    if 1e-3 < found.power < 0.999:
        level = compute(**data, power=found.power).significance_level
        expect("level", level, 0.05, eps=2.0**14, scale=1.0, reason="the normal tail of a rounded power")
