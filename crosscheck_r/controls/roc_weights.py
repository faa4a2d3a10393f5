"""Wrong-on-purpose areas of weighted patients and clustered units."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import pnorm
from validation.roc.clustered import clustered_auc
from validation.roc.clustered_comparison import clustered_roc_test
from validation.roc.comparison import roc_test
from validation.roc.delong import auc
from validation.roc.weighted import weighted_auc

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _with_variance(result: Any, variance: float) -> Any:
    changed = _with(result, variance=variance, standard_error=math.sqrt(variance))
    low, high = changed.confidence_interval(result.level + 1e-15)
    return _with(changed, lower=low, upper=high)


# --- weights


def _patients_for_weights(y_true: Any, y_score: Any, weights: Any, **options: Any) -> Any:
    # the divisor m - 1 counts rows and not the patients that they stand for
    result = weighted_auc(y_true, y_score, weights, **options)
    if result.kind == "sampling" or min(result.n_cases, result.n_controls) < 2:
        return result
    total = result.weight_cases
    return _with_variance(result, result.variance * (total - 1) / total * result.n_cases / (result.n_cases - 1))


def _without_weights(y_true: Any, y_score: Any, weights: Any, **options: Any) -> Any:
    return weighted_auc(y_true, y_score, np.ones(len(y_true)), **options)


def _zero_counts_once(y_true: Any, y_score: Any, weights: Any, **options: Any) -> Any:
    return weighted_auc(y_true, y_score, np.maximum(np.asarray(weights, dtype=np.float64), 1.0), **options)


def _squared_weights(y_true: Any, y_score: Any, weights: Any, **options: Any) -> Any:
    return weighted_auc(y_true, y_score, np.asarray(weights, dtype=np.float64) ** 2, **options)


def _ties_in_full(y_true: Any, y_score: Any, weights: Any, direction: str = "higher", **options: Any) -> Any:
    result = weighted_auc(y_true, y_score, weights, direction=direction, **options)
    y, x, w = np.asarray(y_true), np.asarray(y_score, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    x = x if direction == "higher" else -x
    won = (x[y == 1][:, None] >= x[y == 0]).astype(np.float64)
    area = w[y == 1] @ won @ w[y == 0] / (w[y == 1].sum() * w[y == 0].sum())
    return _with(result, auc=float(area))


# --- clusters


def _as_independent(y_true: Any, y_score: Any, clusters: Any, **options: Any) -> Any:
    return clustered_auc(y_true, y_score, list(range(len(y_true))), **options)


def _without_the_cross_term(y_true: Any, y_score: Any, clusters: Any, **options: Any) -> Any:
    # cases and controls of a cluster are taken as independent of each other
    apart = [(c, y) for c, y in zip(clusters, np.asarray(y_true).tolist(), strict=True)]
    names = {pair: i for i, pair in enumerate(dict.fromkeys(apart))}
    result = clustered_auc(y_true, y_score, [names[pair] for pair in apart], **options)
    return _with(result, n_clusters=len(set(clusters)))


def _mean_of_the_clusters(y_true: Any, y_score: Any, clusters: Any, **options: Any) -> Any:
    y, x = np.asarray(y_true), np.asarray(y_score, dtype=np.float64)
    numbers = {c: i for i, c in enumerate(dict.fromkeys(clusters))}
    keys = np.array([2 * numbers[c] + int(o) for c, o in zip(clusters, y.tolist(), strict=True)])
    places, of = np.unique(keys, return_inverse=True)
    means = np.bincount(of, x) / np.bincount(of)
    return clustered_auc(places % 2, means, (places // 2).tolist(), **options)


def _design_effect_upside_down(*data: Any, **options: Any) -> Any:
    result = clustered_auc(*data, **options)
    return _with(result, design_effect=1.0 / result.design_effect if result.design_effect else math.nan)


def _one_divisor(*data: Any, **options: Any) -> Any:
    # one factor I / (I - 1) for all three terms
    result = clustered_auc(*data, **options)
    i = result.n_clusters
    return _with_variance(result, result.variance * (i / (i - 1)))


def _test_as_independent(y_true: Any, y_score_1: Any, y_score_2: Any, clusters: Any, **options: Any) -> Any:
    result = clustered_roc_test(y_true, y_score_1, y_score_2, clusters, **options)
    plain = roc_test(y_true, y_score_1, y_score_2, **options)
    names = ("covariance", "standard_error", "statistic", "p_value", "lower", "upper")
    return _with(result, **{name: getattr(plain, name) for name in names})


def _test_without_covariance(
    y_true: Any, y_score_1: Any, y_score_2: Any, clusters: Any, *, direction_1: str = "higher",
    direction_2: str = "higher", **options: Any,
) -> Any:  # fmt: skip
    result = clustered_roc_test(
        y_true, y_score_1, y_score_2, clusters, direction_1=direction_1, direction_2=direction_2, **options
    )
    areas = (clustered_auc(y_true, x, clusters, direction=way) for x, way in ((y_score_1, direction_1),
                                                                              (y_score_2, direction_2)))  # fmt: skip
    error = math.sqrt(sum(area.variance for area in areas))
    z = result.difference / error if error else math.nan
    return _with(result, covariance=0.0, standard_error=error, statistic=z, p_value=2 * pnorm(-abs(z)))


def _first_unit_only(y_true: Any, y_score: Any, clusters: Any, *, level: float = 0.95, **options: Any) -> Any:
    # keeps the first unit of each cluster, so that nothing is clustered any more
    result = clustered_auc(y_true, y_score, clusters, level=level, **options)
    first = [i for i, c in enumerate(clusters) if c not in clusters[:i]]
    plain = auc(np.asarray(y_true)[first], np.asarray(y_score)[first], level=level, **options)
    names = ("auc", "variance", "standard_error", "lower", "upper")
    return _with(result, **{name: getattr(plain, name) for name in names})


def _control(statistic: str, mistake: str, wrong: str, compute: Any) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute)


_W, _C, _T = "weighted_auc", "clustered_auc", "clustered_roc_test"

CONTROLS: tuple[Control, ...] = (
    _control(_W, "rows_for_patients", "divides by the number of rows less one", _patients_for_weights),
    _control(_W, "without_weights", "leaves the weights out", _without_weights),
    _control(_W, "zero_counts_once", "counts patients of weight 0 once", _zero_counts_once),
    _control(_W, "squared", "weights each pair twice", _squared_weights),
    _control(_W, "ties_in_full", "counts ties as won", _ties_in_full),
    _control(_C, "as_independent", "takes the units as independent", _as_independent),
    _control(_C, "without_cross_term", "forgets that cases and controls share clusters", _without_the_cross_term),
    _control(_C, "means", "averages the units of a cluster first", _mean_of_the_clusters),
    _control(_C, "design_effect_upside_down", "turns the design effect over", _design_effect_upside_down),
    _control(_C, "one_factor_too_many", "corrects for the number of clusters twice", _one_divisor),
    _control(_C, "first_unit", "keeps the first unit of each cluster", _first_unit_only),
    _control(_T, "as_independent", "takes the units as independent", _test_as_independent),
    _control(_T, "without_covariance", "adds the variances of paired areas", _test_without_covariance),
)
