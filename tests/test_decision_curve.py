"""Decision curves: definitions, ties, exactness, resampling, refusals, figures; live agreement with rmda."""

from __future__ import annotations

import math
import operator
import tracemalloc
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.controls.decision_curve import Recipe, plain_curve
from validation.decision_curve import (
    DECISION_CURVE,
    DECISION_CURVE_OF_RISKS,
    DecisionCurve,
    StrategyCurve,
    cost_benefit_axis,
    cost_benefit_ratio,
    cross_validated_decision_curve,
    decision_curve,
    resampling,
    tables,
)
from validation.decision_curve.cross_validation import stratified_folds
from validation.decision_curve.links import LINKS
from validation.decision_curve.measures import MEASURES, order_statistics
from validation.decision_curve.sources import independent_columns, span
from validation.displays.decision_curve import ClinicalImpactDisplay, DecisionCurveDisplay, RatesDisplay
from validation.errors import InputError, NotEstimable
from validation.exact.decision_curve import curve_of_model, curve_of_risks
from validation.kernels import decision_curve_numpy
from validation.r_numerics import r_seq
from validation.r_random import RRandom

RMDA = "rmda-1.6"
Arguments = dict[str, Any]
#: the example of ties: four controls, four cases
TIED: Arguments = {
    "y_true": np.repeat([0, 1], 4),
    "y_proba": np.array([0.0, 0.1, 0.3, 0.5, 0.1, 0.3, 0.5, 1.0]),
}


def _cohort(n: int = 150, p: int = 3, seed: int = 1, shift: float = 0.7) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    return (generator.random(n) < 1.0 / (1.0 + np.exp(shift - x[:, 0]))).astype(int), x


def _same(first: DecisionCurve, second: DecisionCurve) -> list[str]:
    """Quantities in which two results differ."""
    different = []
    for strategy in ("model", "all", "none"):
        for measure in MEASURES:
            for suffix in ("", "_lower", "_upper"):
                a, b = (getattr(getattr(result, strategy), measure + suffix) for result in (first, second))
                if not ((a is None and b is None) or np.array_equal(a, b, equal_nan=True)):
                    different.append(f"{strategy}.{measure}{suffix}")
    return different


def _limits(curve: StrategyCurve, measure: str) -> tuple[Any, Any]:
    limits = curve.limits(measure)
    assert limits is not None
    return limits


# --- definitions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compat", "at_tenth", "at_three_tenths"), [(RMDA, 0.347222, 0.196429), (None, 0.458333, 0.267857)]
)
def test_tie_rules_of_the_two_modes(compat: str | None, at_tenth: float, at_three_tenths: float) -> None:
    result = decision_curve(**TIED, thresholds=[0.1, 0.3], level=None, compat=compat)
    np.testing.assert_allclose(result.model.net_benefit, [at_tenth, at_three_tenths], atol=5e-7)
    assert result.n_on_threshold == 4


def test_strict_rule_counts_a_tie_on_neither_side() -> None:
    model = decision_curve(**TIED, thresholds=[0.3], level=None, compat=RMDA).model
    rates = (
        model.true_positive_rate,
        model.false_negative_rate,
        model.false_positive_rate,
        model.true_negative_rate,
    )
    assert [float(rate[0]) for rate in rates] == [0.5, 0.25, 0.25, 0.5]
    out = decision_curve(**TIED, thresholds=[0.3], level=None, policy="opt-out", compat=RMDA).model
    assert out.net_benefit[0] == pytest.approx(-0.0416667, abs=5e-8)
    # the share of low risk is what is not high, and no detection comes from the false positive rate
    assert model.proportion_low_risk[0] == 1.0 - 3 / 8
    assert model.non_detection_probability[0] == 0.75 * 0.5


