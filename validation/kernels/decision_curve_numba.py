"""Counts on a threshold grid and refits of a logistic model, compiled; the algorithm of `decision_curve_numpy`.

A refit whose linear predictors leave the range of the fast exponential, or whose columns nearly depend on each other,
is handed to the reference, as is any other link. Sums are formed in another order, so that risks may differ from the
reference's in the last digits; counts do not, unless a risk is that close to a threshold.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from validation.kernels import decision_curve_numpy as reference
from validation.kernels.vector_functions_numba import exponential, logarithm

__all__ = ["cells", "certain", "refit", "tally_drawn", "tally_weighted"]

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

# rows whose numbers stay in the first-level cache; linear predictors beyond this are left to the reference
_BLOCK, _REGULAR = 256, 25.0
_DEPENDENT = reference._DEPENDENT
# numbers of buckets of [0, 1] in which a risk is looked up; the first with at most one threshold in each is taken
_BUCKETS = (256, 1024, 4096)
# working weight, and working weight times working response of a case, before the first step: means of 3/4 and 1/4
_FIRST_WEIGHT = 0.75 * 0.25
_FIRST_SCORE = 0.25 + _FIRST_WEIGHT * float(np.log(3.0))


def _exact(function: Any) -> Any:
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def _compiled(function: Any) -> Any:
    # sums may be reordered, so that they use vector registers
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract"})(function)


@_exact
def _places(risks: Floats, limits: Floats, first: Any, alone: bool, out: Any) -> None:
    """Cell of each risk; `first` holds the number of thresholds below each bucket, `limits` ends with infinity."""
    buckets, last = first.size - 1, limits.size - 1
    for i in range(risks.size):
        risk = risks[i]
        if 0.0 <= risk <= 1.0:
            k = first[int(risk * buckets)]
            if not alone:
                while limits[k] < risk:
                    k += 1
            out[i] = 2 * (k + (limits[k] < risk)) + (limits[k] == risk)
        else:
            out[i] = 2 * last + 1 if np.isnan(risk) else (0 if risk < 0.0 else 2 * last)


def cells(risks: Floats, thresholds: Floats) -> npt.NDArray[np.intp]:
    """Cell of each risk on the ascending thresholds."""
    for buckets in _BUCKETS:
        # multiplying by a power of two is exact, so a risk is never below the start of its bucket
        first = np.searchsorted(thresholds, np.arange(buckets + 1) / buckets, side="left")
        alone = bool((np.diff(first) <= 1).all())
        if alone:
            break
    out = np.empty(risks.shape, dtype=np.intp)
    limits = np.append(thresholds, np.inf)
    _places(np.ascontiguousarray(risks).reshape(-1), limits, first.astype(np.int32), alone, out.reshape(-1))
    return out


@_exact
def _count_drawn(joint: Any, rows: Rows, out: Counts) -> None:
    for r in range(rows.shape[0]):
        line = out[r]
        for i in range(rows.shape[1]):
            line[joint[rows[r, i]]] += 1


def tally_drawn(code: npt.NDArray[np.intp], case: npt.NDArray[np.bool_], rows: Rows, n_cells: int) -> Counts:
    """Counts per resample, class and cell of drawn rows: array of shape (resamples, 2, n_cells)."""
    out = np.zeros((rows.shape[0], 2 * n_cells), dtype=np.int64)
    _count_drawn(code + np.where(case, n_cells, 0), rows, out)
    return out.reshape(rows.shape[0], 2, n_cells)


@_exact
def _count_weighted(code: Any, case: Any, weights: Floats, n_cells: int, out: Counts) -> None:
    for r in range(code.shape[0]):
        line = out[r]
        for i in range(code.shape[1]):
            line[code[r, i] + (n_cells if case[i] else 0)] += int(weights[r, i])


def tally_weighted(code: npt.NDArray[np.intp], case: npt.NDArray[np.bool_], weights: Floats, n_cells: int) -> Counts:
    """Counts as `tally_drawn`, from each resample's own cells and its multiplicity of every row."""
    out = np.zeros((code.shape[0], 2 * n_cells), dtype=np.int64)
    _count_weighted(code, case, weights, n_cells, out)
    return out.reshape(code.shape[0], 2, n_cells)


