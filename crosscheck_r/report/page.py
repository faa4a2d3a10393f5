"""The page: one HTML file that carries its style, its script and its pictures."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck_r.agreement import FAILING, Row
from crosscheck_r.paths import r_root
from crosscheck_r.report.figures import inline_svg, printable
from crosscheck_r.report.numbers import full, significant
from crosscheck_r.report.privacy import patient_sizes, public
from crosscheck_r.report.sections import Section
from crosscheck_r.report.texts import TIERS, VERDICTS
from crosscheck_r.run import Counts, Run, count, verdict_line
from validation.cohort import Cohort

__all__ = ["page"]

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_MANY_ULPS = 1_000_000


@dataclass(frozen=True)
class Line:
    """One line of the agreement table."""

    row: Row
    value: str
    reference: str
    certified: str
    digits: str
    ulps: str
    tone: str


@dataclass(frozen=True)
class Summary:
    """All comparisons of one statistic in one mode by one implementation."""

    mode: str
    implementation: str
    quantities: int
    identical: int
    least_digits: str
    verdicts: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Source of the R functions of one file."""

    name: str
    source: str


def page(run: Run, sections: Sequence[Section], links: Sequence[str], claims: str) -> bytes:
    """The whole page; every text that comes from data is escaped by the template engine."""
    import jinja2
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    counts = count(run.rows)
    pictures, lines = itertools.count(), list(_lines(run))
    text = environment.get_template("report.html").render(
        run=run,
        counts=counts,
        verdict=_sentence(verdict_line(run.rows)).split("; "),
        tone=_tone(run, counts),
        warnings=list(_warnings(run, counts)),
        facts=list(_facts(run)),
        columns=list(_columns(run.cohort)),
        sections=sections,
        # our own static files, and pictures that figures.py serialises with every text escaped
        style=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),
        script=Markup((_TEMPLATES / "report.js").read_text(encoding="utf-8")),
        picture=lambda p: Markup(inline_svg(p.svg, f"picture{next(pictures)}", p.alternative)),
        lines=lines,
        failing=[line for line in lines if line.row.fails],
        summaries=list(_summaries(run)),
        verdicts=VERDICTS,
        tiers=TIERS,
        stacks=list(_stacks(run.header.get("r", {}))),
        software=list(_software(run.header)),
        code=list(_code(run)),
        full=full,
        sentence=_sentence,
        links=links,
        claims=claims,
    )
    return printable(text).encode("utf-8")


def _sentence(line: str) -> str:
    """Text that begins and ends as a sentence does."""
    return f"{line[:1].upper()}{line[1:]}{'' if line.endswith(('.', '!', '?')) else '.'}"


def _tone(run: Run, counts: Counts) -> str:
    if counts.failing:
        return "bad"
    return "warn" if counts.compared == 0 or run.diagnoses or not counts.live else "good"


def _warnings(run: Run, counts: Counts) -> Iterator[str]:
    if counts.compared == 0:
        yield (
            "Nothing in this report was compared with R. The numbers below are Python's alone; install R with the "
            "packages named in the table below and run again."
        )
    elif not counts.live:
        yield (
            "R was not used for this report. R's side of every comparison comes from recorded results of earlier runs "
            "of the real packages."
        )
    elif counts.recorded:
        yield (
            f"{counts.recorded} of {counts.compared} comparisons rest on recorded results of R; {counts.live} were "
            "computed live."
        )
    if counts.by_verdict.get("not compared"):
        yield f"{counts.by_verdict['not compared']} quantities were not compared; the agreement table says why."


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    cohort, settings = run.cohort, run.settings
    n, events = int(cohort.outcome.size), int(cohort.outcome.sum())
    yield "Cohort", cohort.name
    yield "Patients", f"{n}"
    yield "Outcome", f"{cohort.outcome_name} (event: {cohort.event})"
    yield "Events", f"{events} ({100 * events / n:.1f} %)"
    yield "Non-events", f"{n - events}"
    if cohort.predictors:
        yield f"Predictors ({len(cohort.predictors)})", ", ".join(cohort.predictors)
    if cohort.risks:
        yield "Given risks", ", ".join(cohort.risks)
    yield "Missing values", _missing(cohort)
    yield "Seed", f"{settings.seed} (as R’s set.seed)"
    yield "Bootstrap samples", f"{settings.bootstraps}"
    yield "Cross-validation folds", f"{settings.folds}"
    yield "Confidence level", f"{100 * settings.level:g} %"


