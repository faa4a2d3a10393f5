"""What a synthetic cohort looks like: margins, correlations, outcomes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from scipy.special import betaincinv, gammaincinv, ndtri

from validation.checks import Floats, check_choice
from validation.errors import InputError

__all__ = ["Design", "Outcome", "PublishedRisk", "Variable"]

_DISTRIBUTIONS = ("normal", "lognormal", "gamma", "beta", "bernoulli")


@dataclass(frozen=True)
class Variable:
    """Margin of one column.

    Parameters
    ----------
    name, unit, description : str
    distribution : {"normal", "lognormal", "gamma", "beta", "bernoulli"}
    location, spread : float
        Mean and SD; for ``lognormal`` median and SD of the logarithm; for ``bernoulli`` the share of ones.
    decimals : int or None
        Rounding, as a laboratory prints the value; None keeps every bit.
    low, high : float
        Values are kept within these limits.
    predictor : bool
        Whether the column enters the models; otherwise it is a marker only.
    step : float, optional
        Values are multiples of it, such as 0.5 of a scale in halves or 5 of a pressure read to 5 mmHg.

    Raises
    ------
    InputError
        No such distribution has this location and spread.

    Notes
    -----
    Gamma with mean m and SD s: shape (m/s)^2, scale s^2/m. Beta with mean m and SD s on [0, 1]: m k and (1 - m) k with
    k = m (1 - m)/s^2 - 1.

    Examples
    --------
    >>> pressure = Variable("pressure", "mmHg", "systolic pressure", "normal", 130.0, 18.0, 0, step=5.0)
    >>> pressure.values(np.array([0.1, 0.5, 0.9])).tolist()
    [105.0, 130.0, 155.0]
    """

    name: str
    unit: str
    description: str
    distribution: Literal["normal", "lognormal", "gamma", "beta", "bernoulli"]
    location: float
    spread: float = 1.0
    decimals: int | None = 2
    low: float = -math.inf
    high: float = math.inf
    predictor: bool = True
    step: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no distribution."""
        check_choice(self.distribution, "distribution", _DISTRIBUTIONS)
        mean, spread = self.location, self.spread
        possible = {
            "normal": spread > 0.0,
            "lognormal": mean > 0.0 and spread > 0.0,
            "gamma": mean > 0.0 and spread > 0.0,
            "beta": 0.0 < mean < 1.0 and 0.0 < spread * spread < mean * (1.0 - mean),
            "bernoulli": 0.0 < mean < 1.0,
        }[self.distribution]
        if not possible or not self.low < self.high or (self.step is not None and not self.step > 0.0):
            raise InputError(
                self.name,
                f"cannot be {self.distribution} with location {mean:g}, spread {spread:g}, "
                f"limits {self.low:g} to {self.high:g} and step {self.step}",
                hint="Spread, step and the mean of gamma or lognormal are positive; beta and bernoulli lie in (0, 1).",
            )

    def values(self, uniform: Floats) -> Floats:
        """Quantiles of the margin at the given probabilities, kept within limits and rounded."""
        kept = np.clip(self._quantiles(uniform), self.low, self.high)
        if self.step is not None:
            kept = np.round(kept / self.step) * self.step
        return np.asarray(kept if self.decimals is None else np.round(kept, self.decimals), dtype=np.float64)

    def _quantiles(self, uniform: Floats) -> Floats:
        mean, spread = self.location, self.spread
        if self.distribution == "bernoulli":
            return np.asarray((uniform > 1.0 - mean).astype(np.float64))
        if self.distribution == "gamma":
            return np.asarray(gammaincinv((mean / spread) ** 2, uniform) * (spread * spread / mean))
        if self.distribution == "beta":
            size = mean * (1.0 - mean) / (spread * spread) - 1.0
            return np.asarray(betaincinv(mean * size, (1.0 - mean) * size, uniform))
        if self.distribution == "lognormal":
            return np.asarray(mean * np.exp(spread * ndtri(uniform)))
        return np.asarray(mean + spread * ndtri(uniform))


@dataclass(frozen=True)
class Outcome:
    """A binary outcome of a logistic model.

    Parameters
    ----------
    name, description : str
    n_events : int or None
        Exact number of events: those with the largest ``sum_j log_odds_j x_j`` plus standard logistic noise.
    log_odds : mapping
        Log odds ratio per unit of a variable (or of an earlier outcome).
    prevalence : float, optional
        In place of `n_events`: mean risk; events are then drawn one by one, and their number varies.

    Raises
    ------
    InputError
        Neither or both of `n_events` and `prevalence`, or a prevalence outside (0, 1).
    """

    name: str
    description: str
    n_events: int | None
    log_odds: Mapping[str, float]
    prevalence: float | None = None

    def __post_init__(self) -> None:
        """Refuse an outcome whose frequency is not stated once."""
        if (self.n_events is None) == (self.prevalence is None):
            raise InputError(self.name, "needs either n_events or prevalence", hint="State one of the two.")
        if self.prevalence is not None and not 0.0 < self.prevalence < 1.0:
            raise InputError(
                self.name, f"has the prevalence {self.prevalence:g}", hint="It lies strictly between 0 and 1."
            )


@dataclass(frozen=True)
class PublishedRisk:
    """A published model that gives each patient a risk: ``1/(1 + exp(-intercept - sum log_odds x))``.

    Parameters
    ----------
    name, description : str
    intercept : float
    log_odds : mapping
        Log odds ratio per unit of a variable.
    decimals : int or None
        Rounding of the printed risk; None keeps every bit.
    """

    name: str
    description: str
    intercept: float
    log_odds: Mapping[str, float]
    decimals: int | None = None


@dataclass(frozen=True)
class Design:
    """What a cohort looks like.

    Parameters
    ----------
    name, title : str
    n, seed : int
    variables : tuple of Variable
    outcomes : tuple of Outcome
        The first is the main one.
    markers : tuple of str
        ``"COL:higher"`` or ``"COL:lower"``.
    correlations : mapping
        Correlation of the underlying normals, by pair of names.
    risks : tuple of PublishedRisk
        Given predicted risks, for external validation.
    """

    name: str
    title: str
    n: int
    seed: int
    variables: tuple[Variable, ...]
    outcomes: tuple[Outcome, ...]
    markers: tuple[str, ...] = ()
    correlations: Mapping[tuple[str, str], float] = field(default_factory=dict)
    risks: tuple[PublishedRisk, ...] = ()
