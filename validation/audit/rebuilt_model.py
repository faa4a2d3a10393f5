"""The predictors of a reconstructed cohort: Newton's method on coefficients and standard errors, then repair."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from validation.audit.odds_ratios import Z
from validation.audit.rebuilt_target import Target, printed_logs
from validation.checks import Floats
from validation.errors import InputError, NotEstimable
from validation.logistic import logistic_regression

__all__ = ["fit_model"]

Outcome = npt.NDArray[np.int8]

_NEWTON_STEPS = 12
#: largest distance from a printed number, in half units, at which the search of a model stops
_DEEP_ENOUGH = 0.98


def _depth(target: Target, y: Outcome, x: Floats) -> float:
    """Largest distance of any printed number of the model from its value, in half units; below 1 all print so."""
    found = _estimates(y, x)
    if found is None:
        return math.inf
    worst = 0.0
    for term, b, se in zip(target.terms, *found, strict=True):
        for (printed, half), value in zip(printed_logs(term), (b, b - Z * se, b + Z * se), strict=True):
            worst = max(worst, abs(value - printed) / half)
    return worst


def fit_model(target: Target, y: Outcome) -> Floats | None:
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
    target: Target, y: Outcome, noise: Floats, order: dict[int, npt.NDArray[np.intp]], inflation: float
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


def _two_by_two(target: Target, b: float, se: float) -> tuple[int, int] | None:
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


def _misses(target: Target, y: Outcome, x: Floats) -> Floats | None:
    """Distance of each log odds ratio and log standard error from its goal, in widths of the printed boxes."""
    found = _estimates(y, x)
    if found is None:
        return None
    b, se = target.goal()
    scale_b, scale_se = _box_widths(target)
    return np.concatenate([(found[0] - b) / scale_b, (np.log(found[1]) - np.log(se)) / scale_se])


def _box_widths(target: Target) -> tuple[Floats, Floats]:
    """Half widths of the printed boxes of log odds ratios and log standard errors."""
    widths_b, widths_se = [], []
    for term in target.terms:
        assert term.or_ is not None
        assert term.ci is not None
        low, high = term.ci
        widths_b.append(float(term.or_.half_unit) / float(term.or_))
        limits = float(low.half_unit) / float(low) + float(high.half_unit) / float(high)
        widths_se.append(limits / math.log(float(high) / float(low)))
    return np.array(widths_b), np.array(widths_se)


def _moved(target: Target, x: Floats, y: Outcome, parameters: Floats) -> Floats:
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


def _solved(target: Target) -> npt.NDArray[np.intp]:
    """Equations that Newton's method solves: all but the error of the dichotomy, which the table decides."""
    k = len(target.terms)
    return np.array([i for i in range(2 * k) if target.binary is None or i != k + target.binary])


def _fit_continuous(target: Target, y: Outcome, x: Floats) -> Floats | None:
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


def _slopes(target: Target, y: Outcome, x: Floats, parameters: Floats, miss: Floats) -> Floats | None:
    columns = []
    for i in range(parameters.size):
        moved = parameters.copy()
        moved[i] += 1e-5
        there = _misses(target, y, _moved(target, x, y, moved))
        if there is None:
            return None
        columns.append((there - miss) / 1e-5)
    return np.column_stack(columns)


def _rounded(target: Target, x: Floats) -> Floats:
    rounded = x.copy()
    for j, term in enumerate(target.terms):
        if j != target.binary:
            rounded[:, j] = np.round(x[:, j], target.margins[term.name][2])
    return rounded


def _repair(target: Target, y: Outcome, x: Floats, steps: int = 3000) -> Floats | None:
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
