"""Weighted patients and clustered units: pROC on repeated rows, certified values, relations, bad input, figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments, pair_arguments
from validation import auc, clustered_auc, clustered_roc_test, roc_test, weighted_auc
from validation.errors import InputError, NotEstimable
from validation.exact import roc_weights as certified
from validation.roc import CLUSTERED_AUC, CLUSTERED_ROC_TEST, WEIGHTED_AUC
from validation.statistic import Case

AREA = ("auc", "variance", "standard_error", "lower", "upper")
Y, X = [0, 1, 0, 1, 0, 1, 0, 1], [1.0, 3.0, 2.0, 2.0, 4.0, 6.0, 3.0, 5.0]
Z = [2.0, 1.0, 3.0, 5.0, 1.0, 4.0, 6.0, 2.0]
PAIRS = ["a", "a", "b", "b", "c", "c", "d", "d"]


@st.composite
def weighted(draw: Any) -> dict[str, Any]:
    marker = draw(marker_arguments(min_size=4, max_size=30))
    n = marker["y_true"].size
    weights = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    return {**marker, "weights": np.array(weights, dtype=np.float64), "level": 0.9}


@st.composite
def clustered(draw: Any) -> dict[str, Any]:
    marker = draw(marker_arguments(min_size=4, max_size=30))
    n = marker["y_true"].size
    return {**marker, "clusters": draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), "level": 0.9}


@pytest.mark.live
def test_frequencies_are_rows_repeated_in_proc(r: RSession) -> None:
    for seed in range(60):
        generator = np.random.default_rng(seed)
        n = int(generator.integers(6, 80))
        y = np.tile([0, 1], n)[:n]
        x = (generator.normal(size=n) + y).round(seed % 3)
        weights = generator.integers(0, 4, n).astype(np.float64)
        weights[:4] = 1.0
        arguments = {"y_true": y, "y_score": x, "weights": weights, "direction": "higher", "level": 0.9}
        theirs = r.call("roc_weights.R::weighted_auc", arguments).value
        mine = weighted_auc(**arguments)
        for name in AREA:
            # a few roundings of pROC's sums; limits add a product
            assert abs(getattr(mine, name) - theirs[name][0]) <= 8 * 2.0**-52, (seed, name)


@settings(max_examples=50)
@given(weighted(), st.sampled_from(("frequency", "sampling")))
def test_the_weighted_area_is_the_certified_one(arguments: dict[str, Any], kind: str) -> None:
    scale = 1.0 if kind == "frequency" else 0.3
    arguments = {**arguments, "weights": arguments["weights"] * scale, "kind": kind}
    try:
        result = weighted_auc(**arguments)
    except (InputError, NotEstimable):
        return
    exact = certified.weighted_auc(**arguments)
    for name in ("auc", "variance", "standard_error"):
        assert getattr(result, name) == exact[name], name
    assert np.allclose([result.lower, result.upper], [exact["lower"], exact["upper"]], rtol=0, atol=4e-16)


@settings(max_examples=30)
@given(weighted())
def test_relations_hold_for_any_weights(arguments: dict[str, Any]) -> None:
    assert list(relations_broken(WEIGHTED_AUC, Case("weights", arguments), None)) == []


@settings(max_examples=40)
@given(clustered())
def test_the_clustered_area_is_the_certified_one(arguments: dict[str, Any]) -> None:
    try:
        result = clustered_auc(**arguments)
    except NotEstimable:
        return
    exact = certified.clustered_auc(**arguments)
    for name in ("auc", "variance", "standard_error", "design_effect", "n_clusters"):
        assert np.array_equal(getattr(result, name), exact[name], equal_nan=True), name
    assert list(relations_broken(CLUSTERED_AUC, Case("clusters", arguments), None)) == []


@settings(max_examples=40)
@given(pair_arguments(max_size=24), st.integers(2, 12))
def test_the_clustered_test_is_the_certified_one(pair: dict[str, Any], size: int) -> None:
    clusters = (np.arange(pair["y_true"].size) % size).tolist()
    arguments = {**pair, "clusters": clusters}
    try:
        result = clustered_roc_test(**arguments)
    except NotEstimable:
        return
    exact = certified.clustered_roc_test(**arguments)
    for name in ("auc_1", "auc_2", "difference", "covariance", "standard_error", "statistic"):
        assert np.array_equal(getattr(result, name), exact[name], equal_nan=True), name
    assert np.isclose(result.p_value, exact["p_value"], rtol=0, atol=4e-16, equal_nan=True)
    assert list(relations_broken(CLUSTERED_ROC_TEST, Case("clusters", arguments), None)) == []


@given(pair_arguments(max_size=30))
def test_clusters_of_one_unit_are_the_paired_test(pair: dict[str, Any]) -> None:
    plain, apart = roc_test(**pair), clustered_roc_test(**pair, clusters=list(range(pair["y_true"].size)))
    for name in ("difference", "covariance", "standard_error", "statistic", "p_value"):
        assert np.array_equal(getattr(plain, name), getattr(apart, name), equal_nan=True), name


@given(marker_arguments(min_size=4))
def test_equal_weights_and_single_units_are_the_plain_area(marker: dict[str, Any]) -> None:
    plain = auc(**marker)
    if math.isnan(plain.variance):
        return
    n = marker["y_true"].size
    for same in (
        weighted_auc(**marker, weights=np.ones(n)),
        weighted_auc(**marker, weights=np.full(n, 0.1), kind="sampling"),
        clustered_auc(**marker, clusters=[f"patient {i}" for i in range(n)]),
    ):
        assert (same.auc, same.variance, same.standard_error) == (plain.auc, plain.variance, plain.standard_error)
        assert (same.lower, same.upper) == (plain.lower, plain.upper)


def test_sampling_variance_is_close_to_the_jackknife() -> None:
    generator = np.random.default_rng(4)
    y = (np.arange(400) % 3 == 0).astype(int)
    x, w = generator.normal(size=400) + y, generator.gamma(2.0, size=400)
    result = weighted_auc(y, x, w, kind="sampling")
    jackknife = 0.0
    for group in (0, 1):
        rows = np.flatnonzero(y == group)
        left_out = [weighted_auc(*(np.delete(v, i) for v in (y, x, w)), kind="sampling").auc for i in rows]
        jackknife += (rows.size - 1) * float(np.var(left_out))
    assert abs(jackknife / result.variance - 1) < 0.02


def test_weighted_curve_has_the_weighted_area() -> None:
    result = weighted_auc(Y, X, [2, 1, 1, 3, 0, 1, 1, 1])
    curve = result.curve
    area = float(np.trapezoid(curve.sensitivity, curve.specificity))
    assert abs(area - result.auc) < 1e-15
    assert (curve.sensitivity[0], curve.specificity[0], curve.sensitivity[-1], curve.specificity[-1]) == (1, 0, 0, 1)
    assert (result.n_cases, result.n_controls, result.weight_cases, result.weight_controls) == (4, 3, 6.0, 4.0)
    assert result.plot().ax_.get_ylabel() == "Sensitivity"


def test_a_known_clustered_variance() -> None:
    # by hand: sums of the placements of each cluster less their share of the area
    result = clustered_auc(Y, X, PAIRS)
    assert (result.auc, result.n_clusters) == (0.75, 4)
    cases = [np.mean([(a > b) + (a == b) / 2 for b in X[::2]]) - 0.75 for a in X[1::2]]
    controls = [np.mean([(a > b) + (a == b) / 2 for a in X[1::2]]) - 0.75 for b in X[::2]]
    by_hand = 4 / 3 * sum((u + v) ** 2 for u, v in zip(cases, controls, strict=True)) / 16
    assert math.isclose(result.variance, by_hand, rel_tol=1e-12)
    assert result.confidence_interval() == (result.lower, result.upper)
    assert result.confidence_interval(0.5).low > result.lower


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"weights": [1, 1, -1, 1, 1, 1, 1, 1]}, "negative"),
        ({"weights": [0.5] * 8}, "fractions"),
        ({"weights": [1, 0, 1, 0, 1, 0, 1, 0]}, "no case"),
        ({"weights": [0, 1, 0, 1, 0, 1, 0, 1]}, "no control"),
        ({"weights": [1] * 7}, "weights: has 7"),
        ({"weights": [math.nan] * 8}, "missing"),
        ({"weights": [1e308] * 7 + [5e-324], "kind": "sampling"}, "powers of two"),
        ({"kind": "probability"}, "kind"),
        ({"direction": "auto"}, "direction"),
        ({"level": 1}, "level"),
    ],
)
def test_bad_weights_are_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        weighted_auc(**{"y_true": Y, "y_score": X, "weights": [1] * 8, **changed})


def test_one_patient_in_a_group_has_no_variance() -> None:
    with pytest.raises(NotEstimable, match="one case"):
        weighted_auc([0, 0, 1], [1, 2, 3], [1, 1, 1])
    # twice the same case is two cases as frequencies, and one as sampling units
    assert weighted_auc([0, 0, 1], [1, 2, 3], [1, 1, 2]).auc == 1.0
    with pytest.raises(NotEstimable, match="one case"):
        weighted_auc([0, 0, 1], [1, 2, 3], [1, 1, 2], kind="sampling")


@pytest.mark.parametrize("clusters", [PAIRS[:7], [[1, 2]] * 8, [*PAIRS[:7], None], [*range(7), math.nan]])
def test_bad_clusters_are_refused(clusters: Any) -> None:
    with pytest.raises(InputError, match="clusters"):
        clustered_auc(Y, X, clusters)
    with pytest.raises(InputError, match="clusters"):
        clustered_roc_test(Y, X, Z, clusters)


def test_a_single_cluster_has_no_variance() -> None:
    with pytest.raises(NotEstimable, match="one cluster"):
        clustered_auc(Y, X, [1] * 8)
    with pytest.raises(NotEstimable, match="All cases"):
        clustered_roc_test(Y, X, Z, [0, 1, 2, 1, 3, 1, 4, 1])


@pytest.mark.parametrize(
    ("changed", "argument"),
    [({"y_score_2": Z[1:]}, "y_score_2"), ({"direction_2": "auto"}, "direction_2"), ({"level": 0}, "level")],
)
def test_a_clustered_test_names_the_argument(changed: dict[str, Any], argument: str) -> None:
    arguments: dict[str, Any] = {"y_true": Y, "y_score_1": X, "y_score_2": Z, "clusters": PAIRS}
    with pytest.raises(InputError) as caught:
        clustered_roc_test(**{**arguments, **changed})
    assert caught.value.argument == argument


def test_results_present_themselves() -> None:
    assert weighted_auc(Y, X, [1] * 8).to_frame().shape == (1, 11)
    assert clustered_auc(Y, X, PAIRS).to_frame().shape == (1, 10)
    test = clustered_roc_test(Y, X, Z, PAIRS)
    assert test.to_frame().shape == (1, 9)
    assert test.confidence_interval() == (test.lower, test.upper)
    assert test.confidence_interval(0.5).low > test.lower
    assert len(test.plot().ax_.get_legend().get_texts()) == 2
    assert clustered_auc(Y, X, PAIRS).plot().ax_.get_xlabel() == "1 - Specificity"
