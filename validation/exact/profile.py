"""Certified profile likelihood limits: residuals of their equations in 40 digits, corrected by Newton steps.

The certified maximum comes from `validation.exact.logistic`. At a limit the scores of all other coefficients are 0 and
the log-likelihood is lower by half the quantile of chi-square. Residuals are evaluated in 40 digits and corrections
solved in doubles, each of which gains more than ten digits, until the last correction is below 1e-25.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from operator import mul
from typing import Any

import numpy as np

from validation.errors import NotEstimable
from validation.exact.logistic import certify

__all__ = ["profile_likelihood_intervals"]

_DIGITS = 40
#: binary places of fixed-point coefficients and residuals
_BITS = 160
_STEPS = 12
_SMALL = 1e-25


def profile_likelihood_intervals(y_true: Any, x: Any, names: Any = None, level: float = 0.95) -> dict[str, Any]:
    """Limits of coefficients and odds ratios, and likelihood ratios, rounded once."""
    matrix = np.ascontiguousarray(x, dtype=np.float64)
    outcome = np.asarray(y_true, dtype=np.float64)
    return dict(_certified(outcome.tobytes(), matrix.tobytes(), outcome.size, level))


@lru_cache(maxsize=16)
def _certified(outcome: bytes, predictors: bytes, n: int, level: float) -> dict[str, Any]:
    """The same from the bytes of the data, so that they are certified once."""
    import mpmath

    y, x = np.frombuffer(outcome), np.frombuffer(predictors).reshape(n, -1)
    fit = certify(y, x)
    model = _Model(fit, y, x)
    p = model.k - 1
    with mpmath.workdps(_DIGITS):
        square = 2 * mpmath.erfinv(mpmath.mpf(level)) ** 2
        low = [model.limit(j + 1, -1, square) for j in range(p)]
        high = [model.limit(j + 1, 1, square) for j in range(p)]
        ratios = [model.likelihood_ratio(j + 1) for j in range(p)]
        slopes = [mpmath.mpf(value) for value in fit.coefficients[1:]]
        found = {
            "coefficients": slopes,
            "odds_ratio": [mpmath.exp(value) for value in slopes],
            "coefficient_lower": low,
            "coefficient_upper": high,
            "lower": [mpmath.exp(value) for value in low],
            "upper": [mpmath.exp(value) for value in high],
            "likelihood_ratio": ratios,
            "p_value": [mpmath.erfc(mpmath.sqrt(ratio / 2)) for ratio in ratios],
        }
        return {name: np.array([float(value) for value in values]) for name, values in found.items()}


class _Model:
    """Log-likelihood in 40 digits around a certified maximum."""

    def __init__(self, fit: Any, outcome: Any, x: Any) -> None:
        import mpmath

        self.k = x.shape[1] + 1
        self.doubles = np.column_stack([np.ones(len(x)), x])
        self.signs = [1 - 2 * int(value) for value in outcome]
        self.best = [mpmath.mpf(value) for value in fit.coefficients]
        self.covariance = np.array([[float(value) for value in row] for row in fit.covariance])
        self.deviance = fit.deviance
        self.shift, self.rows = _whole(self.doubles)

    def evaluate(self, beta: Any) -> tuple[Any, Any, Any]:
        """Deviance and scores in 40 digits, information in doubles."""
        import mpmath

        fixed = [int(mpmath.ldexp(value, _BITS)) for value in beta]
        product, scores = mpmath.mpf(1), [0] * self.k
        variance = np.empty(len(self.rows))
        for i, (row, sign) in enumerate(zip(self.rows, self.signs, strict=True)):
            odds = mpmath.exp(mpmath.ldexp(sign * sum(map(mul, row, fixed)), -_BITS - self.shift))
            # the deviance is a sum of logarithms: one logarithm of a product
            product *= 1 + odds
            missed = odds / (1 + odds)
            whole = sign * int(mpmath.ldexp(missed, _BITS))
            scores = [score - whole * value for score, value in zip(scores, row, strict=True)]
            variance[i] = float(missed) * float(1 / (1 + odds))
        information = self.doubles.T @ (self.doubles * variance[:, None])
        return 2 * mpmath.log(product), [mpmath.ldexp(score, -_BITS - self.shift) for score in scores], information

    def limit(self, j: int, side: int, square: Any) -> Any:
        """Coefficient j where the deviance, at its least over the others, is `square` above the minimum."""
        direction = self.covariance[:, j] / np.sqrt(self.covariance[j, j])
        beta = [b + side * float(square) ** 0.5 * d for b, d in zip(self.best, direction.tolist(), strict=True)]
        return self._solve(beta, j, square)[j]

    def likelihood_ratio(self, j: int) -> Any:
        """Rise of the deviance with coefficient j at 0."""
        direction = self.covariance[:, j] / self.covariance[j, j]
        beta = [b - self.best[j] * d for b, d in zip(self.best, direction.tolist(), strict=True)]
        beta[j] = beta[j] * 0
        return self.evaluate(self._solve(beta, j, None))[0] - self.deviance

    def _solve(self, beta: Any, j: int, square: Any) -> Any:
        for _ in range(_STEPS):
            deviance, scores, information = self.evaluate(beta)
            system, right = information.copy(), list(scores)
            if square is None:
                system[j], right[j] = np.eye(self.k)[j], scores[j] * 0
            else:
                system[j] = [float(score) for score in scores]
                right[j] = (deviance - self.deviance - square) / 2
            # rows differ by orders of magnitude; equal ones lose no digits to the solver
            size = np.abs(system).max(axis=1)
            scale = max(abs(value) / weight for value, weight in zip(right, size.tolist(), strict=True))
            if scale == 0:
                return beta
            scaled = np.array(
                [float(value / weight / scale) for value, weight in zip(right, size.tolist(), strict=True)]
            )
            step = np.linalg.solve(system / size[:, None], scaled)
            share = min(1.0, 4.0 / max(1e-300, float(np.max(np.abs(step) / np.sqrt(np.diag(self.covariance))) * scale)))
            beta = [b + share * scale * s for b, s in zip(beta, step.tolist(), strict=True)]
            if share == 1.0 and float(scale) * float(np.max(np.abs(step))) < _SMALL * max(abs(float(b)) for b in beta):
                return beta
        raise NotEstimable("no convergence", "a profile likelihood limit could not be certified")


def _whole(columns: Any) -> tuple[int, list[list[int]]]:
    """Doubles as whole numbers over one power of two, and its exponent."""
    exact = [[Fraction(value) for value in row] for row in columns.tolist()]
    most = max(value.denominator for row in exact for value in row)
    return most.bit_length() - 1, [[int(value * most) for value in row] for row in exact]
