"""A cohort on which all printed numbers of a paper hold at once, found by search: proof that they are jointly possible.

The search alternates between parts that hardly disturb each other. Continuous predictors: shifting cases against
controls moves a coefficient, rescaling moves its standard error, and shifting the patients below the cut-off against
the others moves the coefficient of the dichotomised marker. The marker itself: values are permuted within strata of
outcome and dichotomy, which moves the area under its curve and nothing else. Values are rounded to the units of a
laboratory throughout. What is not found within the budget is said to be not found, never to be impossible.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims, DataRow, Model, TermRow
from validation.audit.odds_ratios import Z
from validation.audit.rounding import Printed
from validation.checks import Floats, check_integer, check_seed
from validation.errors import InputError, NotEstimable
from validation.logistic import logistic_regression
from validation.r_random import RRandom
from validation.roc import auc, optimal_cutoff

__all__ = ["Comparison", "Reconstruction", "reconstruct"]

Outcome = npt.NDArray[np.int8]
#: grids of plausible units: mean, SD and decimals where the paper prints none
_DEFAULT_MARGIN = (10.0, 2.0, 3)
_MARGINS = {"age": (63.0, 8.5, 0), "bmi": (24.0, 3.4, 1), "ctx": (0.50, 0.26, 3), "p1np": (52.0, 22.0, 1)}
_NEWTON_STEPS = 12
#: largest distance from a printed number, in half units, at which the search of a model stops
_DEEP_ENOUGH = 0.98


@dataclass(frozen=True)
class Comparison:
    """One printed number beside the number of the reconstructed cohort."""

    what: str
    printed: str
    found: float
    holds: bool


@dataclass(frozen=True)
class Reconstruction:
    """Result of the search.

    Attributes
    ----------
    found : bool
        All printed numbers hold on the cohort.
    columns : dict of str to ndarray
        The cohort; the outcome first.
    comparisons : tuple of Comparison
        Every printed number that took part.
    attempts, seed : int
    skipped : tuple of str
        Printed numbers that the search does not cover.
    terms : tuple of str
        Columns that are terms of the model.
    markers : tuple of (str, str)
        Columns that are markers, with their direction.
    """

    found: bool
    columns: dict[str, Floats]
    comparisons: tuple[Comparison, ...]
    attempts: int
    seed: int
    skipped: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    markers: tuple[tuple[str, str], ...] = ()


@dataclass
class _Target:
    """What a logistic model prints: terms with odds ratio and interval, one of them possibly a dichotomised marker."""

    model: Model
    data: DataRow
    terms: list[TermRow]
    marker: str | None
    cut: float | None
    low_is_positive: bool
    binary: int | None
    rng: np.random.Generator
    margins: dict[str, tuple[float, float, int]] = field(default_factory=dict)

    @property
    def n1(self) -> int:
        """Events."""
        return int(self.data.events or 0)

    @property
    def n0(self) -> int:
        """Non-events."""
        return int(self.data.nonevents or 0)

    def goal(self) -> tuple[Floats, Floats]:
        """Log odds ratios and standard errors that lie as deep as possible within all three printed boxes of a row.

        The three distances from the printed numbers, in half units, are tied by ``2 h r - h_L r_L - h_U r_U =
        ln L + ln U - 2 ln OR``; the largest is smallest where all are equal in size.
        """
        b, se = [], []
        for term in self.terms:
            ratio, low, high = _printed_logs(term)
            tie = low[0] + high[0] - 2 * ratio[0]
            r = tie / (2 * ratio[1] + low[1] + high[1])
            b.append(ratio[0] + r * ratio[1])
            se.append((high[0] - low[0] - r * (high[1] - low[1])) / (2 * Z))
        return np.array(b), np.array(se)


def _printed_logs(term: TermRow) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Logarithm of odds ratio and limits, each with half a printed unit on that scale."""
    assert term.or_ is not None
    assert term.ci is not None
    found = [(math.log(float(v)), float(v.half_unit) / float(v)) for v in (term.or_, *term.ci)]
    return found[0], found[1], found[2]


def _depth(target: _Target, y: Outcome, x: Floats) -> float:
    """Largest distance of any printed number of the model from its value, in half units; below 1 all print so."""
    found = _estimates(y, x)
    if found is None:
        return math.inf
    worst = 0.0
    for term, b, se in zip(target.terms, *found, strict=True):
        for (printed, half), value in zip(_printed_logs(term), (b, b - Z * se, b + Z * se), strict=True):
            worst = max(worst, abs(value - printed) / half)
    return worst


