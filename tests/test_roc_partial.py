"""Partial area: every bit of pROC on random cohorts, fractions, relations, bad input, figures."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import auc, partial_auc, partial_auc_bootstrap
from validation.displays.roc_partial import PartialRocCurveDisplay
from validation.errors import InputError, NotEstimable
from validation.exact import roc_partial as certified
from validation.roc import PARTIAL_AUC, PARTIAL_AUC_BOOTSTRAP, roc_curve
from validation.roc.curve import PROC
from validation.roc.partial_area import FOCUSES, partial_trapezoid
from validation.statistic import Case

COHORTS = 200
LIMITS = ("auc", "median", "lower", "upper", "random_state")
SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])


def ranges(generator: np.random.Generator, axis: Any) -> list[float]:
    """A range of any kind: usual, arbitrary, ending at points, narrow, without a width."""
    start = generator.random()
    kinds: tuple[Any, ...] = (
        (0.9, 1.0),
        generator.random(2),
        generator.choice(axis, 2),
        (start, min(1.0, start + 0.003)),
        (0.0, generator.choice(axis)),
        (0.1 * 3, 0.7),
    )
    return sorted(map(float, kinds[int(generator.integers(len(kinds)))]))


def random_marker(seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(4, 120))
    y = np.zeros(n, dtype=np.int8)
    y[: max(1, min(n - 1, round(generator.choice([0.03, 0.2, 0.5, 0.8]) * n)))] = 1
    generator.shuffle(y)
    signal = generator.normal(size=n) + generator.uniform(-1, 2) * y
    x = (signal, signal.round(1), signal.round(), y + generator.uniform(0, 0.5, n), np.ones(n))[seed % 5]
    return {"y_true": y, "y_score": x, "direction": ("higher", "lower")[seed // 5 % 2]}


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, COHORTS, 50))
def test_every_bit_of_proc_on_random_cohorts(r: RSession, first: int) -> None:
    for seed in range(first, first + 50):
        marker = random_marker(seed)
        curve = roc_curve(**marker)
        for focus in FOCUSES:
            limits = ranges(np.random.default_rng(seed), getattr(curve, focus))
            arguments = {**marker, "partial_range": limits, "focus": focus}
            theirs = r.call("roc_partial.R::partial_auc", arguments).value
            mine = partial_auc(**arguments, compat=PROC)
            assert (mine.auc, focus, limits) == (theirs["auc"][0], focus, limits)
            assert np.array_equal([mine.corrected], theirs["corrected"], equal_nan=True), (seed, focus, limits)


@pytest.mark.live
@settings(max_examples=25)
@given(marker_arguments(max_size=20), st.sampled_from(FOCUSES), st.booleans(), st.integers(1, 10**6))
def test_draws_and_doubles_of_proc(r: RSession, marker: dict[str, Any], focus: str, corrected: bool, seed: int) -> None:
    limits = sorted(np.random.default_rng(seed).random(2).tolist())
    arguments = {**marker, "partial_range": limits, "focus": focus, "corrected": corrected}
    arguments |= {"seed": seed, "bootstraps": 15, "level": 0.9}
    try:
        mine = partial_auc_bootstrap(**arguments, compat=PROC)
    except NotEstimable:
        return
    theirs = r.call("roc_partial.R::partial_auc_bootstrap", arguments).value
    for name in LIMITS:
        assert np.array_equal(np.atleast_1d(getattr(mine, name)), np.atleast_1d(theirs[name])), name


@settings(max_examples=60)
@given(marker_arguments(max_size=25), st.sampled_from(FOCUSES), st.integers(0, 10**6))
def test_the_default_is_the_certified_value(marker: dict[str, Any], focus: str, seed: int) -> None:
    limits = ranges(np.random.default_rng(seed), getattr(roc_curve(**marker), focus))
    arguments = {**marker, "partial_range": limits, "focus": focus}
    if limits[0] == limits[1]:
        with pytest.raises(InputError, match="no width"):
            partial_auc(**arguments)
        return
    result = partial_auc(**arguments)
    assert {"auc": result.auc, "corrected": result.corrected} == certified.partial_auc(**arguments)
    assert result.below_chance == (result.corrected < 0.5)
    close = partial_auc(**arguments, compat=PROC).auc
    assert abs(close - result.auc) <= 2.0**-52 * (4 + marker["y_true"].size)


@settings(max_examples=25)
@given(marker_arguments(min_size=4, max_size=20), st.sampled_from(FOCUSES), st.booleans(), st.integers(0, 99))
def test_the_interval_is_the_certified_one(marker: dict[str, Any], focus: str, corrected: bool, seed: int) -> None:
    arguments = {**marker, "partial_range": (0.55, 0.9), "focus": focus, "corrected": corrected}
    arguments |= {"seed": seed, "bootstraps": 12, "level": 0.9}
    try:
        result = partial_auc_bootstrap(**arguments)
    except NotEstimable:
        return
    exact = certified.partial_auc_bootstrap(**arguments)
    assert {name: getattr(result, name) for name in LIMITS[:-1]} == exact


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=25)
@given(marker_arguments(max_size=20), st.sampled_from(FOCUSES))
def test_relations_hold_for_any_marker(mode: str | None, marker: dict[str, Any], focus: str) -> None:
    case = Case("marker", {**marker, "partial_range": [0.3, 0.85], "focus": focus})
    assert list(relations_broken(PARTIAL_AUC, case, mode)) == []
    drawn = {"corrected": True, "seed": 3, "bootstraps": 8, "level": 0.95}
    assert list(relations_broken(PARTIAL_AUC_BOOTSTRAP, Case("marker", {**case.arguments, **drawn}), mode)) == []


@given(marker_arguments(max_size=25), st.lists(st.floats(0, 1), min_size=2, max_size=5), st.sampled_from(FOCUSES))
def test_fractions_of_adjoining_ranges_add_up_exactly(marker: dict[str, Any], cuts: list[float], focus: str) -> None:
    from validation.roc.partial_area import PartialArea, Range
    from validation.roc.resamples import rank

    data = rank(marker["y_true"], marker["y_score"], marker["direction"]).data
    ends = [0.0, *sorted(cuts), 1.0]
    parts = [PartialArea(Range(a, b), focus).exactly(data)[0] for a, b in pairwise(ends)]
    assert float(sum(map(Fraction, parts), Fraction(0))) == auc(**marker).auc  # type: ignore[arg-type]


def test_a_known_area() -> None:
    # specificity from 1 down to 0.75 at sensitivity 0.5, then 0.75 from 0.75 to 0.5
    assert partial_auc(*SMALL, partial_range=(1.0, 0.5)).auc == 0.25 * 0.5 + 0.25 * 0.75
    assert partial_auc(*SMALL, partial_range=(0.75, 1.0)).corrected == (1 + (0.125 - 1 / 32) / (0.25 - 1 / 32)) / 2


def test_below_chance_proc_has_no_corrected_area() -> None:
    y, x = [0, 0, 0, 1, 1, 1], [4.0, 5.0, 6.0, 1.0, 2.0, 3.0]
    result = partial_auc(y, x)
    assert (result.auc, result.below_chance) == (0.0, True)
    assert result.corrected < 0.5
    assert math.isnan(partial_auc(y, x, compat=PROC).corrected)


def test_a_range_without_width_is_0_for_proc() -> None:
    result = partial_auc(*SMALL, partial_range=(0.8, 0.8), compat=PROC)
    assert result.auc == 0.0
    assert math.isnan(result.corrected)


def test_vertical_stretches_count_from_both_ends() -> None:
    specificity, sensitivity = np.array([0.0, 0.5, 0.5, 1.0]), np.array([1.0, 1.0, 0.4, 0.0])
    assert partial_trapezoid(sensitivity, specificity, (0.5, 1.0)) == 0.1
    assert partial_trapezoid(sensitivity, specificity, (0.25, 0.5)) == 0.25
    # from sensitivity 0.4 to 1 the specificity is 0.5
    assert partial_trapezoid(sensitivity, specificity, (0.5, 0.75), "sensitivity") == 0.125


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"partial_range": (0.9, 1.1)}, "partial_range"),
        ({"partial_range": (0.9,)}, "partial_range"),
        ({"partial_range": "0.9 to 1"}, "partial_range"),
        ({"partial_range": (math.nan, 1.0)}, "partial_range"),
        ({"partial_range": None}, "partial_range"),
        ({"partial_range": (0.5, 0.5)}, "partial_range"),
        ({"focus": "fpr"}, "focus"),
        ({"direction": "auto"}, "direction"),
        ({"compat": "proc"}, "compat"),
        ({"y_score": [1.0, 2.0]}, "y_score"),
    ],
)
@pytest.mark.parametrize("function", [partial_auc, partial_auc_bootstrap])
def test_bad_input_names_its_argument(function: Any, changed: dict[str, Any], argument: str) -> None:
    seed = {"seed": 1} if function is partial_auc_bootstrap else {}
    with pytest.raises(InputError) as caught:
        function(**{"y_true": SMALL[0], "y_score": SMALL[1], **seed, **changed})
    assert caught.value.argument == argument


@pytest.mark.parametrize(("name", "value"), [("seed", 0.5), ("bootstraps", 0), ("level", 1), ("corrected", 1)])
def test_bad_choices_of_the_bootstrap(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        partial_auc_bootstrap(*SMALL, **{"seed": 1, name: value})


def test_one_patient_in_a_group_has_no_interval() -> None:
    with pytest.raises(NotEstimable, match="one case only"):
        partial_auc_bootstrap([0, 0, 1], [1.0, 2.0, 3.0], seed=1)


@pytest.mark.parametrize("focus", FOCUSES)
def test_the_figure_shades_the_range(focus: str) -> None:
    shown = partial_auc(*SMALL, partial_range=(0.5, 1.0), focus=focus).plot()
    assert isinstance(shown, PartialRocCurveDisplay)
    words = shown.ax_.get_legend().get_texts()[-1].get_text()
    assert words.splitlines()[1] == f"{focus} 0.5 to 1"
    corners = shown.ax_.collections[0].get_paths()[0].vertices
    axis = 0 if focus == "specificity" else 1
    assert corners[:, axis].min() >= (0.0 if axis == 0 else 0.5)
    assert corners[:, axis].max() <= (0.5 if axis == 0 else 1.0)


def test_results_present_themselves() -> None:
    assert partial_auc(*SMALL).to_frame().shape == (1, 8)
    result = partial_auc_bootstrap(*SMALL, seed=1, bootstraps=50)
    assert result.to_frame().shape == (1, 12)
    assert result.confidence_interval() == (result.lower, result.upper)
    assert result.lower <= result.confidence_interval(0.5).low
