"""Wrong-on-purpose bootstrap intervals and partial areas."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import qnorm
from validation.roc import auc, auc_bootstrap
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]

_LEVEL = 0.95


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _opposite(direction: str) -> str:
    return "lower" if direction == "higher" else "higher"


def _cases_first(y_true: Any, y_score: Any, direction: str = "higher", **options: Any) -> Any:
    # exchanged outcome and direction leave the area and turn the order of the draws
    return auc_bootstrap(1 - np.asarray(y_true), y_score, direction=_opposite(direction), **options)


def _own_generator(y_true: Any, y_score: Any, *, seed: int, bootstraps: int, level: float, **options: Any) -> Any:
    result = auc_bootstrap(y_true, y_score, seed=seed, bootstraps=bootstraps, level=level, **options)
    generator = np.random.default_rng(seed)
    y, x = np.asarray(y_true), np.asarray(y_score)
    groups = [np.flatnonzero(y == group) for group in (0, 1)]
    areas = []
    for _ in range(bootstraps):
        rows = np.concatenate([generator.choice(group, group.size) for group in groups])
        areas.append(auc(y[rows], x[rows], direction=options.get("direction", "higher")).auc)
    low, middle, high = np.quantile(areas, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return _with(result, lower=low, median=middle, upper=high)


def _estimate_for_median(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc_bootstrap(y_true, y_score, **options)
    return _with(result, median=result.auc)


def _normal_interval(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc_bootstrap(y_true, y_score, **options)
    reach = qnorm(0.975) * float(np.std(result.replicates, ddof=1))
    return _with(result, lower=result.auc - reach, upper=result.auc + reach)


def _reversed_percentiles(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc_bootstrap(y_true, y_score, **options)
    return _with(result, lower=2 * result.auc - result.upper, upper=2 * result.auc - result.lower)


def _order_statistics(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc_bootstrap(y_true, y_score, **options)
    tail = (1 - options.get("level", _LEVEL)) / 2
    low, high = np.quantile(result.replicates, [tail, 1 - tail], method="inverted_cdf").tolist()
    return _with(result, lower=low, upper=high)


def _one_resample_more(y_true: Any, y_score: Any, *, bootstraps: int, **options: Any) -> Any:
    return auc_bootstrap(y_true, y_score, bootstraps=bootstraps + 1, **options)


def _counted_pairs(y_true: Any, y_score: Any, **options: Any) -> Any:
    compatible = auc_bootstrap(y_true, y_score, **options)
    exact = auc_bootstrap(y_true, y_score, **{k: v for k, v in options.items() if k != "compat"})
    return _with(compatible, median=exact.median, lower=exact.lower, upper=exact.upper)


def _numpy_quantile(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = auc_bootstrap(y_true, y_score, **options)
    low, high = np.quantile(result.replicates, [0.025, 0.975]).tolist()
    return _with(result, lower=low, upper=high)


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


_B = "auc_bootstrap"

CONTROLS: tuple[Control, ...] = (
    _control(_B, "cases_first", "draws the cases before the controls", _cases_first),
    _control(_B, "own_generator", "resamples with another generator", _own_generator),
    _control(_B, "estimate_for_median", "gives the area for the median of the replicates", _estimate_for_median),
    _control(_B, "normal_interval", "builds a normal interval from the replicates", _normal_interval),
    _control(_B, "reversed_percentiles", "reflects the percentiles at the area", _reversed_percentiles),
    _control(_B, "order_statistics", "takes order statistics for interpolated quantiles", _order_statistics),
    _control(_B, "one_resample_more", "draws one resample too many", _one_resample_more),
    _control(_B, "counted_pairs", "counts pairs where pROC sums trapezoids", _counted_pairs, PROC),
    _control(_B, "numpy_quantile", "interpolates as NumPy does, at 0.025 and 0.975", _numpy_quantile, PROC),
)