def reconstruct(claims: Claims, *, seed: int, attempts: int = 60) -> Reconstruction:
    """Search a synthetic cohort that reproduces the printed numbers of a paper.

    Parameters
    ----------
    claims : Claims
        Needs one logistic model with odds ratios and intervals on a data set with events and non-events.
    seed : int
        Seed of the search.
    attempts : int
        Budget: independent starts.

    Returns
    -------
    Reconstruction

    Raises
    ------
    InputError
        The claim file has no model that can be reconstructed.

    Notes
    -----
    Coefficients, standard errors and limits are those of the maximum likelihood fit with Wald intervals; the area is
    the empirical one with DeLong's interval, the cut-off the only optimum of Youden's index.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Biometrics 44:837-845. doi:10.2307/2531595
    """
    check_seed(seed)
    check_integer(attempts, "attempts", minimum=1)
    target = _target(claims, np.random.default_rng(RRandom(seed).state[2:].view(np.uint32)))
    best: tuple[int, dict[str, Floats], tuple[Comparison, ...]] | None = None
    for attempt in range(1, attempts + 1):
        columns = _attempt(claims, target)
        if columns is None:
            continue
        comparisons = tuple(_compare(claims, target, columns))
        wrong = sum(not comparison.holds for comparison in comparisons)
        if best is None or wrong < best[0]:
            best = (wrong, columns, comparisons)
        if wrong == 0:
            return _result(claims, target, True, columns, comparisons, attempt, seed)
    columns, comparisons = ({}, ()) if best is None else best[1:]
    return _result(claims, target, False, columns, comparisons, attempts, seed)


def _result(
    claims: Claims,
    target: _Target,
    found: bool,
    columns: dict[str, Floats],
    comparisons: tuple[Comparison, ...],
    attempts: int,
    seed: int,
) -> Reconstruction:
    direction = "lower" if target.low_is_positive else "higher"
    markers = () if target.marker is None else ((target.marker, direction),)
    terms = tuple(term.name for term in target.terms)
    return Reconstruction(found, columns, comparisons, attempts, seed, tuple(_skipped(claims)), terms, markers)


def _target(claims: Claims, rng: np.random.Generator) -> _Target:
    for model in claims.model:
        terms = [
            t for t in model.terms if t.or_ is not None and t.ci is not None and t.or_.reported and t.ci[0].reported
        ]
        data = claims.data_set(model.data)
        if (
            (model.kind or "").lower() != "logistic"
            or not terms
            or data is None
            or not data.events
            or not data.nonevents
        ):
            continue
        marker, cut, low, binary = _dichotomy(model, terms)
        margins = {t.name: _margin(t.name) for i, t in enumerate(terms) if i != binary}
        return _Target(model, data, terms, marker, cut, low, binary, rng, margins)
    raise InputError(
        "claims",
        "have no logistic model with odds ratios, intervals and numbers of events",
        hint="Nothing can be rebuilt.",
    )


def _dichotomy(model: Model, terms: list[TermRow]) -> tuple[str | None, float | None, bool, int | None]:
    for i, term in enumerate(terms):
        for name in model.uses_cutoff:
            for sign in ("<=", ">=", "<", ">", "\u2264", "\u2265"):
                prefix = f"{name}{sign}"
                if term.name.replace(" ", "").startswith(prefix):
                    cut = float(term.name.replace(" ", "")[len(prefix) :])
                    return name, cut, sign in ("<=", "<", "\u2264"), i
    return None, None, True, None


def _margin(name: str) -> tuple[float, float, int]:
    for key, margin in _MARGINS.items():
        if key in name.lower().replace("-", "").replace("_", ""):
            return margin
    return _DEFAULT_MARGIN


def _attempt(claims: Claims, target: _Target) -> dict[str, Floats] | None:
    y = np.zeros(target.n1 + target.n0, dtype=np.int8)
    y[: target.n1] = 1
    fitted = _fit(target, y)
    if fitted is None:
        return None
    columns: dict[str, Floats] = {"event": y.astype(np.float64)}
    if target.marker is not None:
        marker = _place_marker(claims, target, y, fitted)
        if marker is None:
            return None
        columns[target.marker] = marker
    for j, term in enumerate(target.terms):
        columns[term.name] = fitted[:, j]
    return columns | dict(_secondary(claims, target, y))


