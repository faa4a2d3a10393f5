"""Comparisons and limits of areas: every bit of pROC, certified values, rank, missing values, bad input, figures."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments, outcomes, pair_arguments, scores
from validation import auc, auc_covariance, auc_interval, auc_test, compare_aucs, roc_test, roc_test_unpaired
from validation.errors import InputError, NotEstimable
from validation.exact import roc_delong as certified
from validation.roc import AUC_COVARIANCE, AUC_INTERVAL, AUC_TEST, COMPARE_AUCS, ROC_TEST_UNPAIRED
from validation.roc.curve import PROC
from validation.statistic import Case

COHORTS = 200
UNPAIRED = ("auc_1", "auc_2", "statistic", "df")
COVARIANCE = ("auc_1", "auc_2", "variance_1", "variance_2", "covariance")
Y = [0, 0, 0, 1, 1, 1]
A, B, C = [1.0, 2.0, 4.0, 3.0, 5.0, 6.0], [1.0, 5.0, 2.0, 4.0, 3.0, 6.0], [2.0, 1.0, 3.0, 3.0, 4.0, 5.0]


def group(seed: int) -> dict[str, Any]:
    """Random group: every kind of score, two markers, both directions."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(5, 120))
    y = np.zeros(n, dtype=np.int8)
    y[: max(2, min(n - 2, round(generator.choice([0.03, 0.2, 0.5, 0.8]) * n)))] = 1
    generator.shuffle(y)
    found: dict[str, Any] = {"y_true": y}
    for i in (1, 2):
        signal = generator.normal(size=n) + generator.uniform(-1, 2) * y
        kinds = (signal, signal.round(1), signal.round(), y + generator.uniform(0, 0.5, n), np.where(y == 1, 1.0, 0.0))
        found |= {f"y_score_{i}": kinds[int(generator.integers(5))]}
        found |= {f"direction_{i}": str(generator.choice(["higher", "lower"]))}
    return found


def two_groups(seed: int) -> dict[str, Any]:
    first, second = group(seed), group(seed + 10_000)
    found = {f"{name}_1": first[f"{name}_1"] for name in ("y_score", "direction")}
    found |= {f"{name}_2": second[f"{name}_2"] for name in ("y_score", "direction")}
    words = ("two-sided", "greater", "less")
    return {**found, "y_true_1": first["y_true"], "y_true_2": second["y_true"], "alternative": words[seed % 3]}


def same(mine: Any, theirs: Any, names: tuple[str, ...]) -> None:
    for name in names:
        assert np.array_equal([getattr(mine, name)], theirs[name], equal_nan=True), name


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, COHORTS, 50))
def test_every_bit_of_proc_on_random_cohorts(r: RSession, first: int) -> None:
    for seed in range(first, first + 50):
        arguments = group(seed)
        theirs = r.call("roc_delong.R::auc_covariance", arguments).value
        same(auc_covariance(**arguments, compat=PROC), theirs, COVARIANCE)
        arguments = two_groups(seed)
        theirs = r.call("roc_delong.R::roc_test_unpaired", arguments).value
        mine = roc_test_unpaired(**arguments, compat=PROC)
        same(mine, theirs, UNPAIRED)
        # R's Student distribution has 13 digits in its far tail
        p = theirs["p_value"][0]
        assert mine.p_value == p or abs(mine.p_value - p) <= min(10**-14.5, 1e-13 * p) or math.isnan(p + mine.p_value)


@pytest.mark.live
def test_proc_needs_two_in_each_group(r: RSession) -> None:
    arguments: dict[str, Any] = {"y_true_1": np.array([0, 0, 1]), "y_score_1": np.array([1.0, 2, 3])}
    arguments |= {"y_true_2": np.array(Y), "y_score_2": np.array(A), "direction_1": "higher", "direction_2": "lower"}
    theirs = r.call("roc_delong.R::roc_test_unpaired", arguments).value
    mine = roc_test_unpaired(**arguments, compat=PROC)
    same(mine, theirs, UNPAIRED)
    assert math.isnan(mine.p_value)
    assert math.isnan(theirs["p_value"][0])
    with pytest.raises(NotEstimable, match="one case only"):
        roc_test_unpaired(**arguments)


