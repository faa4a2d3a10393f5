"""Restricted cubic splines with the knots that rms places."""

from __future__ import annotations

import math

import numpy as np

from validation.checks import Floats, check_integer
from validation.errors import InputError, NotEstimable
from validation.r_numerics import quantile_type7

__all__ = ["spline_basis", "spline_knots"]

_FEWEST, _MOST = 3, 10
#: share of the values at one end that counts as heavily tied
_TIED = 0.05
#: with fewer values the outer knots are the fifth smallest and largest
_FEW_VALUES, _FIFTH = 100, 5


def spline_knots(x: object, n_knots: int = 5) -> Floats:
    """Knots of a restricted cubic spline.

    Parameters
    ----------
    x : array_like of shape (n,)
        Values; all of the variable, also those of patients who are left out for other variables.
    n_knots : int
        From 3 to 10.

    Returns
    -------
    ndarray
        Ascending; fewer than asked where values are tied.

    Raises
    ------
    InputError
        Values that are not finite numbers, or a number of knots out of range.
    NotEstimable
        Fewer than three different knots.

    Notes
    -----
    Quantiles (type 7) at equally spaced positions from o to 1 - o, with o = 0.1 for 3 knots, 0.05 for 4 to 6, 0.025
    from 7 on. With fewer than 100 values the outer knots are the fifth smallest and largest; variables with few or
    heavily tied values have rules of their own. R: ``attr(rms::rcs(x, n_knots), "parms")``.

    References
    ----------
    Stone CJ, Koo CY (1985). Additive splines in statistics. Proc Stat Comp Section ASA, 45-48.
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, section 2.4. doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> spline_knots(range(1, 202), 4).tolist()
    [11.0, 71.0, 131.0, 191.0]
    """
    values = np.asarray(x, dtype=np.float64)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise InputError("x", "must be one column of finite numbers")
    check_integer(n_knots, "n_knots", minimum=_FEWEST, maximum=_MOST)
    distinct = np.unique(values)
    if distinct.size - 2 <= n_knots:
        knots = distinct[1:-1]
    else:
        tied = _tied_ends(values, distinct, n_knots)
        knots = _quantile_knots(values, n_knots) if tied is None else tied
    knots = np.unique(knots)
    if knots.size < _FEWEST:
        raise NotEstimable(
            "too few knots",
            f"{distinct.size} different values give {knots.size} knots; a restricted cubic spline needs 3.",
            hint="Enter the variable as linear or categorical.",
        )
    return knots


def _outer(n_knots: int) -> float:
    return 0.1 if n_knots == _FEWEST else 0.05 if n_knots <= 6 else 0.025


def _positions(outer: float, count: int) -> Floats:
    positions = outer + np.arange(count) * (((1.0 - outer) - outer) / (count - 1))
    positions[-1] = 1.0 - outer
    return np.asarray(positions, dtype=np.float64)


def _quantile_knots(values: Floats, n_knots: int) -> Floats:
    outer = _outer(n_knots)
    knots = quantile_type7(values, _positions(outer, n_knots))
    if np.unique(knots).size < _FEWEST:
        knots = quantile_type7(values, _positions(outer, 2 * n_knots))
    if values.size < _FEW_VALUES:
        ordered = np.sort(values)
        knots[0], knots[n_knots - 1] = ordered[_FIFTH - 1], ordered[-_FIFTH]
    return knots


def _tied_ends(values: Floats, distinct: Floats, n_knots: int) -> Floats | None:
    """Knots where an end value, and no inner one, is shared by many; None where that is not so."""
    counts = np.unique(values, return_counts=True)[1] / values.size
    low, high = bool(counts[0] >= _TIED), bool(counts[-1] >= _TIED)
    if (counts[1:-1] >= _TIED).any() or not (low or high):
        return None
    first, last = distinct[1] if low else -np.inf, distinct[-2] if high else np.inf
    inner = np.sort(values[(values > first) & (values < last)])
    missing = n_knots - low - high
    found = _inner_knots(inner, missing, _outer(n_knots))
    if inner.size < _FEW_VALUES:
        if not low:
            found[0] = inner[_FIFTH - 1]
        if not high:
            found[-1] = inner[-_FIFTH]
    ends: tuple[Floats, ...] = (np.array([first] * low), found, np.array([last] * high))
    return np.asarray(np.concatenate(ends), dtype=np.float64)


def _inner_knots(inner: Floats, count: int, outer: float) -> Floats:
    if count == 1:
        return quantile_type7(inner, [0.5])
    return quantile_type7(inner, np.array([0.5, 1.0 - outer]) if count == 2 else _positions(outer, count))


def spline_basis(x: object, knots: object) -> Floats:
    """Columns of a restricted cubic spline: linear beyond the outer knots.

    Parameters
    ----------
    x : array_like of shape (n,)
    knots : array_like of shape (k,)
        Ascending, three at least.

    Returns
    -------
    ndarray of shape (n, k - 1)
        The value itself, then k - 2 nonlinear columns.

    Raises
    ------
    InputError
        Fewer than three knots, or knots that do not ascend.

    Notes
    -----
    Column j is ``(x - t_j)+^3 + ((t_{k-1} - t_j) (x - t_k)+^3 - (t_k - t_j) (x - t_{k-1})+^3) / (t_k - t_{k-1})`` over
    ``(t_k - t_1)^2``, so that all columns are in the unit of x. R: ``rms::rcs(x, knots)``.

    References
    ----------
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, section 2.4. doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> spline_basis([0.0, 1.5, 4.0], [0.0, 1.0, 3.0]).round(4).tolist()
    [[0.0, 0.0], [1.5, 0.3542], [4.0, 2.6667]]
    """
    values, t = np.asarray(x, dtype=np.float64), np.asarray(knots, dtype=np.float64)
    if t.ndim != 1 or t.size < _FEWEST or not (np.diff(t) > 0.0).all():
        raise InputError("knots", "must be three or more ascending numbers")
    unit = (t[-1] - t[0]) ** (2.0 / 3.0)
    power = [_cubes((values - knot) / unit) for knot in t.tolist()]
    last = t[-1] - t[-2]
    columns = [power[j] + ((t[-2] - t[j]) * power[-1] - (t[-1] - t[j]) * power[-2]) / last for j in range(t.size - 2)]
    return np.column_stack([values, *columns])


def _cubes(values: Floats) -> Floats:
    """Cubes of the positive values, else 0; by the C library, whose last bit NumPy's power may miss."""
    found = np.zeros_like(values)
    positive = values > 0.0
    found[positive] = [math.pow(value, 3.0) for value in values[positive].tolist()]
    return found
