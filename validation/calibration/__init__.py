"""Calibration of predicted risks: intercept, slope, curve, Brier score (R: rms::val.prob, stats::lowess)."""

from validation.calibration.curve import CALIBRATION_CURVE, CalibrationCurveResult, calibration_curve
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
    "CALIBRATION_STATISTICS",
    "BrierScoreResult",
    "CalibrationCurveResult",
    "CalibrationStatisticsResult",
    "brier_score",
    "calibration_curve",
    "calibration_statistics",
]
