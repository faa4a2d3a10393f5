"""A reconstructed cohort as a table with plain column names that any program reads."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from validation.audit.reconstruct import Reconstruction

__all__ = ["cohort_table", "plain_names", "run_command"]

_SIGNS = (("<=", "_low"), ("\u2264", "_low"), (">=", "_high"), ("\u2265", "_high"), ("<", "_low"), (">", "_high"))


def _plain(name: str) -> str:
    for sign, word in _SIGNS:
        if sign in name:
            name = name.partition(sign)[0] + word
            break
    name = re.sub(r"^b-", "beta_", name)
    return re.sub(r"\W+", "_", name).strip("_") or "column"


def plain_names(result: Reconstruction) -> dict[str, str]:
    """Column name for each variable: letters, digits and underscores; no two are the same."""
    found: dict[str, str] = {}
    for name in result.columns:
        plain, k = _plain(name), 1
        while plain in found.values():
            k += 1
            plain = f"{_plain(name)}_{k}"
        found[name] = plain
    return found


def cohort_table(result: Reconstruction) -> tuple[list[str], list[list[str]]]:
    """Names and rows of the cohort; numbers in their shortest exact form."""
    names = plain_names(result)
    columns = [[f"{value:.10g}" for value in values.tolist()] for values in result.columns.values()]
    return list(names.values()), [list(row) for row in zip(*columns, strict=True)]


def run_command(result: Reconstruction, path: Path) -> str:
    """Command that analyses the cohort as the paper did."""
    names = plain_names(result)
    predictors = ",".join(names[name] for name in result.terms)
    words = ["crosscheck", "run", str(path), "--outcome", names["event"], "--event", "1", "--predictors", predictors]
    for name, direction in result.markers:
        words += ["--marker", f"{names[name]}:{direction}"]
    return shlex.join(words)
