"""Seeded limits of sensitivity and specificity at thresholds that are the same in every resample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_flag, check_integer, check_level, check_outcome, check_scores, check_seed
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import roc_bands as certified_bands
from validation.r_numerics import interval_probabilities, quantile_type7
from validation.r_random import RRandom
from validation.relations import roc_bands as relations
from validation.result import Result
from validation.roc.band_values import FEWEST
from validation.roc.bands import band_choices
from validation.roc.coordinates import roc_coordinates
from validation.roc.curve import PROC, marker_cases, roc_curve
from validation.roc.one_curve import Pools, exact_quantiles, pools_of, resamples
from validation.roc.resamples import Counts
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, resample

if TYPE_CHECKING:
    from validation.displays.roc_bands import RectanglesDisplay

__all__ = ["THRESHOLD_INTERVALS", "ThresholdIntervalsResult", "threshold_intervals"]

#: patients of the cohorts whose corners are compared
_SMALL = 100
Integers = npt.NDArray[np.int64]
#: limits by the names of the result
_LIMITS = tuple(f"{rate}_{word}" for rate in ("specificity", "sensitivity") for word in ("lower", "median", "upper"))


@dataclass(frozen=True)
class ThresholdIntervalsResult(Result):
    """Both rates at thresholds with their limits, one entry per threshold; shares, or percentages where asked for.

    Attributes
    ----------
    threshold : ndarray of shape (k,)
        In the unit of the score.
    specificity, sensitivity : ndarray of shape (k,)
        In the data.
    specificity_lower, specificity_median, specificity_upper : ndarray of shape (k,)
    sensitivity_lower, sensitivity_median, sensitivity_upper : ndarray of shape (k,)
        Percentile limits and median in the resamples.
    level : float
    bootstraps, dropped : int
        Resamples drawn, and those of them without cases or without controls.
    seed : int
    stratified, percent : bool
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    curve : tuple of two ndarray
        Sensitivity and specificity of all points, for the drawing.
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    threshold: Floats
    specificity: Floats
    sensitivity: Floats
    specificity_lower: Floats
    specificity_median: Floats
    specificity_upper: Floats
    sensitivity_lower: Floats
    sensitivity_median: Floats
    sensitivity_upper: Floats
    level: float
    bootstraps: int
    dropped: int
    seed: int
    stratified: bool
    percent: bool
    n_cases: int
    n_controls: int
    direction: str
    curve: tuple[Floats, Floats] = field(repr=False)
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def plot(self, ax: Any = None) -> RectanglesDisplay:
        """Draw curve and intervals, as rectangles, on a Matplotlib axes."""
        from validation.displays.roc_bands import RectanglesDisplay

        return RectanglesDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        names = ("threshold", "specificity", "specificity_lower", "specificity_upper", "sensitivity")
        shown = (*names, "sensitivity_lower", "sensitivity_upper")
        return {name: getattr(self, name).tolist() for name in shown} | {"level": [self.level] * self.threshold.size}


def _positive(counts: Counts, at: Integers) -> tuple[Integers, Integers, Integers, Integers]:
    """True positives, cases, negatives among controls and controls of each resample; resamples x thresholds."""
    missed, below = (
        np.hstack([np.zeros((c.shape[0], 1)), np.cumsum(c, axis=1)]).astype(np.int64)
        for c in (counts.cases, counts.controls)
    )
    m, n = missed[:, -1:], below[:, -1:]
    return m - missed[:, at], m, below[:, at], n


def _as_proc(pools: Pools, at: Integers, generator: RRandom, bootstraps: int, level: float) -> tuple[Floats, int]:
    """Limits (specificity, then sensitivity; lower, median, upper; thresholds) by pROC's conventions."""
    blocks = []
    for counts in resamples(generator, pools, bootstraps):
        tp, m, tn, n = _positive(counts, at)
        with np.errstate(invalid="ignore"):
            blocks.append(np.stack([tn / n, tp / m], axis=1))
    rates = np.concatenate(blocks)
    kept = rates[~np.isnan(rates).any(axis=(1, 2))]
    lacking = bootstraps - kept.shape[0]
    if kept.shape[0] == 0 or (lacking and at.size > 1):
        raise NotEstimable(
            "too few rows",
            "A resample lacks a class, at which pROC stops for several thresholds.",
            hint="Draw stratified resamples, or leave out compat.",
        )
    low, high = interval_probabilities(level)
    limits = [[quantile_type7(kept[:, rate, j], (low, 0.5, high)) for j in range(at.size)] for rate in range(2)]
    return np.array(limits).transpose(0, 2, 1), lacking


def _exactly(
    pools: Pools, at: Integers, generator: RRandom, bootstraps: int, level: float, unit: int
) -> tuple[Floats, int]:
    """The same, each number rounded once."""
    rates: list[list[list[Fraction]]] = [[[] for _ in range(at.size)] for _ in range(2)]
    for counts in resamples(generator, pools, bootstraps):
        tp, m, tn, n = _positive(counts, at)
        for row in np.flatnonzero(counts.both).tolist():
            for j in range(at.size):
                rates[0][j].append(Fraction(unit * int(tn[row, j]), int(n[row, 0])))
                rates[1][j].append(Fraction(unit * int(tp[row, j]), int(m[row, 0])))
    kept = len(rates[0][0])
    if kept < FEWEST:
        raise NotEstimable(
            "too few rows",
            f"{kept} of {bootstraps} resamples held cases and controls.",
            hint="Draw more resamples, or stratified ones.",
        )
    limits = [[exact_quantiles(column, level) for column in rate] for rate in rates]
    return np.array(limits).transpose(0, 2, 1), bootstraps - kept


