"""Differences of decision curves and tables by threshold: exact, and refused where they make no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from crosscheck_r.agreement import Labels, not_compared
from crosscheck_r.cohorts import load_cohort
from crosscheck_r.references import Missing, Recorded
from crosscheck_r.run import verdict_line
from validation import decision_curve, net_benefit_difference, threshold_table
from validation.decision_curve import NET_BENEFIT_DIFFERENCE, THRESHOLD_TABLE
from validation.errors import InputError, NotEstimable
from validation.exact import decision_curve_extras as certified
from validation.r_numerics import r_seq
from validation.r_random import RRandom
from validation.statistic import Settings

NAMES = ("difference", "interventions_avoided")
LIMITS = tuple(f"{name}_{side}" for name in NAMES for side in ("lower", "upper"))


def data(n: int = 60, seed: int = 1, digits: int = 2) -> tuple[Any, dict[str, Any]]:
    generator = np.random.default_rng(seed)
    latent = generator.normal(size=n)
    y = (latent + generator.normal(size=n) > 0.3).astype(int)
    y[:2] = 0, 1
    risks = {name: np.round(1 / (1 + np.exp(-latent - generator.normal(size=n))), digits) for name in ("new", "old")}
    return y, risks


@given(st.integers(0, 10**6), st.integers(5, 60), st.sampled_from(["at-or-above", "strict"]), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_points_and_limits_are_the_nearest_doubles(seed: int, n: int, tie_rule: str, digits: int) -> None:
    y, risks = data(n, seed, digits)
    arguments: dict[str, Any] = {
        "risks": risks, "thresholds": r_seq(0.0, 1.0, 0.05), "bootstraps": 30, "level": 0.9, "tie_rule": tie_rule,
        "test_harm": 0.01 * (seed % 2),
    }  # fmt: skip
    result = net_benefit_difference(y, **arguments, seed=seed % 1000)
    exact = certified.difference(y_true=y, **arguments, seed=seed % 1000)
    assert set(exact) == {*NAMES, *LIMITS} == set(NET_BENEFIT_DIFFERENCE.quantities)
    for name, value in exact.items():
        np.testing.assert_array_equal(getattr(result, name), value, err_msg=name)


def test_by_hand() -> None:
    # at 0.5: new finds one case more (4 against 3) and treats one control less (0 against 1)
    y = [0, 0, 0, 0, 1, 1, 1, 1]
    new, old = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9], [0.1, 0.2, 0.5, 0.4, 0.4, 0.6, 0.7, 0.9]
    result = net_benefit_difference(y, risks={"new": new, "old": old}, thresholds=[0.5, 0.0, 1.0], level=None)
    assert result.difference[0] == (4 - 3 + 1) / 8
    assert result.interventions_avoided[0] == 100 * 2 / 8
    assert result.difference[1] == 0.0 and np.isnan(result.interventions_avoided[1])
    assert np.isnan(result.difference[2]) and result.interventions_avoided[2] == 0.0
    strict = net_benefit_difference(y, risks={"new": new, "old": old}, thresholds=[0.5], level=None, tie_rule="strict")
    assert strict.difference[0] == 0.0
    assert strict.n_on_threshold == (1, 1)


def test_resamples_are_those_of_the_decision_curve_and_shared() -> None:
    y, risks = data(80)
    t = [0.2, 0.4]
    result = net_benefit_difference(y, risks=risks, thresholds=t, bootstraps=40, level=0.8, seed=7)
    curve = decision_curve(y, y_proba=risks, thresholds=t, bootstraps=40, level=0.8, seed=7)
    np.testing.assert_array_equal(result.random_state, curve.random_state)
    generator, found = RRandom(7), []
    for _ in range(40):
        rows = generator.sample_int(80, 80, True)
        one, two = (
            decision_curve(y[rows], y_proba=risk[rows], thresholds=t, level=None).model for risk in risks.values()
        )
        found.append(one.net_benefit - two.net_benefit)
    ordered = np.sort(found, axis=0)
    assert result.difference_lower is not None and result.difference_upper is not None
    np.testing.assert_allclose(result.difference_lower, ordered[3], rtol=0, atol=1e-15)
    np.testing.assert_allclose(result.difference_upper, ordered[35], rtol=0, atol=1e-15)


def test_refitted_models_are_refitted_in_every_resample() -> None:
    cohort = load_cohort("osteoporosis")
    x = cohort.x[:, :3]
    t, choices = [0.4, 0.6], {"bootstraps": 20, "level": 0.5, "seed": 3}
    result = net_benefit_difference(
        cohort.outcome,
        risks={"three": x, "two": x[:, :2]},
        thresholds=t,
        **choices,  # type: ignore[arg-type]
    )
    generator, found = RRandom(3), []
    n = cohort.outcome.size
    for _ in range(20):
        rows = generator.sample_int(n, n, True)
        one, two = (
            decision_curve(cohort.outcome[rows], x=part[rows], thresholds=t, level=None).model for part in (x, x[:, :2])
        )
        found.append(one.net_benefit - two.net_benefit)
    ordered = np.sort(found, axis=0)
    assert result.difference_lower is not None and result.difference_upper is not None
    np.testing.assert_allclose(result.difference_lower, ordered[4], rtol=0, atol=1e-15)
    np.testing.assert_allclose(result.difference_upper, ordered[14], rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", ["osteoporosis", "ties", "tiny", "rare", "external"])
def test_shipped_cohorts_equal_the_certified_values(name: str) -> None:
    cases = list(NET_BENEFIT_DIFFERENCE.applicable_cases(load_cohort(name), Settings(bootstraps=100)))
    assert cases
    for case in cases:
        result = net_benefit_difference(**case.arguments)
        exact = certified.difference(**case.arguments)
        assert exact
        for quantity, value in exact.items():
            np.testing.assert_array_equal(getattr(result, quantity), value, err_msg=quantity)


def test_resamples_of_one_class_are_left_out_and_counted() -> None:
    y, risks = data(20, 4)
    y[:] = 0
    y[0] = 1
    result = net_benefit_difference(y, risks=risks, thresholds=[0.3], bootstraps=100)
    assert 40 < result.n_replicates_used < 90
    assert result.n_replicates == 100
    exact = certified.difference(y_true=y, risks=risks, thresholds=[0.3], bootstraps=100, seed=1)
    assert result.difference_lower is not None and exact["difference_lower"][0] == result.difference_lower[0]


def test_thresholds_keep_their_order_and_repetitions() -> None:
    y, risks = data()
    result = net_benefit_difference(y, risks=risks, thresholds=[0.6, 0.2, 0.6], bootstraps=20)
    assert result.difference[0] == result.difference[2] != result.difference[1]
    assert list(result.to_frame()["threshold"]) == [0.6, 0.2, 0.6]
    assert "interventions_avoided_upper" in result.to_frame()
    assert "difference_lower" in result.summary()
    without = net_benefit_difference(y, risks=risks, level=None)
    assert without.difference_lower is None and "difference_lower" not in without.to_frame()


def test_what_is_no_pair_of_models_is_refused() -> None:
    y, risks = data()
    for wrong in (risks["new"], {"new": risks["new"]}, {**risks, "third": risks["new"]}):
        with pytest.raises(InputError, match="exactly two models"):
            net_benefit_difference(y, risks=wrong)
    with pytest.raises(InputError, match="between 0 and 1"):
        net_benefit_difference(y, risks={**risks, "old": 100 * risks["old"]})
    with pytest.raises(InputError, match="tie_rule"):
        net_benefit_difference(y, risks=risks, tie_rule=">=")
    with pytest.raises(InputError, match="level"):
        net_benefit_difference(y, risks=risks, level=95.0)
    with pytest.raises(NotEstimable):
        net_benefit_difference(y, risks={"new": y[:, None].astype(float), "old": risks["old"]})


def test_a_statistic_without_r_counts_apart_and_says_why() -> None:
    case = next(NET_BENEFIT_DIFFERENCE.applicable_cases(load_cohort("ties"), Settings()))
    missing = Recorded().get(NET_BENEFIT_DIFFERENCE, "ties", case)
    assert isinstance(missing, Missing) and missing.reason == NET_BENEFIT_DIFFERENCE.no_r
    rows = [
        not_compared(Labels("ties", case.label, NET_BENEFIT_DIFFERENCE.name), name, quantity, missing.reason)
        for name, quantity in NET_BENEFIT_DIFFERENCE.quantities.items()
    ]
    assert verdict_line(rows) == "Nothing could be compared with R (6 quantities not compared)"


@given(st.integers(0, 10**6), st.integers(5, 50), st.sampled_from(["at-or-above", "strict"]), st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_table_equals_its_certified_values(seed: int, n: int, tie_rule: str, digits: int) -> None:
    y, risks = data(n, seed, digits)
    choices: dict[str, Any] = {
        "thresholds": r_seq(0.0, 1.0, 0.1), "level": 0.9, "tie_rule": tie_rule, "test_harm": 0.01
    }  # fmt: skip
    result = threshold_table(y, risks["new"], **choices)
    exact = certified.table(y_true=y, y_proba=risks["new"], **choices)
    assert set(exact) == set(THRESHOLD_TABLE.quantities)
    for name, value in exact.items():
        if name.endswith(("_lower", "_upper")):
            np.testing.assert_allclose(getattr(result, name), value, rtol=1e-13, atol=0, err_msg=name)
        else:
            np.testing.assert_array_equal(getattr(result, name), value, err_msg=name)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_limits_of_proportions_are_clopper_and_pearsons(level: float) -> None:
    cohort = load_cohort("external")
    risk = cohort.risks["risk_rounded"]
    table = threshold_table(cohort.outcome, risk, thresholds=[0.05, 0.2, 0.35], level=level)
    for i in range(3):
        tp, fp = int(table.true_positives[i]), int(table.false_positives[i])
        tn, fn = int(table.true_negatives[i]), int(table.false_negatives[i])
        for name, k, n in (
            ("sensitivity", tp, tp + fn),
            ("specificity", tn, tn + fp),
            ("positive_predictive_value", tp, tp + fp),
            ("negative_predictive_value", tn, tn + fn),
        ):
            if n:
                interval = binomtest(k, n).proportion_ci(level, "exact")
                found = [getattr(table, f"{name}_{side}")[i] for side in ("lower", "upper")]
                np.testing.assert_allclose(found, [interval.low, interval.high], rtol=1e-9)


def test_limits_of_a_likelihood_ratio_hold_their_level() -> None:
    # every outcome of two binomials of 12 cases and 15 controls with its probability: coverage without sampling
    n1, n0, rates, level = 12, 15, (0.7, 0.2), 0.9
    true, covered = rates[0] / rates[1], 0.0
    y = np.repeat([1, 0], [n1, n0])
    for a in range(n1 + 1):
        for b in range(n0 + 1):
            risk = np.concatenate([np.arange(n1) < a, np.arange(n0) < b]).astype(float)
            table = threshold_table(y, risk, thresholds=[0.5], level=level)
            low, high = table.positive_likelihood_ratio_lower[0], table.positive_likelihood_ratio_upper[0]
            covered += (low <= true <= high) * binom.pmf(a, n1, rates[0]) * binom.pmf(b, n0, rates[1])
    assert level <= covered <= 1.0


def test_table_by_hand_with_ties_empty_sides_and_harm() -> None:
    y, risk = [0, 0, 0, 0, 1, 1, 1, 1], [0.0, 0.1, 0.3, 0.5, 0.1, 0.3, 0.5, 1.0]
    table = threshold_table(y, risk, thresholds=[0.3, 0.0, 1.0], test_harm=0.125)
    assert table.true_positives.tolist() == [3, 4, 1] and table.false_positives.tolist() == [2, 4, 0]
    assert table.on_threshold.tolist() == [2, 1, 1]
    assert table.positive_likelihood_ratio[0] == 1.5 and table.negative_likelihood_ratio[0] == 0.5
    assert table.positive_likelihood_ratio[2] == np.inf == table.positive_likelihood_ratio_upper[2]
    assert np.isnan(table.negative_predictive_value[1]) and np.isnan(table.negative_predictive_value_lower[1])
    assert np.isnan(table.negative_likelihood_ratio[1]) and np.isnan(table.interventions_avoided[1])
    assert table.net_benefit[0] == pytest.approx(3 / 8 - 0.3 / 0.7 * 2 / 8 - 0.125, abs=1e-15)
    assert table.net_benefit[1] == 0.5 - 0.125 and np.isnan(table.net_benefit[2])
    # 2 controls spared, 1 case missed at odds 0.3 / 0.7, and 0.125 of harm in the same currency
    assert table.interventions_avoided[0] == pytest.approx(100 * (2 / 8 - (1 / 8 + 0.125) * 0.7 / 0.3), abs=1e-12)
    strict = threshold_table(y, risk, thresholds=[0.3], tie_rule="strict")
    counts = (strict.true_positives, strict.false_positives, strict.true_negatives, strict.false_negatives)
    assert [int(part[0]) for part in counts] == [2, 1, 2, 1]
    assert list(table.to_frame()["threshold"]) == [0.3, 0.0, 1.0]


def test_what_is_no_risk_level_or_harm_is_refused() -> None:
    y, risks = data()
    with pytest.raises(InputError, match="y_proba"):
        threshold_table(y, 100 * risks["new"])
    for harm in (-0.1, 1.0, float("nan"), True, "0.1"):
        with pytest.raises(InputError, match="test_harm"):
            threshold_table(y, risks["new"], test_harm=harm)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="level"):
        threshold_table(y, risks["new"], level=1.0)


def test_interventions_avoided_of_a_curve_are_those_of_the_table() -> None:
    y, risks = data(90, 4)
    curve = decision_curve(y, y_proba=risks, level=None)
    for name, risk in risks.items():
        for harm in (0.0, 0.01):
            table = threshold_table(y, risk, test_harm=harm)
            found = curve.interventions_avoided(name, test_harm=harm)
            # the odds of threshold 0.01 are 99, times a hundred patients
            np.testing.assert_allclose(found, table.interventions_avoided, rtol=1e-15, atol=2.0**-52 * 100 * 99 * 4)
    np.testing.assert_array_equal(curve.interventions_avoided(), curve.interventions_avoided("new"))
    with pytest.raises(InputError, match="test_harm"):
        curve.interventions_avoided(test_harm=1.5)
