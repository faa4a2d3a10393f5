"""Links of a binomial model, guarded as R guards them so that separated resamples stay computable."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, ndtri

from validation.checks import Floats

__all__ = ["LINKS", "CLogLog", "Cauchit", "Logit", "Probit", "inverse_logit"]

_EPS = 2.0**-52


def inverse_logit(eta: Floats) -> Floats:
    """``exp(eta) / (1 + exp(eta))`` as it stands: not a number where the exponential overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        odds = np.exp(eta)
        risk: Floats = odds / (1.0 + odds)
    return risk


class _Guarded:
    """First step that all links share: means a quarter and three quarters."""

    name = ""

    def start(self, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Linear predictor, mean and derivative before the first step."""
        mean = (y + 0.5) / 2.0
        eta = self.inverse(mean)
        return eta, mean, self.slope(eta, mean)

    def inverse(self, mean: Floats) -> Floats:
        """Linear predictor of a mean."""
        raise NotImplementedError

    def mean(self, eta: Floats) -> Floats:
        """Mean at the linear predictor."""
        raise NotImplementedError

    def slope(self, eta: Floats, mean: Floats) -> Floats:
        """Derivative of the mean."""
        raise NotImplementedError


class Logit(_Guarded):
    """Logistic model."""

    name = "logit"

    def inverse(self, mean: Floats) -> Floats:
        """Linear predictor of a mean."""
        return np.log(mean / (1.0 - mean))

    def mean(self, eta: Floats) -> Floats:
        """Mean at the linear predictor; beyond 30 the odds are 2^-52 or 2^52."""
        odds = np.exp(np.clip(eta, -30.0, 30.0))
        if not (np.abs(eta).max(initial=0.0) <= 30.0):
            odds = np.where(eta > 30.0, 1.0 / _EPS, np.where(eta < -30.0, _EPS, odds))
        result: Floats = odds / (1.0 + odds)
        return result

    def slope(self, eta: Floats, mean: Floats) -> Floats:
        """Derivative of the mean; at the guards it is 2^-52 as well."""
        return mean * (1.0 - mean)


class Probit(_Guarded):
    """Probit model."""

    name = "probit"

    _largest = -float(ndtri(_EPS))

    def inverse(self, mean: Floats) -> Floats:
        """Linear predictor of a mean."""
        return np.asarray(ndtri(mean))

    def mean(self, eta: Floats) -> Floats:
        """Normal distribution function."""
        return np.asarray(ndtr(np.clip(eta, -self._largest, self._largest)))

    def slope(self, eta: Floats, mean: Floats) -> Floats:
        """Normal density, never below 2^-52."""
        return np.maximum(np.exp(-0.5 * eta * eta) / math.sqrt(2.0 * math.pi), _EPS)


class Cauchit(_Guarded):
    """Model with the Cauchy distribution function."""

    name = "cauchit"

    _largest = 1.0 / math.tan(math.pi * _EPS)

    def inverse(self, mean: Floats) -> Floats:
        """Linear predictor of a mean."""
        return np.tan(math.pi * (mean - 0.5))

    def mean(self, eta: Floats) -> Floats:
        """Cauchy distribution function."""
        bounded = np.clip(eta, -self._largest, self._largest)
        # the arctangent of the reciprocal keeps the digits of a small tail
        with np.errstate(divide="ignore"):
            tail = np.arctan(1.0 / np.abs(bounded)) / math.pi
        return np.where(bounded < 0.0, tail, 1.0 - tail)

    def slope(self, eta: Floats, mean: Floats) -> Floats:
        """Cauchy density, never below 2^-52."""
        with np.errstate(over="ignore"):
            return np.maximum(1.0 / (math.pi * (1.0 + eta * eta)), _EPS)


class CLogLog(_Guarded):
    """Complementary log-log model."""

    name = "cloglog"

    def inverse(self, mean: Floats) -> Floats:
        """Linear predictor of a mean."""
        return np.log(-np.log1p(-mean))

    def mean(self, eta: Floats) -> Floats:
        """``1 - exp(-exp(eta))`` within [2^-52, 1 - 2^-52]."""
        with np.errstate(over="ignore"):
            mean: Floats = np.clip(-np.expm1(-np.exp(eta)), _EPS, 1.0 - _EPS)
        return mean

    def slope(self, eta: Floats, mean: Floats) -> Floats:
        """Derivative of the mean, never below 2^-52."""
        bounded = np.minimum(eta, 700.0)
        slope: Floats = np.maximum(np.exp(bounded) * np.exp(-np.exp(bounded)), _EPS)
        return slope


LINKS: dict[str, _Guarded] = {link.name: link for link in (Logit(), Probit(), Cauchit(), CLogLog())}
