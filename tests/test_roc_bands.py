"""Bands and intervals at thresholds: pROC's draws and doubles, certified values, lone patients, figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck_r.cohorts import load_cohort
from crosscheck_r.power import relations_broken
from crosscheck_r.session import RSession
from crosscheck_r.strategies import marker_arguments
from validation import optimal_cutoff, roc_coordinates, sensitivity_band, specificity_band, threshold_intervals
from validation.displays.roc_bands import BandDisplay
from validation.errors import CrosscheckError, InputError, NotEstimable
from validation.exact import roc_bands as certified
from validation.roc import SENSITIVITY_BAND, SPECIFICITY_BAND, THRESHOLD_INTERVALS
from validation.roc.curve import PROC
from validation.statistic import Case, Statistic

SMALL = ([0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0])
STATISTICS = (SENSITIVITY_BAND, SPECIFICITY_BAND, THRESHOLD_INTERVALS)
by_statistic = pytest.mark.parametrize("statistic", STATISTICS, ids=lambda s: s.name)
ASKED: dict[str, dict[str, Any]] = {
    "sensitivity_band": {"specificities": np.arange(11) * 0.1},
    "specificity_band": {"sensitivities": np.arange(11) * 0.1},
    "threshold_intervals": {"at": "local_maxima"},
}


def same_doubles(result: Any, reference: Any) -> None:
    for name, values in reference.items():
        assert np.array_equal(getattr(result, name), values), name


def require_same(r: RSession, statistic: Statistic, arguments: dict[str, Any]) -> bool:
    """Equal doubles and generator states, or both refuse; True where there were numbers."""
    assert statistic.r is not None
    try:
        theirs = r.call(statistic.r, arguments).value
    except CrosscheckError:
        with pytest.raises(NotEstimable):
            statistic.compute(**arguments, compat=PROC)
        return False
    same_doubles(statistic.compute(**arguments, compat=PROC), theirs)
    return True


@pytest.mark.live
@by_statistic
@pytest.mark.parametrize("cohort", ["osteoporosis", "ties", "tiny"])
def test_draws_and_doubles_of_proc(r: RSession, statistic: Statistic, cohort: str) -> None:
    data = load_cohort(cohort)
    for seed in range(201, 211):
        marker = data.markers[seed % len(data.markers)]
        percent = seed % 4 == 0
        asked = {name: v * 100 if percent and name != "at" else v for name, v in ASKED[statistic.name].items()}
        choices = {"seed": seed, "bootstraps": 50, "level": (0.95, 0.9, 0.8)[seed % 3], "percent": percent}
        arguments = {"y_true": data.outcome, "y_score": marker.values, "direction": marker.direction}
        assert require_same(r, statistic, {**arguments, **choices, **asked, "stratified": seed % 2 == 0}) or seed % 2


@pytest.mark.live
@by_statistic
@settings(max_examples=25)
@given(marker_arguments(max_size=20), st.integers(-(2**31) + 1, 2**31 - 1), st.booleans(), st.booleans())
def test_doubles_of_proc_for_any_marker(
    r: RSession, statistic: Statistic, marker: dict[str, Any], seed: int, stratified: bool, percent: bool
) -> None:
    lone = [marker["y_score"][marker["y_true"] == group] for group in (0, 1)]
    if stratified and any(x.size == 1 and x[0] > 1e5 for x in lone):
        # R takes the value for a number of rows
        return
    unit = 100 if percent else 1
    m, n = (int(np.sum(marker["y_true"] == group)) for group in (1, 0))
    asked = {
        "sensitivity_band": {"specificities": np.append(np.arange(n + 1) / n, 0.1 * 3) * unit},
        "specificity_band": {"sensitivities": np.append(np.arange(m + 1) / m, 0.1 * 3) * unit},
        "threshold_intervals": {"at": marker["y_score"][: 1 + seed % 3]},
    }[statistic.name]
    choices = {"seed": seed, "bootstraps": 12, "level": 0.9, "stratified": stratified, "percent": percent}
    require_same(r, statistic, {**marker, **asked, **choices})


@pytest.mark.live
@by_statistic
@pytest.mark.parametrize("lone", [5.0, 3.7, 1.0, 0.4, -2.0])
@pytest.mark.parametrize("outcome", [0, 1])
def test_a_lone_patient_is_a_number_of_rows_for_r(r: RSession, statistic: Statistic, lone: float, outcome: int) -> None:
    y = np.array([1 - outcome, outcome, outcome, outcome, outcome], dtype=np.int8)
    arguments: dict[str, Any] = {"y_true": y, "y_score": np.array([lone, 2.0, 4.0, 3.0, 1.5]), "direction": "higher"}
    arguments |= {**ASKED[statistic.name], "seed": 7, "bootstraps": 40, "level": 0.95}
    assert require_same(r, statistic, arguments)
    with pytest.raises(NotEstimable, match="one c"):
        statistic.compute(**arguments)


@by_statistic
@settings(max_examples=25)
@given(marker_arguments(max_size=20), st.integers(0, 99), st.booleans(), st.booleans())
def test_the_default_is_the_certified_value(
    statistic: Statistic, marker: dict[str, Any], seed: int, stratified: bool, percent: bool
) -> None:
    choices = {"seed": seed, "bootstraps": 12, "level": 0.9, "stratified": stratified, "percent": percent}
    asked = {name: v * 100 if percent and name != "at" else v for name, v in ASKED[statistic.name].items()}
    try:
        result = statistic.compute(**marker, **asked, **choices)
    except NotEstimable:
        return
    assert statistic.certified is not None
    same_doubles(result, statistic.certified(**marker, **asked, **choices))


@by_statistic
@pytest.mark.parametrize("mode", [None, PROC])
@settings(max_examples=15)
@given(marker_arguments(max_size=20))
def test_relations_hold_for_any_marker(statistic: Statistic, mode: str | None, marker: dict[str, Any]) -> None:
    arguments = {**marker, **ASKED[statistic.name], "seed": 3, "bootstraps": 10, "level": 0.95}
    if min(marker["y_true"].sum(), (marker["y_true"] == 0).sum()) > 1:
        assert list(relations_broken(statistic, Case("marker", arguments), mode)) == []


def test_the_grid_of_the_default_is_of_tenths() -> None:
    ours, theirs = (sensitivity_band(*SMALL, seed=1, bootstraps=20, compat=mode) for mode in (None, PROC))
    assert ours.specificity[3] == 0.3 != theirs.specificity[3]
    exact = certified.sensitivity_band(*SMALL, seed=1, bootstraps=20, level=0.95)
    assert np.array_equal(ours.lower, exact["lower"])


def test_missing_classes_are_dropped_and_counted() -> None:
    y, x = [0, 0, 1, 1], [1.0, 3.0, 2.0, 4.0]
    band = sensitivity_band(y, x, [0.5], stratified=False, seed=1, bootstraps=60)
    assert 0 < band.dropped < 60
    for function in (sensitivity_band, specificity_band):
        with pytest.raises(NotEstimable, match="pROC stops"):
            function(y, x, stratified=False, seed=1, bootstraps=60, compat=PROC)
    with pytest.raises(NotEstimable, match="pROC stops"):
        threshold_intervals(y, x, [1.5, 2.5], stratified=False, seed=1, bootstraps=60, compat=PROC)


def test_thresholds_are_those_of_the_data() -> None:
    best = roc_coordinates(*SMALL)
    found = threshold_intervals(*SMALL, at="best", seed=1, bootstraps=20)
    assert np.array_equal(found.threshold, best.threshold)
    assert np.array_equal(found.sensitivity, best.sensitivity)


@pytest.mark.parametrize("percent", [False, True])
def test_figures_show_what_they_say(percent: bool) -> None:
    unit = 100.0 if percent else 1.0
    band = sensitivity_band(*SMALL, seed=1, bootstraps=50, percent=percent)
    drawn = BandDisplay(band, optimal_cutoff(*SMALL)).plot()
    assert drawn.ax_.get_xlim()[0] > drawn.ax_.get_xlim()[1]
    cutoff = optimal_cutoff(*SMALL)
    assert len(drawn.ax_.texts) == cutoff.threshold.size
    digits = 1 if percent else 3
    rates = f"({unit * cutoff.specificity[0]:.{digits}f}, {unit * cutoff.sensitivity[0]:.{digits}f})"
    assert drawn.ax_.texts[0].get_text() == f"{cutoff.threshold[0]:.4g} {rates}"
    corners = drawn.band_.get_paths()[0].vertices
    assert corners[:, 1].max() == band.upper.max()
    turned = specificity_band(*SMALL, seed=1, bootstraps=50, percent=percent).plot()
    assert turned.line_.get_xdata().tolist() == turned.curve[1].tolist()
    found = threshold_intervals(*SMALL, at=[3.5], seed=1, bootstraps=50, percent=percent)
    rectangle = found.plot().rectangles_[0]
    assert rectangle.get_xy() == (found.specificity_lower[0], found.sensitivity_lower[0])
    assert rectangle.get_height() == found.sensitivity_upper[0] - found.sensitivity_lower[0]
    assert found.to_frame().shape == (1, 8)


BAD: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (sensitivity_band, {"specificities": [1.5]}, "specificities"),
    (sensitivity_band, {"specificities": []}, "specificities"),
    (sensitivity_band, {"specificities": [np.nan]}, "specificities"),
    (sensitivity_band, {"specificities": "all"}, "specificities"),
    (specificity_band, {"sensitivities": [101.0], "percent": True}, "sensitivities"),
    (specificity_band, {"stratified": 1}, "stratified"),
    (specificity_band, {"percent": "yes"}, "percent"),
    (specificity_band, {"seed": 1.5}, "seed"),
    (specificity_band, {"bootstraps": 1}, "bootstraps"),
    (specificity_band, {"level": 1.0}, "level"),
    (specificity_band, {"direction": "auto"}, "direction"),
    (specificity_band, {"compat": "proc"}, "compat"),
    (threshold_intervals, {"at": "none"}, "at"),
    (threshold_intervals, {"at": [np.nan]}, "at"),
    (threshold_intervals, {"stratified": None}, "stratified"),
    (threshold_intervals, {"seed": "1"}, "seed"),
    (threshold_intervals, {"bootstraps": 0}, "bootstraps"),
    (threshold_intervals, {"level": 0.0}, "level"),
    (threshold_intervals, {"weights": (1.0,)}, "weights"),
]


@pytest.mark.parametrize(("function", "changed", "argument"), BAD)
def test_bad_input_names_its_argument(function: Callable[..., Any], changed: dict[str, Any], argument: str) -> None:
    with pytest.raises(InputError) as caught:
        function(*SMALL, **{"seed": 1, "bootstraps": 20, **changed})
    assert caught.value.argument == argument


@pytest.mark.parametrize("function", [sensitivity_band, specificity_band, threshold_intervals])
def test_a_lone_patient_of_a_huge_value_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(NotEstimable, match="number of rows"):
        function([0, 1, 1], [3e9, 1.0, 2.0], seed=1, bootstraps=20, compat=PROC)
