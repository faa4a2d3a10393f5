"""Files to `Table`: CSV, TSV, Parquet, Excel, Stata, SPSS, SAS. Every double is read exactly as it was written."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from validation.cohort.table import Table, numbers_or_texts, table_of_frame
from validation.errors import InputError

__all__ = ["EXTENSIONS", "read_table"]

_MAXIMUM_FIELD = 10_000_000
_DELIMITERS = ",;\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_table(path: str | Path) -> Table:
    """Columns of a file, chosen by its extension.

    Raises
    ------
    InputError
        The file is missing, empty, of an unknown kind, not UTF-8, ragged, or needs a reader that is not installed.
    """
    path = Path(path)
    name = str(path)
    if path.is_dir():
        raise InputError(name, "is a folder", hint="Pass the data file.")
    if not path.exists():
        raise InputError(name, "does not exist", hint="Check the path of the data file.")
    suffix = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    reader = EXTENSIONS.get(suffix)
    if reader is None:
        raise InputError(
            name, f'has the unknown extension "{suffix}"', hint=f"Known are {', '.join(sorted(EXTENSIONS))}."
        )
    try:
        table = reader(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(name, f"cannot be read: {error.strerror or error}") from None
    except Exception as error:  # readers of foreign formats raise what they like
        raise InputError(name, f"is no readable {suffix} file: {_first_line(error)}") from None
    if not table.columns or table.n_rows == 0:
        raise InputError(name, "has no rows", hint="A header line and one line per patient are needed.")
    return table


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _text(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix.lower() == ".gz" else path.read_bytes()
    if not data.strip():
        raise InputError(str(path), "is empty", hint="A header line and one line per patient are needed.")
    if data.startswith(_UTF16):
        raise InputError(str(path), "has the encoding UTF-16", hint="Save it as UTF-8.")
    if b"\0" in data:
        raise InputError(str(path), "is no text file", hint="Export the table as CSV.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            str(path),
            f"is not in the encoding UTF-8 (byte 0x{data[error.start]:02x} in line {line})",
            hint="Save it as UTF-8; files of older programs are often Latin-1 or Windows-1252.",
        ) from None


def _delimited(path: Path) -> Table:
    text = _text(path)
    header = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count) if path.suffix.lower() != ".tsv" else "\t"
    csv.field_size_limit(_MAXIMUM_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    first_line = 0
    try:
        names = next(reader)
        first_line = reader.line_num + 1
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                raise InputError(
                    str(path),
                    f"has {len(row)} cells in line {reader.line_num} where the header has {len(names)}",
                    hint="Quote cells that hold the delimiter.",
                )
            rows.append(row)
    except csv.Error as error:
        raise InputError(str(path), f"is no table: {error} in line {reader.line_num}") from None
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return Table(
        str(path),
        tuple(
            numbers_or_texts(name.strip(), list(cells), first_line) for name, cells in zip(names, columns, strict=True)
        ),
    )


def _needs(package: str, extra: str = "files") -> Any:
    import importlib

    try:
        return importlib.import_module(package)
    except ImportError:
        raise InputError(
            "data", f"needs the package {package} to be read", hint=f"pip install 'crosscheck-r[{extra}]'"
        ) from None


def _parquet(path: Path) -> Table:
    table = _needs("pyarrow.parquet").read_table(path)
    return table_of_frame({name: table.column(name).to_pylist() for name in table.column_names}, str(path))


def _excel(path: Path) -> Table:
    book = _needs("openpyxl").load_workbook(path, read_only=True, data_only=True)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    book.close()
    if not rows:
        raise InputError(str(path), "is empty", hint="The first sheet needs a header and one row per patient.")
    names = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    body = [row for row in rows[1:] if any(cell is not None for cell in row)]
    return table_of_frame(_Columns(names, body), str(path))


class _Columns:
    """Rows of a sheet as named columns; duplicate names stay apart for the later check."""

    def __init__(self, names: list[str], rows: list[tuple[Any, ...]]) -> None:
        self.names = names
        self.rows = rows

    def iter_columns(self) -> Any:
        for j, name in enumerate(self.names):
            yield _Series(name, [row[j] if j < len(row) else None for row in self.rows])


class _Series:
    """Name and values of one column."""

    def __init__(self, name: str, values: list[Any]) -> None:
        self.name = name
        self.values = values

    def to_list(self) -> list[Any]:
        return self.values


def _foreign(reader: str) -> Callable[[Path], Table]:
    def read(path: Path) -> Table:
        frame, _ = getattr(_needs("pyreadstat"), reader)(str(path), apply_value_formats=True)
        return table_of_frame(frame, str(path))

    return read


EXTENSIONS: dict[str, Callable[[Path], Table]] = {
    ".csv": _delimited,
    ".csv.gz": _delimited,
    ".tsv": _delimited,
    ".txt": _delimited,
    ".parquet": _parquet,
    ".xlsx": _excel,
    ".dta": _foreign("read_dta"),
    ".sav": _foreign("read_sav"),
    ".sas7bdat": _foreign("read_sas7bdat"),
    ".xpt": _foreign("read_xport"),
}
