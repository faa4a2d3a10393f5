"""Wrong-on-purpose sample sizes and power of ROC studies."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from crosscheck_r.controls import Control
from validation.roc import roc_power, roc_sample_size, roc_test_power, roc_test_sample_size
from validation.roc.curve import PROC

__all__ = ["CONTROLS"]


def _with(result: Any, **changes: Any) -> Any:
    return dataclasses.replace(result, **changes)


def _one_sided_always(auc: float, **options: Any) -> Any:
    return roc_sample_size(auc, **{**options, "alternative": "one-sided"})


def _cases_for_controls(auc: float, **options: Any) -> Any:
    result = roc_sample_size(auc, **options)
    return _with(result, n_cases=result.n_controls, n_controls=result.n_cases)


def _null_variance_for_both(auc: float, **options: Any) -> Any:
    # Hanley and McNeil's quick formula at 0.5 on both sides
    result = roc_sample_size(auc, **options)
    nearly = roc_sample_size(0.5 + 2.0**-20, **options)
    scale = (2.0**-20 / (auc - 0.5)) ** 2
    return _with(result, n_cases=nearly.n_cases * scale, n_controls=nearly.n_controls * scale)


def _rounded_up(auc: float, **options: Any) -> Any:
    result = roc_sample_size(auc, **options)
    return _with(result, n_cases=float(math.ceil(result.n_cases)))


def _both_tails(n_cases: float, n_controls: float, **options: Any) -> Any:
    result = roc_power(n_cases, n_controls, **options)
    if result.solved != "significance_level":
        return result
    return _with(result, significance_level=result.significance_level / 2)


def _groups_exchanged(n_cases: float, n_controls: float, **options: Any) -> Any:
    return roc_power(n_controls, n_cases, **options)


def _coarse_root(n_cases: float, n_controls: float, **options: Any) -> Any:
    return roc_power(n_cases, n_controls, **options, compat=PROC)


def _true_root(n_cases: float, n_controls: float, **options: Any) -> Any:
    result = roc_power(n_cases, n_controls, **options)
    exact = roc_power(n_cases, n_controls, **{k: v for k, v in options.items() if k != "compat"})
    return _with(result, auc=exact.auc)


def _first_curve_only(*data: Any, **options: Any) -> Any:
    return roc_test_sample_size(*data, **options, null_variance="first")


def _unpaired_size(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    from validation.roc import auc, roc_test

    result = roc_test_sample_size(y_true, y_score_1, y_score_2, **options)
    words = {k: options[k] for k in ("direction_1", "direction_2") if k in options}
    variances = [
        auc(y_true, x, direction=options.get(f"direction_{i}", "higher")).variance
        for i, x in ((1, y_score_1), (2, y_score_2))
    ]
    paired = sum(variances) - 2 * roc_test(y_true, y_score_1, y_score_2, **words).covariance
    return _with(result, n_cases=result.n_cases * sum(variances) / paired)


def _power_of_first_curve(*data: Any, **options: Any) -> Any:
    return roc_test_power(*data, **options, null_variance="first")


def _power_at_twice_the_level(*data: Any, **options: Any) -> Any:
    return roc_test_power(*data, **{**options, "alternative": "one-sided"})


_S, _P = "roc_sample_size", "roc_power"
_T, _Q = "roc_test_sample_size", "roc_test_power"

CONTROLS: tuple[Control, ...] = (
    Control(f"{_S}_one_sided", _S, "halves no level of a two-sided test", _one_sided_always),
    Control(f"{_S}_groups_exchanged", _S, "gives the cases for the controls", _cases_for_controls),
    Control(f"{_S}_null_variance", _S, "takes the variance without an effect for both", _null_variance_for_both),
    Control(f"{_S}_rounded_up", _S, "rounds up", _rounded_up, PROC),
    Control(f"{_P}_one_tail", _P, "gives one tail for the level of a two-sided test", _both_tails),
    Control(f"{_P}_groups_exchanged", _P, "takes cases for controls", _groups_exchanged),
    Control(f"{_P}_coarse_root", _P, "stops before the root as R does", _coarse_root),
    Control(f"{_P}_true_root", _P, "finds the root where R stops before it", _true_root, PROC),
    Control(f"{_T}_first_curve", _T, "takes the null variance from the first curve", _first_curve_only),
    Control(f"{_T}_unpaired", _T, "forgets the covariance of the two areas", _unpaired_size),
    Control(f"{_Q}_first_curve", _Q, "takes the null variance from the first curve", _power_of_first_curve),
    Control(f"{_Q}_one_sided", _Q, "halves no level of a two-sided test", _power_at_twice_the_level),
)
