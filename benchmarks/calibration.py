"""Calibration family: lowess, and the bootstrap-corrected calibration curve, through the public calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.frame import Race, Timed, python_seconds, r_seconds
from benchmarks.logistic import cohort
from crosscheck_r.session import RSession
from validation.internal_validation import calibrate, validate_model
from validation.kernels import available
from validation.lowess import lowess

PREDICTORS, SEED = 6, 1
#: rows -> resamples
SIZES = {500: 200, 5_000: 50}
#: ratios that are aimed at: compiled, and with NumPy alone
GOALS = {("numba", 500): 12.0, ("numba", 5_000): 10.0, ("numpy", 500): 4.0, ("numpy", 5_000): 4.0}


def _same_curve(ours: Any, theirs: Any) -> bool:
    """The corrected curve as close as rounding, and the same resamples."""
    difference = np.abs(ours.corrected - theirs["corrected"])
    return bool(np.nanmax(difference) < 1e-13 and np.array_equal(ours.random_state, theirs["random_state"]))


#: ratios that are aimed at by validation with NumPy alone
VALIDATION_GOALS = {500: 30.0, 5_000: 25.0}


def _same_indexes(ours: Any, theirs: Any) -> bool:
    """Corrected indexes as close as rounding, and the same resamples."""
    difference = np.abs(ours.index_corrected - theirs["index_corrected"])
    return bool(np.max(difference) < 1e-13 and np.array_equal(ours.random_state, theirs["random_state"]))


def _same_smooth(ours: Any, theirs: Any) -> bool:
    """Every bit."""
    return bool(np.array_equal(ours[1], theirs["y"]))


def contests(session: RSession) -> Iterator[Race]:
    """rms's validate and calibrate on their own resamples, and R's lowess."""
    yield from _validations(session)
    for kernel in available():
        for n, bootstraps in SIZES.items():
            y, x = cohort(n)
            arguments = {
                "y_true": y,
                "x": np.ascontiguousarray(x[:, :PREDICTORS]),
                "seed": SEED,
                "bootstraps": bootstraps,
            }
            yield Race(
                name=f"calibration.calibrate_{kernel}",
                n=n,
                theirs="rms calibrate",
                ours_run=python_seconds(calibrate, **arguments, compat="rms-6.5", kernel=kernel),
                theirs_run=_rms_seconds(session, "calibrate_seconds", arguments),
                equal=_same_curve,
                goal=GOALS[kernel, n],
                kernel=kernel,
                rounds=3,
            )
        yield from _smoothers(session, kernel)


def _validations(session: RSession) -> Iterator[Race]:
    for n, bootstraps in SIZES.items():
        y, x = cohort(n)
        arguments = {"y_true": y, "x": np.ascontiguousarray(x[:, :PREDICTORS]), "seed": SEED, "bootstraps": bootstraps}
        yield Race(
            name="calibration.validate",
            n=n,
            theirs="rms validate",
            ours_run=python_seconds(validate_model, **arguments, compat="rms-6.5"),
            theirs_run=_rms_seconds(session, "validate_seconds", arguments),
            equal=_same_indexes,
            goal=VALIDATION_GOALS[n],
            kernel="numpy",
            rounds=3,
        )


def _rms_seconds(session: RSession, function: str, arguments: dict[str, Any]) -> Timed:
    """Processor time of the fit and the call alone: attaching rms anew in each call is not part of the race."""

    def run() -> tuple[float, Any]:
        value = session.call(f"benchmarks.R::{function}", dict(arguments)).value
        return float(value["seconds"][0]), value

    return run


def _smoothers(session: RSession, kernel: str) -> Iterator[Race]:
    generator = np.random.default_rng(SEED)
    for iterations in (0, 3):
        x = generator.random(5_000)
        y = (generator.random(x.size) < x).astype(np.float64)
        choices = {"span": 2 / 3, "iterations": iterations}
        yield Race(
            name=f"calibration.lowess_{iterations}_{kernel}",
            n=x.size,
            theirs="stats lowess",
            ours_run=python_seconds(lowess, x=x, y=y, **choices, kernel=kernel),
            theirs_run=r_seconds(session, "calibration.R::smoother", {"x": x, "y": y, **choices, "delta": -1.0}),
            equal=_same_smooth,
            goal=2.0 if kernel == "numba" else 0.5,
            kernel=kernel,
        )
