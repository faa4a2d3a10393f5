"""ROC family: defining equations, properties, every bit of pROC on random cohorts, bad input."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from crosscheck_r.agreement import Row
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from crosscheck_r.session import RSession
from crosscheck_r.strategies import outcome_and_scores, random_scores
from validation import roc
from validation.cohort import Cohort, Marker
from validation.errors import InputError
from validation.exact import roc as certified
from validation.r_numerics import NA_REAL
from validation.roc.curve import PROC
from validation.statistic import Settings

STATISTICS = (roc.ROC_CURVE, roc.AUC, roc.OPTIMAL_CUTOFF, roc.ROC_TEST)
COHORTS = 200


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


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, COHORTS, 25))
def test_every_bit_of_proc_on_random_cohorts(r: RSession, first: int) -> None:
    live = Live(r)
    for seed in range(first, first + 25):
        for row in rows_of(cohort_of(seed), live):
            assert row.verdict not in ("unexplained", "Python-limited", "not compared"), row
            if row.compat == PROC:
                assert row.verdict == "identical", row


def rows_of(cohort: Cohort, live: Live) -> list[Row]:
    from crosscheck_r.agreement import Labels

    rows: list[Row] = []
    for statistic in STATISTICS:
        for case in statistic.cases(cohort, Settings()):
            reference = live.get(statistic, cohort.name, case)
            assert statistic.certified is not None
            values = statistic.certified(**case.arguments)
            for mode, quantities in statistic.modes():
                labels = Labels(cohort.name, case.label, statistic.name, mode, "python", "live")
                outcome = compute(statistic, case, mode)
                rows += compare_outcome(labels, quantities, outcome, reference, values if mode is None else {})
    return rows


@given(outcome_and_scores())
def test_auc_is_the_share_of_won_pairs_rounded_once(data: tuple[Any, Any]) -> None:
    y, x = data
    a, b = x[y == 1], x[y == 0]
    wins = int((a[:, None] > b).sum()) * 2 + int((a[:, None] == b).sum())
    assert roc.auc(y, x).auc == float(Fraction(wins, 2 * a.size * b.size))
    assert roc.auc(y, x, direction="lower").auc == float(1 - Fraction(wins, 2 * a.size * b.size))


@given(outcome_and_scores())
def test_delong_is_the_correctly_rounded_fraction(data: tuple[Any, Any]) -> None:
    y, x = data
    exact, result = certified.auc(y, x), roc.auc(y, x)
    assert result.auc == exact["auc"]
    if "variance" in exact:
        assert result.variance == exact["variance"]


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


@given(outcome_and_scores())
def test_thresholds_separate_neighbours(data: tuple[Any, Any]) -> None:
    y, x = data
    for direction in ("higher", "lower"):
        curve = roc.roc_curve(y, x, direction=direction)
        values = np.unique(x)
        inner = np.sort(curve.thresholds[np.isfinite(curve.thresholds)])
        assert inner.size == values.size - 1
        assert ((values[:-1] <= inner) & (inner <= values[1:])).all()


@given(outcome_and_scores())
def test_confidence_interval_grows_with_its_level(data: tuple[Any, Any]) -> None:
    result = roc.auc(*data)
    if result.n_cases < 2 or result.n_controls < 2:
        return
    narrow, wide = result.confidence_interval(0.5), result.confidence_interval(0.99)
    assert 0.0 <= wide.low <= narrow.low <= narrow.high <= wide.high <= 1.0
    assert result.confidence_interval() == (result.lower, result.upper)


def test_one_patient_in_a_group_has_no_variance() -> None:
    y, x = [1, 0, 0, 0], [2.0, 1.0, 3.0, 0.0]
    assert np.isnan(roc.auc(y, x).variance)
    compatible = roc.auc(y, x, compat=PROC)
    assert np.array([compatible.lower]).tobytes() == np.array([NA_REAL]).tobytes()
    with pytest.raises(InputError, match="one case only"):
        roc.roc_test(y, x, x)


def test_perfect_separation_is_flagged() -> None:
    result = roc.auc([0, 0, 1, 1], [1.0, 2.0, 3.0, 4.0])
    assert (result.auc, result.lower, result.upper, result.degenerate) == (1.0, 1.0, 1.0, True)


def test_scores_one_double_apart_are_told_apart() -> None:
    eps = 2.0**-52
    curve = roc.roc_curve([0, 1, 0, 1], [1.0, 1 + eps, 1 + 2 * eps, 2.0])
    assert curve.thresholds.tolist() == [-np.inf, 1 + eps, 1 + 2 * eps, 1.5000000000000002, np.inf]


def test_all_optima_are_returned() -> None:
    best = roc.optimal_cutoff([0, 1, 0, 1], [1.0, 2.0, 3.0, 4.0])
    assert best.threshold.tolist() == [1.5, 3.5]
    assert best.youden.tolist() == [0.5, 0.5]


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


def test_the_figure_says_what_it_shows() -> None:
    from validation.displays.roc import RocCurveDisplay

    y, x = np.tile([0, 1, 1, 0, 1], 8), np.arange(40.0)
    shown = RocCurveDisplay(roc.roc_curve(y, x), roc.auc(y, x), roc.optimal_cutoff(y, x), name="<Mg$_2$>").plot()
    assert (shown.ax_.get_xlabel(), shown.ax_.get_ylabel()) == ("1 - Specificity", "Sensitivity")
    words = shown.ax_.get_legend().get_texts()[0]
    assert words.get_text().startswith("<Mg$_2$>: AUC ")
    assert not words.get_parse_math()


def test_results_present_themselves() -> None:
    result = roc.auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert result.to_frame().loc[0, "auc"] == 0.75
    assert "0.75" in result.summary()
    assert result._repr_html_().startswith("<table>")
