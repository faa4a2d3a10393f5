"""Wrong-on-purpose corrections for optimism."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.internal_validation import validate_model
from validation.internal_validation.indexes import INDEXES
from validation.internal_validation.refits import RMS
from validation.logistic import backward_elimination, logistic_model_indexes
from validation.r_numerics import quantile_type7

__all__ = ["CONTROLS"]

_DXY, _INTERCEPT, _SLOPE, _BRIER, _G, _GP = (INDEXES.index(n) for n in ("Dxy", "Intercept", "Slope", "B", "g", "gp"))


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _corrected(result: Any, optimism: Any) -> Any:
    corrected = result.index_original - optimism
    corrected[INDEXES.index("Emax")] = result.index_corrected[INDEXES.index("Emax")]
    area = float(corrected[_DXY] / 2 + 0.5)
    return _with(result, optimism=optimism, index_corrected=corrected, corrected_auc=area)


def _wrong_sign(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    return _corrected(result, -result.optimism)


def _uncorrected(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    return _with(result, index_corrected=result.index_original, corrected_auc=result.auc)


def _test_index(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    return _with(result, index_corrected=result.test, corrected_auc=float(result.test[_DXY] / 2 + 0.5))


def _next_seed(y_true: Any, x: Any, seed: int, **options: Any) -> Any:
    return validate_model(y_true, x, seed=seed + 1, **options)


def _maximum(y_true: Any, x: Any, **options: Any) -> Any:
    options.pop("compat", None)
    return _with(validate_model(y_true, x, **options), compat=RMS)


def _binned(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    original = result.index_original.copy()
    original[_DXY] = logistic_model_indexes(y_true, x, compat=RMS).somers_dxy
    return _with(result, index_original=original, auc=float(original[_DXY] / 2 + 0.5))


def _whole_optimism(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    return _with(result, corrected_auc=float(result.auc - result.optimism[_DXY]))


def _exchanged(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    test = result.test.copy()
    test[[_INTERCEPT, _SLOPE]] = test[[_SLOPE, _INTERCEPT]]
    return _corrected(_with(result, test=test), result.training - test)


def _entry(place: int, factor: float) -> Any:
    def compute(y_true: Any, x: Any, **options: Any) -> Any:
        result = validate_model(y_true, x, **options)
        n = len(np.asarray(y_true))
        original = result.index_original.copy()
        original[place] *= (n / (n - 1)) ** factor
        return _with(result, index_original=original)

    return compute


def _unmoved(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    shift = float(result.optimism[_DXY]) / 2
    return _with(result, auc_lower=result.auc_lower + shift, auc_upper=result.auc_upper + shift)


def _moved_twice(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    low, high = quantile_type7(result.test_samples[:, _DXY] / 2 + 0.5, (0.025, 0.975)).tolist()
    shift = float(result.optimism[_DXY]) / 2
    return _with(result, auc_lower=low - shift, auc_upper=high - shift)


def _all_counted(y_true: Any, x: Any, **options: Any) -> Any:
    result = validate_model(y_true, x, **options)
    return _with(result, n_resamples=np.full_like(result.n_resamples, result.bootstraps), n_failed=0)


def _sample_size(y_true: Any, x: Any, **options: Any) -> Any:
    """Slope of the recalibration taken from the training patients, where it is always 1."""
    result = validate_model(y_true, x, **options)
    test = result.test.copy()
    test[[_INTERCEPT, _SLOPE]] = 0.0, 1.0
    return _corrected(_with(result, test=test), result.training - test)


def _selected_once(y_true: Any, x: Any, **options: Any) -> Any:
    """Select predictors in the data, then validate the model of those as if nobody had looked for them."""
    if options.pop("backward_elimination", False):
        x = np.asarray(x)[:, backward_elimination(y_true, x, compat=options.get("compat")).kept]
    return validate_model(y_true, x, **options)


def _control(mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"validate_model_{mistake}", "validate_model", wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("wrong_sign", "adds the optimism", _wrong_sign, RMS),
    _control("uncorrected", "leaves out the optimism", _uncorrected, RMS),
    _control("test_index", "gives the mean test index for the corrected one", _test_index),
    _control("next_seed", "draws from another seed", _next_seed, RMS),
    _control("maximum", "goes on to the maximum where lrm stops", _maximum, RMS),
    _control("binned", "counts ranks in 5000 classes of risk", _binned, RMS),
    _control("whole_optimism", "takes all of Dxy's optimism from the area", _whole_optimism),
    _control("exchanged", "exchanges intercept and slope", _exchanged, RMS),
    _control("brier_n_minus_one", "divides the Brier score by n - 1", _entry(_BRIER, 1.0)),
    _control("g_by_n", "averages g over all n squared pairs", _entry(_G, -1.0)),
    _control("unmoved_limits", "leaves the percentile limits where they are", _unmoved),
    _control("limits_of_the_test", "takes percentiles of the test indexes", _moved_twice, RMS),
    _control("all_counted", "counts resamples that could not be fitted", _all_counted, RMS),
    _control("selected_once", "selects predictors once, outside of the samples", _selected_once, RMS),
    _control("slope_of_training", "recalibrates on the training patients", _sample_size, RMS),
)
