"""Checks of areas under the ROC curve, their intervals and operating points (ROC)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.special import betaincinv, ndtri

from validation.audit.claims import AucRow, Claims, DataRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.rounding import GUARD, Box, Printed

__all__ = ["delong_limits", "hanley_mcneil", "minimum_with_ties", "minimum_without_ties"]

Z = float(ndtri(0.975))
Range = tuple[float, float]
#: pairs up to which the untied minimum is computed; beyond, the tied one stands in, which refuses less
_MOST_PAIRS = 20_000_000
#: patients up to which every split is tried where the groups are not printed
_MOST_SPLIT = 20_000
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


def smallest_with_ties(box: Box, n1: int, n0: int) -> float:
    """Smallest standard error of any score over the printed area."""
    low, high = max(float(box.low), 0.0), min(float(box.high), 1.0)
    inside = [0.5] if low <= 0.5 <= high else []
    return math.sqrt(min(minimum_with_ties(area, n1, n0) for area in (low, high, *inside)))


def delong_limits(box: Box, n1: int, n0: int) -> tuple[float, float | None, float]:
    """Smallest standard error with ties, without ties (None where no untied score prints this area), and largest."""
    low, high = max(float(box.low), 0.0), min(float(box.high), 1.0)
    inside = 0.5 if low <= 0.5 <= high else (low if abs(low - 0.5) < abs(high - 0.5) else high)
    largest = inside * (1 - inside) / (min(n1, n0) - 1)
    ties = smallest_with_ties(box, n1, n0)
    first = math.ceil(Fraction(max(box.low, Fraction(0))) * n1 * n0)
    last = math.floor(Fraction(min(box.high, Fraction(1))) * n1 * n0)
    if n1 * n0 > _MOST_PAIRS:
        return ties, ties, math.sqrt(largest)
    untied = _untied_minimum(first, last, n1, n0)
    return ties, None if untied is None else math.sqrt(untied), math.sqrt(largest)


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
        if sizes is None and (bound := _bound_without_sizes(claims, row.data, found[0].box())) is not None:
            yield _width_without_sizes(target, found, *bound)
            continue
        if sizes is None:
            yield impossible("ROC2", target, "the numbers of patients with and without the event are not reported",
                             f"numbers with and without the event behind the AUC of {row.of}")  # fmt: skip
            continue
        yield _width(target, found, sizes[1], sizes[2])


def _bound_without_sizes(claims: Claims, data: str | None, box: Box) -> tuple[float, str] | None:
    """Smallest standard error where the groups are not printed: of the whole they are part of, or of any split of n."""
    row = claims.data_set(data)
    if row is None:
        return None
    whole = None if row.parent is None else _sizes(claims, row.parent)
    if whole is not None and row.n is not None and row.n < whole[1] + whole[2]:
        # fewer patients only raise the smallest standard error
        return smallest_with_ties(box, whole[1], whole[2]), f"{whole[1]}/{whole[2]} patients or a part of them"
    if row.n is None or row.n > _MOST_SPLIT or row.n < 4:
        return None
    splits = (smallest_with_ties(box, n1, row.n - n1) for n1 in range(2, row.n - 1))
    return min(splits), f"any two groups of {row.n} patients"


def _width_without_sizes(target: str, found: tuple[Printed, Printed, Printed], ties: float, where: str) -> Finding:
    area, low, high = found
    most = float(high.box().high - low.box().low) / (2 * Z)
    clipped = high.value == 1 or low.value == 0
    shown = f"{area.text} [{low.text}, {high.text}]"
    steps = (f"SE at most {most:.4f} over the rounding, smallest SE of {where} {ties:.4f}",)
    if clipped or most >= BOOTSTRAP[0] * ties * (1 - GUARD):
        return ok("ROC2", target, f"{shown}: an SE up to {most:.4f} is possible for {where}", steps=steps)
    sentence = f"{shown}: SE at most {most:.4f}; no score on {where} has an SE smaller than {ties:.4f}"
    return Finding("ROC2", target, "inconsistent", "error", sentence, steps=steps)


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