def _missing(cohort: Cohort) -> str:
    if cohort.rows_dropped:
        return f"{cohort.rows_dropped} of {cohort.rows_read} rows dropped for missing values (complete cases analysed)"
    return "none"


def _columns(cohort: Cohort) -> Iterator[tuple[str, str, str, str, str]]:
    """What each column was taken for; levels are names, but extremes of a number are single patients' values."""
    for column in cohort.columns:
        detail = "" if column.kind == "number" else column.detail
        yield column.name, column.role, column.kind, f"{column.distinct}", detail


def _lines(run: Run) -> Iterator[Line]:
    sizes = patient_sizes(run.cohort)
    for original in run.rows:
        row = public(original, sizes)
        tone = "bad" if row.verdict in FAILING else ("good" if row.verdict in ("identical", "agree") else "note")
        ulps = "" if row.ulps is None else (f"{row.ulps}" if row.ulps < _MANY_ULPS else f"{row.ulps:.0e}")
        values = _short(row.value), _short(row.reference), _short(row.certified)
        yield Line(row, *values, _digits(row.digits), ulps, tone)


def _summaries(run: Run) -> Iterator[tuple[str, str, list[Summary]]]:
    """Name, title and lines of each statistic: our modes first, then what other packages give."""
    titles = {o.statistic.name: o.statistic.title for o in run.outcomes}
    groups: dict[str, dict[tuple[str, str], list[Row]]] = {}
    for row in run.rows:
        key = (row.implementation, row.compat or "default")
        groups.setdefault(row.statistic, {}).setdefault(key, []).append(row)
    for statistic, of_statistic in groups.items():
        lines = [_summary(mode, implementation, rows) for (implementation, mode), rows in of_statistic.items()]
        yield statistic, titles.get(statistic, statistic), lines


def _summary(mode: str, implementation: str, rows: Sequence[Row]) -> Summary:
    # where R computes something else there is no agreement to measure
    digits = [row.digits for row in rows if row.digits is not None and row.verdict != "definition differs"]
    verdicts = Counter(row.verdict for row in rows)
    others = tuple(f"{n} {verdict}" for verdict, n in verdicts.items() if verdict != "identical")
    least = _digits(min(digits, default=None))
    return Summary(mode, implementation, len(rows), verdicts["identical"], least, others)


def _digits(digits: float | None) -> str:
    return "" if digits is None else ("none" if digits < 0 else f"{digits:.1f}")


def _short(value: Any) -> str:
    return "" if value is None else significant(value) if isinstance(value, float) else full(value)


def _stacks(r: Mapping[str, Any]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """R installations behind the results: the live one, or each of the recorded ones."""
    if not r:
        return
    if any(isinstance(value, str) for value in r.values()):
        yield "R (live)", list(_flat(r))
        return
    for name, provenance in r.items():
        yield f"R (recorded, {name})", list(_flat(provenance)) if isinstance(provenance, Mapping) else []


def _flat(provenance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in provenance.items():
        if name == "built" or value is None:
            continue
        if isinstance(value, Mapping):
            shown = ", ".join(f"{key} {_joined(entry)}" for key, entry in value.items() if entry is not None)
        else:
            shown = _joined(value)
        if shown:
            yield name.replace("_", " "), shown


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _software(header: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("time", "python", "platform", "input_hash"):
        if header.get(name):
            yield name.replace("_", " "), str(header[name])
    versions = header.get("versions")
    if isinstance(versions, Mapping):
        yield "packages", ", ".join(f"{name} {version}" for name, version in versions.items() if version)


def _code(run: Run) -> Iterator[Code]:
    files = {o.statistic.r.split("::")[0] for o in run.outcomes if o.statistic.r is not None}
    for name in ["common.R", *sorted(files - {"common.R"})] if files else []:
        path = r_root() / name
        if path.is_file():
            yield Code(name, path.read_text(encoding="utf-8"))
