"""Last digits of a converged fit: the score in the user's own columns, without the rounding of centring.

Close columns multiply the rounding of ``x - centre`` by the square of the condition number. Here the rounding errors
of the centring and of the linear predictor are kept (error-free transformations), so that only the condition number
itself is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from validation.checks import Floats
from validation.kernels.logistic_numpy import AnyFloats
from validation.logistic.design import EPS, Design

__all__ = ["Refined", "refine"]

_SPLITTER = 134217729.0  # 2^27 + 1
_BLOCK = 8192
_LIMIT = 5


@dataclass(frozen=True)
class Refined:
    """Coefficients of the centred and scaled columns, the linear predictor without the offset, and what was last seen.

    ``change`` is the size of the last step relative to the largest coefficient: what rounding leaves undecided.
    """

    coefficients: Floats
    linear_predictor: Floats
    change: float


def two_sum(a: Floats, b: AnyFloats) -> tuple[Floats, Floats]:
    """Rounded sum and its error (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _split(a: Floats) -> tuple[Floats, Floats]:
    shifted = _SPLITTER * a
    high = shifted - (shifted - a)
    return high, a - high


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Rounded product and its error (Dekker)."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _split(a), _split(b)
    return product, a_low * b_low - (((product - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _centred(x: Floats, design: Design) -> tuple[Floats, Floats]:
    """Centred and scaled columns, transposed, with the rounding error of each entry."""
    high, low = two_sum(x.T, -design.centre[:, None])
    return high / design.scale[:, None], low / design.scale[:, None]


def _linear_predictor(
    z: Floats, z_low: Floats, coefficients: Floats, offset: AnyFloats | None
) -> tuple[Floats, Floats]:
    """Intercept + sum of products (+ offset), rounded, with its error."""
    total = np.full(z.shape[1], coefficients[0])
    error = coefficients[1:] @ z_low
    for column, coefficient in zip(z, coefficients[1:], strict=True):
        product, product_error = two_product(column, np.asarray(coefficient))
        total, sum_error = two_sum(total, product)
        error += product_error + sum_error
    if offset is not None:
        total, sum_error = two_sum(total, offset)
        error += sum_error
    return total, error


def _score(
    design: Design, coefficients: Floats, sign: AnyFloats, weights: AnyFloats | None, offset: AnyFloats | None
) -> Floats:
    score = np.zeros(coefficients.size)
    for start in range(0, sign.size, _BLOCK):
        rows = slice(start, start + _BLOCK)
        z, z_low = _centred(design.x[rows], design)
        total, error = _linear_predictor(z, z_low, coefficients, None if offset is None else offset[rows])
        wrong, wrong_error = total * sign[rows], error * sign[rows]
        small = np.exp(-np.abs(wrong)) * (1.0 - np.sign(wrong) * wrong_error)
        residual = -sign[rows] * np.where(wrong > 0.0, 1.0, small) / (1.0 + small)
        if weights is not None:
            residual *= weights[rows]
        score[0] += _sum(residual[None, :])[0]
        score[1:] += _sum(z, residual) + z_low @ residual
    return score


def _sum(z: Floats, factor: Floats | None = None) -> Floats:
    """Row sums of ``z`` or ``z * factor``; the rounding errors of products and sums are kept and added at the end."""
    values, errors = (z, np.zeros(1)) if factor is None else two_product(z, factor)
    lost = errors.sum(axis=-1)
    while values.shape[1] > 1:
        half = values.shape[1] // 2
        folded, errors = two_sum(values[:, :half], values[:, half : 2 * half])
        lost = lost + errors.sum(axis=1)
        values = np.concatenate([folded, values[:, 2 * half :]], axis=1)
    total: Floats = values[:, 0] + lost
    return total


def refine(
    design: Design,
    coefficients: Floats,
    information: Floats,
    sign: AnyFloats,
    weights: AnyFloats | None,
    offset: AnyFloats | None,
) -> Refined:
    """Newton steps with an accurate score and the information of the converged fit.

    Parameters
    ----------
    design : Design
    coefficients : array of shape (p + 1,)
        Of the columns `design.q`.
    information : array of shape (p + 1, p + 1)
        In the coordinates of `design.q`.
    sign, weights, offset : arrays of shape (n,)
        As in `validation.kernels.logistic_numpy.evaluate`.
    """
    spectrum, axes = np.linalg.eigh(information)
    directions = design.transform @ axes / np.sqrt(spectrum)
    standard_error = np.sqrt(np.sum(directions**2, axis=1))
    refined = design.transform @ coefficients
    last, change = np.inf, np.inf
    for _ in range(_LIMIT):
        step = directions @ (directions.T @ _score(design, refined, sign, weights, offset))
        size = float(np.max(np.abs(step) / standard_error))
        change = float(np.max(np.abs(step)) / np.max(np.abs(refined)))
        if not size < last / 2.0:
            break
        refined, last = refined + step, size
        if size < EPS:
            break
    z = np.column_stack([np.ones(len(design.x)), (design.x - design.centre) / design.scale])
    return Refined(refined, z @ refined, change)
