"""Certified maximum of the logistic likelihood: 65-digit arithmetic and a proof of existence and distance.

Independent of the double-precision code. Predictors are doubles, so after centring by a double they are integers times
a power of two, and scores and information are sums of integer products with residuals in fixed point. Newton's method
runs from a start of its own. Where ``c`` bounds the length of the patients' rows and ``lambda`` the length of the last
step, both in the metric of the inverse information, ``c lambda < 1`` proves that the maximum exists, and it is within
``-log(1 - c lambda) / c`` standard errors of the coefficients that are returned: along any line the third derivative
of the log-likelihood is at most ``c`` times the second, so the slope has changed its sign by then.

References
----------
Bach F (2010). Self-concordant analysis for logistic regression. Electronic Journal of Statistics 4, 384-414.
doi:10.1214/09-EJS521
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import mul
from typing import Any

import numpy as np

from validation.errors import NotEstimable

__all__ = ["CertifiedFit", "certify", "logistic_regression", "univariable_odds_ratios"]

#: binary places of the first attempt (65 digits and a guard), doubled up to three times
_PLACES, _ATTEMPTS = 240, 4
#: distance to the maximum, in standard errors, that counts as certified
_RADIUS = 1e-50
#: units of the last place by which a residual may be wrong: rounded predictor, exponential, two divisions
_RESIDUAL_ERROR = 64.0
_GUARD = 40


@dataclass(frozen=True)
class CertifiedFit:
    """Maximum of the likelihood as `mpmath.mpf` numbers.

    Parameters
    ----------
    coefficients : list
        Intercept first, for the predictors as given.
    covariance : list of lists
        Inverse information.
    deviance : mpf
    fitted : list of mpf
        Predicted risk of each patient.
    radius : float
        No coefficient is further from the maximum than this many of its standard errors.
    context : mpmath context
        In which the numbers were computed.
    """

    coefficients: list[Any]
    covariance: list[list[Any]]
    deviance: Any
    fitted: list[Any]
    radius: float
    context: Any


@dataclass(frozen=True)
class _Columns:
    """Model columns without rounding: entry i of column j is ``integers[j][i] / 2**length[j]``, within -1 and 1.

    Column 0 is the intercept (two, halved by its length of one); the others are ``(x - centre) * 2**exponent``.
    """

    integers: list[list[int]]
    length: list[int]
    centre: list[float]
    exponent: list[int]


def _columns(x: Any) -> _Columns:
    integers, length, centres, exponents = [[2] * len(x)], [1], [], []
    for column in x.T:
        centre = float(np.clip(column.mean(), column.min(), column.max()))
        ratios = [value.as_integer_ratio() for value in (*column.tolist(), centre)]
        places = max(bottom.bit_length() - 1 for _, bottom in ratios)
        whole = [top << (places + 1 - bottom.bit_length()) for top, bottom in ratios]
        centred = [value - whole[-1] for value in whole[:-1]]
        integers.append(centred)
        length.append(max(map(abs, centred)).bit_length())
        centres.append(centre)
        exponents.append(places - length[-1])
    return _Columns(integers, length, centres, exponents)


def certify(y_true: Any, x: Any) -> CertifiedFit:
    """Maximum of the likelihood with its proof.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        0 or 1.
    x : array_like of shape (n, p)

    Raises
    ------
    NotEstimable
        Where no maximum can be proven to exist.
    """
    x, outcome = np.ascontiguousarray(x, dtype=np.float64), np.asarray(y_true, dtype=np.float64)
    return _certify(outcome.tobytes(), x.tobytes(), len(outcome))


@lru_cache(maxsize=4)
def _certify(outcome: bytes, predictors: bytes, n: int) -> CertifiedFit:
    """Fit from the bytes of the data, so that several statistics of one model share it."""
    table = np.column_stack([np.frombuffer(outcome), np.frombuffer(predictors).reshape(n, -1)])
    # equal patients are evaluated once
    rows, of_patient, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    fit = _certify_counted([int(value) for value in rows[:, 0]], rows[:, 1:], counts.tolist())
    return replace(fit, fitted=[fit.fitted[i] for i in of_patient.reshape(-1)])


def _certify_counted(y: list[int], x: Any, counts: list[int]) -> CertifiedFit:
    columns = _columns(x)
    z = np.array([[i / 2**size for i in column] for column, size in zip(columns.integers, columns.length, strict=True)])
    start = _start(z, np.array(y, dtype=np.float64), np.array(counts, dtype=np.float64))
    if np.min(np.where(np.array(y) == 1, 1.0, -1.0) * (np.array(start) @ z)) > 0.0:
        # every patient on the right side: the likelihood grows along this direction without end
        raise _no_proof()
    for attempt in range(_ATTEMPTS):
        fit = _attempt(columns, z, y, counts, start, _PLACES << attempt)
        if fit is not None:
            return fit
    raise _no_proof()


def _no_proof() -> NotEstimable:
    return NotEstimable("no convergence", "no proof that a maximum exists", hint="Fit the model for the diagnosis.")


def _start(z: Any, y: Any, counts: Any) -> list[float]:
    """Newton's method in doubles; where it stops is irrelevant for what is proven later."""
    coefficients = np.zeros(len(z))
    best = -np.inf
    for _ in range(60):
        predictor = coefficients @ z
        risk = 1.0 / (1.0 + np.exp(-np.clip(predictor, -700.0, 700.0)))
        root = np.sqrt(np.maximum(counts * risk * (1.0 - risk), 1e-280))
        step = np.linalg.lstsq((z * root).T, counts * (y - risk) / root, rcond=1e-15)[0]
        likelihood = -np.inf
        for _ in range(30):
            moved = np.clip((coefficients + step) @ z, -700.0, 700.0)
            likelihood = float(np.sum(counts * (y * moved - np.logaddexp(0.0, moved))))
            if likelihood >= best - 1e-9 * abs(best):
                break
            step = step / 2.0
        coefficients, best = coefficients + step, likelihood
        if np.max(np.abs(step)) <= 1e-12 * np.max(np.abs(coefficients)):
            break
    return [float(value) for value in coefficients]


