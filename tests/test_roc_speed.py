"""Fast ways of the ROC family: all kernels count the same integers, and the way an input is stored does not matter."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation import auc, auc_bootstrap, extended, kernels, r_numerics, roc_curve
from validation.errors import InputError
from validation.r_random import RRandom
from validation.roc import covariance as roc_covariance
from validation.roc.curve import PROC
from validation.roc.delong import trapezoid
from validation.roc.placements import PairSums, covariance, pair_sums, place, square_root

KERNELS = kernels.available()


def brute(y: Any, x: Any) -> tuple[int, int, int]:
    """Sums of the doubled placements in Python's integers, from sorted groups."""
    a, b = np.sort(x[y == 1]), np.sort(x[y == 0])
    of_cases = np.searchsorted(b, a, "left") + np.searchsorted(b, a, "right")
    of_controls = 2 * a.size - np.searchsorted(a, b, "left") - np.searchsorted(a, b, "right")
    squares = [sum(int(value) ** 2 for value in values) for values in (of_cases, of_controls)]
    return int(of_cases.sum()), squares[0], squares[1]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("grid", [None, 1e-1, 1e-3, 1e-4, 1e-6])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.99])
def test_sums_of_long_vectors_with_few_and_many_ties(kernel: str, grid: float | None, share: float) -> None:
    module, _ = kernels.load("delong", kernel)
    generator = np.random.default_rng(5)
    y = (generator.random(20_000) < share).astype(np.int8)
    x = generator.normal(size=y.size) + y
    if grid:
        x = np.round(x / grid)
    assert module.sums_of(y, x, 1.0)[0] == brute(y, x)
    assert module.sums_of(y, x, -1.0)[0] == brute(y, -x)
    a, b = x[y == 1], x[y == 0]
    ordered = np.sort(a), np.sort(b)
    of_cases, of_controls = module.placements(a, b)
    assert np.array_equal(of_cases, np.searchsorted(ordered[1], a) + np.searchsorted(ordered[1], a, "right"))
    below = np.searchsorted(ordered[0], b) + np.searchsorted(ordered[0], b, "right")
    assert np.array_equal(of_controls, 2 * a.size - below)


@pytest.mark.parametrize("kernel", KERNELS)
@given(st.integers(0, 2**32), st.integers(500, 1200), st.integers(1, 2000), st.integers(0, 1200))
def test_sums_where_ties_begin_anywhere_in_a_block(kernel: str, seed: int, n: int, grid: int, untied: int) -> None:
    module, _ = kernels.load("delong", kernel)
    generator = np.random.default_rng(seed)
    y = generator.integers(0, 2, n).astype(np.int8)
    x = generator.integers(0, grid, n).astype(np.float64)
    # the lowest rows differ from all others
    x[:untied] = -10.0 - np.arange(min(untied, x.size))
    assert module.sums_of(y, x, 1.0)[0] == brute(y, x)
    found = module.placements(*module.split(y, x, 1.0))
    squares = tuple(sum(int(value) ** 2 for value in values) for values in found)
    assert (int(found[0].sum()), *squares) == brute(y, x)


@pytest.mark.parametrize("kernel", KERNELS)
def test_squares_of_separated_groups_leave_64_bits(kernel: str) -> None:
    module, _ = kernels.load("delong", kernel)
    m, n = 1_400_000, 1_600_000
    y = np.zeros(m + n, dtype=np.int8)
    y[n:] = 1
    sums, _ = module.sums_of(y, np.arange(m + n, dtype=np.float64), 1.0)
    assert sums == (2 * m * n, 4 * n * n * m, 4 * m * m * n)
    assert sums[1] > 2**63


@given(st.integers(0, 10**60), st.integers(1, 10**60))
def test_square_root_is_the_nearest_double(above: int, below: int) -> None:
    root, value = square_root(Fraction(above, below)), Fraction(above, below)
    low, high = (Fraction(root) + Fraction(math.nextafter(root, end)) for end in (0.0, math.inf))
    # the two points halfway to the neighbours enclose the root
    assert (low / 2) ** 2 <= value <= (high / 2) ** 2


