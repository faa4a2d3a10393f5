"""Relaxed LASSO and selection stability: refits against maximum likelihood, blends, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from validation import logistic_regression, relaxed_lasso, relaxed_lasso_cv, selection_stability
from validation.errors import InputError

EPS = 2.0**-52


def test_refits_are_maximum_likelihood_of_what_was_selected() -> None:
    cohort = load_cohort("osteoporosis")
    result = relaxed_lasso(cohort.outcome, cohort.x, names=cohort.predictors)
    for k in (3, 12, result.lambdas.size - 1):
        support = result.fit.coefficients[:, k] != 0.0
        fit = logistic_regression(cohort.outcome, cohort.x[:, support])
        bound = 2.0**14 * EPS * fit.condition_number
        assert result.coefficients[support, k] == pytest.approx(fit.coefficients[1:], rel=bound)
        assert result.dev_ratio[k] == pytest.approx(1.0 - fit.deviance / fit.null_deviance, abs=2.0**14 * EPS)
    assert result.predict_proba(cohort.x, float(result.lambdas[-1])).shape == (496,)


def test_blend_lies_between_refit_and_lasso() -> None:
    cohort = load_cohort("shi2026")
    result = relaxed_lasso(cohort.outcome, cohort.x)
    half = result.blended(0.5)[1]
    assert half == pytest.approx((result.coefficients + result.fit.coefficients) / 2, abs=64 * EPS)
    assert np.array_equal(result.blended(1.0)[1], result.fit.coefficients)


def test_more_predictors_than_patients_have_no_refit() -> None:
    cohort = load_cohort("wide")
    result = relaxed_lasso(cohort.outcome, cohort.x)
    assert result.failed.any() and np.isnan(result.coefficients[:, result.failed]).any()


def test_stability_says_what_a_tight_threshold_changes() -> None:
    cohort = load_cohort("wide")
    result = selection_stability(cohort.outcome, cohort.x, seed=1, repeats=2, halves=10, folds=5)
    assert set(result.threshold_changes_min) <= set(result.names)
    assert (result.frequency_min <= 1.0).all() and (result.half_frequency_1se <= 1.0).all()


@pytest.mark.parametrize("bad", [{"repeats": 0}, {"halves": 0}, {"folds": 2}, {"measure": "c"}, {"seed": 1.5}])
def test_bad_arguments_of_stability_are_refused(bad: dict[str, object]) -> None:
    cohort = load_cohort("tiny")
    with pytest.raises(InputError):
        selection_stability(cohort.outcome, cohort.x, **({"seed": 1, "repeats": 2, "halves": 5} | bad))  # type: ignore[arg-type]


@pytest.mark.parametrize("gamma", [-0.1, 1.1, "a"])
def test_bad_blends_are_refused(gamma: object) -> None:
    cohort = load_cohort("ties")
    result = relaxed_lasso(cohort.outcome, cohort.x)
    with pytest.raises(InputError):
        result.blended(gamma)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        relaxed_lasso_cv(cohort.outcome, cohort.x, seed=1, gammas=[gamma, 0.5])
