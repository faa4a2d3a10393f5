"""Text files to `Table`: comma, semicolon, tab or bar, quoted or not. Doubles are read exactly as they were written."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from validation.cohort.table import LARGEST_WHOLE, Column, Table, is_missing_word, number_of, unusable
from validation.errors import InputError

__all__ = ["column_of_cells", "read_delimited"]

_DELIMITERS = ",;\t|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SNIFFED_LINES = 50
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?|\d{1,2}[-/.]\d{1,2}[-/.](\d{4}|\d{2})([T ].*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_NEEDED = "A header line and one line per patient are needed."


def read_delimited(path: Path) -> Table:
    """Columns of a text file; ``.tsv`` files have tabs, for others the delimiter is found.

    Raises
    ------
    InputError
        The file is empty, no text, not UTF-8, or has lines of different lengths.
    """
    text = _text(path)
    delimiter = "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else _delimiter(text)
    try:
        names, rows, lines = _records(text, delimiter, path)
    except csv.Error as error:
        raise InputError(
            str(path), f"is no table: {error}", hint="Look for an unmatched quotation mark, or export it anew."
        ) from None
    cells: Iterator[Sequence[str]] = zip(*rows, strict=True) if rows else iter([[]] * len(names))
    columns = tuple(column_of_cells(name.strip(), column, lines) for name, column in zip(names, cells, strict=True))
    # a delimiter at the end of each line makes a column without name and values
    return Table(str(path), tuple(column for column in columns if column.name or not column.missing.all()))


def _text(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix.lower() == ".gz":
        data = gzip.decompress(data)
    if data.startswith(_UTF16):
        raise InputError(str(path), "has the encoding UTF-16", hint=_convert(path, "UTF-16"))
    if b"\0" in data:
        raise InputError(str(path), "is no text file (it has zero bytes)", hint="Export the table as CSV.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path, data, error.start) from None
    if not text.strip():
        raise InputError(str(path), "is empty", hint=_NEEDED)
    return text


def _wrong_encoding(path: Path, data: bytes, start: int) -> InputError:
    line = data[:start].count(b"\n") + 1
    try:
        data.decode("cp1252")
        likely = "Windows-1252"
    except UnicodeDecodeError:
        likely = "Latin-1"
    return InputError(
        str(path),
        f"is not in the encoding UTF-8 (byte 0x{data[start]:02x} in line {line})",
        hint=f"It may be {likely}. {_convert(path, likely)}",
    )


def _convert(path: Path, encoding: str) -> str:
    return f"Save it as UTF-8, for example: iconv -f {encoding.upper()} -t UTF-8 {path.name} > utf8.csv"


def _delimiter(text: str) -> str:
    """Delimiter that cuts all of the first lines into the same number of cells; else the one that cuts the header."""
    head = list(islice(io.StringIO(text.lstrip("\r\n"), newline=""), _SNIFFED_LINES))

    def score(delimiter: str) -> tuple[bool, int]:
        try:
            records = [record for record in csv.reader(head, delimiter=delimiter) if record]
        except csv.Error:
            return False, 0
        # a quoted cell may have been cut through by the end of the sample
        whole = records if len(head) < _SNIFFED_LINES else records[:-1]
        widths = {len(record) for record in whole}
        return len(widths) == 1 and widths != {1}, len(records[0]) if records else 0

    return max(_DELIMITERS, key=score)


def _records(text: str, delimiter: str, path: Path) -> tuple[list[str], list[list[str]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    line = 1
    try:
        for record in reader:
            first, line = line, reader.line_num + 1
            blank = not any(cell.strip() for cell in record)
            # in a table of one column a blank cell is a missing value
            if blank and (not record or len(names) != 1):
                continue
            if not names:
                names = record
            elif len(record) != len(names):
                raise _ragged(path, record, names, first)
            else:
                rows.append(record)
                lines.append(first)
    except csv.Error as error:
        raise csv.Error(f"{error} in line {reader.line_num}") from None
    return names, rows, lines


def _ragged(path: Path, record: list[str], names: list[str], line: int) -> InputError:
    hint = "Quote cells that hold the delimiter."
    if len(record) > len(names):
        hint += " If its decimals are commas, export it with decimal points."
    return InputError(str(path), f"has {len(record)} cells in line {line} where the header has {len(names)}", hint=hint)


def column_of_cells(name: str, cells: Sequence[str], lines: Sequence[int]) -> Column:
    """Column of a text file: numbers where all cells are, texts where most are not, otherwise a problem."""
    words = tuple(None if is_missing_word(cell) else cell.strip() for cell in cells)
    values = [math.nan if word is None else number_of(word) for word in words]
    wrong = [row for row, value in enumerate(values) if value is None]
    if wrong:
        return _text_column(name, words, wrong, lines)
    numbers = np.array(values, dtype=np.float64)
    for row in np.flatnonzero((np.abs(numbers) >= LARGEST_WHOLE) & np.isfinite(numbers)).tolist():
        word = str(words[row])
        if word.lstrip("+-").isdigit() and int(word) != int(values[row] or 0):
            problem = f"has numbers that no double holds: {word[:40]} in line {lines[row]}"
            return unusable(name, len(words), problem, "Round them, or leave out an identifier.")
    return Column(name, numbers)


def _text_column(name: str, words: tuple[str | None, ...], wrong: list[int], lines: Sequence[int]) -> Column:
    present = [word for word in words if word is not None]
    if {word.lower() for word in present} <= {"true", "false"}:
        flags = [math.nan if word is None else float(word.lower() == "true") for word in words]
        return Column(name, np.array(flags), kind="boolean")
    if all(_DATE.fullmatch(word) for word in present):
        return unusable(name, len(words), "holds dates", "Compute a duration or an age from them.")
    first = f'"{words[wrong[0]]:.40}" in line {lines[wrong[0]]}'
    if all(_DECIMAL_COMMA.fullmatch(words[row] or "") for row in wrong):
        hint = "Export it with decimal points, or read it with pandas.read_csv(..., decimal=',') and pass the frame."
        return unusable(name, len(words), f"is written with decimal commas: {first}", hint)
    if len(wrong) * 2 > len(present):
        labels = len(present) - len(wrong)
        note = f"{labels} of {len(present)} values of {name} are numbers, the rest labels; all are taken as labels."
        return Column(name, texts=words, kind="text", note=note if labels else "")
    more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    hint = "Correct the cells, or leave them empty if missing."
    return unusable(name, len(words), f"has text where numbers are expected: {first}{more}", hint)
