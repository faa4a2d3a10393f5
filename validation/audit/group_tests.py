"""Checks of two-group tests (TST): t, chi-square and its relatives, Mann-Whitney, printed statistics."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from scipy.special import chdtrc, fdtrc, gammaln, ndtr, stdtr

from validation.audit.claims import Claims, CrosstabRow, DescribeRow
from validation.audit.descriptives import _group_size, _value
from validation.audit.findings import Finding, check, ok
from validation.audit.rounding import Printed

__all__ = ["p_of_tables", "p_of_two_means"]

Range = tuple[float, float]
#: patients up to which Fisher's test differs from the others and is summed
_MOST_FOR_FISHER = 1_000_000


def _two_groups(claims: Claims, var: str) -> tuple[list[DescribeRow], list[int]] | None:
    rows = [row for row in claims.tables.describe if row.var == var and row.group not in (None, "all", "total")]
    sizes = [_group_size(claims, row) for row in rows]
    if len(rows) != 2 or None in sizes or min(s or 0 for s in sizes) < 2:
        return None
    return rows, [s or 0 for s in sizes]


def p_of_two_means(gap: Range, sds: tuple[Range, Range], sizes: list[int]) -> dict[str, Range]:
    """Ranges of the two-sided p-value of Student's and Welch's test over the rounding of means and SDs."""
    nearest = 0.0 if gap[0] <= 0 <= gap[1] else min(abs(gap[0]), abs(gap[1]))
    farthest = max(abs(gap[0]), abs(gap[1]))
    found = {}
    for name, p in (("Student", _student), ("Welch", _welch)):
        # p falls with the gap and rises with either SD; for Welch the degrees of freedom move a little with the SDs
        corners = [(a, b) for a in sds[0] for b in sds[1]]
        values_low = [p(farthest, a, b, sizes) for a, b in corners]
        values_high = [p(nearest, a, b, sizes) for a, b in corners]
        found[name] = (min(values_low), max(values_high))
    return found


def _student(gap: float, a: float, b: float, sizes: list[int]) -> float:
    n, m = sizes
    pooled = ((n - 1) * a * a + (m - 1) * b * b) / (n + m - 2)
    error = math.sqrt(pooled * (1 / n + 1 / m))
    return 2 * float(stdtr(n + m - 2, -gap / error)) if error > 0 else 0.0


def _welch(gap: float, a: float, b: float, sizes: list[int]) -> float:
    u, v = a * a / sizes[0], b * b / sizes[1]
    if u + v <= 0:
        return 0.0
    freedom = (u + v) ** 2 / (u * u / (sizes[0] - 1) + v * v / (sizes[1] - 1))
    return 2 * float(stdtr(freedom, -gap / math.sqrt(u + v)))


@check(
    "TST1",
    "P-value of two means",
    formula="Student and Welch t over the rounding boxes",
    source="Welch 1947, doi:10.1093/biomet/34.1-2.28",
)
def tst1(claims: Claims) -> Iterator[Finding]:
    """The p-value of a t test from the printed means and SDs."""
    for row in claims.tables.test:
        if (row.kind or "").lower() not in ("t", "t-test", "student", "welch") or row.p is None or not row.p.reported:
            continue
        groups = _two_groups(claims, row.var)
        if groups is None:
            continue
        means = [_value(g.mean) for g in groups[0]]
        sds = [_value(g.sd) for g in groups[0]]
        if None in means or None in sds:
            continue
        one, two = (m.box() for m in means if m is not None)
        spreads = [(max(float(s.box().low), 0.0), float(s.box().high)) for s in sds if s is not None]
        gap = (float(one.low - two.high), float(one.high - two.low))
        ranges = p_of_two_means(gap, (spreads[0], spreads[1]), groups[1])
        yield _judge_p("TST1", row.var, row.p, ranges, _standard_errors(row.p, gap, spreads, groups[1]))


def _standard_errors(p: Printed, gap: Range, spreads: list[Range], sizes: list[int]) -> tuple[str, ...]:
    """DSC5: whether the printed SDs fit as standard errors."""
    scaled = [(low * math.sqrt(n), high * math.sqrt(n)) for (low, high), n in zip(spreads, sizes, strict=True)]
    ranges = p_of_two_means(gap, (scaled[0], scaled[1]), sizes)
    if any(p.box().meets(*found) for found in ranges.values()):
        return ("it would fit if the printed SDs were standard errors",)
    return ()


def _judge_p(id: str, target: str, p: Printed, ranges: dict[str, Range], hints: tuple[str, ...] = ()) -> Finding:
    fits = [name for name, (low, high) in ranges.items() if p.box().meets(low, high)]
    steps = tuple(f"{name}: p between {low:.4g} and {high:.4g}" for name, (low, high) in ranges.items())
    if fits:
        words = f"p {p.text} agrees ({', '.join(fits)})"
        return ok(id, target, words, convention=", ".join(fits), steps=steps)
    # a third or fourth decimal can be lost to double rounding
    loose = [name for name, (low, high) in ranges.items() if p.kind == "value" and p.box(2).meets(low, high)]
    if loose:
        sentence = f"p {p.text} agrees after truncation or double rounding ({', '.join(loose)})"
        return Finding(id, target, "consistent", "note", sentence, convention=", ".join(loose), steps=steps)
    spans = "; ".join(f"{name} {low:.2g} to {high:.2g}" for name, (low, high) in ranges.items())
    return Finding(id, target, "inconsistent", "error", f"p {p.text} where {spans}", steps=steps, hints=hints)


def p_of_tables(counts: list[tuple[int, int]]) -> dict[str, float]:
    """P-values of a k x 2 table: Pearson, Yates (2 x 2), likelihood ratio, n - 1, Fisher (2 x 2)."""
    total = sum(a + b for a, b in counts)
    columns = (sum(a for a, _ in counts), sum(b for _, b in counts))
    freedom = sum(a + b > 0 for a, b in counts) - 1
    if freedom < 1 or 0 in columns:
        return {}
    pearson = yates = ratio = 0.0
    for row in counts:
        size = sum(row)
        for observed, column in zip(row, columns, strict=True):
            expected = size * column / total
            if expected == 0:
                continue
            gap = abs(observed - expected)
            pearson += gap * gap / expected
            yates += max(gap - min(0.5, gap), 0.0) ** 2 / expected
            ratio += 2 * observed * math.log(observed / expected) if observed else 0.0
    found = {
        "Pearson": float(chdtrc(freedom, pearson)),
        "likelihood ratio": float(chdtrc(freedom, max(ratio, 0.0))),
        "n - 1": float(chdtrc(freedom, pearson * (total - 1) / total)),
    }
    if len(counts) == 2:
        found["Yates"] = float(chdtrc(1, yates))
        if total <= _MOST_FOR_FISHER:
            found["Fisher"] = _fisher(counts[0][0], counts[0][1], counts[1][0], counts[1][1])
    return found


def _fisher(a: int, b: int, c: int, d: int) -> float:
    """Two-sided Fisher test: all tables that are no more probable, with R's relative allowance of 1e-7."""
    first, second, column = a + b, c + d, a + c

    def log_probability(k: int) -> float:
        return float(_log_choose(first, k) + _log_choose(second, column - k) - _log_choose(first + second, column))

    here = log_probability(a)
    tables = range(max(0, column - second), min(first, column) + 1)
    return min(math.fsum(math.exp(v) for k in tables if (v := log_probability(k)) <= here + 1e-7), 1.0)


