"""How given risks predict the outcomes of other patients, in the eighteen numbers of rms::val.prob."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtr, chdtrc

from validation.calibration.statistics import RMS, brier_score, calibration_statistics
from validation.checks import Floats, Outcome, check_choice, check_level, check_outcome, check_probabilities
from validation.logistic.ranks import RankIndexes, count_pairs, rank_indexes
from validation.lowess import lowess
from validation.r_numerics import NA_REAL, interval_probabilities, pnorm, qnorm, quantile_type7
from validation.result import ConfidenceInterval, Result

__all__ = ["ExternalValidationResult", "external_validation"]

#: rms 6.5 counts ranks in this many classes of risk, of log odds cut at 30
_CLASSES, _CUT = 5000.0, 30.0


@dataclass(frozen=True)
class ExternalValidationResult(Result):
    """Discrimination, calibration and accuracy of given risks.

    Attributes
    ----------
    somers_dxy, c_index : float
        Rank discrimination; ``Dxy = 2 (C - 1/2)``.
    r_squared : float
        Nagelkerke's R2 of the risks as they are; negative where they are worse than the prevalence.
    discrimination, discrimination_chi_square, discrimination_p_value : float
        ``D = (X2 - 1) / n`` with the likelihood ratio of the risks as they are against the prevalence, one degree of
        freedom.
    unreliability, unreliability_chi_square, unreliability_p_value : float
        ``U = (X2 - 2) / n`` with the likelihood ratio of the recalibrated risks against the risks as they are, two
        degrees of freedom: the test that intercept is 0 and slope 1.
    quality : float
        ``Q = D - U``.
    brier_score : float
    calibration_intercept, calibration_slope : float
        Both free.
    largest_error, quantile_90_error, mean_error : float
        Of risk against its lowess curve over the patients; the mean is the integrated calibration index (ICI) with
        lowess.
    median_error : float
        E50; not among the numbers of val.prob.
    spiegelhalter_z, spiegelhalter_p_value : float
        Two-sided test that the risks are right.
    observed_expected_ratio, observed_expected_lower, observed_expected_upper : float
        Events over the sum of the risks, with a Wald interval of its logarithm.
    n, n_events, n_excluded : int
        Patients; those with the event; those whose risk of exactly 0 or 1 has no logit (mode "rms-6.5" only).
    level : float
    compat : str
    """

    somers_dxy: float
    c_index: float
    r_squared: float
    discrimination: float
    discrimination_chi_square: float
    discrimination_p_value: float
    unreliability: float
    unreliability_chi_square: float
    unreliability_p_value: float
    quality: float
    brier_score: float
    calibration_intercept: float
    calibration_slope: float
    largest_error: float
    quantile_90_error: float
    mean_error: float
    median_error: float
    spiegelhalter_z: float
    spiegelhalter_p_value: float
    observed_expected_ratio: float
    observed_expected_lower: float
    observed_expected_upper: float
    null_deviance: float
    n: int
    n_events: int
    n_excluded: int
    level: float
    compat: str

    @property
    def difference_condition(self) -> float:
        """What rounding is multiplied by where two deviances are subtracted."""
        least = min(abs(self.discrimination_chi_square), abs(self.unreliability_chi_square))
        return 100.0 * max(1.0, self.null_deviance / max(least, 2.0**-52))

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval of the ratio of observed to expected events at another level."""
        if level is None:
            return ConfidenceInterval(self.observed_expected_lower, self.observed_expected_upper)
        return ratio_limits(self.observed_expected_ratio, self.n_events, self.n, check_level(level))

    def _table(self) -> dict[str, list[Any]]:
        return {"statistic": list(_PRINTED), "estimate": [float(getattr(self, name)) for name in _PRINTED.values()]}


#: as a paper prints them
_PRINTED = {
    "Dxy": "somers_dxy",
    "C index": "c_index",
    "R2": "r_squared",
    "D": "discrimination",
    "D, chi-square": "discrimination_chi_square",
    "D, P": "discrimination_p_value",
    "U": "unreliability",
    "U, chi-square": "unreliability_chi_square",
    "U, P": "unreliability_p_value",
    "Q": "quality",
    "Brier score": "brier_score",
    "Intercept": "calibration_intercept",
    "Slope": "calibration_slope",
    "Emax (lowess)": "largest_error",
    "E90 (lowess)": "quantile_90_error",
    "ICI (lowess)": "mean_error",
    "E50 (lowess)": "median_error",
    "Spiegelhalter z": "spiegelhalter_z",
    "Spiegelhalter P": "spiegelhalter_p_value",
    "Observed / expected": "observed_expected_ratio",
    "Observed / expected, lower limit": "observed_expected_lower",
    "Observed / expected, upper limit": "observed_expected_upper",
}


