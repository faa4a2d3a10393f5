"""Command line. Imports stay inside the commands, so that help is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer

__all__ = ["app", "main"]

app = typer.Typer(
    name="crosscheck",
    help="Validate a clinical prediction model: every number in Python, checked digit by digit against R.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

OutcomeOption = Annotated[str, typer.Option("--outcome", help="Column with the outcome.")]
EventOption = Annotated[Optional[str], typer.Option(help="Value of the outcome that is the event.")]
ModeOption = Annotated[
    str, typer.Option(help="auto: R where it is there; live: R demanded; replay: recorded; verify: both must agree.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Folder for the report.")]
SeedOption = Annotated[int, typer.Option(help="Seed, as R's set.seed takes it.")]
BootstrapsOption = Annotated[int, typer.Option(help="Bootstrap replicates.")]
BackendOption = Annotated[str, typer.Option(help="How R is reached: auto, rpy2 or rscript.")]


@app.command()
def run(
    data: Annotated[Path, typer.Argument(help="CSV, TSV, Parquet, Excel, Stata, SPSS or SAS file.")],
    outcome: OutcomeOption,
    event: EventOption = None,
    predictors: Annotated[
        Optional[str], typer.Option(help="Predictors, comma separated; all other columns if absent.")
    ] = None,
    marker: Annotated[Optional[list[str]], typer.Option(help="COL:higher or COL:lower; repeat for several.")] = None,
    risk: Annotated[
        Optional[str], typer.Option(help="Columns with given predicted risks: external validation.")
    ] = None,
    secondary: Annotated[
        Optional[list[str]],
        typer.Option(help="Further binary outcome: a baseline table of its own; repeat for several."),
    ] = None,
    missing: Annotated[str, typer.Option(help="refuse or drop rows with missing values.")] = "refuse",
    seed: SeedOption = 1,
    bootstraps: BootstrapsOption = 500,
    mode: ModeOption = "auto",
    backend: BackendOption = "auto",
    out: OutOption = Path("crosscheck-report"),
) -> None:
    """Analyse a cohort as a prediction-model paper does, in Python and in R, and write a report."""
    from crosscheck_r.cli.analysis import analyse, read_cohort

    cohort = read_cohort(data, outcome, event, predictors, marker or [], risk, secondary or [], missing)
    raise typer.Exit(analyse(cohort, seed, bootstraps, mode, backend, out))


@app.command()
def demo(
    cohort: Annotated[str, typer.Argument(help="Name of a shipped cohort.")] = "osteoporosis",
    seed: SeedOption = 1,
    bootstraps: BootstrapsOption = 500,
    mode: ModeOption = "auto",
    backend: BackendOption = "auto",
    out: OutOption = Path("crosscheck-report"),
) -> None:
    """Run the whole analysis on a shipped synthetic cohort; recorded R results stand in where R is missing."""
    from crosscheck_r.cli.analysis import analyse
    from crosscheck_r.cohorts import load_cohort

    raise typer.Exit(analyse(load_cohort(cohort), seed, bootstraps, mode, backend, out))


@app.command()
def audit(
    claims: Annotated[Optional[Path], typer.Argument(help="Claim file (TOML or JSON) with a paper's numbers.")] = None,
    init: Annotated[bool, typer.Option("--init", help="Write an empty claim file and stop.")] = False,
    explain: Annotated[Optional[str], typer.Option(help="Show the arithmetic of one check, for example ORX2.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Optional[Path], typer.Option(help="Write the audit as one HTML file.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where numbers are inconsistent.")] = False,
    reconstruct: Annotated[bool, typer.Option("--reconstruct", help="Search a cohort on which all hold.")] = False,
    seed: SeedOption = 1,
    attempts: Annotated[int, typer.Option(help="Budget of the search: independent starts.")] = 60,
    out: Annotated[Optional[Path], typer.Option(help="CSV file for the reconstructed cohort.")] = None,
) -> None:
    """Check the printed numbers of a prediction-model paper, without its data."""
    from crosscheck_r.cli.audit import audit_claims, rebuild, start
    from validation.errors import InputError

    if init:
        raise typer.Exit(start(claims))
    if claims is None:
        raise InputError("CLAIMS", "is missing", hint="Name a claim file; --init writes an empty one.")
    if reconstruct:
        raise typer.Exit(rebuild(claims, seed, attempts, out))
    raise typer.Exit(audit_claims(claims, explain, as_json, html, strict))


@app.command()
def doctor() -> None:
    """Say what is installed, what is missing, and the exact command that mends it."""
    from crosscheck_r.cli.doctor import report

    raise typer.Exit(report())


@app.command()
def record(
    only: Annotated[str, typer.Argument(help="Pattern of record names, for example 'roc/*'.")] = "*",
    stack: Annotated[Optional[str], typer.Option(help="Name of the R stack; its versions where absent.")] = None,
    accept: Annotated[Optional[str], typer.Option(help="Reason for accepting results that changed.")] = None,
    backend: BackendOption = "auto",
) -> None:
    """Run R on the shipped cohorts, store its results, and show what drifted."""
    from crosscheck_r.cli.record import record as record_results

    raise typer.Exit(record_results(only, stack, accept, backend))


def main() -> None:
    """Entry point: every error of ours ends in one message and its exit code."""
    try:
        app()
    except Exception as error:  # the border to the user: what is ours is shown plainly, the rest is a defect
        from validation.errors import CrosscheckError

        if not isinstance(error, CrosscheckError):
            raise
        typer.secho(f"crosscheck: {error.message}", fg="red", err=True)
        if error.hint:
            typer.echo(f"  {error.hint}", err=True)
        sys.exit(3 if error.code == "r-unavailable" else 2)
