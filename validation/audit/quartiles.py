"""Checks of medians and quartiles (DSC8)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from validation.audit.claims import Claims, DescribeRow
from validation.audit.descriptives import _n, _target, _value
from validation.audit.findings import Finding, check, ok
from validation.audit.rounding import GUARD, Printed

__all__: list[str] = []


@check(
    "DSC8",
    "Median and quartiles in order and near the mean",
    formula="min <= Q1 <= median <= Q3 <= max; |mean - median| <= SD sqrt((n-1)/n)",
    source="Hotelling & Solomons 1932, doi:10.1214/aoms/1177732911",
)
def dsc8(claims: Claims) -> Iterator[Finding]:
    """Quantiles cannot pass each other, and mean and median are at most one standard deviation apart."""
    for row in claims.tables.describe:
        median = _value(row.median)
        if median is None:
            continue
        yield _order(row, median)
        mean, sd, n = _value(row.mean), _value(row.sd), _n(claims, row)
        if mean is None or sd is None or not n or n < 2:
            continue
        apart = max(float(mean.box().low - median.box().high), float(median.box().low - mean.box().high), 0.0)
        most = float(sd.box().high) * math.sqrt((n - 1) / n)
        steps = (f"at least {apart:.4g} apart, SD sqrt((n-1)/n) up to {most:.4g}",)
        if apart <= most * (1 + GUARD):
            yield ok("DSC8", _target(row), f"mean {mean.text} and median {median.text} are near enough", steps=steps)
        else:
            sentence = f"mean {mean.text} and median {median.text} are more than one SD {sd.text} apart"
            yield Finding("DSC8", _target(row), "inconsistent", "error", sentence, steps=steps)


def _order(row: DescribeRow, median: Printed) -> Finding:
    quartiles = row.iqr if row.iqr is not None and row.iqr[0].kind == row.iqr[1].kind == "value" else None
    named = [("min", _value(row.min)), ("Q1", quartiles[0] if quartiles else None), ("median", median),
             ("Q3", quartiles[1] if quartiles else None), ("max", _value(row.max))]  # fmt: skip
    known = [(word, printed) for word, printed in named if printed is not None]
    shown = ", ".join(f"{word} {printed.text}" for word, printed in known)
    for i, (word, printed) in enumerate(known):
        for other, later in known[i + 1 :]:
            if printed.box().low > later.box().high:
                sentence = f"{word} {printed.text} is above {other} {later.text}"
                return Finding("DSC8", _target(row), "inconsistent", "error", sentence)
    return ok("DSC8", _target(row), f"{shown} are in order")
