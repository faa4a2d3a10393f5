"""Internal validation: what a model loses on new patients (R: rms)."""

from validation.internal_validation.calibrate import CALIBRATE, CalibrateResult, calibrate

__all__ = ["CALIBRATE", "CalibrateResult", "calibrate"]