@given(st.integers(1, 50), st.integers(1, 50), st.data())
def test_quotients_of_integers_round_as_fractions(m: int, n: int, data: Any) -> None:
    total = data.draw(st.integers(0, 2 * m * n))
    squares = [data.draw(st.integers(-(-total * total // k), 4 * m * n * max(m, n) + total * total)) for k in (m, n)]
    sums = PairSums(total, squares[0], squares[1], m, n, "numpy", (np.empty(m), np.empty(n)))
    area, variance, error = sums.rounded()
    assert area == float(sums.area)
    if sums.variance is None:
        assert math.isnan(variance) and math.isnan(error)
    else:
        assert (variance, error) == (float(sums.variance), square_root(sums.variance))


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint8, np.int32, np.uint64, np.float32, np.float64, object])
def test_kinds_of_outcomes_and_scores(kind: Any) -> None:
    y, x = np.array([0, 1, 1, 0, 1, 0]), np.array([1, 3, 2, 2, 5, 4])
    assert auc(y.astype(kind), x) == auc(y, x)
    if kind is not bool:
        assert auc(y, x.astype(kind)) == auc(y, x)


def test_storage_of_the_scores_does_not_matter() -> None:
    generator = np.random.default_rng(1)
    y, x = generator.integers(0, 2, 60), generator.normal(size=60)
    fixed = x.copy()
    fixed.flags.writeable = False
    stored = [fixed, np.repeat(x, 2)[::2], x[::-1][::-1], x.astype(">f8"), x[:, None]]
    assert all(auc(y, values) == auc(y, x) for values in stored)
    assert auc(y[::-1], x[::-1]).auc == auc(y, x).auc


@pytest.mark.parametrize("kernel", KERNELS)
def test_scores_of_the_caller_stay_as_they_are(kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSCHECK_KERNEL", kernel)
    y, x = np.array([1, 0, 1, 0, 1]), np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    before = x.copy()
    result = auc(y, x, direction="lower")
    pair_sums(y.astype(np.int8), x, "higher")
    assert np.array_equal(x, before)
    # nor does the result change with them: the curve that it draws is that of its area
    x[:] = 0.0
    curve = roc_curve(y, before, direction="lower")
    assert np.array_equal(result._drawn.curves()[0].thresholds, curve.thresholds)
    assert np.array_equal(result._drawn.curves()[0].sensitivity, curve.sensitivity)


@pytest.mark.parametrize(
    "outcome",
    [[0, 1, 256], [0, 1, -1], [0, 0, 0], [1, 1, 1], [0.0, 1.0, 0.5], [0.0, 1.0, math.nan], [False, False, False]],
)
def test_outcomes_that_are_none(outcome: Any) -> None:
    for kind in {np.array(outcome).dtype, np.dtype(float)}:
        with pytest.raises(InputError) as caught:
            auc(np.array(outcome).astype(kind), [1.0, 2.0, 3.0])
        assert caught.value.argument == "y_true"


def in_fractions(y: Any, x: Any, directions: Any) -> tuple[list[float], list[list[float]]]:
    """Areas and covariances pair by pair in fractions."""
    placed = [place(y, x[:, j], direction) for j, direction in enumerate(directions)]
    return [float(p.area) for p in placed], [[float(covariance(a, b)) for b in placed] for a in placed]


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("decimals", [None, 1])
@pytest.mark.parametrize("part_bits", [18, 4])
def test_covariance_of_curves_is_rounded_once(
    kernel: str, decimals: int | None, part_bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSCHECK_KERNEL", kernel)
    # small parts and blocks, so that a small cohort takes the ways of a large one
    monkeypatch.setattr(roc_covariance, "_PART_BITS", part_bits)
    monkeypatch.setattr(roc_covariance, "_BLOCK", 100)
    generator = np.random.default_rng(3)
    y = (generator.random(251) < 0.4).astype(np.int8)
    x = generator.normal(size=(251, 4)) + np.outer(y, [0.2, 1.0, 0.0, 9.0])
    if decimals:
        x = x.round(decimals)
    directions = ("higher", "higher", "lower", "higher")
    found = roc_covariance.covariance_of_curves(y, x, directions)
    areas, covariances = in_fractions(y, x, directions)
    assert (found.areas.tolist(), found.covariance.tolist()) == (areas, covariances)
    assert found.kernel == kernel
    variances = [auc(y, x[:, j], direction=d).variance for j, d in enumerate(directions)]
    assert variances == found.covariance.diagonal().tolist()


def test_covariance_of_curves_beyond_the_bits_of_a_double() -> None:
    m, n = 400_000, 300_000
    y = np.repeat(np.array([0, 1], dtype=np.int8), [n, m])
    x = np.arange(m + n, dtype=np.float64)
    x = np.stack([x, x % 1000.0, (x * 7919.0) % 500_009.0], axis=1)
    directions = ("lower", "higher", "higher")
    found = roc_covariance.covariance_of_curves(y, x, directions)
    areas, covariances = in_fractions(y, x, directions)
    assert (found.areas.tolist(), found.covariance.tolist()) == (areas, covariances)


def test_covariance_of_curves_of_a_lone_case_does_not_exist() -> None:
    found = roc_covariance.covariance_of_curves(
        np.array([1, 0, 0], dtype=np.int8), np.arange(6.0).reshape(3, 2), ["lower"] * 2
    )
    assert found.areas.tolist() == [1.0, 1.0]
    assert np.isnan(found.covariance).all()


def one_by_one(state: Any, controls: Any, cases: Any, bootstraps: int) -> tuple[list[int], list[float], Any]:
    """Pairs won, pROC's areas and the generator afterwards, by the slow way for each resample."""
    generator = RRandom.from_state(state)
    n, m, won, areas = controls.size, cases.size, [], []
    for _ in range(bootstraps):
        a = controls[generator.sample_int(n, n, replace=True)]
        b = cases[generator.sample_int(m, m, replace=True)]
        pairs, *_ = brute(np.repeat([0, 1], [n, m]), np.concatenate([a, b]).astype(float))
        curve = roc_curve(np.repeat([0, 1], [n, m]), np.concatenate([a, b]).astype(float))
        won.append(pairs)
        areas.append(trapezoid(curve.sensitivity, curve.specificity))
    return won, areas, generator.state


def state_after(seed: int, words: int) -> Any:
    generator = RRandom(seed)
    generator.unif_rand_array(words)
    return generator.state


@pytest.mark.parametrize("kernel", KERNELS)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(0, 700), st.integers(0, 2**31 - 1))
def test_resamples_are_those_drawn_one_by_one(
    kernel: str, n: int, m: int, distinct: int, words: int, seed: int
) -> None:
    module, _ = kernels.load("auc_bootstrap", kernel)
    generator = np.random.default_rng(seed)
    controls, cases = generator.integers(0, distinct, n), generator.integers(0, distinct, m)
    state = state_after(seed, words)
    won, areas, after = one_by_one(state, controls, cases, 6)
    for function, wanted in ((module.pairs_won, won), (module.trapezoids, areas)):
        found, found_after = function(state, controls, cases, distinct, 6)
        assert found.tolist() == wanted
        assert np.array_equal(found_after, after)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("n", [2**15 - 1, 2**15, 2**15 + 1, 2**16 + 1])
@pytest.mark.parametrize("words", [0, 1])
def test_numbers_of_one_and_of_two_words(kernel: str, n: int, words: int) -> None:
    """From 32,769 rows on R takes two words a number, which may lie on both sides of a renewal of the state."""
    module, _ = kernels.load("auc_bootstrap", kernel)
    generator = np.random.default_rng(n)
    places = generator.permutation(n + 3)
    state = state_after(n, words)
    won, areas, after = one_by_one(state, places[:n], places[n:], 3)
    for function, wanted in ((module.pairs_won, won), (module.trapezoids, areas)):
        found, found_after = function(state, places[:n], places[n:], n + 3, 3)
        assert found.tolist() == wanted
        assert np.array_equal(found_after, after)


def test_rows_are_summed_without_80_bit_registers(monkeypatch: pytest.MonkeyPatch) -> None:
    module, _ = kernels.load("auc_bootstrap", "numpy")
    arguments = (RRandom(5).state, np.arange(0, 60, 2), np.arange(20, 60), 60, 8)
    here = module.trapezoids(*arguments)[0]
    monkeypatch.setattr(module, "NATIVE", False)
    monkeypatch.setattr(r_numerics, "widen", functools.partial(extended.widen, native=False))
    assert np.array_equal(module.trapezoids(*arguments)[0], here)


@pytest.mark.skipif("numba" not in KERNELS, reason="the extra 'fast' is not installed")
@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(2**52, 2**53 - 1), st.integers(-140, -52)), min_size=1, max_size=40)
    # few bits set: ties and carries
    | st.lists(st.tuples(st.sampled_from([2**52, 2**52 + 1, 2**53 - 1, 3 * 2**51]), st.integers(-120, -52)), min_size=1)
)
def test_sums_in_64_bits_are_rs(terms: Any) -> None:
    from validation.kernels.auc_bootstrap_numba import _extended_sum

    values = np.array([math.ldexp(whole, exponent) for whole, exponent in terms])
    assert _extended_sum(values.view(np.uint64), values.size) == r_numerics.r_sum(values)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("mode", [None, PROC])