def _fit(target: _Target, y: Outcome) -> Floats | None:
    """Predictors with the printed coefficients and errors.

    The error of a dichotomised marker is a matter of whole numbers: the 2 x 2 table is chosen so that its crude error
    times the inflation by the other predictors is the printed one. The inflation is learned from round to round.
    """
    noise = target.rng.normal(size=(y.size, len(target.terms)))
    order = {group: target.rng.permutation(np.flatnonzero(y == group)) for group in (0, 1)}
    inflation = 1.03
    for _ in range(8):
        x = _start(target, y, noise, order, inflation)
        if x is None:
            return None
        fitted = _fit_continuous(target, y, x)
        if fitted is None:
            return None
        if target.binary is None:
            return fitted
        miss = _misses(target, y, fitted)
        if miss is None:
            return None
        off = float(miss[len(target.terms) + target.binary])
        if abs(off) < 0.9:
            return _repair(target, y, fitted)
        inflation *= math.exp(off * _box_widths(target)[1][target.binary])
    return None


def _start(
    target: _Target, y: Outcome, noise: Floats, order: dict[int, npt.NDArray[np.intp]], inflation: float
) -> Floats | None:
    """Dichotomy from a table, and continuous predictors with about the right ratio of coefficient and error."""
    b, se = target.goal()
    x = np.zeros((y.size, len(target.terms)))
    for j, term in enumerate(target.terms):
        if j == target.binary:
            table = _two_by_two(target, b[j], se[j] / inflation)
            if table is None:
                return None
            for group, count in ((1, table[0]), (0, table[1])):
                x[order[group][:count], j] = 1.0
            continue
        mean = target.margins[term.name][0]
        # for a normal predictor the log odds ratio is the gap of the means over the variance
        gap = b[j] / se[j] * math.sqrt(1 / target.n1 + 1 / target.n0)
        values = noise[:, j] + gap * y
        spread = 1.0 / (se[j] * math.sqrt(y.size * 0.22))
        x[:, j] = mean + spread * (values - values.mean())
    return x


def _two_by_two(target: _Target, b: float, se: float) -> tuple[int, int] | None:
    """Positive cases and controls with this crude error and about this crude log odds ratio; the nearest of many."""
    a, c = np.meshgrid(np.arange(5, target.n1 - 4), np.arange(5, target.n0 - 4), indexing="ij")
    log_ratio = np.log(a / (target.n1 - a)) - np.log(c / (target.n0 - c))
    error = np.sqrt(1 / a + 1 / (target.n1 - a) + 1 / c + 1 / (target.n0 - c))
    usable = np.flatnonzero(np.abs(log_ratio - b).ravel() < 0.3 * se)
    if not usable.size:
        return None
    nearest = usable[np.argmin(np.abs(error.ravel()[usable] - se))]
    return int(a.ravel()[nearest]), int(c.ravel()[nearest])


def _estimates(y: Outcome, x: Floats) -> tuple[Floats, Floats] | None:
    try:
        fit = logistic_regression(y, x)
    except (NotEstimable, InputError):
        return None
    return fit.coefficients[1:], fit.standard_error[1:]


def _misses(target: _Target, y: Outcome, x: Floats) -> Floats | None:
    """Distance of each log odds ratio and log standard error from its goal, in widths of the printed boxes."""
    found = _estimates(y, x)
    if found is None:
        return None
    b, se = target.goal()
    scale_b, scale_se = _box_widths(target)
    return np.concatenate([(found[0] - b) / scale_b, (np.log(found[1]) - np.log(se)) / scale_se])


def _box_widths(target: _Target) -> tuple[Floats, Floats]:
    widths_b, widths_se = [], []
    for term in target.terms:
        assert term.or_ is not None
        assert term.ci is not None
        low, high = term.ci
        widths_b.append(float(term.or_.half_unit) / float(term.or_))
        limits = float(low.half_unit) / float(low) + float(high.half_unit) / float(high)
        widths_se.append(limits / math.log(float(high) / float(low)))
    return np.array(widths_b), np.array(widths_se)


def _moved(target: _Target, x: Floats, y: Outcome, parameters: Floats) -> Floats:
    """Predictors after shifting cases, rescaling, and shifting the patients below the cut-off."""
    free = [j for j in range(len(target.terms)) if j != target.binary]
    k = len(free)
    moved = x.copy()
    for i, j in enumerate(free):
        centre, spread = x[:, j].mean(), x[:, j].std()
        shifted = x[:, j] - centre + parameters[i] * spread * (y - y.mean())
        if target.binary is not None and parameters.size > 2 * k:
            # the dichotomy's coefficient moves by what the other predictors take over from it
            below = x[:, target.binary]
            shifted = shifted + parameters[2 * k] * (-1.0) ** i * spread * (below - below.mean())
        moved[:, j] = centre + shifted * math.exp(parameters[k + i])
    return moved


