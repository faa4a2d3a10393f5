"""LASSO of least squares: against the normal equations, both kernels, random problems live, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosscheck_r.errors import RUnavailable
from crosscheck_r.session import RSession
from validation import gaussian_lasso_cv, gaussian_lasso_path
from validation.errors import InputError
from validation.kernels import available, load

EPS = 2.0**-52


def problem(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(30, 160)), int(rng.choice([2, 5, 12, 40]))
    x = rng.normal(size=(n, p))
    if p > 3:
        x[:, 1] = x[:, 0] + 0.1 * rng.normal(size=n)
        x[:, 2] = np.round(x[:, 2])
    y = 2.0 * x[:, 0] - x[:, -1] + rng.normal(size=n) * float(rng.choice([0.1, 1.0, 5.0])) + 3.0
    arguments: dict[str, Any] = {"y_true": y, "x": x, "alpha": float(rng.choice([1.0, 0.5, 0.1, 0.0]))}
    if seed % 4 == 1:
        arguments["weights"] = rng.integers(1, 4, n).astype(float)
    if seed % 4 == 2:
        arguments["penalty_factor"] = np.append(rng.choice([0.0, 1.0, 0.5, 2.0], p - 1), 1.0)
    if seed % 8 == 3:
        arguments["offset"] = rng.normal(size=n)
    if seed % 8 == 5:
        arguments["standardize"] = False
    return arguments


def test_random_problems_live() -> None:
    """As many sweeps as R, coefficients to 1e-11 of the largest, cross-validation with R's folds."""
    try:
        with RSession() as session:
            for seed in range(16):
                arguments = problem(seed)
                reference = session.call("gaussian.R::gaussian_lasso_path", arguments).value
                result = gaussian_lasso_path(**arguments, compat="glmnet-4.1")
                assert result.n_passes == int(np.asarray(reference["n_passes"])[0])
                assert np.array_equal(result.df, np.asarray(reference["df"]))
                largest = np.abs(result.coefficients).max()
                assert np.abs(result.coefficients - np.asarray(reference["coefficients"])).max() <= 1e-11 * largest
                if seed % 4 == 0:
                    folds = arguments | {"seed": seed + 1, "folds": 5}
                    reference = session.call("gaussian.R::gaussian_lasso_cv", folds).value
                    found = gaussian_lasso_cv(**folds, compat="glmnet-4.1")
                    assert found.mean == pytest.approx(np.asarray(reference["mean"]), rel=1e-11)
                    assert np.array_equal(found.random_state, np.asarray(reference["random_state"]))
    except RUnavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("seed", range(6))
def test_kernels_give_the_same_doubles(seed: int) -> None:
    if available() == ("numpy",):
        pytest.skip("numba is not installed")
    rng = np.random.default_rng(seed)
    columns, y = rng.normal(size=(7, 40)) / 6.3, rng.normal(size=40)
    arguments = (columns, y / np.linalg.norm(y), np.ones(7), np.ones(7, dtype=bool), 1.0 - 0.2 * (seed % 3))
    tail = (np.empty(0), 50, 0.83, 1e-7, 10_000)
    first = load("lasso_gaussian", "numpy")[0].gaussian_descent(*arguments, *tail)
    second = load("lasso_gaussian", "numba")[0].gaussian_descent(*arguments, *tail)
    for a, b in zip(first, second, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("seed", [0, 4, 7])
def test_small_lambda_is_least_squares_and_the_optimum_is_one(seed: int) -> None:
    arguments = problem(seed) | {"alpha": 1.0}
    arguments.pop("offset", None)
    result = gaussian_lasso_path(**arguments, lambdas=[1.0, 1e-12])
    x, y = arguments["x"], arguments["y_true"]
    direct = np.linalg.lstsq(np.column_stack([np.ones(len(y)), x]), y, rcond=None)[0][1:]
    assert result.coefficients[:, -1] == pytest.approx(direct, rel=1e-8, abs=1e-9)
    assert result.kkt_residual.max() < 1e-10


@pytest.mark.parametrize(
    "bad", [{"y_true": [1.0, 1.0, 1.0, 1.0]}, {"y_true": [1.0, np.nan, 2.0, 3.0]}, {"x": [[1.0]] * 4}, {"alpha": 2.0},
            {"threshold": 0.0}, {"lambdas": [-1.0]}, {"y_true": ["a", "b", "c", "d"]}],
)  # fmt: skip
def test_bad_input_is_refused(bad: dict[str, Any]) -> None:
    good = {"y_true": [1.0, 2.0, 2.5, 4.0], "x": [[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [2.0, 2.0]]}
    with pytest.raises(InputError):
        gaussian_lasso_path(**(good | bad))