@pytest.mark.live
def test_proc_pairs_what_is_left_by_position(r: RSession) -> None:
    generator = np.random.default_rng(5)
    y = np.tile([0, 1], 20)
    first, second = generator.normal(size=(2, 40)) + y
    first[3], second[7] = np.nan, np.nan
    arguments: dict[str, Any] = {"y_true": y, "y_score_1": first, "y_score_2": second}
    arguments |= {"direction_1": "higher", "direction_2": "higher"}
    theirs = r.call("roc_delong.R::auc_covariance", arguments).value
    mine = auc_covariance(**arguments, missing="complete", compat=PROC)
    same(mine, theirs, COVARIANCE)
    complete = auc_covariance(**arguments, missing="complete")
    assert complete.n_missing == 2
    kept = ~np.isnan(first + second)
    assert complete.covariance == auc_covariance(y[kept], first[kept], second[kept]).covariance
    assert complete.covariance != mine.covariance
    arguments["y_score_1"][5] = np.nan
    with pytest.raises(NotEstimable, match="stops"):
        auc_covariance(**arguments, missing="complete", compat=PROC)


@pytest.mark.live
def test_one_side_and_missing_values_of_the_paired_test(r: RSession) -> None:
    for seed in range(100):
        generator, arguments = np.random.default_rng(seed), group(seed)
        for i in (1, 2):
            gaps = np.where(generator.random(arguments["y_true"].size) < 0.1 * (seed % 3), np.nan, 0.0)
            arguments[f"y_score_{i}"] = arguments[f"y_score_{i}"] + gaps
        arguments |= {"alternative": ("greater", "less", "two-sided")[seed % 3], "level": 0.9}
        try:
            mine = roc_test(**arguments, missing="complete", compat=PROC)
        except (InputError, NotEstimable):
            # a class, or all patients of one, are gone
            continue
        theirs = r.call("roc_delong.R::paired_test", arguments).value
        same(mine, theirs, ("auc_1", "auc_2", "statistic", "p_value", "lower", "upper"))


@settings(max_examples=40)
@given(st.integers(0, 10**6))
def test_the_unpaired_test_is_the_certified_one(seed: int) -> None:
    arguments = two_groups(seed)
    result, exact = roc_test_unpaired(**arguments), certified.roc_test_unpaired(**arguments)
    for name in set(exact) - {"p_value"}:
        assert np.array_equal(getattr(result, name), exact[name], equal_nan=True), name
    assert np.isclose(result.p_value, exact["p_value"], rtol=0, atol=2**-52, equal_nan=True)


@settings(max_examples=40)
@given(pair_arguments(max_size=25))
def test_the_covariance_is_the_certified_one(arguments: dict[str, Any]) -> None:
    result, exact = auc_covariance(**arguments), certified.auc_covariance(**arguments)
    for name, value in exact.items():
        assert np.array_equal(getattr(result, name), value, equal_nan=True), name
    assert result.covariance == roc_test(**arguments).covariance


@st.composite
def several(draw: Any) -> dict[str, Any]:
    y = draw(outcomes(4, 25).filter(lambda values: 2 <= values.sum() <= values.size - 2))
    columns = [draw(scores(y)) for _ in range(draw(st.integers(2, 4)))]
    ways = [draw(st.sampled_from(("higher", "lower"))) for _ in columns]
    return {"y_true": y, "y_score": {f"m{i}": x for i, x in enumerate(columns)}, "direction": ways}


