"""Checks of counts and percentages (CNT)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from validation.audit.claims import Claims, CountRow, DataRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.rounding import Printed

__all__ = ["numerators"]


@check(
    "CNT1", "Parts sum to their total", formula="events + non-events = n; parts of a whole add up", source="arithmetic"
)
def cnt1(claims: Claims) -> Iterator[Finding]:
    """Events and non-events of each data set, and the parts that name a common total."""
    for row in claims.tables.data:
        yield from _adds_up(row)
    totals: dict[str, list[CountRow]] = {}
    for part in claims.tables.count:
        if part.total:
            totals.setdefault(part.total, []).append(part)
    for name, parts in totals.items():
        yield from _parts(claims, name, parts)


def _adds_up(row: DataRow) -> Iterator[Finding]:
    if row.n is None or row.events is None or row.nonevents is None:
        missing = "n" if row.n is None else "events" if row.events is None else "non-events"
        yield impossible("CNT1", row.name, f"{missing} is not reported", f"{missing} of {row.name}")
        return
    steps = (f"{row.events} + {row.nonevents} = {row.events + row.nonevents}",)
    if row.events + row.nonevents == row.n:
        yield ok("CNT1", row.name, f"{row.events} + {row.nonevents} = {row.n}", steps=steps)
    else:
        sentence = f"{row.events} + {row.nonevents} = {row.events + row.nonevents}, printed {row.n}"
        yield Finding("CNT1", row.name, "inconsistent", "error", sentence, steps=steps)


def _parts(claims: Claims, name: str, parts: list[CountRow]) -> Iterator[Finding]:
    whole = next((row for row in claims.tables.count if row.of == name and row.k is not None), None)
    data = claims.data_set(name)
    total = whole.k if whole is not None else data.n if data is not None else None
    if total is None or any(part.k is None for part in parts):
        yield impossible("CNT1", name, "a part or the total is not reported", f"all parts of {name} and their total")
        return
    found = sum(part.k or 0 for part in parts)
    words = " + ".join(str(part.k) for part in parts)
    if found == total:
        yield ok("CNT1", name, f"{words} = {total}")
    else:
        yield Finding("CNT1", name, "inconsistent", "error", f"{words} = {found}, printed {total}")


def numerators(percentage: Printed, n: int) -> tuple[int, int]:
    """First and last whole number whose share of `n` prints as the percentage; the range may be empty."""
    box = percentage.box()
    return max(math.ceil(box.low * n), 0), min(math.floor(box.high * n), n)


def _as_share(printed: Printed) -> Printed:
    """A percentage column holds percent numbers: "58.1" is 0.581 with two more decimals."""
    if printed.text.strip().endswith("%"):
        return printed
    return Printed(printed.text, printed.value / 100, printed.decimals + 2, printed.kind)


@check(
    "CNT2",
    "Percentage possible for the number of patients",
    formula="a whole number k has 100 k/n within the rounding of the percentage",
    source="Brown & Heathers 2017 (GRIM), doi:10.1177/1948550616673876",
)
def cnt2(claims: Claims) -> Iterator[Finding]:
    """A percentage of n patients is a multiple of 1/n."""
    for row in claims.tables.count:
        if row.pct is None or row.pct.kind != "value":
            continue
        n = row.n if row.n is not None else _size(claims, row.data or row.group)
        target = row.of if row.group is None else f"{row.of} ({row.group})"
        if n is None or n == 0:
            yield impossible("CNT2", target, "the denominator is not reported", f"number of patients behind {target}")
            continue
        yield from _percentage(target, _as_share(row.pct), row.k, n)


def _size(claims: Claims, name: str | None) -> int | None:
    row = claims.data_set(name)
    if row is not None and row.n is None and row.events is not None and row.nonevents is not None:
        return row.events + row.nonevents
    return None if row is None else row.n


def _percentage(target: str, share: Printed, k: int | None, n: int) -> Iterator[Finding]:
    first, last = numerators(share, n)
    if k is not None:
        exact = Fraction(k, n)
        steps = (f"{k}/{n} = {100 * float(exact):.4f} %",)
        if share.box().contains(exact):
            yield ok("CNT2", target, f"{k} of {n} is {share.text}", steps=steps)
            return
        others = _denominators(share, k, n)
        sentence = f"{k} of {n} is {100 * float(exact):.3g} %, printed {share.text}"
        yield Finding("CNT2", target, "inconsistent", "error", sentence, steps=steps, hints=others)
        return
    if 10**share.decimals <= n:
        return
    steps = (f"whole numbers of {n} that print as {share.text}: {first} to {last}",)
    if first <= last:
        yield ok("CNT2", target, f"{share.text} of {n} is possible ({first})", steps=steps)
    else:
        yield Finding(
            "CNT2", target, "inconsistent", "error", f"no whole number of {n} prints as {share.text}", steps=steps
        )


def _denominators(share: Printed, k: int, n: int) -> tuple[str, ...]:
    """Nearby denominators that would fit, as with missing values; a hint."""
    fits = [other for other in range(max(k, n - 50, 1), n + 51) if share.box().contains(Fraction(k, other))]
    return (f"denominators that would fit: {', '.join(map(str, fits[:5]))}",) if fits else ()


@check(
    "CNT3",
    "Strata sum to the whole",
    formula="n and events of the parts add up to those of the parent",
    source="arithmetic",
)
def cnt3(claims: Claims) -> Iterator[Finding]:
    """Disjoint parts of a data set, where the claim file says that they are all of it."""
    for row in claims.tables.data:
        parts = [part for part in claims.subsets(row.name) if part.share == "part"]
        if len(parts) < 2:
            continue
        for what in ("n", "events", "nonevents"):
            whole, values = getattr(row, what), [getattr(part, what) for part in parts]
            if whole is None or None in values:
                continue
            words = " + ".join(map(str, values))
            if sum(values) == whole:
                yield ok("CNT3", row.name, f"{what}: {words} = {whole}")
            else:
                sentence = f"{what}: {words} = {sum(values)}, printed {whole}"
                yield Finding("CNT3", row.name, "inconsistent", "error", sentence)


@check(
    "CNT3b",
    "Part not larger than its whole",
    formula="n and events of a part are at most those of the parent",
    source="arithmetic",
)
def cnt3b(claims: Claims) -> Iterator[Finding]:
    """A subset cannot have more patients than the set."""
    for row in claims.tables.data:
        for part in claims.subsets(row.name):
            # a secondary outcome shares the patients but not the events
            same_outcome = part.share == "part"
            for what in ("n", "events", "nonevents") if same_outcome else ("n",):
                whole, value = getattr(row, what), getattr(part, what)
                if whole is None or value is None:
                    continue
                if value <= whole:
                    yield ok("CNT3b", part.name, f"{what} {value} of {whole}")
                else:
                    sentence = f"{what} {value} where {row.name} has {whole}"
                    yield Finding("CNT3b", part.name, "inconsistent", "error", sentence)


@check(
    "CNT3c",
    "Denominators of a table possible",
    formula="n of a row is at most that of its data set or group; groups add up to the total of the same variable",
    source="arithmetic",
)
def cnt3c(claims: Claims) -> Iterator[Finding]:
    """Missing values lower a denominator; nothing raises it."""
    for row in claims.tables.count:
        size = _size(claims, row.data or row.group)
        if row.n is not None and size is not None and (row.data or row.group) is not None:
            yield _at_most(row.of if row.group is None else f"{row.of} ({row.group})", row.n, size)
    variables: dict[str, dict[str, int]] = {}
    for described in claims.tables.describe:
        if described.n is None or described.group is None:
            continue
        variables.setdefault(described.var, {})[described.group] = described.n
        size = _group(claims, described.group)
        if size is not None:
            yield _at_most(f"{described.var} ({described.group})", described.n, size)
    for name, sizes in variables.items():
        if {"events", "nonevents", "all"} <= set(sizes):
            yield _sum_of_groups(name, sizes["events"], sizes["nonevents"], sizes["all"])


def _group(claims: Claims, group: str) -> int | None:
    whole = claims.data_set("all") or claims.data_set(None)
    if whole is None or group not in ("events", "nonevents", "all"):
        return _size(claims, group) if claims.data_set(group) is not None else None
    return _size(claims, whole.name) if group == "all" else getattr(whole, group)


def _at_most(target: str, n: int, size: int) -> Finding:
    if n <= size:
        return ok("CNT3c", target, f"n {n} of {size}")
    return Finding("CNT3c", target, "inconsistent", "error", f"n {n} where there are {size} patients")


def _sum_of_groups(name: str, events: int, nonevents: int, total: int) -> Finding:
    if events + nonevents == total:
        return ok("CNT3c", name, f"{events} + {nonevents} = {total}")
    sentence = f"{events} + {nonevents} = {events + nonevents}, printed {total}"
    return Finding("CNT3c", name, "inconsistent", "error", sentence)


@check("CNT4", "Random split as stated", formula="round(share n) within 1", source="arithmetic")
def cnt4(claims: Claims) -> Iterator[Finding]:
    """A split such as 7:3 gives these numbers, unless it was stratified."""
    for row in claims.tables.data:
        if row.share is None or ":" not in row.share or row.parent is None:
            continue
        whole = _size(claims, row.parent)
        try:
            first, second = (int(part) for part in row.share.split(":"))
        except ValueError:
            continue
        if whole is None or row.n is None or first + second == 0:
            continue
        expected = whole * first / (first + second)
        if abs(row.n - expected) <= 1.5:
            yield ok("CNT4", row.name, f"{row.n} of {whole} is a {row.share} split")
        else:
            sentence = f"{row.n} of {whole} is no {row.share} split ({expected:.0f} expected); was it stratified?"
            yield Finding("CNT4", row.name, "info", "note", sentence)
