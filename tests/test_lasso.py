"""LASSO: replay, optimum and certificate against each other, properties, errors, and live parity with glmnet."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.checks import Floats
from validation.displays.lasso import CoefficientPathDisplay, CrossValidationDisplay
from validation.errors import InputError, NotEstimable, ValidationWarning
from validation.exact.lasso import certified_cv, certified_path, duality_gap, optimality_violation
from validation.kernels import lasso_newton_numpy, lasso_numpy
from validation.lasso import kkt_residual, lasso_cv, lasso_path
from validation.lasso.binomial import linear_predictors, null_model, optimality
from validation.lasso.design import design, sequence_factor
from validation.lasso.interpolation import interpolate
from validation.lasso.measures import extended_sum, fold_auc

COMPAT = "glmnet-4.1"
HAS_NUMBA = importlib.util.find_spec("numba") is not None
needs_numba = pytest.mark.skipif(not HAS_NUMBA, reason="numba is not installed: only the NumPy kernels are tested")


def problem(seed: int, n: int, p: int, signal: float = 1.0) -> tuple[Any, Floats]:
    """Correlated predictors of different units, some rounded, one binary, a few of them related to the outcome."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, p))
    x = z.copy()
    for j in range(1, p):
        x[:, j] = 0.5 * x[:, j - 1] + z[:, j]
    beta = np.where(rng.random(p) < 0.4, rng.normal(size=p) * signal, 0.0)
    y = (rng.random(n) < 1.0 / (1.0 + np.exp(-(x @ beta)))).astype(int)
    y[:8], y[-8:] = 1, 0
    x[:, 0] = np.round(50.0 + 10.0 * x[:, 0])
    if p > 2:
        x[:, 2] = (x[:, 2] > 0.3).astype(float)
    return y, x


def options(seed: int, n: int, p: int) -> dict[str, Any]:
    """Random arguments beside the data."""
    rng = np.random.default_rng(seed)
    chosen: dict[str, Any] = {}
    if rng.random() < 0.3:
        chosen["weights"] = rng.integers(0, 4, n).astype(float) if rng.random() < 0.5 else rng.random(n)
    if rng.random() < 0.25:
        chosen["offset"] = rng.normal(size=n)
    if rng.random() < 0.3:
        chosen["alpha"] = float(rng.choice([0.0, 0.3, 0.9]))
    if rng.random() < 0.25:
        chosen["penalty_factor"] = np.concatenate([[1.0], rng.choice([0.5, 1.0, 2.0, np.inf], p - 1)])
    if rng.random() < 0.2:
        chosen["lambdas"] = np.exp(rng.uniform(-6.0, -1.0, 10))
    if rng.random() < 0.15:
        chosen["standardize"] = False
    if rng.random() < 0.15:
        chosen["intercept"] = False
    return chosen


def kernel_arguments(y: Any, x: Floats, threshold: float = 1e-7, **chosen: Any) -> tuple[Any, ...]:
    lambdas = np.sort(chosen.pop("lambdas", np.empty(0)))[::-1].copy()
    data = design(y, x, **chosen)
    null, (count, factor) = null_model(data), sequence_factor(data, 100, None)
    return (
        data.columns, data.y, data.weights, data.offset, data.penalty, data.usable, data.alpha, lambdas, count, factor,
        null.intercept, null.half_deviance, null.saturated, threshold, 100_000, data.intercept,
    )  # fmt: skip


# --- the optimum


@pytest.mark.parametrize(("n", "p"), [(60, 4), (200, 12), (60, 40), (40, 90)])
def test_exact_engine_reaches_the_optimum(n: int, p: int) -> None:
    y, x = problem(n + p, n, p)
    path = lasso_path(y, x)
    assert path.kkt_residual.max() < 1e-12
    other = kkt_residual(y, x, path.intercepts, path.coefficients, path.lambdas)
    assert other.max() < 1e-11


