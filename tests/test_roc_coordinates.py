"""Coordinates of ROC curves: pROC's doubles for every argument, certified values, defects of pROC, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.agreement import _is_na
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import optimal_cutoff, roc_coordinates
from validation.errors import CrosscheckError, InputError, NotEstimable
from validation.exact import coordinates as certified
from validation.exact import roc as certified_roc
from validation.roc import ROC_COORDINATES
from validation.roc.coordinate_columns import COLUMNS, check_columns
from validation.roc.coordinate_search import MONOTONE
from validation.roc.curve import PROC
from validation.statistic import Case

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])
OF_CASES = ("true_positives", "false_negatives")
OF_CONTROLS = ("true_negatives", "false_positives")


def marker_of(seed: int) -> dict[str, Any]:
    """Random cohort of 5 to 150: ties, separation, huge, subnormal and neighbouring scores, prevalence from 3 %."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(5, 150))
    y = np.zeros(n, dtype=np.int8)
    y[: max(1, min(n - 1, round(generator.choice([0.03, 0.2, 0.5, 0.8]) * n)))] = 1
    generator.shuffle(y)
    signal = generator.normal(size=n) + generator.uniform(-1, 2) * y
    steps = generator.integers(0, 9, n).astype(np.float64)
    kinds = (
        signal,
        signal.round(1),
        signal.round(),
        np.clip(signal, -5, 5) * 3.5e307,
        (steps - 4) * 5e-324,
        1.0 + steps * 2.0**-52,
        y + generator.uniform(0, 0.5, n).round(2),
        np.where(generator.random(n) < 0.5, 0.0, -0.0),
    )
    direction = "lower" if generator.random() < 0.5 else "higher"
    return {"y_true": y, "y_score": kinds[seed % len(kinds)], "direction": direction}


def total_of(name: str, marker: dict[str, Any], unit: int) -> int:
    m = int(marker["y_true"].sum())
    return m if name in OF_CASES else marker["y_true"].size - m if name in OF_CONTROLS else unit


def values_of(name: str, marker: dict[str, Any], unit: int) -> Any:
    """Values that the coordinate takes, tenths as R's seq makes them, and the ends."""
    total, m = total_of(name, marker, unit), int(marker["y_true"].sum())
    n = marker["y_true"].size - m
    parts = [np.arange(11) * 0.1 * total, np.arange(m + 1) / m * total, np.arange(n + 1) / n * total]
    return np.unique(np.clip(np.concatenate(parts), 0, total))


def questions(seed: int, marker: dict[str, Any], unit: int) -> list[dict[str, Any]]:
    """Everything that can be asked for."""
    generator = np.random.default_rng(seed)
    x, name = marker["y_score"], MONOTONE[seed % len(MONOTONE)]
    limits = np.sort(generator.choice([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0], 2, replace=False))[::-1] * unit
    weights, method = np.array([2.5, 0.13]), ("youden", "closest_topleft")[seed % 2]
    own = {"youden": "youden", "closest_topleft": "closest_topleft"}[method]
    found: list[dict[str, Any]] = [
        {"at": "best"},
        {"at": "best", "method": method, "weights": weights},
        {"at": "best", "method": method, "columns": ["threshold", own]},
        {"at": "all"},
        {"at": "local_maxima"},
        {"at": np.concatenate([[-np.inf, np.inf], x[:20], np.nextafter(x[:20], 0.0)])},
        {"at": values_of(name, marker, unit), "given": name},
    ]
    for focus in ("specificity", "sensitivity"):
        within = {"partial": limits, "focus": focus, "method": method}
        found += [{"at": at, **within} for at in ("best", "all", "local_maxima")]
        found.append({"at": "best", **within, "columns": [own]})
    return [{"columns": "all", **question} for question in found]


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, 200, 25))
def test_every_bit_of_proc_on_random_cohorts(r: RSession, first: int) -> None:
    for seed in range(first, first + 25):
        marker, percent = marker_of(seed), seed % 3 == 0
        for question in questions(seed, marker, 100 if percent else 1):
            arguments = {**marker, "percent": percent, **question}
            theirs = r.call("roc_coordinates.R::roc_coordinates", arguments).value
            try:
                mine = roc_coordinates(**arguments, compat=PROC)
            except NotEstimable:
                # pROC has no points to return either
                assert all(values.size == 0 for values in theirs.values())
                continue
            for name, values in theirs.items():
                own = getattr(mine, name)
                assert np.array_equal(own, values, equal_nan=True), (seed, question, name)
                assert np.array_equal(_is_na(own), _is_na(values)), (seed, question, name)


@settings(max_examples=60)
@given(marker_arguments(max_size=25), st.booleans(), st.integers(0, 10**6))
def test_the_default_is_the_certified_value(marker: dict[str, Any], percent: bool, seed: int) -> None:
    for question in questions(seed, marker, 100 if percent else 1):
        arguments = {**marker, "percent": percent, "prevalence": (None, 0.07)[seed % 2], **question}
        try:
            result = roc_coordinates(**arguments)
        except NotEstimable:
            continue
        for name, values in certified.roc_coordinates(**arguments).items():
            assert np.array_equal(getattr(result, name), values, equal_nan=True), (question, name)


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=25)
@given(marker_arguments(max_size=25), st.integers(0, 100))
def test_relations_hold_for_any_marker(mode: str | None, marker: dict[str, Any], seed: int) -> None:
    for question in questions(seed, marker, 1):
        if question["columns"] == "all":
            assert list(relations_broken(ROC_COORDINATES, Case("marker", {**marker, **question}), mode)) == []


