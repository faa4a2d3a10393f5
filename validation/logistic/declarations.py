"""Declarations of the logistic statistics for the registry."""

from __future__ import annotations

from collections.abc import Iterator

from validation.cohort import Cohort
from validation.exact import logistic as certified
from validation.exact import logistic_indexes as certified_indexes
from validation.logistic.indexes import RMS, logistic_model_indexes
from validation.logistic.regression import GLM, logistic_regression
from validation.logistic.univariable import univariable_odds_ratios
from validation.relations import logistic as relations
from validation.relations import logistic_indexes as index_relations
from validation.statistic import (
    Case,
    ScaleName,
    Settings,
    Statistic,
    bits,
    closed,
    definition,
    exact,
    path,
    register,
    solution,
)

__all__ = ["LOGISTIC_MODEL_INDEXES", "LOGISTIC_REGRESSION", "UNIVARIABLE_ODDS_RATIOS"]


def index_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """All predictors of the cohort in one model."""
    for case in _cases(cohort, settings, "multivariable"):
        yield Case(case.label, {name: value for name, value in case.arguments.items() if name != "level"})


def _cases(cohort: Cohort, settings: Settings, label: str) -> Iterator[Case]:
    if cohort.predictors:
        arguments = {
            "y_true": cohort.outcome,
            "x": cohort.x,
            "names": list(cohort.predictors),
            "level": settings.level,
        }
        yield Case(label, arguments)


def multivariable_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """All predictors of the cohort in one model."""
    return _cases(cohort, settings, "multivariable")


def univariable_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Each predictor of the cohort in a model of its own."""
    return _cases(cohort, settings, "univariable")


#: name -> scale and the attribute with the condition number. A coefficient near zero has its standard error as natural
#: scale, and z measures it in that unit; an odds ratio magnifies errors by the size of its logarithm
_WALD: dict[str, tuple[ScaleName, str]] = {
    "coefficients": ("vector", "condition_number"),
    "standard_error": ("value", "condition_number"),
    "z": ("unit", "condition_number"),
    "p_value": ("unit", "condition_number"),
    "odds_ratio": ("value", "odds_ratio_condition"),
    "lower": ("value", "odds_ratio_condition"),
    "upper": ("value", "odds_ratio_condition"),
}
_WHOLE_MODEL: dict[str, tuple[ScaleName, str]] = {
    "log_likelihood": ("value", "condition_number"),
    "deviance": ("value", "condition_number"),
    "aic": ("value", "condition_number"),
    "fitted": ("unit", "condition_number"),
    "covariance": ("vector", "condition_number"),
}
_STOPPED = "R's standard errors come from the last coefficients but one"

LOGISTIC_REGRESSION = register(
    Statistic(
        name="logistic_regression",
        compute=logistic_regression,
        r="logistic.R::logistic_regression",
        package="stats",
        title="Logistic regression: adjusted odds ratios",
        cases=multivariable_cases,
        quantities={name: solution(scale, "", condition) for name, (scale, condition) in (_WALD | _WHOLE_MODEL).items()}
        | {"null_deviance": closed("value")},
        relations=(
            relations.predictor_unit,
            relations.outcome_swap,
            relations.doubling,
            relations.weights_are_repetition,
            relations.patient_order,
            relations.score_is_zero,
            relations.wald_definitions,
        ),
        compat={
            GLM: {name: path(scale, _STOPPED, condition) for name, (scale, condition) in (_WALD | _WHOLE_MODEL).items()}
            | {"null_deviance": closed("value"), "n_iterations": bits(), "converged": bits()}
        },
        certified=certified.logistic_regression,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)

UNIVARIABLE_ODDS_RATIOS = register(
    Statistic(
        name="univariable_odds_ratios",
        compute=univariable_odds_ratios,
        r="logistic.R::univariable_odds_ratios",
        package="stats",
        title="Univariable odds ratios",
        cases=univariable_cases,
        quantities={name: solution(scale, "", condition) for name, (scale, condition) in _WALD.items()},
        relations=(
            relations.univariable_unit,
            relations.univariable_outcome_swap,
            relations.univariable_is_the_model_of_one,
            relations.univariable_patient_order,
        ),
        compat={GLM: {name: path(scale, _STOPPED, condition) for name, (scale, condition) in _WALD.items()}},
        certified=certified.univariable_odds_ratios,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)

_DIFFERENCE = "difference_condition"
_INDEXES: dict[str, tuple[ScaleName, str]] = {
    "coefficients": ("vector", "condition_number"),
    "standard_error": ("value", "condition_number"),
    "deviance": ("value", "condition_number"),
    "likelihood_ratio": ("value", _DIFFERENCE),
    "p_value": ("unit", _DIFFERENCE),
    "r_squared": ("value", _DIFFERENCE),
    "brier_score": ("unit", "condition_number"),
    "g_index": ("value", "condition_number"),
    "g_odds_ratio": ("value", _DIFFERENCE),
    "g_risk": ("unit", "condition_number"),
}
_RANKS = ("c_index", "somers_dxy", "gamma", "tau_a")
_BINNED = "rms 6.5 ranks predicted risks in 5000 classes; here equal risks only are tied"
_EARLY = "lrm stops one step after the deviance changed by no more than 0.025"

LOGISTIC_MODEL_INDEXES = register(
    Statistic(
        name="logistic_model_indexes",
        compute=logistic_model_indexes,
        r="logistic.R::logistic_model_indexes",
        package="rms",
        title="Fit and discrimination of the logistic model (apparent)",
        cases=index_cases,
        quantities={name: solution(scale, "", condition) for name, (scale, condition) in _INDEXES.items()}
        | {name: definition(_BINNED, "unit") for name in _RANKS}
        | {"degrees_of_freedom": bits(), "null_deviance": closed("value")},
        relations=(
            index_relations.indexes_patient_order,
            index_relations.indexes_unit,
            index_relations.indexes_of_swapped_outcome,
            index_relations.indexes_of_twice_the_patients,
        ),
        compat={
            RMS: {name: path(scale, _EARLY, condition) for name, (scale, condition) in _INDEXES.items()}
            | {name: exact() for name in _RANKS}
            | {"degrees_of_freedom": bits(), "null_deviance": closed("value")}
        },
        certified=certified_indexes.logistic_model_indexes,
    )
)
