"""Logistic family: defining equations, certified digits, parity with R's glm, diagnosis of data without an estimate."""

from __future__ import annotations

import csv
import itertools
import subprocess
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.agreement import Labels, Row, digits
from crosscheck_r.references import Live, Reference
from crosscheck_r.run import compare_outcome, compute
from crosscheck_r.session import RSession
from validation.errors import InputError, NotEstimable, ValidationWarning
from validation.exact import logistic as certified
from validation.kernels import logistic_numpy
from validation.logistic import (
    LOGISTIC_REGRESSION,
    UNIVARIABLE_ODDS_RATIOS,
    logistic_regression,
    univariable_odds_ratios,
)
from validation.logistic.design import SAMPLE, check_rank, orthonormal_design
from validation.logistic.regression import GLM
from validation.logistic.separation import separating_direction, separation
from validation.r_numerics import NA_REAL
from validation.statistic import Case

EPS = 2.0**-52


def outcome_of(generator: np.random.Generator, log_odds: Any) -> Any:
    return (generator.random(len(log_odds)) < 1.0 / (1.0 + np.exp(-log_odds))).astype(np.int8)


def birthweight_like(g: np.random.Generator) -> tuple[Any, Any]:
    n = 189
    shares = (0.14, 0.35, 0.39, 0.16, 0.06, 0.15)
    x = np.column_stack([g.integers(14, 45, n), g.integers(80, 250, n), *(g.random(n) < share for share in shares)])
    x = x.astype(np.float64)
    return x, outcome_of(g, 0.5 + x @ [-0.03, -0.015, 1.2, 0.9, 0.9, 0.5, 1.8, 0.7])


def diabetes_like(g: np.random.Generator) -> tuple[Any, Any]:
    n = 200
    normal = [g.normal(m, s, n).round() for m, s in ((124, 31), (71, 11), (29, 11))]
    x = np.column_stack(
        [
            g.integers(0, 14, n),
            *normal,
            g.normal(32, 6, n).round(1),
            g.gamma(2, 0.23, n).round(3),
            g.integers(21, 63, n),
        ]
    )
    return x, outcome_of(g, -9.7 + x @ [0.1, 0.032, -0.005, -0.002, 0.08, 1.8, 0.04])


def ill_scaled(g: np.random.Generator) -> tuple[Any, Any]:
    n = 300
    z = g.normal(size=(n, 3))
    year = g.integers(2015, 2024, n)
    x = np.column_stack([z[:, 0] * 1e-6, z[:, 1] * 1e5 + 3e5, year, z[:, 2]])
    assert np.linalg.cond(np.column_stack([np.ones(n), x])) > 1e11
    return x, outcome_of(g, 0.3 + 0.4 * z[:, 0] + 0.5 * z[:, 1] + 0.2 * (year - 2019) + 0.5 * z[:, 2])


def near_separated(g: np.random.Generator) -> tuple[Any, Any]:
    x = g.normal(size=(200, 3))
    return x, (x @ [6.0, -4.0, 3.0] + 0.6 * g.logistic(size=200) > 0).astype(np.int8)


def collinear(g: np.random.Generator) -> tuple[Any, Any]:
    first = g.normal(size=250)
    x = np.column_stack([first, first + 1e-4 * g.normal(size=250), g.normal(size=250)])
    return x, outcome_of(g, x @ [1.0, -0.5, 0.3])


def five_thousand(g: np.random.Generator) -> tuple[Any, Any]:
    x = g.normal(size=(5000, 5))
    return x, outcome_of(g, x @ [0.5, -0.3, 0.2, 0.0, 0.1] - 1.0)


PROBLEMS = {f.__name__: f for f in (birthweight_like, diabetes_like, ill_scaled, near_separated, collinear)}


def problem(name: str) -> tuple[Any, Any]:
    return (PROBLEMS | {"five_thousand": five_thousand})[name](np.random.default_rng(5))


