"""What else decides R's digits: sums in extended precision, quantiles, sequences, the normal distribution.

R accumulates sums in the 64-bit significands of the x87 registers and rounds once. An exactly rounded sum
(`math.fsum`) gives another last bit about once in 150 sums of 300 terms, so `validation.extended` does as R does.

References
----------
Wichura MJ (1988). Algorithm AS 241: the percentage points of the normal distribution. Appl Stat 37:477-484.
doi:10.2307/2347330
Cody WJ (1993). Algorithm 715: SPECFUN. ACM Trans Math Softw 19:22-30. doi:10.1145/151271.151273
Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. Am Stat 50:361-365. doi:10.2307/2684934
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any, overload

import numpy as np

from validation.checks import Floats
from validation.errors import InputError
from validation.extended import sequential_sum, to_double, widen

__all__ = [
    "NA_REAL",
    "interval_probabilities",
    "pnorm",
    "qnorm",
    "quantile_type1",
    "quantile_type7",
    "r_covariance",
    "r_mean",
    "r_seq",
    "r_sum",
    "r_variance",
]

#: R's missing value: a NaN whose low word is 1954
NA_REAL: np.float64 = np.array([0x7FF00000000007A2], dtype=np.uint64).view(np.float64)[0]
_STANDARD = NormalDist()


def r_sum(values: Any) -> float:
    """R's ``sum``: accumulated from left to right in 64 bits, rounded once to a double."""
    x = np.asarray(values, dtype=np.float64).ravel()
    if x.size == 0:
        return 0.0
    return to_double(sequential_sum(widen(x))) if np.isfinite(x).all() else _special_sum(x)


def r_mean(values: Any) -> float:
    """R's ``mean``: sum over n in 64 bits, then corrected by the mean of the residuals; NaN of nothing."""
    x = np.asarray(values, dtype=np.float64).ravel()
    if x.size == 0:
        return math.nan
    if not np.isfinite(x).all():
        return _special_sum(x)
    wide = widen(x)
    mean = sequential_sum(wide) / x.size
    return to_double(mean + sequential_sum(wide - mean) / x.size)


def _special_sum(x: Floats) -> float:
    """Sum with infinities or missing values in it."""
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.sum(x))


def r_covariance(first: Any, second: Any) -> float:
    """R's ``cov``: deviations from the means as doubles; deviations, products, sum and quotient in 64 bits."""
    x = np.asarray(first, dtype=np.float64).ravel()
    y = np.asarray(second, dtype=np.float64).ravel()
    if x.size != y.size:
        raise InputError("second", f"has {y.size} values where the first has {x.size}")
    if x.size < 2:
        return float(NA_REAL)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return math.nan
    deviations = [widen(values) - widen(np.array([r_mean(values)]))[0] for values in (x, y)]
    return to_double(sequential_sum(deviations[0] * deviations[1]) / (x.size - 1))


def r_variance(values: Any) -> float:
    """R's ``var``: the covariance of the values with themselves."""
    return r_covariance(values, values)


def interval_probabilities(level: float) -> tuple[float, float]:
    """Tail probabilities of a two-sided interval exactly as R forms them: ``(1 - c)/2`` and ``1 - (1 - c)/2``."""
    lower = (1.0 - level) / 2.0
    return lower, 1.0 - lower


def quantile_type7(values: Any, probabilities: Any) -> Floats:
    """R's default quantile: linear interpolation written as ``(1 - h) a + h b``.

    Parameters
    ----------
    values : array_like
        Finite numbers.
    probabilities : array_like
        Within [0, 1].

    Raises
    ------
    InputError
        No numbers, a missing number, a probability outside [0, 1].
    """
    x, p = _sorted(values), _probabilities(probabilities)
    index = 1.0 + (x.size - 1) * p
    low = np.floor(index)
    high = np.ceil(index)
    h = index - low
    a, b = x[low.astype(np.int64) - 1], x[high.astype(np.int64) - 1]
    with np.errstate(invalid="ignore"):
        return np.where((h == 0.0) | (a == b), a, (1.0 - h) * a + h * b)


def quantile_type1(values: Any, probabilities: Any) -> Floats:
    """R's quantile of type 1: the order statistic number ``max(1, ceil(n p))``."""
    x, p = _sorted(values), _probabilities(probabilities)
    rank = np.maximum(1, np.ceil(x.size * p).astype(np.int64))
    chosen: Floats = x[rank - 1]
    return chosen


def _sorted(values: Any) -> Floats:
    x = np.sort(np.asarray(values, dtype=np.float64).ravel())
    if x.size == 0:
        raise InputError("values", "is empty", hint="A quantile needs at least one number.")
    if np.isnan(x[-1]):
        raise InputError("values", "has missing values (NaN)", hint="Drop them first.")
    return x


def _probabilities(values: Any) -> Floats:
    p = np.asarray(values, dtype=np.float64)
    if not bool(np.all((p >= 0.0) & (p <= 1.0))):
        raise InputError("probabilities", "must lie between 0 and 1")
    return p


