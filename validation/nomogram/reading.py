"""From the printed points of a nomogram back to the model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from validation.errors import InputError
from validation.result import Result

__all__ = ["CoefficientsOfPointsResult", "coefficients_of_points"]

Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class CoefficientsOfPointsResult(Result):
    """Coefficients that a printed nomogram stands for.

    Attributes
    ----------
    names : tuple of str
    coefficients, lower, upper : tuple of float
        Log odds per unit of each predictor, and the limits between which rounding leaves it.
    odds_ratios : tuple of float
    points_per_log_odds : float
    base_log_odds : float
        Log odds at 0 total points.
    consistent : bool
        Some straight scales print so within the stated rounding.
    """

    names: tuple[str, ...]
    coefficients: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    odds_ratios: tuple[float, ...]
    points_per_log_odds: float
    base_log_odds: float
    consistent: bool

    def risk_of(self, total_points: float) -> float:
        """Risk that belongs to a sum of points."""
        return 1.0 / (1.0 + math.exp(-(self.base_log_odds + total_points / self.points_per_log_odds)))

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": list(self.names),
            "coefficient": list(self.coefficients),
            "lower": list(self.lower),
            "upper": list(self.upper),
            "odds_ratio": list(self.odds_ratios),
        }


def coefficients_of_points(
    axes: Mapping[str, Pairs], risks: Pairs, *, rounding: float = 0.5
) -> CoefficientsOfPointsResult:
    """Coefficients of a published nomogram from its printed points.

    Parameters
    ----------
    axes : mapping
        Predictor -> pairs (value, points), two at least, as printed.
    risks : sequence of pairs
        (total points, risk), two at least.
    rounding : float
        Largest error of printed points: 0.5 for whole points.

    Returns
    -------
    CoefficientsOfPointsResult

    Raises
    ------
    InputError
        Fewer than two different values on an axis, risks outside 0 to 1, numbers that are not finite.

    Notes
    -----
    A scale of points is straight in the value of its predictor and in the log odds, so that the slope of either is the
    least-squares slope of its ticks, and the coefficient is the ratio of both. Every pair of ticks bounds a slope by
    ``(difference of points -+ 2 rounding) / difference of values``; the limits are the intersection of all bounds.

    References
    ----------
    Iasonos A, Schrag D, Raj GV, Panageas KS (2008). How to build and interpret a nomogram for cancer prognosis. J Clin
    Oncol 26:1364-1370. doi:10.1200/JCO.2007.12.9791

    Examples
    --------
    >>> model = coefficients_of_points({"age": [(40, 0), (80, 100)]}, [(20, 0.1), (90, 0.7)])
    >>> round(model.coefficients[0], 4), round(model.risk_of(90), 3)
    (0.1087, 0.7)
    """
    if not rounding >= 0.0 or not math.isfinite(rounding):
        raise InputError("rounding", f"must not be negative, got {rounding}")
    if not axes:
        raise InputError("axes", "is empty", hint="Give at least one predictor with two pairs (value, points).")
    checked = {name: _pairs(pairs, name) for name, pairs in axes.items()}
    scale = [(_log_odds(risk), points) for points, risk in _pairs(risks, "risks")]
    per_log_odds, middle_log_odds, middle_points = _slope(scale, "risks")
    bounds = _bounds(scale, rounding)
    slopes = {name: _slope(pairs, name)[0] for name, pairs in checked.items()}
    ranges = {name: _bounds(pairs, rounding) for name, pairs in checked.items()}
    limits = [_quotient(ranges[name], bounds) for name in checked]
    return CoefficientsOfPointsResult(
        names=tuple(checked),
        coefficients=tuple(slope / per_log_odds for slope in slopes.values()),
        lower=tuple(low for low, _ in limits),
        upper=tuple(high for _, high in limits),
        odds_ratios=tuple(math.exp(slope / per_log_odds) for slope in slopes.values()),
        points_per_log_odds=per_log_odds,
        base_log_odds=middle_log_odds - middle_points / per_log_odds,
        consistent=all(low <= high for low, high in (bounds, *ranges.values())),
    )


def _pairs(pairs: Pairs, name: str) -> list[tuple[float, float]]:
    try:
        found = [(float(a), float(b)) for a, b in pairs]
    except (TypeError, ValueError) as error:
        raise InputError(name, "must be pairs of numbers", hint="For example [(40, 0), (80, 100)].") from error
    if not all(math.isfinite(a) and math.isfinite(b) for a, b in found):
        raise InputError(name, "has a number that is not finite")
    if len({a for a, _ in found}) < 2:
        raise InputError(name, "needs two pairs with different values", hint="The ends of the axis are best.")
    return found


def _log_odds(risk: float) -> float:
    if not 0.0 < risk < 1.0:
        raise InputError("risks", f"must lie between 0 and 1, got {risk:g}", hint="Give 0.2 for 20 %.")
    return math.log(risk / (1.0 - risk))


def _slope(pairs: list[tuple[float, float]], name: str) -> tuple[float, float, float]:
    """Least-squares slope of points on values, and the means of both."""
    n = len(pairs)
    mean, middle = math.fsum(a for a, _ in pairs) / n, math.fsum(b for _, b in pairs) / n
    square = math.fsum((a - mean) ** 2 for a, _ in pairs)
    slope = math.fsum((a - mean) * (b - middle) for a, b in pairs) / square
    if name == "risks" and not slope > 0.0:
        raise InputError("risks", "must rise with the points")
    return slope, mean, middle


def _bounds(pairs: list[tuple[float, float]], rounding: float) -> tuple[float, float]:
    low, high = -math.inf, math.inf
    for (a, p), (b, q) in combinations(sorted(pairs), 2):
        if a != b:
            low = max(low, (q - p - 2 * rounding) / (b - a))
            high = min(high, (q - p + 2 * rounding) / (b - a))
    return low, high


def _quotient(top: tuple[float, float], bottom: tuple[float, float]) -> tuple[float, float]:
    """Limits of a quotient; without bound where the divisor may be 0."""
    if not bottom[0] > 0.0:
        return -math.inf, math.inf
    quotients = [a / b for a in top for b in bottom]
    return min(quotients), max(quotients)
