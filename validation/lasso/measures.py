"""Errors of cross-validated predictions, per patient, per fold and over folds, formed in R's order of operations."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import expit, xlogy

from validation.checks import Floats

__all__ = ["MEASURES", "extended_sum", "fold_auc", "over_folds", "patient_errors", "weighted_mean"]

Integers = npt.NDArray[np.int64]
MEASURES = ("deviance", "class", "auc", "mse", "mae")
#: probabilities are kept this far from 0 and 1 in the deviance
PROBABILITY_CLIP = 1e-5
_ROUNDING = 8.0 * 2.0**-53
_HAS_EXTENDED = np.finfo(np.longdouble).nmant >= 63


def extended_sum(values: Floats) -> Floats:
    """Column sums accumulated beyond double precision and rounded once, as R sums."""
    if _HAS_EXTENDED:
        # cumsum adds in sequence, as R does
        found: Floats = np.cumsum(values, axis=0, dtype=np.longdouble)[-1].astype(np.float64)
        return found
    return np.array([math.fsum(column.tolist()) for column in values.T])


def weighted_mean(values: Floats, weights: Floats) -> Floats:
    """Weighted mean of each column, leaving NaN out."""
    present = ~np.isnan(values)
    w = np.where(present, weights[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = extended_sum(np.where(present, values, 0.0) * w) / extended_sum(w)
    return mean


def patient_errors(measure: str, y: Floats, eta: Floats, as_r: bool) -> Floats:
    """Error of each patient (rows) at each lambda (columns) from the linear predictors.

    A risk of one half counts as no event; outside R's mode that holds for one half up to rounding, too.
    """
    p, outcome = expit(eta), y[:, None]
    if measure == "deviance":
        p = np.clip(p, PROBABILITY_CLIP, 1.0 - PROBABILITY_CLIP)
        return np.asarray(-2.0 * (xlogy(outcome, p) + xlogy(1.0 - outcome, 1.0 - p)), dtype=np.float64)
    if measure == "class":
        predicted = p > (0.5 if as_r else 0.5 + _ROUNDING)
        return np.asarray(outcome * ~predicted + (1.0 - outcome) * predicted, dtype=np.float64)
    # both columns of the outcome count, the event and its complement
    if measure == "mse":
        return np.asarray(2.0 * (outcome - p) ** 2, dtype=np.float64)
    return np.asarray(2.0 * np.abs(outcome - p), dtype=np.float64)


def fold_auc(y: Floats, eta: Floats, weights: Floats, as_r: bool) -> Floats:
    """AUC at each lambda (columns) of one fold; NaN where the fold has one class only.

    R ranks risks, among which those near 0 and 1 coincide; linear predictors do not.
    """
    events = y > 0.5
    if not bool((weights[events] > 0.0).any()) or not bool((weights[~events] > 0.0).any()):
        return np.full(eta.shape[1], np.nan)
    p = expit(eta) if as_r else eta
    # columns are sorted by probability; ties share their first and last place
    order = np.argsort(p, axis=0, kind="stable")
    found = np.empty(p.shape[1])
    for column in range(p.shape[1]):
        found[column] = _concordance(p[order[:, column], column], events[order[:, column]], weights[order[:, column]])
    return found


def _concordance(p: Floats, events: npt.NDArray[np.bool_], weights: Floats) -> float:
    below = np.concatenate([[0.0], np.add.accumulate(np.where(events, 0.0, weights))])
    first = np.searchsorted(p, p[events], side="left")
    last = np.searchsorted(p, p[events], side="right")
    w, total = weights[events], below[-1]
    concordant = float(np.add.reduce(w * below[first]))
    discordant = float(np.add.reduce(w * (total - below[last])))
    tied = float(np.add.reduce(w * (below[last] - below[first])))
    return ((concordant - discordant) / (concordant + discordant + tied) + 1.0) / 2.0


def over_folds(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Mean and its standard error from the values of K folds (rows) with their weights; single patients count too."""
    mean = weighted_mean(values, weights)
    return mean, np.sqrt(weighted_mean((values - mean) ** 2, weights) / (values.shape[0] - 1))
