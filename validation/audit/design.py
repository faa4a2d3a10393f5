"""Design flags: choices that no arithmetic can mend (DSN), apart from the checks of printed numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from scipy.special import ndtr

from validation.audit.claims import Claims, Model, TermRow
from validation.audit.findings import Finding, check
from validation.audit.fit import printed_value
from validation.audit.odds_ratios import Z, _complete, _ordered
from validation.audit.roc import _sizes

__all__ = ["minimal_p_correction"]

_FEW_EVENTS = 10
_CUT = re.compile(r"[<>\u2264\u2265]")
_CAUSAL = ("risk factor", "cause", "protective", "effect of", "lead to", "leads to", "impact")


def _said(text: str | None) -> str:
    return (text or "").strip().lower()


def _unknown(text: str | None) -> bool:
    return _said(text) == "?"


def _flag(id: str, target: str, sentence: str, steps: tuple[str, ...] = ()) -> Finding:
    return Finding(id, target, "raised", "concern", sentence, steps=steps)


def minimal_p_correction(p: float) -> tuple[float, float]:
    """Corrected p-values of a cut-off chosen for its p-value, within the inner 90% and 80% of the values; p <= 0.1."""
    inner90 = -3.13 * p * (1 + 1.65 * math.log(p))
    inner80 = -1.63 * p * (1 + 2.35 * math.log(p))
    return min(max(inner90, 0.0), 1.0), min(max(inner80, 0.0), 1.0)


def _wald_p(term: TermRow) -> float | None:
    found = _complete(term)
    if found is None or not _ordered(term) or min(float(v) for v in found) <= 0:
        return None
    odds, low, high = (math.log(float(v)) for v in found)
    return 2 * float(ndtr(-abs(odds) * 2 * Z / (high - low))) if high > low else None


@check(
    "DSN1",
    "Cut-off chosen and tested on the same data",
    formula="corrected p: -3.13 p (1 + 1.65 ln p), -1.63 p (1 + 2.35 ln p)",
    source="Altman et al. 1994, doi:10.1093/jnci/86.11.829",
    design=True,
)
def dsn1(claims: Claims) -> Iterator[Finding]:
    """An optimised cut-off has too small a p-value on the data that chose it."""
    for row in claims.tables.cutoff:
        rule = _said(row.rule)
        if not any(word in rule for word in ("optimal", "youden", "same data", "minimal p", "maximal")):
            continue
        for model in claims.model:
            if row.of not in model.uses_cutoff:
                continue
            terms = [term for term in model.terms if term.name.startswith(row.of) and _CUT.search(term.name)]
            p = next((found for term in terms if (found := _wald_p(term)) is not None), None)
            words, steps = "", tuple[str, ...]()
            if p is not None and p <= 0.1:
                high, low = minimal_p_correction(p)
                words = f"; p {p:.2g} would be about {min(low, high):.2g} to {max(low, high):.2g} after correction"
                steps = (f"-3.13 p (1 + 1.65 ln p) = {high:.4f}", f"-1.63 p (1 + 2.35 ln p) = {low:.4f}")
            data = claims.data_set(row.data)
            where = f"the same {data.n} patients" if data is not None and data.n else "the same data"
            sentence = f"{row.of} cut-off {(row.cut or '').lstrip('<>=')} chosen and tested in {where}{words}"
            yield _flag("DSN1", f"{model.id}: {row.of}", sentence, steps)


def _selected(model: Model) -> str:
    return next((word for word in ("lasso", "elastic net", "stepwise", "backward", "forward")
                 if word in _said(model.selection)), "")  # fmt: skip


@check(
    "DSN2",
    "Ordinary p-values after selection",
    formula="selection by the data, then unpenalised p-values and intervals",
    source="Taylor & Tibshirani 2015, doi:10.1073/pnas.1507583112; PROBAST 4.9",
    design=True,
)
def dsn2(claims: Claims) -> Iterator[Finding]:
    """Intervals after selection take no account of it."""
    for chosen in claims.model:
        word = _selected(chosen)
        refitted = any(
            model.data == chosen.data and any(term.ci is not None or term.p is not None for term in model.terms)
            for model in claims.model
        )
        if word and refitted:
            sentence = (
                f"{word} selection on the data whose p-values and intervals are printed as if nothing was selected"
            )
            yield _flag("DSN2", chosen.id, sentence)


@check(
    "DSN3",
    "Univariable screening",
    formula="candidates dropped by their own p-value",
    source="Sun, Shook & Kay 1996, doi:10.1016/0895-4356(96)00025-X; PROBAST 4.5",
    design=True,
)
def dsn3(claims: Claims) -> Iterator[Finding]:
    """Predictors dropped one by one may matter together."""
    if _said(claims.paper.univariable_screening) in ("yes", "true"):
        yield _flag("DSN3", claims.paper.id, "candidates were screened one by one")
    for model in claims.model:
        if "univari" in _said(model.screening) or "univari" in _said(model.selection):
            yield _flag("DSN3", model.id, "candidates were screened one by one")


@check(
    "DSN4",
    "Validation of the model",
    formula="apparent performance only, or one random split",
    source="Steyerberg et al. 2001, doi:10.1016/S0895-4356(01)00341-9; TRIPOD+AI 12a",
    design=True,
)
def dsn4(claims: Claims) -> Iterator[Finding]:
    """Performance on the data that made the model is optimistic; a random split wastes and does not validate."""
    for model in claims.model:
        said, kind = _said(model.validation), _said(model.calibration.kind if model.calibration else None)
        if "split" in said:
            yield _flag("DSN4", model.id, "validated by one random split")
        elif said in ("?", "none", "apparent", "no") and (
            said != "?" or kind == "apparent" or _said(model.performance)
        ):
            yield _flag("DSN4", model.id, "apparent performance only: no bootstrap, cross-validation or new patients")


@check(
    "DSN5",
    "Predictor within the outcome",
    formula="a predictor is part of the definition of the outcome",
    source="PROBAST 3.3",
    design=True,
)
def dsn5(claims: Claims) -> Iterator[Finding]:
    """A predictor that defines the outcome predicts it by construction."""
    named = _said(claims.paper.predictor_in_outcome)
    if named and named not in ("?", "no", "none"):
        yield _flag("DSN5", claims.paper.id, f"part of the outcome's definition: {claims.paper.predictor_in_outcome}")


@check(
    "DSN6",
    "Continuous predictor dichotomised",
    formula="a term of the form marker <= cut",
    source="Royston, Altman & Sauerbrei 2006, doi:10.1002/sim.2331; PROBAST 4.2",
    design=True,
)
def dsn6(claims: Claims) -> Iterator[Finding]:
    """Two groups keep about two thirds of the information of a continuous predictor."""
    for model in claims.model:
        cut = [term.name for term in model.terms if _CUT.search(term.name)]
        names = dict.fromkeys([*cut, *model.dichotomised])
        names |= dict.fromkeys(name for name in model.uses_cutoff if not any(t.startswith(name) for t in names))
        if names:
            yield _flag("DSN6", model.id, f"dichotomised: {', '.join(names)}")


@check(
    "DSN7",
    "Candidates known",
    formula="number of candidate parameters beside the selected ones",
    source="Riley et al. 2019, doi:10.1002/sim.7992",
    design=True,
)
def dsn7(claims: Claims) -> Iterator[Finding]:
    """Overfitting is a matter of the candidates; an abstract need not name them, the full text has to."""
    for model in claims.model:
        if model.selection is not None and model.candidates is None and claims.paper.read != "abstract":
            yield _flag("DSN7", model.id, "predictors were selected from an unknown number of candidates")


@check(
    "DSN8",
    "Prevalence of the target population",
    formula="net benefit, predictive values or nomogram risks at the prevalence of a hospital or case-control sample",
    source="TRIPOD+AI 5",
    design=True,
)
def dsn8(claims: Claims) -> Iterator[Finding]:
    """Predicted risks carry the prevalence of the sample along."""
    setting, design = _said(claims.paper.setting), _said(claims.paper.design)
    known = claims.paper.prevalence_source is not None and not _unknown(claims.paper.prevalence_source)
    selected = "hospital" in setting or "clinic" in setting or "case-control" in design
    predictive = any(row.ppv is not None and row.ppv.reported for row in claims.tables.cutoff)
    uses = [model.id for model in claims.model if model.net_benefit is not None]
    if selected and not known and (uses or predictive or claims.tables.net_benefit):
        where = setting or design
        yield _flag("DSN8", ", ".join(uses) or claims.paper.id,
                    f"risks and net benefit rest on the prevalence of a {where} sample")  # fmt: skip


@check(
    "DSN9",
    "Words beyond the design",
    formula="causal wording from cross-sectional data",
    source="STROBE 2007, doi:10.1371/journal.pmed.0040296",
    design=True,
)
def dsn9(claims: Claims) -> Iterator[Finding]:
    """Cross-sectional data show association."""
    wording, design = _said(claims.paper.wording), _said(claims.paper.design)
    found = next((word for word in _CAUSAL if word in wording), None)
    if found is not None and ("cross" in design or "development" in design):
        yield _flag("DSN9", claims.paper.id, f'"{found}" from data that show association')


def _largest(claims: Claims) -> int:
    return max((max(len(m.predictors), len(m.terms), m.candidates or 0) for m in claims.model), default=0)


@check(
    "DSN10",
    "Secondary outcome with few events",
    formula="events per predictor below 10",
    source="Peduzzi et al. 1996, doi:10.1016/S0895-4356(96)00236-3",
    design=True,
)
def dsn10(claims: Claims) -> Iterator[Finding]:
    """Few events support few parameters."""
    parameters = _largest(claims)
    for row in claims.tables.data:
        sizes = _sizes(claims, row.name)
        if sizes is None or row.parent is None or row.share is not None or not parameters:
            continue
        fewer = min(sizes[1], sizes[2])
        if fewer < _FEW_EVENTS * parameters:
            sentence = f"{row.name}: {fewer} events, {fewer / parameters:.1f} per predictor for {parameters} predictors"
            yield _flag("DSN10", row.name, sentence)


@check(
    "DSN11",
    "Decision curve on the development data",
    formula="net benefit without correction for optimism",
    source="Vickers et al. 2008, doi:10.1186/1472-6947-8-53",
    design=True,
)
def dsn11(claims: Claims) -> Iterator[Finding]:
    """A net benefit on the data that made the model is optimistic too."""
    for model in claims.model:
        if model.net_benefit is not None and _said(model.net_benefit.corrected) in ("no", "none"):
            yield _flag("DSN11", model.id, "net benefit on the development data, not corrected for optimism")


@check(
    "DSN12",
    "Missing data",
    formula="not described, or complete cases only",
    source="PROBAST 4.3-4.4",
    design=True,
)
def dsn12(claims: Claims) -> Iterator[Finding]:
    """Dropping patients with missing values changes the sample."""
    said = _said(claims.paper.missing)
    if "complete" in said or "exclu" in said:
        yield _flag("DSN12", claims.paper.id, "patients with missing values were left out")
    elif said == "?" and claims.paper.read != "abstract":
        yield _flag("DSN12", claims.paper.id, "missing data are not described")


@check(
    "DSN13",
    "Calibration judged by a test or a word",
    formula="Hosmer-Lemeshow or good agreement in place of slope and intercept",
    source="Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7",
    design=True,
)
def dsn13(claims: Claims) -> Iterator[Finding]:
    """A large p-value is no evidence of calibration."""
    for model in claims.model:
        said = model.calibration
        if said is None or printed_value(said.slope) is not None:
            continue
        words = _said(said.text)
        if any(word in words for word in ("hosmer", "h-l", "agreement", "well calibrated", "good calibration")):
            yield _flag("DSN13", model.id, f'calibration rests on the words "{said.text}"')