@_exact
def _certain(risk: Floats, weights: Floats, tolerance: float, out: Any) -> None:
    for r in range(risk.shape[0]):
        for i in range(risk.shape[1]):
            if weights[r, i] > 0.0 and not tolerance <= risk[r, i] <= 1.0 - tolerance:
                out[r] = not np.isnan(risk[r, i])
                if not out[r]:
                    break


def certain(risk: Floats, weights: Floats, tolerance: float) -> npt.NDArray[np.bool_]:
    """Resamples in which a drawn row has a risk closer to 0 or 1 than the tolerance."""
    out = np.zeros(risk.shape[0], dtype=np.bool_)
    _certain(risk, weights, tolerance, out)
    return out


@_compiled
def _predict(columns: Floats, beta: Floats, eta: Floats) -> None:
    """Linear predictors of a block of rows, one line of `columns` per coefficient."""
    eta[:] = 0.0
    for j in range(beta.size):
        column, coefficient = columns[j], beta[j]
        for i in range(_BLOCK):
            eta[i] += column[i] * coefficient


@_compiled
def _means(eta: Floats, y: Floats, w: Floats, mean: Floats) -> tuple[float, float]:
    """Means of a block of rows; returns half of their deviance and how many linear predictors are beyond the range."""
    half, beyond = 0.0, 0.0
    for i in range(_BLOCK):
        odds = exponential(eta[i])
        total = 1.0 + odds
        mean[i] = odds / total
        half += w[i] * (logarithm(total) - y[i] * eta[i])
        beyond += 0.0 if abs(eta[i]) < _REGULAR else 1.0
    return half, beyond


@_compiled
def _add_products(columns: Floats, scratch: Floats, a: Floats, b: Floats) -> None:
    """Sums of ``v x_j x_k`` and ``u x_j`` over a block of rows; v and u are the first lines of `scratch`."""
    v, u, weighted = scratch[0], scratch[1], scratch[2]
    for j in range(b.size):
        column = columns[j]
        total = 0.0
        for i in range(_BLOCK):
            weighted[i] = v[i] * column[i]
            total += u[i] * column[i]
        b[j] += total
        for k in range(j + 1):
            other = columns[k]
            total = 0.0
            for i in range(_BLOCK):
                total += weighted[i] * other[i]
            a[j, k] += total


@_exact
def _solve(a: Floats, x: Floats) -> bool:
    """Solution by Cholesky's method in place of x; False where the columns nearly depend on each other."""
    k = x.size
    for j in range(k):
        diagonal = a[j, j]
        for h in range(j):
            a[j, j] -= a[j, h] * a[j, h]
        if not a[j, j] > _DEPENDENT * diagonal:
            return False
        root = np.sqrt(a[j, j])
        a[j, j] = root
        for i in range(j + 1, k):
            for h in range(j):
                a[i, j] -= a[i, h] * a[j, h]
            a[i, j] /= root
        for h in range(j):
            x[j] -= a[j, h] * x[h]
        x[j] /= root
    for j in range(k - 1, -1, -1):
        for i in range(j + 1, k):
            x[j] -= a[i, j] * x[i]
        x[j] /= a[j, j]
    return True


@_compiled
def _first_sums(columns: Floats, y: Floats, w: Floats, scratch: Floats, a: Floats, b: Floats) -> None:
    v, u = scratch[0], scratch[1]
    for i in range(_BLOCK):
        v[i] = w[i] * _FIRST_WEIGHT
        u[i] = w[i] * _FIRST_SCORE * (2.0 * y[i] - 1.0)
    _add_products(columns, scratch, a, b)


@_compiled
def _sums(columns: Floats, y: Floats, w: Floats, mean: Floats, scratch: Floats, a: Floats, b: Floats) -> None:
    v, u = scratch[0], scratch[1]
    for i in range(_BLOCK):
        v[i] = w[i] * (mean[i] * (1.0 - mean[i]))
        u[i] = w[i] * (y[i] - mean[i])
    _add_products(columns, scratch, a, b)


