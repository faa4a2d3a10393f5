"""Logistic family: fit and Wald table, and the univariable column, through the public calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.frame import Race, python_seconds, r_seconds
from crosscheck_r.agreement import digits
from crosscheck_r.session import RSession
from validation.logistic import logistic_regression, profile_likelihood_intervals, univariable_odds_ratios

#: rows -> ratio that is aimed at; small cohorts are bound by the cost of calls, not of passes
SIZES = {500: 2.0, 10_000: 10.0, 100_000: 10.0, 1_000_000: 10.0}
PREDICTORS = 10


def cohort(n: int, seed: int = 1) -> tuple[Any, Any]:
    """Ten normal predictors, half of them harmful, prevalence about 30 %."""
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, PREDICTORS))
    log_odds = x @ np.tile([0.5, -0.3], PREDICTORS // 2) - 1.0
    return (generator.random(n) < 1.0 / (1.0 + np.exp(-log_odds))).astype(np.int32), x


def _same(ours: Any, theirs: Any) -> bool:
    """Coefficients to the digits that R's stopping rule leaves, in units of their standard errors."""
    return bool(digits(ours.z, theirs["coefficients"] / ours.standard_error, 1.0).min() >= 6.0)


def _near(ours: Any, theirs: Any) -> bool:
    """Limits as near as R's spline leaves them, likelihood ratios to the digits of its stopping rule."""
    limits = digits(ours.coefficient_upper, theirs["coefficient_upper"], 1.0).min() >= 3.0
    return bool(limits and digits(ours.likelihood_ratio, theirs["likelihood_ratio"], 1.0).min() >= 5.0)


def contests(session: RSession) -> Iterator[Race]:
    """Fit with standard errors, z and p-values against R's glm and summary."""
    for n, goal in SIZES.items():
        y, x = cohort(n)
        rounds = 5 if n < 1_000_000 else 3
        yield Race(
            name="logistic.fit",
            n=n,
            theirs="stats glm + summary",
            ours_run=python_seconds(logistic_regression, y_true=y, x=x),
            theirs_run=r_seconds(session, "benchmarks.R::glm_wald", {"y_true": y, "x": x}),
            equal=_same,
            goal=goal,
            kernel="numpy",
            rounds=rounds,
        )
    for n in (500, 10_000):
        y, x = cohort(n)
        yield Race(
            name="logistic.profile",
            n=n,
            theirs="confint (MASS) + drop1",
            ours_run=python_seconds(profile_likelihood_intervals, y_true=y, x=x),
            theirs_run=r_seconds(session, "benchmarks.R::glm_profile", {"y_true": y, "x": x}),
            equal=_near,
            goal=30.0,
            kernel="numpy",
            rounds=3,
        )
    y, x = cohort(500)
    yield Race(
        name="logistic.univariable",
        n=500,
        theirs="stats glm + summary, one per predictor",
        ours_run=python_seconds(univariable_odds_ratios, y_true=y, x=x),
        theirs_run=r_seconds(session, "benchmarks.R::glm_wald_each", {"y_true": y, "x": x}),
        equal=_same,
        goal=2.0,
        kernel="numpy",
    )
