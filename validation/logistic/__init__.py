"""Logistic regression by maximum likelihood: odds ratios, Wald tests, diagnosis where no estimate exists (R: glm)."""

from validation.logistic.bootstrap import BootstrapOddsRatiosResult, bootstrap_odds_ratios
from validation.logistic.declarations import (
    LOGISTIC_MODEL_INDEXES,
    LOGISTIC_REGRESSION,
    UNIVARIABLE_ODDS_RATIOS,
)
from validation.logistic.effects import ModelEffectsResult, model_effects, model_effects_of_formula
from validation.logistic.elimination import BackwardEliminationResult, backward_elimination
from validation.logistic.firth import FirthRegressionResult, firth_regression
from validation.logistic.indexes import LogisticModelIndexesResult, logistic_model_indexes
from validation.logistic.interval_declarations import (
    BACKWARD_ELIMINATION,
    FIRTH_REGRESSION,
    MODEL_EFFECTS,
    PROFILE_LIKELIHOOD_INTERVALS,
    ROBUST_ODDS_RATIOS,
)
from validation.logistic.penalized import PenaltyTraceResult, penalty_trace
from validation.logistic.profile import ProfileLikelihoodResult, profile_likelihood_intervals
from validation.logistic.regression import LogisticRegressionResult, OddsRatioInterval, logistic_regression
from validation.logistic.resampled_declarations import BOOTSTRAP_ODDS_RATIOS, PENALTY_TRACE
from validation.logistic.sandwich import RobustOddsRatiosResult, robust_odds_ratios
from validation.logistic.univariable import UnivariableOddsRatiosResult, univariable_odds_ratios

__all__ = [
    "BACKWARD_ELIMINATION",
    "BOOTSTRAP_ODDS_RATIOS",
    "FIRTH_REGRESSION",
    "LOGISTIC_MODEL_INDEXES",
    "LOGISTIC_REGRESSION",
    "MODEL_EFFECTS",
    "PENALTY_TRACE",
    "PROFILE_LIKELIHOOD_INTERVALS",
    "ROBUST_ODDS_RATIOS",
    "UNIVARIABLE_ODDS_RATIOS",
    "BackwardEliminationResult",
    "BootstrapOddsRatiosResult",
    "FirthRegressionResult",
    "LogisticModelIndexesResult",
    "LogisticRegressionResult",
    "ModelEffectsResult",
    "OddsRatioInterval",
    "PenaltyTraceResult",
    "ProfileLikelihoodResult",
    "RobustOddsRatiosResult",
    "UnivariableOddsRatiosResult",
    "backward_elimination",
    "bootstrap_odds_ratios",
    "firth_regression",
    "logistic_model_indexes",
    "logistic_regression",
    "model_effects",
    "model_effects_of_formula",
    "penalty_trace",
    "profile_likelihood_intervals",
    "robust_odds_ratios",
    "univariable_odds_ratios",
]
