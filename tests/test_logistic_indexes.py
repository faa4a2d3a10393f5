"""Indexes of a logistic model: defining equations, certified digits, parity with rms::lrm."""

from __future__ import annotations

import csv
import subprocess
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.agreement import Labels, Row, digits
from crosscheck_r.references import Live, Reference
from crosscheck_r.run import compare_outcome, compute
from crosscheck_r.session import RSession
from validation import roc
from validation.errors import NotEstimable, ValidationWarning
from validation.exact import logistic_indexes as certified
from validation.logistic import LOGISTIC_MODEL_INDEXES, logistic_model_indexes, logistic_regression
from validation.logistic.indexes import RMS, gini_mean_difference
from validation.logistic.ranks import Pairs, count_pairs, rank_indexes
from validation.statistic import Case

EPS = 2.0**-52


def cohort(seed: int) -> tuple[Any, Any]:
    g = np.random.default_rng(seed)
    n, p = int(g.integers(60, 400)), int(g.integers(1, 6))
    x = np.column_stack([g.normal(size=n) if g.random() < 0.5 else g.integers(0, 4, n) for _ in range(p)])
    log_odds = x @ g.normal(size=p) * 0.7 + g.normal()
    return x, (g.random(n) < 1.0 / (1.0 + np.exp(-log_odds))).astype(np.int8)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1)), min_size=2, max_size=40))
def test_pairs_are_counted_as_one_by_one(rows: list[tuple[int, int]]) -> None:
    values, y = np.array([r[0] for r in rows], dtype=np.float64), np.array([r[1] for r in rows], dtype=np.int8)
    difference = np.sign(values[y == 1][:, None] - values[y == 0][None, :])
    counted = count_pairs(values, y)
    assert counted == Pairs(int((difference > 0).sum()), int((difference < 0).sum()), int((difference == 0).sum()))
    if difference.size:
        indexes = rank_indexes(counted, y.size)
        assert indexes.c_index == pytest.approx((indexes.somers_dxy + 1.0) / 2.0, abs=2 * EPS)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_gini_is_the_mean_of_all_differences(values: list[float]) -> None:
    x = np.array(values)
    pairs = np.abs(x[:, None] - x[None, :]).sum() / (x.size * (x.size - 1))
    # the ranked sum cancels, so rounding is relative to the values and not to their differences
    assert gini_mean_difference(x) == pytest.approx(pairs, abs=16 * EPS * x.size * float(np.abs(x).max() + 1.0))


@pytest.mark.parametrize("seed", range(8))
def test_certified_digits(seed: int) -> None:
    x, y = cohort(seed)
    found, true = logistic_model_indexes(y, x), certified.logistic_model_indexes(y, x)
    for name in ("c_index", "somers_dxy", "gamma", "tau_a", "degrees_of_freedom"):
        assert getattr(found, name) == true[name], name
    for name in ("coefficients", "standard_error", "deviance", "brier_score", "g_index", "g_risk", "null_deviance"):
        assert digits(getattr(found, name), true[name]).min() >= 13.0, name
    lost = np.log10(found.difference_condition / 10.0)
    for name in ("likelihood_ratio", "r_squared", "g_odds_ratio"):
        assert digits(getattr(found, name), true[name]).min() >= 14.0 - lost, name
    assert digits(found.p_value, true["p_value"], 1.0).min() >= 13.0


def test_indexes_agree_with_other_statistics() -> None:
    x, y = cohort(3)
    found, fit = logistic_model_indexes(y, x), logistic_regression(y, x)
    assert found.deviance == fit.deviance
    assert found.null_deviance == pytest.approx(fit.null_deviance, rel=4 * EPS)
    assert np.array_equal(found.coefficients, fit.coefficients)
    area = roc.auc(y, fit.coefficients[0] + sum(b * c for b, c in zip(fit.coefficients[1:], x.T, strict=True)))
    assert found.c_index == area.auc
    with mpmath.workdps(40):
        tail = mpmath.gammainc(mpmath.mpf(x.shape[1]) / 2, mpmath.mpf(found.likelihood_ratio) / 2, regularized=True)
        assert found.p_value == pytest.approx(float(tail), rel=1e-12)


