"""Wrong-on-purpose plans from binormal parameters."""

from __future__ import annotations

import dataclasses
from typing import Any

from crosscheck_r.controls import Control
from validation.roc import binormal_sample_size
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]


def _independent_parameters(*curves: float, **options: Any) -> Any:
    return binormal_sample_size(*curves, **{**options, "null_variance": "symmetric"}, compat=PROC)


def _uncorrelated(*curves: float, **options: Any) -> Any:
    return binormal_sample_size(*curves, **{**options, "correlation_cases": 0.0, "correlation_controls": 0.0})


def _groups_exchanged(*curves: float, **options: Any) -> Any:
    turned = {
        "correlation_cases": options["correlation_controls"],
        "correlation_controls": options["correlation_cases"],
    }
    return binormal_sample_size(*curves, **{**options, **turned})


def _ratio_upside_down(*curves: float, **options: Any) -> Any:
    ratio = options.get("controls_per_case", 1.0)
    result = binormal_sample_size(*curves, **{**options, "controls_per_case": 1.0 / ratio})
    return dataclasses.replace(result, n_controls=result.n_cases * ratio)


def _symmetric(*curves: float, **options: Any) -> Any:
    return binormal_sample_size(*curves, **{**options, "null_variance": "symmetric"})


_B = "binormal_sample_size"

CONTROLS: tuple[Control, ...] = (
    Control(f"{_B}_independent", _B, "takes the estimates of a and b for independent", _independent_parameters),
    Control(f"{_B}_uncorrelated", _B, "forgets the correlations", _uncorrelated),
    Control(f"{_B}_groups_exchanged", _B, "exchanges the correlations of cases and controls", _groups_exchanged),
    Control(f"{_B}_ratio", _B, "divides where the ratio of the groups multiplies", _ratio_upside_down),
    Control(f"{_B}_symmetric", _B, "has one null variance for both curves where pROC has not", _symmetric, PROC),
)
