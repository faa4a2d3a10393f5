"""What must hold for plans from binormal parameters whatever R says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "binormal_curves_exchanged",
    "binormal_size_is_linear_in_deviates",
    "binormal_variance_of_simulated_areas",
]

Arguments = Mapping[str, Any]
_STUDIES, _PATIENTS = 3000, 150
#: five standard errors of a variance of 3000 numbers, and what 150 patients are from the limit of many
_SIMULATED = 5 * math.sqrt(2 / _STUDIES) + 0.05


def binormal_curves_exchanged(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged curves need the same patients; the controls follow the ratio."""
    exchanged = dict(arguments)
    for name in ("a", "b"):
        exchanged[f"{name}_1"], exchanged[f"{name}_2"] = arguments[f"{name}_2"], arguments[f"{name}_1"]
    expected = compute(**arguments)
    if expected.null_variance == "symmetric":
        expect("exchanged", compute(**exchanged).n_cases, expected.n_cases, eps=4096, reason="terms in another order")
    ratio = float(arguments.get("controls_per_case", 1.0))
    expect("controls", expected.n_controls, ratio * expected.n_cases, eps=2, reason="one product")


def binormal_size_is_linear_in_deviates(compute: Any, arguments: Arguments, seed: int) -> None:
    """The root of the number of cases is linear in the deviate of power: its mean over power p and 1 - p is at 1/2."""
    roots = [math.sqrt(compute(**{**arguments, "power": p}).n_cases) for p in (0.7, 0.5, 0.3)]
    expect("mean of roots", (roots[0] + roots[2]) / 2, roots[1], eps=256, reason="a closed formula")


def _simulated(a: float, b: float, ratio: float, generator: np.random.Generator) -> float:
    """Variance per case of the area estimated from normal samples."""
    controls = max(20, round(_PATIENTS * ratio))
    cases = generator.normal(a, 1.0, size=(_STUDIES, _PATIENTS))
    others = generator.normal(0.0, b, size=(_STUDIES, controls))
    z = (cases.mean(axis=1) - others.mean(axis=1)) / np.sqrt(cases.var(axis=1) + others.var(axis=1))
    areas = [NormalDist().cdf(value) for value in z.tolist()]
    return float(np.var(areas)) * _PATIENTS


def binormal_variance_of_simulated_areas(compute: Any, arguments: Arguments, seed: int) -> None:
    """Uncorrelated curves need as many cases as the variances of simulated areas say."""
    plan = {**arguments, "correlation_cases": 0.0, "correlation_controls": 0.0, "alternative": "two-sided"}
    found = compute(**plan)
    if found.compat != "default" or found.null_variance != "symmetric":
        return
    ratio = float(arguments.get("controls_per_case", 1.0))
    generator = np.random.default_rng(seed)
    total = sum(_simulated(plan[f"a_{i}"], plan[f"b_{i}"], ratio, generator) for i in (1, 2))
    deviates = NormalDist().inv_cdf(1 - found.significance_level / 2) + NormalDist().inv_cdf(found.power)
    expected = total * (deviates / (found.auc_1 - found.auc_2)) ** 2
    expect("simulated", found.n_cases / expected, 1.0, eps=_SIMULATED * 2.0**52, reason="chance of the simulation")
