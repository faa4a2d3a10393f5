"""Which rpy2 the installed R needs.

rpy2-rinterface 3.6.6 and 3.6.7 install beside an R before 4.5 and then fail at import, because they use functions that
came with R 4.5; the build of 3.6.5 does not import with R 4.6. pip cannot know the version of R.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess

from crosscheck_r.process import find_rscript

__all__ = ["needed_rpy2", "r_version", "rpy2_remedy"]


def r_version() -> tuple[int, int, int] | None:
    """Version of the installed R; None where there is none or it does not say."""
    rscript = find_rscript()
    if rscript is None:
        return None
    done = subprocess.run([rscript, "--version"], capture_output=True, text=True, check=False, timeout=30)
    found = re.search(r"version (\d+)\.(\d+)\.(\d+)", done.stdout + done.stderr)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def needed_rpy2(version: tuple[int, int, int]) -> str:
    """Requirement of rpy2-rinterface that works with an R of that version."""
    return "rpy2-rinterface>=3.6.7" if version >= (4, 6, 0) else "rpy2-rinterface>=3.6.5,<3.6.6"


def rpy2_remedy() -> str:
    """What to install so that rpy2 works with the R of this machine."""
    version = r_version()
    if version is None:
        return "Install R first."
    state = "is not installed" if importlib.util.find_spec("rpy2") is None else "does not work"
    name = ".".join(map(str, version))
    return f'rpy2 {state}; your R {name} needs: pip install "{needed_rpy2(version)}". Or use --backend rscript.'