def test_neighbouring_doubles_are_told_apart() -> None:
    risk = [0.3, 0.1 * 3, 0.3 - 2.0**-54, 0.9]
    result = decision_curve([0, 0, 0, 1], y_proba=risk, thresholds=[0.3], level=None)
    assert result.model.false_positive_rate[0] == 2 / 3
    assert (
        decision_curve([0, 0, 0, 1], y_proba=risk, thresholds=[0.3], level=None, compat=RMDA).model.n_on_threshold == 1
    )


def test_default_grid_is_the_one_of_r() -> None:
    grid = decision_curve(**TIED, level=None).thresholds
    differs = [i for i in range(101) if grid[i] != i / 100]
    assert differs == [35, 41, 47, 57, 69, 70, 82, 83, 94, 95]


def test_infinite_weights_give_no_number() -> None:
    for compat in (None, RMDA):
        opt_in = decision_curve(**TIED, thresholds=[0.0, 1.0], level=None, compat=compat)
        opt_out = decision_curve(**TIED, thresholds=[0.0, 1.0], level=None, policy="opt-out", compat=compat)
        for curve, other in ((opt_in.model, opt_out.model), (opt_in.all, opt_out.all), (opt_in.none, opt_out.none)):
            assert np.isnan(curve.net_benefit).tolist() == [False, True]
            assert np.isnan(other.net_benefit).tolist() == [True, False]


def test_reference_strategies_at_the_ends() -> None:
    default = decision_curve(**TIED, thresholds=[0.0, 1.0], level=None)
    assert default.all.true_positive_rate.tolist() == [1.0, 1.0]
    assert default.none.true_negative_rate.tolist() == [1.0, 1.0]
    strict = decision_curve(**TIED, thresholds=[0.0, 1.0], level=None, compat=RMDA)
    assert strict.all.true_positive_rate.tolist() == [1.0, 0.0]
    assert strict.none.true_negative_rate.tolist() == [0.0, 1.0]


def test_threshold_at_the_prevalence_makes_treating_all_worthless() -> None:
    y, x = _cohort()
    result = decision_curve(y, x=x, thresholds=[y.mean()], level=None)
    assert abs(result.all.net_benefit[0]) < 1e-15


def test_thresholds_keep_their_order_and_repetitions() -> None:
    y, x = _cohort()
    grid = [0.3, 0.1, 0.3, 0.6, 0.2]
    for compat in (None, RMDA):
        mixed = decision_curve(y, x=x, thresholds=grid, bootstraps=30, compat=compat)
        ordered = decision_curve(y, x=x, thresholds=sorted(set(grid)), bootstraps=30, compat=compat)
        place = [sorted(set(grid)).index(t) for t in grid]
        for name in ("net_benefit", "net_benefit_lower", "proportion_high_risk_upper"):
            np.testing.assert_array_equal(getattr(mixed.model, name), getattr(ordered.model, name)[place])


# --- exactness -----------------------------------------------------------------------------------------------------

_grid = st.lists(st.sampled_from([0.0, 0.05, 0.1, 0.3, 0.1 * 3, 1 / 3, 0.5, 0.99, 1.0]), min_size=1, max_size=6)


@st.composite
def _tied_data(draw: st.DrawFn) -> tuple[list[int], list[float]]:
    y = draw(st.lists(st.integers(0, 1), min_size=2, max_size=14).filter(lambda values: len(set(values)) == 2))
    risk = st.one_of(st.sampled_from([0.0, 0.1, 0.3, 0.1 * 3, 0.5, 1.0]), st.floats(0, 1))
    return y, draw(st.lists(risk, min_size=len(y), max_size=len(y)))


@given(
    data=_tied_data(),
    thresholds=_grid,
    policy=st.sampled_from(["opt-in", "opt-out"]),
    tie_rule=st.sampled_from(["at-or-above", "strict"]),
    prevalence=st.one_of(st.none(), st.sampled_from([0.01, 0.13, 0.5])),
)
def test_every_measure_is_the_nearest_double(
    data: Any, thresholds: list[float], policy: str, tie_rule: str, prevalence: float | None
) -> None:
    arguments: Arguments = {
        "y_true": data[0],
        "y_proba": data[1],
        "thresholds": thresholds,
        "policy": policy,
        "tie_rule": tie_rule,
        "prevalence": prevalence,
    }
    design = "cohort" if prevalence is None else "case-control"
    result = decision_curve(**arguments, study_design=design, level=None)
    for name, certified in curve_of_risks(**arguments).items():
        np.testing.assert_array_equal(operator.attrgetter(name)(result), certified, err_msg=name)


