"""Wrong-on-purpose corrections of a best cut-off."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from crosscheck_r.controls import Control
from validation.r_random import RRandom
from validation.roc import cutoff_optimism, optimal_cutoff
from validation.roc.curve import PROC, counts_at

__all__ = ["CONTROLS"]

_RATES = ("sensitivity", "specificity")


def _again(result: Any, optimism: Any) -> Any:
    """The result with another optimism of both rates, without weights."""
    changes: dict[str, float] = {}
    excess = dict(zip(_RATES, optimism, strict=True)) | {"youden": sum(optimism)}
    for name, value in excess.items():
        changes[f"optimism_{name}"] = float(value)
        changes[f"corrected_{name}"] = getattr(result, f"apparent_{name}") - float(value)
    return dataclasses.replace(result, **changes)


def _resampled(judge: Any, **arguments: Any) -> Any:
    """Optimism by another judgement of each resample."""
    result = cutoff_optimism(**arguments)
    y, x = np.asarray(arguments["y_true"]), np.asarray(arguments["y_score"], dtype=np.float64)
    generator, direction = RRandom(arguments["seed"]), arguments["direction"]
    places = [np.flatnonzero(y == group) for group in (0, 1)]
    found = []
    for _ in range(arguments["bootstraps"]):
        rows = np.concatenate([p[generator.sample_int(p.size, replace=True)] for p in places])
        best = optimal_cutoff(y[rows], x[rows], direction=direction)
        found.append(judge(best, rows, y, x, direction, result))
    return _again(result, np.mean(found, axis=0))


def _rates(y: Any, x: Any, thresholds: Any, direction: str) -> Any:
    tp, fp = counts_at(y.astype(np.int8), x, thresholds, direction)
    return np.array([tp.mean() / y.sum(), 1 - fp.mean() / (y == 0).sum()])


def _first_optimum(best: Any, rows: Any, y: Any, x: Any, direction: str, result: Any) -> Any:
    own = np.array([best.sensitivity[0], best.specificity[0]])
    return own - _rates(y, x, best.threshold[:1], direction)


def _old_cutoff(best: Any, rows: Any, y: Any, x: Any, direction: str, result: Any) -> Any:
    own = _rates(y[rows], x[rows], result.threshold, direction)
    return own - np.array([result.apparent_sensitivity, result.apparent_specificity])


def _out_of_bag(best: Any, rows: Any, y: Any, x: Any, direction: str, result: Any) -> Any:
    left = np.setdiff1d(np.arange(y.size), rows)
    own = np.array([best.sensitivity.mean(), best.specificity.mean()])
    if not 0 < y[left].sum() < left.size:
        return own * 0
    return own - _rates(y[left], x[left], best.threshold, direction)


def _apparent_less_resample(best: Any, rows: Any, y: Any, x: Any, direction: str, result: Any) -> Any:
    own = np.array([best.sensitivity.mean(), best.specificity.mean()])
    return own - np.array([result.apparent_sensitivity, result.apparent_specificity])


def _with_judge(judge: Any) -> Any:
    return lambda **arguments: _resampled(judge, **arguments)


def _added(**arguments: Any) -> Any:
    result = cutoff_optimism(**arguments)
    turned = {f"corrected_{n}": getattr(result, f"apparent_{n}") + getattr(result, f"optimism_{n}") for n in _RATES}
    return dataclasses.replace(result, **turned)


def _exact_ties(**arguments: Any) -> Any:
    exact = cutoff_optimism(**{name: value for name, value in arguments.items() if name != "compat"})
    return dataclasses.replace(exact, compat=PROC)


def _control(mistake: str, wrong: str, compute: Any, compat: str | None = None) -> Control:
    return Control(f"cutoff_optimism_{mistake}", "cutoff_optimism", wrong, compute, compat)


CONTROLS: tuple[Control, ...] = (
    _control("first_optimum", "takes the first of several best points", _with_judge(_first_optimum)),
    _control("old_cutoff", "keeps the cut-off of the data in the resamples", _with_judge(_old_cutoff)),
    _control("out_of_bag", "judges on the patients that were not drawn", _with_judge(_out_of_bag)),
    _control("apparent", "subtracts the apparent rates", _with_judge(_apparent_less_resample)),
    _control("added", "adds the optimism where it is to be subtracted", _added),
    _control("exact_ties", "finds ties exactly where pROC compares doubles", _exact_ties, PROC),
)
