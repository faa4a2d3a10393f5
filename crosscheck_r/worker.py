"""The process of the rpy2 backend: R embedded by rpy2, answering the same bytes as ``r/worker.R`` does.

Run as ``python worker.py FOLDER REQUESTS ANSWERS CONTROL`` with three inherited file descriptors. R's values are read
and written here through memory views, independently of the reader and writer in ``r/worker.R``, so that equal results
of the two backends also say that both read and write correctly. Each call runs in a fork; the child leaves by
``os._exit`` and never runs R's own clean-up, which would remove the shared temporary folder.

Neither numpy nor this package is imported: the process is ready when R is.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import struct
import sys
import traceback
from pathlib import Path
from typing import Any, BinaryIO

NULL, LOGICAL, INTEGER, DOUBLE, CHARACTER, LIST = range(6)
NAMES, DIM, DIMNAMES, LEVELS, ORDERED = 1, 2, 4, 8, 16
READY, DONE, DIED = range(3)

_ATTRIBUTES = ((NAMES, "names"), (DIM, "dim"), (DIMNAMES, "dimnames"), (LEVELS, "levels"))
_HEADER = struct.Struct("<3d")


class _Bridge:
    """Reads and writes R's values; holds the functions of ``worker.R``."""

    def __init__(self, folder: str) -> None:
        # rpy2's annotations miss much of its own interface, hence Any
        rinterface: Any = importlib.import_module("rpy2.rinterface")
        embedded: Any = importlib.import_module("rpy2.rinterface_lib.embedded")
        embedded.set_initoptions(("rpy2", "--quiet", "--no-save", "--vanilla"))
        rinterface.initr()
        self._r = rinterface
        base = rinterface.baseenv
        environment = base["new.env"](parent=rinterface.baseenv)
        path = rinterface.StrSexpVector([str(Path(folder, "worker.R"))])
        base["sys.source"](path, envir=environment, **{"keep.source": rinterface.BoolSexpVector([False])})
        self._functions = environment
        self._factor = environment["as_factor"]
        environment["start"](rinterface.StrSexpVector([folder]))

    def read(self, view: memoryview, position: int = 0) -> tuple[Any, int]:
        """R value of the node at `position`, and where the next one begins."""
        kind, flags, length = (int(field) for field in _HEADER.unpack_from(view, position))
        position += _HEADER.size
        if kind == NULL:
            return self._r.NULL, position
        if kind in (LOGICAL, INTEGER, DOUBLE):
            size = length * (8 if kind == DOUBLE else 4)
            value = self._numbers(kind, view[position : position + size])
            position += size
        elif kind == CHARACTER:
            value, position = self._read_texts(view, position, length)
        else:
            entries = []
            for _ in range(length):
                entry, position = self.read(view, position)
                entries.append(entry)
            value = self._r.ListSexpVector(entries)
        return self._read_attributes(value, view, position, flags)

    def _numbers(self, kind: int, view: memoryview) -> Any:
        if kind == DOUBLE:
            return self._r.FloatSexpVector.from_memoryview(view.cast("d"))
        if kind == INTEGER:
            return self._r.IntSexpVector.from_memoryview(view.cast("i"))
        missing = -(2**31)
        return self._r.BoolSexpVector([self._r.NA_Logical if v == missing else bool(v) for v in view.cast("i")])

    def _read_texts(self, view: memoryview, position: int, length: int) -> tuple[Any, int]:
        sizes = view[position : position + 4 * length].cast("i").tolist()
        position += 4 * length
        texts: list[Any] = []
        for size in sizes:
            texts.append(self._r.NA_Character if size < 0 else str(view[position : position + size], "utf-8"))
            position += max(size, 0)
        return self._r.StrSexpVector(texts), position

    def _read_attributes(self, value: Any, view: memoryview, position: int, flags: int) -> tuple[Any, int]:
        for flag, name in _ATTRIBUTES:
            if not flags & flag:
                continue
            attribute, position = self.read(view, position)
            if flag == LEVELS:
                value = self._factor(value, attribute, self._r.BoolSexpVector([bool(flags & ORDERED)]))
            else:
                value.do_slot_assign(name, attribute)
        return value, position

    def write(self, value: Any, buffers: list[Any]) -> None:
        """Append the buffers of an R value."""
        attributes = self._attributes_of(value)
        flags = sum(flag for flag, _ in attributes)
        if LEVELS & flags and "ordered" in value.rclass:
            flags |= ORDERED
        kind = self._kind_of(value)
        buffers.append(_HEADER.pack(kind, flags, 0 if kind == NULL else len(value)))
        if kind in (INTEGER, DOUBLE):
            buffers.append(value.memoryview().tobytes())
        elif kind == LOGICAL:
            missing = self._r.NA_Logical
            numbers = [-(2**31) if v is missing else int(v) for v in value]
            buffers.append(struct.pack(f"<{len(numbers)}i", *numbers))
        elif kind == CHARACTER:
            self._write_texts(value, buffers)
        elif kind == LIST:
            for entry in value:
                self.write(entry, buffers)
        for _, attribute in attributes:
            self.write(attribute, buffers)

    def _attributes_of(self, value: Any) -> list[tuple[int, Any]]:
        found: list[tuple[int, Any]] = []
        for flag, name in _ATTRIBUTES:
            with contextlib.suppress(LookupError):
                found.append((flag, value.do_slot(name)))
        return found

    def _kind_of(self, value: Any) -> int:
        kinds = self._r.RTYPES
        table = {
            kinds.NILSXP: NULL,
            kinds.LGLSXP: LOGICAL,
            kinds.INTSXP: INTEGER,
            kinds.REALSXP: DOUBLE,
            kinds.STRSXP: CHARACTER,
            kinds.VECSXP: LIST,
        }
        return table[value.typeof]

    def _write_texts(self, value: Any, buffers: list[Any]) -> None:
        missing = self._r.NA_Character
        texts = [None if text is missing else text.encode("utf-8") for text in value]
        buffers.append(struct.pack(f"<{len(texts)}i", *(-1 if text is None else len(text) for text in texts)))
        buffers.extend(text for text in texts if text is not None)

    def prepare(self, request: Any) -> None:
        """Source the file and load its packages, before the fork; a failure is reported by the call itself."""
        with contextlib.suppress(Exception):
            self._functions["prepare"](request[0])

    def answer(self, request: Any) -> bytes:
        """Bytes of the outcome of a call."""
        outcome = self._functions["call_function"](request[0], request[1])
        buffers: list[Any] = []
        self.write(outcome, buffers)
        return b"".join(buffers)


