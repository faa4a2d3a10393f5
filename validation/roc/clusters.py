"""Clusters of units, such as lesions of a patient, and Obuchowski's covariance of areas for them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from validation.checks import Floats, Outcome
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.r_numerics import interval_probabilities, qnorm
from validation.roc.placements import place

__all__ = [
    "NO_R",
    "ClusterSums",
    "Clusters",
    "check_clusters",
    "cluster_covariance",
    "cluster_sums",
    "limits_about",
    "not_negative",
    "pairs_of_rows",
]

_FEWEST = 2
NO_R = "pROC takes all patients as independent; fractions stand in for it, and DeLong for clusters of one unit"


class Clusters(NamedTuple):
    """Number of each unit's cluster, and the numbers of clusters, of those with cases and of those with controls."""

    codes: Any
    total: int
    with_cases: int
    with_controls: int


def check_clusters(clusters: Any, outcome: Outcome) -> Clusters:
    """Clusters by number; cases and controls must come from two at least."""
    values = np.asarray(clusters)
    if values.ndim != 1 or values.size != outcome.size:
        raise InputError("clusters", f"has shape {values.shape} where the outcome has {outcome.size} values")
    known: dict[Any, int] = {}
    codes = []
    for value in values.tolist():
        if value is None or value != value:
            raise InputError("clusters", "has a missing value", hint="Every unit belongs to a cluster.")
        codes.append(known.setdefault(value, len(known)))
    found = np.array(codes)
    groups = [int(np.unique(found[outcome == group]).size) for group in (1, 0)]
    for count, word in zip(groups, ("cases", "controls"), strict=True):
        if count < _FEWEST:
            raise NotEstimable(
                "too few rows",
                f"All {word} are of one cluster, so that the variance between clusters does not exist.",
                hint="Cases and controls must come from at least two clusters each.",
            )
    return Clusters(found, len(known), groups[0], groups[1])


class ClusterSums(NamedTuple):
    """Of each cluster: how far its cases and its controls are from the mean placement, as whole numbers; the area."""

    cases: list[int]
    controls: list[int]
    m: int
    n: int
    area: Fraction


def cluster_sums(outcome: Outcome, scores: Floats, direction: str, clusters: Clusters) -> ClusterSums:
    """Sums of one marker."""
    placed = place(outcome, scores, direction)
    m, n = placed.cases.size, placed.controls.size
    total = int(placed.cases.sum())
    cases, controls = [0] * clusters.total, [0] * clusters.total
    for code, beaten in zip(clusters.codes[outcome == 1].tolist(), placed.cases.tolist(), strict=True):
        cases[code] += m * beaten - total
    for code, beaten in zip(clusters.codes[outcome == 0].tolist(), placed.controls.tolist(), strict=True):
        controls[code] += n * beaten - total
    return ClusterSums(cases, controls, m, n, placed.area)


def _dot(a: list[int], b: list[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def cluster_covariance(a: ClusterSums, b: ClusterSums, clusters: Clusters) -> Fraction:
    """Obuchowski's covariance of two areas; the variance where both are the same."""
    i10, i01, i = clusters.with_cases, clusters.with_controls, clusters.total
    m, n = a.m, a.n
    found = Fraction(i10 * _dot(a.cases, b.cases), (i10 - 1) * m * m)
    found += Fraction(i01 * _dot(a.controls, b.controls), (i01 - 1) * n * n)
    found += Fraction(i * (_dot(a.cases, b.controls) + _dot(b.cases, a.controls)), (i - 1) * m * n)
    return found / (2 * m * n) ** 2


def not_negative(variance: Fraction) -> Fraction:
    """The variance, where it is one."""
    if variance < 0:
        raise NotEstimable(
            "no variance",
            "Obuchowski's estimate of the variance is negative: there are too few clusters for it.",
            hint="Resample whole clusters instead.",
        )
    return variance


def limits_about(centre: float, error: float, level: float) -> tuple[float, float]:
    """Normal limits."""
    low, high = (centre + error * qnorm(p) for p in interval_probabilities(level))
    return low, high


def pairs_of_rows(cohort: Cohort) -> Any:
    """Clusters of two patients that follow each other."""
    return [i // 2 for i in range(cohort.outcome.size)]
