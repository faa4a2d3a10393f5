"""Plans from binormal parameters: pROC's digits, certified numbers, simulated variances, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosscheck_r.agreement import digits
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from validation import InputError, NotEstimable, binormal_sample_size
from validation.exact import power_binormal as certified
from validation.roc import BINORMAL_SAMPLE_SIZE
from validation.roc.curve import PROC
from validation.statistic import Case

PLAN: dict[str, Any] = {"a_1": 2.6, "b_1": 1.0, "a_2": 1.9, "b_2": 0.9, "power": 0.9}
PLAN |= {"correlation_cases": 0.6, "correlation_controls": 0.4}


def random_plan(seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    plan: dict[str, Any] = {}
    for i, low in ((1, 1.2), (2, 0.3)):
        plan |= {f"a_{i}": round(float(generator.uniform(low, low + 1)), 3)}
        plan |= {f"b_{i}": round(float(generator.uniform(0.6, 1.4)), 3)}
    for group in ("cases", "controls"):
        plan[f"correlation_{group}"] = round(float(generator.uniform(-0.2, 0.8)), 2)
    plan |= {"power": 0.85, "significance_level": 0.05, "alternative": ("two-sided", "one-sided")[seed % 2]}
    return plan | {"controls_per_case": round(float(generator.uniform(0.4, 3)), 2)}


@pytest.mark.live
def test_digits_of_proc_on_random_plans(r: RSession) -> None:
    for seed in range(80):
        plan = random_plan(seed)
        found = binormal_sample_size(**plan, compat=PROC)
        reference = r.call("roc_power_binormal.R::binormal_sample_size", plan).value
        for name, value in reference.items():
            assert digits(getattr(found, name), value[0], 0.0) >= 14.5, (seed, name)


@pytest.mark.parametrize("seed", range(25))
def test_the_default_is_the_certified_number(seed: int) -> None:
    plan = random_plan(seed)
    found, values = binormal_sample_size(**plan), certified.binormal_sample_size(**plan)
    assert digits(found.n_cases, values["n_cases"], 0.0) >= 14.0
    for mode in (None, PROC):
        assert list(relations_broken(BINORMAL_SAMPLE_SIZE, Case("plan", plan), mode)) == []


def test_proc_leaves_a_covariance_out() -> None:
    ours, theirs = binormal_sample_size(**PLAN), binormal_sample_size(**PLAN, compat=PROC)
    assert theirs.n_cases > 1.2 * ours.n_cases
    explicit = binormal_sample_size(**PLAN, null_variance="first")
    assert explicit.n_cases != ours.n_cases


def test_a_curve_beside_itself_moved_little_needs_many_patients_only_where_it_is_uncorrelated() -> None:
    near = {**PLAN, "a_2": 2.59, "b_2": 1.0}
    tight = {**near, "correlation_cases": 0.999, "correlation_controls": 0.999}
    assert binormal_sample_size(**tight).n_cases < 0.01 * binormal_sample_size(**near).n_cases


def test_results_present_themselves() -> None:
    plan = binormal_sample_size(**PLAN)
    assert plan.power_at(plan.n_cases) == pytest.approx(0.9, abs=1e-14)
    assert plan.to_frame().shape == (1, 7)
    assert "power 0.900" in plan.plot().ax_.texts[0].get_text()


def test_a_negative_null_variance_is_refused() -> None:
    with pytest.raises(NotEstimable, match="variance"):
        binormal_sample_size(
            3.5, 1.0, 0.3, 1.0, correlation_cases=0.95, correlation_controls=0.95, power=0.8, compat=PROC
        )


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"a_1": float("nan")}, "a_1"),
        ({"b_2": 0.0}, "b_2"),
        ({"a_2": 2.6, "b_2": 1.0}, "a_2, b_2"),
        ({"correlation_cases": 1.0}, "correlation_cases"),
        ({"correlation_controls": "0.5"}, "correlation_controls"),
        ({"power": 1.0}, "power"),
        ({"controls_per_case": -1}, "controls_per_case"),
        ({"null_variance": "second"}, "null_variance"),
        ({"alternative": "greater"}, "alternative"),
        ({"compat": "proc"}, "compat"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        binormal_sample_size(**{**PLAN, **changed})
    assert caught.value.argument == argument