def test_net_benefit_by_hand_with_fractions() -> None:
    y, risk = TIED["y_true"].tolist(), TIED["y_proba"].tolist()
    for t in (0.05, 0.1, 0.1 * 3, 0.5, 0.7):
        treated = [value >= t for value in risk]
        gained = sum(a and b == 1 for a, b in zip(treated, y, strict=True))
        lost = sum(a and b == 0 for a, b in zip(treated, y, strict=True))
        exact = Fraction(gained, 8) - Fraction(t) / (1 - Fraction(t)) * Fraction(lost, 8)
        assert decision_curve(**TIED, thresholds=[t], level=None).model.net_benefit[0] == float(exact)


@pytest.mark.parametrize("name", ["osteoporosis", "near_separation", "ties", "rare"])
def test_refitted_model_has_its_certified_curve(name: str) -> None:
    cohort = load_cohort(name)
    arguments: Arguments = {"y_true": cohort.outcome, "x": cohort.x, "thresholds": r_seq(0.0, 1.0, 0.01)}
    result = decision_curve(**arguments, level=None)
    certified = curve_of_model(**arguments)
    assert sum(key.startswith("model.") for key in certified) == len(MEASURES)
    for key, value in certified.items():
        np.testing.assert_array_equal(operator.attrgetter(key)(result), value, err_msg=key)


# --- resampling ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "m", "ranks"),
    [
        (0.95, 40, (2, 39)),
        (0.95, 100, (3, 98)),
        (0.95, 200, (6, 195)),
        (0.95, 500, (13, 488)),
        (0.95, 1000, (26, 975)),
        (0.95, 2000, (51, 1950)),
        (0.9, 100, (5, 95)),
        (0.9, 500, (25, 475)),
    ],
)
def test_ranks_of_the_percentile_limits(level: float, m: int, ranks: tuple[int, int]) -> None:
    values = np.random.default_rng(0).permutation(m).astype(np.float64)[None, :] + 1.0
    low, high = order_statistics(values, level, math.nan)
    assert (low[0], high[0]) == ranks
    # what does not exist in a resample is left out, and the ranks are those of what is left
    padded = np.concatenate([values, np.full((1, 7), np.nan)], axis=1)
    assert tuple(float(limit[0]) for limit in order_statistics(padded, level, math.nan)) == ranks


def test_limits_that_do_not_exist() -> None:
    low, high = order_statistics(np.full((1, 5), np.nan), 0.95, 7.0)
    assert (low[0], high[0]) == (7.0, 7.0)


@pytest.mark.parametrize("name", ["ties", "rare", "near_separation"])
def test_plain_implementation_gives_the_same_doubles(name: str) -> None:
    cohort = load_cohort(name)
    shared: Arguments = {"thresholds": r_seq(0.0, 1.0, 0.02), "seed": 4, "bootstraps": 80, "level": 0.9, "compat": RMDA}
    model: Arguments = {"y_true": cohort.outcome, "x": cohort.x, **shared}
    risk = np.round(1.0 / (1.0 + np.exp(-(cohort.x[:, 0] - cohort.x[:, 0].mean()))), 2)
    given_risk: Arguments = {"y_true": cohort.outcome, "y_proba": risk, **shared}
    for arguments in (model, given_risk):
        assert _same(decision_curve(**arguments), plain_curve(Recipe(), **arguments)) == []


