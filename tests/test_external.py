"""Given risks on other patients: live val.prob, one risk for all, impossible risks, input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosscheck_r.agreement import FAILING, Labels
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from validation.calibration import EXTERNAL_VALIDATION, external_validation
from validation.calibration.statistics import RMS
from validation.errors import InputError, NotEstimable
from validation.statistic import Case


def _data(seed: int, n: int, digits: int | None = None, spread: float = 1.5) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    logits = spread * generator.normal(size=n)
    y = (generator.random(n) < 1 / (1 + np.exp(-(0.7 * logits + 0.3)))).astype(np.int8)
    risk = 1 / (1 + np.exp(-logits))
    return y, risk if digits is None else np.round(risk, digits)


@pytest.mark.live
@pytest.mark.parametrize("digits", [None, 2, 1])
def test_every_number_of_val_prob(r: Any, digits: int | None) -> None:
    live = Live(r)
    for seed in range(4):
        y, risk = _data(seed, (25, 80, 200, 400)[seed], digits, spread=(0.5, 1.5, 3, 2)[seed])
        case = Case("risk", {"y_true": y, "y_proba": risk, "level": 0.9})
        reference = live.get(EXTERNAL_VALIDATION, "random", case)
        outcome = compute(EXTERNAL_VALIDATION, case, RMS, reference)
        labels = Labels("random", f"{seed}", "external_validation", RMS)
        rows = list(compare_outcome(labels, EXTERNAL_VALIDATION.compat[RMS], outcome, reference, {}))
        assert len(rows) == len(EXTERNAL_VALIDATION.compat[RMS])
        for row in rows:
            assert row.verdict not in FAILING and row.verdict != "not compared", row


@pytest.mark.live
def test_one_risk_for_all_and_impossible_risks_are_as_in_val_prob(r: Any) -> None:
    y, risk = _data(5, 60, 1)
    for p in (np.full(60, 0.3), np.where(np.arange(60) == int(np.argmax(y)), 0.0, risk)):
        theirs = r.call("external.R::external_validation", {"y_true": y, "y_proba": p, "level": 0.95}).value
        ours = external_validation(y, p, compat=RMS)
        for name in EXTERNAL_VALIDATION.compat[RMS]:
            np.testing.assert_allclose(getattr(ours, name), theirs[name][0], rtol=1e-12, atol=1e-13, err_msg=name)
    assert np.isinf(ours.unreliability_chi_square) and ours.n_excluded >= 1


def test_default_mode_gives_the_p_value_of_d_and_all_ranks() -> None:
    y, risk = _data(6, 150)
    default, rms = external_validation(y, risk), external_validation(y, risk, compat=RMS)
    assert np.isnan(rms.discrimination_p_value) and 0 < default.discrimination_p_value < 1
    pairs = np.sign(risk[y == 1][:, None] - risk[y == 0][None, :]).mean()
    assert default.somers_dxy == pytest.approx(pairs, abs=1e-15)
    assert abs(rms.somers_dxy - pairs) < 1e-2


def test_limits_of_observed_over_expected_cover_as_often_as_stated() -> None:
    generator = np.random.default_rng(7)
    covered = 0
    for _ in range(400):
        risk = generator.uniform(0.1, 0.5, 120)
        y = (generator.random(120) < risk).astype(np.int8)
        low, high = external_validation(y, risk, level=0.9).confidence_interval()
        covered += low <= 1.0 <= high
    # binomial: 360 of 400 expected, standard deviation 6; the risks' spread makes the interval a little too wide
    assert 340 <= covered <= 390


def test_another_level_is_nested() -> None:
    y, risk = _data(8, 90)
    result = external_validation(y, risk)
    wide = result.confidence_interval(0.99)
    assert wide.low < result.observed_expected_lower < result.observed_expected_upper < wide.high


def test_bad_input_is_named() -> None:
    y, risk = _data(9, 40)
    for options, argument in (
        ({"y_proba": 100 * risk}, "y_proba"),
        ({"y_proba": np.where(risk > 0.5, 1.0, risk)}, "y_proba"),
        ({"level": 95}, "level"),
        ({"compat": "rms-8"}, "compat"),
        ({"y_true": y + 1}, "y_true"),
    ):
        with pytest.raises(InputError) as caught:
            external_validation(**({"y_true": y, "y_proba": risk} | options))
        assert caught.value.argument == argument
    with pytest.raises(NotEstimable):
        external_validation(y, np.full(40, 0.3))
    with pytest.raises(NotEstimable):
        external_validation(y, np.where(y == 1, 0.8, 0.2))
