"""Where the profile likelihood has fallen by a given amount, and how far it falls where a coefficient is 0.

All limits of a model are solved together. Coordinates t with coefficients ``b + F t``, where ``F F'`` is the inverse
information at the maximum, make the log-likelihood nearly ``-|t|^2 / 2``, so that Newton's method starts close by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.logistic.fit import Fit

__all__ = ["Surface", "constrained_drop", "limits_of_profile", "surface"]

_STEPS = 40
#: change of t, in standard errors, after which one more step reaches working precision
_CLOSE = 1e-7
#: longest step, in standard errors
_LONGEST = 4.0
_BLOCK = 4096
#: numbers that the products of columns may hold
_KEPT = 8_000_000


@dataclass(frozen=True)
class Surface:
    """Log-likelihood around its maximum.

    Parameters
    ----------
    q : ndarray of shape (n, k)
        Columns of the model times F.
    predictor, sign, weights : ndarray of shape (n,)
        Log odds at the maximum, -1 for events and 1 for others, weights.
    factor : ndarray of shape (k, k)
        F; its row j is the direction in which coefficient j changes.
    products : ndarray of shape (n, k (k + 1) / 2) or None
        Products of all pairs of columns, where they are few enough to be kept.
    """

    q: Floats
    predictor: Floats
    sign: Floats
    weights: Floats
    factor: Floats
    products: Floats | None

    def at(self, t: Floats) -> tuple[Floats, Floats, Floats]:
        """Fall of the log-likelihood, score and information at each of m points t of shape (m, k)."""
        m, k = t.shape
        upper = np.triu_indices(k)
        fall, score, flat = np.zeros(m), np.zeros((m, k)), np.zeros((m, upper[0].size))
        for start in range(0, self.q.shape[0], _BLOCK):
            rows = slice(start, start + _BLOCK)
            q, sign, weights = self.q[rows], self.sign[rows, None], self.weights[rows, None]
            moved = q @ t.T
            here = sign * self.predictor[rows, None]
            there = here + sign * moved
            odds = np.exp(-np.abs(there))
            missed = np.where(there > 0.0, 1.0, odds) / (1.0 + odds)
            variance = weights * odds / (1.0 + odds) ** 2
            loss = np.maximum(there, 0.0) + np.log1p(odds)
            fall += np.sum(weights * (loss - np.logaddexp(0.0, here)), axis=0)
            score -= (weights * sign * missed).T @ q
            kept = self.products
            flat += variance.T @ (q[:, upper[0]] * q[:, upper[1]] if kept is None else kept[rows])
        information = np.empty((m, k, k))
        information[:, upper[0], upper[1]] = flat
        information[:, upper[1], upper[0]] = flat
        return fall, score, information


def surface(x: Floats, y: Outcome, fit: Fit, weights: Floats | None) -> Surface:
    """Surface around a fit."""
    centre = x.mean(axis=0)
    moved = fit.factor.copy()
    moved[0] += centre @ fit.factor[1:]
    q = moved[0] + (x - centre) @ fit.factor[1:]
    ones = np.ones(y.size) if weights is None else weights
    upper = np.triu_indices(q.shape[1])
    products = q[:, upper[0]] * q[:, upper[1]] if q.shape[0] * upper[0].size <= _KEPT else None
    return Surface(q, fit.linear_predictor, 1.0 - 2.0 * y.astype(np.float64), ones, fit.factor, products)


def _newton(
    model: Surface, t: Floats, directions: Floats, multiplier: Floats, fall: Floats | None
) -> tuple[Floats, Floats]:
    """Points where the score is a multiple of each direction; with a given fall, or else with a given ``t c``.

    Returns the points and the falls; NaN for points that Newton's method did not reach.
    """
    m, k = t.shape
    goal = np.einsum("mk,mk->m", t, directions)
    active, last = np.ones(m, dtype=bool), np.zeros(m, dtype=bool)
    found = np.full(m, np.nan)
    for _ in range(_STEPS):
        rows = np.flatnonzero(active)
        if not rows.size:
            break
        c = directions[rows]
        down, score, information = model.at(t[rows])
        system = np.zeros((rows.size, k + 1, k + 1))
        system[:, :k, :k] = information
        system[:, :k, k] = c
        system[:, k, :k] = c if fall is None else score
        gap = goal[rows] - np.einsum("mk,mk->m", t[rows], c) if fall is None else down - fall[rows]
        right = np.concatenate([score - multiplier[rows, None] * c, gap[:, None]], axis=1)
        step = np.linalg.solve(system, right[:, :, None])[:, :, 0]
        length = np.sqrt(np.sum(step[:, :k] ** 2, axis=1))
        share = np.minimum(1.0, _LONGEST / np.maximum(length, 1e-300))
        done = last[rows]
        found[rows[done]] = down[done]
        going = rows[~done]
        t[going] += (share[:, None] * step[:, :k])[~done]
        multiplier[going] += (share * step[:, k])[~done]
        last[going] = length[~done] < _CLOSE
        active[rows[done]] = False
        active[going[~np.isfinite(length[~done])]] = False
    t[np.isnan(found)] = np.nan
    return t, found


def limits_of_profile(model: Surface, places: npt.NDArray[np.intp], fall: float) -> tuple[Floats, Floats]:
    """Distance of the lower and upper limit of each coefficient from its estimate.

    Parameters
    ----------
    model : Surface
    places : ndarray of int
        Rows of the coefficients.
    fall : float
        By how much the log-likelihood is lower there: half of a quantile of chi-square.
    """
    c = model.factor[places]
    size = np.sqrt(np.sum(c**2, axis=1))
    reach = np.sqrt(2.0 * fall)
    directions = np.concatenate([c, c])
    signs = np.repeat([-1.0, 1.0], len(places))
    lengths = np.concatenate([size, size])
    start = (signs * reach / lengths)[:, None] * directions
    points, _ = _newton(model, start, directions, -signs * reach / lengths, np.full(signs.size, fall))
    distance = np.einsum("mk,mk->m", points, directions)
    # the other root of the same equations would be on the wrong side
    distance = np.where(np.sign(distance) == signs, distance, np.nan)
    return distance[: len(places)], distance[len(places) :]


def constrained_drop(model: Surface, places: npt.NDArray[np.intp], coefficients: Floats) -> Floats:
    """Fall of the log-likelihood where each coefficient is 0 and the others are at their best."""
    c = model.factor[places]
    square = np.sum(c**2, axis=1)
    start = -(coefficients / square)[:, None] * c
    _, fall = _newton(model, start, c, coefficients / square, None)
    return fall
