"""Tables: the whole doubles into CSV files, sensible digits into the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck_r.report.numbers import (
    decimals_for,
    full,
    is_number,
    p_value,
    plain,
    ratio,
    significant,
    spans_magnitudes,
)

__all__ = ["Cell", "Columns", "PageTable", "csv_bytes", "merge", "page_table"]

Columns = Mapping[str, Sequence[Any]]

#: what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_INLINE = 40

HEADINGS = {
    "auc": "AUC",
    "auc_1": "AUC, first",
    "auc_2": "AUC, second",
    "standard_error": "SE",
    "p_value": "P",
    "odds_ratio": "Odds ratio",
    "n_cases": "Events",
    "n_controls": "Non-events",
    "n": "n",
    "brier_score": "Brier score",
    "scaled_brier_score": "Scaled Brier score",
    "youden": "Youden’s J",
    "threshold": "Cut-off",
    "positive_predictive_value": "PPV",
    "negative_predictive_value": "NPV",
    "positive_likelihood_ratio": "LR+",
    "negative_likelihood_ratio": "LR−",
    "statistic": "z",
}


@dataclass(frozen=True)
class Cell:
    """One cell: what is read, and the whole number behind it."""

    text: str
    title: str = ""
    numeric: bool = False


@dataclass(frozen=True)
class PageTable:
    """A table of the page."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[bool, ...]
    link: str = ""


def csv_bytes(columns: Columns) -> bytes:
    """CSV that is read back to the same doubles; texts that look like formulas get an apostrophe in front."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_csv_cell(name) for name in columns])
    writer.writerows([_csv_cell(cell) for cell in row] for row in zip(*columns.values(), strict=True))
    return text.getvalue().encode("utf-8", errors="replace")


def _csv_cell(value: Any) -> str:
    if is_number(value) or value is None:
        return full(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def merge(tables: Mapping[str, Columns], heading: str) -> Columns:
    """Tables with the same columns below each other, with their labels in front where these tell rows apart."""
    only = next(iter(tables.values()), {})
    if len(tables) == 1 and len(next(iter(only.values()), ())) != 1:
        return only
    names = list(dict.fromkeys(name for columns in tables.values() for name in columns))
    merged: dict[str, list[Any]] = {heading: []} | {name: [] for name in names}
    for label, columns in tables.items():
        length = len(next(iter(columns.values()), ()))
        merged[heading] += [label] * length
        for name in names:
            merged[name] += list(columns.get(name, [None] * length))
    return merged


def page_table(columns: Columns, caption: str, *, link: str = "", level: float | None = None) -> PageTable | None:
    """Table for the page; None where it is too long for one, and the CSV file has it.

    Parameters
    ----------
    columns : mapping
    caption : str
    link : str
        CSV file with all digits.
    level : float, optional
        Confidence level of the intervals where no column states it.
    """
    length = len(next(iter(columns.values()), ()))
    if length == 0 or length > _LONGEST_INLINE:
        return None
    shown: dict[str, list[Cell]] = {}
    levels = columns.get("level") or [level]
    for name, values in columns.items():
        if name == "level" or name == "upper" or (name.endswith("_upper") and f"{name[:-6]}_lower" in columns):
            continue
        if name == "lower" and "upper" in columns:
            shown[_interval_heading(levels)] = _intervals(values, columns["upper"], "odds_ratio" in columns)
        elif name.endswith("_lower") and f"{name[:-6]}_upper" in columns:
            heading = f"{_heading(name[:-6])}, {_interval_heading(levels)}"
            shown[heading] = _intervals(values, columns[f"{name[:-6]}_upper"], _is_ratio(name))
        else:
            words = name == "statistic" and not any(map(is_number, values))
            shown["Statistic" if words else _heading(name)] = _cells(name, values)
    rows = tuple(zip(*shown.values(), strict=True))
    numeric = tuple(any(cell.numeric for cell in cells) for cells in shown.values())
    return PageTable(caption, tuple(shown), rows, numeric, link)


def _heading(name: str) -> str:
    known = HEADINGS.get(name)
    words = name.replace("_", " ")
    if known is not None or name != name.lower() or not name.isascii():
        return known or name
    return words[:1].upper() + words[1:]


def _interval_heading(levels: Sequence[Any]) -> str:
    found = {value for value in levels if is_number(value)}
    return f"{100 * found.pop():g}% CI" if len(found) == 1 else "Confidence interval"


def _cells(name: str, values: Sequence[Any]) -> list[Cell]:
    if name == "p_value" or name.endswith("_p_value") or name.startswith("P, "):
        return [Cell(p_value(value), full(value), True) for value in values]
    if name.lower() == "threshold":
        # the units of different markers have nothing in common
        return [Cell(significant(value, 4), full(value), True) for value in values]
    if _is_ratio(name) or spans_magnitudes(values):
        return [Cell(ratio(value), full(value), True) for value in values]
    if name == "statistic" and not any(map(is_number, values)):
        return [Cell(value.replace("_", " ").capitalize()) for value in values]
    decimals = decimals_for(values)
    return [
        Cell(plain(value, decimals), full(value) if isinstance(value, float) else "", is_number(value) or value is None)
        for value in values
    ]


def _is_ratio(name: str) -> bool:
    return "odds ratio" in name.lower().replace("_", " ")


def _intervals(lower: Sequence[Any], upper: Sequence[Any], of_ratio: bool) -> list[Cell]:
    decimals = decimals_for([*lower, *upper])

    def shown(value: Any) -> str:
        return ratio(value) if of_ratio else plain(value, decimals)

    return [
        Cell("–" if low is None else f"{shown(low)} to {shown(high)}", f"{full(low)} to {full(high)}", True)
        for low, high in zip(lower, upper, strict=True)
    ]
