"""Baseline table: patients with and without the event, described and compared (R: stats)."""

from validation.baseline_table.categorical import BaselineCategoricalResult, baseline_categorical
from validation.baseline_table.continuous import BaselineContinuousResult, baseline_continuous
from validation.baseline_table.declarations import BASELINE_CATEGORICAL, BASELINE_CONTINUOUS

__all__ = [
    "BASELINE_CATEGORICAL",
    "BASELINE_CONTINUOUS",
    "BaselineCategoricalResult",
    "BaselineContinuousResult",
    "baseline_categorical",
    "baseline_continuous",
]
