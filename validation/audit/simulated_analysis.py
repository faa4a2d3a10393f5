"""Analysis of a simulated cohort: fits, intervals of three kinds, areas, tests, calibration, optimism, net benefit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from validation.checks import Floats
from validation.roc import auc

__all__ = ["Analysis", "Variable", "analyse", "area", "fit"]

Generator = np.random.Generator
Outcome = npt.NDArray[np.int8]
#: likelihood-ratio limit: chi-square quantile of one degree of freedom
_LIMIT = 3.841458820694124
_RESAMPLES = 300


@dataclass(frozen=True)
class Variable:
    """A predictor with its kind and the decimals it is measured in."""

    name: str
    kind: str
    decimals: int
    values: Floats


@dataclass(frozen=True)
class Analysis:
    """Everything that is printed, unrounded."""

    y: Outcome
    variables: tuple[Variable, ...]
    coefficients: Floats
    errors: Floats
    limits: Floats
    p_values: Floats
    ci_method: str
    log_likelihood: float
    risks: Floats
    areas: dict[str, tuple[float, float, float]]
    area_method: str
    optimism: tuple[float, float, float]


def fit(x: Floats, y: Outcome, offset: Floats | None = None) -> tuple[Floats, Floats, float] | None:
    """Newton's method: coefficients, covariance, log-likelihood; None where it does not settle."""
    design = np.column_stack([np.ones(y.size), x])
    shift = np.zeros(y.size) if offset is None else offset
    beta = np.zeros(design.shape[1])
    for _ in range(40):
        eta = design @ beta + shift
        p = expit(eta)
        information = (design * (p * (1 - p))[:, None]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (y - p))
        except np.linalg.LinAlgError:
            return None
        beta = beta + step
        if np.abs(step).max() > 30:
            return None
        if np.abs(step).max() < 1e-10:
            eta = design @ beta + shift
            likelihood = float(np.sum(y * eta - np.logaddexp(0, eta)))
            return beta, np.asarray(np.linalg.inv(information), dtype=np.float64), likelihood
    return None


def area(y: Outcome, score: Floats) -> float:
    """Mann-Whitney area, ties one half."""
    cases, controls = score[y == 1], np.sort(score[y == 0])
    below = np.searchsorted(controls, cases, "left") + np.searchsorted(controls, cases, "right")
    return float(below.sum() / (2 * cases.size * controls.size))


def _variables(rng: Generator, n: int, p: int) -> tuple[Variable, ...]:
    common = rng.normal(size=n)
    found = []
    for j in range(p):
        z = 0.3 * common + math.sqrt(1 - 0.09) * rng.normal(size=n)
        kind = str(rng.choice(["normal", "lognormal", "binary", "whole"]))
        if kind == "binary":
            values, decimals = (z > rng.uniform(-0.8, 0.8)).astype(float), 0
        elif kind == "whole":
            values, decimals = np.round(60 + 9 * z), 0
        else:
            decimals = int(rng.integers(1, 4))
            scale = 10.0 ** float(rng.integers(-1, 2))
            values = scale * np.exp(0.4 * z) if kind == "lognormal" else scale * (5 + z)
            values = np.round(values, decimals + (scale < 1))
            decimals += int(scale < 1)
        found.append(Variable(f"x{j + 1}", kind, decimals, values))
    return tuple(found)


def analyse(rng: Generator, largest: int) -> Analysis | None:
    """One cohort and its analysis; None where the draw cannot be analysed."""
    n = round(math.exp(rng.uniform(math.log(80), math.log(largest))))
    prevalence = rng.uniform(0.12, 0.65)
    p = min(int(rng.integers(3, 13)), max(3, int(n * min(prevalence, 1 - prevalence) / 6)))
    variables = _variables(rng, n, p)
    x = np.column_stack([v.values for v in variables])
    if (x.std(axis=0) == 0).any():
        return None
    standard = (x - x.mean(axis=0)) / x.std(axis=0)
    eta = standard @ rng.normal(0, 0.45, size=p)
    y = (rng.uniform(size=n) < expit(eta + math.log(prevalence / (1 - prevalence)))).astype(np.int8)
    events = int(y.sum())
    if min(events, n - events) < 5 * p:
        return None
    scale = x.std(axis=0)
    fitted = fit(standard, y)
    if fitted is None:
        return None
    beta, covariance, likelihood = fitted
    b, se = beta[1:], np.sqrt(np.diag(covariance))[1:]
    method = str(rng.choice(["wald", "profile", "bootstrap"]))
    limits = _limits(method, standard, y, b, se, likelihood, rng)
    p_values = _p_values(method, standard, y, b, se, likelihood)
    if limits is None or p_values is None:
        return None
    score = standard @ b
    area_method = str(rng.choice(["delong", "bootstrap"]))
    markers = {"model": score, variables[0].name: variables[0].values}
    areas = {name: _area(area_method, y, values, rng) for name, values in markers.items()}
    return Analysis(
        y, variables, b / scale, se / scale, limits / scale[:, None], p_values, method, likelihood,
        expit(beta[0] + score), areas, area_method, _optimism(standard, y, b, rng),
    )  # fmt: skip


