"""Bias-corrected and accelerated bootstrap interval of the area; the acceleration follows from the placements."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_level, check_mode, check_outcome, check_scores
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import roc_bca as certified_bca
from validation.r_numerics import interval_probabilities, pnorm, qnorm, quantile_type7
from validation.relations import roc_bca as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.bands import band_choices
from validation.roc.bootstrap import auc_bootstrap
from validation.roc.curve import marker_cases
from validation.roc.placements import place, square_root
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register, resample

__all__ = ["AUC_BCA", "AUCBCaResult", "auc_bca"]


@dataclass(frozen=True)
class AUCBCaResult(Result):
    """Area under the ROC curve with a bias-corrected and accelerated interval.

    Attributes
    ----------
    auc : float
        Area in the data.
    lower, upper : float
        Limits.
    level : float
        Confidence level.
    bias_correction : float
        Normal quantile of the share of replicates below the area, those equal to it counted half.
    acceleration : float
        Skewness of the leave-one-out areas over 6.
    lower_probability, upper_probability : float
        Where the limits stand among the replicates.
    replicates : ndarray of shape (bootstraps,)
        Area in each resample, in the order of the draws.
    bootstraps, seed : int
    n_cases, n_controls : int
    direction : {"higher", "lower"}
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    auc: float
    lower: float
    upper: float
    level: float
    bias_correction: float
    acceleration: float
    lower_probability: float
    upper_probability: float
    replicates: Floats = field(repr=False)
    bootstraps: int
    seed: int
    n_cases: int
    n_controls: int
    direction: str
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval from the same replicates at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        found = _probabilities(self.bias_correction, self.acceleration, check_level(level))
        low, high = quantile_type7(self.replicates, found).tolist()
        return ConfidenceInterval(low, high)

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc", "lower", "upper", "level", "bias_correction", "acceleration", "bootstraps", "seed", "direction")
        return {name: [getattr(self, name)] for name in names}


def _bias_correction(replicates: Floats, area: float) -> float:
    """Normal quantile of the share of replicates below the area; ties count half."""
    below, equal = int((replicates < area).sum()), int((replicates == area).sum())
    share = Fraction(2 * below + equal, 2 * replicates.size)
    if share in (0, 1):
        raise NotEstimable(
            "too few rows",
            f"All replicates are {'above' if share == 0 else 'below'} the area.",
            hint="Draw more resamples, or take the percentile limits of auc_bootstrap.",
        )
    return qnorm(float(share)) if share <= Fraction(1, 2) else -qnorm(float(1 - share))


def _cumulants(placements: npt.NDArray[np.int64]) -> tuple[Fraction, Fraction]:
    """Sums of squares and of cubes of what each patient of a group pulls the area by when left out, in one unit."""
    k, total = placements.size, int(placements.sum())
    pulls = [k * value - total for value in placements.tolist()]
    return Fraction(sum(p * p for p in pulls), (k - 1) ** 2), Fraction(sum(p**3 for p in pulls), (k - 1) ** 3)


def _acceleration(outcome: Any, scores: Floats, direction: str) -> float:
    """Skewness of the leave-one-out areas over 6, rounded once.

    Leaving out case i moves the area by ``(X_i - A) / (m - 1)``, control j by ``(Y_j - A) / (n - 1)``: their mean is A,
    so that no area has to be computed anew.
    """
    placed = place(outcome, scores, direction)
    (squares, cubes), (other_squares, other_cubes) = _cumulants(placed.cases), _cumulants(placed.controls)
    squares, cubes = squares + other_squares, cubes + other_cubes
    if squares == 0:
        raise NotEstimable(
            "separation",
            "Every patient that is left out leaves the area as it is: there is no spread to build limits on.",
            hint="Exact limits of sensitivity and specificity exist: rates_at_threshold.",
        )
    return math.copysign(square_root(cubes * cubes / (36 * squares**3)), cubes)


def _probabilities(bias: float, acceleration: float, level: float) -> tuple[float, float]:
    """Where the limits stand among the replicates."""
    z = qnorm(interval_probabilities(level)[0])
    found = []
    for quantile in (z, -z):
        moved = bias + quantile
        stretch = 1.0 - acceleration * moved
        if stretch <= 0.0:
            raise NotEstimable("too few rows", "The acceleration is too large for limits of this level.")
        found.append(pnorm(bias + moved / stretch))
    return found[0], found[1]


