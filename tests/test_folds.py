"""Stratified folds: balance whatever the classes, the same folds from the same seed, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation import lasso_cv, stratified_folds
from validation.errors import InputError


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(1, 60), st.integers(3, 12), st.integers(0, 2**31 - 1))
def test_classes_and_sizes_are_balanced(events: int, others: int, folds: int, seed: int) -> None:
    y = np.random.default_rng(seed).permutation(np.repeat([1, 0], [events, others]))
    if folds > y.size:
        with pytest.raises(InputError):
            stratified_folds(y, seed=seed, folds=folds)
        return
    fold_id = stratified_folds(y, seed=seed, folds=folds)
    for chosen in (y == 1, y == 0, np.ones(y.size, dtype=bool)):
        counts = np.bincount(fold_id[chosen], minlength=folds + 1)[1:]
        assert counts.max() - counts.min() <= 1
    assert np.array_equal(fold_id, stratified_folds(y, seed=seed, folds=folds))


def test_they_serve_a_cross_validation() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(60, 3)), np.repeat([1, 0, 0, 0], 15)
    fold_id = stratified_folds(y, seed=3, folds=5)
    assert np.array_equal(lasso_cv(y, x, seed=1, fold_id=fold_id).fold_id, fold_id)


@pytest.mark.parametrize("bad", [{"y_true": [1, 1, 1, 1]}, {"folds": 2}, {"folds": 99}, {"seed": 0.5}])
def test_bad_input_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        stratified_folds(**({"y_true": [0, 1, 0, 1], "seed": 1, "folds": 3} | bad))  # type: ignore[arg-type]
