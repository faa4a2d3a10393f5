"""Reading a claim file: TOML or JSON in, `Claims` out, every error with its line and column."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from validation.audit.claims import TABLES, Claims, Model, ModelCalibration, ModelNetBenefit, Paper, TermRow
from validation.errors import InputError

__all__ = ["ClaimFileError", "claims_hash", "parse_claims", "read_claims"]

#: a claim file is typed by hand; anything larger is something else
MAXIMUM_BYTES = 5_000_000


class ClaimFileError(InputError):
    """A claim file cannot be read; the message begins with file, line and column."""

    code = "bad-claim-file"

    def __init__(self, name: str, line: int, column: int, problem: str, *, hint: str = "") -> None:
        self.line = line
        self.column = column
        super().__init__(f"{name}, line {line}, column {column}", problem, hint=hint)


@dataclass(frozen=True)
class _Place:
    """Where something stands in the source."""

    line: int
    column: int


class _Source:
    """Text of a claim file with a rough map from keys to lines; the map serves messages only."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.lines = text.splitlines()

    def error(self, place: _Place, problem: str, hint: str = "") -> ClaimFileError:
        return ClaimFileError(self.name, place.line, place.column, problem, hint=hint)

    def find_key(self, path: tuple[str | int, ...]) -> _Place:
        """Line and column of the innermost key of `path` that is found, searched below its parents in turn."""
        line, column, start = 1, 1, 0
        for part in path:
            occurrence = part + 1 if isinstance(part, int) else 1
            pattern = self._pattern(part, path)
            if pattern is None:
                continue
            for number in range(start, len(self.lines)):
                found = pattern.search(self.lines[number])
                if found:
                    occurrence -= 1
                    if occurrence == 0:
                        line, column, start = number + 1, found.start() + 1, number
                        break
        return _Place(line, column)

    @staticmethod
    def _pattern(part: str | int, path: tuple[str | int, ...]) -> re.Pattern[str] | None:
        if isinstance(part, int):
            parent = path[path.index(part) - 1]
            return re.compile(rf"\[\[\s*{re.escape(str(parent))}\s*\]\]") if isinstance(parent, str) else None
        return re.compile(rf"""(?<![\w-])["']?{re.escape(part)}["']?(?![\w-])""")


def claims_hash(data: bytes) -> str:
    """SHA-256 of a claim file, printed in its report."""
    return hashlib.sha256(data).hexdigest()


