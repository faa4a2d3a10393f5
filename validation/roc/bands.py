"""Bands of a ROC curve: seeded limits of the sensitivity at specificities, and the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
from validation.exact import roc_bands as certified_bands
from validation.r_random import RRandom
from validation.relations import roc_bands as relations
from validation.result import Result
from validation.roc.band_values import FEWEST, Plan, as_proc, check_values, exactly
from validation.roc.curve import DIRECTIONS, PROC, marker_cases
from validation.roc.measures import rates
from validation.roc.resamples import rank
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, resample

if TYPE_CHECKING:
    from validation.displays.roc_bands import BandDisplay

__all__ = ["SENSITIVITY_BAND", "SPECIFICITY_BAND", "RocBandResult", "sensitivity_band", "specificity_band"]


@dataclass(frozen=True)
class RocBandResult(Result):
    """Limits of one rate at values of the other, one entry per value; shares, or percentages where asked for.

    Attributes
    ----------
    specificity, sensitivity : ndarray of shape (k,)
        The given values of one, and the other in the data.
    lower, median, upper : ndarray of shape (k,)
        Percentile limits and median of the other in the resamples.
    given : {"specificity", "sensitivity"}
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

    specificity: Floats
    sensitivity: Floats
    lower: Floats
    median: Floats
    upper: Floats
    given: str
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

    def plot(self, ax: Any = None) -> BandDisplay:
        """Draw curve and band on a Matplotlib axes."""
        from validation.displays.roc_bands import BandDisplay

        return BandDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        other = "sensitivity" if self.given == "specificity" else "specificity"
        names = (self.given, other, "median", "lower", "upper")
        return {name: getattr(self, name).tolist() for name in names} | {"level": [self.level] * self.lower.size}


def _band(
    given: str,
    data: tuple[Any, Any],
    values: Any,
    *,
    direction: str,
    stratified: Any,
    percent: Any,
    seed: int,
    bootstraps: int,
    level: float,
    compat: str | None,
) -> RocBandResult:
    outcome = check_outcome(data[0])
    scores = check_scores(data[1], outcome.size)
    mode = check_mode(compat, PROC)
    unit = 100 if check_flag(percent, "percent") else 1
    other = "specificities" if given == "specificity" else "sensitivities"
    plan = Plan(
        outcome,
        scores,
        check_choice(direction, "direction", DIRECTIONS),
        given,
        check_values(values, other, unit, mode),
        check_flag(stratified, "stratified"),
        unit,
        check_seed(seed),
        check_integer(bootstraps, "bootstraps", minimum=FEWEST),
        check_level(level),
        mode,
    )
    generator, everybody = RRandom(plan.seed), rank(outcome, scores, direction).data
    estimate, limits, dropped = (as_proc if mode == PROC else exactly)(plan, generator, everybody)
    sensitivity, specificity = (unit * rate[0] for rate in rates(everybody))
    along = {given: plan.values, "sensitivity" if given == "specificity" else "specificity": estimate}
    m = int(outcome.sum())
    return RocBandResult(
        **along,
        lower=limits[0],
        median=limits[1],
        upper=limits[2],
        given=given,
        level=plan.level,
        bootstraps=bootstraps,
        dropped=dropped,
        seed=seed,
        stratified=plan.stratified,
        percent=bool(percent),
        n_cases=m,
        n_controls=outcome.size - m,
        direction=direction,
        curve=(sensitivity, specificity),
        random_state=generator.state,
        compat=mode,
    )


