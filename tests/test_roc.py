"""ROC family: defining equations, properties, kernels, every bit of pROC on random cohorts, bad input, figures."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.agreement import Labels, Row
from crosscheck_r.power import relations_broken
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from crosscheck_r.session import RSession
from crosscheck_r.strategies import SCORES, marker_arguments, outcome_and_scores, pair_arguments
from validation import extended, kernels, r_numerics, roc
from validation.cohort import Cohort, Marker
from validation.displays.roc import RocCurveDisplay
from validation.errors import InputError, NotEstimable
from validation.exact import roc as certified
from validation.kernels import delong_numpy
from validation.r_numerics import NA_REAL
from validation.roc.curve import PROC
from validation.roc.placements import place, square_root
from validation.statistic import Case, Settings, Statistic

STATISTICS = (roc.ROC_CURVE, roc.AUC, roc.OPTIMAL_CUTOFF, roc.ROC_TEST)
COHORTS = 200
KERNELS = kernels.available()
#: no variance of the difference: pROC's rounding gives NaN, an infinite statistic, or 0
WITHOUT_VARIANCE = (
    ([0, 1, 1, 0, 0], [2, 2, 2, 1, 2], [2, 1, 1, 1, 2]),
    ([0, 0, 1, 1], [1, 2, 3, 4], [1, 1, 1, 1]),
    ([0, 0, 1, 1], [1, 2, 3, 4], [1, 2, 3, 5]),
)


# --- live: every bit of pROC


@pytest.fixture(scope="module")
def live(r: RSession) -> Live:
    return Live(r)


def random_scores(generator: np.random.Generator, y: Any) -> Any:
    n = y.size
    signal = generator.normal(size=n) + generator.uniform(-1, 2) * y
    steps = generator.integers(0, 9, n).astype(np.float64)
    kinds = (
        signal,
        signal.round(1),
        (0.85 - 0.05 * signal).round(2),
        signal.round(),
        np.clip(signal, -5, 5) * 3.5e307,
        (steps - 4) * 5e-324,
        1.0 + steps * 2.0**-52,
        y + generator.uniform(0, 0.5, n).round(2),
        np.where(np.arange(n) == 0, 1.0, 0.0),
        np.where(generator.random(n) < 0.5, 0.0, -0.0) * 1.0,
    )
    return kinds[int(generator.integers(len(kinds)))]


def cohort_of(seed: int) -> Cohort:
    """Random cohort: n from 5 to 150, prevalence from 3 %, every kind of score, both directions."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(5, 150))
    share = generator.choice([0.03, 0.2, 0.5, 0.8])
    y = np.zeros(n, dtype=np.int8)
    y[: max(2, min(n - 2, round(share * n)))] = 1
    generator.shuffle(y)
    markers = tuple(
        Marker(name, random_scores(generator, y), "lower" if generator.random() < 0.5 else "higher") for name in "ab"
    )
    return Cohort(f"random {seed}", y, "y", "1", (), np.empty((n, 0)), markers)


def rows_of(statistic: Statistic, case: Case, live: Live) -> list[Row]:
    reference = live.get(statistic, "live", case)
    assert statistic.certified is not None
    values = statistic.certified(**case.arguments)
    rows: list[Row] = []
    for mode, quantities in statistic.modes():
        labels = Labels("live", case.label, statistic.name, mode, "python", "live")
        outcome = compute(statistic, case, mode)
        rows += compare_outcome(labels, quantities, outcome, reference, values if mode is None else {})
    return rows


def require_agreement(rows: list[Row]) -> None:
    for row in rows:
        assert row.verdict not in ("unexplained", "Python-limited", "not compared"), row
        if row.compat == PROC:
            assert row.verdict == "identical", row


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, COHORTS, 25))
def test_every_bit_of_proc_on_random_cohorts(live: Live, first: int) -> None:
    for seed in range(first, first + 25):
        cohort = cohort_of(seed)
        for statistic in STATISTICS:
            for case in statistic.cases(cohort, Settings()):
                require_agreement(rows_of(statistic, case, live))


@pytest.mark.live
@settings(max_examples=30)
@given(pair_arguments(max_size=25))
def test_every_bit_of_proc_on_arbitrary_pairs(live: Live, arguments: dict[str, Any]) -> None:
    require_agreement(rows_of(roc.ROC_TEST, Case("pair", {**arguments, "level": 0.9}), live))


