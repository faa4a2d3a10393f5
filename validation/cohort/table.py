"""Columns of a data source before anything is known of their meaning: numbers or texts, with missing values marked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from validation.checks import Floats
from validation.errors import InputError

__all__ = ["MISSING_WORDS", "Column", "Table", "numbers_or_texts", "table_of_frame"]

#: texts that stand for a missing value
MISSING_WORDS = frozenset({"", "NA", "N/A", "na", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "."})


@dataclass(frozen=True)
class Column:
    """One column: either ``numbers`` (NaN where missing) or ``texts`` (None where missing).

    ``problem`` says what is wrong with it; it matters only when the column is used.
    """

    name: str
    numbers: Floats | None = None
    texts: tuple[str | None, ...] | None = None
    kind: str = "number"
    problem: str = ""
    hint: str = ""

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers) if self.numbers is not None else len(self.texts or ())

    @property
    def missing(self) -> Any:
        """True where the value is missing."""
        if self.numbers is not None:
            return np.isnan(self.numbers)
        return np.array([text is None for text in self.texts or ()], dtype=bool)

    def labels(self) -> list[str | None]:
        """Values as texts; whole numbers without a decimal point."""
        if self.texts is not None:
            return list(self.texts)
        assert self.numbers is not None
        if self.kind == "boolean":
            return [None if math.isnan(v) else ("True" if v else "False") for v in self.numbers.tolist()]
        return [None if math.isnan(v) else label_of(v) for v in self.numbers.tolist()]


def label_of(value: float) -> str:
    """Shortest text of a number, without a decimal point where it is whole."""
    return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 2**53 else repr(value)


@dataclass(frozen=True)
class Table:
    """Columns in the order of the source; names need not be unique yet."""

    source: str
    columns: tuple[Column, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def names(self) -> list[str]:
        """Column names."""
        return [column.name for column in self.columns]


def numbers_or_texts(name: str, cells: list[str], first_line: int = 2) -> Column:
    """Column of a text file: numbers where all cells are, texts where most are not, otherwise a problem."""
    values: list[float] = []
    wrong: list[int] = []
    missing = 0
    for row, cell in enumerate(cells):
        word = cell.strip()
        if word in MISSING_WORDS:
            values.append(math.nan)
            missing += 1
            continue
        try:
            # Python reads 1_000 as a number, a table never means that
            values.append(float(word) if "_" not in word else float("x"))
        except ValueError:
            wrong.append(row)
            values.append(math.nan)
    if not wrong:
        return Column(name, np.array(values, dtype=np.float64))
    present = len(cells) - missing
    texts = tuple(None if cell.strip() in MISSING_WORDS else cell.strip() for cell in cells)
    distinct = {text.lower() for text in texts if text is not None}
    if distinct <= {"true", "false"}:
        numbers = [math.nan if text is None else float(text.lower() == "true") for text in texts]
        return Column(name, np.array(numbers), kind="boolean")
    if len(wrong) * 2 > present:
        comma = _decimal_commas(texts)
        problem = "uses decimal commas" if comma else ""
        return Column(
            name, texts=texts, kind="text", problem=problem, hint="Export it with decimal points." if comma else ""
        )
    first = wrong[0]
    problem = f'has text where numbers are expected: "{cells[first][:40]}" in line {first + first_line}'
    if len(wrong) > 1:
        problem += f" and {len(wrong) - 1} more"
    return Column(
        name, texts=texts, kind="text", problem=problem, hint="Correct the cells, or leave them empty if missing."
    )


def _decimal_commas(texts: tuple[str | None, ...]) -> bool:
    present = [text for text in texts if text is not None]
    return bool(present) and all(_is_decimal_comma(text) for text in present)


def _is_decimal_comma(text: str) -> bool:
    whole, comma, decimals = text.lstrip("+-").partition(",")
    return bool(comma) and whole.isdigit() and decimals.isdigit()


def table_of_frame(frame: Any, source: str) -> Table:
    """Columns of a pandas or polars data frame, or of a mapping of names to sequences."""
    if isinstance(frame, Mapping):
        pairs = [(str(name), values) for name, values in frame.items()]
    elif hasattr(frame, "iter_columns"):
        pairs = [(str(series.name), series.to_list()) for series in frame.iter_columns()]
    elif hasattr(frame, "columns") and hasattr(frame, "iloc"):
        pairs = [(str(name), frame.iloc[:, j]) for j, name in enumerate(frame.columns)]
    else:
        raise InputError(
            "data",
            f"is a {type(frame).__name__}, no data frame",
            hint="Pass a file name, a pandas or a polars data frame.",
        )
    columns = tuple(_column_of_values(name, values) for name, values in pairs)
    if len({len(column) for column in columns}) > 1:
        raise InputError("data", "has columns of different lengths")
    return Table(source, columns)


def _column_of_values(name: str, values: Any) -> Column:
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind == "b":
        return Column(name, np.asarray(values, dtype=np.float64), kind="boolean")
    if kind in "iuf" and kind:
        return Column(name, _as_numbers(values))
    if kind == "c":
        return _unusable(name, len(values), "complex numbers")
    if kind in ("M", "m"):
        return _unusable(name, len(values), "dates or times")
    return _column_of_objects(name, list(values))


def _as_numbers(values: Any) -> Floats:
    if hasattr(values, "to_numpy"):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    return np.asarray(values, dtype=np.float64)


def _unusable(name: str, n: int, what: str) -> Column:
    return Column(
        name, texts=(None,) * n, kind="unusable", problem=f"holds {what}", hint="Convert it to numbers or labels."
    )


def _column_of_objects(name: str, values: list[Any]) -> Column:
    cleaned = [None if _is_missing(value) else value for value in values]
    kinds = {type(value) for value in cleaned if value is not None}
    if all(issubclass(kind, (bool, np.bool_)) for kind in kinds):
        return Column(name, np.array([math.nan if v is None else float(v) for v in cleaned]), kind="boolean")
    if all(issubclass(kind, (int, float, np.integer, np.floating)) for kind in kinds):
        try:
            return Column(name, np.array([math.nan if v is None else float(v) for v in cleaned], dtype=np.float64))
        except OverflowError:
            return _unusable(name, len(values), "whole numbers beyond double precision")
    if all(issubclass(kind, str) for kind in kinds):
        return Column(
            name, texts=tuple(None if v is None or v in MISSING_WORDS else str(v) for v in cleaned), kind="text"
        )
    shown = ", ".join(sorted(kind.__name__ for kind in kinds)[:4])
    return _unusable(name, len(values), f"mixed or foreign values ({shown})")


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, (float, np.floating)):
        return bool(math.isnan(value))
    return type(value).__name__ in ("NAType", "NaTType")
