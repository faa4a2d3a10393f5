"""What can go wrong between Python and R, named by the stage at which it goes wrong.

stage                                    exception
---------------------------------------  ------------------------------
starting R                               `RUnavailable`
loading a package                        `RPackageMissing`
running the function                     `RCallFailed`, `RTimeout`, `RCrashed`
reading what came back                   `ProtocolError`, `SchemaError`
reading a recorded result                `MissingRecord`, `StaleRecord`

Arguments that R could not hold exactly are refused with `validation.errors.InputError` before R sees them.
"""

from __future__ import annotations

import signal as signals

from validation.errors import CrosscheckError

__all__ = [
    "MissingRecord",
    "ProtocolError",
    "RCallFailed",
    "RCrashed",
    "RPackageMissing",
    "RTimeout",
    "RUnavailable",
    "SchemaError",
    "StaleRecord",
]


class RUnavailable(CrosscheckError):
    """R, or the Python package that embeds it, is not there or does not start."""

    code = "r-unavailable"


class RPackageMissing(CrosscheckError):
    """R is there, but lacks a package.

    Parameters
    ----------
    package : str
        Name of the R package.
    """

    code = "r-package-missing"

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(
            f"the R package {package} is not installed",
            hint=f"Install it in R: install.packages({package!r}), or on Debian and Ubuntu: "
            f"apt-get install r-cran-{package.lower()}.",
        )


class RCallFailed(CrosscheckError):
    """The R function ended with an R error.

    Parameters
    ----------
    function : str
        Function that was called, ``file.R::name``.
    condition_class : str
        Class of R's error.
    r_message : str
        R's own message.
    r_call : str
        R's call in which it happened; empty where R does not say.
    classes : tuple of str
        All classes of R's error, the most special first.
    """

    code = "r-error"

    def __init__(
        self, function: str, condition_class: str, r_message: str, r_call: str = "", classes: tuple[str, ...] = ()
    ) -> None:
        self.function = function
        self.condition_class = condition_class
        self.r_message = r_message
        self.r_call = r_call
        self.classes = classes or (condition_class,)
        where = f" in {r_call}" if r_call else ""
        super().__init__(f"{function} ended with R's error ({condition_class}){where}: {r_message}")


class RTimeout(CrosscheckError):
    """The R function did not answer in time; its process was ended.

    Parameters
    ----------
    function : str
        Function that was called.
    seconds : float
        Time that it was given.
    last_output : str
        Last lines that R wrote to its console.
    """

    code = "r-timeout"

    def __init__(self, function: str, seconds: float, last_output: str = "") -> None:
        self.function = function
        self.seconds = seconds
        self.last_output = last_output
        super().__init__(
            f"{function} did not answer within {seconds:g} s{_shown(last_output)}",
            hint="Raise `timeout=` if the computation is known to be long; the next call starts a new R.",
        )


class RCrashed(CrosscheckError):
    """The process that ran the R function ended without an answer.

    Parameters
    ----------
    function : str
        Function that was called.
    signal : int or None
        Signal that ended the process, None where it ended by itself or R cannot tell.
    status : int or None
        Exit status where the process ended by itself.
    quit : bool
        True where R said good-bye in an orderly way: ``q()`` was called.
    last_output : str
        Last lines that R wrote to its console.
    """

    code = "r-crashed"

    def __init__(
        self,
        function: str,
        *,
        signal: int | None = None,
        status: int | None = None,
        quit: bool = False,
        last_output: str = "",
    ) -> None:
        self.function = function
        self.signal = signal
        self.status = status
        self.quit = quit
        self.last_output = last_output
        super().__init__(
            f"R ended in the middle of {function}: {_cause(signal, status, quit)}{_shown(last_output)}",
            hint="The call is lost, the session is not: the next call is answered again.",
        )


class ProtocolError(CrosscheckError):
    """Bytes from the worker, or a value of R, that the protocol has no form for."""

    code = "r-protocol"


class SchemaError(CrosscheckError):
    """R's result does not have the structure that is expected of it (names, types, lengths)."""

    code = "r-schema"


class StaleRecord(CrosscheckError):
    """A recorded result belongs to other inputs or to another R function than those of today.

    Parameters
    ----------
    record_id : str
        Readable name of the record.
    changed : tuple of str
        What differs: ``inputs``, ``function``, ``schema``.
    """

    code = "stale-record"

    def __init__(self, record_id: str, changed: tuple[str, ...]) -> None:
        self.record_id = record_id
        self.changed = changed
        super().__init__(
            f"the recorded result {record_id} is stale: {' and '.join(changed)} changed since it was recorded",
            hint=f"Record it again where R is installed: crosscheck record {record_id!r}.",
        )


class MissingRecord(CrosscheckError):
    """There is no recorded result for the case.

    Parameters
    ----------
    record_id : str
        Readable name of the record.
    """

    code = "missing-record"

    def __init__(self, record_id: str, message: str = "") -> None:
        self.record_id = record_id
        super().__init__(
            message or f"there is no recorded result {record_id}",
            hint=f"Record it where R is installed: crosscheck record {record_id!r}.",
        )


def _cause(signal: int | None, status: int | None, quit: bool) -> str:
    if quit:
        return f"exited with {status or 0}: q() was called"
    if signal is not None:
        return f"ended by signal {signal} ({_signal_name(signal)})"
    if status is not None:
        return f"exited with {status}"
    return "ended by a signal that R could not report (SIGKILL, as the system sends when memory runs out)"


def _signal_name(number: int) -> str:
    try:
        return signals.Signals(number).name
    except ValueError:
        return "unknown"


def _shown(last_output: str) -> str:
    return f"; R's last output: {last_output[-500:]!r}" if last_output else ""
