"""Lowess: R's bits, the defining weighted regression, and the same numbers from both kernels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation import kernels
from validation.errors import InputError
from validation.kernels import lowess_numpy
from validation.lowess import interpolate, lowess, window_size

needs_numba = pytest.mark.skipif("numba" not in kernels.available(), reason="the extra 'fast' is not installed")
SPANS, ITERATIONS = (2 / 3, 0.2, 1.0, 0.05), (0, 0, 1, 3)


def _points(kind: int, n: int, generator: np.random.Generator) -> Any:
    """Abscissae of the kinds that decide windows and ties."""
    x = generator.random(n)
    return {
        0: x,
        1: np.round(x, 1),
        2: np.round(x, 2),
        3: 1 / (1 + np.exp(-generator.normal(-2, 3, n))),
        4: np.round(generator.normal(size=n) * 1e6, -4),
        5: np.repeat(x, 3)[:n],
        6: np.full(n, 0.25),
        7: np.where(x < 0.9, 0.5, x),
    }[kind]


def _cases(count: int, seed: int) -> Any:
    generator = np.random.default_rng(seed)
    for i in range(count):
        n = int(generator.integers(2, 300))
        x = _points(i % 8, n, generator)
        y = (generator.random(n) < 0.4).astype(np.float64) if generator.random() < 0.5 else generator.normal(size=n)
        delta = [None, None, 0.0, 0.1][int(generator.integers(4))]
        yield x, y, SPANS[int(generator.integers(4))], ITERATIONS[int(generator.integers(4))], delta


@pytest.mark.live
def test_every_bit_is_that_of_r(r: Any) -> None:
    for x, y, span, iterations, delta in _cases(240, seed=11):
        arguments = {"x": x, "y": y, "span": span, "iterations": iterations, "delta": -1.0 if delta is None else delta}
        theirs = r.call("calibration.R::smoother", arguments).value
        xs, smooth = lowess(x, y, span=span, iterations=iterations, delta=delta, kernel="numpy")
        np.testing.assert_array_equal(xs, theirs["x"])
        np.testing.assert_array_equal(smooth, theirs["y"], err_msg=f"n={x.size} span={span} iterations={iterations}")


@needs_numba
def test_both_kernels_give_the_same_doubles() -> None:
    for x, y, span, iterations, delta in _cases(240, seed=12):
        one = lowess(x, y, span=span, iterations=iterations, delta=delta, kernel="numpy")[1]
        other = lowess(x, y, span=span, iterations=iterations, delta=delta, kernel="numba")[1]
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kernel", kernels.available())
def test_reading_off_equals_smoothing_and_interpolating(kernel: str) -> None:
    module, _ = kernels.load("lowess", kernel)
    generator = np.random.default_rng(13)
    for x, y, span, _, _ in _cases(120, seed=14):
        xs, ys = np.sort(x), y
        grid = np.concatenate([generator.choice(xs, 5), generator.uniform(xs[0] - 0.1, xs[-1] + 0.1, 10)])
        grid.sort()
        smooth = lowess(xs, ys, span=span, iterations=0, kernel=kernel)[1]
        found = module.read_off(xs[None], ys[None], window_size(xs.size, span), grid)[0]
        np.testing.assert_array_equal(found, interpolate(xs, smooth, grid))


def _by_definition(x: Any, y: Any, at: float, size: int) -> float:
    """Weighted least squares with tricube weights, solved as a regression."""
    bandwidth = np.sort(np.abs(x - at))[size - 1]
    distance = np.abs(x - at)
    weights = (1 - (distance / bandwidth).clip(0, 1) ** 3) ** 3
    weights[distance <= 0.001 * bandwidth] = 1.0
    weights[distance > 0.999 * bandwidth] = 0.0
    design = np.column_stack([np.ones(x.size), x - at]) * np.sqrt(weights)[:, None]
    return float(np.linalg.lstsq(design, y * np.sqrt(weights), rcond=None)[0][0])


def test_each_point_is_a_local_weighted_regression() -> None:
    generator = np.random.default_rng(15)
    x, y = np.sort(generator.random(120)), generator.normal(size=120)
    smooth = lowess(x, y, iterations=0, delta=0.0)[1]
    expected = [_by_definition(x, y, at, 80) for at in x.tolist()]
    # least squares of 80 points: a few units of the last place of the largest y, times the slope's condition
    np.testing.assert_allclose(smooth, expected, rtol=0, atol=64 * 2.0**-52 * np.abs(y).max())


@given(
    st.lists(st.integers(0, 40), min_size=3, max_size=60),
    st.sampled_from(SPANS),
)
def test_a_straight_line_is_reproduced(values: list[int], span: float) -> None:
    # without robustness iterations, which may drop a point for a residual of one rounding
    x = np.array(values, dtype=np.float64)
    xs, smooth = lowess(x, 2.0 * x - 3.0, span=span, iterations=0, kernel="numpy")
    # a local SD of a thousandth of the range multiplies the rounding of the sums
    np.testing.assert_allclose(smooth, 2.0 * xs - 3.0, rtol=0, atol=1e3 * 2.0**-52 * 80)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=2, max_size=50))
def test_scaling_by_powers_of_two_changes_no_bit(pairs: list[tuple[int, bool]]) -> None:
    x, y = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    plain = lowess(x, y, iterations=0, kernel="numpy")[1]
    np.testing.assert_array_equal(lowess(x / 8, y, iterations=0, kernel="numpy")[1], plain)
    np.testing.assert_array_equal(lowess(x, 4 * y, iterations=0, kernel="numpy")[1], 4 * plain)


def test_ties_share_their_fit_and_robustness_removes_an_outlier() -> None:
    x = np.repeat(np.arange(10.0), 4)
    xs, smooth = lowess(x, np.arange(40.0) % 3)
    assert all(np.unique(smooth[xs == value]).size == 1 for value in np.arange(10.0))
    y = 0.5 * x
    y[20] = 1000.0
    assert abs(lowess(x, y, iterations=0)[1][20] - 2.5) > 10
    assert abs(lowess(x, y, iterations=4)[1][20] - 2.5) < 1e-9


def test_blocks_do_not_change_a_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(16)
    x, y = np.sort(generator.random(400)), generator.random(400)
    whole = lowess(x, y, kernel="numpy")[1]
    for columns in (1, 7):
        monkeypatch.setattr(lowess_numpy, "_BLOCK", 1)
        monkeypatch.setattr(lowess_numpy, "_COLUMNS", columns)
        np.testing.assert_array_equal(lowess(x, y, kernel="numpy")[1], whole)


def test_interpolation_takes_means_of_ties_and_stays_within_the_range() -> None:
    x, y = np.array([2.0, 1.0, 2.0, 3.0, 2.0]), np.array([4.0, 0.0, 8.0, 6.0, 0.3])
    found = interpolate(x, y, np.array([0.9, 1.0, 1.5, 2.0, 2.5, 3.0, 3.1]))
    np.testing.assert_allclose(found, [np.nan, 0.0, 2.05, 4.1, 5.05, 6.0, np.nan], rtol=4 * 2.0**-52)
    assert interpolate(np.full(3, 0.1), np.full(3, 0.7), np.array([0.1, 0.2]))[0] == 0.7


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"span": 0.0}, "span"),
        ({"span": 1.5}, "span"),
        ({"span": float("nan")}, "span"),
        ({"iterations": -1}, "iterations"),
        ({"delta": -0.1}, "delta"),
        ({"delta": float("inf")}, "delta"),
        ({"y": [1.0, 2.0]}, "y"),
        ({"x": [1.0, float("nan"), 2.0]}, "x"),
    ],
)
def test_bad_input_is_named(arguments: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        lowess(**({"x": [1.0, 2.0, 3.0], "y": [1.0, 0.0, 1.0]} | arguments))
    assert caught.value.argument == argument


def test_one_point_is_its_own_smooth() -> None:
    xs, smooth = lowess([3.0], [5.0])
    assert xs.tolist() == [3.0] and smooth.tolist() == [5.0]