def test_several_models_share_the_resamples() -> None:
    y, x = _cohort()
    together = decision_curve(y, x={"small": x[:, :1], "large": x}, bootstraps=40, compat=RMDA)
    for name, columns in (("small", x[:, :1]), ("large", x)):
        alone = decision_curve(y, x=columns, bootstraps=40, compat=RMDA)
        for measure in MEASURES:
            for suffix in ("", "_lower", "_upper"):
                value, expected = getattr(together[name], measure + suffix), getattr(alone.model, measure + suffix)
                np.testing.assert_array_equal(value, expected)
        np.testing.assert_array_equal(alone.random_state, together.random_state)


def test_resamples_without_cases_are_counted() -> None:
    y = np.zeros(14, dtype=int)
    y[3] = y[8] = 1
    risk = np.linspace(0.05, 0.9, 14)
    result = decision_curve(y, y_proba=risk, thresholds=[0.1, 0.2], bootstraps=60, seed=20)
    rows = RRandom(20).sample_rows(14, 14, 60)
    complete = int(np.sum(y[rows].any(axis=1)))
    assert 0 < complete < 60
    assert (result.n_replicates, result.n_replicates_used) == (60, complete)
    assert np.isfinite(_limits(result.model, "net_benefit")[0]).all()


def test_case_control_resamples_keep_both_numbers() -> None:
    y, x = _cohort()
    result = decision_curve(y, x=x, study_design="case-control", prevalence=0.1, bootstraps=30, thresholds=[0.05, 0.2])
    assert result.n_replicates_used == 30
    assert set(_limits(result.model, "prevalence")[0]) == {0.1}
    one = np.arange(10) == 9
    single = decision_curve(
        one,
        y_proba=np.linspace(0, 0.9, 10),
        study_design="case-control",
        prevalence=0.2,
        bootstraps=3,
        thresholds=[0.5],
    )
    assert _limits(single.model, "true_positive_rate")[0][0] == 1.0


def test_blocks_do_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = _cohort()
    arguments: Arguments = {"x": x, "bootstraps": 50, "thresholds": r_seq(0.0, 1.0, 0.05), "compat": RMDA}
    whole = decision_curve(y, **arguments)
    monkeypatch.setattr(resampling, "_BLOCK", 400)
    monkeypatch.setattr(tables, "_BLOCK", 100)
    monkeypatch.setattr(decision_curve_numpy, "_PRODUCTS", 0)
    monkeypatch.setattr(decision_curve_numpy, "_CHUNK", 32)
    assert _same(whole, decision_curve(y, **arguments)) == []


def test_memory_does_not_grow_with_patients_times_resamples_or_thresholds() -> None:
    n, resamples = 40_000, 120
    generator = np.random.default_rng(2)
    risk = generator.random(n)
    y = (generator.random(n) < risk).astype(int)
    tracemalloc.start()
    decision_curve(y, y_proba=risk, bootstraps=resamples)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # one byte per patient and resample would be 4.8 MB, and per patient and threshold 4 MB; counts alone need 0.6 MB
    assert peak < 12 * n * 8


def test_separated_resamples_are_reported() -> None:
    cohort = load_cohort("neighbours")
    result = decision_curve(cohort.outcome, x=cohort.x, bootstraps=40)
    assert 0 < result.n_replicates_degenerate <= 40


# --- the model -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link", sorted(LINKS))
def test_links_invert_and_have_their_derivative(link: str) -> None:
    eta = np.linspace(-2.5, 1.5, 41)
    mean = LINKS[link].mean(eta)
    np.testing.assert_allclose(LINKS[link].inverse(mean), eta, atol=1e-12)
    step = 1e-6
    numeric = (LINKS[link].mean(eta + step) - LINKS[link].mean(eta - step)) / (2 * step)
    np.testing.assert_allclose(LINKS[link].slope(eta, mean), numeric, atol=1e-9)
    extreme = LINKS[link].mean(np.array([-1e5, 1e5]))
    assert 0.0 < extreme[0] < extreme[1] < 1.0


