"""Files to `Table` by their extension: text, Parquet, Excel, Stata, SPSS, SAS."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from validation.cohort.delimited import read_delimited
from validation.cohort.frames import table_of_frame, table_of_pairs
from validation.cohort.table import Column, Table, is_missing_word, label_of
from validation.errors import InputError

__all__ = ["EXTENSIONS", "read_table"]

_NEEDED = "A header line and one line per patient are needed."


def read_table(path: str | Path) -> Table:
    """Columns of a file, chosen by its extension.

    Raises
    ------
    InputError
        The file is missing, empty, of an unknown kind, not UTF-8, ragged, or needs a reader that is not installed.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InputError("data", f"is a {type(path).__name__}, no file name", hint="For a data frame use from_frame.")
    path = Path(path)
    name = str(path)
    try:
        reader = _reader(path)
        table = reader(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(
            name, f"cannot be read: {error.strerror or error}", hint="Check the file and its permissions."
        ) from None
    except Exception as error:  # readers of foreign formats raise what they like
        raise InputError(
            name, f"is no readable {path.suffix} file: {_first_line(error)}", hint="Export it anew, or as CSV."
        ) from None
    if not table.columns or table.n_rows == 0:
        raise InputError(name, "has no rows", hint=_NEEDED)
    return table


def _reader(path: Path) -> Callable[[Path], Table]:
    if path.is_dir():
        raise InputError(str(path), "is a folder", hint="Pass the data file.")
    if not path.exists():
        raise InputError(str(path), "does not exist", hint="Check the path of the data file.")
    suffix = path.suffix.lower()
    if suffix == ".gz":
        suffix = Path(path.stem).suffix.lower() + suffix
    if suffix not in EXTENSIONS:
        raise InputError(
            str(path),
            f'has the unknown extension "{suffix}"',
            hint=f"Known are {', '.join(EXTENSIONS)}. Export the table as CSV.",
        )
    if path.stat().st_size == 0:
        raise InputError(str(path), "is empty", hint=_NEEDED)
    return EXTENSIONS[suffix]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _needs(package: str, path: Path) -> Any:
    try:
        return importlib.import_module(package)
    except ImportError:
        raise InputError(
            str(path),
            f"needs the package {package.partition('.')[0]} to be read",
            hint="Install it: pip install 'crosscheck-r[files]'",
        ) from None


def _parquet(path: Path) -> Table:
    # the frame's index is no column, as in a data frame; its numbers stay apart from pandas' own rules for an index
    frame = _needs("pyarrow.parquet", path).read_table(path).to_pandas(ignore_metadata=True, integer_object_nulls=True)
    keep = [not str(name).startswith("__index_level_") for name in frame.columns]
    return table_of_frame(frame.loc[:, keep], str(path))


def _excel(path: Path) -> Table:
    book = _needs("openpyxl", path).load_workbook(path, read_only=True, data_only=True)
    try:
        sheets = book.worksheets
        if not sheets:
            raise InputError(str(path), "has no sheet with cells", hint=_NEEDED)
        rows = list(sheets[0].iter_rows(values_only=True))
        title, number = sheets[0].title, len(sheets)
    finally:
        book.close()
    filled = [k for k, row in enumerate(rows) if any(cell is not None for cell in row)]
    if not filled:
        raise InputError(str(path), "is empty", hint="The first sheet needs a header and one row per patient.")
    header = rows[filled[0]]
    names = ["" if cell is None else str(cell).strip() for cell in header]
    body = [rows[k] for k in filled[1:]]
    cells = ([row[j] if j < len(row) else None for row in body] for j in range(len(names)))
    pairs = [(name, values) for name, values in zip(names, cells, strict=True) if name or any(values)]
    table = table_of_pairs(pairs, str(path), lambda row: f"row {filled[row + 1] + 1} of the sheet")
    notes = (f'Sheet "{title}" was read, the first of {number}.',) if number > 1 else ()
    return Table(table.source, table.columns, notes)


def _labelled(reader: str) -> Callable[[Path], Table]:
    """Reader of files whose codes have labels; labels replace the codes where every value has its own."""

    def read(path: Path) -> Table:
        frame, meta = getattr(_needs("pyreadstat", path), reader)(str(path))
        table = table_of_frame(frame, str(path))
        return Table(table.source, tuple(_with_labels(table.columns, meta.variable_value_labels)))

    return read


def _with_labels(columns: tuple[Column, ...], labels: dict[str, dict[Any, str]]) -> Iterator[Column]:
    for column in columns:
        codes = labels.get(column.name, {})
        texts = {_code(code): str(text) for code, text in codes.items()}
        present = set(column.counts())
        shown = [texts.get(code, "") for code in present]
        if not present or column.problem or "" in shown or len(set(shown)) < len(shown):
            yield column
            continue
        labelled = tuple(None if code is None else texts[code] for code in column.labels())
        levels = tuple(texts[code] for code in texts if code in present)
        if any(is_missing_word(level) for level in levels):
            yield column
            continue
        yield Column(column.name, texts=labelled, kind="text", levels=levels)


def _code(code: Any) -> str:
    return label_of(float(code)) if isinstance(code, (int, float)) else str(code)


EXTENSIONS: dict[str, Callable[[Path], Table]] = {
    ".csv": read_delimited,
    ".csv.gz": read_delimited,
    ".tsv": read_delimited,
    ".tsv.gz": read_delimited,
    ".txt": read_delimited,
    ".parquet": _parquet,
    ".xlsx": _excel,
    ".dta": _labelled("read_dta"),
    ".sav": _labelled("read_sav"),
    ".zsav": _labelled("read_sav"),
    ".por": _labelled("read_por"),
    ".sas7bdat": _labelled("read_sas7bdat"),
    ".xpt": _labelled("read_xport"),
}
