"""Wrong-on-purpose areas for more than two classes."""

from __future__ import annotations

import dataclasses
from itertools import combinations
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.roc import auc, multiclass_auc, multiclass_auc_bootstrap
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _one_against_rest(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = multiclass_auc(y_true, y_score, **options)
    y, x = np.asarray(y_true), np.asarray(y_score)
    columns = x if x.ndim == 2 else np.column_stack([x] * (int(y.max()) + 1))
    areas = [auc((y == c).astype(int), columns[:, c]).auc for c in range(int(y.max()) + 1)]
    return _with(result, auc=float(np.mean(areas)))


def _weighted_by_patients(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = multiclass_auc(y_true, y_score, **options)
    weights = [a * b for a, b in combinations(result.n, 2)]
    return _with(result, auc=float(np.average(result.pairwise, weights=weights)))


def _one_column(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = multiclass_auc(y_true, y_score, **options)
    y, x = np.asarray(y_true), np.asarray(y_score)
    if x.ndim == 1:
        return result
    areas: list[float] = []
    for i, j in combinations(range(x.shape[1]), 2):
        rows = (y == i) | (y == j)
        areas.append(auc((y[rows] == j).astype(int), x[rows, j]).auc)
    return _with(result, auc=float(np.mean(areas)), pairwise=np.array(areas))


def _always_above_half(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = multiclass_auc(y_true, y_score, **options)
    areas = np.maximum(result.pairwise, 1.0 - result.pairwise)
    return _with(result, auc=float(np.mean(areas)), pairwise=areas)


def _guessed_directions(y_true: Any, y_score: Any, **options: Any) -> Any:
    if np.ndim(y_score) == 1:
        options["direction"] = "auto"
    return multiclass_auc(y_true, y_score, **options)


def _without_ties(y_true: Any, y_score: Any, **options: Any) -> Any:
    # equal scores lose
    y = np.asarray(y_true)
    x = np.unique(np.asarray(y_score), return_inverse=True)[1].reshape(np.shape(y_score)).astype(float)
    return multiclass_auc(y, x - 0.25 * (y if x.ndim == 1 else y[:, None]), **options)


def _pooled_resamples(y_true: Any, y_score: Any, *, seed: int, bootstraps: int, level: float, **options: Any) -> Any:
    result = multiclass_auc_bootstrap(y_true, y_score, seed=seed, bootstraps=bootstraps, level=level, **options)
    generator = np.random.default_rng(seed)
    y, x = np.asarray(y_true), np.asarray(y_score)
    areas: list[float] = []
    while len(areas) < bootstraps:
        rows = generator.integers(0, y.size, y.size)
        if np.unique(y[rows]).size == np.unique(y).size:
            areas.append(multiclass_auc(y[rows], x[rows], **options).auc)
    low, middle, high = np.quantile(areas, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return _with(result, lower=low, median=middle, upper=high)


def _estimate_for_median(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = multiclass_auc_bootstrap(y_true, y_score, **options)
    return _with(result, median=result.auc)


def _last_class_first(y_true: Any, y_score: Any, **options: Any) -> Any:
    y, x = np.asarray(y_true), np.asarray(y_score)
    if x.ndim == 1:
        opposite = {"higher": "lower", "lower": "higher"}
        options["direction"] = opposite[options["direction"]]
        return multiclass_auc_bootstrap(int(y.max()) - y, x, **options)
    return multiclass_auc_bootstrap(int(y.max()) - y, x[:, ::-1], **options)


_M, _B = "multiclass_auc", "multiclass_auc_bootstrap"

CONTROLS: tuple[Control, ...] = (
    Control(f"{_M}_one_against_rest", _M, "averages each class against all others", _one_against_rest),
    Control(f"{_M}_weighted_by_patients", _M, "weights the pairs by their patients", _weighted_by_patients),
    Control(f"{_M}_one_column", _M, "takes one column of a pair for both", _one_column),
    Control(f"{_M}_always_above_half", _M, "turns areas below 0.5 round", _always_above_half),
    Control(f"{_M}_guessed_directions", _M, "guesses the directions by medians", _guessed_directions, PROC),
    Control(f"{_M}_without_ties", _M, "lets equal scores lose", _without_ties, PROC),
    Control(f"{_B}_pooled_resamples", _B, "resamples all classes together", _pooled_resamples),
    Control(f"{_B}_estimate_for_median", _B, "gives the area for the median of the replicates", _estimate_for_median),
    Control(f"{_B}_last_class_first", _B, "draws the last class first", _last_class_first),
)
