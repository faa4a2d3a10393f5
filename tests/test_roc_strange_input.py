"""Whatever is passed to the functions on cut-offs and their intervals, only errors of ours come out."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from validation import (
    auc_bca,
    coordinate_intervals,
    cutoff_optimism,
    optimal_cutoff,
    rates_at_threshold,
    roc_coordinates,
    sensitivity_band,
    specificity_band,
    threshold_intervals,
)
from validation.errors import CrosscheckError
from validation.roc.curve import PROC

DATA = {"y_true": [0, 0, 0, 0, 1, 1, 1, 1], "y_score": [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]}
#: what each function cannot do without
NEEDED: dict[Callable[..., Any], dict[str, Any]] = {
    roc_coordinates: {},
    optimal_cutoff: {},
    sensitivity_band: {"seed": 1, "bootstraps": 5},
    specificity_band: {"seed": 1, "bootstraps": 5},
    threshold_intervals: {"seed": 1, "bootstraps": 5},
    coordinate_intervals: {"seed": 1, "bootstraps": 5, "policy": "random"},
    rates_at_threshold: {"at": 3.5},
    auc_bca: {"seed": 1, "bootstraps": 20},
    cutoff_optimism: {"seed": 1, "bootstraps": 5},
}
STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 2, 1e308, float("nan"), float("inf"), "", "best", b"a", [], [1], [None], ["a"], [[1, 2], [3, 4]],
    [1, [2]], np.array([]), np.array([1.0, np.nan]), np.array(["a"]), np.array([1 + 2j]), {}, (0.5, 0.5), object(),
    np.datetime64("2020-01-01"), 1j, np.float32(0.5), np.int8(3), 10**30, range(3),
)  # fmt: skip


@pytest.mark.parametrize("function", NEEDED, ids=lambda f: f.__name__)
def test_only_errors_of_ours_come_out(function: Callable[..., Any]) -> None:
    arguments = {**DATA, **NEEDED[function]}
    for name in inspect.signature(function).parameters:
        for value in STRANGE:
            for mode in {None, None if function in (rates_at_threshold, auc_bca) else PROC}:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    with contextlib.suppress(CrosscheckError):
                        function(**{**arguments, "compat": mode, name: value})
