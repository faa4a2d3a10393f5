"""Checks of logistic coefficients: odds ratio, interval, p-value and standard error of each row (ORX)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from scipy.special import ndtr, ndtri

from validation.audit.claims import Claims, Model, TermRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.rounding import Box, Printed

__all__ = ["Z", "standard_error_range", "wald_slack"]

Z = float(ndtri(0.975))
Range = tuple[float, float]
#: envelope of likelihood-ratio tests against Wald's, measured on simulated models
LIKELIHOOD_RATIO_Z = (0.93, 1.50)


def rows(claims: Claims) -> Iterator[tuple[Model, TermRow, str]]:
    """Rows of logistic models with their name for people."""
    for model in claims.model:
        if (model.kind or "").lower() == "logistic":
            for term in model.terms:
                yield model, term, f"{model.id}: {term.name}"


def _complete(term: TermRow) -> tuple[Printed, Printed, Printed] | None:
    if term.or_ is None or term.ci is None:
        return None
    odds, (low, high) = term.or_, term.ci
    if not (odds.reported and low.reported and high.reported) or odds.kind != "value":
        return None
    return odds, low, high


def _ordered(term: TermRow) -> bool:
    """The estimate can lie inside its interval; without that no further check of the row makes sense."""
    found = _complete(term)
    if found is None:
        return False
    odds, low, high = (number.box() for number in found)
    return low.low <= odds.high and odds.low <= high.high and low.low <= high.high and high.low > 0


def wald_slack(odds: Printed, low: Printed, high: Printed) -> float:
    """Smallest inflation of the three boxes at which ``OR^2 = L U`` has a solution."""

    def fits(inflation: float) -> bool:
        k = Fraction(inflation)
        o, a, b = odds.box(k), low.box(k), high.box(k)
        left, right = max(o.low, Fraction(0)) ** 2, o.high**2
        return max(a.low, Fraction(0)) * b.low <= right and left <= a.high * b.high

    if not fits(64.0):
        return math.inf
    inside, outside = 64.0, 0.0
    if fits(0.0):
        return 0.0
    for _ in range(60):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if fits(middle) else (inside, middle)
    return inside


def standard_error_range(low: Printed, high: Printed) -> Range:
    """Standard error of the log odds ratio: ln(U/L) / 2z over the boxes."""
    a, b = low.box(), high.box()
    least = math.log(float(b.low) / float(a.high)) / (2 * Z)
    most = math.log(float(b.high) / float(a.low)) / (2 * Z) if a.low > 0 else math.inf
    return max(least, 0.0), most


def _p_range(odds: Printed, se: Range) -> Range:
    """Wald p-value over the boxes, with the sign change of ln OR treated apart."""
    o = odds.box()
    low, high = math.log(float(o.low)) if o.low > 0 else -math.inf, math.log(float(o.high))
    farthest = max(abs(low), abs(high))
    nearest = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    least = 2 * float(ndtr(-farthest / se[0])) if se[0] > 0 else 0.0
    most = 2 * float(ndtr(-nearest / se[1])) if math.isfinite(se[1]) else 1.0
    return least, most


@check(
    "ORX1",
    "Estimate inside its interval",
    formula="L <= OR <= U",
    source="arithmetic",
)
def orx1(claims: Claims) -> Iterator[Finding]:
    """Every odds ratio lies between its limits."""
    for _, term, target in rows(claims):
        found = _complete(term)
        if found is None:
            if term.or_ is not None or term.ci is not None:
                yield impossible(
                    "ORX1", target, "odds ratio or interval is missing", f"odds ratio and 95% interval of {target}"
                )
            continue
        odds, low, high = found
        shown = f"{odds.text} [{low.text}, {high.text}]"
        if _ordered(term):
            yield ok("ORX1", target, f"{shown}: the estimate lies in its interval")
        else:
            yield Finding("ORX1", target, "inconsistent", "error", f"{shown}: the estimate lies outside its interval")


@check(
    "ORX3",
    "P-value agrees with odds ratio and interval",
    formula="z = ln OR / SE with SE = ln(U/L)/2z; likelihood-ratio z within 0.93 to 1.50 of it",
    source="Altman & Bland 2011, doi:10.1136/bmj.d2304; envelope from simulation",
)
def orx3(claims: Claims) -> Iterator[Finding]:
    """A Wald or likelihood-ratio p-value of the same row."""
    for model, term, target in rows(claims):
        found = _complete(term)
        if found is None or not _ordered(term) or term.p is None or term.p.kind != "value" or found[1].box().low <= 0:
            continue
        if not has_wald_width(model):
            continue
        low, high = _p_range(found[0], standard_error_range(*found[1:]))
        steps = (f"p between {low:.3g} and {high:.3g} over the rounding",)
        details: dict[str, Any] = {"feasible": (low, high), "printed": term.p.box().ends, "steps": steps}
        if term.p.box().meets(low, high):
            yield ok("ORX3", target, f"p {term.p.text} agrees with the interval", convention="Wald", **details)
            continue
        ratio = _z_ratio(term.p, low, high)
        if LIKELIHOOD_RATIO_Z[0] <= ratio <= LIKELIHOOD_RATIO_Z[1]:
            words = f"p {term.p.text} may be of a likelihood-ratio test (Wald {low:.2g} to {high:.2g})"
            yield Finding("ORX3", target, "consistent", "note", words, convention="likelihood ratio", **details)
            continue
        crosses = (float(term.p) < 0.05) != (high < 0.05) and (float(term.p) < 0.05) != (low < 0.05)
        sentence = f"p {term.p.text} where odds ratio and interval give {low:.2g} to {high:.2g}"
        yield Finding("ORX3", target, "inconsistent", "error" if crosses else "warning", sentence, **details)


def has_wald_width(model: Model) -> bool:
    """Bootstrap, exact and penalised intervals do not tell the p-value that is printed beside them."""
    return model.ci_method in (None, "?", "wald", "profile")


def _likelihood_ratio_reaches(p: Printed, low: float, high: float) -> bool:
    """A likelihood-ratio z within its measured envelope of the Wald z is on the printed side of the bound."""
    bound = -float(ndtri(max(float(p), 1e-300) / 2))
    if p.kind == "below":
        return bound < LIKELIHOOD_RATIO_Z[1] * -float(ndtri(max(low, 1e-300) / 2)) and _excludes_one(p, low)
    return bound > LIKELIHOOD_RATIO_Z[0] * -float(ndtri(max(high, 1e-300) / 2))


def _excludes_one(p: Printed, low: float) -> bool:
    """A profile interval and its likelihood-ratio p agree about 0.05, so a bound there has no envelope."""
    return float(p) != 0.05 or low < 0.05


def _z_ratio(p: Printed, low: float, high: float) -> float:
    """z of the printed p over the nearer end of the Wald z."""
    printed = max(min(float(p), 1.0), 1e-300)
    nearest = low if printed < low else high
    z_wald = -float(ndtri(max(min(nearest, 1.0), 1e-300) / 2))
    return -float(ndtri(printed / 2)) / z_wald if z_wald > 0 else math.inf


@check(
    "ORX4",
    "Bound on the p-value agrees with the interval",
    formula='"P < c" needs a p-range that reaches below c; an interval that excludes 1 has p < 0.05',
    source="identity",
)
def orx4(claims: Claims) -> Iterator[Finding]:
    """Statements such as P < 0.05 against the interval."""
    for model, term, target in rows(claims):
        found = _complete(term)
        if found is None or not _ordered(term) or term.p is None or term.p.kind not in ("below", "above"):
            continue
        if found[1].box().low <= 0 or not has_wald_width(model):
            continue
        low, high = _p_range(found[0], standard_error_range(*found[1:]))
        bound = float(term.p)
        steps = (f"recomputed p {low:.3g} to {high:.3g}",)
        fits = low < bound if term.p.kind == "below" else high > bound
        if fits:
            middle = math.sqrt(max(low, 1e-300) * max(high, 1e-300))
            yield ok("ORX4", target, f'"P {term.p.text}" agrees; recomputed p {middle:.2g}', steps=steps)
        elif _likelihood_ratio_reaches(term.p, low, high):
            sentence = f'"P {term.p.text}" may be of a likelihood-ratio test (Wald {low:.2g} to {high:.2g})'
            yield Finding("ORX4", target, "consistent", "note", sentence, convention="likelihood ratio", steps=steps)
        else:
            sentence = f'"P {term.p.text}" where odds ratio and interval give {low:.2g} to {high:.2g}'
            yield Finding("ORX4", target, "inconsistent", "error", sentence, feasible=(low, high), steps=steps)


@check(
    "ORX5",
    "Coefficient, standard error and Wald statistic agree with the odds ratio",
    formula="OR = exp(b); Wald = (b/SE)^2; limits exp(b -+ z SE)",
    source="identity",
)
def orx5(claims: Claims) -> Iterator[Finding]:
    """The printed coefficient is the logarithm of the printed odds ratio, and so on."""
    for _, term, target in rows(claims):
        if term.b is None or term.b.kind != "value":
            continue
        b = term.b.box()
        if term.or_ is not None and term.or_.kind == "value":
            yield _same("ORX5", target, "odds ratio", term.or_, math.exp(float(b.low)), math.exp(float(b.high)))
        if term.se is None or term.se.kind != "value":
            continue
        se = term.se.box()
        if term.wald is not None and term.wald.kind == "value" and se.low > 0:
            yield _same("ORX5", target, "Wald statistic", term.wald, *_squared_ratio(b, se))
        if term.ci is not None and term.ci[0].reported:
            for sign, limit, word in ((-1, term.ci[0], "lower limit"), (1, term.ci[1], "upper limit")):
                ends = [math.exp(float(x) + sign * Z * float(s)) for x in (b.low, b.high) for s in (se.low, se.high)]
                yield _same("ORX5", target, word, limit, min(ends), max(ends))


def _squared_ratio(b: Box, se: Box) -> Range:
    nearest = Fraction(0) if b.low <= 0 <= b.high else min(abs(b.low), abs(b.high))
    farthest = max(abs(b.low), abs(b.high))
    return float(nearest / se.high) ** 2, float(farthest / se.low) ** 2


def _same(id: str, target: str, what: str, printed: Printed, low: float, high: float) -> Finding:
    steps = (f"{what} between {low:.6g} and {high:.6g}",)
    if printed.box().meets(low, high):
        return ok(id, target, f"{what} {printed.text} agrees", steps=steps)
    sentence = f"{what} {printed.text} where b and its SE give {low:.4g} to {high:.4g}"
    return Finding(
        id, target, "inconsistent", "error", sentence, printed=printed.box().ends, feasible=(low, high), steps=steps
    )
