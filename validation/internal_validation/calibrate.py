"""Bootstrap-corrected calibration curve (R: rms::calibrate)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_integer, check_matrix, check_outcome, check_seed
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.logistic.lrm import LrmFits, lrm_fit
from validation.lowess import interpolate, lowess_sorted
from validation.r_numerics import NA_REAL, quantile_type7, r_mean
from validation.r_random import RRandom
from validation.relations import internal_validation as relations
from validation.resampling import Progress, blocks, bootstrap_rows, counts_of, parallel_map
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, bits, definition, path, register, resample

if TYPE_CHECKING:
    from validation.displays.calibration import CalibrateDisplay

__all__ = ["CALIBRATE", "RMS", "CalibrateResult", "calibrate"]

RMS = "rms-6.5"
_GRID, _EDGE = 50, 5
_SPAN = 2 / 3
#: singularity tolerance that calibrate hands to the refits, and that of the first fit
_REFIT_SINGULAR, _FIT_SINGULAR = 1e-13, 1e-7


@dataclass(frozen=True)
class CalibrateResult(Result):
    """Calibration curve of a logistic model, corrected for optimism by the bootstrap.

    Attributes
    ----------
    predicted : ndarray of shape (50,)
        Predicted risks, equally spaced from the fifth smallest to the fifth largest.
    apparent, corrected : ndarray of shape (50,)
        Observed proportion by lowess at each predicted risk, as it appears and corrected for optimism.
    optimism : ndarray of shape (50,)
        Mean over the resamples of training minus test error; missing where no resample reaches.
    n_resamples : ndarray of shape (50,)
        Resamples that reach each predicted risk.
    mean_absolute_error, mean_squared_error, quantile_90_absolute_error : float
        Of predicted against corrected risk, over the patients within the grid.
    n_failed : int
        Resamples whose fit failed and that were left out.
    random_state : ndarray of shape (626,)
        R's generator after the last draw.
    risks : ndarray of shape (n,)
        Apparent predicted risks.
    condition_number : float
        Largest condition number of the scaled information over all fits.
    bootstraps, seed : int
    compat : str
    """

    predicted: Floats
    apparent: Floats
    corrected: Floats
    optimism: Floats
    n_resamples: npt.NDArray[np.int64]
    mean_absolute_error: float
    mean_squared_error: float
    quantile_90_absolute_error: float
    n_failed: int
    random_state: npt.NDArray[np.int32]
    risks: Floats
    condition_number: float
    bootstraps: int
    seed: int
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("predicted", "apparent", "corrected", "optimism", "n_resamples")
        return {name: getattr(self, name).tolist() for name in names}

    def plot(self, ax: Any = None) -> CalibrateDisplay:
        """Draw ideal, apparent and corrected curve."""
        from validation.displays.calibration import CalibrateDisplay

        return CalibrateDisplay(self).plot(ax)


def _sequence(low: float, high: float, count: int) -> Floats:
    """R's ``seq(low, high, length.out = count)``."""
    by = (high - low) / (count - 1)
    values = low + np.arange(count, dtype=np.float64) * by
    values[-1] = high
    return values


def _expit(predictor: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-predictor)))


def _smooth(risk: Floats, y: Floats, grid: Floats) -> Floats:
    """Lowess of the outcome on the risk, read off at the grid; NaN outside the range of the risks."""
    order = np.argsort(risk, kind="stable")
    xs, ys = risk[order], y[order]
    smooth = lowess_sorted(xs, ys, _SPAN, 0, 0.01 * float(xs[-1] - xs[0]))
    return interpolate(xs, smooth, grid)


