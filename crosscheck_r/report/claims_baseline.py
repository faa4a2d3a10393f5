"""Rows of a run's claim file that its baseline table prints: means, SDs, quartiles, counts and their tests."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from validation.baseline_table import BaselineCategoricalResult, BaselineContinuousResult

__all__ = ["counted_rows", "described_rows"]

Row = dict[str, str]
_LEAST_DIGITS, _MOST_DIGITS, _SIGNIFICANT = 2, 12, 3


def _decimals(spread: float) -> int:
    """Decimals with which a spread has three digits that count."""
    if not math.isfinite(spread) or spread <= 0:
        return _LEAST_DIGITS
    return min(max(_LEAST_DIGITS, _SIGNIFICANT - 1 - math.floor(math.log10(spread))), _MOST_DIGITS)


def described_rows(result: BaselineContinuousResult, names: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Table and row: each variable with and without the event, and Welch's test."""
    for j, name in enumerate(names):
        spreads = (float(result.standard_deviation_events[j]), float(result.standard_deviation_others[j]))
        digits = _decimals(min(spreads))
        numbers = [
            ("events", result.n_events, result.mean_events[j], spreads[0], result.median_events[j],
             result.lower_quartile_events[j], result.upper_quartile_events[j]),
            ("nonevents", result.n_others, result.mean_others[j], spreads[1], result.median_others[j],
             result.lower_quartile_others[j], result.upper_quartile_others[j]),
        ]  # fmt: skip
        for group, n, mean, spread, median, low, high in numbers:
            if not all(map(math.isfinite, (mean, spread, median, low, high))):
                continue
            yield "describe", {"var": name, "group": group, "n": str(n), "mean": f"{mean:.{digits}f}",
                               "sd": f"{spread:.{digits}f}", "median": f"{median:.{digits}f}",
                               "iqr": f"{low:.{digits}f} to {high:.{digits}f}"}  # fmt: skip
        yield from _test(name, "welch", float(result.welch_p_value[j]), float(result.welch_t[j]),
                         float(result.welch_degrees_of_freedom[j]))  # fmt: skip


def counted_rows(result: BaselineCategoricalResult, names: Sequence[str]) -> Iterator[tuple[str, Row]]:
    """Table and row: each level with its patients with and without the event, and the chi-square test."""
    for i, place in enumerate(result.variable.tolist()):
        yield "crosstab", {"var": names[int(place)], "level": f"{float(result.level_value[i]):g}", "data": "all",
                           "events": str(int(result.count_events[i])),
                           "nonevents": str(int(result.count_others[i]))}  # fmt: skip
    for j, name in enumerate(names):
        yield from _test(name, "chi2", float(result.chi_square_p_value[j]), float(result.chi_square[j]),
                         float(result.degrees_of_freedom[j]))  # fmt: skip


def _test(name: str, kind: str, p: float, statistic: float, df: float) -> Iterator[tuple[str, Row]]:
    if all(map(math.isfinite, (p, statistic, df))) and df > 0:
        shown = "<0.001" if p < 0.001 else f"{p:.3f}"
        yield "test", {"var": name, "data": "all", "kind": kind, "p": shown, "statistic": f"{statistic:.3f}",
                       "df": f"{df:.3f}".rstrip("0").rstrip(".")}  # fmt: skip
