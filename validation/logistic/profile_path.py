"""Profile likelihood limits as MASS computes them: grid, spline through it, straight lines between its points."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from validation.checks import Floats, Outcome
from validation.logistic.glm_path import GlmFit, glm_fit
from validation.r_numerics import qnorm

__all__ = ["cubic_spline", "interpolated_limits"]

_STEPS, _PER_MAXIMUM = 9, 5
#: a deviance below that of the full fit by more than this means that the full fit was no maximum
_BELOW = -0.001


def interpolated_limits(
    x: Floats, y: Outcome, weights: Floats, offset: Floats, fit: GlmFit, level: float
) -> tuple[Floats, Floats]:
    """Limits of the coefficients of the columns of x; NaN where the grid does not reach that far.

    Parameters
    ----------
    x, y, weights, offset
        As of `glm_fit`.
    fit : GlmFit
        The full fit.
    level : float
    """
    low, high = np.full(x.shape[1], np.nan), np.full(x.shape[1], np.nan)
    cuts = [qnorm((1.0 - level) / 2.0), qnorm((1.0 + level) / 2.0)]
    for j in range(x.shape[1]):
        if math.isnan(fit.coefficients[j + 1]):
            continue
        points = sorted(_profile(x, y, weights, offset, fit, j, level))
        if len(points) < 3:
            continue
        z, b = np.array([z for z, _ in points]), np.array([b for _, b in points])
        order = np.argsort(b, kind="stable")
        grid = np.linspace(b.min(), b.max(), 3 * len(points))
        fitted = cubic_spline(b[order], z[order], grid)
        low[j], high[j] = _between(fitted, grid, cuts)
    return low, high


def _profile(
    x: Floats, y: Outcome, weights: Floats, offset: Floats, fit: GlmFit, j: int, level: float
) -> Iterator[tuple[float, float]]:
    """Signed root of the deviance's rise, and coefficient, on a grid of fractions of the standard error."""
    best, error = float(fit.coefficients[j + 1]), math.sqrt(float(fit.covariance[j + 1, j + 1]))
    furthest = qnorm(1.0 - (1.0 - level) / 8.0)
    others = np.delete(x, j, axis=1)
    yield 0.0, best
    for sign in (-1.0, 1.0):
        predictor: Floats = fit.linear_predictor
        for step in range(1, _STEPS + 1):
            value = best + sign * step * (furthest / _PER_MAXIMUM) * error
            found = glm_fit(others, y, weights, offset + x[:, j] * value, start=predictor)
            predictor = found.linear_predictor
            rise = found.deviance - fit.deviance
            if rise <= _BELOW or math.isnan(rise):
                break
            z = sign * math.sqrt(max(rise, 0.0))
            yield z, value
            if abs(z) >= furthest:
                break


def cubic_spline(x: Floats, y: Floats, at: Floats) -> Floats:
    """Cubic spline whose third derivative at either end is that of the cubic through the four points there.

    Forsythe GE, Malcolm MA, Moler CB (1977). Computer Methods for Mathematical Computations, chapter 4.
    """
    n, h = x.size, np.diff(x)
    slope = np.diff(y) / h
    system, right = np.zeros((n, n)), np.zeros(n)
    for i in range(1, n - 1):
        system[i, i - 1 : i + 2] = h[i - 1], 2.0 * (h[i - 1] + h[i]), h[i]
        right[i] = slope[i] - slope[i - 1]
    system[0, :2] = -h[0], h[0]
    system[-1, -2:] = h[-1], -h[-1]
    if n > 3:
        right[0] = h[0] ** 2 * _third_difference(x[:4], y[:4])
        right[-1] = -(h[-1] ** 2) * _third_difference(x[-4:], y[-4:])
    sixth = np.linalg.solve(system, right)
    left = np.clip(np.searchsorted(x, at, side="right") - 1, 0, n - 2)
    w, wide = (at - x[left]) / h[left], h[left] ** 2
    v = 1.0 - w
    straight = w * y[left + 1] + v * y[left]
    curve: Floats = straight + wide * ((w**3 - w) * sixth[left + 1] + (v**3 - v) * sixth[left])
    return curve


def _third_difference(x: Floats, y: Floats) -> float:
    found = y
    for order in (1, 2, 3):
        found = np.diff(found) / (x[order:] - x[:-order])
    return float(found[0])


def _between(z: Floats, b: Floats, cuts: list[float]) -> tuple[float, float]:
    """Straight line between neighbouring points; equal z share the mean of their coefficients; NaN outside."""
    at, group, counts = np.unique(z, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=b) / counts
    low, high = np.interp(cuts, at, means, left=np.nan, right=np.nan).tolist()
    return low, high
