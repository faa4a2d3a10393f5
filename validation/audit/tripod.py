"""Items of TRIPOD+AI that a claim file decides."""

from __future__ import annotations

from collections.abc import Iterator

from validation.audit.claims import Claims, Model
from validation.audit.design import _flag, _unknown
from validation.audit.findings import Finding, check
from validation.audit.roc import _sizes

__all__: list[str] = []

_TRIPOD = "Collins et al. 2024 (TRIPOD+AI), doi:10.1136/bmj-2023-078378"


def _tripod_answers(claims: Claims) -> Iterator[tuple[str, str, str | None]]:
    """Item, what it asks, and the answer of the claim file; None where not entered."""
    paper = claims.paper
    yield "5b", "dates", paper.dates
    yield "6a", "setting", paper.setting
    yield "8a", "definition of the outcome", paper.outcome
    yield "11", "missing data", paper.missing
    yield "13", "class imbalance", paper.imbalance
    yield "18e", "data sharing", paper.data_sharing
    yield "18f", "code sharing", paper.code_sharing
    yield "20a", "flow of participants", paper.flow
    for model in claims.model:
        if "candidates" in model.model_fields_set:
            known = "?" if model.candidates is None else str(model.candidates)
            yield "9a", f"number of candidate predictors of {model.id}", known
        if model.performance is not None:
            yield "12a", f"data on which the performance of {model.id} was measured", model.performance
        if model.validation is not None:
            yield "12c", f"internal validation of {model.id}", model.validation
        if model.equation is not None:
            yield "22", f"full equation of {model.id} with intercept", model.equation
        yield from _performance_items(claims, model)


def _performance_items(claims: Claims, model: Model) -> Iterator[tuple[str, str, str | None]]:
    """Measures of performance (12e) and their intervals (23a), as far as they were entered."""
    areas = [row for row in claims.tables.auc if row.of == model.id and row.auc is not None]
    calibrated = [row for row in claims.tables.calibration if row.model == model.id]
    if areas or calibrated:
        known = any(row.auc is not None and row.auc.reported for row in areas) or bool(calibrated)
        yield "12e", f"measures of performance of {model.id}", "reported" if known else "?"
    for row in areas:
        if row.ci is not None:
            yield "23a", f"performance of {model.id} with its interval", "reported" if row.ci[0].reported else "?"


@check(
    "TRIPOD10",
    "TRIPOD+AI 10: sample size explained",
    formula="sample_size_reason of the claim file",
    source=_TRIPOD,
    design=True,
)
def tripod10(claims: Claims) -> Iterator[Finding]:
    """How the study size was arrived at; cannot be mended later, so an abstract is asked too."""
    if _unknown(claims.paper.sample_size_reason):
        yield _flag("TRIPOD10", claims.paper.id, "no reason is given for the sample size")


@check(
    "TRIPOD21",
    "TRIPOD+AI 21: participants and events of each analysis",
    formula="data set with n and events of each model, and what became of missing values",
    source=_TRIPOD,
    design=True,
)
def tripod21(claims: Claims) -> Iterator[Finding]:
    """With missing values not mentioned, nobody knows how many patients a model was fitted to."""
    unknown = [model.id for model in claims.model if model.terms or model.predictors
               if _sizes(claims, model.data) is None or _unknown(claims.paper.missing)]  # fmt: skip
    if unknown:
        sentence = f"numbers of participants and events that entered {', '.join(unknown)} are not stated"
        yield _flag("TRIPOD21", claims.paper.id, sentence)


@check(
    "TRIPOD",
    "TRIPOD+AI items that a claim file decides",
    formula="present, looked for and not reported, or not entered",
    source=_TRIPOD,
    design=True,
)
def tripod(claims: Claims) -> Iterator[Finding]:
    """An item is raised where the full text was read; in an abstract it may stand elsewhere."""
    present = []
    for item, what, answer in _tripod_answers(claims):
        if answer is None:
            continue
        if not _unknown(answer):
            present.append(item)
        elif claims.paper.read != "abstract":
            yield _flag("TRIPOD", f"item {item}", f"{what} is not reported")
        elif item == "22":
            yield Finding("TRIPOD", f"item {item}", "info", "", f"{what} is not reported", ask=what)
    if present:
        words = ", ".join(dict.fromkeys(present))
        yield Finding("TRIPOD", claims.paper.id, "info", "", f"items reported: {words}")
