"""Area under the ROC curve of weighted patients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from validation.checks import Floats, Outcome, check_choice, check_level, check_outcome, check_scores
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_weights as certified
from validation.r_numerics import interval_probabilities, qnorm
from validation.relations import roc_weights as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.curve import DIRECTIONS, RocCurveResult, marker_cases, thresholds_of
from validation.roc.placements import square_root
from validation.statistic import Case, Settings, Statistic, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc import RocCurveDisplay

__all__ = ["WEIGHTED_AUC", "WeightedAUCResult", "weighted_auc"]

KINDS = ("frequency", "sampling")
_FEWEST = 2
#: weights beyond this would be integers of millions of digits
_MOST_BITS = 2000


@dataclass(frozen=True)
class WeightedAUCResult(Result):
    """Area under the ROC curve of weighted patients.

    Attributes
    ----------
    auc : float
        Weighted share of pairs in which the case has the higher (lower) score, ties counted half.
    variance, standard_error : float
    level, lower, upper : float
        Confidence level and limits, within [0, 1].
    kind : {"frequency", "sampling"}
    n_cases, n_controls : int
        Patients with a positive weight.
    weight_cases, weight_controls : float
        Sums of their weights.
    direction : {"higher", "lower"}
    degenerate : bool
        The variance is 0: the interval says nothing about precision.
    curve : RocCurveResult
        Weighted curve.
    compat : str
    """

    auc: float
    variance: float
    standard_error: float
    level: float
    lower: float
    upper: float
    kind: str
    n_cases: int
    n_controls: int
    weight_cases: float
    weight_controls: float
    direction: str
    degenerate: bool
    curve: RocCurveResult = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_limits(self.auc, self.standard_error, check_level(level)))

    def plot(self, ax: Any = None) -> RocCurveDisplay:
        """Draw the weighted curve on a Matplotlib axes."""
        from validation.displays.roc import RocCurveDisplay

        return RocCurveDisplay(self.curve).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        areas = ("auc", "standard_error", "lower", "upper", "level", "kind")
        counts = ("n_cases", "n_controls", "weight_cases", "weight_controls", "direction")
        return {name: [getattr(self, name)] for name in (*areas, *counts)}


def _limits(area: float, error: float, level: float) -> tuple[float, float]:
    low, high = (area + error * qnorm(p) for p in interval_probabilities(level))
    return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)


class _Weighted(NamedTuple):
    """Patients with a positive weight: place of the score, which rises with the event, and weight as a whole number."""

    outcome: Outcome
    scores: Floats
    weights: list[int]
    unit: Fraction


def _checked(y_true: Any, y_score: Any, weights: Any, kind: str) -> _Weighted:
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    values = check_scores(weights, outcome.size, "weights")
    if (values < 0).any():
        raise InputError("weights", "has negative values", hint="A weight says for how many patients a patient stands.")
    if kind == "frequency" and (values != np.floor(values)).any():
        raise InputError(
            "weights", "holds fractions, which cannot be numbers of patients", hint='Pass kind="sampling" for those.'
        )
    kept = values > 0
    for group, word in ((1, "case"), (0, "control")):
        if not (kept & (outcome == group)).any():
            raise InputError("weights", f"leaves no {word}", hint="Both classes need a positive weight.")
    ratios = [value.as_integer_ratio() for value in values[kept].tolist()]
    bits = max(bottom.bit_length() for _, bottom in ratios)
    if bits + max(top.bit_length() for top, _ in ratios) > _MOST_BITS:
        raise InputError("weights", "span too many powers of two", hint="Divide them by their mean.")
    # all denominators are powers of two: the largest is common to all
    common = 1 << (bits - 1)
    whole = [top * (common // bottom) for top, bottom in ratios]
    return _Weighted(outcome[kept], scores[kept], whole, Fraction(1, common))


class _Counted(NamedTuple):
    """Doubled weight that each patient beats in the other class, by class; weights by class; weights by place."""

    beaten: tuple[list[int], list[int]]
    weights: tuple[list[int], list[int]]
    by_place: tuple[list[int], list[int]]


def _count(data: _Weighted, direction: str) -> _Counted:
    sign = 1.0 if direction == "higher" else -1.0
    distinct, place = np.unique(sign * data.scores + 0.0, return_inverse=True)
    places, outcomes = place.tolist(), data.outcome.tolist()
    held = ([0] * distinct.size, [0] * distinct.size)
    for at, y, w in zip(places, outcomes, data.weights, strict=True):
        held[y][at] += w
    below, above = 0, sum(held[1])
    of_case, of_control = [], []
    for controls, cases in zip(*held, strict=True):
        above -= cases
        of_case.append(2 * below + controls)
        of_control.append(2 * above + cases)
        below += controls
    patients = list(zip(places, outcomes, data.weights, strict=True))
    beaten = [of_control[at] for at, y, _ in patients if not y], [of_case[at] for at, y, _ in patients if y]
    return _Counted(beaten, ([w for _, y, w in patients if not y], [w for _, y, w in patients if y]), held)


class _Sums(NamedTuple):
    """Sum and sums of squares of the weights beaten, and the weights of both classes."""

    total: int
    control_squares: int
    case_squares: int
    n_controls: int
    n_cases: int

    @property
    def area(self) -> Fraction:
        return Fraction(self.total, 2 * self.n_cases * self.n_controls)

    @property
    def frequency_variance(self) -> Fraction:
        """DeLong's variance of the patients repeated as often as they count."""
        m, n = self.n_cases, self.n_controls
        by_cases = Fraction(m * self.case_squares - self.total**2, 4 * n * n * m * m * (m - 1))
        return by_cases + Fraction(n * self.control_squares - self.total**2, 4 * m * m * n * n * (n - 1))