def sensitivity_band(
    y_true: Any,
    y_score: Any,
    specificities: Any = None,
    *,
    direction: str = "higher",
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> RocBandResult:
    """Bootstrap limits of the sensitivity at given specificities.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    specificities : array_like of shape (k,), optional
        From 0 to 1 (to 100 in percent); 0, 0.1, ..., 1 where not given.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; the same in every resample.
    stratified : bool
        Resample controls and cases apart.
    percent : bool
        Rates in percent, given and returned.
    seed : int
        As for R's ``set.seed``.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level of each interval; the band does not cover the whole curve with it.
    compat : {"proc-1.18"}, optional
        pROC's doubles, its grid ``k * 0.1``, whose 0.3 is not three tenths, and its resamples of a lone patient, whose
        value it takes for a number of rows.

    Returns
    -------
    RocBandResult

    Raises
    ------
    InputError
        As for `auc_bootstrap`, and a specificity out of range.
    NotEstimable
        One case or one control only (not in the mode "proc-1.18"); fewer than two resamples with both classes; in the
        mode "proc-1.18" a resample without controls, at which pROC stops.

    Notes
    -----
    In each resample the sensitivity at a specificity is that of the best point with it, or interpolated between two
    points. The limits are quantiles of type 7; resamples without cases or controls are dropped and counted.
    R, after ``set.seed(seed)``: ``pROC::ci.se(r, specificities, boot.n = bootstraps, boot.stratified = stratified)``.

    References
    ----------
    Carpenter J, Bithell J (2000). Bootstrap confidence intervals: when, which, what? Stat Med 19:1141-1164.
    doi:10.1002/(SICI)1097-0258(20000515)19:9<1141::AID-SIM479>3.0.CO;2-F

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> band = sensitivity_band(y, x, [0.5, 0.75], seed=42, bootstraps=200)
    >>> band.sensitivity.tolist(), band.lower.tolist(), band.upper.tolist()
    ([1.0, 0.75], [0.5, 0.25], [1.0, 1.0])
    """
    return _band(
        "specificity",
        (y_true, y_score),
        specificities,
        direction=direction,
        stratified=stratified,
        percent=percent,
        seed=seed,
        bootstraps=bootstraps,
        level=level,
        compat=compat,
    )


def specificity_band(
    y_true: Any,
    y_score: Any,
    sensitivities: Any = None,
    *,
    direction: str = "higher",
    stratified: bool = True,
    percent: bool = False,
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> RocBandResult:
    """Bootstrap limits of the specificity at given sensitivities.

    Parameters
    ----------
    y_true, y_score, direction, stratified, percent, seed, bootstraps, level
        As for `sensitivity_band`.
    sensitivities : array_like of shape (k,), optional
        From 0 to 1 (to 100 in percent); 0, 0.1, ..., 1 where not given.
    compat : {"proc-1.18"}, optional
        As for `sensitivity_band`.

    Returns
    -------
    RocBandResult

    Raises
    ------
    InputError, NotEstimable
        As for `sensitivity_band`; in the mode "proc-1.18" pROC stops at a resample without cases, too.

    Notes
    -----
    As for `sensitivity_band`, with the rates exchanged.
    R, after ``set.seed(seed)``: ``pROC::ci.sp(r, sensitivities, boot.n = bootstraps, boot.stratified = stratified)``.

    References
    ----------
    Carpenter J, Bithell J (2000). Bootstrap confidence intervals: when, which, what? Stat Med 19:1141-1164.
    doi:10.1002/(SICI)1097-0258(20000515)19:9<1141::AID-SIM479>3.0.CO;2-F

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> specificity_band(y, x, [0.75], seed=42, bootstraps=200).specificity.tolist()
    [0.75]
    """
    return _band(
        "sensitivity",
        (y_true, y_score),
        sensitivities,
        direction=direction,
        stratified=stratified,
        percent=percent,
        seed=seed,
        bootstraps=bootstraps,
        level=level,
        compat=compat,
    )


#: R's tenths, of which the fourth and the seventh are no decimals
_GRID = np.array([0, 2, 3, 4, 6, 8, 9, 10]) * 0.1
#: resamples of the shipped and the user's cases
_MOST_IN_CASES = 60


def band_choices(settings: Settings) -> dict[str, Any]:
    """Seed, number of resamples and level of the cases of seeded intervals."""
    return {"seed": settings.seed, "bootstraps": min(settings.bootstraps, _MOST_IN_CASES), "level": settings.level}


def _cases_of(argument: str) -> Callable[[Cohort, Settings], Iterator[Case]]:
    def cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
        """The first marker."""
        for case in list(marker_cases(cohort, settings))[:1]:
            yield Case(case.label, {**case.arguments, argument: _GRID, **band_choices(settings)})

    return cases


_LIMIT = resample(closed("unit", "R rounds the position of the quantile and what it interpolates"))
_OF_PROC = dict.fromkeys(("lower", "median", "upper"), resample(bits()))
_RELATIONS = (relations.band_of_ranks, relations.band_mirrored, relations.band_ordered, relations.band_falls)

SENSITIVITY_BAND = register(
    Statistic(
        name="sensitivity_band",
        compute=sensitivity_band,
        r="roc_bands.R::sensitivity_band",
        package="pROC",
        title="Sensitivity at given specificities (bootstrap)",
        cases=_cases_of("specificities"),
        quantities={
            "specificity": bits(),
            "sensitivity": exact(),
            **dict.fromkeys(("lower", "median", "upper"), _LIMIT),
            "random_state": bits(),
        },
        compat={PROC: {"specificity": bits(), "sensitivity": bits(), **_OF_PROC, "random_state": bits()}},
        relations=_RELATIONS,
        certified=certified_bands.sensitivity_band,
        display="validation.displays.roc_bands.BandDisplay",
    )
)

SPECIFICITY_BAND = register(
    Statistic(
        name="specificity_band",
        compute=specificity_band,
        r="roc_bands.R::specificity_band",
        package="pROC",
        title="Specificity at given sensitivities (bootstrap)",
        cases=_cases_of("sensitivities"),
        quantities={
            "sensitivity": bits(),
            "specificity": exact(),
            **dict.fromkeys(("lower", "median", "upper"), _LIMIT),
            "random_state": bits(),
        },
        compat={PROC: {"sensitivity": bits(), "specificity": bits(), **_OF_PROC, "random_state": bits()}},
        relations=_RELATIONS,
        certified=certified_bands.specificity_band,
        display="validation.displays.roc_bands.BandDisplay",
    )
)
