"""Certified errors of predictions: 50-digit risks, exact pairs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["assess_predictions"]

_DIGITS = 50


def assess_predictions(y_true: Any, linear_predictor: Any) -> dict[str, float]:
    """Every measure rounded once; risks are clipped for the deviance as glmnet clips them."""
    import mpmath

    y, eta = np.asarray(y_true).tolist(), np.asarray(linear_predictor, dtype=np.float64).tolist()
    n, events = len(y), sum(np.asarray(y_true).tolist())
    with mpmath.workdps(_DIGITS):
        risks = [1 / (1 + mpmath.exp(-mpmath.mpf(value))) for value in eta]
        low = mpmath.mpf(1e-5)
        high = mpmath.mpf(1.0 - 1e-5)
        clipped = [min(max(risk, low), high) for risk in risks]
        loss = [-2 * mpmath.log(p if o else 1 - p) for o, p in zip(y, clipped, strict=True)]
        found = {
            "deviance": float(mpmath.fsum(loss) / n),
            "mean_squared_error": float(2 * mpmath.fsum((o - p) ** 2 for o, p in zip(y, risks, strict=True)) / n),
            "mean_absolute_error": float(2 * mpmath.fsum(abs(o - p) for o, p in zip(y, risks, strict=True)) / n),
        }
    positive = [value > 0.0 for value in eta]
    cases, controls = ([v for v, o in zip(eta, y, strict=True) if o == group] for group in (1, 0))
    pairs = sum((a > b) - (a < b) for a in cases for b in controls)
    found["auc"] = float((1 + Fraction(pairs, len(cases) * len(controls))) / 2)
    found["misclassification"] = float(Fraction(sum(p != bool(o) for p, o in zip(positive, y, strict=True)), n))
    found["true_positives"] = float(sum(p and o == 1 for p, o in zip(positive, y, strict=True)))
    found["false_positives"] = float(sum(p and o == 0 for p, o in zip(positive, y, strict=True)))
    found["false_negatives"] = float(events - found["true_positives"])
    found["true_negatives"] = float(n - events - found["false_positives"])
    return found
