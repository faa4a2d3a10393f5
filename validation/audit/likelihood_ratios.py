"""Identities of the measures of a cut-off: likelihood ratios, diagnostic odds ratio, F1 (CLS7)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from validation.audit.claims import Claims
from validation.audit.classification import _Row, _rows
from validation.audit.findings import Finding, check, ok
from validation.audit.rounding import Box, Printed

__all__: list[str] = []


@check(
    "CLS7",
    "Likelihood ratios, diagnostic odds ratio and F1",
    formula="LR+ = Se/(1-Sp), LR- = (1-Se)/Sp, DOR = LR+/LR-, F1 = 2PR/(P+R)",
    source="identities",
)
def cls7(claims: Claims) -> Iterator[Finding]:
    """Measures that follow from two others."""
    for printed, row in _rows(claims):
        values = row.values
        if printed.dor is not None and printed.dor.kind == "value" and {"sens", "spec"} <= set(values):
            yield _identity(row, "diagnostic odds ratio", printed.dor, *_odds_ratio(values["sens"], values["spec"]))
        if {"sens", "spec", "lr_pos"} <= set(values):
            yield _identity(row, "LR+", values["lr_pos"], *_ratio(values["sens"].box(), values["spec"].box()))
        if {"sens", "spec", "lr_neg"} <= set(values):
            flipped = [Box(1 - values[k].box().high, 1 - values[k].box().low) for k in ("sens", "spec")]
            yield _identity(row, "LR-", values["lr_neg"], *_ratio(flipped[0], flipped[1]))
        if {"sens", "ppv", "f1"} <= set(values):
            low, high = (
                2 * p * r / (p + r) if p + r > 0 else 0.0
                for p, r in zip(values["ppv"].box().ends, values["sens"].box().ends, strict=True)
            )
            yield _identity(row, "F1", values["f1"], low, high)


def _ratio(top: Box, below: Box) -> tuple[float, float]:
    """Range of a / (1 - b)."""
    least, most = 1 - float(below.low), 1 - float(below.high)
    low = max(float(top.low), 0.0) / least if least > 0 else math.inf
    high = float(top.high) / most if most > 0 else math.inf
    return low, high


def _odds_ratio(sens: Printed, spec: Printed) -> tuple[float, float]:
    """Range of Se Sp / ((1-Se) (1-Sp)), which rises with both."""
    ends = []
    for se, sp in zip(sens.box().ends, spec.box().ends, strict=True):
        se, sp = min(max(se, 0.0), 1.0), min(max(sp, 0.0), 1.0)
        ends.append(se * sp / ((1 - se) * (1 - sp)) if se < 1 and sp < 1 else math.inf)
    return ends[0], ends[1]


def _identity(row: _Row, what: str, printed: Printed, low: float, high: float) -> Finding:
    steps = (f"{what} between {low:.4g} and {high:.4g}",)
    if printed.box().meets(low, high):
        return ok("CLS7", row.target, f"{what} {printed.text} agrees", steps=steps)
    sentence = f"{what} {printed.text} where the rates give {low:.3g} to {high:.3g}"
    return Finding(
        "CLS7",
        row.target,
        "inconsistent",
        "error",
        sentence,
        printed=printed.box().ends,
        feasible=(low, high),
        steps=steps,
    )
