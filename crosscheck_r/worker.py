"""The process that runs R through rpy2; it speaks the same protocol as the Rscript worker.

Started by `crosscheck_r.session` as ``python -m crosscheck_r.worker ROOT IN OUT`` with two inherited pipes. R is
embedded here and nowhere else, so that whatever R does, it does not do it to the user's process.
"""

from __future__ import annotations

import importlib
import os
import struct
import sys
from typing import Any

import numpy as np

from crosscheck_r.protocol import NA_INTEGER, Factor, decode, encode

__all__ = ["main"]

_PREFIX = struct.Struct("<d")


class _Converter:
    """Between decoded messages and R's vectors, by memory views only."""

    def __init__(self, interface: Any, library: Any, make_factor: Any) -> None:
        self.ri = interface
        self.library = library
        self.make_factor = make_factor
        kinds = interface.RTYPES
        self.numeric: dict[Any, tuple[Any, np.dtype[Any]]] = {
            kinds.REALSXP: (library.REAL, np.dtype(np.float64)),
            kinds.INTSXP: (library.INTEGER, np.dtype(np.int32)),
            kinds.LGLSXP: (library.LOGICAL, np.dtype(np.int32)),
        }

    def to_r(self, value: Any) -> Any:
        ri = self.ri
        if value is None:
            return ri.NULL
        if isinstance(value, Factor):
            return self.make_factor(self._integers(value.codes), self._texts(value.levels))
        if isinstance(value, dict):
            vector = ri.ListSexpVector([self.to_r(entry) for entry in value.values()])
            vector.do_slot_assign("names", self._texts(value))
            return vector
        if isinstance(value, list):
            if value and all(entry is None or isinstance(entry, str) for entry in value):
                return self._texts(value)
            return ri.ListSexpVector([self.to_r(entry) for entry in value])
        return self._array(value)

    def _texts(self, texts: Any) -> Any:
        return self.ri.StrSexpVector([self.ri.NA_Character if text is None else text for text in texts])

    def _integers(self, values: Any) -> Any:
        return self.ri.IntSexpVector.from_memoryview(np.ascontiguousarray(values, dtype=np.intc).data)

    def _array(self, array: Any) -> Any:
        flat = np.ascontiguousarray(array.reshape(-1, order="F"))
        if flat.dtype.kind == "b":
            vector = self.ri.BoolSexpVector([bool(entry) for entry in flat])
        elif flat.dtype.kind == "f":
            vector = self.ri.FloatSexpVector.from_memoryview(flat.astype(np.double).data)
        else:
            vector = self._integers(flat)
        if array.ndim > 1:
            vector.do_slot_assign("dim", self._integers(np.array(array.shape)))
        return vector

    def from_r(self, vector: Any) -> Any:
        ri = self.ri
        if vector is ri.NULL or vector.typeof == ri.RTYPES.NILSXP:
            return None
        names = vector.names
        if vector.typeof == ri.RTYPES.VECSXP:
            entries = [self.from_r(entry) for entry in vector]
            return entries if names is ri.NULL else dict(zip(map(str, names), entries, strict=True))
        if vector.typeof == ri.RTYPES.STRSXP:
            return [None if text is ri.NA_Character else str(text) for text in vector]
        if "factor" in list(vector.rclass):
            levels = tuple(str(level) for level in vector.do_slot("levels"))
            return Factor(self._copied(vector), levels)
        return self._numbers(vector)

    def _copied(self, vector: Any) -> Any:
        # vector.memoryview() would lose a reference of None at each call (rpy2 3.6 on Python before 3.12), until
        # Python ends for want of None
        pointer, dtype = self.numeric[vector.typeof]
        size = dtype.itemsize * len(vector)
        data = self.library.ffi.buffer(pointer(vector.__sexp__._cdata), size)
        return np.frombuffer(data, dtype).copy() if size else np.empty(0, dtype)

    def _numbers(self, vector: Any) -> Any:
        if vector.typeof not in self.numeric:
            raise TypeError(f"a value of type {vector.typeof} cannot be returned")
        flat = self._copied(vector)
        if vector.typeof == self.ri.RTYPES.LGLSXP and not (flat == NA_INTEGER).any():
            flat = flat.astype(np.bool_)
        try:
            shape = tuple(int(d) for d in vector.do_slot("dim"))
        except LookupError:
            return flat
        return flat.reshape(shape, order="F") if len(shape) > 1 else flat


def _read_exactly(descriptor: int, count: int) -> bytes:
    parts = []
    while count:
        chunk = os.read(descriptor, count)
        if not chunk:
            # the parent closed its end; R's own exit is not run, since its temporary folder is the parent's
            os._exit(0)
        parts.append(chunk)
        count -= len(chunk)
    return b"".join(parts)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def main(root: str, input_descriptor: int, output_descriptor: int) -> None:
    """Serve calls until the parent closes its pipe."""
    ri: Any = importlib.import_module("rpy2.rinterface")
    embedded: Any = importlib.import_module("rpy2.rinterface_lib.embedded")
    embedded.set_initoptions(("rpy2", "--quiet", "--vanilla", "--no-save"))
    ri.initr()
    library: Any = importlib.import_module("rpy2.rinterface_lib.openrlib")
    ri.baseenv["sys.source"](ri.StrSexpVector([os.path.join(root, "worker.R")]), ri.globalenv)
    functions = ri.globalenv["worker"]
    functions["start"](ri.StrSexpVector([root]))
    converter = _Converter(ri, library, functions["factor"])
    while True:
        (length,) = _PREFIX.unpack(_read_exactly(input_descriptor, _PREFIX.size))
        request = decode(_read_exactly(input_descriptor, int(length)))
        name = converter.to_r([request["name"][0]])
        try:
            answer = converter.from_r(functions["dispatch"](name, converter.to_r(request["arguments"])))
        except (TypeError, ValueError) as error:
            failure = {"kind": "error", "class": type(error).__name__, "message": str(error), "call": "", "package": ""}
            answer = {"value": None, "error": failure, "conditions": [], "printed": [], "elapsed": 0.0}
        data = encode(answer)
        _write_all(output_descriptor, _PREFIX.pack(float(len(data))) + data)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
