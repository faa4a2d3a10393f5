"""Certified value of information: fractions of the resamples, integrals by quadrature with 30 digits.

Nothing here shares code with the computation that it certifies except R's generator, which is held to R itself.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np

from validation.r_random import RRandom

__all__ = ["expected_maximum", "value"]

_MOST_INTEGRALS = 25


def value(
    *,
    y_true: Any,
    y_proba: Any,
    thresholds: Any,
    bootstraps: int = 1000,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> dict[str, Any]:
    """Certified quantities; the asymptotic ones where the thresholds are few."""
    outcome, risk = np.asarray(y_true).astype(np.int64), np.asarray(y_proba, dtype=np.float64)
    grid, n, generator = np.asarray(thresholds, dtype=np.float64).tolist(), outcome.size, RRandom(seed)
    times = [np.bincount(generator.sample_int(n, n, True), minlength=n) for _ in range(bootstraps)]
    columns: dict[str, list[float]] = {}
    for t in grid:
        treated = (risk >= t if tie_rule == "at-or-above" else risk > t).astype(np.int64)
        line = _line(outcome, treated, times, Fraction(t), Fraction(test_harm)) if t < 1.0 else {}
        if t < 1.0 and len(grid) <= _MOST_INTEGRALS:
            line["evpi_asymptotic"] = _asymptotic(outcome, treated, Fraction(t), Fraction(test_harm))
        for name, number in line.items():
            columns.setdefault(name, []).append(float(number))
    if any(t == 1.0 for t in grid):
        return {}
    return {name: np.array(column) for name, column in columns.items()}


def _line(outcome: Any, treated: Any, times: list[Any], t: Fraction, harm: Fraction) -> dict[str, Any]:
    n, weight = outcome.size, t / (1 - t)

    def worth(drawn: Any, who: Any) -> Fraction:
        cases, controls = int((drawn * who * outcome).sum()), int((drawn * who * (1 - outcome)).sum())
        found: Fraction = (cases - weight * controls) / n
        return found

    whole, everybody = np.ones(n, dtype=np.int64), np.ones(n, dtype=np.int64)
    models = [worth(drawn, treated) - harm for drawn in times]
    alls = [worth(drawn, everybody) for drawn in times]
    zero, m = Fraction(0), len(times)
    informed = sum((max(zero, one, other) for one, other in zip(models, alls, strict=True)), zero) / m
    chosen = max(zero, sum(models, zero) / m, sum(alls, zero) / m)
    return {
        "net_benefit": worth(whole, treated) - harm,
        "treat_all": worth(whole, everybody),
        "expected_with_information": informed,
        "expected_without": chosen,
        "evpi": informed - chosen,
        "probability_best": Fraction(sum(one > max(zero, other) for one, other in zip(models, alls, strict=True)), m),
    }


def _asymptotic(outcome: Any, treated: Any, t: Fraction, harm: Fraction) -> float:
    n, weight = outcome.size, t / (1 - t)
    single = [Fraction(1) if y else -weight for y in outcome.tolist()]
    chosen = [one if who else Fraction(0) for one, who in zip(single, treated.tolist(), strict=True)]
    means = [sum(part, Fraction(0)) / n for part in (chosen, single)]

    def covariance(a: list[Fraction], b: list[Fraction], mean_a: Fraction, mean_b: Fraction) -> Fraction:
        total: Fraction = sum(((i - mean_a) * (j - mean_b) for i, j in zip(a, b, strict=True)), Fraction(0))
        found: Fraction = total / n**2
        return found

    x2, y2 = covariance(chosen, chosen, means[0], means[0]), covariance(single, single, means[1], means[1])
    xy = covariance(chosen, single, means[0], means[1])
    return expected_maximum(means[0] - harm, means[1], x2, y2, xy)


# many judgements ask for the same patients
@functools.lru_cache(maxsize=512)
def expected_maximum(x: Fraction, y: Fraction, x2: Fraction, y2: Fraction, xy: Fraction) -> float:
    """``E max(0, X, Y) - max(0, E X, E Y)`` of normal X and Y by one integral over Y, given which X is normal."""
    import mpmath

    with mpmath.workdps(30):
        number = [mpmath.mpf(v.numerator) / v.denominator for v in (x, y, x2, y2, xy, max(Fraction(0), x, y))]
        mx, my, vx, vy, cov, known = number
        if vy == 0:
            return math.nan
        sy, slope = mpmath.sqrt(vy), cov / vy
        rest = mpmath.sqrt(max(mpmath.mpf(0), vx - cov * slope))

        def given(z: Any) -> Any:
            other = my + sy * z
            floor, mean = max(mpmath.mpf(0), other), mx + slope * sy * z
            if rest < mpmath.mpf(10) ** -25:
                return mpmath.npdf(z) * max(floor, mean)
            gap = (mean - floor) / rest
            return mpmath.npdf(z) * (floor + rest * (gap * mpmath.ncdf(gap) + mpmath.npdf(gap)))

        # where the expectation given z bends most
        bends = [mpmath.mpf(0), -my / sy]
        bends += [(mx - my) / (sy * (1 - slope))] if slope != 1 else []
        bends += [-mx / (slope * sy)] if slope != 0 else []
        ends = (mpmath.mpf(-14), mpmath.mpf(14))
        points = sorted({*ends, *(max(ends[0], min(ends[1], bend)) for bend in bends)})
        return float(mpmath.quad(given, points, maxdegree=8) - known)
