"""Certified optimism-corrected decision curve: refits of the drawn patients themselves, counts as fractions.

Nothing here shares code with the computation that it certifies except R's generator, which is held to R itself.
"""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.r_random import RRandom

__all__ = ["corrected_curve"]

Floats = npt.NDArray[np.float64]
#: last step of a linear predictor, and distance from a threshold of a risk that is still on a side of it for certain
_SETTLED, _INDISTINCT = 1e-9, 1e-8
_COLUMNS = (
    *("apparent", "optimism", "corrected", "standardized_apparent", "standardized_corrected"),
    *("treat_all", "interventions_avoided"),
)
_LIMITS = ("corrected_lower", "corrected_upper")


def corrected_curve(
    *,
    y_true: Any,
    x: Any,
    thresholds: Any,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
    **_: Any,
) -> dict[str, Any]:
    """Certified values of all columns; nothing where a refit does not exist or a risk is too close to a threshold."""
    outcome = np.ascontiguousarray(y_true, dtype=np.int64)
    matrix = np.ascontiguousarray(x, dtype=np.float64).reshape(outcome.size, -1)
    grid = tuple(np.asarray(thresholds, dtype=np.float64).tolist())
    counts = _refits(outcome.tobytes(), matrix.tobytes(), grid, bootstraps, seed, tie_rule)
    if counts is None:
        return {}
    own, in_data = counts
    columns = [
        _line(
            Fraction(t), [line[i] for line in own], [line[i] for line in in_data], outcome, level, Fraction(test_harm)
        )
        for i, t in enumerate(grid)
    ]
    return {name: np.array([column[name] for column in columns]) for name in columns[0]}


# one refit of every resample serves whatever is asked of the same patients
@functools.lru_cache(maxsize=16)
def _refits(
    outcome_bytes: bytes, x_bytes: bytes, grid: tuple[float, ...], bootstraps: int, seed: int, tie_rule: str
) -> tuple[list[list[tuple[int, int]]], list[list[tuple[int, int]]]] | None:
    """Counts at high risk in the resample and in the data, first by the model of the data; None where undecided."""
    outcome = np.frombuffer(outcome_bytes, dtype=np.int64)
    n = outcome.size
    matrix = np.column_stack([np.ones(n), np.frombuffer(x_bytes, dtype=np.float64).reshape(n, -1)])
    matrix[:, 1:] -= matrix[:, 1:].mean(axis=0)
    matrix[:, 1:] /= matrix[:, 1:].std(axis=0)
    generator, own, in_data = RRandom(seed), [], []
    for rows in [np.arange(n), *(generator.sample_int(n, n, True) for _ in range(bootstraps))]:
        if 0 < outcome[rows].sum() < n:
            risks = _risks(outcome[rows], matrix[rows], matrix)
            if risks is None or any(np.abs(risks - t).min() < _INDISTINCT for t in grid if t > 0.0):
                return None
            own.append(_counts(outcome[rows], risks[rows], grid, tie_rule))
            in_data.append(_counts(outcome, risks, grid, tie_rule))
    return own, in_data


def _risks(outcome: Any, matrix: Floats, everybody: Floats) -> Floats | None:
    beta = np.zeros(matrix.shape[1])
    for _ in range(40):
        eta = matrix @ beta
        if np.abs(eta).max() > 60.0:
            return None
        risk = 1.0 / (1.0 + np.exp(-eta))
        root = np.sqrt(risk * (1.0 - risk))
        if root.min() == 0.0:
            return None
        step, _, rank, _ = np.linalg.lstsq(matrix * root[:, None], (outcome - risk) / root, rcond=None)
        if rank < matrix.shape[1]:
            return None
        beta = beta + step
        if np.abs(everybody @ step).max() < _SETTLED:
            risks: Floats = 1.0 / (1.0 + np.exp(-(everybody @ beta)))
            return risks
    return None


def _counts(outcome: Any, risks: Floats, grid: tuple[float, ...], tie_rule: str) -> list[tuple[int, int]]:
    found = []
    for t in grid:
        high = risks >= t if tie_rule == "at-or-above" else risks > t
        found.append((int((high & (outcome == 1)).sum()), int((high & (outcome == 0)).sum())))
    return found


def _line(
    t: Fraction, own: list[tuple[int, int]], in_data: list[tuple[int, int]], outcome: Any, level: float | None,
    harm: Fraction,
) -> dict[str, float]:  # fmt: skip
    """All columns at one threshold; the first of the counts is that of the data."""
    n, cases = outcome.size, int(outcome.sum())
    m = len(own) - 1
    excess = [Fraction(sum(one[k] - two[k] for one, two in zip(own[1:], in_data[1:], strict=True)), m) for k in (0, 1)]
    expected = (own[0][0] - excess[0], own[0][1] - excess[1])
    everybody = (cases, n - cases)
    out: dict[str, Fraction] = {}
    if t < 1:
        out["optimism"] = _worth(excess, t, n)
        out["treat_all"] = _worth(everybody, t, n)
        for name, count in (("apparent", own[0]), ("corrected", expected)):
            out[name] = _worth(count, t, n) - harm
            out[f"standardized_{name}"] = out[name] * n / cases
    if t > 0:
        avoided = (expected[0] - cases) * (1 - t) / t - (expected[1] - everybody[1])
        out["interventions_avoided"] = 100 * (avoided / n - harm * (1 - t) / t)
    if level is not None and t < 1:
        ordered, tail = sorted(_worth(count, t, n) for count in own[1:]), 1.0 - level
        for name, p in (("corrected_lower", tail / 2.0), ("corrected_upper", 1.0 - tail / 2.0)):
            out[name] = ordered[max(1, math.ceil(m * p)) - 1] - out["optimism"] - harm
    columns = (*_COLUMNS, *(_LIMITS if level is not None else ()))
    return {name: out[name].numerator / out[name].denominator if name in out else math.nan for name in columns}


def _worth(count: Any, t: Fraction, n: int) -> Fraction:
    return Fraction(count[0]) / n - t / (1 - t) * Fraction(count[1]) / n