@pytest.mark.parametrize("name", [*PROBLEMS, "five_thousand"])
def test_twelve_certified_digits(name: str) -> None:
    x, y = problem(name)
    fit, true = logistic_regression(y, x), certified.logistic_regression(y, x)
    for quantity in ("coefficients", "standard_error", "odds_ratio", "lower", "upper", "deviance", "null_deviance"):
        assert digits(getattr(fit, quantity), true[quantity]).min() >= 12.0, quantity
    # in units of the standard error, so that coefficients near zero count as well
    assert digits(fit.z, true["z"], 1.0).min() >= 12.0
    assert digits(fit.p_value, true["p_value"]).min() >= 11.0
    assert digits(fit.covariance, true["covariance"], np.abs(true["covariance"]).max()).min() >= 12.0


def test_shortcuts_of_large_cohorts_leave_the_maximum() -> None:
    """Coordinates from part of the rows and single-precision steps against the plain iteration."""
    g = np.random.default_rng(11)
    n = 8 * SAMPLE + 500
    x = np.column_stack([g.normal(size=n), g.random(n) < 0.005, np.exp(2 * g.normal(size=n)), np.arange(n) % 2])
    y = outcome_of(g, x @ [0.5, 1.0, -0.01, 0.3] - 2.0)
    fit = logistic_regression(y, x)
    assert_score_is_zero(fit, x, y)
    plain = orthonormal_design(x, ("a", "b", "c", "d"), sample=False)
    assert np.linalg.cond(plain.q @ plain.q.T) < 1.0 + 1e-9
    true = certified.logistic_regression(y, x)
    assert digits(fit.standard_error, true["standard_error"]).min() >= 13.0
    assert digits(fit.z, true["z"], 1.0).min() >= 13.0


def assert_score_is_zero(fit: Any, x: Any, y: Any, weights: Any = 1.0) -> None:
    """Observed minus predicted, in the sum of every column, is within the rounding of its n terms."""
    design = np.column_stack([np.ones(len(y)), x])
    risk = fit.fitted
    score = design.T @ (weights * (y - risk))
    # a risk is off by its weight times the rounding of the linear predictor
    spread = risk * (1.0 - risk) * (np.abs(design) @ np.abs(fit.coefficients))
    reach = np.abs(design).T @ (weights * (1.0 + spread))
    assert np.all(np.abs(score) <= 8.0 * EPS * reach)


