"""The checked and standardised problem that every engine of the LASSO works on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_matrix, check_outcome, check_scores
from validation.errors import InputError, NotEstimable, ValidationWarning

__all__ = ["Design", "check_alpha", "check_lambdas", "design", "sequence_factor", "standardised_problem"]

_CLASS_ERROR, _CLASS_WARNING = 1, 8
#: relative difference up to which two standardised columns are the same
_SAME = 1e-12


@dataclass(frozen=True)
class Design:
    """Rows with a positive weight, standardised.

    Parameters
    ----------
    names : tuple of str
        Names of the p columns.
    y, weights, offset : ndarray of shape (n,)
        Outcome, weights that add up to 1, offset (zeros where none was given).
    columns : ndarray of shape (p, n)
        Standardised predictors, one row per predictor; unusable ones are 0.
    means, scales : ndarray of shape (p,)
        What was subtracted and divided by.
    usable : ndarray of bool, shape (p,)
        False for constant and for excluded columns.
    copies : ndarray of bool, shape (p,)
        True where an earlier column is the same after standardisation, up to sign and rounding, and as strongly
        penalised: the LASSO cannot tell the two apart.
    penalty : ndarray of shape (p,)
        Penalty factors, rescaled to add up to p.
    alpha : float
        1 LASSO, 0 ridge.
    intercept : bool
        Whether an intercept is estimated.
    total_weight : float
        Sum of the weights as given.
    n_rows : int
        Number of rows including those of weight 0.
    """

    names: tuple[str, ...]
    y: Floats
    weights: Floats
    offset: Floats
    columns: Floats
    means: Floats
    scales: Floats
    usable: npt.NDArray[np.bool_]
    copies: npt.NDArray[np.bool_]
    penalty: Floats
    alpha: float
    intercept: bool
    total_weight: float
    n_rows: int

    @property
    def default_ratio(self) -> float:
        """Smallest lambda as a fraction of the largest where none is asked for."""
        return 1e-4 if self.n_rows >= len(self.names) else 1e-2

    def standardise(self, x: Floats) -> Floats:
        """Other patients' predictors (rows), standardised in the same way."""
        centred = x - self.means if self.intercept else x
        found: Floats = centred / self.scales
        return found

    def to_original(self, intercepts: Floats, standardised: Floats) -> tuple[Floats, Floats]:
        """Intercepts and coefficients (p x points) on the scale of the data from those (points x p) of the columns."""
        coefficients = standardised.T / self.scales[:, None]
        if self.intercept:
            intercepts = intercepts - self.means @ coefficients
        return intercepts, coefficients

    def to_standardised(self, intercepts: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
        """Inverse of `to_original`."""
        if self.intercept:
            intercepts = intercepts + self.means @ coefficients
        return intercepts, np.ascontiguousarray((coefficients * self.scales[:, None]).T)


def design(
    y_true: Any,
    x: Any,
    *,
    alpha: Any = 1.0,
    penalty_factor: Any = None,
    weights: Any = None,
    offset: Any = None,
    standardize: bool = True,
    intercept: bool = True,
    names: Sequence[str] | None = None,
) -> Design:
    """Check the arguments of a fit and standardise the predictors.

    Means and standard deviations are weighted, the latter with divisor n. Rows of weight 0 take no part.
    """
    outcome = check_outcome(y_true)
    raw = np.ones(outcome.size) if weights is None else _check_weights(weights, outcome.size)
    _check_predictors(x, outcome.size)
    _check_classes(outcome, raw)
    return standardised_problem(
        outcome.astype(np.float64),
        x,
        alpha=alpha,
        penalty_factor=penalty_factor,
        weights=raw,
        offset=offset,
        standardize=standardize,
        intercept=intercept,
        names=names,
    )


def standardised_problem(
    outcome: Floats,
    x: Any,
    *,
    alpha: Any,
    penalty_factor: Any,
    weights: Any,
    offset: Any,
    standardize: bool,
    intercept: bool,
    names: Sequence[str] | None,
) -> Design:
    """Problem of a checked outcome of any kind; see `design`."""
    matrix, found = _check_predictors(x, outcome.size)
    n, p = matrix.shape
    raw = np.ones(n) if weights is None else _check_weights(weights, n)
    shift = np.zeros(n) if offset is None else check_scores(offset, n, "offset")
    kept = raw > 0.0
    total = float(np.add.reduce(raw[kept]))
    # a copy even where the transposed matrix is contiguous: the caller's data are never written to
    columns = np.array(matrix[kept].T, order="C", copy=True)
    factors, usable = _usable(columns, penalty_factor)
    means, scales = _standardise(columns, raw[kept] / total, usable, standardize, intercept)
    return Design(
        names=_check_names(names, found),
        y=outcome[kept],
        weights=raw[kept] / total,
        offset=shift[kept],
        columns=columns,
        means=means,
        scales=scales,
        usable=usable,
        copies=_copies(columns, factors, usable) if check_alpha(alpha) == 1.0 else np.zeros(p, dtype=bool),
        penalty=factors,
        alpha=check_alpha(alpha),
        intercept=bool(intercept),
        total_weight=total,
        n_rows=n,
    )


def _check_predictors(x: Any, n: int) -> tuple[Floats, tuple[str, ...]]:
    matrix, found = check_matrix(x, n)
    if matrix.shape[1] < 2:
        raise InputError(
            "x", "has one column, at least two are needed", hint="For one predictor use logistic_regression."
        )
    return matrix, found


def _usable(columns: Floats, penalty_factor: Any) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Rescaled penalty factors, and which columns vary and are not excluded."""
    constant = (columns == columns[:, :1]).all(axis=1)
    factors, excluded = _penalty_factors(penalty_factor, constant.size)
    usable: npt.NDArray[np.bool_] = ~constant & ~excluded
    if bool(constant.all()):
        raise InputError("x", "has no column that varies", hint="Remove constant columns.")
    if not bool((usable & (factors > 0.0)).any()):
        raise InputError("penalty_factor", "leaves no column that varies and is penalised")
    return factors, usable


def _standardise(
    columns: Floats, w: Floats, usable: npt.NDArray[np.bool_], standardize: bool, intercept: bool
) -> tuple[Floats, Floats]:
    """Centre, then scale the centred columns in place (two passes); without an intercept nothing is centred."""
    means = np.add.reduce(columns * w, axis=1)
    scales = np.ones(means.size)
    if standardize:
        centred = columns - means[:, None]
        scales = np.sqrt(np.add.reduce(centred * centred * w, axis=1))
    if intercept:
        columns -= means[:, None]
    scales[~usable] = 1.0
    columns /= scales[:, None]
    columns[~usable] = 0.0
    return means, scales


def _copies(columns: Floats, penalty: Floats, usable: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Later ones of columns that are equal up to sign and to the rounding of standardisation."""
    found = np.zeros(penalty.size, dtype=bool)
    # sorting by a value that equal columns share leaves only neighbours to compare
    signature = np.abs(columns[:, 0])
    order = np.argsort(signature, kind="stable")
    for place, j in enumerate(order[1:], start=1):
        for i in order[place - 1 :: -1]:
            if signature[j] - signature[i] > _SAME * max(1.0, signature[j]):
                break
            if usable[i] and usable[j] and penalty[i] == penalty[j] and _same(columns[i], columns[j]):
                found[max(i, j)] = True
    return found


def _same(a: Floats, b: Floats) -> bool:
    largest = float(np.abs(a).max())
    sign = 1.0 if float(a @ b) >= 0.0 else -1.0
    return bool((np.abs(a - sign * b) <= _SAME * largest).all())


def _check_weights(weights: Any, n: int) -> Floats:
    values = check_scores(weights, n, "weights")
    if bool((values < 0.0).any()):
        raise InputError("weights", f"has {int((values < 0.0).sum())} negative value(s)", hint="Use 0 to leave out.")
    if not bool((values > 0.0).any()):
        raise InputError("weights", "are all 0", hint="At least two patients of each class need a weight.")
    return values


def _check_classes(outcome: npt.NDArray[np.int8], weights: Floats) -> None:
    events = int(outcome.sum())
    weighted = [int(np.count_nonzero(weights[outcome == label] > 0.0)) for label in (1, 0)]
    if min(weighted) == 0:
        raise InputError("weights", "leave one class of the outcome without any patient")
    smallest = min(events, outcome.size - events)
    if smallest <= _CLASS_ERROR:
        raise NotEstimable(
            "too few rows",
            f"The LASSO cannot be fitted: the smaller class has {smallest} patient(s), at least 2 are needed.",
            hint="In cross-validation pass fold_id with the classes spread evenly over the folds.",
        )
    if min(weighted) < _CLASS_WARNING:
        warnings.warn(
            f"The smaller class has {min(weighted)} patients, fewer than {_CLASS_WARNING}: the LASSO is unreliable.",
            ValidationWarning,
            stacklevel=4,
        )


def _penalty_factors(factors: Any, p: int) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Rescaled factors and which columns an infinite factor excludes; excluded columns count with factor 1."""
    if factors is None:
        return np.ones(p), np.zeros(p, dtype=bool)
    values = np.asarray(factors, dtype=np.float64).reshape(-1)
    if values.size != p:
        raise InputError("penalty_factor", f"has {values.size} values where x has {p} columns")
    if bool(np.isnan(values).any()) or bool((values < 0.0).any()):
        raise InputError("penalty_factor", "must be 0 or larger in every entry", hint="inf leaves a column out.")
    excluded = np.isinf(values)
    values = np.where(excluded, 1.0, values)
    if bool(excluded.all()):
        raise InputError("penalty_factor", "leaves every column out")
    if not bool((values > 0.0).any()):
        raise InputError("penalty_factor", "is 0 for every column", hint="Without a penalty use logistic_regression.")
    return values * p / float(np.add.reduce(values)), excluded


def _check_names(names: Sequence[str] | None, found: tuple[str, ...]) -> tuple[str, ...]:
    if names is None:
        return found
    given = tuple(str(name) for name in names)
    if len(given) != len(found):
        raise InputError("names", f"has {len(given)} names where x has {len(found)} columns")
    if len(set(given)) != len(given):
        raise InputError("names", "has a name twice")
    return given


def check_alpha(alpha: Any) -> float:
    """Mixing parameter within [0, 1]."""
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float, np.floating)) or not 0.0 <= float(alpha) <= 1.0:
        raise InputError("alpha", f"must lie between 0 (ridge) and 1 (LASSO), got {alpha!r}")
    return float(alpha)


def check_lambdas(lambdas: Any) -> Floats:
    """Given lambdas in decreasing order; empty where none are given."""
    if lambdas is None:
        return np.empty(0)
    values = np.atleast_1d(np.asarray(lambdas, dtype=np.float64)).reshape(-1)
    if values.size == 0 or not bool(np.isfinite(values).all()):
        raise InputError("lambdas", "must be finite numbers, at least one")
    if bool((values < 0.0).any()):
        raise InputError("lambdas", f"must be 0 or larger, got {values.min():g}")
    return np.sort(values)[::-1].copy()


def sequence_factor(
    problem: Design, n_lambda: Any, lambda_min_ratio: Any, *, single: bool = False
) -> tuple[int, float]:
    """Number of automatic lambdas and the factor from each to the next; `single` rounds its exponent to float32."""
    count = check_integer(n_lambda, "n_lambda", minimum=1, maximum=100_000)
    ratio = problem.default_ratio if lambda_min_ratio is None else float(lambda_min_ratio)
    if not 0.0 < ratio < 1.0:
        raise InputError("lambda_min_ratio", f"must lie strictly between 0 and 1, got {lambda_min_ratio!r}")
    if count == 1:
        return count, 1.0
    exponent = 1.0 / (count - 1)
    return count, float(max(ratio, 1e-6) ** (float(np.float32(exponent)) if single else exponent))