@pytest.mark.parametrize("alpha", [0.0, 0.05, 0.5, 1.0])
@pytest.mark.parametrize("extra", ["", "weights", "offset", "penalty_factor", "no intercept", "unstandardised"])
def test_exact_engine_reaches_the_optimum_of_every_variant(alpha: float, extra: str) -> None:
    y, x = problem(3, 120, 7)
    rng = np.random.default_rng(4)
    variants: dict[str, dict[str, Any]] = {
        "weights": {"weights": rng.integers(0, 4, 120)},
        "offset": {"offset": rng.normal(size=120)},
        "penalty_factor": {"penalty_factor": [0.0, 1.0, 1.0, 2.0, np.inf, 0.5, 1.0]},
        "no intercept": {"intercept": False},
        "unstandardised": {"standardize": False},
    }
    chosen = variants.get(extra, {})
    path = lasso_path(y, x, alpha=alpha, **chosen)
    assert kkt_residual(y, x, path.intercepts, path.coefficients, path.lambdas, alpha=alpha, **chosen).max() < 1e-11


def test_replay_approaches_the_optimum_as_its_threshold_falls() -> None:
    y, x = problem(8, 200, 10)
    best = lasso_path(y, x)
    errors = []
    for threshold in (1e-7, 1e-10, 1e-14):
        path = lasso_path(y, x, engine="glmnet", threshold=threshold, lambdas=best.lambdas)
        errors.append(np.abs(path.standardized_coefficients - best.standardized_coefficients).max())
        assert path.kkt_residual.max() < 10.0 * math.sqrt(threshold)
    assert errors[0] > 1e-6, "the default threshold is expected to stop far from the optimum"
    assert errors[0] > 10.0 * errors[1] > 100.0 * errors[2]
    assert errors[2] < 1e-6


def test_certified_path_agrees_with_fifty_digit_arithmetic() -> None:
    y, x = problem(5, 60, 4)
    certified = certified_path(y, x, n_lambda=8)
    models = certified["intercepts"], certified["coefficients"], certified["lambdas"]
    # what rounding to double leaves; the first model is empty
    assert optimality_violation(y, x, *models).max() < 1e-14
    assert 0.0 <= duality_gap(y, x, *models).max() < 1e-13
    path = lasso_path(y, x, n_lambda=8)
    scale = np.abs(certified["coefficients"]).max()
    assert np.abs(path.coefficients - certified["coefficients"]).max() < 1e-13 * scale
    loose = lasso_path(y, x, n_lambda=8, engine="glmnet")
    assert duality_gap(y, x, loose.intercepts, loose.coefficients, loose.lambdas).max() > 1e-9


def test_certified_path_mends_a_wrong_proposal() -> None:
    from validation.exact.lasso_path import Options, certify_path

    y, x = problem(6, 80, 5)
    right = certified_path(y, x, n_lambda=20)
    points = right["lambdas"].size
    empty = np.full(points, math.log(y.mean() / (1.0 - y.mean()))), np.zeros((5, points))
    # other options, so that the known proof is not looked up
    other = certify_path(y, x, Options(n_lambda=20, ratio=1e-4), points, lambda: empty)
    assert np.allclose(other.coefficients.high, right["coefficients"], rtol=0.0, atol=1e-15)


@pytest.mark.parametrize("measure", ["deviance", "class", "auc", "mse", "mae"])
def test_certified_cross_validation(measure: str) -> None:
    y, x = problem(12, 120, 6)
    certified = certified_cv(y, x, seed=2, measure=measure)
    result = lasso_cv(y, x, seed=2, measure=measure)
    for name, value in certified.items():
        assert np.allclose(getattr(result, name), value, rtol=1e-11, atol=1e-13), name


def test_copied_column_is_named_and_left_out() -> None:
    y, x = problem(9, 150, 4)
    path = lasso_path(y, np.column_stack([x, 32.0 - 1.8 * x[:, 0]]), names=["celsius", "a", "b", "c", "fahrenheit"])
    assert path.copies == ("fahrenheit",)
    assert not path.coefficients[4].any()
    assert path.kkt_residual.max() < 1e-12
    assert lasso_path(y, x).copies == ()


