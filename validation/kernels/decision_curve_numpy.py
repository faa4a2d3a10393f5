"""Counts on a threshold grid and batched refits of a binomial model, for many resamples at a time.

A risk falls into one of ``2 U + 2`` cells of U ascending thresholds: cell ``2 k`` lies strictly between threshold
k - 1 and threshold k, cell ``2 k + 1`` is threshold k itself, the last cell holds risks that are not a number. A
resample is a vector of counts per cell, so its work grows with n log U + U and never with n times U.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

__all__ = ["Link", "Refit", "Stopping", "cells", "certain", "refit", "tally_drawn", "tally_weighted"]

# a pivot that has lost this share of its diagonal entry means a column that depends on the earlier ones
_DEPENDENT = 1e-9
# R leaves out a column that keeps less than this share of its length beside the earlier ones
_ALIASED = 1e-11
# a probability of this size is where the guards of the links begin
_IMPOSSIBLE = 1e-13
# products of columns are formed once where they fit 8 MB, and otherwise again in each step, some rows at a time
_PRODUCTS, _CHUNK = 1 << 20, 4096


class Link(Protocol):
    """Mean and its derivative at a linear predictor, with the guards of R's binomial families."""

    name: str

    def start(self, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Linear predictor, mean and derivative before the first step."""

    def mean(self, eta: Floats) -> Floats:
        """Mean at the linear predictor."""

    def slope(self, eta: Floats, mean: Floats) -> Floats:
        """Derivative of the mean with respect to the linear predictor."""


class Refit(NamedTuple):
    """Linear predictor and mean of every row, one line per resample, and how the iteration ended.

    ``diverged``: at some step a drawn row was certain to be what it is not. Then its working weight is of the size of
    rounding errors, and so is what the iteration does next.
    """

    eta: Floats
    mean: Floats
    converged: npt.NDArray[np.bool_]
    diverged: npt.NDArray[np.bool_]


class Stopping(Protocol):
    """When the iteration ends."""

    epsilon: float
    steps: int
    further: int


def cells(risks: Floats, thresholds: Floats) -> npt.NDArray[np.intp]:
    """Cell of each risk on the ascending thresholds."""
    position = np.searchsorted(thresholds, risks, side="left")
    code = 2 * position
    inside = np.minimum(position, thresholds.size - 1)
    code += (thresholds[inside] == risks) & (position < thresholds.size)
    missing = np.isnan(risks)
    if missing.any():
        code[missing] = 2 * thresholds.size + 1
    return code


def tally_drawn(code: npt.NDArray[np.intp], case: npt.NDArray[np.bool_], rows: Rows, n_cells: int) -> Counts:
    """Counts per resample, class and cell of drawn rows: array of shape (resamples, 2, n_cells)."""
    joint = code + np.where(case, n_cells, 0)
    drawn = joint[rows]
    drawn += (np.arange(rows.shape[0]) * (2 * n_cells))[:, None]
    counts = np.bincount(drawn.reshape(-1), minlength=rows.shape[0] * 2 * n_cells)
    return counts.astype(np.int64, copy=False).reshape(rows.shape[0], 2, n_cells)


def tally_weighted(code: npt.NDArray[np.intp], case: npt.NDArray[np.bool_], weights: Floats, n_cells: int) -> Counts:
    """Counts as `tally_drawn`, from each resample's own cells and its multiplicity of every row."""
    joint = code + np.where(case, n_cells, 0)
    joint += (np.arange(code.shape[0]) * (2 * n_cells))[:, None]
    counts = np.bincount(joint.reshape(-1), weights=weights.reshape(-1), minlength=code.shape[0] * 2 * n_cells)
    return counts.astype(np.int64).reshape(code.shape[0], 2, n_cells)


def certain(risk: Floats, weights: Floats, tolerance: float) -> npt.NDArray[np.bool_]:
    """Resamples in which a drawn row has a risk closer to 0 or 1 than the tolerance."""
    drawn = np.where(weights > 0.0, risk, 0.5)
    # a risk that is not a number is not certain
    found: npt.NDArray[np.bool_] = (drawn.min(axis=1) < tolerance) | (drawn.max(axis=1) > 1.0 - tolerance)
    return found


def refit(basis: Floats, columns: Floats, y: Floats, weights: Floats, link: Link, stopping: Stopping) -> Refit:
    """Linear predictor of all rows after iteratively reweighted least squares in each resample.

    Parameters
    ----------
    basis : array of shape (n, k)
        Orthonormal columns that span the model; fitted values do not depend on the choice of the basis.
    columns : array of shape (n, p)
        Columns of which some are left out where the weights of a resample make them depend on earlier ones.
    y : array of shape (n,)
    weights : array of shape (resamples, n)
        Multiplicity of each row.
    link : Link
    stopping : Stopping
        The iteration ends when the relative change of the deviance falls below ``epsilon``, ``further`` steps later,
        or after ``steps`` steps.

    Returns
    -------
    Refit
    """
    n, k = basis.shape
    sums = _Sums(basis)
    count = weights.shape[0]
    out, means = np.empty((count, n)), np.empty((count, n))
    converged, diverged = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    active, w = np.arange(count), weights
    start, mean, slope = link.start(y)
    eta = np.broadcast_to(start, w.shape)
    mean, slope = np.broadcast_to(mean, w.shape), np.broadcast_to(slope, w.shape)
    coefficients = np.zeros((count, k))
    deviance, _ = _deviance(y, mean, w)
    left = np.full(count, stopping.further)
    for step in range(stopping.steps):
        variance = mean * (1.0 - mean)
        score = w * slope / variance
        information = sums.information(score * slope)
        working = y - mean if step else (y - mean) + eta * slope
        change, dependent = _solve(information, (score * working) @ basis)
        coefficients = coefficients + change
        for r in np.flatnonzero(dependent):
            target = eta[r] + (y - mean[r]) / slope[r]
            coefficients[r] = _by_rotations(basis, columns, np.sqrt(score[r] * slope[r]), target)
        eta = coefficients @ basis.T
        mean = link.mean(eta)
        slope = link.slope(eta, mean)
        before = deviance
        deviance, wrong = _deviance(y, mean, w)
        diverged[active[wrong]] = True
        met = np.abs(deviance - before) / (np.abs(deviance) + 0.1) < stopping.epsilon
        done = met & (left == 0)
        left = np.where(met, left - 1, left)
        if done.any() or step == stopping.steps - 1:
            leaving = done if step < stopping.steps - 1 else np.ones(done.size, dtype=np.bool_)
            out[active[leaving]], means[active[leaving]] = eta[leaving], mean[leaving]
            converged[active[leaving]] = met[leaving]
            stay = ~leaving
            active, w, eta, mean, slope = active[stay], w[stay], eta[stay], mean[stay], slope[stay]
            coefficients, deviance, left = coefficients[stay], deviance[stay], left[stay]
            if active.size == 0:
                break
    return Refit(out, means, converged, diverged)


def _deviance(y: Floats, mean: Floats, weights: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Deviance, and where a drawn row is held for certain to be what it is not."""
    likely = np.where(y > 0.5, mean, 1.0 - mean)
    logarithms: Floats = np.einsum("ij,ij->i", np.log(likely), weights)
    impossible = likely < _IMPOSSIBLE
    if not impossible.any():
        return -2.0 * logarithms, np.zeros(weights.shape[0], dtype=np.bool_)
    wrong: npt.NDArray[np.bool_] = np.any(impossible & (weights > 0.0), axis=1)
    return -2.0 * logarithms, wrong


class _Sums:
    """Weighted sums of products of the columns of a basis."""

    def __init__(self, basis: Floats) -> None:
        self.basis, self.upper = basis, np.triu_indices(basis.shape[1])
        size = basis.shape[0] * self.upper[0].size
        self.products = basis[:, self.upper[0]] * basis[:, self.upper[1]] if size <= _PRODUCTS else None

    def information(self, weights: Floats) -> Floats:
        """``basis' diag(w) basis`` of each line w of the weights."""
        n, k = self.basis.shape
        full = np.zeros((weights.shape[0], k, k))
        if self.products is not None:
            packed = weights @ self.products
            full[:, self.upper[0], self.upper[1]] = packed
            full[:, self.upper[1], self.upper[0]] = packed
            return full
        for start in range(0, n, _CHUNK):
            rows = slice(start, start + _CHUNK)
            part = self.basis[rows]
            for line, w in zip(full, weights[:, rows], strict=True):
                line += part.T @ (part * w[:, None])
        return full


def _solve(a: Floats, b: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Solution of each symmetric system by Cholesky's method, and where its columns nearly depend on each other."""
    count, k = b.shape
    factor = np.zeros_like(a)
    dependent = np.zeros(count, dtype=np.bool_)
    diagonal = np.einsum("rii->ri", a)
    x = b.copy()
    for j in range(k):
        column = a[:, j:, j].copy()
        if j:
            column -= np.matmul(factor[:, j:, :j], factor[:, j, :j, None])[:, :, 0]
        pivot = column[:, 0]
        dependent |= ~(pivot > _DEPENDENT * diagonal[:, j])
        root = np.sqrt(np.where(pivot > 0.0, pivot, 1.0))
        factor[:, j:, j] = column / root[:, None]
        factor[:, j, j] = root
        if j:
            x[:, j] -= np.einsum("ri,ri->r", factor[:, j, :j], x[:, :j])
        x[:, j] /= root
    for j in range(k - 1, -1, -1):
        if j < k - 1:
            x[:, j] -= np.einsum("ri,ri->r", factor[:, j + 1 :, j], x[:, j + 1 :])
        x[:, j] /= factor[:, j, j]
    return x, dependent


def _by_rotations(basis: Floats, columns: Floats, root: Floats, target: Floats) -> Floats:
    """Coefficients of the basis by weighted least squares on the columns, of which dependent ones count nothing."""
    rows = np.flatnonzero(root > 0.0)
    z = columns[rows] * root[rows, None]
    if not (np.isfinite(z).all() and np.isfinite(target[rows]).all()):
        return np.full(basis.shape[1], np.nan)
    least = _ALIASED * np.linalg.norm(z, axis=0)
    kept = np.arange(z.shape[1])
    while True:
        q, triangle = np.linalg.qr(z[:, kept[: rows.size]])
        kept = kept[: rows.size]
        short = np.flatnonzero(~(np.abs(np.diagonal(triangle)) > least[kept]))
        if short.size == 0:
            break
        kept = np.delete(kept, short[0])
    fitted: Floats = columns[:, kept] @ np.linalg.solve(triangle, q.T @ (root * target)[rows])
    return basis.T @ fitted
