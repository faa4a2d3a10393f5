"""Eleven indexes of logistic models on training and test patients, many samples at once.

Each sample has its own log odds, one row per sample, and weights that count how often a patient is in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.logistic.recalibration import recalibrate

__all__ = [
    "INDEXES",
    "MeanDifference",
    "Sorted",
    "indexes_of_test_sets",
    "indexes_of_training_sets",
    "indexes_without_predictors",
    "largest_error",
    "largest_error_on_grid",
]

#: as ``rms::validate`` names them, in its order
INDEXES = ("Dxy", "R2", "Intercept", "Slope", "Emax", "D", "U", "Q", "B", "g", "gp")
_LARGEST_EXPONENT = 709.782712893384
_GRID_POINTS, _REFINEMENTS = 2000, 60


@dataclass(frozen=True)
class Sorted:
    """Log odds and risks in rising order of the log odds, one row per sample.

    Attributes
    ----------
    log_odds, risk, outcome : ndarray of shape (B, n)
    order : ndarray of shape (B, n)
    first, last : ndarray of shape (B, n) or None
        First and last place with the same log odds; None where no two patients are tied.
    """

    log_odds: Floats
    risk: Floats
    outcome: Floats
    order: np.ndarray
    first: np.ndarray | None
    last: np.ndarray | None

    def part(self, rows: npt.NDArray[np.bool_]) -> Sorted:
        """Some of the samples."""
        ends = [None if end is None else end[rows] for end in (self.first, self.last)]
        return Sorted(self.log_odds[rows], self.risk[rows], self.outcome[rows], self.order[rows], *ends)

    @classmethod
    def of(cls, log_odds: Floats, outcome: Floats) -> Sorted:
        """Sort each row once, for all ranks and mean differences that are taken of it."""
        order = np.argsort(log_odds, axis=1)
        # one place in the whole array is found faster than a place in each row
        ordered = log_odds.ravel().take(order + np.arange(0, log_odds.size, log_odds.shape[1])[:, None])
        with np.errstate(over="ignore"):
            risk = np.exp(-ordered)
            risk += 1.0
            np.divide(1.0, risk, out=risk)
        new = ordered[:, 1:] != ordered[:, :-1]
        if new.all():
            return cls(ordered, risk, outcome.take(order), order, None, None)
        n = ordered.shape[1]
        places = np.broadcast_to(np.arange(n), ordered.shape)
        first, last = np.zeros(ordered.shape, dtype=np.intp), np.full(ordered.shape, n - 1, dtype=np.intp)
        first[:, 1:] = np.where(new, places[:, 1:], 0)
        last[:, :-1] = np.where(new, places[:, :-1], n - 1)
        first = np.maximum.accumulate(first, axis=1)
        last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
        return cls(ordered, risk, outcome.take(order), order, first, last)

    def somers_dxy(self, counts: Floats) -> Floats:
        """Concordant minus discordant pairs over all pairs; sums of whole numbers, so exact."""
        events = counts * self.outcome
        others = counts - events
        upto = np.cumsum(others, axis=1)
        total = upto[:, -1:].copy()
        if self.first is None or self.last is None:
            difference = 2.0 * upto
            difference -= others
        else:
            difference = np.take_along_axis(upto - others, self.first, axis=1)
            difference += np.take_along_axis(upto, self.last, axis=1)
        difference -= total
        return np.asarray(np.einsum("bn,bn->b", events, difference) / (events.sum(axis=1) * total[:, 0]))

    def brier(self, counts: Floats) -> Floats:
        """Mean squared difference of risk and outcome."""
        missed = self.risk - self.outcome
        missed *= missed
        return np.asarray(np.einsum("bn,bn->b", counts, missed) / counts.sum(axis=1))

    def deviance(self, counts: Floats, *, overflows: bool) -> Floats:
        """-2 log likelihood of the log odds as they are; infinite where R's exponential overflows."""
        x = self.log_odds
        gain = np.abs(x)
        gain = np.log1p(np.exp(np.negative(gain, out=gain), out=gain), out=gain)
        gain = x * self.outcome - np.maximum(x, 0.0) - gain
        if overflows:
            gain[x > _LARGEST_EXPONENT] = -np.inf
            gain[counts == 0.0] = 0.0
        return np.asarray(-2.0 * np.einsum("bn,bn->b", counts, gain))


class MeanDifference:
    """Gini's mean difference of values in rising or falling order, for the same counts of different values."""

    def __init__(self, counts: Floats) -> None:
        total = counts.sum(axis=1)
        place = np.cumsum(counts, axis=1)
        place *= 2.0
        place -= counts
        place -= total[:, None]
        place *= counts
        self.place, self.pairs = place, total * (total - 1.0) / 2.0

    def of(self, values: Floats) -> Floats:
        """Mean absolute difference of all pairs, one per row."""
        return np.asarray(np.abs(np.einsum("bn,bn->b", self.place, values)) / self.pairs)


def null_deviance(events: Floats, total: Floats) -> Floats:
    """-2 log likelihood of the prevalence; 0 with one outcome class."""
    with np.errstate(all="ignore"):
        share = events / total
        parts = np.where(events > 0.0, events * np.log(share), 0.0)
        parts = parts + np.where(events < total, (total - events) * np.log1p(-share), 0.0)
    return np.asarray(-2.0 * parts)


