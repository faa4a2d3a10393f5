"""A script in plain R that computes R's side of a run anew: base R and the packages, nothing of ours installed.

Whatever a user named (columns, levels, the cohort) is data in the binary file beside the script, never code. The file
holds every distinct argument once and, for each call, the numbers of its arguments.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck_r.paths import r_root
from crosscheck_r.protocol import encode
from crosscheck_r.report.files import write_all
from crosscheck_r.run import Run
from validation.statistic import Case, Statistic

__all__ = ["reproducer", "write_reproducer"]

_SCRIPT = Path(__file__).resolve().parent / "report" / "templates" / "reproduce.R"
_FOLDER = "reproduce_data"
_VERSION = re.compile(r"[0-9]+(?:[.-][0-9]+)*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9.]*")


@dataclass(frozen=True)
class _Call:
    """One call of an R function."""

    statistic: Statistic
    case: Case
    expected: Mapping[str, Any]

    @property
    def file(self) -> str:
        return str(self.statistic.r).split("::")[0]

    @property
    def function(self) -> str:
        return str(self.statistic.r).split("::")[1]


def write_reproducer(run: Run, directory: Path | str) -> dict[str, Path]:
    """Write ``reproduce.R`` and its data file into a folder.

    Parameters
    ----------
    run : Run
    directory : Path

    Returns
    -------
    dict
        Path relative to the folder -> path written.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    return write_all(Path(directory), reproducer(run))


def reproducer(run: Run) -> dict[str, bytes]:
    """Script and data file by their paths relative to the report; nothing where R has no function to call."""
    calls = list(_calls(run))
    if not calls:
        return {}
    data = encode(_data(run, calls))
    # R before 4.5 knows MD5 only; the name carries the stronger hash
    name = f"{_FOLDER}/data-{hashlib.sha256(data).hexdigest()[:16]}.bin"
    script = _script(calls, name, hashlib.md5(data, usedforsecurity=False).hexdigest(), _versions(run.header))
    return {name: data, "reproduce.R": script.encode("utf-8")}


def _calls(run: Run) -> Iterator[_Call]:
    seen: set[tuple[str, str]] = set()
    for outcome in run.outcomes:
        key = (outcome.statistic.name, outcome.case.label)
        if outcome.statistic.r is None or key in seen or not outcome.case.arguments:
            continue
        seen.add(key)
        yield _Call(outcome.statistic, outcome.case, outcome.r_value or {})


def _data(run: Run, calls: list[_Call]) -> dict[str, Any]:
    """Cohort's name, values, and calls as numbers of values."""
    values: list[Any] = []
    places: dict[bytes, int] = {}

    def place(value: Any) -> int:
        message = encode(value)
        key = hashlib.sha256(message).digest()
        if key not in places:
            values.append(value)
            places[key] = len(values)
        return places[key]

    described = [
        {
            "statistic": call.statistic.name,
            "case": call.case.label,
            "file": call.file,
            "function": call.function,
            "package": call.statistic.package,
            "names": list(call.case.arguments),
            "places": np.array([place(value) for value in call.case.arguments.values()], dtype=np.int32),
            "quantities": list(_quantities(call.statistic)),
            "expected": {
                name: value
                for name, value in call.expected.items()
                if name in _quantities(call.statistic) and isinstance(value, np.ndarray)
            },
        }
        for call in calls
    ]
    return {"cohort": run.cohort.name, "values": values, "calls": described}


def _quantities(statistic: Statistic) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, quantities in statistic.modes() for name in quantities))


def _versions(header: Mapping[str, Any]) -> dict[str, str]:
    """Versions of R and its packages in the run; of several recorded stacks the first that has the package."""
    r = header.get("r", {})
    stacks = [r] if any(isinstance(value, str) for value in r.values()) else [v for v in r.values() if v]
    found: dict[str, str] = {}
    for stack in stacks:
        versions = {"R": stack.get("r")} | dict(stack.get("packages") or {})
        for name, version in versions.items():
            if isinstance(version, str) and _VERSION.fullmatch(version) and _NAME.fullmatch(name):
                found.setdefault(name, version)
    return found


def _script(calls: list[_Call], data: str, md5: str, versions: Mapping[str, str]) -> str:
    packages = {call.statistic.package for call in calls}
    kept = {name: version for name, version in versions.items() if name == "R" or name in packages}
    files = sorted({call.file for call in calls} - {"common.R"})
    sources = [_environment("common.R", "globalenv()")]
    sources += [_environment(name, 'functions[["common.R"]]') for name in files]
    pieces = {
        "DATA": f'"{data}"',
        "MD5": f'"{md5}"',
        "VERSIONS": ", ".join(f'{name} = "{version}"' for name, version in kept.items()),
        "FUNCTIONS": "\n".join(sources),
    }
    text = _SCRIPT.read_text(encoding="utf-8")
    # one pass, so that no inserted text is searched for marks
    return re.sub(r"<<([A-Z0-9]+)>>", lambda mark: pieces[mark[1]], text)


def _environment(file: str, parent: str) -> str:
    """Source of one of our files, evaluated in an environment of its own."""
    source = (r_root() / file).read_text(encoding="utf-8").rstrip("\n")
    rule = f"# ---- {file} ".ljust(119, "-")
    return (
        f'{rule}\nfunctions[["{file}"]] <- new.env(parent = {parent})\nlocal({{\n{source}\n}}, functions[["{file}"]])\n'
    )