@pytest.mark.live
@settings(max_examples=30)
@given(marker_arguments(max_size=25), st.sampled_from(["youden", "closest_topleft"]))
def test_every_bit_of_proc_on_arbitrary_markers(live: Live, arguments: dict[str, Any], method: str) -> None:
    require_agreement(rows_of(roc.ROC_CURVE, Case("marker", arguments), live))
    require_agreement(rows_of(roc.AUC, Case("marker", {**arguments, "level": 0.99}), live))
    require_agreement(rows_of(roc.OPTIMAL_CUTOFF, Case("marker", {**arguments, "method": method}), live))


@pytest.mark.live
@pytest.mark.parametrize(("y", "first", "second"), WITHOUT_VARIANCE)
def test_every_bit_of_proc_without_a_variance(live: Live, y: Any, first: Any, second: Any) -> None:
    arguments: dict[str, Any] = {"direction_1": "higher", "direction_2": "higher", "level": 0.95}
    arguments |= {"y_true": np.array(y), "y_score_1": np.array(first, float), "y_score_2": np.array(second, float)}
    require_agreement(rows_of(roc.ROC_TEST, Case("degenerate", arguments), live))


@pytest.mark.live
def test_every_bit_of_proc_on_a_large_cohort(live: Live) -> None:
    generator = np.random.default_rng(8)
    y = (generator.random(20_000) < 0.1).astype(np.int8)
    markers = (
        Marker("a", y + generator.normal(size=y.size), "higher"),
        Marker("b", generator.gamma(2.0, size=y.size), "lower"),
    )
    cohort = Cohort("large", y, "y", "1", (), np.empty((y.size, 0)), markers)
    for statistic in STATISTICS:
        for case in statistic.cases(cohort, Settings()):
            require_agreement(rows_of(statistic, case, live))


@pytest.mark.live
def test_another_level_afterwards_is_what_proc_gives_at_once(r: RSession) -> None:
    cohort = cohort_of(3)
    arguments: dict[str, Any] = {"y_true": cohort.outcome, "y_score": cohort.markers[0].values, "direction": "higher"}
    theirs = r.call("roc.R::auc", {**arguments, "level": 0.8}).value
    mine = roc.auc(**arguments, compat=PROC).confidence_interval(0.8)
    assert mine == (theirs["lower"][0], theirs["upper"][0])


# --- defining equations


def pairs(y: Any, x: Any) -> tuple[int, int, int]:
    a, b = x[y == 1][:, None], x[y == 0][None, :]
    return 2 * int((a > b).sum()) + int((a == b).sum()), a.size, b.size


@given(outcome_and_scores())
def test_auc_is_the_share_of_won_pairs_rounded_once(data: tuple[Any, Any]) -> None:
    y, x = data
    wins, m, n = pairs(y, x)
    assert roc.auc(y, x).auc == float(Fraction(wins, 2 * m * n))
    assert roc.auc(y, x, direction="lower").auc == float(1 - Fraction(wins, 2 * m * n))


@given(outcome_and_scores())
def test_delong_is_the_variance_of_the_placements(data: tuple[Any, Any]) -> None:
    y, x = data
    a, b = x[y == 1][:, None], x[y == 0][None, :]
    wins = (a > b).astype(int) + (a >= b)
    result = roc.auc(y, x)
    if min(wins.shape) < 2:
        assert math.isnan(result.variance)
        return
    variance = Fraction(0)
    for sums, other in ((wins.sum(1), b.size), (wins.sum(0), a.size)):
        placements = [Fraction(int(s), 2 * other) for s in sums]
        mean = sum(placements, Fraction(0)) / len(placements)
        variance += sum(((p - mean) ** 2 for p in placements), Fraction(0)) / (len(placements) - 1) / len(placements)
    assert result.variance == float(variance)
    assert result.standard_error == square_root(variance)
    assert result.degenerate == (variance == 0)


@given(marker_arguments())
def test_the_default_is_the_certified_value(arguments: dict[str, Any]) -> None:
    result, exact = roc.auc(**arguments), certified.auc(**arguments)
    for name in set(exact) - {"lower", "upper"}:
        assert getattr(result, name) == exact[name], name
    curve, exact = roc.roc_curve(**arguments), certified.curve(**arguments)
    for name, values in exact.items():
        assert np.array_equal(getattr(curve, name), values), name


