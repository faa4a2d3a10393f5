"""Fisher's exact test of a table with two columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from validation.checks import Floats

__all__ = ["fisher_p_value"]

#: tables whose probability exceeds that of the observed one by less are as probable: rounding decides no tie
_SLACK = 1.0 + 1e-7
_MOST_TABLES = 30_000_000


def fisher_p_value(events: Sequence[int], others: Sequence[int]) -> float:
    """Probability of all tables with the same margins that are no more probable than this one.

    NaN where there are more than 30 million of them.
    """
    sizes = [a + b for a, b in zip(events, others, strict=True)]
    if len(sizes) == 2:
        return _two_levels(events[0], sizes[0], sizes[1], sum(events))
    # the two largest levels are summed in one go
    order = np.argsort(sizes, kind="stable")
    return _several_levels([events[i] for i in order], [sizes[i] for i in order])


def _two_levels(observed: int, first: int, second: int, drawn: int) -> float:
    """Exact sum over the hypergeometric distribution."""
    low, high = max(0, drawn - second), min(first, drawn)
    term = math.comb(first, low) * math.comb(second, drawn - low)
    terms = [term]
    for k in range(low, high):
        term = term * (first - k) * (drawn - k) // ((k + 1) * (second - drawn + k + 1))
        terms.append(term)
    limit = terms[observed - low]
    return float(Fraction(sum(t for t in terms if t <= limit), math.comb(first + second, drawn)))


def _weights(size: int) -> tuple[Floats, int]:
    """Binomial coefficients relative to the largest, each rounded once, and the largest."""
    largest = math.comb(size, size // 2)
    return np.array([float(Fraction(math.comb(size, k), largest)) for k in range(size + 1)]), largest


def _several_levels(events: list[int], sizes: list[int]) -> float:
    drawn, total = sum(events), sum(sizes)
    if math.prod(size + 1 for size in sizes[:-1]) > _MOST_TABLES:
        return math.nan
    weights, largest = zip(*map(_weights, sizes), strict=True)
    # every table's weight is its number of arrangements over the product of the largest coefficients
    everything = float(Fraction(math.comb(total, drawn), math.prod(largest)))
    observed = math.prod(float(w[k]) for w, k in zip(weights, events, strict=True)) * _SLACK
    tail: list[float] = []

    def descend(level: int, left: int, weight: float) -> None:
        if level == len(sizes) - 2:
            tail.append(_last_two(weights[-2], weights[-1], left, weight, observed))
            return
        rest = sum(sizes[level + 1 :])
        for k in range(max(0, left - rest), min(sizes[level], left) + 1):
            descend(level + 1, left - k, weight * float(weights[level][k]))

    descend(0, drawn, 1.0)
    return min(1.0, math.fsum(tail) / everything)


def _last_two(first: Floats, second: Floats, left: int, weight: float, limit: float) -> float:
    """Weight of the tables of two levels with `left` events in all that are no heavier than the limit."""
    low, high = max(0, left - second.size + 1), min(first.size - 1, left)
    if low > high:
        return 0.0
    terms = weight * first[low : high + 1] * second[left - high : left - low + 1][::-1]
    return math.fsum(terms[terms <= limit].tolist())
