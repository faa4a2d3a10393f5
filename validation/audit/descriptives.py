"""Checks of means and standard deviations (DSC)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from validation.audit.claims import Claims, DescribeRow
from validation.audit.findings import Finding, check, ok
from validation.audit.rounding import GUARD, Box, Printed

__all__ = ["grim", "grimmer"]


def _value(printed: Printed | None) -> Printed | None:
    return printed if printed is not None and printed.kind == "value" else None


def _target(row: DescribeRow) -> str:
    return row.var if row.group is None else f"{row.var} ({row.group})"


def _n(claims: Claims, row: DescribeRow) -> int | None:
    if row.n is not None:
        return row.n
    data = claims.data_set(row.group)
    if row.group is not None and data is None:
        return None
    return None if data is None else data.n


def _integer(row: DescribeRow) -> Fraction | None:
    """Factor that makes a single value whole: items / unit; None where the variable is not said to be whole."""
    if row.items is None and row.unit is None:
        return None
    unit = row.unit.value if row.unit is not None and row.unit.kind == "value" else Fraction(1)
    return None if unit <= 0 else Fraction(row.items or 1) / unit


def grim(mean: Printed, n: int, factor: Fraction = Fraction(1)) -> range:
    """Whole sums S with ``S / (n factor)`` in the box of the mean; an empty range where there is none."""
    box = mean.box()
    first, last = math.ceil(box.low * n * factor), math.floor(box.high * n * factor)
    return range(first, last + 1)


@check(
    "DSC1",
    "Mean possible for whole values (GRIM)",
    formula="a whole sum S has S u/(n m) within the rounding of the mean",
    source="Brown & Heathers 2017, doi:10.1177/1948550616673876",
)
def dsc1(claims: Claims) -> Iterator[Finding]:
    """The mean of n whole values is a multiple of 1/n."""
    for row in claims.tables.describe:
        mean, n, factor = _value(row.mean), _n(claims, row), _integer(row)
        if mean is None or not n or factor is None or n * factor >= 10**mean.decimals:
            continue
        sums = grim(mean, n, factor)
        target = _target(row)
        steps = (
            f"sums between {float(mean.box().low * n * factor):.3f} and {float(mean.box().high * n * factor):.3f}",
        )
        if sums:
            yield ok("DSC1", target, f"mean {mean.text} of {n} whole values is possible", steps=steps)
        else:
            sentence = f"no sum of {n} whole values has the mean {mean.text}"
            yield Finding("DSC1", target, "inconsistent", "error", sentence, steps=steps)


def grimmer(mean: Printed, sd: Printed, n: int, factor: Fraction = Fraction(1)) -> bool:
    """Whether n whole values can have this mean and SD: the sum of squares is whole and has the parity of the sum."""
    if n < 2:
        return True
    box = sd.box()
    low, high = max(box.low, Fraction(0)) * factor, box.high * factor
    for total in grim(mean, n, factor):
        base = Fraction(total * total, n)
        first = math.ceil((n - 1) * low * low + base)
        last = math.floor((n - 1) * high * high + base)
        # the sum of squares is congruent to the sum modulo 2, and at least as large as its square over n
        first = max(first, math.ceil(base))
        if first + (first - total) % 2 <= last:
            return True
    return False


@check(
    "DSC2",
    "Standard deviation possible for whole values (GRIMMER)",
    formula="(n-1) SD^2 + S^2/n is whole and has the parity of S",
    source="Anaya 2016, doi:10.7287/peerj.preprints.2400v1; Allard 2018",
)
def dsc2(claims: Claims) -> Iterator[Finding]:
    """Mean and SD of whole values together."""
    for row in claims.tables.describe:
        mean, sd, n, factor = _value(row.mean), _value(row.sd), _n(claims, row), _integer(row)
        if mean is None or sd is None or not n or factor is None or not grim(mean, n, factor):
            continue
        target = _target(row)
        if grimmer(mean, sd, n, factor):
            yield ok("DSC2", target, f"mean {mean.text} and SD {sd.text} of {n} whole values are possible")
        else:
            sentence = f"no {n} whole values have the mean {mean.text} and the SD {sd.text}"
            yield Finding("DSC2", target, "inconsistent", "error", sentence)


@check(
    "DSC3",
    "Standard deviation possible for the range",
    formula="range/sqrt(2(n-1)) <= SD <= sqrt((max-mean)(mean-min) n/(n-1))",
    source="Thomson 1955, doi:10.2307/2333443; Bhatia & Davis 2000, doi:10.1080/00029890.2000.12005203",
)
def dsc3(claims: Claims) -> Iterator[Finding]:
    """Limits of an SD whose minimum and maximum are attained."""
    for row in claims.tables.describe:
        low, high, sd, n = _value(row.min), _value(row.max), _value(row.sd), _n(claims, row)
        if low is None or high is None or sd is None or not n or n < 2:
            continue
        span = (max(float(high.box().low - low.box().high), 0.0), float(high.box().high - low.box().low))
        least = span[0] / math.sqrt(2 * (n - 1))
        most = _largest_sd(row, span[1], n)
        target, steps = _target(row), (f"SD between {least:.4g} and {most:.4g} for this range and n",)
        if sd.box().meets(least, most):
            yield ok(
                "DSC3",
                target,
                f"SD {sd.text} fits the range",
                printed=sd.box().ends,
                feasible=(least, most),
                steps=steps,
            )
        else:
            sentence = f"SD {sd.text} where range and n allow {least:.3g} to {most:.3g}"
            hints = _as_standard_error(sd, n, least, most)
            yield Finding(
                "DSC3",
                target,
                "inconsistent",
                "error",
                sentence,
                printed=sd.box().ends,
                feasible=(least, most),
                steps=steps,
                hints=hints,
            )


def _largest_sd(row: DescribeRow, span: float, n: int) -> float:
    widest = span / 2
    mean = _value(row.mean)
    if mean is not None and row.min is not None and row.max is not None:
        a, b = float(row.min.box().low), float(row.max.box().high)
        low, high = mean.box().ends
        middle = (a + b) / 2
        at = middle if low <= middle <= high else (low if abs(low - middle) < abs(high - middle) else high)
        widest = math.sqrt(max((b - at) * (at - a), 0.0))
    return widest * math.sqrt(n / (n - 1))


def _as_standard_error(sd: Printed, n: int, low: float, high: float) -> tuple[str, ...]:
    """DSC5: a printed SD that only fits as a standard error."""
    box = sd.box()
    root = math.sqrt(n)
    if float(box.high) * root >= low and float(box.low) * root <= high:
        return ("it would fit if the printed SD were a standard error",)
    return ()


@check(
    "DSC4",
    "Group means and SDs make the total",
    formula="mean = sum n_g m_g/n; (n-1) s^2 = sum (n_g-1) s_g^2 + n1 n0/n (m1-m0)^2",
    source="identity",
)
def dsc4(claims: Claims) -> Iterator[Finding]:
    """Mean and SD of all patients from those of two groups."""
    for row in claims.tables.describe:
        if row.group not in (None, "all", "total", *(d.name for d in claims.tables.data if d.parent is None)):
            continue
        groups = [r for r in claims.tables.describe if r.var == row.var and r is not row and r.group != row.group]
        sizes = [_group_size(claims, r) for r in groups]
        n = _n(claims, row)
        if len(groups) != 2 or None in sizes or n is None or sum(s or 0 for s in sizes) != n:
            continue
        yield from _total(row, groups, [s or 0 for s in sizes], n)


@check(
    "DSC4b",
    "Range of all patients from the ranges of the groups",
    formula="minimum of the groups' minima, maximum of their maxima",
    source="identity",
)
def dsc4b(claims: Claims) -> Iterator[Finding]:
    """The extremes of all patients are extremes of some group."""
    variables: dict[str, dict[str, DescribeRow]] = {}
    for row in claims.tables.describe:
        if row.group is not None:
            variables.setdefault(row.var, {})[row.group] = row
    for name, groups in variables.items():
        if not {"events", "nonevents", "all"} <= set(groups):
            continue
        for word, choose in (("min", min), ("max", max)):
            parts = [_value(getattr(groups[group], word)) for group in ("events", "nonevents")]
            whole = _value(getattr(groups["all"], word))
            if whole is None or parts[0] is None or parts[1] is None:
                continue
            boxes = [part.box() for part in parts if part is not None]
            low, high = (float(choose(ends)) for ends in zip(*((b.low, b.high) for b in boxes), strict=True))
            if whole.box().meets(low, high):
                yield ok("DSC4b", f"{name} {word}", f"{word} {whole.text} is that of a group")
            else:
                sentence = f"{word} {whole.text} where the groups have {parts[0].text} and {parts[1].text}"
                yield Finding("DSC4b", f"{name} {word}", "inconsistent", "error", sentence)


def _group_size(claims: Claims, row: DescribeRow) -> int | None:
    if row.n is not None:
        return row.n
    whole = claims.data_set(None)
    if whole is not None and row.group in ("events", "event", "cases", "yes"):
        return whole.events
    if whole is not None and row.group in ("nonevents", "non-events", "controls", "no"):
        return whole.nonevents
    return None


def _total(row: DescribeRow, groups: list[DescribeRow], sizes: list[int], n: int) -> Iterator[Finding]:
    means = [_value(g.mean) for g in groups]
    mean = _value(row.mean)
    if mean is None or means[0] is None or means[1] is None:
        return
    boxes = [m.box() for m in means if m is not None]
    low = sum((b.low * k for b, k in zip(boxes, sizes, strict=True)), Fraction(0)) / n
    high = sum((b.high * k for b, k in zip(boxes, sizes, strict=True)), Fraction(0)) / n
    target, steps = _target(row), (f"weighted mean of the groups {float(low):.5g} to {float(high):.5g}",)
    if low <= mean.box().high and mean.box().low <= high:
        yield ok("DSC4", target, f"mean {mean.text} is that of the two groups", steps=steps)
    else:
        sentence = f"mean {mean.text} where the groups give {float(low):.4g} to {float(high):.4g}"
        yield Finding(
            "DSC4",
            target,
            "inconsistent",
            "error",
            sentence,
            printed=mean.box().ends,
            feasible=(float(low), float(high)),
            steps=steps,
        )
    sds, sd = [_value(g.sd) for g in groups], _value(row.sd)
    if sd is None or sds[0] is None or sds[1] is None:
        return
    yield _total_sd(target, sd, [s.box() for s in sds if s is not None], boxes, sizes, n)


def _total_sd(target: str, sd: Printed, spreads: list[Box], means: list[Box], sizes: list[int], n: int) -> Finding:
    within = [
        sum((k - 1) * float(max(end, Fraction(0))) ** 2 for k, end in zip(sizes, ends, strict=True))
        for ends in ((spreads[0].low, spreads[1].low), (spreads[0].high, spreads[1].high))
    ]
    gaps = (float(means[0].low - means[1].high), float(means[0].high - means[1].low))
    nearest = 0.0 if gaps[0] <= 0 <= gaps[1] else min(abs(gaps[0]), abs(gaps[1]))
    farthest = max(abs(gaps[0]), abs(gaps[1]))
    between = sizes[0] * sizes[1] / n
    low = math.sqrt((within[0] + between * nearest**2) / (n - 1))
    high = math.sqrt((within[1] + between * farthest**2) / (n - 1))
    steps = (f"SD of all patients from the groups {low:.5g} to {high:.5g}",)
    if sd.box().meets(low, high):
        return ok(
            "DSC4",
            target,
            f"SD {sd.text} is that of the two groups",
            printed=sd.box().ends,
            feasible=(low, high),
            steps=steps,
        )
    sentence = f"SD {sd.text} where the groups give {low:.4g} to {high:.4g}"
    return Finding(
        "DSC4", target, "inconsistent", "error", sentence, printed=sd.box().ends, feasible=(low, high), steps=steps
    )


@check(
    "DSC6",
    "Mean and SD describe a positive variable",
    formula="mean - 2 SD below zero: skewed",
    source="Altman & Bland 1996, doi:10.1136/bmj.313.7066.1200",
    design=True,
)
def dsc6(claims: Claims) -> Iterator[Finding]:
    """A positive variable with so large an SD is skewed, and mean and SD describe it badly."""
    for row in claims.tables.describe:
        mean, sd, low = _value(row.mean), _value(row.sd), _value(row.min)
        if mean is None or sd is None or low is None or low.value < 0:
            continue
        if float(mean.box().high) - 2 * float(sd.box().low) < float(low.box().low):
            sentence = f"mean {mean.text} and SD {sd.text}: two SDs below the mean lie beyond the smallest value"
            yield Finding("DSC6", _target(row), "raised", "note", sentence)


@check(
    "DSC7",
    "Standard deviation of a 0/1 variable (DEBIT)",
    formula="SD = sqrt(p(1-p) n/(n-1))",
    source="Heathers & Brown 2019",
)
def dsc7(claims: Claims) -> Iterator[Finding]:
    """Mean and SD of a variable that is 0 or 1 determine each other."""
    for row in claims.tables.describe:
        mean, sd, n = _value(row.mean), _value(row.sd), _n(claims, row)
        binary = row.min is not None and row.max is not None and row.min.value == 0 and row.max.value == 1
        whole = row.unit is not None and row.unit.value == 1
        if not (binary and whole) or mean is None or sd is None or not n or n < 2:
            continue
        shares = [max(min(end, Fraction(1)), Fraction(0)) for end in (mean.box().low, mean.box().high)]
        ends = [float(p * (1 - p)) for p in shares]
        top = 0.25 if shares[0] <= Fraction(1, 2) <= shares[1] else max(ends)
        low, high = (math.sqrt(v * n / (n - 1)) for v in (min(ends), top))
        if sd.box().meets(low, high, GUARD):
            yield ok(
                "DSC7",
                _target(row),
                f"SD {sd.text} is that of a share of {mean.text}",
                printed=sd.box().ends,
                feasible=(low, high),
            )
        else:
            sentence = f"SD {sd.text} where a share of {mean.text} has {low:.3g} to {high:.3g}"
            yield Finding(
                "DSC7", _target(row), "inconsistent", "error", sentence, printed=sd.box().ends, feasible=(low, high)
            )
