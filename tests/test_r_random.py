"""R's generator and numerics: every bit, live where R is there, and against values that R printed."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.session import RSession
from validation.errors import InputError
from validation.r_numerics import (
    NA_REAL,
    pnorm,
    qnorm,
    quantile_type1,
    quantile_type7,
    r_mean,
    r_seq,
    r_sum,
    r_variance,
)
from validation.r_random import RRandom

SEEDS = (0, 1, 42, -5, 123456789, 2**31 - 1, -(2**31) + 1)
finite = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.live
@pytest.mark.parametrize("seed", SEEDS)
def test_stream_and_state_are_those_of_r(r: RSession, seed: int) -> None:
    for n in (1, 2, 5, 64, 65, 496, 5000):
        theirs = r.call("selftest.R::draws", {"seed": seed, "n": n}).value
        generator = RRandom(seed)
        assert np.array_equal(generator.unif_rand_array(n), theirs["uniform"])
        assert np.array_equal(generator.norm_rand_array(n), theirs["normal"])
        assert np.array_equal(generator.sample_int(n, n, replace=True) + 1, theirs["index"])
        assert np.array_equal(generator.state, theirs["random_state"])


@pytest.mark.live
@pytest.mark.parametrize("kind", ["Rejection", "Rounding"])
def test_samples_are_those_of_r(r: RSession, kind: str) -> None:
    for seed in SEEDS:
        for n in (1, 2, 3, 4, 7, 8, 9, 100, 255, 256, 257, 65535, 65536, 65537, 10**6, 2**31 - 1):
            arguments = {"seed": seed, "n": float(n), "size": 25, "kind": kind}
            theirs = r.call("selftest.R::samples", arguments).value
            generator = RRandom(seed, kind)  # type: ignore[arg-type]
            assert np.array_equal(generator.sample_int(n, 25, replace=True) + 1, theirs["replaced"])
            if n <= 300:
                assert np.array_equal(generator.permutation(n) + 1, theirs["permuted"])
            assert np.array_equal(generator.state[1:], theirs["random_state"][1:])


@pytest.mark.live
def test_few_of_many_are_drawn_as_r_draws_them(r: RSession) -> None:
    # up to 1e7 rows by exchanging, beyond by drawing again; 3 of 100 to see repeated draws
    for n, size in (
        (10**7, 30),
        (10**7 + 1, 30),
        (2**31 - 1, 5000),
        (1_000_003, 7),
        (100, 3),
        (65536, 200),
        (12_000_000, 40_000),
    ):
        theirs = r.call("selftest.R::few_of_many", {"seed": 7, "n": float(n), "size": size}).value
        generator = RRandom(7)
        assert np.array_equal(generator.sample_int(n, size) + 1, theirs["drawn"])
        assert np.array_equal(generator.state, theirs["random_state"])


@pytest.mark.live
def test_numerics_are_those_of_r(r: RSession) -> None:
    generator = np.random.default_rng(3)
    z = np.concatenate([np.linspace(-9, 9, 1201), np.linspace(-39, 39, 401)])
    p = np.concatenate([generator.random(500), 10.0 ** -np.arange(1, 300, 7.0)])
    theirs = r.call("selftest.R::normal", {"z": z, "p": p}).value
    assert np.array_equal([pnorm(v) for v in z.tolist()], theirs["lower"])
    assert np.array_equal([pnorm(v, lower=False) for v in z.tolist()], theirs["upper"])
    assert np.array_equal([qnorm(v) for v in p.tolist()], theirs["quantile"])
    for _ in range(100):
        # of one sign: where a sum cancels, R's 80-bit registers lose what an exactly rounded sum keeps
        x = generator.lognormal(size=generator.integers(2, 80)) * 10.0 ** generator.integers(-3, 6)
        got = [
            r_sum(x),
            r_mean(x),
            r_variance(x),
            *quantile_type7(x, [0.025, 0.5, 0.9]),
            *quantile_type1(x, [0.025, 0.5]),
        ]
        assert np.array_equal(got, r.call("selftest.R::summaries", {"x": x}).value["summaries"])


def test_known_values_of_r() -> None:
    # R 4.2.2: set.seed(42); runif(2); set.seed(1); sample(5)
    generator = RRandom(42)
    assert [generator.unif_rand().hex() for _ in range(2)] == ["0x1.d461752e00000p-1", "0x1.dfc8593c00000p-1"]
    assert (RRandom(1).permutation(5) + 1).tolist() == [1, 4, 3, 5, 2]


@given(st.sampled_from(SEEDS), st.integers(1, 5000), st.integers(1, 40))
def test_rows_are_successive_samples(seed: int, n: int, size: int) -> None:
    rows, single = RRandom(seed).sample_rows(n, size, 3), RRandom(seed)
    assert np.array_equal(rows, [single.sample_int(n, size, replace=True) for _ in range(3)])


@given(st.sampled_from(SEEDS), st.integers(0, 900))
def test_the_state_can_be_handed_over_anywhere(seed: int, consumed: int) -> None:
    generator = RRandom(seed)
    generator.unif_rand_array(consumed)
    other = RRandom.from_state(generator.state)
    assert np.array_equal(other.norm_rand_array(20), generator.norm_rand_array(20))


@given(st.integers(1, 400))
def test_a_permutation_holds_every_index_once(n: int) -> None:
    assert sorted(RRandom(n).permutation(n).tolist()) == list(range(n))


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="seed"):
        RRandom(2**31)
    with pytest.raises(InputError, match="size"):
        RRandom(1).sample_int(3, 4)
    with pytest.raises(InputError, match="626"):
        RRandom.from_state([1, 2, 3])


@given(st.lists(finite, min_size=1, max_size=60))
def test_sum_and_mean_are_rounded_once(values: list[float]) -> None:
    exact = sum((Fraction(v) for v in values), Fraction(0))
    assert r_sum(values) == float(exact)
    assert r_mean(values) == float(exact / len(values))


@given(st.lists(finite, min_size=1, max_size=60), st.floats(0, 1))
def test_quantiles_are_observed_or_between_neighbours(values: list[float], p: float) -> None:
    ordered = sorted(values)
    assert float(quantile_type1(values, p)) in ordered
    assert ordered[0] <= float(quantile_type7(values, p)) <= ordered[-1]
    assert float(quantile_type7(values, 0.0)) == ordered[0]
    assert float(quantile_type7(values, 1.0)) == ordered[-1]


@given(st.floats(-8, 8))
def test_normal_tails_add_up_and_invert(z: float) -> None:
    assert abs(pnorm(z) + pnorm(-z) - 1.0) <= 2.0**-52
    if abs(z) < 5:
        assert math.isclose(qnorm(pnorm(z)), z, rel_tol=0, abs_tol=1e-16 / math.exp(-z * z / 2) * 4 + 1e-15)


def test_r_seq_is_not_the_decimal_literal() -> None:
    grid = r_seq(0.0, 1.0, 0.01)
    assert [i for i in range(101) if grid[i] != i / 100] == [35, 41, 47, 57, 69, 70, 82, 83, 94, 95]


def test_na_is_a_nan_of_its_own() -> None:
    from crosscheck_r.protocol import is_na

    assert math.isnan(NA_REAL)
    assert is_na(np.array([NA_REAL, np.nan, 1.0])).tolist() == [True, False, False]