@st.composite
def cohorts(draw: Any) -> tuple[Any, Any]:
    """Predictors of many kinds and scales, outcome related to them."""
    g = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n, p = draw(st.integers(12, 120)), draw(st.integers(1, 4))
    kinds = draw(st.lists(st.sampled_from(["normal", "binary", "year", "count", "tiny"]), min_size=p, max_size=p))
    made = {
        "normal": lambda: g.normal(size=n),
        "binary": lambda: (g.random(n) < 0.3).astype(np.float64),
        "year": lambda: g.integers(2010, 2024, n).astype(np.float64),
        "count": lambda: g.integers(0, 5, n).astype(np.float64),
        "tiny": lambda: 1e-7 * g.normal(size=n),
    }
    x = np.column_stack([made[kind]() for kind in kinds])
    spread = x.std(axis=0)
    z = (x - x.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    y = outcome_of(g, z @ g.normal(size=p) * draw(st.sampled_from([0.3, 1.0, 3.0])))
    y[:2] = 0, 1
    return x, y


@given(cohorts())
def test_the_score_is_zero_or_the_data_are_diagnosed(data: tuple[Any, Any]) -> None:
    x, y = data
    found: NotEstimable | None = None
    try:
        fit = logistic_regression(y, x)
    except NotEstimable as error:
        found = error
    if found is not None:
        # so nearly separated that some weights vanish in doubles: a maximum exists, out of reach
        if found.cause != "no convergence":
            assert found.cause in ("separation", "rank")
            with pytest.raises(NotEstimable):
                certified.certify(y, x)
        return
    assert_score_is_zero(fit, x, y)
    assert fit.converged
    true = certified.logistic_regression(y, x)
    lost = max(0.0, np.log10(fit.condition_number / 100.0))
    assert digits(fit.z, true["z"], 1.0).min() >= 13.0 - lost
    assert digits(fit.standard_error, true["standard_error"]).min() >= 13.0 - lost


@given(cohorts(), st.data())
def test_weights_are_repetition_and_zero_weight_is_absence(data: tuple[Any, Any], more: Any) -> None:
    x, y = data
    weights = np.array(more.draw(st.lists(st.integers(0, 3), min_size=len(y), max_size=len(y))))
    repeated = np.repeat(np.arange(len(y)), weights)
    if len(set(y[repeated])) < 2:
        with pytest.raises(InputError, match="one class"):
            logistic_regression(y, x, weights=weights)
        return
    try:
        fit = logistic_regression(y[repeated], x[repeated])
    except NotEstimable:
        with pytest.raises(NotEstimable):
            logistic_regression(y, x, weights=weights)
        return
    weighted = logistic_regression(y, x, weights=weights)
    bound = 64.0 * EPS * max(1.0, fit.condition_number) * (1.0 + np.abs(fit.z))
    assert np.all(np.abs(weighted.coefficients - fit.coefficients) <= bound * fit.standard_error)
    assert np.all(np.abs(weighted.standard_error / fit.standard_error - 1.0) <= 64.0 * EPS * fit.condition_number)
    assert weighted.deviance == pytest.approx(fit.deviance, rel=1e-13, abs=1e-13)
    assert weighted.fitted.shape == y.shape


def test_offset_is_a_known_part_of_the_log_odds() -> None:
    x, y = problem("birthweight_like")
    known = 0.7 * x[:, 2]
    plain, shifted = logistic_regression(y, x), logistic_regression(y, x, offset=known)
    moved = plain.coefficients - 0.7 * (np.arange(9) == 3)
    assert np.all(np.abs(shifted.coefficients - moved) <= 1e-13 * shifted.standard_error)
    assert shifted.null_deviance != plain.null_deviance
    assert_score_is_zero(shifted, x, y)
    # a constant offset moves the intercept, and the null deviance not at all
    constant = logistic_regression(y, x, offset=np.full(len(y), 2.0))
    assert constant.null_deviance == pytest.approx(plain.null_deviance, rel=1e-14)
    assert constant.coefficients[0] == pytest.approx(plain.coefficients[0] - 2.0, rel=1e-13)


def test_two_by_two_table_in_closed_form() -> None:
    a, b, c, d = 30, 20, 15, 45
    x = np.repeat([1.0, 1.0, 0.0, 0.0], [a, b, c, d])
    y = np.repeat([1, 0, 1, 0], [a, b, c, d])
    fit = logistic_regression(y, x)
    assert fit.odds_ratio[0] == pytest.approx(a * d / (b * c), rel=8 * EPS)
    assert fit.standard_error[1] == pytest.approx(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d), rel=8 * EPS)
    alone = univariable_odds_ratios(y, x)
    assert (alone.odds_ratio, alone.lower, alone.p_value) == (fit.odds_ratio, fit.lower, fit.p_value[1:])


def test_univariable_is_one_model_per_predictor() -> None:
    x, y = problem("diabetes_like")
    together = univariable_odds_ratios(y, x, level=0.9)
    for j in range(x.shape[1]):
        alone = logistic_regression(y, x[:, [j]], level=0.9)
        for quantity in ("odds_ratio", "lower", "upper"):
            assert getattr(together, quantity)[j] == getattr(alone, quantity)[0]
        for quantity in ("coefficients", "standard_error", "z", "p_value"):
            assert getattr(together, quantity)[j] == getattr(alone, quantity)[1]


@pytest.mark.parametrize("name", [*PROBLEMS, "five_thousand"])
def test_certified_maximum_is_a_proof(name: str) -> None:
    """The score at the certified coefficients, summed afresh in 80 digits, is zero to 45 of them."""
    x, y = problem(name)
    x, y = x[:300], y[:300]
    fit = certified.certify(y, x)
    assert fit.radius < 1e-50
    with mpmath.workdps(80):
        score = [mpmath.mpf(0)] * (x.shape[1] + 1)
        size = [mpmath.mpf(0)] * (x.shape[1] + 1)
        for row, event in zip(x.tolist(), y.tolist(), strict=True):
            terms = [mpmath.mpf(1), *map(mpmath.mpf, row)]
            log_odds = mpmath.fsum(v * mpmath.mpf(b) for v, b in zip(terms, fit.coefficients, strict=True))
            residual = event - 1 / (1 + mpmath.exp(-log_odds))
            score = [s + v * residual for s, v in zip(score, terms, strict=True)]
            size = [s + abs(v) for s, v in zip(size, terms, strict=True)]
        assert all(abs(s) < mpmath.mpf(10) ** -45 * t for s, t in zip(score, size, strict=True))


