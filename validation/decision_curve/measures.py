"""Measures at a threshold from four counts, in doubles for resamples and correctly rounded for the data themselves.

=============================== ===================================================================
measure                         definition, with prevalence p and threshold t
=============================== ===================================================================
``net_benefit`` (opt-in)        TPR p - t / (1 - t) FPR (1 - p)
``net_benefit`` (opt-out)       TNR (1 - p) - (1 - t) / t FNR p
``standardized_net_benefit``    net benefit / p (opt-in), / (1 - p) (opt-out)
``proportion_high_risk``        share of patients whose risk is high
``detection_probability``       TPR p
``non_detection_probability``   (1 - FPR) (1 - p)
=============================== ===================================================================

At threshold 1 (opt-in) and 0 (opt-out) the weight is infinite: net benefit does not exist there and is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["MEASURES", "Crossings", "correctly_rounded", "in_doubles", "order_statistics"]

Integers = npt.NDArray[np.integer]

MEASURES = (
    "net_benefit",
    "standardized_net_benefit",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "prevalence",
    "proportion_high_risk",
    "proportion_low_risk",
    "detection_probability",
    "non_detection_probability",
)


@dataclass(frozen=True)
class Crossings:
    """Cases and controls above and below each threshold, and in all; arrays broadcast against each other."""

    cases_above: Integers
    controls_above: Integers
    cases_below: Integers
    controls_below: Integers
    cases: Integers
    controls: Integers

    def at(self, rows: slice) -> Crossings:
        """Counts at some of the thresholds, which are the first axis."""
        return Crossings(
            self.cases_above[rows],
            self.controls_above[rows],
            self.cases_below[rows],
            self.controls_below[rows],
            self.cases,
            self.controls,
        )


def in_doubles(
    counts: Crossings, thresholds: Floats, policy: str, prevalence: float | None
) -> Iterator[tuple[str, Floats]]:
    """Each measure with its name, every operation rounded once and in this order.

    Parameters
    ----------
    counts : Crossings
        Thresholds along the first axis, resamples along the second.
    thresholds : array of shape (T, 1)
    policy : str
    prevalence : float or None
        Of the population; None takes each resample's own.
    """
    n = counts.cases + counts.controls
    with np.errstate(divide="ignore", invalid="ignore"):
        tpr, fpr = counts.cases_above / counts.cases, counts.controls_above / counts.controls
        fnr, tnr = counts.cases_below / counts.cases, counts.controls_below / counts.controls
        if prevalence is None:
            rho = counts.cases / n
            high = (counts.cases_above + counts.controls_above) / n
        else:
            rho = np.full(n.shape, prevalence)
            high = (rho * counts.cases_above) / counts.cases + ((1.0 - rho) * counts.controls_above) / counts.controls
        detected = tpr * rho
        if policy == "opt-in":
            benefit = detected - ((thresholds / (1.0 - thresholds)) * (1.0 - rho)) * fpr
            standardized = benefit / rho
        else:
            benefit = tnr * (1.0 - rho) - (fnr * rho) * ((1.0 - thresholds) / thresholds)
            standardized = benefit / (1.0 - rho)
        undefined = thresholds == (1.0 if policy == "opt-in" else 0.0)
        yield "net_benefit", np.where(undefined, np.nan, benefit)
        yield "standardized_net_benefit", np.where(undefined, np.nan, standardized)
        yield "true_positive_rate", tpr
        yield "false_positive_rate", fpr
        yield "true_negative_rate", tnr
        yield "false_negative_rate", fnr
        yield "prevalence", np.broadcast_to(rho, tpr.shape)
        yield "proportion_high_risk", high
        yield "proportion_low_risk", 1.0 - high
        yield "detection_probability", detected
        yield "non_detection_probability", (1.0 - fpr) * (1.0 - rho)


def order_statistics(values: Floats, level: float, missing: float) -> tuple[Floats, Floats]:
    """Percentile limits of each line as order statistics: number ceil(m p) of its m existing values, no interpolation.

    Parameters
    ----------
    values : array of shape (T, resamples)
    level : float
    missing : float
        What stands where no value exists.
    """
    alpha = 1.0 - level
    tails = (alpha / 2.0, 1.0 - alpha / 2.0)
    m = values.shape[1]
    if not np.isnan(values).any():
        ranks = [max(1, math.ceil(m * p)) - 1 for p in tails]
        ordered = np.partition(values, sorted(set(ranks)), axis=1)
        return ordered[:, ranks[0]], ordered[:, ranks[1]]
    ordered = np.sort(values, axis=1)
    existing = m - np.count_nonzero(np.isnan(ordered), axis=1)
    lines = np.arange(values.shape[0])
    limits = []
    for p in tails:
        rank = np.maximum(1, np.ceil(existing * p).astype(np.int64)) - 1
        limits.append(np.where(existing > 0, ordered[lines, rank], missing))
    return limits[0], limits[1]


def correctly_rounded(
    counts: Crossings, thresholds: Floats, policy: str, prevalence: float | None
) -> Mapping[str, Floats]:
    """Each measure as the double nearest to its exact rational value.

    Parameters
    ----------
    counts : Crossings
        One entry per threshold; ``cases`` and ``controls`` hold one number.
    thresholds : array of shape (T,)
    policy : str
    prevalence : float or None
        Of the population, taken as the exact value of the double; None takes the share of cases.
    """
    n1, n0 = int(counts.cases), int(counts.controls)
    rho = Fraction(n1, n1 + n0) if prevalence is None else Fraction(prevalence)
    u, v = rho.numerator, rho.denominator
    lines = zip(
        *(
            part.tolist()
            for part in (counts.cases_above, counts.controls_above, counts.cases_below, counts.controls_below)
        ),
        strict=True,
    )
    out: dict[str, list[float]] = {name: [] for name in MEASURES}
    for t, (c1, c0, b1, b0) in zip(thresholds.tolist(), lines, strict=True):
        a, d = t.as_integer_ratio()
        benefit, standard = _benefit(c1, c0, b1, b0, n1, n0, u, v, a, d, policy)
        # an integer divided by an integer is rounded once, whatever their size
        high = c1 * u * n0 + c0 * (v - u) * n1
        whole = n1 * n0 * v
        row = (
            benefit,
            standard,
            c1 / n1,
            c0 / n0,
            b0 / n0,
            b1 / n1,
            u / v,
            high / whole,
            (whole - high) / whole,
            (c1 * u) / (n1 * v),
            ((n0 - c0) * (v - u)) / (n0 * v),
        )
        for name, value in zip(MEASURES, row, strict=True):
            out[name].append(value)
    return {name: np.array(values) for name, values in out.items()}


def _benefit(
    c1: int, c0: int, b1: int, b0: int, n1: int, n0: int, u: int, v: int, a: int, d: int, policy: str
) -> tuple[float, float]:
    """Net benefit and standardized net benefit at threshold a / d and prevalence u / v."""
    if policy == "opt-in":
        gained, lost, weight_up, weight_down, share = c1 * u * n0, c0 * (v - u) * n1, a, d - a, u
    else:
        gained, lost, weight_up, weight_down, share = b0 * (v - u) * n1, b1 * u * n0, d - a, a, v - u
    if weight_down == 0:
        return math.nan, math.nan
    top = gained * weight_down - lost * weight_up
    bottom = n1 * n0 * weight_down
    return top / (bottom * v), top / (bottom * share)
