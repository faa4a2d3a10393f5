"""Number of 2x2 tables on which all printed measures hold at once, counted exactly for any number of patients.

For a given number of cases and controls every printed measure is a pair of inequalities that are linear in the true
positives and the true negatives, so that the tables are the lattice points of a polygon. Rows of it are counted one by
one where they are few, and by sums of floors where they are many.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.audit.rounding import Box

__all__ = ["count_tables"]

#: a TP + b TN <= c in whole numbers
Inequality = tuple[int, int, int]
#: TN between p TP + q over r, with r > 0
Line = tuple[int, int, int]
#: rows of the polygon up to which they are counted one by one
_MOST_ROWS = 50_000
_SAFE = 2**62


def count_tables(boxes: Mapping[str, Box], n1: int, n0: int) -> int:
    """Number of tables of n1 cases and n0 controls whose measures lie in the boxes; exact at the edges."""
    if n1 < 1 or n0 < 1:
        return 0
    limits = [(-1, 0, 0), (1, 0, n1), (0, -1, 0), (0, 1, n0)]
    limits += [limit for name, box in boxes.items() for limit in _measure(name, box, n1, n0)]
    first, last = _first_and_last(limits)
    upper = [(-a, c, b) for a, b, c in limits if b > 0]
    lower = [(a, -c, -b) for a, b, c in limits if b < 0]
    if first > last:
        return 0
    found = _counted(upper, lower, first, last)
    return found - sum(all(a * tp + b * tn <= c for a, b, c in limits) for tp, tn in _undefined(boxes, n1, n0))


def _measure(name: str, box: Box, n1: int, n0: int) -> Iterator[Inequality]:
    """``low d <= m <= high d`` for a measure m / d, both linear in TP and TN."""
    (a, b, c), (d, e, f) = _quotient(name, n1, n0)
    # numerator less low times denominator is not negative; denominator times high less numerator is not negative
    yield _whole(box.low * d - a, box.low * e - b, c - box.low * f, strict=box.open_low)
    yield _whole(a - box.high * d, b - box.high * e, box.high * f - c, strict=box.open_high)


def _quotient(name: str, n1: int, n0: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Numerator and denominator of a measure as (factor of TP, factor of TN, constant)."""
    return {
        "sens": ((1, 0, 0), (0, 0, n1)),
        "spec": ((0, 1, 0), (0, 0, n0)),
        "acc": ((1, 1, 0), (0, 0, n1 + n0)),
        "ppv": ((1, 0, 0), (1, -1, n0)),
        "npv": ((0, 1, 0), (-1, 1, n1)),
        # 2 TP / (2 TP + FP + FN)
        "f1": ((2, 0, 0), (1, -1, n1 + n0)),
        "lr_pos": ((n0, 0, 0), (0, -n1, n0 * n1)),
        "lr_neg": ((-n0, 0, n0 * n1), (0, n1, 0)),
    }[name]


def _whole(a: Fraction, b: Fraction, c: Fraction, *, strict: bool) -> Inequality:
    """The inequality in whole numbers; a strict one lacks its last unit."""
    scale = math.lcm(*(Fraction(v).denominator for v in (a, b, c)))
    p, q, r = (int(v * scale) for v in (a, b, c))
    return p, q, r - strict


def _undefined(boxes: Mapping[str, Box], n1: int, n0: int) -> Iterator[tuple[int, int]]:
    """Tables that satisfy every inequality of a measure because it is nought over nought there."""
    if {"ppv", "lr_pos"} & set(boxes):
        yield 0, n0
    if {"npv", "lr_neg"} & set(boxes):
        yield n1, 0


def _first_and_last(limits: list[Inequality]) -> tuple[int, int]:
    """Range of TP that limits without TN leave."""
    first, last = 0, max(c for _, _, c in limits)
    for a, b, c in limits:
        if b:
            continue
        if a > 0:
            last = min(last, c // a)
        elif a < 0:
            first = max(first, -(c // -a))
        elif c < 0:
            return 1, 0
    return first, last


def _counted(upper: list[Line], lower: list[Line], first: int, last: int) -> int:
    largest = max(max(abs(p), abs(q), abs(r)) for p, q, r in (*upper, *lower))
    if last - first < _MOST_ROWS and largest * (last + 2) < _SAFE:
        tp = np.arange(first, last + 1, dtype=np.int64)
        high = np.min([_floor(line, tp) for line in upper], axis=0)
        low = np.max([-_floor((-p, -q, r), tp) for p, q, r in lower], axis=0)
        return int(np.maximum(high - low + 1, 0).sum())
    return sum(_segment(upper, lower, a, b) for a, b in _segments([*upper, *lower], first, last))


def _floor(line: Line, tp: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    p, q, r = line
    return np.asarray((p * tp + q) // r, dtype=np.int64)


def _segments(lines: list[Line], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Ranges of TP between which the lines keep their order."""
    ends = {first, last + 1}
    for i, (p, q, r) in enumerate(lines):
        for a, b, c in lines[:i]:
            turn = p * c - a * r
            if turn:
                crossing = Fraction(b * r - q * c, turn)
                ends |= {e for e in (math.floor(crossing), math.floor(crossing) + 1) if first < e <= last}
    marks = sorted(ends)
    yield from ((a, b - 1) for a, b in itertools.pairwise(marks))


def _segment(upper: list[Line], lower: list[Line], first: int, last: int) -> int:
    """Tables in a range of TP where one line is the lowest of the upper and one the highest of the lower."""
    middle = Fraction(first + last, 2)
    top = min(upper, key=lambda line: (line[0] * middle + line[1]) / line[2])
    base = max(lower, key=lambda line: (line[0] * middle + line[1]) / line[2])
    if (top[0] * middle + top[1]) / top[2] < (base[0] * middle + base[1]) / base[2]:
        return 0
    n = last - first + 1
    # where the upper line is not below the lower one, whole numbers between them are never counted as fewer than none
    most = _floor_sum(n, top[2], top[0], top[0] * first + top[1])
    least = -_floor_sum(n, base[2], -base[0], -(base[0] * first + base[1]))
    return most - least + n


def _floor_sum(n: int, m: int, a: int, b: int) -> int:
    """Sum of floor((a i + b) / m) for i from 0 to n - 1, by Euclid's algorithm."""
    total = 0
    while n > 0:
        total += (n - 1) * n // 2 * (a // m) + n * (b // m)
        a, b = a % m, b % m
        n, b, m, a = (a * n + b) // m, (a * n + b) % m, a, m
        if m == 0:
            break
    return total
