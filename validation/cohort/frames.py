"""Data frames to `Table`: pandas, polars, or a mapping of names to sequences."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from validation.checks import Floats
from validation.cohort.table import LARGEST_WHOLE, Column, Table, is_missing_word, label_of, unusable
from validation.errors import InputError

__all__ = ["table_of_frame", "table_of_pairs"]

Where = Callable[[int], str]
_DATES = {"date", "datetime", "datetime64", "Timestamp", "time", "timedelta", "timedelta64", "Timedelta", "Period"}
_NESTED = {"list", "tuple", "dict", "set", "frozenset", "ndarray", "Series", "DataFrame"}


def table_of_frame(frame: Any, source: str) -> Table:
    """Columns of a pandas or polars data frame, or of a mapping of names to sequences.

    Raises
    ------
    InputError
        It is none of these, or its columns differ in length or have more than one dimension.
    """
    if isinstance(frame, Mapping):
        return table_of_pairs(frame.items(), source)
    if hasattr(frame, "iter_columns"):
        return table_of_pairs([(series.name, series) for series in frame.iter_columns()], source)
    if hasattr(frame, "iloc") and hasattr(frame, "columns"):
        return table_of_pairs([(name, frame.iloc[:, j]) for j, name in enumerate(frame.columns)], source)
    hint = "Pass a file name, a pandas or a polars data frame."
    if hasattr(frame, "collect"):
        hint = "Call its collect() first."
    raise InputError("data", f"is a {type(frame).__name__}, no data frame", hint=hint)


def _row(row: int) -> str:
    return f"row {row + 1}"


def table_of_pairs(pairs: Iterable[tuple[Any, Any]], source: str, where: Where = _row) -> Table:
    """Columns from pairs of name and values; `where` names a row in messages."""
    columns = tuple(_column(str(name), values, where) for name, values in pairs)
    lengths: dict[int, str] = {}
    for column in columns:
        lengths.setdefault(len(column), column.name)
    if len(lengths) > 1:
        shown = ", ".join(f"{name} {length}" for length, name in list(lengths.items())[:4])
        raise InputError(source, f"has columns of different lengths: {shown}", hint="Each needs one value per patient.")
    return Table(source, columns)


def _column(name: str, values: Any, where: Where) -> Column:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__len__") or not hasattr(values, "__iter__"):
        raise InputError(name, f"is a {type(values).__name__}, no column", hint="Pass one value per patient.")
    dimensions = getattr(values, "ndim", 1)
    if dimensions != 1:
        raise InputError(name, f"has {dimensions} dimensions, a column has one", hint="Pass one value per patient.")
    dtype: Any = getattr(values, "dtype", None)
    if _polars_numbers(values, dtype):
        values = values.to_numpy()
        dtype = values.dtype
    kind = getattr(dtype, "kind", "")
    if type(dtype).__name__ in ("CategoricalDtype", "Enum"):
        return _column_of_levels(name, list(values), list(dtype.categories), where)
    if kind == "b":
        return Column(name, _as_numbers(values), kind="boolean")
    if kind in ("i", "u", "f"):
        return _column_of_numbers(name, values, where)
    if kind == "c":
        return unusable(name, len(values), "holds complex numbers", "Pass real numbers.")
    if kind in ("M", "m"):
        return unusable(name, len(values), "holds dates or times", "Compute a duration or an age from them.")
    return _column_of_objects(name, list(values), where)


def _polars_numbers(values: Any, dtype: Any) -> bool:
    # a whole number beside a null would come as a double, rounded unseen
    return hasattr(dtype, "is_float") and bool(dtype.is_float() or (dtype.is_integer() and not values.null_count()))


def _as_numbers(values: Any) -> Floats:
    if hasattr(values, "to_numpy"):
        return np.array(values.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    return np.array(values, dtype=np.float64)


def _column_of_numbers(name: str, values: Any, where: Where) -> Column:
    with np.errstate(over="ignore"):  # a longdouble may be beyond a double; the comparison below finds it
        numbers = _as_numbers(values)
    wide = values.dtype.kind == "f" and getattr(values.dtype, "itemsize", 8) > 8
    suspects = np.arange(numbers.size) if wide else np.flatnonzero(np.abs(numbers) >= LARGEST_WHOLE)
    if values.dtype.kind == "f" and not wide:
        return Column(name, numbers)
    given = getattr(values, "iloc", values)
    for row in suspects.tolist():
        if not math.isnan(numbers[row]) and not _same(given[row], float(numbers[row])):
            return _no_double(name, len(numbers), given[row], where(row))
    return Column(name, numbers)


def _same(given: Any, number: float) -> bool:
    if isinstance(given, (int, np.integer)):
        return math.isfinite(number) and int(given) == int(number)
    return bool(given == number)


def _no_double(name: str, n: int, value: Any, place: str) -> Column:
    problem = f"has numbers that no double holds: {value!s:.40} in {place}"
    return unusable(name, n, problem, "Round them, or leave out an identifier.")


def _column_of_levels(name: str, values: list[Any], categories: list[Any], where: Where) -> Column:
    """Categorical column, with its levels in the stated order."""
    if not {type(category).__name__ for category in categories} <= {"str", "int", "float", "bool", "Interval"}:
        return _column_of_objects(name, values, where)
    texts = tuple(None if _is_missing(value) else _level(value) for value in values)
    return Column(name, texts=texts, kind="text", levels=tuple(dict.fromkeys(_level(c) for c in categories)))


def _level(value: Any) -> str:
    return label_of(float(value)) if isinstance(value, float) else str(value)


def _column_of_objects(name: str, values: list[Any], where: Where) -> Column:
    cleaned = [None if _is_missing(value) else value for value in values]
    kinds = {_kind(value) for value in cleaned if value is not None}
    if kinds == {"boolean"}:
        return Column(name, np.array([math.nan if v is None else float(v) for v in cleaned]), kind="boolean")
    if kinds <= {"number"}:
        return _column_of_reals(name, cleaned, where)
    if kinds == {"text"}:
        return Column(name, texts=tuple(None if v is None else str(v) for v in cleaned), kind="text")
    return _foreign(name, cleaned, kinds, where)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    if isinstance(value, (bool, np.bool_)):
        return "boolean"
    word = type(value).__name__
    if isinstance(value, (int, float, np.integer, np.floating)) or word == "Decimal":
        return "date" if word == "timedelta64" else "number"
    if word in _DATES:
        return "date"
    if word in _NESTED:
        return "nested"
    return "complex" if isinstance(value, (complex, np.complexfloating)) else word


def _column_of_reals(name: str, values: list[Any], where: Where) -> Column:
    numbers = np.full(len(values), math.nan)
    for row, value in enumerate(values):
        if value is None:
            continue
        try:
            numbers[row] = float(value)
        except (OverflowError, ValueError):
            return _no_double(name, len(values), value, where(row))
        if isinstance(value, (int, np.integer)) and int(value) != int(numbers[row]):
            return _no_double(name, len(values), value, where(row))
    return Column(name, numbers)


def _foreign(name: str, values: list[Any], kinds: set[str], where: Where) -> Column:
    n = len(values)
    if kinds == {"date"}:
        return unusable(name, n, "holds dates or times", "Compute a duration or an age from them.")
    if kinds == {"complex"}:
        return unusable(name, n, "holds complex numbers", "Pass real numbers.")
    if "nested" in kinds:
        row = next(row for row, value in enumerate(values) if value is not None and _kind(value) == "nested")
        shown = type(values[row]).__name__
        return unusable(name, n, f"holds a {shown} in {where(row)}", "A cell holds one number or label.")
    count = {kind: sum(value is not None and _kind(value) == kind for value in values) for kind in kinds}
    odd = min(sorted(kinds), key=lambda kind: count[kind])
    row = next(row for row, value in enumerate(values) if value is not None and _kind(value) == odd)
    # the odd value of an unknown type is not shown: nothing says that its text is short or harmless
    shown = f' "{values[row]!s:.40}"' if odd in ("text", "number", "boolean") else ""
    if kinds == {"text", "number"} and odd == "text":
        problem = f"has text where numbers are expected:{shown} in {where(row)}"
        more = f" and {count[odd] - 1} more" if count[odd] > 1 else ""
        return unusable(name, n, problem + more, "Correct the cells, or leave them empty if missing.")
    if len(kinds) == 1:
        return unusable(name, n, f"holds values of the type {odd}")
    return unusable(name, n, f"mixes types: {', '.join(sorted(kinds))}; the first {odd} is{shown} in {where(row)}")


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, str):
        return is_missing_word(value)
    if isinstance(value, (float, np.floating)):
        return bool(math.isnan(value))
    if type(value).__name__ == "Decimal":
        return bool(value.is_nan())
    return type(value).__name__ in ("NAType", "NaTType")
