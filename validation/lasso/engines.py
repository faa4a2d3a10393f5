"""One path on a checked problem, by either engine: the seam between family, kernels and public functions."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass

import numpy as np

from validation.checks import Floats
from validation.errors import NotEstimable
from validation.kernels import load
from validation.kernels.lasso_numpy import UNLIMITED, Caps
from validation.kernels.threads import one_blas_thread
from validation.lasso.binomial import NullModel, null_model, penalised_null_gradient
from validation.lasso.bounded import bounded_optimum
from validation.lasso.design import Design

__all__ = ["MAX_PASSES", "Fit", "PathSettings", "exact_lambda_max", "fit_path"]

#: sweeps after which glmnet gives up (its ``maxit``) and Newton rounds per lambda after which the exact engine does
MAX_PASSES, MAX_ROUNDS = 100_000, 200
_FIXED_LAMBDA = 1e30
#: entries of a matrix from which on products are worth sharing between threads
_SHARED = 1_000_000


@dataclass(frozen=True)
class PathSettings:
    """How a path is computed; `lambdas` is empty for the automatic sequence."""

    engine: str
    lambdas: Floats
    n_lambda: int
    factor: float
    threshold: float
    tolerance: float
    caps: Caps = UNLIMITED
    max_passes: int | None = None


@dataclass(frozen=True)
class Fit:
    """Path on the standardised scale: coefficients are points x p."""

    lambdas: Floats
    lambda_max: float
    intercepts: Floats
    standardised: Floats
    dev_ratio: Floats | None
    n_passes: int
    code: int
    null: NullModel
    kernel: str

    @property
    def complete(self) -> bool:
        """False where the descent gave up before the last lambda."""
        return self.code == 0


def fit_path(problem: Design, settings: PathSettings) -> Fit:
    """Path by the engine that the settings name."""
    if settings.engine == "glmnet":
        return _replayed(problem, settings)
    with one_blas_thread() if problem.columns.size < _SHARED else contextlib.nullcontext():
        return _optimal(problem, settings)


def _replayed(problem: Design, settings: PathSettings) -> Fit:
    kernel, name = load("lasso")
    null = null_model(problem)
    most_passes = MAX_PASSES if settings.max_passes is None else settings.max_passes
    lambdas, intercepts, standardised, ratio, passes, code = kernel.binomial_descent(
        problem.columns,
        problem.y,
        problem.weights,
        problem.offset,
        problem.penalty,
        problem.usable,
        problem.alpha,
        settings.lambdas,
        settings.n_lambda,
        settings.factor,
        null.intercept,
        null.half_deviance,
        null.saturated,
        settings.threshold,
        most_passes,
        problem.intercept,
        caps=settings.caps,
    )
    if lambdas.size == 0:
        raise _not_started(code, settings, most_passes)
    if settings.lambdas.size == 0 and lambdas.size > 2:
        # the first point is fitted at an infinite lambda and reported where the sequence would have begun
        lambdas[0] = math.exp(2.0 * math.log(lambdas[1]) - math.log(lambdas[2]))
    largest = float(lambdas[0]) if settings.lambdas.size == 0 and lambdas.size > 2 else exact_lambda_max(problem)
    return Fit(lambdas, largest, intercepts, standardised, ratio, passes, code, null, name)


def _not_started(code: int, settings: PathSettings, most_passes: int) -> NotEstimable:
    """What is raised where not even the first model is found; R returns an empty model with this code."""
    if code <= -10_001:
        return NotEstimable(
            "no convergence",
            f"The LASSO path cannot be started: more than {settings.caps.most_entered} predictors enter at the first "
            f"lambda (R: code {code}).",
            hint="Allow more predictors to enter (pmax), or begin at a larger lambda.",
        )
    return NotEstimable(
        "no convergence",
        f"The LASSO path cannot be started: coordinate descent used up {most_passes} sweeps at the first lambda.",
        hint='Use engine="exact" with given lambdas.',
    )


def _optimal(problem: Design, settings: PathSettings) -> Fit:
    kernel, name = load("lasso_newton")
    null = null_model(problem, 1e-13)
    largest = exact_lambda_max(problem)
    lambdas = settings.lambdas
    if lambdas.size == 0:
        points = _replayed(problem, settings).lambdas.size
        lambdas = np.multiply.accumulate(np.concatenate([[largest], np.full(points - 1, settings.factor)]))
    if settings.caps.lower.size:
        found = bounded_optimum(problem, lambdas, settings.caps, null, settings.tolerance * largest)
        code = 0 if found[0].size == lambdas.size else -(found[0].size + 1)
        return Fit(lambdas[: found[0].size], largest, *found[:2], None, found[2], code, null, load("lasso")[1])
    intercepts, standardised, rounds = kernel.binomial_newton(
        problem.columns,
        problem.y,
        problem.weights,
        problem.offset,
        problem.penalty,
        problem.usable & ~problem.copies,
        problem.alpha,
        lambdas,
        null.intercept,
        settings.tolerance * largest,
        MAX_ROUNDS,
        problem.intercept,
    )
    return Fit(lambdas, largest, intercepts, standardised, None, rounds, 0, null, name)


def exact_lambda_max(problem: Design) -> float:
    """Smallest lambda with no penalised column, after a converged fit of the unpenalised ones."""
    intercept, standardised = null_model(problem, 1e-13).intercept, np.zeros(len(problem.names))
    if bool((problem.usable & (problem.penalty == 0.0)).any()):
        fitted, coefficients, _ = load("lasso_newton")[0].binomial_newton(
            problem.columns,
            problem.y,
            problem.weights,
            problem.offset,
            problem.penalty,
            problem.usable,
            1.0,
            np.array([_FIXED_LAMBDA]),
            intercept,
            1e-12,
            MAX_ROUNDS,
            problem.intercept,
        )
        intercept, standardised = float(fitted[0]), coefficients[0]
    return penalised_null_gradient(problem, intercept, standardised)
