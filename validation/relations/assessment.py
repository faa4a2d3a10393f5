"""What must hold for errors of predictions whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import RelationViolated, expect

__all__ = ["assessment_cells_add_up", "assessment_doubling", "assessment_outcome_swap"]

Arguments = Mapping[str, Any]
_SUMS = 64.0
_MEASURES = ("deviance", "misclassification", "auc", "mean_squared_error", "mean_absolute_error")


def assessment_doubling(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice leaves every mean."""
    twice = {name: np.tile(np.asarray(value), 2) for name, value in arguments.items()}
    result, other = compute(**arguments), compute(**twice)
    for name in _MEASURES:
        expect(
            name, getattr(other, name), getattr(result, name), eps=_SUMS, scale=1.0, reason="sums of twice the terms"
        )


def assessment_outcome_swap(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event, with the log odds turned round, leaves every error."""
    turned = {**arguments, "y_true": 1 - np.asarray(arguments["y_true"]),
              "linear_predictor": -np.asarray(arguments["linear_predictor"], dtype=np.float64)}  # fmt: skip
    result, other = compute(**arguments), compute(**turned)
    if result.compat != "default":
        return  # risks near 1 coincide, those near 0 do not
    for name in ("deviance", "auc", "mean_squared_error", "mean_absolute_error"):
        expect(name, getattr(other, name), getattr(result, name), eps=_SUMS, scale=2.0, reason="complements of risks")


def assessment_cells_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """The classification table holds every patient, and its wrong cells are the misclassification."""
    result = compute(**arguments)
    table = result.confusion()
    expect("patients", table.sum(), float(result.n), eps=0, reason="counts")
    wrong = (result.false_positives + result.false_negatives) / result.n
    expect("misclassification", result.misclassification, wrong, eps=4.0, scale=1.0, reason="one division")
    if table[:, 1].sum() != result.n_events:
        raise RelationViolated("the events of the table are not those of the outcome")
