"""How far a fit, of whatever software, is from the optimum: `kkt_residual`."""

from __future__ import annotations

from typing import Any

import numpy as np

from validation.checks import Floats
from validation.errors import InputError
from validation.lasso.binomial import linear_predictors, optimality
from validation.lasso.design import design
from validation.lasso.engines import exact_lambda_max

__all__ = ["kkt_residual"]


def kkt_residual(
    y_true: Any,
    x: Any,
    intercepts: Any,
    coefficients: Any,
    lambdas: Any,
    *,
    alpha: float = 1.0,
    penalty_factor: Any = None,
    weights: Any = None,
    offset: Any = None,
    standardize: bool = True,
    intercept: bool = True,
) -> Floats:
    """Violation of the optimality conditions by each model of a path, R's included.

    Parameters
    ----------
    y_true : array_like of shape (n,)
    x : array_like of shape (n, p)
    intercepts : array_like of shape (k,)
    coefficients : array_like of shape (p, k)
        On the scale of the data.
    lambdas : array_like of shape (k,)
        In the order of the columns of `coefficients`.
    alpha, penalty_factor, weights, offset, standardize, intercept
        As in `lasso_path`.

    Returns
    -------
    ndarray of shape (k,)
        Largest violation divided by the smallest lambda with an empty model; 0 at the optimum. R's default threshold
        gives about 3e-4, a threshold of 1e-14 about 1e-7.

    Raises
    ------
    InputError
        Shapes that do not fit, values that are not finite.

    Notes
    -----
    With ``G_j = sum_i w_i (y_i - q_i) x_ij`` on standardised predictors the conditions are
    ``G_j = lambda v_j (alpha sign(b_j) + (1 - alpha) b_j)`` for b_j != 0, ``|G_j| <= lambda v_j alpha`` for b_j = 0,
    and ``sum_i w_i (y_i - q_i) = 0`` for the intercept. They are necessary and sufficient.

    R: none; apply it to ``coef(glmnet::glmnet(x, y, family = "binomial"))``.

    References
    ----------
    Boyd S, Vandenberghe L (2004). Convex Optimization, section 5.5.3. doi:10.1017/CBO9780511804441

    Examples
    --------
    >>> import numpy as np
    >>> from validation.lasso import lasso_path
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 3, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 3)
    >>> path = lasso_path(y, x, engine="glmnet")
    >>> worst = kkt_residual(y, x, path.intercepts, path.coefficients, path.lambdas).max()
    >>> bool(1e-6 < worst < 1e-3)
    True
    """
    problem = design(
        y_true,
        x,
        alpha=alpha,
        penalty_factor=penalty_factor,
        weights=weights,
        offset=offset,
        standardize=standardize,
        intercept=intercept,
    )
    levels, lam = (np.asarray(values, dtype=np.float64).reshape(-1) for values in (intercepts, lambdas))
    values = np.asarray(coefficients, dtype=np.float64)
    values = values.reshape(-1, 1) if values.ndim == 1 else values
    if values.shape != (len(problem.names), lam.size) or levels.size != lam.size:
        raise InputError(
            "coefficients",
            f"has shape {values.shape}, {(len(problem.names), lam.size)} is needed with {lam.size} lambdas and "
            f"{levels.size} intercepts",
        )
    if not all(bool(np.isfinite(array).all()) for array in (levels, lam, values)):
        raise InputError("coefficients", "intercepts, coefficients and lambdas must be finite")
    start, standardised = problem.to_standardised(levels, values)
    eta = linear_predictors(problem, start, standardised)
    residual: Floats = optimality(problem, eta, standardised, lam) / exact_lambda_max(problem)
    return residual
