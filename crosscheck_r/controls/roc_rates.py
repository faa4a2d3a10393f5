"""Wrong-on-purpose limits of sensitivity and specificity at thresholds."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import qnorm
from validation.roc import rates_at_threshold

__all__ = ["CONTROLS"]

_RATES = ("sensitivity", "specificity")


def _with_limits(result: Any, method: str, limits: Any) -> Any:
    changes: dict[str, Any] = {}
    for rate, n in zip(_RATES, (result.n_cases, result.n_controls), strict=True):
        changes[f"{rate}_{method}_lower"], changes[f"{rate}_{method}_upper"] = limits(getattr(result, rate), n)
    return dataclasses.replace(result, **changes)


def _wald(**arguments: Any) -> Any:
    def limits(share: Any, n: int) -> tuple[Any, Any]:
        reach = qnorm(0.975) * np.sqrt(share * (1 - share) / n)
        return np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)

    return _with_limits(rates_at_threshold(**arguments), "wilson", limits)


def _agresti(**arguments: Any) -> Any:
    def limits(share: Any, n: int) -> tuple[Any, Any]:
        centre = (share * n + 2) / (n + 4)
        reach = qnorm(0.975) * np.sqrt(centre * (1 - centre) / (n + 4))
        return np.clip(centre - reach, 0, 1), np.clip(centre + reach, 0, 1)

    return _with_limits(rates_at_threshold(**arguments), "wilson", limits)


def _round_z(**arguments: Any) -> Any:
    def limits(share: Any, n: int) -> tuple[Any, Any]:
        z = 1.96
        centre, scale = share + z * z / (2 * n), 1 + z * z / n
        reach = z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        return np.maximum(centre - reach, 0) / scale, np.minimum((centre + reach) / scale, 1)

    return _with_limits(rates_at_threshold(**arguments), "wilson", limits)


def _whole_cohort(**arguments: Any) -> Any:
    """Limits of shares of all patients."""
    result = rates_at_threshold(**arguments)
    n = result.n_cases + result.n_controls
    doubled = dataclasses.replace(result, n_cases=n, n_controls=n)

    def limits(share: Any, total: int) -> tuple[Any, Any]:
        reach = qnorm(0.975) * np.sqrt(share * (1 - share) / total)
        return np.clip(share - reach, 0, 1), np.clip(share + reach, 0, 1)

    return _with_limits(doubled, "exact", limits)


def _one_sided(**arguments: Any) -> Any:
    return rates_at_threshold(**{**arguments, "level": 2 * arguments["level"] - 1})


def _beyond(**arguments: Any) -> Any:
    """Values at the threshold are negative."""
    higher = arguments["direction"] == "higher"
    return rates_at_threshold(**{**arguments, "at": np.nextafter(arguments["at"], np.inf if higher else -np.inf)})


def _control(mistake: str, wrong: str, compute: Any) -> Control:
    return Control(f"rates_at_threshold_{mistake}", "rates_at_threshold", wrong, compute)


CONTROLS: tuple[Control, ...] = (
    _control("wald", "gives normal limits for Wilson's", _wald),
    _control("agresti", "adds two successes and two failures", _agresti),
    _control("round_z", "takes 1.96 for the normal quantile", _round_z),
    _control("whole_cohort", "takes the number of all patients for that of a class", _whole_cohort),
    _control("one_sided", "leaves the whole error on each side", _one_sided),
    _control("beyond", "counts values at the threshold as negative", _beyond),
)
