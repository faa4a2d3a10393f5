"""Splines, formulas, effects, Wald tests: knots by their rules, design by hand, relations of tests, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from validation import logistic_regression, model_effects, model_effects_of_formula
from validation.errors import InputError, NotEstimable
from validation.terms import parse_formula, spline_basis, spline_knots, term_design

EPS = 2.0**-52


@settings(max_examples=60, deadline=None)
@given(st.integers(3, 7), st.integers(0, 2**31))
def test_spline_is_linear_beyond_its_outer_knots(k: int, seed: int) -> None:
    """Second differences of equally spaced values vanish there; the third derivative of no piece is wild."""
    generator = np.random.default_rng(seed)
    knots = np.sort(generator.choice(np.arange(1, 60), k, replace=False)).astype(float)
    for start in (knots[0] - 9.0, knots[-1] + 1.0):
        basis = spline_basis(start + np.arange(8.0), knots)
        bend = np.abs(np.diff(basis, 2, axis=0)).max()
        # cubes of values up to 70 over the square of the range
        assert bend <= 2.0**20 * EPS * max(1.0, np.abs(basis).max())


@pytest.mark.parametrize(
    ("x", "k", "knots"),
    [
        (range(1, 202), 3, [21.0, 101.0, 181.0]),
        (range(1, 52), 4, [5.0, 18.5, 33.5, 47.0]),
        ([1, 1, 2, 3, 4, 5, 5], 5, [2.0, 3.0, 4.0]),
    ],
)
def test_knots_of_the_rules(x: object, k: int, knots: list[float]) -> None:
    values = list(x)  # type: ignore[call-overload]
    assert spline_knots(values, k) == pytest.approx(knots, abs=16 * EPS * 200)


def test_too_few_values_for_a_spline() -> None:
    with pytest.raises(NotEstimable, match="knots"):
        spline_knots([0, 1, 0, 1, 2, 2], 4)


@pytest.mark.parametrize("bad", [(["a", "b"], 4), ([1.0, np.nan], 4), ([1.0, 2.0], 2), ([1.0, 2.0], 99)])
def test_bad_spline_input_is_refused(bad: tuple[object, int]) -> None:
    with pytest.raises((InputError, ValueError)):
        spline_knots(*bad)


def test_product_columns_vary_the_first_predictor_fastest() -> None:
    x = np.column_stack([np.arange(1.0, 41.0), np.tile([2.0, 3.0, 5.0, 7.0], 10)])
    design = term_design(x, ["age", "dose"], [3, 1], [(0, 1)])
    assert [c.name for c in design.columns] == [
        "age", "age'", "dose=3", "dose=5", "dose=7", "age * dose=3", "age' * dose=3",
        "age * dose=5", "age' * dose=5", "age * dose=7", "age' * dose=7",
    ]  # fmt: skip
    matrix = design.matrix(x)
    assert np.array_equal(matrix[:, 6], matrix[:, 1] * matrix[:, 2])


@pytest.mark.parametrize(
    ("formula", "names", "terms", "interactions"),
    [
        ("y ~ a", ("a",), (0,), ()),
        ("y ~ rcs(a) + pol(b) + C(c)", ("a", "b", "c"), (5, -2, 1), ()),
        ("y ~ b + rcs(a, 3) * b", ("b", "a"), (0, 3), ((0, 1),)),
        ("y ~ `serum Mg` * a", ("serum Mg", "a"), (0, 0), ((0, 1),)),
    ],
)
def test_formulas(formula: str, names: tuple[str, ...], terms: tuple[int, ...], interactions: object) -> None:
    parsed = parse_formula(formula)
    assert (parsed.names, parsed.terms) == (names, terms)
    assert {frozenset(pair) for pair in parsed.interactions} == {frozenset(pair) for pair in interactions}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "formula",
    ["", "y", "y ~", "y ~ 1", "y ~ rcs(a, 2)", "y ~ rcs(a + b, 3)", "y ~ __import__('os')", "y ~ open('x')", "y ~ a:b",
     "y ~ a * b * c", "y ~ rcs(a, 4) + a", "a + b ~ c", "y ~ rcs(a, 'x')", "y ~ (", "y ~ rcs(1, 3)"],
)  # fmt: skip
def test_what_is_no_formula_is_refused_and_nothing_runs(formula: str) -> None:
    data = {name: [0, 1, 0, 1, 1] for name in "yabc"}
    with pytest.raises(InputError):
        model_effects_of_formula(formula, data)


def test_formula_is_the_model_of_its_columns() -> None:
    cohort = load_cohort("osteoporosis")
    data = {"y": cohort.outcome, **{name: cohort.x[:, j] for j, name in enumerate(cohort.predictors)}}
    found = model_effects_of_formula("y ~ rcs(age, 4) * Mg + smoking", data)
    direct = model_effects(
        cohort.outcome, cohort.x[:, [0, 2, 10]], names=["age", "Mg", "smoking"], terms=[4, 0, 0], interactions=[(0, 1)]
    )
    assert np.array_equal(found.coefficients, direct.coefficients) and found.anova_terms == direct.anova_terms
    assert found.anova_terms[:3] == (
        "age  (Factor+Higher Order Factors)", " All Interactions", " Nonlinear (Factor+Higher Order Factors)",
    )  # fmt: skip
    assert [found.anova_terms[-1], found.anova_terms[-2]] == ["TOTAL", "TOTAL NONLINEAR + INTERACTION"]


def test_effect_is_the_contrast_of_its_ends_and_predictions_are_the_fit() -> None:
    cohort = load_cohort("shi2026")
    result = model_effects(cohort.outcome, cohort.x, names=cohort.predictors, terms=[0, 4, 3, 0])
    middle = [predictor.adjust for predictor in result.design.predictors]
    high, low = list(middle), list(middle)
    high[1], low[1] = result.high[1], result.low[1]
    contrast = result.contrast(high, low)
    assert contrast["contrast"] == pytest.approx(result.effect[1], rel=2.0**12 * EPS)
    assert contrast["standard_error"] == pytest.approx(result.standard_error[1], rel=2.0**20 * EPS)
    fit = logistic_regression(cohort.outcome, result.design.matrix(cohort.x))
    predicted = result.predict(cohort.x)
    assert np.abs(predicted["risk"] - fit.fitted).max() < 2.0**16 * EPS
    assert (predicted["lower"] < predicted["risk"]).all() and (predicted["upper"] > predicted["risk"]).all()
    with pytest.raises(InputError):
        result.predict(cohort.x[:, :2])


@pytest.mark.parametrize(
    "bad",
    [{"terms": [0]}, {"terms": [2, 0]}, {"terms": [-1, 0]}, {"interactions": [(0, 0)]}, {"interactions": [(0, 5)]},
     {"interactions": [0.5]}, {"level": 2.0}, {"compat": "rms"}],
)  # fmt: skip
def test_bad_arguments_are_refused(bad: dict[str, object]) -> None:
    x = [[1.0, 5.0], [2.0, 3.0], [2.5, 4.0], [1.5, 2.0], [3.0, 1.0], [2.2, 4.4]]
    with pytest.raises(InputError):
        model_effects([0, 1, 0, 1, 1, 0], x, **bad)  # type: ignore[arg-type]
