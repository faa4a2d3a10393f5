"""Sample size of a prediction model: published numbers, R's simulation, bad input."""

from __future__ import annotations

import math
from typing import Any

import pytest

from validation.errors import InputError
from validation.sample_size import (
    anticipated_r_squared,
    expected_shrinkage,
    largest_r_squared,
    most_parameters,
    r_squared_from_auc,
    sample_size_optimism,
    sample_size_overall_risk,
    sample_size_prediction_error,
    sample_size_shrinkage,
    smallest_sample_size,
)


def test_published_example() -> None:
    # Riley and colleagues: R2 0.288, prevalence 0.174, 24 candidate parameters
    found = smallest_sample_size(0.174, 24, r_squared=0.288)
    assert (found.shrinkage, found.optimism, found.overall_risk) == (623, 662, 221)
    assert found.n == max(found.shrinkage, found.optimism, found.overall_risk, found.prediction_error or 0)
    assert found.to_frame()["n"].tolist()[-1] == found.n


def test_the_simulation_of_the_package_is_the_simulation_here() -> None:
    found = anticipated_r_squared(0.70, 288 / 496)
    assert (round(found.simulated, 4), found.draws, found.seed) == (0.1185, 1_000_000, 123456)
    assert round(found.simulated, 4) == r_squared_from_auc(0.70, 288 / 496, route="simulation")
    assert smallest_sample_size(288 / 496, 6, auc=0.70, compat="pmsampsize-1.1").n == 425


def test_shrinkage_and_its_inverse() -> None:
    for p, r2 in ((6, 0.1185), (24, 0.288), (40, 0.05)):
        n = sample_size_shrinkage(p, r2)
        assert expected_shrinkage(n, p, r2) >= 0.9 > expected_shrinkage(n - 1, p, r2)
        assert most_parameters(n, r2) == p
        assert most_parameters(n - 1, r2) == p - 1


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: smallest_sample_size(0.0, 5, auc=0.7), "prevalence"),
        (lambda: smallest_sample_size(0.3, 0, auc=0.7), "parameters"),
        (lambda: smallest_sample_size(0.3, 5), "r_squared"),
        (lambda: smallest_sample_size(0.3, 5, auc=0.7, r_squared=0.1), "r_squared"),
        (lambda: smallest_sample_size(0.3, 5, r_squared=0.9), "r_squared"),
        (lambda: smallest_sample_size(0.3, 5, auc=0.7, compat="pmsampsize-9"), "compat"),
        (lambda: anticipated_r_squared(0.4, 0.3), "auc"),
        (lambda: anticipated_r_squared(1.0, 0.3), "auc"),
        (lambda: anticipated_r_squared(0.7, 0.3, draws=5), "draws"),
        (lambda: anticipated_r_squared(0.7, 0.3, seed=-(2**40)), "seed"),
        (lambda: r_squared_from_auc(0.7, 0.3, route="guess"), "route"),
        (lambda: sample_size_overall_risk(0.3, margin=0.0), "margin"),
        (lambda: sample_size_prediction_error(0.3, 5, error=math.nan), "error"),
        (lambda: sample_size_shrinkage(5, 0.95), "r_squared"),
        (lambda: sample_size_optimism(5, 0.1, 0.3, optimism=1.0), "optimism"),
        (lambda: largest_r_squared(2.0), "prevalence"),
    ],
)
def test_bad_input_names_the_argument(call: Any, argument: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value).startswith(argument)


def test_plot_shows_every_criterion() -> None:
    pytest.importorskip("matplotlib")
    found = smallest_sample_size(288 / 496, 10, auc=0.75)
    display = found.plot()
    assert [bar.get_width() for bar in display.bars_] == [
        found.overall_risk, found.prediction_error, found.optimism, found.shrinkage
    ]  # fmt: skip
    assert len(smallest_sample_size(0.3, 10, r_squared=0.1, compat="pmsampsize-1.1").plot().bars_) == 3
