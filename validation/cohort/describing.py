"""What was read, in words: a description of every column, and notes on what was taken for granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from validation.cohort.cohort import ColumnDescription
from validation.cohort.roles import Roles
from validation.cohort.table import Column, number_of

__all__ = ["describe_column", "notes_on"]

_SHOWN_LEVELS = 12


def describe_column(column: Column, role: str) -> ColumnDescription:
    """Kind, distinct values, ties, and range or levels of a column."""
    counts = column.counts()
    tied = sum(count for count in counts.values() if count > 1)
    if column.numbers is not None and column.kind == "number":
        detail = f"{column.numbers.min():g} to {column.numbers.max():g}"
        return ColumnDescription(column.name, role, column.kind, len(counts), tied, detail)
    shown = [f"{level} ({count})" for level, count in list(counts.items())[:_SHOWN_LEVELS]]
    more = ", ..." if len(counts) > _SHOWN_LEVELS else ""
    detail = f"levels {', '.join(shown)}{more}"
    if role == "predictor":
        reference = "True is 1, False is 0" if column.kind == "boolean" else f"reference {next(iter(counts))}"
        detail += f"; {reference}"
    return ColumnDescription(column.name, role, column.kind, len(counts), tied, detail)


def notes_on(roles: Roles, columns: Mapping[str, Column]) -> Iterator[str]:
    """Assumed directions, columns of a doubtful kind, and repeated rows."""
    for marker in roles.markers:
        if not marker.stated:
            yield f"Direction of {marker.column} was not stated; higher values are taken to indicate the event."
    yield from (column.note for column in columns.values() if column.note)
    for column in (columns[name] for name in roles.predictors):
        if column.kind == "text" and all(number_of(level) is not None for level in column.counts()):
            yield f"{column.name} holds numbers as labels; it is taken as categorical."
    repeated = _repeated_rows(list(columns.values()))
    if repeated:
        yield f"{repeated} row(s) repeat another row in all used columns."


def _repeated_rows(columns: list[Column]) -> int:
    """Rows less distinct rows, by merging the columns' codes one after the other."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values = column.numbers if column.numbers is not None else np.array(column.texts, dtype=object)
        own = np.unique(values, return_inverse=True)[1].astype(np.int64)
        codes = np.unique(codes * (int(own.max()) + 1) + own, return_inverse=True)[1].astype(np.int64)
    return int(codes.size - np.unique(codes).size)