def threshold_intervals(
    y_true: Any,
    y_score: Any,
    at: Any = "local_maxima",
    *,
    direction: str = "higher",
    method: str = "youden",
    weights: tuple[float, float] = (1.0, 0.5),
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> ThresholdIntervalsResult:
    """Bootstrap limits of sensitivity and specificity at fixed thresholds.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    at : array_like or {"local_maxima", "best", "all"}
        Thresholds, or which thresholds of the data; these are kept in all resamples.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    method, weights
        As for `roc_coordinates`, for ``"best"``.
    stratified : bool
        Resample controls and cases apart.
    percent : bool
        Rates in percent.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level of each interval.
    compat : {"proc-1.18"}, optional
        pROC's doubles, and its resamples of a lone patient, whose value it takes for a number of rows.

    Returns
    -------
    ThresholdIntervalsResult

    Raises
    ------
    InputError
        As for `roc_coordinates` and `auc_bootstrap`.
    NotEstimable
        One case or one control only (not in the mode "proc-1.18"); fewer than two resamples with both classes; in the
        mode "proc-1.18" a resample without a class, at which pROC stops for several thresholds.

    Notes
    -----
    Patients at or beyond the threshold are counted in every resample; the limits are quantiles of type 7. A threshold
    chosen on the same data is taken as if it had been given: what the choice adds is in `coordinate_intervals` and
    `cutoff_optimism`. Limits without resampling: `rates_at_threshold`.
    R, after ``set.seed(seed)``: ``pROC::ci.thresholds(r, thresholds = at, boot.n = bootstraps)``.

    References
    ----------
    Fawcett T (2006). An introduction to ROC analysis. Pattern Recognit Lett 27:861-874.
    doi:10.1016/j.patrec.2005.10.010

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> found = threshold_intervals(y, x, [3.5], seed=42, bootstraps=200)
    >>> found.sensitivity.tolist(), found.sensitivity_lower.tolist(), found.sensitivity_upper.tolist()
    ([0.75], [0.25], [1.0])
    """
    check_seed(seed)
    check_integer(bootstraps, "bootstraps", minimum=FEWEST)
    level = check_level(level)
    check_flag(stratified, "stratified")
    points = roc_coordinates(
        y_true, y_score, at, direction=direction, method=method, weights=weights, percent=percent, compat=compat
    )
    outcome, mode, unit = check_outcome(y_true), points.compat, 100 if percent else 1
    pools = pools_of(outcome, check_scores(y_score, outcome.size), direction, mode, stratified=stratified)
    places = np.searchsorted(pools.distinct, pools.sign * points.threshold, side="left")
    generator = RRandom(seed)
    if mode == PROC:
        limits, dropped = _as_proc(pools, places, generator, bootstraps, level)
        limits = limits * unit
    else:
        limits, dropped = _exactly(pools, places, generator, bootstraps, level, unit)
    curve = roc_curve(y_true, y_score, direction=direction)
    return ThresholdIntervalsResult(
        points.threshold,
        points.specificity,
        points.sensitivity,
        specificity_lower=limits[0, 0],
        specificity_median=limits[0, 1],
        specificity_upper=limits[0, 2],
        sensitivity_lower=limits[1, 0],
        sensitivity_median=limits[1, 1],
        sensitivity_upper=limits[1, 2],
        level=level,
        bootstraps=bootstraps,
        dropped=dropped,
        seed=seed,
        stratified=bool(stratified),
        percent=bool(percent),
        n_cases=points.n_cases,
        n_controls=points.n_controls,
        direction=direction,
        curve=(unit * curve.sensitivity, unit * curve.specificity),
        random_state=generator.state,
        compat=mode,
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Best threshold of the first marker, and its corners in small cohorts."""
    for case in list(marker_cases(cohort, settings))[:1]:
        data = {**case.arguments, **band_choices(settings)}
        yield Case(f"{case.label}, best", {**data, "at": "best"})
        if cohort.outcome.size <= _SMALL:
            yield Case(f"{case.label}, corners", {**data, "at": "local_maxima"})


_LIMIT = resample(closed("unit", "R rounds the position of the quantile and what it interpolates"))

THRESHOLD_INTERVALS = register(
    Statistic(
        name="threshold_intervals",
        compute=threshold_intervals,
        r="roc_bands.R::threshold_intervals",
        package="pROC",
        title="Sensitivity and specificity at thresholds (bootstrap)",
        cases=_cases,
        quantities={
            "threshold": bits(),
            "specificity": exact(),
            "sensitivity": exact(),
            **dict.fromkeys(_LIMITS, _LIMIT),
            "random_state": bits(),
        },
        compat={
            PROC: {
                **dict.fromkeys(("threshold", "specificity", "sensitivity", "random_state"), bits()),
                **dict.fromkeys(_LIMITS, resample(bits())),
            }
        },
        relations=(relations.thresholds_of_ranks, relations.thresholds_mirrored, relations.thresholds_ordered),
        certified=certified_bands.threshold_intervals,
        display="validation.displays.roc_bands.RectanglesDisplay",
    )
)
