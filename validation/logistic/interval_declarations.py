"""Declarations of further intervals and tests of odds ratios for the registry."""

from __future__ import annotations

from collections.abc import Iterator

from validation.cohort import Cohort
from validation.exact import profile as certified_profile
from validation.logistic.declarations import multivariable_cases
from validation.logistic.profile import profile_likelihood_intervals
from validation.logistic.regression import GLM
from validation.relations import profile as profile_relations
from validation.statistic import Case, ScaleName, Settings, Statistic, path, register, solution

__all__ = ["PROFILE_LIKELIHOOD_INTERVALS", "few_predictors"]

_MOST_PREDICTORS = 20


def few_predictors(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The model of all predictors where these are few enough for a published one."""
    if len(cohort.predictors) <= _MOST_PREDICTORS:
        yield from multivariable_cases(cohort, settings)


_PROFILE: dict[str, tuple[ScaleName, str]] = {
    "coefficients": ("vector", "condition_number"),
    "odds_ratio": ("value", "limit_condition"),
    "coefficient_lower": ("vector", "limit_condition"),
    "coefficient_upper": ("vector", "limit_condition"),
    "lower": ("value", "limit_condition"),
    "upper": ("value", "limit_condition"),
    "likelihood_ratio": ("value", "difference_condition"),
    "p_value": ("unit", "difference_condition"),
}
_GRID = "glm stops early, and MASS reads the limits off a spline through a grid"

PROFILE_LIKELIHOOD_INTERVALS = register(
    Statistic(
        name="profile_likelihood_intervals",
        compute=profile_likelihood_intervals,
        r="profile.R::profile_likelihood_intervals",
        package="stats",
        title="Odds ratios with profile likelihood intervals",
        cases=few_predictors,
        quantities={name: solution(scale, _GRID, condition) for name, (scale, condition) in _PROFILE.items()},
        relations=(
            profile_relations.profile_unit,
            profile_relations.profile_outcome_swap,
            profile_relations.profile_agrees_with_the_test,
            profile_relations.profile_falls_by_the_quantile,
        ),
        compat={GLM: {name: path(scale, _GRID, condition) for name, (scale, condition) in _PROFILE.items()}},
        certified=certified_profile.profile_likelihood_intervals,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)
