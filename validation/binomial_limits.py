"""Clopper-Pearson limits of a proportion to the last digits.

SciPy's inverse of the incomplete beta function has about 14 digits. One Newton step on the binomial tail, whose first
term is taken in 30 digits and whose other terms follow by ratios, gives the rest.

References
----------
Clopper CJ, Pearson ES (1934). The use of confidence or fiducial limits illustrated in the case of the binomial.
Biometrika 26:404-413. doi:10.1093/biomet/26.4.404
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import betainccinv, betaincinv

from validation.checks import Floats

__all__ = ["clopper_pearson"]

_DIGITS = 30


def clopper_pearson(k: Any, n: Any, tail: float) -> tuple[Floats, Floats]:
    """Exact limits of a proportion k of n, with an error of `tail` on each side; NaN where n is 0.

    Parameters
    ----------
    k, n : array_like of whole numbers
        Counts; broadcast against each other.
    tail : float
        Error probability on each side.

    Returns
    -------
    low, high : ndarray
    """
    counts, sizes = np.broadcast_arrays(np.asarray(k, dtype=np.int64), np.asarray(n, dtype=np.int64))
    pairs = zip(counts.ravel().tolist(), sizes.ravel().tolist(), strict=True)
    found = np.array([_limits(*pair, tail) for pair in pairs], dtype=np.float64).reshape(*counts.shape, 2)
    return found[..., 0], found[..., 1]


@lru_cache(maxsize=100_000)
def _limits(k: int, n: int, tail: float) -> tuple[float, float]:
    if n == 0:
        return math.nan, math.nan
    low = _polished(float(betaincinv(k, n - k + 1, tail)), k, n, tail, 1) if k else 0.0
    high = _polished(float(betainccinv(k + 1, n - k, tail)), k, n, tail, -1) if k < n else 1.0
    return low, high


def _polished(p: float, k: int, n: int, tail: float, side: int) -> float:
    """One Newton step on P(X >= k) = tail (side 1) or P(X <= k) = tail (side -1)."""
    q = 1.0 - p
    if not (p > 0.0 and q > 0.0):
        return p
    first = _probability(k, n, p)
    if side == 1:
        j = np.arange(k, n, dtype=np.float64)
        ratios, slope = (n - j) / (j + 1.0) * (p / q), k * first / p
    else:
        j = np.arange(k, 0, -1, dtype=np.float64)
        ratios, slope = j / (n - j + 1.0) * (q / p), -(n - k) * first / q
    total = first * math.fsum([1.0, *np.cumprod(ratios).tolist()])
    return p - (total - tail) / slope if slope else p


def _probability(k: int, n: int, p: float) -> float:
    """Binomial probability of k, rounded once."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        exact = mpmath.mpf(p)
        return float(math.comb(n, k) * exact**k * (1 - exact) ** (n - k))
