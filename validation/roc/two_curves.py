"""Two ROC curves, paired or not, and the bootstrap test of their difference in one number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import (
    Floats,
    Outcome,
    check_choice,
    check_integer,
    check_level,
    check_outcome,
    check_scores,
    check_seed,
)
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.r_numerics import interval_probabilities, pnorm, quantile_type7, r_variance
from validation.r_random import RRandom
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, PROC
from validation.roc.measures import Area, AtPoint, Measure
from validation.roc.placements import square_root
from validation.roc.resamples import Ranked, rank, resampled_pairs
from validation.statistic import Settings

if TYPE_CHECKING:
    from validation.displays.roc_tests import DifferenceDisplay

__all__ = [
    "BootstrapTestResult",
    "TwoCurves",
    "bootstrap_test",
    "check_flag",
    "pair_and_parts",
    "second_outcome",
    "two_curves",
]

ALTERNATIVES = ("two-sided", "greater", "less")
#: binary places of a difference: far more than any two different ones could share
_PLACES = 256
_FEWEST = 2
#: resamples of the shipped and the user's cases, and patients of the cohorts whose parts are compared
_MOST_IN_CASES, _LARGEST_DIVIDED = 100, 100


@dataclass(frozen=True)
class BootstrapTestResult(Result):
    """Difference of two ROC curves in one number, tested by its spread over resamples.

    Attributes
    ----------
    measure : str
        What is compared.
    estimate_1, estimate_2, difference : float
        It for both curves, and the first minus the second.
    level, difference_lower, difference_upper : float
        Confidence level and percentile limits of the difference, from the same resamples.
    standard_error : float
        Standard deviation of the resampled differences.
    statistic, p_value : float
        Difference over its standard error, and its normal p-value.
    alternative : {"two-sided", "greater", "less"}
    replicates : ndarray
        Difference in each resample that held cases and controls, in the order of the draws.
    bootstraps, dropped : int
        Resamples drawn, and those of them without cases or without controls.
    seed : int
    paired, stratified : bool
    n_cases, n_controls : tuple of two int
        Of the first and of the second curve.
    degenerate : bool
        The resampled differences do not vary: p-value and limits say nothing.
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    measure: str
    estimate_1: float
    estimate_2: float
    difference: float
    level: float
    difference_lower: float
    difference_upper: float
    standard_error: float
    statistic: float
    p_value: float
    alternative: str
    replicates: Floats = field(repr=False)
    bootstraps: int
    dropped: int
    seed: int
    paired: bool
    stratified: bool
    n_cases: tuple[int, int]
    n_controls: tuple[int, int]
    degenerate: bool
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Percentile interval of the difference at another level, from the same resamples."""
        if level is None:
            return ConfidenceInterval(self.difference_lower, self.difference_upper)
        low, high = quantile_type7(self.replicates, interval_probabilities(check_level(level))).tolist()
        return ConfidenceInterval(low, high)

    def plot(self, ax: Any = None) -> DifferenceDisplay:
        """Draw the resampled differences with their limits on a Matplotlib axes."""
        from validation.displays.roc_tests import DifferenceDisplay

        return DifferenceDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        shown = ("measure", "estimate_1", "estimate_2", "difference", "difference_lower", "difference_upper", "level")
        tested = ("statistic", "p_value", "alternative", "paired", "stratified", "bootstraps", "dropped", "seed")
        return {name: [getattr(self, name)] for name in (*shown, *tested)}


@dataclass(frozen=True)
class TwoCurves:
    """Two markers, checked: of the same patients, or of two groups of patients."""

    first: Ranked
    second: Ranked
    paired: bool

    def counted(self, outcome: int) -> tuple[int, int]:
        """Patients with this outcome behind the first and the second curve."""
        of_first, of_second = (int(np.count_nonzero(r.outcome == outcome)) for r in (self.first, self.second))
        return of_first, of_second


def check_flag(value: Any, argument: str) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(argument, f"must be True or False, got {value!r}")
    return bool(value)


def second_outcome(first: Outcome, y_true_2: Any, paired: Any) -> Outcome:
    """Outcome behind the second curve: that of the first where nothing else is given."""
    if y_true_2 is None:
        return first
    if paired:
        raise InputError(
            "y_true_2",
            "is given for a paired test, whose markers are of the same patients",
            hint="Leave it out, or pass paired=False.",
        )
    return check_outcome(y_true_2, "y_true_2")


def two_curves(
    outcomes: tuple[Any, Any], scores: tuple[Any, Any], directions: tuple[str, str], paired: Any
) -> TwoCurves:
    """Checked markers of a test."""
    check_flag(paired, "paired")
    first = check_outcome(outcomes[0])
    second = second_outcome(first, outcomes[1], paired)
    ranked = []
    for i, (y, values, direction) in enumerate(zip((first, second), scores, directions, strict=True), 1):
        checked = check_scores(values, y.size, f"y_score_{i}")
        ranked.append(rank(y, checked, check_choice(direction, f"direction_{i}", DIRECTIONS)))
    return TwoCurves(ranked[0], ranked[1], bool(paired))


@dataclass(frozen=True)
class _Numbers:
    """What both modes compute."""

    estimates: tuple[float, float]
    difference: float
    limits: tuple[float, float]
    standard_error: float
    statistic: float
    replicates: Floats
    degenerate: bool


def _enough(kept: int, bootstraps: int) -> None:
    if kept < _FEWEST:
        raise NotEstimable(
            "too few rows",
            f"{kept} of {bootstraps} resamples held cases and controls of both curves.",
            hint="Draw more resamples, or stratified ones.",
        )


def _differences(
    generator: RRandom, curves: TwoCurves, measure: Measure, bootstraps: int, stratified: bool, exact: bool
) -> list[Any]:
    """Differences in the resamples that hold both classes."""
    blocks = resampled_pairs(
        generator, curves.first, curves.second, bootstraps, paired=curves.paired, stratified=stratified
    )
    found: list[Any] = []
    for first, second in blocks:
        if exact:
            pairs = zip(measure.exactly(first), measure.exactly(second), strict=True)
            found += [a - b for a, b in pairs if a is not None and b is not None]
        else:
            differences = measure.as_proc(first) - measure.as_proc(second)
            found += differences[first.both & second.both].tolist()
    _enough(len(found), bootstraps)
    return found


def _as_proc(curves: TwoCurves, measure: Measure, differences: list[float], level: float) -> _Numbers:
    """By pROC's conventions."""
    data = (curves.first.data, curves.second.data)
    estimates = float(measure.as_proc(data[0])[0]), float(measure.as_proc(data[1])[0])
    difference = estimates[0] - estimates[1]
    error = math.sqrt(r_variance(differences))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(np.float64(difference) / error)
    # where nothing differs R asks for the areas, also where rates are compared
    areas = Area() if isinstance(measure, AtPoint) else measure
    if math.isnan(statistic) and areas.as_proc(data[0])[0] == areas.as_proc(data[1])[0]:
        statistic = 0.0
    low, high = quantile_type7(differences, interval_probabilities(level)).tolist()
    return _Numbers(estimates, difference, (low, high), error, statistic, np.array(differences), error == 0.0)


