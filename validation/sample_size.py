"""Sample size of a prediction model for a binary outcome: the criteria of Riley and colleagues, and their inverse."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from validation.checks import check_choice, check_integer, check_seed
from validation.errors import InputError
from validation.result import Result

__all__ = [
    "SampleSize",
    "expected_shrinkage",
    "largest_r_squared",
    "most_parameters",
    "r_squared_from_auc",
    "sample_size_optimism",
    "sample_size_overall_risk",
    "sample_size_prediction_error",
    "sample_size_shrinkage",
    "smallest_sample_size",
]

#: normals that R's route draws, and its seed
_DRAWS, _SEED = 1_000_000, 123456
_NODES = 201


def _share(value: float, name: str) -> float:
    value = float(value)
    if not 0.0 < value < 1.0:
        raise InputError(name, f"is {value:g}, outside 0 to 1", hint="Pass a proportion strictly between 0 and 1.")
    return value


def _r_squared(value: float, prevalence: float | None = None) -> float:
    value = _share(value, "r_squared")
    if prevalence is not None and value > largest_r_squared(prevalence) * (1 + 1e-12):
        most = largest_r_squared(prevalence)
        raise InputError("r_squared", f"is {value:g}, above its maximum {most:.4f}", hint="Pass the Cox-Snell R2.")
    return value


def largest_r_squared(prevalence: float) -> float:
    """Largest Cox-Snell R2 that an outcome of this prevalence allows.

    Parameters
    ----------
    prevalence : float
        Proportion of events, strictly between 0 and 1.

    Returns
    -------
    float

    Raises
    ------
    InputError
        The prevalence is outside 0 to 1.

    Notes
    -----
    ``1 - exp(-D0/n)`` with the null deviance ``D0 = -2 n (f ln f + (1-f) ln(1-f))``.

    References
    ----------
    Nagelkerke NJD (1991). Biometrika 78:691-692. doi:10.1093/biomet/78.3.691

    Examples
    --------
    >>> round(largest_r_squared(288 / 496), 4)
    0.7434
    """
    f = _share(prevalence, "prevalence")
    return -math.expm1(2.0 * (f * math.log(f) + (1 - f) * math.log1p(-f)))


def r_squared_from_auc(auc: float, prevalence: float, *, route: str = "quadrature", seed: int = _SEED) -> float:
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
    auc, f = float(auc), _share(prevalence, "prevalence")
    if not 0.5 <= auc < 1.0:
        raise InputError("auc", f"is {auc:g}, outside 0.5 to 1", hint="Pass the C-statistic of the model.")
    check_choice(route, "route", ("quadrature", "simulation"))
    m = math.sqrt(2.0) * float(ndtri(auc))
    if route == "simulation":
        return _simulated(m, f, check_seed(seed))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    intercept = math.log(f / (1 - f)) - m * m / 2
    cases = -np.logaddexp(0.0, -(intercept + m * (nodes + m)))
    controls = -np.logaddexp(0.0, intercept + m * nodes)
    fitted = f * float(weights @ cases) + (1 - f) * float(weights @ controls)
    null = f * math.log(f) + (1 - f) * math.log1p(-f)
    return -math.expm1(-2.0 * (fitted - null))


def _simulated(m: float, f: float, seed: int) -> float:
    """R's route: normals of one group, then of the other, a logistic fit to them all, four digits."""
    from validation.logistic.fit import maximum_likelihood, null_deviance
    from validation.r_random import RRandom

    # R draws a share f of controls first, not of cases; R2 is the same under the exchange of the groups
    controls = round(f * _DRAWS)
    x = RRandom(seed).norm_rand_array(_DRAWS)
    x[controls:] += m
    y = np.ones(_DRAWS, dtype=np.int8)
    y[:controls] = 0
    fit = maximum_likelihood(x[:, None], y, ["x"])
    return round(-math.expm1((-2 * fit.log_likelihood - null_deviance(y)) / _DRAWS), 4)


def _count(value: float) -> int:
    """Smallest whole number of patients; rounding noise of one part in 1e12 does not cost a patient."""
    return math.ceil(value * (1 - 1e-12))


def sample_size_overall_risk(prevalence: float, *, margin: float = 0.05) -> int:
    """Patients for a precise overall risk: its 95% interval within `margin`.

    Parameters
    ----------
    prevalence : float
        Proportion of events.
    margin : float
        Half-width of the interval.

    Returns
    -------
    int

    Raises
    ------
    InputError
        An argument is outside 0 to 1.

    Notes
    -----
    ``n = (1.96/margin)^2 f (1-f)``, with R's 1.96.

    References
    ----------
    Riley RD et al. (2020). BMJ 368:m441. doi:10.1136/bmj.m441

    R: ``pmsampsize::pmsampsize(type = "b", ...)``, criterion 3

    Examples
    --------
    >>> sample_size_overall_risk(288 / 496)
    375
    """
    f, margin = _share(prevalence, "prevalence"), _share(margin, "margin")
    return _count((1.96 / margin) ** 2 * f * (1 - f))


