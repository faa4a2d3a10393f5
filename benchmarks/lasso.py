"""LASSO family: path and cross-validation against glmnet, same digits and same distance from the optimum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.frame import Race, python_seconds, r_seconds
from crosscheck_r.session import RSession
from validation.kernels import load
from validation.lasso import kkt_residual, lasso_cv, lasso_path

COMPAT = "glmnet-4.1"
SIZES = ((496, 12), (500, 200), (5_000, 100), (50_000, 50), (1_000, 2_000))
#: sizes on which the optimum is raced against a tight threshold, and on which folds are
OPTIMUM, FOLDS = SIZES[:4], SIZES[:3]
TIGHT = 1e-14


def cohort(n: int, p: int, seed: int = 1) -> tuple[Any, Any]:
    """Correlated predictors, a tenth of them (at least six) related to the outcome."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    for j in range(1, p):
        x[:, j] += 0.5 * x[:, j - 1]
    beta = np.zeros(p)
    related = max(6, p // 10)
    beta[generator.choice(p, related, replace=False)] = generator.normal(size=related)
    y = (generator.random(n) < 1.0 / (1.0 + np.exp(-(x @ beta)))).astype(np.int32)
    return y, x


def _same_digits(ours: Any, theirs: Any) -> bool:
    """As many sweeps, and coefficients within 1e-11 of the largest one."""
    if ours.n_passes != int(np.ravel(theirs["n_passes"])[0]):
        return False
    difference = np.abs(ours.coefficients - theirs["coefficients"]).max()
    return bool(difference <= 1e-11 * np.abs(theirs["coefficients"]).max())


def _same_curve(ours: Any, theirs: Any) -> bool:
    """Both lambdas and the curve."""
    found, wanted = ours.mean, np.ravel(theirs["mean"])
    lambdas = (ours.lambda_min, ours.lambda_1se), (theirs["lambda_min"][0], theirs["lambda_1se"][0])
    same = bool(np.allclose(*lambdas, rtol=1e-12, atol=0.0))
    return same and found.size == wanted.size and bool(np.abs(found - wanted).max() <= 1e-11 * wanted.max())


def _nearer(y: Any, x: Any) -> Any:
    """Ours is nearer to the optimum, by the optimality conditions of both fits."""

    def check(ours: Any, theirs: Any) -> bool:
        models = theirs["intercepts"], theirs["coefficients"], theirs["lambdas"]
        return bool(ours.kkt_residual.max() <= kkt_residual(y, x, *models).max())

    return check


def contests(session: RSession) -> Iterator[Race]:
    """R's digits at the default threshold, the optimum against the tight threshold, ten folds."""
    kernel = load("lasso")[1]
    for n, p in SIZES:
        y, x = cohort(n, p)
        arguments = {"y_true": y, "x": x, "threshold": 1e-7}
        yield Race(
            name=f"lasso.path_p{p}",
            n=n,
            theirs="glmnet",
            ours_run=python_seconds(lasso_path, **arguments, compat=COMPAT),
            theirs_run=r_seconds(session, "benchmarks.R::glmnet_path", arguments),
            equal=_same_digits,
            goal=1.3,
            kernel=kernel,
        )
    for n, p in OPTIMUM:
        y, x = cohort(n, p)
        yield Race(
            name=f"lasso.optimum_p{p}",
            n=n,
            theirs="glmnet, thresh 1e-14",
            ours_run=python_seconds(lasso_path, y_true=y, x=x),
            theirs_run=r_seconds(session, "benchmarks.R::glmnet_path", {"y_true": y, "x": x, "threshold": TIGHT}),
            equal=_nearer(y, x),
            goal=1.0,
            kernel=load("lasso_newton")[1],
            rounds=3,
        )
    for n, p in FOLDS:
        y, x = cohort(n, p)
        arguments = {"y_true": y, "x": x, "seed": 1, "threshold": 1e-7}
        yield Race(
            name=f"lasso.cv_p{p}",
            n=n,
            theirs="cv.glmnet",
            ours_run=python_seconds(lasso_cv, **arguments, compat=COMPAT),
            theirs_run=r_seconds(session, "benchmarks.R::glmnet_cv", arguments),
            equal=_same_curve,
            goal=1.3,
            kernel=kernel,
            rounds=3,
        )
