"""Certified sample sizes, power and detectable areas of ROC studies, in 40 digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["roc_power", "roc_sample_size", "roc_test_power", "roc_test_sample_size"]

_DIGITS = 40
_BISECTIONS = 60


def _deviate(probability: Any) -> Any:
    import mpmath

    return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(probability) - 1)


def _above(level: float, alternative: str) -> Any:
    import mpmath

    return -_deviate(mpmath.mpf(level) / 2 if alternative == "two-sided" else mpmath.mpf(level))


def _variances(auc: Any, ratio: Any) -> tuple[Any, Any]:
    """Variance per case without and with an effect."""
    import mpmath

    a = mpmath.mpf("1.414") * _deviate(auc)
    with_effect = mpmath.mpf("0.0099") * mpmath.exp(-a * a / 2) * (5 * a * a + 8 + (a * a + 8) / ratio)
    return mpmath.mpf("0.0792") * (1 + 1 / ratio), with_effect


def roc_sample_size(
    auc: float,
    power: float,
    significance_level: float = 0.05,
    alternative: str = "two-sided",
    controls_per_case: float = 1.0,
) -> dict[str, Any]:
    """Cases and controls."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        ratio = mpmath.mpf(controls_per_case)
        null, other = _variances(auc, ratio)
        spread = _above(significance_level, alternative) * mpmath.sqrt(null) + _deviate(power) * mpmath.sqrt(other)
        cases = (spread / (mpmath.mpf(auc) - mpmath.mpf("0.5"))) ** 2
        return {"n_cases": float(cases), "n_controls": float(ratio * cases)}


def _root(function: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """Root of a rising function, by halves and then by secants."""
    import mpmath

    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if function(middle) > 0 else (middle, high)
    return mpmath.findroot(function, (low, high), solver="secant")


def roc_power(
    n_cases: float,
    n_controls: float,
    auc: float | None = None,
    power: float | None = None,
    significance_level: float | None = None,
    alternative: str = "two-sided",
) -> dict[str, Any]:
    """What was left out, and the others as they are."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        root, ratio = mpmath.sqrt(n_cases), mpmath.mpf(n_controls) / mpmath.mpf(n_cases)
        if auc is None:
            z_level, z_power = _above(significance_level or 0.0, alternative), _deviate(power)

            def excess(area: Any) -> Any:
                null, other = _variances(area, ratio)
                return root * (area - 0.5) - z_level * mpmath.sqrt(null) - z_power * mpmath.sqrt(other)

            auc = float(_root(excess, mpmath.mpf("0.5"), 1 - mpmath.mpf(2) ** -60))
        else:
            null, other = _variances(auc, ratio)
            reached = root * abs(mpmath.mpf(auc) - mpmath.mpf("0.5"))
            if power is None:
                z_level = _above(significance_level or 0.0, alternative)
                power = float(mpmath.ncdf((reached - z_level * mpmath.sqrt(null)) / mpmath.sqrt(other)))
            else:
                z = (reached - _deviate(power) * mpmath.sqrt(other)) / mpmath.sqrt(null)
                significance_level = float((2 if alternative == "two-sided" else 1) * mpmath.ncdf(-z))
        return {"auc": auc, "power": power, "significance_level": significance_level}


def _wins(y_true: Any, y_score: Any, direction: str) -> tuple[list[Fraction], list[Fraction]]:
    """Share of controls that each case beats, and of cases that beat each control, ties half."""
    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), (sign * np.asarray(y_score) + 0.0).tolist(), strict=True))
    cases, controls = ([x for y, x in pairs if y == group] for group in (1, 0))

    def share(x: float, others: list[float], side: int) -> Fraction:
        return Fraction(sum(((x > o) if side == 1 else (o > x)) * 2 + (x == o) for o in others), 2 * len(others))

    return [share(x, controls, 1) for x in cases], [share(x, cases, -1) for x in controls]


def _spread(differences: list[Fraction]) -> Fraction:
    k = len(differences)
    total = sum(differences, Fraction(0))
    return (sum((d * d for d in differences), Fraction(0)) - total * total / k) / (k - 1)


def _difference(
    y_true: Any, y_score_1: Any, y_score_2: Any, direction_1: str, direction_2: str
) -> tuple[Fraction, Fraction, Fraction, int, int]:
    """Difference of the areas, variance of its part from cases and from controls, numbers of both."""
    first, second = _wins(y_true, y_score_1, direction_1), _wins(y_true, y_score_2, direction_2)
    cases, controls = ([a - b for a, b in zip(*pair, strict=True)] for pair in zip(first, second, strict=True))
    difference = sum(cases, Fraction(0)) / len(cases)
    return difference, _spread(cases), _spread(controls), len(cases), len(controls)


def roc_test_sample_size(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    direction_1: str = "higher",
    direction_2: str = "higher",
    *,
    power: float,
    significance_level: float = 0.05,
    alternative: str = "two-sided",
    controls_per_case: float | None = None,
) -> dict[str, Any]:
    """Cases and controls from the variance of the difference, the same with and without an effect."""
    import mpmath

    d, by_cases, by_controls, m, n = _difference(y_true, y_score_1, y_score_2, direction_1, direction_2)
    ratio = Fraction(n, m) if controls_per_case is None else Fraction(controls_per_case)
    scaled = (by_cases + by_controls / ratio) / (d * d)
    with mpmath.workdps(_DIGITS):
        spread = (_above(significance_level, alternative) + _deviate(power)) ** 2
        cases = spread * scaled.numerator / scaled.denominator
        return {"n_cases": float(cases), "n_controls": float(cases * ratio.numerator / ratio.denominator)}


def roc_test_power(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    direction_1: str = "higher",
    direction_2: str = "higher",
    *,
    power: float | None = None,
    significance_level: float | None = None,
    alternative: str = "two-sided",
) -> dict[str, Any]:
    """Power or significance level of the comparison in these patients."""
    import mpmath

    d, by_cases, by_controls, m, n = _difference(y_true, y_score_1, y_score_2, direction_1, direction_2)
    squared = d * d / (by_cases / m + by_controls / n)
    with mpmath.workdps(_DIGITS):
        reached = mpmath.sqrt(mpmath.mpf(squared.numerator) / squared.denominator)
        if power is None:
            power = float(mpmath.ncdf(reached - _above(significance_level or 0.0, alternative)))
        else:
            tail = mpmath.ncdf(_deviate(power) - reached)
            significance_level = float((2 if alternative == "two-sided" else 1) * tail)
        return {"power": power, "significance_level": significance_level}
