"""Comparison of the areas of two or more markers on the same patients: DeLong's chi-square test and all differences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.checks import Floats, check_choice, check_level
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.exact import roc_delong as certified
from validation.r_numerics import interval_probabilities, pnorm, qnorm
from validation.relations import roc_delong as relations
from validation.result import ConfidenceInterval, Result
from validation.roc.covariance import ExactCovariance, exact_covariance
from validation.roc.curve import DIRECTIONS, RocCurveResult
from validation.roc.drawn import Drawn
from validation.roc.missing import MISSING, complete_rows
from validation.roc.placements import root_of_quotient, square_root
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.roc_delong import CurvesDisplay

__all__ = ["COMPARE_AUCS", "AUCComparisonResult", "compare_aucs"]

Matrix = list[list[int]]
_FEWEST = 2
#: markers of a cohort that are compared with one another
_MOST_COMPARED = 4


@dataclass(frozen=True)
class AUCComparisonResult(Result):
    """Areas of k markers on the same patients, tested together and in pairs.

    Attributes
    ----------
    names : tuple of k str
    auc, lower, upper : ndarray of shape (k,)
        Areas with DeLong's limits, within [0, 1].
    covariance : ndarray of shape (k, k)
        DeLong's covariance matrix of the areas.
    statistic, df, p_value : float, int, float
        Chi-square test that all areas are equal; `df` is the rank of the covariance of the differences. NaN where the
        areas differ in a direction in which they do not vary.
    pairs : tuple of k (k - 1) / 2 pairs of int
        First and second marker of each difference.
    difference, standard_error, z, pair_p_value, difference_lower, difference_upper : ndarray
        First area minus second, in the order of `pairs`, with two-sided normal p-value and limits; neither p-values
        nor limits are adjusted for their number.
    level : float
    n_cases, n_controls, n_missing : int
        Patients used, and those left out because a value is missing.
    degenerate : bool
        The rank is below k - 1: some differences do not vary, and the test is one of the others.
    compat, kernel : str
        Mode, and the kernel that counted.
    """

    names: tuple[str, ...]
    auc: Floats
    lower: Floats
    upper: Floats
    covariance: Floats
    statistic: float
    df: int
    p_value: float
    pairs: tuple[tuple[int, int], ...]
    difference: Floats
    standard_error: Floats
    z: Floats
    pair_p_value: Floats
    difference_lower: Floats
    difference_upper: Floats
    level: float
    n_cases: int
    n_controls: int
    n_missing: int
    degenerate: bool
    compat: str
    kernel: str
    _drawn: Drawn = field(repr=False, compare=False)

    @property
    def curves(self) -> tuple[RocCurveResult, ...]:
        """Empirical curve of each marker."""
        return self._drawn.curves()

    def confidence_interval(self, level: float | None = None) -> list[ConfidenceInterval]:
        """Interval of each difference, at another level if one is given."""
        low, high = _limits(self.difference, self.standard_error, self.level if level is None else check_level(level))
        return [ConfidenceInterval(*pair) for pair in zip(low.tolist(), high.tolist(), strict=True)]

    def plot(self, ax: Any = None) -> CurvesDisplay:
        """Draw all curves on one Matplotlib axes."""
        from validation.displays.roc_delong import CurvesDisplay

        rows = zip(self.names, self.auc, self.lower, self.upper, strict=True)
        level = f"{100 * self.level:g}% CI"
        words = [f"{name}: AUC {area:.3f} ({level} {low:.3f} to {high:.3f})" for name, area, low, high in rows]
        return CurvesDisplay(self.curves, words).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "first": [self.names[i] for i, _ in self.pairs],
            "second": [self.names[j] for _, j in self.pairs],
            "auc_first": [float(self.auc[i]) for i, _ in self.pairs],
            "auc_second": [float(self.auc[j]) for _, j in self.pairs],
            "difference": self.difference.tolist(),
            "lower": self.difference_lower.tolist(),
            "upper": self.difference_upper.tolist(),
            "p_value": self.pair_p_value.tolist(),
        }


def _limits(centre: Floats, error: Floats, level: float) -> tuple[Floats, Floats]:
    reach = qnorm(interval_probabilities(level)[1]) * error
    return centre - reach, centre + reach


def _markers(y_score: Any) -> tuple[tuple[str, ...], list[Any]]:
    """Names and columns of a mapping, a data frame or a matrix."""
    if isinstance(y_score, Mapping):
        return tuple(str(name) for name in y_score), list(y_score.values())
    columns = getattr(y_score, "columns", None)
    matrix = np.asarray(y_score)
    if matrix.ndim != 2:
        raise InputError("y_score", f"has {matrix.ndim} dimensions, patients x markers is needed")
    names = tuple(f"marker {j + 1}" for j in range(matrix.shape[1])) if columns is None else tuple(map(str, columns))
    return names, [matrix[:, j] for j in range(matrix.shape[1])]


def _ways(direction: Any, k: int) -> list[str]:
    """Direction of each marker."""
    ways = [direction] * k if isinstance(direction, str) else list(direction)
    if len(ways) != k:
        raise InputError("direction", f"has {len(ways)} words for {k} markers", hint="Pass one word, or one a marker.")
    return [check_choice(way, "direction", DIRECTIONS) for way in ways]


def _chi_square_tail(value: Fraction, df: int) -> float:
    """P(chi-square > value) by its finite sum of positive terms."""
    root = square_root(value)
    half = root * root / 2
    if df % 2:
        # the first term is 2 h^(1/2) exp(-h) / sqrt(pi)
        total, term, k = 2.0 * pnorm(-root), math.exp(-half) * root * math.sqrt(2 / math.pi), 1.5
    else:
        total, term, k = 0.0, math.exp(-half), 1.0
    for _ in range((df if df % 2 == 0 else df - 1) // 2):
        total += term
        term *= half / k
        k += 1.0
    return total


def _solved(matrix: Matrix, right: list[int]) -> tuple[int, Fraction | None]:
    """Rank of a covariance matrix S, and d' S^- d; None where d is not among the combinations of its columns.

    Elimination in whole numbers (Bareiss) of S bordered by d, so that the rank is exact; pivots are taken from the
    diagonal. Each division leaves no remainder, and the corner ends as -d' S^- d times the last pivot.
    """
    k = len(right)
    rows = [[*row, d] for row, d in zip(matrix, right, strict=True)] + [[*right, 0]]
    left, last = list(range(k)), 1
    while left:
        pivot = next((i for i in left if rows[i][i] != 0), None)
        if pivot is None:
            break
        left.remove(pivot)
        head = rows[pivot]
        others = [*left, k]
        for place, i in enumerate(others):
            # what is left stays symmetric
            for j in others[place:]:
                rows[i][j] = rows[j][i] = (head[pivot] * rows[i][j] - head[i] * head[j]) // last
        last = head[pivot]
    return k - len(left), None if any(rows[i][k] for i in left) else Fraction(-rows[k][k], last)


def _differences(found: ExactCovariance) -> tuple[Matrix, list[int]]:
    """Covariance matrix of the differences of neighbouring areas, and the differences, in units of both."""
    s, t = found.above, found.totals
    contrast = s[:-1, :-1] - s[:-1, 1:] - s[1:, :-1] + s[1:, 1:]
    return contrast.tolist(), [t[i] - t[i + 1] for i in range(len(t) - 1)]


def _pairwise(exact: ExactCovariance, pairs: Sequence[tuple[int, int]]) -> dict[str, Floats]:
    """Each difference, its standard error, z and p-value."""
    found, s = [], exact.above
    # (difference / pairs)^2 over variance / below
    weight = exact.below // exact.pairs**2
    for i, j in pairs:
        difference, variance = exact.totals[i] - exact.totals[j], s[i, i] + s[j, j] - 2 * s[i, j]
        if variance:
            z = math.copysign(root_of_quotient(difference * difference * weight, variance), difference)
        else:
            z = math.nan if difference else 0.0
        error = root_of_quotient(variance, exact.below)
        found.append((difference / exact.pairs, error, z, 2.0 * pnorm(-abs(z))))
    columns = np.array(found, dtype=np.float64).T
    return dict(zip(("difference", "standard_error", "z", "pair_p_value"), columns, strict=True))


def compare_aucs(
    y_true: Any,
    y_score: Any,
    *,
    direction: Any = "higher",
    level: float = 0.95,
    missing: str = "refuse",
) -> AUCComparisonResult:
    """Compare the areas of several markers on the same patients: all at once, and each with each (DeLong).

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score : mapping of k names to arrays of shape (n,), data frame or array of shape (n, k)
        Two or more markers in their own units.
    direction : {"higher", "lower"} or k of them
        Whether higher or lower values of each marker indicate the event.
    level : float
        Confidence level of areas and differences.
    missing : {"refuse", "complete"}
        Refuse missing values, or use the patients who have the outcome and all markers.

    Returns
    -------
    AUCComparisonResult

    Raises
    ------
    InputError
        As for `auc`; fewer than two markers.
    NotEstimable
        One case or one control only.

    Notes
    -----
    With the vector A of the areas, their DeLong covariance S and contrasts L of neighbouring areas,
    ``(L A)' (L S L')^- (L A)`` has a chi-square distribution with rank(L S L') degrees of freedom where all areas are
    equal. Areas, S, rank and statistic are computed in fractions, so that markers that are the same in other units,
    or sums of others, lower the rank for certain and not as the rounding falls. With two markers the statistic is the
    square of that of `roc_test`.
    R: none for three and more; for each pair ``pROC::roc.test(r1, r2, method = "delong", paired = TRUE)``.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more correlated receiver operating
    characteristic curves. Biometrics 44:837-845. doi:10.2307/2531595

    Examples
    --------
    >>> markers = {"a": [1, 2, 4, 3, 5, 6], "b": [1, 5, 2, 4, 3, 6], "c": [2, 1, 3, 3, 4, 5]}
    >>> result = compare_aucs([0, 0, 0, 1, 1, 1], markers)
    >>> round(result.statistic, 3), result.df, round(result.p_value, 3)
    (1.538, 2, 0.463)
    >>> result.difference.round(3).tolist()
    [0.111, -0.056, -0.167]
    """
    check_choice(missing, "missing", MISSING)
    level = check_level(level)
    names, columns = _markers(y_score)
    k = len(names)
    if k < _FEWEST:
        raise InputError("y_score", f"holds {k} marker(s), at least two are needed")
    ways = _ways(direction, k)
    rows = complete_rows(y_true, columns, missing, "y_true", [f"y_score[{name!r}]" for name in names])
    cases = int(rows.outcome.sum())
    if min(cases, rows.outcome.size - cases) < _FEWEST:
        raise NotEstimable(
            "too few rows",
            "There is one case or one control only, so that the variance of an area does not exist.",
            hint="Areas can be compared from two cases and two controls on.",
        )
    found = exact_covariance(rows.outcome, rows.scores, ways)
    sizes = (cases, rows.outcome.size - cases, rows.missing)
    return _result(names, found, level, sizes, Drawn(rows.outcome, tuple(rows.scores), tuple(ways)))


def _result(
    names: tuple[str, ...], exact: ExactCovariance, level: float, sizes: tuple[int, int, int], drawn: Drawn
) -> AUCComparisonResult:
    k = len(names)
    rank, quadratic = _solved(*_differences(exact))
    # in units of the covariance over the squared unit of the differences
    value = None if quadratic is None else quadratic * (exact.below // exact.pairs**2)
    p = math.nan if value is None else _chi_square_tail(value, rank) if rank else 1.0
    areas = np.array([total / exact.pairs for total in exact.totals])
    errors = np.array([root_of_quotient(variance, exact.below) for variance in exact.above.diagonal()])
    lower, upper = (limit.clip(0.0, 1.0) for limit in _limits(areas, errors, level))
    pairs = tuple(combinations(range(k), 2))
    columns = _pairwise(exact, pairs)
    limits = _limits(columns["difference"], columns["standard_error"], level)
    return AUCComparisonResult(
        names, areas, lower, upper, (exact.above / exact.below).astype(np.float64),
        math.nan if value is None else float(value), rank, p, pairs, **columns, difference_lower=limits[0],
        difference_upper=limits[1], level=level, n_cases=sizes[0], n_controls=sizes[1], n_missing=sizes[2],
        degenerate=rank < k - 1, compat="default", kernel=exact.kernel, _drawn=drawn,
    )  # fmt: skip


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first markers of a cohort that has at least three."""
    markers = cohort.markers[:_MOST_COMPARED]
    if len(markers) > _FEWEST:
        scores = {marker.name: marker.values for marker in markers}
        ways = [marker.direction for marker in markers]
        yield Case(f"{len(markers)} markers", {"y_true": cohort.outcome, "y_score": scores, "direction": ways})


COMPARE_AUCS = register(
    Statistic(
        name="compare_aucs",
        compute=compare_aucs,
        r=None,
        no_r="pROC compares two curves at a time; fractions and mpmath stand in for it, roc_test for each pair",
        package="pROC",
        title="Comparison of several areas (DeLong)",
        cases=_cases,
        quantities={
            "auc": exact(),
            "covariance": exact(reason="may cancel to nearly 0, so judged beside 1"),
            "statistic": exact("value"),
            "df": bits(),
            "p_value": closed(),
            "difference": exact(),
            "standard_error": exact("value"),
            "z": exact("value"),
            "pair_p_value": closed(),
            "difference_lower": closed(),
            "difference_upper": closed(),
        },
        relations=(
            relations.several_pairs_are_roc_tests,
            relations.several_other_order_of_markers,
            relations.several_a_marker_twice,
            relations.several_order_and_transform,
        ),
        certified=certified.compare_aucs,
        display="validation.displays.roc_delong.CurvesDisplay",
    )
)
