"""106-bit arithmetic against 60-digit arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from validation.exact.double_double import DoubleDouble, product

#: products and quotients lose a few units of 2^-106; exp and log scale with their argument
CLOSE, SCALED = mpf(2) ** -100, mpf(2) ** -95


def precise(value: DoubleDouble, index: Any) -> Any:
    return mpf(float(value.high[index])) + mpf(float(value.low[index]))


def numbers(seed: int, n: int, spread: float) -> DoubleDouble:
    rng = np.random.default_rng(seed)
    high = rng.normal(size=n) * spread
    return DoubleDouble(high, high * rng.normal(size=n) * 2.0**-54)


UNARY: dict[str, tuple[Callable[[DoubleDouble], DoubleDouble], Callable[[Any], Any], Any]] = {
    "exp": (lambda a: a.exp(), lambda a: mp.exp(a), SCALED),
    "log": (lambda a: abs(a).log(), lambda a: mp.log(abs(a)), SCALED),
    "sqrt": (lambda a: abs(a).sqrt(), lambda a: mp.sqrt(abs(a)), CLOSE),
    "negation": (lambda a: -a, lambda a: -a, CLOSE),
    "reciprocal": (lambda a: 1.0 / a, lambda a: 1 / a, CLOSE),
    "difference": (lambda a: 3.0 - a, lambda a: 3 - a, CLOSE),
}


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("spread", [1e-3, 1.0, 40.0])
def test_functions(name: str, spread: float) -> None:
    ours, theirs, bound = UNARY[name]
    a = numbers(1, 200, spread)
    with mp.workdps(60):
        found = ours(a)
        for i in range(200):
            exact = theirs(precise(a, i))
            # near a zero of the function the size of the operands is what counts
            assert abs(precise(found, i) - exact) <= bound * max(abs(exact), mpf(1) if name != "exp" else abs(exact))


def test_arithmetic() -> None:
    a, b = numbers(2, 200, 10.0), numbers(3, 200, 1e-4)
    with mp.workdps(60):
        for i in range(200):
            x, y = precise(a, i), precise(b, i)
            for found, exact in ((a + b, x + y), (a - b, x - y), (a * b, x * y), (a / b, x / y)):
                assert abs(precise(found, i) - exact) <= CLOSE * abs(exact)


def test_sum_and_exact_fractions() -> None:
    a = numbers(4, 333, 1.0)
    with mp.workdps(60):
        exact = mp.fsum(precise(a, i) for i in range(333))
        assert abs(precise(a.sum(), ()) - exact) <= CLOSE * 333
        third = DoubleDouble.exactly([Fraction(1, 3)])
        assert abs(precise(third, 0) - mpf(1) / 3) < CLOSE


def test_product_of_badly_scaled_matrices() -> None:
    rng = np.random.default_rng(5)
    left = rng.normal(size=(30, 13)) * 10.0 ** rng.integers(-6, 6, (30, 13))
    right = DoubleDouble(
        rng.normal(size=(13, 4)) * 10.0 ** rng.integers(-6, 6, (13, 4)), rng.normal(size=(13, 4)) * 1e-23
    )
    found = product(left, right)
    with mp.workdps(60):
        for i in range(30):
            for k in range(4):
                terms = [mpf(float(left[i, j])) * precise(right, (j, k)) for j in range(13)]
                # the slices share a unit per row and per column
                scale = mpf(float(np.abs(left[i]).max())) * mpf(float(np.abs(right.high[:, k]).max()))
                assert abs(precise(found, (i, k)) - mp.fsum(terms)) <= CLOSE * scale


def test_a_double_alone_would_not_pass() -> None:
    a = numbers(6, 50, 1.0)
    with mp.workdps(60):
        assert any(abs(mpf(float(a.exp().high[i])) - mp.exp(precise(a, i))) > CLOSE for i in range(50))
