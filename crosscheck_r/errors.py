"""What can go wrong with R, named by the step at which it goes wrong.

step                         exception
---------------------------  -------------------------------
start of R                   `RUnavailable`
a package that is missing    `RPackageMissing`
sending and reading values   `ProtocolError`
a call                       `RCallFailed`, `RTimeout`, `RCrashed`
recorded results             `StaleRecord`, `MissingRecord`
"""

from __future__ import annotations

from validation.errors import CrosscheckError

__all__ = [
    "INSTALL_R",
    "MissingRecord",
    "ProtocolError",
    "RCallFailed",
    "RCrashed",
    "RPackageMissing",
    "RTimeout",
    "RUnavailable",
    "StaleRecord",
]

INSTALL_R = "sudo apt-get install r-base-core make r-cran-proc r-cran-rms r-cran-glmnet"


class RUnavailable(CrosscheckError):
    """R cannot be started here."""

    code = "r-unavailable"


class RPackageMissing(CrosscheckError):
    """An R package that a call needs is not installed."""

    code = "r-package-missing"


class ProtocolError(CrosscheckError):
    """A value cannot be sent to R, or what came back is no message."""

    code = "r-protocol"


class RCallFailed(CrosscheckError):
    """R raised an error.

    Parameters
    ----------
    condition_class, call : str
        Class of R's condition and the call that raised it.
    """

    code = "r-error"

    def __init__(self, function: str, message: str, condition_class: str = "", call: str = "") -> None:
        self.function = function
        self.condition_class = condition_class
        self.call = call
        super().__init__(f"{function}: R says: {message}", hint=f"Raised in {call}." if call else "")


class RTimeout(CrosscheckError):
    """A call took longer than it may; the worker was ended."""

    code = "r-timeout"


class RCrashed(CrosscheckError):
    """R died during a call; the next call starts it anew."""

    code = "r-crashed"


class StaleRecord(CrosscheckError):
    """A recorded result belongs to other inputs or another R function; it must not be used."""

    code = "stale-record"


class MissingRecord(CrosscheckError):
    """Nothing was recorded for a case."""

    code = "missing-record"
