"""BCa interval of the area: closed-form acceleration against leave-one-out, certified values, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.power import relations_broken
from crosscheck_r.strategies import marker_arguments
from validation import auc, auc_bca, auc_bootstrap
from validation.errors import InputError, NotEstimable
from validation.exact import roc_bca as certified
from validation.roc import AUC_BCA
from validation.statistic import Case

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])


@settings(max_examples=40)
@given(marker_arguments(max_size=25), st.integers(0, 99), st.sampled_from((0.5, 0.9, 0.95)))
def test_limits_are_the_certified_ones(marker: dict[str, Any], seed: int, level: float) -> None:
    arguments = {**marker, "seed": seed, "bootstraps": 30, "level": level}
    try:
        result = auc_bca(**arguments)
    except NotEstimable:
        return
    for name, value in certified.auc_bca(**arguments).items():
        assert abs(getattr(result, name) - value) <= 1e-14 * max(1.0, abs(value)), name
    assert list(relations_broken(AUC_BCA, Case("marker", arguments), None)) == []


def test_acceleration_is_that_of_leave_one_out_areas() -> None:
    y, x = (np.array(values) for values in SMALL)
    areas = np.array([auc(np.delete(y, i), np.delete(x, i)).auc for i in range(y.size)])
    pulls = areas.mean() - areas
    expected = (pulls**3).sum() / (6 * (pulls**2).sum() ** 1.5)
    assert abs(auc_bca(y, x, seed=1, bootstraps=50).acceleration - expected) < 1e-14


def test_replicates_are_those_of_the_percentile_interval() -> None:
    bca, percentile = (function(*SMALL, seed=3, bootstraps=100) for function in (auc_bca, auc_bootstrap))
    assert np.array_equal(bca.replicates, percentile.replicates)
    assert np.array_equal(bca.random_state, percentile.random_state)
    assert bca.confidence_interval() == (bca.lower, bca.upper)
    assert bca.confidence_interval(0.5).low >= bca.lower
    assert bca.to_frame().shape == (1, 9)


def test_without_spread_there_are_no_limits() -> None:
    with pytest.raises(NotEstimable, match="no spread"):
        auc_bca([0, 0, 1, 1], [1, 2, 3, 4], seed=1, bootstraps=20)
    with pytest.raises(NotEstimable, match="one case"):
        auc_bca([0, 0, 1], [1, 3, 2], seed=1, bootstraps=20)
    with pytest.raises(NotEstimable, match="All replicates"):
        auc_bca(*SMALL, seed=4, bootstraps=1)


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"compat": "proc-1.18"}, "compat"),
        ({"seed": None}, "seed"),
        ({"bootstraps": 0}, "bootstraps"),
        ({"level": 2}, "level"),
        ({"direction": "?"}, "direction"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        auc_bca(*SMALL, **{"seed": 1, "bootstraps": 20, **changed})
    assert caught.value.argument == argument