@dataclass(frozen=True)
class _Pass:
    """Everything at one vector of coefficients, in fixed point; residual and variance are sums over equal patients."""

    wrong: list[int]
    odds: list[int]
    residual: list[int]
    variance: list[int]
    fitted: list[int]


def _evaluate(
    columns: _Columns, y: Sequence[int], counts: Sequence[int], coefficients: Sequence[int], places: int
) -> _Pass:
    from mpmath.libmp import from_man_exp, mpf_exp, to_fixed

    terms = [
        [(entry * b) >> size for entry in column]
        for column, size, b in zip(columns.integers, columns.length, coefficients, strict=True)
    ]
    one = 1 << places
    found = _Pass([], [], [], [], [])
    for event, count, predictor in zip(y, counts, map(sum, zip(*terms, strict=True)), strict=True):
        wrong = -predictor if event else predictor
        odds = int(to_fixed(mpf_exp(from_man_exp(-abs(wrong), -places), places + 10), places))
        more = (one << places) // (one + odds)
        less = (odds << places) // (one + odds)
        missed = more if wrong > 0 else less
        found.wrong.append(wrong)
        found.odds.append(odds)
        found.residual.append(count * (missed if event else -missed))
        found.variance.append(count * ((more * less) >> places))
        found.fitted.append(one - missed if event else missed)
    return found


def _score(columns: _Columns, here: _Pass, places: int, ctx: Any) -> list[Any]:
    return [
        ctx.ldexp(ctx.mpf(sum(map(mul, column, here.residual))), -(places + size))
        for column, size in zip(columns.integers, columns.length, strict=True)
    ]


