"""The columns of a logistic model in coordinates in which Newton's method loses no digits.

Each predictor is centred and divided by a power of two (exact), then the columns are made nearly orthonormal with a
triangular matrix: ``q = transform' [1, (x - centre) / scale]'``. The triangle comes from a QR factorisation wherever
the columns are close to dependent; where they are dependent, the dependency is what the user is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.errors import InputError, NotEstimable
from validation.kernels import logistic_numpy as kernel
from validation.kernels.logistic_numpy import AnyFloats

__all__ = ["Design", "check_rank", "orthonormal_design", "spread_rows"]

EPS = 2.0**-52
#: condition of the Gram matrix beyond which it is too inaccurate to start from, and QR takes over
_GRAM_LIMIT = 1e10
#: a column within this fraction of its own spread from the span of the others is dependent
_DEPENDENT = 1e-11
#: rounding of the user's own sum of columns, in units of eps times the size of its terms
_ROUNDING = 8.0
#: squares of larger values overflow
_LARGEST = 1e150
#: rows from which the coordinates of a large cohort are chosen
SAMPLE = 512


@dataclass(frozen=True)
class Design:
    """Model columns in well-conditioned coordinates.

    Parameters
    ----------
    x : array of shape (n, p)
        Predictors as given.
    centre, scale : arrays of shape (p,)
    transform : array of shape (p + 1, p + 1)
        Upper triangular; takes coefficients of `q` to coefficients of ``[1, (x - centre) / scale]``.
    q : array of shape (p + 1, n)
        Transformed columns, transposed.
    """

    x: Floats
    centre: Floats
    scale: Floats
    transform: Floats
    q: Floats

    def raw(self, coefficients: Floats) -> Floats:
        """Coefficients of the predictors as given, intercept first, from those of the centred and scaled columns."""
        slopes = coefficients[1:] / self.scale
        intercept = np.array([coefficients[0] - self.centre @ slopes])
        return np.concatenate([intercept, slopes])

    def raw_transform(self) -> Floats:
        """Matrix that takes coefficients of `q` to coefficients of the predictors as given."""
        slopes = self.transform[1:] / self.scale[:, None]
        return np.vstack([self.transform[:1] - self.centre @ slopes, slopes])

    def turned(self, turn: AnyFloats) -> Design:
        """The same columns in other coordinates, ``turn' q``."""
        return Design(self.x, self.centre, self.scale, self.transform @ turn, turn.T @ self.q)


def spread_rows(n: int, size: int) -> npt.NDArray[np.intp]:
    """`size` increasing row numbers, one from each stretch of the data, at places that no period can meet."""
    steps = np.arange(size)
    place = steps * 0.6180339887498949
    chosen: npt.NDArray[np.intp] = ((steps + (place - np.floor(place))) * (n / size)).astype(np.intp)
    return chosen


def orthonormal_design(x: Floats, names: Sequence[str], *, sample: bool = True) -> Design:
    """Design of a logistic model.

    Parameters
    ----------
    x : array of shape (n, p)
    names : sequence of str
        Predictors, for the diagnosis.
    sample : bool
        Choose the coordinates of a large cohort from part of its rows; any coordinates will do that are not degenerate.

    Raises
    ------
    NotEstimable
        If the columns are dependent or fewer than the coefficients.
    """
    n, p = x.shape
    if n < p + 1:
        raise NotEstimable(
            "too few rows",
            f"{n} patients cannot determine {p + 1} coefficients",
            hint="Use fewer predictors, or a penalised model.",
        )
    part = max(SAMPLE, 16 * p)
    if sample and n >= 8 * part:
        chosen = _coordinates(x[spread_rows(n, part)])
        if chosen is not None:
            return Design(x, *chosen, kernel.transform_rows(x, *chosen))
    chosen = _coordinates(x)
    if chosen is not None:
        return Design(x, *chosen, kernel.transform_rows(x, *chosen))
    return _by_qr(x, names)


