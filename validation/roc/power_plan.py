"""What decides the power of ROC studies: the difference to be found, and its variance without it and with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from validation.errors import InputError, NotEstimable
from validation.r_numerics import pnorm, qnorm
from validation.roc.curve import PROC

__all__ = ["ALTERNATIVES", "Planned", "check_positive", "check_share", "plan_of", "quantile_of_level"]

ALTERNATIVES = ("two-sided", "one-sided")
#: as printed by Obuchowski et al.; 1.414 stands for the square root of 2, the others for 1/(32 pi) and eight times that
_ROOT, _SCALE, _NULL_SCALE = 1.414, 0.0099, 0.0792


def _root(variance: float) -> float:
    """Square root; NaN below 0, where pROC's null variance may lie."""
    return math.sqrt(variance) if variance >= 0.0 else math.nan


def _over(found: float, spread: float) -> float:
    """Quotient, infinite over 0."""
    return found / spread if spread else math.copysign(math.inf, found)


@dataclass(frozen=True)
class Planned:
    """What decides power: the difference to be found and, per case, its variance without it and with it."""

    difference: float
    null_variance: float
    variance: float

    def cases(self, z_level: float, z_power: float) -> float:
        """Cases for the given normal deviates of level and power."""
        spread = z_level * _root(self.null_variance) + z_power * _root(self.variance)
        squared = self.difference * self.difference
        return spread * spread / squared if squared else math.inf

    def power(self, n_cases: float, z_level: float) -> float:
        """Power with so many cases."""
        found = math.sqrt(n_cases * (self.difference * self.difference)) - z_level * _root(self.null_variance)
        return pnorm(_over(found, _root(self.variance)))

    def level(self, n_cases: float, power: float, alternative: str, mode: str) -> float:
        """Significance level that leaves so much power."""
        found = math.sqrt(n_cases * (self.difference * self.difference)) - qnorm(power) * _root(self.variance)
        z = _over(found, _root(self.null_variance))
        sides = 2.0 if alternative == "two-sided" else 1.0
        # pROC subtracts from 1 and loses the digits of small levels
        level = sides * (1.0 - pnorm(z)) if mode == PROC else sides * pnorm(z, lower=False)
        if mode != PROC and level >= 1.0:
            raise NotEstimable(
                "too few rows", "So much power is out of reach at any significance level.", hint="Ask for less power."
            )
        return level


def check_share(value: Any, argument: str) -> float:
    """Number strictly between 0 and 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < float(value) < 1.0:
        raise InputError(argument, f"must lie strictly between 0 and 1, got {value!r}")
    return float(value)


def check_positive(value: Any, argument: str) -> float:
    """Finite number above 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < float(value) < math.inf:
        raise InputError(argument, f"must be a finite number above 0, got {value!r}")
    return float(value)


def quantile_of_level(significance_level: float, alternative: str, mode: str) -> float:
    """Normal deviate that the significance level leaves beyond it; pROC subtracts from 1 first."""
    tail = significance_level / 2.0 if alternative == "two-sided" else significance_level
    return qnorm(1.0 - tail) if mode == PROC else -qnorm(tail)


def plan_of(auc: float, controls_per_case: float) -> Planned:
    """Difference from 0.5 and the variances of Obuchowski et al."""
    a = qnorm(auc) * _ROOT
    scale = _SCALE * math.exp(-a * a / 2.0)
    variance = scale * ((5.0 * (a * a) + 8.0) + (a * a + 8.0) / controls_per_case)
    return Planned(auc - 0.5, _NULL_SCALE * (1.0 + 1.0 / controls_per_case), variance)