def test_separation_is_named_and_no_error() -> None:
    x = np.column_stack([np.linspace(-2.0, 2.0, 40), np.cos(np.arange(40.0))])
    path = lasso_path((x[:, 0] > 0).astype(int), x)
    assert path.separated
    assert path.kkt_residual.max() < 1e-10
    assert path.dev_ratio[-1] > 0.999
    assert not lasso_path(*problem(1, 100, 3)).separated


def test_near_zero_lambda_on_separable_data() -> None:
    x = np.column_stack([np.linspace(-2.0, 2.0, 40), np.cos(np.arange(40.0))])
    path = lasso_path((x[:, 0] > 0).astype(int), x, lambdas=[0.1, 1e-3, 1e-6, 1e-9])
    assert path.kkt_residual.max() < 1e-10
    assert np.isfinite(path.coefficients).all()


def test_zero_lambda_is_maximum_likelihood() -> None:
    y, x = problem(2, 200, 4, signal=0.5)
    path = lasso_path(y, x, lambdas=[0.1, 0.0])
    risk = path.predict_proba(x, 0.0)
    score = np.column_stack([np.ones(y.size), x]).T @ (y - risk)
    assert np.abs(score).max() < 1e-9


# --- what a path must satisfy


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.01, 3.0, 1000.0]), exact=st.booleans())
def test_units_order_and_labels(seed: int, scale: float, exact: bool) -> None:
    y, x = problem(seed, 80, 5)
    engine = "exact" if exact else "glmnet"
    path = lasso_path(y, x, engine=engine)
    bound = 1e-12 * max(1.0, path.condition_number) * np.abs(path.standardized_coefficients).max()
    order = np.random.default_rng(seed).permutation(y.size)
    factors = np.array([1.0, scale, 1.0, 1.0, 1.0])
    changed = {
        "order": lasso_path(y[order], x[order], engine=engine),
        "labels": lasso_path(1 - y, x, engine=engine),
        "units": lasso_path(y, x * factors, engine=engine),
    }
    for name, other in changed.items():
        assert other.lambdas.size == path.lambdas.size, name
        sign = -1.0 if name == "labels" else 1.0
        assert np.abs(sign * other.standardized_coefficients - path.standardized_coefficients).max() < bound, name
        if engine == "glmnet":
            assert other.n_passes == path.n_passes, name


def test_order_of_columns_is_irrelevant_to_the_optimum_only() -> None:
    y, x = problem(17, 150, 12)
    for engine, bound in (("exact", 1e-12), ("glmnet", 1e-2)):
        path = lasso_path(y, x, engine=engine, lambdas=[0.05, 0.01, 0.002])
        back = lasso_path(y, x[:, ::-1], engine=engine, lambdas=[0.05, 0.01, 0.002])
        difference = np.abs(path.standardized_coefficients - back.standardized_coefficients[::-1]).max()
        assert difference < bound
        if engine == "glmnet":
            assert difference > 1e-9, "the trajectory is expected to depend on the order"


@pytest.mark.parametrize("engine", ["exact", "glmnet"])
def test_whole_weights_are_repeated_patients(engine: str) -> None:
    y, x = problem(21, 90, 5)
    w = np.random.default_rng(0).integers(0, 4, 90)
    w[:4], w[-4:] = 1, 1
    weighted = lasso_path(y, x, weights=2.5 * w, engine=engine)
    repeated = lasso_path(np.repeat(y, w), np.repeat(x, w, axis=0), engine=engine)
    assert np.allclose(weighted.coefficients, repeated.coefficients, rtol=0.0, atol=1e-12)
    assert weighted.null_deviance == pytest.approx(2.5 * repeated.null_deviance, rel=1e-14)


