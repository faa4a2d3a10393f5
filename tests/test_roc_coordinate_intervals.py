"""Intervals of any coordinate: pROC's draws, doubles and defects, certified values, policies, bad input."""

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
from validation import coordinate_intervals, roc_coordinates
from validation.errors import CrosscheckError, InputError, NotEstimable
from validation.exact import roc_bands as certified
from validation.roc import COORDINATE_INTERVALS
from validation.roc.coordinate_columns import COLUMNS
from validation.roc.curve import PROC
from validation.statistic import Case

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])
#: those that pROC 1.18 has
EVERY = list(COLUMNS)[:24]
GRID = np.array([0.1, 0.1 * 3, 0.5, 1.0])


def questions(seed: int, marker: dict[str, Any]) -> list[dict[str, Any]]:
    """The best point with everything or with few columns, thresholds, rates."""
    own = "youden" if seed % 2 else "closest_topleft"
    best = {"at": "best", "policy": "random", "method": own, "weights": np.array([(1.0, 0.5), (2.0, 0.3)][seed % 2])}
    return [
        {**best, "columns": EVERY},
        {**best, "columns": ["threshold", own]},
        {"at": np.append(marker["y_score"][:2], [-np.inf, np.inf]), "columns": EVERY},
        {"at": GRID, "given": ("specificity", "sensitivity")[seed % 2], "columns": EVERY[1:]},
    ]


def require_same(r: RSession, arguments: dict[str, Any]) -> bool:
    """Equal doubles and generator states, or both refuse; True where there were numbers."""
    try:
        theirs = r.call("roc_bands.R::coordinate_intervals", arguments).value
    except CrosscheckError:
        with pytest.raises(NotEstimable):
            coordinate_intervals(**arguments, compat=PROC)
        return False
    result = coordinate_intervals(**arguments, compat=PROC)
    for name, values in theirs.items():
        assert np.array_equal(getattr(result, name), values, equal_nan=True), name
    return True


@pytest.mark.live
@pytest.mark.parametrize("cohort", ["osteoporosis", "ties", "tiny"])
def test_draws_and_doubles_of_proc(r: RSession, cohort: str) -> None:
    data = load_cohort(cohort)
    for seed in range(301, 311):
        marker = data.markers[seed % len(data.markers)]
        arguments = {"y_true": data.outcome, "y_score": marker.values, "direction": marker.direction}
        choices = {"seed": seed, "bootstraps": 50, "level": (0.95, 0.9, 0.8)[seed % 3], "percent": seed % 4 == 0}
        question = questions(seed, arguments)[seed % 4]
        assert require_same(r, {**arguments, **choices, **question, "stratified": seed % 3 > 0}) or seed % 3 == 0


@pytest.mark.live
@settings(max_examples=40)
@given(marker_arguments(max_size=20), st.integers(0, 2**31 - 1), st.booleans(), st.booleans())
def test_doubles_of_proc_for_any_marker(
    r: RSession, marker: dict[str, Any], seed: int, stratified: bool, percent: bool
) -> None:
    lone = [marker["y_score"][marker["y_true"] == group] for group in (0, 1)]
    if stratified and any(x.size == 1 and x[0] > 1e5 for x in lone):
        # R takes the value for a number of rows
        return
    for question in questions(seed, marker):
        choices = {"seed": seed, "bootstraps": 10, "level": 0.9, "stratified": stratified, "percent": percent}
        require_same(r, {**marker, **question, **choices})


