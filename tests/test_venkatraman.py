"""Permutation test of two whole ROC curves: R's draws and doubles, pROC's mistakes, certified values, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.errors import RCallFailed
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import outcome_and_scores, pair_arguments
from validation import NotEstimable, venkatraman_test
from validation.errors import InputError
from validation.exact import venkatraman as certified
from validation.roc import VENKATRAMAN_TEST
from validation.roc.curve import PROC
from validation.statistic import Case

SMALL = ([0, 0, 0, 1, 1, 1], [1.0, 2.0, 4.0, 3.0, 5.0, 6.0], [2.0, 1.0, 5.0, 6.0, 3.0, 4.0])


def same_doubles(r: RSession, arguments: dict[str, Any]) -> None:
    result = venkatraman_test(**arguments, compat=PROC)
    reference = r.call(VENKATRAMAN_TEST.r or "", arguments).value
    for name in VENKATRAMAN_TEST.compat[PROC]:
        value = np.atleast_1d(getattr(result, name))
        assert np.array_equal(value, np.atleast_1d(reference[name]), equal_nan=True), name


def two_curves_of(cohort: str, paired: bool, seed: int) -> dict[str, Any]:
    data = load_cohort(cohort)
    first, second = data.markers[seed % len(data.markers)], data.markers[(seed + 1) % len(data.markers)]
    choices: dict[str, Any] = {"seed": seed, "permutations": 30, "paired": paired}
    directions = {"direction_1": first.direction, "direction_2": second.direction}
    if paired:
        return {"y_true": data.outcome, "y_score_1": first.values, "y_score_2": second.values, **directions, **choices}
    # groups of very different sizes, either of which may be the larger one
    part = np.arange(data.outcome.size) % (2, 3, 4)[seed % 3] == 1
    part = part if seed % 2 else ~part
    scores = {"y_score_1": first.values[part], "y_score_2": second.values[~part]}
    return {"y_true": data.outcome[part], "y_true_2": data.outcome[~part], **scores, **directions, **choices}


@pytest.mark.live
@pytest.mark.parametrize("paired", [True, False])
@pytest.mark.parametrize("cohort", ["osteoporosis", "ties", "tiny"])
@pytest.mark.parametrize("seed", range(501, 511))
def test_draws_and_doubles_of_proc(r: RSession, cohort: str, paired: bool, seed: int) -> None:
    same_doubles(r, two_curves_of(cohort, paired, seed))


@st.composite
def two_curves(draw: Any, max_size: int = 16) -> dict[str, Any]:
    """Two markers of the same patients or of two groups, of any kind."""
    choices: dict[str, Any] = {"seed": draw(st.integers(0, 10_000)), "permutations": draw(st.integers(1, 12))}
    if draw(st.booleans()):
        return {**draw(pair_arguments(max_size=max_size)), "paired": True, **choices}
    (y_1, x_1), (y_2, x_2) = draw(outcome_and_scores(max_size=max_size)), draw(outcome_and_scores(max_size=max_size))
    directions = {f"direction_{i}": draw(st.sampled_from(("higher", "lower"))) for i in (1, 2)}
    groups = {"y_true": y_1, "y_score_1": x_1, "y_true_2": y_2, "y_score_2": x_2}
    return {**groups, **directions, "paired": False, **choices}


@pytest.mark.live
@settings(max_examples=25)
@given(two_curves())
def test_doubles_of_proc_for_any_markers(r: RSession, arguments: dict[str, Any]) -> None:
    try:
        venkatraman_test(**arguments, compat=PROC)
    except NotEstimable:
        with pytest.raises(RCallFailed, match="need at least two non-NA values"):
            r.call(VENKATRAMAN_TEST.r or "", arguments)
        return
    same_doubles(r, arguments)


@settings(max_examples=40)
@given(two_curves())
def test_the_default_is_the_certified_value(arguments: dict[str, Any]) -> None:
    result = venkatraman_test(**arguments)
    expected = certified.venkatraman_test(**arguments)
    assert {name: getattr(result, name) for name in expected} == expected


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=25)
@given(two_curves())
def test_relations_hold_for_any_markers(mode: str | None, arguments: dict[str, Any]) -> None:
    assert list(relations_broken(VENKATRAMAN_TEST, Case("markers", arguments), mode)) == []


def test_modes_agree_on_pairs_but_for_the_count_of_the_data() -> None:
    right, as_proc = (venkatraman_test(*SMALL, seed=1, permutations=99, compat=mode) for mode in (None, PROC))
    assert (right.statistic, right.exceeding) == (as_proc.statistic, as_proc.exceeding)
    assert right.p_value == (as_proc.exceeding + 1) / 100
    assert as_proc.p_value == as_proc.exceeding / 99
    assert math.isnan(right.mixing)


def test_the_mixture_of_proc_can_hide_any_difference() -> None:
    # 16 cases of both groups over twice the 8 patients of the first one: a mixture of cases alone
    y_1, x_1 = [0] * 4 + [1] * 4, np.arange(8.0)
    y_2, x_2 = [1] * 12 + [0] * 6, np.arange(18.0)
    groups: dict[str, Any] = {"y_true_2": y_2, "paired": False, "seed": 1, "permutations": 199}
    right, as_proc = (venkatraman_test(y_1, x_1, x_2, **groups, compat=mode) for mode in (None, PROC))
    assert (as_proc.mixing, as_proc.statistic, as_proc.p_value) == (1.0, 0.0, 1.0)
    assert right.mixing == 16 / 26
    assert right.p_value == 1 / 200


def test_opposite_directions_are_turned_though_proc_compares_raw_ranks() -> None:
    y, x, _ = SMALL
    lower: dict[str, Any] = {"direction_2": "lower", "seed": 1, "permutations": 50}
    assert venkatraman_test(y, x, [-v for v in x], **lower).statistic == 0.0
    assert venkatraman_test(y, x, [-v for v in x], **lower, compat=PROC).statistic > 0.0


def test_groups_of_unequal_size_from_one_curve_are_rejected_as_often_as_they_should() -> None:
    generator = np.random.default_rng(7)
    y_1, y_2 = np.repeat([0, 1], 20), np.repeat([0, 1], 60)
    p_values = []
    for seed in range(40):
        x_1, x_2 = (y + generator.standard_normal(y.size) for y in (y_1, y_2))
        groups: dict[str, Any] = {"y_true_2": y_2, "paired": False, "seed": seed, "permutations": 19}
        p_values.append([venkatraman_test(y_1, x_1, x_2, **groups, compat=m).p_value for m in (None, PROC)])
    right, as_proc = np.count_nonzero(np.array(p_values) <= 0.2, axis=0)
    # of 40 at 20 % 8 are due, standard deviation 2.5
    assert 1 <= right <= 16
    assert as_proc == 0


def test_a_mixture_of_proc_without_a_curve_is_refused() -> None:
    groups: dict[str, Any] = {"y_true_2": [1, 1, 1, 1, 1, 0], "paired": False, "seed": 1, "permutations": 9}
    with pytest.raises(NotEstimable, match="one place"):
        venkatraman_test([1, 0, 0], [1.0, 2.0, 3.0], np.arange(6.0), **groups, compat=PROC)
    assert venkatraman_test([1, 0, 0], [1.0, 2.0, 3.0], np.arange(6.0)[::-1], **groups).statistic > 0.0


def test_tied_patients_are_counted() -> None:
    result = venkatraman_test(SMALL[0], [1, 1, 2, 2, 2, 3], SMALL[2], seed=1, permutations=5)
    assert result.tied == (5, 0)


def test_result_has_a_table_and_a_picture() -> None:
    result = venkatraman_test(*SMALL, seed=2, permutations=60)
    assert result.replicates.shape == (60,)
    assert result.to_frame().shape == (1, 7)
    drawn = result.plot()
    assert drawn.ax_.get_xlabel() == "Errors between the curves"
    assert sum(bar.get_height() for bar in drawn.ax_.patches) == 60


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"seed": None}, "seed"),
        ({"permutations": 0}, "permutations"),
        ({"direction_1": "auto"}, "direction_1"),
        ({"direction_2": "<"}, "direction_2"),
        ({"paired": 1}, "paired"),
        ({"compat": "R"}, "compat"),
        ({"y_true_2": SMALL[0]}, "y_true_2"),
        ({"y_true_2": [1, 1], "paired": False}, "y_true_2"),
        ({"y_score_2": [1.0]}, "y_score_2"),
        ({"y_score_1": [1.0, 2.0, 4.0, math.inf, 5.0, 6.0]}, "y_score_1"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    right = dict(zip(("y_true", "y_score_1", "y_score_2"), SMALL, strict=True))
    with pytest.raises(InputError) as caught:
        venkatraman_test(**{**right, "seed": 1, **changed})
    assert caught.value.argument == argument
