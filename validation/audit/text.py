"""The audit as plain text: one line per check, failures row by row, questions to the authors."""

from __future__ import annotations

from collections.abc import Iterator

from validation.audit.findings import Finding
from validation.audit.result import AuditResult

__all__ = ["line_of", "summary"]

_WIDTH = 118
_LAST = 'These are statements about printed numbers, not about how they arose. "--explain {0}" shows the arithmetic.'


def summary(result: AuditResult) -> str:
    """The whole audit as text."""
    head = result.paper + (f"  {result.title}" if result.title else "") + f" ({result.read})"
    lines = [head, result.counts, "", *_arithmetic(result)]
    lines += ["", f"DESIGN       {len(result.raised)} raised"]
    lines += [f"  !   {f.check:<8} {f.sentence}" for f in result.raised]
    if result.questions:
        lines += ["", "NOT POSSIBLE ask the authors for"]
        lines += [f"  ?   {question}" for question in result.questions]
    first = result.inconsistent[0].check if result.inconsistent else "ORX2"
    return "\n".join([*lines, "", _LAST.format(first)])


def _arithmetic(result: AuditResult) -> Iterator[str]:
    failing = result.inconsistent
    yield f"ARITHMETIC   {'no inconsistency found' if not failing else f'{len(failing)} inconsistent'}"
    for finding in failing:
        word = "ERR" if finding.severity == "error" else "WRN"
        yield f"  {word} {finding.check:<8} {finding.target}: {finding.sentence}"
        yield f"               would fit: {'; '.join(finding.hints) if finding.hints else 'none found'}"
    groups: dict[str, list[Finding]] = {}
    for finding in result.arithmetic:
        if finding.verdict != "inconsistent":
            groups.setdefault(finding.check, []).append(finding)
    for check, found in groups.items():
        compared = any(finding.verdict == "consistent" for finding in found)
        yield f"  {'ok ' if compared else 'i  '} {check:<8} {line_of(check, found)}"


def line_of(check: str, found: list[Finding]) -> str:
    """One line for all passes of a check."""
    if check == "ORX2":
        return _centres(found)
    if check == "ORX4":
        wald = [f.sentence.rpartition("recomputed p ")[2] for f in found if "recomputed p " in f.sentence]
        rest = [f"{f.target}: {f.sentence}" for f in found if "recomputed p " not in f.sentence]
        head = f"bounds on p agree with {len(wald)} of {len(found)} intervals; recomputed p {', '.join(wald)}"
        return "; ".join([head, *rest] if wald else rest)
    if len(found) == 1:
        return f"{found[0].target}: {found[0].sentence}"
    joined = "; ".join(dict.fromkeys(finding.sentence for finding in found))
    if len(joined) <= _WIDTH:
        return joined
    return f"{len(found)} of {len(found)}: {', '.join(dict.fromkeys(finding.target for finding in found))}"


def _centres(found: list[Finding]) -> str:
    wald = [finding for finding in found if finding.convention == "Wald"]
    if not wald:
        return f"{len(found)} intervals: " + ", ".join(dict.fromkeys(finding.convention for finding in found))
    worst = max(wald, key=lambda finding: finding.slack or 0.0)
    others = [finding for finding in found if finding.convention != "Wald"]
    rest = f"; {len(others)} otherwise ({', '.join(dict.fromkeys(f.convention for f in others))})" if others else ""
    return (
        f"{len(wald)} of {len(found)} odds ratios sit at the centre of their intervals "
        f"(Wald; largest slack {worst.slack:.2f}, {worst.target}){rest}"
    )
