"""Checks of sensitivity, specificity, predictive values and their relatives (CLS)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from validation.audit.claims import Claims, CutoffRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.rounding import GUARD, Box, Printed
from validation.audit.two_by_two import count_tables

__all__ = ["tables_that_fit"]

_MEASURES = ("sens", "spec", "ppv", "npv", "acc", "f1", "lr_pos", "lr_neg")
#: patients up to which every split into events and non-events is tried where only their sum is printed
_MOST_SPLIT = 5_000
#: inflation that double rounding explains when many values are joined
_DOUBLE_ROUNDING = 1.11


@dataclass(frozen=True)
class _Row:
    """Printed measures of one cut-off."""

    target: str
    values: dict[str, Printed]
    n1: int | None
    n0: int | None
    n: int | None


def _rows(claims: Claims) -> Iterator[tuple[CutoffRow, _Row]]:
    for row in claims.tables.cutoff:
        values = {}
        for name in _MEASURES:
            printed = getattr(row, name)
            if printed is not None and printed.kind == "value":
                values[name] = printed
        data = claims.data_set(row.data)
        target = f"{row.of} {row.cut or ''}".strip()
        n1 = n0 = n = None
        if data is not None:
            n1, n0, n = data.events, data.nonevents, data.n
            if n is not None:
                n1 = n - n0 if n1 is None and n0 is not None else n1
                n0 = n - n1 if n0 is None and n1 is not None else n0
        yield row, _Row(target, values, n1, n0, n)


def tables_that_fit(
    values: dict[str, Printed], n1: int, n0: int, inflation: float = 1.0, truncated: bool = False
) -> int:
    """Number of 2x2 tables of n1 cases and n0 controls on which all printed measures hold at once."""
    return count_tables({name: _box(printed, inflation, truncated) for name, printed in values.items()}, n1, n0)


def _box(printed: Printed, inflation: float, truncated: bool) -> Box:
    if truncated:
        return Box(printed.value, printed.value + 2 * printed.half_unit, open_high=True)
    return printed.box(Fraction(inflation))


@check(
    "CLS1",
    "One table behind all measures",
    formula="whole TP and TN exist with all printed Se, Sp, PPV, NPV, accuracy, F1, LR",
    source="idea of Kovacs & Fazekas 2023 (mlscorecheck)",
)
def cls1(claims: Claims) -> Iterator[Finding]:
    """Enumerates every table of the printed numbers of patients."""
    for _, row in _rows(claims):
        if len(row.values) < 2:
            if not row.values:
                yield impossible("CLS1", row.target, "no sensitivity or specificity is reported",
                                 f"the 2x2 table at {row.target}")  # fmt: skip
            continue
        splits = _splits(row)
        if not splits:
            why = f"not decided for {row.n} patients" if row.n else "the numbers of patients are not reported"
            yield impossible("CLS1", row.target, f"{why} without the number of events" if row.n else why,
                             f"numbers with and without the event behind {row.target}")  # fmt: skip
            continue
        yield _one_table(row, splits)


def _splits(row: _Row) -> list[tuple[int, int]]:
    if row.n1 and row.n0:
        return [(row.n1, row.n0)]
    if row.n and row.n <= _MOST_SPLIT:
        return [(k, row.n - k) for k in range(1, row.n)]
    return []


def _one_table(row: _Row, splits: list[tuple[int, int]]) -> Finding:
    shown = ", ".join(f"{name} {printed.text}" for name, printed in row.values.items())
    found = sum(tables_that_fit(row.values, n1, n0) for n1, n0 in splits)
    where = f"{splits[0][0]} and {splits[0][1]} patients" if len(splits) == 1 else f"{row.n} patients"
    steps = (f"{found} table(s) of {where} print as {shown}",)
    if found:
        return ok("CLS1", row.target, f"{shown}: {found} table(s) of {where} fit", slack=1.0, steps=steps)
    if any(tables_that_fit(row.values, n1, n0, _DOUBLE_ROUNDING) for n1, n0 in splits):
        sentence = f"{shown}: fits after double rounding"
        return Finding("CLS1", row.target, "consistent", "note", sentence, slack=_DOUBLE_ROUNDING, steps=steps)
    if any(tables_that_fit(row.values, n1, n0, truncated=True) for n1, n0 in splits):
        sentence = f"{shown}: fits if all numbers were truncated"
        return Finding("CLS1", row.target, "consistent", "note", sentence, convention="truncated", steps=steps)
    without = [
        name
        for name in row.values
        if any(tables_that_fit({k: v for k, v in row.values.items() if k != name}, n1, n0) for n1, n0 in splits)
    ]
    hints = (f"without {without[0]} the others fit",) if len(without) == 1 else ()
    sentence = f"no table of {where} prints as {shown}"
    return Finding("CLS1", row.target, "inconsistent", "error", sentence, steps=steps, hints=hints)


@check(
    "CLS2",
    "Prevalence implied by predictive values",
    formula="from PPV v(1-t)/(s(1-v)+v(1-t)), from NPV, from accuracy (acc-Sp)/(Se-Sp)",
    source="Bayes",
)
def cls2(claims: Claims) -> Iterator[Finding]:
    """Predictive values and accuracy imply the prevalence of the data."""
    for row, facts in _rows(claims):
        values = facts.values
        if row.prevalence is not None or not {"sens", "spec"} <= set(values):
            continue
        ranges = _prevalences(values)
        if not ranges:
            continue
        steps = tuple(f"{name}: prevalence {a:.4f} to {b:.4f}" for name, (a, b) in ranges.items())
        if _share_a_prevalence(facts, ranges):
            yield ok("CLS2", facts.target, "predictive values and accuracy imply the printed prevalence", steps=steps)
            continue
        loose = {"double rounding": (_DOUBLE_ROUNDING, False), "truncation of all numbers": (1.0, True)}
        words = [word for word, how in loose.items() if _share_a_prevalence(facts, _prevalences(values, *how))]
        if words:
            sentence = f"predictive values and accuracy imply the printed prevalence after {words[0]}"
            yield Finding("CLS2", facts.target, "consistent", "note", sentence, convention=words[0], steps=steps)
            continue
        coarse = min(printed.decimals for printed in values.values()) <= 2
        sentence = "predictive values imply another prevalence than the data: " + "; ".join(steps)
        yield Finding("CLS2", facts.target, "inconsistent", "warning" if coarse else "error", sentence, steps=steps)


def _share_a_prevalence(facts: _Row, ranges: dict[str, tuple[float, float]]) -> bool:
    """The implied prevalences have a value in common, which is that of the data where it is known."""
    low, high = max(r[0] for r in ranges.values()), min(r[1] for r in ranges.values())
    if facts.n1 is not None and facts.n0 is not None:
        phi = facts.n1 / (facts.n1 + facts.n0)
        low, high = max(low, phi), min(high, phi)
    return low <= high * (1 + GUARD)


def _prevalences(
    values: dict[str, Printed], inflation: float = 1.0, truncated: bool = False
) -> dict[str, tuple[float, float]]:
    """Range of the prevalence that each measure implies beside sensitivity and specificity."""

    def rate(name: str) -> tuple[float, float]:
        low, high = _box(values[name], inflation, truncated).ends
        return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)

    s, t = rate("sens"), rate("spec")
    found = {}
    corners = [(a, b) for a in s for b in t]
    if "ppv" in values:
        found["PPV"] = _spanned([_from_ppv(a, b, v) for a, b in corners for v in rate("ppv")])
    if "npv" in values:
        found["NPV"] = _spanned([_from_npv(a, b, w) for a, b in corners for w in rate("npv")])
    if "acc" in values and (s[0] > t[1] or s[1] < t[0]):
        points = [(acc - b) / (a - b) for a, b in corners for acc in rate("acc")]
        found["accuracy"] = (max(min(points), 0.0), min(max(points), 1.0))
    return found


def _spanned(points: list[float | None]) -> tuple[float, float]:
    """Range of the corners; every prevalence is possible where one of them is nought over nought."""
    known = [point for point in points if point is not None]
    return (min(known), max(known)) if len(known) == len(points) else (0.0, 1.0)


def _from_ppv(s: float, t: float, v: float) -> float | None:
    bottom = s * (1 - v) + v * (1 - t)
    return v * (1 - t) / bottom if bottom > 0 else None


def _from_npv(s: float, t: float, w: float) -> float | None:
    bottom = t * (1 - w) + w * (1 - s)
    return t * (1 - w) / bottom if bottom > 0 else None


@check("CLS4", "Accuracy between sensitivity and specificity", formula="min <= accuracy <= max", source="identity")
def cls4(claims: Claims) -> Iterator[Finding]:
    """Accuracy is a weighted mean of the two rates."""
    for _, row in _rows(claims):
        if not {"sens", "spec", "acc"} <= set(row.values):
            continue
        se, sp, acc = (row.values[name].box() for name in ("sens", "spec", "acc"))
        low, high = min(se.low, sp.low), max(se.high, sp.high)
        if low <= acc.high and acc.low <= high:
            yield ok("CLS4", row.target, f"accuracy {row.values['acc'].text} lies between the two rates")
        else:
            sentence = f"accuracy {row.values['acc'].text} lies outside {float(low):.3f} to {float(high):.3f}"
            yield Finding("CLS4", row.target, "inconsistent", "error", sentence)
