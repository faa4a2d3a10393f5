"""``crosscheck run`` and ``crosscheck demo``: read, compute, compare, write."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from crosscheck_r.agreement import Row
from crosscheck_r.references import References, Verify, open_references
from crosscheck_r.report import write_report
from crosscheck_r.run import Run, run, verdict_line
from validation.checks import check_choice, check_integer, check_seed
from validation.cohort import Cohort
from validation.errors import InputError
from validation.statistic import Settings

__all__ = ["analyse", "header_of", "read_cohort"]

_VERSIONS_OF = ("crosscheck-r", "numpy", "scipy", "pandas", "scikit-learn", "statsmodels", "numba", "rpy2-rinterface")
MAXIMUM_BOOTSTRAPS = 100_000


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def read_cohort(
    data: Path,
    outcome: str,
    event: str | None,
    predictors: str | None,
    markers: list[str],
    risk: str | None,
    secondary: list[str],
    missing: str,
) -> Cohort:
    """Cohort from the words of the command line; given risks are validated as they are, without predictors."""
    risks = _names(risk) or []
    check_choice(missing, "--missing", ("refuse", "drop"))
    if risks and predictors is not None:
        raise InputError(
            "--risk", "excludes --predictors: given risks are validated without a refit", hint="Pass one of the two."
        )
    return Cohort.from_file(
        data,
        outcome=outcome,
        event=event,
        predictors=[] if risks else _names(predictors),
        markers=[*markers, *(f"{name}:higher" for name in risks)],
        risks=risks,
        secondary=secondary,
        missing=missing,
    )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def header_of(cohort: Cohort, settings: Settings, references: References) -> dict[str, Any]:
    """Versions, platform, seed, input hash, R stack and mode of a run."""
    return {
        "kind": "header",
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "versions": {name: _installed(name) for name in _VERSIONS_OF},
        "cohort": cohort.name,
        "n": int(cohort.outcome.size),
        "events": int(cohort.outcome.sum()),
        "input_hash": cohort.input_hash,
        "seed": settings.seed,
        "bootstraps": settings.bootstraps,
        "mode": references.mode,
        "r": dict(references.provenance()),
    }


class _Stream:
    """Rows on disk as they come, so that an interrupted run keeps what it computed."""

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8")
        self._write(header)

    def _write(self, record: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def row(self, row: Row) -> None:
        self._write({"kind": "row"} | row.to_json())

    def close(self) -> None:
        self._file.close()


def analyse(cohort: Cohort, seed: int, bootstraps: int, mode: str, backend: str, out: Path) -> int:
    """Run a cohort, write the report into `out`, print the verdict; returns the exit code."""
    check_choice(mode, "--mode", ("auto", "live", "replay", "verify"))
    check_choice(backend, "--backend", ("auto", "rpy2", "rscript"))
    settings = Settings(
        seed=check_seed(seed, "--seed"),
        bootstraps=check_integer(bootstraps, "--bootstraps", minimum=2, maximum=MAXIMUM_BOOTSTRAPS),
    )
    console = Console()
    _prepare(out)
    console.print(Text(cohort.describe()))
    references = open_references(mode, backend)
    try:
        header = header_of(cohort, settings, references)
        partial = out / "report.jsonl.part"
        stream = _Stream(partial, header)
        try:
            finished = _with_progress(console, cohort, settings, references, header, stream)
        finally:
            stream.close()
        paths = write_report(finished, out)
        partial.unlink()
    finally:
        references.close()
    _print(console, finished, Path(paths["report.html"]))
    if isinstance(references, Verify) and references.drifts:
        _print_drifts(console, references)
        return 1
    return finished.exit_code


def _print_drifts(console: Console, references: Verify) -> None:
    """What R returns now and what was recorded, where they differ."""
    for name, quantity, kept in references.drifts:
        console.print(Text(f"{name}, {quantity}: R now shares {kept:.1f} digits with its record", style="red"))


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError("--out", f"cannot be created: {error.strerror}", hint="Choose another folder.") from error


def _with_progress(
    console: Console,
    cohort: Cohort,
    settings: Settings,
    references: References,
    header: Mapping[str, Any],
    stream: _Stream,
) -> Run:
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Reading", total=None)

        def step(title: str, case: str) -> None:
            progress.update(task, description=f"{title} ({case})")

        return run(cohort, settings, references, header=header, on_row=stream.row, on_step=step)


def _print(console: Console, finished: Run, page: Path) -> None:
    console.print(_table(finished))
    # one defect of the data is diagnosed by every statistic that meets it; the first says it
    for error in {error.cause: error for error in reversed(finished.diagnoses)}.values():
        console.print(Text(str(error), style="yellow"))
    if all(row.reference_source != "live" for row in finished.rows):
        console.print(Text("R was not used: its side comes from recorded results only.", style="bold yellow"))
    console.print(Text(verdict_line(finished.rows), style="bold red" if finished.exit_code == 1 else "bold"))
    console.print(Text(f"Report: {page}"))


#: verdicts in the order of the columns, and the head of each column
_VERDICTS = {
    "identical": "same bits",
    "agree": "agree",
    "R-limited": "R short",
    "definition differs": "other def.",
    "Python-limited": "ours short",
    "unexplained": "unexpl.",
    "not compared": "not comp.",
}


def _table(finished: Run) -> Table:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in finished.rows:
        if row.implementation == "python":
            groups.setdefault((row.statistic, row.compat or ""), []).append(row)
    found = {row.verdict for rows in groups.values() for row in rows}
    shown = [verdict for verdict in _VERDICTS if verdict in found]
    table = Table(title=Text(finished.cohort.name), pad_edge=False)
    table.add_column("statistic", no_wrap=True)
    for head in (*(_VERDICTS[verdict] for verdict in shown), "digits"):
        table.add_column(head, justify="right")
    for (statistic, mode), rows in groups.items():
        counts = [sum(row.verdict == verdict for row in rows) for verdict in shown]
        judged = [row.digits for row in rows if row.verdict in ("identical", "agree") and row.digits is not None]
        least = f"{min(judged):.1f}" if judged else ""
        name = f"{statistic} ({mode})" if mode else statistic
        table.add_row(Text(name), *(str(n) if n else "" for n in counts), least)
    return table
