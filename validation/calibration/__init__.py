"""Calibration of predicted risks: intercept, slope, curve, Brier score (R: rms::val.prob, stats::lowess)."""

from validation.calibration.curve import CALIBRATION_CURVE, CalibrationCurveResult, calibration_curve
from validation.calibration.declarations import CALIBRATION_ERRORS, EXTERNAL_VALIDATION
from validation.calibration.errors import CalibrationErrorsResult, calibration_errors
from validation.calibration.external import ExternalValidationResult, external_validation
from validation.calibration.statistics import (
    BRIER_SCORE,
    CALIBRATION_STATISTICS,
    BrierScoreResult,
    CalibrationStatisticsResult,
    brier_score,
    calibration_statistics,
)

__all__ = [
    "BRIER_SCORE",
    "CALIBRATION_CURVE",
    "CALIBRATION_ERRORS",
    "CALIBRATION_STATISTICS",
    "EXTERNAL_VALIDATION",
    "BrierScoreResult",
    "CalibrationCurveResult",
    "CalibrationErrorsResult",
    "CalibrationStatisticsResult",
    "ExternalValidationResult",
    "brier_score",
    "calibration_curve",
    "calibration_errors",
    "calibration_statistics",
    "external_validation",
]