@given(marker_arguments(), st.sampled_from(["youden", "closest_topleft"]))
def test_the_cutoff_is_the_certified_one(arguments: dict[str, Any], method: str) -> None:
    best, exact = roc.optimal_cutoff(**arguments, method=method), certified.optimal_cutoff(**arguments, method=method)
    for name, values in exact.items():
        assert np.array_equal(getattr(best, name), values, equal_nan=True), name


@given(pair_arguments())
def test_the_comparison_is_the_certified_one(arguments: dict[str, Any]) -> None:
    result, exact = roc.roc_test(**arguments), certified.roc_test(**arguments)
    for name in set(exact) - {"p_value", "lower", "upper"}:
        assert np.array_equal(getattr(result, name), exact[name], equal_nan=True), name


@given(st.fractions(min_value=0, max_value=10**9), st.integers(-900, 60))
def test_a_square_root_is_rounded_once(value: Fraction, exponent: int) -> None:
    scaled = value * Fraction(2) ** exponent
    with mpmath.workprec(400):
        assert square_root(scaled) == float(mpmath.sqrt(mpmath.mpf(scaled.numerator) / scaled.denominator))


@given(outcome_and_scores())
def test_curve_is_monotone_and_its_trapezoid_is_the_area(data: tuple[Any, Any]) -> None:
    y, x = data
    curve = roc.roc_curve(y, x)
    assert (np.diff(curve.specificity) >= 0).all()
    assert (np.diff(curve.sensitivity) <= 0).all()
    assert (curve.sensitivity[0], curve.specificity[0], curve.sensitivity[-1], curve.specificity[-1]) == (1, 0, 0, 1)
    area = roc.auc(y, x, compat=PROC).auc
    # one rounding per step of the trapezoid
    assert abs(area - roc.auc(y, x).auc) <= 2.0**-52 * curve.thresholds.size


@given(marker_arguments())
def test_each_threshold_classifies_as_its_point_says(arguments: dict[str, Any]) -> None:
    curve = roc.roc_curve(**arguments)
    y, x = arguments["y_true"], arguments["y_score"]
    for threshold, sensitivity, specificity in zip(curve.thresholds, curve.sensitivity, curve.specificity, strict=True):
        positive = x >= threshold if arguments["direction"] == "higher" else x <= threshold
        assert sensitivity == int(positive[y == 1].sum()) / curve.n_cases
        assert specificity == int((~positive[y == 0]).sum()) / curve.n_controls


@given(outcome_and_scores())
def test_confidence_interval_grows_with_its_level(data: tuple[Any, Any]) -> None:
    result = roc.auc(*data)
    if result.n_cases < 2 or result.n_controls < 2:
        return
    narrow, wide = result.confidence_interval(0.5), result.confidence_interval(0.99)
    assert 0.0 <= wide.low <= narrow.low <= narrow.high <= wide.high <= 1.0
    assert result.confidence_interval() == (result.lower, result.upper)


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=30)
@given(marker_arguments(max_size=30))
def test_relations_hold_for_any_marker(mode: str | None, arguments: dict[str, Any]) -> None:
    for statistic in (roc.ROC_CURVE, roc.AUC, roc.OPTIMAL_CUTOFF):
        assert list(relations_broken(statistic, Case("marker", arguments), mode)) == []


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=30)
@given(pair_arguments(max_size=30))
def test_relations_hold_for_any_pair(mode: str | None, arguments: dict[str, Any]) -> None:
    assert list(relations_broken(roc.ROC_TEST, Case("pair", arguments), mode)) == []


# --- kernels


@pytest.mark.parametrize("kernel", KERNELS)
@given(outcome_and_scores())
def test_kernels_count_pairs(kernel: str, data: tuple[Any, Any]) -> None:
    module, name = kernels.load("delong", kernel)
    assert name == kernel
    y, x = data
    a, b = x[y == 1], x[y == 0]
    wins = (a[:, None] > b).astype(int) + (a[:, None] >= b)
    of_cases, of_controls = module.placements(a, b)
    assert of_cases.tolist() == wins.sum(1).tolist()
    assert of_controls.tolist() == wins.sum(0).tolist()
    squares = (int((wins.sum(1) ** 2).sum()), int((wins.sum(0) ** 2).sum()))
    assert module.pair_sums(a, b) == (int(wins.sum()), *squares)


