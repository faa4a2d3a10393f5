"""Does a selection survive another seed, other patients, a tight threshold: `selection_stability`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_integer, check_seed
from validation.errors import NotEstimable, ValidationWarning
from validation.kernels.threads import one_blas_thread
from validation.lasso.cross_validation import LassoCrossValidation, lasso_cv
from validation.lasso.held_out import read_data
from validation.lasso.measures import MEASURES
from validation.lasso.path import lasso_path, resolve_mode
from validation.r_random import RRandom
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.stability import SelectionFrequencyDisplay

__all__ = ["SelectionStability", "selection_stability"]

Integers = npt.NDArray[np.int64]
#: patients of the smaller class that a half must be able to hold
_FEWEST = 2


@dataclass(frozen=True)
class SelectionStability(Result):
    """How often each predictor is selected.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    seeds : ndarray of shape (r,)
        Seeds of the repeated cross-validations.
    lambda_min, lambda_1se : ndarray of shape (r,)
        What each of them chose.
    times_min, times_1se : ndarray of shape (p,)
        Number of cross-validations whose choice keeps the predictor.
    halves : int
        Number of random halves of the patients that could be fitted.
    half_times_min, half_times_1se : ndarray of shape (p,)
        Number of halves in which the predictor is selected at the choices of the first cross-validation.
    selected_min, selected_1se : tuple of str
        Selection of the first cross-validation.
    threshold_changes_min, threshold_changes_1se : tuple of str
        Predictors that R's default threshold keeps or drops there and the optimum does not.
    random_state : ndarray of 626 int32
        R's ``.Random.seed`` after the halves were drawn.
    compat : str
    """

    names: tuple[str, ...]
    seeds: Integers
    lambda_min: Floats
    lambda_1se: Floats
    times_min: Integers
    times_1se: Integers
    halves: int
    half_times_min: Integers
    half_times_1se: Integers
    selected_min: tuple[str, ...]
    selected_1se: tuple[str, ...]
    threshold_changes_min: tuple[str, ...]
    threshold_changes_1se: tuple[str, ...]
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    @property
    def frequency_min(self) -> Floats:
        """Share of the cross-validations that keep each predictor at lambda_min."""
        return np.asarray(self.times_min / self.seeds.size, dtype=np.float64)

    @property
    def frequency_1se(self) -> Floats:
        """Share of the cross-validations that keep each predictor at lambda_1se."""
        return np.asarray(self.times_1se / self.seeds.size, dtype=np.float64)

    @property
    def half_frequency_min(self) -> Floats:
        """Share of the random halves that keep each predictor at lambda_min."""
        return np.asarray(self.half_times_min / self.halves, dtype=np.float64)

    @property
    def half_frequency_1se(self) -> Floats:
        """Share of the random halves that keep each predictor at lambda_1se."""
        return np.asarray(self.half_times_1se / self.halves, dtype=np.float64)

    def plot(self, ax: Any = None) -> SelectionFrequencyDisplay:
        """Selection frequencies on a Matplotlib axes."""
        from validation.displays.stability import SelectionFrequencyDisplay

        return SelectionFrequencyDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": list(self.names),
            "lambda_min, other seeds": self.frequency_min.tolist(),
            "lambda_1se, other seeds": self.frequency_1se.tolist(),
            "lambda_min, random halves": self.half_frequency_min.tolist(),
            "lambda_1se, random halves": self.half_frequency_1se.tolist(),
        }


def selection_stability(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    repeats: int = 20,
    halves: int = 100,
    folds: int = 10,
    measure: str = "deviance",
    alpha: float = 1.0,
    engine: str = "exact",
    threshold: float = 1e-7,
    compat: str | None = None,
    names: Sequence[str] | None = None,
) -> SelectionStability:
    """Selection of the LASSO over other seeds, over random halves of the patients, and at a tight threshold.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 the event.
    x : array_like of shape (n, p)
        Predictors, at least two columns.
    seed : int
        Cross-validations have the seeds ``seed``, ``seed + 1``, ...; the halves are drawn from ``seed``.
    repeats : int
        Number of cross-validations.
    halves : int
        Number of random halves.
    folds, measure
        As in `lasso_cv`.
    alpha, engine, threshold, compat, names
        As in `lasso_path`.

    Returns
    -------
    SelectionStability

    Raises
    ------
    InputError, NotEstimable
        As in `lasso_cv`; no half with two patients of each class.

    Notes
    -----
    A half holds ``floor(n / 2)`` patients drawn without replacement and is fitted along the lambdas of the full fit.
    Under exchangeability of noise predictors, a predictor selected in a share of more than ``pi`` of the halves is one
    of at most ``q^2 / ((2 pi - 1) p)`` false ones, where q predictors are selected on average.
    R: ``glmnet::cv.glmnet`` after ``set.seed(seed + i)``, and ``glmnet::glmnet(x[s, ], y[s], lambda = fit$lambda)``.

    References
    ----------
    Meinshausen N, Bühlmann P (2010). Stability selection. J R Stat Soc B 72:417-473.
    doi:10.1111/j.1467-9868.2010.00740.x

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[0, 1], [1, 3], [2, 0], [3, 2], [4, 4], [5, 1], [6, 3], [7, 2]] * 6, dtype=float)
    >>> y = np.array([0, 0, 0, 1, 0, 1, 1, 1] * 6)
    >>> result = selection_stability(y, x, seed=1, repeats=3, halves=10, folds=5, names=["age", "marker"])
    >>> result.times_min.tolist(), result.half_times_min.tolist(), result.halves
    ([3, 3], [10, 10], 10)
    """
    chosen, mode = resolve_mode(engine, compat)
    first = check_seed(seed)
    check_integer(repeats, "repeats", minimum=1, maximum=10_000)
    check_integer(halves, "halves", minimum=1, maximum=100_000)
    check_choice(measure, "measure", MEASURES)
    data = read_data(y_true, x, None, None, {"names": names})
    options: dict[str, Any] = {
        "alpha": alpha, "engine": chosen, "threshold": threshold, "compat": compat, "names": data.options["names"],
    }  # fmt: skip
    with warnings.catch_warnings(), one_blas_thread():
        # one warning about a small class is enough
        warnings.simplefilter("ignore", ValidationWarning)
        runs = [
            lasso_cv(data.y, data.x, seed=first + i, folds=folds, measure=measure, **options) for i in range(repeats)
        ]
        counts, fitted, state = _halves(data.y, data.x, runs[0], first, halves, options)
        changes = _threshold_changes(data.y, data.x, runs[0], alpha, threshold)
    return SelectionStability(
        names=runs[0].fit.names,
        seeds=first + np.arange(repeats),
        lambda_min=np.array([run.lambda_min for run in runs]),
        lambda_1se=np.array([run.lambda_1se for run in runs]),
        times_min=np.sum([run.coefficients_min != 0.0 for run in runs], axis=0),
        times_1se=np.sum([run.coefficients_1se != 0.0 for run in runs], axis=0),
        halves=fitted,
        half_times_min=counts[0],
        half_times_1se=counts[1],
        selected_min=runs[0].selected_min,
        selected_1se=runs[0].selected_1se,
        threshold_changes_min=changes[0],
        threshold_changes_1se=changes[1],
        random_state=state,
        compat=mode,
    )


def _halves(
    y: npt.NDArray[np.int8], x: Floats, run: LassoCrossValidation, seed: int, halves: int, options: dict[str, Any]
) -> tuple[Integers, int, npt.NDArray[np.int32]]:
    """How often each predictor is selected at both choices (2 x p), and in how many halves a fit was possible."""
    generator, n = RRandom(seed), y.size
    counts, fitted = np.zeros((2, x.shape[1]), dtype=np.int64), 0
    places = [run.index_min, run.index_1se]
    for _ in range(halves):
        rows = generator.sample_int(n, n // 2, replace=False)
        events = int(y[rows].sum())
        if min(events, rows.size - events) < _FEWEST:
            continue
        path = lasso_path(y[rows], x[rows], lambdas=run.lambdas, **options)
        fitted += 1
        for row, place in enumerate(places):
            # a replay that gave up has no model there
            counts[row] += path.coefficients[:, min(place, path.lambdas.size - 1)] != 0.0
    if fitted == 0:
        raise NotEstimable("too few rows", "No random half of the patients holds two of each class.")
    return counts, fitted, generator.state


def _threshold_changes(
    y: npt.NDArray[np.int8], x: Floats, run: LassoCrossValidation, alpha: float, threshold: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Predictors that are selected by R's threshold and not by the optimum at both choices, or the reverse."""
    lambdas = np.unique([run.lambda_min, run.lambda_1se])[::-1]
    optimum = lasso_path(y, x, alpha=alpha, lambdas=lambdas, names=run.fit.names)
    replay = lasso_path(
        y, x, alpha=alpha, lambdas=run.lambdas, engine="glmnet", threshold=threshold, names=run.fit.names
    )
    found = []
    for place, lam in ((run.index_min, run.lambda_min), (run.index_1se, run.lambda_1se)):
        kept = optimum.coefficients[:, int(np.flatnonzero(optimum.lambdas == lam)[0])] != 0.0
        here = replay.coefficients[:, min(place, replay.lambdas.size - 1)] != 0.0
        found.append(tuple(name for name, a, b in zip(run.fit.names, kept, here, strict=True) if a != b))
    return found[0], found[1]
