"""Backward elimination and robust standard errors: rules, live clusters, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.errors import RUnavailable
from crosscheck_r.session import RSession
from validation import backward_elimination, logistic_regression, robust_odds_ratios
from validation.errors import InputError, NotEstimable

EPS = 2.0**-52


def test_rules_delete_until_they_forbid() -> None:
    cohort = load_cohort("osteoporosis")
    result = backward_elimination(cohort.outcome, cohort.x, names=cohort.predictors)
    assert [result.names[j] for j in result.deleted[:3]] == ["smoking", "vitamin_D", "P"]
    assert (result.aic <= 0.0).all() and result.kept.size + result.deleted.size == len(result.names)
    strict = backward_elimination(cohort.outcome, cohort.x, rule="p", significance=0.5)
    assert (strict.residual_p_value >= 0.5).all() and strict.deleted.size < result.deleted.size


def test_nothing_deleted_leaves_the_fit() -> None:
    cohort = load_cohort("osteoporosis")
    x = cohort.x[:, [0, 1]]
    result = backward_elimination(cohort.outcome, x)
    fit = logistic_regression(cohort.outcome, x)
    assert result.deleted.size == 0 and np.array_equal(result.coefficients, fit.coefficients)
    assert result._table()["deleted"] == []


def test_clusters_against_live_r() -> None:
    cohort = load_cohort("osteoporosis")
    clusters = np.arange(cohort.outcome.size) // 7 % 31
    arguments = {"y_true": cohort.outcome, "x": cohort.x[:, :5], "names": list(cohort.predictors[:5]), "level": 0.9}
    try:
        with RSession() as session:
            reference = session.call("elimination.R::robust_odds_ratios", {**arguments, "clusters": clusters}).value
    except RUnavailable as error:
        pytest.skip(str(error))
    result = robust_odds_ratios(**arguments, clusters=clusters, compat="rms-6.5")
    assert result.n_clusters == 31
    # the sandwich multiplies the inverse information from both sides
    bound = 64 * EPS * result.condition_number**2
    assert np.asarray(reference["standard_error"]) == pytest.approx(result.standard_error, rel=bound)


@pytest.mark.parametrize(
    ("clusters", "error"),
    [([1, 2], InputError), ([1.0, 2.0, np.nan, 4.0, 5.0, 6.0], InputError),
     (["a", None, "b", "c", "d", "e"], InputError), ([1, 1, 1, 1, 2, 2], NotEstimable)],
)  # fmt: skip
def test_bad_clusters_are_refused(clusters: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        robust_odds_ratios([0, 1, 0, 1, 1, 0], [[1.0], [2.0], [2.5], [1.5], [3.0], [2.2]], clusters=clusters)


@pytest.mark.parametrize("bad", [{"rule": "bic"}, {"significance": 2.0}, {"compat": "x"}])
def test_bad_rules_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        backward_elimination([0, 1, 0, 1, 1, 0], [[1.0], [2.0], [2.5], [1.5], [3.0], [2.2]], **bad)  # type: ignore[arg-type]
