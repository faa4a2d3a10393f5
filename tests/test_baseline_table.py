"""Baseline tables: against hand-made numbers, enumeration, live R on random cohorts, and bad input."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cli.analysis import read_cohort
from crosscheck_r.cohorts import load_cohort
from validation import baseline_categorical, baseline_continuous
from validation.baseline_table.fisher import fisher_p_value
from validation.baseline_table.groups import categorical_cases, continuous_cases
from validation.baseline_table.ranks import mann_whitney
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import baseline_table as certified
from validation.statistic import Settings

EPS = 2.0**-52


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 5), st.integers(2, 5), st.data())
def test_exact_rank_test_is_the_share_of_arrangements(m: int, n: int, data: st.DataObject) -> None:
    """Twice the smaller tail over all ways to choose m of m + n ranks."""
    ranks = data.draw(st.permutations(range(m + n)))
    first, second = np.array(ranks[:m], dtype=float), np.array(ranks[m:], dtype=float)
    found = mann_whitney(first, second)
    sums = [sum(chosen) - m * (m - 1) // 2 for chosen in itertools.combinations(range(m + n), m)]
    u = int(found.u)
    tail = min(sum(s <= u for s in sums), sum(s >= u for s in sums))
    assert found.exact == pytest.approx(min(1.0, 2 * tail / len(sums)), rel=4 * EPS)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=2, max_size=4))
def test_fisher_is_the_sum_over_all_tables(table: list[tuple[int, int]]) -> None:
    table = [row for row in table if sum(row)]
    events, others = [a for a, _ in table], [b for _, b in table]
    if len(table) < 2 or not sum(events) or not sum(others):
        return
    exact = certified._fisher([list(row) for row in table], [sum(events), sum(others)])
    # weights, their products and their sum are rounded
    assert fisher_p_value(events, others) == pytest.approx(float(exact), rel=64 * EPS)


def test_fisher_of_too_many_tables_is_missing() -> None:
    assert math.isnan(fisher_p_value([400] * 6, [500] * 6))


def test_student_and_welch_are_the_same_with_equal_spread_and_size() -> None:
    x = np.array([[1.0], [2.0], [3.0], [2.5], [3.5], [4.5]])
    result = baseline_continuous([0, 0, 0, 1, 1, 1], x)
    assert result.student_t == pytest.approx(result.welch_t, rel=4 * EPS)
    assert result.welch_degrees_of_freedom == pytest.approx(4.0, rel=8 * EPS)
    assert result.standardized_mean_difference == pytest.approx(1.5, rel=4 * EPS)


def test_every_outcome_of_a_cohort_has_its_table() -> None:
    cohort = load_cohort("osteoporosis")
    assert [case.label for case in continuous_cases(cohort, Settings())] == ["osteoporosis", "fracture"]
    fracture = list(categorical_cases(cohort, Settings()))[1]
    assert int(np.sum(fracture.arguments["y_true"])) == 31


def test_text_columns_are_counted_by_level(tmp_path: Path) -> None:
    rows = ["died,race,age", *(f"{i % 2},{'abc'[i % 3]},{40 + i}" for i in range(30))]
    path = tmp_path / "c.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    cohort = Cohort.from_file(path, outcome="died")
    (case,) = categorical_cases(cohort, Settings())
    result = baseline_categorical(**case.arguments)
    assert result.names == ("race",) and result.count_events.tolist() == [5, 5, 5]
    assert result.degrees_of_freedom.tolist() == [2] and np.isnan(result.yates_p_value).all()


def test_secondary_outcome_of_the_command_line(tmp_path: Path) -> None:
    rows = ["died,fell,age", *(f"{i % 2},{int(i % 5 == 0)},{40 + i % 7}" for i in range(30))]
    path = tmp_path / "c.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    cohort = read_cohort(path, "died", None, None, [], None, ["fell"], "refuse")
    assert cohort.predictors == ("age",) and int(cohort.secondary["fell"].sum()) == 6
    with pytest.raises(InputError, match="nowhere"):
        read_cohort(path, "died", None, None, [], None, ["nowhere"], "refuse")


@pytest.mark.parametrize(
    ("y", "x", "cause"),
    [
        ([0, 0, 1], [[1.0], [2.0], [3.0]], "too few rows"),
        ([0, 0, 1, 1], [[1.0], [1.0], [2.0], [2.0]], "constant variable"),
    ],
)
def test_what_cannot_be_compared_is_said(y: list[int], x: list[list[float]], cause: str) -> None:
    with pytest.raises(NotEstimable) as caught:
        baseline_continuous(y, x)
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    "bad",
    [
        {"y_true": [0, 0, 0, 0]},
        {"x": [[1.0], [math.nan], [2.0], [3.0]]},
        {"x": [["a"], ["b"], ["c"], ["d"]]},
        {"names": ["a", "b"]},
        {"level": 1.5},
    ],
)
def test_bad_input_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(InputError):
        baseline_continuous(**({"y_true": [0, 1, 0, 1], "x": [[1.0], [2.0], [2.0], [3.0]]} | bad))  # type: ignore[arg-type]


def test_one_level_is_refused() -> None:
    with pytest.raises(NotEstimable, match="one level"):
        baseline_categorical([0, 1, 0, 1], [[1.0]] * 4)


def test_plot_names_every_variable() -> None:
    result = baseline_continuous([0, 1, 0, 1], [[1.0, 2.0], [2.0, 1.0], [2.0, 5.0], [4.0, 4.0]], names=["age", "$x$"])
    display = result.plot()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["age", "$x$"]
