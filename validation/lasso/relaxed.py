"""Relaxed LASSO: the selected predictors refitted without penalty, blends of both, and their cross-validation."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from validation.checks import Floats, check_choice, check_matrix, check_seed
from validation.errors import CrosscheckError, InputError, NotEstimable, ValidationWarning
from validation.kernels.threads import one_blas_thread
from validation.lasso.design import Design, design
from validation.lasso.engines import Fit, PathSettings, fit_path
from validation.lasso.folds import assign_folds
from validation.lasso.held_out import Data, choose, cross_validated_error, read_data, resolve_measure
from validation.lasso.interpolation import interpolate
from validation.lasso.measures import MEASURES
from validation.lasso.path import LassoPath, path_settings, resolve_mode, summarise
from validation.logistic.fit import maximum_likelihood
from validation.r_random import RRandom
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.lasso import CoefficientPathDisplay

__all__ = ["RelaxedLasso", "RelaxedLassoCrossValidation", "relaxed_lasso", "relaxed_lasso_cv"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
#: blends that are cross-validated; glmnet takes a small number for 0
GAMMAS = (0.0, 0.25, 0.5, 0.75, 1.0)
_SMALL_GAMMA = 1e-5
#: rows that a refit has more than coefficients, at least
_SPARE_ROWS = 3
_TIE = 16.0 * 2.0**-52


@dataclass(frozen=True)
class RelaxedLasso(Result):
    """LASSO path with an unpenalised refit of each set of selected predictors.

    Attributes
    ----------
    lambdas : ndarray of shape (k,)
    intercepts : ndarray of shape (k,)
    coefficients : ndarray of shape (p, k)
        Of the refits, on the scale of the data; NaN where the refit does not exist.
    dev_ratio : ndarray of shape (k,)
        Share of the null deviance that each refit explains.
    failed : ndarray of bool, shape (k,)
        The refit does not exist: the selected predictors separate the outcome, or are nearly as many as the patients.
    fit : LassoPath
        The penalised path.
    names : tuple of str
    condition_number : float
    compat : str
    """

    lambdas: Floats
    intercepts: Floats
    coefficients: Floats
    dev_ratio: Floats
    failed: Flags
    fit: LassoPath
    names: tuple[str, ...]
    condition_number: float
    compat: str

    def blended(self, gamma: float) -> tuple[Floats, Floats]:
        """Intercepts and coefficients of ``gamma`` parts of the LASSO and ``1 - gamma`` parts of the refit."""
        share = _gamma(gamma)
        intercepts = share * self.fit.intercepts + (1.0 - share) * self.intercepts
        return intercepts, share * self.fit.coefficients + (1.0 - share) * self.coefficients

    def predict_proba(self, x: Any, lambda_: float, gamma: float = 0.0) -> Floats:
        """Predicted risk of each patient at one lambda and blend."""
        matrix, _ = check_matrix(x, len(np.asarray(x)))
        if matrix.shape[1] != len(self.names):
            raise InputError("x", f"has {matrix.shape[1]} columns where the model has {len(self.names)}")
        intercepts, coefficients = self.blended(gamma)
        at = np.array([float(lambda_)])
        slope = interpolate(self.lambdas, coefficients, at)[:, 0]
        risk: Floats = expit(matrix @ slope + float(interpolate(self.lambdas, intercepts, at)[0]))
        return risk

    def plot(self, ax: Any = None) -> CoefficientPathDisplay:
        """Standardised coefficients of the refits against log lambda."""
        from validation.displays.lasso import CoefficientPathDisplay

        found = np.nan_to_num(self.coefficients)
        return CoefficientPathDisplay.from_path(dataclasses.replace(self.fit, coefficients=found)).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "lambda": self.lambdas.tolist(),
            "nonzero": self.fit.df.tolist(),
            "deviance explained, LASSO": self.fit.dev_ratio.tolist(),
            "deviance explained, refit": self.dev_ratio.tolist(),
        }


@dataclass(frozen=True)
class RelaxedLassoCrossValidation(Result):
    """Cross-validated error over lambda and blend.

    Attributes
    ----------
    lambdas : ndarray of shape (k,)
    gammas : ndarray of shape (g,)
        1 is the LASSO, 0 the unpenalised refit.
    mean, standard_error : ndarray of shape (g, k)
    lambda_min, gamma_min, lambda_1se, gamma_1se : float
    index_min, index_1se : ndarray of two int
        Places of lambda and gamma, from 0.
    fold_id : ndarray of shape (n,)
    random_state : ndarray of 626 int32
        R's ``.Random.seed`` afterwards.
    relaxed : RelaxedLasso
    measure : str
    compat : str
    """

    lambdas: Floats
    gammas: Floats
    mean: Floats
    standard_error: Floats
    lambda_min: float
    gamma_min: float
    lambda_1se: float
    gamma_1se: float
    index_min: Integers
    index_1se: Integers
    fold_id: Integers
    random_state: npt.NDArray[np.int32]
    relaxed: RelaxedLasso
    measure: str
    condition_number: float
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        places = (self.index_min, self.index_1se)
        return {
            "choice": ["lambda_min", "lambda_1se"],
            "lambda": [self.lambda_min, self.lambda_1se],
            "gamma": [self.gamma_min, self.gamma_1se],
            self.measure: [float(self.mean[g, k]) for k, g in places],
            "standard error": [float(self.standard_error[g, k]) for k, g in places],
            "nonzero": [int(self.relaxed.fit.df[k]) for k, _ in places],
        }


def _gamma(gamma: Any) -> float:
    if isinstance(gamma, bool) or not isinstance(gamma, (int, float, np.floating)) or not 0.0 <= float(gamma) <= 1.0:
        raise InputError("gamma", f"must lie between 0 (refit) and 1 (LASSO), got {gamma!r}")
    return float(gamma)


@dataclass(frozen=True)
class _Refits:
    """Refits of a path on the standardised scale (points x p)."""

    intercepts: Floats
    standardised: Floats
    dev_ratio: Floats
    failed: Flags
    condition: float


def _refits(problem: Design, fit: Fit, settings: PathSettings, as_r: bool) -> _Refits:
    """Each distinct support once, the null model as the LASSO has it."""
    points, p = fit.standardised.shape
    intercepts, standardised = fit.intercepts.copy(), np.zeros((points, p))
    ratio, failed, worst = np.zeros(points), np.zeros(points, dtype=bool), 1.0
    known: dict[bytes, tuple[float, Floats, float, float] | None] = {}
    for k in range(points):
        support = fit.standardised[k] != 0.0
        if not support.any():
            if fit.dev_ratio is not None:
                ratio[k] = fit.dev_ratio[k]
            continue
        key = support.tobytes()
        if key not in known:
            known[key] = _refit(problem, support, settings, as_r)
        found = known[key]
        if found is None:
            failed[k], standardised[k], intercepts[k], ratio[k] = True, *_missing(as_r)
        else:
            intercepts[k], standardised[k], ratio[k], condition = found
            worst = max(worst, condition)
    return _Refits(intercepts, standardised, ratio, failed, worst)


def _missing(as_r: bool) -> tuple[float, float, float]:
    """What stands for a refit that failed: R has a model of zeros, which is none."""
    return (0.0, 0.0, 0.0) if as_r else (np.nan, np.nan, np.nan)


def _refit(
    problem: Design, support: Flags, settings: PathSettings, as_r: bool
) -> tuple[float, Floats, float, float] | None:
    if int(support.sum()) > problem.y.size - _SPARE_ROWS:
        return None
    if not as_r:
        return _maximum(problem, support)
    chosen = dataclasses.replace(
        problem, usable=problem.usable & support, penalty=np.ones(support.size), copies=np.zeros_like(support)
    )
    try:
        found = fit_path(chosen, dataclasses.replace(settings, lambdas=np.zeros(1)))
    except CrosscheckError:
        return None
    if not found.complete or found.dev_ratio is None:
        return None
    return float(found.intercepts[0]), found.standardised[0], float(found.dev_ratio[0]), 1.0


def _maximum(problem: Design, support: Flags) -> tuple[float, Floats, float, float] | None:
    """Maximum likelihood of the selected columns."""
    columns = np.ascontiguousarray(problem.columns[support].T)
    if not problem.intercept:
        raise InputError("intercept", "must be estimated in the exact engine's refits", hint='Use engine="glmnet".')
    names = [name for name, kept in zip(problem.names, support.tolist(), strict=True) if kept]
    weights = problem.weights * problem.y.size
    equal = bool((weights == weights[0]).all())
    try:
        fit = maximum_likelihood(
            columns,
            problem.y.astype(np.int8),
            names,
            None if equal else weights,
            problem.offset if problem.offset.any() else None,
        )
    except NotEstimable:
        return None
    slopes = np.zeros(support.size)
    slopes[support] = fit.coefficients[1:]
    events = problem.y > 0.5
    loss = np.logaddexp(0.0, np.where(events, -fit.linear_predictor, fit.linear_predictor))
    null = maximum_likelihood(
        np.empty((problem.y.size, 0)), problem.y.astype(np.int8), (), None if equal else weights,
        problem.offset if problem.offset.any() else None,
    )  # fmt: skip
    half = float(problem.weights @ loss)
    base = -null.log_likelihood / problem.y.size
    return float(fit.coefficients[0]), slopes, 1.0 - half / base, fit.condition_number


def relaxed_lasso(
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
    engine: str = "exact",
    threshold: float = 1e-7,
    tolerance: float = 1e-10,
    compat: str | None = None,
    names: Sequence[str] | None = None,
) -> RelaxedLasso:
    """LASSO path, and each set of selected predictors refitted without penalty.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    x : array_like of shape (n, p)
        Predictors, at least two columns, numbers only.
    alpha, penalty_factor, weights, offset, lambdas, n_lambda, lambda_min_ratio, engine, threshold, tolerance, names
        As in `lasso_path`.
    compat : {"glmnet-4.1"}, optional
        Refits are glmnet's at lambda 0, which its threshold stops three to four digits from the maximum; one that fails
        is a model of zeros. The default has the maximum likelihood estimates, and NaN where none exists.

    Returns
    -------
    RelaxedLasso

    Raises
    ------
    InputError, NotEstimable
        As in `lasso_path`.

    Notes
    -----
    Standard errors, p-values and intervals of a refit ignore that the data chose the predictors: they are too small.
    R: ``glmnet::glmnet(x, y, family = "binomial", relax = TRUE)$relaxed``.

    References
    ----------
    Hastie T, Tibshirani R, Tibshirani R (2020). Best subset, forward stepwise or lasso? Analysis and recommendations
    based on extensive comparisons. Stat Sci 35:579-592. doi:10.1214/19-STS733

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 3, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 3)
    >>> result = relaxed_lasso(y, x, names=["age", "marker"])
    >>> both = result.fit.df == 2  # together they separate the outcome: no refit exists
    >>> bool((result.failed == both).all()), bool(result.dev_ratio[1] > result.fit.dev_ratio[1])
    (True, True)
    """
    chosen, mode = resolve_mode(engine, compat)
    problem = design(y_true, x, alpha=alpha, penalty_factor=penalty_factor, weights=weights, offset=offset, names=names)
    settings = path_settings(problem, chosen, lambdas, n_lambda, lambda_min_ratio, threshold, tolerance)
    return _relaxed(problem, fit_path(problem, settings), settings, mode)


def _relaxed(problem: Design, fit: Fit, settings: PathSettings, mode: str) -> RelaxedLasso:
    path = summarise(problem, fit, settings, mode)
    refits = _refits(problem, fit, settings, settings.engine == "glmnet")
    intercepts, coefficients = problem.to_original(refits.intercepts, refits.standardised)
    intercepts = np.where(refits.failed & (settings.engine == "glmnet"), 0.0, intercepts)
    return RelaxedLasso(
        path.lambdas, intercepts, coefficients, refits.dev_ratio, refits.failed, path, path.names,
        max(refits.condition, path.condition_number), mode,
    )  # fmt: skip


def relaxed_lasso_cv(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    folds: int = 10,
    fold_id: Any = None,
    measure: str = "deviance",
    gammas: Any = GAMMAS,
    alpha: float = 1.0,
    penalty_factor: Any = None,
    weights: Any = None,
    engine: str = "exact",
    threshold: float = 1e-7,
    tolerance: float = 1e-10,
    compat: str | None = None,
    names: Sequence[str] | None = None,
) -> RelaxedLassoCrossValidation:
    """Cross-validation of penalty and blend with the folds that R draws from the same seed.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    x : array_like of shape (n, p)
        Predictors, at least two columns.
    seed : int
        As in R's ``set.seed``.
    folds, fold_id, measure
        As in `lasso_cv`.
    gammas : array_like
        Blends between 0 (unpenalised refit) and 1 (LASSO).
    alpha, penalty_factor, weights, engine, threshold, tolerance, compat, names
        As in `relaxed_lasso`.

    Returns
    -------
    RelaxedLassoCrossValidation

    Raises
    ------
    InputError, NotEstimable
        As in `lasso_cv`; blends outside 0 to 1.

    Notes
    -----
    Each fold has its own path and refits, which are blended and interpolated to the lambdas of the full fit. The best
    pair has the least mean; among ties the largest lambda, then the largest gamma. Refits that do not exist leave the
    fold out at that lambda.
    R: after ``set.seed(seed)`` ``glmnet::cv.glmnet(x, y, family = "binomial", relax = TRUE)$relaxed``.

    References
    ----------
    Hastie T, Tibshirani R, Tibshirani R (2020). Best subset, forward stepwise or lasso? Analysis and recommendations
    based on extensive comparisons. Stat Sci 35:579-592. doi:10.1214/19-STS733

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 6, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 6)
    >>> result = relaxed_lasso_cv(y, x, seed=1, folds=5)
    >>> result.mean.shape[0], bool(result.lambda_1se >= result.lambda_min)
    (5, True)
    """
    chosen, mode = resolve_mode(engine, compat)
    check_choice(measure, "measure", MEASURES)
    blends = np.array(sorted({_gamma(value) for value in np.atleast_1d(np.asarray(gammas)).tolist()}))
    options = {"alpha": alpha, "penalty_factor": penalty_factor, "names": names}
    data = read_data(y_true, x, weights, None, options)
    choices = {
        "engine": chosen, "lambdas": None, "n_lambda": 100, "lambda_min_ratio": None, "threshold": threshold,
        "tolerance": tolerance,
    }  # fmt: skip
    drawn, state = assign_folds(data.y.size, check_seed(seed), folds, fold_id)
    full = _relaxed(*data.fitted(slice(None), choices), mode)
    if mode != "default":
        state = _after_refits(state, (int(drawn.max()) + 1) * data.x.shape[1])
    return _over_blends(data, choices, full, blends, measure, drawn, state, mode)


def _after_refits(state: npt.NDArray[np.int32], normals: int) -> npt.NDArray[np.int32]:
    """glmnet draws one normal number per predictor and fit to tell supports apart."""
    generator = RRandom.from_state(state)
    for _ in range(normals):
        generator.norm_rand()
    return generator.state


def _over_blends(
    data: Data, choices: dict[str, Any], full: RelaxedLasso, blends: Floats, measure: str, drawn: Integers,
    state: npt.NDArray[np.int32], mode: str,
) -> RelaxedLassoCrossValidation:  # fmt: skip
    as_r = mode != "default"
    measure, grouped = resolve_measure(measure, data.y.size, int(drawn.max()))
    with warnings.catch_warnings(), one_blas_thread():
        warnings.simplefilter("ignore", ValidationWarning)
        penalised, refitted = _held_out(data, full.lambdas, drawn, as_r, choices)
    y, means, errors = data.y.astype(np.float64), [], []
    for blend in blends.tolist():
        share = max(blend, _SMALL_GAMMA) if as_r else blend
        eta = share * penalised + (1.0 - share) * refitted if share < 1.0 else penalised
        mean, error = cross_validated_error(measure, grouped, y, eta, data.weights, drawn, as_r)
        means.append(mean)
        errors.append(error)
    mean, error = np.array(means), np.array(errors)
    (k_min, g_min), (k_1se, g_1se) = _choose(-mean if measure == "auc" else mean, error, 0.0 if as_r else _TIE)
    return RelaxedLassoCrossValidation(
        full.lambdas, blends, mean, error, float(full.lambdas[k_min]), float(blends[g_min]),
        float(full.lambdas[k_1se]), float(blends[g_1se]), np.array([k_min, g_min]), np.array([k_1se, g_1se]), drawn,
        state, full, measure, full.condition_number, mode,
    )  # fmt: skip


def _held_out(
    data: Data, lambdas: Floats, fold_id: Integers, as_r: bool, choices: dict[str, Any]
) -> tuple[Floats, Floats]:
    """Linear predictors of the LASSO and of the refits for patients who took no part in the fit."""
    found = np.empty((2, data.y.size, lambdas.size))
    for fold in range(1, int(fold_id.max()) + 1):
        out = fold_id == fold
        try:
            problem, fit, settings = data.fitted(~out, choices)
        except CrosscheckError as error:
            raise NotEstimable(
                "too few rows",
                f"Cross-validation cannot be carried out: without fold {fold} the LASSO fails ({error.message}).",
                hint="Pass fold_id with the classes spread evenly over the folds, or use fewer folds.",
            ) from error
        refits = _refits(problem, fit, settings, as_r)
        for part, (levels, slopes) in enumerate(
            ((fit.intercepts, fit.standardised), (refits.intercepts, refits.standardised))
        ):
            intercepts, coefficients = problem.to_original(levels, slopes)
            if part == 1 and as_r:
                intercepts = np.where(refits.failed, 0.0, intercepts)
            at, slope = interpolate(fit.lambdas, intercepts, lambdas), interpolate(fit.lambdas, coefficients, lambdas)
            eta = np.repeat(at[None, :], int(out.sum()), axis=0)
            for j in range(data.x.shape[1]):
                eta += data.x[out][:, j][:, None] * slope[j]
            found[part, out] = eta
    return found[0], found[1]


def _choose(mean: Floats, error: Floats, slack: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Places (lambda, gamma) of the least mean and of the sparsest pair within one standard error of it."""
    tops = [choose(row, spread, slack)[0] for row, spread in zip(mean, error, strict=True)]
    least = min(float(mean[g, k]) for g, k in enumerate(tops))
    bound = slack * abs(least)
    tied = [(k, -g) for g in range(mean.shape[0]) for k in range(mean.shape[1]) if mean[g, k] <= least + bound]
    k_min, g_min = min(tied)
    limit = float(mean[-g_min, k_min] + error[-g_min, k_min]) + bound
    near = [(k, -g) for g in range(mean.shape[0]) for k in range(mean.shape[1]) if mean[g, k] <= limit]
    k_1se, g_1se = min(near)
    return (k_min, -g_min), (k_1se, -g_1se)