# --- data without an estimate ---------------------------------------------------------------------------------------


def separated_by_enumeration(x: Any, y: Any) -> bool:
    """Two predictors on a grid of integers: try every line through two points, exactly."""
    events = [tuple(map(Fraction, row)) for row in x[y == 1].tolist()]
    others = [tuple(map(Fraction, row)) for row in x[y == 0].tolist()]
    points = list(dict.fromkeys(events + others))
    normals = {(q[1] - p[1], p[0] - q[0]) for p, q in itertools.combinations(points, 2)}
    normals |= {(q[0] - p[0], q[1] - p[1]) for p, q in itertools.combinations(points, 2)}
    for a, b in [n for v in normals for n in (v, (-v[0], -v[1]))]:
        high = [a * e[0] + b * e[1] for e in events]
        low = [a * e[0] + b * e[1] for e in others]
        if min(high) >= max(low) and max(high) > min(low):
            return True
    return False


grids = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 1)), min_size=4, max_size=14)


@given(grids)
def test_separation_is_decided_as_by_enumeration(rows: list[tuple[int, int, int]]) -> None:
    table = np.array(rows, dtype=np.float64)
    x, y = table[:, :2], table[:, 2].astype(np.int8)
    if len(set(y.tolist())) < 2:
        return
    rank = np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), x]))
    expected = separated_by_enumeration(x, y)
    found = separation(x, y, ("a", "b"))
    assert (found is not None) == expected
    if rank == 3:
        if expected:
            with pytest.raises(NotEstimable) as caught:
                logistic_regression(y, x, names=["a", "b"])
            assert caught.value.cause == "separation"
        else:
            assert_score_is_zero(logistic_regression(y, x, names=["a", "b"]), x, y)
    elif expected is False:
        with pytest.raises(NotEstimable) as caught:
            logistic_regression(y, x, names=["a", "b"])
        assert caught.value.cause == "rank"


@given(cohorts())
def test_a_separating_direction_is_verified_exactly(data: tuple[Any, Any]) -> None:
    x, y = data
    direction = separating_direction(x, y == 1)
    if direction is None:
        return
    margins = [
        (1 if event else -1) * sum((Fraction(v) * d for v, d in zip([1.0, *row], direction, strict=True)), Fraction(0))
        for row, event in zip(x.tolist(), y.tolist(), strict=True)
    ]
    assert min(margins) >= 0
    assert max(margins) > 0


def test_large_cohorts_are_diagnosed_on_part_of_their_rows() -> None:
    g = np.random.default_rng(3)
    x = g.normal(size=(30_000, 3))
    y = (x @ [1.0, 2.0, -1.0] > 0.3).astype(np.int8)
    with pytest.raises(NotEstimable, match="a, b and c together separate the outcome completely"):
        logistic_regression(y, x, names=["a", "b", "c"])
    # one patient on the wrong side is enough for an estimate to exist
    y[np.argmax(x @ [1.0, 2.0, -1.0])] = 0
    fit = logistic_regression(y, x)
    assert_score_is_zero(fit, x, y)


