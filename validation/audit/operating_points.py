"""Checks of operating points on the ROC curve: sensitivity and specificity beside the area (ROC6-8)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from validation.audit.claims import AucRow, Claims, CutoffRow
from validation.audit.findings import Finding, Severity, check, impossible, ok
from validation.audit.roc import Z, _sizes
from validation.audit.rounding import Box, Printed, parse_number

__all__ = ["area_of"]


def area_of(claims: Claims, row: CutoffRow) -> AucRow | None:
    """Area of the same marker on the same data."""
    for other in claims.tables.auc:
        if other.of == row.of and other.data == row.data and other.auc is not None and other.auc.kind == "value":
            return other
    return None


def _is_youden(rule: str | None) -> bool:
    return rule is not None and "youden" in rule.lower()


@check(
    "ROC6",
    "Operating point possible under the area",
    formula="Se Sp <= AUC <= 1 - (1-Se)(1-Sp); at the Youden optimum also AUC <= 1/2 + J - J^2/2",
    source="elementary; derived",
)
def roc6(claims: Claims) -> Iterator[Finding]:
    """A curve through (Sp, Se) has an area between two rectangles."""
    for row in claims.tables.cutoff:
        area = area_of(claims, row)
        target = f"cut-off of {row.of}"
        if row.sens is None or row.spec is None or not (row.sens.reported and row.spec.reported):
            reach = _needed_youden(area)
            yield impossible("ROC6", target, "sensitivity or specificity is not reported",
                             f"sensitivity and specificity at the cut-off of {row.of}{reach}")  # fmt: skip
            continue
        if area is None or area.auc is None:
            continue
        yield _operating_point(target, row, area.auc)


def _needed_youden(area: AucRow | None) -> str:
    if area is None or area.auc is None or area.auc.kind != "value" or not 0.5 <= float(area.auc) < 1:
        return ""
    smallest = 1 - math.sqrt(2 * (1 - float(area.auc.box().low)))
    return f" (the largest Youden index must be at least {smallest:.3f})"


def _operating_point(target: str, row: CutoffRow, area: Printed) -> Finding:
    assert row.sens is not None
    assert row.spec is not None
    se, sp, a = row.sens.box(), row.spec.box(), area.box()
    low = max(se.low, Fraction(0)) * max(sp.low, Fraction(0))
    high = 1 - (1 - min(se.high, Fraction(1))) * (1 - min(sp.high, Fraction(1)))
    shown = f"Se {row.sens.text}, Sp {row.spec.text}, AUC {area.text}"
    steps: tuple[str, ...] = (f"Se Sp = {float(low):.4f} <= AUC <= 1 - (1-Se)(1-Sp) = {float(high):.4f}",)
    feasible = (float(low), float(high))
    if low > a.high or high < a.low:
        sentence = f"{shown}: a curve through this point has an area between {feasible[0]:.3f} and {feasible[1]:.3f}"
        return Finding(
            "ROC6", target, "inconsistent", "error", sentence, printed=a.ends, feasible=feasible, steps=steps
        )
    youden = min(se.high + sp.high - 1, Fraction(1))
    cap = Fraction(1, 2) + youden - youden * youden / 2
    if (row.rule and "optimal" in row.rule.lower()) or _is_youden(row.rule):
        steps = (
            *steps,
            f"J <= {float(youden):.4f}, so AUC <= 1/2 + J - J^2/2 = {float(cap):.4f} at the Youden optimum",
        )
        if cap < a.low:
            severity: Severity = "error" if _is_youden(row.rule) else "warning"
            sentence = f"{shown}: the largest Youden index caps the area at {float(cap):.3f}"
            return Finding(
                "ROC6",
                target,
                "inconsistent",
                severity,
                sentence,
                printed=a.ends,
                feasible=(0.0, float(cap)),
                steps=steps,
            )
    return ok("ROC6", target, f"{shown}: possible on one curve", printed=a.ends, feasible=feasible, steps=steps)


@check(
    "ROC7",
    "Youden index",
    formula="J = Se + Sp - 1",
    source="Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3",
)
def roc7(claims: Claims) -> Iterator[Finding]:
    """The printed Youden index is the sum of the printed rates minus one; the cut-off is a value that can occur."""
    for row in claims.tables.cutoff:
        yield from _place_of_cutoff(claims, row)
        parts = (row.sens, row.spec, row.youden)
        if any(part is None or not part.reported for part in parts):
            continue
        assert row.sens is not None
        assert row.spec is not None
        assert row.youden is not None
        se, sp, j = row.sens.box(), row.spec.box(), row.youden.box()
        low, high = se.low + sp.low - 1, se.high + sp.high - 1
        target = f"cut-off of {row.of}"
        steps = (f"{row.sens.text} + {row.spec.text} - 1 is between {float(low):.4f} and {float(high):.4f}",)
        # some programs print Se + Sp
        plain, summed = low <= j.high and j.low <= high, low + 1 <= j.high and j.low <= high + 1
        if plain or summed:
            note = "" if plain else " (printed as Se + Sp)"
            yield ok("ROC7", target, f"Youden {row.youden.text} agrees with Se and Sp{note}", steps=steps)
        else:
            sentence = f"Youden {row.youden.text} where Se + Sp - 1 is {float(low):.3f} to {float(high):.3f}"
            yield Finding("ROC7", target, "inconsistent", "error", sentence, steps=steps)


def _place_of_cutoff(claims: Claims, row: CutoffRow) -> Iterator[Finding]:
    """Within the range of the variable, and on the grid of its values or midway between two of them."""
    try:
        cut = parse_number((row.cut or "?").lstrip("<>=\u2264\u2265 "))
    except ValueError:
        return
    for variable in claims.tables.describe:
        if variable.var != row.of or variable.group not in (None, row.data, "all", "total") or cut.kind != "value":
            continue
        low, high, unit = variable.min, variable.max, variable.unit
        target = f"cut-off of {row.of}"
        if low is not None and high is not None and low.kind == high.kind == "value":
            inside = low.box().low <= cut.box().high and cut.box().low <= high.box().high
            words = f"cut-off {cut.text} lies {'within' if inside else 'outside'} {low.text} to {high.text}"
            yield ok("ROC7", target, words) if inside else Finding("ROC7", target, "inconsistent", "error", words)
        if unit is not None and unit.kind == "value" and unit.value > 0:
            steps = 2 * cut.value / unit.value
            where = "finer than" if steps.denominator != 1 else "midway between two values of" if steps % 2 else ""
            if where:
                words = f"cut-off {cut.text} is {where} the resolution {unit.text}"
                yield Finding("ROC7", target, "info", "note", words)
        return


@check(
    "ROC8",
    "Area of a yes/no test",
    formula="AUC = (Se + Sp)/2, variance [Se(1-Se)/(n1-1) + Sp(1-Sp)/(n0-1)]/4",
    source="identity",
)
def roc8(claims: Claims) -> Iterator[Finding]:
    """The area of a dichotomised marker is the mean of its rates; only where the area is said to be of the cut-off."""
    for row in claims.tables.cutoff:
        for other in claims.tables.auc:
            if other.of != f"{row.of}{row.cut}" or other.data != row.data or other.auc is None:
                continue
            if row.sens is None or row.spec is None or not (row.sens.reported and row.spec.reported):
                continue
            low = (row.sens.box().low + row.spec.box().low) / 2
            high = (row.sens.box().high + row.spec.box().high) / 2
            target = f"AUC of {other.of}"
            if low <= other.auc.box().high and other.auc.box().low <= high:
                yield ok("ROC8", target, f"{other.auc.text} is the mean of Se and Sp")
                yield from _yes_no_error(claims, row, other, target)
            else:
                sentence = f"{other.auc.text} where (Se + Sp)/2 is {float(low):.3f} to {float(high):.3f}"
                yield Finding("ROC8", target, "inconsistent", "error", sentence)


def _yes_no_error(claims: Claims, row: CutoffRow, area: AucRow, target: str) -> Iterator[Finding]:
    """DeLong's standard error of a yes/no test; another method is a note."""
    sizes = _sizes(claims, row.data)
    if sizes is None or area.ci is None or not (area.ci[0].kind == area.ci[1].kind == "value"):
        return
    assert row.sens is not None
    assert row.spec is not None
    spreads = [_binary_variance(rate.box()) for rate in (row.sens, row.spec)]
    low, high = (math.sqrt(spreads[0][end] / (sizes[1] - 1) + spreads[1][end] / (sizes[2] - 1)) / 2 for end in (0, 1))
    printed = (
        max(float(area.ci[1].box().low - area.ci[0].box().high), 0.0) / (2 * Z),
        float(area.ci[1].box().high - area.ci[0].box().low) / (2 * Z),
    )
    steps = (f"SE {low:.5f} to {high:.5f} by DeLong, {printed[0]:.5f} to {printed[1]:.5f} by the interval",)
    if printed[0] <= high and low <= printed[1]:
        yield ok("ROC8", target, "the interval has DeLong's width for Se and Sp", printed=printed, feasible=(low, high),
                 steps=steps)  # fmt: skip
    else:
        words = "the interval is not DeLong's for Se and Sp"
        yield Finding("ROC8", target, "info", "note", words, printed=printed, feasible=(low, high), steps=steps)


def _binary_variance(box: Box) -> tuple[float, float]:
    """Range of p (1 - p)."""
    ends = [float(p * (1 - p)) for p in (max(box.low, Fraction(0)), min(box.high, Fraction(1)))]
    return min(ends), 0.25 if box.contains(Fraction(1, 2)) else max(ends)
