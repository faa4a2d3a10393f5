"""R's generator: every bit and the state after it, live where R is there, and against values that R printed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.session import RSession
from validation.errors import InputError
from validation.r_random import RRandom

SEEDS = (0, 1, 42, -5, 123456789, 2**31 - 1, -(2**31) + 1)


@pytest.mark.live
@pytest.mark.parametrize("seed", SEEDS)
def test_stream_and_state_are_those_of_r(r: RSession, seed: int) -> None:
    for n in (1, 2, 5, 64, 65, 496, 5000):
        theirs = r.call("generator.R::draws", {"seed": seed, "n": n}).value
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
            theirs = r.call("generator.R::samples", arguments).value
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
        theirs = r.call("generator.R::few_of_many", {"seed": 7, "n": float(n), "size": size}).value
        generator = RRandom(7)
        assert np.array_equal(generator.sample_int(n, size) + 1, theirs["drawn"])
        assert np.array_equal(generator.state, theirs["random_state"])


@pytest.mark.live
def test_r_goes_on_where_the_port_stops(r: RSession) -> None:
    generator = RRandom(11)
    generator.permutation(37)
    state = generator.state
    theirs = r.call("generator.R::from_state", {"state": state, "n": 50}).value
    assert np.array_equal(generator.unif_rand_array(50), theirs["uniform"])
    assert np.array_equal(generator.permutation(50) + 1, theirs["index"])
    assert np.array_equal(generator.state, theirs["random_state"])


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
    with pytest.raises(InputError, match="kind code 10102"):
        RRandom.from_state([10102, *([0] * 625)])
    with pytest.raises(InputError, match="sample_kind"):
        RRandom(1, "Inversion")  # type: ignore[arg-type]


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(["Rejection", "Rounding"]))
def test_a_sample_is_the_beginning_of_a_permutation(seed: int, n: int, kind: Any) -> None:
    size = 1 + seed % n
    few, all_rows = RRandom(seed, kind), RRandom(seed, kind)
    assert np.array_equal(few.sample_int(n, size), all_rows.permutation(n)[:size])


def test_blocks_leave_no_trace() -> None:
    # more draws than one block holds give the same numbers and end in the same state
    blocked, single = RRandom(5), RRandom(5)
    many = blocked.sample_int(70_000, 600_000, replace=True)
    few = np.concatenate([single.sample_int(70_000, 60_000, replace=True) for _ in range(10)])
    assert np.array_equal(many, few)
    assert np.array_equal(blocked.state, single.state)
