"""Certified BCa interval of the area: every leave-one-out area computed anew, normal functions by mpmath."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

from validation.exact.roc_bands import resampled_groups

__all__ = ["auc_bca"]

_DIGITS = 40


def _area(cases: list[float], controls: list[float]) -> Fraction:
    """Pairs that the cases win, ties half."""
    of_cases, of_controls = Counter(cases), Counter(controls)
    below = won = 0
    for value in sorted(of_cases.keys() | of_controls.keys()):
        won += of_cases[value] * (2 * below + of_controls[value])
        below += of_controls[value]
    return Fraction(won, 2 * len(cases) * len(controls))


def _left_out(cases: list[float], controls: list[float]) -> list[Fraction]:
    """Area without each patient in turn; patients with the same score are the same."""
    areas: list[Fraction] = []
    for group, value, times in (
        *((0, x, k) for x, k in Counter(cases).items()),
        *((1, x, k) for x, k in Counter(controls).items()),
    ):
        groups = [list(cases), list(controls)]
        groups[group].remove(value)
        areas += [_area(*groups)] * times
    return areas


def auc_bca(
    y_true: Any, y_score: Any, *, direction: str = "higher", seed: int, bootstraps: int, level: float
) -> dict[str, Any]:
    """Area, both corrections, where the limits stand among the replicates, and the limits."""
    import mpmath

    from validation.r_random import RRandom

    sign = 1.0 if direction == "higher" else -1.0
    outcome, scores = np.asarray(y_true).tolist(), (sign * np.asarray(y_score, float) + 0.0).tolist()
    cases, controls = ([x for x, y in zip(scores, outcome, strict=True) if y == group] for group in (1, 0))
    area = _area(cases, controls)
    if min(len(cases), len(controls)) < 2:
        return {}
    drawn = sorted(_area(*groups) for groups in resampled_groups(outcome, scores, RRandom(seed), bootstraps, True))
    share = Fraction(sum(2 * (a < area) + (a == area) for a in drawn), 2 * bootstraps)
    left_out = _left_out(cases, controls)
    mean = sum(left_out, Fraction(0)) / len(left_out)
    squares = sum(((mean - a) ** 2 for a in left_out), Fraction(0))
    cubes = sum(((mean - a) ** 3 for a in left_out), Fraction(0))
    if squares == 0 or share in (0, 1):
        return {}
    with mpmath.workdps(_DIGITS):

        def real(value: Fraction) -> Any:
            return mpmath.mpf(value.numerator) / value.denominator

        def quantile(p: Any) -> Any:
            return mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1)

        bias, acceleration = quantile(real(share)), real(cubes) / (6 * real(squares) ** 1.5)
        found = {"auc": float(area), "bias_correction": float(bias), "acceleration": float(acceleration)}
        tail = mpmath.mpf((1.0 - level) / 2.0)
        for name, p in (("lower", tail), ("upper", 1 - tail)):
            moved = bias + quantile(p)
            probability = mpmath.ncdf(bias + moved / (1 - acceleration * moved))
            position = (bootstraps - 1) * probability
            below = min(int(position), bootstraps - 2)
            part = position - below
            found[f"{name}_probability"] = float(probability)
            found[name] = float((1 - part) * real(drawn[below]) + part * real(drawn[below + 1]))
    return found
