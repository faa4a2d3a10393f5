"""Wrong-on-purpose precision-recall curves."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import qnorm
from validation.roc import precision_recall, precision_recall_bootstrap

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _straight_lines(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = precision_recall(y_true, y_score, **options)
    recall = np.concatenate([[0.0], result.recall])
    precision = np.concatenate([[1.0], result.precision])
    return _with(result, area=float(np.sum((precision[1:] + precision[:-1]) / 2 * np.diff(recall))))


def _highest_beyond(y_true: Any, y_score: Any, **options: Any) -> Any:
    # the envelope of object detection
    result = precision_recall(y_true, y_score, **options)
    envelope = np.maximum.accumulate(result.precision[::-1])[::-1]
    return _with(result, average_precision=float(np.sum(np.diff(result.recall, prepend=0.0) * envelope)))


def _patient_by_patient(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = precision_recall(y_true, y_score, **options)
    y, x = np.asarray(y_true), np.asarray(y_score, dtype=float)
    order = np.argsort(-x if options.get("direction", "higher") == "higher" else x, kind="stable")
    precision = np.cumsum(y[order]) / np.arange(1, y.size + 1)
    return _with(result, average_precision=float(precision[y[order] == 1].mean()))


def _interval(result: Any, n: int, level: float) -> tuple[float, float]:
    p = result.average_precision
    reach = qnorm(1 - (1 - level) / 2) / math.sqrt(n * p * (1 - p))
    low, high = (1 / (1 + math.exp(-(math.log(p / (1 - p)) + side * reach))) for side in (-1, 1))
    return low, high


def _all_patients_counted(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = precision_recall(y_true, y_score, **options)
    if result.degenerate:
        return result
    low, high = _interval(result, result.n_cases + result.n_controls, result.level)
    return _with(result, lower=low, upper=high)


def _wald(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = precision_recall(y_true, y_score, **options)
    p = result.average_precision
    reach = qnorm(1 - (1 - result.level) / 2) * math.sqrt(p * (1 - p) / result.n_cases)
    return _with(result, lower=p - reach, upper=p + reach)


def _half_as_prevalence(y_true: Any, y_score: Any, **options: Any) -> Any:
    return _with(precision_recall(y_true, y_score, **options), prevalence=0.5)


def _unstratified(y_true: Any, y_score: Any, *, seed: int, bootstraps: int, level: float, **options: Any) -> Any:
    result = precision_recall_bootstrap(y_true, y_score, seed=seed, bootstraps=bootstraps, level=level, **options)
    generator = np.random.default_rng(seed)
    y, x = np.asarray(y_true), np.asarray(y_score)
    found: list[float] = []
    while len(found) < bootstraps:
        rows = generator.integers(0, y.size, y.size)
        if 0 < y[rows].sum() < y.size:
            found.append(precision_recall(y[rows], x[rows], **options).average_precision)
    low, middle, high = np.quantile(found, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return _with(result, lower=low, median=middle, upper=high)


def _order_statistics(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = precision_recall_bootstrap(y_true, y_score, **options)
    tail = (1 - result.level) / 2
    low, high = np.quantile(result.replicates, [tail, 1 - tail], method="inverted_cdf").tolist()
    return _with(result, lower=low, upper=high)


def _estimate_for_median(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = precision_recall_bootstrap(y_true, y_score, **options)
    return _with(result, median=result.average_precision)


_P, _B = "precision_recall", "precision_recall_bootstrap"

CONTROLS: tuple[Control, ...] = (
    Control(f"{_P}_straight_lines", _P, "joins the points by straight lines", _straight_lines),
    Control(f"{_P}_highest_beyond", _P, "takes the highest precision at any higher recall", _highest_beyond),
    Control(f"{_P}_patient_by_patient", _P, "calls patients with equal scores one by one", _patient_by_patient),
    Control(f"{_P}_all_patients", _P, "counts all patients in the interval, not the cases", _all_patients_counted),
    Control(f"{_P}_wald", _P, "builds the interval without the logit", _wald),
    Control(f"{_P}_half", _P, "draws the line of no information at one half", _half_as_prevalence),
    Control(f"{_B}_unstratified", _B, "resamples cases and controls together", _unstratified),
    Control(f"{_B}_order_statistics", _B, "takes order statistics for interpolated quantiles", _order_statistics),
    Control(f"{_B}_estimate_for_median", _B, "gives the estimate for the median", _estimate_for_median),
)
