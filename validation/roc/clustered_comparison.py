"""Comparison of the areas of two markers of clustered units."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from validation.checks import check_choice, check_level, check_outcome, check_scores
from validation.cohort import Cohort
from validation.exact import roc_weights as certified
from validation.r_numerics import pnorm
from validation.relations import roc_weights as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.clusters import (
    NO_R,
    check_clusters,
    cluster_covariance,
    cluster_sums,
    limits_about,
    not_negative,
    pairs_of_rows,
)
from validation.roc.curve import DIRECTIONS, RocCurveResult, roc_curve
from validation.roc.placements import square_root
from validation.statistic import Case, Settings, Statistic, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc_delong import CurvesDisplay

__all__ = ["CLUSTERED_ROC_TEST", "ClusteredRocTestResult", "clustered_roc_test"]


@dataclass(frozen=True)
class ClusteredRocTestResult(Result):
    """Difference of the areas of two markers of the same clustered units.

    Attributes
    ----------
    auc_1, auc_2, difference : float
    covariance, standard_error : float
        Obuchowski's covariance of the areas, and the standard error of their difference.
    statistic, p_value : float
        Difference over its standard error, and the two-sided normal p-value.
    level, lower, upper : float
    n_clusters, n_cases, n_controls : int
    degenerate : bool
        The variance of the difference is 0.
    curves : tuple of two RocCurveResult
    compat : str
    """

    auc_1: float
    auc_2: float
    difference: float
    covariance: float
    standard_error: float
    statistic: float
    p_value: float
    level: float
    lower: float
    upper: float
    n_clusters: int
    n_cases: int
    n_controls: int
    degenerate: bool
    curves: tuple[RocCurveResult, RocCurveResult] = field(repr=False)
    compat: str

    def confidence_interval(self, level: float | None = None) -> ConfidenceInterval:
        """Interval of the difference at another level."""
        if level is None:
            return ConfidenceInterval(self.lower, self.upper)
        return ConfidenceInterval(*limits_about(self.difference, self.standard_error, check_level(level)))

    def plot(self, ax: Any = None) -> CurvesDisplay:
        """Draw both curves on a Matplotlib axes."""
        from validation.displays.roc_delong import CurvesDisplay

        words = [f"{name}: AUC {area:.3f}" for name, area in (("first", self.auc_1), ("second", self.auc_2))]
        return CurvesDisplay(self.curves, words).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc_1", "auc_2", "difference", "standard_error", "statistic", "p_value", "lower", "upper", "level")
        return {name: [getattr(self, name)] for name in names}


def clustered_roc_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    clusters: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    level: float = 0.95,
) -> ClusteredRocTestResult:
    """Compare the areas of two markers of the same units where several units come from one patient.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome of each unit, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        The two markers, in the same order of units.
    clusters : array_like of shape (n,)
        Patient, or any other cluster, that each unit belongs to.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event.
    level : float
        Confidence level of the difference.

    Returns
    -------
    ClusteredRocTestResult

    Raises
    ------
    InputError, NotEstimable
        As for `clustered_auc`.

    Notes
    -----
    ``Z = (A1 - A2) / sqrt(V1 + V2 - 2 C)`` with the variances of `clustered_auc` and the covariance by the same formula
    with products of the two markers' sums; clusters of one unit give `roc_test`.
    R: none; for clusters of one unit ``pROC::roc.test(r1, r2, method = "delong", paired = TRUE)``.

    References
    ----------
    Obuchowski NA (1997). Nonparametric analysis of clustered ROC curve data. Biometrics 53:567-578.
    doi:10.2307/2533958

    Examples
    --------
    >>> y, x = [0, 1, 0, 1, 0, 1, 0, 1], [1.0, 3.0, 2.0, 2.0, 4.0, 6.0, 3.0, 5.0]
    >>> z = [2.0, 1.0, 3.0, 5.0, 1.0, 4.0, 6.0, 2.0]
    >>> result = clustered_roc_test(y, x, z, ["a", "a", "b", "b", "c", "c", "d", "d"])
    >>> round(result.difference, 4), round(result.p_value, 4)
    (0.25, 0.455)
    """
    outcome = check_outcome(y_true)
    ways, sums, curves = (direction_1, direction_2), [], []
    check_level(level)
    known = check_clusters(clusters, outcome)
    for i, (values, way) in enumerate(zip((y_score_1, y_score_2), ways, strict=True), 1):
        scores = check_scores(values, outcome.size, f"y_score_{i}")
        check_choice(way, f"direction_{i}", DIRECTIONS)
        sums.append(cluster_sums(outcome, scores, way, known))
        curves.append(roc_curve(outcome, scores, direction=way))
    first, second = sums
    together = cluster_covariance(first, second, known)
    variance = cluster_covariance(first, first, known) + cluster_covariance(second, second, known) - 2 * together
    not_negative(variance)
    difference = first.area - second.area
    if variance:
        statistic = math.copysign(square_root(difference * difference / variance), difference)
    else:
        statistic = math.nan if difference else 0.0
    error = square_root(variance)
    areas = (float(first.area), float(second.area), float(difference), float(together), error)
    return ClusteredRocTestResult(
        *areas, statistic, 2.0 * pnorm(-abs(statistic)), level, *limits_about(areas[2], error, level), known.total,
        first.m, first.n, variance == 0, (curves[0], curves[1]), "default",
    )  # fmt: skip


def _test_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first two markers, patients in pairs."""
    for first, second in list(combinations(cohort.markers, 2))[:1]:
        scores = {"y_true": cohort.outcome, "y_score_1": first.values, "y_score_2": second.values}
        ways = {"direction_1": first.direction, "direction_2": second.direction}
        extra = {"clusters": pairs_of_rows(cohort), "level": settings.level}
        yield Case(f"{first.name} and {second.name} in pairs of rows", {**scores, **ways, **extra})


CLUSTERED_ROC_TEST = register(
    Statistic(
        name="clustered_roc_test",
        compute=clustered_roc_test,
        r=None,
        no_r=NO_R,
        package="pROC",
        title="Comparison of two areas of clustered units",
        cases=_test_cases,
        quantities={
            "auc_1": exact(),
            "auc_2": exact(),
            "covariance": exact(reason="may cancel to nearly 0, so judged beside 1"),
            "statistic": exact("value"),
            "p_value": closed(),
            "lower": closed(),
            "upper": closed(),
        },
        relations=(
            relations.cluster_test_of_single_units,
            relations.cluster_test_exchange,
            relations.cluster_test_of_itself,
        ),
        certified=certified.clustered_roc_test,
        display="validation.displays.roc_delong.CurvesDisplay",
    )
)
