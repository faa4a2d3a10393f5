"""Certified zeros of the LASSO: against the 50-digit gap, tight optima, and loose models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from validation.errors import InputError
from validation.exact.lasso import certified_path, duality_gap
from validation.lasso import lasso_path
from validation.lasso.screening import certified_support


def problem(seed: int, n: int, p: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    y = (rng.random(n) < 1.0 / (1.0 + np.exp(-2.0 * x[:, 0] + x[:, 1]))).astype(int)
    y[:4], y[-4:] = 1, 0
    return y, x


def test_gap_is_that_of_fifty_digits() -> None:
    y, x = problem(1, 60, 5)
    path = lasso_path(y, x, engine="glmnet", n_lambda=12)
    models = path.intercepts, path.coefficients, path.lambdas
    found, expected = certified_support(y, x, *models).gap, duality_gap(y, x, *models)
    assert (found >= expected).all(), "the rounding allowance must not leave the gap too small"
    # products may be 128 eps too small, so the dual point is shrunk by that over lambda more than need be, and the dual
    # objective falls by at most so much: its slope is the mean of |residual x log-odds|, below 1
    assert (found - expected <= 128.0 * 2.0**-52 * (4.0 + 1.0 / path.lambdas)).all()
    assert expected.max() > 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_no_certified_zero_is_in_the_proved_optimum(seed: int) -> None:
    y, x = problem(seed, 80, 6)
    certified = certified_path(y, x, n_lambda=15)
    truth = certified["coefficients"] != 0.0
    for threshold in (1e-3, 1e-5, 1e-7, 1e-10):
        loose = lasso_path(y, x, engine="glmnet", lambdas=certified["lambdas"], threshold=threshold)
        support = certified_support(y, x, loose.intercepts, loose.coefficients, loose.lambdas)
        assert not (support.zero & truth).any()
    best = lasso_path(y, x, lambdas=certified["lambdas"])
    tight = certified_support(y, x, best.intercepts, best.coefficients, best.lambdas)
    # at the optimum all but columns on the edge are decided
    assert (tight.zero == ~truth)[:, 1:].mean() > 0.95


@pytest.mark.parametrize("extra", ["weights", "offset", "standardize"])
def test_proof_holds_with_other_arguments(extra: str) -> None:
    y, x = problem(9, 120, 8)
    rng = np.random.default_rng(3)
    values: dict[str, Any] = {"weights": rng.integers(1, 4, 120), "offset": rng.normal(size=120), "standardize": False}
    chosen = {extra: values[extra]}
    best = lasso_path(y, x, **chosen)
    loose = lasso_path(y, x, engine="glmnet", lambdas=best.lambdas, threshold=1e-6, **chosen)
    near = certified_support(y, x, loose.intercepts, loose.coefficients, loose.lambdas, **chosen)
    at = certified_support(y, x, best.intercepts, best.coefficients, best.lambdas, **chosen)
    assert not (near.zero & (best.coefficients != 0.0)).any()
    assert at.gap.max() < 1e-12 < near.gap.max()
    assert at.undecided.sum() < near.undecided.sum()


def test_bad_input() -> None:
    y, x = problem(2, 40, 3)
    path = lasso_path(y, x, lambdas=[0.2, 0.1])
    for models in (
        (path.intercepts, path.coefficients, path.lambdas[::-1]),
        (path.intercepts, path.coefficients[:2], path.lambdas),
        (path.intercepts, path.coefficients * np.nan, path.lambdas),
        (path.intercepts, path.coefficients, [0.1, 0.0]),
    ):
        with pytest.raises(InputError):
            certified_support(y, x, *models)