def _sums(counted: _Counted) -> _Sums:
    squares = [
        sum(w * a * a for w, a in zip(weights, beaten, strict=True))
        for weights, beaten in zip(counted.weights, counted.beaten, strict=True)
    ]
    total = sum(w * a for w, a in zip(counted.weights[1], counted.beaten[1], strict=True))
    return _Sums(total, *squares, *map(sum, counted.weights))


def _sampling_variance(counted: _Counted, total: int) -> Fraction:
    """Variance by linearisation; patients are the sampling units, cases and controls the strata."""
    own = [sum(weights) for weights in counted.weights]
    found = Fraction(0)
    for group in (0, 1):
        k, w_own, pairs = len(counted.weights[group]), own[group], own[0] * own[1]
        rows = zip(counted.weights[group], counted.beaten[group], strict=True)
        squares = sum((w * (a * w_own - total)) ** 2 for w, a in rows)
        found += Fraction(k * squares, (k - 1) * (2 * pairs * w_own) ** 2)
    return found


def _curve(data: _Weighted, counted: _Counted, direction: str) -> RocCurveResult:
    """Weighted sensitivity and specificity at every threshold."""
    rates = []
    for held, rising in ((counted.by_place[1], False), (counted.by_place[0], True)):
        total, passed, column = sum(held), 0, [0]
        for weight in held:
            passed += weight
            column.append(passed)
        rates.append(np.array([(p if rising else total - p) / total for p in column]))
    thresholds = thresholds_of(data.scores, direction)
    counts = [len(counted.weights[group]) for group in (1, 0)]
    return RocCurveResult(thresholds, rates[0], rates[1], counts[0], counts[1], direction, "default")


