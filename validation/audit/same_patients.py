"""Rows of one table on the same patients (CLS5)."""

from __future__ import annotations

from collections.abc import Iterator

from validation.audit.claims import Claims
from validation.audit.classification import _prevalences, _rows, tables_that_fit
from validation.audit.findings import Finding, check, ok
from validation.audit.rounding import GUARD

__all__: list[str] = []

#: patients up to which every split is tried
_ENUMERATED = 300


@check(
    "CLS5",
    "Rows of the same data set imply the same numbers of patients",
    formula="some numbers with and without the event fit every row at once",
    source="idea of Kovacs & Fazekas 2023 (mlscorecheck)",
)
def cls5(claims: Claims) -> Iterator[Finding]:
    """Where the events are not printed, all cut-offs of a data set still share them."""
    groups: dict[str | None, list[tuple[str, dict[str, tuple[float, float]], set[int] | None]]] = {}
    for row, facts in _rows(claims):
        if (facts.n1 is not None and facts.n0 is not None) or not {"sens", "spec"} <= set(facts.values):
            continue
        ranges = _prevalences(facts.values) if row.prevalence is None else {}
        splits = None
        if facts.n is not None and facts.n <= _ENUMERATED:
            n = facts.n
            splits = {k for k in range(1, n) if tables_that_fit(facts.values, k, n - k)}
        groups.setdefault(row.data, []).append((facts.target, ranges, splits))
    for data, rows in groups.items():
        if len(rows) >= 2:
            yield _judged(data or "data", rows)


def _judged(data: str, rows: list[tuple[str, dict[str, tuple[float, float]], set[int] | None]]) -> Finding:
    found = [splits for _, _, splits in rows if splits]
    ends = [ends for _, ranges, _ in rows for ends in ranges.values()]
    low, high = max((a for a, _ in ends), default=0.0), min((b for _, b in ends), default=1.0)
    names = ", ".join(target for target, _, _ in rows)
    steps = (f"common prevalence from {low:.4f} to {high:.4f}",)
    if low > high * (1 + GUARD) or (len(found) >= 2 and not set.intersection(*found)):
        sentence = f"{names} imply different numbers of patients with the event"
        hint = "missing values that differ between rows would explain it"
        return Finding("CLS5", data, "inconsistent", "error", sentence, steps=steps, hints=(hint,))
    return ok("CLS5", data, f"{names} can share one number of patients with the event", steps=steps)
