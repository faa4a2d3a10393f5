"""A dichotomised marker that prints its area, its optimum and its means at once: values moved one by one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from validation.audit.claims import Claims
from validation.audit.rebuilt_areas import area_numbers, area_row, delong_numbers
from validation.audit.rebuilt_table import Cell, cell_value, masks_of
from validation.audit.rebuilt_target import Target
from validation.checks import Floats

__all__ = ["place_described_marker"]

Outcome = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]
_MOVES, _WELL_INSIDE, _DEEP_ENOUGH = 8_000, 0.85, 0.97
_SHIFTS = (1, 2, 5, 10, 30, 100)


class _Marker:
    """Printed numbers of the marker, and how far values are from them."""

    def __init__(self, claims: Claims, target: Target, y: Outcome, low: Bools, cells: list[Cell]) -> None:
        assert target.cut is not None
        self.y, self.cells, self.masks, self.cut = y, cells, masks_of(y), target.cut
        self.sign = -1.0 if target.low_is_positive else 1.0
        self.low, self.rng = low, target.rng
        self.area = area_numbers(area_row(claims, target.marker or "", target.data.name))
        cuts = (row.cut for row in claims.tables.cutoff if row.of == target.marker and row.cut)
        places = next((len(cut.partition(".")[2]) for cut in cuts), 2)
        text = f"{target.cut:.{places}f}"
        #: half the gap between the values beside the cut-off, which lies in its middle
        self.gap = 10.0**-places * (5 if places and text.endswith("5") else 1)
        self.decimals = max([places, *(c.printed.decimals + 1 for c in cells)])
        self.smallest = 0.0 if min(c.value for c in cells) > 0 else -math.inf

    def start(self) -> Floats:
        """Normal scores about the printed mean, bent so that the right number of them lies below the cut-off."""
        known = {c.kind: c.value for c in self.cells if c.group == "all"} or {c.kind: c.value for c in self.cells}
        middle = known.get("mean", known.get("median", self.cut))
        spread = known.get("sd", abs(middle) / 8 or 1.0)
        n, below = self.y.size, int(self.low.sum())
        scores = middle + spread * ndtri((np.arange(n) + 0.5) / n)
        edge, out = (scores[below - 1] + scores[below]) / 2, np.empty(n)
        far = 2.5 * spread
        for side, values in ((self.low, scores[:below]), (~self.low, scores[below:])):
            way = -1.0 if side is self.low else 1.0
            room = abs(middle + way * far - self.cut) / max(abs(middle + way * far - edge), 1e-9)
            distance = self.gap + np.abs(values - edge) * min(max(room, 0.2), 5.0)
            out[self.rng.permutation(np.flatnonzero(side))] = self.cut + way * distance
        return self.on_grid(out)

    def on_grid(self, values: Floats) -> Floats:
        """Values in units, each on its side of the cut-off; the nearest on both sides are a pinned case and control."""
        way = np.where(self.low, -1.0, 1.0)
        distance = np.maximum(np.abs(values - self.cut), self.gap)
        out = np.round(np.maximum(self.cut + way * distance, self.smallest), self.decimals)
        for patient in self.pinned():
            out[patient] = np.round(self.cut + way[patient] * self.gap, self.decimals)
        return np.asarray(out)

    def pinned(self) -> tuple[int, int]:
        """First case on the positive side and first control on the other."""
        positive = self.low if self.sign < 0 else ~self.low
        return int(np.flatnonzero(positive & (self.y == 1))[0]), int(np.flatnonzero(~positive & (self.y == 0))[0])

    def misses(self, values: Floats) -> Floats:
        """Distance from print in half units; the last is how much another cut-off is better than the printed one."""
        score = self.sign * values
        cells = [cell.miss(cell_value(cell, values, self.masks)) for cell in self.cells]
        areas = [(v - p) / h for v, (p, h) in zip(delong_numbers(self.y, score), self.area, strict=False)]
        return np.array([*cells, *areas, self._better(score)])

    def _better(self, score: Floats) -> float:
        n1, n0 = int(self.y.sum()), int((1 - self.y).sum())
        order = np.argsort(-score, kind="stable")
        gains = np.cumsum(np.where(self.y[order] == 1, 1.0 / n1, -1.0 / n0))
        ends = np.append(np.diff(score[order]) < 0, True)
        here = int((score > self.sign * self.cut).sum()) - 1
        others = gains[ends & (np.arange(gains.size) != here)]
        # in units of one case and one control the two indexes are whole numbers; equal ones are no single optimum
        behind = (float(others.max(initial=0.0)) - float(gains[here])) * n1 * n0 + 1.0
        return math.log2(1.0 + max(behind, 0.0)) if behind > 1e-6 else 0.0


def place_described_marker(
    claims: Claims, target: Target, y: Outcome, positive: Bools, cells: list[Cell]
) -> Floats | None:
    """Values of the marker with the printed table, area, interval and optimum; None where it does not get there."""
    marker = _Marker(claims, target, y, positive == target.low_is_positive, cells)
    values = marker.start()
    misses = marker.misses(values)
    for _ in range(_MOVES):
        if np.abs(misses).max() < _DEEP_ENOUGH:
            return values
        trial = _moved(marker, values)
        there = marker.misses(trial)
        if _cost(there) < _cost(misses):
            values, misses = trial, there
    return None


def _moved(marker: _Marker, values: Floats) -> Floats:
    """Two values of one side exchanged between case and control, some shifted, or one side stretched."""
    rng, trial = marker.rng, values.copy()
    kind = int(rng.integers(10))
    side = np.flatnonzero(marker.low if rng.integers(2) else ~marker.low)
    if kind < 5:
        for _ in range(int(rng.integers(1, 4))):
            i, j = (int(rng.choice(side[marker.y[side] == group])) for group in (1, 0))
            trial[[i, j]] = trial[[j, i]]
    elif kind < 9:
        chosen = rng.choice(side, size=int(rng.integers(1, 4)))
        trial[chosen] += 10.0**-marker.decimals * float(rng.choice(_SHIFTS)) * float(rng.choice([-1.0, 1.0]))
    else:
        trial[side] = marker.cut + (trial[side] - marker.cut) * float(rng.normal(1.0, 0.05))
    return marker.on_grid(trial)


def _cost(misses: Floats) -> float:
    return float(np.sum(np.maximum(np.abs(misses) - 0.8 * _WELL_INSIDE, 0.0)))
