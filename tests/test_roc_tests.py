"""Seeded tests of two ROC curves: R's draws and doubles, certified values, bad input, what is drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import outcome_and_scores, pair_arguments
from validation import NotEstimable, roc_test, roc_test_at, roc_test_bootstrap
from validation.errors import InputError
from validation.exact import roc_tests as certified
from validation.roc import ROC_TEST_AT, ROC_TEST_BOOTSTRAP, roc_curve
from validation.roc.curve import PROC
from validation.statistic import Case, Statistic

COHORTS = ("osteoporosis", "ties", "tiny")
SMALL = ([0, 0, 0, 1, 1, 1], [1.0, 2.0, 4.0, 3.0, 5.0, 6.0], [2.0, 1.0, 5.0, 6.0, 3.0, 4.0])
ALTERNATIVES = ("two-sided", "greater", "less")


def same_doubles(r: RSession, statistic: Statistic, arguments: dict[str, Any]) -> Any:
    """Result in the compatibility mode, every bit of which is R's."""
    result = statistic.compute(**arguments, compat=PROC)
    reference = r.call(statistic.r or "", arguments).value
    for name in statistic.compat[PROC]:
        value = np.atleast_1d(getattr(result, name))
        assert np.array_equal(value, np.atleast_1d(reference[name]), equal_nan=True), name
    return result


def two_markers(cohort: str, seed: int) -> dict[str, Any]:
    """Two markers of all patients, or one marker of two groups of unequal size, as the seed has it."""
    data = load_cohort(cohort)
    first, second = data.markers[seed % len(data.markers)], data.markers[(seed + 1) % len(data.markers)]
    if seed % 2:
        scores = {"y_score_1": first.values, "y_score_2": second.values}
        directions = {"direction_1": first.direction, "direction_2": second.direction}
        return {"y_true": data.outcome, **scores, **directions, "paired": True}
    third = np.arange(data.outcome.size) % 3 == 0
    groups = {"y_true": data.outcome[third], "y_true_2": data.outcome[~third]}
    scores = {"y_score_1": first.values[third], "y_score_2": first.values[~third]}
    return {**groups, **scores, "direction_1": first.direction, "direction_2": first.direction, "paired": False}


def choices(seed: int, bootstraps: int = 50) -> dict[str, Any]:
    return {
        "stratified": seed % 4 < 2,
        "alternative": ALTERNATIVES[seed % 3],
        "seed": seed,
        "bootstraps": bootstraps,
        "level": (0.95, 0.9, 0.8)[seed % 3],
    }


@pytest.mark.live
@pytest.mark.parametrize("cohort", COHORTS)
@pytest.mark.parametrize("seed", range(201, 211))
def test_bootstrap_test_has_draws_and_doubles_of_proc(r: RSession, cohort: str, seed: int) -> None:
    same_doubles(r, ROC_TEST_BOOTSTRAP, {**two_markers(cohort, seed), **choices(seed)})


PARTS = ((1.0, 0.8), (0.2, 0.7), (0.0, 0.5), (0.905, 0.903), (0.33, 2 / 3))


