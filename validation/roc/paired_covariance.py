"""DeLong's covariance of two areas on the same patients."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from validation.checks import Floats, Outcome, check_choice
from validation.cohort import Cohort
from validation.errors import NotEstimable
from validation.exact import roc_delong as certified
from validation.r_numerics import r_covariance, r_variance
from validation.relations import roc_delong as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, PROC, roc_curve
from validation.roc.delong import fractional_placements, trapezoid
from validation.roc.missing import MISSING, complete_rows, present
from validation.roc.placements import covariance, place, square_root
from validation.statistic import Case, Settings, Statistic, bits, exact, register

__all__ = ["AUC_COVARIANCE", "AUCCovarianceResult", "auc_covariance"]

_FEWEST = 2
#: pairs of markers that a cohort is asked for
_MOST_PAIRS = 3


@dataclass(frozen=True)
class AUCCovarianceResult(Result):
    """Two areas on the same patients with their variances and covariance.

    Attributes
    ----------
    auc_1, auc_2 : float
    variance_1, variance_2, covariance : float
        DeLong's.
    correlation : float
        Of the two areas; NaN where one of them does not vary.
    n_cases, n_controls, n_missing : int
        Patients used, and those left out because a value is missing.
    default_method : {"delong", "bootstrap"}
        What pROC would use for these two curves unless told otherwise: its bootstrap where the directions differ.
    compat : str
    """

    auc_1: float
    auc_2: float
    variance_1: float
    variance_2: float
    covariance: float
    correlation: float
    n_cases: int
    n_controls: int
    n_missing: int
    default_method: str
    compat: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("auc_1", "auc_2", "variance_1", "variance_2", "covariance", "correlation", "n_cases", "n_controls")
        return {name: [getattr(self, name)] for name in names}


class _Numbers(NamedTuple):
    """What both modes compute."""

    auc_1: float
    auc_2: float
    variance_1: float
    variance_2: float
    covariance: float
    correlation: float


class _Curve(NamedTuple):
    """Checked data of one curve."""

    outcome: Outcome
    scores: Floats
    direction: str


def _exactly(first: _Curve, second: _Curve) -> _Numbers:
    """Each number rounded once."""
    a, b = place(*first), place(*second)
    v_1, v_2, together = covariance(a, a), covariance(b, b), covariance(a, b)
    correlation = math.nan
    if v_1 and v_2:
        correlation = math.copysign(square_root(together * together / (v_1 * v_2)), together)
    return _Numbers(float(a.area), float(b.area), float(v_1), float(v_2), float(together), correlation)


def _as_proc(first: _Curve, second: _Curve) -> _Numbers:
    """The same numbers by pROC's conventions."""
    areas, placed = [], []
    for data in (first, second):
        curve = roc_curve(data.outcome, data.scores, direction=data.direction)
        areas.append(trapezoid(curve.sensitivity, curve.specificity))
        placed.append(fractional_placements(place(*data)))
    (x_1, y_1), (x_2, y_2) = placed
    if (x_1.size, y_1.size) != (x_2.size, y_2.size):
        raise NotEstimable(
            "too few rows",
            "pROC leaves out the missing values of each marker by itself and stops where the numbers of cases or of "
            "controls that are left differ.",
            hint='The default mode uses the patients who have both markers: pass missing="complete" without compat.',
        )
    m, n = x_1.size, y_1.size
    variances = [r_variance(y) / n + r_variance(x) / m for x, y in placed]
    together = r_covariance(y_2, y_1) / n + r_covariance(x_2, x_1) / m
    both = variances[0] * variances[1]
    correlation = together / math.sqrt(both) if both > 0 else math.nan
    return _Numbers(areas[0], areas[1], variances[0], variances[1], together, correlation)


