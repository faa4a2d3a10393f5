"""Declarations of penalised fits and bootstrap limits for the registry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from validation.cohort import Cohort
from validation.exact import penalized as certified
from validation.logistic.bootstrap import bootstrap_odds_ratios
from validation.logistic.indexes import RMS
from validation.logistic.interval_declarations import few_predictors
from validation.logistic.penalized import penalty_trace
from validation.relations import penalized as relations
from validation.statistic import (
    Case,
    Quantity,
    ScaleName,
    Settings,
    Statistic,
    bits,
    definition,
    path,
    register,
    resample,
    solution,
)

__all__ = ["BOOTSTRAP_ODDS_RATIOS", "PENALTY_TRACE"]

_PENALTIES = (0.5, 2.0, 8.0, 32.0)
#: resamples of a run whose limits are shown beside others
_RESAMPLES = 100
_EARLY = "lrm stops one step after the deviance changed by no more than 0.025"
_REFITS = "bootcov stops its refits where the deviance changes by no more than 1e-4"


def _penalty_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in few_predictors(cohort, settings):
        arguments = {name: value for name, value in case.arguments.items() if name != "level"}
        yield Case("ridge", arguments | {"penalties": np.array(_PENALTIES)})


def _bootstrap_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in few_predictors(cohort, settings):
        extra = {"seed": settings.seed, "bootstraps": min(_RESAMPLES, settings.bootstraps)}
        yield Case("bootstrap", dict(case.arguments) | extra)


_TRACE: dict[str, tuple[ScaleName, str]] = {
    "coefficients": ("vector", "condition_number"),
    "standard_error": ("vector", "condition_number"),
    "effective_degrees_of_freedom": ("value", "condition_number"),
    "likelihood_ratio": ("value", "difference_condition"),
    "aic": ("vector", "difference_condition"),
    "aic_corrected": ("vector", "difference_condition"),
    "bic": ("vector", "difference_condition"),
}

PENALTY_TRACE = register(
    Statistic(
        name="penalty_trace",
        compute=penalty_trace,
        r="penalized.R::penalty_trace",
        package="rms",
        title="Ridge-penalised logistic regression",
        cases=_penalty_cases,
        quantities={"penalties": bits()}
        | {name: solution(scale, _EARLY, condition) for name, (scale, condition) in _TRACE.items()},
        relations=(
            relations.penalty_lowers_likelihood_and_freedom,
            relations.penalty_outcome_swap,
            relations.penalty_score_is_zero,
        ),
        compat={
            RMS: {"penalties": bits()}
            | {name: path(scale, _EARLY, condition) for name, (scale, condition) in _TRACE.items()}
        },
        certified=certified.penalty_trace,
    )
)

_SHARED: dict[str, tuple[ScaleName, str]] = {
    "coefficients": ("vector", "condition_number"),
    "odds_ratio": ("value", "odds_ratio_condition"),
}
_RESAMPLED: dict[str, tuple[ScaleName, str]] = {
    "standard_error": ("value", "condition_number"),
    "lower": ("value", "odds_ratio_condition"),
    "upper": ("value", "odds_ratio_condition"),
}


def _path(names: dict[str, tuple[ScaleName, str]]) -> dict[str, Quantity]:
    return {name: path(scale, _EARLY, condition) for name, (scale, condition) in names.items()}


BOOTSTRAP_ODDS_RATIOS = register(
    Statistic(
        name="bootstrap_odds_ratios",
        compute=bootstrap_odds_ratios,
        r="penalized.R::bootstrap_odds_ratios",
        package="rms",
        title="Odds ratios with bootstrap intervals",
        cases=_bootstrap_cases,
        quantities={name: solution(scale, _EARLY, condition) for name, (scale, condition) in _SHARED.items()}
        | {name: resample(definition(_REFITS)) for name in _RESAMPLED},
        relations=(relations.bootstrap_limits_are_ordered, relations.bootstrap_unit),
        compat={
            RMS: _path(_SHARED)
            | {name: resample(quantity) for name, quantity in _path(_RESAMPLED).items()}
            | {"failed": resample(bits()), "random_state": bits()}
        },
        certified=certified.bootstrap_odds_ratios,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)
