"""Penalised fits and bootstrap limits: against direct optimisation, seeds live against R, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.errors import RUnavailable
from crosscheck_r.session import RSession
from validation import bootstrap_odds_ratios, logistic_regression, penalty_trace
from validation.errors import InputError, NotEstimable

EPS = 2.0**-52


def test_no_penalty_is_the_maximum_and_a_huge_one_the_prevalence() -> None:
    cohort = load_cohort("ties")
    result = penalty_trace(cohort.outcome, cohort.x, penalties=[1e9])
    fit = logistic_regression(cohort.outcome, cohort.x)
    assert result.coefficients[0] == pytest.approx(fit.coefficients, rel=2.0**14 * EPS)
    assert np.abs(result.coefficients[1, 1:]).max() < 1e-6
    assert 1.0 / (1.0 + np.exp(-result.coefficients[1, 0])) == pytest.approx(cohort.outcome.mean(), abs=1e-6)
    assert result.predict_proba(cohort.x).shape == cohort.outcome.shape


def test_penalty_does_not_depend_on_the_unit() -> None:
    cohort = load_cohort("tiny")
    result = penalty_trace(cohort.outcome, cohort.x, penalties=[3.0])
    other = penalty_trace(cohort.outcome, cohort.x * np.array([1000.0, 0.01]), penalties=[3.0])
    assert other.aic == pytest.approx(result.aic, rel=2.0**20 * EPS)
    assert other.best == result.best


@pytest.mark.parametrize("cohort_name", ["tiny", "ties"])
def test_seeded_limits_live(cohort_name: str) -> None:
    """Five seeds: the same replicates, so that limits agree to the digits of the refits, and the same generator."""
    cohort = load_cohort(cohort_name)
    base = {"y_true": cohort.outcome, "x": cohort.x, "names": list(cohort.predictors), "level": 0.95, "bootstraps": 40}
    try:
        with RSession() as session:
            for seed in range(1, 6):
                reference = session.call("penalized.R::bootstrap_odds_ratios", {**base, "seed": seed}).value
                result = bootstrap_odds_ratios(**base, seed=seed, compat="rms-6.5")
                assert np.array_equal(result.random_state, np.asarray(reference["random_state"]))
                bound = 64 * EPS * result.odds_ratio_condition
                assert np.asarray(reference["lower"]) == pytest.approx(result.lower, rel=bound)
                assert np.asarray(reference["upper"]) == pytest.approx(result.upper, rel=bound)
    except RUnavailable as error:
        pytest.skip(str(error))


def test_resamples_without_an_estimate_are_counted() -> None:
    x = [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [3.5]]
    result = bootstrap_odds_ratios([0, 0, 0, 1, 1, 1, 0], np.array(x)[[0, 1, 3, 2, 4, 5, 6]], seed=2, bootstraps=60)
    assert 0 < result.failed < 60 and len(result.replicates) == 60 - result.failed
    assert result.p_value.shape == (1,)


@pytest.mark.parametrize("penalties", [[-1.0], ["a"], [np.nan], [np.inf]])
def test_bad_penalties_are_refused(penalties: list[object]) -> None:
    with pytest.raises(InputError):
        penalty_trace([0, 1, 0, 1], [[1.0], [2.0], [2.5], [1.5]], penalties=penalties)


@pytest.mark.parametrize("bad", [{"seed": -1.5}, {"bootstraps": 1}, {"level": 0.0}, {"compat": "r"}])
def test_bad_arguments_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        bootstrap_odds_ratios([0, 1, 0, 1], [[1.0], [2.0], [2.5], [1.5]], **({"seed": 1} | bad))  # type: ignore[arg-type]


def test_collinear_columns_are_diagnosed() -> None:
    with pytest.raises(NotEstimable):
        penalty_trace([0, 1, 0, 1], [[1.0, 2.0], [2.0, 4.0], [2.5, 5.0], [1.5, 3.0]])