def test_result_presents_itself() -> None:
    x, y = cohort(3)
    found = logistic_model_indexes(y, x)
    frame = found.to_frame()
    assert frame["statistic"].tolist()[:3] == ["likelihood_ratio", "degrees_of_freedom", "p_value"]
    assert frame["estimate"].tolist()[0] == found.likelihood_ratio
    assert found.coefficient_table()["predictor"] == ["(Intercept)", *found.names]
    assert "c_index" in found.summary()


def test_separation_is_diagnosed_also_where_lrm_is_silent() -> None:
    g = np.random.default_rng(2)
    x = np.column_stack([g.normal(size=90), np.repeat([1.0, 0.0], [7, 83])])
    y = (g.random(90) < 0.4).astype(np.int8)
    y[:7] = 1
    with pytest.raises(NotEstimable, match="predictor x2 separates the outcome at 0"):
        logistic_model_indexes(y, x)
    with pytest.warns(ValidationWarning, match="mean nothing"):
        found = logistic_model_indexes(y, x, compat=RMS)
    assert found.diagnosis is not None
    assert found.diagnosis.cause == "separation"


def test_calendar_years_fail_in_lrm_and_work_here() -> None:
    g = np.random.default_rng(4)
    year = g.integers(2015, 2024, 300).astype(np.float64)
    y = (g.random(300) < 1.0 / (1.0 + np.exp(-0.2 * (year - 2019)))).astype(np.int8)
    assert logistic_model_indexes(y, year).c_index > 0.5
    with pytest.raises(NotEstimable, match=r"lrm of rms 6\.5 fails"):
        logistic_model_indexes(y, year, compat=RMS)


def rows_of(r: RSession, label: str, x: Any, y: Any) -> list[Row]:
    statistic = LOGISTIC_MODEL_INDEXES
    case = Case(label, {"y_true": y, "x": x, "names": [f"v{j}" for j in range(x.shape[1])]})
    reference = Live(r).get(statistic, label, case)
    assert isinstance(reference, Reference), reference.reason
    values = certified.logistic_model_indexes(y, x)
    rows: list[Row] = []
    for mode, quantities in statistic.modes():
        outcome = compute(statistic, case, mode, reference)
        labels = Labels(label, label, statistic.name, mode, "python", "live")
        rows += compare_outcome(labels, quantities, outcome, reference, values if mode is None else {})
    for row in rows:
        assert row.verdict in ("identical", "agree", "R-limited", "definition differs"), row
    return rows


@pytest.mark.live
def test_parity_with_lrm_on_random_cohorts(r: RSession) -> None:
    for seed in range(20):
        x, y = cohort(100 + seed)
        for row in rows_of(r, f"random {seed}", x, y):
            # ranks are quotients of counts: rms's classes of risk are hit exactly
            if row.compat == RMS and row.tier == "exact":
                assert row.ulps is not None
                assert row.ulps <= 2, row


@pytest.mark.live
def test_parity_with_lrm_on_birthwt(r: RSession, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    command = "d <- MASS::birthwt; d$bwt <- NULL; write.csv(d, commandArgs(TRUE)[1], row.names = FALSE)"
    subprocess.run(["Rscript", "--vanilla", "-e", command, str(path)], check=True, capture_output=True)
    with path.open(encoding="utf-8") as file:
        table = [[float(value) for value in row.values()] for row in csv.DictReader(file)]
    data = np.array(table)
    found = rows_of(r, "birthwt", np.ascontiguousarray(data[:, 1:]), data[:, 0].astype(np.int8))
    worst = {row.quantity: row.digits for row in found if row.compat == RMS and row.digits is not None}
    for quantity in ("coefficients", "standard_error", "likelihood_ratio", "r_squared", "brier_score", "g_index"):
        assert worst[quantity] >= 11.5, quantity
