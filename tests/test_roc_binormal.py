"""Binormal curve: every bit of pROC on random cohorts, the certified line, curves that do not exist, the picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from crosscheck_r.agreement import digits
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import InputError, NotEstimable, binormal_roc
from validation.exact import binormal as certified
from validation.roc import BINORMAL_ROC
from validation.roc.curve import PROC
from validation.statistic import Case

COHORTS = 120
QUANTITIES = ("intercept", "slope", "auc", "sensitivity", "specificity")
SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 2.5, 4.0, 6.0, 7.0])


def random_marker(seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(8, 150))
    y = np.zeros(n, dtype=np.int8)
    y[: max(2, min(n - 2, round(generator.choice([0.05, 0.2, 0.5, 0.8]) * n)))] = 1
    generator.shuffle(y)
    x = (generator.normal(size=n) + generator.uniform(-1, 2) * y).round(int(generator.integers(0, 5)))
    return {"y_true": y, "y_score": x, "direction": ("higher", "lower")[seed % 2]}


def agrees(reference_blas: bool, name: str, value: Any, reference: Any) -> bool:
    """Every bit where R's BLAS is the reference one, which sums from left to right; 14 digits elsewhere."""
    if name == "sensitivity" or reference_blas:
        return np.array_equal(np.atleast_1d(value), reference)
    return bool(digits(np.atleast_1d(value), reference, 1.0).min() >= 14.0)


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, COHORTS, 40))
def test_every_bit_of_proc_on_random_cohorts(r: RSession, first: int) -> None:
    reference_blas = "/blas/libblas" in str(r.provenance().get("blas"))
    compared = 0
    for seed in range(first, first + 40):
        arguments = random_marker(seed)
        try:
            result = binormal_roc(**arguments, compat=PROC)
        except NotEstimable:
            continue
        reference = r.call("roc_binormal.R::binormal_roc", arguments).value
        for name in QUANTITIES:
            assert agrees(reference_blas, name, getattr(result, name), reference[name]), (seed, name)
        compared += 1
    assert compared >= 30


@pytest.mark.parametrize("seed", range(10))
def test_the_default_has_the_certified_digits(seed: int) -> None:
    arguments = random_marker(seed)
    result, values = binormal_roc(**arguments), certified.binormal_roc(**arguments)
    for name in QUANTITIES:
        assert digits(getattr(result, name), values[name], 1.0).min() >= 14.5, name
    assert np.array_equal(result.sensitivity, values["sensitivity"])


@settings(max_examples=25)
@given(marker_arguments(max_size=40))
def test_relations_hold_for_any_marker(arguments: dict[str, Any]) -> None:
    for mode in (None, PROC):
        try:
            binormal_roc(**arguments, compat=mode)
        except NotEstimable:
            assert certified.binormal_roc(**arguments) == {}
            return
        assert list(relations_broken(BINORMAL_ROC, Case("marker", arguments), mode)) == []


@pytest.mark.parametrize(
    "scores", [[1, 2, 3, 4, 5, 6, 7, 8], [8, 7, 6, 5, 4, 3, 2, 1], [1] * 8, [1, 1, 1, 2, 1, 2, 2, 2]]
)
def test_curves_on_the_border_do_not_exist(scores: list[float]) -> None:
    for mode in (None, PROC):
        with pytest.raises(NotEstimable, match="too few points"):
            binormal_roc(SMALL[0], scores, compat=mode)


@pytest.mark.live
def test_proc_draws_a_curve_from_rounding_errors_where_the_slope_is_zero(r: RSession) -> None:
    arguments: dict[str, Any] = {
        "y_true": [0, 0, 1, 1, 1, 1],
        "y_score": [1.0, 6.0, 2.0, 3.0, 4.0, 5.0],
        "direction": "higher",
    }
    with pytest.raises(NotEstimable):
        binormal_roc(**arguments)
    try:
        slope = r.call("roc_binormal.R::binormal_roc", arguments).value["slope"][0]
    except Exception:  # a rounding error of 0, which R refuses
        return
    assert abs(slope) < 1e-12


def test_parameters_belong_together() -> None:
    result = binormal_roc(*SMALL)
    assert result.a == pytest.approx(-result.intercept / result.slope, rel=1e-15)
    assert result.b == pytest.approx(-1 / result.slope, rel=1e-15)
    assert result.sensitivity.shape == (514,)
    assert binormal_roc(*SMALL, points=11).specificity.shape == (13,)
    assert result.to_frame().shape == (1, 7)


def test_the_picture_shows_both_curves() -> None:
    result = binormal_roc(*SMALL)
    display = result.plot()
    assert np.array_equal(display.line_.get_ydata(), result.sensitivity)
    words = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert words == ["empirical", f"binormal: AUC {result.auc:.3f} (a {result.a:.3f}, b {result.b:.3f})"]


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"y_true": [0, 1, 2, 0, 1, 1, 1, 1]}, "y_true"),
        ({"y_score": [1.0] * 7}, "y_score"),
        ({"direction": "auto"}, "direction"),
        ({"points": 1}, "points"),
        ({"compat": "proc"}, "compat"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        binormal_roc(**{"y_true": SMALL[0], "y_score": SMALL[1], **changed})
    assert caught.value.argument == argument
