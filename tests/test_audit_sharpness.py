"""Limits and possibilities against every small sample there is: no exception."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from validation.audit import audit, parse_claims, two_by_two
from validation.audit.classification import tables_that_fit
from validation.audit.descriptives import grim, grimmer
from validation.audit.information import smallest_sd
from validation.audit.net_benefit import whole_counts
from validation.audit.roc import delong_limits
from validation.audit.rounding import parse_number
from validation.errors import NotEstimable
from validation.logistic import logistic_regression


def weak_orders(n1: int, n0: int) -> Iterator[list[tuple[int, int]]]:
    """Every arrangement of cases and controls in tied blocks from top to bottom."""
    if n1 == n0 == 0:
        yield []
        return
    for a in range(n1 + 1):
        for b in range(n0 + 1):
            if a + b:
                for rest in weak_orders(n1 - a, n0 - b):
                    yield [(a, b), *rest]


def delong(blocks: list[tuple[int, int]], n1: int, n0: int) -> tuple[Fraction, Fraction]:
    """Area and DeLong's variance of an arrangement, exactly."""
    cases: list[Fraction] = []
    controls: list[Fraction] = []
    above, below = 0, n0
    for a, b in blocks:
        below -= b
        cases += [Fraction(2 * below + b, 2 * n0)] * a
        controls += [Fraction(2 * above + a, 2 * n1)] * b
        above += a
    area = sum(cases, Fraction(0)) / n1

    def spread(values: list[Fraction]) -> Fraction:
        return sum(((v - area) ** 2 for v in values), Fraction(0)) / (len(values) - 1)

    return area, spread(cases) / n1 + spread(controls) / n0


#: sum of case placements, of their squares, and of the squares of control placements, in half pairs
Sums = tuple[int, int, int]


@cache
def sums_of_all_orders(n1: int, n0: int, ties: bool) -> frozenset[Sums]:
    """What every weak order (or every order without ties) gives, built block by block from the top; each once."""
    reached: dict[tuple[int, int], set[Sums]] = {(0, 0): {(0, 0, 0)}}
    for above, higher in itertools.product(range(n1 + 1), range(n0 + 1)):
        for a, b in itertools.product(range(n1 - above + 1), range(n0 - higher + 1)):
            if a + b == 0 or (not ties and a + b > 1):
                continue
            case, control = 2 * (n0 - higher - b) + b, 2 * above + a
            into = reached.setdefault((above + a, higher + b), set())
            into |= {(s + a * case, p + a * case**2, q + b * control**2) for s, p, q in reached[above, higher]}
    return frozenset(reached[n1, n0])


def variances(n1: int, n0: int, ties: bool) -> dict[Fraction, list[Fraction]]:
    """DeLong's variances of all orders by area, exactly."""
    found: dict[Fraction, list[Fraction]] = {}
    for total, cases, controls in sums_of_all_orders(n1, n0, ties):
        area = Fraction(total, 2 * n0 * n1)
        by_case = (Fraction(cases, (2 * n0) ** 2) - n1 * area**2) / (n1 - 1)
        by_control = (Fraction(controls, (2 * n1) ** 2) - n0 * area**2) / (n0 - 1)
        found.setdefault(area, []).append(by_case / n1 + by_control / n0)
    return found


@pytest.mark.parametrize(("n1", "n0"), [(2, 2), (3, 2), (2, 4), (3, 3), (4, 3)])
def test_sums_of_all_orders_are_those_of_each_order_by_itself(n1: int, n0: int) -> None:
    one_by_one = {delong(blocks, n1, n0) for blocks in weak_orders(n1, n0)}
    assert {(area, v) for area, values in variances(n1, n0, True).items() for v in values} == one_by_one


@pytest.mark.parametrize(("n1", "n0"), [(2, 2), (2, 6), (3, 3), (3, 6), (4, 4), (5, 3), (5, 5), (6, 2), (6, 5), (6, 6)])
def test_roc2_holds_for_every_weak_order_and_is_attained(n1: int, n0: int) -> None:
    untied = variances(n1, n0, False)
    for area, values in variances(n1, n0, True).items():
        box = parse_number(f"{float(area):.12f}").box()
        low, strict, high = delong_limits(box, n1, n0)
        found = [math.sqrt(max(v, 0)) for v in (min(values), max(values))]
        # square roots and the 12 printed digits of the area
        assert low <= found[0] + 1e-6, (area, low, found)
        assert found[1] <= high + 1e-6, (area, high, found)
        if area in untied:
            assert strict is not None
            assert abs(strict - math.sqrt(min(untied[area]))) < 1e-6, (area, strict)


