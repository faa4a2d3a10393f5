"""``crosscheck audit``: check the printed numbers of a paper, or rebuild a cohort on which they hold."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import typer

from validation.audit import AuditResult, audit, empty_claim_file, explain, read_claims, reconstruct
from validation.audit.reconstruct import Reconstruction
from validation.audit.table_of_cohort import cohort_table, run_command
from validation.errors import InputError

__all__ = ["audit_claims", "rebuild", "start"]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}", hint="Choose another place.") from None


def start(path: Path | None) -> int:
    """Write an empty claim file, or print it where no name is given."""
    if path is None:
        typer.echo(empty_claim_file(), nl=False)
        return 0
    if path.exists():
        raise InputError(str(path), "exists already", hint="Choose another name; nothing was overwritten.")
    _write(path, empty_claim_file())
    typer.echo(f"Wrote {path}: fill in what the paper prints, then run crosscheck audit {path}")
    return 0


def audit_claims(path: Path, check: str | None, as_json: bool, page: Path | None, strict: bool) -> int:
    """Audit a claim file; the exit code is 1 only with `strict`, where a printed number is inconsistent."""
    result: AuditResult = audit(path)
    if page is not None:
        _write(page, result.to_html())
    if as_json:
        typer.echo(result.to_json())
    elif check is not None:
        typer.echo(explain(result, check))
    else:
        typer.echo(result.summary())
        if page is not None:
            typer.echo(f"Page: {page}")
    return int(strict and result.has("error", "warning"))


def rebuild(path: Path, seed: int, attempts: int, out: Path | None) -> int:
    """Search a cohort on which all printed numbers hold, and show each of them."""
    result = reconstruct(read_claims(path), seed=seed, attempts=attempts)
    typer.echo(_comparisons(result))
    if not result.found:
        typer.echo(
            f"No cohort was found within the budget of {attempts} attempts with seed {seed}. "
            "This does not say that there is none; another seed or more attempts may find one."
        )
        return 0
    typer.echo(
        f"Found in attempt {result.attempts} with seed {seed}: all {len(result.comparisons)} numbers hold at once."
    )
    if out is not None:
        _write(out, _as_csv(result))
        typer.echo(f"Wrote {out}; analyse it with\n  {run_command(result, out)}")
    return 0


def _comparisons(result: Reconstruction) -> str:
    lines = [f"{'printed':>12}  {'cohort':>14}  number"]
    lines += [f"{c.printed:>12}  {c.found:>14.8g}  {'' if c.holds else 'NOT '}{c.what}" for c in result.comparisons]
    if result.skipped:
        lines.append(f"not covered by the search: {', '.join(result.skipped)}")
    return "\n".join(lines)


def _as_csv(result: Reconstruction) -> str:
    names, rows = cohort_table(result)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    return text.getvalue()
