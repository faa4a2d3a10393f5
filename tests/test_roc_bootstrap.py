"""Bootstrap interval of the area: R's draws and doubles, counted pairs, the lone patient, bad input."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import NotEstimable, auc, auc_bootstrap
from validation.errors import InputError
from validation.exact import roc as certified
from validation.roc import AUC_BOOTSTRAP
from validation.roc.curve import PROC
from validation.statistic import Case

QUANTITIES = ("auc", "median", "lower", "upper", "random_state")
SMALL = ([0, 0, 0, 1, 1, 1], [1.0, 2.0, 4.0, 3.0, 5.0, 6.0])


def in_r(r: RSession, arguments: dict[str, Any]) -> Any:
    return r.call("roc.R::auc_bootstrap", arguments).value


def same_doubles(result: Any, reference: Any) -> None:
    for name in QUANTITIES:
        assert np.array_equal(np.atleast_1d(getattr(result, name)), np.atleast_1d(reference[name])), name


@pytest.mark.live
@pytest.mark.parametrize("cohort", ["osteoporosis", "ties", "tiny"])
@pytest.mark.parametrize("seed", range(101, 111))
def test_draws_and_doubles_of_proc(r: RSession, cohort: str, seed: int) -> None:
    data = load_cohort(cohort)
    marker = data.markers[seed % len(data.markers)]
    arguments: dict[str, Any] = {"y_true": data.outcome, "y_score": marker.values, "direction": marker.direction}
    arguments |= {"seed": seed, "bootstraps": 60, "level": (0.95, 0.9, 0.8)[seed % 3]}
    same_doubles(auc_bootstrap(**arguments, compat=PROC), in_r(r, arguments))


@pytest.mark.live
@settings(max_examples=25)
@given(marker_arguments(max_size=20), st.integers(-(2**31) + 1, 2**31 - 1))
def test_doubles_of_proc_for_any_marker(r: RSession, marker: dict[str, Any], seed: int) -> None:
    arguments = {**marker, "seed": seed, "bootstraps": 15, "level": 0.9}
    try:
        result = auc_bootstrap(**arguments, compat=PROC)
    except NotEstimable:
        return
    same_doubles(result, in_r(r, arguments))


@pytest.mark.live
@pytest.mark.parametrize("lone", [5.0, 3.7, 1.0, 0.4, -2.0])
@pytest.mark.parametrize(("outcome", "direction"), [(1, "higher"), (0, "higher"), (1, "lower")])
def test_a_lone_patient_is_a_number_of_rows_for_r(r: RSession, lone: float, outcome: int, direction: str) -> None:
    y = np.array([1 - outcome, outcome, outcome, outcome, outcome], dtype=np.int8)
    x = np.array([lone, 2.0, 4.0, 3.0, 1.5])
    arguments: dict[str, Any] = {
        "y_true": y,
        "y_score": x,
        "direction": direction,
        "seed": 7,
        "bootstraps": 40,
        "level": 0.95,
    }
    same_doubles(auc_bootstrap(**arguments, compat=PROC), in_r(r, arguments))
    with pytest.raises(NotEstimable, match="one c"):
        auc_bootstrap(**arguments)


def test_a_lone_patient_of_a_huge_value_is_refused() -> None:
    with pytest.raises(NotEstimable, match="number of rows"):
        auc_bootstrap([0, 1, 1], [3e9, 1.0, 2.0], seed=1, compat=PROC)


@settings(max_examples=30)
@given(marker_arguments(max_size=25), st.integers(0, 99), st.integers(1, 40))
def test_the_default_is_the_certified_value(marker: dict[str, Any], seed: int, bootstraps: int) -> None:
    arguments = {**marker, "seed": seed, "bootstraps": bootstraps, "level": 0.9}
    try:
        result = auc_bootstrap(**arguments)
    except NotEstimable:
        return
    assert {name: getattr(result, name) for name in ("auc", "lower", "median", "upper")} == certified.auc_bootstrap(
        **arguments
    )


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=20)
@given(marker_arguments(max_size=20))
def test_relations_hold_for_any_marker(mode: str | None, marker: dict[str, Any]) -> None:
    arguments = {**marker, "seed": 3, "bootstraps": 10, "level": 0.95}
    assert list(relations_broken(AUC_BOOTSTRAP, Case("marker", arguments), mode)) == []


def test_a_relation_rejects_limits_that_leave_the_range() -> None:
    def wrong(**arguments: Any) -> Any:
        result = auc_bootstrap(**arguments)
        return dataclasses.replace(result, upper=2 * result.median - result.lower)

    statistic = dataclasses.replace(AUC_BOOTSTRAP, compute=wrong)
    case = Case("", {"y_true": SMALL[0], "y_score": SMALL[1], "direction": "higher", "seed": 1, "bootstraps": 30})
    assert "bootstrap_limits_are_ordered" in list(relations_broken(statistic, case, None))


def test_blocks_of_resamples_do_not_matter() -> None:
    long, short = (auc_bootstrap(*SMALL, seed=9, bootstraps=b).replicates for b in (120, 70))
    assert np.array_equal(long[:70], short)


def test_result_holds_its_replicates_and_other_levels() -> None:
    result = auc_bootstrap(*SMALL, seed=2)
    assert result.replicates.shape == (2000,)
    assert result.auc == auc(*SMALL).auc
    assert result.confidence_interval() == (result.lower, result.upper)
    narrow = result.confidence_interval(0.5)
    assert result.lower <= narrow.low <= result.median <= narrow.high <= result.upper
    assert result.to_frame().shape == (1, 8)
    assert "replicates" not in repr(result)


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"seed": 1.5}, "seed"),
        ({"bootstraps": 0}, "bootstraps"),
        ({"level": 1.0}, "level"),
        ({"direction": "auto"}, "direction"),
        ({"compat": "proc"}, "compat"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        auc_bootstrap(*SMALL, **{"seed": 1, **changed})
    assert caught.value.argument == argument
