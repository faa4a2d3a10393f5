"""Bootstrap interval of the average precision, on resamples from R's generator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_level, check_outcome, check_scores, check_seed
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import precision_recall as certified_values
from validation.r_random import RRandom
from validation.relations import precision_recall as relations
from validation.resampling import block_size
from validation.result import ConfidenceInterval, Result
from validation.roc.precision_recall import (
    PrecisionRecallResult,
    average_precision_of,
    precision_recall,
    precision_recall_cases,
)
from validation.roc.resamples import draw_rows, rank
from validation.statistic import Case, Settings, Statistic, bits, exact, register, resample

if TYPE_CHECKING:
    from validation.displays.precision_recall import PrecisionRecallDisplay

__all__ = ["PRECISION_RECALL_BOOTSTRAP", "PrecisionRecallBootstrapResult", "precision_recall_bootstrap"]


@dataclass(frozen=True)
class PrecisionRecallBootstrapResult(Result):
    """Average precision with a percentile interval.

    Attributes
    ----------
    average_precision : float
        In the data.
    median, lower, upper : float
        Median and percentile limits of the replicates.
    level : float
    replicates : ndarray of shape (bootstraps,)
        Average precision in each resample, in the order of the draws.
    bootstraps, seed : int
    curve : PrecisionRecallResult
        Curve of the data.
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    average_precision: float
    median: float
    lower: float
    upper: float
    level: float
    replicates: Floats = field(repr=False)
    bootstraps: int
    seed: int
    curve: PrecisionRecallResult = field(repr=False)
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Percentile interval of the same replicates at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        low, _, high = _quantiles(self.replicates, check_level(level))
        return ConfidenceInterval(low, high)

    def _table(self) -> dict[str, list[Any]]:
        names = ("average_precision", "median", "lower", "upper", "level", "bootstraps", "seed")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> PrecisionRecallDisplay:
        """Draw the curve with this interval."""
        from validation.displays.precision_recall import PrecisionRecallDisplay

        return PrecisionRecallDisplay(self.curve, interval=self).plot(ax)


def _quantiles(replicates: Floats, level: float) -> tuple[float, float, float]:
    """Lower limit, median and upper limit: quantiles of type 7, their positions and weights without rounding."""
    ordered = np.sort(replicates).tolist()
    tail = (1 - Fraction(level)) / 2
    found = []
    for probability in (tail, Fraction(1, 2), 1 - tail):
        position = (len(ordered) - 1) * probability
        low = math.floor(position)
        high = min(low + 1, len(ordered) - 1)
        part = position - low
        found.append(float((1 - part) * Fraction(ordered[low]) + part * Fraction(ordered[high])))
    return found[0], found[1], found[2]


def precision_recall_bootstrap(
    y_true: Any, y_score: Any, *, direction: str = "higher", seed: int, bootstraps: int = 2000, level: float = 0.95
) -> PrecisionRecallBootstrapResult:
    """Average precision with a stratified bootstrap percentile interval.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    PrecisionRecallBootstrapResult

    Raises
    ------
    InputError
        As for `precision_recall`, and a seed or number of resamples that is none.
    NotEstimable
        One case or one control only.

    Notes
    -----
    The resamples are those of `auc_bootstrap`: as many controls, then as many cases, as there are, with replacement,
    from one stream of R's generator; the prevalence is the same in each. The limits are the quantiles (type 7) of the
    resampled average precisions at (1 - level)/2 and 1 - (1 - level)/2. A resample holds patients twice, which lifts
    its average precision where scores hardly tie: the median lies above the estimate in small cohorts.
    R: none; ``pROC::ci.coords`` has precision at a threshold, with the same draws.

    References
    ----------
    Boyd K, Eng KH, Page CD (2013). Area under the precision-recall curve: point estimates and confidence intervals.
    ECML PKDD 2013, LNCS 8190:451-466. doi:10.1007/978-3-642-40994-3_29

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> result = precision_recall_bootstrap(y, x, seed=42, bootstraps=500)
    >>> round(result.average_precision, 4), round(result.lower, 4), result.upper
    (0.8542, 0.625, 1.0)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=1)
    curve = precision_recall(outcome, scores, direction=direction, level=level)
    for count, word in ((curve.n_cases, "case"), (curve.n_controls, "control")):
        if count < 2:
            raise NotEstimable(
                "too few rows",
                f"The outcome has one {word} only: every resample holds that {word} again.",
                hint="Percentile limits need at least two cases and two controls.",
            )
    ranked = rank(outcome, scores, direction)
    size, replicates = block_size(outcome.size, bootstraps), []
    for start in range(0, bootstraps, size):
        rows = draw_rows(generator, [outcome], min(size, bootstraps - start), stratified=True)[0]
        counts = ranked.counts(rows)
        cases = counts.cases.astype(np.int64)[:, ::-1]
        positives = np.cumsum(cases + counts.controls.astype(np.int64)[:, ::-1], axis=1)
        replicates += [average_precision_of(*pair) for pair in zip(cases, positives, strict=True)]
    values = np.array(replicates)
    lower, median, upper = _quantiles(values, level)
    return PrecisionRecallBootstrapResult(
        average_precision=curve.average_precision,
        median=median,
        lower=lower,
        upper=upper,
        level=level,
        replicates=values,
        bootstraps=bootstraps,
        seed=seed,
        curve=curve,
        random_state=generator.state,
        compat="default",
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    extra = {"seed": settings.seed, "bootstraps": settings.bootstraps}
    for case in precision_recall_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, **extra})


PRECISION_RECALL_BOOTSTRAP = register(
    Statistic(
        name="precision_recall_bootstrap",
        compute=precision_recall_bootstrap,
        r=None,
        no_r="pROC has no average precision; exact fractions on the same resamples stand in for R",
        package="pROC",
        title="Average precision with bootstrap interval",
        cases=_cases,
        quantities={
            "average_precision": exact(),
            "median": resample(exact()),
            "lower": resample(exact()),
            "upper": resample(exact()),
            "random_state": bits(),
        },
        relations=(relations.precision_resampled_ranks, relations.precision_resampled_limits),
        certified=certified_values.precision_recall_bootstrap,
        display="validation.displays.precision_recall.PrecisionRecallDisplay",
    )
)
