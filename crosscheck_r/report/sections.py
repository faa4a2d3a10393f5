"""Sections of the report: what each family of statistics found, in the order of a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosscheck_r.agreement import Row
from crosscheck_r.references import family_of
from crosscheck_r.report import composites, highlights
from crosscheck_r.report.figures import Picture, draw
from crosscheck_r.report.files import slug
from crosscheck_r.report.numbers import full, significant
from crosscheck_r.report.presenting import results_of, with_names
from crosscheck_r.report.privacy import patient_sizes, public
from crosscheck_r.report.tables import Columns, PageTable, csv_bytes, merge, page_table
from crosscheck_r.report.texts import CASES, FAMILIES, Family
from crosscheck_r.run import Outcome, Run, count
from validation.errors import CrosscheckError
from validation.statistic import Statistic

__all__ = ["Agreement", "Block", "Diagnosis", "Difference", "Section", "sections"]

_MOST_FIGURES = 12


@dataclass(frozen=True)
class Diagnosis:
    """Why there are no numbers."""

    cases: tuple[str, ...]
    message: str
    hint: str
    cause: str


@dataclass(frozen=True)
class Difference:
    """A quantity that R defines otherwise."""

    case: str
    quantity: str
    value: str
    reference: str
    reason: str


@dataclass(frozen=True)
class Agreement:
    """How a statistic compares with R, in one line."""

    package: str
    compared: int
    least_digits: float | None
    by_verdict: Mapping[str, int]


@dataclass(frozen=True)
class Block:
    """One statistic."""

    title: str
    tables: tuple[PageTable, ...] = ()
    pictures: tuple[Picture, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    differences: tuple[Difference, ...] = ()
    agreement: Agreement | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One family."""

    anchor: str
    title: str
    lead: str
    blocks: tuple[Block, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)


def sections(run: Run) -> tuple[Section, ...]:
    """Sections of the families that have outcomes, with the files that belong to them."""
    run = with_names(run)
    found: dict[str, list[Statistic]] = {}
    for outcome in run.outcomes:
        statistics = found.setdefault(family_of(outcome.statistic), [])
        if outcome.statistic not in statistics:
            statistics.append(outcome.statistic)
    order = [*FAMILIES, *(name for name in found if name not in FAMILIES)]
    return tuple(_section(run, name, found[name]) for name in order if name in found)


def _section(run: Run, name: str, statistics: Sequence[Statistic]) -> Section:
    family = FAMILIES.get(name) or Family(name.replace("_", " ").capitalize(), "")
    files: dict[str, bytes] = {}
    blocks = tuple(_block(run, statistic, family, files) for statistic in statistics)
    return Section(slug(name), family.title, family.lead, blocks, files)


def _block(run: Run, statistic: Statistic, family: Family, files: dict[str, bytes]) -> Block:
    outcomes = [outcome for outcome in run.outcomes if outcome.statistic is statistic]
    rows = [row for row in run.rows if row.statistic == statistic.name and row.implementation == "python"]
    problems: list[str] = []
    try:
        tables = tuple(_tables(run, statistic, outcomes, CASES.get(statistic.name, family.case), files))
    except Exception as error:  # a table that fails must not cost the rest of the report
        tables = ()
        problems.append(f"A table could not be made: {type(error).__name__}: {error}")
    pictures = tuple(_pictures(run, statistic, problems))
    files |= {f"figures/{picture.name}.svg": picture.svg for picture in pictures}
    return Block(
        statistic.title,
        tables,
        pictures,
        _diagnoses(outcomes),
        tuple(_differences(rows, patient_sizes(run.cohort))),
        _agreement(rows, statistic),
        tuple(problems),
    )


def _columns(result: Any) -> Columns:
    table = getattr(result, "_table", None)
    return {} if table is None else table()


def _tables(
    run: Run, statistic: Statistic, outcomes: Sequence[Outcome], case: str, files: dict[str, bytes]
) -> Iterator[PageTable]:
    every = {(o.case.label, o.compat or "default"): _columns(o.result) for o in outcomes if o.result is not None}
    every = {key: columns for key, columns in every.items() if columns}
    if not every:
        return
    link = f"tables/{slug(statistic.name)}.csv"
    files[link] = csv_bytes(_labelled(every))
    shown = highlights.of(run, statistic.name)
    if shown is None:
        columns = merge({label: _columns(result) for label, result in results_of(run, statistic.name).items()}, case)
        length = len(next(iter(columns.values()), ()))
        # as many rows as patients are rows of patients
        shown = {} if length in patient_sizes(run.cohort) else {"": columns}
    for caption, columns in shown.items():
        table = page_table(columns, caption or statistic.title, link=link, level=run.settings.level)
        if table is not None:
            yield table


def _labelled(every: Mapping[tuple[str, str], Columns]) -> Columns:
    """All tables of a statistic below each other, with case and mode in front."""
    labelled = {}
    for (label, mode), columns in every.items():
        length = len(next(iter(columns.values())))
        labelled[f"{mode} {label}"] = {"case": [label] * length, "mode": [mode] * length} | dict(columns)
    if len(labelled) == 1:
        return next(iter(labelled.values()))
    merged = dict(merge(labelled, "\0"))
    del merged["\0"]
    return merged


def _pictures(run: Run, statistic: Statistic, problems: list[str]) -> Iterator[Picture]:
    for number, drawing in enumerate(composites.drawings(run, statistic)):
        if number == _MOST_FIGURES:
            problems.append(f"Only the first {_MOST_FIGURES} figures are drawn.")
            return
        name = slug(statistic.name, drawing.label)
        try:
            svg = draw(drawing.paint, drawing.width, drawing.height)
        except Exception as error:  # a picture that fails must not cost the numbers
            problems.append(f"A figure could not be drawn ({drawing.label}): {type(error).__name__}: {error}")
            continue
        yield Picture(f"{name}-{number + 1}", svg, drawing.alternative, drawing.caption)


def _diagnoses(outcomes: Sequence[Outcome]) -> tuple[Diagnosis, ...]:
    found: dict[str, tuple[CrosscheckError, list[str]]] = {}
    for outcome in outcomes:
        if outcome.error is not None and outcome.compat is None:
            found.setdefault(outcome.error.message, (outcome.error, []))[1].append(outcome.case.label)
    return tuple(
        Diagnosis(tuple(cases), error.message, error.hint, str(getattr(error, "cause", error.code)))
        for error, cases in found.values()
    )


def _differences(rows: Sequence[Row], sizes: frozenset[int]) -> Iterator[Difference]:
    for row in rows:
        if row.verdict == "definition differs":
            shown = public(row, sizes)
            yield Difference(row.case, row.quantity, _shown(shown.value), _shown(shown.reference), row.reason)


def _shown(value: Any) -> str:
    return "–" if value is None else significant(value) if isinstance(value, float) else full(value)


def _agreement(rows: Sequence[Row], statistic: Statistic) -> Agreement | None:
    if not rows:
        return None
    counts = count(rows)
    return Agreement(statistic.package, counts.compared, counts.least_digits, counts.by_verdict)
