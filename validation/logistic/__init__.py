"""Logistic regression by maximum likelihood: odds ratios, Wald tests, diagnosis where no estimate exists (R: glm)."""

from validation.logistic.declarations import (
    LOGISTIC_MODEL_INDEXES,
    LOGISTIC_REGRESSION,
    UNIVARIABLE_ODDS_RATIOS,
)
from validation.logistic.effects import ModelEffectsResult, model_effects, model_effects_of_formula
from validation.logistic.firth import FirthRegressionResult, firth_regression
from validation.logistic.indexes import LogisticModelIndexesResult, logistic_model_indexes
from validation.logistic.interval_declarations import FIRTH_REGRESSION, MODEL_EFFECTS, PROFILE_LIKELIHOOD_INTERVALS
from validation.logistic.profile import ProfileLikelihoodResult, profile_likelihood_intervals
from validation.logistic.regression import LogisticRegressionResult, OddsRatioInterval, logistic_regression
from validation.logistic.univariable import UnivariableOddsRatiosResult, univariable_odds_ratios

__all__ = [
    "FIRTH_REGRESSION",
    "LOGISTIC_MODEL_INDEXES",
    "LOGISTIC_REGRESSION",
    "MODEL_EFFECTS",
    "PROFILE_LIKELIHOOD_INTERVALS",
    "UNIVARIABLE_ODDS_RATIOS",
    "FirthRegressionResult",
    "LogisticModelIndexesResult",
    "LogisticRegressionResult",
    "ModelEffectsResult",
    "OddsRatioInterval",
    "ProfileLikelihoodResult",
    "UnivariableOddsRatiosResult",
    "firth_regression",
    "logistic_model_indexes",
    "logistic_regression",
    "model_effects",
    "model_effects_of_formula",
    "profile_likelihood_intervals",
    "univariable_odds_ratios",
]
