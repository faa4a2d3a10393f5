"""Bootstrap interval of the area, on the resamples that pROC draws from the same seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from validation.checks import (
    Floats,
    Outcome,
    check_choice,
    check_integer,
    check_level,
    check_mode,
    check_outcome,
    check_scores,
    check_seed,
)
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import roc as certified_roc
from validation.kernels import load
from validation.r_numerics import interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.relations import roc_extensions as relations
from validation.resampling import block_size, counts_of
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, PROC, marker_cases, roc_curve
from validation.roc.delong import trapezoid
from validation.roc.drawn import Drawn
from validation.roc.placements import pair_sums
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, resample

if TYPE_CHECKING:
    from validation.displays.roc import RocCurveDisplay

__all__ = [
    "AUC_BOOTSTRAP",
    "AUCBootstrapResult",
    "Pools",
    "auc_bootstrap",
    "drawn_blocks",
    "exact_quantile",
    "pools_of",
]

#: resampled rows that a lone value may stand for in R, which takes it for a number of rows
_MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class AUCBootstrapResult(Result):
    """Area under the ROC curve with a percentile interval.

    Attributes
    ----------
    auc : float
        Area in the data.
    median, lower, upper : float
        Median and percentile limits of the replicates.
    level : float
        Confidence level.
    replicates : ndarray of shape (bootstraps,)
        Area in each resample, in the order of the draws.
    bootstraps, seed : int
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat, kernel : str
        Mode, and the kernel that drew and counted.
    """

    auc: float
    median: float
    lower: float
    upper: float
    level: float
    replicates: Floats = field(repr=False)
    bootstraps: int
    seed: int
    n_cases: int
    n_controls: int
    direction: str
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str
    kernel: str
    _drawn: Drawn | None = field(default=None, repr=False, compare=False)

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Percentile interval of the same replicates at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        low, high = quantile_type7(self.replicates, interval_probabilities(check_level(level))).tolist()
        return ConfidenceInterval(low, high)

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "median", "lower", "upper", "level", "bootstraps", "seed", "direction")
        return {name: [getattr(self, name)] for name in names}

    def plot(self, ax: Any = None) -> RocCurveDisplay:
        """Draw the curve with its area and percentile interval."""
        from validation.displays.roc_figures import display_of

        return display_of(self).plot(ax)


@dataclass(frozen=True)
class Pools:
    """Places of the controls' and of the cases' values among all distinct ones, which rise with the event."""

    controls: npt.NDArray[np.int64]
    cases: npt.NDArray[np.int64]
    distinct: int


def pools_of(outcome: Outcome, scores: Floats, direction: str, mode: str) -> Pools:
    """Places of the values that the groups are resampled from."""
    groups = [_pool(scores[outcome == group], word, mode) for group, word in ((0, "control"), (1, "case"))]
    sign = 1.0 if direction == "higher" else -1.0
    distinct, places = np.unique(sign * np.concatenate(groups) + 0.0, return_inverse=True)
    n = groups[0].size
    return Pools(places[:n], places[n:], distinct.size)


def _pool(values: Floats, word: str, mode: str) -> Floats:
    """Values that a group is resampled from."""
    if values.size > 1:
        return values
    if mode != PROC:
        raise NotEstimable(
            "too few rows",
            f"The outcome has one {word} only: every resample holds that {word} again.",
            hint="Percentile limits need at least two cases and two controls.",
        )
    if values[0] < 1.0:
        return values
    # R's sample(x) takes a lone number from 1 on for the rows 1 to x
    if values[0] >= _MOST_ROWS + 1:
        raise NotEstimable(
            "too few rows",
            f"R takes the value {values[0]:g} of the only {word} for a number of rows, too many to be drawn.",
            hint="Percentile limits need at least two cases and two controls.",
        )
    return np.arange(1.0, math.floor(values[0]) + 1.0)


def drawn_blocks(generator: RRandom, pools: Pools, bootstraps: int) -> Iterator[tuple[Floats, Floats]]:
    """How often each distinct value was drawn among controls and among cases, one resample per row."""
    n, m = pools.controls.size, pools.cases.size
    size = block_size(n + m, bootstraps)
    for start in range(0, bootstraps, size):
        count = min(size, bootstraps - start)
        controls, cases = np.empty((count, n), dtype=np.int32), np.empty((count, m), dtype=np.int32)
        for row in range(count):
            controls[row] = pools.controls[generator.sample_int(n, n, replace=True)]
            cases[row] = pools.cases[generator.sample_int(m, m, replace=True)]
        yield counts_of(controls, pools.distinct), counts_of(cases, pools.distinct)


def exact_quantile(ordered: Sequence[int | Fraction], probability: Fraction) -> Fraction:
    """Quantile of type 7 of exact numbers, without rounding."""
    position = (len(ordered) - 1) * probability
    low = math.floor(position)
    if low == position:
        return Fraction(ordered[low])
    return ordered[low] + (position - low) * (ordered[low + 1] - ordered[low])


class _Replicates(NamedTuple):
    """Areas; their lower limit, median and upper limit; R's ``.Random.seed`` after the draws; kernel."""

    areas: Floats
    found: list[float]
    random_state: npt.NDArray[np.int32]
    kernel: str


