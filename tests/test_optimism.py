"""Optimism-corrected decision curve: refits by hand, certified fractions, kernels, refusals, figure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from validation import decision_curve, optimism_corrected_decision_curve
from validation.decision_curve import OPTIMISM_CORRECTED_DECISION_CURVE
from validation.errors import InputError, NotEstimable
from validation.r_random import RRandom
from validation.statistic import Settings


def data(n: int = 80, p: int = 3, seed: int = 1) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    return (x[:, 0] + generator.normal(size=n) * 1.5 > 0.4).astype(int), x


def test_by_refits_of_the_drawn_patients() -> None:
    y, x = data()
    t = np.array([0.2, 0.5, 0.35])
    result = optimism_corrected_decision_curve(y, x=x, thresholds=t, bootstraps=30, seed=5, level=0.8)
    generator, excess, own = RRandom(5), [], []
    for _ in range(30):
        rows = generator.sample_int(80, 80, True)
        fitted = decision_curve(y[rows], x=x[rows], thresholds=t, level=None).model.net_benefit
        # the coefficients of the resample's model, by least squares on its own linear predictor
        from validation.logistic.fit import maximum_likelihood

        eta = maximum_likelihood(x[rows], y[rows].astype(np.int8), ("a", "b", "c")).linear_predictor
        design = np.column_stack([np.ones(80), x])
        coefficients = np.linalg.lstsq(design[rows], eta, rcond=None)[0]
        risk = 1.0 / (1.0 + np.exp(-(design @ coefficients)))
        excess.append(fitted - decision_curve(y, y_proba=risk, thresholds=t, level=None).model.net_benefit)
        own.append(fitted)
    optimism = np.mean(excess, axis=0)
    np.testing.assert_allclose(result.optimism, optimism, rtol=0, atol=1e-15)
    np.testing.assert_allclose(result.corrected, result.apparent - optimism, rtol=0, atol=1e-15)
    ordered = np.sort(own, axis=0)
    assert result.corrected_lower is not None and result.corrected_upper is not None
    np.testing.assert_allclose(result.corrected_lower, ordered[2] - optimism, rtol=0, atol=1e-15)
    np.testing.assert_allclose(result.corrected_upper, ordered[26] - optimism, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(result.random_state, generator.state)


@pytest.mark.parametrize("name", ["osteoporosis", "ties", "tiny", "rare"])
@pytest.mark.parametrize("tie_rule", ["at-or-above", "strict"])
def test_shipped_cohorts_equal_the_certified_values(name: str, tie_rule: str) -> None:
    (case,) = OPTIMISM_CORRECTED_DECISION_CURVE.applicable_cases(load_cohort(name), Settings(bootstraps=40))
    arguments = {**case.arguments, "tie_rule": tie_rule, "test_harm": 0.01}
    result = optimism_corrected_decision_curve(**arguments)
    assert OPTIMISM_CORRECTED_DECISION_CURVE.certified is not None
    exact = OPTIMISM_CORRECTED_DECISION_CURVE.certified(**arguments)
    assert set(exact) == set(OPTIMISM_CORRECTED_DECISION_CURVE.quantities)
    for quantity, value in exact.items():
        np.testing.assert_array_equal(getattr(result, quantity), value, err_msg=quantity)


def test_noise_loses_what_it_seemed_to_be_worth() -> None:
    # ten predictors that have nothing to do with the outcome: in new patients they are worth nothing beyond treating
    # all or none, which is at most 0 here
    generator, corrected, apparent = np.random.default_rng(3), [], []
    for _ in range(12):
        x, y = generator.normal(size=(120, 10)), (np.arange(120) < 36).astype(int)
        found = optimism_corrected_decision_curve(y, x=x, thresholds=[0.35], bootstraps=60, level=None)
        corrected.append(found.corrected[0])
        apparent.append(found.apparent[0])
    assert np.mean(apparent) > 0.04
    error = float(np.std(corrected)) / math.sqrt(12)
    assert np.mean(corrected) < np.mean(apparent) / 3 and np.mean(corrected) < 4 * error


def test_kernels_give_the_same_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = data(200)
    found = []
    for kernel in ("", "numpy"):
        monkeypatch.setenv("CROSSCHECK_KERNEL", kernel)
        found.append(optimism_corrected_decision_curve(y, x=x, bootstraps=50))
    for name in OPTIMISM_CORRECTED_DECISION_CURVE.quantities:
        np.testing.assert_array_equal(getattr(found[0], name), getattr(found[1], name))


def test_order_of_thresholds_and_missing_limits() -> None:
    y, x = data()
    some = optimism_corrected_decision_curve(y, x=x, thresholds=[0.5, 0.1, 0.5, 0.0, 1.0], bootstraps=20, level=None)
    assert some.corrected_lower is None and "corrected_lower" not in some.to_frame()
    assert some.corrected[0] == some.corrected[2]
    assert math.isnan(some.corrected[4]) and math.isnan(some.interventions_avoided[3])
    assert some.interventions_avoided[4] > 0.0


def test_refusals() -> None:
    y, x = data()
    for wrong, argument in (
        ({"bootstraps": 0}, "bootstraps"), ({"test_harm": -0.1}, "test_harm"), ({"level": 1.0}, "level"),
        ({"tie_rule": "above"}, "tie_rule"), ({"thresholds": [1.2]}, "thresholds"), ({"names": ["a"]}, "names"),
        ({"x": x[:-1]}, "x"), ({"y_true": np.zeros(80, dtype=int)}, "y_true"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=argument):
            optimism_corrected_decision_curve(**{"y_true": y, "x": x, "bootstraps": 5, **wrong})
    with pytest.raises(NotEstimable):
        optimism_corrected_decision_curve(y, x=np.where(y == 1, 1.0, 0.0), bootstraps=5)


def test_figure_shows_both_curves() -> None:
    y, x = data()
    result = optimism_corrected_decision_curve(y, x=x, bootstraps=20)
    display = result.plot()
    assert [line.get_label() for line in display.lines_] == [
        "Corrected for optimism", "Apparent", "Treat all", "Treat none",
    ]  # fmt: skip
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), result.corrected)
    low, high = display.ax_.get_xlim()
    assert low == 0.0 and high <= 1.0 and display.ax_.get_ylim()[0] < 0.0
    assert display.cost_benefit_ax_ is not None
    with pytest.raises(InputError, match="limits"):
        result.plot(limits=(0.5, 0.2))
