"""Checks of the sample size: events per parameter, the criteria of Riley and colleagues, expected shrinkage (SSZ)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from validation.audit.claims import Claims, Model
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.fit import printed_value
from validation.audit.roc import _sizes
from validation.sample_size import (
    expected_shrinkage,
    largest_r_squared,
    most_parameters,
    r_squared_from_auc,
    sample_size_optimism,
    sample_size_overall_risk,
    sample_size_prediction_error,
    sample_size_shrinkage,
)

__all__ = ["sample_size_rows"]

_RILEY = "Riley et al. 2020, doi:10.1136/bmj.m441"
#: areas for which the largest number of parameters is printed where the paper gives none
AREAS = (0.70, 0.75, 0.80)
_SHRINKAGE, _RARE, _VALIDATION_EVENTS = 0.9, 0.1, 100
_DEFAULT_SHARE = 0.15
#: the formula for the mean absolute error was fitted to at most so many parameters
_MOST_FOR_ERROR = 30


@dataclass(frozen=True)
class _Development:
    """A model that was developed on a data set, with what is known of its size."""

    model: Model
    n1: int
    n0: int
    parameters: int | None
    r_squared: float
    source: str

    @property
    def n(self) -> int:
        """Patients."""
        return self.n1 + self.n0

    @property
    def prevalence(self) -> float:
        """Share of events."""
        return self.n1 / self.n


def _is_prediction(model: Model) -> bool:
    return model.candidates is not None or bool(model.predictors) or model.selection is not None


def sample_size_rows(claims: Claims) -> Iterator[_Development]:
    """Prediction models whose numbers of events are known."""
    for model in claims.model:
        sizes = _sizes(claims, model.data)
        if (model.kind or "").lower() != "logistic" or sizes is None or not _is_prediction(model):
            continue
        r2, source = _expected_r_squared(claims, model, sizes[1], sizes[2])
        yield _Development(model, sizes[1], sizes[2], model.candidates, r2, source)


def _expected_r_squared(claims: Claims, model: Model, n1: int, n0: int) -> tuple[float, str]:
    n, phi = n1 + n0, n1 / (n1 + n0)
    most = largest_r_squared(phi)
    for row in claims.tables.fit:
        chi2 = printed_value(row.chi2)
        if row.model != model.id or row.data != model.data or chi2 is None or chi2.value <= 0:
            continue
        shrunken = max(1.0 - (model.candidates or 0) / float(chi2), 0.05)
        return min(-math.expm1(-float(chi2) / n) * shrunken, 0.99 * most), f"likelihood ratio {chi2.text}, shrunken"
    for area in claims.tables.auc:
        value = printed_value(area.auc)
        if area.of == model.id and area.data == model.data and value is not None and 0.5 < float(value) < 0.999:
            return r_squared_from_auc(float(value), phi), f"C {value.text}"
    return _DEFAULT_SHARE * most, "15% of the largest R2"


@check("SSZ1", "Events per candidate parameter", formula="min(n1, n0) / P", source="Peduzzi et al. 1996")
def ssz1(claims: Claims) -> Iterator[Finding]:
    """The old yardstick; information only."""
    for found in sample_size_rows(claims):
        if found.parameters:
            value = min(found.n1, found.n0) / found.parameters
            sentence = f"{min(found.n1, found.n0)} / {found.parameters} = {value:.1f} per candidate parameter"
            yield Finding("SSZ1", found.model.id, "info", "", sentence)
        elif found.model.predictors:
            chosen = len(found.model.predictors)
            sentence = f"{min(found.n1, found.n0) / chosen:.1f} per selected predictor; the candidates count"
            yield Finding("SSZ1", found.model.id, "info", "", sentence)


def _compared(id: str, found: _Development, what: str, needed: int, arithmetic: str, details: str = "") -> Finding:
    steps = (f"{arithmetic}, rounded up: {needed}",)
    if needed <= found.n:
        return ok(id, found.model.id, f"{what}: {needed} needed, {found.n} present{details}", steps=steps)
    sentence = f"{what}: {needed} patients needed, {found.n} present{details}"
    return Finding(id, found.model.id, "raised", "concern", sentence, steps=steps)


@check("SSZ2", "Patients for the overall risk", formula="n = (1.96/0.05)^2 phi (1-phi)", source=_RILEY)
def ssz2(claims: Claims) -> Iterator[Finding]:
    """The overall risk within 0.05; for a rare outcome that is not much."""
    for found in sample_size_rows(claims):
        phi, details = found.prevalence, ""
        if phi < _RARE:
            margin = 1.96 * math.sqrt(phi * (1 - phi) / found.n) / phi
            details = f"; the interval of the overall risk is {100 * margin:.0f} % of it to either side"
        yield _compared(
            "SSZ2",
            found,
            "overall risk",
            sample_size_overall_risk(phi),
            f"(1.96/0.05)^2 x {phi:.5f} x {1 - phi:.5f} = {(1.96 / 0.05) ** 2 * phi * (1 - phi):.2f}",
            details,
        )


@check(
    "SSZ3",
    "Patients for a small error of the predicted risks",
    formula="ln n = (-0.508 + 0.259 ln f + 0.504 ln P - ln 0.05)/0.544",
    source="van Smeden et al. 2019, doi:10.1177/0962280218784726",
)
def ssz3(claims: Claims) -> Iterator[Finding]:
    """Mean absolute error 0.05; where the candidates are not reported, what the data would support."""
    for found in sample_size_rows(claims):
        p = found.parameters
        if not p:
            supported = " / ".join(str(most_parameters(found.n, r2)) for r2 in _by_area(found))
            areas = " / ".join(f"{area:.2f}" for area in AREAS)
            yield impossible(
                "SSZ3", found.model.id, "the number of candidate parameters is not reported",
                f"number of candidate parameters of {found.model.id} "
                f"(SSZ3-5: {found.n} supports {supported} at C {areas})",
            )  # fmt: skip
        elif p <= _MOST_FOR_ERROR:
            needed = sample_size_prediction_error(found.prevalence, p)
            f = min(found.prevalence, 1 - found.prevalence)
            words = f"exp((-0.508 + 0.259 ln {f:.5f} + 0.504 ln {p} - ln 0.05) / 0.544)"
            yield _compared("SSZ3", found, f"error of predicted risks with {p} candidate parameters", needed, words)


def _by_area(found: _Development) -> list[float]:
    return [r_squared_from_auc(area, found.prevalence) for area in AREAS]


@check("SSZ4", "Patients for little overfitting", formula="n = P / ((S-1) ln(1 - R2CS/S)), S = 0.9", source=_RILEY)
def ssz4(claims: Claims) -> Iterator[Finding]:
    """Expected shrinkage of at least 0.9."""
    for found in sample_size_rows(claims):
        if found.parameters and found.r_squared < _SHRINKAGE:
            needed = sample_size_shrinkage(found.parameters, found.r_squared)
            words = f"{found.parameters} / ((0.9 - 1) ln(1 - {found.r_squared:.5f}/0.9))"
            what = f"shrinkage 0.9 with {found.parameters} candidates ({found.source})"
            yield _compared("SSZ4", found, what, needed, words)


@check("SSZ5", "Patients for little optimism", formula="S = R2CS/(R2CS + 0.05 max R2CS) put into SSZ4", source=_RILEY)
def ssz5(claims: Claims) -> Iterator[Finding]:
    """Optimism of at most 0.05 in Nagelkerke's R2."""
    for found in sample_size_rows(claims):
        if found.parameters:
            needed = sample_size_optimism(found.parameters, found.r_squared, found.prevalence)
            s = found.r_squared / (found.r_squared + 0.05 * largest_r_squared(found.prevalence))
            words = f"S = {s:.5f}, {found.parameters} / ((S - 1) ln(1 - {found.r_squared:.5f}/S))"
            what = f"optimism 0.05 with {found.parameters} candidates ({found.source})"
            yield _compared("SSZ5", found, what, needed, words)


