"""Calibration statistics, curve and Brier score: defining equations, certified values, live R, bad input, figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.agreement import FAILING, Labels
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from validation import kernels
from validation.calibration import (
    BRIER_SCORE,
    CALIBRATION_CURVE,
    CALIBRATION_STATISTICS,
    brier_score,
    calibration_curve,
    calibration_statistics,
)
from validation.calibration.curve import wilson
from validation.cohort import Cohort
from validation.displays.calibration import CalibrationCurveDisplay
from validation.errors import CrosscheckError, InputError, NotEstimable
from validation.exact import calibration as certified
from validation.logistic import logistic_regression
from validation.lowess import lowess
from validation.statistic import Case, Settings

RISKS = st.floats(0.0, 1.0) | st.integers(0, 100).map(lambda k: k / 100) | st.sampled_from((5e-324, 1e-17, 1 - 2**-53))
PATIENTS = st.lists(st.tuples(st.booleans(), RISKS), min_size=1, max_size=40)
EPS = 2.0**-52


def _random(seed: int, decimals: int | None = None) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(40, 400))
    logit = generator.normal(generator.choice([-2.0, 0.0, 1.0]), generator.choice([0.3, 1.0, 2.0]), n)
    risk = 1 / (1 + np.exp(-logit))
    if decimals is not None:
        risk = np.clip(np.round(risk, decimals), 10.0**-decimals, 1 - 10.0**-decimals)
    y = (generator.random(n) < 1 / (1 + np.exp(-(0.8 * logit + 0.2)))).astype(np.int8)
    y[:2] = 0, 1
    return {"y_true": y, "y_proba": risk}


def _arrays(patients: list[tuple[bool, float]]) -> dict[str, Any]:
    y, risk = zip(*patients, strict=True)
    return {"y_true": np.array(y, dtype=np.int8), "y_proba": np.array(risk)}


# --- live


@pytest.mark.live
@pytest.mark.parametrize("statistic", [CALIBRATION_STATISTICS, CALIBRATION_CURVE, BRIER_SCORE], ids=lambda s: s.name)
def test_agreement_with_r_on_random_risks(r: Any, statistic: Any) -> None:
    live, compared = Live(r), 0
    for seed in range(9):
        arguments = _random(seed, decimals=(None, 1, 2)[seed % 3])
        if statistic is CALIBRATION_CURVE:
            arguments |= {"groups": (4, 5, 10)[seed % 3], "level": 0.9}
        case = Case("random", arguments)
        reference = live.get(statistic, "random", case)
        proven = statistic.certified(**arguments)
        for mode, quantities in statistic.modes():
            outcome = compute(statistic, case, mode, reference)
            labels = Labels("random", f"seed {seed}", statistic.name, mode)
            for row in compare_outcome(labels, quantities, outcome, reference, {} if mode else proven):
                assert row.verdict not in FAILING and row.verdict != "not compared", row
                compared += 1
    assert compared >= 18


@pytest.mark.live
def test_risks_of_zero_and_one_are_left_out_as_val_prob_does(r: Any) -> None:
    arguments = _random(1)
    arguments["y_proba"][:3] = 0.0, 1.0, 1.0
    theirs = r.call("calibration.R::calibration_statistics", arguments).value
    ours = calibration_statistics(**arguments, compat="rms-6.5")
    assert ours.n_excluded == 3
    assert abs(ours.calibration_intercept - theirs["calibration_intercept"][0]) < 1e-13
    assert abs(ours.calibration_slope - theirs["calibration_slope"][0]) < 1e-13
    with pytest.raises(InputError, match="exactly 0 or 1"):
        calibration_statistics(**arguments)


# --- certified values and defining equations


@settings(max_examples=100)
@given(PATIENTS)
def test_any_risks_end_in_certified_numbers_or_one_clear_error(patients: list[tuple[bool, float]]) -> None:
    arguments = _arrays(patients)
    try:
        result = calibration_statistics(**arguments)
    except CrosscheckError:
        return
    proven = certified.calibration_statistics(**arguments)
    for name in ("calibration_intercept", "calibration_slope", "calibration_in_the_large"):
        expected = proven[name]
        # a slope from a few logits that nearly coincide loses digits to their spread
        assert abs(getattr(result, name) - expected) <= 1e-11 * max(1.0, abs(expected)), name
    assert min(result.slope_standard_error, result.in_the_large_standard_error) > 0.0


@settings(max_examples=100)
@given(PATIENTS)
def test_brier_score_is_correctly_rounded(patients: list[tuple[bool, float]]) -> None:
    arguments = _arrays(patients)
    if np.unique(arguments["y_true"]).size == 2:
        assert brier_score(**arguments).brier_score == certified.brier_score(**arguments)["brier_score"]


def test_scores_are_zero_at_the_estimates() -> None:
    arguments = _random(3)
    y, logit = arguments["y_true"], np.log(arguments["y_proba"] / (1 - arguments["y_proba"]))
    result = calibration_statistics(**arguments)
    residual = y - 1 / (1 + np.exp(-(result.calibration_intercept + result.calibration_slope * logit)))
    large = y - 1 / (1 + np.exp(-(result.calibration_in_the_large + logit)))
    # n terms of at most 1, each rounded a few times
    assert abs(math.fsum(residual)) < 8 * EPS * y.size
    assert abs(math.fsum(residual * logit)) < 64 * EPS * y.size
    assert abs(math.fsum(large)) < 8 * EPS * y.size


def test_standard_errors_are_those_of_the_likelihoods_curvature() -> None:
    arguments = _random(4)
    y, logit = arguments["y_true"], np.log(arguments["y_proba"] / (1 - arguments["y_proba"]))
    result = calibration_statistics(**arguments)
    design = np.column_stack([np.ones(y.size), logit])
    fitted = 1 / (1 + np.exp(-design @ [result.calibration_intercept, result.calibration_slope]))
    covariance = np.linalg.inv(design.T @ (design * (fitted * (1 - fitted))[:, None]))
    expected = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose([result.intercept_standard_error, result.slope_standard_error], expected, rtol=1e4 * EPS)


def test_a_stopped_fit_is_near_the_maximum_but_not_there() -> None:
    arguments = _random(5)
    stopped, maximum = calibration_statistics(**arguments, compat="rms-6.5"), calibration_statistics(**arguments)
    assert 0 < abs(stopped.calibration_slope - maximum.calibration_slope) < 1e-2
    assert stopped.compat == "rms-6.5" and maximum.compat == "default"


def test_confidence_interval_at_any_level() -> None:
    result = calibration_statistics(**_random(6))
    wide, usual = result.confidence_interval(0.99), result.confidence_interval()
    assert wide.low < usual.low < result.calibration_slope < usual.high < wide.high
    large = result.confidence_interval(of="calibration_in_the_large")
    expected = result.calibration_in_the_large + 1.959963984540054 * result.in_the_large_standard_error
    assert large.high == pytest.approx(expected, rel=4 * EPS)
    with pytest.raises(InputError, match="of: must be one of"):
        result.confidence_interval(of="slope")


# --- curve


def test_curve_is_lowess_and_groups_hold_everyone() -> None:
    arguments = _random(7, decimals=2)
    curve = calibration_curve(**arguments)
    xs, smooth = lowess(arguments["y_proba"], arguments["y_true"], iterations=0)
    np.testing.assert_array_equal(curve.predicted, xs)
    np.testing.assert_array_equal(curve.observed, smooth)
    assert curve.group_n.sum() == arguments["y_true"].size
    assert round(float((curve.group_n * curve.group_observed).sum())) == arguments["y_true"].sum()
    assert (np.diff(curve.group_predicted) > 0).all()
    assert ((curve.group_lower <= curve.group_observed) & (curve.group_observed <= curve.group_upper)).all()


@given(PATIENTS, st.integers(1, 15))
def test_groups_are_certified_and_tied_risks_stay_together(patients: list[tuple[bool, float]], groups: int) -> None:
    arguments = _arrays(patients)
    try:
        curve = calibration_curve(**arguments, groups=groups, kernel="numpy")
    except InputError:
        return
    proven = certified.calibration_curve(**arguments, groups=groups)
    np.testing.assert_array_equal(curve.group_n, proven["group_n"])
    np.testing.assert_array_equal(curve.group_observed, proven["group_observed"])
    np.testing.assert_allclose(curve.group_predicted, proven["group_predicted"], rtol=EPS)
    np.testing.assert_allclose(curve.group_lower, proven["group_lower"], rtol=0, atol=8 * EPS)
    np.testing.assert_allclose(curve.group_upper, proven["group_upper"], rtol=0, atol=8 * EPS)
    assert np.unique(curve.predicted).size >= curve.group_n.size


def test_wilson_limits_are_where_the_score_test_just_rejects() -> None:
    share = np.array([0.0, 1.0, 7.0, 20.0]) / 20
    lower, upper = wilson(share * 20, np.full(4, 20.0), 0.95)
    assert lower[0] == 0.0 and upper[3] == 1.0
    for limit, rejected in ((lower[1:], share[1:]), (upper[:3], share[:3])):
        statistic = np.abs(rejected - limit) / np.sqrt(limit * (1 - limit) / 20)
        np.testing.assert_allclose(statistic, 1.959963984540054, rtol=64 * EPS)


@pytest.mark.skipif("numba" not in kernels.available(), reason="the extra 'fast' is not installed")
def test_both_kernels_give_the_same_curve_and_say_which_ran() -> None:
    arguments = _random(8)
    one, other = (calibration_curve(**arguments, kernel=kernel) for kernel in ("numpy", "numba"))
    np.testing.assert_array_equal(one.observed, other.observed)
    assert (one.kernel, other.kernel) == ("numpy", "numba")


# --- input, cases, presentation


@pytest.mark.parametrize("function", [calibration_statistics, calibration_curve, brier_score])
@pytest.mark.parametrize(
    ("y", "risk", "argument"),
    [
        ([0, 1, 2], [0.1, 0.2, 0.3], "y_true"),
        ([1, 1, 1], [0.1, 0.2, 0.3], "y_true"),
        ([0, 1, 1], [0.1, 0.2], "y_proba"),
        ([0, 1, 1], [0.1, 0.2, 1.3], "y_proba"),
        ([0, 1, 1], [0.1, 0.2, float("nan")], "y_proba"),
        ([0, 1, 1], ["low", "high", "high"], "y_proba"),
    ],
)
def test_bad_input_is_named(function: Any, y: list[int], risk: list[Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        function(y, risk)
    assert caught.value.argument == argument


@pytest.mark.parametrize("option", [{"level": 1.0}, {"compat": "rms-8"}])
def test_bad_options_are_named(option: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        calibration_statistics([0, 1, 0, 1], [0.1, 0.2, 0.6, 0.5], **option)
    assert caught.value.argument == next(iter(option))
    with pytest.raises(InputError, match="groups"):
        calibration_curve([0, 1], [0.1, 0.2], groups=0)


def test_what_has_no_slope_is_said() -> None:
    with pytest.raises(NotEstimable) as caught:
        calibration_statistics([0, 1, 0, 1], [0.3, 0.3, 0.3, 0.3])
    assert caught.value.cause == "rank"
    with pytest.raises(NotEstimable) as caught:
        calibration_statistics([0, 0, 1, 1], [0.1, 0.2, 0.6, 0.7])
    assert caught.value.cause == "separation"
    with pytest.raises(NotEstimable):
        calibration_statistics([0, 0, 1, 1], [0.0, 0.0, 1.0, 1.0], compat="rms-6.5")


def test_cases_are_the_given_risks_or_else_the_models() -> None:
    arguments = _random(9)
    y, x = arguments["y_true"], np.log(arguments["y_proba"] / (1 - arguments["y_proba"]))[:, None]
    options: dict[str, Any] = {"outcome": y, "outcome_name": "y", "event": "1", "predictors": ("x",), "x": x}
    given_risks = Cohort("given", **options, risks={"theirs": arguments["y_proba"]})
    (case,) = CALIBRATION_CURVE.cases(given_risks, Settings(level=0.9))
    assert case.label == "risk theirs" and case.arguments["level"] == 0.9
    (case,) = CALIBRATION_STATISTICS.cases(Cohort("model", **options), Settings())
    result = calibration_statistics(**case.arguments)
    # the maximum likelihood estimate is calibrated on its own data; the case's risks have nine decimals
    assert abs(result.calibration_intercept) < 1e-7 and abs(result.calibration_slope - 1) < 1e-7
    assert abs(result.calibration_in_the_large) < 1e-7
    assert result.observed_expected_ratio == pytest.approx(1.0, abs=1e-9)
    own = calibration_statistics(y, logistic_regression(y, x).fitted)
    assert max(abs(own.calibration_intercept), abs(own.calibration_slope - 1), abs(own.mean_risk - y.mean())) < 1e-13


def test_tables_and_figure_show_the_numbers() -> None:
    arguments = _random(10)
    statistics, brier, curve = (
        calibration_statistics(**arguments),
        brier_score(**arguments),
        calibration_curve(**arguments),
    )
    assert statistics.to_frame().shape == (3, 4)
    assert "brier_score" in brier.summary() and len(curve.to_frame()) == curve.group_n.size
    assert brier.scaled_brier_score < 1
    display = CalibrationCurveDisplay(curve, statistics, brier).plot()
    texts = " ".join(text.get_text() for text in display.ax_.texts)
    assert f"Slope {statistics.calibration_slope:.2f}" in texts
    assert f"Brier score {brier.brier_score:.3f}" in texts
    assert display.ax_.get_xlabel() == "Predicted risk"
    lines = {line.get_label() for line in display.ax_.get_lines()}
    assert {"Ideal", "Smoothed (lowess)"} <= lines
    assert curve.plot().figure_ is not None
