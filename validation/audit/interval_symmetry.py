"""Symmetry of the interval of an odds ratio on the log scale: Wald, profile likelihood, or a misprint (ORX2, ORX9)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from validation.audit.claims import Claims, Model, TermRow
from validation.audit.findings import Finding, check, impossible, ok
from validation.audit.odds_ratios import Z, _complete, _ordered, rows, wald_slack
from validation.audit.rounding import GUARD, Printed, parse_number

__all__: list[str] = []

Range = tuple[float, float]
#: envelope of profile-likelihood intervals, measured on simulated models
PROFILE_SE, PROFILE_EVENTS, PROFILE_UNKNOWN = 0.40, 1.2, 0.15
#: share and number of rows that make Wald the convention of a table
TABLE_ROWS, TABLE_SHARE = 3, 0.6
#: more changes than these that would fit say nothing
_MOST_HINTS = 3


def _asymmetry(term: TermRow) -> tuple[float, float]:
    """Smallest |a| over the boxes, and the SE there: a = (ln U - 2 ln OR + ln L) / ln(U/L)."""
    found = _complete(term)
    assert found is not None
    odds, low, high = (number.box() for number in found)
    best = (math.inf, 1.0)
    for a in (low.low, low.high):
        for b in (high.low, high.high):
            for o in (odds.low, odds.high):
                if min(a, b, o) <= 0 or b <= a:
                    continue
                width = math.log(b / a)
                value = abs(math.log(b) - 2 * math.log(o) + math.log(a)) / width
                best = min(best, (value, width / (2 * Z)))
    return best


def _largest_asymmetry(found: tuple[Printed, Printed, Printed]) -> float:
    """Largest |a| that the rounding of a row could hide."""
    odds, low, high = found
    half = 2 * float(odds.half_unit / odds.value) + sum(float(end.half_unit / end.value) for end in (low, high))
    return half / math.log(float(high) / float(low)) if high.value > low.value else math.inf


def _exact_rows(model: Model, asymmetry: float) -> tuple[int, int]:
    """Wald rows, and rows that can tell: one whose rounding hides as large an asymmetry says nothing of the table."""
    exact = judged = 0
    for term in model.terms:
        found = _complete(term)
        if found is None or not _ordered(term) or any(number.value <= 0 for number in found):
            continue
        fits = wald_slack(*found) <= 1.0
        if not fits or _largest_asymmetry(found) < asymmetry:
            judged += 1
            exact += fits
    return exact, judged


@check(
    "ORX2",
    "Interval symmetric about the estimate on the log scale",
    formula="Wald: OR = sqrt(L U); a = (ln U - 2 ln OR + ln L)/ln(U/L) within the profile-likelihood envelope",
    source="Venzon & Moolgavkar 1988, doi:10.2307/2347496; envelope from simulation",
)
def orx2(claims: Claims) -> Iterator[Finding]:
    """Wald intervals are symmetric on the log scale; profile intervals nearly so."""
    for model, term, target in rows(claims):
        if not _ordered(term):
            continue
        found = _complete(term)
        assert found is not None
        if any(number.box().low <= 0 for number in found):
            yield impossible("ORX2", target, "a limit is printed as zero", f"more digits of the interval of {target}")
            continue
        yield _symmetry(claims, model, term, target, found)


def _centre_range(low: Printed, high: Printed) -> Range:
    """Geometric centre of an interval over the rounding of its limits."""
    a, b = low.box(), high.box()
    return math.sqrt(float(max(a.low, Fraction(0)) * b.low)), math.sqrt(float(a.high * b.high))


def _symmetry(
    claims: Claims, model: Model, term: TermRow, target: str, found: tuple[Printed, Printed, Printed]
) -> Finding:
    odds, low, high = found
    slack = wald_slack(odds, low, high)
    centre = math.sqrt(float(low) * float(high))
    steps = (
        f"sqrt({low.text} x {high.text}) = {centre:.6g}, printed {odds.text}",
        f"inflation of the rounding boxes needed: {slack:.2f} (at most 1 fits)",
    )
    shown = f"{odds.text} [{low.text}, {high.text}]"
    details: dict[str, Any] = {
        "slack": slack,
        "steps": steps,
        "printed": odds.box().ends,
        "feasible": _centre_range(low, high),
    }
    if slack <= 1.0:
        return ok("ORX2", target, f"{shown} sits at the centre of its interval", convention="Wald", **details)
    if slack <= 2.0:
        sentence = f"{shown} sits at the centre after truncation or double rounding"
        return Finding("ORX2", target, "consistent", "note", sentence, convention="Wald, truncated", **details)
    if model.ci_method not in (None, "?", "wald", "profile"):
        sentence = f"{shown} is off centre, as a {model.ci_method} interval may be"
        return Finding("ORX2", target, "consistent", "note", sentence, convention=str(model.ci_method), **details)
    return _asymmetric(claims, model, term, target, shown, details)


def _asymmetric(
    claims: Claims, model: Model, term: TermRow, target: str, shown: str, details: dict[str, Any]
) -> Finding:
    value, se = _asymmetry(term)
    data = claims.data_set(model.data)
    fewer = 0
    if data is not None and data.events is not None and data.nonevents is not None:
        fewer = min(data.events, data.nonevents)
    by_events = PROFILE_EVENTS / math.sqrt(fewer) if fewer else PROFILE_UNKNOWN
    envelope = max(PROFILE_SE * se, by_events)
    details["steps"] = (*details["steps"], f"asymmetry {value:.4f}, profile-likelihood intervals reach {envelope:.4f}")
    exact, judged = _exact_rows(model, value)
    if value > envelope * (1 + GUARD) or model.ci_method == "wald":
        sentence = f"{shown} is off the centre of its interval by more than any known interval"
        hints = _exchanged(model, term) + _misprints(term)
        return Finding("ORX2", target, "inconsistent", "error", sentence, hints=hints, **details)
    if judged >= TABLE_ROWS and exact >= TABLE_SHARE * judged:
        sentence = f"{shown} is off centre where {exact} of {judged} rows of its table are Wald intervals"
        hints = _exchanged(model, term) + _misprints(term)
        return Finding("ORX2", target, "inconsistent", "warning", sentence, hints=hints, **details)
    sentence = f"{shown} is off centre as a profile-likelihood interval may be"
    return Finding("ORX2", target, "consistent", "note", sentence, convention="profile likelihood", **details)


def _exchanged(model: Model, term: TermRow) -> tuple[str, ...]:
    """Rows whose intervals fit when exchanged (ORX9), or whose odds ratio would fit; a hint, never a verdict."""
    mine = _complete(term)
    hints, others = [], []
    for other in model.terms:
        theirs = _complete(other)
        if other is term or theirs is None or mine is None:
            continue
        both_wrong = wald_slack(*mine) > 1 and wald_slack(*theirs) > 1
        both_right = wald_slack(mine[0], *theirs[1:]) <= 1 and wald_slack(theirs[0], *mine[1:]) <= 1
        if both_wrong and both_right:
            hints.append(f'exchanging the intervals of "{term.name}" and "{other.name}" makes both fit')
        elif theirs[0].value > 0 and wald_slack(theirs[0], *mine[1:]) <= 1 < wald_slack(*mine):
            others.append(f'the odds ratio {theirs[0].text} of "{other.name}" would fit this interval')
    return tuple(hints) + (tuple(others) if len(others) <= _MOST_HINTS else ())


def _misprints(term: TermRow) -> tuple[str, ...]:
    """Single substituted or adjacent transposed digits that restore Wald symmetry, where at most three do."""
    found = _complete(term)
    if found is None:
        return ()
    hints = []
    for position, label in ((0, "odds ratio"), (1, "lower limit"), (2, "upper limit")):
        for text in _variants(found[position].text):
            changed = list(found)
            try:
                changed[position] = parse_number(text)
            except ValueError:
                continue
            if all(number.value > 0 for number in changed) and wald_slack(*changed) <= 1:
                hints.append(f"{label} {text} in place of {found[position].text} would fit")
    return tuple(hints) if len(hints) <= _MOST_HINTS else ()


def _variants(text: str) -> Iterator[str]:
    for i, character in enumerate(text):
        if character.isdigit():
            yield from (text[:i] + digit + text[i + 1 :] for digit in "0123456789" if digit != character)
    for i, j in combinations(range(len(text)), 2):
        if j == i + 1 and text[i].isdigit() and text[j].isdigit() and text[i] != text[j]:
            yield text[:i] + text[j] + text[i] + text[j + 1 :]
