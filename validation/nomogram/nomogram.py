"""Points of each predictor, and the risk that belongs to their sum."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from validation.checks import Floats, check_choice, check_integer, check_matrix, check_scores
from validation.errors import InputError, NotEstimable, ValidationWarning
from validation.logistic.fit import maximum_likelihood
from validation.logistic.lrm import fit_as_lrm
from validation.logistic.regression import check_problem
from validation.nomogram.pretty import pretty
from validation.result import Result

if TYPE_CHECKING:
    from validation.displays.nomogram import NomogramDisplay

__all__ = ["RMS", "NomogramResult", "nomogram"]

RMS = "rms-6.5"
#: a predictor with no more distinct values has these as its axis, any other one round values
_FEW = 10
_INTERVALS = 10
#: log odds between which rms looks up a risk by linear interpolation
_GRID = 1000


@dataclass(frozen=True)
class NomogramResult(Result):
    """Scales of a nomogram.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    coefficients : ndarray of shape (p + 1,)
        Log odds per unit, intercept first.
    axis_variable, axis_value, axis_log_odds, axis_points : ndarray of shape (k,)
        Place of the predictor among `names`, value, contribution to the log odds and points of each tick, predictor
        after predictor.
    total_points : ndarray
        Ticks of the scale of total points.
    linear_predictor, linear_predictor_points : ndarray
        Ticks of the log odds, and the total points that they belong to.
    risk, risk_points : ndarray
        Ticks of the predicted risk, and the total points that they belong to.
    points_per_log_odds : float
    base_log_odds : float
        Log odds of a patient with 0 points.
    maximum_points : int
        Points of the widest predictor.
    condition_number : float
    n, n_events : int
    compat : str
    diagnosis : NotEstimable or None
        Why the numbers mean nothing although rms prints them (mode "rms-6.5" only).
    """

    names: tuple[str, ...]
    coefficients: Floats
    axis_variable: npt.NDArray[np.int64]
    axis_value: Floats
    axis_log_odds: Floats
    axis_points: Floats
    total_points: Floats
    linear_predictor: Floats
    linear_predictor_points: Floats
    risk: Floats
    risk_points: Floats
    points_per_log_odds: float
    base_log_odds: float
    maximum_points: int
    condition_number: float
    n: int
    n_events: int
    compat: str
    diagnosis: NotEstimable | None = None

    def axis(self, predictor: int) -> tuple[Floats, Floats]:
        """Values and points of the ticks of one predictor."""
        chosen = self.axis_variable == predictor
        return self.axis_value[chosen], self.axis_points[chosen]

    def points(self, x: Any) -> Floats:
        """Points of each patient for each predictor, without rounding: an array of shape (n, p)."""
        matrix, _ = check_matrix(x, len(np.asarray(x)))
        if matrix.shape[1] != len(self.names):
            raise InputError("x", f"has {matrix.shape[1]} columns where the nomogram has {len(self.names)} predictors")
        slopes = self.coefficients[1:]
        least = np.array([self.axis_log_odds[self.axis_variable == j].min() for j in range(len(self.names))])
        found: Floats = (matrix * slopes - least) * self.points_per_log_odds
        return found

    def risk_of(self, total_points: Any) -> Floats:
        """Predicted risk of each sum of points."""
        sums = check_scores(np.atleast_1d(total_points), np.atleast_1d(total_points).size, "total_points")
        risk: Floats = expit(self.base_log_odds + sums / self.points_per_log_odds)
        return risk

    def predict_proba(self, x: Any) -> Floats:
        """Predicted risk of each patient, read through the points."""
        return self.risk_of(self.points(x).sum(axis=1))

    def plot(self, ax: Any = None) -> NomogramDisplay:
        """The classical figure on a Matplotlib axes."""
        from validation.displays.nomogram import NomogramDisplay

        return NomogramDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "predictor": [self.names[j] for j in self.axis_variable.tolist()],
            "value": self.axis_value.tolist(),
            "points": self.axis_points.tolist(),
        }

    def risk_table(self) -> dict[str, list[Any]]:
        """Columns risk and total points."""
        return {"risk": self.risk.tolist(), "total_points": self.risk_points.tolist()}


def nomogram(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    maximum_points: int = 100,
    compat: str | None = None,
) -> NomogramResult:
    """Nomogram of a logistic model.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit; an intercept is added.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    maximum_points : int
        Points of the predictor with the widest contribution.
    compat : {"rms-6.5"}, optional
        Coefficients where ``lrm`` of rms 6.5 stops, and risks placed by its linear interpolation. The default places
        everything exactly.

    Returns
    -------
    NomogramResult

    Raises
    ------
    InputError
        As for `logistic_regression`; `maximum_points` that are no whole number from 1 on.
    NotEstimable
        As for `logistic_regression`, and a model all of whose coefficients are 0.

    Notes
    -----
    The axis of predictor j holds its distinct values, or from 11 on round values over its range. With the contribution
    ``x_j b_j`` of each tick, ``m_j`` the least one of an axis and ``s`` the points per log odds, which give the widest
    axis `maximum_points`, a tick has ``(x_j b_j - m_j) s`` points, and total points P have the risk
    ``1 / (1 + exp(-(b_0 + sum m_j + P/s)))``.
    R: ``rms::nomogram(f, fun = plogis, maxscale = maximum_points)`` with ``f <- rms::lrm(y ~ x)``.

    References
    ----------
    Iasonos A, Schrag D, Raj GV, Panageas KS (2008). How to build and interpret a nomogram for cancer prognosis. J Clin
    Oncol 26:1364-1370. doi:10.1200/JCO.2007.12.9791
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, chapter 10. doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> x = [[61, 0], [58, 1], [70, 0], [66, 1], [73, 0], [75, 1], [64, 1], [69, 0]]
    >>> result = nomogram([0, 0, 1, 0, 0, 1, 1, 1], x, names=["age", "smoker"])
    >>> values, points = result.axis(1)
    >>> values.tolist(), points.round(1).tolist()
    ([0.0, 1.0], [0.0, 17.7])
    """
    problem = check_problem(y_true, x, names, None, None)
    check_integer(maximum_points, "maximum_points", minimum=1)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    diagnosis = None
    if mode == RMS:
        coefficients, condition, diagnosis = _as_rms(problem)
    else:
        fit = maximum_likelihood(problem.x, problem.y, problem.names)
        coefficients, condition = fit.coefficients, fit.condition_number
    scales = _scales(problem.x, coefficients, maximum_points, mode)
    counts = (problem.y.size, int(np.count_nonzero(problem.y)))
    magnified = condition * scales.pop("magnification")
    return NomogramResult(
        problem.names,
        coefficients,
        **scales,
        maximum_points=maximum_points,
        condition_number=magnified,
        n=counts[0],
        n_events=counts[1],
        compat=mode,
        diagnosis=diagnosis,
    )


def _as_rms(problem: Any) -> tuple[Floats, float, NotEstimable | None]:
    fit = fit_as_lrm(problem.x, problem.y)
    try:
        maximum_likelihood(problem.x, problem.y, problem.names)
    except NotEstimable as found:
        warnings.warn(f"the numbers of lrm mean nothing here: {found.message}", ValidationWarning, stacklevel=4)
        return fit.coefficients, fit.condition, found
    return fit.coefficients, fit.condition, None


def axis_values(values: Floats) -> Floats:
    """Ticks of a predictor: its few distinct values, or round ones over its range."""
    distinct = np.unique(values)
    return distinct if distinct.size <= _FEW else pretty(float(distinct[0]), float(distinct[-1]), _INTERVALS)


def _scales(x: Floats, coefficients: Floats, maximum_points: int, mode: str) -> dict[str, Any]:
    axes = [axis_values(column) for column in x.T]
    contributions = [axis * slope for axis, slope in zip(axes, coefficients[1:], strict=True)]
    least = [float(part.min()) for part in contributions]
    widest = max(float(part.max()) - low for part, low in zip(contributions, least, strict=True))
    if not widest > 0.0:
        raise NotEstimable("no slope", "All coefficients are 0: no predictor moves the risk.")
    scale = maximum_points / widest
    base = float(coefficients[0]) + math.fsum(least)
    log_odds = coefficients[0] + x @ coefficients[1:]
    ticks = pretty(float(log_odds.min()), float(log_odds.max()), _INTERVALS)
    risk, at = _risk_ticks(ticks, mode)
    return {
        "axis_variable": np.repeat(np.arange(len(axes)), [axis.size for axis in axes]),
        "axis_value": np.concatenate(axes),
        "axis_log_odds": np.concatenate(contributions),
        "axis_points": np.concatenate([(part - low) * scale for part, low in zip(contributions, least, strict=True)]),
        "total_points": pretty(0.0, max(float(maximum_points), scale * (float(ticks.max()) - base)), _INTERVALS),
        "linear_predictor": ticks,
        "linear_predictor_points": (ticks - base) * scale,
        "risk": risk,
        "risk_points": (at - base) * scale,
        "points_per_log_odds": scale,
        "base_log_odds": base,
        # points are differences of contributions that may be far larger
        "magnification": max(1.0, max(float(np.abs(part).max()) for part in contributions) / widest),
    }


def _risk_ticks(log_odds: Floats, mode: str) -> tuple[Floats, Floats]:
    """Round risks within the scale of log odds, and the log odds that they belong to."""
    ends = expit(log_odds[[0, -1]])
    risks = pretty(float(ends[0]), float(ends[1]), _INTERVALS)
    inside = risks[(risks >= ends[0]) & (risks <= ends[1])]
    if mode != RMS:
        inside = inside[(inside > 0.0) & (inside < 1.0)]
        return inside, logit(inside)
    grid = log_odds[0] + np.arange(_GRID) * ((log_odds[-1] - log_odds[0]) / (_GRID - 1))
    grid[-1] = log_odds[-1]
    # risks that round to the same double share the mean of their log odds
    at, group, counts = np.unique(expit(grid), return_inverse=True, return_counts=True)
    return inside, np.interp(inside, at, np.bincount(group, weights=grid) / counts)