def calibrate(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    bootstraps: int = 200,
    compat: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> CalibrateResult:
    """Correct the calibration curve of a logistic model for optimism.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    x : array_like of shape (n, p)
        Design matrix without intercept.
    seed : int
        As R's ``set.seed`` takes it.
    bootstraps : int
        Number of resamples.
    compat : {"rms-6.5"}, optional
        Fits stopped as rms 6.5 stops them; the default uses converged fits.
    workers : int
        Threads; the result does not depend on them.
    progress : callable, optional
        Called with the number of finished and of all blocks.

    Returns
    -------
    CalibrateResult

    Raises
    ------
    InputError
        Outcome, matrix or seed cannot be used; ten patients or fewer.
    NotEstimable
        The model cannot be fitted to the data, or to any resample.

    Notes
    -----
    In each resample the model is refitted; the error of its lowess curve on the resample minus that on the original
    patients is the optimism, averaged over the resamples that reach the risk. Patients are drawn with R's generator.
    R: ``rms::calibrate(rms::lrm(y ~ ., x = TRUE, y = TRUE), B = bootstraps)`` after ``set.seed(seed)``.

    References
    ----------
    Harrell FE, Lee KL, Mark DB (1996). Multivariable prognostic models. Stat Med 15:361-387.
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4

    Examples
    --------
    >>> import numpy as np
    >>> x = np.linspace(-2, 2, 60)[:, None]
    >>> y = (np.sin(np.arange(60) * 7.0) + x[:, 0] > 0).astype(int)
    >>> result = calibrate(y, x, seed=1, bootstraps=20)
    >>> result.predicted.shape, 0 < result.mean_absolute_error < 0.2
    ((50,), True)
    """
    outcome = check_outcome(y_true)
    matrix, _ = check_matrix(x, outcome.size)
    check_seed(seed)
    check_integer(bootstraps, "bootstraps", minimum=1)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    if outcome.size <= 2 * _EDGE:
        raise InputError("y_true", f"has {outcome.size} patients, calibration needs more than {2 * _EDGE}")
    y = outcome.astype(np.float64)
    converge = mode == "default"
    risk, condition = _apparent_risk(matrix, y, converge)
    ordered = np.sort(risk)
    grid = _sequence(float(ordered[_EDGE - 1]), float(ordered[-_EDGE]), _GRID)
    generator = RRandom(seed)
    rows = bootstrap_rows(generator, y.size, bootstraps)
    errors = _errors(matrix, y, rows, grid, converge, workers, progress)
    apparent = _smooth(risk, y, grid)
    return _assemble(grid, apparent, risk, errors, condition, bootstraps, seed, mode, generator)


def _apparent_risk(x: Floats, y: Floats, converge: bool) -> tuple[Floats, float]:
    fit = lrm_fit(x, y, np.ones((1, y.size)), singular=_FIT_SINGULAR, converge=converge)
    if fit.failed[0]:
        raise NotEstimable(
            "no convergence",
            "the logistic model cannot be fitted, so there is no calibration curve to correct.",
            hint="The logistic regression says why.",
        )
    beta = fit.coefficients[0]
    return _expit(beta[0] + x @ beta[1:]), float(fit.condition[0])


def _errors(
    x: Floats,
    y: Floats,
    rows: npt.NDArray[np.int32],
    grid: Floats,
    converge: bool,
    workers: int,
    progress: Progress | None,
) -> tuple[Floats, int, float]:
    """Training minus test error of each successful resample, the number that failed, the largest condition number."""

    def work(part: slice) -> tuple[Floats, int, float]:
        drawn = rows[part]
        fits = lrm_fit(x, y, counts_of(drawn, y.size), singular=_REFIT_SINGULAR, converge=converge)
        worst = float(np.max(fits.condition[~fits.failed], initial=1.0))
        return _block_errors(x, y, drawn, fits, grid), int(fits.failed.sum()), worst

    parts = parallel_map(work, blocks(rows.shape[0], 20 * y.size), workers=workers, progress=progress)
    errors = np.concatenate([part for part, *_ in parts])
    return errors, sum(failed for _, failed, _ in parts), max(worst for *_, worst in parts)


def _block_errors(x: Floats, y: Floats, drawn: npt.NDArray[np.int32], fits: LrmFits, grid: Floats) -> Floats:
    found = []
    for b in np.flatnonzero(~fits.failed):
        beta = fits.coefficients[b]
        risk = _expit(beta[0] + x @ beta[1:])
        sample = drawn[b]
        training = _smooth(risk[sample], y[sample], grid) - grid
        test = _smooth(risk, y, grid) - grid
        found.append(training - test)
    return np.array(found).reshape(-1, grid.size)


def _assemble(
    grid: Floats,
    apparent: Floats,
    risk: Floats,
    errors: tuple[Floats, int, float],
    condition: float,
    bootstraps: int,
    seed: int,
    mode: str,
    generator: RRandom,
) -> CalibrateResult:
    differences, failed, worst = errors
    if failed == bootstraps:
        raise NotEstimable("no convergence", "the model could be fitted to no resample.", hint="Use fewer predictors.")
    known = ~np.isnan(differences)
    counts = known.sum(axis=0)
    totals = np.where(known, differences, 0.0).sum(axis=0)
    missing = NA_REAL if mode == RMS else np.float64(np.nan)
    optimism = np.where(counts > 0, totals / np.maximum(counts, 1), missing)
    corrected = np.where(counts > 0, apparent - optimism, missing)
    usable = ~np.isnan(corrected)
    error = risk - interpolate(grid[usable], corrected[usable], risk)
    absolute = np.abs(error[~np.isnan(error)])
    if not absolute.size:
        absolute = np.array([math.nan])
    return CalibrateResult(
        predicted=grid,
        apparent=apparent,
        corrected=corrected,
        optimism=optimism,
        n_resamples=counts,
        mean_absolute_error=r_mean(absolute),
        mean_squared_error=r_mean(absolute * absolute),
        quantile_90_absolute_error=float(quantile_type7(absolute, 0.9)) if not np.isnan(absolute[0]) else math.nan,
        n_failed=failed,
        random_state=generator.state,
        risks=risk,
        condition_number=max(condition, worst),
        bootstraps=bootstraps,
        seed=seed,
        compat=mode,
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    if cohort.x.shape[1] and cohort.outcome.size > 2 * _EDGE:
        arguments = {"y_true": cohort.outcome, "x": cohort.x, "seed": settings.seed}
        yield Case("bootstrap", arguments | {"bootstraps": min(settings.bootstraps, 200)})


_CURVES = ("predicted", "apparent", "corrected", "optimism")
_ERRORS = ("mean_absolute_error", "mean_squared_error", "quantile_90_absolute_error")
_STOPS = "rms stops its fits before the maximum (change of -2 log likelihood below 0.025); these fits are converged"

CALIBRATE = register(
    Statistic(
        name="calibrate",
        compute=calibrate,
        r="internal_validation.R::calibrate",
        package="rms",
        title="Calibration corrected for optimism (bootstrap)",
        cases=_cases,
        quantities={
            **dict.fromkeys((*_CURVES, *_ERRORS), definition(_STOPS, "unit")),
            "random_state": bits(),
        },
        compat={
            RMS: {
                **dict.fromkeys(
                    (*_CURVES, *_ERRORS),
                    resample(path("unit", "Newton as lrm stops it, lowess", condition="condition_number")),
                ),
                "n_resamples": bits(),
                "random_state": bits(),
            }
        },
        relations=(relations.calibrate_of_itself, relations.calibrate_rescaled, relations.calibrate_outcome_swap),
        display="validation.displays.calibration.CalibrateDisplay",
    )
)