def serve(bridge: _Bridge, requests: BinaryIO, answers: int, control: int) -> None:
    """Answer calls until the other side closes `requests`."""
    _say(control, READY)
    while True:
        head = requests.read(8)
        if len(head) < 8:
            return
        request, _ = bridge.read(memoryview(requests.read(int(struct.unpack("<d", head)[0]))))
        bridge.prepare(request)
        child = os.fork()
        if child == 0:
            _answer_and_exit(bridge, request, answers)
        _, status = os.waitpid(child, 0)
        if status == 0:
            _say(control, DONE)
        else:
            _say(control, DIED, os.WTERMSIG(status), os.WEXITSTATUS(status) if os.WIFEXITED(status) else -1)


def _answer_and_exit(bridge: _Bridge, request: Any, answers: int) -> None:
    status = 70
    try:
        payload = bridge.answer(request)
        _write_all(answers, struct.pack("<d", len(payload)))
        _write_all(answers, payload)
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _write_all(descriptor: int, payload: bytes) -> None:
    view = memoryview(payload)
    while view:
        view = view[os.write(descriptor, view) :]


def _say(control: int, word: int, signal: int = 0, status: int = -1) -> None:
    os.write(control, struct.pack("<3i", word, signal, status))


def main() -> None:
    """Entry point of the process."""
    folder, requests, answers, control = sys.argv[1], *map(int, sys.argv[2:5])
    bridge = _Bridge(folder)
    with os.fdopen(requests, "rb") as stream:
        serve(bridge, stream, answers, control)


if __name__ == "__main__":
    main()
