"""Printed numbers that entered a finding: the cells of the row it is about."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from validation.audit.claims import Claims, Row
from validation.audit.findings import Finding
from validation.audit.rounding import Printed

__all__ = ["with_inputs"]

Inputs = Mapping[str, str]


def cells(row: Row) -> dict[str, str]:
    """Numbers of a row as printed, by column."""
    found: dict[str, str] = {}
    for name, field in type(row).model_fields.items():
        value, column = getattr(row, name), field.alias or name
        if isinstance(value, Printed):
            found[column] = value.text
        elif isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], Printed):
            found[column] = f"{value[0].text} to {value[1].text}" if value[0].reported else "?"
        elif isinstance(value, int) and not isinstance(value, bool) and name != "line":
            found[column] = str(value)
    return found


def _targets(claims: Claims) -> Iterator[tuple[str, str, Row]]:
    """Family of checks, beginning of the target of its findings, row."""
    tables = claims.tables
    for model in claims.model:
        yield from (("ORX", f"{model.id}: {term.name}", term) for term in model.terms)
    for data in tables.data:
        yield "CNT", data.name, data
    yield from (("CNT", row.of, row) for row in tables.count)
    for row in tables.describe:
        yield "DSC", row.var if row.group is None else f"{row.var} ({row.group})", row
    yield from (("TST", row.var, row) for row in tables.test)
    yield from (("ROC", f"AUC of {row.of}", row) for row in tables.auc)
    for cutoff in tables.cutoff:
        yield "ROC", f"cut-off of {cutoff.of}", cutoff
        yield "CLS", f"{cutoff.of} {cutoff.cut or ''}".strip(), cutoff
    yield from (("FIT", row.model, row) for row in tables.fit)
    yield from (("CAL", f"{row.model}: {row.measure}", row) for row in tables.optimism)
    yield from (("CAL", row.model, row) for row in tables.calibration)
    for benefit in tables.net_benefit:
        if benefit.threshold is not None:
            yield "NBT", f"{benefit.model} at {benefit.threshold.text}", benefit


def with_inputs(claims: Claims, findings: Iterator[Finding]) -> Iterator[Finding]:
    """The findings with the numbers of their rows."""
    known: dict[str, dict[str, Inputs]] = {}
    for family, target, row in _targets(claims):
        known.setdefault(family, {}).setdefault(target, cells(row))
    for finding in findings:
        rows = known.get(finding.check[:3], {})
        matching = [target for target in rows if finding.target.startswith(target)]
        if finding.inputs or not matching:
            yield finding
        else:
            yield dataclasses.replace(finding, inputs=rows[max(matching, key=len)])