def test_span_leaves_out_dependent_columns() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(30, 3)) + 1000.0
    doubled = np.column_stack([x, x[:, 0] - 2.0 * x[:, 1] + 5.0, np.ones(30)])
    assert independent_columns(doubled).tolist() == [True, True, True, False, False]
    y = (generator.random(30) < 0.5).astype(int)
    curves = [decision_curve(y, x=columns, level=None, compat=RMDA) for columns in (x, doubled)]
    assert _same(*curves) == []
    basis = span(doubled)
    np.testing.assert_allclose(basis.T @ basis, np.eye(4), atol=1e-12)


def test_default_refuses_a_model_that_does_not_exist() -> None:
    y, x = _cohort(60)
    with pytest.raises(NotEstimable) as separated:
        decision_curve(y, x=np.column_stack([x, y + 0.0]))
    assert separated.value.cause == "separation"
    with pytest.raises(NotEstimable) as dependent:
        decision_curve(y, x=np.column_stack([x, x[:, 0]]))
    assert dependent.value.cause == "rank"
    assert decision_curve(y, x=np.column_stack([x, y + 0.0]), level=None, compat=RMDA).model.net_benefit[50] > 0


def test_a_diverging_iteration_of_r_is_not_imitated() -> None:
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    with pytest.raises(NotEstimable, match="cannot be reproduced"):
        decision_curve(data.target, x=data.data, bootstraps=20, compat=RMDA)


# --- cross-validation ----------------------------------------------------------------------------------------------


@given(cases=st.integers(3, 40), controls=st.integers(3, 40), folds=st.integers(2, 3), seed=st.integers(0, 1000))
def test_folds_are_balanced_in_each_class(cases: int, controls: int, folds: int, seed: int) -> None:
    y = np.repeat(np.array([0, 1], dtype=np.int8), (controls, cases))
    fold = stratified_folds(y, folds, RRandom(seed))
    for value, size in ((0, controls), (1, cases)):
        counts = np.bincount(fold[y == value], minlength=folds + 1)
        assert counts[0] == 0
        assert counts[1:].sum() == size
        assert counts[1:].max() - counts[1:].min() <= 1


def test_cross_validation_gives_back_no_benefit_of_noise() -> None:
    generator = np.random.default_rng(5)
    y = (generator.random(200) < 0.3).astype(int)
    x = generator.normal(size=(200, 12))
    apparent = decision_curve(y, x=x, thresholds=[0.3], level=None).model.net_benefit[0]
    validated = cross_validated_decision_curve(y, x=x, thresholds=[0.3]).model.net_benefit[0]
    assert apparent > 0.05
    assert validated < apparent - 0.05


def test_cross_validation_of_a_case_control_study_of_any_size() -> None:
    y, x = _cohort(67)
    for compat in (None, RMDA):
        result = cross_validated_decision_curve(
            y, x=x, study_design="case-control", prevalence=0.1, thresholds=[0.1, 0.2], compat=compat
        )
        assert np.isfinite(result.model.net_benefit).all()
        np.testing.assert_allclose(result.model.prevalence, 0.1, rtol=1e-15)


# --- words and figures ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "ratio"),
    [
        (0.0, "0:1"),
        (0.05, "1:19"),
        (0.335, "67:133"),
        (1 / 3, "1:2"),
        (0.001, "1:999"),
        (0.0005, "1:1999"),
        (0.00049, "0:1"),
        (math.pi / 10, "4220840:9214511"),
        (0.5, "1:1"),
        (0.9, "9:1"),
        (1.0, "Inf:1"),
    ],
)
def test_cost_benefit_ratio(threshold: float, ratio: str) -> None:
    assert cost_benefit_ratio(threshold) == ratio


