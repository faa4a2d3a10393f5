"""Checks of overall fit: likelihood ratio, pseudo R2 and Brier score against the counts alone (FIT)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from scipy.special import chdtrc

from validation.audit.claims import Claims, FitRow
from validation.audit.findings import Finding, Severity, check, impossible, ok
from validation.audit.roc import _sizes
from validation.audit.rounding import Printed
from validation.sample_size import largest_r_squared, r_squared_from_auc

__all__ = ["null_deviance_of"]

Range = tuple[float, float]
#: measured distance of Nagelkerke's R2 from that of normal linear predictors with the same area
NAGELKERKE = (-0.05, 0.15)


def null_deviance_of(n1: int, n0: int) -> float:
    """Deviance of the model without predictors, from the counts alone."""
    n = n1 + n0
    return -2.0 * (n1 * math.log(n1 / n) + n0 * math.log(n0 / n))


def printed_value(printed: Printed | None) -> Printed | None:
    """The number where one is printed, not a bound."""
    return printed if printed is not None and printed.kind == "value" else None


def _ratios(row: FitRow, n1: int, n0: int) -> dict[str, Range]:
    """Likelihood ratio by each printed route."""
    found, null = {}, null_deviance_of(n1, n0)
    chi2, minus2ll = printed_value(row.chi2), printed_value(row.minus2ll)
    if chi2 is not None:
        found["printed chi-square"] = chi2.box().ends
    if minus2ll is not None:
        low, high = minus2ll.box().ends
        found["null deviance less -2LL"] = (null - high, null - low)
    return found


def _rows(claims: Claims) -> Iterator[tuple[FitRow, int, int]]:
    for row in claims.tables.fit:
        sizes = _sizes(claims, row.data)
        if sizes is not None:
            yield row, sizes[1], sizes[2]


@check(
    "FIT1",
    "Likelihood ratio from the null deviance",
    formula="D0 = -2 (n1 ln phi + n0 ln(1-phi)); chi-square = D0 - (-2LL)",
    source="identity",
)
def fit1(claims: Claims) -> Iterator[Finding]:
    """Chi-square and -2LL add up to a deviance that follows from the counts."""
    for row, n1, n0 in _rows(claims):
        minus2ll, chi2 = printed_value(row.minus2ll), printed_value(row.chi2)
        if minus2ll is None:
            continue
        null = null_deviance_of(n1, n0)
        if minus2ll.box().low > null * (1 + 1e-9):
            sentence = f"-2LL {minus2ll.text} is above the null deviance {null:.3f} of {n1} and {n0} patients"
            yield Finding(
                "FIT1", row.model, "inconsistent", "error", sentence, printed=minus2ll.box().ends, feasible=(0.0, null)
            )
            continue
        if chi2 is None:
            continue
        low, high = null - float(minus2ll.box().high), null - float(minus2ll.box().low)
        steps = (f"D0 = {null:.4f} for {n1} and {n0}", f"D0 - {minus2ll.text} = {low:.4f} to {high:.4f}")
        if chi2.box().meets(low, high):
            yield ok("FIT1", row.model, f"chi-square {chi2.text} and -2LL {minus2ll.text} give D0 {null:.2f}",
                     steps=steps)  # fmt: skip
            continue
        implied = float(chi2) + float(minus2ll)
        hint = f"the two add up to {implied:.2f}, the null deviance of about {implied / null * (n1 + n0):.0f} patients"
        sentence = f"chi-square {chi2.text} where D0 and -2LL give {low:.2f} to {high:.2f}"
        yield Finding("FIT1", row.model, "inconsistent", "error", sentence,
                      printed=chi2.box().ends, feasible=(low, high), steps=steps, hints=(hint,))  # fmt: skip


@check(
    "FIT2",
    "Pseudo R2 from the likelihood ratio",
    formula="R2CS = 1 - exp(-LR/n); Nagelkerke = R2CS/(1 - exp(-D0/n)); McFadden = LR/D0",
    source="Cox & Snell 1989; Nagelkerke 1991, doi:10.1093/biomet/78.3.691",
)
def fit2(claims: Claims) -> Iterator[Finding]:
    """Each printed R2 against each likelihood ratio, and against each other."""
    for row, n1, n0 in _rows(claims):
        n, null = n1 + n0, null_deviance_of(n1, n0)
        most = largest_r_squared(n1 / n)
        scales = {"cox_snell": ("Cox-Snell R2", 1.0), "nagelkerke": ("Nagelkerke R2", most)}
        for route, (low, high) in _ratios(row, n1, n0).items():
            for name, (word, scale) in scales.items():
                value = printed_value(getattr(row, name))
                if value is not None:
                    ends = (_cox_snell(low, n) / scale, _cox_snell(high, n) / scale)
                    yield _agrees(row, word, value, ends, f"the {route}")
            mcfadden = printed_value(row.mcfadden)
            if mcfadden is not None:
                yield _agrees(row, "McFadden R2", mcfadden, (low / null, high / null), f"the {route}")
        cox_snell, nagelkerke = printed_value(row.cox_snell), printed_value(row.nagelkerke)
        if cox_snell is not None and nagelkerke is not None:
            a, b = cox_snell.box().ends
            yield _agrees(row, "Nagelkerke R2", nagelkerke, (a / most, b / most), f"Cox-Snell R2 over {most:.4f}")


def _cox_snell(ratio: float, n: int) -> float:
    # a printed -2LL far above the null deviance would overflow; FIT1 names it
    return -math.expm1(min(-ratio / n, 700.0))


def _agrees(row: FitRow, what: str, value: Printed, ends: Range, source: str) -> Finding:
    steps = (f"{source} gives {ends[0]:.5f} to {ends[1]:.5f}",)
    if value.box().meets(*ends):
        return ok("FIT2", row.model, f"{what} {value.text} agrees with {source}", steps=steps)
    sentence = f"{what} {value.text} where {source} gives {ends[0]:.4f} to {ends[1]:.4f}"
    return Finding("FIT2", row.model, "inconsistent", "error", sentence,
                   printed=value.box().ends, feasible=ends, steps=steps)  # fmt: skip


@check("FIT3", "Fit within its limits", formula="R2CS <= 1 - exp(-D0/n); p of LR from its df", source="definition")
def fit3(claims: Claims) -> Iterator[Finding]:
    """Cox-Snell's R2 has a maximum below 1; the chi-square test has one p-value."""
    for row, n1, n0 in _rows(claims):
        cox_snell, most = printed_value(row.cox_snell), largest_r_squared(n1 / (n1 + n0))
        if cox_snell is not None:
            if float(cox_snell.box().low) > most * (1 + 1e-9):
                sentence = f"Cox-Snell R2 {cox_snell.text} is above its maximum {most:.4f}"
                yield Finding(
                    "FIT3",
                    row.model,
                    "inconsistent",
                    "error",
                    sentence,
                    printed=cox_snell.box().ends,
                    feasible=(0.0, most),
                )
            else:
                yield ok("FIT3", row.model, f"Cox-Snell R2 {cox_snell.text} is below its maximum {most:.4f}")
    for row in claims.tables.fit:
        chi2, df = printed_value(row.chi2), printed_value(row.df)
        if chi2 is None or df is None or row.p is None or not row.p.reported or df.value <= 0:
            continue
        low, high = (float(chdtrc(float(df), max(end, 0.0))) for end in reversed(chi2.box().ends))
        if row.p.box().meets(low, high):
            yield ok("FIT3", row.model, f"p {row.p.text} belongs to chi-square {chi2.text} on {df.text} df")
        else:
            sentence = f"p {row.p.text} where chi-square {chi2.text} on {df.text} df gives {low:.3g} to {high:.3g}"
            yield Finding(
                "FIT3", row.model, "inconsistent", "error", sentence, printed=row.p.box().ends, feasible=(low, high)
            )


