"""What decides R's digits: sums, quantiles, sequences and the normal distribution, live and by defining equations."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.session import RSession
from validation import extended
from validation.errors import InputError
from validation.r_numerics import (
    NA_REAL,
    interval_probabilities,
    pnorm,
    qnorm,
    quantile_type1,
    quantile_type7,
    r_mean,
    r_seq,
    r_sum,
    r_variance,
)

finite = st.floats(-1e6, 1e6, allow_nan=False)
any_finite = st.floats(allow_nan=False, allow_infinity=False)
EXTREME = ([1.7e308, 1.6e308], [1e308, 1e308, -1e308], [5e-324, 1e-323, 0.0], [0.0, -0.0], [1.0, np.inf])


@pytest.mark.live
def test_the_normal_distribution_is_that_of_r(r: RSession) -> None:
    generator = np.random.default_rng(3)
    z = np.concatenate([np.linspace(-9, 9, 3601), np.linspace(-39, 39, 1201), [0.0, 0.67448975, 5.656854249492381]])
    p = np.concatenate([generator.random(3000), 10.0 ** -np.arange(1, 300, 3.0), [0.0, 1.0, 0.5, 0.075, 0.925]])
    theirs = r.call("numerics.R::normal", {"z": z, "p": p}).value
    assert np.array_equal(pnorm(z), theirs["lower"])
    assert np.array_equal(pnorm(z, lower=False), theirs["upper"])
    assert np.array_equal(qnorm(p), theirs["quantile"])


@pytest.mark.live
def test_sums_are_those_of_r(r: RSession) -> None:
    generator = np.random.default_rng(4)
    for size in [*generator.integers(2, 3000, 150), 200_000]:
        x = generator.normal(generator.integers(0, 3), 1.0, size) * 10.0 ** generator.integers(-140, 140)
        theirs = r.call("numerics.R::summaries", {"x": x}).value
        assert (r_sum(x), r_mean(x), r_variance(x)) == (theirs["sum"][0], theirs["mean"][0], theirs["var"][0])


@pytest.mark.live
@pytest.mark.parametrize("x", EXTREME)
def test_sums_of_extreme_numbers_are_those_of_r(r: RSession, x: list[float]) -> None:
    theirs = r.call("numerics.R::summaries", {"x": np.array(x)}).value
    for mine, name in ((r_sum(x), "sum"), (r_mean(x), "mean"), (r_variance(x), "var")):
        assert np.array_equal([mine], theirs[name], equal_nan=True), name


@pytest.mark.live
def test_quantiles_are_those_of_r(r: RSession) -> None:
    generator = np.random.default_rng(5)
    p = np.concatenate([np.arange(41) / 40, np.arange(11) * 0.1, interval_probabilities(0.95), generator.random(30)])
    p = np.minimum(p, 1.0)
    for n in (1, 2, 3, 5, 10, 20, 40, 100, 200, 500, 2000):
        for x in (generator.normal(size=n), generator.integers(0, 5, n).astype(float)):
            theirs = r.call("numerics.R::quantiles", {"x": x, "p": p}).value
            assert np.array_equal(quantile_type1(x, p), theirs["type1"])
            assert np.array_equal(quantile_type7(x, p), theirs["type7"])


@pytest.mark.live
def test_sequences_and_tails_are_those_of_r(r: RSession) -> None:
    grids = ((0, 1, 0.01), (0, 1, 0.1), (0.05, 0.35, 0.05), (0, 1, 0.3), (-3, 3, 0.7), (0, 1e6, 7.3), (2, 2, 1))
    for start, stop, by in grids:
        arguments = {"from": float(start), "to": float(stop), "by": float(by)}
        assert np.array_equal(r_seq(start, stop, by), r.call("numerics.R::sequence", arguments).value["values"])
    for level in (0.8, 0.9, 0.95, 0.975, 0.99, 0.999):
        theirs = r.call("numerics.R::tails", {"level": level}).value
        assert interval_probabilities(level) == (theirs["lower"][0], theirs["upper"][0])


@pytest.mark.skipif(not extended.NATIVE, reason="this machine has no numbers of 64 bits to compare with")
@given(st.lists(any_finite, min_size=2, max_size=12))
def test_the_portable_arithmetic_is_that_of_the_registers(values: list[float]) -> None:
    native, portable = (extended.widen(np.array(values), native=native) for native in (True, False))
    pairs = [(extended.sequential_sum(native), extended.sequential_sum(portable))]
    for operation in (np.add, np.subtract, np.multiply):
        pairs += zip(operation(native[1:], native[:-1]), operation(portable[1:], portable[:-1]), strict=True)
    pairs += zip(native / 7, portable / 7, strict=True)
    for theirs, mine in pairs:
        assert mine.value == Fraction(*theirs.as_integer_ratio())
        assert extended.to_double(mine) == extended.to_double(theirs)


@given(st.lists(finite, min_size=1, max_size=60))
def test_sum_and_mean_are_right_to_the_last_but_one_bit(values: list[float]) -> None:
    exact = sum((Fraction(v) for v in values), Fraction(0))
    # each addition may lose 2^-64 of the largest partial sum, the last rounding half a unit of the result
    largest, unit = sum((abs(Fraction(v)) for v in values), Fraction(0)), Fraction(1, 2**53)
    lost = len(values) * Fraction(1, 2**63) * largest
    assert abs(Fraction(r_sum(values)) - exact) <= lost + abs(exact) * unit
    # the correction by the residuals leaves the last roundings of the mean
    mean = exact / len(values)
    assert abs(Fraction(r_mean(values)) - mean) <= Fraction(1, 2**62) * largest + abs(mean) * unit


def test_what_has_no_variance() -> None:
    assert math.isnan(r_variance([1.0]))
    assert math.isnan(r_variance([1.0, math.inf]))
    assert math.isnan(r_mean([]))
    assert r_sum([]) == 0.0


@given(st.lists(finite, min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_observed_or_between_neighbours(values: list[float], p: float) -> None:
    ordered = sorted(values)
    # two products and a sum: each may round by half a unit
    slack = 2 * 2.0**-52 * max(map(abs, values))
    assert float(quantile_type1(values, p)) in ordered
    assert ordered[0] - slack <= float(quantile_type7(values, p)) <= ordered[-1] + slack
    assert float(quantile_type7(values, 0.0)) == ordered[0]
    assert float(quantile_type7(values, 1.0)) == ordered[-1]


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        quantile_type7([], 0.5)
    with pytest.raises(InputError, match="missing"):
        quantile_type1([1.0, math.nan], 0.5)
    with pytest.raises(InputError, match="between 0 and 1"):
        quantile_type7([1.0], 1.5)
    with pytest.raises(InputError, match="by"):
        r_seq(0.0, 1.0, -0.1)


def test_limits_of_the_normal_distribution() -> None:
    assert (qnorm(0.0), qnorm(1.0), qnorm(0.5)) == (-math.inf, math.inf, 0.0)
    assert math.isnan(qnorm(1.5))
    assert math.isnan(qnorm(math.nan))
    assert math.isnan(pnorm(math.nan))
    assert (pnorm(-math.inf), pnorm(math.inf), pnorm(math.inf, lower=False)) == (0.0, 1.0, 0.0)
    assert pnorm(np.array([[0.0, 40.0]])).tolist() == [[0.5, 1.0]]


@given(st.floats(-8, 8))
def test_normal_tails_add_up_and_invert(z: float) -> None:
    assert abs(pnorm(z) + pnorm(-z) - 1.0) <= 2.0**-52
    assert pnorm(-z) == pnorm(z, lower=False)
    if abs(z) < 5:
        # a rounding of the probability moves z by eps over the density
        assert math.isclose(qnorm(pnorm(z)), z, rel_tol=0, abs_tol=1e-16 / math.exp(-z * z / 2) * 4 + 1e-15)


def test_r_seq_is_not_the_decimal_literal() -> None:
    grid = r_seq(0.0, 1.0, 0.01)
    assert [i for i in range(101) if grid[i] != i / 100] == [35, 41, 47, 57, 69, 70, 82, 83, 94, 95]


def test_na_is_a_nan_of_its_own() -> None:
    assert math.isnan(NA_REAL)
    assert int(np.array([NA_REAL]).view(np.uint64)[0]) & 0xFFFFFFFF == 1954