def _exactly(curves: TwoCurves, measure: Measure, differences: list[Fraction], level: float) -> _Numbers:
    """Each number rounded once; only for their spread are resampled differences cut, after `_PLACES` binary places."""
    first, second = measure.exactly(curves.first.data)[0], measure.exactly(curves.second.data)[0]
    if first is None or second is None:
        raise NotEstimable("too few rows", "A curve needs cases and controls.")
    cut = [(d.numerator << _PLACES) // d.denominator for d in differences]
    ordered = [d for _, d in sorted(zip(cut, differences, strict=True))]
    k, total = len(cut), sum(cut)
    variance = Fraction(k * sum(d * d for d in cut) - total * total, k * (k - 1) << 2 * _PLACES)
    difference = first - second
    if variance:
        statistic = math.copysign(square_root(difference * difference / variance), difference)
    else:
        statistic = math.nan if difference else 0.0
    tail = (1 - Fraction(level)) / 2
    low, high = (float(_quantile(ordered, p)) for p in (tail, 1 - tail))
    replicates = np.array([float(d) for d in differences])
    estimates = float(first), float(second)
    return _Numbers(
        estimates, float(difference), (low, high), square_root(variance), statistic, replicates, not variance
    )


def _quantile(ordered: Sequence[Fraction], probability: Fraction) -> Fraction:
    """Quantile of type 7, without rounding."""
    low, part = divmod((len(ordered) - 1) * probability, 1)
    above = min(int(low) + 1, len(ordered) - 1)
    return (1 - part) * ordered[int(low)] + part * ordered[above]


def _p_value(statistic: float, alternative: str) -> float:
    """Normal p-value."""
    if alternative == "two-sided":
        return 2.0 * pnorm(-abs(statistic))
    return pnorm(-statistic if alternative == "greater" else statistic)


def _refuse_lone(curves: TwoCurves) -> None:
    for outcome, word in ((1, "case"), (0, "control")):
        if min(curves.counted(outcome)) < _FEWEST:
            raise NotEstimable(
                "too few rows",
                f"A curve has one {word} only, whose share in the spread no resample can show.",
                hint="A bootstrap test needs at least two cases and two controls of each curve.",
            )


def bootstrap_test(
    curves: TwoCurves,
    measure: Measure,
    *,
    stratified: Any,
    alternative: str,
    seed: int,
    bootstraps: int,
    level: float,
    compat: str | None,
) -> BootstrapTestResult:
    """Test of the difference of one measure of two curves."""
    check_flag(stratified, "stratified")
    check_choice(alternative, "alternative", ALTERNATIVES)
    generator = RRandom(check_seed(seed))
    check_integer(bootstraps, "bootstraps", minimum=2)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    if mode == PROC:
        replicates = _differences(generator, curves, measure, bootstraps, stratified, exact=False)
        found = _as_proc(curves, measure, replicates, level)
    else:
        _refuse_lone(curves)
        replicates = _differences(generator, curves, measure, bootstraps, stratified, exact=True)
        found = _exactly(curves, measure, replicates, level)
    return BootstrapTestResult(
        measure.words,
        *found.estimates,
        found.difference,
        level,
        *found.limits,
        found.standard_error,
        found.statistic,
        _p_value(found.statistic, alternative),
        alternative,
        found.replicates,
        bootstraps,
        bootstraps - len(replicates),
        seed,
        curves.paired,
        bool(stratified),
        curves.counted(1),
        curves.counted(0),
        found.degenerate,
        generator.state,
        mode,
    )


def pair_and_parts(cohort: Cohort, settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first two markers of all patients, and the first marker in every third row and in the other rows."""
    choices = {"seed": settings.seed, "bootstraps": min(settings.bootstraps, _MOST_IN_CASES), "level": settings.level}
    if len(cohort.markers) < 2:
        return
    first, second = cohort.markers[:2]
    pair = {"y_true": cohort.outcome, "y_score_1": first.values, "y_score_2": second.values}
    directions = {"direction_1": first.direction, "direction_2": second.direction, "paired": True}
    yield f"{first.name} and {second.name}", {**pair, **directions, **choices}
    third = np.arange(cohort.outcome.size) % 3 == 2
    part, rest = cohort.outcome[third], cohort.outcome[~third]
    if cohort.outcome.size <= _LARGEST_DIVIDED and min(np.unique(part).size, np.unique(rest).size) == 2:
        groups = {"y_true": part, "y_score_1": first.values[third], "y_true_2": rest, "y_score_2": first.values[~third]}
        directions = {"direction_1": first.direction, "direction_2": first.direction, "paired": False}
        yield f"{first.name} in every third row and the others", {**groups, **directions, **choices}