def test_scale_of_penalty_factors_is_irrelevant() -> None:
    y, x = problem(22, 90, 4)
    one = lasso_path(y, x, penalty_factor=[1.0, 2.0, 0.5, 1.0])
    two = lasso_path(y, x, penalty_factor=[4.0, 8.0, 2.0, 4.0])
    assert np.array_equal(one.coefficients, two.coefficients)
    forced = lasso_path(y, x, penalty_factor=[0.0, 1.0, 1.0, 1.0])
    assert forced.coefficients[0, 0] != 0.0
    assert not forced.coefficients[1:, 0].any()


def test_first_lambda_of_the_replay_is_reported_where_the_sequence_begins() -> None:
    y, x = problem(23, 90, 4)
    path = lasso_path(y, x, compat=COMPAT)
    assert path.lambdas[0] == math.exp(2.0 * math.log(path.lambdas[1]) - math.log(path.lambdas[2]))
    assert lasso_path(y, x, compat=COMPAT, n_lambda=2).lambdas[0] == 9.9e35
    assert lasso_path(y, x, n_lambda=2).lambdas[0] == pytest.approx(path.lambda_max, rel=1e-12)


def test_interpolation_returns_the_columns_of_the_path() -> None:
    y, x = problem(24, 90, 4)
    path = lasso_path(y, x)
    assert np.array_equal(interpolate(path.lambdas, path.coefficients, path.lambdas), path.coefficients)
    middle = 0.5 * (path.lambdas[3] + path.lambdas[4])
    expected = 0.5 * (path.coefficients[:, 3] + path.coefficients[:, 4])
    assert np.allclose(path.coefficients_at(middle).coefficients, expected, rtol=0.0, atol=1e-15)
    assert np.array_equal(path.coefficients_at(0.0).coefficients, path.coefficients[:, -1])
    assert np.array_equal(path.coefficients_at(1e9).coefficients, path.coefficients[:, 0])
    assert path.selected(float(path.lambdas[-1])) == tuple(
        name for name, b in zip(path.names, path.coefficients[:, -1], strict=True) if b
    )


def test_results_present_themselves() -> None:
    y, x = problem(25, 120, 4)
    result = lasso_cv(y, x, seed=1, names=["age", "a_b$", "<i>", "d"])
    assert list(result.to_frame()["choice"]) == ["lambda_min", "lambda_1se"]
    assert len(result.fit.to_frame()) == result.lambdas.size
    assert "<i>" not in result._repr_html_().replace("&lt;i&gt;", "")
    assert "lambda_1se" in result.summary()
    assert (result.fit.compat, result.compat, result.fit.engine) == ("default", "default", "exact")
    assert dataclasses.is_dataclass(result.fit)
    assert result.intercept_min == result.fit.intercepts[result.index_min]
    assert set(result.selected_1se) <= set(result.fit.names)


def test_caller_s_data_are_left_alone() -> None:
    y, x = problem(26, 60, 3)
    for order in ("C", "F"):
        data = np.array(x, order=order)
        kept = data.copy()
        lasso_cv(y, data, seed=1, folds=4)
        assert np.array_equal(data, kept)


# --- cross-validation


def test_folds_come_from_the_seed() -> None:
    y, x = problem(31, 103, 3)
    one, two = lasso_cv(y, x, seed=7), lasso_cv(1 - y, x[:, ::-1], seed=7)
    assert np.array_equal(one.fold_id, two.fold_id)
    assert np.array_equal(one.random_state, two.random_state)
    assert sorted(np.bincount(one.fold_id)[1:]) == [10] * 7 + [11] * 3
    assert not np.array_equal(one.fold_id, lasso_cv(y, x, seed=8).fold_id)


def test_given_folds_draw_nothing() -> None:
    y, x = problem(32, 60, 3)
    fold_id = np.arange(60) % 4 + 1
    result = lasso_cv(y, x, seed=5, fold_id=fold_id)
    assert np.array_equal(result.fold_id, fold_id)
    assert np.array_equal(result.random_state, lasso_cv(y, x, seed=5, fold_id=fold_id[::-1]).random_state)


