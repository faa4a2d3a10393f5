"""Bootstrap interval of a partial area, on the resamples that pROC draws from the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import (
    Floats,
    check_choice,
    check_integer,
    check_level,
    check_outcome,
    check_scores,
    check_seed,
)
from validation.cohort import Cohort
from validation.exact import roc_partial as certified
from validation.r_numerics import interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.relations import roc_partial as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.bootstrap import Pools, drawn_blocks, exact_quantile, pools_of
from validation.roc.curve import DIRECTIONS, PROC
from validation.roc.partial import refuse_empty
from validation.roc.partial_area import FOCUSES, PartialArea, Range, check_range
from validation.roc.resamples import Counts, rank
from validation.roc.two_curves import check_flag
from validation.statistic import Case, Settings, Statistic, bits, closed, register, resample

__all__ = ["PARTIAL_AUC_BOOTSTRAP", "PartialAUCBootstrapResult", "partial_auc_bootstrap"]

#: resamples of the shipped and the user's cases, and patients of the cohorts that they come from
_MOST_IN_CASES, _LARGEST = 200, 1000


@dataclass(frozen=True)
class PartialAUCBootstrapResult(Result):
    """Partial area under the ROC curve with a percentile interval.

    Attributes
    ----------
    auc : float
        Partial area in the data, corrected if asked for.
    median, lower, upper : float
        Median and percentile limits of the replicates.
    level : float
        Confidence level.
    corrected : bool
        All areas are corrected by McClish's formula, below the chance line as well.
    partial_range : tuple of two float
    focus : {"specificity", "sensitivity"}
    replicates : ndarray of shape (bootstraps,)
        Area in each resample, in the order of the draws.
    bootstraps, seed : int
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    auc: float
    median: float
    lower: float
    upper: float
    level: float
    corrected: bool
    partial_range: Range
    focus: str
    replicates: Floats = field(repr=False)
    bootstraps: int
    seed: int
    n_cases: int
    n_controls: int
    direction: str
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Percentile interval of the same replicates at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        low, high = quantile_type7(self.replicates, interval_probabilities(check_level(level))).tolist()
        return ConfidenceInterval(low, high)

    def _table(self) -> dict[str, list[Any]]:
        low, high = self.partial_range
        names = ("focus", "corrected", "auc", "median", "lower", "upper", "level", "bootstraps", "seed", "direction")
        return {"range_low": [low], "range_high": [high], **{name: [getattr(self, name)] for name in names}}


def _as_proc(
    generator: RRandom, pools: Pools, area: PartialArea, bootstraps: int, level: float
) -> tuple[Floats, list[float]]:
    """Replicates, and their lower limit, median and upper limit, by pROC's conventions."""
    blocks = [area.as_proc(Counts(*block)) for block in drawn_blocks(generator, pools, bootstraps)]
    areas: Floats = np.concatenate(blocks)
    low, high = interval_probabilities(level)
    found: list[float] = quantile_type7(areas, (low, 0.5, high)).tolist()
    return areas, found


def _exactly(
    generator: RRandom, pools: Pools, area: PartialArea, bootstraps: int, level: float
) -> tuple[Floats, list[float]]:
    """The same in fractions, each number rounded once."""
    blocks = drawn_blocks(generator, pools, bootstraps)
    areas = [value for block in blocks for value in area.exactly(Counts(*block)) if value is not None]
    tail = (1 - Fraction(level)) / 2
    ordered = sorted(areas)
    found = [float(exact_quantile(ordered, p)) for p in (tail, Fraction(1, 2), 1 - tail)]
    return np.array([float(value) for value in areas]), found


