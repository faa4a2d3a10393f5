"""R in a process of its own: calls of the functions in ``crosscheck_r/r`` by name, with data.

A call can fail, hang, crash or end R; it costs that call and one exception of `crosscheck_r.errors`, never the run.
"""

from __future__ import annotations

import os
import signal as signals
import struct
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from crosscheck_r import protocol
from crosscheck_r.errors import (
    ProtocolError,
    RCallFailed,
    RCrashed,
    RPackageMissing,
    RTimeout,
    RUnavailable,
    SchemaError,
)
from crosscheck_r.exchange import DONE, Exchange, read_word
from crosscheck_r.launch import WorkerProcess, find_rscript
from crosscheck_r.paths import r_file
from validation.errors import InputError

__all__ = ["Condition", "RResult", "RSession"]

Backend = Literal["auto", "rpy2", "rscript"]

START_SECONDS = 60.0
_R_REPORTS = {"segfault": signals.SIGSEGV, "bus error": signals.SIGBUS, "illegal operation": signals.SIGILL}
#: exit status of a child of the rpy2 backend whose answer could not be written
_UNSENT = 70


@dataclass(frozen=True)
class Condition:
    """A warning or message of R.

    Parameters
    ----------
    kind : str
        ``"warning"`` or ``"message"``.
    condition_class : str
        Most special class of R's condition.
    message : str
        R's text.
    call : str
        R's call that signalled it, without data; empty where R does not say.
    classes : tuple of str
        All classes.
    """

    kind: str
    condition_class: str
    message: str
    call: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class RResult:
    """What a call gave.

    Parameters
    ----------
    value : dict
        The named list that the R function returned, decoded by `crosscheck_r.protocol`.
    conditions : tuple of Condition
        Warnings and messages in the order in which they came.
    printed : tuple of str
        Lines that the function printed.
    elapsed : float
        Seconds in R.
    backend : str
        ``"rpy2"`` or ``"rscript"``.
    """

    value: dict[str, Any]
    conditions: tuple[Condition, ...]
    printed: tuple[str, ...]
    elapsed: float
    backend: str


