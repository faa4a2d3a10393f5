"""Cross-validation of the LASSO with R's folds: `lasso_cv` and its result."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_seed
from validation.errors import InputError, ValidationWarning
from validation.kernels.threads import one_blas_thread
from validation.lasso.folds import assign_folds
from validation.lasso.held_out import Data, choose, cross_validated_error, held_out, read_data, resolve_measure
from validation.lasso.measures import MEASURES
from validation.lasso.path import LassoPath, resolve_mode, summarise
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.lasso import CrossValidationDisplay

__all__ = ["LassoCrossValidation", "lasso_cv"]

Integers = npt.NDArray[np.int64]
#: means that differ by less than this many roundings are tied (outside the compatibility mode)
_TIE = 16.0 * 2.0**-52


@dataclass(frozen=True)
class LassoCrossValidation(Result):
    """Cross-validated error along a LASSO path and the models it selects.

    Parameters
    ----------
    lambdas : ndarray of shape (k,)
    mean : ndarray of shape (k,)
        Cross-validated error; the AUC itself where that is the measure.
    standard_error : ndarray of shape (k,)
    upper, lower : ndarray of shape (k,)
        Mean plus and minus one standard error.
    nonzero : ndarray of shape (k,)
        Number of selected predictors of the full fit.
    lambda_min, lambda_1se : float
        Largest lambda with the best mean, and largest one whose mean is within one standard error of the best.
    index_min, index_1se : int
        Their places in `lambdas`, from 0.
    fold_id : ndarray of shape (n,)
        Fold of each patient, from 1.
    random_state : ndarray of 626 int32
        R's ``.Random.seed`` afterwards.
    fit : LassoPath
        Path on all patients.
    measure : str
        What `mean` is.
    grouped : bool
        True where errors were averaged within folds first.
    compat : str
    """

    lambdas: Floats
    mean: Floats
    standard_error: Floats
    upper: Floats
    lower: Floats
    nonzero: Integers
    lambda_min: float
    lambda_1se: float
    index_min: int
    index_1se: int
    fold_id: Integers
    random_state: npt.NDArray[np.int32]
    fit: LassoPath
    measure: str
    grouped: bool
    compat: str

    @property
    def intercept_min(self) -> float:
        """Intercept at `lambda_min`."""
        return float(self.fit.intercepts[self.index_min])

    @property
    def intercept_1se(self) -> float:
        """Intercept at `lambda_1se`."""
        return float(self.fit.intercepts[self.index_1se])

    @property
    def coefficients_min(self) -> Floats:
        """Coefficients at `lambda_min`, on the scale of the data."""
        return self.fit.coefficients[:, self.index_min]

    @property
    def coefficients_1se(self) -> Floats:
        """Coefficients at `lambda_1se`, on the scale of the data."""
        return self.fit.coefficients[:, self.index_1se]

    @property
    def selected_min(self) -> tuple[str, ...]:
        """Predictors with a coefficient at `lambda_min`."""
        return _named(self.fit.names, self.coefficients_min)

    @property
    def selected_1se(self) -> tuple[str, ...]:
        """Predictors with a coefficient at `lambda_1se`."""
        return _named(self.fit.names, self.coefficients_1se)

    @property
    def kernel(self) -> str:
        """Kernel that computed the fits."""
        return self.fit.kernel

    def plot(self, ax: Any = None) -> CrossValidationDisplay:
        """Cross-validated error against log lambda with both choices of lambda."""
        from validation.displays.lasso import CrossValidationDisplay

        return CrossValidationDisplay.from_result(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        rows = (("lambda_min", self.index_min), ("lambda_1se", self.index_1se))
        return {
            "choice": [name for name, _ in rows],
            "lambda": [float(self.lambdas[i]) for _, i in rows],
            self.measure: [float(self.mean[i]) for _, i in rows],
            "standard error": [float(self.standard_error[i]) for _, i in rows],
            "selected": [", ".join(_named(self.fit.names, self.fit.coefficients[:, i])) for _, i in rows],
        }


def _named(names: tuple[str, ...], coefficients: Floats) -> tuple[str, ...]:
    return tuple(name for name, value in zip(names, coefficients.tolist(), strict=True) if value != 0.0)


def lasso_cv(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    folds: int = 10,
    fold_id: Any = None,
    measure: str = "deviance",
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
) -> LassoCrossValidation:
    """Cross-validation of the LASSO penalty with the folds that R draws from the same seed.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    x : array_like of shape (n, p)
        Predictors, at least two columns.
    seed : int
        As in R's ``set.seed``.
    folds : int
        Number of folds, at least 3.
    fold_id : array_like of shape (n,), optional
        Fold of each patient, 1 to K, instead of drawn ones.
    measure : {"deviance", "class", "auc", "mse", "mae"}
        Binomial deviance, share of misclassified patients at risk 0.5, area under the ROC curve, squared and absolute
        error (both counted for the event and its complement).
    alpha, penalty_factor, weights, offset, lambdas, n_lambda, lambda_min_ratio, standardize, intercept
        As in `lasso_path`; given lambdas must be at least two.
    engine, threshold, tolerance, compat, names
        As in `lasso_path`.

    Returns
    -------
    LassoCrossValidation

    Raises
    ------
    InputError
        As in `lasso_path`; fewer than 3 folds, folds with gaps, one lambda only.
    NotEstimable
        A fold without which the LASSO cannot be fitted, for want of patients of one class.

    Notes
    -----
    Folds are drawn before any fit. Each fold is left out in turn; the others are fitted along their own sequence of
    lambdas and interpolated linearly to the lambdas of the full fit. With the error ``m_k`` of fold k and the weight
    ``W_k`` of its patients the mean is ``m = sum W_k m_k / sum W_k`` and its standard error
    ``sqrt(sum W_k (m_k - m)^2 / sum W_k / (K - 1))``. Among lambdas with the same mean the largest is taken.

    R: after ``set.seed(seed)``
    ``glmnet::cv.glmnet(x, y, family = "binomial", nfolds = folds, type.measure = measure)``.

    References
    ----------
    Friedman J, Hastie T, Tibshirani R (2010). Regularization paths for generalized linear models via coordinate
    descent. J Stat Softw 33(1). doi:10.18637/jss.v033.i01

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 6, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 6)
    >>> result = lasso_cv(y, x, seed=1, folds=5, names=["age", "marker"])
    >>> result.fold_id[:6].tolist(), result.selected_1se
    ([4, 4, 1, 4, 3, 3], ('age', 'marker'))
    """
    chosen, mode = resolve_mode(engine, compat)
    options = {
        "alpha": alpha,
        "penalty_factor": penalty_factor,
        "standardize": standardize,
        "intercept": intercept,
        "names": names,
    }
    data = read_data(y_true, x, weights, offset, options)
    choices = {
        "engine": chosen,
        "lambdas": lambdas,
        "n_lambda": n_lambda,
        "lambda_min_ratio": lambda_min_ratio,
        "threshold": threshold,
        "tolerance": tolerance,
    }
    if lambdas is not None and np.size(lambdas) < 2:
        raise InputError("lambdas", "must be at least two for cross-validation")
    check_choice(measure, "measure", MEASURES)
    drawn, state = assign_folds(data.y.size, check_seed(seed), folds, fold_id)
    return _validated(data, choices, measure, drawn, state, mode)


def _validated(
    data: Data,
    choices: dict[str, Any],
    measure: str,
    fold_id: Integers,
    state: npt.NDArray[np.int32],
    mode: str,
) -> LassoCrossValidation:
    as_r = mode != "default"
    measure, grouped = resolve_measure(measure, data.y.size, int(fold_id.max()))
    full = summarise(*data.fitted(slice(None), choices), mode)
    with warnings.catch_warnings(), one_blas_thread():
        # one warning about a small class is enough; its folds are smaller still
        warnings.simplefilter("ignore", ValidationWarning)
        eta = held_out(data, full.lambdas, fold_id, as_r, choices)
    y = data.y.astype(np.float64)
    mean, error = cross_validated_error(measure, grouped, y, eta, data.weights, fold_id, as_r)
    best, within = choose(-mean if measure == "auc" else mean, error, 0.0 if as_r else _TIE)
    return LassoCrossValidation(
        lambdas=full.lambdas,
        mean=mean,
        standard_error=error,
        upper=mean + error,
        lower=mean - error,
        nonzero=full.df,
        lambda_min=float(full.lambdas[best]),
        lambda_1se=float(full.lambdas[within]),
        index_min=best,
        index_1se=within,
        fold_id=fold_id,
        random_state=state,
        fit=full,
        measure=measure,
        grouped=grouped,
        compat=mode,
    )
