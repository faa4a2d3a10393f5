"""Variables of a baseline table that are in no model: each is found by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims, DataRow
from validation.audit.rebuilt_areas import area_numbers, area_row, delong_numbers
from validation.audit.rebuilt_shape import Shape, shape_of, solve
from validation.audit.rebuilt_table import Cell, Levels, cell_value, cells_of, described_names, levels_of, masks_of
from validation.audit.rebuilt_target import Target
from validation.checks import Floats

__all__ = ["extra_columns"]

Outcome = npt.NDArray[np.int8]
Misses = Callable[[Floats], Floats]
_STARTS, _STEPS, _REPAIRS = 12, 25, 3000
_WELL_INSIDE = 0.85


def extra_columns(
    claims: Claims, target: Target, y: Outcome, taken: set[str], rng: np.random.Generator
) -> Iterator[tuple[str, Floats]]:
    """Described and counted variables that are not among the columns yet; what is not found is left out."""
    for name in described_names(claims):
        cells = cells_of(claims, target.data, name)
        if cells and name not in taken:
            values = _described(claims, target.data, name, cells, y, rng)
            if values is not None:
                yield name, values
    for levels in levels_of(claims, target.data):
        if levels.variable not in taken:
            yield levels.variable, _levels(levels, y, rng)


def _levels(levels: Levels, y: Outcome, rng: np.random.Generator) -> Floats:
    """Numbers of the levels from 1, in random order within each group."""
    out = np.empty(y.size)
    for group, column in ((1, 0), (0, 1)):
        codes = np.repeat(np.arange(1, len(levels.names) + 1), [count[column] for count in levels.counts])
        out[y == group] = rng.permutation(codes)
    return out


def _described(
    claims: Claims, data: DataRow, name: str, cells: list[Cell], y: Outcome, rng: np.random.Generator
) -> Floats | None:
    unit = next((float(row.unit.value) for row in claims.tables.describe
                 if row.var == name and row.unit is not None and row.unit.kind == "value"), None)  # fmt: skip
    decimals = max(cell.printed.decimals for cell in cells) + 2
    shape = shape_of(cells, unit, (cells[0].value, max(abs(cells[0].value) / 4, 1e-6)), 0.0, decimals)
    masks = masks_of(y)
    goals = area_numbers(area_row(claims, name, data.name))

    def misses(values: Floats) -> Floats:
        found = [cell.miss(cell_value(cell, values, masks)) for cell in cells]
        sign = 1.0 if values[y == 1].mean() >= values[y == 0].mean() else -1.0
        areas = zip(delong_numbers(y, sign * values), goals, strict=False) if goals else ()
        return np.array([*found, *((value - p) / h for value, (p, h) in areas)])

    for _ in range(_STARTS):
        values = _started(shape, rng.normal(size=y.size), misses, masks["events"], rng)
        if values is not None:
            return values
    return None


def _started(
    shape: Shape, noise: Floats, misses: Misses, cases: npt.NDArray[np.bool_], rng: np.random.Generator
) -> Floats | None:
    """Values from one start, rounded to their units and repaired."""
    shape = shape.settle(noise, cases)

    def values_of(numbers: Floats) -> Floats:
        return shape.values(noise, numbers, cases)

    numbers = solve(lambda numbers: misses(values_of(numbers)), shape.start(), _STEPS, 0.25, coarse=False)
    values = shape.rounded(values_of(numbers))
    missed = misses(values)
    for _ in range(_REPAIRS):
        if np.abs(missed).max() < _WELL_INSIDE:
            return values
        trial = values.copy()
        chosen = rng.integers(values.size, size=int(rng.integers(1, 4)))
        moved = trial[chosen] + 10.0**-shape.decimals * float(rng.choice([-30, -3, -1, 1, 3, 30]))
        trial[chosen] = shape.rounded(np.clip(moved, min(shape.low), max(shape.high)))
        there = misses(trial)
        if _cost(there) < _cost(missed):
            values, missed = trial, there
    return None


def _cost(missed: Floats) -> float:
    return float(np.sum(np.maximum(np.abs(missed) - 0.8 * _WELL_INSIDE, 0.0) ** 2))
