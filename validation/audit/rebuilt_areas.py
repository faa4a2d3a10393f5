"""Area of a score with DeLong's interval, quick enough for a search; the comparison itself uses `validation.roc`."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from validation.audit.claims import AucRow, Claims
from validation.audit.odds_ratios import Z
from validation.checks import Floats

__all__ = ["area_numbers", "area_row", "delong_numbers"]


def delong_numbers(y: npt.NDArray[np.int8], score: Floats) -> tuple[float, float, float]:
    """Area and both limits, higher scores for cases."""
    cases, controls = score[y == 1], score[y == 0]
    by_case, by_control = np.sort(cases), np.sort(controls)
    won = (np.searchsorted(by_control, cases, "left") + np.searchsorted(by_control, cases, "right")) / 2
    lost = (np.searchsorted(by_case, controls, "left") + np.searchsorted(by_case, controls, "right")) / 2
    area = float(won.mean()) / controls.size
    variance = float(won.var(ddof=1)) / (cases.size * controls.size**2)
    variance += float(lost.var(ddof=1)) / (controls.size * cases.size**2)
    reach = Z * math.sqrt(variance)
    return area, max(area - reach, 0.0), min(area + reach, 1.0)


def area_row(claims: Claims, name: str, data: str) -> AucRow | None:
    """The row that prints the area of a marker on a data set."""
    return next((row for row in claims.tables.auc if row.of == name and row.data in (None, data)
                 and row.auc is not None and row.auc.kind == "value"), None)  # fmt: skip


def area_numbers(row: AucRow | None) -> list[tuple[float, float]]:
    """The printed area, and its limits where they are printed, each with half a unit of its last digit."""
    if row is None or row.auc is None:
        return []
    printed = [row.auc, *row.ci] if row.ci is not None and row.ci[0].kind == row.ci[1].kind == "value" else [row.auc]
    return [(float(number.value), float(number.half_unit)) for number in printed]
