"""Sample size of a prediction model for a binary outcome: the criteria of Riley and colleagues, and their inverse."""

from validation.sample_size.arguments import largest_r_squared
from validation.sample_size.criteria import (
    expected_shrinkage,
    most_parameters,
    sample_size_optimism,
    sample_size_overall_risk,
    sample_size_prediction_error,
    sample_size_shrinkage,
)
from validation.sample_size.declarations import ANTICIPATED_R_SQUARED, SMALLEST_SAMPLE_SIZE
from validation.sample_size.signal import AnticipatedRSquared, anticipated_r_squared, r_squared_from_auc
from validation.sample_size.smallest import SampleSize, smallest_sample_size

__all__ = [
    "ANTICIPATED_R_SQUARED",
    "SMALLEST_SAMPLE_SIZE",
    "AnticipatedRSquared",
    "SampleSize",
    "anticipated_r_squared",
    "expected_shrinkage",
    "largest_r_squared",
    "most_parameters",
    "r_squared_from_auc",
    "sample_size_optimism",
    "sample_size_overall_risk",
    "sample_size_prediction_error",
    "sample_size_shrinkage",
    "smallest_sample_size",
]
