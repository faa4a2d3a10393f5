"""Indexes of a logistic model corrected for optimism (R: rms::validate)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import (
    Floats,
    check_choice,
    check_integer,
    check_level,
    check_matrix,
    check_outcome,
    check_seed,
)
from validation.errors import InputError, NotEstimable
from validation.internal_validation.indexes import (
    INDEXES,
    Sorted,
    indexes_of_test_sets,
    indexes_of_training_sets,
    indexes_without_predictors,
    largest_error,
    largest_error_on_grid,
)
from validation.internal_validation.models import fit_models
from validation.internal_validation.original import original_indexes
from validation.internal_validation.refits import RMS, log_odds_of_refits, standardised
from validation.internal_validation.samples import METHODS, Block, Samples, number_of_blocks, samples
from validation.kernels.memory import keep_pages
from validation.kernels.threads import one_blas_thread
from validation.r_numerics import NA_REAL, interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.resampling import Progress, parallel_map
from validation.result import ConfidenceInterval, Result

if TYPE_CHECKING:
    from validation.displays.validate import ValidateDisplay

__all__ = ["ValidateResult", "validate_model"]

#: singularity tolerances that validate hands to the refits and to the recalibration
_REFIT_TOL, _RECALIBRATION_TOL = 1e-12, 1e-13
_DXY, _INTERCEPT, _SLOPE, _EMAX = (INDEXES.index(name) for name in ("Dxy", "Intercept", "Slope", "Emax"))


@dataclass(frozen=True)
class ValidateResult(Result):
    """Apparent, resampled and corrected indexes of a logistic model.

    Vectors hold one entry per index, in the order of `indexes`.

    Attributes
    ----------
    indexes : tuple of str
        Dxy, R2, Intercept, Slope, Emax, D, U, Q, B, g, gp.
    index_original : ndarray of shape (11,)
        On the patients that the model was fitted to.
    training, test : ndarray of shape (11,)
        Means over the samples of the index on the training and on the test patients.
    optimism, index_corrected : ndarray of shape (11,)
        What the original index is too good by, and what is left.
    n_resamples : ndarray of shape (11,)
        Samples that each index could be computed in.
    auc, corrected_auc : float
        ``Dxy / 2 + 1/2``.
    auc_lower, auc_upper : float
        Limits of the corrected area: percentiles of the apparent areas of the bootstrap models, moved so that their
        mean is the corrected area (mode "rms-6.5": moved down by the optimism). Missing with other methods.
    level : float
    training_samples, test_samples : ndarray of shape (samples, 11)
        Indexes of each sample whose model could be fitted.
    n_failed : int
        Samples whose fit failed and that were left out.
    random_state : ndarray of shape (626,)
        R's generator after the last draw.
    condition_number : float
        Largest condition number of the scaled information over all fits.
    method : str
    bootstraps, seed : int
    compat : str
    kernel : str
    """

    indexes: tuple[str, ...]
    index_original: Floats
    training: Floats
    test: Floats
    optimism: Floats
    index_corrected: Floats
    n_resamples: npt.NDArray[np.int64]
    auc: float
    corrected_auc: float
    auc_lower: float
    auc_upper: float
    level: float
    training_samples: Floats = field(repr=False)
    test_samples: Floats = field(repr=False)
    n_failed: int
    random_state: npt.NDArray[np.int32] = field(repr=False)
    condition_number: float
    method: str
    bootstraps: int
    seed: int
    compat: str
    kernel: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Location-shifted bootstrap interval of the corrected area under the ROC curve."""
        if level is None or self.method != "boot":
            return ConfidenceInterval(self.auc_lower, self.auc_upper)
        moved = _shift(self.training, self.optimism, self.index_corrected, self.compat)
        return _area_limits(self.training_samples[:, _DXY], moved, check_level(level))

    @property
    def mean_largest_error(self) -> float:
        """Mean over the samples of each sample's own Emax, which rms from 8.1 prints in place of Emax."""
        pairs = self.test_samples[:, (_INTERCEPT, _SLOPE)]
        pairs = pairs[~np.isnan(pairs).any(axis=1)]
        return float(np.mean([largest_error_on_grid(*pair) for pair in pairs])) if len(pairs) else float("nan")

    def _table(self) -> dict[str, list[Any]]:
        columns = ("index_original", "training", "test", "optimism", "index_corrected", "n_resamples")
        return {"index": list(self.indexes)} | {name: getattr(self, name).tolist() for name in columns}

    def plot(self, ax: Any = None) -> ValidateDisplay:
        """Draw apparent and corrected indexes."""
        from validation.displays.validate import ValidateDisplay

        return ValidateDisplay(self).plot(ax)