def test_auc_of_a_fold_counts_pairs() -> None:
    rng = np.random.default_rng(3)
    y, eta = rng.integers(0, 2, 40).astype(float), np.round(rng.normal(size=(40, 3)), 1)
    w = rng.random(40)
    for column, value in enumerate(fold_auc(y, eta, w, as_r=False)):
        a, b = eta[y == 1, column][:, None], eta[y == 0, column][None, :]
        pairs = w[y == 1][:, None] * w[y == 0][None, :]
        assert value == pytest.approx(((a > b) * pairs + 0.5 * (a == b) * pairs).sum() / pairs.sum(), rel=1e-13)
    assert np.isnan(fold_auc(np.ones(40), eta, w, as_r=False)).all()


def test_one_class_fold_is_left_out_of_the_auc() -> None:
    y, x = problem(33, 120, 3)
    fold_id = np.arange(120) % 5 + 1
    fold_id[np.flatnonzero(y == 1)[np.flatnonzero(fold_id[y == 1] == 5)]] = 4
    result = lasso_cv(y, x, seed=1, fold_id=fold_id, measure="auc")
    assert np.isfinite(result.mean).all()


def test_small_folds_change_measure_and_averaging() -> None:
    y, x = problem(34, 60, 3)
    with pytest.warns(ValidationWarning, match="Fewer than 10"):
        result = lasso_cv(y, x, seed=1, measure="auc")
    assert result.measure == "deviance"
    with pytest.warns(ValidationWarning, match="Fewer than 3"):
        assert not lasso_cv(y, x, seed=1, folds=25).grouped


def test_extended_sum_is_rounded_once() -> None:
    values = np.array([[1e16], [1.0], [1.0], [-1e16]] * 3)
    assert extended_sum(values)[0] == 6.0
    rng = np.random.default_rng(0)
    many = rng.normal(size=(50, 40))
    assert np.array_equal(extended_sum(many), np.array([math.fsum(column) for column in many.T]))


# --- errors


def bad_arguments() -> list[tuple[str, dict[str, Any], type[Exception], str]]:
    y, x = problem(41, 60, 3)
    nan = x.copy()
    nan[3, 1] = np.nan
    infinite = x.copy()
    infinite[0, 0] = np.inf
    few = np.zeros(60, dtype=int)
    few[0] = 1
    text = np.full((60, 2), "a", dtype=object)
    return [
        ("missing value", {"x": nan}, InputError, "missing"),
        ("infinite value", {"x": infinite}, InputError, "infinite"),
        ("text column", {"x": text}, InputError, "numbers are needed"),
        ("one column", {"x": x[:, :1]}, InputError, "at least two"),
        ("constant columns", {"x": np.ones((60, 3))}, InputError, "varies"),
        ("wrong length", {"x": x[:50]}, InputError, "rows"),
        ("one class", {"y_true": np.ones(60)}, InputError, "one class"),
        ("single event", {"y_true": few}, NotEstimable, "at least 2"),
        ("labels", {"y_true": y + 1}, InputError, "0 or 1"),
        ("missing weight", {"weights": np.full(60, np.nan)}, InputError, "missing"),
        ("negative weight", {"weights": -np.ones(60)}, InputError, "negative"),
        ("zero weights", {"weights": np.zeros(60)}, InputError, "all 0"),
        ("class without weight", {"weights": y.astype(float)}, InputError, "one class"),
        ("short weights", {"weights": np.ones(5)}, InputError, "values"),
        ("missing offset", {"offset": np.full(60, np.nan)}, InputError, "missing"),
        ("huge offset", {"offset": np.linspace(-900, 900, 60)}, InputError, "offset"),
        ("factors of zero", {"penalty_factor": np.zeros(3)}, InputError, "0 for every"),
        ("infinite factors", {"penalty_factor": np.full(3, np.inf)}, InputError, "every column out"),
        ("negative factor", {"penalty_factor": [1, -1, 1]}, InputError, "0 or larger"),
        ("short factors", {"penalty_factor": [1, 1]}, InputError, "3 columns"),
        ("negative lambda", {"lambdas": [0.1, -0.1]}, InputError, "0 or larger"),
        ("missing lambda", {"lambdas": [np.nan]}, InputError, "finite"),
        ("no lambda", {"lambdas": []}, InputError, "at least one"),
        ("ratio of one", {"lambda_min_ratio": 1.0}, InputError, "between 0 and 1"),
        ("alpha above one", {"alpha": 1.5}, InputError, "alpha"),
        ("alpha below zero", {"alpha": -0.5}, InputError, "alpha"),
        ("no points", {"n_lambda": 0}, InputError, "n_lambda"),
        ("unknown engine", {"engine": "sklearn"}, InputError, "engine"),
        ("unknown mode", {"compat": "glmnet-1.9"}, InputError, "compat"),
        ("threshold of zero", {"threshold": 0.0}, InputError, "threshold"),
        ("names", {"names": ["a", "b"]}, InputError, "names"),
        ("names twice", {"names": ["a", "b", "a"]}, InputError, "twice"),
    ]