def auc_bca(
    y_true: Any,
    y_score: Any,
    *,
    direction: str = "higher",
    seed: int,
    bootstraps: int = 2000,
    level: float = 0.95,
    compat: str | None = None,
) -> AUCBCaResult:
    """Area under the ROC curve with a bias-corrected and accelerated (BCa) bootstrap interval.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    seed : int
        As for R's ``set.seed``; the resamples are those of `auc_bootstrap`.
    bootstraps : int
        Number of resamples.
    level : float
        Confidence level, strictly between 0 and 1.
    compat : None
        There is one mode only.

    Returns
    -------
    AUCBCaResult

    Raises
    ------
    InputError
        As for `auc_bootstrap`.
    NotEstimable
        One case or one control only; an area without spread, as at perfect separation; all replicates on one side.

    Notes
    -----
    With z0 the normal quantile of the share of replicates below the area and a the acceleration, the limits are the
    quantiles (type 7) of the replicates at ``Phi(z0 + (z0 + z) / (1 - a (z0 + z)))`` for z at (1 - level)/2 and
    1 - (1 - level)/2. a is a sixth of the skewness of all leave-one-out areas, which the placements give exactly.
    R has no counterpart: ``pROC::ci.auc(r, method = "bootstrap")`` gives percentile limits of the same resamples.

    References
    ----------
    Efron B (1987). Better bootstrap confidence intervals. J Am Stat Assoc 82:171-185. doi:10.2307/2289144

    Examples
    --------
    >>> y, x = [0, 0, 0, 0, 1, 1, 1, 1], [1.0, 2.0, 3.0, 5.0, 4.0, 6.0, 2.5, 7.0]
    >>> result = auc_bca(y, x, seed=42, bootstraps=500)
    >>> result.auc, round(result.lower, 3), result.upper
    (0.8125, 0.32, 1.0)
    >>> round(result.bias_correction, 3), round(result.acceleration, 3)
    (-0.197, -0.029)
    """
    mode, level = check_mode(compat), check_level(level)
    drawn = auc_bootstrap(y_true, y_score, direction=direction, seed=seed, bootstraps=bootstraps, level=level)
    outcome = check_outcome(y_true)
    acceleration = _acceleration(outcome, check_scores(y_score, outcome.size), direction)
    bias = _bias_correction(drawn.replicates, drawn.auc)
    probabilities = _probabilities(bias, acceleration, level)
    low, high = quantile_type7(drawn.replicates, probabilities).tolist()
    return AUCBCaResult(
        drawn.auc,
        low,
        high,
        level,
        bias,
        acceleration,
        *probabilities,
        replicates=drawn.replicates,
        bootstraps=bootstraps,
        seed=seed,
        n_cases=drawn.n_cases,
        n_controls=drawn.n_controls,
        direction=direction,
        random_state=drawn.random_state,
        compat=mode,
    )


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """First marker."""
    for case in list(marker_cases(cohort, settings))[:1]:
        yield Case(case.label, {**case.arguments, **band_choices(settings)})


_LIMIT = resample(closed("unit", "the position among the replicates is rounded"))

AUC_BCA = register(
    Statistic(
        name="auc_bca",
        compute=auc_bca,
        r=None,
        no_r="pROC has percentile limits only; leave-one-out areas as fractions and mpmath stand in for it",
        package="pROC",
        title="Area under the ROC curve with BCa interval",
        cases=_cases,
        quantities={
            "auc": exact(),
            "bias_correction": resample(closed()),
            "acceleration": closed(),
            "lower_probability": _LIMIT,
            "upper_probability": _LIMIT,
            "lower": _LIMIT,
            "upper": _LIMIT,
            "random_state": bits(),
        },
        relations=(
            relations.bca_of_ranks,
            relations.bca_mirrored,
            relations.bca_reflected,
            relations.bca_widens_with_the_level,
        ),
        certified=certified_bca.auc_bca,
    )
)
