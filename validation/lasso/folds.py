"""Folds of a cross-validation as R draws them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import check_integer, check_outcome, check_scores, check_seed
from validation.errors import InputError
from validation.r_random import RRandom

__all__ = ["assign_folds", "stratified_folds"]

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


def stratified_folds(y_true: Any, *, seed: int, folds: int = 10) -> npt.NDArray[np.int64]:
    """Folds with the classes spread evenly, for the `fold_id` of a cross-validation.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    seed : int
        As in R's ``set.seed``.
    folds : int
        Number of folds, from 3 to the number of patients.

    Returns
    -------
    ndarray of shape (n,)
        Fold of each patient, from 1; numbers of events, and of all patients, per fold differ by one at most.

    Raises
    ------
    InputError
        Outcome not 0/1 or with one class; an impossible number of folds.

    Notes
    -----
    Events, then the others, are dealt to the folds in an order drawn from R's generator.
    R: none; pass the folds as ``glmnet::cv.glmnet(foldid = )``.

    References
    ----------
    Kohavi R (1995). A study of cross-validation and bootstrap for accuracy estimation and model selection. IJCAI
    2:1137-1143. doi:10.5555/1643031.1643047

    Examples
    --------
    >>> y = [1, 0, 0, 1, 0, 0, 1, 0, 0]
    >>> fold_id = stratified_folds(y, seed=1, folds=3)
    >>> [int(np.sum(fold_id[np.array(y) == 1] == fold)) for fold in (1, 2, 3)]
    [1, 1, 1]
    """
    outcome = check_outcome(y_true)
    generator = RRandom(check_seed(seed))
    count = check_integer(folds, "folds", minimum=LEAST_FOLDS, maximum=outcome.size)
    found, dealt = np.empty(outcome.size, dtype=np.int64), 0
    for group in (1, 0):
        rows = np.flatnonzero(outcome == group)
        order = generator.sample_int(rows.size, rows.size, replace=False)
        # the second group goes on where the first one ended, so that the folds have equal sizes
        found[rows[order]] = (dealt + np.arange(rows.size)) % count + 1
        dealt += rows.size
    return found


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
