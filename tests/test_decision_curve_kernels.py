"""Compiled kernels of the decision curve: the same counts as the reference, also where it has to take over."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validation.decision_curve import decision_curve
from validation.decision_curve.links import LINKS
from validation.decision_curve.measures import MEASURES
from validation.decision_curve.sources import AS_GLM, CONVERGED, Stopping, span
from validation.kernels import decision_curve_numpy as reference

pytest.importorskip("numba")

from validation.kernels import decision_curve_numba as compiled
from validation.kernels.vector_functions_numba import exponential, logarithm


@given(st.floats(-700.0, 700.0))
@settings(max_examples=300, deadline=None)
def test_exponential_and_logarithm_are_within_two_ulp_of_libm(x: float) -> None:
    power = math.exp(x)
    assert abs(exponential(x) - power) <= 2.0 * math.ulp(power)
    # near 1 the logarithm is small against the rounding of the numbers that it is made of
    assert abs(logarithm(power) - math.log(power)) <= 2.0 * max(math.ulp(math.log(power)), 2.0**-53)


GRIDS = (
    [0.5], [0.0, 1.0], np.arange(101) / 100.0, np.arange(20_001) / 20_000.0, [0.3, math.nextafter(0.3, 1.0)],
    [0.0, 5e-324, 1e-300, 0.25, math.nextafter(1.0, 0.0), 1.0],
)  # fmt: skip


@pytest.mark.parametrize("grid", GRIDS, ids=len)
def test_cells_equal_those_of_the_reference(grid: Any) -> None:
    thresholds = np.asarray(grid, dtype=np.float64)
    generator = np.random.default_rng(1)
    near = [np.nextafter(thresholds, side) for side in (-1.0, 2.0)]
    risks = np.concatenate([generator.random(500), thresholds, *near, [0.0, 1.0, np.nan, -0.1, 1.5, -0.0]])
    np.testing.assert_array_equal(compiled.cells(risks, thresholds), reference.cells(risks, thresholds))


def cohort(n: int, p: int, seed: int, strength: float = 1.0) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    return (strength * x[:, 0] + generator.logistic(size=n) > 0.5).astype(np.float64), x


@pytest.mark.parametrize("stopping", [AS_GLM, CONVERGED])
@pytest.mark.parametrize(("n", "p"), [(30, 1), (256, 3), (257, 6), (700, 12)])
def test_refits_equal_those_of_the_reference(n: int, p: int, stopping: Stopping) -> None:
    y, x = cohort(n, p, n + p)
    weights = np.random.default_rng(2).poisson(1.0, size=(20, n)).astype(np.float64)
    found, expected = (
        kernel.refit(span(x), np.column_stack([np.ones(n), x]), y, weights, LINKS["logit"], stopping)
        for kernel in (compiled, reference)
    )
    np.testing.assert_array_equal(found.converged, expected.converged)
    np.testing.assert_array_equal(found.diverged, expected.diverged)
    np.testing.assert_allclose(found.mean, expected.mean, rtol=0, atol=1e-13)
    thresholds = np.arange(101) / 100.0
    tallies = [
        kernel.tally_weighted(kernel.cells(fit.mean, thresholds), y == 1, weights, 204)
        for kernel, fit in ((compiled, found), (reference, expected))
    ]
    np.testing.assert_array_equal(*tallies)


def test_separated_resamples_are_left_to_the_reference() -> None:
    y, x = cohort(25, 3, 4, strength=1.5)
    weights = np.random.default_rng(3).poisson(1.0, size=(40, 25)).astype(np.float64)
    found, expected = (
        kernel.refit(span(x), np.column_stack([np.ones(25), x]), y, weights, LINKS["logit"], AS_GLM)
        for kernel in (compiled, reference)
    )
    irregular = np.abs(expected.eta).max(axis=1) > 25.0
    assert 0 < irregular.sum() < 40
    # the same code; matrix products of fewer lines may sum in another order
    np.testing.assert_allclose(found.eta[irregular], expected.eta[irregular], rtol=1e-12)
    np.testing.assert_array_equal(found.diverged, expected.diverged)
    np.testing.assert_array_equal(found.converged, expected.converged)


def test_risks_of_certainty_and_missing_ones() -> None:
    risk = np.array([[0.5, 0.5], [1e-9, 0.5], [0.5, 1.0], [np.nan, 0.0], [0.0, np.nan], [0.0, 0.5]])
    weights = np.array([[1.0, 1.0]] * 5 + [[0.0, 2.0]])
    for kernel in (compiled, reference):
        assert kernel.certain(risk, weights, 1e-8).tolist() == [False, True, True, False, False, False]


@pytest.mark.parametrize(
    "choices",
    [
        {"compat": "rmda-1.6"}, {}, {"policy": "opt-out"}, {"compat": "rmda-1.6", "link": "probit"},
        {"study_design": "case-control", "prevalence": 0.2},
    ],
)  # fmt: skip
def test_curves_are_the_same_in_every_bit(choices: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = cohort(300, 4, 9)
    found = []
    for kernel in ("numba", "numpy"):
        monkeypatch.setenv("CROSSCHECK_KERNEL", kernel)
        found.append(decision_curve(y.astype(int), x=x, bootstraps=60, seed=3, **choices))
    assert [result.kernel for result in found] == ["numba", "numpy"]
    for measure in MEASURES:
        for suffix in ("", "_lower", "_upper"):
            one, two = (getattr(result.model, f"{measure}{suffix}") for result in found)
            np.testing.assert_array_equal(one, two, err_msg=measure + suffix)
    assert found[0].n_replicates_degenerate == found[1].n_replicates_degenerate