def test_orx6_is_the_limit_of_every_small_fit_and_is_approached() -> None:
    nearest = math.inf
    for x in itertools.product((0.0, 1.0, 2.0), repeat=6):
        if x != tuple(sorted(x)) or len(set(x)) < 2:
            continue
        for y in itertools.product((0, 1), repeat=6):
            if not 0 < sum(y) < 6:
                continue
            try:
                fit = logistic_regression(np.array(y), np.array(x)[:, None])
            except NotEstimable:
                continue
            sd = float(np.std(x, ddof=1))
            needed = smallest_sd(float(fit.standard_error[1]), 6)
            assert sd >= needed * (1 - 1e-9), (x, y)
            nearest = min(nearest, sd / needed)
    # attained where all fitted risks are one half
    assert nearest < 1 + 1e-9


def cutoff_claims(se: str, sp: str, area: str, rule: str, n1: int, n0: int) -> str:
    return f'''
[paper]
id = "x"
[tables]
data = """
# name | events | nonevents
all | {n1} | {n0}
"""
auc = """
# of | data | auc
m | all | {area}
"""
cutoff = """
# of | data | rule | sens | spec
m | all | {rule} | {se} | {sp}
"""
'''


@pytest.mark.parametrize("digits", [2, 3])
def test_roc6_accepts_every_operating_point_of_every_small_curve(digits: int) -> None:
    n1 = n0 = 4
    seen = set()
    for blocks in weak_orders(n1, n0):
        area = delong(blocks, n1, n0)[0]
        points, tp, fp = [], 0, 0
        for a, b in blocks:
            tp, fp = tp + a, fp + b
            points.append((Fraction(tp, n1), 1 - Fraction(fp, n0)))
        best = max(se + sp for se, sp in points)
        for se, sp in points:
            rule = "youden" if se + sp == best else "other"
            seen.add((*(f"{float(v):.{digits}f}" for v in (se, sp, area)), rule))
    for se, sp, printed, rule in seen:
        result = audit(parse_claims(cutoff_claims(se, sp, printed, rule, n1, n0)))
        assert all(f.verdict == "consistent" for f in result.of("ROC6")), (se, sp, printed, rule)


def test_roc6_refuses_what_no_curve_has() -> None:
    for se, sp, area in (("0.90", "0.90", "0.70"), ("0.60", "0.60", "0.95")):
        result = audit(parse_claims(cutoff_claims(se, sp, area, "youden", 50, 50)))
        assert any(f.verdict == "inconsistent" for f in result.of("ROC6")), (se, sp, area)


def measures(tp: int, tn: int, n1: int, n0: int) -> dict[str, Fraction]:
    fn, fp = n1 - tp, n0 - tn
    found = {"sens": Fraction(tp, n1), "spec": Fraction(tn, n0), "acc": Fraction(tp + tn, n1 + n0)}
    if tp + fp:
        found["ppv"] = Fraction(tp, tp + fp)
    if tn + fn:
        found["npv"] = Fraction(tn, tn + fn)
    return found


def prints(value: Fraction, digits: int, rounding: str) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-digits), rounding=rounding))


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_cls1_counts_exactly_the_tables_that_print_so(digits: int) -> None:
    n1, n0 = 7, 9
    tables = [(tp, tn, measures(tp, tn, n1, n0)) for tp in range(n1 + 1) for tn in range(n0 + 1)]
    for tp, tn, values in tables:
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):
            printed = {name: parse_number(prints(v, digits, rounding)) for name, v in values.items()}
            expected = sum(
                all(name in other and number.box().contains(other[name]) for name, number in printed.items())
                for _, _, other in tables
            )
            assert expected >= 1
            assert tables_that_fit(printed, n1, n0) == expected, (tp, tn)


