"""Messages between Python and R: a length-prefixed tree of typed values in raw little-endian buffers.

No text ever stands for a number and no text is ever code. A node is one byte of type, one byte that says whether names
follow, one byte with the number of dimensions, one byte of padding and a 32-bit length; then the dimensions, the
payload and the names.

type  R                 Python
----  ----------------  -------------------------------------------------
0     NULL              None
1     logical           int32 array (NA is -2147483648), read as bool where there is no NA
2     integer           int32 array
3     double            float64 array; NA keeps its payload
4     character         list of str or None
5     list              dict (named) or list
6     factor            `Factor`
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from crosscheck_r.errors import ProtocolError

__all__ = ["NA_INTEGER", "Factor", "decode", "encode", "is_na"]

NA_INTEGER = -(2**31)
_HEADER = struct.Struct("<BBBxi")
_NULL, _LOGICAL, _INTEGER, _DOUBLE, _CHARACTER, _LIST, _FACTOR = range(7)
_NA_PAYLOAD = 1954
_MAXIMUM_DEPTH = 50
_SCALARS = (bool, int, float, np.number, np.bool_)


@dataclass(frozen=True)
class Factor:
    """R factor: codes from 1, levels in explicit order; code NA_INTEGER is missing."""

    codes: npt.NDArray[np.int32]
    levels: tuple[str, ...]


def is_na(values: Any) -> npt.NDArray[np.bool_]:
    """True where a double is R's NA, as opposed to NaN."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    low = array.reshape(-1).view(np.uint64) & np.uint64(0xFFFFFFFF)
    found: npt.NDArray[np.bool_] = np.isnan(array) & (low == _NA_PAYLOAD).reshape(array.shape)
    return found


def encode(value: Any) -> bytes:
    """Bytes of one value.

    Raises
    ------
    ProtocolError
        A type that R has not: integers beyond 32 bits, mixed objects, complex numbers.
    """
    parts: list[bytes] = []
    _write(value, parts, 0)
    return b"".join(parts)


def _write(value: Any, parts: list[bytes], depth: int) -> None:
    if depth > _MAXIMUM_DEPTH:
        raise ProtocolError("value is nested too deeply for R")
    if value is None:
        parts.append(_HEADER.pack(_NULL, 0, 0, 0))
    elif isinstance(value, Factor):
        _write_factor(value, parts)
    elif isinstance(value, str):
        _write_texts([value], parts)
    elif isinstance(value, Mapping):
        parts.append(_HEADER.pack(_LIST, 1, 0, len(value)))
        for entry in value.values():
            _write(entry, parts, depth + 1)
        _write_texts([_name(key) for key in value], parts)
    elif isinstance(value, (list, tuple)):
        _write_sequence(value, parts, depth)
    elif isinstance(value, np.ma.MaskedArray):
        raise ProtocolError("a masked array would lose its mask", hint="Drop or impute missing values first.")
    else:
        _write_array(np.asarray(value), parts)


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise ProtocolError(f"name {key!r} is no text")
    return key


def _write_sequence(value: Sequence[Any], parts: list[bytes], depth: int) -> None:
    if value and all(entry is None or isinstance(entry, str) for entry in value):
        _write_texts(value, parts)
        return
    if any(entry is None for entry in value) and any(isinstance(entry, _SCALARS) for entry in value):
        raise ProtocolError("None stands among numbers", hint="Drop or impute missing values first.")
    if value and all(isinstance(entry, _SCALARS) for entry in value):
        kinds = {isinstance(entry, (bool, np.bool_)) for entry in value}
        if len(kinds) > 1:
            raise ProtocolError("logical values and numbers are mixed in one list")
        _write_array(np.asarray(value), parts)
        return
    parts.append(_HEADER.pack(_LIST, 0, 0, len(value)))
    for entry in value:
        _write(entry, parts, depth + 1)


