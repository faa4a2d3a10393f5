"""Wrong-on-purpose sample sizes of prediction models."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from crosscheck_r.controls import Control
from validation.sample_size import (
    anticipated_r_squared,
    largest_r_squared,
    r_squared_from_auc,
    sample_size_shrinkage,
    smallest_sample_size,
)

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _nagelkerke_for_cox_snell(prevalence: float, parameters: int, **signal: Any) -> Any:
    result = smallest_sample_size(prevalence, parameters, **signal)
    scaled = min(result.r_squared / result.largest_r_squared, 0.999 * result.largest_r_squared)
    return smallest_sample_size(prevalence, parameters, r_squared=scaled)


def _optimism_on_the_plain_scale(prevalence: float, parameters: int, **signal: Any) -> Any:
    result = smallest_sample_size(prevalence, parameters, **signal)
    s = result.r_squared / (result.r_squared + 0.05)
    return _with(result, optimism=sample_size_shrinkage(parameters, result.r_squared, shrinkage=s))


def _rounded_to_nearest(prevalence: float, parameters: int, **signal: Any) -> Any:
    result = smallest_sample_size(prevalence, parameters, **signal)
    return _with(result, overall_risk=round((1.96 / 0.05) ** 2 * prevalence * (1 - prevalence)))


def _prevalence_for_the_rarer_group(prevalence: float, parameters: int, **signal: Any) -> Any:
    result = smallest_sample_size(prevalence, parameters, **signal)
    more = max(prevalence, 1 - prevalence)
    value = math.exp((-0.508 + 0.259 * math.log(more) + 0.504 * math.log(parameters) - math.log(0.05)) / 0.544)
    return _with(result, prediction_error=math.ceil(value))


def _separation_without_root_two(auc: float, prevalence: float, **options: Any) -> Any:
    from scipy.special import ndtr, ndtri

    narrower = float(ndtr(ndtri(auc) / math.sqrt(2.0)))
    return _with(anticipated_r_squared(auc, prevalence, **options), r_squared=r_squared_from_auc(narrower, prevalence))


def _share_of_the_largest(auc: float, prevalence: float, **options: Any) -> Any:
    result = anticipated_r_squared(auc, prevalence, **options)
    return _with(result, r_squared=result.r_squared / largest_r_squared(prevalence))


def _next_seed(auc: float, prevalence: float, *, seed: int, **options: Any) -> Any:
    return anticipated_r_squared(auc, prevalence, seed=seed + 1, **options)


CONTROLS: tuple[Control, ...] = (
    Control(
        "smallest_sample_size_nagelkerke", "smallest_sample_size",
        "Nagelkerke's R2 in place of Cox and Snell's.", _nagelkerke_for_cox_snell,
    ),
    Control(
        "smallest_sample_size_optimism", "smallest_sample_size",
        "Optimism of Cox and Snell's R2 in place of Nagelkerke's.", _optimism_on_the_plain_scale,
    ),
    Control(
        "smallest_sample_size_nearest", "smallest_sample_size",
        "Patients for the overall risk rounded to the nearest, not up.", _rounded_to_nearest,
    ),
    Control(
        "smallest_sample_size_larger_group", "smallest_sample_size",
        "Share of the larger group in the formula of the prediction error.", _prevalence_for_the_rarer_group,
    ),
    Control(
        "anticipated_r_squared_separation", "anticipated_r_squared",
        "Distance of the groups without the root of two.", _separation_without_root_two,
    ),
    Control(
        "anticipated_r_squared_nagelkerke", "anticipated_r_squared",
        "R2 divided by its maximum.", _share_of_the_largest,
    ),
    Control(
        "anticipated_r_squared_seed", "anticipated_r_squared",
        "A generator seeded with the next seed.", _next_seed,
    ),
)  # fmt: skip
