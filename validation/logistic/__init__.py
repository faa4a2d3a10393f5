"""Logistic regression by maximum likelihood: odds ratios, Wald tests, diagnosis where no estimate exists (R: glm)."""

from validation.logistic.declarations import (
    LOGISTIC_MODEL_INDEXES,
    LOGISTIC_REGRESSION,
    UNIVARIABLE_ODDS_RATIOS,
)
from validation.logistic.indexes import LogisticModelIndexesResult, logistic_model_indexes
from validation.logistic.interval_declarations import PROFILE_LIKELIHOOD_INTERVALS
from validation.logistic.profile import ProfileLikelihoodResult, profile_likelihood_intervals
from validation.logistic.regression import LogisticRegressionResult, OddsRatioInterval, logistic_regression
from validation.logistic.univariable import UnivariableOddsRatiosResult, univariable_odds_ratios

__all__ = [
    "LOGISTIC_MODEL_INDEXES",
    "LOGISTIC_REGRESSION",
    "PROFILE_LIKELIHOOD_INTERVALS",
    "UNIVARIABLE_ODDS_RATIOS",
    "LogisticModelIndexesResult",
    "LogisticRegressionResult",
    "OddsRatioInterval",
    "ProfileLikelihoodResult",
    "UnivariableOddsRatiosResult",
    "logistic_model_indexes",
    "logistic_regression",
    "profile_likelihood_intervals",
    "univariable_odds_ratios",
]