@pytest.mark.parametrize(("name", "change", "error", "words"), bad_arguments(), ids=lambda value: str(value)[:24])
def test_bad_input_ends_in_one_clear_error(
    name: str, change: dict[str, Any], error: type[Exception], words: str
) -> None:
    y, x = problem(41, 60, 3)
    arguments = {"y_true": y, "x": x, **change}
    with pytest.raises(error, match=words):
        lasso_path(**arguments)
    if "n_lambda" not in change:
        with pytest.raises(error):
            lasso_cv(**arguments, seed=1)


@pytest.mark.parametrize(
    "change",
    [
        {"folds": 2},
        {"folds": 61},
        {"seed": 1.5},
        {"measure": "c"},
        {"lambdas": [0.1]},
        {"fold_id": np.repeat([1, 2], 30)},
        {"fold_id": np.repeat([1, 2, 4], 20)},
        {"fold_id": np.ones(59)},
    ],
    ids=str,
)
def test_bad_folds_end_in_one_clear_error(change: dict[str, Any]) -> None:
    y, x = problem(42, 60, 3)
    with pytest.raises(InputError):
        lasso_cv(**{"y_true": y, "x": x, "seed": 1, **change})


def test_fold_without_events_is_named() -> None:
    y = np.zeros(60, dtype=int)
    y[:6] = 1
    _, x = problem(43, 60, 3)
    fold_id = np.concatenate([np.ones(6), np.arange(54) % 3 + 1])
    with pytest.warns(ValidationWarning), pytest.raises(NotEstimable, match="without fold 1"):
        lasso_cv(y, x, seed=1, fold_id=fold_id)


def test_small_class_is_warned_of_once() -> None:
    y = np.zeros(80, dtype=int)
    y[::12] = 1
    _, x = problem(44, 80, 3)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lasso_cv(y, x, seed=1, folds=4)
    assert [w.category for w in caught] == [ValidationWarning]


def test_residual_refuses_shapes_that_do_not_fit() -> None:
    y, x = problem(45, 60, 3)
    path = lasso_path(y, x)
    with pytest.raises(InputError, match="shape"):
        kkt_residual(y, x, path.intercepts[1:], path.coefficients, path.lambdas)
    with pytest.raises(InputError, match="finite"):
        kkt_residual(y, x, path.intercepts, path.coefficients * np.nan, path.lambdas)


# --- kernels


@pytest.mark.parametrize("seed", range(25))
@needs_numba
def test_compiled_descent_repeats_each_bit(seed: int) -> None:
    from validation.kernels import lasso_numba

    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(20, 600)), int(rng.integers(2, 40))
    y, x = problem(seed, n, p)
    arguments = kernel_arguments(y, x, float(rng.choice([1e-7, 1e-10])), **options(seed, n, p))
    found, expected = lasso_numba.binomial_descent(*arguments), lasso_numpy.binomial_descent(*arguments)
    assert all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("n", [1, 7, 8, 9, 128, 129, 255, 496, 5000, 8193])