def ratio_limits(ratio: float, events: int, n: int, level: float) -> ConfidenceInterval:
    """Limits of observed over expected: the variance of the logarithm is (1 - prevalence) / events."""
    reach = qnorm(interval_probabilities(level)[1]) * math.sqrt((1.0 - events / n) / events)
    return ConfidenceInterval(ratio * math.exp(-reach), ratio * math.exp(reach))


def external_validation(
    y_true: Any, y_proba: Any, *, level: float = 0.95, compat: str | None = None
) -> ExternalValidationResult:
    """Discrimination, calibration and accuracy of given risks on other patients.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    y_proba : array_like of shape (n,)
        Predicted risks, strictly between 0 and 1.
    level : float
        Confidence level of the ratio of observed to expected events.
    compat : {"rms-6.5"}, optional
        Ranks in 5000 classes of risk, a recalibration stopped where lrm stops, p-values as one minus the distribution
        function, no p-value of D; risks of 0 and 1 left out of the logistic parts.

    Returns
    -------
    ExternalValidationResult

    Raises
    ------
    InputError
        Outcome or risks cannot be used; risks of exactly 0 or 1.
    NotEstimable
        All risks are equal, or the risks separate the outcome.

    Notes
    -----
    With deviances ``L0`` of the prevalence, ``L01`` of the risks as they are and ``L`` of the risks recalibrated by
    intercept and slope, the chi-squares are ``L0 - L01`` and ``L01 - L``. Spiegelhalter's
    ``z = sum((y - p)(1 - 2p)) / sqrt(sum((1 - 2p)^2 p (1 - p)))``.
    R: ``rms::val.prob(p, y, pl = FALSE)``.

    References
    ----------
    Harrell FE (2015). Regression Modeling Strategies, 2nd edition, section 10.9. doi:10.1007/978-3-319-19425-7
    Spiegelhalter DJ (1986). Probabilistic prediction in patient management and clinical trials. Stat Med 5:421-433.
    doi:10.1002/sim.4780050506
    Debray TPA, Damen JAAG, Snell KIE, et al. (2017). A guide to systematic review and meta-analysis of prediction
    model performance. BMJ 356:i6460. doi:10.1136/bmj.i6460

    Examples
    --------
    >>> result = external_validation([0, 0, 1, 0, 1, 1], [0.1, 0.3, 0.2, 0.6, 0.7, 0.8])
    >>> round(result.c_index, 4), round(result.calibration_slope, 3), round(result.spiegelhalter_z, 4)
    (0.7778, 0.81, 0.3203)
    """
    outcome = check_outcome(y_true)
    risk = check_probabilities(y_proba, outcome.size)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    common = _of_all_patients(outcome, risk, level)
    inside = (risk > 0.0) & (risk < 1.0)
    if mode == RMS and risk.min() == risk.max() and inside.all():
        return _of_one_risk(outcome, float(risk[0]), common, level)
    found = calibration_statistics(outcome, risk, compat=compat)
    logits, y = np.log(risk[inside] / (1.0 - risk[inside])), outcome[inside]
    recalibrated = found.calibration_intercept + found.calibration_slope * logits
    null, fixed, best = _null_deviance(y), _deviance(logits, y), _deviance(recalibrated, y)
    # rms leaves a risk of 0 with the event, or of 1 without, out of everything but the unreliability
    impossible = mode == RMS and bool(np.any(outcome != risk, where=~inside))
    parts = _likelihood_parts(null, fixed, math.inf if impossible else fixed - best, y.size, mode)
    ranks = _ranks(risk[inside], logits, y, mode)
    return ExternalValidationResult(
        somers_dxy=ranks.somers_dxy,
        c_index=ranks.c_index,
        **parts,
        calibration_intercept=found.calibration_intercept,
        calibration_slope=found.calibration_slope,
        **common,
        null_deviance=null,
        n_excluded=int(np.count_nonzero(~inside)),
        level=level,
        compat=mode,
    )


