"""Goodness of fit of a logistic model without groups: the unweighted sum of squares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from validation.checks import Floats, check_choice, check_matrix, check_outcome
from validation.errors import NotEstimable
from validation.internal_validation.refits import first_fit, log_odds_of_refits, risks
from validation.logistic.fit import maximum_likelihood
from validation.r_numerics import pnorm
from validation.result import Result

__all__ = ["RMS", "UnweightedSquaresResult", "unweighted_squares_test"]

RMS = "rms-6.5"


@dataclass(frozen=True)
class UnweightedSquaresResult(Result):
    """Unweighted sum of squares test.

    Attributes
    ----------
    sum_of_squares, expected : float
        Sum of ``(y - p)^2``, and of ``p (1 - p)``, which it has where the model is right.
    standard_deviation : float
        Of their difference, given that the model was fitted.
    z, p_value : float
        Two-sided.
    condition_number : float
    n : int
    compat : str
    """

    sum_of_squares: float
    expected: float
    standard_deviation: float
    z: float
    p_value: float
    condition_number: float
    n: int
    compat: str

    @property
    def difference_condition(self) -> float:
        """What rounding is multiplied by where the sum and its expectation are subtracted."""
        return max(self.condition_number, 10.0) * max(1.0, self.expected / self.standard_deviation)

    def _table(self) -> dict[str, list[Any]]:
        names = ("sum_of_squares", "expected", "standard_deviation", "z", "p_value")
        return {name: [getattr(self, name)] for name in names}


def unweighted_squares_test(y_true: Any, x: Any, *, compat: str | None = None) -> UnweightedSquaresResult:
    """Test the fit of a logistic model by its sum of squared residuals (le Cessie, van Houwelingen, Copas, Hosmer).

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    x : array_like of shape (n, p)
        Design matrix without intercept.
    compat : {"rms-6.5"}, optional
        The fit stopped as lrm of rms 6.5 stops it.

    Returns
    -------
    UnweightedSquaresResult

    Raises
    ------
    InputError
        Outcome or matrix cannot be used.
    NotEstimable
        The model cannot be fitted; its residuals leave no variance (one binary predictor, all risks 1/2).

    Notes
    -----
    ``z = (sum (y - p)^2 - sum p (1 - p)) / s``, where ``s^2`` is the residual sum of squares of ``1 - 2 p`` on the
    columns of the model with weights ``p (1 - p)``. It needs no groups, so that there is only one result.
    R: ``rms::residuals(rms::lrm(y ~ ., x = TRUE, y = TRUE), "gof")``.

    References
    ----------
    Hosmer DW, Hosmer T, Le Cessie S, Lemeshow S (1997). A comparison of goodness-of-fit tests for the logistic
    regression model. Stat Med 16:965-980.
    doi:10.1002/(SICI)1097-0258(19970515)16:9<965::AID-SIM509>3.0.CO;2-O
    le Cessie S, van Houwelingen JC (1991). A goodness-of-fit test for binary regression models, based on smoothing
    methods. Biometrics 47:1267-1282. doi:10.2307/2532385

    Examples
    --------
    >>> x = [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [2.5], [4.5]]
    >>> result = unweighted_squares_test([0, 0, 1, 0, 1, 1, 0, 1], x)
    >>> 0 < result.p_value < 1
    True
    """
    outcome = check_outcome(y_true)
    matrix, names = check_matrix(x, outcome.size)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    if mode == "default":
        fit = maximum_likelihood(matrix, outcome, names)
        coefficients, condition = fit.coefficients, fit.condition_number
    else:
        stopped = first_fit(matrix, outcome.astype(np.float64), mode)
        coefficients, condition = stopped.coefficients, stopped.condition
    log_odds = log_odds_of_refits(coefficients[None, :], matrix)[0]
    risk, other = risks(log_odds), risks(-log_odds)
    variance = risk * other
    squares = math.fsum(np.where(outcome == 1, other**2, risk**2).tolist())
    expected = math.fsum(variance.tolist())
    spread = _residual_spread(matrix, variance, other - risk)
    z = (squares - expected) / spread
    return UnweightedSquaresResult(squares, expected, spread, z, 2.0 * pnorm(-abs(z)), condition, outcome.size, mode)


def _residual_spread(x: Floats, variance: Floats, tilt: Floats) -> float:
    """Root of the weighted residual sum of squares of the tilt on the columns of the model."""
    middle = (variance @ x) / variance.sum()
    spread = np.sqrt(variance @ (x - middle) ** 2)
    root = np.sqrt(variance)
    columns = np.column_stack([np.ones(len(x)), (x - middle) / np.where(spread > 0.0, spread, 1.0)]) * root[:, None]
    weighted = tilt * root
    q = np.linalg.qr(columns)[0]
    rest = weighted - q @ (q.T @ weighted)
    # once more, so that no digit is lost where little is left
    rest = rest - q @ (q.T @ rest)
    left = float(np.sqrt(rest @ rest))
    if not left > 2.0**-40 * float(np.sqrt(weighted @ weighted)) > 0.0:
        raise NotEstimable(
            "rank",
            "the squared residuals have no variance: the model has as many risks as coefficients.",
            hint="Such a model reproduces the proportions of its groups and cannot be tested.",
        )
    return left
