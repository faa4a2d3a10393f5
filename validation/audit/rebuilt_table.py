"""Numbers of a baseline table that a reconstructed cohort has to print: means, SDs, quartiles, ranges and counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims, DataRow, DescribeRow
from validation.audit.rounding import Printed
from validation.checks import Floats

__all__ = [
    "GROUPS",
    "MEASURES",
    "Cell",
    "Levels",
    "cell_value",
    "cells_of",
    "described_names",
    "group_of",
    "levels_of",
    "masks_of",
    "measures_of",
    "positive_level",
]

Outcome = npt.NDArray[np.int8]
GROUPS = ("all", "events", "nonevents")
_WORDS = {
    "total": "all", "event": "events", "cases": "events", "yes": "events",
    "non-events": "nonevents", "controls": "nonevents", "no": "nonevents",
}  # fmt: skip
_POSITIVE = ("1", "yes", "true", "present", "positive")


@dataclass(frozen=True)
class Cell:
    """One printed number of a variable in a group."""

    variable: str
    group: str
    kind: str
    printed: Printed

    @property
    def words(self) -> str:
        """What the number is, for people."""
        return f"{self.variable} ({self.group}): {self.kind}"

    def miss(self, value: float) -> float:
        """Distance from the printed number in half units; at most 1 prints so."""
        return (value - self.value) / self.half

    @cached_property
    def value(self) -> float:
        """The printed number."""
        return float(self.printed.value)

    @cached_property
    def half(self) -> float:
        """Half a unit of its last digit."""
        return float(self.printed.half_unit)


@dataclass(frozen=True)
class Levels:
    """A categorical variable with its numbers of events and non-events at each level."""

    variable: str
    names: tuple[str, ...]
    counts: tuple[tuple[int, int], ...]


def group_of(data: DataRow, name: str | None) -> str | None:
    """``all``, ``events`` or ``nonevents``; None for a group that is something else."""
    word = (name or "all").strip().lower()
    word = _WORDS.get(word, "all" if word == data.name.lower() else word)
    return word if word in GROUPS else None


def _complete(data: DataRow, row: DescribeRow, group: str) -> bool:
    """No patient of the group lacks the variable."""
    size = {"all": (data.events or 0) + (data.nonevents or 0), "events": data.events, "nonevents": data.nonevents}
    return row.n is None or row.n == size[group]


def cells_of(claims: Claims, data: DataRow, variable: str) -> list[Cell]:
    """Printed numbers of a variable that a cohort without missing values can print."""
    found = []
    for row in claims.tables.describe:
        group = group_of(data, row.group)
        if row.var != variable or group is None or not _complete(data, row, group):
            continue
        numbers = [(kind, getattr(row, kind)) for kind in ("mean", "sd", "median", "min", "max")]
        if row.iqr is not None:
            numbers += [("Q1", row.iqr[0]), ("Q3", row.iqr[1])]
        found += [Cell(variable, group, kind, value) for kind, value in numbers
                  if value is not None and value.kind == "value"]  # fmt: skip
    return found


def described_names(claims: Claims) -> list[str]:
    """Variables of the tables of means, each once."""
    return list(dict.fromkeys(row.var for row in claims.tables.describe))


def masks_of(y: Outcome) -> dict[str, npt.NDArray[np.bool_]]:
    """Patients of each group."""
    return {"all": np.ones(y.size, dtype=bool), "events": y == 1, "nonevents": y == 0}


def cell_value(cell: Cell, values: Floats, masks: dict[str, npt.NDArray[np.bool_]]) -> float:
    """The number of a cohort that a cell prints; quantiles of type 7, SD with n - 1."""
    chosen = values[masks[cell.group]]
    if cell.kind == "mean":
        return float(chosen.mean())
    if cell.kind == "sd":
        return float(chosen.std(ddof=1))
    share = {"median": 0.5, "Q1": 0.25, "Q3": 0.75, "min": 0.0, "max": 1.0}[cell.kind]
    place = (chosen.size - 1) * share
    below = int(place)
    above = min(below + 1, chosen.size - 1)
    ordered = np.partition(chosen, (below, above))
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def levels_of(claims: Claims, data: DataRow) -> Iterator[Levels]:
    """Categorical variables whose counts add up to the patients of both groups."""
    rows: dict[str, list[tuple[str, int, int]]] = {}
    for row in claims.tables.crosstab:
        if row.data in (None, data.name) and row.events is not None and row.nonevents is not None:
            rows.setdefault(row.var, []).append((row.level, row.events, row.nonevents))
    parts: dict[str, dict[str, int]] = {}
    for count in claims.tables.count:
        group = group_of(data, count.group) if count.group else None
        if count.k is not None and group in ("events", "nonevents"):
            parts.setdefault(count.of, {})[group] = count.k
    for name, sizes in parts.items():
        if len(sizes) == 2 and name not in rows:
            one, two = sizes["events"], sizes["nonevents"]
            rows[name] = [("yes", one, two), ("no", (data.events or 0) - one, (data.nonevents or 0) - two)]
    for name, found in rows.items():
        totals = (sum(r[1] for r in found), sum(r[2] for r in found))
        if len(found) >= 2 and totals == (data.events, data.nonevents) and min(min(r[1:]) for r in found) >= 0:
            yield Levels(name, tuple(r[0] for r in found), tuple((r[1], r[2]) for r in found))


def positive_level(levels: Levels) -> int:
    """Level of a two-level variable that is coded 1: one that says so, otherwise the last."""
    for i, name in enumerate(levels.names):
        if name.strip().lower() in _POSITIVE:
            return i
    return len(levels.names) - 1


#: measures at a cut-off that the counts decide
MEASURES = ("sens", "spec", "ppv", "npv", "acc", "youden")


def measures_of(tp: int, tn: int, n1: int, n0: int) -> dict[str, Fraction]:
    """Measures of a 2x2 table that exist."""
    fn, fp = n1 - tp, n0 - tn
    found = {"sens": Fraction(tp, n1), "spec": Fraction(tn, n0), "acc": Fraction(tp + tn, n1 + n0)}
    found["youden"] = found["sens"] + found["spec"] - 1
    if tp + fp:
        found["ppv"] = Fraction(tp, tp + fp)
    if tn + fn:
        found["npv"] = Fraction(tn, tn + fn)
    return found