def _information(columns: _Columns, here: _Pass, places: int, ctx: Any) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for j, column in enumerate(columns.integers):
        weighted = list(map(mul, column, here.variance))
        rows.append([])
        for k in range(j + 1):
            exact = sum(map(mul, weighted, columns.integers[k]))
            rows[j].append(ctx.ldexp(ctx.mpf(exact), -(places + columns.length[j] + columns.length[k])))
    return rows


def _cholesky(matrix: list[list[Any]], ctx: Any) -> list[list[Any]] | None:
    """Lower triangle; None where the matrix is not positive definite beyond its own rounding."""
    lower: list[list[Any]] = []
    for j, row in enumerate(matrix):
        lower.append([])
        for k in range(j):
            lower[j].append((row[k] - ctx.fdot(lower[j], lower[k][: len(lower[j])])) / lower[k][k])
        left = row[j] - ctx.fdot(lower[j], lower[j])
        if not left > row[j] * ctx.ldexp(1, 2 * _GUARD - ctx.prec):
            return None
        lower[j].append(ctx.sqrt(left))
    return lower


def _inverse(lower: list[list[Any]], ctx: Any) -> list[list[Any]]:
    """Inverse of a lower triangle, by rows."""
    inverse: list[list[Any]] = []
    for j, row in enumerate(lower):
        inverse.append([-ctx.fdot(row[k:j], [inverse[i][k] for i in range(k, j)]) / row[j] for k in range(j)])
        inverse[j].append(1 / row[j])
    return inverse


def _attempt(
    columns: _Columns, z: Any, y: Sequence[int], counts: Sequence[int], start: Sequence[float], places: int
) -> CertifiedFit | None:
    from mpmath import MPContext

    ctx = MPContext()
    ctx.prec = places + _GUARD
    coefficients = [ctx.mpf(value) for value in start]
    size = len(coefficients)
    for iteration in range(9):
        fixed = [int(ctx.nint(ctx.ldexp(value, places))) for value in coefficients]
        coefficients = [ctx.ldexp(ctx.mpf(value), -places) for value in fixed]
        here = _evaluate(columns, y, counts, fixed, places)
        score = _score(columns, here, places, ctx)
        lower = _cholesky(_information(columns, here, places, ctx), ctx)
        if lower is None:
            return None
        turn = _inverse(lower, ctx)
        along = [ctx.fdot(row, score[: len(row)]) for row in turn]
        radius = _radius(turn, along, z, sum(counts), places, ctx)
        if radius < _RADIUS:
            return _in_units(columns, coefficients, turn, here, counts, radius, places, ctx)
        if iteration > 3 and radius == np.inf:
            raise _no_proof()
        step = [ctx.fdot([turn[i][j] for i in range(j, size)], along[j:]) for j in range(size)]
        coefficients = [value + change for value, change in zip(coefficients, step, strict=True)]
    return None


def _radius(turn: list[list[Any]], along: list[Any], z: Any, n: int, places: int, ctx: Any) -> float:
    """Bound for the distance to the maximum in standard errors; infinite where existence is not proven."""
    doubles = np.zeros((len(turn), len(turn)))
    for j, row in enumerate(turn):
        doubles[j, : len(row)] = [float(value) for value in row]
    # one per cent covers the rounding of these doubles
    reach = 1.01 * float(np.sqrt(np.max(np.sum((doubles @ z) ** 2, axis=0))))
    rounding = ctx.ldexp(_RESIDUAL_ERROR * n * np.linalg.norm(doubles) * len(turn) ** 0.5, -places)
    decrement = ctx.sqrt(ctx.fdot(along, along)) + rounding
    product = reach * decrement
    return float(-ctx.log1p(-product) / reach) if product < 0.5 else np.inf


