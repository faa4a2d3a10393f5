"""Certified differences of decision curves: exact fractions, patient by patient and resample by resample.

Nothing here shares code with the computation that it certifies except R's generator, which is held to R itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.exact.decision_curve import curve_of_model
from validation.r_random import RRandom

__all__ = ["difference"]

Counts = npt.NDArray[np.int64]


def difference(
    *,
    y_true: Any,
    risks: Mapping[str, Any],
    thresholds: Any,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
) -> dict[str, Any]:
    """Certified differences in net benefit and in interventions avoided; limits too where both risks are given."""
    outcome, grid = np.asarray(y_true).astype(np.int64), np.asarray(thresholds, dtype=np.float64).tolist()
    values = [np.asarray(risk, dtype=np.float64) for risk in risks.values()]
    if any(risk.ndim == 2 for risk in values):
        return _of_models(outcome, values, grid, tie_rule)
    more = np.array([_high(values[0], t, tie_rule) - _high(values[1], t, tie_rule) for t in grid])
    out = _named(
        "",
        [_exactly(outcome, np.ones((1, outcome.size)), line, t)[0] for line, t in zip(more, grid, strict=True)],
        grid,
    )
    if level is None:
        return out
    generator = RRandom(seed)
    times = np.empty((bootstraps, outcome.size))
    for line in times:
        line[:] = np.bincount(generator.sample_int(outcome.size, outcome.size, True), minlength=outcome.size)
    cases = times @ (outcome == 1)
    times = times[(cases > 0) & (cases < outcome.size)]
    tail = (1.0 - level) / 2.0
    for side, p in (("_lower", tail), ("_upper", 1.0 - tail)):
        rank = max(1, math.ceil(times.shape[0] * p)) - 1
        out |= _named(
            side, [sorted(_exactly(outcome, times, line, t))[rank] for line, t in zip(more, grid, strict=True)], grid
        )
    return out


def _high(risk: Any, t: float, tie_rule: str) -> Counts:
    return np.asarray(risk >= t if tie_rule == "at-or-above" else risk > t).astype(np.int64)


def _exactly(outcome: Counts, times: Any, more: Counts, t: float) -> list[Fraction]:
    """Difference in net benefit times 1 - t in each resample, as a fraction."""
    gained = (times @ (more * outcome)).astype(np.int64).tolist()
    treated = (times @ (more * (1 - outcome))).astype(np.int64).tolist()
    known: dict[tuple[int, int], Fraction] = {}
    for pair in zip(gained, treated, strict=True):
        if pair not in known:
            known[pair] = (pair[0] * (1 - Fraction(t)) - pair[1] * Fraction(t)) / outcome.size
    return [known[pair] for pair in zip(gained, treated, strict=True)]


def _named(side: str, values: list[Fraction], grid: list[float]) -> dict[str, Any]:
    """Net benefit and interventions avoided per 100, by name, from values as `_exactly` gives them."""
    benefit = [math.nan if t == 1.0 else float(v / (1 - Fraction(t))) for v, t in zip(values, grid, strict=True)]
    avoided = [math.nan if t == 0.0 else float(100 * v / Fraction(t)) for v, t in zip(values, grid, strict=True)]
    return {f"difference{side}": np.array(benefit), f"interventions_avoided{side}": np.array(avoided)}


def _of_models(outcome: Counts, matrices: list[Any], grid: list[float], tie_rule: str) -> dict[str, Any]:
    """Points from the certified rates of two refitted models; nothing where a risk cannot be told from a threshold."""
    if any(x.ndim != 2 for x in matrices):
        return {}
    curves = [curve_of_model(y_true=outcome, x=x, thresholds=grid, tie_rule=tie_rule) for x in matrices]
    if any("model.true_positive_rate" not in curve for curve in curves):
        return {}
    cases, n = int(outcome.sum()), outcome.size
    counts = [
        (np.rint(c["model.true_positive_rate"] * cases), np.rint(c["model.false_positive_rate"] * (n - cases)))
        for c in curves
    ]
    gained, treated = ((a - b).astype(np.int64).tolist() for a, b in zip(*counts, strict=True))
    values = [(c1 * (1 - Fraction(t)) - c0 * Fraction(t)) / n for c1, c0, t in zip(gained, treated, grid, strict=True)]
    return _named("", values, grid)
