"""Wrong-on-purpose tests of goodness of fit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy.special import chdtrc

from crosscheck_r.controls import Control
from validation.calibration import hosmer_lemeshow_test, unweighted_squares_test
from validation.calibration.unweighted_squares import RMS
from validation.logistic import logistic_regression
from validation.r_numerics import pnorm

__all__ = ["CONTROLS"]


def _all_degrees(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = hosmer_lemeshow_test(y_true, y_proba, **options)
    freedom = len(result.group_n) - 1
    return dataclasses.replace(result, degrees_of_freedom=freedom, p_value=float(chdtrc(freedom, result.chi_square)))


def _events_only(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = hosmer_lemeshow_test(y_true, y_proba, **options)
    chi_square = float(((result.group_events - result.group_expected) ** 2 / result.group_expected).sum())
    p_value = float(chdtrc(result.degrees_of_freedom, chi_square))
    return dataclasses.replace(result, chi_square=chi_square, p_value=p_value)


def _other_grouping(y_true: Any, y_proba: Any, **options: Any) -> Any:
    other = "ranks" if options["grouping"] == "quantiles" else "quantiles"
    result = hosmer_lemeshow_test(y_true, y_proba, **{**options, "grouping": other})
    return dataclasses.replace(result, grouping=options["grouping"])


def _mean_of_the_mean(y_true: Any, y_proba: Any, **options: Any) -> Any:
    """Expected events from the middle of a group's range, not from its risks."""
    result = hosmer_lemeshow_test(y_true, y_proba, **options)
    risks, ends = np.sort(np.asarray(y_proba)), np.cumsum(result.group_n)
    middle = (risks[ends - result.group_n] + risks[ends - 1]) / 2
    return dataclasses.replace(result, group_expected=middle * result.group_n)


def _ties_apart(y_true: Any, y_proba: Any, **options: Any) -> Any:
    result = hosmer_lemeshow_test(y_true, y_proba, **options)
    parts = np.array_split(np.argsort(np.asarray(y_proba), kind="stable"), int(options["groups"]))
    return dataclasses.replace(result, group_n=np.array([len(part) for part in parts]))


def _without_columns(y_true: Any, x: Any, **options: Any) -> Any:
    """The standard deviation as if the risks were given, not fitted."""
    result = unweighted_squares_test(y_true, x, **options)
    risk = np.asarray(logistic_regression(y_true, x).fitted)
    spread = float(np.sqrt((risk * (1 - risk) * (1 - 2 * risk) ** 2).sum()))
    z = (result.sum_of_squares - result.expected) / spread
    return dataclasses.replace(result, standard_deviation=spread, z=z, p_value=2 * pnorm(-abs(z)))


def _unweighted(y_true: Any, x: Any, **options: Any) -> Any:
    """The regression of 1 - 2p without weights."""
    result = unweighted_squares_test(y_true, x, **options)
    risk = np.asarray(logistic_regression(y_true, x).fitted)
    design = np.column_stack([np.ones(len(risk)), np.asarray(x).reshape(len(risk), -1)])
    rest = (1 - 2 * risk) - design @ np.linalg.lstsq(design, 1 - 2 * risk, rcond=None)[0]
    return dataclasses.replace(result, standard_deviation=float(np.sqrt((rest**2 * risk * (1 - risk)).sum())))


def _one_sided(y_true: Any, x: Any, **options: Any) -> Any:
    result = unweighted_squares_test(y_true, x, **options)
    return dataclasses.replace(result, p_value=pnorm(-result.z))


def _chi_square(y_true: Any, x: Any, **options: Any) -> Any:
    """Pearson's sum of squared residuals over their variances."""
    result = unweighted_squares_test(y_true, x, **options)
    risk, y = np.asarray(logistic_regression(y_true, x).fitted), np.asarray(y_true)
    return dataclasses.replace(result, sum_of_squares=float(((y - risk) ** 2 / (risk * (1 - risk))).sum()))


def _maximum(y_true: Any, x: Any, **options: Any) -> Any:
    return dataclasses.replace(unweighted_squares_test(y_true, x), compat=RMS)


def _control(statistic: str, mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"{statistic}_{mistake}", statistic, wrong, compute, compat)


_GROUPED, _SQUARES = "hosmer_lemeshow_test", "unweighted_squares_test"
CONTROLS: tuple[Control, ...] = (
    _control(_GROUPED, "one_degree", "loses one degree of freedom, as a table does", _all_degrees),
    _control(_GROUPED, "events_only", "sums over the events alone", _events_only),
    _control(_GROUPED, "other_grouping", "exchanges quantiles and ranks", _other_grouping),
    _control(_GROUPED, "middle", "expects the middle of each group's range", _mean_of_the_mean),
    _control(_GROUPED, "ties_apart", "puts tied risks into different groups", _ties_apart),
    _control(_SQUARES, "given_risks", "forgets that the model was fitted", _without_columns),
    _control(_SQUARES, "unweighted", "regresses without weights", _unweighted),
    _control(_SQUARES, "one_sided", "tests one side", _one_sided),
    _control(_SQUARES, "pearson", "divides each square by its variance", _chi_square),
    _control(_SQUARES, "maximum", "goes on to the maximum where lrm stops", _maximum, RMS),
)
