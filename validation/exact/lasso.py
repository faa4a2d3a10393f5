"""Certified values of `lasso_path` and `lasso_cv`, and proofs about any fit in 50-digit arithmetic.

What is certified are optimum and cross-validated error. Where an automatic sequence of lambdas ends is a convention of
glmnet that depends on its threshold; it is taken from the replay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.checks import Floats
from validation.exact.double_double import DoubleDouble, product
from validation.exact.lasso_path import CertifiedPath, Options, certify_path
from validation.lasso.folds import assign_folds
from validation.lasso.held_out import choose
from validation.lasso.measures import PROBABILITY_CLIP
from validation.lasso.path import lasso_path

__all__ = ["certified_cv", "certified_path", "duality_gap", "optimality_violation"]

_DIGITS = 50
_REMEMBERED = 256
_TIE = 16.0 * 2.0**-52
#: linear predictors that differ by less are equal: certified paths are right to about 25 digits
_ZERO = 1e-22


_lengths: dict[bytes, int] = {}


def _length(y: Any, x: Floats, choices: Mapping[str, Any]) -> int:
    """Number of lambdas of glmnet's path."""
    key = hashlib.sha256(np.ascontiguousarray(x).tobytes() + np.asarray(y, np.int8).tobytes())
    key.update(repr((x.shape, sorted((name, repr(value)) for name, value in choices.items()))).encode())
    found = key.digest()
    if found not in _lengths:
        while len(_lengths) >= _REMEMBERED:
            _lengths.pop(next(iter(_lengths)))
        _lengths[found] = lasso_path(y, x, **choices, engine="glmnet").lambdas.size
    return _lengths[found]


def _certify(y: Any, x: Floats, choices: Mapping[str, Any]) -> CertifiedPath:
    ends = _length(y, x, choices)
    options = Options(
        float(choices.get("alpha", 1.0)),
        int(choices.get("n_lambda", 100)),
        choices.get("lambda_min_ratio"),
        tuple(np.asarray(choices.get("lambdas", ()), dtype=np.float64).ravel().tolist()),
    )

    def start() -> tuple[Floats, Floats]:
        proposal = lasso_path(y, x, **choices)
        return proposal.intercepts, proposal.coefficients

    return certify_path(y, x, options, ends, start)


def certified_path(y_true: Any, x: Any, **choices: Any) -> dict[str, Any]:
    """Certified quantities of `lasso_path`, rounded to double.

    Takes alpha, lambdas, n_lambda, lambda_min_ratio and threshold besides the data.
    """
    y = np.asarray(y_true)
    path = _certify(y, np.asarray(x, dtype=np.float64), choices)
    scaled = path.coefficients * path.scales[:, None]
    return {
        "lambdas": path.lambdas.high,
        "intercepts": path.intercepts.high,
        "coefficients": path.coefficients.high,
        "standardized_coefficients": scaled.high,
        "df": np.count_nonzero(path.coefficients.high, axis=0),
        "dev_ratio": (1.0 - path.half_deviance / path.null_half_deviance).high,
        "null_deviance": float((path.null_half_deviance * (2.0 * y.size)).high),
    }


def certified_cv(
    y_true: Any, x: Any, *, seed: int, folds: int = 10, fold_id: Any = None, measure: str = "deviance", **choices: Any
) -> dict[str, Any]:
    """Certified quantities of `lasso_cv`, rounded to double; other arguments as in `certified_path`."""
    y, matrix = np.asarray(y_true), np.asarray(x, dtype=np.float64)
    full = _certify(y, matrix, choices)
    drawn, _ = assign_folds(y.size, seed, folds, fold_id)
    eta = DoubleDouble(np.empty((y.size, full.lambdas.shape[0])))
    for fold in range(1, int(drawn.max()) + 1):
        out = drawn == fold
        path = _certify(y[~out], matrix[~out], choices)
        intercepts, coefficients = _interpolated(path, full.lambdas)
        found = product(matrix[out], coefficients) + intercepts
        eta.high[out], eta.low[out] = found.high, found.low
    n_folds = int(drawn.max())
    if measure == "auc" and y.size / n_folds < 10:
        measure = "deviance"
    members = [drawn == fold for fold in range(1, n_folds + 1)]
    if y.size / n_folds < 3:
        members = [drawn * 0 + np.arange(y.size) == i for i in range(y.size)]
    mean, error = _averaged(measure, y, eta, members)
    best, within = choose(-mean.high if measure == "auc" else mean.high, error.high, _TIE)
    return _summary(full, mean, error, best, within)