def sample_size_prediction_error(prevalence: float, parameters: int, *, error: float = 0.05) -> int:
    """Patients for a small mean absolute error of the predicted risks.

    Parameters
    ----------
    prevalence : float
        Proportion of events.
    parameters : int
        Candidate parameters; the formula was fitted to at most 30.
    error : float
        Mean absolute prediction error.

    Returns
    -------
    int

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    ``ln n = (-0.508 + 0.259 ln f + 0.504 ln P - ln error) / 0.544`` with f the smaller of both proportions.

    References
    ----------
    van Smeden M et al. (2019). Stat Methods Med Res 28:2455-2474. doi:10.1177/0962280218784726

    Examples
    --------
    >>> [sample_size_prediction_error(288 / 496, p) for p in (6, 10, 15)]
    [337, 541, 787]
    """
    f, error = _share(prevalence, "prevalence"), _share(error, "error")
    p = check_integer(parameters, "parameters", minimum=1)
    f = min(f, 1 - f)
    return _count(math.exp((-0.508 + 0.259 * math.log(f) + 0.504 * math.log(p) - math.log(error)) / 0.544))


def sample_size_shrinkage(parameters: int, r_squared: float, *, shrinkage: float = 0.9) -> int:
    """Patients for a small overfitting: expected uniform shrinkage of at least `shrinkage`.

    Parameters
    ----------
    parameters : int
        Candidate parameters, not the selected ones.
    r_squared : float
        Cox-Snell R2 that the model is expected to have in new patients.
    shrinkage : float
        Expected shrinkage factor.

    Returns
    -------
    int

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    ``n = P / ((S - 1) ln(1 - R2/S))``.

    References
    ----------
    Riley RD et al. (2019). Stat Med 38:1276-1296. doi:10.1002/sim.7992

    R: ``pmsampsize::pmsampsize(type = "b", csrsquared = r_squared, ...)``, criterion 1

    Examples
    --------
    >>> sample_size_shrinkage(24, 0.288)
    623
    """
    p, s = check_integer(parameters, "parameters", minimum=1), _share(shrinkage, "shrinkage")
    r2 = _r_squared(r_squared)
    if r2 >= s:
        raise InputError("r_squared", f"is {r2:g}, not below the shrinkage {s:g}", hint="No such model exists.")
    return _count(p / ((s - 1.0) * math.log1p(-r2 / s)))


def sample_size_optimism(parameters: int, r_squared: float, prevalence: float, *, optimism: float = 0.05) -> int:
    """Patients for a small optimism in Nagelkerke's R2.

    Parameters
    ----------
    parameters : int
        Candidate parameters.
    r_squared : float
        Expected Cox-Snell R2.
    prevalence : float
        Proportion of events.
    optimism : float
        Largest difference of apparent and adjusted R2 on Nagelkerke's scale.

    Returns
    -------
    int

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    Shrinkage ``S = R2 / (R2 + optimism max R2)`` put into `sample_size_shrinkage`.

    References
    ----------
    Riley RD et al. (2019). Stat Med 38:1276-1296. doi:10.1002/sim.7992

    Examples
    --------
    >>> sample_size_optimism(10, 0.11805, 288 / 496)
    248
    """
    r2 = _r_squared(r_squared, prevalence)
    optimism = _share(optimism, "optimism")
    s = r2 / (r2 + optimism * largest_r_squared(prevalence))
    return sample_size_shrinkage(parameters, r2, shrinkage=s)


def expected_shrinkage(n: int, parameters: int, r_squared: float) -> float:
    """Shrinkage factor to expect with `n` patients: the criterion of `sample_size_shrinkage` solved for S.

    Parameters
    ----------
    n : int
        Patients.
    parameters : int
        Candidate parameters.
    r_squared : float
        Expected Cox-Snell R2.

    Returns
    -------
    float
        Between R2 and 1.

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    ``n (S - 1) ln(1 - R2/S) = P``; the left side falls from infinity at S = R2 to 0 at S = 1.

    References
    ----------
    Riley RD et al. (2019). Stat Med 38:1276-1296. doi:10.1002/sim.7992

    Examples
    --------
    >>> round(expected_shrinkage(496, 10, r_squared_from_auc(0.75, 288 / 496)), 3)
    0.909
    """
    n, p = check_integer(n, "n", minimum=1), check_integer(parameters, "parameters", minimum=1)
    low, high = _r_squared(r_squared), 1.0
    r2 = low
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        too_few = n * (middle - 1.0) * math.log1p(-r2 / middle) > p
        low, high = (middle, high) if too_few else (low, middle)
    return (low + high) / 2


