"""Fast ways of the ROC family: all kernels count the same integers, and the way an input is stored does not matter."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation import auc, kernels
from validation.errors import InputError
from validation.roc.placements import PairSums, pair_sums, square_root

KERNELS = kernels.available()


def brute(y: Any, x: Any) -> tuple[int, int, int, int]:
    """Sums of the doubled placements in Python's integers, from sorted groups."""
    a, b = np.sort(x[y == 1]), np.sort(x[y == 0])
    of_cases = np.searchsorted(b, a, "left") + np.searchsorted(b, a, "right")
    of_controls = 2 * a.size - np.searchsorted(a, b, "left") - np.searchsorted(a, b, "right")
    squares = [sum(int(value) ** 2 for value in values) for values in (of_cases, of_controls)]
    return a.size, int(of_cases.sum()), squares[0], squares[1]


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
    assert module.sums_of(y, x, 1.0) == brute(y, x)
    assert module.sums_of(y, x, -1.0) == brute(y, -x)


@pytest.mark.parametrize("kernel", KERNELS)
@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 700)), min_size=500, max_size=1200), st.integers(0, 512))
def test_sums_where_ties_begin_anywhere_in_a_block(kernel: str, rows: Any, untied: int) -> None:
    module, _ = kernels.load("delong", kernel)
    y = np.array([r[0] for r in rows], dtype=np.int8)
    x = np.array([r[1] for r in rows], dtype=np.float64)
    # the lowest rows differ from all others
    x[:untied] = -10.0 - np.arange(min(untied, x.size))
    assert module.sums_of(y, x, 1.0) == brute(y, x)


@pytest.mark.parametrize("kernel", KERNELS)
def test_squares_of_separated_groups_leave_64_bits(kernel: str) -> None:
    module, _ = kernels.load("delong", kernel)
    m, n = 1_400_000, 1_600_000
    y = np.zeros(m + n, dtype=np.int8)
    y[n:] = 1
    sums = module.sums_of(y, np.arange(m + n, dtype=np.float64), 1.0)
    assert sums == (m, 2 * m * n, 4 * n * n * m, 4 * m * m * n)
    assert sums[2] > 2**63


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
    sums = PairSums(total, squares[0], squares[1], m, n, "numpy")
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
    auc(y, x, direction="lower")
    pair_sums(y.astype(np.int8), x, "higher")
    assert np.array_equal(x, before)


@pytest.mark.parametrize(
    "outcome",
    [[0, 1, 256], [0, 1, -1], [0, 0, 0], [1, 1, 1], [0.0, 1.0, 0.5], [0.0, 1.0, math.nan], [False, False, False]],
)
def test_outcomes_that_are_none(outcome: Any) -> None:
    for kind in {np.array(outcome).dtype, np.dtype(float)}:
        with pytest.raises(InputError) as caught:
            auc(np.array(outcome).astype(kind), [1.0, 2.0, 3.0])
        assert caught.value.argument == "y_true"