def _as_proc(generator: RRandom, pools: Pools, bootstraps: int, level: float) -> _Replicates:
    """Areas and quantiles by pROC's conventions."""
    module, kernel = load("auc_bootstrap")
    areas, state = module.trapezoids(generator.state, pools.controls, pools.cases, pools.distinct, bootstraps)
    low, high = interval_probabilities(level)
    return _Replicates(areas, quantile_type7(areas, (low, 0.5, high)).tolist(), state, kernel)


def _exactly(generator: RRandom, pools: Pools, bootstraps: int, level: float) -> _Replicates:
    """The same numbers from whole numbers of pairs, each rounded once."""
    module, kernel = load("auc_bootstrap")
    won, state = module.pairs_won(generator.state, pools.controls, pools.cases, pools.distinct, bootstraps)
    pairs = 2 * pools.controls.size * pools.cases.size
    tail = (1 - Fraction(level)) / 2
    ordered = np.sort(won).tolist()
    found = [float(exact_quantile(ordered, p) / pairs) for p in (tail, Fraction(1, 2), 1 - tail)]
    # integers that are doubles are divided with one rounding, others as Python's
    areas = won / pairs if pairs < 2**53 else np.array([number / pairs for number in won.tolist()])
    return _Replicates(areas, found, state, kernel)


def auc_bootstrap(
    y_true: Any,
    y_score: Any,
    *,
    direction: str = "higher",
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> AUCBootstrapResult:
    """Area under the ROC curve with a stratified bootstrap percentile interval.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed, and the same in every resample.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : {"proc-1.18"}, optional
        Areas and quantiles in the order and precision of pROC, and its resamples of a lone control or case, whose
        value R takes for a number of rows. The default counts pairs and rounds each number once.

    Returns
    -------
    AUCBootstrapResult

    Raises
    ------
    InputError
        As for `auc`, and a seed or number of resamples that is none.
    NotEstimable
        One case or one control only (in the mode "proc-1.18": only where its value means more than a million rows).

    Notes
    -----
    Each resample draws as many controls, then as many cases, as there are, with replacement, from one stream of R's
    generator. The limits are the quantiles (type 7) of the resampled areas at (1 - level)/2 and 1 - (1 - level)/2.
    R, after ``set.seed(seed)``: ``pROC::ci.auc(r, method = "bootstrap", boot.n = bootstraps, boot.stratified = TRUE)``;
    the middle value of the three is the median of the resampled areas, not the area.

    References
    ----------
    Carpenter J, Bithell J (2000). Bootstrap confidence intervals: when, which, what? Stat Med 19:1141-1164.
    doi:10.1002/(SICI)1097-0258(20000515)19:9<1141::AID-SIM479>3.0.CO;2-F

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> result = auc_bootstrap(y, x, seed=42, bootstraps=500)
    >>> result.auc, result.median, result.lower, result.upper
    (0.8125, 0.875, 0.4375, 1.0)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=1)
    level = check_level(level)
    mode = check_mode(compat, PROC)
    pools = pools_of(outcome, scores, direction, mode)
    if mode == PROC:
        curve = roc_curve(outcome, scores, direction=direction)
        area = trapezoid(curve.sensitivity, curve.specificity)
        replicates = _as_proc(generator, pools, bootstraps, level)
    else:
        area = float(pair_sums(outcome, scores, direction).area)
        replicates = _exactly(generator, pools, bootstraps, level)
    m = int(outcome.sum())
    lower, median, upper = replicates.found
    numbers = (area, median, lower, upper, level, replicates.areas)
    counts = (bootstraps, seed, m, outcome.size - m)
    drawn = Drawn(outcome, (scores,), (direction,))
    state, kernel = replicates.random_state, replicates.kernel
    return AUCBootstrapResult(*numbers, *counts, direction, state, mode, kernel, drawn)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """One case per marker, with seed, number of resamples and level."""
    extra = {"seed": settings.seed, "bootstraps": settings.bootstraps, "level": settings.level}
    for case in marker_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, **extra})


_LIMIT = resample(closed("unit", "R rounds the position of the quantile"))

AUC_BOOTSTRAP = register(
    Statistic(
        name="auc_bootstrap",
        compute=auc_bootstrap,
        r="roc.R::auc_bootstrap",
        package="pROC",
        title="Area under the ROC curve with bootstrap interval",
        cases=_cases,
        quantities={
            "auc": exact(),
            "median": resample(exact()),
            "lower": _LIMIT,
            "upper": _LIMIT,
            "random_state": bits(),
        },
        compat={
            PROC: {
                "auc": bits(),
                **dict.fromkeys(("median", "lower", "upper"), resample(bits())),
                "random_state": bits(),
            }
        },
        relations=(
            relations.bootstrap_increasing_transform,
            relations.bootstrap_mirror,
            relations.bootstrap_limits_are_ordered,
            relations.bootstrap_of_separated_groups,
        ),
        certified=certified_roc.auc_bootstrap,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
