"""Cohorts of a design, drawn with R's generator so that a seed defines them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.special import expit, ndtr

from validation.checks import Floats, check_integer
from validation.errors import InputError
from validation.r_random import RRandom
from validation.simulate.design import Design, Outcome, PublishedRisk

__all__ = ["simulate_cohort"]

#: halvings of an interval of log odds until its ends are neighbouring doubles
_HALVINGS = 80
_WIDEST = 40.0


def simulate_cohort(design: Design, *, n: int | None = None, seed: int | None = None) -> dict[str, Floats]:
    """Columns of a cohort.

    Parameters
    ----------
    design : Design
    n, seed : int, optional
        In place of the design's.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        Variables, then outcomes as 0/1.

    Raises
    ------
    InputError
        More events than patients, correlations that no distribution has, or a name that is none of the variables'.

    Notes
    -----
    Gaussian copula: correlated standard normals are mapped to uniforms and through the quantile function of each
    margin; a stated correlation is that of the normals, the one of the columns is somewhat smaller.

    Let eta = sum_j log_odds_j x_j. With a prevalence the intercept a makes the mean of 1/(1 + exp(-a - eta)) equal to
    it, and each patient has the event with that probability: a logistic model exactly. With a number of events it is 1
    for the largest eta + e with standard logistic e, a logistic model whose intercept is moved until the count is met;
    the odds ratios hold in large cohorts.

    References
    ----------
    Nelsen RB (2006). An Introduction to Copulas. Springer. doi:10.1007/0-387-28678-0

    Examples
    --------
    >>> from validation.simulate import SHIPPED
    >>> columns = simulate_cohort(SHIPPED["tiny"])
    >>> int(columns["event"].sum()), columns["event"].size
    (9, 24)
    """
    n = check_integer(design.n if n is None else n, "n", minimum=2)
    generator = RRandom(design.seed if seed is None else seed)
    normals = generator.norm_rand_array(n * len(design.variables)).reshape(n, -1)
    uniforms = ndtr(normals @ _root(design).T)
    columns = {v.name: v.values(uniforms[:, j]) for j, v in enumerate(design.variables)}
    for outcome in design.outcomes:
        columns[outcome.name] = _events(outcome, columns, generator.unif_rand_array(n))
    for risk in design.risks:
        columns[risk.name] = _risk(risk, columns, n)
    return columns


def _risk(risk: PublishedRisk, columns: Mapping[str, Floats], n: int) -> Floats:
    eta = np.full(n, risk.intercept)
    for name, log_odds in risk.log_odds.items():
        eta = eta + log_odds * columns[name]
    # libm's exp, so that every machine has the same bits
    values = np.array([1.0 / (1.0 + math.exp(-value)) for value in eta.tolist()])
    return values if risk.decimals is None else np.asarray(np.round(values, risk.decimals))


def _events(outcome: Outcome, columns: Mapping[str, Floats], uniform: Floats) -> Floats:
    n = uniform.size
    unknown = [name for name in outcome.log_odds if name not in columns]
    if unknown:
        raise InputError(
            unknown[0],
            f"is no variable, but has an odds ratio for {outcome.name}",
            hint=f"Known: {', '.join(columns)}.",
        )
    if outcome.prevalence is not None:
        eta = _linear(outcome, columns, np.zeros(n))
        return np.asarray((uniform < expit(eta + _intercept(eta, outcome.prevalence))).astype(np.float64))
    n_events = check_integer(outcome.n_events, f"{outcome.name}: n_events", minimum=1, maximum=n - 1)
    latent = _linear(outcome, columns, np.log(uniform / (1.0 - uniform)))
    events = np.zeros(n)
    events[np.argsort(-latent, kind="stable")[:n_events]] = 1.0
    return events


def _linear(outcome: Outcome, columns: Mapping[str, Floats], start: Floats) -> Floats:
    total = start
    for name, log_odds in outcome.log_odds.items():
        total = total + log_odds * columns[name]
    return total


def _intercept(eta: Floats, prevalence: float) -> float:
    """Intercept with which the mean risk is the prevalence, by bisection."""
    low, high = -_WIDEST - float(eta.max()), _WIDEST - float(eta.min())
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if float(np.mean(expit(eta + middle))) < prevalence:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _root(design: Design) -> Floats:
    names = [variable.name for variable in design.variables]
    matrix = np.eye(len(names))
    for (first, second), correlation in design.correlations.items():
        for name in (first, second):
            if name not in names:
                raise InputError(name, "is no variable, but has a correlation", hint=f"Known: {', '.join(names)}.")
        i, j = names.index(first), names.index(second)
        matrix[i, j] = matrix[j, i] = correlation
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        raise InputError("correlations", "belong to no distribution", hint="Make them smaller.") from None