@pytest.mark.parametrize("kernel", KERNELS)
def test_sums_of_squares_beyond_64_bits_are_exact(kernel: str) -> None:
    module, _ = kernels.load("delong", kernel)
    m, n = 1_300_000, 1_700_000
    sums = module.pair_sums(np.full(m, 2.0), np.arange(n, dtype=float) / n)
    assert sums == (2 * m * n, 4 * n * n * m, 4 * m * m * n)
    assert sums[1] > 2**63


def test_the_result_says_which_kernel_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSCHECK_KERNEL", "numpy")
    y, x = [0, 0, 1, 1], [1.0, 3.0, 2.0, 4.0]
    assert (roc.auc(y, x).kernel, roc.roc_test(y, x, x).kernel) == ("numpy", "numpy")


def test_placements_keep_the_order_of_the_patients() -> None:
    y, x = np.array([1, 0, 1, 0], dtype=np.int8), np.array([3.0, 1.0, 1.0, 2.0])
    for module in {delong_numpy, kernels.load("delong")[0]}:
        assert [values.tolist() for values in module.placements(x[y == 1], x[y == 0])] == [[4, 1], [3, 2]]
    assert place(y, x, "lower").cases.tolist() == [0, 3]


def test_the_compatible_mode_needs_no_80_bit_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    cohorts = [cohort_of(seed) for seed in range(12)]

    def results() -> list[Any]:
        return [
            roc.auc(c.outcome, marker.values, direction=marker.direction, compat=PROC)
            for c in cohorts
            for marker in c.markers
        ]

    here = results()
    monkeypatch.setattr(r_numerics, "widen", functools.partial(extended.widen, native=False))
    assert results() == here


# --- edges


def test_one_patient_in_a_group_has_no_variance() -> None:
    y, x = [1, 0, 0, 0], [2.0, 1.0, 3.0, 0.0]
    result = roc.auc(y, x)
    assert np.isnan([result.variance, result.standard_error, result.lower, result.upper]).all()
    assert np.isnan(result.confidence_interval(0.9)).all()
    compatible = roc.auc(y, x, compat=PROC)
    assert np.array([compatible.lower]).tobytes() == np.array([NA_REAL]).tobytes()
    with pytest.raises(NotEstimable, match="one case only"):
        roc.roc_test(y, x, x)
    with pytest.raises(NotEstimable, match="one control only"):
        roc.roc_test([0, 1, 1], x[:3], x[:3])


