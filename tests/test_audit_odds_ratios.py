"""Odds ratios as printed: misprints of Wald rows, and profile-likelihood intervals of real fits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from crosscheck_r.cohorts import load_cohort
from validation import profile_likelihood_intervals
from validation.audit import audit, parse_claims
from validation.audit.odds_ratios import Z, wald_slack
from validation.audit.rounding import parse_number
from validation.cohort import Cohort

ROWS = 400


def wald_row(rng: np.random.Generator, digits: int) -> list[str]:
    while True:
        b, se = float(rng.normal(0, 0.7)), float(rng.uniform(0.05, 0.5))
        values = [math.exp(b + sign * Z * se) for sign in (0, -1, 1)]
        if values[1] > 0.1 and values[2] < 50:
            return [f"{value:.{digits}f}" for value in values]


def slack(row: list[str]) -> float:
    odds, low, high = (parse_number(text) for text in row)
    return wald_slack(odds, low, high) if 0 < low.value <= odds.value <= high.value else math.inf


def substituted(text: str, rng: np.random.Generator) -> str:
    places = [i for i, c in enumerate(text) if c.isdigit()]
    i = places[int(rng.integers(len(places)))]
    return text[:i] + str((int(text[i]) + int(rng.integers(1, 10))) % 10) + text[i + 1 :]


def transposed(text: str, rng: np.random.Generator) -> str | None:
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    if not places:
        return None
    i = places[int(rng.integers(len(places)))]
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


@pytest.mark.parametrize(("digits", "substitutions", "transpositions"), [(2, 0.91, 0.995), (3, 0.93, 0.998)])
def test_misprints_of_wald_rows_are_found(digits: int, substitutions: float, transpositions: float) -> None:
    rng = np.random.default_rng(digits)
    found, tried = [0, 0], [0, 0]
    for _ in range(ROWS):
        row = wald_row(rng, digits)
        assert slack(row) <= 1
        k = int(rng.integers(3))
        for kind, change in enumerate((substituted, transposed)):
            text = change(row[k], rng)
            if text is not None:
                tried[kind] += 1
                found[kind] += slack([text if i == k else other for i, other in enumerate(row)]) > 1
    # the rates of 20,000 rows, less three standard errors of these
    for rate, hits, n in zip((substitutions, transpositions), found, tried, strict=True):
        assert hits / n >= rate - 3 * math.sqrt(rate * (1 - rate) / n)


@pytest.mark.parametrize("name", ["osteoporosis", "shi2026", "ties", "tiny"])
@pytest.mark.parametrize("digits", [2, 3])
def test_profile_intervals_raise_no_error(name: str, digits: int) -> None:
    cohort: Cohort = load_cohort(name)
    result = profile_likelihood_intervals(cohort.outcome, cohort.x)
    n, events = cohort.outcome.size, int(cohort.outcome.sum())
    start = len(result.odds_ratio) - len(cohort.predictors)
    rows = [
        f"x{j} | {odds:.{digits}f} | {low:.{digits}f}-{high:.{digits}f}"
        for j, (odds, low, high) in enumerate(
            zip(result.odds_ratio[start:], result.lower[start:], result.upper[start:], strict=True)
        )
        if 0.05 < low < high < 500
    ]
    data = f"# name | n | events | nonevents\nall | {n} | {events} | {n - events}"
    text = f'[paper]\nid = "p"\n[tables]\ndata = """\n{data}\n"""\n'
    text += '[[model]]\nid = "m"\ndata = "all"\nterms = """\n# name | or | ci\n' + "\n".join(rows) + '\n"""\n'
    found = audit(parse_claims(text))
    assert len(found.of("ORX2")) == len(rows) > 0
    assert not found.has("error")
