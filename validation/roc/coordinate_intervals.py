"""Seeded limits of any coordinate of a ROC curve, at given values or at the best point of every resample."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import (
    Floats,
    check_choice,
    check_flag,
    check_integer,
    check_level,
    check_mode,
    check_outcome,
    check_scores,
    check_seed,
)
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_bands as certified_bands
from validation.r_random import RRandom
from validation.relations import roc_bands as relations
from validation.result import Result
from validation.roc.band_values import FEWEST
from validation.roc.bands import band_choices
from validation.roc.coordinate_columns import Frame, check_columns
from validation.roc.coordinate_resamples import draw, limits_of
from validation.roc.coordinate_values import Request, check_at, check_given, check_weights, decimal
from validation.roc.coordinates import roc_coordinates
from validation.roc.curve import DIRECTIONS, PROC, marker_cases
from validation.roc.cutoff import METHODS
from validation.roc.one_curve import pools_of
from validation.statistic import Case, Settings, Statistic, bits, closed, register, resample

__all__ = ["COORDINATE_INTERVALS", "CoordinateIntervalsResult", "coordinate_intervals"]

POLICIES = ("stop", "random", "omit")
_GIVEN = ("threshold", "specificity", "sensitivity")
_DEFAULT = ("specificity", "sensitivity")


@dataclass(frozen=True)
class CoordinateIntervalsResult(Result):
    """Coordinates with limits, one row per point and one column per coordinate.

    Attributes
    ----------
    columns : tuple of str
        The coordinates.
    at : ndarray of shape (k,), or "best"
        Values of `given`.
    estimate : ndarray of shape (k, c)
        In the data; of the first of several best points.
    lower, median, upper : ndarray of shape (k, c)
        Percentile limits and median in the resamples in which the coordinate is defined.
    undefined : ndarray of shape (k, c)
        Kept resamples in which it is not.
    given : {"threshold", "specificity", "sensitivity"}
    policy : {"stop", "random", "omit"}
    level : float
    bootstraps, dropped : int
        Resamples drawn, and those of them that were left out as a whole.
    seed : int
    stratified, percent : bool
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    columns: tuple[str, ...]
    at: Floats | str
    estimate: Floats
    lower: Floats
    median: Floats
    upper: Floats
    undefined: npt.NDArray[np.int64]
    given: str
    policy: str
    level: float
    bootstraps: int
    dropped: int
    seed: int
    stratified: bool
    percent: bool
    n_cases: int
    n_controls: int
    direction: str
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        at = [self.at] if isinstance(self.at, str) else self.at.tolist()
        cells = [(i, j) for i in range(len(at)) for j in range(len(self.columns))]
        limits = {
            name: [float(getattr(self, name)[cell]) for cell in cells]
            for name in ("estimate", "median", "lower", "upper")
        }
        names = {"at": [at[i] for i, _ in cells], "coordinate": [self.columns[j].replace("_", " ") for _, j in cells]}
        return {**names, **limits, "level": [self.level] * len(cells)}


def _request(at: Any, given: Any, method: Any, weights: Any, columns: Any, frame: Frame, mode: str) -> Request:
    """What is asked for in every resample, checked."""
    name = check_choice(check_given(given), "given", _GIVEN)
    cost, share = check_weights(weights)
    if isinstance(at, str):
        check_choice(at, "at", ("best",))
    # the defect of the mode: in percent pROC still takes rates as shares
    unit = Frame(frame.m, frame.n) if mode == PROC else frame
    wanted = check_columns(columns)
    if "threshold" in wanted and name != "threshold" and not isinstance(at, str):
        raise InputError(
            "columns",
            f"ask for the threshold at a {name}, which lies between two thresholds in most resamples",
            hint="Leave it out, or ask at thresholds or at the best point.",
        )
    return Request(
        check_at(at, name, unit),
        name,
        check_choice(method, "method", METHODS),
        None,
        "specificity",
        (1.0 - share) / (cost * share),
        wanted,
        mode,
        frame.unit if mode == PROC else None,
    )