def test_perfect_separation_is_flagged() -> None:
    result = roc.auc([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    assert (result.auc, result.lower, result.upper, result.degenerate) == (1.0, 1.0, 1.0, True)
    constant = roc.auc([0, 0, 1, 1], [7.0, 7.0, 7.0, 7.0])
    assert (constant.auc, constant.lower, constant.upper, constant.degenerate) == (0.5, 0.5, 0.5, True)


def test_a_difference_without_variance_has_no_p_value() -> None:
    result = roc.roc_test(*WITHOUT_VARIANCE[0])
    assert result.degenerate
    assert math.isnan(result.p_value)
    assert (result.difference, result.lower, result.upper) == (0.5, 0.5, 0.5)
    equal = roc.roc_test(*WITHOUT_VARIANCE[2])
    assert (equal.degenerate, equal.statistic, equal.p_value) == (True, 0.0, 1.0)


def test_scores_one_double_apart_are_told_apart() -> None:
    eps = 2.0**-52
    scores = [1.0, 1 + eps, 1 + 2 * eps, 2.0]
    up, down = roc.roc_curve([0, 1, 0, 1], scores), roc.roc_curve([0, 1, 0, 1], scores, direction="lower")
    assert up.thresholds.tolist() == [-np.inf, 1 + eps, 1 + 2 * eps, 1.5000000000000002, np.inf]
    assert down.thresholds.tolist() == [np.inf, 1.5000000000000002, 1 + eps, 1.0, -np.inf]


def test_huge_scores_have_finite_midpoints() -> None:
    curve = roc.roc_curve([0, 1, 1], [1.7e308, 1.5e308, -1.7e308])
    assert curve.thresholds.tolist() == [-np.inf, -1.7e308 / 2 + 1.5e308 / 2, 1.6e308, np.inf]


def test_all_optima_are_returned() -> None:
    best = roc.optimal_cutoff([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])
    assert best.threshold.tolist() == [1.5, 3.5]
    assert best.youden.tolist() == [0.5, 0.5]


def test_optima_that_doubles_cannot_tell_are_found() -> None:
    y, x = [1] * 6 + [0] * 3, [0.0, 4.0, 2.0, 4.0, 5.0, 3.0, 4.0, 3.0, 1.0]
    assert roc.optimal_cutoff(y, x).threshold.tolist() == [1.5, 3.5, 4.5]
    # pROC compares sensitivity + specificity in doubles and misses the middle one
    assert roc.optimal_cutoff(y, x, compat=PROC).threshold.tolist() == [1.5, 4.5]


def test_distances_beyond_64_bits_are_compared_exactly() -> None:
    generator = np.random.default_rng(1)
    y = (generator.random(130_000) < 0.5).astype(int)
    x = (generator.normal(size=y.size) + y).round(1)
    best = roc.optimal_cutoff(y, x, method="closest_topleft")
    assert best.threshold.tolist() == certified.optimal_cutoff(y, x, method="closest_topleft")["threshold"].tolist()


def test_the_direction_is_never_guessed() -> None:
    y, x = [0, 0, 1, 1], [4.0, 3.0, 2.0, 1.0]
    assert roc.auc(y, x).auc == 0.0
    assert roc.auc(y, x, direction="lower").auc == 1.0


def test_integers_booleans_and_lists_are_the_same_data() -> None:
    y, x = [0, 1, 1, 0], [1, 2, 3, 2]
    expected = roc.auc(y, x)
    assert roc.auc(np.array(y, dtype=bool), np.array(x, dtype=np.int32)) == expected
    assert roc.auc(np.array(y, dtype=float), np.array(x, dtype=np.float32)) == expected


# --- bad input

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "labels": ({"y_true": ["case", "control"], "y_score": [1, 2]}, "y_true"),
    "one class": ({"y_true": [1, 1], "y_score": [1, 2]}, "one class"),
    "coded 1/2": ({"y_true": [1, 2], "y_score": [1, 2]}, "0 or 1"),
    "length": ({"y_true": [0, 1], "y_score": [1, 2, 3]}, "3 values where the outcome has 2"),
    "nan": ({"y_true": [0, 1], "y_score": [1, np.nan]}, "missing"),
    "infinite": ({"y_true": [0, 1], "y_score": [1, np.inf]}, "infinite"),
    "texts": ({"y_true": [0, 1], "y_score": ["a", "b"]}, "numbers are needed"),
    "empty": ({"y_true": [], "y_score": []}, "empty"),
    "direction": ({"y_true": [0, 1], "y_score": [1, 2], "direction": "auto"}, "direction"),
    "matrix": ({"y_true": [0, 1], "y_score": [[1, 2], [3, 4]]}, "dimensions"),
    "compat": ({"y_true": [0, 1], "y_score": [1, 2], "compat": "proc-0.1"}, "compat"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("function", [roc.roc_curve, roc.auc, roc.optimal_cutoff])
def test_bad_input_names_the_argument(function: Any, name: str) -> None:
    arguments, says = BAD[name]
    with pytest.raises(InputError, match=says):
        function(**arguments)


@pytest.mark.parametrize("level", [0, 1, 1.5, -0.1, "0.95", True, float("nan")])
def test_bad_levels_are_refused(level: Any) -> None:
    with pytest.raises(InputError, match="level"):
        roc.auc([0, 1], [1, 2], level=level)
    with pytest.raises(InputError, match="level"):
        roc.roc_test([0, 0, 1, 1], [1, 2, 3, 4], [1, 2, 3, 4], level=level)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"y_score_2": [1, 2, 3]}, "y_score_2: has 3 values"),
        ({"y_score_1": [1, np.nan, 2, 3]}, "y_score_1: has 1 missing"),
        ({"direction_2": "auto"}, "direction_2"),
        ({"compat": "proc"}, "compat"),
    ],
)
def test_a_comparison_names_the_marker_at_fault(changed: dict[str, Any], says: str) -> None:
    arguments = {"y_true": [0, 0, 1, 1], "y_score_1": [1, 2, 3, 4], "y_score_2": [1, 3, 2, 4]}
    with pytest.raises(InputError, match=says):
        roc.roc_test(**{**arguments, **changed})


