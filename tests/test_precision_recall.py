"""Precision-recall curve: certified numbers, scikit-learn's average precision, integrals, coverage, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.agreement import digits
from crosscheck_r.power import relations_broken
from crosscheck_r.strategies import marker_arguments
from validation import InputError, NotEstimable, auc_bootstrap, precision_recall, precision_recall_bootstrap
from validation.exact import precision_recall as certified
from validation.roc import PRECISION_RECALL, PRECISION_RECALL_BOOTSTRAP
from validation.statistic import Case

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])
ULP = 2.0**-52


@settings(max_examples=60)
@given(marker_arguments(max_size=40))
def test_numbers_are_the_certified_ones(arguments: dict[str, Any]) -> None:
    result, values = precision_recall(**arguments, level=0.9), certified.precision_recall(**arguments, level=0.9)
    for name in ("thresholds", "precision", "recall", "prevalence"):
        assert np.array_equal(getattr(result, name), values[name]), name
    assert abs(result.average_precision - values["average_precision"]) <= ULP
    for name in ("area", "lower", "upper"):
        assert digits(getattr(result, name), values[name], 1.0) >= 14.5, name
    case = Case("marker", {**arguments, "level": 0.9})
    assert list(relations_broken(PRECISION_RECALL, case, None)) == []


@settings(max_examples=20)
@given(marker_arguments(max_size=20), st.integers(0, 99), st.integers(1, 25))
def test_limits_are_the_certified_ones(marker: dict[str, Any], seed: int, bootstraps: int) -> None:
    arguments = {**marker, "seed": seed, "bootstraps": bootstraps, "level": 0.9}
    try:
        result = precision_recall_bootstrap(**arguments)
    except NotEstimable:
        assert list(certified.precision_recall_bootstrap(**arguments)) == ["average_precision"]
        return
    for name, value in certified.precision_recall_bootstrap(**arguments).items():
        assert abs(getattr(result, name) - value) <= ULP, name
    assert list(relations_broken(PRECISION_RECALL_BOOTSTRAP, Case("marker", arguments), None)) == []


@pytest.mark.parametrize("seed", range(20))
def test_average_precision_is_that_of_scikit_learn(seed: int) -> None:
    from sklearn.metrics import average_precision_score

    generator = np.random.default_rng(seed)
    y = generator.random(90) < 0.3
    y[:2] = True, False
    x = (generator.normal(size=90) + y).round(seed % 4)
    assert precision_recall(y, x).average_precision == pytest.approx(average_precision_score(y, x), abs=8 * ULP)


@pytest.mark.parametrize("seed", range(4))
def test_the_area_is_the_integral_of_the_interpolated_curve(seed: int) -> None:
    generator = np.random.default_rng(seed)
    y = (generator.random(40) < 0.4).astype(int)
    x = (generator.normal(size=40) + y).round(seed % 2)
    result = precision_recall(y, x)
    cases = np.concatenate([[0.0], result.recall * y.sum()])
    false = np.concatenate([[0.0], result.recall * y.sum() / result.precision * (1 - result.precision)])
    t = np.linspace(0.0, y.sum(), 400_001)[1:]
    keep = np.concatenate([[True], np.diff(cases) > 0])
    # of the points of a vertical step the last one leads on, the first one ends the step before
    first = {round(c): f for c, f in zip(cases[::-1], false[::-1], strict=True)}
    last = {round(c): f for c, f in zip(cases, false, strict=True)}
    total = np.empty(t.size)
    places = np.searchsorted(cases[keep].round(), t) - 1
    knots = cases[keep].round()
    low, high = knots[places], knots[places + 1]
    start, stop = (np.array([table[int(k)] for k in knots]) for table in (last, first))
    total = start[places] + (stop[places + 1] - start[places]) * (t - low) / (high - low)
    assert result.area == pytest.approx(float(np.mean(t / (t + total))), abs=1e-4)


def test_by_hand() -> None:
    # cases on ranks 1 and 3 of four: steps 1/2 * 1 + 1/2 * 2/3
    result = precision_recall([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assert result.average_precision == 5 / 6
    # from one case and one false positive to two cases and one: integral of t / (t + 1) over 1..2 by halves
    assert result.area == pytest.approx(0.5 + 0.5 * (1 - np.log(3 / 2)), abs=2 * ULP)


def test_the_logit_interval_covers() -> None:
    generator = np.random.default_rng(7)
    y = np.repeat([0, 1], [150, 50])
    large = np.concatenate([generator.normal(size=150_000), generator.normal(1.0, size=50_000)])
    truth = precision_recall(np.repeat([0, 1], [150_000, 50_000]), large).average_precision
    covered = 0
    for _ in range(300):
        x = np.concatenate([generator.normal(size=150), generator.normal(1.0, size=50)])
        result = precision_recall(y, x)
        covered += result.lower <= truth <= result.upper
    # 95 % with a simulation error of 1.3 %
    assert covered / 300 > 0.91


def test_draws_are_those_of_the_bootstrapped_area() -> None:
    state = auc_bootstrap(*SMALL, seed=3, bootstraps=70).random_state
    assert np.array_equal(precision_recall_bootstrap(*SMALL, seed=3, bootstraps=70).random_state, state)


def test_results_present_themselves() -> None:
    result = precision_recall_bootstrap(*SMALL, seed=2, bootstraps=200)
    assert result.confidence_interval() == (result.lower, result.upper)
    narrow = result.confidence_interval(0.5)
    assert result.lower <= narrow.low <= result.median <= narrow.high <= result.upper
    assert result.to_frame().shape == (1, 7)
    curve = precision_recall(*SMALL)
    assert curve.to_frame().shape == (1, 9)
    assert curve.lower < curve.confidence_interval(0.5).low < curve.average_precision
    for drawn in (result, curve):
        display = drawn.plot()
        words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert (
            words[0]
            == f"average precision {curve.average_precision:.3f} (95% CI {drawn.lower:.3f} to {drawn.upper:.3f})"
        )
        assert words[1] == "prevalence 0.500"
        # what is drawn has the average precision as its area
        x, y = display.line_.get_data()
        assert float(np.sum(np.diff(x) * y[1:])) == pytest.approx(curve.average_precision, abs=8 * ULP)


def test_a_large_cohort_is_drawn_in_few_points() -> None:
    generator = np.random.default_rng(5)
    y = (generator.random(30_000) < 0.2).astype(int)
    result = precision_recall(y, generator.normal(size=y.size) + y)
    x, drawn = result.plot().line_.get_data()
    assert x.size < 12_000
    assert (x[0], x[-1], drawn[-1]) == (0.0, 1.0, result.prevalence)
    # no point is further than one in 4000 from the curve
    assert float(np.sum(np.diff(x) * drawn[1:])) == pytest.approx(result.average_precision, abs=1e-3)


def test_one_case_has_no_percentiles() -> None:
    with pytest.raises(NotEstimable, match="one case"):
        precision_recall_bootstrap([0, 0, 1], [1.0, 2.0, 3.0], seed=1)


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"y_true": [0] * 8}, "y_true"),
        ({"y_score": [float("inf")] * 8}, "y_score"),
        ({"direction": "auto"}, "direction"),
        ({"level": 0.0}, "level"),
        ({"seed": 1.5}, "seed"),
        ({"bootstraps": 0}, "bootstraps"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    arguments: dict[str, Any] = {"y_true": SMALL[0], "y_score": SMALL[1], "seed": 1, **changed}
    with pytest.raises(InputError) as caught:
        precision_recall_bootstrap(**arguments)
    assert caught.value.argument == argument
