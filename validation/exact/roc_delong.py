"""Certified comparisons of areas: pairs counted by distinct score, fractions, and mpmath for roots and tails."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from validation.exact.student_t import two_sided_t

__all__ = ["auc_covariance", "auc_interval", "auc_test", "compare_aucs", "roc_test_unpaired"]

_DIGITS = 50


class _Shares(NamedTuple):
    """Share of controls below each case and of cases above each control, ties half, in the order of the patients."""

    cases: list[Fraction]
    controls: list[Fraction]

    @property
    def area(self) -> Fraction:
        return sum(self.cases, Fraction(0)) / len(self.cases)


def _shares(y_true: Any, y_score: Any, direction: str) -> _Shares:
    sign = 1.0 if direction == "higher" else -1.0
    pairs = list(zip(np.asarray(y_true).tolist(), np.asarray(y_score, dtype=np.float64).tolist(), strict=True))
    groups = [[sign * x for y, x in pairs if y == outcome] for outcome in (1, 0)]
    cases, controls = (Counter(group) for group in groups)
    below, above, at_case, at_control = 0, len(groups[0]), {}, {}
    for value in sorted(cases.keys() | controls.keys()):
        above -= cases[value]
        at_case[value] = Fraction(2 * below + controls[value], 2 * len(groups[1]))
        at_control[value] = Fraction(2 * above + cases[value], 2 * len(groups[0]))
        below += controls[value]
    return _Shares([at_case[x] for x in groups[0]], [at_control[x] for x in groups[1]])


def _sample_covariance(a: list[Fraction], b: list[Fraction]) -> Fraction:
    k = len(a)
    means = sum(a, Fraction(0)) / k, sum(b, Fraction(0)) / k
    return sum(((x - means[0]) * (y - means[1]) for x, y in zip(a, b, strict=True)), Fraction(0)) / (k - 1)


def _covariance(a: _Shares, b: _Shares) -> Fraction:
    of_cases = _sample_covariance(a.cases, b.cases) / len(a.cases)
    return of_cases + _sample_covariance(a.controls, b.controls) / len(a.controls)


def _few(shares: _Shares) -> bool:
    return min(len(shares.cases), len(shares.controls)) < 2


def _real(value: Fraction) -> Any:
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator


def _quantile(probability: float) -> Any:
    import mpmath

    return mpmath.sqrt(2) * mpmath.erfinv(2 * mpmath.mpf(probability) - 1)


def _normal_p(z: Any, alternative: str) -> float:
    import mpmath

    if alternative == "two-sided":
        return float(mpmath.erfc(abs(z) / mpmath.sqrt(2)))
    return float(mpmath.erfc((z if alternative == "greater" else -z) / mpmath.sqrt(2)) / 2)


def roc_test_unpaired(
    y_true_1: Any,
    y_score_1: Any,
    y_true_2: Any,
    y_score_2: Any,
    direction_1: str = "higher",
    direction_2: str = "higher",
    alternative: str = "two-sided",
    **_: Any,
) -> dict[str, Any]:
    """Areas, difference, standard error, statistic, degrees of freedom and p-value of Welch's test of two areas."""
    import mpmath

    groups = _shares(y_true_1, y_score_1, direction_1), _shares(y_true_2, y_score_2, direction_2)
    first, second = (g.area for g in groups)
    values: dict[str, Any] = {"auc_1": float(first), "auc_2": float(second)}
    if any(_few(g) for g in groups):
        return values
    d, v = first - second, [_covariance(g, g) for g in groups]
    values["difference"] = float(d)
    if not sum(v):
        statistic, p = (math.nan, math.nan) if d else (0.0, 1.0)
        return values | {"standard_error": 0.0, "statistic": statistic, "df": math.nan, "p_value": p}
    sizes = [len(g.cases) + len(g.controls) for g in groups]
    df = (v[0] + v[1]) ** 2 / (v[0] ** 2 / (sizes[0] - 1) + v[1] ** 2 / (sizes[1] - 1))
    with mpmath.workdps(_DIGITS):
        error = mpmath.sqrt(_real(v[0] + v[1]))
        values |= {"standard_error": float(error), "statistic": float(_real(d) / error), "df": float(df)}
    p = two_sided_t(d * d / (v[0] + v[1]), df)
    with mpmath.workdps(_DIGITS):
        if alternative != "two-sided":
            p = p / 2 if (d > 0) == (alternative == "greater") else 1 - p / 2
        return values | {"p_value": float(p)}


def auc_covariance(
    y_true: Any, y_score_1: Any, y_score_2: Any, direction_1: str = "higher", direction_2: str = "higher"
) -> dict[str, Any]:
    """Areas, variances, covariance and correlation."""
    import mpmath

    a, b = _shares(y_true, y_score_1, direction_1), _shares(y_true, y_score_2, direction_2)
    values = {"auc_1": float(a.area), "auc_2": float(b.area)}
    if _few(a):
        return values
    v_1, v_2, c = _covariance(a, a), _covariance(b, b), _covariance(a, b)
    with mpmath.workdps(_DIGITS):
        correlation = float(_real(c) / mpmath.sqrt(_real(v_1 * v_2))) if v_1 and v_2 else math.nan
    return values | {
        "variance_1": float(v_1), "variance_2": float(v_2), "covariance": float(c), "correlation": correlation,
    }  # fmt: skip