CUTOFF = ("threshold", "sensitivity", "specificity", "youden", "positive_predictive_value", "accuracy")
METHODS = st.sampled_from(["youden", "closest_topleft"])
WEIGHTS = st.tuples(st.sampled_from((0.1, 1.0, 2.5)), st.sampled_from((0.02, 0.3, 0.5)))


@given(marker_arguments(max_size=25), METHODS, WEIGHTS)
def test_the_best_point_is_the_optimal_cutoff(marker: dict[str, Any], method: str, weights: Any) -> None:
    for mode in (None, PROC):
        choices = {"method": method, "weights": weights, "compat": mode}
        best, cutoff = (
            roc_coordinates(**marker, at="best", columns="all", **choices),
            optimal_cutoff(**marker, **choices),
        )
        for name in CUTOFF:
            assert np.array_equal(getattr(best, name), getattr(cutoff, name), equal_nan=True), name
    for name, values in certified_roc.optimal_cutoff(**marker, method=method, weights=weights).items():
        assert np.array_equal(getattr(optimal_cutoff(**marker, method=method, weights=weights), name), values, True)


@pytest.mark.live
@settings(max_examples=20)
@given(marker_arguments(max_size=25), METHODS, WEIGHTS)
def test_weighted_cutoffs_are_those_of_proc(r: RSession, marker: dict[str, Any], method: str, weights: Any) -> None:
    arguments = {**marker, "method": method, "weights": np.array(weights)}
    theirs = r.call("roc.R::optimal_cutoff", arguments).value
    for name, values in theirs.items():
        assert np.array_equal(getattr(optimal_cutoff(**arguments, compat=PROC), name), values, equal_nan=True), name


def test_names_of_proc_and_their_abbreviations() -> None:
    assert check_columns("all") == tuple(COLUMNS)
    wanted = ("threshold", "sensitivity", "positive_predictive_value", "one_minus_specificity", "closest_topleft")
    assert check_columns(["t", "se", "ppv", "1-sp", "topleft"]) == wanted
    assert check_columns(["npe", "rec", "tn"]) == ("one_minus_negative_predictive_value", "recall", "true_negatives")
    at = roc_coordinates(*SMALL, 0.5, given="sp", columns=["thr", "se"])
    assert list(at.to_frame().columns) == ["threshold", "sensitivity"]


def test_where_the_default_departs_from_proc() -> None:
    ours = roc_coordinates(*SMALL, 0.25, given="false_positive_rate")
    theirs = roc_coordinates(*SMALL, 0.25, given="false_positive_rate", compat=PROC)
    assert (ours.sensitivity[0], ours.threshold[0]) == (0.75, 3.5)
    assert theirs.sensitivity[0] == 0.5
    assert np.isnan(theirs.threshold[0])
    # three tenths are not 0.1 * 3: R's grid misses the point
    y, x = [0] * 10 + [1] * 5, [*range(10), 2.5, 2.5, 6, 11, 12]
    tenths = roc_coordinates(y, x, [0.3, 0.1 * 3], given="specificity")
    assert tenths.sensitivity[0] > tenths.sensitivity[1]


def test_a_stated_prevalence_changes_predictive_values_only() -> None:
    at, stated = roc_coordinates(*SMALL, 3.5), roc_coordinates(*SMALL, 3.5, prevalence=0.1)
    assert stated.positive_predictive_value[0] == 0.25
    assert stated.negative_predictive_value[0] == 27 / 28
    assert (stated.sensitivity, stated.accuracy) == (at.sensitivity, at.accuracy)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"at": "Best"}, "at"),
    ({"at": []}, "at"),
    ({"at": [np.nan]}, "at"),
    ({"at": [1.5], "given": "sensitivity"}, "at"),
    ({"at": [-0.1], "given": "tp"}, "at"),
    ({"at": [["a"]]}, "at"),
    ({"given": "ppv"}, "given"),
    ({"given": "s"}, "given"),
    ({"columns": "f"}, "columns"),
    ({"columns": []}, "columns"),
    ({"columns": 3}, "columns"),
    ({"method": "best"}, "method"),
    ({"weights": (0.0, 0.5)}, "weights"),
    ({"weights": (1.0, 1.0)}, "weights"),
    ({"weights": 2.0}, "weights"),
    ({"weights": (np.nan, 0.5)}, "weights"),
    ({"partial": (0.5,)}, "partial"),
    ({"partial": (0.5, 1.5)}, "partial"),
    ({"partial": (90.0, 101.0), "percent": True}, "partial"),
    ({"focus": "both"}, "focus"),
    ({"percent": 1}, "percent"),
    ({"prevalence": 0.0}, "prevalence"),
    ({"prevalence": 0.1, "compat": PROC}, "prevalence"),
    ({"direction": "auto"}, "direction"),
    ({"compat": "proc"}, "compat"),
]


@pytest.mark.parametrize(("changed", "argument"), BAD)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        roc_coordinates(*SMALL, **changed)
    assert caught.value.argument == argument


@given(st.one_of(st.none(), st.floats(), st.text(max_size=3), st.lists(st.floats(), max_size=3)))
def test_strange_values_end_in_an_error_of_ours(value: Any) -> None:
    for argument in ("at", "partial", "weights", "prevalence", "columns"):
        try:
            roc_coordinates(*SMALL, **{argument: value})
        except CrosscheckError:
            continue


def test_a_region_without_points() -> None:
    with pytest.raises(NotEstimable, match="region"):
        roc_coordinates([0, 0, 1], [1.0, 2.0, 3.0], partial=(0.6, 0.7))