def _solved(target: _Target) -> npt.NDArray[np.intp]:
    """Equations that Newton's method solves: all but the error of the dichotomy, which the table decides."""
    k = len(target.terms)
    return np.array([i for i in range(2 * k) if target.binary is None or i != k + target.binary])


def _fit_continuous(target: _Target, y: Outcome, x: Floats) -> Floats | None:
    """Newton's method on coefficients and standard errors at once, then rounding and repair."""
    k = len(target.terms) - (target.binary is not None)
    parameters = np.zeros(2 * k + (target.binary is not None))
    solved = _solved(target)
    miss = _misses(target, y, x)
    for _ in range(_NEWTON_STEPS):
        if miss is None:
            return None
        if np.abs(miss[solved]).max() < 0.02:
            break
        slopes = _slopes(target, y, x, parameters, miss)
        if slopes is None:
            return None
        step = np.linalg.lstsq(slopes[solved], -miss[solved], rcond=None)[0]
        parameters = parameters + np.clip(step, -0.3, 0.3)
        miss = _misses(target, y, _moved(target, x, y, parameters))
    if miss is None or np.abs(miss[solved]).max() > 1.0:
        return None
    return _rounded(target, _moved(target, x, y, parameters))


def _slopes(target: _Target, y: Outcome, x: Floats, parameters: Floats, miss: Floats) -> Floats | None:
    columns = []
    for i in range(parameters.size):
        moved = parameters.copy()
        moved[i] += 1e-5
        there = _misses(target, y, _moved(target, x, y, moved))
        if there is None:
            return None
        columns.append((there - miss) / 1e-5)
    return np.column_stack(columns)


def _rounded(target: _Target, x: Floats) -> Floats:
    rounded = x.copy()
    for j, term in enumerate(target.terms):
        if j != target.binary:
            rounded[:, j] = np.round(x[:, j], target.margins[term.name][2])
    return rounded


def _repair(target: _Target, y: Outcome, x: Floats, steps: int = 3000) -> Floats | None:
    """Move single values by one unit while that brings the printed numbers nearer; only rounding is to be repaired."""
    free = [j for j in range(len(target.terms)) if j != target.binary]
    worst = _depth(target, y, x)
    for _ in range(steps):
        if worst < _DEEP_ENOUGH:
            return x
        j = free[int(target.rng.integers(len(free)))]
        unit = 10.0 ** -target.margins[target.terms[j].name][2]
        chosen = target.rng.integers(y.size, size=int(target.rng.integers(1, 4)))
        trial = x.copy()
        trial[chosen, j] = np.round(trial[chosen, j] + unit * target.rng.choice([-2, -1, 1, 2]), 6)
        there = _depth(target, y, trial)
        if there < worst:
            x, worst = trial, there
    return x if worst < _DEEP_ENOUGH else None


def _place_marker(claims: Claims, target: _Target, y: Outcome, x: Floats) -> Floats | None:
    """Values of the marker on its grid: right of the cut-off or left, with the printed area, interval and optimum."""
    if target.marker is None or target.binary is None or target.cut is None:
        return None
    positive = x[:, target.binary] == 1.0
    row = next((r for r in claims.tables.auc if r.of == target.marker and r.auc is not None and r.auc.reported), None)
    direction = "lower" if target.low_is_positive else "higher"
    for _ in range(12):
        spread = float(target.rng.uniform(0.9, 1.6))
        values = _grid_values(target, positive, spread)
        if row is None:
            return values
        placed = _tune_area(target, y, positive, values, row, direction)
        if placed is not None:
            return placed
    return None


def _grid_values(target: _Target, positive: npt.NDArray[np.bool_], spread: float) -> Floats:
    """Marker values on a grid of 0.01 on both sides of the cut-off, dense near it."""
    assert target.cut is not None
    unit = 0.01
    steps = np.floor(np.abs(target.rng.normal(size=positive.size)) * spread * 6.5).astype(int)
    below = math.floor(target.cut / unit + 1e-9)
    low = below - steps
    high = below + 1 + steps
    chosen = np.where(positive == target.low_is_positive, low, high)
    return np.asarray(np.round(chosen * unit, 2))


