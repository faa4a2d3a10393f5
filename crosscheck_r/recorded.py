"""Recorded results of R: bit-exact, hashed, made only by a run of the real package.

One JSON file per case and stack, ``fixtures/r/<family>/<case>/<stack>.json``; a stack is a named provenance in
``fixtures/r/stacks.json``. A record carries its recipe (R function, versions, seed, date, hash of the inputs). It is
stale, which is an error, when the inputs or the source of the R function have changed since; R's version is not part of
the key, because it is what is compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
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
#: arrays beyond this many numbers go into a file of their own
_INLINE = 2000
_RERECORD = "Run crosscheck record to compute it anew with R."
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


def _pack(value: Any, files: dict[str, bytes], label: str) -> Any:
    if isinstance(value, dict):
        return {"type": "list", "entries": {key: _pack(entry, files, f"{label}.{key}") for key, entry in value.items()}}
    if value is None:
        return {"type": "null"}
    if isinstance(value, list):
        return {"type": "text", "values": value}
    array = np.asarray(value)
    kind = {"f": "double", "i": "integer", "b": "logical"}[array.dtype.kind]
    packed: dict[str, Any] = {"type": kind, "dim": list(array.shape)}
    if array.size > _INLINE:
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
        files[f"{label}.npy"] = buffer.getvalue()
        return packed | {"file": f"{label}.npy", "sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}
    flat = array.reshape(-1)
    return packed | {"values": _tagged(flat) if kind == "double" else flat.tolist()}


def _tagged(flat: Any) -> list[Any]:
    missing = is_na(flat)
    tagged: list[Any] = []
    for number, na in zip(flat.tolist(), missing.tolist(), strict=True):
        if na:
            tagged.append("NA")
        elif math.isnan(number):
            tagged.append("NaN")
        elif math.isinf(number):
            tagged.append("Inf" if number > 0 else "-Inf")
        else:
            tagged.append(number)
    return tagged


_SPECIAL = {
    "NA": np.array([0x7FF00000000007A2], dtype=np.uint64).view(np.float64)[0],
    "NaN": np.nan,
    "Inf": np.inf,
    "-Inf": -np.inf,
}


def _unpack(packed: Mapping[str, Any], folder: Path) -> Any:
    kind = packed["type"]
    if kind == "list":
        return {key: _unpack(entry, folder) for key, entry in packed["entries"].items()}
    if kind == "null":
        return None
    if kind == "text":
        return list(packed["values"])
    if "file" in packed:
        data = (folder / packed["file"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != packed["sha256"]:
            raise StaleRecord(f"{folder.name}: {packed['file']} was changed after it was recorded.", hint=_RERECORD)
        return np.load(io.BytesIO(data), allow_pickle=False)
    dtype = {"double": np.float64, "integer": np.int32, "logical": np.bool_}[kind]
    values = [_SPECIAL[entry] if isinstance(entry, str) else entry for entry in packed["values"]]
    return np.array(values, dtype=dtype).reshape(tuple(packed["dim"]))


def _find(name: str) -> Path | None:
    folder = _root() / name
    found = sorted(folder.glob("*.json"))
    return found[0] if found else None


def read(name: str, function: str, arguments: Mapping[str, Any]) -> Record:
    """Recorded result of a case.

    Raises
    ------
    MissingRecord
        Nothing was recorded.
    StaleRecord
        The inputs or the R function are not those of the recording.
    """
    path = _find(name)
    if path is None:
        raise MissingRecord(f"no recorded result of R for {name}", hint=_RERECORD)
    content = json.loads(path.read_text(encoding="utf-8"))
    hashes = content["hashes"]
    if hashes["inputs"] != inputs_hash(arguments):
        # another seed or another cohort of the same name is simply not recorded
        raise MissingRecord(f"recorded result of R for {name} belongs to other inputs", hint=_RERECORD)
    if hashes["function"] != function_hash(function):
        raise StaleRecord(f"{name}: the R function {function} has changed since it was recorded.", hint=_RERECORD)
    value = _unpack(content["value"], path.parent)
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
    hashes = {"inputs": inputs_hash(arguments), "function": function_hash(function)}
    change = Drift("new")
    accepted: list[Any] = []
    if path.exists():
        old = json.loads(path.read_text(encoding="utf-8"))
        accepted = old.get("accepted", [])
        change = _change(old, hashes, _unpack(old["value"], folder), result.value, due or {})
        if change.state == "unchanged" or (change.state == "refused" and accept is None):
            return change
        if change.state == "refused":
            accepted.append({"reason": accept, "date": _today(), "quantities": dict(change.quantities)})
            change = Drift("accepted", change.quantities)
    _store(path, function, arguments, result, provenance, hashes, accepted)
    _remember(stack, provenance)
    return change


def _change(
    old: Mapping[str, Any], hashes: Mapping[str, str], before: Mapping[str, Any], after: Mapping[str, Any], due: Any
) -> Drift:
    moved = tuple(drift(before, after))
    if old["hashes"]["inputs"] != hashes["inputs"]:
        return Drift("inputs changed", moved)
    if not moved:
        return Drift("unchanged" if old["hashes"] == hashes else "function changed, same result")
    known = [(quantity, kept) for quantity, kept in moved if quantity.split(".")[0] in before]
    if any(kept < due.get(quantity, MAXIMUM_DIGITS) for quantity, kept in known):
        return Drift("refused", moved)
    if not known:
        return Drift("quantities added", moved)
    return Drift("drifted", moved)


def drift(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    """Quantities that differ between two results, with the digits that they share; -inf where shape or type differ."""
    for name in sorted(set(before) | set(after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from ((f"{name}.{inner}", kept) for inner, kept in drift(old, new))
        elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.shape == new.shape:
            if not _same_numbers(old, new):
                yield name, float(np.min(digits(old, new)))
        elif not (type(old) is type(new) and not isinstance(old, np.ndarray) and old == new):
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


def _store(
    path: Path,
    function: str,
    arguments: Mapping[str, Any],
    result: RResult,
    provenance: Mapping[str, Any],
    hashes: Mapping[str, str],
    accepted: list[Any],
) -> None:
    files: dict[str, bytes] = {}
    value = _pack(result.value, files, path.stem)
    content = {
        "format": FORMAT,
        "recipe": {
            "function": function,
            "seed": arguments.get("seed"),
            "r": provenance["r_version"],
            "packages": provenance["packages"],
            "rng_kind": provenance["rng_kind"],
            "backend": result.backend,
            "date": _today(),
        },
        "hashes": dict(hashes),
        "conditions": [{"kind": c.kind, "class": c.condition_class, "message": c.message} for c in result.conditions],
        "accepted": accepted,
        "value": value,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    for stale in path.parent.glob(f"{path.stem}.*.npy"):
        stale.unlink()
    for file, data in files.items():
        (path.parent / file).write_bytes(data)
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _remember(stack: str, provenance: Mapping[str, Any]) -> None:
    known = stacks()
    # what changes from run to run says nothing about the stack
    kept = {key: entry for key, entry in provenance.items() if key not in ("commit", "backend", "cores")}
    if known.get(stack) != kept:
        path = _root() / "stacks.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known | {stack: kept}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def orphans(claimed: Iterable[str]) -> list[str]:
    """Recorded cases that nothing claims."""
    known = set(claimed)
    recorded = {
        path.parent.relative_to(_root()).as_posix() for path in _root().rglob("*.json") if path.parent != _root()
    }
    return sorted(recorded - known)
