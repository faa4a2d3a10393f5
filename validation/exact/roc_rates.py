"""Certified binomial limits of sensitivity and specificity: roots of the defining equations in 40 digits."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

__all__ = ["rates_at_threshold"]

_DIGITS = 40


@functools.cache
def _clopper_pearson(k: int, n: int, level: float, upper: bool) -> float:
    """Root of P(X >= k) = tail, or by exchange of P(X <= k) = tail; a bracket is kept."""
    if k == (n if upper else 0):
        return 1.0 if upper else 0.0
    if upper:
        return float(1 - _lower(n - k, n, level))
    return float(_lower(k, n, level))


def _lower(k: int, n: int, level: float) -> Any:
    import mpmath

    with mpmath.workdps(_DIGITS):
        tail = mpmath.mpf((1.0 - level) / 2.0)

        def excess(p: Any) -> Any:
            return mpmath.log(mpmath.betainc(k, n - k + 1, 0, p, regularized=True) / tail)

        # P(X >= k) is more than the tail at k/n, and at this fraction of it less
        low = mpmath.mpf(k) / n * mpmath.mpf(10) ** -3
        while excess(low) > 0:
            low /= 1000
        return mpmath.findroot(
            excess, (low, mpmath.mpf(k) / n), solver="anderson", tol=mpmath.mpf(10) ** -60, verify=False
        )


def _wilson(k: int, n: int, z: Any, upper: bool) -> float:
    """Root of (k/n - p)^2 = z^2 p (1 - p) / n."""
    import mpmath

    share = mpmath.mpf(k) / n
    centre, spread = share + z**2 / (2 * n), z * mpmath.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    root = (centre + spread if upper else centre - spread) / (1 + z**2 / n)
    return (1.0 if upper and k == n else 0.0) if k == (n if upper else 0) else float(root)


def rates_at_threshold(
    y_true: Any, y_score: Any, at: Any, *, direction: str = "higher", level: float = 0.95
) -> dict[str, Any]:
    """Both rates with both kinds of limits."""
    import mpmath

    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), (sign * np.asarray(y_score, float)).tolist(), strict=True))
    found: dict[str, list[float]] = {}
    with mpmath.workdps(_DIGITS):
        tail = mpmath.mpf((1.0 - level) / 2.0)
        z = mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * tail)
        for cut in (sign * np.atleast_1d(np.asarray(at, float))).tolist():
            for rate, group in (("sensitivity", 1), ("specificity", 0)):
                hits = [(x >= cut) == (group == 1) for y, x in pairs if y == group]
                k, n = sum(hits), len(hits)
                values = {rate: k / n}
                for side in ("lower", "upper"):
                    values[f"{rate}_exact_{side}"] = _clopper_pearson(k, n, level, side == "upper")
                    values[f"{rate}_wilson_{side}"] = _wilson(k, n, z, side == "upper")
                for name, value in values.items():
                    found.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in found.items()}
