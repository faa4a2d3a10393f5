"""Local quadratic regression computed at every point, as R's loess does with ``surface = "direct"``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from validation.checks import Floats
from validation.errors import NotEstimable

__all__ = ["LocalFit", "loess"]

#: added to span times n before it is cut to a whole number
_SAFE = 1e-5
#: numbers in one block of windows
_BLOCK_NUMBERS = 2_000_000


@dataclass(frozen=True)
class LocalFit:
    """Smoothed values and the variance of each.

    Attributes
    ----------
    fitted : ndarray of shape (n,)
    variance : ndarray of shape (n,)
        Sum of squared weights of the outcomes times their variances ``p (1 - p)`` at the smoothed values.
    """

    fitted: Floats
    variance: Floats


def loess(x: Floats, y: Floats, span: float = 0.75) -> LocalFit:
    """Smooth binary y against sorted x at every x.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        `x` ascending.
    span : float
        Share of the points in each window.

    Raises
    ------
    NotEstimable
        A window with fewer than three different values within it.

    Notes
    -----
    The window of a point is its ``floor(span n)`` nearest neighbours, with tricube weights that end at the farthest of
    them, and a weighted parabola is fitted in it.
    R: ``stats::loess(y ~ x, span = span, control = loess.control(surface = "direct"))``.

    References
    ----------
    Cleveland WS, Devlin SJ (1988). Locally weighted regression. J Am Stat Assoc 83:596-610.
    doi:10.1080/01621459.1988.10478639
    """
    distinct, place = np.unique(x, return_inverse=True)
    size = int(x.size * span + _SAFE)
    if size < 3:
        raise _too_few(float(x[0]))
    step = max(1, _BLOCK_NUMBERS // x.size)
    blocks = [distinct[start : start + step] for start in range(0, distinct.size, step)]
    fitted = np.concatenate([_rows(x, at, size, span) @ y for at in blocks])[place]
    share = np.clip(fitted, 0.0, 1.0)
    noise = share * (1.0 - share)
    variance = np.concatenate([_rows(x, at, size, span) ** 2 @ noise for at in blocks])[place]
    return LocalFit(fitted, variance)


def _too_few(at: float) -> NotEstimable:
    return NotEstimable(
        "too few rows",
        f"around the risk {at:.6g} fewer than three different risks lie in the window of the smoother.",
        hint="Take the smoother 'lowess' or 'spline', or risks with more decimals.",
    )


def _rows(x: Floats, at: Floats, size: int, span: float) -> Floats:
    """Weight of each outcome in the smoothed value at each point of `at`, one row per point."""
    distance = np.abs(x - at[:, None])
    reach = np.partition(distance, size - 1, axis=1)[:, size - 1] * max(1.0, span)
    if not reach.min() > 0.0:
        raise _too_few(float(at[np.argmin(reach)]))
    scaled = (x - at[:, None]) / reach[:, None]
    weights = np.where(np.abs(scaled) < 1.0, (1.0 - np.abs(scaled) ** 3) ** 3, 0.0)
    # orthogonal polynomials of the window, so that near ties cost no digits
    total = weights.sum(axis=1)
    middle = np.einsum("ij,ij->i", weights, scaled) / total
    first = scaled - middle[:, None]
    spread = np.einsum("ij,ij->i", weights, first**2)
    square = first**2
    square -= (spread / total)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        square -= (np.einsum("ij,ij->i", weights, square * first) / spread)[:, None] * first
        bend = np.einsum("ij,ij->i", weights, square**2)
        # the polynomials at the point itself
        here = -middle
        here_square = here**2 - spread / total
        tilt = np.einsum("ij,ij->i", weights, (first**2 - (spread / total)[:, None]) * first) / spread
        here_square -= tilt * here
        rows = 1.0 / total[:, None] + (here / spread)[:, None] * first + (here_square / bend)[:, None] * square
    rows *= weights
    flat = ~np.isfinite(rows).all(axis=1) | ~(bend > 2.0**-44 * total)
    if flat.any():
        raise _too_few(float(at[np.argmax(flat)]))
    return np.asarray(rows)
