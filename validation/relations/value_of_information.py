"""What must hold for the expected value of perfect information."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import ndtr

from validation.relations import expect

__all__ = [
    "a_hundred_times_the_patients_know_more",
    "a_model_never_used_leaves_all_or_none",
    "both_forms_agree_within_resampling",
    "harm_beyond_measure_removes_the_model",
    "never_negative",
    "order_of_patients",
]

Arguments = Mapping[str, Any]
FEW = 8.0
ROUNDED = "a few operations, each rounded once"


def _all_or_none(result: Any) -> Any:
    """Value for treating all against none where net benefit of treating all is normal."""
    t = np.asarray(result.thresholds)
    share = result.n_events / result.n
    mean = share - t / (1.0 - t) * (1.0 - share)
    deviation = np.sqrt(share * (1.0 - share) / result.n) / (1.0 - t)
    z = -np.abs(mean) / deviation
    return deviation * (np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi) + z * ndtr(z))


def never_negative(compute: Any, arguments: Arguments, seed: int) -> None:
    """Information is never worth less than nothing; it is what is gained with it over what is chosen without."""
    result = compute(**arguments)
    for name in ("evpi", "evpi_asymptotic"):
        # in the asymptotic form both terms round
        bound = 0.0 if name == "evpi" else -FEW * 2.0**-52
        expect(name, getattr(result, name) < bound, np.zeros(result.evpi.size), eps=0, reason="a maximum of means")
    gained = result.expected_with_information - result.expected_without
    scale = float(np.max(1.0 / (1.0 - np.asarray(result.thresholds))))
    expect("evpi", result.evpi, gained, eps=FEW, scale=scale, reason=ROUNDED)


def a_model_never_used_leaves_all_or_none(compute: Any, arguments: Arguments, seed: int) -> None:
    """Risks of 0 treat nobody: what is left is the value for treating all against none, a normal loss."""
    nothing = np.zeros(len(arguments["y_true"]))
    result = compute(**{**arguments, "y_proba": nothing, "bootstraps": 5})
    scale = float(np.max(1.0 / (1.0 - np.asarray(result.thresholds))))
    expect("evpi", result.evpi_asymptotic, _all_or_none(result), eps=FEW, scale=scale, reason=ROUNDED)
    expect("best", result.probability_best, np.zeros(result.evpi.size), eps=0, reason="no better than none")


def harm_beyond_measure_removes_the_model(compute: Any, arguments: Arguments, seed: int) -> None:
    """A test that does more harm than the outcome has prevalence is never used, whatever the risks are."""
    result = compute(**{**arguments, "test_harm": 0.999, "bootstraps": 5})
    scale = float(np.max(1.0 / (1.0 - np.asarray(result.thresholds))))
    expect("evpi", result.evpi_asymptotic, _all_or_none(result), eps=FEW, scale=scale, reason=ROUNDED)


def a_hundred_times_the_patients_know_more(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient many times leaves less to learn, at each threshold."""
    rows = np.tile(np.arange(len(arguments["y_true"])), 16)
    many = {name: np.asarray(arguments[name])[rows] for name in ("y_true", "y_proba")}
    one, more = (compute(**{**arguments, **change, "bootstraps": 2}) for change in ({}, many))
    worse = more.evpi_asymptotic > one.evpi_asymptotic + FEW * 2.0**-52
    expect("less to learn", worse, np.zeros(worse.size), eps=0, reason="a sixteenth of the variance")


def both_forms_agree_within_resampling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Resamples and normal distribution differ by no more than resampling does, where many patients are treated."""
    result = compute(**{**arguments, "bootstraps": 400})
    t = np.asarray(result.thresholds)
    share = result.n_events / result.n
    deviation = np.sqrt(share * (1.0 - share) / result.n) / (1.0 - t)
    # five standard errors of a mean of 400 values that vary no more than net benefit of treating all does
    far = np.abs(result.evpi - result.evpi_asymptotic) > 5.0 * deviation / 20.0
    expect("far apart", far, np.zeros(far.size), eps=0, reason="five standard errors")


def order_of_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients does not change what does not come from resamples."""
    rows = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    changed = {name: np.asarray(arguments[name])[rows] for name in ("y_true", "y_proba")}
    one, other = (compute(**{**arguments, **change, "bootstraps": 2}) for change in ({}, changed))
    for name in ("net_benefit", "treat_all", "evpi_asymptotic"):
        expect(name, getattr(other, name), getattr(one, name), eps=0, reason="the same counts")
