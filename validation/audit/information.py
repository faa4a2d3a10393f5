"""What the data can support at most: information bound of a standard error, crude odds ratios, labels (ORX6-11)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from validation.audit.claims import Claims, DescribeRow, Model, TermRow
from validation.audit.findings import Finding, Severity, check, impossible, ok
from validation.audit.odds_ratios import Z, _complete, _ordered, has_wald_width, rows, standard_error_range
from validation.audit.operating_points import area_of
from validation.audit.rounding import GUARD, Printed

__all__ = ["smallest_sd"]

#: decimals of a share that is known from counts
_EXACT = 30


def _n(claims: Claims, model: Model) -> int | None:
    data = claims.data_set(model.data)
    if data is None:
        return None
    if data.n is not None:
        return data.n
    return data.events + data.nonevents if data.events is not None and data.nonevents is not None else None


def smallest_sd(standard_error: float, n: int) -> float:
    """Smallest SD of a predictor whose coefficient has this standard error: 2 / (SE sqrt(n - 1))."""
    return 2.0 / (standard_error * math.sqrt(n - 1))


def _error(model: Model, term: TermRow) -> tuple[float, float] | None:
    if term.se is not None and term.se.kind == "value":
        return term.se.box().ends
    found = _complete(term)
    if found is None or not _ordered(term) or found[1].box().low <= 0 or not has_wald_width(model):
        return None
    return standard_error_range(found[1], found[2])


def _described(claims: Claims, name: str, data: str | None) -> Printed | None:
    """SD of a variable over the whole data set."""
    known: list[DescribeRow] = [row for row in claims.tables.describe if row.var == name]
    for row in known:
        if row.sd is not None and row.sd.kind == "value" and row.group in (None, data, "all", "total"):
            return row.sd
    return None


@check(
    "ORX6",
    "Standard error not smaller than the data allow",
    formula="SE SD sqrt(n-1) >= 2; for a share q of a binary predictor SE^2 >= 4/(n q (1-q))",
    source="Fisher information with weights p(1-p) <= 1/4; derived",
)
def orx6(claims: Claims) -> Iterator[Finding]:
    """No maximum likelihood fit with an intercept has more information than n/4 per unit variance."""
    for model, term, target in rows(claims):
        n, se = _n(claims, model), _error(model, term)
        if n is None or se is None or n < 3:
            continue
        sd = term.sd if term.sd is not None and term.sd.kind == "value" else _described(claims, term.name, model.data)
        share = term.share if term.share is not None and term.share.kind == "value" else _share(claims, model, term)
        if share is not None:
            yield _binary(target, se, share, n)
        elif sd is not None:
            yield _continuous(target, se, sd, n)
        else:
            middle = (se[0] + se[1]) / 2
            needed, shares = smallest_sd(middle, n), _shares(middle, n)
            yield impossible("ORX6", target, "the SD is not reported",
                             f"SD of {term.name} (at least {needed:.3g}{shares})")  # fmt: skip


def _share(claims: Claims, model: Model, term: TermRow) -> Printed | None:
    """Share of a two-level predictor from its counts, where the table has them for all patients of the model."""
    levels = [row for row in claims.tables.crosstab if row.var == term.name and row.data in (None, model.data)]
    if len(levels) != 2 or any(row.events is None or row.nonevents is None for row in levels):
        return None
    sizes = [(row.events or 0) + (row.nonevents or 0) for row in levels]
    if sum(sizes) != _n(claims, model) or min(sizes) == 0:
        return None
    return Printed(f"{sizes[1]}/{sum(sizes)}", Fraction(sizes[1], sum(sizes)), _EXACT)


def _shares(se: float, n: int) -> str:
    inside = 1.0 - 16.0 / (n * se * se)
    if inside < 0:
        return ""
    low = (1.0 - math.sqrt(inside)) / 2.0
    return f"; if it has two values, a share between {low:.3f} and {1 - low:.3f}"


def _continuous(target: str, se: tuple[float, float], sd: Printed, n: int) -> Finding:
    largest = se[1] * float(sd.box().high) * math.sqrt(n - 1)
    steps = (
        f"SE x SD x sqrt(n-1) = {se[1]:.5g} x {float(sd.box().high):.5g} x {math.sqrt(n - 1):.5g} = {largest:.4g}",
    )
    needed = smallest_sd(se[1], n)
    if largest < 2.0 * (1 - GUARD):
        sentence = f"SE {se[1]:.4g} needs an SD of at least {needed:.3g}, printed {sd.text}"
        return Finding("ORX6", target, "inconsistent", "error", sentence, feasible=(needed, math.inf), steps=steps)
    return ok("ORX6", target, f"SD {sd.text} allows the standard error (at least {needed:.3g} is needed)", steps=steps)


def _binary(target: str, se: tuple[float, float], share: Printed, n: int) -> Finding:
    ends = share.box().ends
    spread = 0.25 if ends[0] <= 0.5 <= ends[1] else max(q * (1 - q) for q in ends)
    smallest = 2.0 / math.sqrt(n * spread) if spread > 0 else math.inf
    steps = (f"SE >= 2/sqrt(n q (1-q)) = {smallest:.5g}, printed up to {se[1]:.5g}",)
    if se[1] < smallest * (1 - GUARD):
        sentence = f"SE {se[1]:.4g} where a share of {share.text} allows no less than {smallest:.4g}"
        return Finding("ORX6", target, "inconsistent", "error", sentence, feasible=(smallest, math.inf), steps=steps)
    return ok("ORX6", target, f"share {share.text} allows the standard error", steps=steps)


@check(
    "ORX7",
    "Unadjusted odds ratio from the 2x2 table",
    formula="OR = ad/bc, SE = sqrt(1/a + 1/b + 1/c + 1/d)",
    source="Woolf 1955, doi:10.1111/j.1469-1809.1955.tb01348.x",
)
def orx7(claims: Claims) -> Iterator[Finding]:
    """A crude odds ratio of a two-level variable is that of its table."""
    for model, term, target in rows(claims):
        if model.adjusted or term.or_ is None or term.or_.kind != "value":
            continue
        levels = [row for row in claims.tables.crosstab if row.var == term.name and row.data == model.data]
        if len(levels) != 2 or any(row.events is None or row.nonevents is None for row in levels):
            continue
        a, b, c, d = (n or 0 for n in (levels[0].events, levels[0].nonevents, levels[1].events, levels[1].nonevents))
        if not b * c or not a * d:
            continue
        ratio = a * d / (b * c)
        fits = [value for value in (ratio, 1 / ratio) if term.or_.box().meets(value, value)]
        steps = (f"{a} x {d} / ({b} x {c}) = {ratio:.4f}",)
        if fits:
            yield ok("ORX7", target, f"odds ratio {term.or_.text} is that of the table", steps=steps)
            yield from _crude_interval(model, term, target, fits, math.sqrt(1 / a + 1 / b + 1 / c + 1 / d))
        else:
            sentence = f"odds ratio {term.or_.text} where the table gives {ratio:.4g}"
            yield Finding(
                "ORX7",
                target,
                "inconsistent",
                "error",
                sentence,
                printed=term.or_.box().ends,
                feasible=(ratio, ratio),
                steps=steps,
            )


def _crude_interval(model: Model, term: TermRow, target: str, ratios: list[float], error: float) -> Iterator[Finding]:
    """Woolf's limits; other methods have others, so that only an interval said to be Wald's is an error."""
    if term.ci is None or not (term.ci[0].kind == term.ci[1].kind == "value"):
        return
    limits = [(ratio * math.exp(-Z * error), ratio * math.exp(Z * error)) for ratio in ratios]
    shown = f"[{term.ci[0].text}, {term.ci[1].text}]"
    low, high = limits[0]
    steps = (f"SE {error:.5f}, limits {low:.5g} and {high:.5g}",)
    if any(term.ci[0].box().meets(a, a) and term.ci[1].box().meets(b, b) for a, b in limits):
        yield ok("ORX7", target, f"{shown} is Woolf's interval of the table", convention="Woolf", steps=steps)
    elif model.ci_method == "wald":
        sentence = f"{shown} where the table gives [{low:.4g}, {high:.4g}]"
        yield Finding(
            "ORX7",
            target,
            "inconsistent",
            "error",
            sentence,
            printed=(float(term.ci[0]), float(term.ci[1])),
            feasible=(low, high),
            steps=steps,
        )
    else:
        yield Finding("ORX7", target, "info", "note", f"{shown} is not Woolf's interval of the table", steps=steps)


@check("ORX10", "Kind of ratio fits the model", formula="logistic: odds ratio; Cox: hazard ratio", source="definition")
def orx10(claims: Claims) -> Iterator[Finding]:
    """A hazard ratio from a logistic model, or the reverse."""
    expected = {"logistic": "odds", "cox": "hazard", "poisson": "rate"}
    for model in claims.model:
        kind, ratio = (model.kind or "").lower(), (model.ratio or "").lower()
        if kind not in expected or not ratio or ratio == "?":
            continue
        if expected[kind] in ratio or (kind == "logistic" and ratio == "or"):
            yield ok("ORX10", model.id, f"{model.ratio} belongs to a {model.kind} model")
        else:
            sentence = f"{model.ratio} from a {model.kind} model, which gives {expected[kind]} ratios"
            yield Finding("ORX10", model.id, "inconsistent", "warning", sentence)


@check(
    "ORX11",
    "Odds ratio of the Youden dichotomy",
    formula="OR >= ((1+J)/(1-J))^2 with J >= 1 - sqrt(2(1-AUC))",
    source="derived",
)
def orx11(claims: Claims) -> Iterator[Finding]:
    """The best dichotomy of a marker has at least the odds ratio that its area forces."""
    for model, term, target in rows(claims):
        for cutoff in claims.tables.cutoff:
            if term.name != f"{cutoff.of}{cutoff.cut}" or term.or_ is None or term.or_.kind != "value":
                continue
            area = area_of(claims, cutoff)
            if area is None or area.auc is None or float(area.auc.box().low) < 0.5:
                continue
            youden = 1.0 - math.sqrt(2.0 * (1.0 - float(area.auc.box().low)))
            if youden <= 0:
                continue
            least = ((1 + youden) / (1 - youden)) ** 2
            odds = term.or_.box()
            largest = max(float(odds.high), 1.0 / float(odds.low) if odds.low > 0 else math.inf)
            steps = (f"J >= {youden:.4f}, so the unadjusted odds ratio is at least {least:.4f}",)
            if largest >= least * (1 - GUARD):
                yield ok(
                    "ORX11", target, f"{term.or_.text} is at least the {least:.2f} that the area forces", steps=steps
                )
                continue
            severity: Severity = "warning" if model.adjusted else "error"
            sentence = f"{term.or_.text} where the area forces an unadjusted odds ratio of at least {least:.2f}"
            yield Finding("ORX11", target, "inconsistent", severity, sentence, feasible=(least, math.inf), steps=steps)
