"""Bootstrap interval of Hand and Till's area, on resamples of each class from R's generator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_level, check_seed
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import multiclass as certified_values
from validation.r_random import RRandom
from validation.relations import multiclass as relations
from validation.resampling import block_size, counts_of
from validation.result import ConfidenceInterval, Result
from validation.roc.bootstrap import exact_quantile
from validation.roc.multiclass import Classes, check_classes, multiclass_auc, multiclass_cases
from validation.statistic import Case, Settings, Statistic, bits, exact, register, resample

if TYPE_CHECKING:
    from validation.displays.multiclass import PairwiseAreasDisplay

__all__ = ["MULTICLASS_AUC_BOOTSTRAP", "MulticlassBootstrapResult", "multiclass_auc_bootstrap"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class MulticlassBootstrapResult(Result):
    """Hand and Till's area with a percentile interval.

    Attributes
    ----------
    auc : float
        Mean of the pairwise areas in the data.
    median, lower, upper : float
        Median and percentile limits of the replicates.
    level : float
    pairwise : ndarray of shape (pairs,)
        Area of each pair of classes in the data.
    classes, directions : tuple of str
    n : tuple of int
        Patients of each class.
    bootstraps, seed : int
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    auc: float
    median: float
    lower: float
    upper: float
    level: float
    pairwise: Floats
    classes: tuple[str, ...]
    directions: tuple[str, ...]
    n: tuple[int, ...]
    bootstraps: int
    seed: int
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str
    # sums of pairs won, in rising order, and what they are divided by
    _won: tuple[list[int], int] = field(repr=False)

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Percentile interval of the same replicates at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(*self._won, check_level(level))[::2])

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names of the classes of each pair."""
        return tuple((a, b) for i, a in enumerate(self.classes) for b in self.classes[i + 1 :])

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "median", "lower", "upper", "level", "bootstraps", "seed")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> PairwiseAreasDisplay:
        """Draw the areas of the pairs, their mean and its interval."""
        from validation.displays.multiclass import PairwiseAreasDisplay

        return PairwiseAreasDisplay(self).plot(ax)


def _blocks(generator: RRandom, codes: Integers, bootstraps: int) -> Iterator[npt.NDArray[np.int32]]:
    """Rows of resamples that draw each class in turn, one resample per row of the matrix."""
    groups = [np.flatnonzero(codes == place) for place in range(int(codes.max()) + 1)]
    size = block_size(codes.size, bootstraps)
    for start in range(0, bootstraps, size):
        rows = [
            np.concatenate([group[generator.sample_int(group.size, group.size, replace=True)] for group in groups])
            for _ in range(min(size, bootstraps - start))
        ]
        yield np.array(rows, dtype=np.int32)


@dataclass(frozen=True)
class _Column:
    """A column's places among its distinct values, counted on from class to class."""

    places: Integers
    distinct: int

    @classmethod
    def of(cls, scores: Floats, codes: Integers) -> _Column:
        values, places = np.unique(scores + 0.0, return_inverse=True)
        return cls(places.astype(np.int64) + values.size * codes, values.size)

    def counts(self, rows: npt.NDArray[np.int32], classes: int) -> Integers:
        """How often each value was drawn: resamples x classes x values."""
        found = counts_of(self.places[rows].astype(np.int32), classes * self.distinct)
        return found.astype(np.int64).reshape(rows.shape[0], classes, self.distinct)


def _won(counts: Integers, high: int, low: int) -> Integers:
    """Twice the pairs that the one class wins over the other, ties once, in each resample."""
    lower = counts[:, low]
    total: Integers = (counts[:, high] * (2 * np.cumsum(lower, axis=1) - lower)).sum(axis=1)
    return total


def _totals(classes: Classes, generator: RRandom, bootstraps: int) -> tuple[list[int], int]:
    """Sum of the pairwise areas in each resample as a whole number, in rising order, and its divisor."""
    k = len(classes.names)
    sizes = np.bincount(classes.codes).tolist()
    columns = [_Column.of(scores, classes.codes) for scores in classes.columns]
    whole = math.prod(sizes)
    found: list[int] = []
    for rows in _blocks(generator, classes.codes, bootstraps):
        counts = [column.counts(rows, k) for column in columns]
        totals = [0] * rows.shape[0]
        for pair, (i, j) in enumerate(classes.pairs):
            weight = whole // (sizes[i] * sizes[j])
            for control, case, _, direction in classes.problems(pair):
                of_column = counts[0] if len(columns) == 1 else counts[control]
                high, low = (case, control) if direction == "higher" else (control, case)
                won = _won(of_column, high, low).tolist()
                totals = [total + weight * number for total, number in zip(totals, won, strict=True)]
        found += totals
    areas = len(classes.pairs) * (1 if len(columns) == 1 else 2)
    return sorted(found), 2 * whole * areas


