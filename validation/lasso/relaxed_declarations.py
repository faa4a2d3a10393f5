"""Declarations of the relaxed LASSO and of selection stability for the registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from validation.exact import assessment as certified
from validation.lasso.assessment import assess_predictions, assessment_cases
from validation.lasso.declarations import cross_validation_cases, path_cases
from validation.lasso.path import COMPAT
from validation.lasso.relaxed import relaxed_lasso, relaxed_lasso_cv
from validation.lasso.stability import selection_stability
from validation.relations import assessment as assessment_relations
from validation.relations import relaxed as relations
from validation.statistic import Case, Settings, Statistic, bits, closed, definition, path, register, resample, solution

if TYPE_CHECKING:
    from validation.cohort import Cohort

__all__ = ["ASSESS_PREDICTIONS", "RELAXED_LASSO", "RELAXED_LASSO_CV", "SELECTION_STABILITY"]

_CONDITION = "condition_number"
#: rows per predictor, and patients of the smaller class, from which on refits and halves say something
_ROWS, _CLASS = 5, 15
_REPEATS, _HALVES = 5, 30
_REFIT = "glmnet refits at lambda 0, where its threshold stops three to four digits from the maximum"
_THRESHOLD = "glmnet's default threshold stops short of the optimum, which moves errors and, now and then, a selection"


def _large_enough(cohort: Cohort) -> bool:
    events = int(cohort.outcome.sum())
    smaller = min(events, cohort.outcome.size - events)
    return cohort.outcome.size >= _ROWS * max(1, cohort.x.shape[1]) and smaller >= _CLASS


def _path_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    if _large_enough(cohort):
        for case in path_cases(cohort, settings):
            if case.label == "default threshold":
                yield case


def _cv_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    if _large_enough(cohort):
        for case in cross_validation_cases(cohort, settings):
            if case.label == "deviance":
                yield case


def _stability_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in _cv_cases(cohort, settings):
        yield Case("seeds and halves", {**case.arguments, "repeats": _REPEATS, "halves": _HALVES})


RELAXED_LASSO = register(
    Statistic(
        name="relaxed_lasso",
        compute=relaxed_lasso,
        r="relaxed.R::relaxed_lasso",
        package="glmnet",
        title="Relaxed LASSO",
        cases=_path_cases,
        quantities={
            "lambdas": solution("value"),
            "intercepts": definition(_REFIT, "vector"),
            "coefficients": definition(_REFIT, "vector"),
            "dev_ratio": definition(_REFIT, "unit"),
        },
        relations=(relations.refits_explain_more, relations.refits_do_not_depend_on_the_unit),
        compat={
            COMPAT: {
                "lambdas": path("value"),
                "intercepts": path("vector", condition=_CONDITION),
                "coefficients": path("vector", condition=_CONDITION),
                "dev_ratio": path("unit"),
            }
        },
        display="validation.displays.lasso.CoefficientPathDisplay",
    )
)

_CHOICES = ("lambda_min", "lambda_1se")

RELAXED_LASSO_CV = register(
    Statistic(
        name="relaxed_lasso_cv",
        compute=relaxed_lasso_cv,
        r="relaxed.R::relaxed_lasso_cv",
        package="glmnet",
        title="Relaxed LASSO cross-validation",
        cases=_cv_cases,
        quantities={
            "lambdas": solution("value"),
            "gammas": bits(),
            "mean": definition(_REFIT, "vector"),
            "standard_error": definition(_REFIT, "vector"),
            **{name: definition(_REFIT) for name in (*_CHOICES, "gamma_min", "gamma_1se")},
            "fold_id": bits(),
        },
        relations=(relations.blend_of_one_is_the_lasso, relations.choices_lie_on_the_grid),
        compat={
            COMPAT: {
                "lambdas": path("value"),
                "gammas": bits(),
                "mean": path("vector", condition=_CONDITION),
                "standard_error": path("vector", condition=_CONDITION),
                **{name: path("value") for name in _CHOICES},
                **{name: bits() for name in ("gamma_min", "gamma_1se", "index_min", "index_1se")},
                "fold_id": bits(),
                "random_state": bits(),
            }
        },
    )
)

_TIMES = ("times_min", "times_1se", "half_times_min", "half_times_1se")

SELECTION_STABILITY = register(
    Statistic(
        name="selection_stability",
        compute=selection_stability,
        r="relaxed.R::selection_stability",
        package="glmnet",
        title="Stability of the selection",
        cases=_stability_cases,
        quantities={
            **{name: resample(definition(_THRESHOLD)) for name in (*_CHOICES, *_TIMES)},
            "halves": bits(),
            "random_state": bits(),
        },
        relations=(relations.stability_counts_within_bounds, relations.stability_starts_with_its_seed),
        compat={
            COMPAT: {
                **{name: path("value") for name in _CHOICES},
                **{name: resample(bits()) for name in _TIMES},
                "halves": bits(),
                "random_state": bits(),
            }
        },
        display="validation.displays.stability.SelectionFrequencyDisplay",
    )
)

_MEASURES = ("deviance", "misclassification", "auc", "mean_squared_error", "mean_absolute_error")
_CELLS = ("true_positives", "false_positives", "false_negatives", "true_negatives")

ASSESS_PREDICTIONS = register(
    Statistic(
        name="assess_predictions",
        compute=assess_predictions,
        r="assessment.R::assess_predictions",
        package="glmnet",
        title="Errors of given predictions",
        cases=assessment_cases,
        quantities=dict.fromkeys(_MEASURES, closed()) | dict.fromkeys(_CELLS, bits()),
        relations=(
            assessment_relations.assessment_doubling,
            assessment_relations.assessment_outcome_swap,
            assessment_relations.assessment_cells_add_up,
        ),
        compat={COMPAT: dict.fromkeys(_MEASURES, closed()) | dict.fromkeys(_CELLS, bits())},
        certified=certified.assess_predictions,
    )
)