def test_cost_benefit_axis() -> None:
    assert cost_benefit_axis().labels == ("1:100", "1:4", "2:3", "3:2", "4:1", "100:1")
    assert cost_benefit_axis((0.0, 0.4)).labels == ("1:100", "1:10", "1:5", "1:3", "1:2", "2:3")
    assert cost_benefit_axis((0.1, 0.3), ratios=["1:1000", "1:4", "1:9", "2:3", "1:3"]).labels == ("1:4", "1:3")
    assert cost_benefit_axis((0.0, 0.005)).labels == ()
    with pytest.raises(InputError):
        cost_benefit_axis((0.0, 1.0), ratios=["one to four"])


def test_summary_keeps_rows_together_whatever_the_order_of_thresholds() -> None:
    y, x = _cohort()
    shuffled = decision_curve(y, x=x, thresholds=[0.3, 0.05, 0.1, 0.3], bootstraps=20).summary("net_benefit")
    ordered = decision_curve(y, x=x, thresholds=[0.05, 0.1, 0.3, 0.3], bootstraps=20).summary("net_benefit")
    assert shuffled == ordered
    assert shuffled.splitlines()[1] == "Net Benefit (95% Confidence Intervals):"
    without = decision_curve(y, x=x, thresholds=[0.1, 1.0], level=None).summary()
    assert "NA" in without
    assert "(" not in without.splitlines()[-4]


def test_table_has_a_row_per_strategy_and_threshold() -> None:
    y, x = _cohort()
    frame = decision_curve(y, x={"a": x[:, :1], "b": x}, thresholds=[0.1, 0.2], bootstraps=5).to_frame()
    assert frame["strategy"].tolist() == ["a", "a", "b", "b", "all", "all", "none", "none"]
    assert {"net_benefit", "net_benefit_lower", "net_benefit_upper", "cost_benefit_ratio"} <= set(frame)


def test_clinical_impact_is_the_measures_times_the_population() -> None:
    result = decision_curve(**TIED, thresholds=[0.1, 0.3], bootstraps=20)
    impact = result.clinical_impact(500)
    np.testing.assert_array_equal(impact.flagged.number, result.model.proportion_high_risk * 500)
    np.testing.assert_array_equal(impact.affected.upper, _limits(result.model, "detection_probability")[1] * 500)


def test_figure_shows_the_numbers() -> None:
    y, x = _cohort()
    result = decision_curve(y, x={"base $x_1$": x[:, :1], "<full>": x}, bootstraps=20, thresholds=r_seq(0, 0.8, 0.05))
    display = result.plot()
    for line, curve in zip(display.lines_, result.strategies(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), curve.net_benefit)
        np.testing.assert_array_equal(line.get_xdata(), result.thresholds)
    axes = display.ax_
    low, high = axes.get_ylim()
    highest = max(_limits(result.model, "net_benefit")[1])
    assert low < 0.0 < highest < high < 2 * highest
    assert axes.get_xlabel() == "High risk threshold"
    ticks = [text.get_text() for text in display.cost_benefit_ax_.get_xticklabels()]
    assert ticks == list(cost_benefit_axis((0.0, result.thresholds[-1])).labels)
    texts = axes.get_legend().get_texts()
    assert [text.get_text() for text in texts] == ["base $x_1$", "<full>", "Treat all", "Treat none"]
    assert not any(text.get_parse_math() for text in texts)


def test_other_figures_and_determinism(tmp_path: Any) -> None:
    import matplotlib as mpl

    y, x = _cohort()
    for policy in ("opt-in", "opt-out"):
        result = decision_curve(y, x=x, bootstraps=10, policy=policy, thresholds=r_seq(0.05, 0.6, 0.05))
        for make in (ClinicalImpactDisplay, RatesDisplay, DecisionCurveDisplay):
            files = []
            # drawing twice is slow, and one figure of each policy shows that nothing depends on the run
            for number in (1, 2) if make is DecisionCurveDisplay else (1,):
                display = make(result).plot()
                files.append(tmp_path / f"{make.__name__}{number}.svg")
                with mpl.rc_context({"svg.hashsalt": "decision curve"}):
                    display.figure_.savefig(files[-1], metadata={"Date": None})
            assert files[0].read_bytes() == files[-1].read_bytes()


