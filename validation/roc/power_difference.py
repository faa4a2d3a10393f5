"""Difference of two areas on the same patients with its variance, for planning: exactly, or by pROC's conventions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

from validation.checks import Floats, Outcome, check_choice, check_outcome, check_scores
from validation.errors import NotEstimable
from validation.roc.comparison import roc_test
from validation.roc.curve import DIRECTIONS, PROC
from validation.roc.delong import auc
from validation.roc.placements import place
from validation.roc.power_plan import ALTERNATIVES, Planned

__all__ = ["Request", "check_request", "plan_of_difference"]

NULL_VARIANCES = ("symmetric", "first")


@dataclass(frozen=True)
class Request:
    """Checked input of a plan for two curves."""

    outcome: Outcome
    scores: tuple[Floats, Floats]
    directions: tuple[str, str]
    alternative: str
    null_variance: str
    mode: str

    @property
    def sizes(self) -> tuple[int, int]:
        """Cases and controls."""
        cases = int(self.outcome.sum())
        return cases, self.outcome.size - cases


def check_request(
    y_true: Any, scores: tuple[Any, Any], directions: tuple[Any, Any], alternative: Any, null: Any, compat: Any
) -> Request:
    """Input of a plan for two curves, with the null variance of the mode where none is given."""
    outcome = check_outcome(y_true)
    first, second = (check_scores(x, outcome.size, f"y_score_{i}") for i, x in enumerate(scores, 1))
    words = [check_choice(word, f"direction_{i}", DIRECTIONS) for i, word in enumerate(directions, 1)]
    check_choice(alternative, "alternative", ALTERNATIVES)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    null = null or ("first" if mode == PROC else "symmetric")
    check_choice(null, "null_variance", NULL_VARIANCES)
    return Request(outcome, (first, second), (words[0], words[1]), alternative, null, mode)


def _spread(values: list[int]) -> Fraction:
    """Sample variance of whole numbers, exactly."""
    k, total = len(values), sum(values)
    return Fraction(k * sum(map(mul, values, values)) - total * total, k * (k - 1))


@dataclass(frozen=True)
class _Moments:
    """Difference of the areas, and variance per patient of its part from cases and of that from controls."""

    areas: tuple[float, float]
    difference: Fraction
    by_cases: Fraction
    by_controls: Fraction

    def variance(self, ratio: Fraction) -> Fraction:
        """Variance per case, with so many controls for each."""
        return self.by_cases + self.by_controls / ratio


def _moments(request: Request, pair: tuple[int, int]) -> _Moments:
    """Of the first score minus the second, or of a score alone (0 minus it) where both are the same."""
    placed = [place(request.outcome, request.scores[i], request.directions[i]) for i in pair]
    m, n = request.sizes
    weights = (1, -1) if pair[0] != pair[1] else (1, 0)
    cases, controls = (
        [weights[0] * a + weights[1] * b for a, b in zip(*columns, strict=True)]
        for columns in ([p.cases.tolist() for p in placed], [p.controls.tolist() for p in placed])
    )
    first, second = placed[0].area, placed[1].area
    return _Moments(
        (float(first), float(second)), first - second, _spread(cases) / (4 * n * n), _spread(controls) / (4 * m * m)
    )


def _exactly(request: Request, controls_per_case: float | None) -> tuple[Planned, tuple[float, float]]:
    """The plan from placements, each number rounded once; both parts of the variance follow the ratio of the groups."""
    m, n = request.sizes
    ratio = Fraction(n, m) if controls_per_case is None else Fraction(controls_per_case)
    moments = _moments(request, (0, 1))
    variance = moments.variance(ratio)
    null = variance
    if request.null_variance == "first":
        # twice the first variance less twice the covariance, which is half of (var_1 + var_2 - var of the difference)
        first, second = (_moments(request, (i, i)).variance(ratio) for i in (0, 1))
        null = 2 * first - (first + second - variance)
    return Planned(float(moments.difference), float(null), float(variance)), moments.areas


def _as_proc(request: Request) -> tuple[Planned, tuple[float, float]]:
    """The plan by pROC's conventions; the ratio of the groups leaves the variance as it is."""
    (x1, x2), (d1, d2), m = request.scores, request.directions, request.sizes[0]
    first = auc(request.outcome, x1, direction=d1, compat=PROC)
    second = auc(request.outcome, x2, direction=d2, compat=PROC)
    together = roc_test(request.outcome, x1, x2, direction_1=d1, direction_2=d2, compat=PROC)
    v1, v2, covariance = first.variance * m, second.variance * m, together.covariance * m
    variance = v1 + v2 - 2.0 * covariance
    null = 2.0 * v1 - 2.0 * covariance if request.null_variance == "first" else variance
    return Planned(first.auc - second.auc, null, variance), (first.auc, second.auc)


def plan_of_difference(request: Request, controls_per_case: float | None = None) -> tuple[Planned, tuple[float, float]]:
    """Difference with its variances, and both areas."""
    if min(request.sizes) < 2:
        raise NotEstimable(
            "too few rows",
            "One group has one patient only, so that the variance of an area does not exist.",
            hint="Two areas can be compared from two cases and two controls on.",
        )
    plan, areas = _as_proc(request) if request.mode == PROC else _exactly(request, controls_per_case)
    # where the first area varies less than both together pROC's null variance is negative, and all that follows NaN
    refused = plan.null_variance < 0.0 and request.mode != PROC
    if plan.difference == 0.0 or plan.variance <= 0.0 or refused:
        raise NotEstimable(
            "too few rows",
            "The two areas, or all that tells them apart, are equal in these patients.",
            hint="A plan starts from a difference that has a variance.",
        )
    return plan, areas
