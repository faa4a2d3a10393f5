"""Certified areas of weighted patients and clustered units: pairs counted in fractions, mpmath for roots and tails."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

__all__ = ["clustered_auc", "clustered_roc_test", "weighted_auc"]

_DIGITS = 50


class _Unit(NamedTuple):
    """Weight of a patient, share of the other class that it beats (a case) or is beaten by (a control), cluster."""

    weight: Fraction
    share: Fraction
    cluster: Any


def _units(y_true: Any, y_score: Any, direction: str, weights: Any, clusters: Any) -> tuple[list[_Unit], list[_Unit]]:
    """Cases and controls with a positive weight, in the order of the patients."""
    sign = 1 if direction == "higher" else -1
    columns = (np.asarray(y_true).tolist(), np.asarray(y_score, dtype=np.float64).tolist(), weights, clusters)
    rows = [(y, sign * x, w, c) for y, x, w, c in zip(*columns, strict=True) if w]
    held: dict[float, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    totals = [Fraction(0), Fraction(0)]
    for y, x, w, _ in rows:
        held[x][int(y)] += w
        totals[int(y)] += w
    below, at = [Fraction(0), Fraction(0)], {}
    for x in sorted(held):
        controls, cases = held[x]
        at[x] = ((below[0] + controls / 2) / totals[0], 1 - (below[1] + cases / 2) / totals[1])
        below = [below[0] + controls, below[1] + cases]
    of_cases = [_Unit(w, at[x][0], c) for y, x, w, c in rows if y == 1]
    return of_cases, [_Unit(w, at[x][1], c) for y, x, w, c in rows if y == 0]


def _mean(units: list[_Unit]) -> Fraction:
    return sum((u.weight * u.share for u in units), Fraction(0)) / sum((u.weight for u in units), Fraction(0))


def _real(value: Fraction) -> Any:
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator


def _area_and_limits(area: Fraction, variance: Fraction, level: float) -> dict[str, Any]:
    import mpmath

    with mpmath.workdps(_DIGITS):
        error = mpmath.sqrt(_real(variance))
        reach = error * mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * mpmath.mpf((1.0 - level) / 2.0))
        low, high = max(mpmath.mpf(0), _real(area) - reach), min(mpmath.mpf(1), _real(area) + reach)
        return {
            "auc": float(area), "variance": float(variance), "standard_error": float(error), "lower": float(low),
            "upper": float(high),
        }  # fmt: skip


def weighted_auc(
    y_true: Any,
    y_score: Any,
    weights: Any,
    kind: str = "frequency",
    direction: str = "higher",
    level: float = 0.95,
) -> dict[str, Any]:
    """Weighted area with its variance and limits."""
    whole = [Fraction(w) for w in np.asarray(weights, dtype=np.float64).tolist()]
    groups = _units(y_true, y_score, direction, whole, [None] * len(whole))
    area, variance = _mean(groups[0]), Fraction(0)
    for units in groups:
        total = sum((u.weight for u in units), Fraction(0))
        if kind == "frequency":
            squares = sum((u.weight * (u.share - area) ** 2 for u in units), Fraction(0))
            variance += squares / (total - 1) / total
        else:
            k = len(units)
            variance += Fraction(k, k - 1) * sum((u.weight * (u.share - area) / total) ** 2 for u in units)
    return _area_and_limits(area, variance, level)


def _by_cluster(units: list[_Unit], area: Fraction) -> dict[Any, Fraction]:
    """Sum of the shares less the area of each cluster that holds such units, over their number."""
    found: dict[Any, Fraction] = defaultdict(Fraction)
    for unit in units:
        found[unit.cluster] += (unit.share - area) / len(units)
    return found


_Sums = tuple[dict[Any, Fraction], dict[Any, Fraction]]


def _cluster_covariance(first: _Sums, second: _Sums) -> Fraction:
    def together(a: dict[Any, Fraction], b: dict[Any, Fraction], clusters: int) -> Fraction:
        products = sum((a[c] * b[c] for c in a.keys() & b.keys()), Fraction(0))
        return Fraction(clusters, clusters - 1) * products

    clusters = len(first[0].keys() | first[1].keys())
    crossed = together(first[0], second[1], clusters) + together(second[0], first[1], clusters)
    return together(first[0], second[0], len(first[0])) + together(first[1], second[1], len(first[1])) + crossed


def _clustered(y_true: Any, y_score: Any, direction: str, clusters: Any) -> tuple[Fraction, _Sums]:
    n = len(clusters)
    groups = _units(y_true, y_score, direction, [Fraction(1)] * n, list(clusters))
    area = _mean(groups[0])
    return area, (_by_cluster(groups[0], area), _by_cluster(groups[1], area))


def clustered_auc(
    y_true: Any, y_score: Any, clusters: Any, direction: str = "higher", level: float = 0.95
) -> dict[str, Any]:
    """Area of clustered units with Obuchowski's variance and limits."""
    area, sums = _clustered(y_true, y_score, direction, clusters)
    variance = _cluster_covariance(sums, sums)
    _, apart = _clustered(y_true, y_score, direction, range(len(clusters)))
    independent = _cluster_covariance(apart, apart)
    if variance < 0:
        return {"auc": float(area)}
    effect = float(variance / independent) if independent else math.nan
    values = _area_and_limits(area, variance, level)
    return values | {"design_effect": effect, "n_clusters": len(set(clusters))}


def clustered_roc_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    clusters: Any,
    direction_1: str = "higher",
    direction_2: str = "higher",
    level: float = 0.95,
) -> dict[str, Any]:
    """Areas, covariance, statistic, p-value and limits of the comparison of clustered units."""
    import mpmath

    area_1, first = _clustered(y_true, y_score_1, direction_1, clusters)
    area_2, second = _clustered(y_true, y_score_2, direction_2, clusters)
    d, c = area_1 - area_2, _cluster_covariance(first, second)
    variance = _cluster_covariance(first, first) + _cluster_covariance(second, second) - 2 * c
    values = {"auc_1": float(area_1), "auc_2": float(area_2), "difference": float(d), "covariance": float(c)}
    if variance < 0:
        return values
    with mpmath.workdps(_DIGITS):
        error = mpmath.sqrt(_real(variance))
        z = _real(d) / error if variance else (mpmath.nan if d else mpmath.mpf(0))
        reach = error * mpmath.sqrt(2) * mpmath.erfinv(1 - 2 * mpmath.mpf((1.0 - level) / 2.0))
        p = math.nan if mpmath.isnan(z) else float(mpmath.erfc(abs(z) / mpmath.sqrt(2)))
        limits = {"lower": float(_real(d) - reach), "upper": float(_real(d) + reach)}
        return values | {"standard_error": float(error), "statistic": float(z), "p_value": p} | limits