def _nagelkerke(ratio: Floats, null: Floats, total: Floats) -> Floats:
    return np.asarray(np.expm1(-ratio / total) / np.expm1(-null / total))


def indexes_of_training_sets(found: Sorted, counts: Floats, deviance: Floats) -> Floats:
    """Indexes of models on the patients that they were fitted to, with their own deviance; shape (B, 11)."""
    total = counts.sum(axis=1)
    null = null_deviance((counts * found.outcome).sum(axis=1), total)
    ratio, difference = null - deviance, MeanDifference(counts)
    columns = {
        "Dxy": found.somers_dxy(counts),
        "R2": _nagelkerke(ratio, null, total),
        "Slope": np.ones(total.size),
        "D": (ratio - 1.0) / total,
        "U": -2.0 / total,
        "B": found.brier(counts),
        "g": difference.of(found.log_odds),
        "gp": difference.of(found.risk),
    }
    return _matrix(columns, total.size)


def indexes_of_test_sets(found: Sorted, counts: Floats, *, tol: float, converge: bool) -> tuple[Floats, float]:
    """Indexes of models on test patients, recalibrated where the index asks for it, and the largest condition number.

    The shape is (B, 11); what needs a recalibration that does not exist is NaN.
    """
    total = counts.sum(axis=1)
    null = null_deviance((counts * found.outcome).sum(axis=1), total)
    fits = recalibrate(found.log_odds, found.outcome, counts, tol=tol, converge=converge)
    ratio, difference = null - fits.deviance, MeanDifference(counts)
    again = fits.intercept[:, None] + fits.slope[:, None] * found.log_odds
    with np.errstate(over="ignore"):
        risk = 1.0 / (1.0 + np.exp(-again))
    columns = {
        "Dxy": found.somers_dxy(counts),
        "R2": _nagelkerke(ratio, null, total),
        "Intercept": fits.intercept,
        "Slope": fits.slope,
        "D": (ratio - 1.0) / total,
        "U": (found.deviance(counts, overflows=not converge) - fits.deviance - 2.0) / total,
        "B": found.brier(counts),
        "g": np.abs(fits.slope) * difference.of(found.log_odds),
        "gp": difference.of(risk),
    }
    return _matrix(columns, total.size), fits.condition


def indexes_without_predictors(tested: Floats, found: Sorted, counts: Floats, *, converge: bool) -> Floats:
    """Test indexes of models with an intercept only; rms gives them the slope 1, which does not exist."""
    total, events = counts.sum(axis=1), (counts * found.outcome).sum(axis=1)
    null = null_deviance(events, total)
    columns = {
        "Intercept": np.full(total.size, np.nan) if converge else np.log(events / (total - events)),
        "Slope": np.full(total.size, np.nan if converge else 1.0),
        "D": -1.0 / total,
        "U": (found.deviance(counts, overflows=False) - null - 2.0) / total,
        "B": tested[:, INDEXES.index("B")],
    }
    return _matrix(columns, total.size)


def _matrix(columns: dict[str, Floats], count: int) -> Floats:
    columns["Q"] = columns["D"] - columns["U"]
    return np.column_stack([columns.get(name, np.zeros(count)) for name in INDEXES])


def _errors(risk: Floats, intercept: float, slope: float) -> Floats:
    """Distance of a risk from its recalibrated one; 0 and 1 count too."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        again = intercept + slope * np.log(risk / (1.0 - risk))
        error = np.abs(risk - 1.0 / (1.0 + np.exp(-again)))
    return error


def largest_error_on_grid(intercept: float, slope: float) -> float:
    """Largest distance of a risk from its recalibrated one over 0, 0.0005, ..., 1."""
    return float(np.max(_errors(np.arange(_GRID_POINTS + 1, dtype=np.float64) * 0.0005, intercept, slope)))


def largest_error(intercept: float, slope: float) -> float:
    """Supremum over all risks: at a point where both logistic curves have the same slope, or at an end."""
    if slope <= 0.0:
        # the recalibrated risk does not rise where the risk goes from 0 to 1
        share = 1.0 / (1.0 + np.exp(-intercept))
        return 1.0 if slope < 0.0 else float(max(share, 1.0 - share))
    logits = np.linspace(-40.0, 40.0, 4001)
    values = _distance(logits, intercept, slope)
    best = int(np.argmax(values))
    low, high = logits[max(best - 1, 0)], logits[min(best + 1, logits.size - 1)]
    for _ in range(_REFINEMENTS):
        left, right = low + (high - low) / 3.0, high - (high - low) / 3.0
        if _distance(left, intercept, slope) < _distance(right, intercept, slope):
            low = left
        else:
            high = right
    return float(_distance((low + high) / 2.0, intercept, slope))


def _distance(logit: Floats, intercept: float, slope: float) -> Floats:
    """Distance of risk and recalibrated risk at a logit of the risk."""
    with np.errstate(over="ignore"):
        return np.asarray(np.abs(1.0 / (1.0 + np.exp(-logit)) - 1.0 / (1.0 + np.exp(-(intercept + slope * logit)))))
