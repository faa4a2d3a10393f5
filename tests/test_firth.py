"""Firth's regression: separated data, a table by hand, limits by their definition, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

from validation import firth_regression, logistic_regression
from validation.errors import InputError, NotEstimable
from validation.logistic.firth import _Model
from validation.logistic.regression import check_problem

EPS = 2.0**-52


def test_saturated_table_gets_half_a_patient_per_cell() -> None:
    """In a 2 x 2 table Firth's estimate is the log odds ratio with 1/2 added to every cell, zero cells included."""
    table = {(0, 0): 7, (0, 1): 0, (1, 0): 3, (1, 1): 5}
    y = [b for (_, b), count in table.items() for _ in range(count)]
    x = [[float(a)] for (a, _), count in table.items() for _ in range(count)]
    result = firth_regression(y, x)
    expected = math.log(5.5 * 7.5 / (3.5 * 0.5))
    assert result.coefficients[1] == pytest.approx(expected, rel=2.0**12 * EPS)
    with pytest.raises(NotEstimable):
        logistic_regression(y, x)


@pytest.mark.parametrize("seed", range(4))
def test_profile_limits_fall_by_the_quantile(seed: int) -> None:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(30, 2))
    y = (x[:, 0] + 0.1 * seed * generator.normal(size=30) > 0).astype(int)
    result = firth_regression(y, x, level=0.9)
    model = _Model(check_problem(y, x, None, None, None))
    for j in (1, 2):
        for end in (result.profile_lower[j - 1], result.profile_upper[j - 1]):
            # the penalised likelihood has several local maxima far out: follow the one that leads to the estimate
            held = model.climb(np.zeros(3), np.arange(3))[0]
            for value in np.linspace(held[j], math.log(end) * model.spread[j - 1], 40)[1:]:
                held[j] = value
                held, point = model.climb(held, np.delete(np.arange(3), j))
            fall = result.penalized_log_likelihood - float(np.sum(np.log(model.spread))) - point.value
            # half the quantile of chi-square with one degree of freedom at 0.9
            assert fall == pytest.approx(2.705543454095404 / 2, abs=2.0**16 * EPS)


@pytest.mark.parametrize(
    ("x", "error"),
    [([[1.0], [1.0], [1.0], [1.0]], NotEstimable), ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [4.0, 8.0]], NotEstimable),
     ([[1.0], [math.inf], [1.0], [2.0]], InputError), ([["a"], ["b"], ["c"], ["d"]], InputError)],
)  # fmt: skip
def test_bad_input_is_refused(x: list[list[object]], error: type[Exception]) -> None:
    with pytest.raises(error):
        firth_regression([0, 1, 0, 1], x)
