"""Typed tree that travels between Python and R: raw little-endian buffers, no text for numbers, no code.

A node is three float64 (kind, flags, length), its payload, and then one node per attribute whose flag is set.

kind  R                      payload                        Python
----  ---------------------  -----------------------------  ---------------------------------------------
0     NULL                   -                              None
1     logical                int32 each                     bool array; masked array where values are NA
2     integer                int32 each                     int32 array (NA is `NA_INTEGER`)
3     double                 float64 each                   float64 array (NA is a NaN with payload 1954)
4     character              int32 bytes each, then UTF-8   `Strings` (NA is `NA_CHARACTER`)
5     list                   one node each                  dict where named, else list

flags: 1 names, 2 dim, 4 dimnames, 8 levels of a factor (kind 2; a `Factor` in Python), 16 ordered factor.

All bits survive both ways, NaN payloads and subnormals included. Values that R could not hold exactly (whole numbers
beyond 32 bits, object columns, None among numbers) are refused with `InputError` before R sees them. A length-1
vector of R is an array of shape ``(1,)``, since R has no scalars.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from crosscheck_r.errors import ProtocolError
from crosscheck_r.values import NA_CHARACTER, NA_INTEGER, NA_REAL, Factor, NamedArray, Strings, is_na
from validation.errors import InputError

__all__ = ["NA_CHARACTER", "NA_INTEGER", "NA_REAL", "Factor", "NamedArray", "Strings", "decode", "encode", "is_na"]

NULL, LOGICAL, INTEGER, DOUBLE, CHARACTER, LIST = range(6)
NAMES, DIM, DIMNAMES, LEVELS, ORDERED = 1, 2, 4, 8, 16

_HEADER = struct.Struct("<3d")

Buffers = list[bytes | memoryview]


def encode(value: Any, argument: str = "value") -> Buffers:
    """Buffers of the tree, in order.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, arrays of those, lists of equal kind, `Strings`, `Factor`, dict, list.
    argument : str
        Name for messages.

    Raises
    ------
    InputError
        The value cannot be held exactly by R.
    """
    if value is None:
        return [_HEADER.pack(NULL, 0, 0)]
    if isinstance(value, Mapping):
        return _encode_dict(value, argument)
    if isinstance(value, Factor):
        return _encode_factor(value, argument)
    if isinstance(value, (str, np.str_)) or value is NA_CHARACTER:
        return _encode_texts([value], argument)
    if isinstance(value, (bool, np.bool_)):
        return [_HEADER.pack(LOGICAL, 0, 1), struct.pack("<i", bool(value))]
    if isinstance(value, int):
        _check_range(value, value, argument)
        return [_HEADER.pack(INTEGER, 0, 1), struct.pack("<i", value)]
    if isinstance(value, float):
        return [_HEADER.pack(DOUBLE, 0, 1), struct.pack("<d", value)]
    if isinstance(value, Strings):
        return _encode_texts(value, argument, value.names, value.dim, value.dimnames)
    if isinstance(value, (np.ndarray, np.generic)):
        return _encode_array(np.asanyarray(value), argument)
    if isinstance(value, (list, tuple)):
        return _encode_sequence(value, argument)
    if hasattr(value, "to_numpy"):
        return _encode_array(np.asanyarray(value.to_numpy()), argument)
    raise InputError(argument, f"is a {type(value).__name__}, which has no counterpart in R")


def _encode_dict(value: Mapping[Any, Any], argument: str) -> Buffers:
    for name in value:
        if not isinstance(name, str):
            raise InputError(argument, f"has the name {name!r}, names are text")
    buffers: Buffers = [_HEADER.pack(LIST, NAMES, len(value))]
    for name, entry in value.items():
        buffers += encode(entry, name)
    return buffers + _encode_texts(list(value), argument)


def _encode_sequence(value: Sequence[Any], argument: str) -> Buffers:
    kinds = {_kind_of(entry) for entry in value}
    if kinds == {"text"}:
        return _encode_texts(value, argument)
    if kinds and (kinds <= {"bool"} or kinds <= {"int", "float"}):
        if "int" in kinds:
            whole = [entry for entry in value if _kind_of(entry) == "int"]
            _check_range(min(whole), max(whole), argument)
        return _encode_array(np.array(value), argument)
    if len(kinds) > 1 and kinds & {"none", "bool", "int", "float", "text"}:
        found = ", ".join(sorted({type(entry).__name__ for entry in value}))
        raise InputError(
            argument, f"mixes {found}", hint="A vector of R has one type; drop or impute missing values first."
        )
    buffers: Buffers = [_HEADER.pack(LIST, 0, len(value))]
    for i, entry in enumerate(value):
        buffers += encode(entry, f"{argument}[{i}]")
    return buffers


def _kind_of(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, (str, np.str_)) or value is NA_CHARACTER:
        return "text"
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, np.integer)):
        return "int"
    if isinstance(value, (float, np.floating)):
        return "float"
    return "other"


def _check_range(low: int, high: int, argument: str) -> None:
    if low <= NA_INTEGER or high >= 2**31:
        worst = low if low <= NA_INTEGER else high
        raise InputError(
            argument,
            f"holds the whole number {worst}, R's integers end at {2**31 - 1} (and -2^31 is R's NA)",
            hint="Pass float64 values.",
        )


def _encode_array(array: npt.NDArray[Any], argument: str) -> Buffers:
    kind = array.dtype.kind
    if isinstance(array, np.ma.MaskedArray):
        if kind != "b":
            raise InputError(argument, "is a masked array of numbers", hint="Drop or impute missing values first.")
        filled = np.where(np.ma.getmaskarray(array), NA_INTEGER, np.ma.getdata(array)).astype("<i4")
        return _encode_numbers(LOGICAL, filled, None, argument)
    if kind == "b":
        return _encode_numbers(LOGICAL, array.astype("<i4"), array, argument)
    if kind in "iu":
        # int32 is R's own layout, where -2^31 is NA; from any other type it would silently become one
        if array.dtype.itemsize >= 4 and array.dtype != np.int32 and array.size:
            _check_range(int(array.min()), int(array.max()), argument)
        return _encode_numbers(INTEGER, array.astype("<i4"), array, argument)
    if kind == "f" and array.dtype.itemsize <= 8:
        return _encode_numbers(DOUBLE, array.astype("<f8", copy=False), array, argument)
    if kind == "U":
        dim = array.shape if array.ndim > 1 else None
        return _encode_texts(array.reshape(-1, order="F").tolist(), argument, None, dim)
    if kind == "O":
        found = ", ".join(sorted({type(entry).__name__ for entry in array.ravel().tolist()}))
        raise InputError(argument, f"is an object array ({found})", hint="Convert it to numbers or to text first.")
    raise InputError(argument, f"has the type {array.dtype}, which has no counterpart in R")


def _encode_numbers(kind: int, numbers: npt.NDArray[Any], source: npt.NDArray[Any] | None, argument: str) -> Buffers:
    names = getattr(source, "names", None) if isinstance(source, NamedArray) else None
    dimnames = getattr(source, "dimnames", None) if isinstance(source, NamedArray) else None
    dim = numbers.shape if numbers.ndim > 1 else None
    flat = np.ascontiguousarray(np.asarray(numbers).reshape(-1, order="F"))
    head: Buffers = [_HEADER.pack(kind, _flags(names, dim, dimnames), flat.size), flat.view(np.uint8).data]
    return head + _encode_attributes(names, dim, dimnames, argument)


def _flags(names: Any, dim: Any, dimnames: Any) -> int:
    return (names is not None) * NAMES | (dim is not None) * DIM | (dimnames is not None) * DIMNAMES


def _encode_attributes(names: Any, dim: Any, dimnames: Any, argument: str) -> Buffers:
    buffers: Buffers = []
    if names is not None:
        buffers += _encode_texts(names, argument)
    if dim is not None:
        _check_range(0, max(dim), argument)
        buffers += [_HEADER.pack(INTEGER, 0, len(dim)), struct.pack(f"<{len(dim)}i", *dim)]
    if dimnames is not None:
        buffers.append(_HEADER.pack(LIST, 0, len(dimnames)))
        for entry in dimnames:
            buffers += encode(None) if entry is None else _encode_texts(entry, argument)
    return buffers


def _encode_texts(
    values: Sequence[Any], argument: str, names: Any = None, dim: Any = None, dimnames: Any = None
) -> Buffers:
    lengths, texts = [], []
    for value in values:
        if value is NA_CHARACTER:
            lengths.append(-1)
            continue
        if not isinstance(value, str):
            raise InputError(argument, f"mixes text with {type(value).__name__}", hint="Text and numbers do not mix.")
        if "\0" in value:
            raise InputError(argument, "holds text with a NUL character, which R cannot hold")
        try:
            text = value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(argument, "holds text that is not valid Unicode") from error
        lengths.append(len(text))
        texts.append(text)
    head = _HEADER.pack(CHARACTER, _flags(names, dim, dimnames), len(lengths))
    payload = np.array(lengths, dtype="<i4").tobytes() + b"".join(texts)
    return [head, payload, *_encode_attributes(names, dim, dimnames, argument)]


def _encode_factor(value: Factor, argument: str) -> Buffers:
    codes = np.ascontiguousarray(value.codes, dtype="<i4")
    known = codes[codes != NA_INTEGER]
    if codes.ndim != 1 or (known.size and not 1 <= int(known.min()) <= int(known.max()) <= len(value.levels)):
        raise InputError(argument, f"has codes outside 1 to {len(value.levels)}")
    if len(set(value.levels)) != len(value.levels):
        raise InputError(argument, "has duplicate levels")
    flags = LEVELS | (ORDERED if value.ordered else 0)
    return [_HEADER.pack(INTEGER, flags, codes.size), codes.tobytes(), *_encode_texts(value.levels, argument)]


# ---------------------------------------------------------------------------------------------------- R to Python


def decode(buffer: bytes | bytearray | memoryview) -> Any:
    """Value of a tree; arrays own their memory.

    Raises
    ------
    ProtocolError
        The bytes are no tree, or end too early, or go on too long.
    """
    view = memoryview(buffer).cast("B")
    try:
        value, position = _decode(view, 0)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        raise ProtocolError(f"the worker sent bytes that are no value: {error}") from error
    if position != len(view):
        raise ProtocolError(f"the worker sent {len(view) - position} bytes too many")
    return value


def _decode(view: memoryview, position: int) -> tuple[Any, int]:
    kind, flags, length = (int(field) for field in _HEADER.unpack_from(view, position))
    position += _HEADER.size
    if kind == NULL:
        return None, position
    if kind in (LOGICAL, INTEGER, DOUBLE):
        dtype = np.dtype("<f8" if kind == DOUBLE else "<i4")
        array = np.frombuffer(view, dtype, length, position).copy()
        attributes, position = _decode_attributes(view, position + length * dtype.itemsize, flags)
        return _finish_numbers(kind, flags, array, attributes), position
    if kind == CHARACTER:
        texts, position = _decode_texts(view, position, length)
        a, position = _decode_attributes(view, position, flags)
        return Strings(texts, a.get(NAMES), a.get(DIM), a.get(DIMNAMES)), position
    if kind == LIST:
        entries = []
        for _ in range(length):
            entry, position = _decode(view, position)
            entries.append(entry)
        attributes, position = _decode_attributes(view, position, flags)
        return _finish_list(entries, attributes.get(NAMES)), position
    raise ProtocolError(f"the worker sent a value of the unknown kind {kind}")


def _decode_texts(view: memoryview, position: int, length: int) -> tuple[list[Any], int]:
    lengths = np.frombuffer(view, "<i4", length, position).tolist()
    position += 4 * length
    texts: list[Any] = []
    for size in lengths:
        if size < 0:
            texts.append(NA_CHARACTER)
            continue
        if position + size > len(view):
            raise ProtocolError("the worker sent a text that ends too early")
        texts.append(str(view[position : position + size], "utf-8"))
        position += size
    return texts, position


def _decode_attributes(view: memoryview, position: int, flags: int) -> tuple[dict[int, Any], int]:
    found: dict[int, Any] = {}
    for flag in (NAMES, DIM, DIMNAMES, LEVELS):
        if flags & flag:
            value, position = _decode(view, position)
            if flag == DIM:
                found[flag] = tuple(int(extent) for extent in value)
            elif flag == DIMNAMES:
                found[flag] = tuple(None if entry is None else tuple(entry) for entry in value)
            else:
                found[flag] = tuple(value)
    return found, position


def _finish_numbers(kind: int, flags: int, array: npt.NDArray[Any], attributes: dict[int, Any]) -> Any:
    if flags & LEVELS:
        return Factor(array, attributes[LEVELS], bool(flags & ORDERED))
    if DIM in attributes:
        array = array.reshape(attributes[DIM], order="F")
    if kind == LOGICAL:
        missing = array == NA_INTEGER
        array = array.astype(np.bool_)
        if missing.any():
            return np.ma.MaskedArray(array, mask=missing)
    if NAMES in attributes or DIMNAMES in attributes:
        named = array.view(NamedArray)
        named.names, named.dimnames = attributes.get(NAMES), attributes.get(DIMNAMES)
        return named
    return array


def _finish_list(entries: list[Any], names: tuple[Any, ...] | None) -> Any:
    if names is None:
        return entries
    if len(set(names)) != len(names) or NA_CHARACTER in names:
        raise ProtocolError(f"R returned a list whose names are not unique: {', '.join(map(repr, names))}")
    return dict(zip(names, entries, strict=True))
