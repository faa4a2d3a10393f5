"""Internal validation: what a model loses on new patients (R: rms)."""

from validation.internal_validation.calibrate import CalibrateResult, calibrate
from validation.internal_validation.declarations import CALIBRATE, VALIDATE_MODEL
from validation.internal_validation.validate import ValidateResult, validate_model

__all__ = [
    "CALIBRATE",
    "VALIDATE_MODEL",
    "CalibrateResult",
    "ValidateResult",
    "calibrate",
    "validate_model",
]
