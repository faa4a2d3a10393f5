"""Nomograms: round ticks against their definition, points against the model, printed points read back, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from validation import coefficients_of_points, logistic_regression, nomogram
from validation.errors import InputError, NotEstimable
from validation.nomogram import pretty

EPS = 2.0**-52


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(1e-2, 1e6), st.integers(1, 12))
def test_round_ticks_cover_the_interval_in_steps_of_1_2_or_5(low: float, width: float, n: int) -> None:
    ticks = pretty(low, low + width, n)
    step = (ticks[-1] - ticks[0]) / max(1, ticks.size - 1)
    assert ticks[0] <= low + 1e-9 * step and ticks[-1] >= low + width - 1e-9 * step
    mantissa = step / 10.0 ** np.floor(np.log10(step) + 1e-9)
    assert min(abs(mantissa - unit) for unit in (1, 2, 5)) < 1e-6


@pytest.mark.parametrize(
    ("low", "high", "n", "ticks"),
    [
        (0.0, 0.0, 5, [-1.0, 0.0]),
        (0.18, 0.97, 10, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]),
        (-1.4, 3.6, 10, [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]),
    ],
)
def test_ticks_that_r_prints(low: float, high: float, n: int, ticks: list[float]) -> None:
    assert pretty(low, high, n) == pytest.approx(ticks, abs=4 * EPS)


def test_points_lead_to_the_risk_of_the_fit() -> None:
    cohort = load_cohort("osteoporosis")
    chart = nomogram(cohort.outcome, cohort.x, names=cohort.predictors)
    fit = logistic_regression(cohort.outcome, cohort.x)
    # eleven terms of a log odds below 64, summed in another order
    assert np.abs(chart.predict_proba(cohort.x) - fit.fitted).max() < 1024 * EPS
    assert chart.axis_points.max() == 100.0 and chart.axis_points.min() == 0.0


def test_printed_points_give_the_coefficients_back() -> None:
    cohort = load_cohort("osteoporosis")
    chart = nomogram(cohort.outcome, cohort.x[:, :5], names=cohort.predictors[:5])
    axes = {
        name: list(zip(*(array.tolist() for array in chart.axis(j)), strict=True)) for j, name in enumerate(chart.names)
    }
    risks = list(zip(chart.risk_points.tolist(), chart.risk.tolist(), strict=True))
    model = coefficients_of_points(axes, risks, rounding=1e-9)
    assert model.coefficients == pytest.approx(chart.coefficients[1:].tolist(), rel=1e-9)
    assert model.consistent and model.risk_of(chart.risk_points[0]) == pytest.approx(chart.risk[0], abs=1e-12)
    whole = {name: [(value, round(points)) for value, points in pairs] for name, pairs in axes.items()}
    rounded = coefficients_of_points(whole, [(round(points), risk) for points, risk in risks])
    assert rounded.consistent
    for low, slope, high in zip(rounded.lower, chart.coefficients[1:], rounded.upper, strict=True):
        assert low <= slope <= high


def test_points_that_no_straight_scale_prints_are_said() -> None:
    model = coefficients_of_points({"age": [(40, 0), (60, 80), (80, 100)]}, [(20, 0.1), (90, 0.7)])
    assert not model.consistent


@pytest.mark.parametrize(
    ("axes", "risks"),
    [
        ({}, [(0, 0.1), (1, 0.2)]),
        ({"a": [(1, 0)]}, [(0, 0.1), (1, 0.2)]),
        ({"a": [(1, 0), (2, float("nan"))]}, [(0, 0.1), (1, 0.2)]),
        ({"a": [("x", 0), (2, 1)]}, [(0, 0.1), (1, 0.2)]),
        ({"a": [(1, 0), (2, 1)]}, [(0, 0.1), (1, 20.0)]),
        ({"a": [(1, 0), (2, 1)]}, [(0, 0.2), (1, 0.1)]),
    ],
)
def test_bad_points_are_refused(axes: dict[str, list[tuple[float, float]]], risks: list[tuple[float, float]]) -> None:
    with pytest.raises(InputError):
        coefficients_of_points(axes, risks)


@pytest.mark.parametrize("bad", [{"maximum_points": 0}, {"compat": "rms-9"}, {"names": ["a", "a"]}])
def test_bad_arguments_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        nomogram([0, 1, 0, 1], [[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [2.0, 4.0]], **bad)  # type: ignore[arg-type]


def test_no_nomogram_of_separated_data() -> None:
    with pytest.raises(NotEstimable):
        nomogram([0, 0, 1, 1], [[1.0], [2.0], [3.0], [4.0]])


def test_figure_names_every_scale_as_it_is() -> None:
    x = [[1.0, 2.0], [2.0, 1.0], [2.5, 5.0], [2.0, 4.0], [3.0, 3.0], [1.5, 4.5], [2.2, 2.5]]
    chart = nomogram([0, 1, 0, 1, 1, 1, 0], x, names=["$a$", "b"])
    texts = [text.get_text() for text in chart.plot().ax_.texts]
    assert {"Points", "$a$", "b", "Total points", "Log odds", "Risk"} <= set(texts)