def _limits(ordered: list[int], divisor: int, level: float) -> tuple[float, float, float]:
    """Lower limit, median and upper limit: quantiles of type 7, each rounded once."""
    tail = (1 - Fraction(level)) / 2
    found = [float(exact_quantile(ordered, p) / divisor) for p in (tail, Fraction(1, 2), 1 - tail)]
    return found[0], found[1], found[2]


def multiclass_auc_bootstrap(
    y_true: Any,
    y_score: Any,
    *,
    levels: Any = None,
    direction: Any = "higher",
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
) -> MulticlassBootstrapResult:
    """Hand and Till's area with a bootstrap percentile interval.

    Parameters
    ----------
    y_true, y_score, levels, direction
        As for `multiclass_auc`.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    MulticlassBootstrapResult

    Raises
    ------
    InputError
        As for `multiclass_auc`, and a seed or number of resamples that is none.
    NotEstimable
        A class of one patient, which every resample would hold again.

    Notes
    -----
    Each resample draws, with replacement, as many patients of each class as there are, the first class first, from one
    stream of R's generator. The limits are the quantiles (type 7) of the resampled areas at (1 - level)/2 and
    1 - (1 - level)/2. The directions are those given, in every resample. R: none; ``pROC::ci.auc`` refuses the result
    of ``pROC::multiclass.roc``.

    References
    ----------
    Hand DJ, Till RJ (2001). A simple generalisation of the area under the ROC curve for multiple class classification
    problems. Mach Learn 45:171-186. doi:10.1023/A:1010920819831

    Examples
    --------
    >>> y, x = [0, 0, 0, 1, 1, 1, 2, 2, 2], [1.0, 2.0, 2.2, 1.5, 3.0, 3.1, 2.5, 4.0, 5.0]
    >>> result = multiclass_auc_bootstrap(y, x, seed=1, bootstraps=500)
    >>> round(result.auc, 4), round(result.lower, 4), round(result.upper, 4)
    (0.8519, 0.7037, 1.0)
    """
    classes = check_classes(y_true, y_score, levels, direction)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=1)
    check_level(level)
    point = multiclass_auc(y_true, y_score, levels=levels, direction=direction)
    if min(point.n) < 2:
        raise NotEstimable(
            "too few rows",
            f"Class {point.classes[int(np.argmin(point.n))]} has one patient, whom every resample would hold again.",
            hint="Percentile limits need at least two patients of each class.",
        )
    won = _totals(classes, generator, bootstraps)
    lower, median, upper = _limits(*won, level)
    return MulticlassBootstrapResult(
        auc=point.auc,
        median=median,
        lower=lower,
        upper=upper,
        level=level,
        pairwise=point.pairwise,
        classes=point.classes,
        directions=point.directions,
        n=point.n,
        bootstraps=bootstraps,
        seed=seed,
        random_state=generator.state,
        compat="default",
        _won=won,
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    extra = {"seed": settings.seed, "bootstraps": settings.bootstraps, "level": settings.level}
    for case in multiclass_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, **extra})


MULTICLASS_AUC_BOOTSTRAP = register(
    Statistic(
        name="multiclass_auc_bootstrap",
        compute=multiclass_auc_bootstrap,
        r=None,
        no_r="pROC has no interval of the area of several classes; exact fractions on the same resamples stand in",
        package="pROC",
        title="Area for more than two classes with bootstrap interval",
        cases=_cases,
        quantities={
            "auc": exact(),
            "median": resample(exact()),
            "lower": resample(exact()),
            "upper": resample(exact()),
            "random_state": bits(),
        },
        relations=(relations.multiclass_resampled_ranks, relations.multiclass_limits_are_ordered),
        certified=certified_values.multiclass_auc_bootstrap,
        display="validation.displays.multiclass.PairwiseAreasDisplay",
    )
)
