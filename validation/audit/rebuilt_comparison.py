"""Every printed number beside that of a reconstructed cohort, and the numbers that a reconstruction leaves out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims, CutoffRow
from validation.audit.rebuilt_table import (
    MEASURES,
    cell_value,
    cells_of,
    described_names,
    group_of,
    levels_of,
    masks_of,
    measures_of,
    positive_level,
)
from validation.audit.rebuilt_target import Target
from validation.audit.rounding import Printed
from validation.checks import Floats
from validation.logistic import logistic_regression
from validation.roc import auc, optimal_cutoff

__all__ = ["Comparison", "compare", "left_out"]

Outcome = npt.NDArray[np.int8]
Columns = Mapping[str, Floats]
_NOT_SEARCHED = ("test", "fit", "calibration", "optimism", "net_benefit", "auc_difference")


@dataclass(frozen=True)
class Comparison:
    """One printed number beside the number of the reconstructed cohort."""

    what: str
    printed: str
    found: float
    holds: bool


def _printed(what: str, printed: Printed, found: float) -> Comparison:
    return Comparison(what, printed.text, found, printed.box().contains(found) if math.isfinite(found) else False)


def _counted(what: str, printed: int, found: float) -> Comparison:
    return Comparison(what, str(printed), found, found == printed)


def compare(claims: Claims, target: Target, columns: Columns) -> Iterator[Comparison]:
    """All printed numbers that take part, by the functions of this package."""
    y = columns["event"].astype(np.int8)
    x = np.column_stack([columns[term.name] for term in target.terms])
    yield _counted("events", target.n1, float(y.sum()))
    yield _counted("non-events", target.n0, float((1 - y).sum()))
    fit = logistic_regression(y, x)
    for j, term in enumerate(target.terms):
        assert term.or_ is not None
        assert term.ci is not None
        values = (fit.odds_ratio[j], fit.lower[j], fit.upper[j])
        words = ("odds ratio", "lower limit", "upper limit")
        for word, value, printed in zip(words, values, (term.or_, *term.ci), strict=True):
            yield _printed(f"{term.name}: {word}", printed, float(value))
        if term.p is not None and term.p.reported:
            yield _printed(f"{term.name}: p", term.p, float(fit.p_value[j + 1]))
    yield from _areas(claims, target, columns, y, x @ fit.coefficients[1:])
    yield from _cutoff(claims, target, columns, y)
    yield from _table(claims, target, columns, y)
    for part in claims.subsets(target.data.name):
        if part.name in columns and part.events is not None:
            yield _counted(f"{part.name}: events", part.events, float(columns[part.name].sum()))


def _scores(claims: Claims, target: Target, columns: Columns, y: Outcome, risk: Floats) -> dict[str, Floats]:
    """What areas are printed of, with higher values for cases."""
    found = {target.model.id: risk}
    for name, values in columns.items():
        if name == target.marker:
            found[name] = -values if target.low_is_positive else values
        else:
            found[name] = values if values[y == 1].mean() >= values[y == 0].mean() else -values
    return found


def _areas(claims: Claims, target: Target, columns: Columns, y: Outcome, risk: Floats) -> Iterator[Comparison]:
    scores = _scores(claims, target, columns, y, risk)
    for row in claims.tables.auc:
        if row.of not in scores or row.auc is None or not row.auc.reported or row.data not in (None, target.data.name):
            continue
        result = auc(y, scores[row.of], direction="higher")
        yield _printed(f"AUC of {row.of}", row.auc, result.auc)
        if row.ci is not None and row.ci[0].reported:
            yield _printed(f"AUC of {row.of}: lower limit", row.ci[0], result.lower)
            yield _printed(f"AUC of {row.of}: upper limit", row.ci[1], result.upper)


def _cutoff(claims: Claims, target: Target, columns: Columns, y: Outcome) -> Iterator[Comparison]:
    if target.marker is None or target.cut is None:
        return
    values = columns[target.marker]
    best = optimal_cutoff(y, values, direction="lower" if target.low_is_positive else "higher")
    holds = best.threshold.size == 1 and abs(float(best.threshold[0]) - target.cut) < 1e-9
    yield Comparison(f"cut-off of {target.marker}", f"{target.cut:g}", float(best.threshold[0]), holds)
    positive = values <= target.cut if target.low_is_positive else values >= target.cut
    tp, tn = int((positive & (y == 1)).sum()), int((~positive & (y == 0)).sum())
    found = measures_of(tp, tn, target.n1, target.n0)
    for row in _marker_cutoffs(claims, target):
        for name in MEASURES:
            printed = getattr(row, name)
            if printed is not None and printed.kind == "value":
                exact = found.get(name)
                holds = exact is not None and printed.box().contains(exact)
                yield Comparison(f"{row.of}: {name}", printed.text, math.nan if exact is None else float(exact), holds)


def _marker_cutoffs(claims: Claims, target: Target) -> Iterator[CutoffRow]:
    for row in claims.tables.cutoff:
        if row.of == target.marker and row.data in (None, target.data.name):
            yield row


def _table(claims: Claims, target: Target, columns: Columns, y: Outcome) -> Iterator[Comparison]:
    masks = masks_of(y)
    for name in described_names(claims):
        for cell in cells_of(claims, target.data, name):
            value = cell_value(cell, columns[name], masks) if name in columns else math.nan
            yield _printed(cell.words, cell.printed, value)
    for levels in levels_of(claims, target.data):
        codes = _codes(levels.variable, levels.names, positive_level(levels), columns)
        for i, level in enumerate(levels.names):
            for group, count in zip(("events", "nonevents"), levels.counts[i], strict=True):
                found = math.nan if codes is None else float((codes[masks[group]] == i).sum())
                yield _counted(f"{levels.variable} {level} ({group})", count, found)


def _codes(variable: str, names: tuple[str, ...], positive: int, columns: Columns) -> npt.NDArray[np.intp] | None:
    """Level of each patient: from a column of levels, a 0/1 term of two levels, or a term for each level but one."""
    values = columns.get(variable)
    if values is not None and set(np.unique(values)) <= {0.0, 1.0}:
        return np.where(values == 1.0, positive, 1 - positive)
    return None if values is None else values.astype(np.intp) - 1


def left_out(claims: Claims, target: Target) -> Iterator[str]:
    """Printed numbers that a reconstruction does not reach, by table."""
    for name in _NOT_SEARCHED:
        if getattr(claims.tables, name):
            yield name
    covered = {level.variable for level in levels_of(claims, target.data)}
    described = {(c.variable, c.group) for name in described_names(claims) for c in cells_of(claims, target.data, name)}
    names = [f"{row.var} ({row.group or 'all'})" for row in claims.tables.describe
             if (row.var, group_of(target.data, row.group) or "") not in described]  # fmt: skip
    names += [row.var for row in claims.tables.crosstab if row.var not in covered]
    names += [row.of for row in claims.tables.count if row.of not in covered]
    if names:
        yield f"rows of the table: {', '.join(dict.fromkeys(names))}"
    known = {target.model.id, target.marker, *(t.name for t in target.terms), *described_names(claims)}
    areas = [row.of for row in claims.tables.auc if row.auc is not None and row.auc.reported
             and (row.of not in known or row.data not in (None, target.data.name))]  # fmt: skip
    if areas:
        yield f"areas of {', '.join(areas)}"
    yield from _left_out_of_rows(claims, target)


def _left_out_of_rows(claims: Claims, target: Target) -> Iterator[str]:
    mine = [row.line for row in _marker_cutoffs(claims, target)]
    numbers = ("sens", "spec", "ppv", "npv", "acc", "f1", "lr_pos", "lr_neg", "dor", "youden")
    for row in claims.tables.cutoff:
        printed = [name for name in numbers if (value := getattr(row, name)) is not None and value.reported]
        rest = [name for name in printed if row.line not in mine or name not in MEASURES]
        if rest:
            yield f"{', '.join(rest)} at the cut-off of {row.of}"
    for model in claims.model:
        if model is not target.model and any(term.or_ is not None or term.b is not None for term in model.terms):
            yield f"model {model.id}"
    found = {term.name for term in target.terms}
    rest = [term.name for term in target.model.terms if term.name not in found]
    rest += [f"b and SE of {term.name}" for term in target.terms if term.b is not None or term.se is not None]
    if rest:
        yield f"terms: {', '.join(rest)}"
    for part in claims.subsets(target.data.name):
        if part.share == "part" or part.n != target.n1 + target.n0:
            yield f"data set {part.name}"
