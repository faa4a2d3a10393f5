"""Certified plans from binormal parameters: the matrix form of the delta method in 40 digits."""

from __future__ import annotations

from typing import Any

__all__ = ["binormal_sample_size"]

_DIGITS = 40


def _gradient(a: Any, b: Any) -> Any:
    """Derivatives of pnorm(a / sqrt(1 + b^2)) by a and b, by Taylor coefficients."""
    import mpmath

    by_a = mpmath.diff(lambda x: mpmath.ncdf(x / mpmath.sqrt(1 + b * b)), a)
    by_b = mpmath.diff(lambda y: mpmath.ncdf(a / mpmath.sqrt(1 + y * y)), b)
    return mpmath.matrix([by_a, by_b])


def _block(one: Any, two: Any, r: Any, s: Any, k: Any) -> Any:
    """Covariances of the estimates of a and b of one curve with those of the other, per case.

    Means and log standard deviations of both groups are independent estimates with covariances r, r^2/2 (cases) and
    s/k, s^2/(2k) (controls), in units of the standard deviations; a and b are functions of them.
    """
    import mpmath

    # rows: derivatives of a and b by mean and log sd of cases, mean and log sd of controls, all in units of their sd
    first, second = (mpmath.matrix([[1, -a, -b, 0], [0, -b, 0, b]]) for a, b in (one, two))
    between = mpmath.diag([r, r * r / 2, s / k, s * s / (2 * k)])
    return first * between * second.T


def binormal_sample_size(
    a_1: float,
    b_1: float,
    a_2: float,
    b_2: float,
    correlation_cases: float,
    correlation_controls: float,
    power: float,
    significance_level: float = 0.05,
    alternative: str = "two-sided",
    controls_per_case: float = 1.0,
) -> dict[str, Any]:
    """Cases and controls, with the variance of the difference as null variance."""
    import mpmath

    with mpmath.workdps(_DIGITS):
        one, two = ([mpmath.mpf(x) for x in pair] for pair in ((a_1, b_1), (a_2, b_2)))
        r, s, k = mpmath.mpf(correlation_cases), mpmath.mpf(correlation_controls), mpmath.mpf(controls_per_case)
        gradients = [_gradient(*one), _gradient(*two)]

        def covariance(i: int, j: int) -> Any:
            curves = (one, two)
            cases, controls = (mpmath.mpf(1), mpmath.mpf(1)) if i == j else (r, s)
            return (gradients[i].T * _block(curves[i], curves[j], cases, controls, k) * gradients[j])[0]

        variance = covariance(0, 0) + covariance(1, 1) - 2 * covariance(0, 1)
        areas = [mpmath.ncdf(a / mpmath.sqrt(1 + b * b)) for a, b in (one, two)]
        tail = mpmath.mpf(significance_level) / (2 if alternative == "two-sided" else 1)
        deviates = [mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(p) - 1) for p in (tail, power)]
        cases = (deviates[1] - deviates[0]) ** 2 * variance / (areas[0] - areas[1]) ** 2
        return {"n_cases": float(cases), "n_controls": float(k * cases)}
