"""What may leave the house: numbers about the cohort, never one patient's.

A vector with one entry per patient (or per distinct value of a marker) is compared like every other quantity, but its
entries are shown neither in the page nor in the log.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from crosscheck_r.agreement import Row
from validation.cohort import Cohort

__all__ = ["WITHHELD", "patient_sizes", "public"]

WITHHELD = "one entry per patient: not shown"


def patient_sizes(cohort: Cohort) -> frozenset[int]:
    """Lengths that an array with an entry per patient, case, control or distinct marker value can have."""
    n, cases = int(cohort.outcome.size), int(cohort.outcome.sum())
    sizes = {n, n + 1, cases, n - cases}
    risks: Mapping[str, Any] = cohort.risks
    for values in (*(marker.values for marker in cohort.markers), *risks.values()):
        distinct = int(np.unique(values).size)
        sizes |= {distinct, distinct + 1}
    # a handful of entries is a table of results, and a marker with as few values identifies nobody
    return frozenset(size for size in sizes if size > _FEW)


_FEW = 12


def public(row: Row, sizes: frozenset[int]) -> Row:
    """Row as it may be shown: without the worst entry where entries belong to patients."""
    if not sizes.intersection(row.shape):
        return row
    reason = f"{row.reason}; {WITHHELD}" if row.reason else WITHHELD
    return dataclasses.replace(row, value=None, reference=None, certified=None, worst_index=(), reason=reason)
