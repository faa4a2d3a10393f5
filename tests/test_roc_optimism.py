"""Optimism of a best cut-off: R's draws and doubles, certified values, what it must show on data without signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import cutoff_optimism, optimal_cutoff
from validation.errors import InputError, NotEstimable
from validation.exact import roc_optimism as certified
from validation.roc import CUTOFF_OPTIMISM
from validation.roc.curve import PROC
from validation.statistic import Case

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])
METHODS = ("youden", "closest_topleft")


@pytest.mark.live
@pytest.mark.parametrize("cohort", ["osteoporosis", "ties", "tiny"])
def test_draws_and_doubles_of_proc(r: RSession, cohort: str) -> None:
    data = load_cohort(cohort)
    for seed in range(401, 411):
        marker = data.markers[seed % len(data.markers)]
        arguments: dict[str, Any] = {"y_true": data.outcome, "y_score": marker.values, "direction": marker.direction}
        arguments |= {
            "seed": seed,
            "bootstraps": 25,
            "method": METHODS[seed % 2],
            "weights": np.array([1.0 + seed % 3, 0.4]),
        }
        theirs = r.call("roc_optimism.R::cutoff_optimism", arguments).value
        result = cutoff_optimism(**arguments, compat=PROC)
        for name, values in theirs.items():
            assert np.array_equal(np.atleast_1d(getattr(result, name)), values), (seed, name)


@settings(max_examples=30)
@given(marker_arguments(max_size=20), st.integers(0, 99), st.sampled_from(METHODS), st.sampled_from((0.2, 0.5)))
def test_the_default_is_the_certified_value(marker: dict[str, Any], seed: int, method: str, share: float) -> None:
    arguments = {**marker, "seed": seed, "bootstraps": 12, "method": method, "weights": (1.5, share)}
    try:
        result = cutoff_optimism(**arguments)
    except NotEstimable:
        return
    for name, values in certified.cutoff_optimism(**arguments).items():
        assert np.array_equal(getattr(result, name), values), name
    unweighted = {**arguments, "weights": (1.0, 0.5)}
    for mode in (None, PROC):
        assert list(relations_broken(CUTOFF_OPTIMISM, Case("marker", unweighted), mode)) == []


def test_a_marker_without_signal_is_unmasked() -> None:
    generator = np.random.default_rng(3)
    apparent, corrected = [], []
    for seed in range(40):
        y, x = np.repeat([0, 1], 25), generator.normal(size=50)
        found = cutoff_optimism(y, x, seed=seed, bootstraps=40)
        apparent.append(found.apparent_youden)
        corrected.append(found.corrected_youden)
    # the truth is 0: the apparent index is far from it, and more than half of the distance is corrected
    assert np.mean(apparent) > 0.1
    assert abs(np.mean(corrected)) < 0.5 * np.mean(apparent)


def test_result_is_that_of_the_cutoff() -> None:
    found, best = cutoff_optimism(*SMALL, seed=1, bootstraps=30), optimal_cutoff(*SMALL)
    assert np.array_equal(found.threshold, best.threshold)
    assert found.apparent_sensitivity == best.sensitivity.mean()
    assert found.replicates.shape == (30, 2)
    assert found.to_frame().shape == (3, 4)


def test_a_lone_patient_is_refused() -> None:
    with pytest.raises(NotEstimable, match="one case"):
        cutoff_optimism([0, 0, 1], [1, 2, 3], seed=1)


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"method": "cost"}, "method"),
        ({"weights": (0, 0.5)}, "weights"),
        ({"seed": 2**40}, "seed"),
        ({"bootstraps": 0}, "bootstraps"),
        ({"direction": ""}, "direction"),
        ({"compat": "rms-6.5"}, "compat"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        cutoff_optimism(*SMALL, **{"seed": 1, "bootstraps": 20, **changed})
    assert caught.value.argument == argument
