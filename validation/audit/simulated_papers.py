"""Simulated papers for measuring false alarms and power of the audit: cohorts analysed properly, printed, and mutated.

``python -m validation.audit.simulated_papers --papers 500 --mutated 200`` prints the tables of docs/audit.md. A paper
is a claim file (tables of printed rows), made from a cohort by textbook formulas that the checks do not use.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.audit import AuditResult, audit, parse_claims
from validation.audit.simulated_analysis import Analysis, analyse
from validation.audit.simulated_printing import Paper, printed_paper

__all__ = ["MUTATIONS", "audited", "mutated", "simulate_paper"]

Generator = np.random.Generator
Bools = npt.NDArray[np.bool_]


def simulate_paper(seed: int, *, largest: int = 2000) -> Paper:
    """A paper of random size, predictors, methods and digits.

    Parameters
    ----------
    seed : int
    largest : int
        Largest number of patients.

    Returns
    -------
    dict
        A claim file with the same keys as in TOML.
    """
    rng = np.random.default_rng([seed, 20260401])
    found: Analysis | None = None
    while found is None:
        found = analyse(rng, largest)
    return printed_paper(found, rng, f"paper{seed}")


def audited(paper: Paper) -> AuditResult:
    """Audit of a simulated paper."""
    return audit(parse_claims(json.dumps(paper), language="json"))


def _numbers(paper: Paper) -> list[tuple[dict[str, str], str]]:
    """Cells that hold a printed number with at least two digits, with their row."""
    rows = [row for name, table in paper["tables"].items() if name != "data" for row in table]
    rows += [row for model in paper["model"] for row in model.get("terms", [])]
    skipped = ("of", "var", "level", "group", "data", "name", "model", "measure", "first", "second", "rule", "unit")
    return [
        (row, key)
        for row in rows
        for key, text in row.items()
        if key not in (*skipped, "threshold", "fitted", "kind", "per") and sum(c.isdigit() for c in text) >= 2
    ]


def _substitute(paper: Paper, rng: Generator) -> str:
    key: str
    row, key = _pick(_numbers(paper), rng)
    text = row[key]
    place = _pick([i for i, c in enumerate(text) if c.isdigit()], rng)
    digit = _pick([d for d in "0123456789" if d != text[place]], rng)
    row[key] = text[:place] + digit + text[place + 1 :]
    return key


def _transpose(paper: Paper, rng: Generator) -> str:
    def places(text: str) -> list[int]:
        return [i for i, (a, b) in enumerate(itertools.pairwise(text)) if a.isdigit() and b.isdigit() and a != b]

    key: str
    row, key = _pick([(row, key) for row, key in _numbers(paper) if places(row[key])], rng)
    text, i = row[key], _pick(places(row[key]), rng)
    row[key] = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    return key


def _swap_rows(paper: Paper, rng: Generator) -> str:
    """Intervals of two rows of the model exchanged."""
    terms = paper["model"][0]["terms"]
    if len(terms) < 2:
        return ""
    i, j = rng.choice(len(terms), size=2, replace=False)
    terms[i]["ci"], terms[j]["ci"] = terms[j]["ci"], terms[i]["ci"]
    return "ci"


def _standard_errors(paper: Paper, rng: Generator) -> str:
    """Standard errors in place of the standard deviations of one variable."""
    rows = paper["tables"]["describe"]
    if not rows:
        return ""
    name = _pick(sorted({row["var"] for row in rows}), rng)
    for row in rows:
        if row["var"] == name:
            places = len(row["sd"].partition(".")[2])
            row["sd"] = f"{float(row['sd']) / math.sqrt(int(row['n'])):.{places}f}"
    return "sd"


def _other_n(paper: Paper, rng: Generator) -> str:
    """Another number of events, and of patients, than the one analysed."""
    row = paper["tables"]["data"][0]
    change = int(rng.integers(2, max(int(row["events"]) // 5, 3) + 1))
    row["events"] = str(int(row["events"]) - change)
    row["n"] = str(int(row["n"]) - change)
    return "n"


def _pick(values: Any, rng: Generator) -> Any:
    return values[int(rng.integers(len(values)))]


MUTATIONS: dict[str, Callable[[Paper, Generator], str]] = {
    "one digit substituted": _substitute,
    "adjacent digits transposed": _transpose,
    "intervals of two rows exchanged": _swap_rows,
    "SE printed as SD": _standard_errors,
    "another number of events": _other_n,
}


def mutated(paper: Paper, mutation: str, seed: int) -> tuple[Paper, str]:
    """Copy of the paper with one mutation, and the column that was changed; empty where the paper has no such row."""
    rng = np.random.default_rng([seed, len(mutation)])
    copy = json.loads(json.dumps(paper))
    column = MUTATIONS[mutation](copy, rng)
    return copy, column


@dataclass
class _Tally:
    """Findings by check."""

    checks: Counter[str]
    errors: Counter[str]
    warnings: Counter[str]
    examples: list[str]

    def add(self, paper: str, result: AuditResult) -> None:
        self.checks.update(f.check for f in result.findings if f.verdict in ("consistent", "inconsistent"))
        self.errors.update(f.check for f in result.inconsistent if f.severity == "error")
        self.warnings.update(f.check for f in result.inconsistent if f.severity == "warning")
        self.examples += [f"{paper} {f.severity} {f.check} {f.target}: {f.sentence}" for f in result.inconsistent]


def _false_alarms(papers: int, first: int, largest: int) -> Iterator[str]:
    tally = _Tally(Counter(), Counter(), Counter(), [])
    for seed in range(first, first + papers):
        tally.add(str(seed), audited(simulate_paper(seed, largest=largest)))
    yield f"{papers} papers, {sum(tally.checks.values())} checks: {sum(tally.errors.values())} errors, " \
          f"{sum(tally.warnings.values())} warnings"  # fmt: skip
    yield "| check | done | errors | warnings |"
    yield "|---|---|---|---|"
    for check in sorted(tally.checks):
        yield f"| {check} | {tally.checks[check]} | {tally.errors[check]} | {tally.warnings[check]} |"
    yield from tally.examples


def _power(papers: int, first: int, largest: int) -> Iterator[str]:
    yield "| mutation | papers | found | as error | checks that found it |"
    yield "|---|---|---|---|---|"
    columns: dict[str, Counter[bool]] = {}
    for mutation in MUTATIONS:
        tried, found, errors, by_check = 0, 0, 0, Counter[str]()
        for seed in range(first, first + papers):
            whole = simulate_paper(seed, largest=largest)
            paper, column = mutated(whole, mutation, seed)
            if not column:
                continue
            tried += 1
            new = _new_alarms(paper, whole)
            alarmed = bool(new)
            found += alarmed
            errors += "error" in new.values()
            by_check.update({check for check, _ in new})
            if mutation.startswith(("one", "adjacent")):
                columns.setdefault(column, Counter())[alarmed] += 1
        words = ", ".join(f"{check} {count}" for check, count in by_check.most_common(8))
        yield f"| {mutation} | {tried} | {100 * found / tried:.0f} % | {100 * errors / tried:.0f} % | {words} |"
    yield "| column of a wrong digit | papers | found |"
    yield "|---|---|---|"
    for column, counts in sorted(columns.items()):
        total = counts[True] + counts[False]
        yield f"| {column} | {total} | {100 * counts[True] / total:.0f} % |"


def _new_alarms(paper: Paper, whole: Paper) -> dict[tuple[str, str], str]:
    """Check, target and severity of what a mutation raises and the unmutated paper does not."""
    result = _result(paper)
    if result is None:
        return {("unreadable", ""): "error"}
    known = {(f.check, f.target) for f in audited(whole).inconsistent}
    return {(f.check, f.target): f.severity for f in result.inconsistent if (f.check, f.target) not in known}


def _result(paper: Paper) -> AuditResult | None:
    """Audit of a mutated paper; None where the mutation is no number any more."""
    from validation.errors import InputError

    try:
        return audited(paper)
    except InputError:
        return None


def main() -> int:
    """Print the measured tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=500)
    parser.add_argument("--mutated", type=int, default=150)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--largest", type=int, default=2000, help="largest number of patients")
    chosen = parser.parse_args()
    for line in _false_alarms(chosen.papers, chosen.first, chosen.largest) if chosen.papers else ():
        print(line, flush=True)
    for line in _power(chosen.mutated, chosen.first, min(chosen.largest, 600)) if chosen.mutated else ():
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