@_exact
def _iterate(
    columns: Floats, y: Floats, w: Floats, epsilon: float, steps: int, further: int, beta: Floats, mean: Floats
) -> tuple[bool, bool]:
    """Coefficients of one resample in blocks of rows; returns whether the iteration was regular and converged."""
    k, eta, scratch = beta.size, np.empty(_BLOCK), np.empty((3, _BLOCK))
    deviance, left = -2.0 * np.log(0.75) * np.sum(w), further
    for step in range(steps):
        a, change = np.zeros((k, k)), np.zeros(k)
        for block in range(y.shape[0]):
            if step == 0:
                _first_sums(columns[block], y[block], w[block], scratch, a, change)
            else:
                _sums(columns[block], y[block], w[block], mean[block], scratch, a, change)
        if not _solve(a, change):
            return False, False
        beta += change
        half, beyond = 0.0, 0.0
        for block in range(y.shape[0]):
            _predict(columns[block], beta, eta)
            part, outside = _means(eta, y[block], w[block], mean[block])
            half += part
            beyond += outside
        if beyond > 0.0:
            return False, False
        before, deviance = deviance, 2.0 * half
        if abs(deviance - before) / (abs(deviance) + 0.1) < epsilon:
            if left == 0 or step == steps - 1:
                return True, True
            left -= 1
    return True, False


@_exact
def _gather(basis: Floats, y: Floats, times: Floats, columns: Floats, outcome: Floats, w: Floats) -> int:
    """Distinct drawn rows in blocks, the last one filled up with rows of weight 0; returns the number of blocks."""
    k, block, place = basis.shape[1], 0, 0
    for i in range(y.size):
        if times[i] > 0.0:
            for j in range(k):
                columns[block, j, place] = basis[i, j]
            outcome[block, place], w[block, place] = y[i], times[i]
            place += 1
            if place == _BLOCK:
                block, place = block + 1, 0
    if place == 0:
        return block
    columns[block, :, place:] = 0.0
    outcome[block, place:] = 0.0
    w[block, place:] = 0.0
    return block + 1


@_exact
def _predict_all(everybody: Floats, beta: Floats, eta: Floats, mean: Floats) -> bool:
    """Linear predictor and mean of all rows; False where one is beyond the range."""
    line, risks, nothing = np.empty(_BLOCK), np.empty(_BLOCK), np.zeros(_BLOCK)
    beyond = 0.0
    for block in range(everybody.shape[0]):
        begin = block * _BLOCK
        size = min(_BLOCK, eta.size - begin)
        _predict(everybody[block], beta, line)
        beyond += _means(line, nothing, nothing, risks)[1]
        eta[begin : begin + size] = line[:size]
        mean[begin : begin + size] = risks[:size]
    return beyond == 0.0


@_exact
def _refit(
    basis: Floats, y: Floats, weights: Floats, epsilon: float, steps: int, further: int, eta: Floats, mean: Floats,
    regular: Any, converged: Any,
) -> None:  # fmt: skip
    """Fits of all resamples, each on its distinct rows."""
    n, k = basis.shape
    most = (n + _BLOCK - 1) // _BLOCK
    columns, everybody = np.empty((most, k, _BLOCK)), np.empty((most, k, _BLOCK))
    outcome, w, means = np.empty((most, _BLOCK)), np.empty((most, _BLOCK)), np.empty((most, _BLOCK))
    _gather(basis, y, np.ones(n), everybody, outcome, w)
    for r in range(weights.shape[0]):
        used = _gather(basis, y, weights[r], columns, outcome, w)
        beta = np.zeros(k)
        regular[r], converged[r] = _iterate(
            columns[:used], outcome[:used], w[:used], epsilon, steps, further, beta, means
        )
        regular[r] = regular[r] and _predict_all(everybody, beta, eta[r], mean[r])


def refit(
    basis: Floats, columns: Floats, y: Floats, weights: Floats, link: Any, stopping: reference.Stopping
) -> reference.Refit:
    """As `decision_curve_numpy.refit`."""
    if link.name != "logit":
        return reference.refit(basis, columns, y, weights, link, stopping)
    eta, mean = np.empty(weights.shape), np.empty(weights.shape)
    regular, converged = (np.zeros(weights.shape[0], dtype=np.bool_) for _ in range(2))
    _refit(
        np.ascontiguousarray(basis), y, weights, stopping.epsilon, stopping.steps, stopping.further, eta, mean,
        regular, converged,
    )  # fmt: skip
    diverged = np.zeros(weights.shape[0], dtype=np.bool_)
    others = np.flatnonzero(~regular)
    if others.size:
        again = reference.refit(basis, columns, y, weights[others], link, stopping)
        eta[others], mean[others] = again.eta, again.mean
        converged[others], diverged[others] = again.converged, again.diverged
    return reference.Refit(eta, mean, converged, diverged)
