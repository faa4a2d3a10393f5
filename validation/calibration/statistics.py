"""Calibration intercept and slope, calibration in the large, Brier score."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from validation.checks import Floats, Outcome, check_choice, check_level, check_outcome, check_probabilities
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import calibration as certified_calibration
from validation.logistic.fit import maximum_likelihood
from validation.logistic.lrm import lrm_fit
from validation.r_numerics import interval_probabilities, qnorm
from validation.relations import calibration as relations
from validation.result import ConfidenceInterval, Result
from validation.statistic import Case, Settings, Statistic, exact, path, register, solution

__all__ = [
    "BRIER_SCORE",
    "CALIBRATION_STATISTICS",
    "RMS",
    "BrierScoreResult",
    "CalibrationStatisticsResult",
    "brier_score",
    "calibration_statistics",
    "risk_cases",
]

RMS = "rms-6.5"
_SPLIT = 134217729.0
_NEWTON_STEPS = 200
#: steps below this share of the estimate may be rounding
_ROUNDING = 1e-13


@dataclass(frozen=True)
class CalibrationStatisticsResult(Result):
    """Calibration intercept and slope.

    Attributes
    ----------
    calibration_intercept, calibration_slope : float
        Of the logistic regression of the outcome on the logit of the risk, both free. Perfect: 0 and 1.
    calibration_in_the_large : float
        Intercept of the same regression with the slope fixed at 1. Perfect: 0.
    intercept_standard_error, slope_standard_error, in_the_large_standard_error : float
    observed_expected_ratio : float
        Number of events over the sum of the risks.
    mean_risk, prevalence : float
    n_excluded : int
        Risks of exactly 0 or 1, whose logit is infinite, left out (mode "rms-6.5" only).
    level : float
    compat : str
    """

    calibration_intercept: float
    calibration_slope: float
    calibration_in_the_large: float
    intercept_standard_error: float
    slope_standard_error: float
    in_the_large_standard_error: float
    observed_expected_ratio: float
    mean_risk: float
    prevalence: float
    n_excluded: int
    level: float
    compat: str

    def confidence_interval(self, level: float | None = None, of: str = "calibration_slope") -> ConfidenceInterval:
        """Wald interval of ``calibration_intercept``, ``calibration_slope`` or ``calibration_in_the_large``."""
        errors = {
            "calibration_intercept": self.intercept_standard_error,
            "calibration_slope": self.slope_standard_error,
            "calibration_in_the_large": self.in_the_large_standard_error,
        }
        check_choice(of, "of", tuple(errors))
        upper = interval_probabilities(self.level if level is None else check_level(level))[1]
        reach = qnorm(upper) * errors[of]
        centre = float(getattr(self, of))
        return ConfidenceInterval(centre - reach, centre + reach)

    def _table(self) -> dict[str, list[Any]]:
        names = ("calibration_intercept", "calibration_slope", "calibration_in_the_large")
        intervals = [self.confidence_interval(of=name) for name in names]
        return {
            "statistic": list(names),
            "estimate": [getattr(self, name) for name in names],
            "lower": [interval.low for interval in intervals],
            "upper": [interval.high for interval in intervals],
        }


@dataclass(frozen=True)
class BrierScoreResult(Result):
    """Brier score.

    Attributes
    ----------
    brier_score : float
        Mean squared difference of risk and outcome; 0 is perfect.
    scaled_brier_score : float
        ``1 - B / (prevalence (1 - prevalence))``: 1 is perfect, 0 is no better than the prevalence.
    n : int
    compat : str
    """

    brier_score: float
    scaled_brier_score: float
    n: int
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        return {"brier_score": [self.brier_score], "scaled_brier_score": [self.scaled_brier_score], "n": [self.n]}


def _logit(risk: Floats) -> Floats:
    """Logit by libm, so that the last bit is R's."""
    return np.array([math.log(p / (1.0 - p)) for p in risk.tolist()])


def _finite_logits(risk: Floats, compat: str) -> Any:
    inside = (risk > 0.0) & (risk < 1.0)
    outside = int(np.count_nonzero(~inside))
    if outside and compat == "default":
        raise InputError(
            "y_proba",
            f"has {outside} risk(s) of exactly 0 or 1, whose logit is infinite",
            hint="A calibration slope needs risks strictly between; the Brier score and the curve do not.",
        )
    return inside