def coordinate_intervals(
    y_true: Any,
    y_score: Any,
    at: Any = "best",
    *,
    given: str = "threshold",
    direction: str = "higher",
    method: str = "youden",
    weights: tuple[float, float] = (1.0, 0.5),
    policy: str = "stop",
    columns: Any = _DEFAULT,
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> CoordinateIntervalsResult:
    """Bootstrap limits of coordinates at thresholds, at rates, or at the best point of every resample.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    at : array_like of shape (k,) or "best"
        Values of `given`; or the point that is the best one in each resample.
    given : {"threshold", "specificity", "sensitivity"}
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    method, weights
        Criterion of the best point, as for `roc_coordinates`.
    policy : {"stop", "random", "omit"}
        Where a resample has several best points: refuse, draw one of them, leave the resample out.
    columns : str or sequence of str
        Coordinates as for `roc_coordinates`, or ``"all"``.
    stratified : bool
        Resample controls and cases apart.
    percent : bool
        Rates in percent, given and returned.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level of each interval.
    compat : {"proc-1.18"}, optional
        pROC's doubles and draws with its defects: in percent rates are given and returned as shares while the rest is
        computed as if they were percentages, and "omit" stops.

    Returns
    -------
    CoordinateIntervalsResult

    Raises
    ------
    InputError
        As for `roc_coordinates` and `auc_bootstrap`; the threshold at given rates.
    NotEstimable
        One case or one control only (not in the mode "proc-1.18"); several best points with policy "stop"; no
        resample that can be used; in the mode "proc-1.18" a resample without controls.

    Notes
    -----
    Every resample has its own curve, thresholds and best point. At ``"best"`` the limits hold the uncertainty of the
    choice, which those of `threshold_intervals` do not; the optimism of the choice is in `cutoff_optimism`.
    R, after ``set.seed(seed)``: ``pROC::ci.coords(r, x = at, input = given, ret = columns, best.policy = policy)``.

    References
    ----------
    Perkins NJ, Schisterman EF (2006). The inconsistency of "optimal" cutpoints obtained using two criteria based on the
    receiver operating characteristic curve. Am J Epidemiol 163:670-675. doi:10.1093/aje/kwj063

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> found = coordinate_intervals(y, x, [3.5], columns=["sensitivity", "ppv"], seed=42, bootstraps=200)
    >>> found.columns, found.estimate.tolist()
    (('sensitivity', 'positive_predictive_value'), [[0.75, 0.75]])
    >>> found.lower.tolist(), found.upper.tolist()
    ([[0.25, 0.5]], [[1.0, 1.0]])
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    mode = check_mode(compat, PROC)
    unit = 100 if check_flag(percent, "percent") else 1
    check_flag(stratified, "stratified")
    check_choice(policy, "policy", POLICIES)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    cost, share = (decimal(value) for value in check_weights(weights))
    frame = Frame(m, n, unit, (1 - share) / (cost * share))
    request = _request(at, given, method, weights, columns, frame, mode)
    check_integer(bootstraps, "bootstraps", minimum=FEWEST)
    level = check_level(level)
    generator = RRandom(check_seed(seed))
    pools = pools_of(outcome, scores, direction, mode, stratified=stratified)
    drawn = draw(generator, pools, request, direction, frame, policy, bootstraps)
    lower, median, upper, undefined = limits_of(drawn.replicates, level)
    shares = percent and mode != PROC
    points = roc_coordinates(
        outcome, scores, at, given=given, direction=direction, method=method, weights=weights, percent=bool(shares),
        compat=compat,
    )  # fmt: skip
    if mode != PROC and policy == "stop" and isinstance(request.at, str) and points.threshold.size > 1:
        raise NotEstimable("too few rows", f"The data have {points.threshold.size} best points.")
    rows = 1 if isinstance(request.at, str) else request.at.size
    return CoordinateIntervalsResult(
        request.columns,
        request.at,
        np.array([getattr(points, name)[:rows] for name in request.columns]).T,
        lower,
        median,
        upper,
        undefined,
        request.given,
        policy,
        level,
        bootstraps,
        drawn.dropped,
        seed,
        bool(stratified),
        bool(percent),
        m,
        n,
        direction,
        generator.state,
        mode,
    )


_AT_BEST = ("threshold", "specificity", "sensitivity", "positive_predictive_value", "negative_predictive_value")
_AT_RATE = ("sensitivity", "accuracy", "positive_predictive_value", "negative_predictive_value")
_AT_SPECIFICITIES = (0.8, 0.9)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """First marker: the best point of each resample, and given specificities."""
    for case in list(marker_cases(cohort, settings))[:1]:
        data = {**case.arguments, **band_choices(settings)}
        yield Case(f"{case.label}, best", {**data, "at": "best", "policy": "random", "columns": list(_AT_BEST)})
        at = {"at": np.array(_AT_SPECIFICITIES), "given": "specificity", "columns": list(_AT_RATE)}
        yield Case(f"{case.label}, at specificities", {**data, **at})


_LIMIT = resample(closed("vector", "R rounds the position of the quantile and what it interpolates"))

COORDINATE_INTERVALS = register(
    Statistic(
        name="coordinate_intervals",
        compute=coordinate_intervals,
        r="roc_bands.R::coordinate_intervals",
        package="pROC",
        title="Coordinates of the ROC curve with intervals (bootstrap)",
        cases=_cases,
        quantities={**dict.fromkeys(("lower", "median", "upper"), _LIMIT), "random_state": bits()},
        compat={PROC: {**dict.fromkeys(("lower", "median", "upper"), resample(bits())), "random_state": bits()}},
        relations=(
            relations.coordinates_of_ranks,
            relations.coordinates_mirrored,
            relations.complements_are_reflected,
            relations.limits_enclose_the_median,
        ),
        certified=certified_bands.coordinate_intervals,
    )
)
