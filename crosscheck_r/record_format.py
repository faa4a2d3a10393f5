"""How a result of R is written down: JSON that gives back every bit, large arrays in files of their own.

Doubles are written by ``repr``, which round-trips; NA, NaN, Inf and -Inf are words. Of the NaNs only R's NA is told
from the others: sign and payload of a NaN say how a processor came to it, not what R found.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from crosscheck_r.errors import ProtocolError, StaleRecord
from crosscheck_r.protocol import Factor, is_na

__all__ = ["RERECORD", "content_hash", "pack", "unpack"]

RERECORD = "Run crosscheck record to compute it anew with R."
#: arrays beyond this many numbers go into a file of their own
_INLINE = 2000
_DTYPES = {"double": np.float64, "integer": np.int32, "logical": np.bool_}


def pack(value: Any, files: dict[str, bytes], label: str) -> Any:
    """JSON form of a result; bytes of large arrays are put into `files` under names that begin with `label`."""
    if value is None:
        return {"type": "null"}
    if isinstance(value, dict):
        return {"type": "list", "entries": {key: pack(entry, files, f"{label}.{key}") for key, entry in value.items()}}
    if isinstance(value, Factor):
        return {"type": "factor", "codes": value.codes.tolist(), "levels": list(value.levels)}
    if isinstance(value, list):
        if all(entry is None or isinstance(entry, str) for entry in value):
            return {"type": "text", "values": value}
        return {"type": "sequence", "entries": [pack(entry, files, f"{label}.{i}") for i, entry in enumerate(value)]}
    return _pack_array(np.asarray(value), files, label)


def _pack_array(array: Any, files: dict[str, bytes], label: str) -> dict[str, Any]:
    kind = {"f": "double", "i": "integer", "b": "logical"}.get(array.dtype.kind)
    if kind is None:
        raise ProtocolError(f"{label}: values of type {array.dtype} cannot be recorded")
    packed: dict[str, Any] = {"type": kind, "dim": list(array.shape)}
    if array.size > _INLINE:
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
        name = f"{_file_name(label)}.npy"
        files[name] = buffer.getvalue()
        return packed | {"file": name, "sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}
    flat = array.reshape(-1)
    return packed | {"values": _words(flat) if kind == "double" else flat.tolist()}


def _file_name(label: str) -> str:
    # names of R's results may be anything; in file names they are not
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in label)
    return safe if safe == label else f"{safe[:80]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def _words(flat: Any) -> list[Any]:
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


def unpack(packed: Mapping[str, Any], folder: Path) -> Any:
    """Result of a JSON form; large arrays are read from `folder`.

    Raises
    ------
    StaleRecord
        A file is missing, or was changed after it was recorded.
    """
    kind = packed["type"]
    if kind == "null":
        return None
    if kind == "list":
        return {key: unpack(entry, folder) for key, entry in packed["entries"].items()}
    if kind == "sequence":
        return [unpack(entry, folder) for entry in packed["entries"]]
    if kind == "text":
        return list(packed["values"])
    if kind == "factor":
        return Factor(np.array(packed["codes"], dtype=np.int32), tuple(packed["levels"]))
    if "file" in packed:
        return _load(folder / packed["file"], packed["sha256"])
    values = [_SPECIAL[entry] if isinstance(entry, str) else entry for entry in packed["values"]]
    return np.array(values, dtype=_DTYPES[kind]).reshape(tuple(packed["dim"]))


def _load(path: Path, sha256: str) -> Any:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StaleRecord(f"{path.parent.name}: {path.name} is missing.", hint=RERECORD) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise StaleRecord(f"{path.parent.name}: {path.name} was changed after it was recorded.", hint=RERECORD)
    return np.load(io.BytesIO(data), allow_pickle=False)


def content_hash(packed: Any) -> str:
    """SHA-256 over the JSON form of a result, so that no number in a record can be changed by hand unnoticed."""
    canonical = json.dumps(packed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
