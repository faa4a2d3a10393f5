"""Which coefficients are 0 in every optimum, proved by the duality gap: `certified_support`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import entr, expit

from validation.checks import Floats
from validation.errors import InputError, NotEstimable
from validation.lasso.binomial import linear_predictors
from validation.lasso.design import Design, check_lambdas, design
from validation.result import Result

__all__ = ["CertifiedSupport", "certified_support"]

#: rounding of the sums behind gap and products, in units of eps: pairwise sums over up to 2^40 terms, and their terms
_ROUNDINGS = 128.0 * 2.0**-52
_NEWTON, _SETTLED = 50, 1e-15


@dataclass(frozen=True)
class CertifiedSupport(Result):
    """What the duality gap proves about the support at each lambda.

    Attributes
    ----------
    names : tuple of str
    lambdas, gap : ndarray of shape (k,)
        The objective of the model is at most `gap` above its minimum.
    zero : ndarray of bool, shape (p, k)
        True where the coefficient is 0 in every optimum.
    undecided : ndarray of shape (k,)
        Number of columns without such a proof.
    """

    names: tuple[str, ...]
    lambdas: Floats
    gap: Floats
    zero: npt.NDArray[np.bool_]
    undecided: npt.NDArray[np.int64]

    def _table(self) -> dict[str, list[Any]]:
        return {
            "lambda": self.lambdas.tolist(),
            "duality gap": self.gap.tolist(),
            "certified zero": self.zero.sum(axis=0).tolist(),
            "undecided": self.undecided.tolist(),
        }


def certified_support(
    y_true: Any,
    x: Any,
    intercepts: Any,
    coefficients: Any,
    lambdas: Any,
    *,
    weights: Any = None,
    offset: Any = None,
    standardize: bool = True,
    names: Sequence[str] | None = None,
) -> CertifiedSupport:
    """Coefficients that are 0 in every LASSO optimum, proved from any models near it, R's included.

    Parameters
    ----------
    y_true : array_like of shape (n,)
    x : array_like of shape (n, p)
    intercepts : array_like of shape (k,)
    coefficients : array_like of shape (p, k)
        On the scale of the data.
    lambdas : array_like of shape (k,)
        Decreasing, above 0, as in the path that the models belong to.
    weights, offset, standardize, names
        As in `lasso_path`.

    Returns
    -------
    CertifiedSupport

    Raises
    ------
    InputError
        Shapes that do not fit, lambdas that are not decreasing and above 0.

    Notes
    -----
    The intercept is moved to where the residuals ``u = w (y - q)`` add up to 0; u, shrunk until
    ``max |x_j'u| <= lambda``, is a feasible dual point. The dual objective is strongly concave, so that the optimal
    dual point u* satisfies ``sum (u - u*)^2 / w <= gap / 2``, and ``|x_j'u| + |x_j|_w sqrt(gap / 2) < lambda`` proves
    that b_j is 0 in every optimum. Rounding of the sums is added to the gap and to the products.
    R: none.

    References
    ----------
    Ndiaye E, Fercoq O, Gramfort A, Salmon J (2017). Gap safe screening rules for sparsity enforcing penalties. J Mach
    Learn Res 18(128):1-33. https://jmlr.org/papers/v18/16-577.html

    Examples
    --------
    >>> import numpy as np
    >>> from validation.lasso import lasso_path
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 3, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 3)
    >>> path = lasso_path(y, x, lambdas=[0.3, 0.1])
    >>> certified_support(y, x, path.intercepts, path.coefficients, path.lambdas).zero.tolist()
    [[False, False], [True, True]]
    """
    problem = design(y_true, x, weights=weights, offset=offset, standardize=standardize, names=names)
    lam = check_lambdas(lambdas)
    if not np.array_equal(lam, np.ravel(lambdas)) or lam[-1] <= 0.0:
        raise InputError("lambdas", "must decrease and be above 0")
    levels, values = np.ravel(np.asarray(intercepts, dtype=np.float64)), np.asarray(coefficients, dtype=np.float64)
    if values.shape != (len(problem.names), lam.size) or levels.size != lam.size:
        raise InputError("coefficients", f"must have shape {(len(problem.names), lam.size)}, got {values.shape}")
    if not bool(np.isfinite(levels).all() and np.isfinite(values).all()):
        raise InputError("coefficients", "intercepts and coefficients must be finite")
    start, standardised = problem.to_standardised(levels, values)
    eta = linear_predictors(problem, start, standardised)
    found = [_screened(problem, eta[k], standardised[k], float(lam[k])) for k in range(lam.size)]
    zero = np.array([row for _, row in found]).T
    return CertifiedSupport(
        problem.names, lam, np.array([gap for gap, _ in found]), zero, np.sum(~zero, axis=0).astype(np.int64)
    )


def _screened(problem: Design, eta: Floats, b: Floats, lam: float) -> tuple[float, npt.NDArray[np.bool_]]:
    """Duality gap and which columns it proves to be 0."""
    y, w = problem.y, problem.weights
    eta = _balanced(problem, eta)
    residual = y - expit(eta)
    products = np.abs(problem.columns @ (w * residual))
    shrink = min(1.0, lam / (float(products.max()) * (1.0 + _ROUNDINGS) + _ROUNDINGS))
    # the conjugate of the logistic loss is the negative entropy of y - t
    t = y - shrink * residual
    loss = float(np.add.reduce(w * np.logaddexp(0.0, np.where(y > 0.5, -eta, eta))))
    primal = loss + lam * float(np.abs(b).sum())
    entropy = float(np.add.reduce(w * (entr(t) + entr(1.0 - t))))
    shifted = float(np.add.reduce(w * shrink * residual * problem.offset))
    slack = _ROUNDINGS * (primal + entropy + float(np.add.reduce(w * np.abs(residual * problem.offset))))
    gap = max(primal - entropy + shifted, 0.0) + slack
    lengths = np.sqrt(np.add.reduce(problem.columns**2 * w, axis=1))
    bound = shrink * products + lengths * (np.sqrt(gap / 2.0) + _ROUNDINGS)
    return gap, ~problem.usable | (bound < lam)


def _balanced(problem: Design, eta: Floats) -> Floats:
    """Linear predictors whose residuals add up to 0, as the intercept demands."""
    for _ in range(_NEWTON):
        q = expit(eta)
        excess = float(np.add.reduce(problem.weights * (problem.y - q)))
        if abs(excess) <= _SETTLED:
            return eta
        information = float(np.add.reduce(problem.weights * q * (1.0 - q)))
        eta = eta + (excess / information if information > 0.0 else 0.0)
    if abs(excess) > _ROUNDINGS:
        raise NotEstimable("no convergence", "No intercept makes the residuals of a model add up to 0.")
    return eta