def _log_choose(n: int, k: int) -> float:
    return float(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


@check(
    "TST2",
    "P-value of a table of counts",
    formula="Pearson, Yates, likelihood ratio, n-1, Fisher",
    source="Campbell 2007, doi:10.1002/sim.2832",
)
def tst2(claims: Claims) -> Iterator[Finding]:
    """Some usual test of the printed counts gives the printed p-value."""
    for row in claims.tables.test:
        if row.p is None or not row.p.reported:
            continue
        levels: list[CrosstabRow] = [r for r in claims.tables.crosstab if r.var == row.var and r.data == row.data]
        if len(levels) < 2 or any(r.events is None or r.nonevents is None for r in levels):
            continue
        values = p_of_tables([(r.events or 0, r.nonevents or 0) for r in levels])
        if values:
            yield _judge_p("TST2", row.var, row.p, {name: (p, p) for name, p in values.items()})


@check(
    "TST3",
    "Mann-Whitney p-value against the area",
    formula="z = (|A - 1/2| - c)/sqrt((n+1)/(12 n1 n0)), c = 0 or 1/(2 n1 n0); ties only lower p",
    source="Mann & Whitney 1947, doi:10.1214/aoms/1177730491",
)
def tst3(claims: Claims) -> Iterator[Finding]:
    """The p-value of the rank test is at most that of untied ranks."""
    for row in claims.tables.test:
        if "mann" not in (row.kind or "").lower() and "wilcoxon" not in (row.kind or "").lower():
            continue
        area = next((a for a in claims.tables.auc if a.of == row.var and a.auc is not None and a.auc.reported), None)
        data = claims.data_set(row.data)
        if area is None or area.auc is None or row.p is None or not row.p.reported or data is None:
            continue
        if not data.events or not data.nonevents:
            continue
        error = math.sqrt((data.events + data.nonevents + 1) / (12 * data.events * data.nonevents))
        box, half = area.auc.box(), Fraction(1, 2)
        nearest = Fraction(0) if box.low <= half <= box.high else min(abs(box.low - half), abs(box.high - half))
        corrected = max(float(nearest) - 1 / (2 * data.events * data.nonevents), 0.0)
        largest = 2 * float(ndtr(-corrected / error))
        steps = (f"untied ranks give p <= {largest:.4g}",)
        if float(row.p.box().low) <= largest * 1.02:
            yield ok("TST3", row.var, f"p {row.p.text} fits the area {area.auc.text}", steps=steps)
        else:
            sentence = f"p {row.p.text} where the area {area.auc.text} gives at most {largest:.2g}"
            yield Finding("TST3", row.var, "inconsistent", "warning", sentence, steps=steps)


@check(
    "TST4",
    "P-value of a printed statistic",
    formula="p of t, z, chi-square or F with the printed degrees of freedom",
    source="Nuijten et al. 2016 (statcheck), doi:10.3758/s13428-015-0664-2",
)
def tst4(claims: Claims) -> Iterator[Finding]:
    """Statistic, degrees of freedom and p-value of one test."""
    for row in claims.tables.test:
        statistic = _value(row.statistic)
        if statistic is None or row.p is None or not row.p.reported:
            continue
        kind = (row.kind or "").lower()
        freedoms = [float(row.df.value)] if row.df is not None and row.df.kind == "value" else list(range(1, 11))
        ranges = {}
        for freedom in freedoms:
            found = _p_of_statistic(kind, statistic, freedom)
            if found is not None:
                ranges[f"df {freedom:g}" if kind not in ("z",) else "normal"] = found
        if ranges:
            yield _judge_p("TST4", f"{row.var} ({row.kind} {statistic.text})", row.p, ranges)


def _p_of_statistic(kind: str, statistic: Printed, freedom: float) -> Range | None:
    low, high = statistic.box().ends
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    farthest = max(abs(low), abs(high))
    if kind in ("t", "t-test", "student", "welch"):
        return 2 * float(stdtr(freedom, -farthest)), 2 * float(stdtr(freedom, -nearest))
    if kind in ("z", "mann-whitney", "wilcoxon"):
        return 2 * float(ndtr(-farthest)), 2 * float(ndtr(-nearest))
    if kind in ("chi2", "chi-square", "chi-squared", "wald", "hl", "lr"):
        return float(chdtrc(freedom, max(high, 0.0))), float(chdtrc(freedom, max(low, 0.0)))
    if kind == "f":
        return float(fdtrc(1, freedom, max(high, 0.0))), float(fdtrc(1, freedom, max(low, 0.0)))
    return None


@check("TST5", "P-value within 0 to 1", formula="0 < p < 1", source="definition")
def tst5(claims: Claims) -> Iterator[Finding]:
    """Impossible p-values, and those that only look so."""
    printed = [(row.var, row.p) for row in claims.tables.test]
    printed += [(f"{model.id}: {term.name}", term.p) for model in claims.model for term in model.terms]
    printed += [(f"AUC of {row.of}", row.p) for row in claims.tables.auc]
    for target, p in printed:
        if p is None or not p.reported:
            continue
        if p.value < 0 or p.box().low > 1:
            yield Finding("TST5", target, "inconsistent", "error", f"p {p.text} lies outside 0 to 1")
        elif p.kind == "value" and p.value in (0, 1):
            bound = float(p.half_unit)
            word = f"P < {bound:g}" if p.value == 0 else f"P > {1 - bound:g}"
            yield Finding("TST5", target, "info", "note", f"p {p.text} should be printed as {word}")