def _write_array(array: npt.NDArray[Any], parts: list[bytes]) -> None:
    kind = array.dtype.kind
    if array.size > 2**31 - 1:
        raise ProtocolError(f"{array.size} values are more than one message holds")
    if kind == "b":
        code, data = _LOGICAL, array.astype("<i4")
    elif kind in "iu":
        if array.size and (int(array.min()) <= NA_INTEGER or int(array.max()) > 2**31 - 1):
            raise ProtocolError("whole numbers beyond 32 bits do not exist in R", hint="Send them as doubles.")
        code, data = _INTEGER, array.astype("<i4")
    elif kind == "f" and array.dtype.itemsize <= 8:
        code, data = _DOUBLE, array.astype("<f8")
    elif kind == "U":
        _write_texts([str(entry) for entry in array.reshape(-1)], parts)
        return
    else:
        raise ProtocolError(f"values of type {array.dtype} do not exist in R")
    dimensions = array.shape if array.ndim > 1 else ()
    parts.append(_HEADER.pack(code, 0, len(dimensions), array.size))
    parts.append(np.asarray(dimensions, dtype="<i4").tobytes())
    # R stores matrices by column
    parts.append(data.tobytes(order="F"))


def _write_texts(texts: Sequence[str | None], parts: list[bytes]) -> None:
    parts.append(_HEADER.pack(_CHARACTER, 0, 0, len(texts)))
    for text in texts:
        if text is None:
            parts.append(struct.pack("<i", -1))
            continue
        if "\0" in text:
            raise ProtocolError("a text with a NUL character does not exist in R")
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ProtocolError("a text that is no valid Unicode does not exist in R") from error
        parts.append(struct.pack("<i", len(data)) + data)


def _write_factor(factor: Factor, parts: list[bytes]) -> None:
    codes = np.asarray(factor.codes, dtype="<i4")
    parts.append(_HEADER.pack(_FACTOR, 0, 0, codes.size))
    parts.append(codes.tobytes())
    _write_texts(list(factor.levels), parts)


def decode(data: bytes) -> Any:
    """Value of a message.

    Raises
    ------
    ProtocolError
        The bytes are no message, or something follows it.
    """
    reader = _Reader(data)
    try:
        value = reader.value(0)
    except (struct.error, ValueError, TypeError) as error:
        raise ProtocolError(f"R sent something that is no message: {error}") from None
    if reader.position != len(data):
        raise ProtocolError("R sent more than one message at once")
    return value


class _Reader:
    """Position in a message."""

    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)
        self.position = 0

    def take(self, count: int) -> memoryview:
        if count < 0 or self.position + count > len(self.data):
            raise ValueError("it ends too early")
        chunk = self.data[self.position : self.position + count]
        self.position += count
        return chunk

    def value(self, depth: int) -> Any:
        if depth > _MAXIMUM_DEPTH:
            raise ValueError("it is nested too deeply")
        code, named, dimensions, length = _HEADER.unpack(self.take(_HEADER.size))
        shape = tuple(int(d) for d in np.frombuffer(self.take(4 * dimensions), dtype="<i4"))
        if code == _NULL:
            return None
        if code == _CHARACTER:
            return self.texts(length)
        if code == _LIST:
            entries = [self.value(depth + 1) for _ in range(length)]
            return self.named(entries) if named else entries
        if code == _FACTOR:
            codes = np.frombuffer(self.take(4 * length), dtype="<i4").copy()
            levels = self.value(depth + 1)
            return Factor(codes, tuple(levels))
        if code not in (_LOGICAL, _INTEGER, _DOUBLE):
            raise ValueError(f"type {code} is unknown")
        return self.array(code, length, shape)

    def texts(self, length: int) -> list[str | None]:
        found: list[str | None] = []
        for _ in range(length):
            (size,) = struct.unpack("<i", self.take(4))
            found.append(None if size < 0 else bytes(self.take(size)).decode("utf-8"))
        return found

    def named(self, entries: list[Any]) -> dict[str, Any]:
        names = self.value(0)
        if len(set(names)) != len(names):
            raise ValueError(f"names are not unique: {names}")
        return dict(zip(names, entries, strict=True))

    def array(self, code: int, length: int, shape: tuple[int, ...]) -> npt.NDArray[Any]:
        width, dtype = (8, "<f8") if code == _DOUBLE else (4, "<i4")
        flat = np.frombuffer(self.take(width * length), dtype=dtype).copy()
        if code == _LOGICAL and not (flat == NA_INTEGER).any():
            flat = flat.astype(np.bool_)
        return flat.reshape(shape, order="F") if shape else flat
