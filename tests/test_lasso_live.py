"""Random LASSO problems of every kind against live glmnet: the same sweeps, the same coefficients.

Of 300 such problems (seeds 0 to 299) all had as many sweeps and as many lambdas as in glmnet 4.1-6, and coefficients
differed by at most 1e-13 of the largest; here are 25 of them.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from validation.checks import Floats
from validation.errors import ValidationWarning
from validation.lasso import lasso_path

COMPAT = "glmnet-4.1"


def predictors(rng: np.random.Generator, n: int, p: int) -> tuple[Any, Floats]:
    """Outcome and correlated predictors, partly tied, in units and with origins of any size."""
    z = rng.normal(size=(n, p))
    correlation = float(rng.choice([0.0, 0.3, 0.8]))
    x = z.copy()
    for j in range(1, p):
        x[:, j] = correlation * x[:, j - 1] + np.sqrt(1.0 - correlation * correlation) * z[:, j]
    beta = np.where(rng.random(p) < min(0.5, 5.0 / p), rng.normal(size=p), 0.0)
    drawn = rng.random(n)
    risk = 1.0 / (1.0 + np.exp(-(x @ beta - rng.choice([0.0, 1.5]))))
    y = (drawn < risk).astype(np.int32)
    y[:8], y[-8:] = 1, 0
    tied = rng.random(p) < rng.choice([0.0, 0.3, 1.0])
    x[:, tied] = np.round(x[:, tied], int(rng.integers(0, 2)))
    return y, x * 10.0 ** rng.integers(-2, 3, p) + 10.0 * rng.integers(-3, 4, p)


def arguments_of(seed: int) -> dict[str, Any]:
    """30 to 500 patients, 2 to 100 predictors, and any of the other arguments."""
    rng = np.random.default_rng(77_000 + seed)
    n, p = int(rng.integers(30, 501)), int(rng.integers(2, 101))
    y, x = predictors(rng, n, p)
    found: dict[str, Any] = {"y_true": y, "x": x}
    if rng.random() < 0.35:
        found["weights"] = rng.integers(0, 4, n).astype(float) if rng.random() < 0.5 else rng.random(n) + 0.01
    if rng.random() < 0.3:
        found["offset"] = rng.normal(size=n)
    if rng.random() < 0.4:
        found["alpha"] = float(rng.choice([0.0, 0.05, 0.3, 0.7, 0.95]))
    if rng.random() < 0.35:
        drawn = rng.choice([0.0, 0.5, 1.0, 2.0, np.inf], p - 1, p=[0.03, 0.3, 0.37, 0.2, 0.1])
        found["penalty_factor"] = np.concatenate([[1.0], drawn])
    if rng.random() < 0.15:
        found["lambdas"] = np.exp(rng.uniform(-6.0, -1.0, 12))
    if rng.random() < 0.15:
        found["standardize"] = False
    # a tight threshold where it takes less than a second
    found["threshold"] = 1e-14 if n * p < 12_000 and n > 3 * p and rng.random() < 0.5 else 1e-7
    return found


@pytest.mark.live
@pytest.mark.parametrize("seed", range(0, 300, 12))
def test_random_problem_has_glmnets_sweeps_and_coefficients(r: Any, seed: int) -> None:
    arguments = arguments_of(seed)
    theirs = r.call("lasso.R::lasso_path", arguments).value
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ValidationWarning)
        ours = lasso_path(**arguments, compat=COMPAT)
    assert ours.lambdas.size == np.size(theirs["lambdas"])
    assert ours.n_passes == int(np.ravel(theirs["n_passes"])[0])
    expected = np.asarray(theirs["coefficients"]).reshape(ours.coefficients.shape)
    assert np.abs(ours.coefficients - expected).max() <= 1e-11 * np.abs(expected).max()
