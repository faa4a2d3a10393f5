"""Area of patients with several lesions, eyes or visits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import check_choice, check_level, check_outcome, check_scores
from validation.cohort import Cohort
from validation.exact import roc_weights as certified
from validation.relations import roc_weights as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.clusters import (
    NO_R,
    Clusters,
    check_clusters,
    cluster_covariance,
    cluster_sums,
    limits_about,
    not_negative,
    pairs_of_rows,
)
from validation.roc.curve import DIRECTIONS, RocCurveResult, marker_cases, roc_curve
from validation.roc.placements import square_root
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc import RocCurveDisplay

__all__ = ["CLUSTERED_AUC", "ClusteredAUCResult", "clustered_auc"]


@dataclass(frozen=True)
class ClusteredAUCResult(Result):
    """Area under the ROC curve of clustered units.

    Attributes
    ----------
    auc : float
    variance, standard_error : float
        Obuchowski's, with clusters as sampling units.
    level, lower, upper : float
        Confidence level and limits, within [0, 1].
    design_effect : float
        The variance over DeLong's, which takes all units as independent; NaN where that is 0.
    n_clusters, n_cases, n_controls : int
    direction : {"higher", "lower"}
    degenerate : bool
        The variance is 0: the interval says nothing about precision.
    curve : RocCurveResult
    compat : str
    """

    auc: float
    variance: float
    standard_error: float
    level: float
    lower: float
    upper: float
    design_effect: float
    n_clusters: int
    n_cases: int
    n_controls: int
    direction: str
    degenerate: bool
    curve: RocCurveResult = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*_clipped(self.auc, self.standard_error, check_level(level)))

    def plot(self, ax: Any = None) -> RocCurveDisplay:
        """Draw the curve on a Matplotlib axes."""
        from validation.displays.roc import RocCurveDisplay

        return RocCurveDisplay(self.curve).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        areas = ("auc", "standard_error", "lower", "upper", "level", "design_effect")
        return {name: [getattr(self, name)] for name in (*areas, "n_clusters", "n_cases", "n_controls", "direction")}


def _clipped(centre: float, error: float, level: float) -> tuple[float, float]:
    low, high = limits_about(centre, error, level)
    return min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)


def clustered_auc(
    y_true: Any, y_score: Any, clusters: Any, *, direction: str = "higher", level: float = 0.95
) -> ClusteredAUCResult:
    """Area under the ROC curve where several units, such as lesions, come from one patient.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome of each unit, 1 for cases and 0 for controls.
    y_score : array_like of shape (n,)
        Marker in its own unit; finite.
    clusters : array_like of shape (n,)
        Patient, or any other cluster, that each unit belongs to: numbers or words.
    direction : {"higher", "lower"}
        Whether higher or lower values indicate the event; never guessed.
    level : float
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    ClusteredAUCResult

    Raises
    ------
    InputError
        As for `auc`; a cluster that is missing.
    NotEstimable
        Cases or controls of a single cluster; a variance that comes out negative.

    Notes
    -----
    The area is that of all units. With the placements X of cases and Y of controls summed within clusters, less their
    numbers times the area, as ``U_c`` and ``V_c``, the variance is
    ``I10/(I10 - 1) sum U_c^2 / M^2 + I01/(I01 - 1) sum V_c^2 / N^2 + 2 I/(I - 1) sum U_c V_c / (M N)``, where I10 of
    the I clusters have cases and I01 have controls. Clusters of one unit give DeLong's variance. Rounded once; limits
    A -+ z SE, clipped to [0, 1].
    R: none; for clusters of one unit ``pROC::ci.auc(r, method = "delong")``.

    References
    ----------
    Obuchowski NA (1997). Nonparametric analysis of clustered ROC curve data. Biometrics 53:567-578.
    doi:10.2307/2533958

    Examples
    --------
    >>> y, x = [0, 1, 0, 1, 0, 1, 0, 1], [1.0, 3.0, 2.0, 2.0, 4.0, 6.0, 3.0, 5.0]
    >>> result = clustered_auc(y, x, ["a", "a", "b", "b", "c", "c", "d", "d"])
    >>> result.auc, round(result.standard_error, 4), round(result.design_effect, 4)
    (0.75, 0.0884, 0.2143)
    """
    outcome = check_outcome(y_true)
    scores = check_scores(y_score, outcome.size)
    check_choice(direction, "direction", DIRECTIONS)
    check_level(level)
    known = check_clusters(clusters, outcome)
    sums = cluster_sums(outcome, scores, direction, known)
    variance = not_negative(cluster_covariance(sums, sums, known))
    apart = Clusters(np.arange(outcome.size), outcome.size, sums.m, sums.n)
    units = cluster_sums(outcome, scores, direction, apart)
    independent = cluster_covariance(units, units, apart)
    effect = float(variance / independent) if independent else math.nan
    area, error = float(sums.area), square_root(variance)
    return ClusteredAUCResult(
        area, float(variance), error, level, *_clipped(area, error, level), effect, known.total, sums.m, sums.n,
        direction, variance == 0, roc_curve(outcome, scores, direction=direction), "default",
    )  # fmt: skip


def _area_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first marker, patients in pairs."""
    for case in list(marker_cases(cohort, settings))[:1]:
        extra = {"clusters": pairs_of_rows(cohort), "level": settings.level}
        yield Case(f"{case.label} in pairs of rows", {**case.arguments, **extra})


CLUSTERED_AUC = register(
    Statistic(
        name="clustered_auc",
        compute=clustered_auc,
        r=None,
        no_r=NO_R,
        package="pROC",
        title="Area under the ROC curve of clustered units",
        cases=_area_cases,
        quantities={
            "auc": exact(),
            "variance": exact("value"),
            "standard_error": exact("value"),
            "design_effect": exact("value"),
            "lower": closed(),
            "upper": closed(),
            "n_clusters": bits(),
        },
        relations=(
            relations.clusters_of_one_unit_are_delong,
            relations.clusters_of_copies,
            relations.clusters_names_and_order,
            relations.clusters_outcome_swap,
        ),
        certified=certified.clustered_auc,
        display="validation.displays.roc.RocCurveDisplay",
    )
)