def _area(claims: Claims, row: FitRow) -> Printed | None:
    c = printed_value(row.c)
    if c is not None:
        return c
    areas = (a for a in claims.tables.auc if a.of == row.model and a.data == row.data)
    return next((found for a in areas if (found := printed_value(a.auc)) is not None), None)


@check(
    "FIT4",
    "Nagelkerke R2 beside the area",
    formula="R2 less that of normal linear predictors with this area, between -0.05 and 0.15",
    source="Riley, Van Calster & Collins 2021, doi:10.1002/sim.8806; envelope from simulation",
)
def fit4(claims: Claims) -> Iterator[Finding]:
    """Area and R2 measure the same thing; very skewed predictors part them."""
    for row, n1, n0 in _rows(claims):
        value, area = printed_value(row.nagelkerke), _area(claims, row)
        if value is None or area is None or not 0.5 <= float(area.box().low) < float(area.box().high) < 1:
            continue
        phi = n1 / (n1 + n0)
        low, high = (r_squared_from_auc(end, phi) / largest_r_squared(phi) for end in area.box().ends)
        least, most = low + NAGELKERKE[0], high + NAGELKERKE[1]
        steps = (f"area {area.text} and prevalence {phi:.4f}: {low:.4f} to {high:.4f}",)
        if value.box().meets(least, most):
            yield ok("FIT4", row.model, f"Nagelkerke R2 {value.text} goes with the area {area.text}", steps=steps)
            continue
        few = min(n1, n0) < 5 * _parameters(claims, row)
        severity: Severity = "note" if few else "warning"
        sentence = f"Nagelkerke R2 {value.text} is unusual for the area {area.text} ({least:.2f} to {most:.2f})"
        yield Finding("FIT4", row.model, "consistent" if few else "inconsistent", severity, sentence,
                      printed=value.box().ends, feasible=(least, most), steps=steps)  # fmt: skip