class RSession:
    """A worker process that runs R, started at the first call and started anew after a loss.

    Each call runs in a fork of the worker, so that options, generator, search path and package state of one call
    never reach the next one. Safe to use from several threads; the calls then follow one another.

    Parameters
    ----------
    backend : str
        ``"rpy2"``, ``"rscript"`` or ``"auto"``: rpy2 where it works, else rscript.
    timeout : float
        Seconds that a call is given unless it says otherwise.

    Raises
    ------
    RUnavailable
        R, or with ``backend="rpy2"`` rpy2, is not there or does not start.

    Examples
    --------
    >>> with RSession() as session:  # doctest: +SKIP
    ...     session.call("selftest.R::echo", {"x": [1.0, 2.0]}).value["x"]
    array([1., 2.])
    """

    def __init__(self, backend: Backend = "auto", timeout: float = 120.0) -> None:
        if backend not in ("auto", "rpy2", "rscript"):
            raise InputError("backend", f"must be 'auto', 'rpy2' or 'rscript', got {backend!r}")
        self._timeout = _check_timeout(timeout)
        self._lock = threading.RLock()
        self._worker: WorkerProcess | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None
        self._owner = os.getpid()
        self._in_call = False
        self._unsettled = False
        self._provenance: Mapping[str, Any] | None = None
        self.fallback = ""
        find_rscript()
        self.backend = self._choose(backend)

    def __enter__(self) -> RSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Id of the worker process (and of its process group), None where none is running."""
        worker = self._worker
        return None if worker is None or worker.died() else worker.pid

    def running(self) -> bool:
        """Whether a call is under way."""
        return self._in_call

    def close(self) -> None:
        """End the worker; the next call would start a new one."""
        with self._lock:
            self._end(patience=1.0)

    def call(self, function: str, arguments: Mapping[str, Any], timeout: float | None = None) -> RResult:
        """Call an R function of ``crosscheck_r/r`` with arguments by name.

        Parameters
        ----------
        function : str
            ``"file.R::name"``.
        arguments : mapping
            Name -> None, number, text, array, `Factor`, dict or list; see `crosscheck_r.protocol`.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        InputError
            R could not hold an argument exactly, or there is no such file.
        RCallFailed, RPackageMissing
            The function ended with R's error.
        RTimeout, RCrashed
            No answer in time, or the process ended.
        SchemaError
            The function did not return a named list.
        """
        seconds = self._timeout if timeout is None else _check_timeout(timeout)
        r_file(function)
        body = protocol.encode({"function": function, "arguments": dict(arguments)}, "arguments")
        with self._lock:
            self._in_call = True
            try:
                return _result(function, self._exchange(function, body, seconds), self.backend)
            finally:
                self._in_call = False

    def packages(self) -> dict[str, str | None]:
        """Version of each R package that this project compares with, None where it is not installed."""
        found = self.call("bridge.R::packages", {}).value
        return {name: None if text[0] is protocol.NA_CHARACTER else text[0] for name, text in found.items()}

    def provenance(self) -> Mapping[str, Any]:
        """What computes the results: R, its packages and libraries, Python, the machine, the state of the checkout."""
        if self._provenance is None:
            from crosscheck_r.provenance import gather

            self._provenance = gather(self)
        return self._provenance

    # ------------------------------------------------------------------------------------------------------ worker

    def _choose(self, backend: Backend) -> Literal["rpy2", "rscript"]:
        if backend == "rscript":
            return "rscript"
        from crosscheck_r.rpy2_support import missing_hint, translated

        hint = missing_hint()
        if not hint:
            try:
                self._start("rpy2")
                return "rpy2"
            except RUnavailable as error:
                hint = translated(error.message)
        if backend == "rpy2":
            raise RUnavailable("rpy2 does not work with this R", hint=hint)
        self.fallback = hint
        return "rscript"

    def _start(self, backend: str) -> WorkerProcess:
        worker = WorkerProcess(backend)
        self._worker = worker
        self._owner = os.getpid()
        self._unsettled = False
        self._finalizer = weakref.finalize(self, worker.end)
        if read_word(worker, START_SECONDS) is None:
            output = worker.last_output()
            self._end()
            raise RUnavailable(f"R did not start: {output[-800:] or 'no output'}", hint="Run `crosscheck doctor`.")
        return worker

    def _ready_worker(self) -> WorkerProcess:
        if self._worker is not None and self._owner != os.getpid():
            # after a fork of this process the worker belongs to the parent
            self._worker = None
            if self._finalizer is not None:
                self._finalizer.detach()
        if self._worker is not None and self._worker.died():
            self._end()
        return self._worker or self._start(self.backend)

    def _end(self, patience: float = 0.0) -> int | None:
        worker, self._worker = self._worker, None
        if worker is None:
            return None
        if self._finalizer is not None:
            self._finalizer.detach()
        return worker.end(patience)

    # -------------------------------------------------------------------------------------------------------- calls

    def _exchange(self, function: str, body: protocol.Buffers, seconds: float) -> memoryview:
        worker = self._ready_worker()
        worker.forget_output()
        request = [struct.pack("<d", sum(len(buffer) for buffer in body)), *body]
        exchange = Exchange(worker, request, time.monotonic() + seconds, self._unsettled)
        try:
            outcome = exchange.run()
        except BaseException:
            # interrupted, so what the worker is doing is unknown
            self._end()
            raise
        self._unsettled = exchange.unsettled
        if outcome == "answered":
            return exchange.body
        output = worker.last_output()
        if outcome == "lost child":
            raise _child_crash(function, exchange.verdict, output)
        status = self._end(patience=0.0 if outcome == "late" else 1.0)
        if outcome == "late":
            raise RTimeout(function, seconds, output)
        signal = -status if status is not None and status < 0 else None
        raise RCrashed(function, signal=signal, status=None if signal else status, last_output=output)


def _child_crash(function: str, word: tuple[int, int, int], output: str) -> Exception:
    what, signal, status = word
    if what == DONE:
        return RCrashed(function, status=0, quit=True, last_output=output)
    if status == _UNSENT:
        return ProtocolError(f"the answer of {function} could not be sent: {output[-500:]}")
    if status >= 0:
        return RCrashed(function, status=status, quit=True, last_output=output)
    return RCrashed(function, signal=signal or _reported_signal(output), last_output=output)


def _reported_signal(output: str) -> int | None:
    """Signal that R itself reported before it died; base R cannot ask the system how a child ended."""
    for text, number in _R_REPORTS.items():
        if f"*** caught {text} ***" in output:
            return int(number)
    return None


def _check_timeout(seconds: Any) -> float:
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 < seconds < float("inf"):
        raise InputError("timeout", f"must be a positive number of seconds, got {seconds!r}")
    return float(seconds)


def _result(function: str, body: memoryview, backend: str) -> RResult:
    outcome = protocol.decode(body)
    if "quit" in outcome:
        raise RCrashed(function, status=0, quit=True)
    error = outcome["error"]
    if error is not None:
        raise _failure(function, error)
    value = outcome["value"]
    if isinstance(value, list) and not value:
        value = {}
    if not isinstance(value, dict):
        raise SchemaError(
            f"{function} must return a named list, got {type(value).__name__}",
            hint="Return list(name = value, ...) from the R function.",
        )
    conditions = tuple(_condition(entry) for entry in outcome["conditions"])
    return RResult(value, conditions, tuple(outcome["printed"]), float(outcome["elapsed"][0]), backend)


def _condition(entry: Mapping[str, Any]) -> Condition:
    classes = tuple(entry["classes"])
    return Condition(entry["kind"][0], classes[0], entry["message"][0], entry["call"][0], classes)


def _failure(function: str, error: Mapping[str, Any]) -> Exception:
    condition = _condition(error)
    package = error["package"][0]
    if package:
        return RPackageMissing(package)
    return RCallFailed(function, condition.condition_class, condition.message, condition.call, condition.classes)
