"""The comparator compares itself: each kind of wrong value must be seen, and right values must pass."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck_r.agreement import FAILING, MAXIMUM_DIGITS, Labels, Row, compare, digits, not_compared, ulps
from validation.statistic import Quantity, bits, closed, definition, exact, path, solution

LABELS = Labels("cohort", "case", "statistic")
COMPAT = Labels("cohort", "case", "statistic", compat="proc-1.18")
REFERENCE = np.array([0.1, 0.25, 0.7, 1e-9, 3.0])
TIERS = [bits(), exact("value"), closed("value"), path("value"), solution("value")]
doubles = st.floats(allow_nan=False, allow_infinity=False)


def verdict(quantity: Quantity, value: object, reference: object, certified: object = None, **labels: object) -> Row:
    return compare(LABELS, "q", quantity, value, reference, certified)


@pytest.mark.parametrize("quantity", TIERS, ids=lambda q: q.tier)
@pytest.mark.parametrize(
    "damage",
    [
        lambda r: r[[1, 0, 2, 3, 4]],
        lambda r: -r,
        lambda r: r[:-1],
        lambda r: np.append(r, 0.0),
        lambda r: np.where(np.arange(5) == 2, np.nan, r),
        lambda r: np.where(np.arange(5) == 2, np.inf, r),
        lambda r: r.astype(np.float32),
        lambda r: r * (1 + 1e-9),
        lambda r: r.reshape(1, 5),
    ],
    ids=["swapped", "sign", "dropped", "added", "nan", "inf", "float32", "1e-9", "shape"],
)
def test_damaged_values_are_seen(quantity: Quantity, damage: object) -> None:
    assert verdict(quantity, damage(REFERENCE), REFERENCE).verdict in FAILING  # type: ignore[operator]


@pytest.mark.parametrize("quantity", TIERS, ids=lambda q: q.tier)
def test_equal_values_are_identical(quantity: Quantity) -> None:
    row = verdict(quantity, REFERENCE.copy(), REFERENCE)
    assert (row.verdict, row.digits, row.ulps, row.n_equal) == ("identical", MAXIMUM_DIGITS, 0, 5)


def test_one_ulp_is_seen_where_bits_are_due_and_counted_elsewhere() -> None:
    one_off = REFERENCE.copy()
    one_off[1] = np.nextafter(one_off[1], 1.0)
    assert verdict(bits(), one_off, REFERENCE).verdict == "unexplained"
    row = verdict(exact("value"), one_off, REFERENCE)
    assert (row.verdict, row.ulps, row.worst_index, row.n_equal) == ("agree", 1, (1,), 4)


def test_five_ulps_are_too_many_for_an_exact_value() -> None:
    value = 0.7 + 5 * math.ulp(0.7)
    assert verdict(exact("value"), value, 0.7).verdict == "unexplained"


def test_na_and_nan_are_told_apart_in_compat_mode() -> None:
    na = np.array([0x7FF00000000007A2], dtype=np.uint64).view(np.float64)
    nan = np.array([np.nan])
    assert compare(COMPAT, "q", bits(), nan, na).verdict == "unexplained"
    assert compare(COMPAT, "q", bits(), na, na).verdict == "identical"


def test_permuted_labels_are_seen() -> None:
    assert verdict(bits(), ["age", "bmi"], ["bmi", "age"]).verdict == "unexplained"
    assert verdict(bits(), ["age", "bmi"], ["age", "bmi"]).verdict == "identical"
    assert verdict(bits(), ["age", "bmi"], ["age"]).verdict == "unexplained"


def test_missing_quantities_fail_and_are_not_skipped() -> None:
    assert verdict(bits(), None, REFERENCE).verdict == "unexplained"
    assert verdict(bits(), REFERENCE, None).verdict == "unexplained"


def test_only_a_scalar_meets_a_vector_of_length_one() -> None:
    assert verdict(bits(), 0.5, np.array([0.5])).verdict == "identical"
    assert verdict(bits(), 0.5, np.array([0.5, 0.5])).verdict == "unexplained"


def test_the_certified_value_says_who_is_short() -> None:
    certified, r = 0.123456789012345678, 0.123456789012345678 * (1 + 1e-7)
    limited = verdict(solution("value"), certified, r, certified)
    assert limited.verdict == "R-limited"
    assert 6.5 < limited.digits_reference_certified < 7.5  # type: ignore[operator]
    assert verdict(solution("value"), r, certified, certified).verdict == "Python-limited"
    # equal to R and both wrong is no agreement
    assert verdict(solution("value"), r, r, certified).verdict == "Python-limited"
    # R right, Python right, but R further from Python than from the truth cannot be
    assert verdict(solution("value"), certified, certified, certified).verdict == "identical"


def test_a_value_wrong_in_another_direction_than_r_is_not_excused() -> None:
    certified = 0.5
    assert verdict(solution("value"), certified * (1 + 1e-7), certified * (1 - 1e-7), certified).verdict in FAILING


def test_definition_differs_never_agrees_and_still_must_be_right() -> None:
    quantity = definition("R bins the probabilities")
    row = verdict(quantity, 0.792629, 0.792658)
    assert (row.verdict, row.reason) == ("definition differs", "R bins the probabilities")
    assert verdict(quantity, 0.792629, 0.792658, 0.7926).verdict == "Python-limited"


def test_condition_number_costs_digits_only_beyond_a_hundred() -> None:
    reference, value = 1.0, 1.0 + 1e-12
    assert compare(LABELS, "q", path("value"), value, reference, condition=50.0).verdict == "unexplained"
    assert compare(LABELS, "q", path("value"), value, reference, condition=1e4).verdict == "agree"


def test_not_compared_is_neither_agreement_nor_failure() -> None:
    row = not_compared(LABELS, "q", bits(), "no R here")
    assert row.verdict == "not compared" and not row.fails and row.digits is None


def test_non_finite_values_survive_json() -> None:
    row = verdict(bits(), np.array([np.nan]), np.array([np.inf]))
    record = row.to_json()
    assert (record["value"], record["reference"], record["digits"]) == ("NaN", "Inf", "-Inf")


@given(doubles, doubles)
def test_digits_and_ulps_are_consistent(a: float, b: float) -> None:
    assert (float(ulps(a, b)) == 0.0) == (a == b or {a, b} == {0.0, -0.0})
    assert float(ulps(a, b)) == float(ulps(b, a))
    assert 0.0 <= float(digits(a, b)) <= MAXIMUM_DIGITS
    assert (float(digits(a, a))) == MAXIMUM_DIGITS


@given(doubles)
def test_the_next_double_is_one_ulp_away(a: float) -> None:
    assert float(ulps(a, math.nextafter(a, math.inf))) == 1.0