# --- refusals ------------------------------------------------------------------------------------------------------

_Y, _X = _cohort(40)
_P = np.linspace(0.0, 1.0, 40)


@pytest.mark.parametrize(
    ("argument", "changes"),
    [
        ("x, y_proba", {}),
        ("x, y_proba", {"x": _X, "y_proba": _P}),
        ("y_proba", {"y_proba": 100.0 * _P}),
        ("y_proba", {"y_proba": np.where(_P > 0.5, np.nan, _P)}),
        ("y_proba", {"y_proba": _P[1:]}),
        ("thresholds", {"y_proba": _P, "thresholds": [0.1, 1.2]}),
        ("thresholds", {"y_proba": _P, "thresholds": [0.1, math.nan]}),
        ("thresholds", {"y_proba": _P, "thresholds": []}),
        ("policy", {"y_proba": _P, "policy": "treat"}),
        ("study_design", {"y_proba": _P, "study_design": "trial"}),
        ("prevalence", {"y_proba": _P, "prevalence": 0.3}),
        ("prevalence", {"y_proba": _P, "study_design": "case-control"}),
        ("prevalence", {"y_proba": _P, "study_design": "case-control", "prevalence": 1.0}),
        ("link", {"x": _X, "link": "log"}),
        ("link", {"x": _X, "link": "probit", "study_design": "case-control", "prevalence": 0.2}),
        ("level", {"y_proba": _P, "level": 95}),
        ("bootstraps", {"y_proba": _P, "bootstraps": 0}),
        ("seed", {"y_proba": _P, "seed": 1.5}),
        ("sample_kind", {"y_proba": _P, "sample_kind": "Old"}),
        ("tie_rule", {"y_proba": _P, "tie_rule": ">="}),
        ("tie_rule", {"y_proba": _P, "tie_rule": "at-or-above", "compat": RMDA}),
        ("compat", {"y_proba": _P, "compat": "rmda"}),
        ("names", {"x": _X, "names": ["a", "b"]}),
        ("y_proba", {"y_proba": {"All": _P}}),
        ("x", {"x": {}}),
    ],
)
def test_refusals_name_the_argument(argument: str, changes: Arguments) -> None:
    with pytest.raises(InputError) as refused:
        decision_curve(_Y, **changes)
    assert refused.value.argument == argument


def test_cross_validation_refuses_too_many_folds() -> None:
    for folds, compat in ((41, None), (5, RMDA), (1, None)):
        with pytest.raises(InputError) as refused:
            cross_validated_decision_curve(_Y, x=_X, folds=folds, compat=compat)
        assert refused.value.argument == "folds"


def test_unknown_strategy_is_named() -> None:
    with pytest.raises(InputError, match="model, all, none"):
        _ = decision_curve(_Y, y_proba=_P, level=None)["nobody"]


# --- live agreement with rmda --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rmda(r: Any) -> Any:
    """Session with R where rmda is installed."""
    if r.packages().get("rmda") is None:
        warnings.warn("R package rmda is not installed: live comparisons of decision curves did NOT run", stacklevel=1)
        pytest.skip("R package rmda is not installed: this live comparison did NOT run")
    return r


def _agrees(session: Any, function: str, ours: Any, arguments: Arguments) -> None:
    reference = session.call(f"decision_curve.R::{function}", arguments).value
    result = ours(**arguments, compat=RMDA)
    compared = 0
    for name, value in reference.items():
        mine = np.asarray(operator.attrgetter(name)(result), dtype=np.float64)
        theirs = np.asarray(value, dtype=np.float64).reshape(mine.shape)
        np.testing.assert_array_equal(mine, theirs, err_msg=name)
        low = [np.atleast_1d(array).view(np.uint64) & np.uint64(0xFFFFFFFF) for array in (mine, theirs)]
        missing = [np.isnan(np.atleast_1d(a)) & (w == 1954) for a, w in zip((mine, theirs), low, strict=True)]
        np.testing.assert_array_equal(missing[0], missing[1], err_msg=f"{name}: NA")
        compared += mine.size
    assert compared > 300