def validate_model(
    y_true: Any,
    x: Any,
    *,
    seed: int,
    method: str = "boot",
    bootstraps: int = 200,
    level: float = 0.95,
    clusters: Any = None,
    groups: Any = None,
    backward_elimination: bool = False,
    compat: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> ValidateResult:
    """Correct the indexes of a logistic model for optimism.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    x : array_like of shape (n, p)
        Design matrix without intercept.
    seed : int
        As R's ``set.seed`` takes it.
    method : {"boot", "crossvalidation", ".632", "randomization"}
        Bootstrap; cross-validation; the bootstrap that tests on the patients left out; permuted outcomes.
    bootstraps : int
        Number of resamples; of folds with ``crossvalidation``.
    level : float
        Confidence level of the limits of the corrected area.
    clusters : array_like of shape (n,), optional
        Label of each patient's cluster; with ``boot`` clusters are drawn whole, in the order of their sorted labels.
    groups : array_like of shape (n,), optional
        Label of each patient's group; with ``boot`` each group is resampled by itself, in the order of sorted labels.
    backward_elimination : bool
        Eliminate predictors by Akaike's criterion in every sample as in the data (as `backward_elimination` does), so
        that the optimism of the selection is counted; the indexes are those of the models that are left.
    compat : {"rms-6.5"}, optional
        Fits stopped as rms 6.5 stops them, and its Emax on a grid of risks; the default uses converged fits.
    workers : int
        Threads; the result does not depend on them.
    progress : callable, optional
        Called with the number of finished and of all blocks of samples.

    Returns
    -------
    ValidateResult

    Raises
    ------
    InputError
        Outcome, matrix, clusters or seed cannot be used.
    NotEstimable
        The model cannot be fitted to the data or to any sample; a test set has one outcome class; with ``.632``
        somebody is never left out.

    Notes
    -----
    In each sample the model is refitted to the training patients. Optimism is the mean of training minus test index,
    and ``corrected = original - optimism``; with ``.632``, optimism is .632 times original minus test, whose mean
    weighs each sample by the patients that it tests. Intercept and Slope are those of the logistic regression of the
    outcome on the test patients' log odds; ``D = (LR - 1) / n``, ``U = (L01 - L - 2) / n`` with the deviances of the
    log odds as they are and recalibrated, ``Q = D - U``; B is the Brier score, g and gp are Gini's mean differences of
    log odds and risks. Emax is the largest distance of a risk from its recalibrated one at the corrected Intercept and
    Slope; rms 6.5 writes it into the columns of optimism and corrected index alike.

    The bootstrap models look better on their samples than the model on the data by about the optimism once more, so
    that moving their percentiles down by one optimism, as Noma and colleagues do, leaves the interval too high; the
    default moves their mean to the corrected area. Either is too narrow where the model has many predictors for its
    events: in simulations with 40 to 110 events 95 % intervals held the true area of the model in 84 to 91 %.
    R: ``rms::validate(rms::lrm(y ~ ., x = TRUE, y = TRUE), method = method, B = bootstraps)`` after
    ``set.seed(seed)``.

    References
    ----------
    Harrell FE, Lee KL, Mark DB (1996). Multivariable prognostic models. Stat Med 15:361-387.
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4
    Noma H, Shinozaki T, Iba K, Teramukai S, Furukawa TA (2021). Confidence intervals of prediction accuracy measures
    for multivariable prediction models based on the bootstrap-based optimism correction methods. Stat Med
    40:5691-5701. doi:10.1002/sim.9148

    Examples
    --------
    >>> import numpy as np
    >>> x = np.column_stack([np.linspace(-2, 2, 80), np.cos(np.arange(80.0))])
    >>> y = (np.sin(np.arange(80) * 7.0) + x[:, 0] > 0).astype(int)
    >>> result = validate_model(y, x, seed=1, bootstraps=40)
    >>> result.corrected_auc < result.auc, bool(result.index_corrected[3] < 1)
    (True, True)
    """
    outcome = check_outcome(y_true)
    matrix, _ = check_matrix(x, outcome.size)
    check_seed(seed)
    check_integer(bootstraps, "bootstraps", minimum=1)
    check_level(level)
    check_choice(method, "method", METHODS)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    clustered = _places(clusters, outcome.size, method, "clusters")
    plan = samples(outcome, method, bootstraps, clustered, _places(groups, outcome.size, method, "groups"))
    if clusters is not None and groups is not None:
        raise InputError("groups", "cannot be given together with clusters", hint="Choose one of both.")
    keep_pages()
    with one_blas_thread():
        original, condition = original_indexes(matrix, outcome, mode, backward=backward_elimination)
        if mode == "default":
            # the fit does not depend on units, its rounding does
            matrix = standardised(matrix)
        generator = RRandom(seed)
        task = _Task(np.ascontiguousarray(matrix[plan.rows]), plan, mode, backward_elimination)
        found = task.run(generator, bootstraps, workers, progress)
    return _assemble(task, original, found, generator, _Choices(method, bootstraps, seed, level, condition))


def _places(labels: Any, n: int, method: str, argument: str) -> npt.NDArray[np.intp] | None:
    """Number of each patient's cluster or group, in the order of sorted labels."""
    if labels is None:
        return None
    values = np.asarray(labels)
    if values.shape != (n,):
        raise InputError(argument, f"has shape {values.shape} where the outcome has {n} patients")
    if method != "boot":
        raise InputError(argument, f"belong to the bootstrap only, not to {method!r}")
    try:
        places = np.unique(values, return_inverse=True)[1]
    except TypeError as error:
        raise InputError(argument, "holds labels that cannot be sorted", hint="Use one kind of labels.") from error
    return np.asarray(places, dtype=np.intp)


@dataclass(frozen=True)
class _Choices:
    """What the caller chose, and the condition of the first fit."""

    method: str
    bootstraps: int
    seed: int
    level: float
    condition: float


@dataclass(frozen=True)
class _Indexes:
    """Training and test indexes of the samples whose model could be fitted."""

    training: Floats
    test: Floats
    shares: Floats
    failed: int
    condition: float


@dataclass(frozen=True)
class _Task:
    """What all samples share."""

    x: Floats
    plan: Samples
    mode: str
    backward: bool

    def run(self, generator: RRandom, count: int, workers: int, progress: Progress | None) -> _Indexes:
        """All samples, in blocks."""
        total = number_of_blocks(len(self.x), count)
        parts = parallel_map(self.block, self.plan.blocks(generator), total, workers=workers, progress=progress)
        return _Indexes(
            np.concatenate([part.training for part in parts]),
            np.concatenate([part.test for part in parts]),
            np.concatenate([part.shares for part in parts]),
            sum(part.failed for part in parts),
            max(part.condition for part in parts),
        )

    def block(self, block: Block) -> _Indexes:
        """Refit and judge a block of samples."""
        y, converge = self.plan.outcome, self.mode == "default"
        models = fit_models(self.x, y, block.training, tol=_REFIT_TOL, converge=converge, backward=self.backward)
        found = Sorted.of(log_odds_of_refits(models.coefficients, self.x), y)
        training = np.take_along_axis(block.training[models.fitted], found.order, axis=1)
        test = np.take_along_axis(block.test[models.fitted], found.order, axis=1)
        tested, condition = indexes_of_test_sets(found, test, tol=_RECALIBRATION_TOL, converge=converge)
        empty = models.empty
        if empty.any():
            tested[empty] = indexes_without_predictors(tested[empty], found.part(empty), test[empty], converge=converge)
        if not converge and bool(np.isnan(tested).any()):
            raise NotEstimable(
                "rank",
                "rms 6.5 ends with an error: in a test set all patients have the same log odds.",
                hint="The default mode leaves such test sets out; fewer folds avoid them.",
            )
        return _Indexes(
            indexes_of_training_sets(found, training, models.deviance),
            tested,
            block.shares[models.fitted],
            len(block.training) - models.fitted.size,
            max(models.condition, condition),
        )


def _means(values: Floats, known: npt.NDArray[np.bool_], shares: Floats) -> Floats:
    """Weighted mean of each column over the samples that know it."""
    weights = np.where(known, shares[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((np.where(known, values, 0.0) * weights).sum(axis=0) / weights.sum(axis=0))


def _assemble(task: _Task, original: Floats, found: _Indexes, generator: RRandom, choices: _Choices) -> ValidateResult:
    if not len(found.training):
        raise NotEstimable("no convergence", "the model could be fitted to no sample.", hint="Use fewer predictors.")
    known = ~np.isnan(found.training) & ~np.isnan(found.test)
    training = _means(found.training, known, np.ones(len(known)))
    rms = task.mode == RMS
    # rms does not share out again the weights of samples whose model could not be fitted
    test = _means(found.test, known, found.shares) * (found.shares.sum() if rms and task.plan.from_original else 1.0)
    optimism = task.plan.factor * ((original if task.plan.from_original else training) - test)
    corrected, reached = original - optimism, known.sum(axis=0)
    largest = (largest_error_on_grid if rms else largest_error)(corrected[_INTERCEPT], corrected[_SLOPE])
    training[_EMAX], test[_EMAX], optimism[_EMAX] = 0.0, largest, largest if rms else -largest
    corrected[_EMAX] = largest
    boot = choices.method == "boot"
    moved = _shift(training, optimism, corrected, task.mode) if boot else float(NA_REAL) if rms else float("nan")
    limits = _area_limits(found.training[:, _DXY], moved, choices.level) if boot else ConfidenceInterval(moved, moved)
    return ValidateResult(
        indexes=INDEXES,
        index_original=original,
        training=training,
        test=test,
        optimism=optimism,
        index_corrected=corrected,
        n_resamples=reached,
        auc=float(original[_DXY] / 2.0 + 0.5),
        corrected_auc=float(corrected[_DXY] / 2.0 + 0.5),
        auc_lower=limits.low,
        auc_upper=limits.high,
        level=choices.level,
        training_samples=found.training,
        test_samples=found.test,
        n_failed=found.failed,
        random_state=generator.state,
        condition_number=max(choices.condition, found.condition),
        method=choices.method,
        bootstraps=choices.bootstraps,
        seed=choices.seed,
        compat=task.mode,
        kernel="numpy",
    )


def _shift(training: Floats, optimism: Floats, corrected: Floats, mode: str) -> float:
    """How far the bootstrap models' Dxy is moved down: by the optimism, or until its mean is the corrected one."""
    return float(optimism[_DXY] if mode == RMS else training[_DXY] - corrected[_DXY])


def _area_limits(training_dxy: Floats, moved: float, level: float) -> ConfidenceInterval:
    """Percentiles of the apparent areas of the bootstrap models, moved down with their Dxy."""
    areas = training_dxy / 2.0 + 0.5
    low, high = quantile_type7(areas, interval_probabilities(level)).tolist()
    return ConfidenceInterval(low - moved / 2.0, high - moved / 2.0)
