"""Areas against one half, against each other and against the C-index (ROC5, ROC9, ROC10)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from scipy.special import ndtr

from validation.audit.claims import AucDifferenceRow, AucRow, Claims
from validation.audit.findings import Finding, check, ok
from validation.audit.roc import Z, _interval, _sizes

__all__: list[str] = []


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
    "Difference of two areas and its p-value",
    formula="d = AUC1 - AUC2; z between d/(s1 + s2) and d/|s1 - s2|",
    source="DeLong 1988, doi:10.2307/2531595",
)
def roc9(claims: Claims) -> Iterator[Finding]:
    """Whatever their correlation, two areas on the same patients give z between these limits."""
    by_name = {(row.of, row.data): row for row in claims.tables.auc}
    for row in claims.tables.auc_difference:
        first, second = by_name.get((row.first, row.data)), by_name.get((row.second, row.data))
        if first is None or second is None:
            continue
        yield from _difference(row, first, second)
        if row.p is None or not row.p.reported:
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


def _difference(row: AucDifferenceRow, first: AucRow, second: AucRow) -> Iterator[Finding]:
    """The printed difference is that of the printed areas, in either order."""
    if any(number is None or number.kind != "value" for number in (row.difference, first.auc, second.auc)):
        return
    assert row.difference is not None
    assert first.auc is not None
    assert second.auc is not None
    one, two, box = first.auc.box(), second.auc.box(), row.difference.box()
    low, high = one.low - two.high, one.high - two.low
    target = f"{row.first} against {row.second}"
    steps = (f"{first.auc.text} - {second.auc.text} is between {float(low):.4f} and {float(high):.4f}",)
    if (low <= box.high and box.low <= high) or (-high <= box.high and box.low <= -low):
        yield ok("ROC9", target, f"difference {row.difference.text} is that of the areas", steps=steps)
    else:
        sentence = f"difference {row.difference.text} where the areas give {float(low):.3f} to {float(high):.3f}"
        yield Finding("ROC9", target, "inconsistent", "error", sentence, printed=box.ends,
                      feasible=(float(low), float(high)), steps=steps)  # fmt: skip


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
