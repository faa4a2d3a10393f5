"""Exact and Wilson limits of sensitivity and specificity at thresholds: definitions, certified values, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import rates_at_threshold
from validation.errors import InputError
from validation.exact import roc_rates as certified
from validation.roc import RATES_AT_THRESHOLD
from validation.statistic import Case

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])
EPS = 2.0**-52


@settings(max_examples=15)
@given(marker_arguments(max_size=40), st.sampled_from((0.5, 0.8, 0.95, 0.999)))
def test_limits_are_the_certified_ones(marker: dict[str, Any], level: float) -> None:
    arguments = {**marker, "at": marker["y_score"][:2], "level": level}
    result, exact = rates_at_threshold(**arguments), certified.rates_at_threshold(**arguments)
    for name, values in exact.items():
        # a few roundings on the way to a share
        assert np.all(np.abs(getattr(result, name) - values) <= 4 * EPS), name
    assert list(relations_broken(RATES_AT_THRESHOLD, Case("marker", arguments), None)) == []


@pytest.mark.live
@settings(max_examples=20)
@given(marker_arguments(max_size=40))
def test_limits_of_binom_test_and_prop_test(r: RSession, marker: dict[str, Any]) -> None:
    arguments = {**marker, "at": marker["y_score"][:3], "level": 0.95}
    theirs = r.call("roc_rates.R::rates_at_threshold", arguments).value
    result = rates_at_threshold(**arguments)
    for name, values in theirs.items():
        # qbeta's own digits
        assert np.all(np.abs(getattr(result, name) - values) <= 64 * EPS), name


def test_no_error_at_either_end() -> None:
    found = rates_at_threshold(*SMALL, [-np.inf, np.inf])
    assert found.sensitivity.tolist() == [1.0, 0.0]
    assert (found.sensitivity_exact_upper[0], found.sensitivity_wilson_upper[0]) == (1.0, 1.0)
    assert (found.sensitivity_exact_lower[1], found.sensitivity_wilson_lower[1]) == (0.0, 0.0)
    # the rule of three's exact form
    assert abs(found.sensitivity_exact_lower[0] - 0.025 ** (1 / 4)) <= 4 * EPS
    assert found.to_frame().shape == (2, 12)


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"at": []}, "at"),
        ({"at": [np.nan]}, "at"),
        ({"at": "best"}, "at"),
        ({"at": [[1.0, 2.0]]}, "at"),
        ({"level": 0}, "level"),
        ({"direction": "both"}, "direction"),
        ({"compat": "proc-1.18"}, "compat"),
        ({"y_true": [0] * 8}, "y_true"),
        ({"y_score": [1.0]}, "y_score"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        rates_at_threshold(**{"y_true": SMALL[0], "y_score": SMALL[1], "at": 3.5, **changed})
    assert caught.value.argument == argument
