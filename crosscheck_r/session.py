"""R in a process of its own: calls by name with data, time-outs, restarts, conditions as data.

Two backends speak one protocol: ``rpy2`` (a Python process that embeds R) and ``rscript`` (base R alone). A crash, an
endless loop, ``q()`` or a killed worker costs one call and one exception; the next call starts a new worker. Options,
generator, working directory and search path are reset before each call; a process per call would cost a hundred times
more and isolate nothing else that the functions of this package touch.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck_r.errors import INSTALL_R, ProtocolError, RCallFailed, RCrashed, RTimeout, RUnavailable
from crosscheck_r.paths import r_root
from crosscheck_r.protocol import decode, encode

__all__ = ["RCondition", "RResult", "RSession"]

_PREFIX = struct.Struct("<d")
_START = (
    "args <- commandArgs(TRUE); sys.source(file.path(args[1], 'worker.R'), globalenv());"
    "worker$start(args[1]); worker$serve(args[2], args[3])"
)
#: what a worker may know of its surroundings
_ENVIRONMENT = (
    "PATH", "HOME", "USER", "LOGNAME", "LD_LIBRARY_PATH", "R_HOME", "R_LIBS", "R_LIBS_USER", "R_LIBS_SITE",
    "OPENBLAS_CORETYPE", "VIRTUAL_ENV", "RPY2_CFFI_MODE",
)  # fmt: skip
_FIXED = {
    "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TZ": "UTC", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1", "R_DEFAULT_PACKAGES": "datasets,utils,grDevices,graphics,stats,methods",
}  # fmt: skip
_START_SECONDS = 60.0


@dataclass(frozen=True)
class RCondition:
    """A warning or message of R."""

    kind: str
    condition_class: str
    message: str
    call: str


@dataclass(frozen=True)
class RResult:
    """What a call returned.

    Parameters
    ----------
    value : dict
        Named results: arrays, texts or nested dictionaries.
    conditions : tuple of RCondition
        Warnings and messages in their order.
    printed : tuple of str
        Lines that R printed.
    elapsed : float
        Seconds inside R.
    backend : str
        ``rpy2`` or ``rscript``.
    """

    value: dict[str, Any]
    conditions: tuple[RCondition, ...]
    printed: tuple[str, ...]
    elapsed: float
    backend: str


class _Worker:
    """One worker process and its two pipes."""

    def __init__(self, backend: str) -> None:
        self.backend = backend
        self.folder = tempfile.mkdtemp(prefix="crosscheck-r-")
        self.log = Path(self.folder) / "worker.log"
        to_worker, self.writer = os.pipe()
        self.reader, from_worker = os.pipe()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= _FIXED | {"TMPDIR": self.folder}
        try:
            with self.log.open("wb") as log:
                self.process = subprocess.Popen(
                    self._command(to_worker, from_worker),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(to_worker, from_worker),
                    env=environment,
                    cwd=self.folder,
                    start_new_session=True,
                )
        finally:
            os.close(to_worker)
            os.close(from_worker)
        os.set_blocking(self.writer, False)
        os.set_blocking(self.reader, False)

    def _command(self, input_descriptor: int, output_descriptor: int) -> list[str]:
        root = str(r_root())
        if self.backend == "rpy2":
            package = Path(__file__).resolve().parent.parent
            start = f"import sys; sys.path.insert(0, {str(package)!r}); from crosscheck_r.worker import main;"
            return [sys.executable, "-c", f"{start} main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))",
                    root, str(input_descriptor), str(output_descriptor)]  # fmt: skip
        ends = [f"/dev/fd/{input_descriptor}", f"/dev/fd/{output_descriptor}"]
        return ["Rscript", "--vanilla", "-e", _START, root, *ends]

    def exchange(self, message: bytes, deadline: float) -> bytes:
        """Send one message and return the answer; raises EOFError when the worker is gone, TimeoutError when late."""
        outgoing = memoryview(_PREFIX.pack(float(len(message))) + message)
        incoming = bytearray()
        expected: int | None = None
        with selectors.DefaultSelector() as selector:
            selector.register(self.reader, selectors.EVENT_READ)
            selector.register(self.writer, selectors.EVENT_WRITE)
            while expected is None or len(incoming) < expected:
                remaining = deadline - time.monotonic()
                events = selector.select(max(remaining, 0.0))
                if not events and remaining <= 0:
                    raise TimeoutError
                for key, _ in events:
                    if key.fd == self.writer:
                        outgoing = self._send(outgoing)
                        if not outgoing:
                            selector.unregister(self.writer)
                    else:
                        incoming += self._receive()
                if expected is None and len(incoming) >= _PREFIX.size:
                    expected = _PREFIX.size + int(_PREFIX.unpack(incoming[: _PREFIX.size])[0])
        return bytes(incoming[_PREFIX.size :])

    def _send(self, outgoing: memoryview) -> memoryview:
        try:
            return outgoing[os.write(self.writer, outgoing) :]
        except BlockingIOError:
            return outgoing
        except BrokenPipeError:
            raise EOFError from None

    def _receive(self) -> bytes:
        chunk = os.read(self.reader, 1 << 20)
        if not chunk:
            raise EOFError
        return chunk

    def last_output(self) -> str:
        """End of what the worker wrote outside the protocol."""
        try:
            return self.log.read_text(encoding="utf-8", errors="replace")[-500:].strip()
        except OSError:
            return ""

    def end(self) -> int | None:
        """Kill the worker's process group, remove its folder, return its exit status."""
        for descriptor in (self.writer, self.reader):
            os.close(descriptor)
        try:
            status: int | None = self.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            status = None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        return status