def weighted_auc(
    y_true: Any,
    y_score: Any,
    weights: Any,
    *,
    kind: str = "frequency",
    direction: str = "higher",
    level: float = 0.95,
) -> WeightedAUCResult:
    """Area under the ROC curve of patients who stand for several.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    weights : array_like of shape (n,)
        Weight of each patient, not negative. A patient of weight 0 is left out.
    kind : {"frequency", "sampling"}
        ``frequency``: whole numbers; a patient of weight 3 is three patients with the same data. ``sampling``: any
        numbers, such as inverse probabilities of having been sampled or of not having been censored; only their ratios
        within each class matter.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    WeightedAUCResult

    Raises
    ------
    InputError
        As for `auc`; negative weights, fractions as frequencies, a class without weight.
    NotEstimable
        One case or one control only.

    Notes
    -----
    ``A = sum w_i w_j psi(x_i, x_j) / (W_1 W_0)`` over cases i and controls j, with psi 1, 1/2 or 0. With frequencies
    the variance is DeLong's of the repeated patients. With sampling weights it is that of the linearised area with
    patients as sampling units within the strata of cases and controls (close to the jackknife of the reference),
    ``m/(m - 1) sum (w_i (X_i - A) / W_1)^2 + n/(n - 1) sum (w_j (Y_j - A) / W_0)^2``, with weighted placements X and Y;
    equal weights make it DeLong's. That the weights were estimated is not part of it. All sums are of whole numbers and
    each number is rounded once; limits are A -+ z SE, clipped to [0, 1].
    R: none; with frequencies ``pROC::auc``, ``pROC::var`` and ``pROC::ci.auc`` of the patients repeated by ``rep``.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Yao W, Li Z, Graubard BI (2015). Estimation of ROC curve with complex survey data. Stat Med 34:1293-1303.
    doi:10.1002/sim.6405

    Examples
    --------
    >>> y, x = [0, 0, 1, 1], [1.0, 3.0, 2.0, 4.0]
    >>> weighted_auc(y, x, [2, 1, 1, 1]).auc
    0.8333333333333334
    >>> round(weighted_auc(y, x, [0.5, 0.25, 1.5, 1.5], kind="sampling").standard_error, 4)
    0.2778
    """
    check_choice(kind, "kind", KINDS)
    check_choice(direction, "direction", DIRECTIONS)
    check_level(level)
    data = _checked(y_true, y_score, weights, kind)
    counted = _count(data, direction)
    sums = _sums(counted)
    numbers = [len(weights) for weights in counted.weights]
    few = [sums.n_controls, sums.n_cases] if kind == "frequency" else numbers
    for count, word in zip(few, ("control", "case"), strict=True):
        if count < _FEWEST:
            raise NotEstimable(
                "too few rows",
                f"There is one {word} only, so that the variance of the area does not exist.",
                hint="At least two cases and two controls are needed.",
            )
    variance = sums.frequency_variance if kind == "frequency" else _sampling_variance(counted, sums.total)
    area, error = float(sums.area), square_root(variance)
    of_cases, of_controls = (float(total * data.unit) for total in (sums.n_cases, sums.n_controls))
    return WeightedAUCResult(
        area, float(variance), error, level, *_limits(area, error, level), kind, numbers[1], numbers[0], of_cases,
        of_controls,
        direction, variance == 0, _curve(data, counted, direction), "default",
    )  # fmt: skip


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first marker, patients counted 0 to 3 times in turn."""
    weights = (np.arange(cohort.outcome.size) % 4).astype(np.float64)
    sizes = [float(weights[cohort.outcome == group].sum()) for group in (0, 1)]
    if min(sizes) < _FEWEST:
        return
    for case in list(marker_cases(cohort, settings))[:1]:
        extra = {"weights": weights, "level": settings.level}
        yield Case(f"{case.label}, weights 0 to 3", {**case.arguments, **extra})


WEIGHTED_AUC = register(
    Statistic(
        name="weighted_auc",
        compute=weighted_auc,
        r="roc_weights.R::weighted_auc",
        package="pROC",
        title="Area under the ROC curve of weighted patients",
        cases=_cases,
        quantities={
            "auc": exact(),
            "variance": exact("value"),
            "standard_error": exact("value"),
            "lower": closed(),
            "upper": closed(),
        },
        relations=(
            relations.weights_are_repetitions,
            relations.weights_of_zero_remove,
            relations.weights_merge_equal_patients,
            relations.weights_of_one_value_are_delong,
            relations.weights_order_and_transform,
            relations.weights_outcome_swap,
        ),
        certified=certified.weighted_auc,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