def calibration_statistics(
    y_true: Any, y_proba: Any, *, level: float = 0.95, compat: str | None = None
) -> CalibrationStatisticsResult:
    """Calibration intercept and slope, and calibration in the large.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    y_proba : array_like of shape (n,)
        Predicted risks, strictly between 0 and 1.
    level : float
        Confidence level.
    compat : {"rms-6.5"}, optional
        Fit stopped as ``lrm.fit`` of rms 6.5 stops it; risks of 0 and 1 left out as val.prob does.

    Returns
    -------
    CalibrationStatisticsResult

    Raises
    ------
    InputError
        Outcome or risks cannot be used; risks of exactly 0 or 1.
    NotEstimable
        All risks are equal, or the risks separate the outcome.

    Notes
    -----
    ``logit P(y = 1) = a + b logit(p)``: a is the calibration intercept, b the slope. With b fixed at 1, a is the
    calibration in the large. R: ``rms::val.prob(p, y)[c("Intercept", "Slope")]`` and
    ``stats::glm(y ~ 1, binomial, offset = qlogis(p))``.

    References
    ----------
    Van Calster B, Nieboer D, Vergouwe Y, et al. (2016). A calibration hierarchy for risk models was defined.
    J Clin Epidemiol 74:167-176. doi:10.1016/j.jclinepi.2015.12.005

    Examples
    --------
    >>> result = calibration_statistics([0, 0, 1, 0, 1, 1], [0.1, 0.3, 0.2, 0.6, 0.7, 0.8])
    >>> round(result.calibration_slope, 3), round(result.calibration_in_the_large, 3)
    (0.81, 0.28)
    """
    outcome = check_outcome(y_true)
    risk = check_probabilities(y_proba, outcome.size)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    inside = _finite_logits(risk, mode)
    y, logits = outcome[inside].astype(np.float64), _logit(risk[inside])
    if not y.size or y.min() == y.max() or logits.min() == logits.max():
        raise NotEstimable("rank", "the calibration slope does not exist: the risks or outcomes do not vary.")
    intercept, slope = _recalibrate(logits, y, mode)
    errors = _standard_errors(logits, intercept, slope)
    large, large_error = _in_the_large(logits, y)
    return CalibrationStatisticsResult(
        calibration_intercept=intercept,
        calibration_slope=slope,
        calibration_in_the_large=large,
        intercept_standard_error=errors[0],
        slope_standard_error=errors[1],
        in_the_large_standard_error=large_error,
        observed_expected_ratio=float(outcome.sum()) / math.fsum(risk.tolist()),
        mean_risk=math.fsum(risk.tolist()) / risk.size,
        prevalence=float(outcome.mean()),
        n_excluded=int(np.count_nonzero(~inside)),
        level=level,
        compat=mode,
    )


def _recalibrate(logits: Floats, y: Floats, mode: str) -> tuple[float, float]:
    """Intercept and slope: the maximum, or where lrm.fit stops."""
    if mode == "default":
        found = maximum_likelihood(logits[:, None], y.astype(np.int8), ("logit of the risk",)).coefficients
        return float(found[0]), float(found[1])
    fit = lrm_fit(logits[:, None], y)
    if fit.failed:
        raise NotEstimable(
            "no convergence",
            "rms 6.5 ends without a calibration slope: its steps do not converge on these risks.",
            hint="The default mode says whether the slope exists.",
        )
    return float(fit.coefficients[0]), float(fit.coefficients[1])


def _risk(predictor: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-predictor)))


def _weights(predictor: Floats) -> Floats:
    return np.asarray(_risk(predictor) * _risk(-predictor))


def _sum(values: Floats) -> float:
    return math.fsum(values.tolist())


def _inverse(value: float) -> float:
    return 1.0 / value if value > 0.0 else math.inf


def _standard_errors(logits: Floats, intercept: float, slope: float) -> tuple[float, float]:
    weights = _weights(intercept + slope * logits)
    total = _sum(weights)
    centre = _sum(weights * logits) / total if total > 0.0 else 0.0
    spread = _sum(weights * (logits - centre) ** 2)
    return math.sqrt(_inverse(total) + centre**2 * _inverse(spread)), math.sqrt(_inverse(spread))


def _in_the_large(logits: Floats, y: Floats) -> tuple[float, float]:
    """Intercept with the slope fixed at 1, by Newton's method, halving the bracket where that is slow."""
    events = float(y.sum())
    target = math.log(events / (y.size - events))
    low, high = target - float(logits.max()), target - float(logits.min())
    shift, last = min(max(target - float(logits.mean()), low), high), math.inf
    for _ in range(_NEWTON_STEPS):
        predictor = shift + logits
        likely = predictor > 0.0
        # events minus expected events; the whole numbers cancel before the small parts are added
        whole = events - float(np.count_nonzero(likely))
        score = _sum(np.append(np.where(likely, _risk(-predictor), -_risk(predictor)), whole))
        information = _sum(_weights(predictor))
        low, high = (shift, high) if score > 0.0 else (low, shift)
        step = score * _inverse(information) if score else 0.0
        slow = not abs(step) < last / 2.0
        # rounding of the sums keeps the last steps from shrinking further
        if slow and abs(step) <= _ROUNDING * max(1.0, abs(shift)):
            return shift + step, math.sqrt(_inverse(_sum(_weights(shift + step + logits))))
        if slow or not low <= shift + step <= high:
            step = (low + high) / 2.0 - shift
        shift, last = shift + step, abs(step)
    return shift, math.sqrt(_inverse(_sum(_weights(shift + logits))))