class RSession:
    """Calls of R functions of this package by name.

    Parameters
    ----------
    backend : {"auto", "rpy2", "rscript"}
        ``auto`` is rpy2 where it works with the installed R, otherwise Rscript.
    timeout : float
        Seconds that a call may take.

    Raises
    ------
    RUnavailable
        R, or the demanded backend, cannot be started.
    """

    def __init__(self, backend: str = "auto", timeout: float = 120.0) -> None:
        self.timeout = timeout
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        if shutil.which("Rscript") is None:
            raise RUnavailable("R is not installed here.", hint=INSTALL_R)
        self.backend = self._first_working(("rpy2", "rscript") if backend == "auto" else (backend,))

    def _first_working(self, backends: tuple[str, ...]) -> str:
        trouble: RUnavailable | None = None
        for backend in backends:
            self.backend = backend
            try:
                self.call("provenance.R::packages", {}, timeout=_START_SECONDS)
            except (RCrashed, RTimeout, RCallFailed) as error:
                trouble = RUnavailable(f"R does not start through {backend}: {error.message}", hint=_remedy(backend))
            else:
                return backend
        assert trouble is not None
        raise trouble

    def __enter__(self) -> RSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._discard()

    def _discard(self) -> int | None:
        worker, self._worker = self._worker, None
        return None if worker is None else worker.end()

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None where none runs."""
        return None if self._worker is None else self._worker.process.pid

    def call(self, function: str, arguments: Mapping[str, Any], timeout: float | None = None) -> RResult:
        """Call a function of ``crosscheck_r/r`` with data.

        Parameters
        ----------
        function : str
            ``"file.R::name"``.
        arguments : mapping
            Arguments by name: arrays, numbers, texts, factors, lists and mappings of them.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        RCallFailed, RTimeout, RCrashed, ProtocolError
        """
        message = encode({"name": [function], "arguments": dict(arguments)})
        limit = self.timeout if timeout is None else timeout
        with self._lock:
            if self._worker is None:
                self._worker = _Worker(self.backend)
            worker = self._worker
            try:
                answer = decode(worker.exchange(message, time.monotonic() + limit))
            except TimeoutError:
                said = worker.last_output()
                self._discard()
                raise RTimeout(f"{function}: R did not answer within {limit:g} s and was ended.", hint=said) from None
            except EOFError:
                said = worker.last_output()
                raise RCrashed(f"{function}: R {_death(self._discard())}.", hint=said) from None
            except ProtocolError:
                self._discard()
                raise
        return _result(function, answer, self.backend)

    def packages(self) -> dict[str, str | None]:
        """Versions of the reference packages; None where one is missing."""
        found = self.call("provenance.R::packages", {}).value
        return {name: texts[0] for name, texts in found.items()}

    def provenance(self) -> dict[str, Any]:
        """What computes the results: R, BLAS, LAPACK, packages, options, locale, processor, libm, Python."""
        from crosscheck_r.provenance import of_python

        found = self.call("provenance.R::provenance", {}).value
        return {**_plain(found), "backend": self.backend, **of_python()}


def _plain(value: Any) -> Any:
    """Texts of length one as texts, for people."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def _remedy(backend: str) -> str:
    if backend == "rpy2":
        return (
            'R before 4.6 needs pip install "rpy2-rinterface>=3.6.5,<3.6.6", R 4.6 and newer '
            '"rpy2-rinterface>=3.6.7"; without rpy2 use --backend rscript.'
        )
    return INSTALL_R


def _death(status: int | None) -> str:
    if status is None:
        return "closed its pipe"
    if status < 0:
        return f"was ended by signal {-status} ({signal.Signals(-status).name})"
    return f"exited with {status}" + (": q() was called" if status == 0 else "")


def _text(value: Any) -> str:
    return str(value[0]) if isinstance(value, list) and value else str(value)


def _result(function: str, answer: Any, backend: str) -> RResult:
    failure = answer["error"]
    if failure is not None:
        raise RCallFailed(function, _text(failure["message"]), _text(failure["class"]), _text(failure["call"]))
    value = answer["value"]
    if not isinstance(value, dict):
        raise ProtocolError(f"{function} returned no named list")
    conditions = tuple(
        RCondition(_text(c["kind"]), _text(c["class"]), _text(c["message"]), _text(c["call"]))
        for c in answer["conditions"]
    )
    printed = tuple(str(line) for line in answer["printed"] or ())
    return RResult(value, conditions, printed, float(answer["elapsed"][0]), backend)
