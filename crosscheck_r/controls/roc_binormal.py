"""Wrong-on-purpose binormal ROC curves."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import pnorm, qnorm
from validation.roc import binormal_roc
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]


def _refitted(result: Any, x: Any, y: Any) -> Any:
    slope, intercept = np.polyfit(x, y, 1).tolist()
    specificity = pnorm(intercept + slope * qnorm(result.sensitivity))
    area = pnorm(intercept / math.sqrt(1 + slope**2))
    return dataclasses.replace(result, intercept=intercept, slope=slope, auc=area, specificity=specificity)


def _inside(result: Any) -> tuple[Any, Any]:
    se, sp = result.empirical_sensitivity, result.empirical_specificity
    kept = (se > 0) & (se < 1) & (sp > 0) & (sp < 1)
    return se[kept], sp[kept]


def _specificity_for_sensitivity(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = binormal_roc(y_true, y_score, **options)
    se, sp = map(qnorm, _inside(result))
    slope, intercept = np.polyfit(sp, se, 1).tolist()
    # the regression of the other axis, turned round
    return dataclasses.replace(result, intercept=-intercept / slope, slope=1 / slope)


def _borders_moved_inwards(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = binormal_roc(y_true, y_score, **options)
    m, n = result.n_cases, result.n_controls
    se = np.clip(result.empirical_sensitivity, 0.5 / m, 1 - 0.5 / m)
    sp = np.clip(result.empirical_specificity, 0.5 / n, 1 - 0.5 / n)
    return _refitted(result, qnorm(se), qnorm(sp))


def _logistic_deviates(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = binormal_roc(y_true, y_score, **options)
    se, sp = _inside(result)
    return _refitted(result, np.log(se / (1 - se)), np.log(sp / (1 - sp)))


def _trapezoids(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = binormal_roc(y_true, y_score, **options)
    se, sp = result.sensitivity, result.specificity
    return dataclasses.replace(result, auc=float(np.sum((se[1:] + se[:-1]) / 2 * np.diff(sp))))


def _each_point_once(y_true: Any, y_score: Any, **options: Any) -> Any:
    # corners of the curve only, as after drop_intermediate
    result = binormal_roc(y_true, y_score, **options)
    se, sp = result.empirical_sensitivity, result.empirical_specificity
    straight = ((np.diff(se)[1:] == 0) & (np.diff(se)[:-1] == 0)) | ((np.diff(sp)[1:] == 0) & (np.diff(sp)[:-1] == 0))
    kept = np.concatenate([[True], ~straight, [True]]) & (se > 0) & (se < 1) & (sp > 0) & (sp < 1)
    if np.unique(se[kept]).size < 2:
        return result
    return _refitted(result, qnorm(se[kept]), qnorm(sp[kept]))


def _plain_grid(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = binormal_roc(y_true, y_score, **options)
    exact = binormal_roc(y_true, y_score, **{k: v for k, v in options.items() if k != "compat"})
    return dataclasses.replace(result, sensitivity=exact.sensitivity)


_B = "binormal_roc"

CONTROLS: tuple[Control, ...] = (
    Control(f"{_B}_other_axis", _B, "regresses sensitivity on specificity", _specificity_for_sensitivity),
    Control(f"{_B}_borders_inwards", _B, "moves rates of 0 and 1 inwards and keeps them", _borders_moved_inwards),
    Control(f"{_B}_logistic", _B, "takes logits for normal deviates", _logistic_deviates),
    Control(f"{_B}_trapezoids", _B, "sums trapezoids under the 512 points", _trapezoids),
    Control(f"{_B}_corners_only", _B, "fits the corners of the curve only", _each_point_once),
    Control(f"{_B}_plain_grid", _B, "gives the grid where pROC rounds it through normal deviates", _plain_grid, PROC),
)
