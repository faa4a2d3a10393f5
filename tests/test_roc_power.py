"""Sample size and power of ROC studies: pROC's bits, R's root, certified numbers, symmetry, bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crosscheck_r.agreement import digits
from crosscheck_r.cohorts import load_cohort
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import pair_arguments
from validation import InputError, NotEstimable, roc_power, roc_sample_size, roc_test_power, roc_test_sample_size
from validation.exact import roc_power as certified
from validation.roc import ROC_POWER, ROC_SAMPLE_SIZE, ROC_TEST_POWER, ROC_TEST_SAMPLE_SIZE
from validation.roc.curve import PROC
from validation.roc.zeroin import zeroin
from validation.statistic import Case

PILOT = ([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], [1, 2, 3, 4, 6, 5, 7, 8, 9, 10], [3, 1, 6, 2, 7, 4, 5, 9, 8, 10])
shares = st.integers(1, 99).map(lambda hundredths: hundredths / 100)
sides = st.sampled_from(["two-sided", "one-sided"])
sizes = st.integers(2, 3000).map(float)


def same_doubles(result: Any, reference: Any) -> None:
    for name, value in reference.items():
        assert np.array_equal(getattr(result, name), value[0], equal_nan=True), (name, getattr(result, name), value)


def random_plan(seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    groups = generator.integers(3, 400, 2).astype(float).tolist()
    plan: dict[str, Any] = {"n_cases": groups[0], "n_controls": groups[1]}
    plan["alternative"] = ("two-sided", "one-sided")[seed % 2]
    known = {
        "auc": round(float(generator.uniform(0.52, 0.95)), 3),
        "power": round(float(generator.uniform(0.3, 0.99)), 2),
        "significance_level": float(generator.choice([0.05, 0.01, 0.1])),
    }
    del known[("auc", "power", "significance_level")[seed % 3]]
    return plan | known


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, 90, 30))
def test_every_bit_of_proc_for_one_curve(r: RSession, first: int) -> None:
    for seed in range(first, first + 30):
        plan = random_plan(seed)
        result = roc_power(**plan, compat=PROC)
        same_doubles(result, r.call("roc_power.R::roc_power", plan).value)
        size: dict[str, Any] = {
            "auc": 0.5 + result.auc / 3,
            "power": 0.85,
            "significance_level": 0.05,
            "controls_per_case": 1.7,
        }
        size["alternative"] = plan["alternative"]
        same_doubles(roc_sample_size(**size, compat=PROC), r.call("roc_power.R::roc_sample_size", size).value)


@pytest.mark.live
@settings(max_examples=25)
@given(pair_arguments(max_size=30), shares, sides)
def test_every_bit_of_proc_for_two_curves(r: RSession, pair: dict[str, Any], share: float, side: str) -> None:
    size = {**pair, "power": share, "significance_level": 0.05, "alternative": side}
    level = {**pair, "power": share, "alternative": side}
    try:
        found = roc_test_sample_size(**size, compat=PROC), roc_test_power(**level, compat=PROC)
    except NotEstimable:
        return
    same_doubles(found[0], r.call("roc_power.R::roc_test_sample_size", size).value)
    same_doubles(found[1], r.call("roc_power.R::roc_test_power", level).value)


@settings(max_examples=30)
@given(shares, shares, st.sampled_from([0.05, 0.01, 1e-6]), sides, st.floats(0.1, 10))
def test_sizes_are_the_certified_ones(auc: float, power: float, level: float, side: str, ratio: float) -> None:
    assume(auc != 0.5)
    plan: dict[str, Any] = {"auc": auc, "power": power, "significance_level": level, "alternative": side}
    plan["controls_per_case"] = ratio
    result = roc_sample_size(**plan)
    spread = math.sqrt(result.n_cases) * abs(auc - 0.5)
    # where the two deviates nearly cancel the number is nearly 0
    due = 14.0 + min(0.0, math.log10(spread) if spread > 0 else -14.0) * 2
    assert digits(result.n_cases, certified.roc_sample_size(**plan)["n_cases"], 0.0) >= due
    assert list(relations_broken(ROC_SAMPLE_SIZE, Case("plan", plan), None)) == []


@settings(max_examples=25)
@given(sizes, sizes, shares, st.sampled_from([0.05, 0.01]), sides)
def test_areas_are_the_certified_ones(n: float, m: float, power: float, level: float, side: str) -> None:
    plan: dict[str, Any] = {"n_cases": n, "n_controls": m, "power": power, "significance_level": level}
    plan["alternative"] = side
    try:
        result = roc_power(**plan)
    except (InputError, NotEstimable):
        return
    assert digits(result.auc, certified.roc_power(**plan)["auc"], 0.0) >= 13.0
    # R is within its tolerance of the root
    assert abs(roc_power(**plan, compat=PROC).auc - result.auc) <= 2.0**-13
    for mode in (None, PROC):
        assert list(relations_broken(ROC_POWER, Case("plan", plan), mode)) == []


@settings(max_examples=25)
@given(pair_arguments(min_size=4, max_size=30))
def test_two_curves_are_the_certified_ones(pair: dict[str, Any]) -> None:
    arguments = {**pair, "power": 0.8, "significance_level": 0.05, "alternative": "two-sided"}
    try:
        result = roc_test_sample_size(**arguments)
        again = roc_test_power(**pair, significance_level=0.05)
    except NotEstimable:
        return
    values = certified.roc_test_sample_size(**arguments)
    for name, value in values.items():
        assert digits(getattr(result, name), value, 0.0) >= 14.5, name
    assert digits(again.power, certified.roc_test_power(**pair, significance_level=0.05)["power"], 1.0) >= 14.5
    assert list(relations_broken(ROC_TEST_SAMPLE_SIZE, Case("pair", arguments), None)) == []
    case = Case("pair", {**pair, "significance_level": 0.05, "alternative": "two-sided"})
    for mode in (None, PROC):
        assert list(relations_broken(ROC_TEST_POWER, case, mode)) == []


def test_numbers_of_proc_for_the_patients_of_its_manual() -> None:
    assert roc_power(41, 72, auc=0.73, significance_level=0.05, compat=PROC).power == 0.9897453435514011
    compatible = roc_power(41, 72, power=0.95, significance_level=0.05, compat=PROC)
    assert compatible.auc == 0.6961054392217253
    assert roc_power(41, 72, power=0.95, significance_level=0.05).auc == pytest.approx(0.6960997, abs=1e-7)


def test_exchanged_curves_need_other_numbers_in_proc_alone() -> None:
    cohort = load_cohort("osteoporosis")
    first, second = (m for m in cohort.markers if m.name in ("Mg", "age"))
    one = (cohort.outcome, first.values, second.values)
    other = (cohort.outcome, second.values, first.values)
    words: dict[str, Any] = {"direction_1": first.direction, "direction_2": second.direction, "power": 0.8}
    turned = {**words, "direction_1": second.direction, "direction_2": first.direction}
    assert roc_test_sample_size(*one, **words).n_cases == roc_test_sample_size(*other, **turned).n_cases
    plans = roc_test_sample_size(*one, **words, compat=PROC), roc_test_sample_size(*other, **turned, compat=PROC)
    assert abs(plans[0].n_cases / plans[1].n_cases - 1) > 0.01
    explicit = roc_test_sample_size(*one, **words, null_variance="first")
    assert explicit.n_cases == pytest.approx(plans[0].n_cases, rel=1e-12)


def test_more_controls_spare_cases() -> None:
    plans = [roc_test_sample_size(*PILOT, power=0.8, controls_per_case=k) for k in (1.0, 3.0)]
    assert plans[1].n_cases < plans[0].n_cases
    assert plans[1].n_controls == pytest.approx(3 * plans[1].n_cases)


def test_a_small_level_keeps_its_digits() -> None:
    plan: dict[str, Any] = {"n_cases": 300.0, "n_controls": 400.0, "auc": 0.7, "power": 0.3}
    assert roc_power(**plan, compat=PROC).significance_level == 0.0
    exact = certified.roc_power(**plan)["significance_level"]
    assert 0.0 < exact < 1e-18
    assert digits(roc_power(**plan).significance_level, exact, 0.0) >= 12.0


def test_a_coarse_root_is_a_point_where_the_sign_changes_nearby() -> None:
    found = zeroin(lambda x: x**3 - 2, 0.0, 2.0)
    assert abs(found - 2 ** (1 / 3)) <= 2.0**-13
    assert zeroin(lambda x: x, 0.0, 1.0) == 0.0
    with pytest.raises(ValueError, match="one sign"):
        zeroin(lambda x: x + 1, 0.0, 1.0)


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"n_cases": 3, "n_controls": 3, "power": 0.99, "significance_level": 0.01}, "nearly 1"),
        ({"n_cases": 10, "n_controls": 10, "auc": 0.51, "power": 0.999}, "any significance level"),
    ],
)
def test_plans_out_of_reach(plan: dict[str, Any], message: str) -> None:
    with pytest.raises(NotEstimable, match=message):
        roc_power(**plan)


@pytest.mark.parametrize(
    "scores", [([1, 2, 3, 4], [1, 2, 3, 4]), ([1, 1, 1, 1], [2, 2, 2, 2]), ([1, 2, 3, 4], [5, 6, 7, 8])]
)
def test_equal_curves_have_no_plan(scores: Any) -> None:
    with pytest.raises(NotEstimable, match="equal"):
        roc_test_sample_size([0, 0, 1, 1], *scores, power=0.8)


def test_results_present_themselves() -> None:
    one = roc_sample_size(0.7, power=0.9)
    assert one.total == math.ceil(one.n_cases) + math.ceil(one.n_controls)
    assert one.power_at(one.n_cases) == pytest.approx(0.9, abs=1e-14)
    two = roc_test_sample_size(*PILOT, power=0.8)
    assert two.power_at(two.n_cases) == pytest.approx(0.8, abs=1e-14)
    for result in (one, two, roc_test_power(*PILOT, power=0.6)):
        display = result.plot()
        assert f"power {result.power:.3f}" in display.ax_.texts[0].get_text()
        assert result.to_frame().shape[0] == 1


@pytest.mark.parametrize(
    ("function", "changed", "argument"),
    [
        (roc_sample_size, {"auc": 0.5}, "auc"),
        (roc_sample_size, {"auc": 1.0}, "auc"),
        (roc_sample_size, {"power": 1}, "power"),
        (roc_sample_size, {"significance_level": 0}, "significance_level"),
        (roc_sample_size, {"alternative": "two.sided"}, "alternative"),
        (roc_sample_size, {"controls_per_case": 0.0}, "controls_per_case"),
        (roc_sample_size, {"compat": "proc"}, "compat"),
        (roc_power, {"n_cases": 0}, "n_cases"),
        (roc_power, {"n_controls": float("inf")}, "n_controls"),
        (roc_power, {"power": 0.5}, "auc, power, significance_level"),
        (roc_power, {"significance_level": None}, "auc, power, significance_level"),
        (roc_power, {"auc": None, "power": 0.01}, "power"),
        (roc_test_power, {"power": 0.5}, "power, significance_level"),
        (roc_test_power, {"direction_1": "auto"}, "direction_1"),
        (roc_test_power, {"null_variance": "second"}, "null_variance"),
        (roc_test_sample_size, {"y_score_2": [1.0]}, "y_score_2"),
        (roc_test_sample_size, {"controls_per_case": -1.0}, "controls_per_case"),
    ],
)
def test_bad_input_names_its_argument(function: Any, changed: dict[str, Any], argument: str) -> None:
    data = dict(zip(("y_true", "y_score_1", "y_score_2"), PILOT, strict=True))
    good: dict[Any, dict[str, Any]] = {
        roc_sample_size: {"auc": 0.7, "power": 0.9},
        roc_power: {"n_cases": 40, "n_controls": 50, "auc": 0.7, "significance_level": 0.05},
        roc_test_power: {**data, "significance_level": 0.05},
        roc_test_sample_size: {**data, "power": 0.8},
    }
    with pytest.raises(InputError) as caught:
        function(**{**good[function], **changed})
    assert caught.value.argument == argument
