"""Profile likelihood limits: against their definition by refits, R's grid live, spline, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from validation import logistic_regression, profile_likelihood_intervals
from validation.errors import InputError, NotEstimable
from validation.logistic.fit import maximum_likelihood
from validation.logistic.profile_path import cubic_spline
from validation.r_numerics import qnorm

EPS = 2.0**-52


@pytest.mark.parametrize("seed", range(6))
def test_limits_are_where_refits_say(seed: int) -> None:
    """The deviance of a refit with the coefficient held at its limit is the quantile above the minimum."""
    generator = np.random.default_rng(seed)
    n, p = 60 + 40 * seed, 1 + seed % 3
    x = generator.normal(size=(n, p)) * 10.0 ** generator.integers(-3, 4, p) + 10.0 * seed
    y = (generator.random(n) < 0.35).astype(np.int8)
    weights = generator.integers(1, 4, n).astype(float) if seed % 2 else None
    result = profile_likelihood_intervals(y, x, weights=weights, level=0.9)
    names = [f"x{j}" for j in range(p)]
    full = -2.0 * maximum_likelihood(x, y, names, weights).log_likelihood
    for j in range(p):
        for end in (result.coefficient_lower[j], result.coefficient_upper[j]):
            others = np.delete(x, j, axis=1)
            held = -2.0 * maximum_likelihood(others, y, names[1:], weights, x[:, j] * end).log_likelihood
            # the deviance is a sum of hundreds
            assert held - full == pytest.approx(qnorm(0.95) ** 2, abs=2.0**14 * EPS * full)


def test_another_level_is_the_run_at_that_level() -> None:
    cohort = load_cohort("tiny")
    result = profile_likelihood_intervals(cohort.outcome, cohort.x)
    wider = result.confidence_interval(0.99)
    again = profile_likelihood_intervals(cohort.outcome, cohort.x, level=0.99)
    assert np.array_equal(wider.low, again.lower) and np.array_equal(wider.high, again.upper)
    assert (wider.low < result.lower).all() and result.confidence_interval().low is result.lower
    with pytest.raises(NotEstimable):
        profile_likelihood_intervals(cohort.outcome, cohort.x, compat="glm").confidence_interval(0.9)


def test_grid_of_r_is_near_the_solution_but_not_equal() -> None:
    cohort = load_cohort("osteoporosis")
    solved = profile_likelihood_intervals(cohort.outcome, cohort.x)
    grid = profile_likelihood_intervals(cohort.outcome, cohort.x, compat="glm")
    error = logistic_regression(cohort.outcome, cohort.x).standard_error[1:]
    distance = np.abs(grid.coefficient_upper - solved.coefficient_upper) / error
    assert 1e-9 < distance.max() < 1e-3


def test_cubics_are_their_own_spline() -> None:
    x = np.array([0.0, 0.4, 1.0, 1.7, 2.0, 3.5])
    at = np.linspace(0.0, 3.5, 40)
    curve = lambda t: 1.0 - 2.0 * t + 0.5 * t**2 - 0.25 * t**3  # noqa: E731
    assert cubic_spline(x, curve(x), at) == pytest.approx(curve(at), abs=64 * EPS * 16)


def test_separated_data_have_no_limits_and_r_prints_some() -> None:
    y, x = [0, 0, 0, 1, 1, 1], [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]
    with pytest.raises(NotEstimable):
        profile_likelihood_intervals(y, x)
    with pytest.warns(Warning, match="mean nothing"):
        assert profile_likelihood_intervals(y, x, compat="glm").diagnosis is not None


@pytest.mark.parametrize("bad", [{"level": 0.0}, {"compat": "rms"}, {"weights": [1.0, -1.0, 1.0, 1.0]}])
def test_bad_arguments_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        profile_likelihood_intervals([0, 1, 0, 1], [[1.0], [2.0], [2.5], [1.5]], **bad)  # type: ignore[arg-type]
