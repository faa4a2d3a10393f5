"""Sensitivity and specificity at thresholds with limits that need no resampling: Clopper-Pearson and Wilson."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.binomial_limits import clopper_pearson
from validation.checks import (
    Floats,
    check_choice,
    check_level,
    check_mode,
    check_numbers,
    check_outcome,
    check_scores,
)
from validation.cohort import Cohort
from validation.exact import roc_rates as certified_rates
from validation.r_numerics import interval_probabilities, qnorm
from validation.relations import roc_rates as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, counts_at, marker_cases
from validation.statistic import Case, Settings, Statistic, closed, exact, register

__all__ = ["RATES_AT_THRESHOLD", "RatesAtThresholdResult", "rates_at_threshold", "wilson"]

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RatesAtThresholdResult(Result):
    """Both rates at thresholds, one entry per threshold.

    Attributes
    ----------
    threshold : ndarray of shape (k,)
        In the unit of the score.
    sensitivity, specificity : ndarray of shape (k,)
    sensitivity_exact_lower, sensitivity_exact_upper : ndarray of shape (k,)
    specificity_exact_lower, specificity_exact_upper : ndarray of shape (k,)
        Clopper-Pearson limits, which cover at least with the confidence level.
    sensitivity_wilson_lower, sensitivity_wilson_upper : ndarray of shape (k,)
    specificity_wilson_lower, specificity_wilson_upper : ndarray of shape (k,)
        Wilson's score limits, which cover with it on average.
    true_positives, true_negatives : ndarray of shape (k,)
    n_cases, n_controls : int
    level : float
    direction : {"higher", "lower"}
    compat : str
    """

    threshold: Floats
    sensitivity: Floats
    sensitivity_exact_lower: Floats
    sensitivity_exact_upper: Floats
    sensitivity_wilson_lower: Floats
    sensitivity_wilson_upper: Floats
    specificity: Floats
    specificity_exact_lower: Floats
    specificity_exact_upper: Floats
    specificity_wilson_lower: Floats
    specificity_wilson_upper: Floats
    true_positives: Integers
    true_negatives: Integers
    n_cases: int
    n_controls: int
    level: float
    direction: str
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {"threshold": self.threshold.tolist()}
        for rate in ("sensitivity", "specificity"):
            columns[rate] = getattr(self, rate).tolist()
            for method in ("exact", "wilson"):
                for side in ("lower", "upper"):
                    columns[f"{rate}_{method}_{side}"] = getattr(self, f"{rate}_{method}_{side}").tolist()
        return columns | {"level": [self.level] * self.threshold.size}


def wilson(counts: Integers, n: int, level: float) -> tuple[Floats, Floats]:
    """Wilson's limits of shares ``counts / n``; 0 and 1 exactly where none and where all are counted."""
    # the tail itself has more digits than one minus it
    z = -qnorm(interval_probabilities(level)[0])
    low, high = np.empty(counts.size), np.empty(counts.size)
    for i, k in enumerate(counts.tolist()):
        # both roots without a difference of like numbers
        root = z * math.sqrt(z * z / 4 + k * (n - k) / n)
        low[i] = k * k / n / (k + z * z / 2 + root) if k else 0.0
        high[i] = (k + z * z / 2 + root) / (n + z * z) if k < n else 1.0
    return low, high


def rates_at_threshold(
    y_true: Any,
    y_score: Any,
    at: Any,
    *,
    direction: str = "higher",
    level: float = 0.95,
    compat: str | None = None,
) -> RatesAtThresholdResult:
    """Sensitivity and specificity at given thresholds with exact and with Wilson's limits.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    at : array_like of shape (k,)
        Thresholds that were not chosen on these data.
    direction : {"higher", "lower"}
        Whether values at or above, or at or below, the threshold are positive.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : None
        There is one mode only.

    Returns
    -------
    RatesAtThresholdResult

    Raises
    ------
    InputError
        As for `roc_curve`; thresholds or level that are none.

    Notes
    -----
    Clopper-Pearson: the shares at which the observed count or a more extreme one has probability (1 - level)/2.
    Wilson: the shares p with ``|k/n - p| = z sqrt(p (1 - p) / n)``. At a threshold that maximises something on the same
    data neither covers: `cutoff_optimism`, `coordinate_intervals`.
    R: ``stats::binom.test(k, n, conf.level = level)``, ``stats::prop.test(k, n, conf.level = level, correct = FALSE)``.

    References
    ----------
    Brown LD, Cai TT, DasGupta A (2001). Interval estimation for a binomial proportion. Stat Sci 16:101-133.
    doi:10.1214/ss/1009213286

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> found = rates_at_threshold(y, x, 3.5)
    >>> found.sensitivity.tolist()
    [0.75]
    >>> found.sensitivity_exact_lower.round(4).tolist(), found.sensitivity_wilson_lower.round(4).tolist()
    ([0.1941], [0.3006])
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    level = check_level(level)
    mode = check_mode(compat)
    thresholds = check_numbers(at, "at")
    tp, fp = counts_at(outcome, scores, thresholds, direction)
    m, n = int(outcome.sum()), int(outcome.size - outcome.sum())
    tail = interval_probabilities(level)[0]
    limits: dict[str, Floats] = {}
    for rate, counts, total in (("sensitivity", tp, m), ("specificity", n - fp, n)):
        limits[rate] = counts / total
        for method, pair in (("exact", clopper_pearson(counts, total, tail)), ("wilson", wilson(counts, total, level))):
            limits[f"{rate}_{method}_lower"], limits[f"{rate}_{method}_upper"] = pair
    return RatesAtThresholdResult(
        threshold=thresholds,
        **limits,
        true_positives=tp,
        true_negatives=n - fp,
        n_cases=m,
        n_controls=n,
        level=level,
        direction=direction,
        compat=mode,
    )


_QUARTERS = (0.25, 0.5, 0.75)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Quartiles of the first marker, rounded as a paper prints them."""
    for case in list(marker_cases(cohort, settings))[:1]:
        at = np.quantile(case.arguments["y_score"], _QUARTERS, method="inverted_cdf")
        rounded = np.array([float(f"{value:.2g}") for value in at.tolist()])
        yield Case(case.label, {**case.arguments, "at": rounded, "level": settings.level})


_LIMITS = [
    f"{rate}_{method}_{side}"
    for rate in ("sensitivity", "specificity")
    for method in ("exact", "wilson")
    for side in ("lower", "upper")
]

RATES_AT_THRESHOLD = register(
    Statistic(
        name="rates_at_threshold",
        compute=rates_at_threshold,
        r="roc_rates.R::rates_at_threshold",
        package="stats",
        title="Sensitivity and specificity at the quartiles of a marker",
        cases=_cases,
        quantities={"sensitivity": exact(), "specificity": exact(), **dict.fromkeys(_LIMITS, closed())},
        relations=(
            relations.rates_of_exchanged_classes,
            relations.exact_limits_meet_their_definition,
            relations.wilson_limits_meet_their_definition,
            relations.rates_ordered,
        ),
        certified=certified_rates.rates_at_threshold,
    )
)
