"""Writes the report of a run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from crosscheck_r.report.claims import claims_toml
from crosscheck_r.report.files import write_all
from crosscheck_r.report.log import json_lines
from crosscheck_r.report.page import page
from crosscheck_r.report.privacy import patient_sizes, public
from crosscheck_r.report.sections import sections
from crosscheck_r.report.tables import Columns, csv_bytes
from crosscheck_r.reproduce import reproducer
from crosscheck_r.run import Run

__all__ = ["write_report"]


def write_report(run: Run, directory: Path | str) -> dict[str, Path]:
    """Write the report: page, log, ``tables/*.csv``, ``figures/*.svg``, ``claims.toml``, ``reproduce.R`` with its data.

    Page and log hold no rows of patients; ``reproduce_data`` does, since R has to compute from them.

    Parameters
    ----------
    run : Run
        A finished run.
    directory : Path
        Created where it does not exist; files of an earlier report in it are replaced or removed.

    Returns
    -------
    dict
        Path relative to the folder -> path written.

    Raises
    ------
    InputError
        The folder cannot be written.
    """
    found = sections(run)
    contents: dict[str, bytes] = {}
    for section in found:
        contents |= section.files
    contents["tables/agreement.csv"] = csv_bytes(_agreement(run))
    contents |= reproducer(run)
    claims = claims_toml(run)
    contents["claims.toml"] = claims.encode("utf-8", errors="replace")
    contents["report.html"] = page(run, found, sorted(contents), claims)
    names = sorted([*contents, "report.jsonl"])
    # last, because its footer says that the report is complete
    contents["report.jsonl"] = json_lines(run, names)
    return write_all(Path(directory), contents)


def _agreement(run: Run) -> Columns:
    sizes = patient_sizes(run.cohort)
    rows = [public(row, sizes) for row in run.rows]
    columns: dict[str, list[Any]] = {
        field.name: [getattr(row, field.name) for row in rows] for field in dataclasses.fields(rows[0])
    } if rows else {}  # fmt: skip
    for name in ("shape", "worst_index"):
        if name in columns:
            columns[name] = [" ".join(map(str, entry)) for entry in columns[name]]
    return columns