@needs_numba
def test_compiled_sums_repeat_numpy_s_order(n: int) -> None:
    from validation.kernels import lasso_numba

    rng = np.random.default_rng(n)
    a, b = rng.normal(size=n), rng.normal(size=n)
    plan = lasso_numba.summation_plan(n)
    assert lasso_numba.pairwise_product(a, b, plan, np.empty(64)) == np.add.reduce(a * b)


@pytest.mark.parametrize("seed", range(12))
@needs_numba
def test_compiled_newton_reaches_the_same_optimum(seed: int) -> None:
    from validation.kernels import lasso_newton_numba

    y, x = problem(seed, 40 + 20 * seed, 3 + 4 * seed)
    chosen = options(100 + seed, y.size, x.shape[1])
    chosen.pop("lambdas", None)
    data = design(y, x, **chosen)
    null, lambdas = null_model(data, 1e-13), np.geomspace(0.2, 0.002, 15)
    arguments = (
        data.columns, data.y, data.weights, data.offset, data.penalty, data.usable, data.alpha, lambdas,
        null.intercept, 1e-11, 200, data.intercept,
    )  # fmt: skip
    results = [module.binomial_newton(*arguments) for module in (lasso_newton_numba, lasso_newton_numpy)]
    for intercepts, coefficients, _ in results:
        eta = linear_predictors(data, intercepts, coefficients)
        assert optimality(data, eta, coefficients, lambdas).max() < 1e-12
    scale = max(1.0, np.abs(results[1][1]).max())
    assert np.abs(results[0][1] - results[1][1]).max() < 1e-9 * scale


def test_kernel_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = problem(51, 60, 3)
    monkeypatch.setenv("CROSSCHECK_KERNEL", "numpy")
    assert lasso_path(y, x).kernel == "numpy"
    assert lasso_cv(y, x, seed=1, folds=4).kernel == "numpy"


