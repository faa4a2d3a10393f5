"""Patients with missing values: refused, or left out as a whole so that the markers of the others stay paired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome, check_outcome, check_scores
from validation.errors import InputError

__all__ = ["MISSING", "Complete", "complete_rows", "present"]

MISSING = ("refuse", "complete")


class Complete(NamedTuple):
    """Checked outcome and scores of the patients without a missing value."""

    outcome: Outcome
    scores: list[Floats]
    missing: int


def complete_rows(
    y_true: Any, scores: Sequence[Any], missing: str, outcome_name: str, names: Sequence[str]
) -> Complete:
    """Outcome and scores of the patients who have them all (``complete``), or of all patients (``refuse``)."""
    if missing == "refuse":
        outcome = check_outcome(y_true, outcome_name)
        return Complete(outcome, [check_scores(x, outcome.size, n) for x, n in zip(scores, names, strict=True)], 0)
    columns = [_numbers(values, name) for values, name in zip((y_true, *scores), (outcome_name, *names), strict=True)]
    for column, name in zip(columns[1:], names, strict=True):
        if column.size != columns[0].size:
            raise InputError(name, f"has {column.size} values where the outcome has {columns[0].size}")
    kept = np.logical_and.reduce([~np.isnan(column) for column in columns])
    if not kept.any():
        raise InputError(outcome_name, "has no patient with all values", hint="Impute, or leave out a marker.")
    outcome = check_outcome(columns[0][kept], outcome_name)
    found = [check_scores(column[kept], outcome.size, name) for column, name in zip(columns[1:], names, strict=True)]
    return Complete(outcome, found, int(kept.size - outcome.size))


def present(y_true: Any, y_score: Any, outcome_name: str, name: str) -> npt.NDArray[np.bool_]:
    """Patients with an outcome and this score."""
    there: npt.NDArray[np.bool_] = ~np.isnan(_numbers(y_true, outcome_name)) & ~np.isnan(_numbers(y_score, name))
    return there


def _numbers(values: Any, name: str) -> Floats:
    """Numbers with NaN for what is missing (None, NaN, a masked or missing entry of a frame)."""
    try:
        numbers: Floats = np.asarray(values, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise InputError(name, "holds something other than numbers", hint="Convert the labels first.") from None
    return numbers