def _in_units(
    columns: _Columns,
    coefficients: list[Any],
    turn: list[list[Any]],
    here: _Pass,
    counts: Sequence[int],
    radius: float,
    places: int,
    ctx: Any,
) -> CertifiedFit:
    """Coefficients and covariance for the predictors as given, deviance and risks."""
    slopes = [ctx.ldexp(b, e) for b, e in zip(coefficients[1:], columns.exponent, strict=True)]
    intercept = coefficients[0] - ctx.fdot(columns.centre, slopes)
    # rows of the transposed inverse triangle, in the units of the predictors
    factor = [
        [ctx.ldexp(row[j] if j < len(row) else ctx.zero, e) for row in turn]
        for j, e in enumerate([0, *columns.exponent])
    ]
    factor[0] = [top - ctx.fdot(columns.centre, [row[i] for row in factor[1:]]) for i, top in enumerate(factor[0])]
    covariance = [[ctx.fdot(a, b) for b in factor] for a in factor]
    product = ctx.one
    for odds, count in zip(here.odds, counts, strict=True):
        product *= (1 + ctx.ldexp(ctx.mpf(odds), -places)) ** count
    excess = sum(count * value for value, count in zip(here.wrong, counts, strict=True) if value > 0)
    deviance = 2 * (ctx.log(product) + ctx.ldexp(ctx.mpf(excess), -places))
    fitted = [ctx.ldexp(ctx.mpf(value), -places) for value in here.fitted]
    return CertifiedFit([intercept, *slopes], covariance, deviance, fitted, radius, ctx)


def _wald(fit: CertifiedFit, level: float) -> dict[str, list[Any]]:
    ctx = fit.context
    error = [ctx.sqrt(row[j]) for j, row in enumerate(fit.covariance)]
    z = [b / se for b, se in zip(fit.coefficients, error, strict=True)]
    reach = ctx.sqrt(2) * ctx.erfinv(ctx.mpf(level))
    slopes = list(zip(fit.coefficients[1:], error[1:], strict=True))
    return {
        "coefficients": fit.coefficients,
        "standard_error": error,
        "z": z,
        "p_value": [ctx.erfc(abs(value) / ctx.sqrt(2)) for value in z],
        "odds_ratio": [ctx.exp(b) for b, _ in slopes],
        "lower": [ctx.exp(b - reach * se) for b, se in slopes],
        "upper": [ctx.exp(b + reach * se) for b, se in slopes],
    }


def _doubles(values: Any) -> Any:
    return np.array([[float(v) for v in row] if isinstance(row, list) else float(row) for row in values])


def logistic_regression(y_true: Any, x: Any, level: float = 0.95, **_: Any) -> Mapping[str, Any]:
    """Certified values of `validation.logistic.logistic_regression`, rounded once.

    Parameters
    ----------
    y_true, x, level
        As there; other arguments do not change the values.

    Raises
    ------
    NotEstimable
        Where no maximum can be proven to exist.
    """
    fit = certify(y_true, x)
    ctx = fit.context
    n, events = len(fit.fitted), int(np.count_nonzero(np.asarray(y_true)))
    risk = ctx.mpf(events) / n
    null = -2 * (events * ctx.log(risk) + (n - events) * ctx.log(1 - risk))
    return {
        **{name: _doubles(values) for name, values in _wald(fit, level).items()},
        "covariance": _doubles(fit.covariance),
        "fitted": _doubles(fit.fitted),
        "log_likelihood": float(-fit.deviance / 2),
        "deviance": float(fit.deviance),
        "null_deviance": float(null),
        "aic": float(fit.deviance + 2 * len(fit.coefficients)),
    }


def univariable_odds_ratios(y_true: Any, x: Any, level: float = 0.95, **_: Any) -> Mapping[str, Any]:
    """Certified values of `validation.logistic.univariable_odds_ratios`, rounded once.

    Parameters
    ----------
    y_true, x, level
        As there; other arguments do not change the values.

    Raises
    ------
    NotEstimable
        Where no maximum can be proven to exist for one of the predictors.
    """
    matrix = np.asarray(x, dtype=np.float64)
    models = [_wald(certify(y_true, matrix[:, j : j + 1]), level) for j in range(matrix.shape[1])]
    return {name: _doubles([model[name][-1] for model in models]) for name in models[0]}
