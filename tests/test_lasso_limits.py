"""LASSO under limits of coefficients, predictors and sweeps: kernels, optimum, bad input, live parity with glmnet."""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

import numpy as np
import pytest

from validation.errors import InputError, NotEstimable, ValidationWarning
from validation.kernels import lasso_numpy
from validation.kernels.lasso_numpy import LEAST_GAIN, Caps
from validation.lasso import lasso_path
from validation.lasso.binomial import null_model
from validation.lasso.design import design, sequence_factor

COMPAT = "glmnet-4.1"
needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba is not installed: only the NumPy kernels are tested"
)


def problem(seed: int, n: int, p: int) -> tuple[Any, Any]:
    """Correlated predictors of different units, a few of them related to the outcome."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    for j in range(1, p):
        x[:, j] += 0.5 * x[:, j - 1]
    beta = np.where(rng.random(p) < 0.4, rng.normal(size=p), 0.0)
    y = (rng.random(n) < 1.0 / (1.0 + np.exp(-(x @ beta)))).astype(int)
    y[:8], y[-8:] = 1, 0
    x[:, 0] = np.round(50.0 + 10.0 * x[:, 0])
    return y, x


def options(rng: np.random.Generator, n: int, p: int) -> dict[str, Any]:
    """Random arguments beside the data."""
    chosen: dict[str, Any] = {}
    if rng.random() < 0.3:
        chosen["weights"] = rng.integers(1, 4, n).astype(float)
    if rng.random() < 0.25:
        chosen["offset"] = rng.normal(size=n)
    if rng.random() < 0.3:
        chosen["alpha"] = float(rng.choice([0.0, 0.3, 0.9]))
    if rng.random() < 0.25:
        chosen["penalty_factor"] = np.concatenate([[1.0], rng.choice([0.5, 1.0, 2.0, np.inf], p - 1)])
    if rng.random() < 0.15:
        chosen["standardize"] = False
    return chosen


def kernel_arguments(y: Any, x: Any, **chosen: Any) -> list[Any]:
    data = design(y, x, **chosen)
    null, (count, factor) = null_model(data), sequence_factor(data, 100, None)
    return [
        data.columns, data.y, data.weights, data.offset, data.penalty, data.usable, data.alpha, np.empty(0), count,
        factor, null.intercept, null.half_deviance, null.saturated, 1e-7, 100_000, data.intercept,
    ]  # fmt: skip


def limited(seed: int) -> dict[str, Any]:
    """Random problem with random limits."""
    rng = np.random.default_rng(3000 + seed)
    n, p = int(rng.integers(30, 300)), int(rng.integers(3, 40))
    y, x = problem(seed, n, p)
    found: dict[str, Any] = {"y_true": y.astype(np.int32), "x": x, **options(rng, n, p)}
    spread = x.std(axis=0)
    if rng.random() < 0.7:
        found["lower_limits"] = -rng.choice([0.0, 0.05, 0.3, np.inf], p) / spread if rng.random() < 0.7 else -0.1
    if rng.random() < 0.5:
        found["upper_limits"] = rng.choice([0.0, 0.05, 0.3, np.inf], p) / spread if rng.random() < 0.7 else 0.2
    if rng.random() < 0.4:
        found["dfmax"] = int(rng.integers(0, p))
    if rng.random() < 0.25:
        found["pmax"] = int(rng.integers(1, p + 1))
    if rng.random() < 0.25:
        found["max_passes"] = int(rng.integers(20, 1000))
    if rng.random() < 0.3:
        found["exclude"] = rng.choice(p, 2, replace=False).astype(np.int32)
    at_zero = any(bool(np.any(np.asarray(found.get(name, 1.0)) == 0.0)) for name in ("lower_limits", "upper_limits"))
    if at_zero and "lambdas" not in found:
        # where predictors are kept out, an automatic sequence ends by the sign of a rounding
        found["lambdas"] = np.geomspace(0.3, 0.001, 30)
    found["threshold"] = float(rng.choice([1e-7, 1e-12]))
    return found


@needs_numba
@pytest.mark.parametrize("seed", range(12))
def test_compiled_descent_repeats_each_bit_under_limits(seed: int) -> None:
    from validation.kernels import lasso_numba

    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(20, 300)), int(rng.integers(2, 40))
    arguments = kernel_arguments(*problem(seed, n, p), **options(rng, n, p))
    caps = Caps(
        -rng.choice([0.0, 0.1, np.inf], p), rng.choice([0.0, 0.1, np.inf], p), int(rng.integers(1, p + 1)),
        int(rng.integers(1, p + 2)), float(rng.choice([0.0, LEAST_GAIN])),
    )  # fmt: skip
    found = lasso_numba.binomial_descent(*arguments, caps=caps)
    reference: Any = lasso_numpy
    expected = reference.binomial_descent(*arguments, caps)
    assert all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in zip(found, expected, strict=True))


def test_limits_that_do_not_bind_change_no_bit() -> None:
    y, x = problem(5, 150, 9)
    free = lasso_path(y, x, engine="glmnet")
    wide = lasso_path(y, x, engine="glmnet", lower_limits=-1e9, upper_limits=1e9, dfmax=9, pmax=9)
    assert np.array_equal(free.coefficients, wide.coefficients)
    assert free.n_passes == wide.n_passes
    best = lasso_path(y, x)
    bounded = lasso_path(y, x, lower_limits=-1e9)
    scale = np.abs(best.coefficients).max()
    assert np.abs(best.coefficients - bounded.coefficients).max() < 1e-12 * scale


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_optimum_under_limits(seed: int, alpha: float) -> None:
    y, x = problem(seed, 120, 8)
    spread = x.std(axis=0)
    lower, upper = np.where(np.arange(8) % 3 == 0, 0.0, -0.2) / spread, 0.3 / spread
    chosen: dict[str, Any] = {"lower_limits": lower, "upper_limits": upper, "alpha": alpha}
    path = lasso_path(y, x, lambdas=np.geomspace(0.2, 0.001, 20), **chosen)
    assert path.kkt_residual.max() < 1e-12
    assert (path.coefficients >= lower[:, None] * (1.0 + 1e-15)).all()
    assert (path.coefficients <= upper[:, None] * (1.0 + 1e-15)).all()
    last = path.coefficients[:, -1]
    binds = (last < 0.0) & (last <= lower * (1.0 - 1e-15)) | (last >= upper * (1.0 - 1e-15))
    assert binds.any(), "no limit binds"
    # any feasible move raises the objective
    rng, place = np.random.default_rng(seed), 15
    here = _objective(y, x, path, place, path.intercepts[place], path.coefficients[:, place])
    for _ in range(50):
        other = np.clip(path.coefficients[:, place] + rng.normal(size=8) * 0.05 / spread, lower, upper)
        assert _objective(y, x, path, place, path.intercepts[place] + 0.02 * rng.normal(), other) > here


def _objective(y: Any, x: Any, path: Any, place: int, intercept: float, b: Any) -> float:
    eta, scaled = x @ b + intercept, b * x.std(axis=0)
    penalty = path.alpha * np.abs(scaled).sum() + (1.0 - path.alpha) * (scaled**2).sum() / 2.0
    return float((np.logaddexp(0.0, eta) - y * eta).mean() + path.lambdas[place] * penalty)


def test_residual_counts_only_what_a_limit_leaves() -> None:
    y, x = problem(8, 150, 6)
    grid = np.geomspace(0.1, 0.001, 10)
    bounded = lasso_path(y, x, engine="glmnet", threshold=1e-14, lambdas=grid, upper_limits=0.0)
    free = lasso_path(y, x, engine="glmnet", threshold=1e-14, lambdas=grid)
    assert (free.coefficients > 0.0).any()
    assert bounded.kkt_residual.max() < 1e-6
    assert (bounded.coefficients <= 0.0).all()


def test_replay_and_optimum_agree_under_limits() -> None:
    y, x = problem(9, 200, 10)
    chosen: dict[str, Any] = {"lower_limits": 0.0, "lambdas": np.geomspace(0.1, 0.001, 10)}
    best = lasso_path(y, x, **chosen)
    replay = lasso_path(y, x, engine="glmnet", threshold=1e-14, **chosen)
    assert np.abs(best.standardized_coefficients - replay.standardized_coefficients).max() < 1e-6


def test_excluded_columns_are_infinitely_penalised() -> None:
    y, x = problem(10, 100, 5)
    factors = np.array([1.0, 2.0, 1.0, 0.5, 1.0])
    out = lasso_path(y, x, exclude=[1, 3], penalty_factor=factors)
    same = lasso_path(y, x, penalty_factor=[1.0, np.inf, 1.0, np.inf, 1.0])
    assert np.array_equal(out.coefficients, same.coefficients)
    assert not out.coefficients[[1, 3]].any()


@pytest.mark.parametrize(
    ("change", "argument"),
    [
        ({"lower_limits": 0.1}, "lower_limits"),
        ({"upper_limits": -0.1}, "upper_limits"),
        ({"lower_limits": [0.0, 0.0]}, "lower_limits"),
        ({"upper_limits": np.nan}, "upper_limits"),
        ({"upper_limits": "high"}, "upper_limits"),
        ({"exclude": [4]}, "exclude"),
        ({"exclude": [-1]}, "exclude"),
        ({"exclude": [0, 1, 2, 3]}, "exclude"),
        ({"dfmax": -1}, "dfmax"),
        ({"pmax": 2}, "pmax"),
        ({"max_passes": 10}, "max_passes"),
        ({"pmax": 1.5, "engine": "glmnet"}, "pmax"),
        ({"max_passes": -1, "engine": "glmnet"}, "max_passes"),
    ],
)
def test_bad_limits_end_in_one_clear_error(change: dict[str, Any], argument: str) -> None:
    y, x = problem(11, 60, 4)
    with pytest.raises(InputError) as caught:
        lasso_path(y, x, **change)
    assert caught.value.argument == argument


def test_older_versions_round_the_exponent_to_single_precision() -> None:
    y, x = problem(13, 150, 6)
    now, before = (lasso_path(y, x, compat=mode) for mode in ("glmnet-4.1", "glmnet-4.0"))
    assert (now.compat, before.compat) == ("glmnet-4.1", "glmnet-4.0")
    ratios = before.lambdas[2:] / before.lambdas[1:-1]
    # the exponent of the ratio, from the sequence itself, is that of 1/99 in 24 binary digits
    assert np.abs(np.log(ratios) / np.log(1e-4) - float(np.float32(1.0 / 99.0))).max() < 1e-15
    moved = np.abs(before.lambdas / now.lambdas - 1.0).max()
    assert 1e-10 < moved < 1e-7
    given: dict[str, Any] = {"lambdas": now.lambdas}
    a, b = (lasso_path(y, x, compat=mode, **given) for mode in ("glmnet-4.1", "glmnet-4.0"))
    assert np.array_equal(a.coefficients, b.coefficients)
    # an exponent of 1/8 has no rounding
    a, b = (lasso_path(y, x, compat=mode, n_lambda=9) for mode in ("glmnet-4.1", "glmnet-4.0"))
    assert np.array_equal(a.lambdas, b.lambdas)


def test_path_that_cannot_start_is_named() -> None:
    y, x = problem(12, 100, 60)
    with pytest.raises(NotEstimable, match="more than 2 predictors"):
        lasso_path(y, x, engine="glmnet", alpha=0.0, pmax=2)


@pytest.mark.live
@pytest.mark.parametrize("seed", range(20))
def test_path_under_limits_equals_glmnet(r: Any, seed: int) -> None:
    arguments = limited(seed)
    theirs = r.call("lasso_limits.R::lasso_path_limits", arguments).value
    code, lambdas = int(np.ravel(theirs["code"])[0]), np.ravel(theirs["lambdas"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidationWarning)
        if np.isinf(lambdas[0]):
            # R returns an empty model where not even the first point is reached
            with pytest.raises(NotEstimable):
                lasso_path(**arguments, compat=COMPAT)
            return
        ours = lasso_path(**arguments, compat=COMPAT)
    assert (ours.lambdas.size, ours.code) == (lambdas.size, code)
    assert ours.n_passes == int(np.ravel(theirs["n_passes"])[0])
    expected = np.asarray(theirs["coefficients"]).reshape(ours.coefficients.shape)
    assert np.abs(ours.coefficients - expected).max() <= 1e-11 * np.abs(expected).max()
    assert np.abs(ours.dev_ratio - np.ravel(theirs["dev_ratio"])).max() <= 1e-12
