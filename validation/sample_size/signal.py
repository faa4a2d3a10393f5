"""Cox-Snell R2 that goes with an area, by quadrature and by R's simulation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from validation.checks import check_choice, check_integer, check_seed
from validation.errors import InputError
from validation.result import Result
from validation.sample_size.arguments import check_share

__all__ = ["AnticipatedRSquared", "anticipated_r_squared", "r_squared_from_auc"]

#: normals that R's route draws, and its seed
DRAWS, SEED = 1_000_000, 123456
_NODES = 201


@dataclass(frozen=True)
class AnticipatedRSquared(Result):
    """Result of `anticipated_r_squared`.

    Attributes
    ----------
    r_squared : float
        By quadrature.
    simulated : float
        From a logistic fit to simulated patients, unrounded.
    auc, prevalence : float
    draws, seed : int
    random_state : ndarray of int32, shape (626,)
        R's generator after the draws.
    compat : str
    """

    r_squared: float
    simulated: float
    auc: float
    prevalence: float
    draws: int
    seed: int
    random_state: npt.NDArray[np.int32]
    compat: str = "default"

    def _table(self) -> dict[str, list[Any]]:
        return {"route": ["quadrature", f"{self.draws} simulated patients"], "R2": [self.r_squared, self.simulated]}


def anticipated_r_squared(
    auc: float, prevalence: float, *, draws: int = DRAWS, seed: int = SEED
) -> AnticipatedRSquared:
    """Cox-Snell R2 of a model with this area, by quadrature and by simulation on R's generator.

    Parameters
    ----------
    auc : float
        C-statistic, from 0.5 to below 1.
    prevalence : float
        Proportion of events.
    draws : int
        Simulated patients.
    seed : int
        Seed of the simulation, as R's ``set.seed`` takes it.

    Returns
    -------
    AnticipatedRSquared

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    Linear predictors are N(0, 1) in one group and N(m, 1) in the other with ``m = sqrt(2) qnorm(AUC)``. The quadrature
    is that of `r_squared_from_auc`; the simulation fits a logistic model to normals of R's generator and takes
    ``1 - exp(-LR/n)``. Rounded to four digits, a million of them give the value that R's package uses.

    References
    ----------
    Riley RD, Van Calster B, Collins GS (2021). Stat Med 40:859-864. doi:10.1002/sim.8806

    R: ``pmsampsize::pmsampsize(type = "b", cstatistic = auc, prevalence = prevalence, parameters = p)``; compared with
    ``stats::integrate`` and ``stats::glm`` of the same formulas.

    Examples
    --------
    >>> found = anticipated_r_squared(0.70, 288 / 496, draws=20_000)
    >>> round(found.r_squared, 5), round(found.simulated, 3)
    (0.11805, 0.115)
    """
    value = r_squared_from_auc(auc, prevalence)
    draws, seed = check_integer(draws, "draws", minimum=100, maximum=10_000_000), check_seed(seed)
    simulated, state = _simulated(math.sqrt(2.0) * float(ndtri(auc)), float(prevalence), draws, seed)
    return AnticipatedRSquared(value, simulated, float(auc), float(prevalence), draws, seed, state)


def r_squared_from_auc(auc: float, prevalence: float, *, route: str = "quadrature", seed: int = SEED) -> float:
    """Cox-Snell R2 of a model whose linear predictor is normal in cases and controls, with this area.

    Parameters
    ----------
    auc : float
        C-statistic, from 0.5 to below 1.
    prevalence : float
        Proportion of events.
    route : {"quadrature", "simulation"}
        ``simulation`` is R's: a logistic fit to a million simulated patients, R2 rounded to four digits.
    seed : int
        Seed of the simulation, as R's ``set.seed`` takes it.

    Returns
    -------
    float

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    Linear predictors N(0, 1) in controls and N(m, 1) in cases with ``m = sqrt(2) qnorm(AUC)`` have the log odds
    ``logit f + m x - m^2/2`` exactly; R2 is ``1 - exp(-2 (E ln L - E ln L0))``.

    References
    ----------
    Riley RD, Van Calster B, Collins GS (2021). Stat Med 40:859-864. doi:10.1002/sim.8806

    R: ``pmsampsize::pmsampsize(type = "b", cstatistic = auc, prevalence = prevalence, parameters = p)``

    Examples
    --------
    >>> round(r_squared_from_auc(0.70, 288 / 496), 5)
    0.11805
    """
    auc, f = float(auc), check_share(prevalence, "prevalence")
    if not 0.5 <= auc < 1.0:
        raise InputError("auc", f"is {auc:g}, outside 0.5 to 1", hint="Pass the C-statistic of the model.")
    check_choice(route, "route", ("quadrature", "simulation"))
    m = math.sqrt(2.0) * float(ndtri(auc))
    if route == "simulation":
        return round(_simulated(m, f, DRAWS, check_seed(seed))[0], 4)
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    intercept = math.log(f / (1 - f)) - m * m / 2
    cases = -np.logaddexp(0.0, -(intercept + m * (nodes + m)))
    controls = -np.logaddexp(0.0, intercept + m * nodes)
    fitted = f * float(weights @ cases) + (1 - f) * float(weights @ controls)
    null = f * math.log(f) + (1 - f) * math.log1p(-f)
    return -math.expm1(-2.0 * (fitted - null))


def _simulated(m: float, f: float, draws: int, seed: int) -> tuple[float, npt.NDArray[np.int32]]:
    """Normals of one group, then of the other, and a logistic fit to them all."""
    from validation.logistic.fit import maximum_likelihood, null_deviance
    from validation.r_random import RRandom

    # R draws a share f of controls first, not of cases; R2 is the same under the exchange of the groups
    controls = round(f * draws)
    generator = RRandom(seed)
    x = generator.norm_rand_array(draws)
    x[controls:] += m
    y = np.ones(draws, dtype=np.int8)
    y[:controls] = 0
    fit = maximum_likelihood(x[:, None], y, ["x"])
    return -math.expm1((-2 * fit.log_likelihood - null_deviance(y)) / draws), generator.state
