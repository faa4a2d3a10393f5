"""Bootstrap-corrected calibration curve (R: rms::calibrate)."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_integer, check_matrix, check_outcome, check_seed
from validation.errors import InputError, NotEstimable
from validation.internal_validation.models import fit_models
from validation.internal_validation.refits import RMS, first_fit, log_odds_of_refits, risks, standardised
from validation.internal_validation.samples import Samples, samples
from validation.kernels import load
from validation.kernels.memory import keep_pages
from validation.kernels.threads import one_blas_thread
from validation.logistic.lrm import lrm_fit_batch
from validation.lowess import interpolate, window_size
from validation.r_numerics import NA_REAL, quantile_type7, r_mean
from validation.r_random import RRandom
from validation.resampling import Progress, counts_of, map_bootstraps
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.calibration import CalibrateDisplay

__all__ = ["EDGE", "RMS", "CalibrateResult", "calibrate"]

#: points of the grid, which runs from this smallest to this largest risk
_GRID, EDGE = 50, 5
_SPAN = 2 / 3
#: singularity tolerance that calibrate hands to the refits
_REFIT_TOL = 1e-13


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
    kernel : str
        What smoothed, ``numpy`` or ``numba``; the numbers are the same.
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
    kernel: str

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


def calibrate(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    bootstraps: int = 200,
    method: str = "boot",
    compat: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    kernel: str | None = None,
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
        Number of resamples; of folds with ``crossvalidation``.
    method : {"boot", "crossvalidation", ".632"}
        Bootstrap; cross-validation; the bootstrap that tests on the patients left out.
    compat : {"rms-6.5"}, optional
        Fits stopped as rms 6.5 stops them; the default uses converged fits.
    workers : int
        Threads; the result does not depend on them.
    progress : callable, optional
        Called with the number of finished and of all resamples.
    kernel : {"numpy", "numba"}, optional
        What smooths; numba where it is installed.

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
    check_choice(method, "method", ("boot", "crossvalidation", ".632"))
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    if outcome.size <= 2 * EDGE:
        raise InputError(
            "y_true",
            f"has {outcome.size} patients, where the curve runs from the fifth smallest to the fifth largest risk",
            hint=f"At least {2 * EDGE + 1} patients are needed.",
        )
    y = outcome.astype(np.float64)
    if mode == "default":
        matrix = standardised(matrix)
    keep_pages()
    with one_blas_thread():
        fit = first_fit(matrix, y, mode)
        risk = risks(log_odds_of_refits(fit.coefficients[None, :], matrix))[0]
        task = Task(matrix, y, _grid(risk), mode, *load("lowess", kernel))
        generator = RRandom(seed)
        if method == "boot":
            errors = task.run(generator, bootstraps, workers, progress)
        else:
            errors = held_out_errors(task, samples(outcome, method, bootstraps), generator, apparent_curve(task, risk))
        return _assemble(task, risk, errors, fit.condition, bootstraps, seed, generator)


def _grid(risk: Floats) -> Floats:
    """R's ``seq`` of 50 points from the fifth smallest to the fifth largest risk."""
    ordered = np.sort(risk)
    low, high = float(ordered[EDGE - 1]), float(ordered[-EDGE])
    if low == high:
        raise NotEstimable(
            "rank", f"nearly all patients have the risk {low:.6g}, so there is no curve.", hint="Use other predictors."
        )
    return _sequence(low, high, _GRID)


@dataclass(frozen=True)
class Errors:
    """Training minus test error of each successful resample, number that failed, largest condition number.

    Resamples count alike, or by `shares` where these are given; `original` is what rms adds for the shares of those
    that do not reach a risk.
    """

    differences: Floats
    failed: int
    condition: float
    shares: Floats | None = None
    original: Floats | None = None

    def optimism(self, *, shared_out: bool) -> Floats:
        """Mean of the differences at each risk over the resamples that reach it; 0 where none does."""
        known = ~np.isnan(self.differences)
        values = np.where(known, self.differences, 0.0)
        if self.shares is None or self.original is None:
            return np.asarray(values.sum(axis=0) / np.maximum(known.sum(axis=0), 1))
        total = self.shares @ known
        if shared_out:
            return np.asarray(self.shares @ values / np.where(total > 0.0, total, 1.0))
        return np.asarray(self.shares @ values + (1.0 - total) * self.original)


