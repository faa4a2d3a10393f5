"""Student's and Welch's t test of two means."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import stdtr, stdtrit

from validation.checks import Floats
from validation.r_numerics import interval_probabilities, r_mean, r_variance

__all__ = ["MeanTest", "student", "welch"]


@dataclass(frozen=True)
class MeanTest:
    """Test of the difference of two means, with its interval."""

    statistic: float
    degrees_of_freedom: float
    p_value: float
    lower: float
    upper: float


def _test(difference: float, standard_error: float, degrees: float, level: float) -> MeanTest:
    statistic = difference / standard_error
    reach = float(stdtrit(degrees, interval_probabilities(level)[1]))
    p_value = 2.0 * float(stdtr(degrees, -abs(statistic)))
    return MeanTest(
        statistic, degrees, p_value, (statistic - reach) * standard_error, (statistic + reach) * standard_error
    )


def student(first: Floats, second: Floats, level: float) -> MeanTest:
    """Test of ``mean(first) - mean(second)`` with the pooled variance and n + m - 2 degrees of freedom."""
    m, n = first.size, second.size
    degrees = m + n - 2
    pooled = ((m - 1) * r_variance(first) + (n - 1) * r_variance(second)) / degrees
    error = math.sqrt(pooled * (1 / m + 1 / n))
    return _test(r_mean(first) - r_mean(second), error, float(degrees), level)


def welch(first: Floats, second: Floats, level: float) -> MeanTest:
    """Test of ``mean(first) - mean(second)`` with a variance of each group and Satterthwaite's degrees of freedom."""
    m, n = first.size, second.size
    a, b = r_variance(first) / m, r_variance(second) / n
    degrees = (a + b) ** 2 / (a**2 / (m - 1) + b**2 / (n - 1))
    return _test(r_mean(first) - r_mean(second), math.sqrt(a + b), degrees, level)
