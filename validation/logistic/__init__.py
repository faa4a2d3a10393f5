"""Logistic regression by maximum likelihood: odds ratios, Wald tests, diagnosis where no estimate exists (R: glm)."""

from validation.logistic.declarations import LOGISTIC_REGRESSION, UNIVARIABLE_ODDS_RATIOS
from validation.logistic.regression import LogisticRegressionResult, OddsRatioInterval, logistic_regression
from validation.logistic.univariable import UnivariableOddsRatiosResult, univariable_odds_ratios

__all__ = [
    "LOGISTIC_REGRESSION",
    "UNIVARIABLE_ODDS_RATIOS",
    "LogisticRegressionResult",
    "OddsRatioInterval",
    "UnivariableOddsRatiosResult",
    "logistic_regression",
    "univariable_odds_ratios",
]