@pytest.mark.parametrize("rows", [0, 50_000])
def test_cls1_counts_by_sums_of_floors_as_row_by_row(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_by_two, "_MOST_ROWS", rows)
    n1, n0 = 6, 8
    tables = [(tp, tn, measures(tp, tn, n1, n0)) for tp in range(n1 + 1) for tn in range(n0 + 1)]
    for _, _, values in tables:
        printed = {name: parse_number(prints(v, 1, ROUND_HALF_UP)) for name, v in values.items()}
        expected = sum(
            all(name in other and number.box().contains(other[name]) for name, number in printed.items())
            for _, _, other in tables
        )
        assert tables_that_fit(printed, n1, n0) == expected


def test_cls1_decides_for_any_number_of_patients() -> None:
    cells = {"sens": "0.812", "spec": "0.745", "ppv": "0.515", "acc": "0.762", "f1": "0.630"}
    printed = {name: parse_number(text) for name, text in cells.items()}
    n1, n0 = 100_000_000, 300_000_000
    many, few = tables_that_fit(printed, n1, n0), tables_that_fit(printed, n1 // 100, n0 // 100)
    # the share of tables is the area of one polygon; what its edge adds to the smaller count is below 3e-3 of it
    assert abs(many / few / 1e4 - 1) < 3e-3
    assert tables_that_fit(printed | {"npv": parse_number("0.950")}, n1, n0) == 0
    claims = cutoff_claims("0.812", "0.745", "0.85", "other", n1, n0).replace("| spec\n", "| spec | ppv | npv\n")
    (found,) = audit(parse_claims(claims.replace("0.745\n", "0.745 | 0.515 | 0.950\n"))).of("CLS1")
    assert (found.verdict, found.severity) == ("inconsistent", "error")


def samples(n: int, top: int) -> Iterator[tuple[int, ...]]:
    return itertools.combinations_with_replacement(range(top + 1), n)


@pytest.mark.parametrize("n", range(2, 9))
@pytest.mark.parametrize("digits", [1, 2, 3])
def test_grim_and_grimmer_never_refuse_a_sample(n: int, digits: int) -> None:
    seen = set()
    for sample in samples(n, 4):
        mean = Fraction(sum(sample), n)
        variance = sum(((v - mean) ** 2 for v in sample), Fraction(0)) / (n - 1)
        sd = Decimal(variance.numerator) / Decimal(variance.denominator)
        for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):
            shown = str(sd.sqrt().quantize(Decimal(1).scaleb(-digits), rounding=rounding))
            seen.add((prints(mean, digits, rounding), shown))
    for mean_text, sd_text in seen:
        mean, sd = parse_number(mean_text), parse_number(sd_text)
        assert len(grim(mean, n))
        assert grimmer(mean, sd, n), (n, mean_text, sd_text)


@pytest.mark.parametrize("n", range(2, 9))
def test_grim_refuses_exactly_the_means_that_no_sample_has(n: int) -> None:
    possible = {Fraction(total, n) for total in range(3 * n + 1)}
    for hundredths in range(301):
        mean = parse_number(f"{hundredths / 100:.2f}")
        assert bool(len(grim(mean, n))) == any(mean.box().contains(value) for value in possible)


def test_grimmer_refuses_pairs_that_no_sample_has() -> None:
    n, digits, refused = 5, 2, 0
    pairs = set()
    for sample in samples(n, 6):
        mean = Fraction(sum(sample), n)
        pairs.add((f"{float(mean):.{digits}f}", f"{float(np.std(sample, ddof=1)):.{digits}f}"))
    for mean_text in {pair[0] for pair in pairs}:
        for hundredths in range(300):
            sd_text = f"{hundredths / 100:.2f}"
            if not grimmer(parse_number(mean_text), parse_number(sd_text), n):
                refused += 1
                assert (mean_text, sd_text) not in pairs
    assert refused > 1000


def test_net_benefit_counts_are_those_of_brute_force() -> None:
    n1, n0, weight = 5, 7, Fraction(1, 4)
    for text in ("0.25", "0.1", "-0.05", "0.417"):
        box = parse_number(text).box()
        found = whole_counts(box, weight, n1, n0)
        for tp in range(n1 + 1):
            for fp in range(n0 + 1):
                assert found[tp, fp] == box.contains((tp - weight * fp) / Fraction(n1 + n0))
