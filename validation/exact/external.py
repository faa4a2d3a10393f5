"""Certified numbers of given risks: sums and chi-squares in 60 digits, pairs in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from validation.exact.calibration import brier_score, joint_maximum, log_likelihood

__all__ = ["external_validation", "spiegelhalter"]

_DIGITS = 60


def external_validation(y_true: Any, y_proba: Any, level: float = 0.95, **_: Any) -> Mapping[str, float]:
    """Certified values of `validation.calibration.external_validation`, but for the distances from its lowess curve."""
    import mpmath

    y = [int(value) for value in np.asarray(y_true).tolist()]
    risks = np.asarray(y_proba, dtype=np.float64).tolist()
    if any(not 0.0 < p < 1.0 for p in risks):
        return {}
    n, events = len(y), sum(y)
    with mpmath.workdps(_DIGITS):
        logits = [mpmath.log(mpmath.mpf(p) / (1 - mpmath.mpf(p))) for p in risks]
        a, b, *_rest = joint_maximum(y, logits)
        share = mpmath.mpf(events) / n
        null = -2 * (events * mpmath.log(share) + (n - events) * mpmath.log(1 - share))
        fixed, best = (-2 * log_likelihood(y, logits, *pair) for pair in ((mpmath.mpf(0), mpmath.mpf(1)), (a, b)))
        gain, rest = null - fixed, fixed - best
        ratio = events / mpmath.fsum(map(mpmath.mpf, risks))
        reach = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(level)) * mpmath.sqrt((1 - share) / events)
        concordance = _concordance(y, risks)
        z = spiegelhalter(y, risks)
        numbers = {
            "somers_dxy": 2 * concordance - 1,
            "c_index": concordance,
            "r_squared": mpmath.expm1(-gain / n) / mpmath.expm1(-null / n),
            "discrimination": (gain - 1) / n,
            "discrimination_chi_square": gain,
            "discrimination_p_value": mpmath.erfc(mpmath.sqrt(max(gain, mpmath.mpf(0)) / 2)),
            "unreliability": (rest - 2) / n,
            "unreliability_chi_square": rest,
            "unreliability_p_value": mpmath.exp(-rest / 2),
            "quality": (gain - rest + 1) / n,
            "calibration_intercept": a,
            "calibration_slope": b,
            "spiegelhalter_z": z,
            "spiegelhalter_p_value": mpmath.erfc(abs(z) / mpmath.sqrt(2)),
            "observed_expected_ratio": ratio,
            "observed_expected_lower": ratio * mpmath.exp(-reach),
            "observed_expected_upper": ratio * mpmath.exp(reach),
        }
        return {name: float(value) for name, value in numbers.items()} | brier_score(y_true, y_proba)


def spiegelhalter(y: list[int], risks: list[float]) -> Any:
    """Spiegelhalter's z, from sums of fractions."""
    import mpmath

    p = [Fraction(risk) for risk in risks]
    total = sum(((o - q) * (1 - 2 * q) for o, q in zip(y, p, strict=True)), Fraction(0))
    variance = sum(((1 - 2 * q) ** 2 * q * (1 - q) for q in p), Fraction(0))
    with mpmath.workdps(_DIGITS):
        top, below = (mpmath.mpf(v.numerator) / v.denominator for v in (total, variance))
        return top / mpmath.sqrt(below) if variance else mpmath.nan


def _concordance(y: list[int], risks: list[float]) -> Fraction:
    """Share of pairs in which the event has the higher risk, ties half, pair by pair."""
    cases = np.array([p for p, o in zip(risks, y, strict=True) if o == 1])
    others = np.array([p for p, o in zip(risks, y, strict=True) if o == 0])
    wins = sum(int(np.count_nonzero(case > others)) for case in cases)
    ties = sum(int(np.count_nonzero(case == others)) for case in cases)
    return Fraction(2 * wins + ties, 2 * cases.size * others.size)