def _summary(full: CertifiedPath, mean: DoubleDouble, error: DoubleDouble, best: int, within: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "lambdas": full.lambdas.high,
        "mean": mean.high,
        "standard_error": error.high,
        "upper": (mean + error).high,
        "lower": (mean - error).high,
        "nonzero": np.count_nonzero(full.coefficients.high, axis=0),
    }
    for name, index in (("min", best), ("1se", within)):
        found[f"lambda_{name}"] = float(full.lambdas.high[index])
        found[f"index_{name}"] = index

        found[f"coefficients_{name}"] = full.coefficients.high[:, index]
    return found


def _interpolated(path: CertifiedPath, wanted: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
    """Intercepts and coefficients (p x k) at the wanted lambdas, linear between the path's own."""
    k = path.lambdas.shape[0]
    if k == wanted.shape[0] and np.array_equal(path.lambdas.high, wanted.high):
        return path.intercepts, path.coefficients
    if k == 1:
        still = np.zeros(wanted.shape[0], dtype=np.intp)
        return path.intercepts[still], path.coefficients[:, still]
    left = np.clip(np.searchsorted(-path.lambdas.high, -wanted.high, side="right") - 1, 0, k - 2)
    share = (wanted - path.lambdas[left + 1]) / (path.lambdas[left] - path.lambdas[left + 1])
    # beyond the ends the end point holds
    low, high = share.high <= 0.0, share.high >= 1.0
    share = DoubleDouble(np.where(high, 1.0, np.where(low, 0.0, share.high)), np.where(low | high, 0.0, share.low))
    rest = 1.0 - share
    return (
        path.intercepts[left] * share + path.intercepts[left + 1] * rest,
        path.coefficients[:, left] * share + path.coefficients[:, left + 1] * rest,
    )


def _averaged(measure: str, y: Any, eta: DoubleDouble, members: list[Any]) -> tuple[DoubleDouble, DoubleDouble]:
    """Mean over folds, weighted by their size, and its standard error."""
    errors = None if measure == "auc" else _patient_errors(measure, y, eta)
    values, weights = [], []
    for fold in members:
        size = float(fold.sum())
        value = _auc(y[fold], eta[fold]) if errors is None else errors[fold].sum() / size
        if value is not None:
            values.append(value)
            weights.append(size)
    stacked = DoubleDouble(np.array([v.high for v in values]), np.array([v.low for v in values]))
    w, total = np.array(weights)[:, None], float(sum(weights))
    mean = (stacked * w).sum() / total
    spread = stacked - mean
    return mean, ((spread * spread * w).sum() / (total * (len(members) - 1.0))).sqrt()


def _patient_errors(measure: str, y: Any, eta: DoubleDouble) -> DoubleDouble:
    outcome = y[:, None].astype(np.float64)
    if measure == "class":
        return DoubleDouble(np.where((eta.high > _ZERO) == (outcome > 0.5), 0.0, 1.0))
    # probability of what did not happen; the two outcomes are mirror images
    wrong: DoubleDouble = 1.0 / (1.0 + (eta * (2.0 * outcome - 1.0)).exp())
    if measure == "mse":
        return wrong * wrong * 2.0
    if measure == "mae":
        return wrong * 2.0
    low, high = PROBABILITY_CLIP, 1.0 - PROBABILITY_CLIP
    clipped = (wrong.high < low) | (wrong.high > high)
    right = 1.0 - wrong
    right = DoubleDouble(
        np.where(wrong.high < low, high, np.where(wrong.high > high, low, right.high)),
        np.where(clipped, 0.0, right.low),
    )
    return right.log() * -2.0


def _auc(y: Any, eta: DoubleDouble) -> DoubleDouble | None:
    """Concordant pairs, ties half, at each lambda; None where one class is missing."""
    cases, controls = eta[y == 1], eta[y == 0]
    pairs = float(cases.shape[0] * controls.shape[0])
    if pairs == 0.0:
        return None
    won = np.zeros(eta.shape[1])
    for i in range(cases.shape[0]):
        lead = (cases.high[i] - controls.high) + (cases.low[i] - controls.low)
        won += (lead > _ZERO).sum(axis=0) + 0.5 * (np.abs(lead) <= _ZERO).sum(axis=0)
    return DoubleDouble(won) / pairs


def optimality_violation(y_true: Any, x: Any, intercepts: Any, coefficients: Any, lambdas: Any) -> Floats:
    """Largest violation of the optimality conditions of each LASSO model, over the largest lambda, in 50 digits.

    Parameters
    ----------
    y_true : array_like of shape (n,)
    x : array_like of shape (n, p)
    intercepts, lambdas : array_like of shape (k,)
    coefficients : array_like of shape (p, k)
        On the scale of the data, of whatever software.
    """
    from mpmath import mp

    with mp.workdps(_DIGITS):
        problem = _Precise(y_true, x)
        found = []
        for k, lam in enumerate(np.asarray(lambdas, dtype=np.float64)):
            b, eta = problem.predictors(float(np.asarray(intercepts)[k]), np.asarray(coefficients)[:, k])
            gradient, level = problem.gradient(eta)
            worst = abs(level)
            for j, value in enumerate(gradient):
                off = abs(value - mp.sign(b[j]) * float(lam)) if b[j] else max(abs(value) - float(lam), mp.mpf(0))
                worst = max(worst, off)
            found.append(float(worst / problem.lambda_max))
    return np.array(found)


def duality_gap(y_true: Any, x: Any, intercepts: Any, coefficients: Any, lambdas: Any) -> Floats:
    """Upper bound of how far the objective of each LASSO model is above its minimum, in 50 digits.

    The residuals of the model, shrunk until they are feasible, are a point of the dual problem; no model can have an
    objective below the dual's value there. The intercept is first moved to where residuals add up to 0, which only
    lowers the objective, and the distance it comes down is part of the bound.

    Parameters
    ----------
    y_true, x, intercepts, coefficients, lambdas
        As in `optimality_violation`; lambdas above 0.
    """
    from mpmath import mp

    with mp.workdps(_DIGITS):
        problem = _Precise(y_true, x)
        found = []
        for k, lam in enumerate(np.asarray(lambdas, dtype=np.float64)):
            b, eta = problem.predictors(float(np.asarray(intercepts)[k]), np.asarray(coefficients)[:, k])
            penalty = float(lam) * mp.fsum(abs(value) for value in b)
            primal = problem.loss(eta) + penalty
            eta = problem.balanced(eta)
            gradient, _ = problem.gradient(eta)
            shrink = min(mp.mpf(1), float(lam) / max(abs(value) for value in gradient))
            found.append(float(primal - problem.dual(eta, shrink)))
    return np.array(found)


class _Precise:
    """One data set in multiple precision; predictors are standardised with divisor n."""

    def __init__(self, y_true: Any, x: Any) -> None:
        from mpmath import mp, mpf

        self.mp = mp
        self.y = [int(value) for value in np.asarray(y_true)]
        self.n = len(self.y)
        self.raw = [[mpf(float(value)) for value in column] for column in np.asarray(x, dtype=np.float64).T]
        self.means = [mp.fsum(column) / self.n for column in self.raw]
        centred = [[value - m for value in column] for column, m in zip(self.raw, self.means, strict=True)]
        self.scales = [mp.sqrt(mp.fsum(value * value for value in column) / self.n) for column in centred]
        self.columns = [
            [value / s for value in column] if s else column for column, s in zip(centred, self.scales, strict=True)
        ]
        share = mpf(sum(self.y)) / self.n
        gradient, _ = self.gradient([mp.log(share / (1 - share))] * self.n)
        self.lambda_max = max(abs(value) for value in gradient)

    def predictors(self, intercept: float, coefficients: Floats) -> tuple[list[Any], list[Any]]:
        """Standardised coefficients and linear predictors."""
        mp = self.mp
        active = [(j, mp.mpf(float(value))) for j, value in enumerate(coefficients) if value != 0.0]
        eta = [mp.mpf(intercept) + mp.fsum(c * self.raw[j][i] for j, c in active) for i in range(self.n)]
        return [mp.mpf(float(value)) * s for value, s in zip(coefficients, self.scales, strict=True)], eta

    def gradient(self, eta: list[Any]) -> tuple[list[Any], Any]:
        """Mean products of residuals and columns, and the mean residual."""
        mp = self.mp
        residual = [(y - 1 / (1 + mp.exp(-value))) / self.n for y, value in zip(self.y, eta, strict=True)]
        return [mp.fdot(residual, column) for column in self.columns], mp.fsum(residual)

    def loss(self, eta: list[Any]) -> Any:
        """Mean negative log likelihood."""
        mp = self.mp
        return mp.fsum(mp.log1p(mp.exp(value)) - y * value for y, value in zip(self.y, eta, strict=True)) / self.n

    def balanced(self, eta: list[Any]) -> list[Any]:
        """Linear predictors with the intercept at which residuals add up to 0."""
        mp, shift = self.mp, self.mp.mpf(0)
        for _ in range(100):
            q = [1 / (1 + mp.exp(-value - shift)) for value in eta]
            step = mp.fsum(y - p for y, p in zip(self.y, q, strict=True)) / mp.fsum(p * (1 - p) for p in q)
            shift += step
            if abs(step) < mp.mpf(10) ** (4 - _DIGITS):
                break
        return [value + shift for value in eta]

    def dual(self, eta: list[Any], shrink: Any) -> Any:
        """Dual objective at the shrunk residuals: the mean entropy of the risks drawn towards the outcome."""
        mp, total = self.mp, []
        for y, value in zip(self.y, eta, strict=True):
            risk = y + shrink * (1 / (1 + mp.exp(-value)) - y)
            total += [-part * mp.log(part) for part in (risk, 1 - risk) if part > 0]
        return mp.fsum(total) / self.n