def _of_all_patients(outcome: Outcome, risk: Floats, level: float) -> dict[str, Any]:
    """What needs no logit: accuracy, distance from the lowess curve, Spiegelhalter's test, observed over expected."""
    predicted, observed = lowess(risk, outcome, iterations=0)
    error = np.abs(predicted - observed)
    z = spiegelhalter_z(outcome, risk)
    n, events = outcome.size, int(outcome.sum())
    ratio = events / math.fsum(risk.tolist())
    limits = ratio_limits(ratio, events, n, level)
    return {
        "brier_score": brier_score(outcome, risk).brier_score,
        "largest_error": float(error.max()),
        "quantile_90_error": float(quantile_type7(error, 0.9)),
        "mean_error": math.fsum(error.tolist()) / n,
        "median_error": float(quantile_type7(error, 0.5)),
        "spiegelhalter_z": z,
        "spiegelhalter_p_value": 2.0 * pnorm(-abs(z)),
        "observed_expected_ratio": ratio,
        "observed_expected_lower": limits.low,
        "observed_expected_upper": limits.high,
        "n": n,
        "n_events": events,
    }


def spiegelhalter_z(outcome: Outcome, risk: Floats) -> float:
    """Difference of the Brier score from what right risks make it, in standard errors; NaN where all risks are 1/2."""
    tilt = 1.0 - 2.0 * risk
    total = math.fsum(((outcome - risk) * tilt).tolist())
    variance = math.fsum((tilt * tilt * risk * (1.0 - risk)).tolist())
    return total / math.sqrt(variance) if variance > 0.0 else math.nan


def _null_deviance(y: Outcome) -> float:
    n, events = y.size, int(y.sum())
    return -2.0 * (events * math.log(events / n) + (n - events) * math.log1p(-events / n))


def _deviance(log_odds: Floats, y: Outcome) -> float:
    wrong = np.where(y == 1, -log_odds, log_odds)
    return 2.0 * math.fsum((np.maximum(wrong, 0.0) + np.log1p(np.exp(-np.abs(wrong)))).tolist())


def _likelihood_parts(null: float, fixed: float, rest: float, n: int, mode: str) -> dict[str, Any]:
    """R2, D, U and Q with their tests, from deviances and the chi-square of U."""
    gain = null - fixed
    if mode == RMS:
        p_values = (float(NA_REAL), float(1.0 - chdtr(2.0, rest)) if rest > 0.0 else 1.0)
    else:
        p_values = (float(chdtrc(1.0, max(gain, 0.0))), float(chdtrc(2.0, max(rest, 0.0))))
    discrimination, unreliability = (gain - 1.0) / n, (rest - 2.0) / n
    return {
        "r_squared": math.expm1(-gain / n) / math.expm1(-null / n),
        "discrimination": discrimination,
        "discrimination_chi_square": gain,
        "discrimination_p_value": p_values[0],
        "unreliability": unreliability,
        "unreliability_chi_square": rest,
        "unreliability_p_value": p_values[1],
        "quality": discrimination - unreliability,
    }


def _ranks(risk: Floats, logits: Floats, y: Outcome, mode: str) -> RankIndexes:
    order = risk
    if mode == RMS:
        order = np.floor(_CLASSES / (1.0 + np.exp(-np.clip(logits, -_CUT, _CUT))) + 1.0)
    return rank_indexes(count_pairs(order, y), y.size)


def _of_one_risk(outcome: Outcome, risk: float, common: dict[str, Any], level: float) -> ExternalValidationResult:
    """val.prob's branch for one risk for all, with its labels one place too far from the largest error on."""
    n, share = outcome.size, float(outcome.mean())
    null = _null_deviance(outcome)
    rest = _deviance(np.full(n, math.log(risk / (1.0 - risk))), outcome) - null
    distance = abs(risk - share)
    unreliability, discrimination = (rest - 1.0) / n, -1.0 / n
    shifted = {
        "largest_error": 0.0,
        "quantile_90_error": 0.0,
        "mean_error": distance,
        "spiegelhalter_z": distance,
        "spiegelhalter_p_value": common["spiegelhalter_z"],
    }
    return ExternalValidationResult(
        somers_dxy=0.0,
        c_index=0.5,
        r_squared=0.0,
        discrimination=discrimination,
        discrimination_chi_square=0.0,
        discrimination_p_value=1.0,
        unreliability=unreliability,
        unreliability_chi_square=rest,
        unreliability_p_value=float(1.0 - chdtr(1.0, max(rest, 0.0))),
        quality=discrimination - unreliability,
        calibration_intercept=math.log(share / (1.0 - share)),
        calibration_slope=0.0,
        **(common | shifted),
        null_deviance=null,
        n_excluded=0,
        level=level,
        compat=RMS,
    )
