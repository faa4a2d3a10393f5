"""R in a process of its own: calls by name with data, time-outs, restarts, conditions as data.

Two backends speak one protocol: ``rpy2`` (a Python process that embeds R) and ``rscript`` (base R alone). A crash, an
endless loop, ``q()`` or a killed worker costs one call and one exception; the next call starts a new worker. Options,
generator, working directory and search path are reset before each call; a process per call would cost a hundred times
more and isolate nothing else that the functions of this package touch.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crosscheck_r.errors import (
    INSTALL_R,
    ProtocolError,
    RCallFailed,
    RCrashed,
    RPackageMissing,
    RTimeout,
    RUnavailable,
)
from crosscheck_r.process import Worker, find_rscript
from crosscheck_r.protocol import decode, encode
from crosscheck_r.rpy2_pins import rpy2_remedy
from validation.errors import InputError

__all__ = ["RCondition", "RResult", "RSession"]

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


class RSession:
    """Calls of R functions of this package by name.

    Calls from several threads follow one another. What makes a call end without an answer (an error of R, a time-out, a
    crash, Ctrl-C) never reaches the next one.

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
        if backend not in ("auto", "rpy2", "rscript"):
            raise InputError("backend", f"must be 'auto', 'rpy2' or 'rscript', got {backend!r}")
        self.timeout = timeout
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._finalizer: weakref.finalize[Any, Any] | None = None
        self._process = os.getpid()
        #: why ``auto`` did not take rpy2; empty where it did
        self.fallback = ""
        if find_rscript() is None:
            raise RUnavailable("R is not installed here.", hint=INSTALL_R)
        self.backend = self._first_working(("rpy2", "rscript") if backend == "auto" else (backend,))

    def _first_working(self, backends: tuple[str, ...]) -> str:
        trouble: RUnavailable | None = None
        for backend in backends:
            self.backend = backend
            if backend == "rpy2" and importlib.util.find_spec("rpy2") is None:
                trouble = RUnavailable("rpy2 is not installed.", hint=rpy2_remedy())
                self.fallback = f"{trouble.message} {trouble.hint}"
                continue
            try:
                self.call("provenance.R::packages", {}, timeout=_START_SECONDS)
            except (RCrashed, RTimeout, RCallFailed) as error:
                remedy = rpy2_remedy() if backend == "rpy2" else INSTALL_R
                trouble = RUnavailable(f"R does not start through {backend}: {error.message}", hint=remedy)
                self.fallback = f"{trouble.message} {remedy}"
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

    def _started(self) -> Worker:
        if self._worker is not None and self._process != os.getpid():
            # after a fork of this process the worker and its pipes are the parent's
            self._forget()
        if self._worker is None:
            self._worker = Worker(self.backend)
            self._process = os.getpid()
            # a session that nobody closes ends its worker when it goes, at the latest with Python
            self._finalizer = weakref.finalize(self, _end_own, self._worker, self._process)
        return self._worker

    def _forget(self) -> Worker | None:
        worker, self._worker = self._worker, None
        if self._finalizer is not None:
            self._finalizer.detach()
        return worker

    def _discard(self, patience: float = 0.2) -> int | None:
        worker = self._forget()
        return None if worker is None else worker.end(patience)

    @property
    def pid(self) -> int | None:
        """Process id of the worker; None where none runs."""
        return None if self._worker is None else self._worker.process.pid

    def running(self) -> bool:
        """Whether a worker is there to answer."""
        return self._worker is not None and not self._worker.died()

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
        RCallFailed, RPackageMissing, RTimeout, RCrashed, ProtocolError
        """
        message = encode({"name": [function], "arguments": dict(arguments)})
        limit = self.timeout if timeout is None else timeout
        with self._lock:
            worker = self._started()
            try:
                answer = decode(worker.exchange(message, time.monotonic() + limit))
            except TimeoutError:
                said = worker.last_output()
                self._discard(0.0)
                raise RTimeout(f"{function}: R did not answer within {limit:g} s and was ended.", hint=said) from None
            except EOFError:
                said = worker.last_output()
                raise RCrashed(f"{function}: R {_death(self._discard(1.0))}.", hint=said) from None
            except BaseException:
                # interrupted in the middle: the answer that is still to come must not answer the next call
                self._discard(0.0)
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


def _end_own(worker: Worker, process: int) -> None:
    if process == os.getpid():
        worker.end()


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
        if _text(failure["package"]):
            raise RPackageMissing(
                f"{function}: the R package {_text(failure['package'])} is not installed.",
                hint=f"In R: install.packages({_text(failure['package'])!r}).",
            )
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
