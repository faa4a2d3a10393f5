"""LASSO and elastic net of a continuous outcome: path and cross-validation (R: family gaussian)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_scores, check_seed
from validation.errors import InputError, NotEstimable
from validation.kernels import load
from validation.lasso.design import Design, check_lambdas, sequence_factor, standardised_problem
from validation.lasso.engines import MAX_PASSES, MAX_ROUNDS
from validation.lasso.folds import assign_folds
from validation.lasso.held_out import choose
from validation.lasso.interpolation import interpolate
from validation.lasso.measures import extended_sum, over_folds, weighted_mean
from validation.lasso.path import check_fraction, resolve_mode
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.lasso import CoefficientPathDisplay

__all__ = ["GaussianLassoCrossValidation", "GaussianLassoPath", "gaussian_lasso_cv", "gaussian_lasso_path"]

Integers = npt.NDArray[np.int64]
MEASURES = ("mse", "mae")
#: patients per fold below which patients are averaged, not folds
_FOR_FOLDS = 3
_TIE = 16.0 * 2.0**-52


@dataclass(frozen=True)
class GaussianLassoPath(Result):
    """Coefficients along a decreasing sequence of lambdas.

    Attributes
    ----------
    lambdas, intercepts : ndarray of shape (k,)
    coefficients : ndarray of shape (p, k)
        On the scale of the data.
    df : ndarray of shape (k,)
        Number of coefficients that are not 0.
    r_squared : ndarray of shape (k,)
        Share of the variance that is explained.
    null_deviance : float
        Weighted sum of squares about the mean.
    n_passes : int
        Sweeps of the coordinate descent, or rounds of the exact engine.
    kkt_residual : ndarray of shape (k,)
        Largest violation of the optimality conditions as a fraction of the largest lambda.
    standard_deviations : ndarray of shape (p,)
    condition_number : float
        Of the information of the active columns at the smallest lambda.
    names : tuple of str
    alpha : float
    engine, compat : str
    """

    lambdas: Floats
    intercepts: Floats
    coefficients: Floats
    df: Integers
    r_squared: Floats
    null_deviance: float
    n_passes: int
    kkt_residual: Floats
    standard_deviations: Floats
    condition_number: float
    names: tuple[str, ...]
    alpha: float
    engine: str
    compat: str

    @property
    def standardized_coefficients(self) -> Floats:
        """Coefficients per standard deviation of the predictor (p x k)."""
        return np.asarray(self.coefficients * self.standard_deviations[:, None], dtype=np.float64)

    def predict(self, x: Any, lambda_: float) -> Floats:
        """Predicted outcome of each row at one lambda."""
        matrix = np.asarray(x, dtype=np.float64)
        if matrix.ndim != 2 or matrix.shape[1] != len(self.names):
            raise InputError("x", f"must have {len(self.names)} columns")
        at = check_lambdas(lambda_)[:1]
        slope = interpolate(self.lambdas, self.coefficients, at)[:, 0]
        return np.asarray(matrix @ slope + interpolate(self.lambdas, self.intercepts, at)[0], dtype=np.float64)

    def plot(self, ax: Any = None) -> CoefficientPathDisplay:
        """Standardised coefficients against log lambda."""
        from validation.displays.lasso import CoefficientPathDisplay

        return CoefficientPathDisplay.from_path(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "lambda": self.lambdas.tolist(),
            "nonzero": self.df.tolist(),
            "R squared": self.r_squared.tolist(),
            "KKT residual": self.kkt_residual.tolist(),
        }


@dataclass(frozen=True)
class GaussianLassoCrossValidation(Result):
    """Cross-validated error along a path.

    Attributes
    ----------
    lambdas, mean, standard_error : ndarray of shape (k,)
    nonzero : ndarray of shape (k,)
    lambda_min, lambda_1se : float
    index_min, index_1se : int
    fold_id : ndarray of shape (n,)
    random_state : ndarray of 626 int32
    fit : GaussianLassoPath
    measure : {"mse", "mae"}
    compat : str
    """

    lambdas: Floats
    mean: Floats
    standard_error: Floats
    nonzero: Integers
    lambda_min: float
    lambda_1se: float
    index_min: int
    index_1se: int
    fold_id: Integers
    random_state: npt.NDArray[np.int32]
    fit: GaussianLassoPath
    measure: str
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        rows = (("lambda_min", self.index_min), ("lambda_1se", self.index_1se))
        return {
            "choice": [name for name, _ in rows],
            "lambda": [float(self.lambdas[i]) for _, i in rows],
            self.measure: [float(self.mean[i]) for _, i in rows],
            "standard error": [float(self.standard_error[i]) for _, i in rows],
            "nonzero": [int(self.nonzero[i]) for _, i in rows],
        }


class _Scaled(NamedTuple):
    """Outcome and columns of length one, and what takes them back."""

    design: Design
    columns: Floats
    y: Floats
    scale: float
    mean: float
    curvature: Floats


@dataclass(frozen=True)
class _Choices:
    engine: str
    lambdas: Any
    n_lambda: Any
    lambda_min_ratio: Any
    threshold: float
    tolerance: float


def gaussian_lasso_path(
    y_true: Any,
    x: Any,
    *,
    alpha: float = 1.0,
    penalty_factor: Any = None,
    weights: Any = None,
    offset: Any = None,
    lambdas: Any = None,
    n_lambda: int = 100,
    lambda_min_ratio: float | None = None,
    standardize: bool = True,
    intercept: bool = True,
    engine: str = "exact",
    threshold: float = 1e-7,
    tolerance: float = 1e-10,
    compat: str | None = None,
    names: Sequence[str] | None = None,
) -> GaussianLassoPath:
    """LASSO (elastic-net) least squares along a sequence of penalties.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, in its own unit; not constant.
    x : array_like of shape (n, p)
        Predictors, at least two columns, numbers only.
    alpha, penalty_factor, weights, offset, lambdas, n_lambda, lambda_min_ratio, standardize, intercept, engine
        As in `lasso_path`.
    threshold, tolerance, compat, names
        As in `lasso_path`.

    Returns
    -------
    GaussianLassoPath

    Raises
    ------
    InputError
        As in `lasso_path`; a constant outcome.

    Notes
    -----
    Minimises ``sum w_i (y_i - eta_i)^2 / 2 + lambda sum_j v_j [alpha |b_j| + (1 - alpha) b_j^2 / (2 s)]`` with weights
    that add up to 1, coefficients of the standardised predictors and the standard deviation s of the outcome, by which
    glmnet divides it. For a yes/no outcome use `lasso_path`: glmnet fits this
    model where ``family = "binomial"`` was forgotten.
    R: ``glmnet::glmnet(x, y, family = "gaussian", thresh = threshold)``.

    References
    ----------
    Friedman J, Hastie T, Tibshirani R (2010). Regularization paths for generalized linear models via coordinate
    descent. J Stat Softw 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]], dtype=float)
    >>> path = gaussian_lasso_path(2.0 * x[:, 0] + 0.1 * x[:, 1], x)
    >>> round(float(path.lambdas[0]), 3), bool(path.kkt_residual.max() < 1e-10)
    (4.615, True)
    """
    chosen, mode = resolve_mode(engine, compat)
    for name, value in (("threshold", threshold), ("tolerance", tolerance)):
        check_fraction(value, name)
    problem = _scaled(_design(y_true, x, alpha, penalty_factor, weights, offset, standardize, intercept, names))
    return _path(problem, _Choices(chosen, lambdas, n_lambda, lambda_min_ratio, threshold, tolerance), mode)


def _design(
    y_true: Any, x: Any, alpha: Any, penalty_factor: Any, weights: Any, offset: Any, standardize: bool,
    intercept: bool, names: Any,
) -> Design:  # fmt: skip
    raw = np.asarray(y_true)
    outcome = check_scores(y_true, raw.size if raw.ndim == 1 else 0, "y_true")
    if outcome.size < 3 or bool((outcome == outcome[0]).all()):
        raise InputError("y_true", "is constant or has fewer than 3 values")
    return standardised_problem(
        outcome, x, alpha=alpha, penalty_factor=penalty_factor, weights=weights, offset=offset,
        standardize=standardize, intercept=intercept, names=names,
    )  # fmt: skip


def _scaled(problem: Design) -> _Scaled:
    root = np.sqrt(problem.weights)
    y = problem.y - problem.offset
    mean = float(np.add.reduce(problem.weights * y)) if problem.intercept else 0.0
    centred = root * (y - mean)
    scale = math.sqrt(float(np.add.reduce(centred * centred)))
    if scale == 0.0:
        raise InputError("y_true", "less the offset is constant")
    columns = problem.columns * root
    return _Scaled(problem, columns, centred / scale, scale, mean, np.add.reduce(columns * columns, axis=1))


class _Fit(NamedTuple):
    lambdas: Floats
    standardised: Floats
    r_squared: Floats
    n_passes: int
    largest: float


def _fit(problem: _Scaled, choices: _Choices) -> _Fit:
    """Path on the scaled problem; lambdas are on the scale of the data."""
    design = problem.design
    count, factor = sequence_factor(design, choices.n_lambda, choices.lambda_min_ratio)
    given = check_lambdas(choices.lambdas) / problem.scale
    kernel = load("lasso_gaussian")[0]
    arguments = (problem.columns, problem.y, design.penalty, design.usable, design.alpha)
    lambdas, b, ratio, passes, _ = kernel.gaussian_descent(
        *arguments, given, count, factor, choices.threshold, MAX_PASSES
    )
    if lambdas.size == 0:
        raise NotEstimable("no convergence", "Coordinate descent used up its sweeps at the first lambda.")
    largest = _largest(problem)
    if given.size == 0 and lambdas.size > 2:
        lambdas[0] = math.exp(2.0 * math.log(lambdas[1]) - math.log(lambdas[2]))
    if choices.engine == "exact":
        if given.size == 0:
            lambdas = np.multiply.accumulate(np.concatenate([[largest], np.full(lambdas.size - 1, factor)]))
        usable = design.usable & ~design.copies
        b, passes = kernel.gaussian_optimum(
            problem.columns, problem.y, design.penalty, usable, design.alpha, lambdas, choices.tolerance * largest,
            MAX_ROUNDS,
        )  # fmt: skip
        residual = problem.y - b @ problem.columns
        ratio = 1.0 - np.add.reduce(residual * residual, axis=1)
    return _Fit(lambdas * problem.scale, b * problem.scale, ratio, passes, largest * problem.scale)


def _largest(problem: _Scaled) -> float:
    """Smallest lambda of the scaled problem at which every penalised coefficient is 0."""
    design = problem.design
    free = np.flatnonzero(design.usable & (design.penalty == 0.0))
    y = problem.y
    if free.size:
        rows = problem.columns[free]
        y = y - np.linalg.lstsq(rows.T, y, rcond=None)[0] @ rows
    penalised = design.usable & (design.penalty > 0.0)
    gradient = np.abs(problem.columns[penalised] @ y) / design.penalty[penalised]
    return float(gradient.max()) / max(design.alpha, 1e-3)


def _path(problem: _Scaled, choices: _Choices, mode: str) -> GaussianLassoPath:
    fit, design = _fit(problem, choices), problem.design
    intercepts, coefficients = design.to_original(np.full(fit.lambdas.size, problem.mean), fit.standardised)
    return GaussianLassoPath(
        lambdas=fit.lambdas,
        intercepts=intercepts,
        coefficients=coefficients,
        df=np.count_nonzero(coefficients, axis=0).astype(np.int64),
        r_squared=fit.r_squared,
        null_deviance=design.total_weight * problem.scale**2,
        n_passes=fit.n_passes,
        kkt_residual=_violation(problem, fit) / fit.largest,
        standard_deviations=design.scales,
        condition_number=_condition(problem, fit),
        names=design.names,
        alpha=design.alpha,
        engine=choices.engine,
        compat=mode,
    )


def _violation(problem: _Scaled, fit: _Fit) -> Floats:
    """Largest violation of the optimality conditions of each model, on the scale of lambda."""
    design, b = problem.design, fit.standardised
    residual = problem.y * problem.scale - b @ problem.columns
    gradient = residual @ problem.columns.T
    strength = fit.lambdas[:, None] * design.penalty
    # the outcome has length one inside, so that the quadratic part is divided by its standard deviation
    slope = strength * (design.alpha * np.sign(b) + (1.0 - design.alpha) * b / problem.scale)
    excess = np.where(b != 0.0, np.abs(gradient - slope), np.maximum(np.abs(gradient) - strength * design.alpha, 0.0))
    return np.asarray(excess[:, design.usable].max(axis=1), dtype=np.float64)


def _condition(problem: _Scaled, fit: _Fit) -> float:
    active = np.flatnonzero(fit.standardised[-1])
    if not active.size:
        return 1.0
    rows = problem.columns[active]
    ridge = (1.0 - problem.design.alpha) * float(fit.lambdas[-1]) * problem.design.penalty[active]
    values = np.linalg.eigvalsh(rows @ rows.T + np.diag(ridge))
    return float(values[-1] / values[0]) if values[0] > 0.0 else math.inf


def gaussian_lasso_cv(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    folds: int = 10,
    fold_id: Any = None,
    measure: str = "mse",
    alpha: float = 1.0,
    penalty_factor: Any = None,
    weights: Any = None,
    lambdas: Any = None,
    engine: str = "exact",
    threshold: float = 1e-7,
    tolerance: float = 1e-10,
    compat: str | None = None,
    names: Sequence[str] | None = None,
) -> GaussianLassoCrossValidation:
    """Cross-validation of the penalty of least squares with the folds that R draws from the same seed.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, in its own unit.
    x : array_like of shape (n, p)
    seed : int
        As in R's ``set.seed``.
    folds, fold_id
        As in `lasso_cv`.
    measure : {"mse", "mae"}
        Squared or absolute error.
    alpha, penalty_factor, weights, lambdas, engine, threshold, tolerance, compat, names
        As in `gaussian_lasso_path`.

    Returns
    -------
    GaussianLassoCrossValidation

    Raises
    ------
    InputError, NotEstimable
        As in `gaussian_lasso_path` and `lasso_cv`.

    Notes
    -----
    As `lasso_cv`, with the errors ``(y - f)^2`` or ``|y - f|``.
    R: after ``set.seed(seed)`` ``glmnet::cv.glmnet(x, y, nfolds = folds, type.measure = measure)``.

    References
    ----------
    Friedman J, Hastie T, Tibshirani R (2010). Regularization paths for generalized linear models via coordinate
    descent. J Stat Softw 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 3, dtype=float)
    >>> result = gaussian_lasso_cv(x[:, 0] + np.tile([0.0, 1.0, -1.0], 8), x, seed=1, folds=4)
    >>> bool(result.lambda_1se >= result.lambda_min)
    True
    """
    chosen, mode = resolve_mode(engine, compat)
    check_choice(measure, "measure", MEASURES)
    for name, value in (("threshold", threshold), ("tolerance", tolerance)):
        check_fraction(value, name)
    if lambdas is not None and np.size(lambdas) < 2:
        raise InputError("lambdas", "must be at least two for cross-validation")
    whole = _design(y_true, x, alpha, penalty_factor, weights, None, True, True, names)
    choices = _Choices(chosen, lambdas, 100, None, threshold, tolerance)
    fit = _path(_scaled(whole), choices, mode)
    y, matrix = np.asarray(y_true, dtype=np.float64), np.asarray(x, dtype=np.float64)
    w = np.ones(y.size) if weights is None else np.asarray(weights, dtype=np.float64)
    drawn, state = assign_folds(y.size, check_seed(seed), folds, fold_id)
    options = (alpha, penalty_factor, whole.names)
    predicted = _held_out(y, matrix, w, options, choices, fit.lambdas, drawn)
    errors = (y[:, None] - predicted) ** 2 if measure == "mse" else np.abs(y[:, None] - predicted)
    mean, error = _over(errors, w, drawn)
    best, within = choose(mean, error, 0.0 if mode != "default" else _TIE)
    return GaussianLassoCrossValidation(
        fit.lambdas, mean, error, fit.df, float(fit.lambdas[best]), float(fit.lambdas[within]), best, within, drawn,
        state, fit, measure, mode,
    )  # fmt: skip


def _held_out(
    y: Floats, x: Floats, w: Floats, options: tuple[Any, Any, Any], choices: _Choices, lambdas: Floats, drawn: Integers
) -> Floats:
    alpha, penalty_factor, names = options
    found = np.empty((y.size, lambdas.size))
    for fold in range(1, int(drawn.max()) + 1):
        out = drawn == fold
        part = _scaled(_design(y[~out], x[~out], alpha, penalty_factor, w[~out], None, True, True, names))
        fit = _fit(part, choices)
        levels, slopes = part.design.to_original(np.full(fit.lambdas.size, part.mean), fit.standardised)
        at, slope = interpolate(fit.lambdas, levels, lambdas), interpolate(fit.lambdas, slopes, lambdas)
        eta = np.repeat(at[None, :], int(out.sum()), axis=0)
        for j in range(x.shape[1]):
            eta += x[out][:, j][:, None] * slope[j]
        found[out] = eta
    return found


def _over(errors: Floats, w: Floats, drawn: Integers) -> tuple[Floats, Floats]:
    folds = int(drawn.max())
    if drawn.size / folds < _FOR_FOLDS:
        return over_folds(errors, w)
    members = [drawn == fold for fold in range(1, folds + 1)]
    values = np.array([weighted_mean(errors[fold], w[fold]) for fold in members])
    return over_folds(values, np.array([float(extended_sum(w[fold][:, None])[0]) for fold in members]))
