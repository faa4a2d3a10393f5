"""Certified values of the permutation test of two ROC curves: patients in lists, places and areas as fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

__all__ = ["venkatraman_test"]

#: outcomes of the patients from the lowest to the highest place
_Order = list[int]


def _ordered(outcomes: Sequence[int], places: Sequence[Any]) -> _Order:
    """Outcomes by rising place, ties in the order of the patients."""
    return [outcomes[i] for i in sorted(range(len(places)), key=lambda i: places[i])]


def _rank(scores: Sequence[float]) -> list[int]:
    found = [0] * len(scores)
    for k, i in enumerate(sorted(range(len(scores)), key=lambda i: scores[i]), 1):
        found[i] = k
    return found


def _errors(order: _Order) -> list[int]:
    """Misclassified patients where the first k are called negative, for k from 1."""
    found, now = [], order.count(0)
    for outcome in order:
        now += 1 if outcome else -1
        found.append(now)
    return found


def _errors_between(first: _Order, second: _Order) -> int:
    return sum(abs(a - b) for a, b in zip(_errors(first), _errors(second), strict=True))


def _paired(outcomes: list[int], first: list[int], second: list[int], generator: Any, count: int) -> tuple[Any, int]:
    observed = _errors_between(_ordered(outcomes, first), _ordered(outcomes, second))
    exceeding = 0
    for _ in range(count):
        shake, other, coin = (generator.unif_rand_array(len(outcomes)).tolist() for _ in range(3))
        one = [a + u - 0.5 if c <= 0.5 else b for a, b, u, c in zip(first, second, shake, coin, strict=True)]
        two = [b + u - 0.5 if c <= 0.5 else a for a, b, u, c in zip(first, second, other, coin, strict=True)]
        exceeding += _errors_between(_ordered(outcomes, one), _ordered(outcomes, two)) >= observed
    return Fraction(observed), exceeding


def _points(order: _Order, share: Fraction) -> list[tuple[Fraction, Fraction]]:
    """Curve along the mixture: a case leads forward and up, a control forward and down."""
    m, n = order.count(1), order.count(0)
    points = [(Fraction(0), Fraction(0))]
    for outcome in order:
        x, y = points[-1]
        step = share / m if outcome else (1 - share) / n
        points.append((x + step, y + step if outcome else y - step))
    return points


def _heights(points: list[tuple[Fraction, Fraction]], at: list[Fraction]) -> list[Fraction]:
    found, i = [], 0
    for place in at:
        while points[i + 1][0] < place:
            i += 1
        (x_0, y_0), (x_1, y_1) = points[i], points[i + 1]
        found.append(y_0 + (y_1 - y_0) * (place - x_0) / (x_1 - x_0))
    return found


def _area(first: _Order, second: _Order, share: Fraction) -> Fraction:
    curves = [_points(order, share) for order in (first, second)]
    at = sorted({x for points in curves for x, _ in points})
    gaps = [abs(a - b) for a, b in zip(_heights(curves[0], at), _heights(curves[1], at), strict=True)]
    return (
        sum(((g_0 + g_1) * (x_1 - x_0) for (g_0, x_0), (g_1, x_1) in pairwise(zip(gaps, at, strict=True))), _ZERO) / 2
    )


_ZERO = Fraction(0)


def _place(outcomes: list[int], ranks: list[int], share: Fraction, within: list[float]) -> list[Fraction]:
    """Place of each patient on the mixture, a given part into the own step."""
    points = _points(_ordered(outcomes, ranks), share)
    steps = [(points[k - 1][0], points[k][0]) for k in ranks]
    return [x_0 + Fraction(u) * (x_1 - x_0) for (x_0, x_1), u in zip(steps, within, strict=True)]


def _unpaired(outcomes: tuple[list[int], list[int]], ranks: Any, generator: Any, count: int) -> tuple[Any, int]:
    everybody = outcomes[0] + outcomes[1]
    share = Fraction(sum(everybody), len(everybody))
    split = len(outcomes[0])

    def distance(places: list[Any]) -> Fraction:
        first, second = _ordered(outcomes[0], places[:split]), _ordered(outcomes[1], places[split:])
        return _area(first, second, share)

    observed, exceeding = distance(ranks[0] + ranks[1]), 0
    for _ in range(count):
        places: list[Fraction] = []
        for y, k in zip(outcomes, ranks, strict=True):
            places += _place(y, k, share, generator.unif_rand_array(len(y)).tolist())
        for group in (0, 1):
            members = [i for i, outcome in enumerate(everybody) if outcome == group]
            pool = [places[i] for i in members]
            for i, j in zip(members, generator.permutation(len(pool)).tolist(), strict=True):
                places[i] = pool[j]
        exceeding += distance(places) >= observed
    return observed, exceeding


def venkatraman_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    y_true_2: Any = None,
    direction_1: str = "higher",
    direction_2: str = "higher",
    paired: bool = True,
    *,
    seed: int,
    permutations: int = 2000,
) -> dict[str, Any]:
    """Statistic, number of permutations that reach it, and p-value."""
    from validation.r_random import RRandom

    first = np.asarray(y_true).tolist()
    second = first if y_true_2 is None else np.asarray(y_true_2).tolist()
    ranks = []
    for scores, direction in ((y_score_1, direction_1), (y_score_2, direction_2)):
        sign = 1.0 if direction == "higher" else -1.0
        ranks.append(_rank((sign * np.asarray(scores, dtype=np.float64)).tolist()))
    generator = RRandom(seed)
    if paired:
        observed, exceeding = _paired(first, ranks[0], ranks[1], generator, permutations)
    else:
        observed, exceeding = _unpaired((first, second), ranks, generator, permutations)
    return {
        "statistic": float(observed),
        "exceeding": exceeding,
        "p_value": (exceeding + 1) / (permutations + 1),
    }
