"""Where the package's own data lie: in the wheel, or in the checkout of an editable install."""

from __future__ import annotations

import re
from pathlib import Path

from validation.errors import InputError

__all__ = ["checkout_root", "fixture_root", "r_file", "r_root"]

_PACKAGE = Path(__file__).resolve().parent
_FUNCTION = re.compile(r"([A-Za-z][A-Za-z0-9_]*\.R)::([A-Za-z.][A-Za-z0-9_.]*)")


def checkout_root() -> Path | None:
    """Folder of the checkout that this package is imported from; None for an installed wheel."""
    parent = _PACKAGE.parent
    return parent if (parent / "pyproject.toml").is_file() and (parent / "validation").is_dir() else None


def fixture_root() -> Path:
    """Folder of the shipped data (cohorts, recorded results, certified values).

    The checkout comes first: an editable install can leave an old copy beside the package.
    """
    checkout = checkout_root()
    return checkout / "fixtures" if checkout is not None else _PACKAGE / "fixtures"


def r_root() -> Path:
    """Folder of the R functions."""
    return _PACKAGE / "r"


def r_file(function: str) -> tuple[Path, str]:
    """File and name of an R function given as ``file.R::name``.

    Raises
    ------
    InputError
        The text is no name of that form, or there is no such file.
    """
    match = _FUNCTION.fullmatch(function)
    if match is None:
        raise InputError("function", f"must look like file.R::name, got {function!r}", hint="R code is never taken.")
    path = r_root() / match[1]
    if not path.is_file():
        known = ", ".join(sorted(file.name for file in r_root().glob("*.R")))
        raise InputError("function", f"names the file {match[1]}, which does not exist", hint=f"There are {known}.")
    return path, match[2]
