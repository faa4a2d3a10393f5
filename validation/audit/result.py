"""The answer to a claim file: every finding, sorted into arithmetic, design and what cannot be checked."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from validation.audit.claims import Claims
from validation.audit.findings import CATALOGUE, Finding
from validation.audit.inputs import with_inputs
from validation.errors import InputError
from validation.result import Result

if TYPE_CHECKING:
    import pandas

__all__ = ["AuditResult", "explain", "run_checks"]

_ORDER = {"error": 0, "warning": 1, "concern": 2, "note": 3, "": 4}


@dataclass(frozen=True)
class AuditResult(Result):
    """Result of `audit`.

    Attributes
    ----------
    findings : tuple of Finding
        In the order of the catalogue.
    paper : str
        Identifier of the paper.
    title : str
    read : str
        What was read: abstract, full text or supplement.
    claims_hash : str
        SHA-256 of the claim file; empty where the claims came as text.
    version : str
        Version of this package.
    compat : str
    """

    findings: tuple[Finding, ...]
    paper: str
    title: str
    read: str
    claims_hash: str
    version: str
    compat: str = "default"

    @property
    def arithmetic(self) -> tuple[Finding, ...]:
        """Findings about printed numbers."""
        return tuple(f for f in self.findings if f.verdict in ("consistent", "inconsistent", "info"))

    @property
    def inconsistent(self) -> tuple[Finding, ...]:
        """Findings that no convention explains, most severe first."""
        found = (f for f in self.findings if f.verdict == "inconsistent")
        return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))

    @property
    def not_possible(self) -> tuple[Finding, ...]:
        """Checks that lack a number."""
        return tuple(f for f in self.findings if f.verdict == "not possible")

    @property
    def raised(self) -> tuple[Finding, ...]:
        """Design flags."""
        return tuple(f for f in self.findings if f.verdict == "raised")

    @property
    def done(self) -> int:
        """Number of comparisons: each check of the catalogue on each row that it applies to."""
        return sum(f.verdict in ("consistent", "inconsistent") for f in self.findings)

    @property
    def checks(self) -> tuple[str, ...]:
        """Checks of the catalogue that compared numbers."""
        return tuple(dict.fromkeys(f.check for f in self.findings if f.verdict in ("consistent", "inconsistent")))

    @property
    def impossible(self) -> int:
        """Number of checks of the catalogue that lack a number somewhere."""
        return len({f.check for f in self.not_possible})

    @property
    def counts(self) -> str:
        """The four counts in one line; they are never added up to a score."""
        return (
            f"{self.done} checks done, {len(self.inconsistent)} inconsistent, {self.impossible} not possible, "
            f"{len(self.raised)} design flags"
        )

    @property
    def questions(self) -> tuple[str, ...]:
        """What to ask the authors for, each once."""
        return tuple(dict.fromkeys(f.ask for f in self.findings if f.ask))

    def has(self, *severities: str) -> bool:
        """True where a printed number is inconsistent at one of these severities."""
        return any(f.severity in severities for f in self.inconsistent)

    def of(self, check: str) -> tuple[Finding, ...]:
        """Findings of one check."""
        return tuple(f for f in self.findings if f.check == check)

    def _table(self) -> dict[str, list[Any]]:
        names = ("check", "target", "verdict", "severity", "sentence", "slack", "convention", "ask")
        return {name: [getattr(f, name) for f in self.findings] for name in names}

    def to_frame(self) -> pandas.DataFrame:
        """Findings as a data frame, one row each."""
        return super().to_frame()

    def summary(self) -> str:
        """The audit as text."""
        from validation.audit.text import summary

        return summary(self)

    def to_json(self) -> str:
        """The audit as JSON."""
        return json.dumps(
            {
                "paper": self.paper,
                "read": self.read,
                "claims_sha256": self.claims_hash,
                "version": self.version,
                "counts": {
                    "done": self.done,
                    "inconsistent": len(self.inconsistent),
                    "not_possible": self.impossible,
                    "design_flags": len(self.raised),
                },
                "findings": [_as_json(f) for f in self.findings],
            },
            ensure_ascii=False,
            indent=1,
        )

    def to_html(self) -> str:
        """The audit as one HTML file without scripts."""
        from validation.audit.page import page

        return page(self)

    def _repr_html_(self) -> str:
        return self.to_html()


def _as_json(finding: Finding) -> dict[str, Any]:
    def finite(ends: tuple[float, float] | None) -> list[float | None] | None:
        return None if ends is None else [end if math.isfinite(end) else None for end in ends]

    return {
        "check": finding.check,
        "target": finding.target,
        "verdict": finding.verdict,
        "severity": finding.severity,
        "sentence": finding.sentence,
        "inputs": dict(finding.inputs),
        "printed": finite(finding.printed),
        "computed_range": finite(finding.feasible),
        "slack": finding.slack if finding.slack is None or math.isfinite(finding.slack) else None,
        "convention": finding.convention,
        "steps": list(finding.steps),
        "hints": list(finding.hints),
        "ask": finding.ask,
        "source": CATALOGUE[finding.check].source,
    }


#: hints that have a name of their own, and the check that gives them
HINTS = {"ORX9": "ORX2", "DSC5": "DSC3"}
_FAMILIES = ("CNT", "DSC", "TST", "ORX", "ROC", "CLS", "FIT", "CAL", "NBT", "SSZ", "DSN", "TRIPOD")


def _place(name: str) -> tuple[int, int, str]:
    family = "".join(c for c in name if c.isupper())
    return _FAMILIES.index(family), int("0" + "".join(c for c in name if c.isdigit())), name


def run_checks(claims: Claims) -> Iterator[Finding]:
    """All findings, in the order of the contents: counts first, design last."""
    for name in sorted(CATALOGUE, key=_place):
        yield from with_inputs(claims, CATALOGUE[name].run(claims))


def explain(result: AuditResult, check: str) -> str:
    """Arithmetic of one check, line by line, with the numbers put in.

    Parameters
    ----------
    result : AuditResult
    check : str
        Identifier, for example ``ORX2``; capitals do not matter.

    Returns
    -------
    str

    Raises
    ------
    InputError
        There is no such check.
    """
    known = {name.upper(): name for name in CATALOGUE} | HINTS
    name = known.get(check.strip().upper())
    if name is None:
        import difflib

        close = difflib.get_close_matches(check.upper(), known, n=1)
        hint = f'Did you mean "{close[0]}"?' if close else f"Known are {', '.join(CATALOGUE)}."
        raise InputError(check, "is no check", hint=hint)
    entry = CATALOGUE[name]
    lines = [f"{check.strip().upper()} is a hint of {name}:"] if check.strip().upper() in HINTS else []
    lines += [f"{name}  {entry.title}", f"  formula  {entry.formula}", f"  source   {entry.source}", ""]
    found = result.of(name)
    for finding in found:
        lines.append(f"  {finding.target}: {finding.sentence}")
        lines += [f"      {step}" for step in finding.steps]
        lines += [f"      hint: {hint}" for hint in finding.hints]
        if finding.ask:
            lines.append(f"      ask for: {finding.ask}")
    if not found:
        lines.append("  nothing in the claim file calls for this check")
    return "\n".join(lines)
