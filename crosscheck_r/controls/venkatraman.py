"""Wrong-on-purpose permutation tests of two ROC curves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_random import RRandom
from validation.roc import venkatraman_test
from validation.roc.curve import PROC
from validation.roc.exchange import Groups, Mixture, ranks

__all__ = ["CONTROLS"]


def _changed(change: Callable[[Any], Any]) -> Callable[..., Any]:
    """The right result, and then the mistake."""

    def compute(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
        return change(venkatraman_test(y_true, y_score_1, y_score_2, **options))

    return compute


def _counted(result: Any, exceeding: int) -> Any:
    own = 1 if result.compat == "default" else 0
    p_value = (exceeding + own) / (result.permutations + own)
    return dataclasses.replace(result, exceeding=exceeding, p_value=p_value)


def _only_larger(result: Any) -> Any:
    return _counted(result, int(np.count_nonzero(result.replicates > result.statistic)))


def _without_the_data(result: Any) -> Any:
    return dataclasses.replace(result, p_value=result.exceeding / result.permutations)


def _with_the_data(result: Any) -> Any:
    return dataclasses.replace(result, p_value=(result.exceeding + 1) / (result.permutations + 1))


def _other_tail(result: Any) -> Any:
    return _counted(result, int(np.count_nonzero(result.replicates <= result.statistic)))


def _mean_error(result: Any) -> Any:
    n = result.n_cases[0] + result.n_controls[0]
    return dataclasses.replace(result, statistic=result.statistic / n) if result.paired else result


def _right_mixture(y_true: Any, y_score_1: Any, y_score_2: Any, *, compat: str, **options: Any) -> Any:
    return venkatraman_test(y_true, y_score_1, y_score_2, compat=None if "y_true_2" in options else compat, **options)


def _mixture_of_proc(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    """Share of cases by twice the size of the first group."""
    right = venkatraman_test(y_true, y_score_1, y_score_2, **options)
    if right.paired:
        return right
    outcomes = (np.asarray(y_true), np.asarray(options["y_true_2"]))
    signs = [1.0 if options[f"direction_{i}"] == "higher" else -1.0 for i in (1, 2)]
    places = [ranks(sign * x) for sign, x in zip(signs, (y_score_1, y_score_2), strict=True)]
    groups = Groups(outcomes, (places[0], places[1]))
    wrong = dataclasses.replace(Mixture.of(groups), patients=2 * outcomes[0].size)
    return dataclasses.replace(right, statistic=wrong.area(groups.ordered()), mixing=wrong.cases / wrong.patients)


def _own_generator(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    result = venkatraman_test(y_true, y_score_1, y_score_2, **options)
    other = venkatraman_test(y_true, y_score_1, y_score_2, **{**options, "seed": options["seed"] + 1})
    return dataclasses.replace(other, seed=result.seed, random_state=RRandom(options["seed"]).state)


def _area_difference(y_true: Any, y_score_1: Any, y_score_2: Any, **options: Any) -> Any:
    """Differences with their signs, which cancel where the curves cross."""
    result = venkatraman_test(y_true, y_score_1, y_score_2, **options)
    if not result.paired:
        return result
    signs = 2 * np.asarray(y_true).astype(np.int64) - 1
    scores = ((options["direction_1"], y_score_1), (options["direction_2"], y_score_2))
    oriented = [np.asarray(x) * (1.0 if way == "higher" else -1.0) for way, x in scores]
    walks = [np.cumsum(signs[np.argsort(x, kind="stable")]) for x in oriented]
    return dataclasses.replace(result, statistic=math.fabs(float((walks[0] - walks[1]).sum())))


def _control(mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"venkatraman_test_{mistake}", "venkatraman_test", wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("only_larger", "counts permutations that exceed the data only", _changed(_only_larger)),
    _control("without_the_data", "does not count the data as a permutation", _changed(_without_the_data)),
    _control("other_tail", "counts permutations that are nearer than the data", _changed(_other_tail)),
    _control("mean_error", "divides the paired statistic by the number of patients", _changed(_mean_error)),
    _control("mixture_of_proc", "takes the cases of both groups over twice the first group", _mixture_of_proc),
    _control("own_generator", "permutes with other random numbers", _own_generator),
    _control("area_difference", "lets differences of opposite sign cancel", _area_difference),
    _control("right_mixture", "takes the right mixture where pROC's is due", _right_mixture, PROC),
    _control("with_the_data", "counts the data as a permutation where pROC does not", _changed(_with_the_data), PROC),
)