def _centre_and_scale(x: Floats) -> tuple[Floats, Floats]:
    low, high = x.min(axis=0), x.max(axis=0)
    size = max(float(np.abs(low).max(initial=0.0)), float(np.abs(high).max(initial=0.0)))
    if size > _LARGEST:
        raise InputError("x", f"holds values up to {size:.3g}", hint="Use larger units.")
    # the mean of equal values can miss them by a rounding; a constant column must come out as zero
    centre = np.clip(np.mean(x, axis=0), low, high)
    half = np.maximum(high - centre, centre - low)
    varies = half > 0.0
    if (half[varies] < 1.0 / _LARGEST).any():
        raise InputError("x", f"holds values that differ by less than {1.0 / _LARGEST:g}", hint="Use smaller units.")
    # relative to the half width, because squares of tiny values vanish
    share = np.mean(((x - centre) / np.where(varies, half, 1.0)) ** 2, axis=0)
    scale = np.ones(x.shape[1])
    scale[varies] = np.exp2(np.rint(np.log2(half[varies]) + 0.5 * np.log2(share[varies])))
    return centre, scale


def _coordinates(x: Floats) -> tuple[Floats, Floats, Floats] | None:
    """Centre, scale and transform from a Gram matrix; None where that is too ill-conditioned."""
    n, p = x.shape
    centre, scale = _centre_and_scale(x)
    z = kernel.transform_rows(x, centre, scale, np.eye(p + 1))
    gram = z @ z.T / n
    spectrum = np.linalg.eigvalsh(gram)
    if not spectrum[0] > spectrum[-1] / _GRAM_LIMIT:
        return None
    return centre, scale, np.linalg.inv(np.linalg.cholesky(gram)).T


def _standard_columns(x: Floats) -> tuple[Floats, Floats, Floats]:
    centre, scale = _centre_and_scale(x)
    return centre, scale, np.column_stack([np.ones(len(x)), (x - centre) / scale])


def _by_qr(x: Floats, names: Sequence[str]) -> Design:
    check_rank(x, names)
    centre, scale, z = _standard_columns(x)
    q, r = np.linalg.qr(z)
    root = np.sqrt(len(x))
    return Design(x, centre, scale, np.linalg.inv(r) * root, np.ascontiguousarray(q.T) * root)


def check_rank(x: Floats, names: Sequence[str]) -> None:
    """Raise `NotEstimable` that names each predictor that is constant or a linear combination of earlier ones."""
    centre, scale, z = _standard_columns(x)
    size = np.abs(x / scale).max(axis=0)
    kept: list[int] = []
    findings = []
    for j, name in enumerate(names):
        columns = z[:, [0, *(k + 1 for k in kept)]]
        weights, residual = _regress(z[:, j + 1], columns)
        terms = size[j] + float(np.abs(weights[1:]) @ size[kept])
        spread = float(np.sqrt(np.mean(z[:, j + 1] ** 2)))
        if residual > max(_DEPENDENT * spread, _ROUNDING * EPS * terms):
            kept.append(j)
            continue
        slopes = weights[1:] * scale[j] / scale[kept]
        constant = centre[j] + scale[j] * weights[0] - slopes @ centre[kept]
        relevant = np.flatnonzero(np.abs(weights[1:]) > 1e-6)
        findings.append(_dependency(name, constant, [(float(slopes[i]), names[kept[i]]) for i in relevant]))
    if findings:
        raise NotEstimable(
            "rank",
            "the coefficients are not determined: " + "; ".join(findings),
            hint="Leave out the predictors that repeat what others say.",
        )


def _regress(target: Floats, columns: Floats) -> tuple[Floats, float]:
    """Least-squares coefficients and root mean square residual, corrected once for the rounding of the first."""
    q, r = np.linalg.qr(columns)
    weights = np.linalg.solve(r, q.T @ target)
    left = target - columns @ weights
    weights = weights + np.linalg.solve(r, q.T @ left)
    left = target - columns @ weights
    return weights, float(np.sqrt(np.mean(left**2)))


def _dependency(name: str, constant: float, terms: list[tuple[float, str]]) -> str:
    if not terms:
        return f"predictor {name} is constant ({constant:.6g} in every row)"
    if len(terms) == 1 and abs(terms[0][0] - 1.0) < 1e-9 and abs(constant) < 1e-9:
        return f"predictor {name} repeats {terms[0][1]}"
    words = " + ".join(f"{slope:.6g} x {other}" for slope, other in terms)
    if abs(constant) > 1e-9 * max(1.0, *(abs(slope) for slope, _ in terms)):
        words = f"{words} + {constant:.6g}"
    return f"predictor {name} is a linear combination of others: {name} = {words.replace('+ -', '- ')}"
