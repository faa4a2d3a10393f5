"""Criteria of Riley and colleagues for the sample size of a prediction model, and their inverse."""

from __future__ import annotations

import math

from validation.checks import check_integer
from validation.errors import InputError
from validation.sample_size.arguments import check_r_squared, check_share, largest_r_squared

__all__ = [
    "expected_shrinkage",
    "most_parameters",
    "sample_size_optimism",
    "sample_size_overall_risk",
    "sample_size_prediction_error",
    "sample_size_shrinkage",
    "whole_patients",
]


def whole_patients(value: float) -> int:
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
    f, margin = check_share(prevalence, "prevalence"), check_share(margin, "margin")
    return whole_patients((1.96 / margin) ** 2 * f * (1 - f))


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
    f, error = check_share(prevalence, "prevalence"), check_share(error, "error")
    p = check_integer(parameters, "parameters", minimum=1)
    f = min(f, 1 - f)
    return whole_patients(math.exp((-0.508 + 0.259 * math.log(f) + 0.504 * math.log(p) - math.log(error)) / 0.544))


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
    p, s = check_integer(parameters, "parameters", minimum=1), check_share(shrinkage, "shrinkage")
    r2 = check_r_squared(r_squared)
    if r2 >= s:
        raise InputError("r_squared", f"is {r2:g}, not below the shrinkage {s:g}", hint="No such model exists.")
    return whole_patients(p / ((s - 1.0) * math.log1p(-r2 / s)))


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
    r2 = check_r_squared(r_squared, prevalence)
    optimism = check_share(optimism, "optimism")
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
    >>> from validation.sample_size import r_squared_from_auc
    >>> round(expected_shrinkage(496, 10, r_squared_from_auc(0.75, 288 / 496)), 3)
    0.909
    """
    n, p = check_integer(n, "n", minimum=1), check_integer(parameters, "parameters", minimum=1)
    low, high = check_r_squared(r_squared), 1.0
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
    >>> from validation.sample_size import r_squared_from_auc
    >>> [most_parameters(496, r_squared_from_auc(c, 288 / 496)) for c in (0.70, 0.75, 0.80)]
    [6, 11, 16]
    """
    n, s, r2 = check_integer(n, "n", minimum=1), check_share(shrinkage, "shrinkage"), check_r_squared(r_squared)
    return math.floor(n * (s - 1.0) * math.log1p(-min(r2 / s, 1 - 1e-15)))