def test_unknown_methods_are_refused() -> None:
    with pytest.raises(InputError, match="method"):
        roc.optimal_cutoff([0, 1], [1, 2], method="kappa")


# --- strategies


@settings(max_examples=5)
@pytest.mark.parametrize("kind", [*SCORES, "separated", "nearly separated"])
@given(st.data())
def test_every_kind_of_score_can_be_drawn(kind: str, data: st.DataObject) -> None:
    y, x = data.draw(outcome_and_scores(30, 40, prevalence=0.03, kind=kind))
    assert y.sum() == 1
    assert x.shape == y.shape
    assert np.isfinite(x).all()


# --- presentation


def test_the_figure_says_what_it_shows() -> None:
    y, x = np.tile([0, 1, 1, 0, 1], 8), np.arange(40.0)
    shown = RocCurveDisplay(roc.roc_curve(y, x), roc.auc(y, x), roc.optimal_cutoff(y, x), name="<Mg$_2$>").plot()
    assert (shown.ax_.get_xlabel(), shown.ax_.get_ylabel()) == ("1 - Specificity", "Sensitivity")
    words = shown.ax_.get_legend().get_texts()[0]
    assert words.get_text().startswith("<Mg$_2$>: AUC ")
    assert not words.get_parse_math()
    best = roc.optimal_cutoff(y, x)
    beside = [text.get_text() for text in shown.ax_.texts]
    assert beside[0].splitlines()[0] == f"\u2265 {best.threshold[0]:.4g}"
    assert f"sensitivity {best.sensitivity[0]:.3f}" in beside[0]


def test_several_curves_share_one_chance_line_and_one_legend() -> None:
    y = np.tile([0, 1, 1, 0, 1], 8)
    curves = [np.arange(40.0), np.arange(40.0)[::-1].copy(), np.sin(np.arange(40.0))]
    displays = [
        RocCurveDisplay(roc.roc_curve(y, x), roc.auc(y, x), roc.optimal_cutoff(y, x), f"m{i}")
        for i, x in enumerate(curves)
    ]
    ax = RocCurveDisplay.several(displays)
    assert [line.get_gid() for line in ax.lines].count("chance line") == 1
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [label.split(":")[0] for label in labels] == ["m0", "m1", "m2"]
    assert all("specificity" in label for label in labels)


def test_a_curve_of_many_points_is_drawn_with_few() -> None:
    generator = np.random.default_rng(2)
    y = (generator.random(100_000) < 0.3).astype(int)
    curve = roc.roc_curve(y, generator.normal(size=y.size) + y)
    line = curve.plot().line_
    x, height = line.get_xdata(), line.get_ydata()
    assert x.size < 10_000 < curve.thresholds.size
    # nowhere farther from the curve than a step of the grid
    order = np.argsort(1.0 - curve.specificity, kind="stable")
    drawn = np.interp((1.0 - curve.specificity)[order], x[::-1], height[::-1])
    assert np.abs(drawn - curve.sensitivity[order]).max() < 2e-3
    assert (x[0], height[0], x[-1], height[-1]) == (1.0, 1.0, 0.0, 0.0)


def test_results_present_themselves() -> None:
    result = roc.auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert result.to_frame().loc[0, "auc"] == 0.75
    assert "0.75" in result.summary()
    assert result._repr_html_().startswith("<table>")
    compared = roc.roc_test([0, 0, 1, 1], [1, 3, 2, 4], [1, 4, 2, 3])
    assert compared.to_frame().shape == (1, 9)
    assert compared.confidence_interval(0.5).low > compared.confidence_interval().low
    best = roc.optimal_cutoff([0, 0, 1, 1], [1, 3, 2, 4])
    assert best.to_frame().shape == (best.threshold.size, 7)
    assert roc.roc_curve([0, 1], [1, 2]).to_frame().shape == (3, 3)
