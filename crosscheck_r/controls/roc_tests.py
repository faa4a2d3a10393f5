"""Wrong-on-purpose seeded tests of two ROC curves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import pnorm
from validation.roc import roc_test_at, roc_test_bootstrap
from validation.roc.curve import PROC, roc_curve

__all__ = ["CONTROLS"]

_OPPOSITE = {"higher": "lower", "lower": "higher"}


def _cases_first(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    # exchanged outcomes and directions leave the areas and turn the order of the draws
    for name in ("direction_1", "direction_2"):
        options[name] = _OPPOSITE[options[name]]
    if "y_true_2" in options:
        options["y_true_2"] = 1 - np.asarray(options["y_true_2"])
    return roc_test_bootstrap(1 - np.asarray(y_true), y_score_1, y_score_2, **options)


def _apart(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    if options["paired"]:
        options |= {"paired": False, "y_true_2": y_true}
    return roc_test_bootstrap(y_true, y_score_1, y_score_2, **options)


def _other_sampling(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    options["stratified"] = not options["stratified"]
    return roc_test_bootstrap(y_true, y_score_1, y_score_2, **options)


def _retested(result: Any, statistic: float) -> Any:
    p_values = {
        "two-sided": 2.0 * pnorm(-abs(statistic)),
        "greater": pnorm(-statistic),
        "less": pnorm(statistic),
    }
    return dataclasses.replace(result, statistic=statistic, p_value=p_values[result.alternative])


def _changed(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """The right result, and then the mistake."""

    def compute(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
        return change(roc_test_bootstrap(y_true, y_score_1, y_score_2, **options))

    return compute


def _divisor_k(result: Any) -> Any:
    spread = float(np.std(result.replicates))
    return _retested(result, result.difference / spread) if spread else result


def _mean_of_replicates(result: Any) -> Any:
    mean = float(np.mean(result.replicates))
    return _retested(result, mean / result.standard_error) if result.standard_error else result


def _share_beyond_zero(result: Any) -> Any:
    below, above = np.mean(result.replicates <= 0.0), np.mean(result.replicates >= 0.0)
    p_values = {"two-sided": min(1.0, 2.0 * min(below, above)), "greater": below, "less": above}
    return dataclasses.replace(result, p_value=float(p_values[result.alternative]))


def _other_side(result: Any) -> Any:
    if result.alternative == "two-sided":
        return result
    return dataclasses.replace(result, p_value=1.0 - result.p_value)


def _normal_limits(result: Any) -> Any:
    reach = 1.96 * result.standard_error
    lower, upper = result.difference - reach, result.difference + reach
    return dataclasses.replace(result, difference_lower=lower, difference_upper=upper)


def _nothing_dropped(result: Any) -> Any:
    padded = np.concatenate([result.replicates, np.zeros(result.dropped)])
    spread = float(np.std(padded, ddof=1))
    return dataclasses.replace(_retested(result, result.difference / spread) if spread else result, dropped=0)


def _numpy_quantiles(result: Any) -> Any:
    lower, upper = np.quantile(result.replicates, [0.025, 0.975]).tolist()
    return dataclasses.replace(result, difference_lower=lower, difference_upper=upper)


def _counted_pairs(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = roc_test_bootstrap(y_true, y_score_1, y_score_2, **options)
    exact = roc_test_bootstrap(y_true, y_score_1, y_score_2, **{k: v for k, v in options.items() if k != "compat"})
    names = ("statistic", "p_value", "difference_lower", "difference_upper")
    return dataclasses.replace(result, **{name: getattr(exact, name) for name in names})


def _other_axis(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    exchanged = {"specificity": "sensitivity", "sensitivity": "specificity"}
    options["focus"] = exchanged[options.get("focus", "specificity")]
    return roc_test_bootstrap(y_true, y_score_1, y_score_2, **options)


def _never_corrected(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    return roc_test_bootstrap(y_true, y_score_1, y_score_2, **{**options, "corrected": False})


def _rates_exchanged(*data: Any, at: str, **options: Any) -> Any:
    return roc_test_at(*data, at="sensitivity" if at == "specificity" else "specificity", **options)


def _areas_instead(y_true: Any, y_score_1: Any, y_score_2: Any, at: str, value: float, **options: Any) -> Any:
    right = roc_test_at(y_true, y_score_1, y_score_2, at=at, value=value, **options)
    tested = roc_test_bootstrap(y_true, y_score_1, y_score_2, **options)
    return dataclasses.replace(right, statistic=tested.statistic, p_value=tested.p_value)


def _false_positive_rate(y_true: Any, y_score_1: Any, y_score_2: Any, value: float, **options: Any) -> Any:
    return roc_test_at(y_true, y_score_1, y_score_2, value=1.0 - value, **options)


def _next_point(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    return _with_rates(_step, y_true, y_score_1, y_score_2, **options)


def _worst_of_tied_points(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    return _with_rates(_interpolated, y_true, y_score_1, y_score_2, **options)


def _with_rates(rate: Any, y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    """The right test with estimates read off the curve in another way."""
    result = roc_test_at(y_true, y_score_1, y_score_2, **options)
    second = options.get("y_true_2", y_true)
    curves = ((y_true, y_score_1, options["direction_1"]), (second, y_score_2, options["direction_2"]))
    found = [rate(roc_curve(y, x, direction=way), options["at"], options["value"]) for y, x, way in curves]
    return dataclasses.replace(result, estimate_1=found[0], estimate_2=found[1])


def _step(curve: Any, at: str, value: float) -> float:
    if at == "specificity":
        return float(curve.sensitivity[curve.specificity >= value].max())
    return float(curve.specificity[curve.sensitivity >= value].max())


def _interpolated(curve: Any, at: str, value: float) -> float:
    # np.interp takes the last of several points with the same abscissa
    if at == "specificity":
        return float(np.interp(value, curve.specificity, curve.sensitivity))
    return float(np.interp(value, curve.sensitivity[::-1], curve.specificity[::-1]))


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


_B, _AT = "roc_test_bootstrap", "roc_test_at"

CONTROLS: tuple[Control, ...] = (
    _control(_B, "cases_first", "draws the cases before the controls", _cases_first),
    _control(_B, "apart", "resamples the patients of paired markers twice", _apart),
    _control(_B, "other_sampling", "resamples all patients where strata are due, and the reverse", _other_sampling),
    _control(_B, "divisor_k", "divides the sum of squares by the number of resamples", _changed(_divisor_k)),
    _control(_B, "mean_of_replicates", "tests the mean of the resampled differences", _changed(_mean_of_replicates)),
    _control(_B, "share_beyond_zero", "takes the share of resamples beyond 0 for p", _changed(_share_beyond_zero)),
    _control(_B, "other_side", "gives the p-value of the other side", _changed(_other_side)),
    _control(_B, "normal_limits", "builds limits from 1.96 standard errors", _changed(_normal_limits)),
    _control(_B, "nothing_dropped", "counts a resample without a class as no difference", _changed(_nothing_dropped)),
    _control(_B, "other_axis", "takes a range of specificities for one of sensitivities", _other_axis),
    _control(_B, "never_corrected", "leaves partial areas as they are where a correction is due", _never_corrected),
    _control(_B, "numpy_quantiles", "interpolates as NumPy does", _changed(_numpy_quantiles), PROC),
    _control(_B, "counted_pairs", "counts pairs where pROC sums trapezoids", _counted_pairs, PROC),
    _control(_AT, "rates_exchanged", "takes the given rate for the other one", _rates_exchanged),
    _control(_AT, "areas_instead", "tests the areas", _areas_instead),
    _control(_AT, "false_positive_rate", "takes the given rate for one minus itself", _false_positive_rate),
    _control(_AT, "next_point", "takes the next point where none has the given rate", _next_point),
    _control(_AT, "worst_of_tied_points", "takes the worst of several points with the rate", _worst_of_tied_points),
    _control(_AT, "next_point_of_proc", "takes the next point, judged by pROC's doubles", _next_point, PROC),
)
