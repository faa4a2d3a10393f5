"""One measure of all strategies by threshold, as text for people (R: ``summary`` of a decision curve)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from validation.checks import check_choice, check_integer
from validation.decision_curve.cost_benefit import cost_benefit_ratio

if TYPE_CHECKING:
    from validation.decision_curve.results import DecisionCurve, StrategyCurve

__all__ = ["printed_summary"]

_TITLES = {
    "standardized_net_benefit": "Standardized Net Benefit",
    "net_benefit": "Net Benefit",
    "true_positive_rate": "Sensitivity (TPR)",
    "false_positive_rate": "1-Specificity (FPR)",
    "true_negative_rate": "True negative rate",
    "false_negative_rate": "False negative rate",
}
Column = list[tuple[str, str]]


def printed_summary(result: DecisionCurve, measure: str = "standardized_net_benefit", digits: int = 3) -> str:
    """Text of the table, thresholds ascending; the two lines of a cell are estimate and limits.

    Parameters
    ----------
    result : DecisionCurve
    measure : str
        Net benefit, standardized net benefit or one of the four rates.
    digits : int
        Decimals of the measure and of the percentage.
    """
    check_choice(measure, "measure", tuple(_TITLES))
    check_integer(digits, "digits", minimum=0, maximum=15)
    order: list[int] = np.argsort(result.thresholds, kind="stable").tolist()
    opt_in = result.policy == "opt-in"
    thresholds = [float(result.thresholds[i]) for i in order]
    share = "proportion_high_risk" if opt_in else "proportion_low_risk"
    columns: list[Column] = [
        [("risk", "threshold"), *((f"{t:.4g}", "") for t in thresholds)],
        [("cost:benefit", "ratio"), *((cost_benefit_ratio(t), "") for t in thresholds)],
        [("percent", "high risk" if opt_in else "low risk"), *_cells(result.model, share, order, digits, 100.0, True)],
    ]
    # a strategy that is the policy's point of reference has no interval
    fixed = result.none if opt_in else result.all
    for curve in (result.all, *result.models.values(), result.none):
        name = {"all": "All", "none": "None"}.get(curve.name, curve.name)
        columns.append([(name, ""), *_cells(curve, measure, order, digits, 1.0, curve is not fixed)])
    title = _TITLES[measure]
    if result.level is not None:
        title += f" ({round(100.0 * result.level)}% Confidence Intervals)"
    return "\n".join(["", f"{title}:", *_lines(columns, result.level is not None), "", ""])


def _cells(
    curve: StrategyCurve, measure: str, order: Sequence[int], digits: int, scale: float, interval: bool
) -> Column:
    limits = curve.limits(measure) if interval else None
    values = getattr(curve, measure)
    cells = []
    for i in order:
        bounds = ""
        if limits is not None:
            bounds = f"({_number(limits[0][i] * scale, digits)}, {_number(limits[1][i] * scale, digits)})"
        cells.append((_number(values[i] * scale, digits), bounds))
    return cells


def _number(value: float, digits: int) -> str:
    """Rounded, without trailing zeros or a negative zero; what does not exist is NA."""
    return "NA" if math.isnan(value) else f"{round(float(value), digits) + 0.0:.15g}"


def _lines(columns: Sequence[Column], two_lines: bool) -> list[str]:
    widths = [max(len(line) for cell in column for line in cell) + 2 for column in columns]
    rows = [
        [" ".join(_centred(cell[k], w) for cell, w in zip(row, widths, strict=True)) for k in (0, 1)]
        for row in zip(*columns, strict=True)
    ]
    rule = "-" * (sum(widths) + len(widths) - 1)
    out = [rule, *rows[0], " ".join("-" * w for w in widths)]
    for i, row in enumerate(rows[1:]):
        out += ([""] if i else []) + (row if two_lines else row[:1])
    return [*out, rule]


def _centred(text: str, width: int) -> str:
    left = (width - len(text)) // 2
    return " " * left + text + " " * (width - len(text) - left)
