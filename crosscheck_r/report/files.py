"""Files of a report: each is complete or not there, and those of an earlier report do not linger."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from validation.errors import InputError

__all__ = ["slug", "write_all", "write_atomically"]

_LONGEST = 60
#: folders in which a later report may remove what an earlier one wrote
_OWN_FOLDERS = ("tables", "figures", "reproduce_data")


def slug(*words: str) -> str:
    """Name for a file from texts that may hold anything."""
    parts = [re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") for word in words]
    return "-".join(part for part in parts if part)[:_LONGEST].strip("-").lower() or "unnamed"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_all(directory: Path, contents: Mapping[str, bytes]) -> dict[str, Path]:
    """Write the files of a report, then remove those that only an earlier report in the folder had.

    Parameters
    ----------
    directory : Path
    contents : mapping
        Relative path -> content, in the order of writing.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    earlier = _files_of_earlier_report(directory / "report.jsonl")
    paths: dict[str, Path] = {}
    try:
        for name, content in contents.items():
            paths[name] = directory / name
            write_atomically(paths[name], content)
        for name in earlier - set(contents):
            (directory / name).unlink(missing_ok=True)
    except OSError as error:
        raise InputError(
            str(directory), f"the report cannot be written: {error.strerror}", hint="Choose another folder."
        ) from error
    return paths


def _files_of_earlier_report(path: Path) -> set[str]:
    """What the footer of an earlier report lists below our own folders; nothing where there is none."""
    try:
        footer = json.loads(path.read_text(encoding="utf-8").splitlines()[-1])
        names = footer["files"]
    except (OSError, ValueError, LookupError, TypeError):
        return set()
    pattern = re.compile(rf"({'|'.join(_OWN_FOLDERS)})/[\w.-]+")
    return {name for name in names if isinstance(name, str) and pattern.fullmatch(name)}