def _rank_and_form(s: list[list[Fraction]], d: list[Fraction]) -> tuple[int, Fraction | None]:
    """Rank, and the quadratic form by a solution of S x = d from the full row echelon form; None without one."""
    n = len(d)
    rows = [[*row, value] for row, value in zip(s, d, strict=True)]
    pivots: list[int] = []
    for column in range(n):
        rank = len(pivots)
        found = next((i for i in range(rank, n) if rows[i][column]), None)
        if found is None:
            continue
        rows[rank], rows[found] = rows[found], rows[rank]
        lead = rows[rank][column]
        rows[rank] = [value / lead for value in rows[rank]]
        for i in range(n):
            if i != rank and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[rank], strict=True)]
        pivots.append(column)
    if any(row[-1] for row in rows[len(pivots) :]):
        return len(pivots), None
    return len(pivots), sum((rows[r][-1] * d[c] for r, c in enumerate(pivots)), Fraction(0))


def compare_aucs(
    y_true: Any, y_score: Mapping[str, Any], direction: Any = "higher", level: float = 0.95
) -> dict[str, Any]:
    """Areas, covariance matrix, chi-square test with its rank, and every difference with limits."""
    import mpmath

    columns = list(y_score.values())
    k = len(columns)
    ways = [direction] * k if isinstance(direction, str) else list(direction)
    shares = [_shares(y_true, x, way) for x, way in zip(columns, ways, strict=True)]
    areas = [x.area for x in shares]
    if _few(shares[0]):
        return {"auc": np.array([float(a) for a in areas])}
    s = [[_covariance(a, b) for b in shares] for a in shares]
    # all areas against the last one: another set of contrasts than that of the computation
    last = k - 1
    contrast = [[s[i][j] - s[i][last] - s[last][j] + s[last][last] for j in range(last)] for i in range(last)]
    rank, form = _rank_and_form(contrast, [a - areas[last] for a in areas[:last]])
    with mpmath.workdps(_DIGITS):
        p = math.nan if form is None else 1.0 if rank == 0 else None
        if p is None and form is not None:
            p = float(mpmath.gammainc(mpmath.mpf(rank) / 2, _real(form) / 2, regularized=True))
        z_level, rows = _quantile(1.0 - (1.0 - level) / 2.0), []
        for i, j in combinations(range(k), 2):
            d, v = areas[i] - areas[j], s[i][i] + s[j][j] - 2 * s[i][j]
            error = mpmath.sqrt(_real(v))
            z = _real(d) / error if v else (mpmath.nan if d else mpmath.mpf(0))
            rows.append([float(x) for x in (_real(d), error, z, 0, _real(d) - z_level * error,
                                            _real(d) + z_level * error)])  # fmt: skip
            rows[-1][3] = _normal_p(z, "two-sided")
        table = np.array(rows).T
    names = ("difference", "standard_error", "z", "pair_p_value", "difference_lower", "difference_upper")
    return {
        "auc": np.array([float(a) for a in areas]),
        "covariance": np.array([[float(value) for value in row] for row in s]),
        "statistic": math.nan if form is None else float(form),
        "df": rank,
        "p_value": p,
        **dict(zip(names, table, strict=True)),
    }


def auc_interval(
    y_true: Any,
    y_score: Any,
    direction: str = "higher",
    method: str = "logit",
    alternative: str = "two-sided",
    level: float = 0.95,
) -> dict[str, Any]:
    """Area, standard error and limits."""
    import mpmath

    shares = _shares(y_true, y_score, direction)
    area = shares.area
    if _few(shares):
        return {"auc": float(area)}
    with mpmath.workdps(_DIGITS):
        a, error = _real(area), mpmath.sqrt(_real(_covariance(shares, shares)))
        z = _quantile((1.0 + level) / 2.0 if alternative == "two-sided" else level)
        if method == "delong":
            low, high = max(mpmath.mpf(0), a - z * error), min(mpmath.mpf(1), a + z * error)
        elif area in (0, 1):
            low = high = mpmath.nan
        else:
            # a / (a + (1 - a) exp(-+ reach))
            odds = mpmath.exp(z * error / (a * (1 - a)))
            low, high = a / (a + (1 - a) * odds), a / (a + (1 - a) / odds)
        limits = {"lower": float(low), "upper": float(high)}
    if not math.isnan(limits["lower"]):
        limits |= {"greater": {"upper": 1.0}, "less": {"lower": 0.0}}.get(alternative, {})
    return {"auc": float(area), "standard_error": float(error), **limits}


def auc_test(
    y_true: Any,
    y_score: Any,
    value: float = 0.5,
    direction: str = "higher",
    method: str = "delong",
    alternative: str = "two-sided",
) -> dict[str, Any]:
    """Area, standard error, statistic and p-value."""
    import mpmath

    shares = _shares(y_true, y_score, direction)
    area = shares.area
    if _few(shares):
        return {"auc": float(area)}
    variance = _covariance(shares, shares)
    with mpmath.workdps(_DIGITS):
        a, v, error = _real(area), mpmath.mpf(value), mpmath.sqrt(_real(variance))
        if not variance:
            z = mpmath.mpf(0) if area == Fraction(value) else mpmath.nan
        elif method == "delong":
            z = (a - v) / error
        else:
            z = (mpmath.log(a / (1 - a)) - mpmath.log(v / (1 - v))) * a * (1 - a) / error
        p = math.nan if mpmath.isnan(z) else _normal_p(z, alternative)
        return {"auc": float(area), "standard_error": float(error), "statistic": float(z), "p_value": p}
