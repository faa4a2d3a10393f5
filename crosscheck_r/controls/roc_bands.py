"""Wrong-on-purpose bands of ROC curves and intervals at thresholds."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_numerics import qnorm
from validation.roc import coordinate_intervals, roc_curve, sensitivity_band, specificity_band, threshold_intervals
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]

_RATES = ("specificity", "sensitivity")


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _decimal_grid(**arguments: Any) -> Any:
    """Three tenths where R's grid has 0.1 * 3."""
    grid = np.round(arguments["specificities"], 12)
    result = sensitivity_band(**{**arguments, "specificities": grid})
    return _with(result, specificity=arguments["specificities"])


def _steps(**arguments: Any) -> Any:
    """The next point of the curve instead of the line between two: the estimate only."""
    result = sensitivity_band(**arguments)
    curve = roc_curve(arguments["y_true"], arguments["y_score"], direction=arguments["direction"])
    at = np.searchsorted(curve.specificity, result.specificity, side="left")
    return _with(result, sensitivity=curve.sensitivity[at])


def _unstratified(**arguments: Any) -> Any:
    return sensitivity_band(**{**arguments, "stratified": False})


def _estimate_for_median(**arguments: Any) -> Any:
    result = sensitivity_band(**arguments)
    return _with(result, median=result.sensitivity)


def _falling_limits(**arguments: Any) -> Any:
    """Limits sorted by value and not by specificity."""
    result = sensitivity_band(**arguments)
    return _with(result, lower=result.lower[::-1], upper=result.upper[::-1])


def _exact_for_proc(**arguments: Any) -> Any:
    compatible = sensitivity_band(**arguments)
    exact = sensitivity_band(**{name: value for name, value in arguments.items() if name != "compat"})
    return _with(compatible, lower=exact.lower, median=exact.median, upper=exact.upper)


def _false_alarms(**arguments: Any) -> Any:
    """The share of false alarms for the specificity."""
    result = specificity_band(**arguments)
    return _with(result, lower=1 - result.upper, median=1 - result.median, upper=1 - result.lower)


def _cases_first(**arguments: Any) -> Any:
    """Cases drawn before controls: outcome and direction exchanged."""
    turned = {"y_true": 1 - np.asarray(arguments["y_true"]), "specificities": arguments["sensitivities"]}
    turned["direction"] = "lower" if arguments["direction"] == "higher" else "higher"
    kept = {name: value for name, value in arguments.items() if name not in (*turned, "sensitivities")}
    result = sensitivity_band(**kept, **turned)
    return _with(result, sensitivity=result.specificity, specificity=result.sensitivity, given="sensitivity")


def _reversed_percentiles(**arguments: Any) -> Any:
    result = specificity_band(**arguments)
    lower, upper = (2 * result.specificity - limit for limit in (result.upper, result.lower))
    return _with(result, lower=lower, upper=upper)


def _wald(**arguments: Any) -> Any:
    """Normal limits of a share."""
    result = threshold_intervals(**arguments)
    changes: dict[str, Any] = {}
    for rate, n in zip(_RATES, (result.n_controls, result.n_cases), strict=True):
        share = getattr(result, rate)
        reach = qnorm(0.975) * np.sqrt(share * (1 - share) / n)
        changes |= {f"{rate}_lower": share - reach, f"{rate}_upper": share + reach}
    return _with(result, **changes)


def _beyond_only(**arguments: Any) -> Any:
    """Positive beyond the threshold only: the next threshold of the curve."""
    result = threshold_intervals(**arguments)
    curve = roc_curve(arguments["y_true"], arguments["y_score"], direction=arguments["direction"])
    places = [int(np.flatnonzero(curve.thresholds == t)[0]) for t in result.threshold]
    following = curve.thresholds[np.minimum(np.array(places, dtype=int) + 1, curve.thresholds.size - 1)]
    shifted = threshold_intervals(**{**arguments, "at": following})
    return _with(shifted, threshold=result.threshold)


def _exchanged(**arguments: Any) -> Any:
    result = threshold_intervals(**arguments)
    words = ("lower", "median", "upper")
    pairs = [(f"{a}_{w}", getattr(result, f"{b}_{w}")) for a, b in (_RATES, _RATES[::-1]) for w in words]
    return _with(result, **dict(pairs))


def _one_resample_more(**arguments: Any) -> Any:
    return threshold_intervals(**{**arguments, "bootstraps": arguments["bootstraps"] + 1})


def _same_threshold(**arguments: Any) -> Any:
    """The threshold of the data in every resample, where each has its own best one."""
    result = coordinate_intervals(**arguments)
    if not isinstance(arguments["at"], str) or "threshold" not in result.columns:
        return result
    kept = {name: value for name, value in arguments.items() if name != "policy"}
    fixed = coordinate_intervals(**{**kept, "at": result.estimate[:, list(result.columns).index("threshold")]})
    return _with(result, lower=fixed.lower, median=fixed.median, upper=fixed.upper)


def _first_optimum(**arguments: Any) -> Any:
    """Resamples with several best points left out, which draws nothing for them."""
    return coordinate_intervals(**{**arguments, "policy": "omit"})


def _values_of_the_data(**arguments: Any) -> Any:
    """Predictive values at the prevalence of the data and from the limits of the rates."""
    result = coordinate_intervals(**arguments)
    names = list(result.columns)
    if "positive_predictive_value" not in names:
        return result
    upper = result.upper.copy()
    upper[:, names.index("positive_predictive_value")] = result.estimate[:, names.index("positive_predictive_value")]
    return _with(result, upper=upper)


def _tail_of_five(**arguments: Any) -> Any:
    return coordinate_intervals(**{**arguments, "level": 0.9})


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


_SE, _SP, _T = "sensitivity_band", "specificity_band", "threshold_intervals"
_C = "coordinate_intervals"

CONTROLS: tuple[Control, ...] = (
    _control(_SE, "decimal_grid", "takes the decimal 0.3 where R's grid has 0.1 * 3", _decimal_grid, PROC),
    _control(_SE, "steps", "reads the curve as steps", _steps),
    _control(_SE, "unstratified", "resamples rows of both classes together", _unstratified),
    _control(_SE, "estimate_for_median", "gives the estimate for the median", _estimate_for_median),
    _control(_SE, "falling_limits", "sorts the limits by their size", _falling_limits),
    _control(_SE, "exact_for_proc", "counts where pROC interpolates in doubles", _exact_for_proc, PROC),
    _control(_SP, "false_alarms", "gives limits of 1 - specificity", _false_alarms),
    _control(_SP, "cases_first", "draws the cases before the controls", _cases_first),
    _control(_SP, "reversed_percentiles", "reflects the percentiles at the estimate", _reversed_percentiles),
    _control(_T, "wald", "gives normal limits of a share", _wald),
    _control(_T, "beyond_only", "counts patients at the threshold as negative", _beyond_only),
    _control(_T, "exchanged", "exchanges the limits of both rates", _exchanged),
    _control(_C, "same_threshold", "keeps the threshold of the data in all resamples", _same_threshold),
    _control(_C, "first_optimum", "leaves out resamples with several best points", _first_optimum),
    _control(_C, "values_of_the_data", "ends the interval of the PPV at its estimate", _values_of_the_data),
    _control(_C, "tail_of_five", "leaves five percent on each side of 95 % limits", _tail_of_five),
    _control(_T, "one_resample_more", "draws one resample too many", _one_resample_more),
)
