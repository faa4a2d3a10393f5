"""Declarations of further calibration statistics for the registry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from validation.calibration.errors import SMOOTHERS, calibration_errors
from validation.calibration.external import external_validation
from validation.calibration.hosmer_lemeshow import GROUPINGS, hosmer_lemeshow_test
from validation.calibration.statistics import RMS, risk_cases
from validation.calibration.unweighted_squares import unweighted_squares_test
from validation.cohort import Cohort
from validation.exact import calibration_errors as certified_errors
from validation.exact import external as certified_external
from validation.exact import goodness_of_fit as certified_fit
from validation.relations import calibration_errors as errors_relations
from validation.relations import external as external_relations
from validation.relations import goodness_of_fit as fit_relations
from validation.statistic import Case, Settings, Statistic, bits, closed, definition, path, register, solution

__all__ = ["CALIBRATION_ERRORS", "EXTERNAL_VALIDATION", "HOSMER_LEMESHOW_TEST", "UNWEIGHTED_SQUARES_TEST"]

#: patients up to whom every window of loess is computed in the report
_MOST_FOR_LOESS = 3000


def _with_level(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in risk_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, "level": settings.level})


_RANKS = ("somers_dxy", "c_index")
_DEVIANCES = ("r_squared", "discrimination", "unreliability", "quality")
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
            "discrimination_chi_square": solution("value", condition="difference_condition"),
            # 0 where the risks are those of a fit: a difference of two deviances that are equal
            "unreliability_chi_square": solution("unit", condition="difference_condition"),
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
                "discrimination_chi_square": path("value", condition="difference_condition"),
                "unreliability_chi_square": path("unit", condition="difference_condition"),
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


def _smooth(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in risk_cases(cohort, settings):
        risk = case.arguments["y_proba"]
        possible = {
            "loess": risk.size <= _MOST_FOR_LOESS,
            "spline": bool(np.all((risk > 0.0) & (risk < 1.0))),
        }
        for smoother in SMOOTHERS:
            if possible.get(smoother, True):
                choices = {"smoother": smoother, "span": 0.75, "knots": 4, "level": settings.level}
                yield Case(f"{case.label}, {smoother}", {**case.arguments, **choices})


_DISTANCES = (
    "integrated_calibration_index", "median_error", "quantile_90_error", "largest_error", "estimated_calibration_index",
)  # fmt: skip

CALIBRATION_ERRORS = register(
    Statistic(
        name="calibration_errors",
        compute=calibration_errors,
        r="calibration_errors.R::calibration_errors",
        package="stats",
        title="Distance from the calibration curve",
        cases=_smooth,
        quantities={
            **dict.fromkeys((*_DISTANCES, "observed"), solution("unit")),
            **dict.fromkeys(("lower", "upper"), solution("unit", condition="condition_number")),
            "predicted": bits(),
        },
        relations=(
            errors_relations.errors_patient_order,
            errors_relations.errors_outcome_swap,
            errors_relations.errors_are_those_of_the_curve,
            errors_relations.errors_band_holds_the_curve,
            errors_relations.errors_score_equation,
        ),
        certified=certified_errors.calibration_errors,
        display="validation.displays.calibration_errors.CalibrationErrorsDisplay",
    )
)


def _grouped(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in risk_cases(cohort, settings):
        for grouping in GROUPINGS:
            choices = {"groups": 10, "grouping": grouping, "fitted": not cohort.risks}
            yield Case(f"{case.label}, {grouping}", {**case.arguments, **choices})


HOSMER_LEMESHOW_TEST = register(
    Statistic(
        name="hosmer_lemeshow_test",
        compute=hosmer_lemeshow_test,
        r="goodness_of_fit.R::hosmer_lemeshow_test",
        package="stats",
        title="Hosmer-Lemeshow test",
        cases=_grouped,
        quantities={
            "chi_square": closed("value", "sums over groups"),
            "degrees_of_freedom": bits(),
            "p_value": closed("unit"),
            "group_n": bits(),
            "group_events": bits(),
            "group_expected": closed("value", "sums over patients"),
            "group_mean_risk": closed("value", "sums over patients"),
        },
        relations=(
            fit_relations.groups_patient_order,
            fit_relations.groups_add_up,
            fit_relations.groups_are_their_chi_square,
            fit_relations.groups_lose_two_degrees,
        ),
        certified=certified_fit.hosmer_lemeshow_test,
    )
)


def _models(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    if cohort.x.shape[1]:
        yield Case("multivariable", {"y_true": cohort.outcome, "x": cohort.x})


_SUMS = ("sum_of_squares", "expected", "standard_deviation")

UNWEIGHTED_SQUARES_TEST = register(
    Statistic(
        name="unweighted_squares_test",
        compute=unweighted_squares_test,
        r="goodness_of_fit.R::unweighted_squares_test",
        package="rms",
        title="Unweighted sum of squares test",
        cases=_models,
        quantities={
            **dict.fromkeys(_SUMS, solution("value", condition="condition_number")),
            "z": solution("value", condition="difference_condition"),
            "p_value": solution("unit", condition="difference_condition"),
        },
        compat={
            RMS: {
                **dict.fromkeys(_SUMS, path("value", "Newton as lrm stops it", condition="condition_number")),
                "z": path("unit", condition="difference_condition"),
                "p_value": path("unit", condition="difference_condition"),
            }
        },
        relations=(
            fit_relations.squares_outcome_swap,
            fit_relations.squares_predictors_in_other_units,
            fit_relations.squares_sums,
        ),
        certified=certified_fit.unweighted_squares_test,
    )
)
