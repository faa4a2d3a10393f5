"""Checks of decision curves: net benefit against prevalence, whole counts and the operating point (NBT)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims, NetBenefitRow
from validation.audit.findings import Finding, check, ok
from validation.audit.fit import printed_value
from validation.audit.roc import _sizes
from validation.audit.rounding import Box, Printed, parse_interval

__all__ = ["whole_counts"]

Counts = npt.NDArray[np.bool_]
_SOURCE = "Vickers & Elkin 2006, doi:10.1177/0272989X06295361"
#: largest number of (true positive, false positive) pairs that are tried
_MOST_PAIRS = 4_000_000
_HIGH = 0.9


def _rows(claims: Claims) -> Iterator[tuple[NetBenefitRow, int, int, str]]:
    for row in claims.tables.net_benefit:
        sizes = _sizes(claims, row.data)
        threshold = printed_value(row.threshold)
        if sizes is None or threshold is None or not 0 <= threshold.value < 1:
            continue
        yield row, sizes[1], sizes[2], f"{row.model} at {threshold.text}"


def _weight(row: NetBenefitRow) -> Fraction:
    """Odds of the threshold, which is a setting and therefore exact."""
    assert row.threshold is not None
    return row.threshold.value / (1 - row.threshold.value)


def _is_standardised(row: NetBenefitRow) -> bool:
    return (row.standardised or "").strip().lower() in ("yes", "standardised", "standardized", "true")


def _scaled(box: Box, factor: Fraction) -> Box:
    return Box(box.low * factor, box.high * factor)


def _on_scale(row: NetBenefitRow, printed: Printed, n1: int, n0: int) -> Box:
    """Box of a net benefit on the plain scale."""
    factor = Fraction(n1, n1 + n0) if _is_standardised(row) else Fraction(1)
    return _scaled(printed.box(), factor)


@check("NBT1", "Net benefit at most the prevalence", formula="NB <= phi; standardised NB <= 1", source=_SOURCE)
def nbt1(claims: Claims) -> Iterator[Finding]:
    """No model finds more events than there are."""
    for row, n1, n0, target in _rows(claims):
        value, phi = printed_value(row.nb), Fraction(n1, n1 + n0)
        if value is None:
            continue
        most = Fraction(1) if _is_standardised(row) else phi
        if value.box().low <= most:
            yield ok("NBT1", target, f"net benefit {value.text} is at most {float(most):.4f}")
            continue
        unlabelled = row.standardised is None and value.box().low <= 1
        hints = ("it would fit if net benefit were standardised (divided by the prevalence)",) if unlabelled else ()
        sentence = f"net benefit {value.text} is above {float(most):.4f}, the prevalence"
        yield Finding("NBT1", target, "inconsistent", "error", sentence, hints=hints,
                      printed=value.box().ends, feasible=(-math.inf, float(most)))  # fmt: skip


@check("NBT2", "Treat-all curve from the prevalence", formula="phi - (1-phi) t/(1-t)", source=_SOURCE)
def nbt2(claims: Claims) -> Iterator[Finding]:
    """Treating everybody has a net benefit that follows from prevalence and threshold."""
    for row, n1, n0, target in _rows(claims):
        value, phi = printed_value(row.nb_all), Fraction(n1, n1 + n0)
        if value is None:
            continue
        exact = phi - (1 - phi) * _weight(row)
        steps = (f"{float(phi):.4f} - {float(1 - phi):.4f} x {float(_weight(row)):.4f} = {float(exact):.5f}",)
        if _on_scale(row, value, n1, n0).contains(exact):
            yield ok("NBT2", target, f"treat-all {value.text} is that of the prevalence {float(phi):.3f}", steps=steps)
            continue
        scaled = row.standardised is None and _scaled(value.box(), phi).contains(exact)
        hints = ("it would fit if net benefit were standardised",) if scaled else ()
        sentence = f"treat-all {value.text} where prevalence and threshold give {float(exact):.4f}"
        yield Finding("NBT2", target, "inconsistent", "error", sentence, steps=steps, hints=hints,
                      printed=value.box().ends, feasible=(float(exact), float(exact)))  # fmt: skip


def whole_counts(box: Box, weight: Fraction, n1: int, n0: int) -> Counts:
    """Which pairs of true and false positives have this net benefit: a table of n1 + 1 by n0 + 1."""
    n = n1 + n0
    true = range(n1 + 1)
    if weight == 0:
        fits = [box.low * n <= tp <= box.high * n for tp in true]
        return np.repeat(np.array(fits)[:, None], n0 + 1, axis=1)
    # whole numbers of any size, cut to what can be counted before they meet an array
    first = [min(max(math.ceil((tp - box.high * n) / weight), 0), n0 + 1) for tp in true]
    last = [min(max(math.floor((tp - box.low * n) / weight), -1), n0) for tp in true]
    false = np.arange(n0 + 1)[None, :]
    return np.asarray((false >= np.array(first)[:, None]) & (false <= np.array(last)[:, None]))


def _reachable(before: Counts) -> Counts:
    """Pairs from which some earlier pair has at least as many of both."""
    down = np.logical_or.accumulate(before[::-1], axis=0)[::-1]
    return np.asarray(np.logical_or.accumulate(down[:, ::-1], axis=1)[:, ::-1])


def _corrected(claims: Claims, row: NetBenefitRow) -> bool:
    model = next((m for m in claims.model if m.id == row.model), None)
    said = None if model is None or model.net_benefit is None else model.net_benefit.corrected
    return said is not None and said.strip().lower() not in ("no", "none", "?")


@check(
    "NBT3",
    "Net benefit from whole counts",
    formula="NB = TP/n - w FP/n for whole TP <= n1, FP <= n0, neither rising with the threshold",
    source=_SOURCE,
)
def nbt3(claims: Claims) -> Iterator[Finding]:
    """Uncorrected net benefits are made of whole patients, fewer of them at higher thresholds."""
    curves: dict[tuple[str, str | None], list[tuple[NetBenefitRow, int, int]]] = {}
    for row, n1, n0, target in _rows(claims):
        if printed_value(row.nb) is None or _corrected(claims, row):
            continue
        if n1 * n0 > _MOST_PAIRS:
            sentence = f"not decided: {n1} x {n0} pairs of true and false positives are more than are tried"
            yield Finding("NBT3", target, "info", "note", sentence)
        else:
            curves.setdefault((row.model, row.data), []).append((row, n1, n0))
    for (model, _), rows in curves.items():
        rows.sort(key=lambda found: _weight(found[0]))
        yield _curve(model, rows)


def _curve(model: str, rows: list[tuple[NetBenefitRow, int, int]]) -> Finding:
    reached: Counts | None = None
    for row, n1, n0 in rows:
        assert row.nb is not None
        possible = whole_counts(_on_scale(row, row.nb, n1, n0), _weight(row), n1, n0)
        if not possible.any():
            sentence = f"no whole numbers of {n1} and {n0} patients have the net benefit {row.nb.text}"
            return Finding("NBT3", model, "inconsistent", "error", sentence)
        reached = possible if reached is None else possible & _reachable(reached)
        if not reached.any():
            assert row.threshold is not None
            sentence = f"net benefit {row.nb.text} at {row.threshold.text} needs more patients than at lower thresholds"
            return Finding("NBT3", model, "inconsistent", "error", sentence)
    return ok("NBT3", model, f"whole numbers of patients have the net benefits of {len(rows)} threshold(s)")


@check("NBT4", "Net benefit of the operating point", formula="Se phi - w (1-Sp)(1-phi)", source=_SOURCE)
def nbt4(claims: Claims) -> Iterator[Finding]:
    """Sensitivity and specificity at the threshold give the net benefit."""
    for row, n1, n0, target in _rows(claims):
        value, se, sp = (printed_value(number) for number in (row.nb, row.sens, row.spec))
        if value is None or se is None or sp is None:
            continue
        phi, w = Fraction(n1, n1 + n0), _weight(row)
        low = se.box().low * phi - w * (1 - sp.box().low) * (1 - phi)
        high = se.box().high * phi - w * (1 - sp.box().high) * (1 - phi)
        box = _on_scale(row, value, n1, n0)
        yield _judged("NBT4", target, value, box, low, high, "sensitivity and specificity")


def _judged(id: str, target: str, value: Printed, box: Box, low: Fraction, high: Fraction, source: str) -> Finding:
    steps = (f"{source}: {float(low):.5f} to {float(high):.5f}",)
    if low <= box.high and box.low <= high:
        return ok(id, target, f"{value.text} agrees with {source}", steps=steps)
    sentence = f"{value.text} where {source} give {float(low):.4f} to {float(high):.4f}"
    return Finding(id, target, "inconsistent", "error", sentence, steps=steps,
                   printed=value.box().ends, feasible=(float(low), float(high)))  # fmt: skip


@check(
    "NBT5",
    "Range of thresholds claimed to be useful",
    formula="w = t/(1-t) false positives are worth one true positive; below the lowest risk a model treats all",
    source="Vickers, van Calster & Steyerberg 2019, doi:10.1186/s41512-019-0064-7",
)
def nbt5(claims: Claims) -> Iterator[Finding]:
    """What a claimed range of thresholds means in patients."""
    for model in claims.model:
        said = model.net_benefit
        if said is None or said.thresholds is None or said.thresholds.strip() == "?":
            continue
        try:
            low, high = parse_interval(said.thresholds)
        except ValueError:
            continue
        if 1 > float(high) > _HIGH:
            odds = float(high) / (1 - float(high))
            sentence = f"at a threshold of {high.text} one false positive weighs as much as {odds:.0f} true positives"
            yield Finding("NBT5", model.id, "raised", "concern", sentence)
        lowest = printed_value(said.lowest_risk)
        if lowest is not None and low.value < lowest.value:
            sentence = f"below {lowest.text}, the lowest predicted risk, the model treats all"
            yield Finding("NBT5", model.id, "raised", "concern", sentence)


@check("NBT6", "Interventions avoided", formula="100 (NB - NB_all)/w", source=_SOURCE)
def nbt6(claims: Claims) -> Iterator[Finding]:
    """Interventions avoided per 100 patients from the two net benefits."""
    for row, n1, n0, target in _rows(claims):
        value, avoided, w = printed_value(row.nb), printed_value(row.avoided), _weight(row)
        if value is None or avoided is None or w == 0:
            continue
        phi, per = Fraction(n1, n1 + n0), Fraction(row.per or 100)
        treat_all = phi - (1 - phi) * w
        box = _on_scale(row, value, n1, n0)
        low, high = per * (box.low - treat_all) / w, per * (box.high - treat_all) / w
        yield _judged("NBT6", target, avoided, avoided.box(), low, high, "net benefit and prevalence")
