"""Optimism of a cut-off that is chosen and judged on the same patients, estimated on resamples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_integer, check_mode, check_outcome, check_scores, check_seed
from validation.cohort import Cohort
from validation.exact import roc_optimism as certified_optimism
from validation.r_numerics import r_mean
from validation.r_random import RRandom
from validation.relations import roc_optimism as relations
from validation.result import Result
from validation.roc.bands import band_choices
from validation.roc.coordinate_columns import Frame
from validation.roc.coordinate_resamples import curves_of
from validation.roc.coordinate_search import Points, best, criterion_of_proc
from validation.roc.coordinate_values import check_weights, decimal
from validation.roc.curve import DIRECTIONS, PROC, counts_at, marker_cases, thresholds_of
from validation.roc.cutoff import METHODS
from validation.roc.one_curve import pools_of, resamples
from validation.statistic import Case, Settings, Statistic, bits, definition, register, resample

__all__ = ["CUTOFF_OPTIMISM", "CutoffOptimismResult", "cutoff_optimism"]

_MEASURES = ("sensitivity", "specificity", "youden")
_KINDS = ("apparent", "optimism", "corrected")


@dataclass(frozen=True)
class CutoffOptimismResult(Result):
    """What the best cut-off shows on the data it was chosen on, how much of it is optimism, and what remains.

    Attributes
    ----------
    threshold : ndarray of shape (k,)
        Best cut-offs of the data, in the unit of the score.
    apparent_sensitivity, apparent_specificity, apparent_youden : float
        At these, on the same data; means over several optima.
    optimism_sensitivity, optimism_specificity, optimism_youden : float
        Mean over resamples of the rate of a resample's best cut-off in the resample minus its rate in the data.
    corrected_sensitivity, corrected_specificity, corrected_youden : float
        Apparent value minus optimism.
    replicates : ndarray of shape (bootstraps, 2)
        Optimism of sensitivity and specificity in each resample.
    method : {"youden", "closest_topleft"}
    bootstraps, seed : int
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    threshold: Floats
    apparent_sensitivity: float
    apparent_specificity: float
    apparent_youden: float
    optimism_sensitivity: float
    optimism_specificity: float
    optimism_youden: float
    corrected_sensitivity: float
    corrected_specificity: float
    corrected_youden: float
    replicates: Floats = field(repr=False)
    method: str
    bootstraps: int
    seed: int
    n_cases: int
    n_controls: int
    direction: str
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {"measure": [m.capitalize() for m in _MEASURES]}
        return columns | {kind: [getattr(self, f"{kind}_{m}") for m in _MEASURES] for kind in _KINDS}


@dataclass(frozen=True)
class _Rule:
    """How the cut-off is chosen, and the data on which it is judged."""

    data: Points
    direction: str
    method: str
    ratio: float
    mode: str

    def optima(self, points: Points) -> npt.NDArray[np.int64]:
        """Places of the best points."""
        if self.mode != PROC:
            return best(points, np.arange(points.tp.size), self.method)
        sensitivity, specificity = points.rates(PROC)
        criterion = criterion_of_proc(sensitivity, specificity, self.method, self.ratio, 1.0)
        return np.flatnonzero(criterion == criterion.max())


def _rates(points: Points, at: npt.NDArray[np.int64], mode: str) -> tuple[Any, Any]:
    """Mean sensitivity and specificity over the points: as R's doubles, or exactly."""
    if mode == PROC:
        sensitivity, specificity = points.rates(PROC)
        return r_mean(sensitivity[at]), r_mean(specificity[at])
    tp, fp = int(points.tp[at].sum()), int(points.fp[at].sum())
    m, n, k = points.frame.m, points.frame.n, at.size
    return Fraction(tp, k * m), 1 - Fraction(fp, k * n)


def _optimism(rule: _Rule, pools: Any, generator: RRandom, bootstraps: int) -> list[tuple[Any, Any]]:
    """Optimism of both rates in every resample."""
    found = []
    frame = rule.data.frame
    for counts in resamples(generator, pools, bootstraps):
        for points, _ in curves_of(counts, pools, rule.direction, frame):
            at = rule.optima(points)
            there = np.searchsorted(pools.distinct, pools.sign * points.thresholds[at], side="left").astype(np.int64)
            own, judged = _rates(points, at, rule.mode), _rates(rule.data, there, rule.mode)
            found.append((own[0] - judged[0], own[1] - judged[1]))
    return found


