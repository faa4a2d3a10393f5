"""``crosscheck doctor``: what is installed, what is missing, and the exact command that mends it."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sys
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crosscheck_r.session import RSession
from validation import kernels
from validation.errors import CrosscheckError

__all__ = ["Finding", "findings", "report"]

_REFERENCES = {
    "pROC": "sudo apt-get install r-cran-proc",
    "rms": "sudo apt-get install r-cran-rms",
    "glmnet": "sudo apt-get install r-cran-glmnet",
    "brglm2": "sudo apt-get install r-cran-brglm2",
    "rmda": "Rscript -e 'install.packages(\"rmda\")'",
}
_PACKAGES = "r-base-core make r-cran-proc r-cran-rms r-cran-glmnet r-cran-brglm2"
_READERS = {"pyarrow": "Parquet", "openpyxl": "Excel", "pyreadstat": "Stata, SPSS, SAS"}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    state: str
    present: bool
    remedy: str = ""


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def findings() -> list[Finding]:
    """Everything that the project can use here."""
    found = [Finding("Python", platform.python_version(), True)]
    found.append(
        Finding(
            "kernels", kernels.selected(), True, "" if _has("numba") else "optional: pip install 'crosscheck-r[fast]'"
        )
    )
    for module, reads in _READERS.items():
        remedy = "" if _has(module) else "optional: pip install 'crosscheck-r[files]'"
        found.append(Finding(f"{module} ({reads})", "there" if _has(module) else "missing", _has(module), remedy))
    return found + _findings_of_r()


def _findings_of_r() -> list[Finding]:
    if shutil.which("Rscript") is None:
        return [
            Finding(
                "R",
                "missing",
                False,
                f"sudo apt-get install {_PACKAGES}",
            )
        ]
    found: list[Finding] = []
    for backend in ("rpy2", "rscript"):
        try:
            with RSession(backend=backend, timeout=60.0) as session:
                state = str(session.provenance().get("r_version", "there"))
                packages = session.packages()
        except CrosscheckError as error:
            found.append(Finding(f"R through {backend}", error.message, False, error.hint))
            continue
        found.append(Finding(f"R through {backend}", state, True))
    if any(finding.present for finding in found):
        for name, remedy in _REFERENCES.items():
            there = packages.get(name)
            found.append(Finding(f"R package {name}", there or "missing", there is not None, "" if there else remedy))
    return found


def report() -> int:
    """Print the findings; returns 0 always, since recorded results serve where R is missing."""
    console = Console()
    table = Table("what", "state", "what to do", title=f"crosscheck on {sys.executable}")
    for finding in findings():
        style = "" if finding.present else "yellow"
        table.add_row(finding.what, Text(finding.state, style=style), Text(finding.remedy))
    console.print(table)
    return 0
