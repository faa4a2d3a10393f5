"""What can go wrong, named by the stage at which it goes wrong.

One root, few leaves. Every exception carries a stable ``code``, says which argument or column is meant, what was
wrong with it, and what to do. Whatever a user feeds in, one of these is what comes out, never a bare traceback.

stage                     exception
------------------------  ----------------------------
reading and checking      `InputError`
fitting                   `NotEstimable`
anything of R             `crosscheck_r.errors`
"""

from __future__ import annotations

from typing import ClassVar

__all__ = ["CrosscheckError", "InputError", "NotEstimable", "ValidationWarning"]


class CrosscheckError(Exception):
    """Root of all exceptions of this project.

    Parameters
    ----------
    message : str
        What was wrong, with the numbers that show it.
    hint : str
        What to do about it.
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        stop = "" if not hint or message.endswith((".", "?", "!")) else "."
        super().__init__(f"{message}{stop} {hint}".strip())


class InputError(CrosscheckError):
    """An argument, a column or a file cannot be used as it is.

    Parameters
    ----------
    argument : str
        The argument or column that is meant, as the user wrote it.
    problem : str
        What was wrong with it.
    hint : str
        What to do.
    """

    code = "bad-input"

    def __init__(self, argument: str, problem: str, *, hint: str = "") -> None:
        self.argument = argument
        self.problem = problem
        super().__init__(_printable(f"{argument}: {problem}"), hint=_printable(hint))


def _printable(text: str) -> str:
    """Text on one line, without what would steer a terminal: names and cells are somebody else's data."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class NotEstimable(CrosscheckError):
    """The data are readable, but the estimate that was asked for does not exist (separation, rank, n < p).

    Parameters
    ----------
    cause : str
        One of ``"separation"``, ``"rank"``, ``"too few rows"``, ``"no convergence"``.
    message, hint : str
        As for `CrosscheckError`.
    """

    code = "not-estimable"

    def __init__(self, cause: str, message: str, *, hint: str = "") -> None:
        self.cause = cause
        super().__init__(message, hint=hint)


class ValidationWarning(UserWarning):
    """Every warning of this project is of this class."""
