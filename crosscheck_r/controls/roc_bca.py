"""Wrong-on-purpose BCa intervals of the area."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import pnorm, qnorm, quantile_type7
from validation.roc import auc_bca
from validation.roc.placements import place

__all__ = ["CONTROLS"]


def _again(result: Any, bias: float, acceleration: float) -> Any:
    """Limits from other corrections."""
    z = qnorm((1 - result.level) / 2)
    found = [pnorm(bias + (bias + q) / (1 - acceleration * (bias + q))) for q in (z, -z)]
    low, high = quantile_type7(result.replicates, found).tolist()
    return dataclasses.replace(
        result, lower=low, upper=high, bias_correction=bias, acceleration=acceleration, lower_probability=found[0],
        upper_probability=found[1],
    )  # fmt: skip


def _percentile(**arguments: Any) -> Any:
    return _again(auc_bca(**arguments), 0.0, 0.0)


def _without_acceleration(**arguments: Any) -> Any:
    result = auc_bca(**arguments)
    return _again(result, result.bias_correction, 0.0)


def _wrong_sign(**arguments: Any) -> Any:
    result = auc_bca(**arguments)
    return _again(result, result.bias_correction, -result.acceleration)


def _ties_dropped(**arguments: Any) -> Any:
    result = auc_bca(**arguments)
    share = float(np.mean(result.replicates < result.auc))
    return _again(result, qnorm(min(max(share, 1e-9), 1 - 1e-9)), result.acceleration)


def _sizes_for_sizes_less_one(**arguments: Any) -> Any:
    """Influences divided by m and n, not by m - 1 and n - 1."""
    result = auc_bca(**arguments)
    placed = place(np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"], float), arguments["direction"])
    pulls = [(p / p.mean() - 1) / p.size for p in (placed.cases, placed.controls)]
    every = np.concatenate(pulls)
    return _again(result, result.bias_correction, float((every**3).sum() / (6 * (every**2).sum() ** 1.5)))


def _one_resample_more(**arguments: Any) -> Any:
    return auc_bca(**{**arguments, "bootstraps": arguments["bootstraps"] + 1})


def _control(mistake: str, wrong: str, compute: Any) -> Control:
    return Control(f"auc_bca_{mistake}", "auc_bca", wrong, compute)


CONTROLS: tuple[Control, ...] = (
    _control("percentile", "gives percentile limits", _percentile),
    _control("without_acceleration", "corrects the bias only", _without_acceleration),
    _control("wrong_sign", "takes the acceleration with the wrong sign", _wrong_sign),
    _control("ties_dropped", "counts replicates equal to the area as above it", _ties_dropped),
    _control("sizes", "divides by group sizes where one patient is left out", _sizes_for_sizes_less_one),
    _control("one_resample_more", "draws one resample too many", _one_resample_more),
)
