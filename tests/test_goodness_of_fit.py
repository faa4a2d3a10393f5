"""Tests of goodness of fit: live R, level under the hypothesis, ties, degenerate groups, input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosscheck_r.agreement import FAILING, Labels
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from validation.calibration import (
    HOSMER_LEMESHOW_TEST,
    UNWEIGHTED_SQUARES_TEST,
    hosmer_lemeshow_test,
    unweighted_squares_test,
)
from validation.calibration.unweighted_squares import RMS
from validation.errors import InputError, NotEstimable
from validation.statistic import Case, Statistic


def _data(seed: int, n: int, digits: int | None = None) -> tuple[Any, Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, 2))
    risk = 1 / (1 + np.exp(-x.sum(axis=1)))
    y = (generator.random(n) < risk).astype(np.int8)
    return y, x, risk if digits is None else np.round(risk, digits)


def _agrees(live: Live, statistic: Statistic, arguments: dict[str, Any], mode: str | None) -> None:
    case = Case("random", arguments)
    reference = live.get(statistic, "random", case)
    quantities = dict(statistic.modes())[mode]
    outcome = compute(statistic, case, mode, reference)
    rows = list(compare_outcome(Labels("random", "", statistic.name, mode), quantities, outcome, reference, {}))
    assert len(rows) == len(quantities)
    for row in rows:
        assert row.verdict not in FAILING and row.verdict != "not compared", row


@pytest.mark.live
@pytest.mark.parametrize("grouping", ["quantiles", "ranks"])
def test_every_group_of_r(r: Any, grouping: str) -> None:
    for seed, digits in enumerate((None, 2, 1, 1)):
        y, _, risk = _data(seed, (101, 90, 200, 60)[seed], digits)
        choices = {"groups": (10, 8, 10, 5)[seed], "grouping": grouping, "fitted": seed % 2 == 0}
        arguments = {"y_true": y, "y_proba": np.clip(risk, 0.05, 0.95), **choices}
        _agrees(Live(r), HOSMER_LEMESHOW_TEST, arguments, None)


@pytest.mark.live
def test_the_gof_residuals_of_rms(r: Any) -> None:
    for seed in range(4):
        y, x, _ = _data(seed, 60 + 50 * seed)
        _agrees(Live(r), UNWEIGHTED_SQUARES_TEST, {"y_true": y, "x": x}, RMS)


def test_both_keep_their_level_under_the_hypothesis() -> None:
    generator = np.random.default_rng(3)
    rejected = np.zeros(2)
    for _ in range(400):
        x = generator.normal(size=(150, 2))
        risk = 1 / (1 + np.exp(-x.sum(axis=1)))
        y = (generator.random(150) < risk).astype(np.int8)
        given = hosmer_lemeshow_test(y, risk, groups=6, fitted=False).p_value
        rejected += [given < 0.1, unweighted_squares_test(y, x).p_value < 0.1]
    # binomial: 40 of 400 expected, standard deviation 6
    assert (rejected >= 22).all() and (rejected <= 58).all()


def test_a_missing_square_is_found() -> None:
    generator = np.random.default_rng(4)
    x = generator.normal(size=(800, 1))
    y = (generator.random(800) < 1 / (1 + np.exp(1 - x[:, 0] ** 2))).astype(np.int8)
    assert unweighted_squares_test(y, x).p_value < 1e-4
    assert unweighted_squares_test(y, np.column_stack([x, x**2])).p_value > 0.01


def test_ties_leave_fewer_groups_and_move_the_p_value() -> None:
    y, _, risk = _data(5, 200, 1)
    risk = np.clip(risk, 0.05, 0.95)
    by_quantiles, by_ranks = (hosmer_lemeshow_test(y, risk, grouping=word) for word in ("quantiles", "ranks"))
    assert len(by_quantiles.group_n) < 10
    assert by_quantiles.p_value != by_ranks.p_value
    for result in (by_quantiles, by_ranks):
        for low, high in zip(np.cumsum(result.group_n)[:-1] - 1, np.cumsum(result.group_n)[:-1], strict=True):
            assert np.sort(risk)[low] < np.sort(risk)[high]


def test_what_cannot_be_tested_is_diagnosed() -> None:
    y, x, risk = _data(6, 40)
    with pytest.raises(NotEstimable, match="no degree of freedom"):
        hosmer_lemeshow_test(y, np.where(risk > 0.5, 0.7, 0.3))
    with pytest.raises(NotEstimable, match="exactly 0 or 1"):
        hosmer_lemeshow_test(y, np.where(np.arange(40) < 10, 0.0, risk), groups=4, grouping="ranks")
    with pytest.raises(NotEstimable, match="no variance"):
        unweighted_squares_test(y, (x[:, 0] > 0).astype(float))
    with pytest.raises(NotEstimable) as caught:
        unweighted_squares_test((x[:, 0] > 0).astype(int), x)
    assert caught.value.cause == "separation"


def test_bad_input_is_named() -> None:
    y, x, risk = _data(7, 40)
    for options, argument in (
        ({"groups": 2}, "groups"),
        ({"grouping": "deciles"}, "grouping"),
        ({"compat": "rms-6.5"}, "compat"),
        ({"y_proba": -risk}, "y_proba"),
    ):
        with pytest.raises(InputError) as caught:
            hosmer_lemeshow_test(**({"y_true": y, "y_proba": risk} | options))
        assert caught.value.argument == argument
    for options, argument in (({"x": x[:-1]}, "x"), ({"compat": "glm"}, "compat")):
        with pytest.raises(InputError) as caught:
            unweighted_squares_test(**({"y_true": y, "x": x} | options))
        assert caught.value.argument == argument
