"""Recorded results of R: bit-exact, hashed, made only by a run of the real package.

One JSON file per case and stack, ``fixtures/r/<family>/<case>/<stack>.json``; a stack is a named provenance in
``fixtures/r/stacks.json``. A record carries its recipe (R function, versions, seed, date, hash of the inputs). It is
stale, which is an error, when the inputs or the source of the R function have changed since; R's version is not part of
the key, because it is what is compared.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck_r.agreement import MAXIMUM_DIGITS, digits
from crosscheck_r.errors import MissingRecord, ProtocolError, StaleRecord
from crosscheck_r.paths import fixture_root, r_root
from crosscheck_r.protocol import encode, is_na
from crosscheck_r.record_format import RERECORD, content_hash, pack, unpack
from crosscheck_r.session import RResult

__all__ = [
    "Drift",
    "Record",
    "drift",
    "function_hash",
    "inputs_hash",
    "orphans",
    "read",
    "record_id",
    "stack_label",
    "stacks",
    "write",
]

FORMAT = 1
_DEFINITION = re.compile(r"^([A-Za-z.][\w.]*) <- ", re.MULTILINE)


@dataclass(frozen=True)
class Record:
    """What R returned for one case."""

    name: str
    stack: str
    value: dict[str, Any]
    conditions: tuple[Mapping[str, str], ...]
    recipe: Mapping[str, Any]


@dataclass(frozen=True)
class Drift:
    """How a new result differs from the recorded one; ``quantities`` are those that changed, with the digits kept."""

    state: str
    quantities: tuple[tuple[str, float], ...] = ()


def record_id(family: str, cohort: str, statistic: str, case_label: str) -> str:
    """Readable name of a case."""
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", case_label).strip("-")
    # labels that differ only in what a file name cannot hold stay apart
    tail = "" if slug == case_label else "-" + hashlib.sha256(case_label.encode()).hexdigest()[:6]
    return f"{family}/{cohort}--{statistic}--{slug}{tail}"


def inputs_hash(arguments: Mapping[str, Any]) -> str:
    """SHA-256 over names, types, dimensions and bytes of the arguments, the seed among them."""
    return hashlib.sha256(encode(dict(sorted(arguments.items())))).hexdigest()


def function_hash(function: str) -> str:
    """SHA-256 over the source of an R function and of everything of ours that it calls, comments left out."""
    file, name = function.split("::")
    definitions = _definitions("common.R") | _definitions(file)
    wanted, seen = [name], set()
    while wanted:
        current = wanted.pop()
        if current in seen or current not in definitions:
            continue
        seen.add(current)
        wanted += [word for word in re.findall(r"[A-Za-z.][\w.]*", definitions[current]) if word in definitions]
    if name not in seen:
        raise ProtocolError(f"there is no R function {function}")
    return hashlib.sha256("\n".join(definitions[word] for word in sorted(seen)).encode()).hexdigest()


def _definitions(file: str) -> dict[str, str]:
    source = (r_root() / file).read_text(encoding="utf-8")
    starts = [(match.group(1), match.start()) for match in _DEFINITION.finditer(source)]
    ends = [start for _, start in starts[1:]] + [len(source)]
    return {name: _without_comments(source[start:end]) for (name, start), end in zip(starts, ends, strict=True)}


def _without_comments(source: str) -> str:
    lines = [line.rstrip() for line in source.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(line for line in lines if line)


def stack_label(provenance: Mapping[str, Any]) -> str:
    """Short name of what computed the results, for example ``debian12-r4.2.2``."""
    running = str(provenance.get("running", ""))
    found = re.match(r"(\w+).*?(\d+(?:\.\d+)?)", running)
    system = f"{found[1].lower()}{found[2]}" if found else "other"
    return f"{system}-r{provenance['r']}"


def stacks() -> dict[str, Any]:
    """Provenance of every stack that was recorded."""
    path = _root() / "stacks.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _root() -> Path:
    return fixture_root() / "r"


def _find(name: str, stack: str | None) -> Path | None:
    folder = _root() / name
    found = sorted(folder.glob("*.json"))
    return next((path for path in found if path.stem == stack), found[0] if found else None)


def _content(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        written, hashes, value = content["format"], content["hashes"], content["value"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StaleRecord(f"{path.parent.name}: {path.name} cannot be read as a record.", hint=RERECORD) from error
    if written != FORMAT:
        raise StaleRecord(f"{path.parent.name}: {path.name} has format {written}, not {FORMAT}.", hint=RERECORD)
    if "value" in hashes and hashes["value"] != content_hash(value):
        raise StaleRecord(f"{path.parent.name}: {path.name} was changed after it was recorded.", hint=RERECORD)
    return content


def read(name: str, function: str, arguments: Mapping[str, Any], stack: str | None = None) -> Record:
    """Recorded result of a case, of the given stack where it was recorded there, else of the first one.

    Raises
    ------
    MissingRecord
        Nothing was recorded.
    StaleRecord
        The R function is not that of the recording, or the record was changed since.
    """
    path = _find(name, stack)
    if path is None:
        raise MissingRecord(f"no recorded result of R for {name}", hint=RERECORD)
    content = _content(path)
    hashes = content["hashes"]
    if hashes["inputs"] != inputs_hash(arguments):
        # another seed or another cohort of the same name is simply not recorded
        raise MissingRecord(f"recorded result of R for {name} belongs to other inputs", hint=RERECORD)
    if hashes["function"] != function_hash(function):
        raise StaleRecord(f"{name}: the R function {function} has changed since it was recorded.", hint=RERECORD)
    value = unpack(content["value"], path.parent)
    return Record(name, path.stem, value, tuple(content["conditions"]), content["recipe"])


def write(
    name: str,
    function: str,
    arguments: Mapping[str, Any],
    result: RResult,
    provenance: Mapping[str, Any],
    stack: str,
    *,
    due: Mapping[str, float] | None = None,
    accept: str | None = None,
) -> Drift:
    """Store a result of R and say how it differs from the recorded one.

    Parameters
    ----------
    name, function, arguments
        The case.
    result, provenance, stack
        What R returned, what computed it, and the name of that.
    due : mapping, optional
        Digits that a quantity has to keep; a change beyond that is refused without `accept`.
    accept : str, optional
        Reason for accepting such a change; it is kept in the record.
    """
    folder = _root() / name
    path = folder / f"{stack}.json"
    files: dict[str, bytes] = {}
    value = pack(result.value, files, path.stem)
    hashes = {
        "inputs": inputs_hash(arguments),
        "function": function_hash(function),
        "value": content_hash(value),
    }
    change = Drift("new")
    accepted: list[Any] = []
    if path.exists():
        accepted, change = _compare_with(path, hashes, result.value, due or {})
        if change.state == "unchanged" or (change.state == "refused" and accept is None):
            return change
        if change.state == "refused":
            accepted.append({"reason": accept, "date": _today(), "quantities": dict(change.quantities)})
            change = Drift("accepted", change.quantities)
    content = {
        "format": FORMAT,
        "recipe": _recipe(function, arguments, result, provenance),
        "hashes": hashes,
        "conditions": [{"kind": c.kind, "class": c.condition_class, "message": c.message} for c in result.conditions],
        "accepted": accepted,
        "value": value,
    }
    _store(path, content, files)
    _remember(stack, provenance)
    return change


def _compare_with(
    path: Path, hashes: Mapping[str, str], value: Mapping[str, Any], due: Mapping[str, float]
) -> tuple[list[Any], Drift]:
    try:
        old = _content(path)
        before = unpack(old["value"], path.parent)
    except StaleRecord:
        # nothing that can be trusted is lost
        return [], Drift("damaged record replaced")
    return list(old.get("accepted", [])), _change(old, hashes, before, value, due)


def _change(
    old: Mapping[str, Any], hashes: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any], due: Any
) -> Drift:
    moved = tuple(drift(before, after))
    if old["hashes"]["inputs"] != hashes["inputs"]:
        return Drift("inputs changed", moved)
    if not moved:
        function_changed = old["hashes"]["function"] != hashes["function"]
        same = "function changed, same result" if function_changed else "record renewed, same result"
        return Drift("unchanged" if old["hashes"] == hashes else same)
    known = [(quantity, kept) for quantity, kept in moved if quantity.split(".")[0] in before]
    if any(kept < due.get(quantity, MAXIMUM_DIGITS) for quantity, kept in known):
        return Drift("refused", moved)
    if not known:
        return Drift("quantities added", moved)
    return Drift("drifted", moved)


def drift(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    """Quantities that differ between two results, with the digits that they share; -inf where shape or type differ."""
    for name in sorted(set(before) | set(after)):
        yield from _drift_of(name, before.get(name), after.get(name))


def _drift_of(name: str, old: Any, new: Any) -> Iterable[tuple[str, float]]:
    if isinstance(old, dict) and isinstance(new, dict):
        yield from ((f"{name}.{inner}", kept) for inner, kept in drift(old, new))
    elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if (old.shape, old.dtype) != (new.shape, new.dtype):
            yield name, -math.inf
        elif not _same_numbers(old, new):
            yield name, float(np.min(digits(old, new)))
    elif json.dumps(pack(old, {}, "")) != json.dumps(pack(new, {}, "")):
        yield name, -math.inf


def _same_numbers(old: Any, new: Any) -> bool:
    """Every bit equal, but for the sign and payload of a NaN that is not R's NA."""
    if old.dtype.kind != "f" or new.dtype.kind != "f":
        return bool(np.array_equal(old, new))
    missing = np.isnan(old)
    if not (np.array_equal(missing, np.isnan(new)) and np.array_equal(is_na(old), is_na(new))):
        return False
    return bool(old[~missing].tobytes() == new[~missing].tobytes())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _recipe(
    function: str, arguments: Mapping[str, Any], result: RResult, provenance: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "function": function,
        "seed": arguments.get("seed"),
        "r": provenance["r_version"],
        "packages": provenance["packages"],
        "rng_kind": provenance["rng_kind"],
        "backend": result.backend,
        "date": _today(),
    }


def _store(path: Path, content: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    for file, data in files.items():
        (path.parent / file).write_bytes(data)
    _write_whole(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
    for old in path.parent.glob(f"{path.stem}.*.npy"):
        if old.name not in files:
            old.unlink()


def _write_whole(path: Path, text: str) -> None:
    # whoever reads meanwhile finds the old file or the new one, and an interrupted writer leaves the old one
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()


def _remember(stack: str, provenance: Mapping[str, Any]) -> None:
    known = stacks()
    # what changes from run to run says nothing about the stack
    kept = {key: entry for key, entry in provenance.items() if key not in ("commit", "backend", "cores")}
    if known.get(stack) != kept:
        path = _root() / "stacks.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, json.dumps(known | {stack: kept}, indent=1, sort_keys=True) + "\n")


def orphans(claimed: Iterable[str]) -> list[str]:
    """Recorded cases that nothing claims."""
    known = set(claimed)
    recorded = {
        path.parent.relative_to(_root()).as_posix() for path in _root().rglob("*.json") if path.parent != _root()
    }
    return sorted(recorded - known)