@settings(max_examples=30)
@given(marker_arguments(max_size=20), st.integers(0, 99), st.booleans(), st.booleans())
def test_the_default_is_the_certified_value(marker: dict[str, Any], seed: int, stratified: bool, percent: bool) -> None:
    for question in questions(seed, marker):
        unit = 100.0 if percent and "given" in question else 1.0
        asked = {**question, "at": question["at"] if isinstance(question["at"], str) else question["at"] * unit}
        choices: dict[str, Any] = {"seed": seed, "bootstraps": 12, "level": 0.9, "stratified": stratified}
        choices["percent"] = percent
        try:
            result = coordinate_intervals(**marker, **asked, **choices)
        except NotEstimable:
            continue
        for name, values in certified.coordinate_intervals(**marker, **asked, **choices).items():
            # the position of the quantile is rounded, and its value three times
            assert np.allclose(getattr(result, name), values, rtol=2.0**-48, atol=2.0**-46, equal_nan=True), name


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=15)
@given(marker_arguments(max_size=20), st.integers(0, 99))
def test_relations_hold_for_any_marker(mode: str | None, marker: dict[str, Any], seed: int) -> None:
    for question in questions(seed, marker):
        arguments = {**marker, **question, "seed": 3, "bootstraps": 10, "level": 0.95}
        if np.abs(marker["y_score"]).max() < 4e307:
            assert list(relations_broken(COORDINATE_INTERVALS, Case("marker", arguments), mode)) == []


def test_percent_is_right_in_the_default_and_wrong_in_proc() -> None:
    choices: dict[str, Any] = {"columns": ["sensitivity", "ppv"], "seed": 5, "bootstraps": 40}
    shares = coordinate_intervals(*SMALL, [3.5], **choices)
    percent = coordinate_intervals(*SMALL, [3.5], percent=True, **choices)
    assert np.allclose(percent.upper, 100 * shares.upper, rtol=1e-14)
    defect = coordinate_intervals(*SMALL, [3.5], percent=True, compat=PROC, **choices)
    assert defect.upper[0, 0] <= 1.0 < percent.upper[0, 0]


def test_policies_for_several_best_points() -> None:
    y, x = [0, 1, 0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    with pytest.raises(NotEstimable, match="best points"):
        coordinate_intervals(y, x, seed=1, bootstraps=30)
    omitted = coordinate_intervals(y, x, policy="omit", seed=1, bootstraps=30)
    assert 0 < omitted.dropped < 30
    with pytest.raises(NotEstimable, match="are to be omitted"):
        coordinate_intervals(y, x, policy="omit", seed=1, bootstraps=30, compat=PROC)
    drawn = coordinate_intervals(y, x, policy="random", seed=1, bootstraps=30)
    assert drawn.dropped == 0
    assert not np.array_equal(drawn.random_state, omitted.random_state)


def test_what_is_undefined_is_counted() -> None:
    found = coordinate_intervals(*SMALL, [6.5], columns="ppv", seed=1, bootstraps=60)
    assert 0 < found.undefined[0, 0] < 60
    assert found.dropped == 0
    assert found.estimate[0, 0] == roc_coordinates(*SMALL, 6.5).positive_predictive_value[0]
    assert found.to_frame().shape == (1, 7)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"at": "all"}, "at"),
    ({"at": "local_maxima"}, "at"),
    ({"at": [1.5], "given": "specificity"}, "at"),
    ({"at": [np.nan]}, "at"),
    ({"at": [90.0], "given": "sp", "percent": True, "compat": PROC}, "at"),
    ({"given": "tp"}, "given"),
    ({"given": "ppv"}, "given"),
    ({"at": [0.5], "given": "sensitivity", "columns": "threshold"}, "columns"),
    ({"columns": "f"}, "columns"),
    ({"policy": "first"}, "policy"),
    ({"method": "cost"}, "method"),
    ({"weights": (1.0, 0.0)}, "weights"),
    ({"stratified": 1}, "stratified"),
    ({"percent": 1}, "percent"),
    ({"seed": 0.5}, "seed"),
    ({"bootstraps": 1}, "bootstraps"),
    ({"level": 95}, "level"),
    ({"direction": "up"}, "direction"),
    ({"compat": "proc-1.19"}, "compat"),
]


@pytest.mark.parametrize(("changed", "argument"), BAD)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        coordinate_intervals(*SMALL, **{"seed": 1, "bootstraps": 20, **changed})
    assert caught.value.argument == argument
