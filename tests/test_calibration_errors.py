"""Distances from smooth calibration curves: live stats::loess, coverage of the band, ties, input, figure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from crosscheck_r.agreement import FAILING, Labels
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from validation.calibration import CALIBRATION_ERRORS, calibration_errors
from validation.calibration.loess import loess
from validation.errors import InputError, NotEstimable
from validation.exact.calibration_errors import calibration_errors as certified
from validation.statistic import Case


def _data(seed: int, n: int, digits: int | None = None) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    logits = 1.3 * generator.normal(size=n)
    y = (generator.random(n) < 1 / (1 + np.exp(-(0.7 * logits + 0.3)))).astype(np.int8)
    risk = 1 / (1 + np.exp(-logits))
    return y, risk if digits is None else np.round(risk, digits)


@pytest.mark.live
@pytest.mark.parametrize("smoother", ["loess", "lowess", "spline"])
def test_every_curve_of_r(r: Any, smoother: str) -> None:
    live = Live(r)
    for seed, digits in enumerate((None, 2, None)):
        y, risk = _data(seed, (30, 120, 300)[seed], digits)
        risk = np.clip(risk, 0.01, 0.99)
        choices = {"smoother": smoother, "span": (0.75, 0.5, 0.9)[seed], "knots": 3 + seed, "level": 0.9}
        arguments = {"y_true": y, "y_proba": risk, **choices}
        case = Case("risk", arguments)
        reference = live.get(CALIBRATION_ERRORS, "random", case)
        outcome = compute(CALIBRATION_ERRORS, case, None, reference)
        labels = Labels("random", f"{seed} {smoother}", "calibration_errors", None)
        rows = list(compare_outcome(labels, CALIBRATION_ERRORS.quantities, outcome, reference, certified(**arguments)))
        assert len(rows) == len(CALIBRATION_ERRORS.quantities)
        for row in rows:
            assert row.verdict not in FAILING and row.verdict != "not compared", row


def test_a_window_reproduces_a_parabola() -> None:
    x = np.sort(np.random.default_rng(1).random(50))
    y = 0.2 + 0.5 * x - 0.3 * x**2
    np.testing.assert_allclose(loess(x, y).fitted, y, rtol=0, atol=1e-13)


def test_the_band_of_loess_covers_the_smoothed_truth() -> None:
    generator = np.random.default_rng(2)
    risk = np.sort(generator.uniform(0.05, 0.95, 150))
    # the bias of the smoother is not covered: the target is the smoothed truth
    target = loess(risk, risk).fitted
    inside = []
    for _ in range(200):
        y = (generator.random(risk.size) < risk).astype(np.int8)
        result = calibration_errors(y, risk, level=0.9)
        inside.append((result.lower <= target) & (target <= result.upper))
    share = np.mean(inside, axis=0)
    # binomial standard deviation 0.021 per point; at the ends the window's weights make the normal limits less exact
    assert 0.86 < share[30:120].mean() < 0.93
    assert share.min() > 0.75


def test_well_calibrated_risks_come_close_to_their_curve() -> None:
    generator = np.random.default_rng(3)
    risk = generator.uniform(0.05, 0.95, 2000)
    y = (generator.random(2000) < risk).astype(np.int8)
    for smoother in ("loess", "lowess", "spline"):
        good = calibration_errors(y, risk, smoother=smoother)
        poor = calibration_errors(y, risk**2, smoother=smoother)
        assert good.integrated_calibration_index < 0.03 < 0.1 < poor.integrated_calibration_index


def test_few_distinct_risks_are_refused_by_loess_alone() -> None:
    y = np.array([0, 1] * 20, dtype=np.int8)
    risk = np.where(np.arange(40) < 35, 0.2, 0.6)
    with pytest.raises(NotEstimable, match="three different risks"):
        calibration_errors(y, risk)
    with pytest.raises(NotEstimable, match="five different risks"):
        calibration_errors(y, risk, smoother="spline")
    assert calibration_errors(y, risk, smoother="lowess").largest_error > 0


def test_bad_input_is_named() -> None:
    y, risk = _data(4, 40)
    for options, argument in (
        ({"smoother": "gam"}, "smoother"),
        ({"span": 0.0}, "span"),
        ({"span": float("nan")}, "span"),
        ({"knots": 2}, "knots"),
        ({"level": 1}, "level"),
        ({"compat": "rms-6.5"}, "compat"),
        ({"y_proba": risk + 1}, "y_proba"),
        ({"y_proba": np.where(risk > 0.6, 1.0, risk), "smoother": "spline"}, "y_proba"),
    ):
        with pytest.raises(InputError) as caught:
            calibration_errors(**({"y_true": y, "y_proba": risk} | options))
        assert caught.value.argument == argument


def test_figure_and_table_show_the_numbers() -> None:
    y, risk = _data(5, 80)
    result = calibration_errors(y, risk)
    assert result.to_frame()["statistic"].tolist() == ["ICI", "E50", "E90", "Emax", "ECI"]
    display = result.plot()
    assert f"ICI {result.integrated_calibration_index:.3f}" in display.ax_.texts[0].get_text()
