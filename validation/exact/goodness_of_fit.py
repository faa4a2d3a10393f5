"""Certified goodness of fit: chi-square of given groups by fractions, sums of squares from the certified maximum."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from validation.exact.logistic import certify

__all__ = ["hosmer_lemeshow_test", "unweighted_squares_test"]

_DIGITS = 60


def hosmer_lemeshow_test(y_true: Any, y_proba: Any, groups: int, grouping: str, fitted: bool) -> Mapping[str, Any]:
    """Certified values of `validation.calibration.hosmer_lemeshow_test` on its own groups."""
    import mpmath

    from validation.calibration.hosmer_lemeshow import group_numbers

    risks = np.asarray(y_proba, dtype=np.float64)
    number = group_numbers(risks, groups, grouping).tolist()
    used = max(number) + 1
    expected, size, events = [Fraction(0)] * used, [0] * used, [0] * used
    for group, risk, outcome in zip(number, risks.tolist(), np.asarray(y_true).tolist(), strict=True):
        expected[group] += Fraction(risk)
        size[group] += 1
        events[group] += int(outcome)
    if any(e in (0, n) for e, n in zip(expected, size, strict=True)):
        return {}
    cells = zip(expected, size, events, strict=True)
    chi_square = sum(((o - e) ** 2 / e + (o - e) ** 2 / (n - e) for e, n, o in cells), Fraction(0))
    freedom = used - 2 if fitted else used
    with mpmath.workdps(_DIGITS):
        half = mpmath.mpf(chi_square.numerator) / chi_square.denominator / 2
        tail = mpmath.gammainc(mpmath.mpf(freedom) / 2, half, regularized=True)
    return {
        "chi_square": float(chi_square),
        "degrees_of_freedom": freedom,
        "p_value": float(tail),
        "group_n": np.array(size),
        "group_events": np.array(events),
        "group_expected": np.array([float(value) for value in expected]),
        "group_mean_risk": np.array([float(value / n) for value, n in zip(expected, size, strict=True)]),
    }


def unweighted_squares_test(y_true: Any, x: Any, **_: Any) -> Mapping[str, float]:
    """Certified values of `validation.calibration.unweighted_squares_test`."""
    fit, y = certify(y_true, x), [int(value) for value in np.asarray(y_true)]
    ctx = fit.context
    rows = np.asarray(x, dtype=np.float64).reshape(len(y), -1).tolist()
    design = [[ctx.mpf(1), *map(ctx.mpf, row)] for row in rows]
    variance = [p * (1 - p) for p in fit.fitted]
    tilt = [1 - 2 * p for p in fit.fitted]
    squares = ctx.fsum((p - o) ** 2 for p, o in zip(fit.fitted, y, strict=True))
    expected = ctx.fsum(variance)
    # the covariance of the fit is the inverse of the weighted cross product
    right = [
        ctx.fsum(v * t * row[j] for v, t, row in zip(variance, tilt, design, strict=True))
        for j in range(len(design[0]))
    ]
    beta = [ctx.fdot(line, right) for line in fit.covariance]
    rest = ctx.fsum(v * (t - ctx.fdot(row, beta)) ** 2 for v, t, row in zip(variance, tilt, design, strict=True))
    spread = ctx.sqrt(rest)
    z = (squares - expected) / spread
    numbers = {
        "sum_of_squares": squares,
        "expected": expected,
        "standard_deviation": spread,
        "z": z,
        "p_value": ctx.erfc(abs(z) / ctx.sqrt(2)),
    }
    return {name: float(value) for name, value in numbers.items()}
