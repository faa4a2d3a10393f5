"""Area of several classes: pROC's bits on random classes, counted pairs, resamples of each class, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from validation import InputError, NotEstimable, auc, multiclass_auc, multiclass_auc_bootstrap
from validation.exact import multiclass as certified
from validation.roc import MULTICLASS_AUC, MULTICLASS_AUC_BOOTSTRAP
from validation.roc.curve import PROC
from validation.statistic import Case

LIVE = 120
SMALL = ([0, 0, 0, 1, 1, 1, 2, 2, 2], [1.0, 2.0, 2.2, 1.5, 3.0, 3.1, 2.5, 4.0, 5.0])


def random_classes(seed: int) -> dict[str, Any]:
    """Three to five classes; every other seed a matrix; ties, huge and neighbouring scores."""
    generator = np.random.default_rng(seed)
    k = int(generator.integers(3, 6))
    y = np.concatenate([np.arange(k), np.arange(k), generator.integers(0, k, int(generator.integers(5, 60)))])
    signal = generator.normal(size=(y.size, k)) + (y[:, None] == np.arange(k)) * generator.uniform(-1, 2)
    scale = (1.0, 3.5e307, 5e-324)[seed % 3]
    x = signal.round(int(generator.integers(0, 4))) if scale == 1.0 else np.clip(signal.round(1), -5, 5) * scale
    return {"y_true": generator.permutation(y).astype(np.int32), "y_score": x if seed % 2 else x[:, 0].copy()}


def word_of(seed: int, matrix: bool) -> str:
    return ("higher", "lower")[seed % 2] if matrix else ("higher", "lower", "auto")[seed % 3]


@pytest.mark.live
@pytest.mark.parametrize("first", range(0, LIVE, 30))
def test_every_bit_of_proc_on_random_classes(r: RSession, first: int) -> None:
    for seed in range(first, first + 30):
        arguments = random_classes(seed)
        arguments["direction"] = word_of(seed // 2, arguments["y_score"].ndim == 2)
        result = multiclass_auc(**arguments, compat=PROC)
        reference = r.call("roc_multiclass.R::multiclass_auc", arguments).value
        assert result.auc == reference["auc"][0], seed
        assert np.array_equal(result.pairwise, reference["pairwise"]), seed


def test_guessed_directions_are_those_of_proc() -> None:
    # medians 0.085, -0.02 and 0.36 of the three classes: both words occur
    y = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    x = [0.0, 0.085, 0.2, -0.3, -0.02, 0.5, 0.1, 0.36, 0.9]
    result = multiclass_auc(y, x, direction="auto", compat=PROC)
    assert result.directions == ("lower", "higher", "higher")
    with pytest.raises(InputError, match="direction"):
        multiclass_auc(y, x, direction="auto")


@st.composite
def classes(draw: Any, matrix: bool = False) -> dict[str, Any]:
    k = draw(st.integers(2, 4))
    y = list(range(k)) * 2 + draw(st.lists(st.integers(0, k - 1), max_size=20))
    scores = st.integers(-3, 3).map(float) | st.floats(-10, 10)
    shape = len(y) * (k if matrix else 1)
    x = np.array(draw(st.lists(scores, min_size=shape, max_size=shape)))
    arguments = {"y_true": np.array(y), "y_score": x.reshape(-1, k) if matrix else x}
    return arguments | {"direction": draw(st.sampled_from(["higher", "lower"]))}


@settings(max_examples=40)
@given(st.booleans().flatmap(classes))
def test_the_default_is_the_certified_value(arguments: dict[str, Any]) -> None:
    result, values = multiclass_auc(**arguments), certified.multiclass_auc(**arguments)
    assert result.auc == values["auc"]
    assert np.array_equal(result.pairwise, values["pairwise"])
    for mode in (None, PROC):
        assert list(relations_broken(MULTICLASS_AUC, Case("classes", arguments), mode)) == []


@settings(max_examples=20)
@given(st.booleans().flatmap(classes), st.integers(0, 99), st.integers(1, 30))
def test_limits_are_the_certified_values(arguments: dict[str, Any], seed: int, bootstraps: int) -> None:
    arguments |= {"seed": seed, "bootstraps": bootstraps, "level": 0.9}
    result = multiclass_auc_bootstrap(**arguments)
    values = certified.multiclass_auc_bootstrap(**arguments)
    assert {name: getattr(result, name) for name in values} == values
    assert list(relations_broken(MULTICLASS_AUC_BOOTSTRAP, Case("classes", arguments), None)) == []


def test_two_classes_are_the_plain_area() -> None:
    y, x = [0, 1, 1, 0, 1, 0], [1.0, 2.0, 0.5, 0.7, 3.0, 2.0]
    assert multiclass_auc(y, x).auc == auc(y, x).auc
    assert multiclass_auc(y, np.column_stack([np.negative(x), x])).auc == auc(y, x).auc


def test_a_direction_for_each_pair() -> None:
    result = multiclass_auc(*SMALL, direction=["higher", "lower", "higher"])
    upright = multiclass_auc(*SMALL)
    assert result.pairwise.tolist() == [upright.pairwise[0], 1 - upright.pairwise[1], upright.pairwise[2]]
    arguments = {"y_true": SMALL[0], "y_score": SMALL[1], "direction": ["higher", "lower", "higher"]}
    assert result.auc == certified.multiclass_auc(**arguments)["auc"]


def test_words_need_their_order() -> None:
    words = ["mild", "mild", "severe", "none", "none", "severe"]
    x = [2.0, 3.0, 4.0, 0.0, 1.0, 3.5]
    with pytest.raises(InputError, match="levels"):
        multiclass_auc(words, x)
    result = multiclass_auc(words, x, levels=("none", "mild", "severe"))
    assert result.auc == 1.0
    assert result.pairs[1] == ("none", "severe")
    assert result.n == (2, 2, 2)


def test_a_class_of_one_patient_has_no_limits() -> None:
    with pytest.raises(NotEstimable, match="Class 1 has one patient"):
        multiclass_auc_bootstrap([0, 0, 1, 2, 2], [1.0, 2.0, 3.0, 4.0, 5.0], seed=1)


def test_results_present_themselves() -> None:
    result = multiclass_auc_bootstrap(*SMALL, seed=1, bootstraps=100)
    assert result.confidence_interval() == (result.lower, result.upper)
    narrow = result.confidence_interval(0.5)
    assert result.lower <= narrow.low <= result.median <= narrow.high <= result.upper
    assert "replicates" not in repr(result)
    assert result.to_frame().shape == (1, 7)
    assert multiclass_auc(*SMALL).to_frame()["classes"].tolist() == ["0 and 1", "0 and 2", "1 and 2", "all pairs"]
    for drawn in (result, multiclass_auc(*SMALL)):
        display = drawn.plot()
        assert display.ax_.get_xlabel() == "AUC"
        assert f"{drawn.auc:.3f}" in display.ax_.get_legend().get_texts()[0].get_text()


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"y_true": [[0, 1], [1, 2]]}, "y_true"),
        ({"y_true": [0.0, float("nan")] * 4 + [1.0]}, "y_true"),
        ({"levels": [0, 1]}, "y_true"),
        ({"levels": [0, 1, 2, 3]}, "levels"),
        ({"levels": [0, 1, 1, 2]}, "levels"),
        ({"direction": "auto"}, "direction"),
        ({"direction": ["higher", "lower"]}, "direction"),
        ({"y_score": [1.0] * 8}, "y_score"),
        ({"y_score": np.ones((9, 2))}, "y_score"),
        ({"y_score": np.ones((9, 3)), "direction": ["higher"] * 3}, "direction"),
        ({"y_score": [float("nan")] * 9}, "y_score"),
        ({"compat": "proc"}, "compat"),
    ],
)
def test_bad_input_names_its_argument(changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        multiclass_auc(**{"y_true": SMALL[0], "y_score": SMALL[1], **changed})
    assert caught.value.argument == argument