def _tune_area(
    target: _Target, y: Outcome, positive: npt.NDArray[np.bool_], values: Floats, row: Any, direction: str
) -> Floats | None:
    """Exchange values between cases and controls on the same side of the cut-off until area and interval print."""
    goal = float(row.auc)
    for _ in range(400):
        result = auc(y, values, direction=direction)
        if row.auc.box().meets(result.auc, result.auc):
            break
        better_higher = result.auc < goal
        strata = [np.flatnonzero(positive == side) for side in (True, False)]
        side = strata[int(target.rng.integers(2))]
        cases, controls = side[y[side] == 1], side[y[side] == 0]
        if not cases.size or not controls.size:
            continue
        size = max(1, int(abs(goal - result.auc) * 400))
        for _ in range(size):
            i, j = target.rng.choice(cases), target.rng.choice(controls)
            case_first = values[i] < values[j] if direction == "lower" else values[i] > values[j]
            if case_first != better_higher and values[i] != values[j]:
                values[[i, j]] = values[[j, i]]
    return values if _marker_holds(target, y, values, row, direction) else None


def _marker_holds(target: _Target, y: Outcome, values: Floats, row: Any, direction: str) -> bool:
    result = auc(y, values, direction=direction)
    if not row.auc.box().meets(result.auc, result.auc):
        return False
    if row.ci is not None and row.ci[0].reported:
        low, high = row.ci
        if not (low.box().meets(result.lower, result.lower) and high.box().meets(result.upper, result.upper)):
            return False
    best = optimal_cutoff(y, values, direction=direction)
    return best.threshold.size == 1 and target.cut is not None and abs(float(best.threshold[0]) - target.cut) < 1e-9


def _secondary(claims: Claims, target: _Target, y: Outcome) -> Iterator[tuple[str, Floats]]:
    """Other outcomes on the same patients, with their printed number of events."""
    for part in claims.subsets(target.data.name):
        if part.share == "part" or part.n != y.size or not part.events:
            continue
        column = np.zeros(y.size)
        # events of a secondary outcome fall mostly, but not only, on patients with the main one
        weight = np.where(y == 1, 3.0, 1.0)
        column[target.rng.choice(y.size, size=part.events, replace=False, p=weight / weight.sum())] = 1.0
        yield part.name, column


def _compare(claims: Claims, target: _Target, columns: dict[str, Floats]) -> Iterator[Comparison]:
    y = columns["event"].astype(np.int8)
    x = np.column_stack([columns[term.name] for term in target.terms])
    yield _number("events", str(target.n1), float(y.sum()), float(y.sum()) == target.n1)
    yield _number("non-events", str(target.n0), float((1 - y).sum()), float((1 - y).sum()) == target.n0)
    fit = logistic_regression(y, x)
    for j, term in enumerate(target.terms):
        assert term.or_ is not None
        assert term.ci is not None
        values = (fit.odds_ratio[j], fit.lower[j], fit.upper[j])
        words = ("odds ratio", "lower limit", "upper limit")
        for word, value, printed in zip(words, values, (term.or_, *term.ci), strict=True):
            yield _printed(f"{term.name}: {word}", printed, float(value))
        if term.p is not None and term.p.reported:
            yield _printed(f"{term.name}: p", term.p, float(fit.p_value[j + 1]))
    yield from _compare_marker(claims, target, columns, y)
    for part in claims.subsets(target.data.name):
        if part.name in columns and part.events is not None:
            total = float(columns[part.name].sum())
            yield _number(f"{part.name}: events", str(part.events), total, total == part.events)


def _compare_marker(claims: Claims, target: _Target, columns: dict[str, Floats], y: Outcome) -> Iterator[Comparison]:
    if target.marker is None:
        return
    direction = "lower" if target.low_is_positive else "higher"
    result = auc(y, columns[target.marker], direction=direction)
    for row in claims.tables.auc:
        if row.of != target.marker or row.auc is None or not row.auc.reported:
            continue
        yield _printed(f"AUC of {row.of}", row.auc, result.auc)
        if row.ci is not None and row.ci[0].reported:
            yield _printed(f"AUC of {row.of}: lower limit", row.ci[0], result.lower)
            yield _printed(f"AUC of {row.of}: upper limit", row.ci[1], result.upper)
    best = optimal_cutoff(y, columns[target.marker], direction=direction)
    assert target.cut is not None
    holds = best.threshold.size == 1 and abs(float(best.threshold[0]) - target.cut) < 1e-9
    yield _number(f"cut-off of {target.marker}", f"{target.cut:g}", float(best.threshold[0]), holds)


def _number(what: str, printed: str, found: float, holds: bool) -> Comparison:
    return Comparison(what, printed, found, holds)


def _printed(what: str, printed: Printed, found: float) -> Comparison:
    return Comparison(what, printed.text, found, printed.box().contains(found))


def _skipped(claims: Claims) -> Iterator[str]:
    for name in ("describe", "crosstab", "test", "fit", "calibration", "optimism", "net_benefit"):
        if getattr(claims.tables, name):
            yield name
