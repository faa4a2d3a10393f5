"""Declarations of further calibration statistics for the registry."""

from __future__ import annotations

from collections.abc import Iterator

from validation.calibration.external import external_validation
from validation.calibration.statistics import RMS, risk_cases
from validation.cohort import Cohort
from validation.exact import external as certified_external
from validation.relations import external as external_relations
from validation.statistic import Case, Settings, Statistic, closed, definition, path, register, solution

__all__ = ["EXTERNAL_VALIDATION"]


def _with_level(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in risk_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, "level": settings.level})


_RANKS = ("somers_dxy", "c_index")
_DEVIANCES = ("r_squared", "discrimination", "unreliability", "quality")
_CHI_SQUARES = ("discrimination_chi_square", "unreliability_chi_square")
_ERRORS = ("largest_error", "quantile_90_error", "mean_error", "median_error", "brier_score")
_OTHERS = (
    "spiegelhalter_z", "observed_expected_ratio", "observed_expected_lower", "observed_expected_upper",
)  # fmt: skip
_LOGISTIC = ("calibration_intercept", "calibration_slope")
_BINNED = "rms 6.5 counts ranks in 5000 classes of risk"

EXTERNAL_VALIDATION = register(
    Statistic(
        name="external_validation",
        compute=external_validation,
        r="external.R::external_validation",
        package="rms",
        title="Given risks on other patients",
        cases=_with_level,
        quantities={
            **dict.fromkeys(_RANKS, definition(_BINNED, "unit")),
            **dict.fromkeys(_DEVIANCES, solution("unit")),
            **dict.fromkeys(_CHI_SQUARES, solution("value", condition="difference_condition")),
            "discrimination_p_value": definition("rms 6.5 leaves the p-value of D out", "unit"),
            "unreliability_p_value": solution("unit", condition="difference_condition"),
            **dict.fromkeys(_LOGISTIC, solution("unit")),
            **dict.fromkeys(_ERRORS, closed("unit", "the same sums, lowess in R's order")),
            **dict.fromkeys(_OTHERS, solution("unit")),
            "spiegelhalter_p_value": solution("unit"),
        },
        compat={
            RMS: {
                **dict.fromkeys((*_RANKS, *_DEVIANCES, *_LOGISTIC, *_OTHERS), path("unit")),
                **dict.fromkeys(_CHI_SQUARES, path("value", condition="difference_condition")),
                "discrimination_p_value": path("unit"),
                "unreliability_p_value": path("unit", condition="difference_condition"),
                **dict.fromkeys(_ERRORS, closed("unit", "the same sums, lowess in R's order")),
                "spiegelhalter_p_value": path("unit"),
            }
        },
        relations=(
            external_relations.external_patient_order,
            external_relations.external_outcome_swap,
            external_relations.external_adds_up,
            external_relations.external_of_recalibrated_risks,
            external_relations.external_tests_are_their_formulas,
        ),
        certified=certified_external.external_validation,
        display="validation.displays.calibration.CalibrationCurveDisplay",
    )
)
