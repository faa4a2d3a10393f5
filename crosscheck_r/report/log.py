"""A run as JSON lines: header, rows, diagnoses, conditions of R, footer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from crosscheck_r.report.privacy import patient_sizes, public
from crosscheck_r.run import Run, count, verdict_line

__all__ = ["FORMAT", "json_lines"]

FORMAT = "crosscheck-report-1"


def json_lines(run: Run, files: Iterable[str]) -> bytes:
    """All lines of a run; without its footer a log is incomplete."""
    lines = (json.dumps(record, ensure_ascii=False, allow_nan=False) for record in _records(run, files))
    return ("\n".join(map(_one_line, lines)) + "\n").encode("utf-8", errors="replace")


def _one_line(text: str) -> str:
    """JSON may hold these three as they are, but Python's ``splitlines`` would break the line there."""
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _records(run: Run, files: Iterable[str]) -> Iterator[dict[str, Any]]:
    yield {"kind": "header", "format": FORMAT} | _facts(run) | dict(run.header)
    sizes = patient_sizes(run.cohort)
    for row in run.rows:
        yield {"kind": "row"} | public(row, sizes).to_json()
    for error in run.diagnoses:
        yield {"kind": "diagnosis", "cause": error.cause, "message": error.message, "hint": error.hint}
    for condition in run.conditions:
        yield (
            {"kind": "condition"}
            | {name: _text(value) for name, value in condition.items() if name != "kind"}
            | {"severity": _text(condition.get("kind", ""))}
        )
    counts = count(run.rows)
    yield {
        "kind": "footer",
        "rows": len(run.rows),
        "compared": counts.compared,
        "by_verdict": dict(counts.by_verdict),
        "least_digits": counts.least_digits,
        "live": counts.live,
        "recorded": counts.recorded,
        "failing": counts.failing,
        "exit_code": run.exit_code,
        "verdict": verdict_line(run.rows),
        "files": sorted(files),
    }


def _facts(run: Run) -> dict[str, Any]:
    return {
        "cohort": run.cohort.name,
        "n": int(run.cohort.outcome.size),
        "events": int(run.cohort.outcome.sum()),
        "seed": run.settings.seed,
        "bootstraps": run.settings.bootstraps,
        "folds": run.settings.folds,
        "level": run.settings.level,
        "mode": run.mode,
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