def cutoff_optimism(
    y_true: Any,
    y_score: Any,
    *,
    direction: str = "higher",
    method: str = "youden",
    weights: tuple[float, float] = (1.0, 0.5),
    seed: int,
    bootstraps: int = 500,
    compat: str | None = None,
) -> CutoffOptimismResult:
    """How much sensitivity, specificity and Youden's index of a best cut-off overstate what it does in new patients.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    method : {"youden", "closest_topleft"}
        How the cut-off is chosen.
    weights : tuple of two float
        Cost and prevalence as for `optimal_cutoff`.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    compat : {"proc-1.18"}, optional
        Ties of the criterion as doubles compare, and means in R's precision.

    Returns
    -------
    CutoffOptimismResult

    Raises
    ------
    InputError
        As for `optimal_cutoff`; a seed or number of resamples that is none.
    NotEstimable
        One case or one control only.

    Notes
    -----
    In each resample (controls, then cases, with replacement) the cut-off is chosen anew; its rates there minus its
    rates in the data are the optimism of that resample. The mean is subtracted from the apparent rates. Means are
    taken over several optima. Youden's index is ``sensitivity - r (1 - specificity)``. The correction is not complete:
    of a marker without signal in 25 cases and 25 controls, the index is 0.15 on average and 0.05 when corrected.
    R has no function of it: ``pROC::coords(r, "best")`` of each resample, judged on the data, gives the same numbers.

    References
    ----------
    Efron B (1983). Estimating the error rate of a prediction rule: improvement on cross-validation. J Am Stat Assoc
    78:316-331. doi:10.2307/2288636
    Leeflang MM, Moons KG, Reitsma JB, Zwinderman AH (2008). Bias in sensitivity and specificity caused by data-driven
    selection of optimal cutoff values. Clin Chem 54:729-737. doi:10.1373/clinchem.2007.096032

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> found = cutoff_optimism(y, x, seed=42, bootstraps=200)
    >>> round(found.apparent_youden, 3), round(found.optimism_youden, 3), round(found.corrected_youden, 3)
    (0.5, 0.23, 0.27)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    check_choice(method, "method", METHODS)
    mode = check_mode(compat, PROC)
    cost, share = check_weights(weights)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=1)
    exact_ratio, ratio = (1 - decimal(share)) / (decimal(cost) * decimal(share)), (1.0 - share) / (cost * share)
    thresholds = thresholds_of(scores, direction)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    data = Points(thresholds, *counts_at(outcome, scores, thresholds, direction), Frame(m, n, ratio=exact_ratio))
    rule = _Rule(data, direction, method, ratio, mode)
    # rows are drawn, never values, so that pROC's confusion about a lone patient does not arise
    pools = pools_of(outcome, scores, direction, "default", stratified=True)
    drawn = _optimism(rule, pools, generator, bootstraps)
    at = rule.optima(data)
    weight: Any = ratio if mode == PROC else exact_ratio
    numbers = _summary(_rates(data, at, mode), drawn, weight, mode)
    return CutoffOptimismResult(
        threshold=thresholds[at],
        **numbers,
        replicates=np.array([[float(value) for value in pair] for pair in drawn]),
        method=method,
        bootstraps=bootstraps,
        seed=seed,
        n_cases=m,
        n_controls=n,
        direction=direction,
        random_state=generator.state,
        compat=mode,
    )


def _summary(apparent: tuple[Any, Any], drawn: list[tuple[Any, Any]], weight: Any, mode: str) -> dict[str, float]:
    """Apparent values, optimism and what remains, by their names in the result."""
    columns = [[pair[j] for pair in drawn] for j in range(2)]
    optimism = [r_mean(column) if mode == PROC else sum(column, Fraction(0)) / len(column) for column in columns]
    corrected = [value - excess for value, excess in zip(apparent, optimism, strict=True)]
    found = {
        "apparent": (*apparent, apparent[0] - weight * (1 - apparent[1])),
        "optimism": (*optimism, optimism[0] + weight * optimism[1]),
        "corrected": (*corrected, corrected[0] - weight * (1 - corrected[1])),
    }
    return {
        f"{kind}_{measure}": float(value)
        for kind, values in found.items()
        for measure, value in zip(_MEASURES, values, strict=True)
    }


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """First marker."""
    for case in list(marker_cases(cohort, settings))[:1]:
        choices = {name: value for name, value in band_choices(settings).items() if name != "level"}
        yield Case(case.label, {**case.arguments, **choices, "method": "youden"})


_NUMBERS = [f"{kind}_{measure}" for kind in _KINDS for measure in _MEASURES]
_TIES = "pROC compares the criterion in doubles and so misses or invents ties between best points of resamples"

CUTOFF_OPTIMISM = register(
    Statistic(
        name="cutoff_optimism",
        compute=cutoff_optimism,
        r="roc_optimism.R::cutoff_optimism",
        package="pROC",
        title="Optimism of the optimal cut-off",
        cases=_cases,
        quantities={
            "threshold": definition(_TIES),
            **dict.fromkeys(_NUMBERS, resample(definition(_TIES, "unit"))),
            "random_state": bits(),
        },
        compat={PROC: {"threshold": bits(), **dict.fromkeys(_NUMBERS, resample(bits())), "random_state": bits()}},
        relations=(
            relations.optimism_of_ranks,
            relations.optimism_mirrored,
            relations.optimism_adds_up,
            relations.no_optimism_without_overlap,
        ),
        certified=certified_optimism.cutoff_optimism,
    )
)
