"""Coordinates in every resample: the resample's own curve, its own best point, pROC's policies for several of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.errors import NotEstimable
from validation.r_numerics import NA_REAL, interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.roc.coordinate_columns import Frame, as_proc, exactly
from validation.roc.coordinate_search import Points
from validation.roc.coordinate_values import Request, copy_defects, locate
from validation.roc.curve import PROC, thresholds_of
from validation.roc.one_curve import Pools, refuse_missing_class, resamples
from validation.roc.resamples import Counts

__all__ = ["Drawn", "curves_of", "draw", "limits_of"]


@dataclass(frozen=True)
class Drawn:
    """Coordinates in the resamples (resamples x points x columns), and how many resamples were dropped."""

    replicates: Floats
    dropped: int


def curves_of(counts: Counts, pools: Pools, direction: str, frame: Frame) -> Iterator[tuple[Points, Floats]]:
    """The curve of each resample's own values, and these values."""
    for controls, cases in zip(counts.controls, counts.cases, strict=True):
        present = np.flatnonzero((controls > 0) | (cases > 0))
        scores = pools.sign * pools.distinct[present]
        n, m = int(controls.sum()), int(cases.sum())
        tp = m - np.concatenate([[0], np.cumsum(cases[present])]).astype(np.int64)
        fp = n - np.concatenate([[0], np.cumsum(controls[present])]).astype(np.int64)
        counted = dataclasses.replace(frame, m=m, n=n)
        yield Points(thresholds_of(scores, direction), tp, fp, counted), scores


def _several(policy: str, mode: str, count: int, generator: RRandom) -> int | None:
    """Which of several optima is taken; None where the resample is left out."""
    if policy == "random":
        return int(generator.sample_int(count, 1)[0])
    if policy == "omit" and mode != PROC:
        return None
    if policy == "omit":
        message = "pROC 1.18 stops where optima of a resample are to be omitted."
    else:
        message = f"A resample has {count} best points."
    raise NotEstimable("too few rows", message, hint='Take policy "random", or "omit" without compat.')


def _values(
    points: Points, scores: Floats, request: Request, direction: str, policy: str, generator: RRandom, unit: int
) -> dict[str, Floats] | None:
    """Coordinates of one resample."""
    m, n = points.frame.m, points.frame.n
    best = isinstance(request.at, str)
    if best and m == 0:
        # no value of the criterion is defined: to pROC all points are the best
        _several(policy, request.mode, points.tp.size, generator)
        return None
    found = locate(points, request, scores, direction)
    chosen: list[int] | slice = slice(None)
    if best and found.threshold.size > 1:
        place = _several(policy, request.mode, found.threshold.size, generator)
        if place is None:
            return None
        chosen = [place]
    if request.mode == PROC:
        # rates stay shares in percent, while everything derived from them is computed as if they were percentages
        values = as_proc(found.threshold, found.sensitivity, found.specificity, (m, n), float(unit), request.ratio)
        copy_defects(values, points, request, found)
        return {name: column[chosen] for name, column in values.items()}
    exact = [found.exact[i] for i in chosen] if isinstance(chosen, list) else found.exact
    return exactly(found.threshold[chosen], exact, points.frame)


def draw(
    generator: RRandom, pools: Pools, request: Request, direction: str, frame: Frame, policy: str, bootstraps: int
) -> Drawn:
    """Coordinates in all resamples."""
    best, compatible = isinstance(request.at, str), request.mode == PROC
    kept, rows = 0, []
    own = dataclasses.replace(frame, unit=1) if compatible else frame
    at_sensitivity = request.given == "sensitivity"
    for counts in resamples(generator, pools, bootstraps, one_by_one=best and policy == "random"):
        if compatible:
            refuse_missing_class(counts, cases_too=at_sensitivity)
            chosen = counts
        else:
            chosen = Counts(counts.controls[counts.both], counts.cases[counts.both])
        for points, scores in curves_of(chosen, pools, direction, own):
            values = _values(points, scores, request, direction, policy, generator, frame.unit)
            if values is not None:
                rows.append(np.array([values[name] for name in request.columns]).T)
    kept = len(rows)
    if kept == 0:
        raise NotEstimable("too few rows", f"None of {bootstraps} resamples can be used.")
    return Drawn(np.array(rows), bootstraps - kept)


def limits_of(replicates: Floats, level: float) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]:
    """Lower limit, median and upper limit of each cell where it is defined, and in how many resamples it is not."""
    low, high = interval_probabilities(level)
    _, points, columns = replicates.shape
    found = np.full((3, points, columns), NA_REAL)
    for i in range(points):
        for j in range(columns):
            cell = replicates[:, i, j]
            defined = cell[~np.isnan(cell)]
            if defined.size:
                found[:, i, j] = quantile_type7(defined, (low, 0.5, high))
    return found[0], found[1], found[2], np.isnan(replicates).sum(axis=0)
