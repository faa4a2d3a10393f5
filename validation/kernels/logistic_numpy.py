"""Passes over the rows of a logistic model, in blocks that stay in the cache.

The design comes transposed (one row per column of the model) and its columns are of comparable size, so that sums of
products are safe. Nothing here knows about names, rank or separation.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
#: single precision serves the first steps, where only the direction matters
AnyFloats = npt.NDArray[np.floating[Any]]

__all__ = ["Evaluation", "evaluate", "log_likelihood", "transform_rows"]

# bytes of the design in a block: two blocks (design, weighted design) fit a second-level cache of 1 MB
_BLOCK = 2**19


class Evaluation(NamedTuple):
    """Log-likelihood, its gradient and the information matrix at one vector of coefficients."""

    log_likelihood: float
    score: Floats
    information: Floats


_local = threading.local()


def _workspace(k: int, size: int, dtype: npt.DTypeLike) -> AnyFloats:
    """Memory for one block, kept by the thread: fresh pages cost more than the arithmetic on them."""
    needed = k * size * np.dtype(dtype).itemsize
    memory = getattr(_local, "memory", None)
    if memory is None or memory.size < needed:
        memory = _local.memory = np.empty(max(needed, _BLOCK), np.uint8)
    return memory[:needed].view(dtype).reshape(k, size)


def _blocks(n: int, k: int, itemsize: int) -> list[slice]:
    size = max(256, _BLOCK // (k * itemsize))
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def evaluate(
    q: AnyFloats,
    coefficients: AnyFloats,
    sign: AnyFloats,
    weights: AnyFloats | None,
    offset: AnyFloats | None,
    *,
    information: bool = True,
) -> Evaluation:
    """One pass over the rows, in the precision of `q`.

    Parameters
    ----------
    q : array of shape (k, n)
        Transposed design.
    coefficients : array of shape (k,)
    sign : array of shape (n,)
        -1 for an event and 1 for none, so that ``sign * linear predictor`` is positive where the model is wrong.
    weights, offset : array of shape (n,), optional
    information : bool
        Compute the information matrix, more than half of the work; zero otherwise.
    """
    k, n = q.shape
    blocks = _blocks(n, k, q.itemsize)
    # matrix products run fastest on rows in multiples of four; the rows beyond k stay zero
    scaled = _workspace(k + -k % 4, blocks[0].stop, q.dtype)
    scaled[k:] = 0.0
    limit = q.dtype.type(700.0 if q.itemsize == 8 else 80.0)  # exp stays finite and positive
    total, score, matrix = 0.0, np.zeros(k), np.zeros((len(scaled), len(scaled)))
    for rows in blocks:
        block = q[:, rows]
        wrong = coefficients @ block
        if offset is not None:
            wrong += offset[rows]
        wrong *= sign[rows]
        np.clip(wrong, -limit, limit, out=wrong)
        odds = np.exp(-wrong)
        missed = 1 / (1 + odds)
        odds *= missed
        part = np.log(odds)
        variance = np.multiply(odds, missed, out=odds)
        missed *= sign[rows]
        if weights is not None:
            part *= weights[rows]
            missed *= weights[rows]
            variance *= weights[rows]
        total += float(part.sum())
        score -= block @ missed
        if information:
            weighted = scaled[:, : block.shape[1]]
            np.multiply(block, np.sqrt(variance), out=weighted[:k])
            matrix += weighted @ weighted.T
    return Evaluation(total, score, matrix[:k, :k])


def log_likelihood(linear_predictor: Floats, sign: AnyFloats, weights: AnyFloats | None) -> float:
    """Log-likelihood with all digits, also where every risk is near 0 or 1."""
    wrong = linear_predictor * sign
    loss = np.log1p(np.exp(-np.abs(wrong)))
    loss += np.maximum(wrong, 0.0)
    if weights is not None:
        loss *= weights
    return -float(loss.sum())


def transform_rows(x: Floats, centre: Floats, scale: Floats, transform: Floats) -> Floats:
    """``transform' [1, (x - centre) / scale]'`` as a (k, n) array, block by block."""
    n, p = x.shape
    blocks = _blocks(n, p + 1, x.itemsize)
    moved = _workspace(p + 1, blocks[0].stop, np.float64)
    moved[0] = 1.0
    out = np.empty((p + 1, n))
    inverse = 1.0 / scale[:, None]
    turned = np.ascontiguousarray(transform.T)
    for rows in blocks:
        part = moved[:, : rows.stop - rows.start]
        np.subtract(x[rows].T, centre[:, None], out=part[1:])
        part[1:] *= inverse
        np.matmul(turned, part, out=out[:, rows])
    return out