def read_claims(path: str | Path) -> Claims:
    """Read a claim file.

    Parameters
    ----------
    path : str or Path
        ``.toml`` or ``.json``.

    Returns
    -------
    Claims

    Raises
    ------
    ClaimFileError
        With line and column, what was wrong and, where a word was misspelt, the nearest known one.
    InputError
        The file cannot be opened or is no text.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            str(path), f"cannot be read: {error.strerror}", hint="Check the name of the claim file."
        ) from None
    if len(data) > MAXIMUM_BYTES:
        raise InputError(str(path), f"has {len(data)} bytes and is no claim file", hint="See crosscheck audit --init.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        raise ClaimFileError(str(path), line, column, "is not UTF-8", hint="Save the file as UTF-8.") from None
    return parse_claims(text, name=str(path), language="json" if path.suffix.lower() == ".json" else "toml")


def parse_claims(text: str, *, name: str = "claims", language: str = "toml") -> Claims:
    """Claims from the text of a claim file; see `read_claims`."""
    source = _Source(name, text)
    raw = _load(source, language)
    if not isinstance(raw, dict):
        raise source.error(
            _Place(1, 1), "is no table of claims", "It begins with [paper]; see crosscheck audit --init."
        )
    known = {"paper", "tables", "model"}
    for key in raw:
        if key not in known:
            raise source.error(source.find_key((key,)), f'unknown section "{key}"', _nearest(key, known))
    paper = _build(source, Paper, _mapping(source, raw.get("paper"), ("paper",)), ("paper",))
    tables = {
        key: tuple(_rows(source, key, value, ("tables", key))) for key, value in _tables(source, raw.get("tables", {}))
    }
    models = _models(source, raw.get("model", []))
    _check_references(source, tables.get("data", ()))
    return Claims.model_construct(paper=paper, tables=_tables_object(tables), model=tuple(models))


def _tables_object(tables: Mapping[str, tuple[Any, ...]]) -> Any:
    from validation.audit.claims import Tables

    return Tables.model_construct(**(dict.fromkeys(TABLES, ()) | dict(tables)))


def _load(source: _Source, language: str) -> Any:
    try:
        if language == "json":
            return json.loads(source.text, parse_constant=_no_constant)
        return tomllib.loads(source.text)
    except json.JSONDecodeError as error:
        raise source.error(_Place(error.lineno, error.colno), f"is no JSON: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = _Place(int(found[1]), int(found[2])) if found else _Place(max(len(source.lines), 1), 1)
        raise source.error(
            place, f"is no TOML: {str(error).split(' (at ')[0]}", "Texts and numbers are quoted."
        ) from None
    except RecursionError:
        raise source.error(_Place(1, 1), "is nested too deeply", "See crosscheck audit --init.") from None
    except ValueError as error:
        raise source.error(_Place(1, 1), str(error)) from None


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no claim: write numbers as quoted text")


def _nearest(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else f"Known are: {', '.join(sorted(known))}."


def _mapping(source: _Source, value: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
    if value is None:
        raise source.error(_Place(1, 1), f'section "{path[0]}" is missing', 'It needs at least id = "...".')
    if not isinstance(value, dict):
        raise source.error(source.find_key(path), f'"{path[-1]}" has to be a section of keys')
    return value


def _tables(source: _Source, value: Any) -> Iterator[tuple[str, Any]]:
    for key, content in _mapping(source, value, ("tables",)).items():
        if key not in TABLES:
            raise source.error(source.find_key(("tables", key)), f'unknown table "{key}"', _nearest(key, TABLES))
        yield key, content


def _aliases(model: type[BaseModel]) -> dict[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items() if name != "line"}


def _rows(source: _Source, name: str, value: Any, path: tuple[str | int, ...], model: Any = None) -> Iterator[Any]:
    model = model or TABLES[name]
    if isinstance(value, list):
        for row in value:
            yield _build(source, model, _mapping(source, row, path), path)
        return
    if not isinstance(value, str):
        raise source.error(
            source.find_key(path), f'"{name}" has to be a text block of rows', "See crosscheck audit --init."
        )
    header: list[str] | None = None
    for offset, text in enumerate(value.splitlines()):
        if not text.strip():
            continue
        place = _Place(_line_of_block(source, path, text, offset), len(text) - len(text.lstrip()) + 1)
        if text.lstrip().startswith("#"):
            if header is None:
                header = _header(source, name, text, place, _aliases(model))
            continue
        if header is None:
            raise source.error(
                place, f'table "{name}" has no header', 'Its first line names the columns: "# name | n | ...".'
            )
        yield _row(source, name, text, place, header, model)


def _line_of_block(source: _Source, path: tuple[str | int, ...], text: str, offset: int) -> int:
    start = source.find_key(path).line
    guess = start + offset
    for line in (guess, guess + 1, guess - 1):
        if 0 < line <= len(source.lines) and source.lines[line - 1].strip() == text.strip():
            return line
    return start


def _header(source: _Source, name: str, text: str, place: _Place, known: Mapping[str, str]) -> list[str]:
    names = []
    for column, cell in _cells(text.lstrip().lstrip("#"), place.column + 1):
        word = re.split(r"[\s(]", cell, maxsplit=1)[0]
        if word not in known:
            raise source.error(
                _Place(place.line, column), f'table "{name}" has no column "{word}"', _nearest(word, known)
            )
        if word in names:
            raise source.error(_Place(place.line, column), f'column "{word}" is named twice')
        names.append(word)
    return names


def _cells(text: str, first: int) -> Iterator[tuple[int, str]]:
    column = first
    parts = text.split("|")
    if len(parts) > 1 and not parts[-1].strip():
        parts = parts[:-1]
    for part in parts:
        yield column + len(part) - len(part.lstrip()), part.strip()
        column += len(part) + 1


def _row(source: _Source, name: str, text: str, place: _Place, header: list[str], model: Any) -> Any:
    cells = list(_cells(text, 1))
    if len(cells) > len(header):
        raise source.error(
            _Place(place.line, cells[len(header)][0]),
            f'row of "{name}" has {len(cells)} cells where the header names {len(header)} columns',
        )
    values = {key: cell for key, (_, cell) in zip(header, cells, strict=False) if cell != ""}
    columns = {key: column for key, (column, _) in zip(header, cells, strict=False)}
    try:
        return model(line=place.line, **values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0]) if first["loc"] else header[0]
        raise source.error(_Place(place.line, columns.get(key, place.column)), _said(first, key)) from None


def _said(error: Any, key: str) -> str:
    if error["type"] == "missing":
        return f'"{key}" is missing'
    return f'"{key}": {str(error["msg"]).removeprefix("Value error, ")}'


def _build(source: _Source, model: Any, value: dict[str, Any], path: tuple[str | int, ...]) -> Any:
    known = _aliases(model)
    for key in value:
        if key not in known:
            raise source.error(source.find_key((*path, key)), f'unknown key "{key}"', _nearest(key, known))
    try:
        return model(**value)
    except ValidationError as error:
        first = error.errors()[0]
        location = tuple(part for part in first["loc"] if isinstance(part, str))
        key = ".".join(location) or str(path[-1])
        raise source.error(source.find_key((*path, *location)), _said(first, key)) from None


def _models(source: _Source, value: Any) -> Iterator[Model]:
    if not isinstance(value, list):
        raise source.error(
            source.find_key(("model",)), '"model" has to be a list', "Write [[model]] with double brackets."
        )
    for index, entry in enumerate(value):
        path: tuple[str | int, ...] = ("model", index)
        content = dict(_mapping(source, entry, path))
        if "terms" in content:
            content["terms"] = tuple(_rows(source, "terms", content["terms"], (*path, "terms"), TermRow))
        for key, part in (("calibration", ModelCalibration), ("net_benefit", ModelNetBenefit)):
            if isinstance(content.get(key), dict):
                content[key] = _build(source, part, content[key], (*path, key))
        if content.get("candidates") == "?":
            content["candidates"] = None
        yield _build(source, Model, content, path)


def _check_references(source: _Source, rows: tuple[Any, ...]) -> None:
    names = [row.name for row in rows]
    for index, row in enumerate(rows):
        if row.name in names[:index]:
            raise source.error(_Place(row.line, 1), f'data set "{row.name}" is entered twice')
        if row.parent is not None and row.parent not in names:
            raise source.error(
                _Place(row.line, 1), f'parent "{row.parent}" is no data set', _nearest(row.parent, names)
            )
