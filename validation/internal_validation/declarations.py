"""Declarations of the resampled statistics for the registry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from validation.cohort import Cohort
from validation.exact import validate as certified_validate
from validation.internal_validation.calibrate import EDGE, calibrate
from validation.internal_validation.refits import RMS
from validation.internal_validation.validate import validate_model
from validation.relations import internal_validation as calibrate_relations
from validation.relations import validate as relations
from validation.statistic import Case, Settings, Statistic, bits, definition, path, register, resample, solution

__all__ = ["CALIBRATE", "VALIDATE_MODEL"]

_MOST_RESAMPLES, _FOLDS, _FEW = 200, 5, 40
#: predictors between which backward elimination is tried
_FEWEST, _MOST = 3, 20
#: patients with and without the event that keep test sets from holding one outcome class, and a cohort that is quick
_BOTH_CLASSES, _QUICK = 25, 250


def _moderate(cohort: Cohort) -> bool:
    """Quick, with enough patients of both classes for test sets to hold both."""
    n, events = cohort.outcome.size, int(np.count_nonzero(cohort.outcome))
    return n <= _QUICK and min(events, n - events) >= max(_BOTH_CLASSES, cohort.x.shape[1])


def _calibrations(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    if not cohort.x.shape[1] or cohort.outcome.size <= 2 * EDGE:
        return
    arguments = {"y_true": cohort.outcome, "x": cohort.x, "seed": settings.seed}
    yield Case("bootstrap", arguments | {"bootstraps": min(settings.bootstraps, _MOST_RESAMPLES)})
    if _moderate(cohort):
        yield Case("cross-validation", arguments | {"method": "crossvalidation", "bootstraps": _FOLDS})
        yield Case(".632 bootstrap", arguments | {"method": ".632", "bootstraps": _FEW})


_CURVES = ("predicted", "apparent", "corrected", "optimism")
_ERRORS = ("mean_absolute_error", "mean_squared_error", "quantile_90_absolute_error")
_EARLY = "rms stops its fits before the maximum (change of -2 log likelihood below 0.025); these fits are converged"

CALIBRATE = register(
    Statistic(
        name="calibrate",
        compute=calibrate,
        r="internal_validation.R::calibrate",
        package="rms",
        title="Calibration corrected for optimism (bootstrap)",
        cases=_calibrations,
        quantities={
            **dict.fromkeys((*_CURVES, *_ERRORS), definition(_EARLY, "unit")),
            "random_state": bits(),
        },
        compat={
            RMS: {
                **dict.fromkeys(
                    (*_CURVES, *_ERRORS),
                    resample(path("unit", "Newton as lrm stops it, lowess", condition="condition_number")),
                ),
                "n_resamples": bits(),
                "n_failed": bits(),
                "random_state": bits(),
            }
        },
        relations=(
            calibrate_relations.calibrate_of_itself,
            calibrate_relations.calibrate_rescaled,
            calibrate_relations.calibrate_predictor_order,
            calibrate_relations.calibrate_errors_of_the_curve,
            calibrate_relations.calibrate_grid,
        ),
        display="validation.displays.calibration.CalibrateDisplay",
    )
)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The bootstrap everywhere, elimination among several predictors, other methods on cohorts of moderate size."""
    if not cohort.x.shape[1]:
        return
    common = {"y_true": cohort.outcome, "x": cohort.x, "seed": settings.seed, "level": settings.level}
    bootstraps = min(settings.bootstraps, _MOST_RESAMPLES)
    yield Case("bootstrap", {**common, "method": "boot", "bootstraps": bootstraps})
    if _FEWEST <= cohort.x.shape[1] <= _MOST:
        chosen = {"method": "boot", "bootstraps": min(settings.bootstraps, _FEW), "backward_elimination": True}
        yield Case("bootstrap of the backward elimination", {**common, **chosen})
    if _moderate(cohort):
        yield Case("cross-validation", {**common, "method": "crossvalidation", "bootstraps": _FOLDS})
        yield Case(".632 bootstrap", {**common, "method": ".632", "bootstraps": _FEW})
        yield Case("permuted outcomes", {**common, "method": "randomization", "bootstraps": _FEW})


_COLUMNS = ("training", "test", "optimism", "index_corrected")
_AREAS = ("corrected_auc", "auc_lower", "auc_upper")
_STOPS = (
    "rms stops its fits before the maximum (change of -2 log likelihood below 0.025); these fits are converged. "
    "rms 6.5 writes Emax into the optimism with the sign of an error. Limits of the area have the corrected area as "
    "their mean, and are not moved by the optimism alone"
)
_WAY = resample(path("vector", "Newton as lrm stops it", condition="condition_number"))

VALIDATE_MODEL = register(
    Statistic(
        name="validate_model",
        compute=validate_model,
        r="validate.R::validate_model",
        package="rms",
        title="Performance corrected for optimism",
        cases=_cases,
        quantities={
            "index_original": solution("vector", condition="condition_number"),
            "auc": solution("unit", condition="condition_number"),
            **dict.fromkeys((*_COLUMNS, *_AREAS), definition(_STOPS, "unit")),
            "random_state": bits(),
        },
        compat={
            RMS: {
                "index_original": path("vector", "Newton as lrm stops it", condition="condition_number"),
                "auc": path("unit", "counts of pairs", condition="condition_number"),
                **dict.fromkeys((*_COLUMNS, *_AREAS), _WAY),
                "n_resamples": bits(),
                "n_failed": bits(),
                "random_state": bits(),
            }
        },
        relations=(
            relations.validate_adds_up,
            relations.validate_apparent_model,
            relations.validate_swapped_outcome,
            relations.validate_predictors_in_other_units,
            relations.validate_interval_is_shifted,
            relations.validate_largest_error,
        ),
        certified=certified_validate.validate_model,
        display="validation.displays.validate.ValidateDisplay",
    )
)