SEVEN = [0, 0, 0, 1, 0, 1, 1]
DEGENERATE = {
    "complete": ([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1], "separation", "predictor a separates the outcome at 3.5"),
    "cut with few digits": ([3.0, 3.1, 3.19, 3.25, 3.3], [0, 0, 0, 1, 1], "separation", "at 3.2 "),
    "reversed": ([6, 5, 4, 3, 2, 1], [0, 0, 0, 1, 1, 1], "separation", "every event lies below"),
    "quasi-complete": ([1, 2, 3, 3, 4], [0, 0, 0, 1, 1], "separation", "at 3 (every patient above it is an event"),
    "dummy": ([0, 0, 0, 1, 1], [0, 1, 0, 1, 1], "separation", "at 0 (every patient above it is an event)"),
    "constant": ([0.1] * 7, SEVEN, "rank", "predictor a is constant (0.1 in every row)"),
    "few rows": (
        [[1, 2, 3, 5], [2, 3, 1, 1], [0, 1, 1, 7]],
        [0, 1, 0],
        "too few rows",
        "3 patients cannot determine 5",
    ),
    "repeated": ([[v, v] for v in (1, 2, 5, 3, 4, 1, 2)], SEVEN, "rank", "predictor b repeats a"),
    "sum": (
        [[a, b, 2 * a + b - 1] for a, b in ((1, 0), (2, 1), (5, 3), (3, 1), (4, 0), (1, 1), (2, 5))],
        SEVEN,
        "rank",
        "c = 2 x a + 1 x b - 1",
    ),
    "dummy trap": ([[v, 1 - v] for v in (0, 1, 0, 1, 1, 0, 1)], SEVEN, "rank", "b = -1 x a + 1"),
    "rounded sum": (
        [
            [a, b, a + b]
            for a, b in ((0.1, 0.2), (0.7, 0.1), (0.3, 0.6), (1.1, 2.2), (0.4, 0.9), (0.2, 0.1), (0.5, 0.7))
        ],
        SEVEN,
        "rank",
        "c = 1 x a + 1 x b",
    ),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_data_are_diagnosed(name: str) -> None:
    rows, y, cause, words = DEGENERATE[name]
    x = np.array(rows, dtype=np.float64).reshape(len(y), -1)
    with pytest.raises(NotEstimable) as caught:
        logistic_regression(y, x, names=list("abcd"[: x.shape[1]]))
    assert caught.value.cause == cause
    assert words in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", DEGENERATE)
def test_what_r_prints_comes_with_the_diagnosis(name: str) -> None:
    rows, y, cause, words = DEGENERATE[name]
    x = np.array(rows, dtype=np.float64).reshape(len(y), -1)
    with pytest.warns(ValidationWarning, match="mean nothing"):
        fit = logistic_regression(y, x, names=list("abcd"[: x.shape[1]]), compat=GLM)
    assert fit.diagnosis is not None
    assert fit.diagnosis.cause == cause
    assert words in fit.diagnosis.message
    assert np.isnan(fit.coefficients).any() == (cause in ("rank", "too few rows"))


def test_univariable_names_every_predictor_that_fails() -> None:
    x = np.array([[1, 3, 6], [2, 1, 5], [3, 2, 4], [4, 2, 3], [5, 1, 2], [6, 3, 1]], dtype=np.float64)
    with pytest.raises(NotEstimable, match=r"predictor a separates .* at 3.5 .*; predictor c separates"):
        univariable_odds_ratios([0, 0, 0, 1, 1, 1], x, names=["a", "b", "c"])
    with pytest.warns(ValidationWarning):
        fit = univariable_odds_ratios([0, 0, 0, 1, 1, 1], x, names=["a", "b", "c"], compat=GLM)
    assert [diagnosis is None for diagnosis in fit.diagnoses] == [False, True, False]


def test_calendar_years_simply_work() -> None:
    g = np.random.default_rng(8)
    year = g.integers(2015, 2024, 300).astype(np.float64)
    y = outcome_of(g, 0.2 * (year - 2019))
    fit, moved = logistic_regression(y, year), logistic_regression(y, year - 2019)
    assert fit.odds_ratio[0] == pytest.approx(moved.odds_ratio[0], rel=1e-14)
    assert fit.standard_error[1] == pytest.approx(moved.standard_error[1], rel=1e-14)
    squared = logistic_regression(y, np.column_stack([year, year**2]))
    true = certified.logistic_regression(y, np.column_stack([year, year**2]))
    assert digits(squared.standard_error, true["standard_error"]).min() >= 12.0


def test_a_maximum_out_of_reach_is_no_number() -> None:
    """A predictor that two patients share whose risks are 0 and 1 to working precision: any coefficient will do."""
    x = np.arange(-100.0, 100.0) + 0.5
    y = (x > 0).astype(np.int8)
    y[np.abs(x) == 0.5] = 1, 0
    rare = (np.abs(x) == 90.5).astype(np.float64)
    design = np.column_stack([x, rare])
    assert separation(design, y, ("x", "rare")) is None
    with pytest.raises(NotEstimable, match="almost separated") as caught:
        logistic_regression(y, design)
    assert caught.value.cause == "no convergence"
    # without it, all digits
    assert digits(logistic_regression(y, x).z, certified.logistic_regression(y, x)["z"], 1.0).min() >= 13.0


def test_near_separation_is_not_separation() -> None:
    """Risks within 1e-13 of 0 and 1, and still a maximum with all digits."""
    x = np.arange(-100.0, 100.0) + 0.5
    y = (x > 0).astype(np.int8)
    y[np.abs(x) == 1.5] = 1, 0
    fit, true = logistic_regression(y, x), certified.logistic_regression(y, x)
    assert np.abs(fit.linear_predictor).max() > 30.0
    assert digits(fit.coefficients, true["coefficients"], fit.standard_error).min() >= 12.0
    assert digits(fit.standard_error, true["standard_error"]).min() >= 12.0


BAD = [
    (([0, 1, 2], [[1], [2], [3]]), {}, "must be 0 or 1"),
    (([0, 0, 0], [[1], [2], [3]]), {}, "one class"),
    (([0, 1, 1], [[1], [np.nan], [3]]), {}, "missing"),
    (([0, 1, 1], [[1], [np.inf], [3]]), {}, "infinite"),
    (([0, 1, 1], [[1], [2]]), {}, "rows"),
    (([0, 1, 1], [["a"], ["b"], ["c"]]), {}, "numbers are needed"),
    (([0, 1, 1], [[1], [2], [3]]), {"level": 1.0}, "between 0 and 1"),
    (([0, 1, 1], [[1], [2], [3]]), {"compat": "sas"}, "must be one of"),
    (([0, 1, 1], [[1], [2], [3]]), {"names": ["a", "b"]}, "1 different texts"),
    (([0, 1, 1], [[1], [2], [3]]), {"weights": [1, -1, 1]}, "negative"),
    (([0, 1, 1], [[1], [2], [3]]), {"weights": [0, 1, 1]}, "one class"),
    (([0, 1, 1], [[1], [2], [3]]), {"offset": [0, 1]}, "values"),
    (([0, 1, 1, 0], [[1e200], [2], [3], [1]]), {}, "larger units"),
    (([0, 1, 1, 0], [[1e-200], [2e-200], [3e-200], [0.0]]), {}, "smaller units"),
]


@pytest.mark.parametrize(("arguments", "options", "words"), BAD)
def test_bad_input_ends_in_one_clear_error(arguments: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        logistic_regression(*arguments, **options)


# --- result ---------------------------------------------------------------------------------------------------------


def test_result_presents_itself() -> None:
    x, y = problem("birthweight_like")
    names = ["age", "weight", "race[black]", "race[other]", "smoking", "labour", "hypertension", "$x^2$"]
    fit = logistic_regression(y, x, names=names)
    frame = fit.to_frame()
    assert frame["predictor"].tolist() == ["(Intercept)", *names]
    assert frame["odds_ratio"].isna().tolist() == [True] + [False] * 8
    assert "race[black]" in fit.summary()
    assert "&lt;" not in fit._repr_html_()
    assert fit.compat == "default"
    assert fit.kernel == "numpy"
    assert (fit.n, fit.n_events) == (189, int(y.sum()))
    wide, same = fit.confidence_interval(0.99), fit.confidence_interval()
    assert np.all(wide.low < fit.lower)
    assert np.all(wide.high > fit.upper)
    assert same.low is fit.lower
    again = fit.predict_proba(x)
    assert np.all(np.abs(again - fit.fitted) <= 16 * EPS)
    with pytest.raises(InputError, match="8"):
        fit.predict_proba(x[:, :3])
    assert univariable_odds_ratios(y, x, names=names).to_frame().shape == (8, 8)


def test_forest_plot() -> None:
    x, y = problem("birthweight_like")
    names = ["age", "weight", "race[black]", "race[other]", "smoking", "labour", "hypertension", "$x^2$"]
    for result in (logistic_regression(y, x, names=names), univariable_odds_ratios(y, x, names=names)):
        display = result.plot()
        assert display.ax_.get_xscale() == "log"
        assert [label.get_text() for label in display.ax_.get_yticklabels()] == names
        assert not any(label.get_parse_math() for label in display.ax_.get_yticklabels())
        low, high = display.ax_.get_xlim()
        assert low < 1.0 < high
        assert display.markers_.get_xdata().tolist() == result.odds_ratio.tolist()
        first = f"{result.odds_ratio[0]:.2f} ({result.lower[0]:.2f} to {result.upper[0]:.2f})"
        assert first in display.ax_.texts[0].get_text()
        assert display.figure_ is display.ax_.figure


def test_arguments_are_left_as_they_were() -> None:
    x, y = problem("collinear")
    before = x.copy()
    logistic_regression(y, x)
    logistic_regression(y, x, compat=GLM)
    assert np.array_equal(x, before)


def test_blocks_do_not_change_the_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    g = np.random.default_rng(1)
    q, sign = g.normal(size=(4, 3000)), np.where(g.random(3000) < 0.5, -1.0, 1.0)
    whole = logistic_numpy.evaluate(q, np.ones(4), sign, None, None)
    monkeypatch.setattr(logistic_numpy, "_BLOCK", 4096)
    parts = logistic_numpy.evaluate(q, np.ones(4), sign, None, None)
    for a, b in zip(whole, parts, strict=True):
        assert np.all(np.abs(np.asarray(a) - np.asarray(b)) <= 64 * EPS * 3000)
    assert not logistic_numpy.evaluate(q, np.ones(4), sign, None, None, information=False).information.any()


def test_rank_check_accepts_close_columns() -> None:
    x, _ = problem("collinear")
    check_rank(x, ("a", "b", "c"))
    x[:, 1] = x[:, 0] + 1e-13 * x[:, 2]
    with pytest.raises(NotEstimable):
        check_rank(x, ("a", "b", "c"))


# --- R --------------------------------------------------------------------------------------------------------------


def random_cohorts(first: int, last: int) -> Iterator[tuple[str, Any, Any]]:
    for seed in range(first, last):
        g = np.random.default_rng(seed)
        n, p = int(g.integers(40, 500)), int(g.integers(1, 7))
        makers = [
            lambda g=g, n=n: g.normal(size=n),
            lambda g=g, n=n: (g.random(n) < 0.3).astype(np.float64),
            lambda g=g, n=n: g.integers(18, 90, n).astype(np.float64),
            lambda g=g, n=n: g.integers(2010, 2024, n).astype(np.float64),
            lambda g=g, n=n: np.exp(g.normal(size=n)) * 1e3,
            lambda g=g, n=n: g.normal(0.85, 0.05, n).round(2),
        ]
        x = np.column_stack([makers[int(g.integers(len(makers)))]() for _ in range(p)])
        z = (x - x.mean(axis=0)) / x.std(axis=0)
        y = outcome_of(g, z @ g.normal(size=p) * 0.6 + g.normal())
        if 2 < y.sum() < n - 2:
            yield f"random {seed}", x, y


def assert_agreement(r: RSession, label: str, x: Any, y: Any) -> list[Row]:
    rows: list[Row] = []
    arguments = {"y_true": y, "x": x, "names": [f"v{j}" for j in range(x.shape[1])], "level": 0.95}
    for statistic in (LOGISTIC_REGRESSION, UNIVARIABLE_ODDS_RATIOS):
        case = Case(label, arguments)
        reference = Live(r).get(statistic, label, case)
        assert isinstance(reference, Reference), reference.reason
        assert statistic.certified is not None
        values = statistic.certified(**arguments)
        for mode, quantities in statistic.modes():
            outcome = compute(statistic, case, mode, reference)
            labels = Labels(label, label, statistic.name, mode, "python", "live")
            rows += compare_outcome(labels, quantities, outcome, reference, values if mode is None else {})
    for row in rows:
        assert row.verdict in ("identical", "agree", "R-limited"), row
    return rows


@pytest.mark.live
def test_parity_with_glm_on_random_cohorts(r: RSession) -> None:
    compared = 0
    for label, x, y in random_cohorts(0, 30):
        compared += len(assert_agreement(r, label, x, y))
    assert compared > 1000


EXPORTS = {
    "birthwt": ("low", "d <- MASS::birthwt; d$bwt <- NULL"),
    "Pima.tr": ("type", "d <- MASS::Pima.tr; d$type <- as.integer(d$type == 'Yes')"),
}


@pytest.mark.live
@pytest.mark.parametrize("name", EXPORTS)
def test_parity_with_glm_on_public_data(r: RSession, name: str, tmp_path: Path) -> None:
    outcome, code = EXPORTS[name]
    path = tmp_path / "data.csv"
    command = f"{code}; write.csv(d, commandArgs(TRUE)[1], row.names = FALSE)"
    subprocess.run(["Rscript", "--vanilla", "-e", command, str(path)], check=True, capture_output=True)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [column for column in rows[0] if column != outcome]
    x = np.array([[float(row[column]) for column in columns] for row in rows])
    y = np.array([int(row[outcome]) for row in rows], dtype=np.int8)
    found = assert_agreement(r, name, x, y)
    by_name = {(row.statistic, row.compat, row.quantity): row for row in found}
    # the converged standard errors are certified, R's have the digits of the last iterate but one
    errors = by_name["logistic_regression", None, "standard_error"]
    assert errors.verdict == "R-limited"
    assert errors.digits_value_certified is not None
    assert errors.digits_value_certified >= 14.0
    path_errors = by_name["logistic_regression", GLM, "standard_error"]
    assert path_errors.digits is not None
    assert path_errors.digits >= 14.0


@pytest.mark.live
def test_weights_and_offset_as_glm(r: RSession) -> None:
    for seed in range(6):
        g = np.random.default_rng(seed)
        x = g.normal(size=(150, 3))
        y = outcome_of(g, x @ [0.5, 1.0, -1.0])
        weights, offset = g.integers(1, 5, 150).astype(np.float64), g.normal(size=150)
        for options in ({"weights": weights}, {"offset": offset}, {"weights": weights, "offset": offset}):
            arguments = {"y_true": y, "x": x, "names": ["a", "b", "c"], "level": 0.9, **options}
            value = r.call("logistic.R::logistic_regression", arguments).value
            fit = logistic_regression(**arguments, compat=GLM)
            assert fit.n_iterations == value["n_iterations"][0]
            for quantity in ("coefficients", "standard_error", "lower", "fitted", "aic", "null_deviance"):
                assert digits(getattr(fit, quantity), np.squeeze(value[quantity])).min() >= 13.0, quantity


def bits_of_missing(values: Any) -> set[int]:
    return {int(word) for word in values[np.isnan(values)].view(np.uint64) & np.uint64(0xFFFFFFFF)}


@pytest.mark.live
@pytest.mark.parametrize("name", [name for name in DEGENERATE if name != "few rows"])
def test_r_prints_the_same_meaningless_numbers(r: RSession, name: str) -> None:
    rows, y, cause, _ = DEGENERATE[name]
    x = np.array(rows, dtype=np.float64).reshape(len(y), -1)
    arguments: dict[str, Any] = {"y_true": np.array(y, dtype=np.int8), "x": x, "level": 0.95}
    arguments["names"] = list("abcd"[: x.shape[1]])
    value = r.call("logistic.R::logistic_regression", arguments).value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidationWarning)
        fit = logistic_regression(**arguments, compat=GLM)
    assert fit.n_iterations == value["n_iterations"][0]
    assert bool(fit.converged) == bool(value["converged"][0])
    assert np.array_equal(np.isnan(fit.coefficients), np.isnan(value["coefficients"]))
    # where weights vanish, R's working response has lost most digits
    due = 13.0 if cause == "rank" else 4.0
    known = ~np.isnan(value["coefficients"])
    largest = float(np.max(np.abs(value["coefficients"][known])))
    assert digits(fit.coefficients[known], value["coefficients"][known], largest).min() >= due
    # NA of R is NA here, bit by bit
    for quantity in ("coefficients", "standard_error", "z", "p_value", "odds_ratio", "lower", "upper"):
        assert np.isnan(getattr(fit, quantity)).tolist() == (~known)[-len(getattr(fit, quantity)) :].tolist()
        assert bits_of_missing(getattr(fit, quantity)) <= bits_of_missing(np.array([NA_REAL]))
