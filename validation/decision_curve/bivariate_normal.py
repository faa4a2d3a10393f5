"""Expectation of the largest of 0 and two normal variables."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import log_ndtr, ndtr, owens_t

__all__ = ["expected_maximum", "probability_above"]

#: 1 minus the squared correlation below which two variables are one
_ONE = 1e-14
_DENSITY = 1.0 / math.sqrt(2.0 * math.pi)


def _density(z: float) -> float:
    return _DENSITY * math.exp(-0.5 * z * z)


def probability_above(h: float, k: float, r: float, s: float) -> float:
    """Probability that standard normals with correlation r, s its ``sqrt(1 - r^2)``, are below h and k.

    R: ``mvtnorm::pmvnorm(upper = c(h, k), corr = matrix(c(1, r, r, 1), 2))``. By Owen's function.
    """
    if h == 0.0 and k == 0.0:
        return 0.25 + math.asin(max(-1.0, min(1.0, r))) / (2.0 * math.pi)
    parts = 0.0
    for one, other in ((h, k), (k, h)):
        top = other - r * one
        slope = math.copysign(math.inf, top) if one == 0.0 else top / (one * s)
        parts += 0.5 * float(ndtr(one)) - float(owens_t(one, slope))
    return parts - (0.5 if h * k < 0.0 or (h * k == 0.0 and h + k < 0.0) else 0.0)


def _positive_part(mean: float, deviation: float) -> float:
    """``E max(0, X)`` of a normal X."""
    if deviation == 0.0:
        return max(0.0, mean)
    z = mean / deviation
    # far below zero the two terms cancel, where the value is nothing anyway
    return max(0.0, mean * math.exp(float(log_ndtr(z))) + deviation * _density(z))


def _where_largest(mean: float, deviation: float, ahead: float, spread: float, r: float) -> float:
    """``E[X; X > 0, X > Y]`` where X - Y has mean `ahead`, deviation `spread` and correlation r with X."""
    h, k = mean / deviation, ahead / spread
    s2 = (1.0 - r) * (1.0 + r)
    if s2 < _ONE:
        return _one_variable(mean, deviation, h, k, r)
    s = math.sqrt(s2)
    both = probability_above(h, k, r, s)
    edges = _density(h) * float(ndtr((k - r * h) / s)) + r * _density(k) * float(ndtr((h - r * k) / s))
    return mean * both + deviation * edges


def _one_variable(mean: float, deviation: float, h: float, k: float, r: float) -> float:
    """As `_where_largest` where X and X - Y are functions of one standard normal."""
    low, high = (-min(h, k), math.inf) if r > 0.0 else (-h, k)
    if not low < high:
        return 0.0
    upper = 0.0 if high == math.inf else _density(high)
    return mean * float(ndtr(high) - ndtr(low)) + deviation * (_density(low) - upper)


def expected_maximum(means: Sequence[float], variances: Sequence[float], difference: float) -> float:
    """``E max(0, X, Y)`` of two normal variables.

    Parameters
    ----------
    means, variances : sequence of two float
    difference : float
        Variance of X - Y.
    """
    (x, y), (vx, vy) = means, variances
    if difference == 0.0:
        # one is the other, moved
        return _positive_part(max(x, y), math.sqrt(max(vx, vy)))
    if vx == 0.0 or vy == 0.0:
        fixed, mean, variance = (max(0.0, x), y, vy) if vx == 0.0 else (max(0.0, y), x, vx)
        return fixed + _positive_part(mean - fixed, math.sqrt(variance))
    spread, total = math.sqrt(difference), 0.0
    for mean, variance, other, ahead in ((x, vx, vy, x - y), (y, vy, vx, y - x)):
        deviation = math.sqrt(variance)
        r = (variance + difference - other) / (2.0 * deviation * spread)
        total += _where_largest(mean, deviation, ahead, spread, max(-1.0, min(1.0, r)))
    return total
