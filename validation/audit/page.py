"""The audit as one HTML file: no scripts, every text escaped, ranges as small drawings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from validation.audit.findings import CATALOGUE, Finding
from validation.audit.result import AuditResult
from validation.audit.text import line_of

__all__ = ["page"]

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_WIDTH, _MARGIN = 220.0, 8.0
_WORDS = {
    "error": ("error", "\u2717 inconsistent"),
    "warning": ("warning", "\u25b2 unusual"),
    "concern": ("concern", "! design"),
    "note": ("note", "\u25cb note"),
    "": ("ok", "\u2713 ok"),
}


@dataclass(frozen=True)
class Bar:
    """Positions of a printed interval over the range that is possible."""

    low: float
    high: float
    first: float
    last: float
    text: str


@dataclass(frozen=True)
class Line:
    """One row of the page."""

    finding: Finding
    tone: str
    word: str
    title: str
    source: str
    bar: Bar | None


def _bar(finding: Finding) -> Bar | None:
    if finding.printed is None or finding.feasible is None:
        return None
    ends = [*finding.printed, *finding.feasible]
    if not all(map(math.isfinite, ends)):
        return None
    low, high = min(ends), max(ends)
    span = high - low or max(abs(high), 1.0)

    def at(value: float) -> float:
        return round(_MARGIN + (value - low) / span * (_WIDTH - 2 * _MARGIN), 1)

    (a, b), (c, d) = finding.printed, finding.feasible
    text = f"printed {a:.4g} to {b:.4g}, possible {c:.4g} to {d:.4g}"
    return Bar(at(c), at(d), at(a), at(b), text)


def _line(finding: Finding) -> Line:
    tone, word = _WORDS[finding.severity]
    if finding.verdict == "info" and not finding.severity:
        tone, word = "note", "i information"
    entry = CATALOGUE[finding.check]
    return Line(finding, tone, word, entry.title, entry.source, _bar(finding))


def _folded(findings: list[Finding]) -> list[Line]:
    """Rows with a drawing by themselves; what has none in one row for each check."""
    lines = []
    for check in dict.fromkeys(finding.check for finding in findings):
        mine = [finding for finding in findings if finding.check == check]
        drawn = [finding for finding in mine if _bar(finding) is not None]
        plain = [finding for finding in mine if _bar(finding) is None]
        lines += [_line(finding) for finding in drawn]
        for tone in dict.fromkeys(_line(finding).tone for finding in plain):
            same = [finding for finding in plain if _line(finding).tone == tone]
            if len(same) > 1:
                target = f"{len(same)} rows"
                lines.append(_line(replace(same[0], target=target, sentence=line_of(check, same), steps=())))
            else:
                lines.append(_line(same[0]))
    return lines


def page(result: AuditResult) -> str:
    """The page of an audit."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    failing = list(map(_line, result.inconsistent))
    passes = [finding for finding in result.arithmetic if finding.verdict != "inconsistent"]
    return environment.get_template("audit.html").render(
        result=result,
        failing=failing,
        passed=_folded(passes),
        count=len(passes),
        raised=list(map(_line, result.raised)),
        width=_WIDTH,
    )