def test_replay_gives_up_as_r_does(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = problem(52, 60, 30)
    monkeypatch.setattr("validation.lasso.engines.MAX_PASSES", 200)
    path = lasso_path(y, x, engine="glmnet")
    assert not path.complete
    assert path.lambdas.size < 100
    monkeypatch.setattr("validation.lasso.engines.MAX_PASSES", 0)
    with pytest.raises(NotEstimable, match="used up"):
        lasso_path(y, x, engine="glmnet", penalty_factor=[0.0] + [1.0] * 29)


# --- figures


def test_coefficient_paths_are_drawn_with_names_and_counts() -> None:
    y, x = problem(61, 120, 5)
    result = lasso_cv(y, x, seed=1, names=["age", "BMI", "$x$", "<b>", "e_1"])
    display = CoefficientPathDisplay.from_cross_validation(result).plot()
    assert len(display.lines_) == np.count_nonzero((result.fit.coefficients != 0).any(axis=1))
    assert {label.get_text() for label in display.labels_} <= set(result.fit.names)
    assert not any(label.get_parse_math() for label in display.labels_)
    left, right = display.ax_.get_xlim()
    assert left > right
    drawn = display.lines_[0].get_ydata()
    assert np.abs(result.fit.standardized_coefficients - drawn).max(axis=1).min() == 0.0
    display.figure_.canvas.draw()
    assert result.fit.plot().ax_.get_ylabel() == "Coefficient per standard deviation"


def test_error_curve_is_drawn_with_both_lambdas() -> None:
    y, x = problem(62, 120, 5)
    result = lasso_cv(y, x, seed=1)
    display = result.plot()
    assert isinstance(display, CrossValidationDisplay)
    assert [line.get_xdata()[0] for line in display.lines_] == [
        math.log(result.lambda_min),
        math.log(result.lambda_1se),
    ]
    assert display.ax_.get_ylabel() == "Binomial deviance"
    display.figure_.canvas.draw()


def test_empty_path_can_be_drawn() -> None:
    y, x = problem(63, 60, 3)
    display = lasso_path(y, x, lambdas=[10.0, 5.0, 0.5]).plot()
    assert display.lines_ == []
    display.figure_.canvas.draw()


# --- live against R


def live_arguments(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(1000 + seed)
    n, p = int(rng.integers(30, 300)), int(rng.integers(2, 40))
    y, x = problem(seed, n, p)
    return {
        "y_true": y.astype(np.int32),
        "x": x,
        **options(seed, n, p),
        "threshold": float(rng.choice([1e-7, 1e-14])),
    }


def close(found: Any, expected: Any, bound: float) -> bool:
    """Within `bound` of the largest expected entry."""
    scale = max(float(np.max(np.abs(expected))), 1e-300)
    return bool(np.max(np.abs(np.asarray(found) - np.asarray(expected))) <= bound * scale)


@pytest.mark.live
@pytest.mark.parametrize("seed", range(40))
def test_path_equals_glmnet(r: Any, seed: int) -> None:
    arguments = live_arguments(seed)
    theirs = r.call("lasso.R::lasso_path", arguments).value
    ours = lasso_path(**arguments, compat=COMPAT)
    assert ours.lambdas.size == np.size(theirs["lambdas"])
    assert ours.n_passes == int(theirs["n_passes"][0])
    assert np.array_equal(ours.df, np.ravel(theirs["df"]))
    # one rounding of a mean far from 0 enters lambda; bounds are those of the contract with glmnet
    assert close(ours.lambdas, np.ravel(theirs["lambdas"]), 1e-13)
    assert close(ours.coefficients, theirs["coefficients"], 1e-11)
    assert close(ours.intercepts, np.ravel(theirs["intercepts"]), 1e-11)
    assert close(ours.dev_ratio, np.ravel(theirs["dev_ratio"]), 1e-12)
    assert close(ours.null_deviance, theirs["null_deviance"], 1e-13)


@pytest.mark.live
@pytest.mark.parametrize("seed", range(20))
def test_cross_validation_equals_glmnet(r: Any, seed: int) -> None:
    arguments = live_arguments(seed)
    rng = np.random.default_rng(2000 + seed)
    arguments.update(
        seed=int(rng.integers(-1000, 10**6)),
        folds=int(rng.choice([4, 5, 10])),
        measure=str(rng.choice(["deviance", "class", "auc", "mse", "mae"])),
        threshold=1e-7,
    )
    theirs = r.call("lasso.R::lasso_cv", arguments).value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidationWarning)
        ours = lasso_cv(**arguments, compat=COMPAT)
    assert np.array_equal(ours.fold_id, np.ravel(theirs["fold_id"]))
    assert np.array_equal(ours.random_state, np.ravel(theirs["random_state"]))
    assert close(ours.mean, np.ravel(theirs["mean"]), 1e-11)
    assert close(ours.standard_error, np.ravel(theirs["standard_error"]), 1e-10)
    assert (ours.index_min, ours.index_1se) == (int(theirs["index_min"][0]), int(theirs["index_1se"][0]))
    assert np.array_equal(ours.nonzero, np.ravel(theirs["nonzero"]))
    if ours.measure in ("class", "auc") and "weights" not in arguments:
        assert np.array_equal(ours.mean, np.ravel(theirs["mean"])), "equal counts must give equal bits"


@pytest.mark.live
def test_residual_of_glmnet_says_how_far_it_is_from_the_optimum(r: Any) -> None:
    y, x = problem(71, 200, 10)
    worst = {}
    for threshold in (1e-7, 1e-14):
        theirs = r.call("lasso.R::lasso_path", {"y_true": y, "x": x, "threshold": threshold}).value
        worst[threshold] = kkt_residual(y, x, theirs["intercepts"], theirs["coefficients"], theirs["lambdas"]).max()
    assert 1e-5 < worst[1e-7] < 1e-2
    assert worst[1e-14] < 1e-6
