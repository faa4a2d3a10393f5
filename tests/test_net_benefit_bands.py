"""Simultaneous bands and value of information: by hand, by fractions, in every sign and degenerate corner."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation import decision_curve, net_benefit_bands, value_of_information
from validation.decision_curve import NET_BENEFIT_BANDS, VALUE_OF_INFORMATION
from validation.decision_curve.bivariate_normal import expected_maximum, probability_above
from validation.errors import InputError, NotEstimable
from validation.exact import net_benefit_bands as certified_bands
from validation.exact import value_of_information as certified_value
from validation.r_numerics import r_seq
from validation.r_random import RRandom


def data(n: int = 80, seed: int = 1, decimals: int = 2) -> tuple[Any, dict[str, Any]]:
    generator = np.random.default_rng(seed)
    latent = generator.normal(size=n)
    y = (latent + generator.logistic(size=n) > 0.8).astype(int)
    y[:2] = 0, 1
    return y, {k: np.round(1 / (1 + np.exp(0.8 - latent + generator.normal(size=n))), decimals) for k in ("new", "old")}


@given(st.integers(0, 10**6), st.integers(20, 90), st.sampled_from(["none", "all", "model"]), st.booleans())
@settings(max_examples=20, deadline=None)
def test_bands_equal_the_certified_ones(seed: int, n: int, reference: str, strict: bool) -> None:
    y, risks = data(n, seed)
    if reference != "model":
        risks = {"new": risks["new"]}
    arguments: dict[str, Any] = {
        "y_true": y, "risks": risks, "reference": "all" if reference == "all" else "none", "level": 0.9, "seed": 3,
        "thresholds": r_seq(0.1, 0.7, 0.15), "bootstraps": 30, "test_harm": 0.01,
        "tie_rule": "strict" if strict else "at-or-above",
    }  # fmt: skip
    result, exact = net_benefit_bands(**arguments), certified_bands.bands(**arguments)
    assert set(exact) == set(NET_BENEFIT_BANDS.quantities)
    for name, value in exact.items():
        bound = 0.0 if name in ("estimate", "pointwise_lower", "pointwise_upper") else 2e-15
        np.testing.assert_allclose(getattr(result, name), value, rtol=bound, atol=bound, err_msg=name)


def test_band_by_decision_curves_of_the_resamples() -> None:
    y, risks = data()
    t = [0.2, 0.5, 0.35]
    result = net_benefit_bands(y, risks=risks, thresholds=t, bootstraps=40, seed=7, level=0.8)
    gains = []
    generator = RRandom(7)
    for rows in [np.arange(80), *(generator.sample_int(80, 80, True) for _ in range(40))]:
        one, two = (decision_curve(y[rows], y_proba=p[rows], thresholds=t, level=None).model for p in risks.values())
        gains.append(one.net_benefit - two.net_benefit)
    drawn = np.array(gains[1:])
    error = drawn.std(axis=0, ddof=1)
    critical = np.sort((np.abs(drawn - gains[0]) / error).max(axis=1))[31]
    assert result.critical_value == pytest.approx(critical, rel=1e-13)
    np.testing.assert_allclose(result.lower, gains[0] - critical * error, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(result.random_state, generator.state)


def test_refitted_models_are_refitted() -> None:
    y, risks = data(120)
    x = np.column_stack([risks["new"], risks["old"]])
    found = net_benefit_bands(y, risks={"two": x, "one": x[:, :1]}, thresholds=[0.2, 0.4], bootstraps=30, seed=2)
    curves = [decision_curve(y, x=part, thresholds=[0.2, 0.4], level=None).model for part in (x, x[:, :1])]
    np.testing.assert_allclose(found.estimate, curves[0].net_benefit - curves[1].net_benefit, atol=1e-15)
    given = net_benefit_bands(y, risks={"new": risks["new"]}, thresholds=[0.2, 0.4], bootstraps=30, seed=2)
    np.testing.assert_array_equal(found.random_state, given.random_state)


def test_refusals_of_bands() -> None:
    y, risks = data()
    one = {"new": risks["new"]}
    for wrong, argument in (
        ({"thresholds": [0.5, 1.0]}, "thresholds"), ({"thresholds": []}, "thresholds"),
        ({"reference": "x"}, "reference"),
        ({"risks": {}}, "risks"), ({"risks": risks["new"]}, "risks"), ({"bootstraps": 1}, "bootstraps"),
        ({"risks": risks, "reference": "all"}, "reference"), ({"level": 1.0}, "level"), ({"test_harm": 2}, "test_harm"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=argument):
            net_benefit_bands(**{"y_true": y, "risks": one, "bootstraps": 5, **wrong})
    with pytest.raises(NotEstimable, match="same curve"):
        net_benefit_bands(y, risks={"a": risks["new"], "b": risks["new"]}, bootstraps=5)


@pytest.mark.parametrize("h", [-3.0, -0.4, 0.0, 0.7, 2.5])
@pytest.mark.parametrize("k", [-2.0, 0.0, 0.3, 4.0])
@pytest.mark.parametrize("r", [-0.99, -0.3, 0.0, 0.6, 0.999])
def test_bivariate_normal_probability(h: float, k: float, r: float) -> None:
    from scipy.integrate import quad
    from scipy.stats import norm

    s = math.sqrt(1.0 - r * r)
    edges = sorted({min(h, e) for e in ([k / r] if r else []) if e > -12.0})
    exact = quad(lambda z: norm.pdf(z) * norm.cdf((k - r * z) / s), -12.0, h, epsabs=1e-14, points=edges, limit=300)[0]
    assert probability_above(h, k, r, s) == pytest.approx(exact, abs=2e-13)


NUMBER = st.fractions(-2, 2, max_denominator=50)


@given(NUMBER, NUMBER, st.fractions(0, 2, max_denominator=20), st.fractions(0, 2, max_denominator=20), st.floats(-1, 1))
@settings(max_examples=40, deadline=None)
def test_expected_maximum_by_an_integral(x: Fraction, y: Fraction, sx: Fraction, sy: Fraction, r: float) -> None:
    if sy == 0:
        sy = Fraction(1, 3)
    correlation = Fraction(r).limit_denominator(40)
    exact = certified_value.expected_maximum(x, y, sx**2, sy**2, correlation * sx * sy) + float(max(Fraction(0), x, y))
    apart = float(sx**2 + sy**2 - 2 * correlation * sx * sy)
    found = expected_maximum([float(x), float(y)], [float(sx**2), float(sy**2)], apart)
    # near correlation 1 the variance of the difference is a difference of rounded numbers
    assert found == pytest.approx(exact, abs=1e-14 if 0 < abs(correlation) < 1 else 1e-7)


@given(st.integers(0, 10**6), st.integers(10, 60), st.sampled_from(["at-or-above", "strict"]))
@settings(max_examples=10, deadline=None)
def test_values_equal_the_certified_ones(seed: int, n: int, tie_rule: str) -> None:
    y, risks = data(n, seed, 1)
    arguments: dict[str, Any] = {
        "y_true": y, "y_proba": risks["new"], "thresholds": [0.2, 0.5], "bootstraps": 30, "tie_rule": tie_rule,
        "test_harm": 0.01,
    }  # fmt: skip
    result, exact = value_of_information(**arguments), certified_value.value(**arguments)
    assert set(exact) == set(VALUE_OF_INFORMATION.quantities)
    for name, value in exact.items():
        bound = 1e-15 if name == "evpi_asymptotic" else 0.0
        np.testing.assert_allclose(getattr(result, name), value, rtol=0, atol=bound, err_msg=name)


def test_value_of_information_shrinks_and_is_missing_at_one() -> None:
    y, risks = data()
    few = value_of_information(y, risks["new"], thresholds=[1.0, 0.3, 0.0], bootstraps=50)
    assert math.isnan(few.evpi[0]) and math.isnan(few.evpi_asymptotic[0]) and few.evpi[2] == 0.0
    many = value_of_information(np.tile(y, 25), np.tile(risks["new"], 25), thresholds=[0.3], bootstraps=50)
    assert many.evpi_asymptotic[0] < few.evpi_asymptotic[1] / 5
    with pytest.raises(InputError, match="y_proba"):
        value_of_information(y, risks["new"] * 3)


def test_figures() -> None:
    y, risks = data()
    display = net_benefit_bands(y, risks=risks, thresholds=r_seq(0.1, 0.6, 0.05), bootstraps=30).plot()
    assert display.ax_.get_title(loc="left") == "new over old"
    assert display.ax_.get_xlim() == (0.1, pytest.approx(0.6))
    assert len(display.ax_.get_legend().get_texts()) == 3
    display = value_of_information(y, risks["new"], bootstraps=30).plot()  # type: ignore[assignment]
    assert display.ax_.get_ylim()[0] == 0.0 and display.cost_benefit_ax_ is not None


def test_figure_of_a_difference() -> None:
    from validation import net_benefit_difference

    y, risks = data()
    found = net_benefit_difference(y, risks=risks, bootstraps=30)
    display = found.plot(limits=(0.1, 0.5))
    low, high = display.ax_.get_ylim()
    inside = (found.thresholds >= 0.1) & (found.thresholds <= 0.5)
    assert found.difference_lower is not None and found.difference_upper is not None
    assert low < min(found.difference_lower[inside]) < 0.0 < max(found.difference_upper[inside]) < high
    assert display.ax_.get_title(loc="left") == "new minus old"
    assert len(net_benefit_difference(y, risks=risks, level=None).plot().ax_.collections) == 0