def most_parameters(n: int, r_squared: float, *, shrinkage: float = 0.9) -> int:
    """Largest number of candidate parameters that `n` patients support at this shrinkage; 0 where none.

    Parameters
    ----------
    n : int
        Patients.
    r_squared : float
        Expected Cox-Snell R2.
    shrinkage : float
        Expected shrinkage factor.

    Returns
    -------
    int

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    ``P = n (S - 1) ln(1 - R2/S)``, rounded down.

    References
    ----------
    Riley RD et al. (2019). Stat Med 38:1276-1296. doi:10.1002/sim.7992

    Examples
    --------
    >>> [most_parameters(496, r_squared_from_auc(c, 288 / 496)) for c in (0.70, 0.75, 0.80)]
    [6, 11, 16]
    """
    n, s, r2 = check_integer(n, "n", minimum=1), _share(shrinkage, "shrinkage"), _r_squared(r_squared)
    return math.floor(n * (s - 1.0) * math.log1p(-min(r2 / s, 1 - 1e-15)))


@dataclass(frozen=True)
class SampleSize(Result):
    """Result of `smallest_sample_size`.

    Attributes
    ----------
    n : int
        The largest of the criteria.
    events : int
        Events among them, rounded up.
    shrinkage, optimism, prediction_error, overall_risk : int
        Patients that each criterion needs.
    r_squared : float
        Cox-Snell R2 used.
    largest_r_squared : float
    prevalence : float
    parameters : int
    compat : str
    """

    n: int
    events: int
    shrinkage: int
    optimism: int
    prediction_error: int | None
    overall_risk: int
    r_squared: float
    largest_r_squared: float
    prevalence: float
    parameters: int
    compat: str = "default"

    def _table(self) -> dict[str, list[Any]]:
        names = ["shrinkage", "optimism", "prediction error", "overall risk", "all"]
        needed = [self.shrinkage, self.optimism, self.prediction_error, self.overall_risk, self.n]
        return {"criterion": names, "n": needed}


def smallest_sample_size(
    prevalence: float,
    parameters: int,
    *,
    r_squared: float | None = None,
    auc: float | None = None,
    compat: str | None = None,
) -> SampleSize:
    """Smallest sample size for developing a prediction model of a binary outcome.

    Parameters
    ----------
    prevalence : float
        Proportion of events.
    parameters : int
        Candidate parameters.
    r_squared : float, optional
        Expected Cox-Snell R2; exactly one of this and `auc`.
    auc : float, optional
        Expected C-statistic.
    compat : {None, "pmsampsize-1.1"}
        R's package: R2 by its seeded simulation, and the three criteria of `pmsampsize` only.

    Returns
    -------
    SampleSize

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    The largest of shrinkage 0.9, optimism 0.05 in Nagelkerke's R2, mean absolute error 0.05 (default mode), and
    overall risk within 0.05.

    References
    ----------
    Riley RD et al. (2020). BMJ 368:m441. doi:10.1136/bmj.m441

    R: ``pmsampsize::pmsampsize(type = "b", cstatistic = auc, parameters = parameters, prevalence = prevalence)``

    Examples
    --------
    >>> smallest_sample_size(288 / 496, 6, auc=0.70).n
    427
    >>> smallest_sample_size(288 / 496, 6, auc=0.70, compat="pmsampsize-1.1").n
    425
    """
    f, p = _share(prevalence, "prevalence"), check_integer(parameters, "parameters", minimum=1)
    mode = "default" if compat is None else check_choice(compat, "compat", ("pmsampsize-1.1",))
    if (r_squared is None) == (auc is None):
        raise InputError("r_squared", "or auc: exactly one is needed", hint="Pass r_squared= or auc=.")
    if r_squared is None:
        assert auc is not None
        r_squared = r_squared_from_auc(auc, f, route="quadrature" if compat is None else "simulation")
    r2 = _r_squared(r_squared, f)
    needed = {
        "shrinkage": sample_size_shrinkage(p, r2),
        "optimism": sample_size_optimism(p, r2, f),
        "overall_risk": sample_size_overall_risk(f),
    }
    error = sample_size_prediction_error(f, p) if compat is None else None
    n = max(*needed.values(), error or 0)
    return SampleSize(
        n, math.ceil(n * f), prediction_error=error, r_squared=r2, largest_r_squared=largest_r_squared(f),
        prevalence=f, parameters=p, compat=mode, **needed,
    )  # fmt: skip
