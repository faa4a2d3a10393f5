"""Certified decision curve with censored follow-up: Kaplan-Meier and Aalen-Johansen as exact fractions.

Nothing here shares code with the computation that it certifies except R's generator, which is held to R itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from validation.r_random import RRandom

__all__ = ["curve", "incidence"]

Patient = tuple[float, int, float]
_LIMITED = ("net_benefit", "standardized_net_benefit", "interventions_avoided", "treat_all")


def incidence(patients: Sequence[tuple[float, int]], horizon: float) -> Fraction:
    """Probability of event 1 by the horizon from times and kinds of event."""
    surviving, found, at_risk = Fraction(1), Fraction(0), len(patients)
    by_time: dict[float, list[int]] = {}
    for time, kind in patients:
        by_time.setdefault(time, []).append(kind)
    for time in sorted(by_time):
        if time > horizon:
            break
        kinds = by_time[time]
        found += surviving * Fraction(sum(kind == 1 for kind in kinds), at_risk)
        surviving *= 1 - Fraction(sum(kind > 0 for kind in kinds), at_risk)
        at_risk -= len(kinds)
    return found


def curve(
    *,
    time: Any,
    event: Any,
    y_proba: Any,
    horizon: float,
    thresholds: Any,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> dict[str, Any]:
    """Certified quantities; limits where the resamples are few."""
    columns = (np.asarray(values).tolist() for values in (time, event, y_proba))
    patients: list[Patient] = list(zip(*columns, strict=True))
    grid = np.asarray(thresholds, dtype=np.float64).tolist()
    lines, overall = _lines(patients, horizon, grid, tie_rule, Fraction(test_harm))
    out: dict[str, Any] = {name: _rounded([line[name] for line in lines]) for name in lines[0]}
    out["probability"] = float(overall)
    if level is None or bootstraps > 40:
        return out
    generator, n = RRandom(seed), len(patients)
    drawn = []
    for _ in range(bootstraps):
        rows = generator.sample_int(n, n, True).tolist()
        drawn.append(_lines([patients[i] for i in rows], horizon, grid, tie_rule, Fraction(test_harm))[0])
    tail = 1.0 - level
    for side, p in (("lower", tail / 2.0), ("upper", 1.0 - tail / 2.0)):
        for name in _LIMITED:
            chosen = []
            for i in range(len(grid)):
                ordered = sorted(value for lines in drawn if (value := lines[i][name]) is not None)
                chosen.append(ordered[max(1, math.ceil(len(ordered) * p)) - 1] if ordered else None)
            out[f"{name}_{side}"] = _rounded(chosen)
    return out


def _rounded(values: Sequence[Fraction | None]) -> Any:
    return np.array([math.nan if value is None else value.numerator / value.denominator for value in values])


def _lines(
    patients: Sequence[Patient], horizon: float, grid: Sequence[float], tie_rule: str, harm: Fraction
) -> tuple[list[Mapping[str, Fraction | None]], Fraction]:
    n, overall = len(patients), incidence([patient[:2] for patient in patients], horizon)
    known: dict[int, Fraction] = {}
    lines: list[Mapping[str, Fraction | None]] = []
    for threshold in grid:
        high = [p[:2] for p in patients if (p[2] >= threshold if tie_rule == "at-or-above" else p[2] > threshold)]
        # sets at high risk are nested, so one of the same size is the same
        if len(high) not in known:
            known[len(high)] = incidence(high, horizon)
        lines.append(_measures(Fraction(threshold), Fraction(len(high), n), known[len(high)], overall, harm))
        lines[-1] = {**lines[-1], "n_high": Fraction(len(high))}
    return lines, overall


def _measures(
    t: Fraction, share: Fraction, found: Fraction, overall: Fraction, harm: Fraction
) -> Mapping[str, Fraction | None]:
    benefit = everybody = standardized = avoided = None
    if t < 1:
        benefit = share * found - t / (1 - t) * share * (1 - found) - harm
        everybody = overall - t / (1 - t) * (1 - overall)
        standardized = benefit / overall if overall else None
    if t > 0:
        avoided = (share * found - overall - harm) * (1 - t) / t + (1 - overall) - share * (1 - found)
    return {
        "net_benefit": benefit,
        "standardized_net_benefit": standardized,
        "interventions_avoided": None if avoided is None else 100 * avoided,
        "treat_all": everybody,
        "proportion_high_risk": share,
        "event_probability": found if share else None,
        "detection_probability": share * found,
    }