def r_seq(start: float, stop: float, by: float) -> Floats:
    """R's ``seq(start, stop, by)``: ``start + i by`` in doubles, capped at `stop`; not the decimal literals."""
    if not (by > 0.0 and stop >= start):
        raise InputError("by", f"must be positive and lead from {start:g} to {stop:g}, got {by:g}")
    count = int((stop - start) / by + 1e-10)
    return np.minimum(start + np.arange(count + 1, dtype=np.float64) * by, stop)


def _elementwise(function: Callable[[float], float], values: Any) -> Any:
    if isinstance(values, float):
        return function(values)
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        return function(float(array))
    return np.array([function(value) for value in array.ravel().tolist()], dtype=np.float64).reshape(array.shape)


@overload
def qnorm(probability: float) -> float: ...
@overload
def qnorm(probability: Floats) -> Floats: ...
def qnorm(probability: Any) -> Any:
    """Quantile of the standard normal distribution (AS 241), R's ``qnorm``; NaN outside [0, 1].

    Parameters
    ----------
    probability : float or ndarray
    """
    return _elementwise(_qnorm, probability)


def _qnorm(probability: float) -> float:
    if math.isnan(probability) or probability < 0.0 or probability > 1.0:
        return math.nan
    if probability == 0.0:
        return -math.inf
    if probability == 1.0:
        return math.inf
    return _STANDARD.inv_cdf(probability)


_A = (
    2.2352520354606839287,
    161.02823106855587881,
    1067.6894854603709582,
    18154.981253343561249,
    0.065682337918207449113,
)
_B = (47.20258190468824187, 976.09855173777669322, 10260.932208618978205, 45507.789335026729956)
_C = (
    0.39894151208813466764, 8.8831497943883759412, 93.506656132177855979, 597.27027639480026226, 2494.5375852903726711,
    6848.1904505362823326, 11602.651437647350124, 9842.7148383839780218, 1.0765576773720192317e-8,
)  # fmt: skip
_D = (
    22.266688044328115691, 235.38790178262499861, 1519.377599407554805, 6485.558298266760755, 18615.571640885098091,
    34900.952721145977266, 38912.003286093271411, 19685.429676859990727,
)  # fmt: skip
_P = (
    0.21589853405795699, 0.1274011611602473639, 0.022235277870649807, 0.001421619193227893466, 2.9112874951168792e-5,
    0.02307344176494017303,
)  # fmt: skip
_Q = (1.28426009614491121, 0.468238212480865118, 0.0659881378689285515, 0.00378239633202758244, 7.29751555083966205e-5)
_INVERSE_ROOT_2PI = 0.398942280401432677939946059934
_ROOT_32 = 5.656854249492380195206754896838


@overload
def pnorm(z: float, lower: bool = True) -> float: ...
@overload
def pnorm(z: Floats, lower: bool = True) -> Floats: ...
def pnorm(z: Any, lower: bool = True) -> Any:
    """Distribution function of the standard normal (Cody), R's ``pnorm(z, lower.tail = lower)``.

    Parameters
    ----------
    z : float or ndarray
    lower : bool
        Lower tail; the upper one, with all its digits, where False.
    """
    return _elementwise(lambda value: _pnorm(value, lower), z)


def _pnorm(z: float, lower: bool) -> float:
    if math.isnan(z):
        return math.nan
    if math.isinf(z):
        return 1.0 if (z > 0) == lower else 0.0
    y = abs(z)
    if y <= 0.67448975:
        return _pnorm_centre(z, y, lower)
    if y <= _ROOT_32:
        num, den = _C[8] * y, y
        for i in range(7):
            num = (num + _C[i]) * y
            den = (den + _D[i]) * y
        tail = (num + _C[7]) / (den + _D[7])
    elif y < 37.5193:
        squared = 1.0 / (z * z)
        num, den = _P[5] * squared, squared
        for i in range(4):
            num = (num + _P[i]) * squared
            den = (den + _Q[i]) * squared
        tail = squared * (num + _P[4]) / (den + _Q[4])
        tail = (_INVERSE_ROOT_2PI - tail) / y
    else:
        return 0.0 if (z < 0) == lower else 1.0
    tail *= _split_exp(z if y > _ROOT_32 else y)
    return tail if (z < 0) == lower else 1.0 - tail


def _pnorm_centre(z: float, y: float, lower: bool) -> float:
    squared = z * z if y > 1.11e-16 else 0.0
    num, den = _A[4] * squared, squared
    for i in range(3):
        num = (num + _A[i]) * squared
        den = (den + _B[i]) * squared
    centre = z * (num + _A[3]) / (den + _B[3])
    return 0.5 + centre if lower else 0.5 - centre


def _split_exp(z: float) -> float:
    """``exp(-z^2/2)`` with the square split after four binary places, so that no digit of the exponent is lost."""
    rounded = math.trunc(z * 16.0) / 16.0
    rest = (z - rounded) * (z + rounded)
    return math.exp(-rounded * rounded * 0.5) * math.exp(-rest * 0.5)
