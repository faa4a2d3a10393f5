"""Statistics of a clinical prediction-model paper, in the order of its methods section, each checked against R.

Names are loaded when they are first used, so that ``import validation`` is quick.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from validation.baseline_table import baseline_categorical, baseline_continuous
    from validation.calibration import (
        brier_score,
        calibration_curve,
        calibration_errors,
        calibration_statistics,
        external_validation,
        hosmer_lemeshow_test,
        unweighted_squares_test,
    )
    from validation.cohort import Cohort, Marker
    from validation.decision_curve import (
        decision_curve,
        net_benefit_bands,
        net_benefit_difference,
        optimism_corrected_decision_curve,
        survival_decision_curve,
        threshold_table,
        value_of_information,
    )
    from validation.displays.roc_figures import roc_figure
    from validation.errors import CrosscheckError, InputError, NotEstimable, ValidationWarning
    from validation.internal_validation import calibrate, validate_model
    from validation.lasso import (
        assess_predictions,
        certified_support,
        gaussian_lasso_cv,
        gaussian_lasso_path,
        lasso_cv,
        lasso_path,
        lasso_support,
        relaxed_lasso,
        relaxed_lasso_cv,
        selection_stability,
        stratified_folds,
    )
    from validation.logistic import (
        backward_elimination,
        bootstrap_odds_ratios,
        firth_regression,
        logistic_regression,
        model_effects,
        model_effects_of_formula,
        penalty_trace,
        profile_likelihood_intervals,
        robust_odds_ratios,
        univariable_odds_ratios,
    )
    from validation.lowess import lowess
    from validation.nomogram import coefficients_of_points, nomogram
    from validation.r_random import RRandom
    from validation.roc import (
        auc,
        auc_bca,
        auc_bootstrap,
        auc_covariance,
        auc_interval,
        auc_test,
        binormal_roc,
        binormal_sample_size,
        clustered_auc,
        clustered_roc_test,
        compare_aucs,
        coordinate_intervals,
        cutoff_optimism,
        multiclass_auc,
        multiclass_auc_bootstrap,
        optimal_cutoff,
        partial_auc,
        partial_auc_bootstrap,
        precision_recall,
        precision_recall_bootstrap,
        rates_at_threshold,
        roc_coordinates,
        roc_curve,
        roc_power,
        roc_sample_size,
        roc_test,
        roc_test_at,
        roc_test_bootstrap,
        roc_test_power,
        roc_test_sample_size,
        roc_test_unpaired,
        sensitivity_band,
        specificity_band,
        threshold_intervals,
        venkatraman_test,
        weighted_auc,
    )
    from validation.sample_size import anticipated_r_squared, smallest_sample_size
    from validation.simulate import simulate_cohort

_HOME = {
    "Cohort": "cohort",
    "Marker": "cohort",
    "baseline_continuous": "baseline_table",
    "baseline_categorical": "baseline_table",
    "roc_curve": "roc",
    "auc": "roc",
    "auc_bootstrap": "roc",
    "optimal_cutoff": "roc",
    "roc_coordinates": "roc",
    "cutoff_optimism": "roc",
    "auc_bca": "roc",
    "rates_at_threshold": "roc",
    "coordinate_intervals": "roc",
    "threshold_intervals": "roc",
    "specificity_band": "roc",
    "sensitivity_band": "roc",
    "partial_auc": "roc",
    "partial_auc_bootstrap": "roc",
    "roc_test_unpaired": "roc",
    "auc_covariance": "roc",
    "compare_aucs": "roc",
    "auc_interval": "roc",
    "auc_test": "roc",
    "weighted_auc": "roc",
    "clustered_auc": "roc",
    "clustered_roc_test": "roc",
    "roc_test": "roc",
    "venkatraman_test": "roc",
    "roc_test_at": "roc",
    "roc_test_bootstrap": "roc",
    "multiclass_auc": "roc",
    "multiclass_auc_bootstrap": "roc",
    "binormal_roc": "roc",
    "precision_recall": "roc",
    "precision_recall_bootstrap": "roc",
    "roc_power": "roc",
    "roc_sample_size": "roc",
    "roc_test_power": "roc",
    "roc_test_sample_size": "roc",
    "binormal_sample_size": "roc",
    "roc_figure": "displays.roc_figures",
    "univariable_odds_ratios": "logistic",
    "logistic_regression": "logistic",
    "profile_likelihood_intervals": "logistic",
    "model_effects": "logistic",
    "bootstrap_odds_ratios": "logistic",
    "penalty_trace": "logistic",
    "backward_elimination": "logistic",
    "robust_odds_ratios": "logistic",
    "firth_regression": "logistic",
    "model_effects_of_formula": "logistic",
    "lasso_path": "lasso",
    "stratified_folds": "lasso",
    "lasso_support": "lasso",
    "certified_support": "lasso",
    "assess_predictions": "lasso",
    "relaxed_lasso": "lasso",
    "relaxed_lasso_cv": "lasso",
    "selection_stability": "lasso",
    "lasso_cv": "lasso",
    "gaussian_lasso_path": "lasso",
    "gaussian_lasso_cv": "lasso",
    "nomogram": "nomogram",
    "coefficients_of_points": "nomogram",
    "calibration_statistics": "calibration",
    "calibration_curve": "calibration",
    "calibration_errors": "calibration",
    "brier_score": "calibration",
    "external_validation": "calibration",
    "hosmer_lemeshow_test": "calibration",
    "unweighted_squares_test": "calibration",
    "calibrate": "internal_validation",
    "validate_model": "internal_validation",
    "decision_curve": "decision_curve",
    "net_benefit_bands": "decision_curve",
    "net_benefit_difference": "decision_curve",
    "optimism_corrected_decision_curve": "decision_curve",
    "survival_decision_curve": "decision_curve",
    "threshold_table": "decision_curve",
    "value_of_information": "decision_curve",
    "simulate_cohort": "simulate",
    "lowess": "lowess",
    "RRandom": "r_random",
    "CrosscheckError": "errors",
    "InputError": "errors",
    "NotEstimable": "errors",
    "ValidationWarning": "errors",
    "anticipated_r_squared": "sample_size",
    "smallest_sample_size": "sample_size",
}

__all__ = [
    "Cohort",
    "CrosscheckError",
    "InputError",
    "Marker",
    "NotEstimable",
    "RRandom",
    "ValidationWarning",
    "anticipated_r_squared",
    "assess_predictions",
    "auc",
    "auc_bca",
    "auc_bootstrap",
    "auc_covariance",
    "auc_interval",
    "auc_test",
    "backward_elimination",
    "baseline_categorical",
    "baseline_continuous",
    "binormal_roc",
    "binormal_sample_size",
    "bootstrap_odds_ratios",
    "brier_score",
    "calibrate",
    "calibration_curve",
    "calibration_errors",
    "calibration_statistics",
    "certified_support",
    "clustered_auc",
    "clustered_roc_test",
    "coefficients_of_points",
    "compare_aucs",
    "coordinate_intervals",
    "cutoff_optimism",
    "decision_curve",
    "external_validation",
    "firth_regression",
    "gaussian_lasso_cv",
    "gaussian_lasso_path",
    "hosmer_lemeshow_test",
    "lasso_cv",
    "lasso_path",
    "lasso_support",
    "logistic_regression",
    "lowess",
    "model_effects",
    "model_effects_of_formula",
    "multiclass_auc",
    "multiclass_auc_bootstrap",
    "net_benefit_bands",
    "net_benefit_difference",
    "nomogram",
    "optimal_cutoff",
    "optimism_corrected_decision_curve",
    "partial_auc",
    "partial_auc_bootstrap",
    "penalty_trace",
    "precision_recall",
    "precision_recall_bootstrap",
    "profile_likelihood_intervals",
    "rates_at_threshold",
    "relaxed_lasso",
    "relaxed_lasso_cv",
    "robust_odds_ratios",
    "roc_coordinates",
    "roc_curve",
    "roc_figure",
    "roc_power",
    "roc_sample_size",
    "roc_test",
    "roc_test_at",
    "roc_test_bootstrap",
    "roc_test_power",
    "roc_test_sample_size",
    "roc_test_unpaired",
    "selection_stability",
    "sensitivity_band",
    "simulate_cohort",
    "smallest_sample_size",
    "specificity_band",
    "stratified_folds",
    "survival_decision_curve",
    "threshold_intervals",
    "threshold_table",
    "univariable_odds_ratios",
    "unweighted_squares_test",
    "validate_model",
    "value_of_information",
    "venkatraman_test",
    "weighted_auc",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'validation' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"validation.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


class _Contents(ModuleType):
    """Keeps a function in its place when its module, which has the same name, is imported."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Contents
