"""Bootstrap limits of odds ratios on R's own resamples (R: rms::bootcov)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_integer, check_level, check_seed
from validation.errors import NotEstimable
from validation.logistic.fit import maximum_likelihood
from validation.logistic.indexes import RMS
from validation.logistic.lrm import lrm_fit, lrm_fit_batch
from validation.logistic.regression import OddsRatioInterval, check_problem
from validation.r_numerics import interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.resampling import Rows, counts_of, map_bootstraps
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.logistic import ForestPlotDisplay

__all__ = ["BootstrapOddsRatiosResult", "bootstrap_odds_ratios"]

#: of the refits of bootcov in rms 6.5
_PASSES, _CHANGE, _SINGULAR = 15, 1e-4, 1e-11
#: bootcov draws one of this many numbers after its loop, for a seed that it stores
_STORED_SEED = 10_000


@dataclass(frozen=True)
class BootstrapOddsRatiosResult(Result):
    """Odds ratios with percentile limits.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    coefficients, standard_error, bias : ndarray of shape (p + 1,)
        Estimates in the data, intercept first; standard deviation of the replicates, and their mean less the estimate.
    odds_ratio, lower, upper : ndarray of shape (p,)
        With percentile limits.
    level : float
    replicates : ndarray of shape (bootstraps - failed, p + 1)
        Coefficients of the resamples that could be fitted.
    bootstraps, failed, seed : int
    condition_number : float
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    n, n_events : int
    compat : str
    """

    names: tuple[str, ...]
    coefficients: Floats
    standard_error: Floats
    bias: Floats
    odds_ratio: Floats
    lower: Floats
    upper: Floats
    level: float
    replicates: Floats = field(repr=False)
    bootstraps: int
    failed: int
    seed: int
    condition_number: float
    random_state: npt.NDArray[np.int32] = field(repr=False)
    n: int
    n_events: int
    compat: str

    @property
    def odds_ratio_condition(self) -> float:
        """Condition number of the odds ratios and their limits: exp magnifies what roundings leave of the log."""
        reach = float(np.max(np.abs(self.replicates[:, 1:]), initial=1.0))
        return max(10.0, self.condition_number) * max(1.0, reach)

    @property
    def p_value(self) -> Floats:
        """Twice the smaller share of replicates on either side of no association."""
        below = (self.replicates[:, 1:] < 0.0).mean(axis=0)
        return np.asarray(np.minimum(1.0, 2.0 * np.minimum(below, 1.0 - below)), dtype=np.float64)

    def confidence_interval(self, level: float | None = None) -> OddsRatioInterval:
        """Percentile limits of the same replicates at another level."""
        if level is None:
            return OddsRatioInterval(self.lower, self.upper)
        return OddsRatioInterval(*_limits(self.replicates, check_level(level)))

    def plot(self, ax: Any = None) -> ForestPlotDisplay:
        """Forest plot of the odds ratios on a logarithmic axis."""
        from validation.displays.logistic import ForestPlotDisplay

        return ForestPlotDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": list(self.names),
            "odds_ratio": self.odds_ratio.tolist(),
            "lower": self.lower.tolist(),
            "upper": self.upper.tolist(),
            "level": [self.level] * len(self.names),
            "standard_error": self.standard_error[1:].tolist(),
            "bias": self.bias[1:].tolist(),
        }


def _limits(replicates: Floats, level: float) -> tuple[Floats, Floats]:
    ends = np.array([quantile_type7(column, interval_probabilities(level)) for column in replicates.T[1:]])
    return np.exp(ends[:, 0]), np.exp(ends[:, 1])


def bootstrap_odds_ratios(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    seed: int,
    bootstraps: int = 1000,
    level: float = 0.95,
    compat: str | None = None,
) -> BootstrapOddsRatiosResult:
    """Odds ratios with bootstrap standard errors and percentile limits.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples, two at least.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : {"rms-6.5"}, optional
        Refits stop where those of ``bootcov`` stop, and one more number is drawn at the end.

    Returns
    -------
    BootstrapOddsRatiosResult

    Raises
    ------
    InputError
        As for `logistic_regression`; a seed or number of resamples that is none.
    NotEstimable
        As for `logistic_regression`; fewer than two resamples that can be fitted.

    Notes
    -----
    Patients are drawn with replacement; resamples in which no estimate exists are left out and counted: where they are
    many, the limits say little. Limits are quantiles (type 7) of the replicates, exponentiated.
    R, after ``set.seed(seed)``: ``rms::bootcov(f, B = bootstraps)`` with ``f <- rms::lrm(y ~ x, x = TRUE, y = TRUE)``.

    References
    ----------
    Efron B, Tibshirani R (1986). Bootstrap methods for standard errors, confidence intervals, and other measures of
    statistical accuracy. Stat Sci 1:54-75. doi:10.1214/ss/1177013815

    Examples
    --------
    >>> x = [[1], [2], [3], [4], [5], [6], [2], [2], [3], [5], [4], [1]]
    >>> y = [0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0]
    >>> result = bootstrap_odds_ratios(y, x, seed=1, bootstraps=50)
    >>> bool(result.lower[0] < result.odds_ratio[0] < result.upper[0]), result.failed < 25
    (True, True)
    """
    problem = check_problem(y_true, x, names, None, None)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=2)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    y = problem.y.astype(np.float64)
    fit = maximum_likelihood(problem.x, problem.y, problem.names)
    coefficients = fit.coefficients
    if mode == RMS:
        early = lrm_fit(problem.x, y)
        if early.failed:
            raise NotEstimable("no convergence", "lrm of rms 6.5 fails on these data.")
        coefficients = early.coefficients
    replicates, condition, failed = _replicates(problem.x, y, generator, bootstraps, mode)
    if mode == RMS:
        generator.sample_int(_STORED_SEED, 1, replace=False)
    lower, upper = _limits(replicates, level)
    return BootstrapOddsRatiosResult(
        problem.names, coefficients, replicates.std(axis=0, ddof=1), replicates.mean(axis=0) - coefficients,
        np.exp(coefficients[1:]), lower, upper, level, replicates, bootstraps, failed, seed,
        max(fit.condition_number, condition), generator.state, problem.y.size, int(np.count_nonzero(problem.y)), mode,
    )  # fmt: skip


def _replicates(x: Floats, y: Floats, generator: RRandom, bootstraps: int, mode: str) -> tuple[Floats, float, int]:
    """Coefficients of the resamples that can be fitted, the worst condition number, and how many cannot."""
    n = y.size
    # centred and scaled columns give the same model with less rounding; rms has them as they are
    centre = np.zeros(x.shape[1]) if mode == RMS else x.mean(axis=0)
    spread = np.ones(x.shape[1]) if mode == RMS else x.std(axis=0)
    columns = (x - centre) / spread

    def refit(rows: Rows) -> tuple[Floats, Floats]:
        fits = lrm_fit_batch(
            columns, y, counts_of(rows, n), maxit=_PASSES, eps=_CHANGE, tol=_SINGULAR, converge=mode != RMS
        )
        good = ~fits.failed
        return fits.coefficients[good], fits.condition[good]

    found = map_bootstraps(refit, generator, n, bootstraps)
    replicates = np.concatenate([coefficients for coefficients, _ in found])
    if len(replicates) < 2:
        raise NotEstimable(
            "no convergence", "Fewer than two resamples have an estimate.", hint="Use Firth's regression."
        )
    replicates[:, 1:] /= spread
    replicates[:, 0] -= replicates[:, 1:] @ centre
    condition = float(np.max(np.concatenate([conditions for _, conditions in found])))
    return replicates, condition, bootstraps - len(replicates)
