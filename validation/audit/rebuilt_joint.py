"""Predictors of a reconstructed cohort that print a baseline table and a model at once.

Each continuous predictor has a place, a spread and a shape in both groups, and shares noise with the others and with
the two-level predictors; these numbers are solved for by least squares on everything printed, in half units of print.
Two-level predictors have the printed counts. Rounding to the units of measurement is repaired by moves of single values
and by exchanges within a group, which leave the table as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from validation.audit.claims import AucRow, Claims
from validation.audit.odds_ratios import Z
from validation.audit.rebuilt_areas import area_numbers, delong_numbers
from validation.audit.rebuilt_fit import newton
from validation.audit.rebuilt_quantiles import with_quantiles
from validation.audit.rebuilt_shape import PER_GROUP, Shape, shape_of, solve
from validation.audit.rebuilt_table import (
    MEASURES,
    Cell,
    cell_value,
    cells_of,
    levels_of,
    masks_of,
    measures_of,
    positive_level,
)
from validation.audit.rebuilt_target import Target, printed_logs
from validation.audit.rounding import Printed
from validation.checks import Floats

__all__ = ["Joint", "fit_joint", "joint_of"]

Outcome = npt.NDArray[np.int8]
Range = tuple[float, float]
_STEPS, _FINE_STEPS, _ROUNDS, _REPAIRS = 12, 12, 8, 1500
_MOMENTS = ("mean", "sd")
#: largest distance in half units at which the search stops, before and after rounding to units
_DEEP, _WELL_INSIDE, _DEEP_ENOUGH = 0.25, 0.85, 0.97


@dataclass
class Joint:
    """What a model and a baseline table print of the terms of the model."""

    target: Target
    cells: dict[int, list[Cell]]
    shapes: dict[int, Shape]
    counts: dict[int, tuple[int, int]]
    areas: list[tuple[int, AucRow]]
    goal: tuple[Floats, Floats]
    #: half a printed unit of odds ratio, lower and upper limit on the log scale
    halves: tuple[Floats, ...]
    tables: list[tuple[int, int]]

    @cached_property
    def printed(self) -> list[tuple[tuple[Range, ...], Range | None]]:
        """Logarithms of odds ratio and limits, and the p-value, of each term, with half a unit of each."""
        ps = [None if t.p is None or t.p.kind != "value" else (float(t.p.value), float(t.p.half_unit))
              for t in self.target.terms]  # fmt: skip
        return [(printed_logs(t), p) for t, p in zip(self.target.terms, ps, strict=True)]

    @cached_property
    def printed_areas(self) -> list[tuple[int, list[Range]]]:
        """Column of each area (-1 for the model), and its numbers with half a unit of each."""
        return [(j, area_numbers(row)) for j, row in self.areas]


def joint_of(claims: Claims, target: Target) -> Joint | None:
    """Joint target; None where no table says anything about a term and no area of a term or the model is printed."""
    names = [term.name for term in target.terms]
    counts = {}
    for levels in levels_of(claims, target.data):
        for j, name in enumerate(names):
            if len(levels.names) == 2 and name == levels.variable:
                counts[j] = levels.counts[positive_level(levels)]
            elif name.startswith(levels.variable) and name != levels.variable:
                level = name[len(levels.variable) :].strip(" []():=_")
                if level in levels.names:
                    counts[j] = levels.counts[levels.names.index(level)]
    cells = {j: cells_of(claims, target.data, name) for j, name in enumerate(names) if j not in counts}
    areas = [(names.index(row.of) if row.of in names else -1, row) for row in claims.tables.auc
             if row.auc is not None and row.auc.kind == "value" and row.data in (None, target.data.name)
             and (row.of in names or row.of == target.model.id)]  # fmt: skip
    of_marker = cells_of(claims, target.data, target.marker) if target.marker is not None else []
    tables = _tables_of_cutoff(claims, target)
    if not (counts or any(cells.values()) or areas or of_marker or tables):
        return None
    target.share = _share_below(target, of_marker)
    goal = _goal_with_p(target)
    shapes = {}
    for j, term in enumerate(target.terms):
        if j in counts or j == target.binary:
            continue
        unit = next((float(row.unit.value) for row in claims.tables.describe
                     if row.var == term.name and row.unit is not None and row.unit.kind == "value"), None)  # fmt: skip
        gap = goal[0][j] / goal[1][j] * (1 / target.n1 + 1 / target.n0) ** 0.5
        margin = target.margins[term.name]
        if not cells[j]:
            # the error of a coefficient says how far the values are spread
            margin = (margin[0], 1.0 / (goal[1][j] * ((target.n1 + target.n0) * 0.22) ** 0.5), margin[2])
        shapes[j] = shape_of(cells[j], unit, margin[:2], gap, _decimals(cells[j], margin))
    tables = _tables_of_cutoff(claims, target)
    halves = tuple(
        np.array(column) for column in zip(*([h for _, h in printed_logs(t)] for t in target.terms), strict=True)
    )
    return Joint(target, {j: c for j, c in cells.items() if c}, shapes, counts, areas, goal, halves, tables)


def _share_below(target: Target, cells: list[Cell]) -> float | None:
    """Share of positive patients that the printed mean and SD of the marker suggest."""
    known = {cell.kind: cell.value for cell in cells if cell.group == "all"}
    if target.cut is None or not {"mean", "sd"} <= set(known) or known["sd"] <= 0:
        return None
    below = float(ndtr((target.cut - known["mean"]) / known["sd"]))
    return below if target.low_is_positive else 1 - below


def _goal_with_p(target: Target) -> tuple[Floats, Floats]:
    """Coefficients and errors deep within the printed odds ratio, limits and p-value of each term."""
    b, se = target.goal()
    steps = np.linspace(-1.0, 1.0, 201)
    for j, term in enumerate(target.terms):
        if term.p is None or term.p.kind != "value":
            continue
        logs, value, half = printed_logs(term), float(term.p.value), float(term.p.half_unit)
        bs = logs[0][0] + logs[0][1] * steps[:, None]
        ses = se[j] + (logs[1][1] + logs[2][1]) / Z * steps[None, :]
        misses = [np.abs(bs + sign * Z * ses - middle) / width
                  for sign, (middle, width) in zip((0, -1, 1), logs, strict=True)]  # fmt: skip
        misses.append(np.abs(2 * ndtr(-np.abs(bs / ses)) - value) / half)
        best = np.unravel_index(int(np.argmin(np.max(misses, axis=0))), (steps.size, steps.size))
        b[j], se[j] = float(bs[best[0], 0]), float(ses[0, best[1]])
    return b, se


def _tables_of_cutoff(claims: Claims, target: Target) -> list[tuple[int, int]]:
    """Positive cases and controls of the dichotomised marker that print the measures at its cut-off."""
    for row in claims.tables.cutoff:
        printed = {name: value for name in MEASURES if (value := getattr(row, name)) is not None
                   and value.kind == "value"}  # fmt: skip
        if row.of != target.marker or row.data not in (None, target.data.name) or not {"sens", "spec"} & set(printed):
            continue
        cases = _whole(printed.get("sens"), target.n1)
        controls = _whole(printed.get("spec"), target.n0)
        return [(tp, target.n0 - tn) for tp in cases for tn in controls
                if all(printed[name].box().contains(value) for name, value
                       in measures_of(tp, tn, target.n1, target.n0).items() if name in printed)]  # fmt: skip
    return []


def _whole(printed: Printed | None, n: int) -> range:
    if printed is None:
        return range(n + 1)
    box = printed.box()
    return range(max(math.ceil(box.low * n), 0), min(math.floor(box.high * n), n) + 1)


def _decimals(cells: list[Cell], margin: tuple[float, float, int]) -> int:
    """Two digits more than the table prints, so that rounding to units moves next to nothing."""
    return max((cell.printed.decimals for cell in cells), default=margin[2] - 1) + 2


def fit_joint(joint: Joint, y: Outcome) -> Floats | None:
    """Predictors with the printed table and coefficients; None where this start does not get there."""
    target, cases = joint.target, y == 1
    counts = dict(joint.counts)
    if target.binary is not None and target.binary not in counts:
        table = _table_of_marker(joint)
        if table is None:
            return None
        counts[target.binary] = table
    x = np.zeros((y.size, len(target.terms)))
    for j, sizes in counts.items():
        for mask, size in ((cases, sizes[0]), (~cases, sizes[1])):
            x[target.rng.permutation(np.flatnonzero(mask))[:size], j] = 1.0
    state = _State(joint, y, x, list(joint.shapes), sorted(counts))
    numbers = solve(state.residuals, state.start(), _STEPS, _DEEP)
    fitted = state.columns(numbers)
    for _ in range(_ROUNDS):
        fitted = _fine_tuned(state, state.with_quartiles(fitted))
        if np.abs(state.misses(fitted)).max() < _WELL_INSIDE:
            break
    for j in joint.shapes:
        fitted[:, j] = joint.shapes[j].rounded(fitted[:, j])
    return _repair(state, fitted)


def _fine_tuned(state: _State, base: Floats) -> Floats:
    """Small smooth changes that leave the patients at a quantile where they are, and the others on their sides."""
    parts = [(j, part) for j in state.free for part in _changes(state, base, j)]

    def changed(numbers: Floats) -> Floats:
        x = base.copy()
        for (j, part), number in zip(parts, numbers.tolist(), strict=True):
            x[:, j] += number * part
        return x

    numbers = solve(lambda values: state.rows(changed(values)), np.zeros(len(parts)), _FINE_STEPS, _DEEP, coarse=False)
    return changed(numbers)


def _changes(state: _State, base: Floats, j: int) -> Iterator[Floats]:
    """Directions of change of one predictor: its own shape, and what it shares with the others, by group."""
    spread = float(base[:, j].std())
    knots = [cell.value for cell in state.joint.cells.get(j, []) if cell.kind not in _MOMENTS]
    room = np.ones(base.shape[0])
    for knot in knots:
        room = np.minimum(room, np.abs(base[:, j] - knot) / (0.2 * spread))
    for group in ("events", "nonevents"):
        mask = state.masks[group]
        z = np.where(mask, (base[:, j] - base[mask, j].mean()) / base[mask, j].std(), 0.0)
        others = [np.where(mask, base[:, k] - base[mask, k].mean(), 0.0) / base[:, k].std()
                  for k in (*state.free, *state.binary) if k != j]  # fmt: skip
        for direction in (mask.astype(float), z, z * z, z**3, *others):
            yield spread * room * direction


def _table_of_marker(joint: Joint) -> tuple[int, int] | None:
    """Positive cases and controls of the dichotomised marker: about the printed error and log odds ratio."""
    target, rng = joint.target, joint.target.rng
    assert target.binary is not None
    b, se = joint.goal[0][target.binary], joint.goal[1][target.binary] / rng.uniform(1.0, 1.06)
    a, c = np.meshgrid(np.arange(5, target.n1 - 4), np.arange(5, target.n0 - 4), indexing="ij")
    log_ratio = np.log(a / (target.n1 - a)) - np.log(c / (target.n0 - c))
    error = np.sqrt(1 / a + 1 / (target.n1 - a) + 1 / c + 1 / (target.n0 - c))
    distance = np.abs(error / se - 1) + 0.02 * np.abs(log_ratio - b) / se
    if target.share is not None:
        distance = distance + 0.5 * np.abs((a + c) / (target.n1 + target.n0) - target.share)
    if joint.tables:
        return min(joint.tables, key=lambda table: float(distance[table[0] - 5, table[1] - 5])
                   if 5 <= table[0] < target.n1 - 4 and 5 <= table[1] < target.n0 - 4 else math.inf)  # fmt: skip
    nearest = np.unravel_index(int(np.argmin(distance)), distance.shape)
    return int(a[nearest]), int(c[nearest])


class _State:
    """Noise and two-level predictors of one start, and how far a cohort made from them is from print."""

    def __init__(self, joint: Joint, y: Outcome, x: Floats, free: list[int], binary: list[int]) -> None:
        self.joint, self.y, self.x, self.free, self.binary = joint, y, x, free, binary
        self.masks = masks_of(y)
        rng = joint.target.rng
        self.noise = {j: rng.normal(size=y.size) for j in free}
        self.shapes = {j: joint.shapes[j].settle(self.noise[j], self.masks["events"]) for j in free}
        self.beta: Floats | None = None
        #: pairs (predictor, what it shares noise with)
        self.shared = [(j, k) for i, j in enumerate(free) for k in (*free[:i], *binary)]
        self.spreads = rng.normal(0.0, 0.25, size=len(self.shared)).tolist()

    @cached_property
    def width(self) -> int:
        """Number of residuals."""
        cells = sum(len(found) for found in self.joint.cells.values())
        return 3 * len(self.joint.target.terms) + cells + sum(len(row) for _, row in self.joint.printed_areas)

    def start(self) -> Floats:
        """Starting numbers: shapes, then shares of noise by group."""
        shapes = [self.shapes[j].start() for j in self.free]
        # without any shared noise the error of a two-level predictor does not feel it
        links = [
            [0.0 if k in self.noise else spread] * 2 for (_, k), spread in zip(self.shared, self.spreads, strict=True)
        ]
        return np.concatenate([*shapes, np.ravel(links)])

    def columns(self, numbers: Floats) -> Floats:
        """Predictors that the numbers make."""
        x, width = self.x.copy(), 2 * PER_GROUP
        cases = self.masks["events"]
        links = numbers[width * len(self.free) :].reshape(-1, 2)
        for i, j in enumerate(self.free):
            noise = self.noise[j].copy()
            for (to, other), (one, two) in zip(self.shared, links, strict=True):
                if to == j:
                    source = self.noise[other] if other in self.noise else self.x[:, other] - 0.5
                    noise += np.where(cases, one, two) * source
            x[:, j] = self.shapes[j].values(noise, numbers[width * i : width * (i + 1)], cases)
        return x

    def with_quartiles(self, x: Floats) -> Floats:
        """Predictors whose printed quartiles hold again."""
        out = x.copy()
        for j, shape in self.shapes.items():
            out[:, j] = with_quantiles(x[:, j], self.masks["events"], shape.own)
        return out

    def wrong_quantile(self, x: Floats) -> tuple[int, int, float] | None:
        """A predictor, the patient next to one of its quantiles that is not as printed, and a value that mends it."""
        rng = self.joint.target.rng
        cells = [(j, cell) for j, found in self.joint.cells.items() for cell in found if cell.kind not in _MOMENTS]
        wrong = [(j, cell) for j, cell in cells if abs(cell.miss(cell_value(cell, x[:, j], self.masks))) > _WELL_INSIDE]
        if not wrong:
            return None
        j, cell = wrong[int(rng.integers(len(wrong)))]
        here, goal = cell_value(cell, x[:, j], self.masks), float(cell.printed.value)
        members = np.flatnonzero(self.masks[cell.group])
        side = members[x[members, j] >= here] if goal < here else members[x[members, j] <= here]
        nearest = side[np.argsort(np.abs(x[side, j] - here), kind="stable")[: int(rng.integers(1, 4))]]
        patient = int(nearest[-1])
        return j, patient, goal + (goal - here) * float(rng.uniform(0.0, 1.0))

    def residuals(self, numbers: Floats) -> Floats:
        """Everything printed, in half units, from the numbers that make a cohort."""
        return self.rows(self.columns(numbers))

    def rows(self, x: Floats) -> Floats:
        """Coefficients with both limits, p-values, table and areas, in half units from the middle of what fits."""
        found, cells = newton(self.y, x, self.beta), self._cells(x)
        if found is None:
            return np.full(self.width, 1e6)
        self.beta = found[0]
        slopes, errors = found[0][1:], found[1][1:]
        (b, se), halves = self.joint.goal, self.joint.halves
        rows = [(slopes - b + sign * Z * (errors - se)) / half
                for sign, half in zip((0.0, -1.0, 1.0), halves, strict=True)]  # fmt: skip
        return np.concatenate([*rows, cells, self._areas(x, found[0])])

    def _cells(self, x: Floats) -> list[float]:
        return [cell.miss(cell_value(cell, x[:, j], self.masks))
                for j, cells in self.joint.cells.items() for cell in cells]  # fmt: skip

    def misses(self, x: Floats) -> Floats:
        """Distance from print of coefficients, errors, p-values, table and areas, in half units."""
        found = newton(self.y, x, self.beta)
        if found is None:
            return np.full(1, 1e6)
        beta, errors = found
        self.beta = beta
        out = []
        for (logs, p), b, se in zip(self.joint.printed, beta[1:].tolist(), errors[1:].tolist(), strict=True):
            out += [(value - printed) / half
                    for (printed, half), value in zip(logs, (b, b - Z * se, b + Z * se), strict=True)]  # fmt: skip
            if p is not None:
                out.append((2 * float(ndtr(-abs(b) / se)) - p[0]) / p[1])
        return np.array([*out, *self._cells(x), *self._areas(x, beta)])

    def _areas(self, x: Floats, beta: Floats) -> list[float]:
        out: list[float] = []
        for j, row in self.joint.printed_areas:
            score = x @ beta[1:] if j < 0 else x[:, j] * (1 if beta[j + 1] > 0 else -1)
            numbers = delong_numbers(self.y, score)
            out += [(value - printed) / half for value, (printed, half) in zip(numbers, row, strict=False)]
        return out


def _cost(misses: Floats) -> float:
    return float(np.sum(np.maximum(np.abs(misses) - _WELL_INSIDE, 0.0) ** 2))


def _repair(state: _State, x: Floats) -> Floats | None:
    """Single values by a unit, or two values of one group exchanged, while that brings print nearer."""
    rng, target = state.joint.target.rng, state.joint.target
    misses = state.misses(x)
    groups = [np.flatnonzero(state.masks[g]) for g in ("events", "nonevents")]
    for _ in range(_REPAIRS):
        if np.abs(misses).max() < _DEEP_ENOUGH:
            return x
        j = int(rng.integers(len(target.terms)))
        trial = x.copy()
        quantile = state.wrong_quantile(x) if rng.integers(3) == 0 else None
        if quantile is not None:
            j, patient, value = quantile
            trial[patient, j] = round(value, state.joint.shapes[j].decimals)
        elif j in state.joint.shapes and rng.integers(2):
            shape = state.joint.shapes[j]
            chosen = rng.integers(state.y.size, size=int(rng.integers(1, 4)))
            moved = trial[chosen, j] + 10.0**-shape.decimals * int(rng.choice([-3, -2, -1, 1, 2, 3]))
            trial[chosen, j] = shape.rounded(np.clip(moved, min(shape.low), max(shape.high)))
        else:
            one, two = rng.choice(groups[int(rng.integers(2))], size=2, replace=False)
            trial[[one, two], j] = trial[[two, one], j]
        there = state.misses(trial)
        if _cost(there) < _cost(misses):
            x, misses = trial, there
    return x if np.abs(misses).max() < _DEEP_ENOUGH else None