def _limits(
    method: str, x: Floats, y: Outcome, b: Floats, se: Floats, likelihood: float, rng: Generator
) -> Floats | None:
    if method == "wald":
        return np.column_stack([b - 1.959963984540054 * se, b + 1.959963984540054 * se])
    if method == "bootstrap":
        draws = []
        for _ in range(_RESAMPLES):
            chosen = rng.integers(y.size, size=y.size)
            again = fit(x[chosen], y[chosen])
            if again is not None:
                draws.append(again[0][1:])
        found = np.array(draws)
        return np.quantile(found, [0.025, 0.975], axis=0).T if len(draws) > _RESAMPLES // 2 else None
    ends = [[_profile(x, y, j, b[j], sign * se[j], likelihood) for sign in (-1, 1)] for j in range(b.size)]
    return None if any(end is None for pair in ends for end in pair) else np.array(ends, dtype=float)


def _profile(x: Floats, y: Outcome, j: int, b: float, step: float, likelihood: float) -> float | None:
    """Value of the coefficient at which twice the loss of log-likelihood is the limit; bisection after bracketing."""
    others = np.delete(x, j, axis=1)

    def loss(value: float) -> float:
        there = fit(others, y, offset=x[:, j] * value)
        return math.inf if there is None else 2 * (likelihood - there[2]) - _LIMIT

    inside, outside = b + 1.2 * step, b + 3.0 * step
    if loss(inside) > 0 or loss(outside) < 0:
        return None
    low, high = loss(inside), loss(outside)
    for _ in range(40):
        # regula falsi with Illinois weights
        middle = (inside * high - outside * low) / (high - low)
        value = loss(middle)
        if abs(value) < 1e-9:
            return middle
        if value < 0:
            inside, low, high = middle, value, high / 2
        else:
            outside, high, low = middle, value, low / 2
    return middle


def _p_values(method: str, x: Floats, y: Outcome, b: Floats, se: Floats, likelihood: float) -> Floats | None:
    if method != "profile":
        return np.array([math.erfc(abs(value) / math.sqrt(2)) for value in b / se])
    found = []
    for j in range(b.size):
        without = fit(np.delete(x, j, axis=1), y)
        if without is None:
            return None
        found.append(math.erfc(math.sqrt(max(likelihood - without[2], 0.0))))
    return np.array(found)


def _area(method: str, y: Outcome, score: Floats, rng: Generator) -> tuple[float, float, float]:
    if method == "delong":
        found = auc(y, score, direction="higher")
        return found.auc, found.lower, found.upper
    cases, controls = score[y == 1], score[y == 0]
    draws = []
    for _ in range(_RESAMPLES):
        a, b = rng.choice(cases, cases.size), rng.choice(controls, controls.size)
        labels = np.concatenate([np.ones(a.size, np.int8), np.zeros(b.size, np.int8)])
        draws.append(area(labels, np.concatenate([a, b])))
    low, high = np.quantile(draws, [0.025, 0.975])
    return area(y, score), float(low), float(high)


def _optimism(x: Floats, y: Outcome, b: Floats, rng: Generator) -> tuple[float, float, float]:
    """Apparent, mean bootstrap and mean test area of Harrell's bootstrap."""
    boot: list[Any] = []
    for _ in range(40):
        chosen = rng.integers(y.size, size=y.size)
        again = fit(x[chosen], y[chosen]) if 0 < y[chosen].sum() < y.size else None
        if again is not None:
            score = x @ again[0][1:]
            boot.append((area(y[chosen], score[chosen]), area(y, score)))
    trained, tested = np.mean(boot, axis=0)
    return area(y, x @ b), float(trained), float(tested)