@dataclass(frozen=True)
class Task:
    """What all resamples share."""

    x: Floats
    y: Floats
    grid: Floats
    mode: str
    smoother: ModuleType
    kernel: str

    def run(self, generator: RRandom, bootstraps: int, workers: int, progress: Progress | None) -> Errors:
        """All resamples, in blocks."""
        parts = map_bootstraps(self.block, generator, self.y.size, bootstraps, workers=workers, progress=progress)
        return Errors(
            np.concatenate([part.differences for part in parts]),
            sum(part.failed for part in parts),
            max(part.condition for part in parts),
        )

    def block(self, drawn: npt.NDArray[np.int32]) -> Errors:
        """Refit, and both curves, of a block of resamples."""
        counts = counts_of(drawn, self.y.size)
        fits = lrm_fit_batch(self.x, self.y, counts, tol=_REFIT_TOL, converge=self.mode == "default")
        fitted = np.flatnonzero(~fits.failed)
        risk = risks(log_odds_of_refits(fits.coefficients[fitted], self.x))
        order = np.argsort(risk, axis=1, kind="stable")
        test = self.read_off(np.take_along_axis(risk, order, axis=1), self.y[order])
        drawn = drawn[fitted]
        order = np.argsort(_ranks(risk, order)[np.arange(fitted.size)[:, None], drawn], axis=1, kind="stable")
        sample = np.take_along_axis(drawn, order, axis=1)
        training = self.read_off(np.take_along_axis(risk, sample, axis=1), self.y[sample])
        condition = float(np.max(fits.condition[fitted], initial=1.0))
        return Errors((training - self.grid) - (test - self.grid), int(fits.failed.sum()), condition)

    def read_off(self, risk: Floats, outcome: Floats) -> Floats:
        """Lowess of each row at the grid."""
        found: Floats = self.smoother.read_off(risk, outcome, window_size(risk.shape[1], _SPAN), self.grid)
        return found

    def curve(self, risk: Floats, counts: Floats) -> Floats:
        """Lowess at the grid of the patients that are counted, as often as they are."""
        order = np.argsort(risk, kind="stable")
        rows = np.repeat(order, counts[order].astype(np.int64))
        curve: Floats = self.read_off(risk[None, rows], self.y[None, rows])[0]
        return curve


def _ranks(risk: Floats, order: npt.NDArray[np.intp]) -> npt.NDArray[np.uint16] | npt.NDArray[np.uint32]:
    """Rank of each patient within the row, ties equal: small integers sort several times faster than doubles."""
    ordered = np.take_along_axis(risk, order, axis=1)
    steps = np.zeros(risk.shape, dtype=np.uint16 if risk.shape[1] <= 2**16 else np.uint32)
    np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=steps[:, 1:])
    ranks = np.empty_like(steps)
    np.put_along_axis(ranks, order, steps, axis=1)
    return ranks


def apparent_curve(task: Task, risk: Floats) -> Floats:
    """Lowess of the outcomes on the apparent risks, at the grid."""
    order = np.argsort(risk, kind="stable")
    curve: Floats = task.read_off(risk[None, order], task.y[None, order])[0]
    return curve


def held_out_errors(task: Task, plan: Samples, generator: RRandom, apparent: Floats) -> Errors:
    """Errors on test patients that are not those of the training, one sample after the other."""
    found, shares, failed, condition = [], [], 0, 1.0
    for block in plan.blocks(generator):
        models = fit_models(
            task.x, task.y, block.training, tol=_REFIT_TOL, converge=task.mode == "default", backward=False
        )
        failed += len(block.training) - models.fitted.size
        condition = max(condition, models.condition)
        risk = risks(log_odds_of_refits(models.coefficients, task.x))
        for place, own in zip(models.fitted.tolist(), risk, strict=True):
            training, test = (task.curve(own, side[place]) for side in (block.training, block.test))
            base = apparent if plan.from_original else training
            # a sample counts where both of its curves reach
            found.append(plan.factor * np.where(np.isnan(training), np.nan, base - test))
            shares.append(block.shares[place])
    weights = np.array(shares) if plan.from_original else None
    original = plan.factor * (apparent - task.grid)
    return Errors(np.array(found).reshape(-1, task.grid.size), failed, condition, weights, original)


def _assemble(
    task: Task,
    risk: Floats,
    errors: Errors,
    condition: float,
    bootstraps: int,
    seed: int,
    generator: RRandom,
) -> CalibrateResult:
    if errors.failed == bootstraps:
        raise NotEstimable("no convergence", "the model could be fitted to no resample.", hint="Use fewer predictors.")
    apparent = apparent_curve(task, risk)
    reached = (~np.isnan(errors.differences)).sum(axis=0)
    missing = NA_REAL if task.mode == RMS else np.float64(np.nan)
    optimism = errors.optimism(shared_out=task.mode != RMS)
    corrected = np.where(reached > 0, apparent - optimism, missing)
    optimism = np.where(reached > 0, optimism, missing)
    absolute = np.abs(_error(task.grid, corrected, risk))
    return CalibrateResult(
        predicted=task.grid,
        apparent=apparent,
        corrected=corrected,
        optimism=optimism,
        n_resamples=reached,
        mean_absolute_error=r_mean(absolute),
        mean_squared_error=r_mean(absolute * absolute),
        quantile_90_absolute_error=float(quantile_type7(absolute, 0.9)),
        n_failed=errors.failed,
        random_state=generator.state,
        risks=risk,
        condition_number=max(condition, errors.condition),
        bootstraps=bootstraps,
        seed=seed,
        compat=task.mode,
        kernel=task.kernel,
    )


def _error(grid: Floats, corrected: Floats, risk: Floats) -> Floats:
    """Predicted minus corrected risk of each patient within the corrected curve."""
    usable = ~np.isnan(corrected)
    if not usable.any():
        raise NotEstimable("no convergence", "no resample reaches any part of the curve.", hint="Use more resamples.")
    error = risk - interpolate(grid[usable], corrected[usable], risk)
    within = error[~np.isnan(error)]
    if not within.size:
        raise NotEstimable("no convergence", "no patient lies within the corrected curve.", hint="Use more resamples.")
    return np.asarray(within)
