"""Models of many samples: all predictors, or those that backward elimination keeps in each sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.logistic.elimination import eliminate
from validation.logistic.lrm import lrm_fit_batch

__all__ = ["Models", "fit_models"]


@dataclass(frozen=True)
class Models:
    """Models that could be fitted.

    Attributes
    ----------
    fitted : ndarray of int
        Their places among the samples.
    coefficients : ndarray of shape (m, p + 1)
        Intercept first; 0 where a predictor was eliminated.
    deviance : ndarray of shape (m,)
    empty : ndarray of shape (m,)
        Nothing but the intercept is left.
    condition : float
        Largest condition number of the scaled information.
    """

    fitted: npt.NDArray[np.intp]
    coefficients: Floats
    deviance: Floats
    empty: npt.NDArray[np.bool_]
    condition: float


def fit_models(x: Floats, y: Floats, counts: Floats, *, tol: float, converge: bool, backward: bool) -> Models:
    """Fit each sample; with `backward` eliminate predictors by Akaike's criterion and fit again what is left."""
    fits = lrm_fit_batch(x, y, counts, tol=tol, converge=converge)
    fitted = np.flatnonzero(~fits.failed)
    condition = float(np.max(fits.condition[fitted], initial=1.0))
    if not backward:
        return Models(fitted, fits.coefficients[fitted], fits.deviance[fitted], np.zeros(fitted.size, bool), condition)
    coefficients, deviance = np.zeros_like(fits.coefficients), np.full(len(counts), np.nan)
    empty = np.zeros(len(counts), dtype=bool)
    for kept, rows in _kept(fits.coefficients, fits.covariance, fitted).items():
        again = lrm_fit_batch(x[:, list(kept)], y, counts[rows], tol=tol, converge=converge)
        coefficients[np.ix_(rows, [0, *(j + 1 for j in kept)])] = again.coefficients
        deviance[rows], empty[rows] = again.deviance, not kept
        condition = float(np.max(again.condition[~again.failed], initial=condition))
    fitted = fitted[~np.isnan(deviance[fitted])]
    return Models(fitted, coefficients[fitted], deviance[fitted], empty[fitted], condition)


def _kept(coefficients: Floats, covariance: Floats, fitted: npt.NDArray[np.intp]) -> dict[tuple[int, ...], list[int]]:
    """Samples by the predictors that they keep."""
    found: dict[tuple[int, ...], list[int]] = {}
    for row in fitted.tolist():
        kept = tuple(eliminate(coefficients[row], covariance[row]).kept.tolist())
        found.setdefault(kept, []).append(row)
    return found
