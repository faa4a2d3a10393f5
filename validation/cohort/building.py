"""From the columns of a source to a checked cohort."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome, check_choice
from validation.cohort.cohort import Cohort, Marker
from validation.cohort.describing import describe_column, notes_on
from validation.cohort.roles import Request, Roles, assign_roles, find
from validation.cohort.table import Column, Table, label_of, number_of
from validation.errors import InputError

__all__ = ["build"]

Keep = npt.NDArray[np.bool_]
#: a text column with more levels than this share of the rows identifies patients rather than describing them
_LEVELS_PER_ROW = 0.1
_FEW_LEVELS = 12
_SHOWN = 6


def build(table: Table, request: Request, name: str) -> Cohort:
    """Checked cohort; see `Cohort.from_file`."""
    missing = check_choice(request.missing, "missing", ("refuse", "drop"))
    if not table.columns or table.n_rows == 0:
        raise InputError(table.source, "has no rows", hint="One row per patient is needed.")
    roles = assign_roles(table, request)
    used = {column: _usable(find(table, column, "used")) for column in roles.used()}
    keep = _rows(used, missing, table)
    columns = {column: values.subset(keep) for column, values in used.items()}
    return _cohort(table, roles, columns, request, name)


def _cohort(table: Table, roles: Roles, columns: dict[str, Column], request: Request, name: str) -> Cohort:
    outcome, event = _outcome(columns[roles.outcome], request.event)
    design = [part for column in roles.predictors for part in _design(columns[column])]
    _check_unique([label for label, _ in design])
    x = np.empty((outcome.size, len(design)), dtype=np.float64)
    for j, (_, values) in enumerate(design):
        x[:, j] = values
    return Cohort(
        name=name,
        outcome=outcome,
        outcome_name=roles.outcome,
        event=event,
        predictors=tuple(label for label, _ in design),
        x=x,
        markers=tuple(
            Marker(m.column, _numbers(columns[m.column], "marker"), m.direction, m.stated) for m in roles.markers
        ),
        risks={risk: _risk(columns[risk]) for risk in roles.risks},
        secondary={column: _outcome(columns[column], None)[0] for column in roles.secondary},
        columns=tuple(describe_column(columns[column], role) for column, role in roles.pairs()),
        rows_read=table.n_rows,
        rows_dropped=table.n_rows - outcome.size,
        notes=(*table.notes, *notes_on(roles, columns)),
    )


def _usable(column: Column) -> Column:
    if column.problem:
        raise InputError(column.name, column.problem, hint=column.hint)
    if column.numbers is not None:
        infinite = np.flatnonzero(np.isinf(column.numbers))
        if infinite.size:
            raise InputError(
                column.name,
                f"has {infinite.size} infinite value(s), the first in row {infinite[0] + 1}",
                hint="Enter the measured value or leave it empty.",
            )
    return column


def _rows(columns: dict[str, Column], missing: str, table: Table) -> Keep:
    lost = np.zeros(table.n_rows, dtype=np.bool_)
    counts = {}
    for name, column in columns.items():
        holes = column.missing
        if holes.any():
            counts[name] = int(holes.sum())
            lost |= holes
    shown = ", ".join(f"{name} {count}" for name, count in counts.items())
    if counts and missing == "refuse":
        raise InputError(
            table.source,
            f"has missing values in {int(lost.sum())} of {table.n_rows} rows: {shown}",
            hint="Impute them, or drop the rows with --missing drop (missing='drop').",
        )
    if lost.all():
        raise InputError(
            table.source,
            f"has no row without a missing value: of {table.n_rows} rows miss {shown}",
            hint="Leave out the columns with many gaps.",
        )
    return ~lost


def _outcome(column: Column, event: object) -> tuple[Outcome, str]:
    counts = column.counts()
    found = list(counts)
    shown = ", ".join(f'"{label}" ({counts[label]})' for label in found[:_SHOWN])
    shown += ", ..." if len(found) > _SHOWN else ""
    if len(found) < 2:
        raise InputError(
            column.name, f"has one class only: {shown}", hint="Patients with and without the event are needed."
        )
    if len(found) > 2:
        raise InputError(
            column.name,
            f"has {len(found)} values, an outcome has two: {shown}",
            hint="Code the event as one value and everything else as another.",
        )
    label = _default_event(column, found, shown) if event is None else _event(column, found, str(event), shown)
    return np.array([value == label for value in column.labels()], dtype=np.int8), label


def _default_event(column: Column, found: list[str], shown: str) -> str:
    for label, pair in (("1", {"0", "1"}), ("True", {"False", "True"})):
        if set(found) == pair:
            return label
    raise InputError(
        column.name, f"does not say which value is the event: {shown}", hint="Say which it is: --event VALUE (event=)."
    )


def _event(column: Column, found: list[str], event: str, shown: str) -> str:
    if event in found:
        return event
    number = number_of(event)
    for label in found:
        if column.kind == "number" and number_of(label) == number is not None:
            return label
        if column.kind == "boolean" and event.lower() in (label.lower(), str(int(label == "True"))):
            return label
    raise InputError(column.name, f'has no value "{event}" for the event (--event)', hint=f"Its values are {shown}.")


def _numbers(column: Column, role: str) -> Floats:
    if column.numbers is None:
        first = next(text for text in column.texts or () if text is not None)
        raise InputError(column.name, f'holds text ("{first:.40}") and cannot be a {role}', hint="A number is needed.")
    return np.ascontiguousarray(column.numbers)


def _risk(column: Column) -> Floats:
    values = _numbers(column, "risk")
    low, high = float(values.min()), float(values.max())
    if low < 0.0 or high > 1.0:
        raise InputError(
            column.name,
            f"goes from {label_of(low)} to {label_of(high)}, a risk lies between 0 and 1",
            hint="Pass predicted risks, not percentages or linear predictors.",
        )
    return values


def _design(column: Column) -> list[tuple[str, Floats]]:
    if column.numbers is not None:
        if column.numbers.min() == column.numbers.max():
            raise _constant(column, column.labels()[0])
        return [(column.name, column.numbers)]
    levels = list(column.counts())
    if len(levels) < 2:
        raise _constant(column, levels[0])
    _check_levels(column, levels)
    labels = np.array(column.labels(), dtype=object)
    return [(f"{column.name}[{level}]", (labels == level).astype(np.float64)) for level in levels[1:]]


def _constant(column: Column, value: str | None) -> InputError:
    return InputError(
        column.name, f'is constant: "{value!s:.40}" in all {len(column)} rows', hint="Leave it out of the predictors."
    )


def _check_levels(column: Column, levels: list[str]) -> None:
    n = len(column)
    if len(levels) <= max(_FEW_LEVELS, _LEVELS_PER_ROW * n) and not len(levels) == n > 2:
        return
    numeric = all(number_of(level) is not None for level in levels)
    raise InputError(
        column.name,
        f"has {len(levels)} different texts in {n} rows: {', '.join(level[:20] for level in levels[:3])}, ...",
        hint="Convert the texts to numbers."
        if numeric
        else "It looks like an identifier: leave it out of the predictors, or group its levels.",
    )


def _check_unique(labels: list[str]) -> None:
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        raise InputError(", ".join(twice), "is the name of two design columns", hint="Rename the columns or levels.")