_DESIGNS: list[Arguments] = [
    {},
    {"policy": "opt-out", "level": 0.9},
    {"link": "probit"},
    {"link": "cauchit"},
    {"link": "cloglog"},
    {"study_design": "case-control", "prevalence": 0.15},
    {"study_design": "case-control", "prevalence": 0.15, "policy": "opt-out"},
    {"study_design": "case-control"},
    {"prevalence": 0.4},
    {"prevalence": 0.05, "link": "probit"},
]


@pytest.mark.live
@pytest.mark.parametrize("choices", _DESIGNS, ids=str)
@pytest.mark.parametrize(("n", "p", "decimals"), [(40, 2, 1), (150, 4, 9)])
def test_refitted_curves_are_those_of_rmda(rmda: Any, choices: Arguments, n: int, p: int, decimals: int) -> None:
    y, x = _cohort(n, p, seed=n)
    x = np.round(x, decimals)
    shared = {"thresholds": r_seq(0.0, 1.0, 0.1), "bootstraps": 12, "level": 0.95, "seed": n, **choices}
    _agrees(rmda, "decision_curve", decision_curve, {"y_true": y, "x": x, **shared})


@pytest.mark.live
@pytest.mark.parametrize("choices", [c for c in _DESIGNS if "link" not in c], ids=str)
def test_curves_of_given_risks_are_those_of_rmda(rmda: Any, choices: Arguments) -> None:
    generator = np.random.default_rng(8)
    for n, decimals in ((25, 1), (90, 17)):
        y = np.r_[0, 1, (generator.random(n - 2) < 0.2).astype(int)]
        risk = np.round(generator.random(n), decimals)
        shared = {"thresholds": r_seq(0.0, 1.0, 0.1), "bootstraps": 12, "level": 0.95, "seed": n, **choices}
        _agrees(rmda, "decision_curve_of_risks", decision_curve, {"y_true": y, "y_proba": risk, **shared})


@pytest.mark.live
@pytest.mark.parametrize("choices", [{}, {"policy": "opt-out"}, {"link": "probit"}, {"link": "cauchit"}], ids=str)
def test_cross_validated_curves_are_those_of_rmda(rmda: Any, choices: Arguments) -> None:
    for folds, n in ((5, 150), (3, 92)):
        y, x = _cohort(n, 3, seed=n)
        shared = {"thresholds": r_seq(0.0, 1.0, 0.05), "folds": folds, "seed": n, **choices}
        _agrees(rmda, "cross_validated_decision_curve", cross_validated_decision_curve, {"y_true": y, "x": x, **shared})


@pytest.mark.live
@pytest.mark.parametrize("count", [1, 2, 5, 6, 9, 20])
def test_cost_benefit_axes_are_those_of_rmda(rmda: Any, count: int) -> None:
    for limits in ((0.0, 1.0), (0.0, 0.4), (0.05, 0.35), (0.45, 0.55), (0.3, 0.9), (0.9, 1.0)):
        theirs = rmda.call("decision_curve.R::cost_benefit_axis", {"limits": np.array(limits), "count": count}).value
        ours = cost_benefit_axis(limits, count=count)
        assert list(ours.labels) == list(np.atleast_1d(theirs["labels"]))
        np.testing.assert_array_equal(ours.ratios, theirs["ratios"])
        np.testing.assert_array_equal(ours.thresholds, theirs["thresholds"])


def test_declared_quantities_exist() -> None:
    y, x = _cohort(60)
    risk = np.round(np.random.default_rng(1).random(60), 2)
    for statistic, data in ((DECISION_CURVE, {"x": x}), (DECISION_CURVE_OF_RISKS, {"y_proba": risk})):
        result = statistic.compute(y_true=y, bootstraps=5, **data)
        for name in statistic.quantities:
            assert operator.attrgetter(name)(result) is not None
