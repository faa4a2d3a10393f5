"""Folds of a cross-validation as R draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import check_integer, check_scores
from validation.errors import InputError
from validation.r_random import RRandom

__all__ = ["assign_folds"]

LEAST_FOLDS = 3


def assign_folds(n: int, seed: int, folds: Any, fold_id: Any) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Fold (1 ... K) of each patient and the generator's state afterwards.

    The folds are those of R's ``set.seed(seed); sample(rep(seq(folds), length = n))``; given folds draw nothing.
    """
    generator = RRandom(seed)
    if fold_id is not None:
        return _given_folds(fold_id, n), generator.state
    count = check_integer(folds, "folds", minimum=LEAST_FOLDS)
    if count > n:
        raise InputError("folds", f"is {count} where there are {n} patients")
    places = generator.sample_int(n, n, replace=False)
    return places.astype(np.int64) % count + 1, generator.state


def _given_folds(fold_id: Any, n: int) -> npt.NDArray[np.int64]:
    values = check_scores(fold_id, n, "fold_id")
    found = np.unique(values)
    expected = np.arange(1, found.size + 1, dtype=np.float64)
    if found.size < LEAST_FOLDS or not np.array_equal(found, expected):
        shown = ", ".join(f"{value:g}" for value in found[:8])
        raise InputError(
            "fold_id", f"must hold the whole numbers 1 to K without gaps, K at least {LEAST_FOLDS}, got {shown}"
        )
    return values.astype(np.int64)
