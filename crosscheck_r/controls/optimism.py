"""Wrong-on-purpose optimism corrections of a decision curve."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.decision_curve import (
    OptimismCorrectedDecisionCurve,
    decision_curve,
    optimism_corrected_decision_curve,
)

__all__ = ["CONTROLS"]

_STATISTIC = "optimism_corrected_decision_curve"
Result = OptimismCorrectedDecisionCurve
Change = Callable[[Result, Mapping[str, Any]], Mapping[str, Any]]


def _changed(change: Change) -> Callable[..., Result]:
    """The right result with some of its columns figured again, wrongly."""

    def compute(**arguments: Any) -> Result:
        result = optimism_corrected_decision_curve(**arguments)
        with np.errstate(all="ignore"):
            fields: Any = change(result, arguments)
        return dataclasses.replace(result, **fields)

    return compute


def _corrected_by(result: Result, optimism: Any) -> dict[str, Any]:
    """All that depends on the optimism, from another one."""
    moved = result.optimism - optimism
    fields = {"optimism": optimism, "corrected": result.corrected + moved}
    fields["standardized_corrected"] = fields["corrected"] * result.n / result.n_events
    if result.corrected_lower is not None and result.corrected_upper is not None:
        fields |= {"corrected_lower": result.corrected_lower + moved, "corrected_upper": result.corrected_upper + moved}
    return fields


def _added(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"corrected": result.apparent + result.optimism}


def _against_apparent(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Resamples against the apparent curve, which is bias of the bootstrap and not optimism."""
    chosen = ("y_true", "x", "thresholds", "bootstraps", "seed")
    parts = {name: arguments[name] for name in chosen if name in arguments}
    limits = decision_curve(**parts, level=0.02).model.limits("net_benefit")
    assert limits is not None
    return _corrected_by(result, (limits[0] + limits[1]) / 2.0 - result.apparent)


def _never_negative(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return _corrected_by(result, np.maximum(result.optimism, 0.0))


def _one_less(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    m = result.n_replicates_used
    return _corrected_by(result, result.optimism * m / max(m - 1, 1))


def _averaged(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return _corrected_by(result, np.full_like(result.optimism, np.nanmean(result.optimism)))


def _cut_at_zero(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"corrected": np.maximum(result.corrected, 0.0)}


def _unshifted(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    if result.corrected_lower is None or result.corrected_upper is None:
        return {}
    return {
        "corrected_lower": result.corrected_lower + result.optimism,
        "corrected_upper": result.corrected_upper + result.optimism,
    }


def _harm_twice(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"corrected": result.corrected - result.test_harm}


def _of_apparent(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    t = result.thresholds
    return {"interventions_avoided": 100.0 * (result.apparent - result.treat_all) * (1.0 - t) / t}


def _by_controls(result: Result, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {"standardized_corrected": result.corrected * result.n / (result.n - result.n_events)}


def _not_refitted(**arguments: Any) -> Result:
    """One model for all resamples, whose optimism is nearly nothing."""
    result = optimism_corrected_decision_curve(**arguments)
    return dataclasses.replace(result, **_corrected_by(result, np.zeros_like(result.optimism)))


_MISTAKES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("added", "optimism added to the apparent net benefit", _changed(_added)),
    ("against_apparent", "resamples compared with the apparent curve, not with the data", _changed(_against_apparent)),
    ("never_negative", "negative optimism set to 0", _changed(_never_negative)),
    ("one_less", "mean over the resamples divided by one less", _changed(_one_less)),
    ("averaged", "one optimism for all thresholds", _changed(_averaged)),
    ("cut_at_zero", "harm hidden: corrected net benefit not allowed below 0", _changed(_cut_at_zero)),
    ("unshifted", "limits of the apparent curve around the corrected one", _changed(_unshifted)),
    ("harm_twice", "harm of the test counted twice", _changed(_harm_twice)),
    ("of_apparent", "interventions avoided from the apparent curve", _changed(_of_apparent)),
    ("by_controls", "standardised by the share of controls", _changed(_by_controls)),
    ("not_refitted", "the model of the data used in every resample", _not_refitted),
)

CONTROLS: tuple[Control, ...] = tuple(
    Control(f"{_STATISTIC}_{name}", _STATISTIC, wrong, compute) for name, wrong, compute in _MISTAKES
)
