"""Distance of risks from a smooth calibration curve: ICI, E50, E90, Emax and ECI, with a band around the curve."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.calibration.loess import loess
from validation.checks import (
    Floats,
    Outcome,
    check_choice,
    check_integer,
    check_level,
    check_outcome,
    check_probabilities,
)
from validation.errors import InputError, NotEstimable
from validation.logistic.fit import maximum_likelihood
from validation.lowess import lowess
from validation.r_numerics import interval_probabilities, qnorm, quantile_type7
from validation.result import Result
from validation.terms.splines import spline_basis, spline_knots

if TYPE_CHECKING:
    from validation.displays.calibration_errors import CalibrationErrorsDisplay

__all__ = ["SMOOTHERS", "CalibrationErrorsResult", "calibration_errors", "spline_columns"]

SMOOTHERS = ("loess", "lowess", "spline")


@dataclass(frozen=True)
class CalibrationErrorsResult(Result):
    """Distances of risks from their smooth calibration curve.

    Attributes
    ----------
    integrated_calibration_index : float
        Mean absolute distance over the patients (ICI).
    median_error, quantile_90_error, largest_error : float
        E50, E90 and Emax: quantiles (type 7) and maximum of the distances.
    estimated_calibration_index : float
        100 times the mean squared distance (ECI).
    predicted, observed : ndarray of shape (n,)
        Sorted risks and the curve.
    lower, upper : ndarray of shape (n,)
        Pointwise limits of the curve; missing with lowess.
    smoother : {"loess", "lowess", "spline"}
    knots : int
        Of the spline.
    level : float
    condition_number : float
        Of the spline's fit and band; 1 with the other smoothers.
    n : int
    compat : str
    """

    integrated_calibration_index: float
    median_error: float
    quantile_90_error: float
    largest_error: float
    estimated_calibration_index: float
    predicted: Floats = field(repr=False)
    observed: Floats = field(repr=False)
    lower: Floats = field(repr=False)
    upper: Floats = field(repr=False)
    smoother: str
    knots: int
    level: float
    condition_number: float
    n: int
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = {
            "ICI": self.integrated_calibration_index,
            "E50": self.median_error,
            "E90": self.quantile_90_error,
            "Emax": self.largest_error,
            "ECI": self.estimated_calibration_index,
        }
        return {"statistic": list(names), "estimate": list(names.values()), "smoother": [self.smoother] * len(names)}

    def plot(self, ax: Any = None) -> CalibrationErrorsDisplay:
        """Draw the curve with its band."""
        from validation.displays.calibration_errors import CalibrationErrorsDisplay

        return CalibrationErrorsDisplay(self).plot(ax)


def calibration_errors(
    y_true: Any,
    y_proba: Any,
    *,
    smoother: str = "loess",
    span: float = 0.75,
    knots: int = 4,
    level: float = 0.95,
    compat: str | None = None,
) -> CalibrationErrorsResult:
    """Integrated calibration index and its companions, from a smooth calibration curve.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    y_proba : array_like of shape (n,)
        Predicted risks, between 0 and 1; strictly between with ``spline``.
    smoother : {"loess", "lowess", "spline"}
        Local parabolas at every risk; Cleveland's lowess without robustness; a logistic regression on a restricted
        cubic spline of the logit of the risk.
    span : float
        Share of the patients in each window of ``loess``; lowess keeps R's 2/3.
    knots : int
        Of the spline.
    level : float
        Confidence level of the pointwise band.
    compat : {"default"}, optional
        There is one mode only.

    Returns
    -------
    CalibrationErrorsResult

    Raises
    ------
    InputError
        Outcome or risks cannot be used.
    NotEstimable
        Too few different risks for the smoother; the spline separates the outcome.

    Notes
    -----
    With the curve o, ``ICI = mean |p - o(p)|`` and ``ECI = 100 mean (p - o(p))^2`` over the patients. The band of
    loess takes the Bernoulli variance ``o (1 - o)`` of each outcome, not one variance for all, as R's ``predict`` does;
    that of the spline is Wald's on the logit scale. Neither covers the bias of the smoother.
    R: ``stats::loess(y ~ p, control = loess.control(surface = "direct"))``; with its default surface R interpolates
    between few points, which moves the curve by up to 0.01 and ICI less. ``stats::lowess(p, y, iter = 0)``,
    ``stats::glm(y ~ rms::rcs(qlogis(p), knots), binomial)``.

    References
    ----------
    Austin PC, Steyerberg EW (2019). The Integrated Calibration Index (ICI) and related metrics for quantifying the
    calibration of logistic regression models. Stat Med 38:4051-4065. doi:10.1002/sim.8281
    Van Hoorde K, Van Huffel S, Timmerman D, Bourne T, Van Calster B (2015). A spline-based tool to assess and visualize
    the calibration of multiclass risk predictions. J Biomed Inform 54:283-293. doi:10.1016/j.jbi.2014.12.016

    Examples
    --------
    >>> import numpy as np
    >>> risk = np.linspace(0.05, 0.95, 60)
    >>> y = (np.arange(60) * 37 % 60 / 60 < risk**2).astype(int)
    >>> result = calibration_errors(y, risk)
    >>> 0.1 < result.integrated_calibration_index < result.largest_error < 0.4
    True
    """
    outcome = check_outcome(y_true)
    risk = check_probabilities(y_proba, outcome.size)
    check_choice(smoother, "smoother", SMOOTHERS)
    check_integer(knots, "knots", minimum=3, maximum=10)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default",))
    if not 0.0 < span <= 1.0:
        raise InputError("span", f"must lie in (0, 1], got {span!r}", hint="0.75 is usual.")
    order = np.argsort(risk, kind="stable")
    predicted, sorted_outcome = risk[order], outcome[order]
    z = qnorm(interval_probabilities(level)[1])
    observed, lower, upper, condition = {
        "loess": lambda: _by_loess(predicted, sorted_outcome, span, z),
        "spline": lambda: _by_spline(predicted, sorted_outcome, knots, z),
        "lowess": lambda: _by_lowess(predicted, sorted_outcome),
    }[smoother]()
    error = np.abs(predicted - observed)
    return CalibrationErrorsResult(
        integrated_calibration_index=math.fsum(error.tolist()) / error.size,
        median_error=float(quantile_type7(error, 0.5)),
        quantile_90_error=float(quantile_type7(error, 0.9)),
        largest_error=float(error.max()),
        estimated_calibration_index=100.0 * math.fsum((error * error).tolist()) / error.size,
        predicted=predicted, observed=observed, lower=lower, upper=upper,
        smoother=smoother, knots=knots, level=level, condition_number=condition, n=outcome.size, compat=mode,
    )  # fmt: skip


def _by_lowess(risk: Floats, outcome: Outcome) -> tuple[Floats, Floats, Floats, float]:
    missing = np.full(risk.size, np.nan)
    return lowess(risk, outcome, iterations=0)[1], missing, missing, 1.0


def _by_loess(risk: Floats, outcome: Outcome, span: float, z: float) -> tuple[Floats, Floats, Floats, float]:
    found = loess(risk, outcome.astype(np.float64), span)
    reach = z * np.sqrt(found.variance)
    return found.fitted, np.clip(found.fitted - reach, 0.0, 1.0), np.clip(found.fitted + reach, 0.0, 1.0), 1.0


def spline_columns(risk: Floats, knots: int) -> Floats:
    """Restricted cubic spline of the logit of the risk."""
    if not bool(np.all((risk > 0.0) & (risk < 1.0))):
        outside = int(np.count_nonzero((risk <= 0.0) | (risk >= 1.0)))
        raise InputError(
            "y_proba",
            f"has {outside} risk(s) of exactly 0 or 1, whose logit is infinite",
            hint="Take the smoother 'loess' or 'lowess'.",
        )
    logits = np.array([math.log(p / (1.0 - p)) for p in risk.tolist()])
    if np.unique(logits).size < 5:
        raise NotEstimable("rank", "a spline needs five different risks at least.", hint="Group the patients instead.")
    return spline_basis(logits, spline_knots(logits, knots))


def _by_spline(risk: Floats, outcome: Outcome, knots: int, z: float) -> tuple[Floats, Floats, Floats, float]:
    columns = spline_columns(risk, knots)
    fit = maximum_likelihood(columns, outcome, [f"spline {j + 1}" for j in range(columns.shape[1])])
    # columns about their means: their multiples of the factor cancel less
    centre, factor = columns.mean(axis=0), fit.factor.copy()
    factor[0] += centre @ factor[1:]
    reach = z * np.sqrt(np.sum((factor[0] + (columns - centre) @ factor[1:]) ** 2, axis=1))
    middle = fit.linear_predictor
    with np.errstate(over="ignore"):
        return (
            np.asarray(1.0 / (1.0 + np.exp(-middle))),
            np.asarray(1.0 / (1.0 + np.exp(reach - middle))),
            np.asarray(1.0 / (1.0 + np.exp(-middle - reach))),
            fit.condition_number * (1.0 + float(np.max(reach))),
        )
