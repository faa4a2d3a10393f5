"""From the columns of a source to a checked cohort."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from validation.checks import Floats, check_choice
from validation.cohort.cohort import Cohort, ColumnDescription, Direction, Marker
from validation.cohort.table import Column, Table
from validation.errors import InputError

__all__ = ["build"]

#: a text column with more levels than this share of the rows identifies patients rather than describing them
_LEVELS_PER_ROW = 0.1
_FEW_LEVELS = 12
_DIRECTIONS = ("higher", "lower")


def build(
    table: Table,
    outcome: str,
    event: str | None,
    predictors: Sequence[str] | None,
    markers: Sequence[str],
    risks: Sequence[str],
    missing: str,
    name: str,
) -> Cohort:
    """Checked cohort; see `Cohort.from_file`."""
    check_choice(missing, "missing", ("refuse", "drop"))
    _check_names(table)
    wanted = [_marker(table, marker) for marker in markers]
    chosen = _chosen(table, outcome, predictors, risks)
    _check_roles(outcome, chosen, risks, [column for column, *_ in wanted])
    used = list(dict.fromkeys([outcome, *chosen, *(column for column, *_ in wanted), *risks]))
    columns = {column: _usable(table, column) for column in used}
    keep, dropped = _rows(columns, missing, table)
    columns = {column: _subset(values, keep) for column, values in columns.items()}
    y, event_label = _outcome(columns[outcome], event)
    design = [part for column in chosen for part in _design(columns[column])]
    x = np.column_stack([values for _, values in design]) if design else np.empty((y.size, 0))
    _check_unique([label for label, _ in design])
    taken = tuple(_describe(columns[column], role) for column, role in _roles(outcome, chosen, wanted, risks))
    notes = tuple(_notes(wanted, columns))
    return Cohort(
        name=name,
        outcome=y,
        outcome_name=outcome,
        event=event_label,
        predictors=tuple(label for label, _ in design),
        x=np.ascontiguousarray(x, dtype=np.float64),
        markers=tuple(Marker(c, _numbers(columns[c], "marker"), d, stated) for c, d, stated in wanted),
        risks={risk: _risk(columns[risk]) for risk in risks},
        columns=taken,
        rows_read=table.n_rows,
        rows_dropped=dropped,
        notes=notes,
    )


def _check_names(table: Table) -> None:
    names = table.names
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        raise InputError(", ".join(twice), "is the name of more than one column", hint="Rename the columns.")
    for position, name in enumerate(names, start=1):
        if not name:
            raise InputError(
                f"column {position}", "has no name", hint="Name it, or delete it if it only numbers the rows."
            )


def _find(table: Table, name: str, what: str) -> Column:
    for column in table.columns:
        if column.name == name:
            return column
    by_lower = {known.lower(): known for known in table.names}
    close = [by_lower[word] for word in difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)]
    available = ", ".join(table.names[:30]) + (", ..." if len(table.names) > 30 else "")
    hint = f'Did you mean "{close[0]}"? ' if close else ""
    raise InputError(name, f"is no column of the data ({what})", hint=f"{hint}Columns are: {available}.")


def _marker(table: Table, text: str) -> tuple[str, Direction, bool]:
    if text in table.names:
        return text, "higher", False
    column, colon, direction = text.rpartition(":")
    if colon and direction in _DIRECTIONS:
        _find(table, column, "marker")
        return column, "lower" if direction == "lower" else "higher", True
    if colon and column in table.names:
        raise InputError(
            text, f'has the unknown direction "{direction}"', hint=f"Write {column}:higher or {column}:lower."
        )
    _find(table, text, "marker")
    raise AssertionError("unreachable: _find raises")


def _chosen(table: Table, outcome: str, predictors: Sequence[str] | None, risks: Sequence[str]) -> list[str]:
    _find(table, outcome, "outcome")
    for risk in risks:
        _find(table, risk, "risk")
    if predictors is None:
        return [name for name in table.names if name != outcome and name not in risks]
    for name in predictors:
        _find(table, name, "predictor")
    return list(predictors)


def _check_roles(outcome: str, predictors: list[str], risks: Sequence[str], markers: list[str]) -> None:
    for names, what in ((predictors, "predictors"), (risks, "risks"), (markers, "markers")):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise InputError(", ".join(twice), f"is listed twice among the {what}")
        if outcome in names:
            raise InputError(outcome, f"is the outcome and cannot be among the {what}")


def _check_unique(labels: list[str]) -> None:
    twice = [label for label, count in Counter(labels).items() if count > 1]
    if twice:
        raise InputError(", ".join(twice), "is the name of two design columns", hint="Rename the columns or levels.")


def _usable(table: Table, name: str) -> Column:
    column = _find(table, name, "used")
    if column.problem:
        raise InputError(name, column.problem, hint=column.hint)
    if column.numbers is not None:
        infinite = int(np.count_nonzero(np.isinf(column.numbers)))
        if infinite:
            raise InputError(
                name, f"has {infinite} infinite value(s)", hint="Enter the measured value or leave it empty."
            )
    return column


def _rows(
    columns: dict[str, Column], missing: str, table: Table
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], int]:
    lost = np.zeros(table.n_rows, dtype=bool)
    counts = {}
    for name, column in columns.items():
        holes = column.missing
        if holes.any():
            counts[name] = int(holes.sum())
            lost |= holes
    if counts and missing == "refuse":
        shown = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise InputError(
            table.source,
            f"has missing values: {shown}",
            hint="Impute them, or drop the rows with --missing drop (missing='drop').",
        )
    if lost.all():
        raise InputError(table.source, "has no row without a missing value", hint="Leave out columns with many gaps.")
    return ~lost, int(lost.sum())


def _subset(column: Column, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Column:
    numbers = None if column.numbers is None else column.numbers[keep]
    texts = None if column.texts is None else tuple(t for t, kept in zip(column.texts, keep, strict=True) if kept)
    return Column(column.name, numbers, texts, column.kind)


def _outcome(column: Column, event: str | None) -> tuple[np.ndarray[tuple[int], np.dtype[np.int8]], str]:
    labels = column.labels()
    found = sorted({label for label in labels if label is not None})
    shown = ", ".join(f'"{label}"' for label in found[:6]) + (", ..." if len(found) > 6 else "")
    if len(found) < 2:
        raise InputError(
            column.name, f"has one class only ({shown})", hint="Patients with and without the event are needed."
        )
    if len(found) > 2:
        raise InputError(
            column.name,
            f"has {len(found)} values ({shown}), an outcome has two",
            hint="Code the event as one value and everything else as another.",
        )
    if event is None:
        defaults: dict[tuple[str, ...], str] = {("0", "1"): "1", ("False", "True"): "True"}
        if tuple(found) not in defaults:
            raise InputError(column.name, f"has the values {shown}", hint="Say which is the event: --event VALUE.")
        event = defaults[tuple(found)]
    event = _event_label(column, found, str(event), shown)
    return np.array([label == event for label in labels], dtype=np.int8), event


def _event_label(column: Column, found: list[str], event: str, shown: str) -> str:
    if event in found:
        return event
    try:
        number = float(event)
    except ValueError:
        number = float("nan")
    for label in found:
        if column.kind == "number" and float(label) == number:
            return label
        if column.kind == "boolean" and event.lower() in (label.lower(), str(int(label == "True"))):
            return label
    raise InputError(column.name, f'has no value "{event}" (--event)', hint=f"Its values are {shown}.")


def _numbers(column: Column, role: str) -> Floats:
    if column.numbers is None:
        first = next(text for text in column.texts or () if text is not None)
        raise InputError(column.name, f'holds text ("{first}") and cannot be a {role}', hint="A number is needed.")
    return np.ascontiguousarray(column.numbers)


def _risk(column: Column) -> Floats:
    values = _numbers(column, "risk")
    low, high = float(values.min()), float(values.max())
    if low < 0.0 or high > 1.0:
        raise InputError(column.name, f"goes from {low:g} to {high:g}, a risk lies between 0 and 1")
    return values


def _design(column: Column) -> Iterator[tuple[str, Floats]]:
    if column.numbers is not None:
        if column.numbers.min() == column.numbers.max():
            raise InputError(
                column.name, f"is constant ({column.numbers[0]:g} in all rows)", hint="Leave it out of the predictors."
            )
        yield column.name, column.numbers
        return
    levels = _levels(column)
    labels = np.array(column.labels(), dtype=object)
    for level in levels[1:]:
        yield f"{column.name}[{level}]", (labels == level).astype(np.float64)


def _levels(column: Column) -> list[str]:
    levels = sorted({text for text in column.texts or () if text is not None})
    if len(levels) < 2:
        raise InputError(
            column.name, f'is constant ("{levels[0]}" in all rows)', hint="Leave it out of the predictors."
        )
    if len(levels) > max(_FEW_LEVELS, _LEVELS_PER_ROW * len(column)):
        raise InputError(
            column.name,
            f"has {len(levels)} different texts in {len(column)} rows",
            hint="It looks like an identifier; leave it out of the predictors, or group its levels.",
        )
    return levels


def _roles(
    outcome: str, predictors: list[str], markers: list[tuple[str, Direction, bool]], risks: Sequence[str]
) -> Iterator[tuple[str, str]]:
    yield outcome, "outcome"
    yield from ((name, "predictor") for name in predictors)
    yield from ((name, "marker") for name, *_ in markers if name not in predictors and name not in risks)
    yield from ((name, "risk") for name in risks)


def _describe(column: Column, role: str) -> ColumnDescription:
    labels = [label for label in column.labels() if label is not None]
    counts = Counter(labels)
    tied = sum(count for count in counts.values() if count > 1)
    if column.numbers is not None and column.kind == "number":
        detail = f"{column.numbers.min():g} to {column.numbers.max():g}"
    else:
        levels = sorted(counts)
        detail = "levels " + ", ".join(f"{level} ({counts[level]})" for level in levels[:12])
        if role == "predictor" and column.texts is not None:
            detail += f"; reference {levels[0]}"
    return ColumnDescription(column.name, role, column.kind, len(counts), tied, detail)


def _notes(markers: list[tuple[str, Direction, bool]], columns: dict[str, Column]) -> Iterator[str]:
    for name, _, stated in markers:
        if not stated:
            yield f"Direction of {name} was not stated; higher values are taken to indicate the event."
    rows = Counter(zip(*(column.labels() for column in columns.values()), strict=True))
    repeated = sum(count - 1 for count in rows.values() if count > 1)
    if repeated:
        yield f"{repeated} row(s) repeat another row in all used columns."
