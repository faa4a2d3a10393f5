"""Declarations of further intervals and tests of odds ratios for the registry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from validation.cohort import Cohort
from validation.exact import effects as certified_effects
from validation.exact import elimination as certified_elimination
from validation.exact import firth as certified_firth
from validation.exact import profile as certified_profile
from validation.logistic.declarations import multivariable_cases
from validation.logistic.effects import model_effects
from validation.logistic.elimination import backward_elimination
from validation.logistic.firth import firth_regression
from validation.logistic.indexes import RMS
from validation.logistic.profile import profile_likelihood_intervals
from validation.logistic.regression import GLM
from validation.logistic.sandwich import robust_odds_ratios
from validation.relations import effects as effects_relations
from validation.relations import elimination as elimination_relations
from validation.relations import firth as firth_relations
from validation.relations import profile as profile_relations
from validation.statistic import Case, ScaleName, Settings, Statistic, bits, path, register, solution

__all__ = [
    "BACKWARD_ELIMINATION",
    "FIRTH_REGRESSION",
    "MODEL_EFFECTS",
    "PROFILE_LIKELIHOOD_INTERVALS",
    "ROBUST_ODDS_RATIOS",
    "few_predictors",
]

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

#: patients from which on a model with splines and a product is tried, and how many predictors it takes
_MANY, _CURVED = 200, 3


def _effect_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """All predictors linear; in larger cohorts also splines of two of them and a product."""
    for case in few_predictors(cohort, settings):
        p, arguments = len(cohort.predictors), dict(case.arguments)
        few = [j for j in range(p) if np.unique(cohort.x[:, j]).size <= 2]
        terms = np.array([1.0 if j in few else 0.0 for j in range(p)])
        yield Case("linear", arguments | {"terms": terms})
        curved = [j for j in range(p) if j not in few and np.unique(cohort.x[:, j]).size > 20]
        if cohort.outcome.size >= _MANY and len(curved) >= _CURVED:
            terms = terms.copy()
            terms[curved[0]], terms[curved[1]] = 4.0, 3.0
            # a product of the two that stay linear keeps the information well conditioned
            pair = np.array([[float(curved[0]), float(curved[2])]])
            yield Case("splines and a product", arguments | {"terms": terms, "interactions": pair})


_EFFECTS: dict[str, ScaleName] = {
    "coefficients": "vector",
    "coefficient_standard_error": "value",
    "effect": "vector",
    "standard_error": "value",
    "odds_ratio": "value",
    "lower": "value",
    "upper": "value",
    "anova_chi_square": "value",
    "anova_p_value": "unit",
    "variance_inflation": "value",
}
_EARLY = "lrm stops one step after the deviance changed by no more than 0.025"
_COUNTED = {name: bits() for name in ("low", "high", "anova_degrees_of_freedom")}

MODEL_EFFECTS = register(
    Statistic(
        name="model_effects",
        compute=model_effects,
        r="effects.R::model_effects",
        package="rms",
        title="Odds ratios over the interquartile range, Wald tests",
        cases=_effect_cases,
        quantities=_COUNTED | {name: solution(scale, _EARLY, "condition_number") for name, scale in _EFFECTS.items()},
        relations=(
            effects_relations.effects_do_not_depend_on_the_unit,
            effects_relations.effects_of_swapped_outcome,
            effects_relations.one_column_is_its_wald_test,
            effects_relations.total_is_the_joint_test,
        ),
        compat={RMS: _COUNTED | {name: path(scale, _EARLY, "condition_number") for name, scale in _EFFECTS.items()}},
        certified=certified_effects.model_effects,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)

_WALD: dict[str, ScaleName] = {
    "coefficients": "vector",
    "standard_error": "value",
    "z": "unit",
    "p_value": "unit",
    "odds_ratio": "value",
    "lower": "value",
    "upper": "value",
}

FIRTH_REGRESSION = register(
    Statistic(
        name="firth_regression",
        compute=firth_regression,
        r="firth.R::firth_regression",
        package="brglm2",
        title="Firth's penalised logistic regression",
        cases=few_predictors,
        quantities={
            name: solution(scale, "brglm2 stops at a step of 1e-13", "odds_ratio_condition")
            for name, scale in _WALD.items()
        },
        relations=(
            firth_relations.firth_modified_score_is_zero,
            firth_relations.firth_unit,
            firth_relations.firth_outcome_swap,
            firth_relations.firth_limits_agree_with_the_test,
        ),
        certified=certified_firth.firth_regression,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)

ROBUST_ODDS_RATIOS = register(
    Statistic(
        name="robust_odds_ratios",
        compute=robust_odds_ratios,
        r="elimination.R::robust_odds_ratios",
        package="rms",
        title="Odds ratios with robust standard errors",
        cases=few_predictors,
        quantities={name: solution(scale, _EARLY, "odds_ratio_condition") for name, scale in _WALD.items()},
        relations=(
            elimination_relations.robust_clusters_of_one,
            elimination_relations.robust_doubling_is_clusters_of_two,
            elimination_relations.robust_unit,
        ),
        compat={RMS: {name: path(scale, _EARLY, "odds_ratio_condition") for name, scale in _WALD.items()}},
        certified=certified_elimination.robust_odds_ratios,
        display="validation.displays.logistic.ForestPlotDisplay",
    )
)


def _several_predictors(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in few_predictors(cohort, settings):
        if len(cohort.predictors) > 1:
            yield Case("backward", {name: value for name, value in case.arguments.items() if name != "level"})


_DELETED: dict[str, ScaleName] = {
    "chi_square": "vector",
    "p_value": "unit",
    "residual_chi_square": "vector",
    "residual_p_value": "unit",
    "aic": "vector",
    "coefficients": "vector",
    "standard_error": "value",
}
_ORDER = {name: bits() for name in ("deleted", "kept", "residual_degrees_of_freedom")}

BACKWARD_ELIMINATION = register(
    Statistic(
        name="backward_elimination",
        compute=backward_elimination,
        r="elimination.R::backward_elimination",
        package="rms",
        title="Backward elimination",
        cases=_several_predictors,
        quantities=_ORDER | {name: solution(scale, _EARLY, "condition_number") for name, scale in _DELETED.items()},
        relations=(
            elimination_relations.elimination_does_not_depend_on_the_unit,
            elimination_relations.elimination_adds_up,
        ),
        compat={RMS: _ORDER | {name: path(scale, _EARLY, "condition_number") for name, scale in _DELETED.items()}},
        certified=certified_elimination.backward_elimination,
    )
)