def _squares(values: Floats) -> tuple[Floats, Floats]:
    """Square and its rounding error (Dekker)."""
    square = values * values
    high = values * _SPLIT
    high = high - (high - values)
    low = values - high
    return square, ((high * high - square) + 2.0 * high * low) + low * low


def brier_score(y_true: Any, y_proba: Any, *, compat: str | None = None) -> BrierScoreResult:
    """Brier score.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    y_proba : array_like of shape (n,)
        Predicted risks, between 0 and 1.
    compat : {"rms-6.5"}, optional
        The same number.

    Returns
    -------
    BrierScoreResult

    Raises
    ------
    InputError
        Outcome or risks cannot be used.

    Notes
    -----
    ``B = mean((p - y)^2)``, summed as ``sum(p^2) - 2 sum of the cases' p + m`` without rounding, and rounded once.
    R: ``rms::val.prob(p, y)["Brier"]``.

    References
    ----------
    Brier GW (1950). Verification of forecasts expressed in terms of probability. Mon Weather Rev 78:1-3.
    doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> brier_score([0, 1, 1], [0.25, 0.5, 1.0]).brier_score
    0.10416666666666667
    """
    outcome = check_outcome(y_true)
    risk = check_probabilities(y_proba, outcome.size)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    square, error = _squares(risk)
    parts = [*np.concatenate([square, error, -2.0 * risk[outcome == 1]]).tolist(), float(outcome.sum())]
    total = math.fsum(parts)
    # the sum's own rounding error must not be rounded a second time by the division
    rest = math.fsum([*parts, -total])
    score = float((Fraction(total) + Fraction(rest)) / outcome.size)
    prevalence = float(outcome.mean())
    return BrierScoreResult(score, 1.0 - score / (prevalence * (1.0 - prevalence)), outcome.size, mode)


def risk_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Given risks where there are any, otherwise the apparent risks of the logistic model of all predictors."""
    for name, risk in cohort.risks.items():
        yield Case(f"risk {name}", {"y_true": cohort.outcome, "y_proba": risk})
    if not cohort.risks and cohort.x.shape[1]:
        yield Case("model", {"y_true": cohort.outcome, "y_proba": _model_risk(cohort.outcome, cohort.x)})


def _model_risk(outcome: Outcome, x: Floats) -> Floats:
    """Apparent risks to nine decimals, none of exactly 0 or 1: a fit's last bits differ between machines."""
    from validation.logistic import logistic_regression

    fitted: Floats = logistic_regression(outcome, x).fitted
    return np.minimum(np.maximum(fitted.round(9), 1e-9), 1.0 - 1e-9)


_LOGISTIC = ("calibration_intercept", "calibration_slope", "calibration_in_the_large")
_ERRORS = ("intercept_standard_error", "slope_standard_error", "in_the_large_standard_error")

CALIBRATION_STATISTICS = register(
    Statistic(
        name="calibration_statistics",
        compute=calibration_statistics,
        r="calibration.R::calibration_statistics",
        package="rms",
        title="Calibration intercept and slope",
        cases=risk_cases,
        quantities={**dict.fromkeys(_LOGISTIC, solution("unit")), **dict.fromkeys(_ERRORS, solution("value"))},
        compat={RMS: {"calibration_intercept": path("unit"), "calibration_slope": path("unit")}},
        relations=(
            relations.statistics_patient_order,
            relations.statistics_of_halved_logits,
            relations.statistics_of_recalibrated_risks,
            relations.statistics_doubling,
            relations.statistics_outcome_swap,
            relations.statistics_scores_vanish,
        ),
        certified=certified_calibration.calibration_statistics,
        display="validation.displays.calibration.CalibrationCurveDisplay",
    )
)

BRIER_SCORE = register(
    Statistic(
        name="brier_score",
        compute=brier_score,
        r="calibration.R::brier_score",
        package="rms",
        title="Brier score",
        cases=risk_cases,
        quantities={"brier_score": exact("value")},
        compat={RMS: {"brier_score": exact("value")}},
        relations=(relations.brier_patient_order, relations.brier_outcome_swap, relations.brier_within_bounds),
        certified=certified_calibration.brier_score,
    )
)
