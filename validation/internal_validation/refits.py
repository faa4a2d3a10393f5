"""What resampled statistics of a logistic model share: its fit, and the risks that refits predict."""

from __future__ import annotations

import numpy as np

from validation.checks import Floats
from validation.errors import NotEstimable
from validation.logistic import logistic_regression
from validation.logistic.lrm import LrmFit, lrm_fit

__all__ = ["RMS", "first_fit", "log_odds_of_refits", "risks", "standardised"]

RMS = "rms-6.5"
#: singularity tolerance of the first fit
_FIT_TOL = 1e-7


def standardised(x: Floats) -> Floats:
    """Columns with mean 0 and standard deviation 1: the fit does not depend on units, its rounding does."""
    spread = x.std(axis=0)
    return np.asarray((x - x.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0))


def first_fit(x: Floats, y: Floats, mode: str) -> LrmFit:
    """Fit of the model to all patients, or the diagnosis why there is none."""
    fit = lrm_fit(x, y, tol=_FIT_TOL, converge=mode == "default")
    if fit.failed:
        # the diagnosis of the logistic regression, where it has one
        logistic_regression(y, x)
        raise NotEstimable(
            "no convergence",
            "the model has a maximum likelihood estimate, but the steps of rms 6.5 do not reach it.",
            hint="Centre predictors with large values, such as calendar years, or use the default mode.",
        )
    return fit


def log_odds_of_refits(coefficients: Floats, x: Floats) -> Floats:
    """Log odds of all patients, one row per row of coefficients.

    Terms are added in one order for every patient, so that equal patients are tied to the last bit.
    """
    total = np.repeat(coefficients[:, :1], x.shape[0], axis=1)
    for j in range(x.shape[1]):
        total += coefficients[:, j + 1, None] * x[:, j]
    return total


def risks(log_odds: Floats) -> Floats:
    """Predicted risks."""
    with np.errstate(over="ignore"):
        return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