def part(seed: int) -> dict[str, Any]:
    focus = ("specificity", "sensitivity")[seed // 2 % 2]
    return {"partial_range": np.array(PARTS[seed % len(PARTS)]), "focus": focus, "corrected": seed % 3 == 0}


@pytest.mark.live
@pytest.mark.parametrize("cohort", COHORTS)
@pytest.mark.parametrize("seed", range(401, 411))
def test_test_of_partial_areas_has_draws_and_doubles_of_proc(r: RSession, cohort: str, seed: int) -> None:
    arguments = {**two_markers(cohort, seed), **choices(seed), **part(seed)}
    if arguments["corrected"] and min_estimate(arguments) < 0.5:
        with pytest.raises(NotEstimable, match="below the chance line"):
            roc_test_bootstrap(**arguments, compat=PROC)
        assert np.isnan(r.call(ROC_TEST_BOOTSTRAP.r or "", arguments).value["statistic"]).all()
    else:
        same_doubles(r, ROC_TEST_BOOTSTRAP, arguments)


def min_estimate(arguments: dict[str, Any]) -> float:
    result = roc_test_bootstrap(**arguments)
    return min(result.estimate_1, result.estimate_2)


#: rates that are shares of whole patients, that are not, and both ends
VALUES = (0.9, 0.75, 0.5, 2 / 3, 0.3, 0.1 * 3, 0.0, 1.0)


def point(seed: int) -> dict[str, Any]:
    return {"at": ("specificity", "sensitivity")[seed // 2 % 2], "value": VALUES[seed % len(VALUES)]}


@pytest.mark.live
@pytest.mark.parametrize("cohort", COHORTS)
@pytest.mark.parametrize("seed", range(301, 311))
def test_test_at_a_point_has_draws_and_doubles_of_proc(r: RSession, cohort: str, seed: int) -> None:
    same_doubles(r, ROC_TEST_AT, {**two_markers(cohort, seed), **choices(seed), **point(seed)})


@st.composite
def two_curves(draw: Any, max_size: int = 20) -> dict[str, Any]:
    """Two markers of the same patients or of two groups, of any kind."""
    if draw(st.booleans()):
        return {**draw(pair_arguments(max_size=max_size)), "paired": True}
    (y_1, x_1), (y_2, x_2) = draw(outcome_and_scores(max_size=max_size)), draw(outcome_and_scores(max_size=max_size))
    directions = {f"direction_{i}": draw(st.sampled_from(("higher", "lower"))) for i in (1, 2)}
    return {"y_true": y_1, "y_score_1": x_1, "y_true_2": y_2, "y_score_2": x_2, **directions, "paired": False}


@pytest.mark.live
@settings(max_examples=25)
@given(two_curves(max_size=12), st.integers(0, 10_000))
def test_bootstrap_test_has_doubles_of_proc_for_any_markers(r: RSession, curves: dict[str, Any], seed: int) -> None:
    arguments = {**curves, **choices(seed, bootstraps=12)}
    try:
        roc_test_bootstrap(**arguments, compat=PROC)
    except NotEstimable:
        return
    same_doubles(r, ROC_TEST_BOOTSTRAP, arguments)


@pytest.mark.live
@settings(max_examples=25)
@given(two_curves(max_size=12), st.integers(0, 10_000))
def test_test_at_a_point_has_doubles_of_proc_for_any_markers(r: RSession, curves: dict[str, Any], seed: int) -> None:
    arguments = {**curves, **choices(seed, bootstraps=12), **point(seed)}
    try:
        roc_test_at(**arguments, compat=PROC)
    except NotEstimable:
        return
    same_doubles(r, ROC_TEST_AT, arguments)


@settings(max_examples=25)
@given(two_curves(), st.integers(0, 99), st.integers(2, 30))
def test_the_default_is_the_certified_value(curves: dict[str, Any], seed: int, bootstraps: int) -> None:
    arguments = {**curves, **choices(seed, bootstraps)}
    for compute, certify, extra in (
        (roc_test_bootstrap, certified.roc_test_bootstrap, {}),
        (roc_test_bootstrap, certified.roc_test_bootstrap, part(seed)),
        (roc_test_at, certified.roc_test_at, point(seed)),
    ):
        expected = certify(**arguments, **extra)
        try:
            result = compute(**arguments, **extra)
        except NotEstimable:
            assert expected == {}
            continue
        for name, value in expected.items():
            # only the normal distribution function is no exact number rounded once
            bound = 1e-15 if name == "p_value" else 0.0
            assert getattr(result, name) == pytest.approx(value, rel=0.0, abs=bound, nan_ok=True), name


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=20)
@given(two_curves(), st.integers(0, 99))
def test_relations_hold_for_any_markers(mode: str | None, curves: dict[str, Any], seed: int) -> None:
    arguments = {**curves, **choices(seed, bootstraps=10)}
    assert list(relations_broken(ROC_TEST_BOOTSTRAP, Case("markers", arguments), mode)) == []
    assert list(relations_broken(ROC_TEST_AT, Case("markers", {**arguments, **point(seed)}), mode)) == []
    assert list(relations_broken(ROC_TEST_BOOTSTRAP, Case("markers", {**arguments, **part(seed)}), mode)) == []


def test_a_rate_that_a_point_has_is_not_interpolated() -> None:
    # ten controls from 1 to 10; three cases beyond three, then six, controls
    y, x = [0] * 10 + [1] * 5, [*range(1, 11), 3.5, 3.6, 6.5, 11, 12]
    exact, beyond = (roc_test_at(y, x, x, value=value, seed=1, bootstraps=10).estimate_1 for value in (0.3, 0.1 * 3))
    assert exact == 1.0
    assert beyond == pytest.approx(0.6)
    assert exact == roc_curve(y, x).sensitivity[3]


def test_equal_rates_of_unequal_curves_do_not_differ_though_proc_has_no_answer() -> None:
    y = [0, 0, 0, 0, 1, 1, 1, 1]
    first, second = [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 5, 4, 6, 7, 8]
    arguments: dict[str, Any] = {"at": "sensitivity", "value": 0.0, "seed": 1, "bootstraps": 20}
    assert roc_test_at(y, first, second, **arguments).p_value == 1.0
    assert math.isnan(roc_test_at(y, first, second, **arguments, compat=PROC).p_value)


def test_resamples_without_a_class_are_dropped_and_counted() -> None:
    y, x, z = [0, 0, 0, 0, 1, 1], [1.0, 2.0, 4.0, 3.0, 5.0, 2.5], [2.0, 1.0, 5.0, 6.0, 3.0, 4.0]
    result = roc_test_bootstrap(y, x, z, seed=3, bootstraps=300, stratified=False)
    # a resample of 6 has no case with probability (4/6)^6, no control with (2/6)^6
    assert 15 <= result.dropped <= 40
    assert result.replicates.size == 300 - result.dropped
    assert roc_test_bootstrap(y, x, z, seed=3, bootstraps=300).dropped == 0


def test_a_lone_patient_is_refused_but_not_by_proc() -> None:
    y, x, z = [0, 1, 1, 1], [5.0, 2.0, 6.0, 3.0], [1.0, 2.0, 3.0, 0.5]
    with pytest.raises(NotEstimable, match="one control only"):
        roc_test_bootstrap(y, x, z, seed=1)
    assert math.isfinite(roc_test_bootstrap(y, x, z, seed=1, compat=PROC).statistic)


def test_agrees_with_delong_where_there_are_many_resamples() -> None:
    data = load_cohort("osteoporosis")
    first, second = data.markers[:2]
    directions = {"direction_1": first.direction, "direction_2": second.direction}
    bootstrap = roc_test_bootstrap(data.outcome, first.values, second.values, **directions, seed=1)
    delong = roc_test(data.outcome, first.values, second.values, **directions)
    # a standard deviation of 2000 draws is known to 1 / sqrt(4000); five of those
    assert bootstrap.standard_error == pytest.approx(delong.standard_error, rel=0.08)
    assert bootstrap.difference == delong.difference


def test_a_difference_that_never_varies_is_said_to_be_degenerate() -> None:
    y, perfect, reverse = [0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]
    result = roc_test_bootstrap(y, perfect, reverse, seed=1, bootstraps=20)
    assert result.degenerate
    assert math.isnan(result.p_value)
    assert roc_test_bootstrap(y, perfect, reverse, seed=1, bootstraps=20, compat=PROC).statistic == math.inf
    assert roc_test_bootstrap(y, perfect, perfect, seed=1, bootstraps=20).p_value == 1.0


def test_result_gives_other_levels_a_table_and_a_picture() -> None:
    result = roc_test_bootstrap(*SMALL, seed=2, bootstraps=200)
    assert result.confidence_interval() == (result.difference_lower, result.difference_upper)
    narrow = result.confidence_interval(0.5)
    assert result.difference_lower <= narrow.low <= narrow.high <= result.difference_upper
    assert result.to_frame().shape == (1, 15)
    drawn = result.plot()
    assert drawn.ax_.get_xlabel() == "Difference in AUC"
    assert sum(bar.get_height() for bar in drawn.ax_.patches) == 200


BAD = [
    ({"seed": 1.5}, "seed"),
    ({"bootstraps": 1}, "bootstraps"),
    ({"level": 1.0}, "level"),
    ({"direction_1": "auto"}, "direction_1"),
    ({"direction_2": "<"}, "direction_2"),
    ({"alternative": "two.sided"}, "alternative"),
    ({"paired": "yes"}, "paired"),
    ({"stratified": 1}, "stratified"),
    ({"compat": "proc"}, "compat"),
    ({"y_true_2": SMALL[0]}, "y_true_2"),
    ({"y_true_2": [0, 0, 0, 0, 0, 0], "paired": False}, "y_true_2"),
    ({"y_score_2": [1.0, 2.0]}, "y_score_2"),
    ({"y_score_1": [1.0, 2.0, 4.0, math.nan, 5.0, 6.0]}, "y_score_1"),
    ({"y_true": [0, 0, 0, 1, 1, 2]}, "y_true"),
]


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        *BAD,
        ({"partial_range": (0.9, 1.1)}, "partial_range"),
        ({"partial_range": (0.9, 0.9)}, "partial_range"),
        ({"partial_range": "0.9-1"}, "partial_range"),
        ({"focus": "fpr", "partial_range": (0.9, 1.0)}, "focus"),
        ({"corrected": True}, "corrected"),
        ({"corrected": 1, "partial_range": (0.9, 1.0)}, "corrected"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    right = dict(zip(("y_true", "y_score_1", "y_score_2"), SMALL, strict=True))
    with pytest.raises(InputError) as caught:
        roc_test_bootstrap(**{**right, "seed": 1, **changed})
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    ("changed", "argument"),
    [*BAD, *(({"value": value}, "value") for value in (-0.1, 90, math.nan, "0.9", True)), ({"at": "threshold"}, "at")],
)
def test_bad_input_at_a_point_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    right = dict(zip(("y_true", "y_score_1", "y_score_2"), SMALL, strict=True))
    with pytest.raises(InputError) as caught:
        roc_test_at(**{**right, "seed": 1, "value": 0.9, **changed})
    assert caught.value.argument == argument
