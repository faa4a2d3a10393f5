"""One request and its answer over the pipes of a worker, with a deadline."""

from __future__ import annotations

import os
import selectors
import struct
import time
from typing import Literal

from crosscheck_r.launch import WorkerProcess
from crosscheck_r.protocol import Buffers

__all__ = ["DIED", "DONE", "Exchange", "read_word"]

READY, DONE, DIED = range(3)

Outcome = Literal["answered", "late", "lost child", "lost worker"]
Word = tuple[int, int, int]

#: how often a silent worker is looked at; answers are noticed at once
_GLANCE_SECONDS = 0.05
_WORD = struct.Struct("<3i")
_CHUNK = 1 << 20


def read_word(worker: WorkerProcess, seconds: float) -> Word | None:
    """Next word of the worker about itself (what, signal, exit status), None if it ends or stays silent."""
    deadline = time.monotonic() + seconds
    received = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(worker.control, selectors.EVENT_READ)
        while len(received) < _WORD.size and time.monotonic() < deadline:
            if selector.select(_GLANCE_SECONDS):
                chunk = os.read(worker.control, _WORD.size - len(received))
                if not chunk:
                    return None
                received += chunk
            elif worker.died():
                return None
    return _word(received) if len(received) == _WORD.size else None


def _word(received: bytes | bytearray) -> Word:
    what, signal, status = _WORD.unpack(received)
    return what, signal, status


class Exchange:
    """One request and its answer.

    The child that ran the call writes the answer; after the child has ended the worker writes one word about it. The
    answer is handed on before that word comes, so the first thing heard during a call may be the word about the call
    before it.

    Parameters
    ----------
    worker : WorkerProcess
    request : list of buffers
    deadline : float
        In the time of ``time.monotonic``.
    unsettled : bool
        Whether the word about the last call is still to come.
    """

    def __init__(self, worker: WorkerProcess, request: Buffers, deadline: float, unsettled: bool) -> None:
        self.worker = worker
        self.deadline = deadline
        self.unsettled = unsettled
        self.answer = bytearray()
        self.verdict: Word = (DONE, 0, -1)
        self._pending = [view for buffer in request if len(view := memoryview(buffer))]
        self._heard = bytearray()

    def run(self) -> Outcome:
        """Send the request and wait for what comes first: the answer, the deadline, or a death."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.worker.requests, selectors.EVENT_WRITE)
            selector.register(self.worker.answers, selectors.EVENT_READ)
            selector.register(self.worker.control, selectors.EVENT_READ)
            try:
                return self._run(selector)
            except (BrokenPipeError, EOFError):
                return "lost worker"

    def _run(self, selector: selectors.BaseSelector) -> Outcome:
        while (left := self.deadline - time.monotonic()) > 0:
            ready = {key.fd for key, _ in selector.select(min(left, _GLANCE_SECONDS))}
            if self.worker.requests in ready and self._send():
                selector.unregister(self.worker.requests)
            if self.worker.control in ready and self._hear():
                # the child has ended, so all that it wrote is in the pipe
                self._receive()
                return "answered" if self._complete() else "lost child"
            if self.worker.answers in ready:
                self._receive()
                if self._complete():
                    self.unsettled = True
                    return "answered"
            if not ready and self.worker.died():
                return "lost worker"
        return "late"

    def _send(self) -> bool:
        """Write what the pipe takes; True when all is written."""
        while self._pending:
            try:
                written = os.write(self.worker.requests, self._pending[0][:_CHUNK])
            except BlockingIOError:
                return False
            rest = self._pending[0][written:]
            self._pending[:1] = [rest] if len(rest) else []
        return True

    def _hear(self) -> bool:
        """Read a word; True when it is about this call."""
        self._heard += _read(self.worker.control, _WORD.size - len(self._heard))
        if len(self._heard) < _WORD.size:
            return False
        word = _word(self._heard)
        self._heard.clear()
        if self.unsettled:
            self.unsettled = False
            return False
        self.verdict = word
        return True

    def _receive(self) -> None:
        while True:
            try:
                self.answer += _read(self.worker.answers, _CHUNK)
            except BlockingIOError:
                return
            if self._complete():
                return

    def _complete(self) -> bool:
        return len(self.answer) >= 8 and len(self.answer) >= 8 + int(struct.unpack_from("<d", self.answer)[0])

    @property
    def body(self) -> memoryview:
        """The answer without its length."""
        return memoryview(self.answer)[8:]


def _read(descriptor: int, size: int) -> bytes:
    chunk = os.read(descriptor, size)
    if not chunk:
        raise EOFError
    return chunk