@check(
    "SSZ6",
    "Shrinkage to expect",
    formula="n (S-1) ln(1 - R2CS/S) = P; from data 1 - P/LR",
    source="Van Houwelingen & Le Cessie 1990, doi:10.1002/sim.4780091109",
)
def ssz6(claims: Claims) -> Iterator[Finding]:
    """How far the predictions have to be drawn in."""
    for found in sample_size_rows(claims):
        if not found.parameters:
            continue
        value = expected_shrinkage(found.n, found.parameters, found.r_squared)
        sentence = f"expected shrinkage {value:.3f} with {found.parameters} candidates ({found.source})"
        for row in claims.tables.fit:
            chi2 = printed_value(row.chi2)
            if row.model == found.model.id and row.data == found.model.data and chi2 is not None and chi2.value > 0:
                sentence += f"; 1 - P/LR = {1 - found.parameters / float(chi2):.3f}"
        yield Finding("SSZ6", found.model.id, "info", "", sentence)


@check(
    "SSZ7",
    "Events of a validation set",
    formula="at least 100 events and 100 non-events",
    source="Collins, Ogundimu & Altman 2016, doi:10.1002/sim.6787",
)
def ssz7(claims: Claims) -> Iterator[Finding]:
    """A validation set with fewer events decides little."""
    for row in claims.tables.data:
        sizes = _sizes(claims, row.name)
        if sizes is None or not any(word in row.name.lower() for word in ("valid", "test", "external")):
            continue
        fewer = min(sizes[1], sizes[2])
        if fewer < _VALIDATION_EVENTS:
            sentence = f"{fewer} in the smaller group of the validation set, fewer than {_VALIDATION_EVENTS}"
            yield Finding("SSZ7", row.name, "raised", "concern", sentence)
        else:
            yield ok("SSZ7", row.name, f"{fewer} in the smaller group of the validation set")
