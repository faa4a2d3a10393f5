"""LASSO and elastic net for a binary outcome: path, cross-validation, optimality of any fit.

Two engines: ``exact`` finds the optimum and says how near it is; ``glmnet`` repeats R's coordinate descent step by
step and lands on R's digits, which at R's default threshold are three to five digits of the optimum.
"""

from __future__ import annotations

from validation.lasso.assessment import PredictionAssessment, assess_predictions
from validation.lasso.cross_validation import LassoCrossValidation, lasso_cv
from validation.lasso.declarations import LASSO_CV, LASSO_PATH
from validation.lasso.folds import stratified_folds
from validation.lasso.gaussian import (
    GaussianLassoCrossValidation,
    GaussianLassoPath,
    gaussian_lasso_cv,
    gaussian_lasso_path,
)
from validation.lasso.gaussian_declarations import GAUSSIAN_LASSO_CV, GAUSSIAN_LASSO_PATH
from validation.lasso.optimality import kkt_residual
from validation.lasso.path import LassoPath, lasso_path
from validation.lasso.relaxed import RelaxedLasso, RelaxedLassoCrossValidation, relaxed_lasso, relaxed_lasso_cv
from validation.lasso.relaxed_declarations import (
    ASSESS_PREDICTIONS,
    RELAXED_LASSO,
    RELAXED_LASSO_CV,
    SELECTION_STABILITY,
)
from validation.lasso.screening import CertifiedSupport, certified_support
from validation.lasso.stability import SelectionStability, selection_stability
from validation.lasso.support import LassoSupport, lasso_support
from validation.lasso.support_declaration import LASSO_SUPPORT

__all__ = [
    "ASSESS_PREDICTIONS",
    "GAUSSIAN_LASSO_CV",
    "GAUSSIAN_LASSO_PATH",
    "LASSO_CV",
    "LASSO_PATH",
    "LASSO_SUPPORT",
    "RELAXED_LASSO",
    "RELAXED_LASSO_CV",
    "SELECTION_STABILITY",
    "CertifiedSupport",
    "GaussianLassoCrossValidation",
    "GaussianLassoPath",
    "LassoCrossValidation",
    "LassoPath",
    "LassoSupport",
    "PredictionAssessment",
    "RelaxedLasso",
    "RelaxedLassoCrossValidation",
    "SelectionStability",
    "assess_predictions",
    "certified_support",
    "gaussian_lasso_cv",
    "gaussian_lasso_path",
    "kkt_residual",
    "lasso_cv",
    "lasso_path",
    "lasso_support",
    "relaxed_lasso",
    "relaxed_lasso_cv",
    "selection_stability",
    "stratified_folds",
]
