"""Whether rpy2 can work with the R that is installed, and what to install where it cannot.

rpy2-rinterface 3.6.6 and later need R 4.5 without saying so: pip installs them beside an older R and the import
fails. The right pin depends on R's version, which pip cannot see.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version

from crosscheck_r.launch import environment, find_rscript

__all__ = ["install_hint", "missing_hint", "pins", "r_version", "translated"]


@functools.cache
def r_version() -> tuple[int, int, int]:
    """Version of the installed R; (0, 0, 0) where it does not say."""
    done = subprocess.run(
        [find_rscript(), "--version"], capture_output=True, text=True, timeout=30, env=environment("/tmp"), check=False
    )
    match = re.search(r"version (\d+)\.(\d+)\.(\d+)", done.stdout + done.stderr)
    return (int(match[1]), int(match[2]), int(match[3])) if match else (0, 0, 0)


def pins(r: tuple[int, int, int]) -> tuple[str, str]:
    """Requirements of rpy2 that work with an R of that version."""
    if r >= (4, 6, 0):
        return "rpy2-rinterface>=3.6.7", "rpy2-robjects>=3.6.6"
    return "rpy2-rinterface>=3.6.5,<3.6.6", "rpy2-robjects>=3.6.6,<3.7"


def install_hint() -> str:
    """Command that installs the rpy2 that the installed R needs."""
    r = r_version()
    first, second = pins(r)
    return f'your R {".".join(map(str, r))} needs {first}: pip install "{first}" "{second}"'


def missing_hint() -> str:
    """Empty where rpy2-rinterface is installed, else what to do; nothing is imported."""
    try:
        version("rpy2-rinterface")
    except PackageNotFoundError:
        if importlib.util.find_spec("rpy2") is None:
            return f"rpy2 is not installed; {install_hint()}"
    return ""


def translated(message: str) -> str:
    """Failure of the rpy2 worker in words that say what to install."""
    try:
        found = version("rpy2-rinterface")
    except PackageNotFoundError:
        found = "of unknown version"
    needed = install_hint()
    cause = message.strip().splitlines()[-1] if message.strip() else "no message"
    return f"rpy2-rinterface {found} does not start ({cause}); {needed}"
