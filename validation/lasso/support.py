"""What is proved about the support of the LASSO, and what R's threshold selects against it: `lasso_support`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.lasso.path import lasso_path
from validation.lasso.screening import certified_support
from validation.result import Result
from validation.statistic import Case, Settings

if TYPE_CHECKING:
    from validation.cohort import Cohort

__all__ = ["LassoSupport", "lasso_support", "support_cases"]

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_ROWS = 3


@dataclass(frozen=True)
class LassoSupport(Result):
    """Support along a path.

    Attributes
    ----------
    names : tuple of str
    lambdas : ndarray of shape (k,)
    gap : ndarray of shape (k,)
        The objective of the fitted model is at most this far above its minimum.
    selected : ndarray of shape (k,)
        Number of coefficients of the fitted model that are not 0.
    certified_zero : ndarray of shape (k,)
        Number of coefficients that are proved to be 0 in every optimum.
    undecided : ndarray of shape (k,)
    wrongly_selected : ndarray of shape (k,)
        Number of coefficients that R's threshold keeps although they are 0 in every optimum.
    zero : ndarray of bool, shape (p, k)
    compat : str
    """

    names: tuple[str, ...]
    lambdas: Floats
    gap: Floats
    selected: Integers
    certified_zero: Integers
    undecided: Integers
    wrongly_selected: Integers
    zero: Flags
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("selected", "certified_zero", "undecided", "wrongly_selected")
        return {"lambda": self.lambdas.tolist()} | {name: getattr(self, name).tolist() for name in names}


def lasso_support(
    y_true: Any, x: Any, *, threshold: float = 1e-7, n_lambda: int = 25, names: Sequence[str] | None = None
) -> LassoSupport:
    """Coefficients that are proved to be 0 in every optimum, beside those that R's threshold selects.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    x : array_like of shape (n, p)
        Predictors, at least two columns, numbers only.
    threshold : float
        Of the replay of glmnet that is held against the proof.
    n_lambda : int
        Length of the sequence of lambdas.
    names : sequence of str, optional
        Names of the predictors; by default the columns of a data frame, or x1 ... xp.

    Returns
    -------
    LassoSupport

    Raises
    ------
    InputError, NotEstimable
        As in `lasso_path`.

    Notes
    -----
    The exact engine fits the path, and its duality gap bounds the distance of the dual point from the optimal one;
    see `certified_support`. A coefficient that the bound proves to be 0 is 0 in every optimum: whatever selects it has
    stopped too early. R: none; the selection is that of ``glmnet::glmnet(x, y, family = "binomial")``.

    References
    ----------
    Ndiaye E, Fercoq O, Gramfort A, Salmon J (2017). Gap safe screening rules for sparsity enforcing penalties. J Mach
    Learn Res 18(128):1-33. doi:10.48550/arXiv.1611.05780

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 3, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 3)
    >>> result = lasso_support(y, x, n_lambda=5)
    >>> bool((result.selected + result.certified_zero <= 2).all()), int(result.wrongly_selected.sum())
    (True, 0)
    """
    path = lasso_path(y_true, x, n_lambda=n_lambda, names=names)
    proved = certified_support(y_true, x, path.intercepts, path.coefficients, path.lambdas, names=path.names)
    replay = lasso_path(y_true, x, lambdas=path.lambdas, engine="glmnet", threshold=threshold, names=path.names)
    kept = np.zeros_like(proved.zero)
    kept[:, : replay.lambdas.size] = replay.coefficients != 0.0
    return LassoSupport(
        names=path.names,
        lambdas=path.lambdas,
        gap=proved.gap,
        selected=path.df,
        certified_zero=np.sum(proved.zero, axis=0),
        undecided=proved.undecided,
        wrongly_selected=np.sum(kept & proved.zero, axis=0),
        zero=proved.zero,
        compat="default",
    )


def support_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Cohorts with some rows per predictor and two patients of each class."""
    events = int(cohort.outcome.sum())
    n, p = cohort.x.shape
    if p >= 2 and n >= _ROWS * p and min(events, n - events) >= 8:
        yield Case("certified", {"y_true": cohort.outcome, "x": cohort.x})