@settings(max_examples=30)
@given(several())
def test_the_comparison_is_the_certified_one(arguments: dict[str, Any]) -> None:
    result, exact = compare_aucs(**arguments), certified.compare_aucs(**arguments)
    for name, value in exact.items():
        bound = 4e-16 if name.endswith(("p_value", "lower", "upper")) else 0.0
        assert np.allclose(getattr(result, name), value, rtol=0, atol=bound, equal_nan=True), name
    assert list(relations_broken(COMPARE_AUCS, Case("several", arguments), None)) == []


@settings(max_examples=30)
@given(pair_arguments(max_size=25))
def test_two_curves_are_the_paired_test(arguments: dict[str, Any]) -> None:
    pair = roc_test(**arguments)
    markers = {"a": arguments["y_score_1"], "b": arguments["y_score_2"]}
    ways = [arguments["direction_1"], arguments["direction_2"]]
    result = compare_aucs(arguments["y_true"], markers, direction=ways)
    assert np.array_equal([result.z[0], result.pair_p_value[0]], [pair.statistic, pair.p_value], equal_nan=True)
    assert (result.difference_lower[0], result.difference_upper[0]) == (pair.lower, pair.upper)
    if not pair.degenerate:
        assert math.isclose(result.p_value, pair.p_value, rel_tol=1e-9, abs_tol=1e-15)


@settings(max_examples=40)
@given(marker_arguments(), st.sampled_from(("logit", "delong")), st.sampled_from(("two-sided", "greater", "less")))
def test_limits_and_test_are_the_certified_ones(marker: dict[str, Any], method: str, side: str) -> None:
    arguments = {**marker, "method": method, "alternative": side}
    try:
        result, tested = auc_interval(**arguments, level=0.9), auc_test(**arguments, value=0.6)
    except NotEstimable:
        return
    exact = certified.auc_interval(**arguments, level=0.9)
    for name, value in exact.items():
        assert np.isclose(getattr(result, name), value, rtol=0, atol=4e-15, equal_nan=True), name
    if method == "logit" and tested.auc in (0.0, 1.0):
        return
    exact = certified.auc_test(**arguments, value=0.6)
    for name, value in exact.items():
        scale = 1.0 + (abs(value) if math.isfinite(value) else 0.0)
        assert np.isclose(getattr(tested, name), value, rtol=0, atol=2e-15 * scale, equal_nan=True), name


@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_relations_hold_for_random_groups(mode: str | None, seed: int) -> None:
    arguments = group(seed)
    assert list(relations_broken(AUC_COVARIANCE, Case("pair", arguments), mode)) == []
    assert list(relations_broken(ROC_TEST_UNPAIRED, Case("groups", two_groups(seed)), mode)) == []
    if mode is None:
        one = {"y_true": arguments["y_true"], "y_score": arguments["y_score_1"], "direction": "higher"}
        assert list(relations_broken(AUC_INTERVAL, Case("one", one), None)) == []
        assert list(relations_broken(AUC_TEST, Case("one", {**one, "value": 0.5}), None)) == []


@given(pair_arguments(max_size=30))
def test_two_sided_delong_limits_are_those_of_auc(arguments: dict[str, Any]) -> None:
    y, x = arguments["y_true"], arguments["y_score_1"]
    mine, theirs = auc_interval(y, x, method="delong"), auc(y, x)
    assert np.allclose([mine.lower, mine.upper], [theirs.lower, theirs.upper], rtol=0, atol=4e-16)


def test_markers_that_say_the_same_lower_the_rank() -> None:
    result = compare_aucs(Y, {"a": A, "b": B, "a in mg": [1000 * x for x in A]})
    assert (result.df, result.degenerate) == (1, True)
    assert result.statistic == compare_aucs(Y, {"a": A, "b": B}).statistic
    assert (result.difference[1], result.standard_error[1], result.pair_p_value[1]) == (0.0, 0.0, 1.0)
    nothing = compare_aucs(Y, {"a": A, "same": A})
    assert (nothing.df, nothing.statistic, nothing.p_value) == (0, 0.0, 1.0)


