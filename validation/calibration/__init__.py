"""Calibration of predicted risks: intercept, slope, curve, Brier score (R: rms::val.prob, stats::lowess)."""

from validation.calibration.curve import CALIBRATION_CURVE, CalibrationCurveResult, calibration_curve
from validation.calibration.declarations import (
    CALIBRATION_ERRORS,
    EXTERNAL_VALIDATION,
    HOSMER_LEMESHOW_TEST,
    UNWEIGHTED_SQUARES_TEST,
)
from validation.calibration.errors import CalibrationErrorsResult, calibration_errors
from validation.calibration.external import ExternalValidationResult, external_validation
from validation.calibration.hosmer_lemeshow import HosmerLemeshowResult, hosmer_lemeshow_test
from validation.calibration.statistics import (
    BRIER_SCORE,
    CALIBRATION_STATISTICS,
    BrierScoreResult,
    CalibrationStatisticsResult,
    brier_score,
    calibration_statistics,
)
from validation.calibration.unweighted_squares import UnweightedSquaresResult, unweighted_squares_test

__all__ = [
    "BRIER_SCORE",
    "CALIBRATION_CURVE",
    "CALIBRATION_ERRORS",
    "CALIBRATION_STATISTICS",
    "EXTERNAL_VALIDATION",
    "HOSMER_LEMESHOW_TEST",
    "UNWEIGHTED_SQUARES_TEST",
    "BrierScoreResult",
    "CalibrationCurveResult",
    "CalibrationErrorsResult",
    "CalibrationStatisticsResult",
    "ExternalValidationResult",
    "HosmerLemeshowResult",
    "UnweightedSquaresResult",
    "brier_score",
    "calibration_curve",
    "calibration_errors",
    "calibration_statistics",
    "external_validation",
    "hosmer_lemeshow_test",
    "unweighted_squares_test",
]
