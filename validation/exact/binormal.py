"""Certified binormal curve: deviates of the exact rates, the normal equations and the curve in 40 digits."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["binormal_roc"]

_DIGITS = 40


@lru_cache(maxsize=10_000)
def _deviate(rate: Fraction) -> Any:
    """Quantile of the standard normal distribution."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(rate.numerator) / rate.denominator - 1)


def _rates(y_true: Any, y_score: Any, direction: str) -> list[tuple[Fraction, Fraction]]:
    """Sensitivity and specificity at each threshold, those on the borders left out."""
    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), (sign * np.asarray(y_score) + 0.0).tolist(), strict=True))
    cases, controls = (Counter(x for y, x in pairs if y == group) for group in (1, 0))
    m, n = cases.total(), controls.total()
    lost = right = 0
    found = []
    for value in sorted(cases.keys() | controls.keys()):
        lost += cases[value]
        right += controls[value]
        if 0 < lost < m and 0 < right < n:
            found.append((Fraction(m - lost, m), Fraction(right, n)))
    return found


def binormal_roc(y_true: Any, y_score: Any, direction: str = "higher", points: int = 512) -> dict[str, Any]:
    """Line, area and curve; nothing where there is no line."""
    import mpmath

    rates = _rates(y_true, y_score, direction)
    if min(len({se for se, _ in rates}), len({sp for _, sp in rates})) < 2:
        return {}
    with mpmath.workdps(_DIGITS):
        x, y = [_deviate(se) for se, _ in rates], [_deviate(sp) for _, sp in rates]
        k, sum_x, sum_y = len(x), mpmath.fsum(x), mpmath.fsum(y)
        sum_xx, sum_xy = mpmath.fdot(x, x), mpmath.fdot(x, y)
        slope = (k * sum_xy - sum_x * sum_y) / (k * sum_xx - sum_x * sum_x)
        intercept = (sum_y - slope * sum_x) / k
        step = 1.0 / (points - 1)
        grid = [min(i * step, 1.0) for i in range(points)][::-1]
        inner = [float(mpmath.ncdf(intercept + slope * _deviate(Fraction(se)))) for se in grid[1:-1]]
        return {
            "intercept": float(intercept),
            "slope": float(slope),
            "auc": float(mpmath.ncdf(intercept / mpmath.sqrt(1 + slope * slope))),
            "sensitivity": np.array([1.0, *grid, 0.0]),
            "specificity": np.array([0.0, 0.0, *inner, 1.0, 1.0]),
        }