def test_a_difference_that_does_not_vary_has_no_p_value() -> None:
    perfect, useless = [1, 2, 3, 4, 5, 6], [1] * 6
    result = compare_aucs(Y, {"perfect": perfect, "useless": useless})
    assert (result.df, result.degenerate) == (0, True)
    assert math.isnan(result.statistic)
    assert math.isnan(result.p_value)
    unpaired = roc_test_unpaired(Y, perfect, Y, useless)
    assert unpaired.degenerate
    assert math.isnan(unpaired.p_value)
    assert (unpaired.difference, unpaired.lower, unpaired.upper) == (0.5, 0.5, 0.5)


def test_a_frame_and_a_matrix_are_the_same_markers() -> None:
    import pandas as pd

    frame = pd.DataFrame({"a": A, "b": B, "c": C})
    from_frame, from_matrix = compare_aucs(Y, frame), compare_aucs(Y, frame.to_numpy())
    assert from_frame.names == ("a", "b", "c")
    assert from_matrix.names == ("marker 1", "marker 2", "marker 3")
    assert np.array_equal(from_frame.covariance, from_matrix.covariance)


def test_complete_patients_only() -> None:
    gaps = [None, *A[1:], 2.5]
    result = compare_aucs([*Y, 1], {"a": gaps, "b": [*B, math.nan]}, missing="complete")
    assert (result.n_missing, result.n_cases, result.n_controls) == (2, 3, 2)
    assert result.auc[0] == auc(Y[1:], A[1:]).auc
    groups = roc_test_unpaired([*Y, 1], gaps, Y, B, missing="complete")
    assert groups.n_missing == (1, 0)
    with pytest.raises(InputError, match="missing"):
        compare_aucs([*Y, 1], {"a": gaps, "b": [*B, 1.0]})
    with pytest.raises(InputError, match="no patient"):
        roc_test_unpaired(Y, [math.nan] * 6, Y, B, missing="complete")


def test_the_paired_test_uses_complete_patients() -> None:
    gaps = [None, *A[1:], 2.5]
    result = roc_test([*Y, 1], gaps, [*B, math.nan], missing="complete")
    assert result.n_missing == 2
    assert result.difference == roc_test(Y[1:], A[1:], B[1:]).difference
    sides = [roc_test(Y, A, B, alternative=word).p_value for word in ("greater", "less", "two-sided")]
    assert math.isclose(sides[0] + sides[1], 1.0)
    assert math.isclose(2 * min(sides[:2]), sides[2])
    for name in ("alternative", "missing"):
        with pytest.raises(InputError, match=name):
            roc_test(Y, A, B, **{name: "both"})  # type: ignore[arg-type]


def test_opposite_directions_would_be_bootstrapped_by_proc() -> None:
    assert auc_covariance(Y, A, B).default_method == "delong"
    assert auc_covariance(Y, A, B, direction_2="lower").default_method == "bootstrap"


def test_logit_limits_of_the_ends_do_not_exist() -> None:
    result = auc_interval([0, 0, 1, 1], [1, 2, 3, 4])
    assert math.isnan(result.lower)
    assert result.degenerate
    assert auc_interval([0, 0, 1, 1], [1, 2, 3, 4], method="delong").upper == 1.0
    assert math.isnan(auc_test([0, 0, 1, 1], [1, 2, 3, 4]).p_value)
    assert auc_test([0, 0, 1, 1], [1, 1, 1, 1]).p_value == 1.0


def test_other_levels_afterwards() -> None:
    limits = auc_interval(Y, B)
    assert limits.confidence_interval() == (limits.lower, limits.upper)
    again = auc_interval(Y, B, level=0.5)
    assert limits.confidence_interval(0.5) == (again.lower, again.upper)
    unpaired = roc_test_unpaired(Y, A, Y, B)
    assert unpaired.confidence_interval(0.5).high < unpaired.confidence_interval().high
    many = compare_aucs(Y, {"a": A, "b": B, "c": C})
    assert many.confidence_interval()[1] == (many.difference_lower[1], many.difference_upper[1])