def auc_covariance(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    direction_1: str = "higher",
    direction_2: str = "higher",
    missing: str = "refuse",
    compat: str | None = None,
) -> AUCCovarianceResult:
    """Covariance of the areas of two markers that were measured on the same patients (DeLong).

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        The two markers, in the same order of patients.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event.
    missing : {"refuse", "complete"}
        Refuse missing values, or use the patients who have outcome and both markers.
    compat : {"proc-1.18"}, optional
        Sums in the order and precision of pROC. With ``missing="complete"`` each marker then loses its own missing
        values and the rest is paired by position, as pROC does: nearly always a wrong number.

    Returns
    -------
    AUCCovarianceResult

    Raises
    ------
    InputError
        As for `auc`.
    NotEstimable
        One case or one control only; in the mode "proc-1.18", unequal numbers left after the missing values.

    Notes
    -----
    With the placements X of the cases and Y of the controls on both curves, ``cov(X1, X2)/m + cov(Y1, Y2)/n``, sample
    covariances with divisors m - 1 and n - 1; a rational number that is rounded once. Directions are those stated, so
    that no sign has to be corrected afterwards.
    R: ``pROC::cov(r1, r2, method = "delong")`` and ``pROC::var(r1, method = "delong")``.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Examples
    --------
    >>> result = auc_covariance([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6], [1, 5, 2, 4, 3, 6])
    >>> round(result.covariance, 6), round(result.correlation, 4)
    (-0.006173, -0.1581)
    """
    check_choice(missing, "missing", MISSING)
    check_choice(direction_1, "direction_1", DIRECTIONS)
    check_choice(direction_2, "direction_2", DIRECTIONS)
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    rows = complete_rows(y_true, [y_score_1, y_score_2], missing, "y_true", ["y_score_1", "y_score_2"])
    if mode == PROC and missing == "complete":
        first = _own_rows(y_true, y_score_1, "y_score_1", direction_1)
        second = _own_rows(y_true, y_score_2, "y_score_2", direction_2)
    else:
        first = _Curve(rows.outcome, rows.scores[0], direction_1)
        second = _Curve(rows.outcome, rows.scores[1], direction_2)
    for outcome in (1, 0):
        if min(int((c.outcome == outcome).sum()) for c in (first, second)) < _FEWEST:
            word = "case" if outcome else "control"
            raise NotEstimable(
                "too few rows",
                f"There is one {word} only, so that the variance of an area does not exist.",
                hint="A covariance needs at least two cases and two controls.",
            )
    numbers = _as_proc(first, second) if mode == PROC else _exactly(first, second)
    cases = int(first.outcome.sum())
    method = "delong" if direction_1 == direction_2 else "bootstrap"
    return AUCCovarianceResult(*numbers, cases, first.outcome.size - cases, rows.missing, method, mode)


def _own_rows(y_true: Any, y_score: Any, name: str, direction: str) -> _Curve:
    """Patients who have the outcome and this marker."""
    kept = present(y_true, y_score, "y_true", name)
    y, x = (np.asarray(values, dtype=np.float64).ravel()[kept] for values in (y_true, y_score))
    rows = complete_rows(y, [x], "refuse", "y_true", [name])
    return _Curve(rows.outcome, rows.scores[0], direction)


def _pairs(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first pairs of markers."""
    for first, second in list(combinations(cohort.markers, 2))[:_MOST_PAIRS]:
        scores = {"y_true": cohort.outcome, "y_score_1": first.values, "y_score_2": second.values}
        directions = {"direction_1": first.direction, "direction_2": second.direction}
        yield Case(f"{first.name} and {second.name}", {**scores, **directions})


_SMALL = "may cancel to nearly 0, so judged beside 1"

AUC_COVARIANCE = register(
    Statistic(
        name="auc_covariance",
        compute=auc_covariance,
        r="roc_delong.R::auc_covariance",
        package="pROC",
        title="Covariance of two areas (DeLong)",
        cases=_pairs,
        quantities={
            "auc_1": exact(),
            "auc_2": exact(),
            "variance_1": exact("value"),
            "variance_2": exact("value"),
            "covariance": exact(reason=_SMALL),
        },
        compat={PROC: dict.fromkeys(("auc_1", "auc_2", "variance_1", "variance_2", "covariance"), bits())},
        relations=(
            relations.covariance_exchange,
            relations.covariance_of_itself,
            relations.covariance_order_and_transform,
            relations.covariance_changes_sign_with_the_direction,
            relations.covariance_doubling,
        ),
        certified=certified.auc_covariance,
    )
)