def test_bootstrap_says_which_kernel_counted(kernel: str, mode: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSCHECK_KERNEL", kernel)
    generator = np.random.default_rng(4)
    y = generator.integers(0, 2, 300)
    x = (generator.normal(size=300) + y).round(1)
    found = auc_bootstrap(y, x, seed=3, bootstraps=50, compat=mode)
    monkeypatch.delenv("CROSSCHECK_KERNEL")
    other = auc_bootstrap(y, x, seed=3, bootstraps=50, compat=mode)
    assert found.kernel == kernel
    assert np.array_equal(found.replicates, other.replicates)
    assert (found.lower, found.median, found.upper) == (other.lower, other.median, other.upper)
    assert np.array_equal(found.random_state, other.random_state)


def test_level_of_another_float_type_and_mode_that_is_an_array() -> None:
    y, x = [0, 0, 1, 1, 0, 1], [1.0, 2.0, 3.0, 1.5, 0.5, 4.0]
    for function in (auc, functools.partial(auc_bootstrap, seed=1, bootstraps=20)):
        found, wanted = function(y, x, level=np.float32(0.5)), function(y, x, level=0.5)
        assert (found.lower, found.upper, found.level) == (wanted.lower, wanted.upper, 0.5)
        with pytest.raises(InputError, match="compat"):
            function(y, x, compat=np.array([PROC, PROC]))
