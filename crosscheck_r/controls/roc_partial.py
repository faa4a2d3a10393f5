"""Wrong-on-purpose partial areas and their bootstrap intervals."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.roc.curve import PROC
from validation.roc.partial import partial_auc
from validation.roc.partial_area import Range, exact_mcclish, mcclish
from validation.roc.partial_bootstrap import partial_auc_bootstrap

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _other_axis(y_true: Any, y_score: Any, *, focus: str = "specificity", **options: Any) -> Any:
    other = "sensitivity" if focus == "specificity" else "specificity"
    return partial_auc(y_true, y_score, focus=other, **options)


def _false_positive_rate(y_true: Any, y_score: Any, *, partial_range: Any, **options: Any) -> Any:
    return partial_auc(y_true, y_score, partial_range=[1.0 - end for end in partial_range], **options)


def _corrected_of(result: Any, area: float) -> Any:
    return _with(result, auc=area, corrected=mcclish(area, result.partial_range))


def _axes(result: Any) -> tuple[Any, Any]:
    curve = result.curve
    if result.focus == "specificity":
        return curve.specificity, curve.sensitivity
    return curve.sensitivity[::-1], curve.specificity[::-1]


def _nearest_points(y_true: Any, y_score: Any, **options: Any) -> Any:
    # the pieces between the outermost points inside and the ends of the range are lost
    result = partial_auc(y_true, y_score, **options)
    x, y = _axes(result)
    inside = (x >= result.partial_range.low) & (x <= result.partial_range.high)
    return _corrected_of(result, float(np.trapezoid(y[inside], x[inside])))


def _staircase(y_true: Any, y_score: Any, **options: Any) -> Any:
    # steps instead of lines: only right where no control ties with a case
    result = partial_auc(y_true, y_score, **options)
    x, y = _axes(result)
    low, high = result.partial_range
    clipped = np.clip(x, low, high)
    return _corrected_of(result, float((np.diff(clipped) * y[1:]).sum()))


def _one_height_per_place(y_true: Any, y_score: Any, **options: Any) -> Any:
    # a vertical stretch is cut to one of its points, as interpolating functions do
    result = partial_auc(y_true, y_score, **options)
    x, y = _axes(result)
    low, high = result.partial_range
    places, first = np.unique(x, return_index=True)
    inside = places[(places > low) & (places < high)]
    ends = np.array([low, *inside, high])
    return _corrected_of(result, float(np.trapezoid(np.interp(ends, places, y[first]), ends)))


def _divided_by_width(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = partial_auc(y_true, y_score, **options)
    low, high = result.partial_range
    return _with(result, corrected=result.auc / (high - low))


def _square_for_chance(y_true: Any, y_score: Any, **options: Any) -> Any:
    # the chance area of a range that ends at 1, with the range measured from the wrong end
    result = partial_auc(y_true, y_score, **options)
    low, high = result.partial_range
    largest, smallest = high - low, (high**2 - low**2) / 2
    return _with(result, corrected=(1 + (result.auc - smallest) / (largest - smallest)) / 2)


def _in_doubles(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = partial_auc(y_true, y_score, **options)
    x, y = _axes(result)
    low, high = result.partial_range
    inside = (x > low) & (x < high)
    ends = np.array([low, *x[inside], high])
    heights = np.array([_line(x, y, low), *y[inside], _line(x, y, high)])
    return _corrected_of(result, float(np.trapezoid(heights, ends)))


def _line(x: Any, y: Any, at: float) -> float:
    after = int(np.searchsorted(x, at, side="right" if at < 0.5 else "left"))
    after = min(max(after, 1), x.size - 1)
    before = after - 1
    if x[after] == x[before]:
        return float(y[after])
    return float(y[before] + (at - x[before]) / (x[after] - x[before]) * (y[after] - y[before]))


def _recorrected(correct: Callable[[Any, Range], float]) -> Callable[..., Any]:
    def compute(y_true: Any, y_score: Any, *, corrected: bool = False, level: float = 0.95, **options: Any) -> Any:
        result = partial_auc_bootstrap(y_true, y_score, corrected=False, level=level, **options)
        if not corrected:
            return result
        limits = result.partial_range
        areas = np.array([correct(area, limits) for area in result.replicates.tolist()])
        low, high = np.quantile(areas, [(1 - level) / 2, (1 + level) / 2]).tolist()
        middle = float(np.median(areas))
        area = correct(result.auc, limits)
        return _with(result, auc=area, median=middle, lower=low, upper=high, replicates=areas, corrected=True)

    return compute


def _at_least_chance(area: float, limits: Range) -> float:
    return max(0.5, mcclish(area, limits))


def _dropped_below_chance(y_true: Any, y_score: Any, *, level: float = 0.95, **options: Any) -> Any:
    # the replicates for which a single corrected area would be refused are left out
    result = partial_auc_bootstrap(y_true, y_score, level=level, **options)
    kept = result.replicates[result.replicates >= 0.5] if result.corrected else result.replicates
    low, middle, high = np.quantile(kept, [(1 - level) / 2, 0.5, (1 + level) / 2]).tolist()
    return _with(result, median=middle, lower=low, upper=high)


def _whole_curve(y_true: Any, y_score: Any, *, partial_range: Any, **options: Any) -> Any:
    # what ci.auc gives where the range is passed to it and not to the curve
    result = partial_auc_bootstrap(y_true, y_score, partial_range=partial_range, **options)
    whole = partial_auc_bootstrap(y_true, y_score, partial_range=(0.0, 1.0), **options)
    return _with(result, median=whole.median, lower=whole.lower, upper=whole.upper)


def _estimate_for_median(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = partial_auc_bootstrap(y_true, y_score, **options)
    return _with(result, median=result.auc)


def _numpy_quantile(y_true: Any, y_score: Any, **options: Any) -> Any:
    result = partial_auc_bootstrap(y_true, y_score, **options)
    low, high = np.quantile(result.replicates, [0.025, 0.975]).tolist()
    return _with(result, lower=low, upper=high)


def _uncorrected_exactly(area: float, limits: Range) -> float:
    from fractions import Fraction

    # McClish's formula with the area of the range for that of the perfect curve less chance
    low, high = limits
    return float(exact_mcclish(Fraction(area), limits)) * (high - low)


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


_P, _B = "partial_auc", "partial_auc_bootstrap"

CONTROLS: tuple[Control, ...] = (
    _control(_P, "other_axis", "takes the range on the other axis", _other_axis),
    _control(_P, "false_positive_rate", "reads specificities as false-positive rates", _false_positive_rate),
    _control(_P, "nearest_points", "loses the pieces between the points and the ends of the range", _nearest_points),
    _control(_P, "staircase", "sums steps where ties make slopes", _staircase),
    _control(_P, "one_height", "keeps one height of each vertical stretch", _one_height_per_place),
    _control(_P, "divided_by_width", "divides by the width and calls it corrected", _divided_by_width),
    _control(_P, "chance_from_the_wrong_end", "takes the chance area from the wrong end", _square_for_chance),
    _control(_P, "in_doubles", "sums the trapezoids in double precision", _in_doubles, PROC),
    _control(_B, "at_least_chance", "raises replicates below chance to 0.5", _recorrected(_at_least_chance)),
    _control(_B, "scaled", "scales the corrected area by the width", _recorrected(_uncorrected_exactly)),
    _control(_B, "dropped_below_chance", "drops replicates below chance", _dropped_below_chance),
    _control(_B, "whole_curve", "resamples the area of the whole curve", _whole_curve),
    _control(_B, "estimate_for_median", "gives the area for the median of the replicates", _estimate_for_median),
    _control(_B, "numpy_quantile", "interpolates as NumPy does, at 0.025 and 0.975", _numpy_quantile, PROC),
)
