"""Checks of areas under the ROC curve, their intervals and operating points (ROC)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from validation.audit.claims import AucRow, Claims, DataRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.rounding import GUARD, Box, Printed

__all__ = ["delong_limits", "hanley_mcneil", "minimum_with_ties", "minimum_without_ties"]

Z = float(ndtri(0.975))
Range = tuple[float, float]
#: pairs up to which the untied minimum is computed; beyond, the tied one stands in, which refuses less
_MOST_PAIRS = 20_000_000
#: measured factor of percentile-bootstrap intervals against DeLong's
BOOTSTRAP = (0.80, 1.20)


def _sizes(claims: Claims, data: str | None) -> tuple[DataRow, int, int] | None:
    row = claims.data_set(data)
    if row is None:
        return None
    events, nonevents = row.events, row.nonevents
    if row.n is not None and events is not None and nonevents is None:
        nonevents = row.n - events
    if row.n is not None and nonevents is not None and events is None:
        events = row.n - nonevents
    if events is None or nonevents is None or min(events, nonevents) < 2:
        return None
    return row, events, nonevents


def _interval(row: AucRow) -> tuple[Printed, Printed, Printed] | None:
    if row.auc is None or row.ci is None or not row.auc.reported or row.auc.kind != "value":
        return None
    low, high = row.ci
    return (row.auc, low, high) if low.reported and high.reported else None


def hanley_mcneil(area: float, n1: int, n0: int) -> float:
    """Standard error by Hanley and McNeil (1982)."""
    q1, q2 = area / (2 - area), 2 * area * area / (1 + area)
    variance = area * (1 - area) + (n1 - 1) * (q1 - area * area) + (n0 - 1) * (q2 - area * area)
    return math.sqrt(max(variance, 0.0) / (n1 * n0))


def minimum_with_ties(area: float, n1: int, n0: int) -> float:
    """Smallest DeLong variance of any score, ties allowed: cases on top, one tied block, controls below."""
    a, b = 1.0 / (n1 - 1), 1.0 / (n0 - 1)
    c = 2.0 * min(area, 1.0 - area)
    u, v = math.sqrt(c * a / b), math.sqrt(c * b / a)
    if u > 1.0:
        u, v = 1.0, c
    elif v > 1.0:
        u, v = c, 1.0
    return max((c / 4.0) * (a * v + b * u - c * (a + b)), 0.0)


def minimum_without_ties(wins: int, n1: int, n0: int) -> float:
    """Smallest DeLong variance of an untied score that wins exactly `wins` of the n1 n0 pairs.

    Placement sums of squares are linear over the staircase of won pairs, so the cheapest pairs are taken first.
    """
    j = np.arange(1, n0 + 1, dtype=np.float64)
    i = np.arange(1, n1 + 1, dtype=np.float64)
    by_case = (2 * j - 1) / (n0**2 * n1 * (n1 - 1))
    by_control = (2 * i - 1) / (n1**2 * n0 * (n0 - 1))
    costs = (by_case[None, :] + by_control[:, None]).ravel()
    chosen = np.partition(costs, wins - 1)[:wins] if 0 < wins < costs.size else costs[:wins]
    area = wins / (n1 * n0)
    return max(math.fsum(chosen.tolist()) - area * area * (1.0 / (n1 - 1) + 1.0 / (n0 - 1)), 0.0)


def delong_limits(box: Box, n1: int, n0: int) -> tuple[float, float | None, float]:
    """Smallest standard error with ties, without ties (None where no untied score prints this area), and largest."""
    low, high = max(float(box.low), 0.0), min(float(box.high), 1.0)
    inside = 0.5 if low <= 0.5 <= high else (low if abs(low - 0.5) < abs(high - 0.5) else high)
    largest = inside * (1 - inside) / (min(n1, n0) - 1)
    ties = min(minimum_with_ties(area, n1, n0) for area in (low, high))
    if low <= 0.5 <= high:
        ties = min(ties, minimum_with_ties(0.5, n1, n0))
    first = math.ceil(Fraction(max(box.low, Fraction(0))) * n1 * n0)
    last = math.floor(Fraction(min(box.high, Fraction(1))) * n1 * n0)
    untied = ties if n1 * n0 > _MOST_PAIRS else _untied_minimum(first, last, n1, n0)
    return math.sqrt(ties), None if untied is None else math.sqrt(untied), math.sqrt(largest)


def _untied_minimum(first: int, last: int, n1: int, n0: int) -> float | None:
    """Minimum over every number of won pairs in the box; it is not monotone for small unbalanced groups."""
    if first > last:
        return None
    j = np.arange(1, n0 + 1, dtype=np.float64)
    i = np.arange(1, n1 + 1, dtype=np.float64)
    by_case = (2 * j - 1) / (n0**2 * n1 * (n1 - 1))
    by_control = (2 * i - 1) / (n1**2 * n0 * (n0 - 1))
    total = np.concatenate([[0.0], np.cumsum(np.sort((by_case[None, :] + by_control[:, None]).ravel()))])
    wins = np.arange(first, last + 1)
    area = wins / (n1 * n0)
    variance = total[first : last + 1] - area * area * (1.0 / (n1 - 1) + 1.0 / (n0 - 1))
    return max(float(variance.min()), 0.0)


@check("ROC1", "Area inside its interval, within 0 to 1", formula="L <= AUC <= U, all in [0, 1]", source="arithmetic")
def roc1(claims: Claims) -> Iterator[Finding]:
    """The area lies in its interval and everything in [0, 1]."""
    for row in claims.tables.auc:
        target = f"AUC of {row.of}"
        if row.auc is None or not row.auc.reported:
            yield impossible("ROC1", target, "the area is not reported", f"AUC of {row.of} with its 95% interval")
            continue
        found = _interval(row)
        numbers = [row.auc] if found is None else list(found)
        outside = [number.text for number in numbers if number.box().low > 1 or number.box().high < 0]
        if outside:
            yield Finding("ROC1", target, "inconsistent", "error", f"{', '.join(outside)} lies outside 0 to 1")
            continue
        if found is None:
            yield impossible("ROC1", target, "the interval is not reported", f"95% interval of the AUC of {row.of}")
            continue
        area, low, high = (number.box() for number in found)
        shown = f"{found[0].text} [{found[1].text}, {found[2].text}]"
        if low.low > area.high or area.low > high.high:
            yield Finding("ROC1", target, "inconsistent", "error", f"{shown}: the area lies outside its interval")
        else:
            note = " (below 0.5: the direction is reversed)" if found[0].value < Fraction(1, 2) else ""
            yield ok("ROC1", target, f"{shown}: the area lies in its interval{note}")


@check(
    "ROC1b",
    "Interval symmetric about the area",
    formula="(L + U)/2 = AUC",
    source="DeLong 1988, doi:10.2307/2531595",
)
def roc1b(claims: Claims) -> Iterator[Finding]:
    """DeLong, Hanley-McNeil and Wald intervals are symmetric."""
    for row in claims.tables.auc:
        found = _interval(row)
        if found is None:
            continue
        area, low, high = (number.box() for number in found)
        symmetric = low.low + high.low <= 2 * area.high and 2 * area.low <= low.high + high.high
        clipped = found[2].value == 1 or found[1].value == 0
        target = f"AUC of {row.of}"
        if symmetric:
            yield ok("ROC1b", target, "the interval is symmetric about the area", convention="symmetric")
        else:
            words = "clipped at the border" if clipped else "logit, percentile bootstrap or binomial"
            yield Finding("ROC1b", target, "info", "note", f"the interval is not symmetric: {words}", convention=words)


@check(
    "ROC2",
    "Width of the interval possible for these numbers of patients",
    formula="sharp limits of DeLong's standard error for the printed area and group sizes",
    source="Birnbaum & Klose 1957, doi:10.1214/aoms/1177706794; finite-sample forms derived",
)
def roc2(claims: Claims) -> Iterator[Finding]:
    """No score on n1 and n0 patients has a smaller or larger standard error than the sharp limits."""
    for row in claims.tables.auc:
        found, sizes = _interval(row), _sizes(claims, row.data)
        target = f"AUC of {row.of}"
        if found is None or found[0].box().low > 1 or found[0].box().high < 0:
            continue
        if sizes is None:
            yield impossible("ROC2", target, "the numbers of patients with and without the event are not reported",
                             f"numbers with and without the event behind the AUC of {row.of}")  # fmt: skip
            continue
        yield _width(target, found, sizes[1], sizes[2])


def _width(target: str, found: tuple[Printed, Printed, Printed], n1: int, n0: int) -> Finding:
    area, low, high = found
    least = max(float(high.box().low - low.box().high), 0.0) / (2 * Z)
    most = float(high.box().high - low.box().low) / (2 * Z)
    ties, untied, largest = delong_limits(area.box(), n1, n0)
    clipped = high.value == 1 or low.value == 0
    shown = f"{area.text} [{low.text}, {high.text}], n {n1}/{n0}"
    words = "none" if untied is None else "not computed" if n1 * n0 > _MOST_PAIRS else f"{untied:.4f}"
    steps = (
        f"SE = ({high.text} - {low.text}) / (2 x 1.96) = {least:.4f} to {most:.4f} over the rounding",
        f"smallest SE with ties {ties:.4f}, without ties {words}, largest {largest:.4f}",
    )
    details: dict[str, Any] = {"printed": (least, most), "feasible": (ties, largest), "steps": steps}
    if clipped:
        # a clipped limit shortens the interval, so that only a too wide one says anything
        ties = 0.0
    if most < BOOTSTRAP[0] * ties * (1 - GUARD) or least > BOOTSTRAP[1] * largest * (1 + GUARD):
        bound = f"smaller than {ties:.4f}" if most < ties else f"larger than {largest:.4f}"
        sentence = f"{shown}: SE {least:.4f}-{most:.4f}; no score on {n1}/{n0} patients has an SE {bound}"
        return Finding("ROC2", target, "inconsistent", "error", sentence, **details)
    if most < ties * (1 - GUARD) or least > largest * (1 + GUARD):
        sentence = f"{shown}: SE {least:.4f}-{most:.4f} is outside DeLong's limits, as only a bootstrap interval may be"
        return Finding("ROC2", target, "inconsistent", "warning", sentence, **details)
    limits = f"[{ties:.4f} ties, {words} no ties; {largest:.4f}]"
    if untied is None or most < untied * (1 - GUARD):
        sentence = f"{shown}: SE {least:.4f}-{most:.4f} inside {limits}, but only with tied scores"
        return Finding("ROC2", target, "consistent", "note", sentence, **details)
    return ok("ROC2", target, f"{shown}: SE {least:.4f}-{most:.4f} inside {limits}", **details)


def _prints(value: float, number: Printed) -> bool:
    return number.box().meets(value, value)


def fingerprints(area: float, n1: int, n0: int) -> dict[str, Range]:
    """Limits that other methods give at the printed area."""
    error, n = hanley_mcneil(area, n1, n0), n1 + n0
    k = area * n
    centre = (area + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * math.sqrt(area * (1 - area) / n + Z * Z / (4 * n * n))
    logit, width = math.log(area / (1 - area)), Z * error / (area * (1 - area))
    return {
        "Hanley-McNeil": (area - Z * error, area + Z * error),
        "binomial exact on n": (float(betaincinv(k, n - k + 1, 0.025)), float(betaincinv(k + 1, n - k, 0.975))),
        "Wilson on n": (centre - reach, centre + reach),
        "logit with Hanley-McNeil": (_expit(logit - width), _expit(logit + width)),
    }


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(min(-x, 700.0)))


@check(
    "ROC3",
    "Method that the interval looks like",
    formula="DeLong range, Hanley-McNeil, exact binomial, Wilson, logit",
    source="Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747; Kottas et al. 2014, doi:10.1111/biom.12196",
)
def roc3(claims: Claims) -> Iterator[Finding]:
    """Which methods could print these limits; never an error."""
    for row in claims.tables.auc:
        found, sizes = _interval(row), _sizes(claims, row.data)
        if found is None or sizes is None or not 0 < found[0].value < 1:
            continue
        area, low, high = found
        methods = fingerprints(float(area), sizes[1], sizes[2])
        fits = [name for name, (a, b) in methods.items() if _prints(a, low) and _prints(b, high)]
        words = f"could be {', '.join(fits)}" if fits else "none of " + ", ".join(methods) + ": DeLong or bootstrap"
        steps = tuple(f"{name}: {a:.4f} to {b:.4f}" for name, (a, b) in methods.items())
        yield Finding("ROC3", f"AUC of {row.of}", "info", "", words, steps=steps, convention=", ".join(fits))


@check("ROC4", "Granularity of the area", formula="AUC = m / (2 n1 n0) for a whole number m", source="arithmetic")
def roc4(claims: Claims) -> Iterator[Finding]:
    """With few patients only some areas exist."""
    for row in claims.tables.auc:
        sizes = _sizes(claims, row.data)
        if row.auc is None or row.auc.kind != "value" or sizes is None:
            continue
        pairs = 2 * sizes[1] * sizes[2]
        if pairs >= 10**row.auc.decimals:
            continue
        box = row.auc.box()
        exists = math.ceil(box.low * pairs) <= math.floor(box.high * pairs)
        target = f"AUC of {row.of}"
        steps = (f"multiples of 1/{pairs} between {float(box.low):g} and {float(box.high):g}",)
        if exists:
            yield ok("ROC4", target, f"{row.auc.text} is a multiple of 1/{pairs}", steps=steps)
        else:
            sentence = f"no multiple of 1/{pairs} prints as {row.auc.text}"
            yield Finding("ROC4", target, "inconsistent", "error", sentence, steps=steps)


@check(
    "ROC5",
    "P-value of the area against 0.5",
    formula="z = (AUC - 1/2)/SE, with the printed or the null SE sqrt((n+1)/(12 n1 n0))",
    source="Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747",
)
def roc5(claims: Claims) -> Iterator[Finding]:
    """The printed p-value belongs to the printed area."""
    for row in claims.tables.auc:
        found, sizes = _interval(row), _sizes(claims, row.data)
        if found is None or row.p is None or not row.p.reported:
            continue
        area, low, high = found
        errors = [float(high.box().low - low.box().high) / (2 * Z), float(high.box().high - low.box().low) / (2 * Z)]
        if sizes is not None:
            null = math.sqrt((sizes[1] + sizes[2] + 1) / (12 * sizes[1] * sizes[2]))
            errors = [min(errors[0], null), max(errors[1], null)]
        distances = [abs(float(end) - 0.5) for end in (area.box().low, area.box().high)]
        near = 0.0 if area.box().contains(Fraction(1, 2)) else min(distances)
        p_low = 2 * float(ndtr(-max(distances) / max(errors[0], 1e-300)))
        p_high = 2 * float(ndtr(-near / errors[1]))
        target, steps = f"AUC of {row.of}", (f"p between {p_low:.3g} and {p_high:.3g}",)
        if row.p.box().meets(p_low, p_high):
            yield ok("ROC5", target, f"p {row.p.text} agrees with the area and its SE", steps=steps)
        else:
            sentence = f"p {row.p.text} where the area and its SE give {p_low:.2g} to {p_high:.2g}"
            yield Finding("ROC5", target, "inconsistent", "warning", sentence, steps=steps)


@check(
    "ROC9",
    "P-value of the difference of two areas",
    formula="z between d/(s1 + s2) and d/|s1 - s2|",
    source="DeLong 1988, doi:10.2307/2531595",
)
def roc9(claims: Claims) -> Iterator[Finding]:
    """Whatever their correlation, two areas on the same patients give z between these limits."""
    by_name = {(row.of, row.data): row for row in claims.tables.auc}
    for row in claims.tables.auc_difference:
        first, second = by_name.get((row.first, row.data)), by_name.get((row.second, row.data))
        if first is None or second is None or row.p is None or not row.p.reported:
            continue
        one, two = _interval(first), _interval(second)
        if one is None or two is None:
            continue
        widths = [float(high.box().high - low.box().low) / (2 * Z) for _, low, high in (one, two)]
        shorts = [max(float(high.box().low - low.box().high), 0.0) / (2 * Z) for _, low, high in (one, two)]
        gap = (one[0].box().low - two[0].box().high, one[0].box().high - two[0].box().low)
        nearest = 0.0 if gap[0] <= 0 <= gap[1] else min(abs(float(gap[0])), abs(float(gap[1])))
        largest = max(abs(float(gap[0])), abs(float(gap[1])))
        smallest_z = nearest / sum(widths)
        apart = max(0.0, max(shorts[0] - widths[1], shorts[1] - widths[0]))
        largest_z = math.inf if apart == 0 else largest / apart
        p_low, p_high = 2 * float(ndtr(-largest_z)), 2 * float(ndtr(-smallest_z))
        target = f"{row.first} against {row.second}"
        if row.p.box().meets(p_low, p_high):
            yield ok("ROC9", target, f"p {row.p.text} is possible for some correlation of the two scores")
        else:
            sentence = f"p {row.p.text} where any correlation gives {p_low:.2g} to {p_high:.2g}"
            yield Finding("ROC9", target, "inconsistent", "warning", sentence)


@check(
    "ROC10",
    "C-index equals the area",
    formula="C = AUC for a binary outcome",
    source="Harrell 1982, doi:10.1001/jama.1982.03320430047030",
)
def roc10(claims: Claims) -> Iterator[Finding]:
    """For a binary outcome concordance index and area are one number."""
    for fit in claims.tables.fit:
        for row in claims.tables.auc:
            if row.of != fit.model or row.data != fit.data or row.auc is None or fit.c is None:
                continue
            if not (row.auc.reported and fit.c.reported):
                continue
            a, c = row.auc.box(), fit.c.box()
            target = f"C and AUC of {fit.model}"
            if a.low <= c.high and c.low <= a.high:
                yield ok("ROC10", target, f"C {fit.c.text} and AUC {row.auc.text} agree")
            else:
                sentence = f"C {fit.c.text} and AUC {row.auc.text} of the same predictions differ; was one corrected?"
                yield Finding("ROC10", target, "inconsistent", "warning", sentence)