def partial_auc_bootstrap(
    y_true: Any,
    y_score: Any,
    *,
    partial_range: Any = (0.9, 1.0),
    focus: str = "specificity",
    corrected: bool = False,
    direction: str = "higher",
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> PartialAUCBootstrapResult:
    """Partial area under the ROC curve with a stratified bootstrap percentile interval.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    partial_range : two numbers
        Ends of the range, as shares from 0 to 1, in either order.
    focus : {"specificity", "sensitivity"}
        Axis of the range.
    corrected : bool
        Give McClish's corrected area; the formula is used below the chance line as well.
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
        value R takes for a number of rows. The default rounds each number once.

    Returns
    -------
    PartialAUCBootstrapResult

    Raises
    ------
    InputError
        As for `partial_auc`, and a seed or number of resamples that is none.
    NotEstimable
        One case or one control only (in the mode "proc-1.18": only where its value means more than a million rows).

    Notes
    -----
    Each resample draws as many controls, then as many cases, as there are, with replacement, from one stream of R's
    generator; the draws are those of `auc_bootstrap`. The limits are the quantiles (type 7) of the resampled areas at
    (1 - level)/2 and 1 - (1 - level)/2.
    R, after ``set.seed(seed)``: ``pROC::ci.auc(r, method = "bootstrap", boot.n = bootstraps)`` of a curve ``r`` that
    was built with ``partial.auc = c(h, l)``; the middle value of the three is the median of the resampled areas.

    References
    ----------
    McClish DK (1989). Analyzing a portion of the ROC curve. Med Decis Making 9:190-195.
    doi:10.1177/0272989X8900900307

    Carpenter J, Bithell J (2000). Bootstrap confidence intervals: when, which, what? Stat Med 19:1141-1164.
    doi:10.1002/(SICI)1097-0258(20000515)19:9<1141::AID-SIM479>3.0.CO;2-F

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> result = partial_auc_bootstrap(y, x, partial_range=(0.5, 1.0), seed=42, bootstraps=500)
    >>> result.auc, result.median, result.lower, result.upper
    (0.3125, 0.375, 0.0625, 0.5)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    limits = check_range(partial_range)
    refuse_empty(limits)
    check_choice(focus, "focus", FOCUSES)
    check_choice(direction, "direction", DIRECTIONS)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=1)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    pools = pools_of(outcome, scores, direction, mode)
    area = PartialArea(limits, focus, check_flag(corrected, "corrected"))
    data = rank(outcome, scores, direction).data
    if mode == PROC:
        estimate = float(area.as_proc(data)[0])
        replicates, (lower, median, upper) = _as_proc(generator, pools, area, bootstraps, level)
    else:
        estimate = float(area.exactly(data)[0] or 0)
        replicates, (lower, median, upper) = _exactly(generator, pools, area, bootstraps, level)
    m = int(outcome.sum())
    return PartialAUCBootstrapResult(
        estimate, median, lower, upper, level, area.corrected, limits, focus, replicates, bootstraps, seed,
        m, outcome.size - m, direction, generator.state, mode,
    )  # fmt: skip


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """High specificity of the first marker, corrected."""
    if cohort.outcome.size > _LARGEST:
        return
    choices = {"seed": settings.seed, "bootstraps": min(settings.bootstraps, _MOST_IN_CASES), "level": settings.level}
    for marker in cohort.markers[:1]:
        data = {"y_true": cohort.outcome, "y_score": marker.values, "direction": marker.direction}
        part = {"partial_range": [0.8, 1.0], "focus": "specificity", "corrected": True}
        yield Case(f"{marker.name}, specificity from 0.8", {**data, **part, **choices})


_QUANTITIES = ("auc", "median", "lower", "upper")
_AREA = closed("unit", "R divides a difference by the width of the range")
_LIMIT = resample(closed("unit", "R rounds the position of the quantile"))

PARTIAL_AUC_BOOTSTRAP = register(
    Statistic(
        name="partial_auc_bootstrap",
        compute=partial_auc_bootstrap,
        r="roc_partial.R::partial_auc_bootstrap",
        package="pROC",
        title="Partial area under the ROC curve with bootstrap interval",
        cases=_cases,
        quantities={
            "auc": _AREA,
            **dict.fromkeys(("median", "lower", "upper"), _LIMIT),
            "random_state": bits(),
        },
        compat={
            PROC: {"auc": bits(), **dict.fromkeys(_QUANTITIES[1:], resample(bits())), "random_state": bits()},
        },
        relations=(
            relations.partial_bootstrap_increasing_transform,
            relations.partial_bootstrap_mirror,
            relations.partial_bootstrap_limits_are_ordered,
            relations.partial_bootstrap_of_the_whole_axis,
        ),
        certified=certified.partial_auc_bootstrap,
    )
)