def _parameters(claims: Claims, row: FitRow) -> int:
    model = next((m for m in claims.model if m.id == row.model), None)
    return 0 if model is None else model.candidates or max(len(model.terms), len(model.predictors))


@check(
    "FIT6",
    "Brier score beside the prevalence",
    formula="scaled = 1 - B/(phi (1-phi)); an apparent maximum likelihood fit has B <= phi (1-phi)",
    source="Steyerberg et al. 2010, doi:10.1097/EDE.0b013e3181c30fb2",
)
def fit6(claims: Claims) -> Iterator[Finding]:
    """The prevalence is the Brier score's yardstick."""
    for row, n1, n0 in _rows(claims):
        brier, scaled = printed_value(row.brier), printed_value(row.scaled_brier)
        if brier is None:
            if row.brier is not None:
                yield impossible("FIT6", row.model, "the Brier score is not reported", f"Brier score of {row.model}")
            continue
        phi = n1 / (n1 + n0)
        worst = phi * (1 - phi)
        if scaled is not None:
            low, high = (1 - end / worst for end in reversed(brier.box().ends))
            if scaled.box().meets(low, high):
                yield ok("FIT6", row.model, f"scaled Brier score {scaled.text} agrees with {brier.text}")
            else:
                sentence = f"scaled Brier score {scaled.text} where {brier.text} gives {low:.4f} to {high:.4f}"
                yield Finding(
                    "FIT6",
                    row.model,
                    "inconsistent",
                    "error",
                    sentence,
                    printed=scaled.box().ends,
                    feasible=(low, high),
                )
        if float(brier.box().low) > worst * (1 + 1e-9) and _apparent_fit(claims, row):
            sentence = f"Brier score {brier.text} is worse than that of the prevalence alone, {worst:.4f}"
            yield Finding(
                "FIT6", row.model, "inconsistent", "warning", sentence, printed=brier.box().ends, feasible=(0.0, worst)
            )


def _apparent_fit(claims: Claims, row: FitRow) -> bool:
    model = next((m for m in claims.model if m.id == row.model), None)
    return model is not None and model.estimator in ("ml", "maximum likelihood") and model.data == row.data
