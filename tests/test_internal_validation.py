"""Bootstrap-corrected calibration: live rms, a slow version by definition, lrm's stopping rule, input, figure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from crosscheck_r.agreement import FAILING, Labels
from crosscheck_r.references import Live
from crosscheck_r.run import compare_outcome, compute
from validation import kernels, resampling
from validation.errors import InputError, NotEstimable
from validation.internal_validation import CALIBRATE, calibrate
from validation.internal_validation.refits import RMS
from validation.logistic import logistic_regression
from validation.logistic.lrm import lrm_fit, lrm_fit_batch
from validation.lowess import interpolate, lowess
from validation.r_random import RRandom
from validation.resampling import bootstrap_blocks, counts_of, parallel_map
from validation.statistic import Case

EPS = 2.0**-52
CURVES = ("predicted", "apparent", "corrected", "optimism", "n_resamples", "random_state")


def _data(seed: int, n: int = 90, p: int = 2, kind: str = "normal") -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n, p))
    if kind == "ties":
        x = np.round(x, 1)
    if kind == "rare":
        x[:, 0] = generator.random(n) < 0.08
    y = (generator.random(n) < 1 / (1 + np.exp(-(x.sum(axis=1) - 0.5)))).astype(np.int8)
    return y, x


# --- live


@pytest.mark.live
@pytest.mark.parametrize("kind", ["normal", "ties", "rare"])
def test_every_curve_of_rms_on_its_own_resamples(r: Any, kind: str) -> None:
    live, compared = Live(r), 0
    for seed in range(3):
        # one binary predictor alone has two risks and no curve
        y, x = _data(seed, n=(40, 90, 200)[seed], p=(1 + (kind == "rare"), 2, 4)[seed], kind=kind)
        case = Case(kind, {"y_true": y, "x": x, "seed": seed, "bootstraps": 25})
        reference = live.get(CALIBRATE, "random", case)
        outcome = compute(CALIBRATE, case, RMS, reference)
        labels = Labels("random", f"{kind} {seed}", "calibrate", RMS)
        for row in compare_outcome(labels, CALIBRATE.compat[RMS], outcome, reference, {}):
            assert row.verdict not in FAILING and row.verdict != "not compared", row
            # beyond what the tier asks: the resamples and steps are the same, so only rounding is left
            assert row.digits is not None and row.digits > 13.0, row
            compared += 1
    assert compared == 3 * len(CALIBRATE.compat[RMS])


# --- definition


def _slowly(y: Any, x: Any, seed: int, bootstraps: int) -> tuple[Any, Any, Any]:
    """Grid, apparent and corrected curve, one resample after the other with the public functions."""
    risk = np.asarray(logistic_regression(y, x).fitted)
    grid = np.linspace(np.sort(risk)[4], np.sort(risk)[-5], 50)
    differences = []
    for rows in RRandom(seed).sample_rows(y.size, y.size, bootstraps):
        beta = np.asarray(logistic_regression(y[rows], x[rows]).coefficients)
        refitted = 1 / (1 + np.exp(-(beta[0] + x @ beta[1:])))
        training = interpolate(*lowess(refitted[rows], y[rows], iterations=0), grid)
        differences.append(training - interpolate(*lowess(refitted, y, iterations=0), grid))
    apparent = interpolate(*lowess(risk, y, iterations=0), grid)
    return grid, apparent, apparent - np.nanmean(differences, axis=0)


def test_default_mode_is_the_definition_with_converged_fits() -> None:
    y, x = _data(5, n=150, p=3)
    result = calibrate(y, x, seed=5, bootstraps=20)
    grid, apparent, corrected = _slowly(y, x, 5, 20)
    # two solvers of the same equations end within rounding times the condition of the weights
    np.testing.assert_allclose(result.predicted, grid, rtol=0, atol=1e-13)
    np.testing.assert_allclose(result.apparent, apparent, rtol=0, atol=1e-11)
    np.testing.assert_allclose(result.corrected, corrected, rtol=0, atol=1e-11)
    assert result.n_failed == 0


def test_modes_differ_by_lrms_early_stop_alone() -> None:
    y, x = _data(6)
    default, stopped = calibrate(y, x, seed=6, bootstraps=20), calibrate(y, x, seed=6, bootstraps=20, compat=RMS)
    assert 0 < np.nanmax(np.abs(default.corrected - stopped.corrected)) < 1e-2
    np.testing.assert_array_equal(default.random_state, stopped.random_state)


def test_generator_is_where_r_is_after_the_draws() -> None:
    y, x = _data(7)
    generator = RRandom(7)
    generator.sample_rows(y.size, y.size, 60)
    np.testing.assert_array_equal(calibrate(y, x, seed=7, bootstraps=60).random_state, generator.state)


def test_workers_blocks_and_kernels_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = _data(8, kind="ties")
    expected = calibrate(y, x, seed=8, bootstraps=30, compat=RMS, kernel="numpy")
    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(resampling, "_BLOCK_RESAMPLES", 7)
    threaded = calibrate(
        y, x, seed=8, bootstraps=30, compat=RMS, workers=2, progress=lambda done, total: seen.append((done, total))
    )
    for name in ("predicted", "apparent", "n_resamples", "random_state"):
        np.testing.assert_array_equal(getattr(threaded, name), getattr(expected, name))
    # matrix products of other sizes may be summed in another order
    np.testing.assert_allclose(threaded.corrected, expected.corrected, rtol=0, atol=1e-14)
    assert seen == [(7, 30), (14, 30), (21, 30), (28, 30), (30, 30)]
    assert threaded.kernel == kernels.available()[0]
    if "numba" in kernels.available():
        one, other = (calibrate(y, x, seed=8, bootstraps=30, kernel=kernel) for kernel in ("numpy", "numba"))
        for name in CURVES:
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


# --- the stopping rule


def test_a_converged_batch_is_the_maximum_of_each_resample() -> None:
    y, x = _data(9, p=3)
    rows = RRandom(9).sample_rows(y.size, y.size, 12)
    fits = lrm_fit_batch(x, y.astype(float), counts_of(rows, y.size), converge=True)
    for b, sample in enumerate(rows):
        single = logistic_regression(y[sample], x[sample])
        np.testing.assert_allclose(fits.coefficients[b], single.coefficients, rtol=0, atol=1e-12)
        errors = np.sqrt(np.diag(fits.covariance[b]))
        np.testing.assert_allclose(errors, single.standard_error, rtol=1e-10)


def test_a_stopped_fit_is_one_newton_step_past_a_change_below_eps() -> None:
    y, x = _data(10, p=3)
    design, target = np.column_stack([np.ones(y.size), x]), y.astype(float)
    beta, old = np.array([math.log(y.mean() / (1 - y.mean())), 0.0, 0.0, 0.0]), math.inf
    while True:
        risk = 1 / (1 + np.exp(-design @ beta))
        deviance = -2 * float(np.sum(np.log(np.where(y == 1, risk, 1 - risk))))
        information = design.T @ (design * (risk * (1 - risk))[:, None])
        beta = beta + np.linalg.solve(information, design.T @ (target - risk))
        if abs(old - deviance) <= 0.025:
            break
        old = deviance
    fit = lrm_fit(x, target)
    np.testing.assert_allclose(fit.coefficients, beta, rtol=0, atol=64 * EPS)
    assert not fit.failed and fit.condition >= 1


def test_weights_are_repeated_rows_and_an_offset_is_subtracted() -> None:
    y, x = _data(11)
    counts = np.random.default_rng(11).integers(0, 4, y.size)
    weighted = lrm_fit(x, y.astype(float), weights=counts.astype(float), eps=1e-9, maxit=30)
    repeated = lrm_fit(np.repeat(x, counts, axis=0), np.repeat(y, counts).astype(float), eps=1e-9, maxit=30)
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=0, atol=1e-13)
    shifted = lrm_fit(x, y.astype(float), offset=0.5 * x[:, 0] - 2.0, converge=True)
    plain = lrm_fit(x, y.astype(float), converge=True)
    np.testing.assert_allclose(shifted.coefficients, plain.coefficients - [-2.0, 0.5, 0.0], rtol=0, atol=1e-12)


def test_what_cannot_be_fitted_fails_alone() -> None:
    y = np.array([0, 1, 0, 1, 0, 1, 0, 1], dtype=float)
    x = np.array([[1, 5], [2, 5], [4, 5], [3, 5], [6, 1], [5, 5], [7, 5], [9, 5]], dtype=float)
    counts = np.ones((4, 8))
    counts[1] = y  # events only
    counts[2, 4] = 0  # second column constant
    counts[3] = 0  # nobody
    with np.errstate(all="ignore"):
        fits = lrm_fit_batch(x, y, counts)
    assert fits.failed.tolist() == [False, True, True, True]
    assert np.isnan(fits.coefficients[1:]).all() and np.isfinite(fits.coefficients[0]).all()


def test_separated_resamples_fail_where_the_maximum_is_wanted() -> None:
    x = np.arange(10.0)[:, None]
    y = (x[:, 0] > 4).astype(float)
    assert lrm_fit(x, y, converge=True).failed
    y[4], y[5] = 1.0, 0.0
    assert not lrm_fit(x, y, converge=True).failed


# --- resamples


def test_blocks_are_the_rows_of_one_stream() -> None:
    blocks = list(bootstrap_blocks(RRandom(3), 11, 123))
    np.testing.assert_array_equal(np.concatenate(blocks), RRandom(3).sample_rows(11, 11, 123))
    counts = counts_of(blocks[0], 11)
    assert (counts.sum(axis=1) == 11).all()
    np.testing.assert_array_equal(counts[5], np.bincount(blocks[0][5], minlength=11))


@pytest.mark.parametrize("workers", [1, 2])
def test_parallel_map_keeps_the_order_and_passes_errors_on(workers: int) -> None:
    assert parallel_map(lambda i: i * i, iter(range(9)), 9, workers=workers) == [i * i for i in range(9)]
    with pytest.raises(ZeroDivisionError):
        parallel_map(lambda i: 1 // i, iter(range(3)), 3, workers=workers)


# --- input and presentation


def test_bad_input_is_named() -> None:
    y, x = _data(12)
    for options, argument in (
        ({"bootstraps": 0}, "bootstraps"),
        ({"seed": 2**31}, "seed"),
        ({"compat": "rms-8"}, "compat"),
        ({"x": x[:-1]}, "x"),
        ({"x": np.where(x > 2, np.nan, x)}, "x[:, 0]"),
    ):
        with pytest.raises(InputError) as caught:
            calibrate(**({"y_true": y, "x": x, "seed": 1, "bootstraps": 5} | options))
        assert caught.value.argument == argument
    with pytest.raises(InputError, match="10 patients"):
        calibrate([0, 1] * 5, np.arange(10.0), seed=1)


def test_what_has_no_model_is_diagnosed() -> None:
    x = np.arange(40.0)[:, None]
    y = (x[:, 0] > 20).astype(int)
    with pytest.raises(NotEstimable) as caught:
        calibrate(y, x, seed=1, bootstraps=5)
    assert caught.value.cause == "separation"
    y, x = _data(13)
    with pytest.raises(NotEstimable) as caught:
        calibrate(y, np.column_stack([x, x[:, 0]]), seed=1, bootstraps=5)
    assert caught.value.cause == "rank"
    year = np.column_stack([x[:, 0], 2015.0 + np.arange(y.size) % 9])
    assert calibrate(y, year, seed=1, bootstraps=5).n_failed == 0
    with pytest.raises(NotEstimable, match=r"rms 6\.5"):
        calibrate(y, year, seed=1, bootstraps=5, compat=RMS)


def test_figure_and_table_show_the_numbers() -> None:
    y, x = _data(14)
    result = calibrate(y, x, seed=14, bootstraps=12)
    assert result.to_frame().shape == (50, 5)
    display = result.plot()
    texts = " ".join(text.get_text() for text in display.ax_.texts)
    assert f"Mean absolute error {result.mean_absolute_error:.3f}" in texts
    assert {"Ideal", "Apparent", "Bias-corrected"} <= {line.get_label() for line in display.ax_.get_lines()}


# --- held-out patients


def test_cross_validation_and_632_are_their_definition() -> None:
    y, x = _data(15, n=150, p=2)
    whole = calibrate(y, x, seed=15, bootstraps=5)
    n, grid, apparent = y.size, whole.predicted, whole.apparent

    def curve(fitted: Any, rows: Any) -> Any:
        beta = np.asarray(logistic_regression(y[fitted], x[fitted]).coefficients)
        risk = 1 / (1 + np.exp(-(beta[0] + x[rows] @ beta[1:])))
        return interpolate(*lowess(risk, y[rows], iterations=0), grid)

    order = RRandom(15).permutation(n)
    folds = [order[round(i * n / 5) : round((i + 1) * n / 5)] for i in range(5)]
    rest = [np.setdiff1d(np.arange(n), fold) for fold in folds]
    optimism = np.nanmean([curve(a, a) - curve(a, b) for a, b in zip(rest, folds, strict=True)], axis=0)
    found = calibrate(y, x, seed=15, bootstraps=5, method="crossvalidation")
    np.testing.assert_allclose(found.corrected, apparent - optimism, rtol=0, atol=1e-11)

    drawn = RRandom(15).sample_rows(n, n, 30)
    left = [np.setdiff1d(np.arange(n), rows) for rows in drawn]
    times = np.bincount(np.concatenate(left), minlength=n)
    weights = np.array([np.sum(1 / times[out]) for out in left])
    tests = np.array([curve(rows, out) for rows, out in zip(drawn, left, strict=True)])
    reach = ~np.isnan(tests) & ~np.isnan([curve(rows, rows) for rows in drawn])
    mean = np.where(reach, tests, 0.0).T @ weights / (reach.T @ weights)
    found = calibrate(y, x, seed=15, bootstraps=30, method=".632")
    np.testing.assert_allclose(found.corrected, apparent - 0.632 * (apparent - mean), rtol=0, atol=1e-11)


@pytest.mark.live
@pytest.mark.parametrize(("method", "number"), [("crossvalidation", 5), (".632", 30)])
def test_held_out_curves_of_rms(r: Any, method: str, number: int) -> None:
    y, x = _data(16, n=140, p=2)
    case = Case("held out", {"y_true": y, "x": x, "seed": 3, "bootstraps": number, "method": method})
    reference = Live(r).get(CALIBRATE, "random", case)
    outcome = compute(CALIBRATE, case, RMS, reference)
    rows = list(compare_outcome(Labels("random", "", "calibrate", RMS), CALIBRATE.compat[RMS], outcome, reference, {}))
    assert len(rows) == len(CALIBRATE.compat[RMS])
    for row in rows:
        assert row.verdict not in FAILING and row.digits is not None and row.digits > 13.0, row