BAD: tuple[tuple[Any, str], ...] = (
    (functools.partial(compare_aucs, Y, {"a": A}), "y_score"),
    (functools.partial(compare_aucs, Y, A), "y_score"),
    (functools.partial(compare_aucs, Y, {"a": A, "b": B}, direction=["higher"]), "direction"),
    (functools.partial(compare_aucs, Y, {"a": A, "b": B}, direction="auto"), "direction"),
    (functools.partial(compare_aucs, Y, {"a": A, "b": B}, level=1), "level"),
    (functools.partial(compare_aucs, Y, {"a": A, "b": B}, missing="drop"), "missing"),
    (functools.partial(compare_aucs, Y, {"a": A, "b": B[1:]}, missing="complete"), "b"),
    (functools.partial(compare_aucs, Y, {"a": A, "b": list("abcdef")}, missing="complete"), "b"),
    (functools.partial(roc_test_unpaired, Y, A, Y, B, alternative="bigger"), "alternative"),
    (functools.partial(roc_test_unpaired, Y, A, Y, B[1:]), "y_score_2"),
    (functools.partial(roc_test_unpaired, Y, A, [2, 0, 1, 1, 1, 0], B), "y_true_2"),
    (functools.partial(roc_test_unpaired, Y, A, Y, B, direction_2="auto"), "direction_2"),
    (functools.partial(roc_test_unpaired, Y, A, Y, B, compat="proc"), "compat"),
    (functools.partial(auc_covariance, Y, A, [*B[1:], math.nan]), "y_score_2"),
    (functools.partial(auc_covariance, Y, A, B, direction_1="auto"), "direction_1"),
    (functools.partial(auc_interval, Y, A, method="wald"), "method"),
    (functools.partial(auc_interval, Y, A, alternative="upper"), "alternative"),
    (functools.partial(auc_interval, Y, A, level=0), "level"),
    (functools.partial(auc_test, Y, A, value=1.0), "value"),
    (functools.partial(auc_test, Y, A, value=True), "value"),
    (functools.partial(auc_test, Y, A, method="exact"), "method"),
)


@pytest.mark.parametrize(("call", "names"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_bad_input_names_its_argument(call: Any, names: str) -> None:
    with pytest.raises(InputError) as caught:
        call()
    assert names in caught.value.argument


@pytest.mark.parametrize("function", [auc_interval, auc_test])
def test_one_patient_in_a_group_has_no_variance(function: Any) -> None:
    with pytest.raises(NotEstimable, match="one control only"):
        function([0, 1, 1], [1, 2, 3])
    with pytest.raises(NotEstimable):
        compare_aucs([0, 1, 1], {"a": [1, 2, 3], "b": [1, 3, 2]})
    with pytest.raises(NotEstimable, match="one control only"):
        auc_covariance([0, 1, 1], [1, 2, 3], [1, 3, 2])


def test_figures_show_all_curves() -> None:
    many = compare_aucs(Y, {"a": A, "<$b$>": B, "c": C}).plot()
    texts = many.ax_.get_legend().get_texts()
    assert [text.get_text().split(":")[0] for text in texts] == ["a", "<$b$>", "c"]
    assert not any(text.get_parse_math() for text in texts)
    two = roc_test_unpaired(Y, A, Y, B).plot()
    assert len(two.ax_.get_legend().get_texts()) == 2


def test_results_present_themselves() -> None:
    assert compare_aucs(Y, {"a": A, "b": B, "c": C}).to_frame().shape == (3, 8)
    assert roc_test_unpaired(Y, A, Y, B).to_frame().shape == (1, 11)
    assert auc_covariance(Y, A, B).to_frame().shape == (1, 8)
    assert auc_interval(Y, A).to_frame().shape == (1, 7)
    assert "two-sided" in auc_test(Y, B).summary()
