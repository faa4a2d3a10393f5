"""What a check says: a `Finding`, and the catalogue of checks that produce them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from validation.audit.claims import Claims

__all__ = ["CATALOGUE", "Check", "Finding", "Severity", "Verdict", "check", "impossible", "ok"]

Verdict = Literal["consistent", "inconsistent", "not possible", "raised", "info"]
Severity = Literal["error", "warning", "concern", "note", ""]
Range = tuple[float, float]


@dataclass(frozen=True)
class Finding:
    """One answer to one question about printed numbers.

    Parameters
    ----------
    check : str
        Identifier in the catalogue, for example ``ORX2``.
    target : str
        Which numbers are meant, in the paper's words.
    verdict : str
        ``consistent``, ``inconsistent``, ``not possible`` (a number is missing), ``raised`` (design flag), ``info``.
    severity : str
        ``error``, ``warning``, ``concern``, ``note``, or empty where all is well.
    sentence : str
        The answer in words about numbers.
    inputs : mapping
        Printed numbers that entered.
    printed, feasible : pair of floats, optional
        Printed interval and recomputed range of the same quantity.
    slack : float, optional
        Inflation of the rounding boxes that is needed for a fit; at most 1 fits.
    convention : str
        The convention that fits.
    steps : tuple of str
        The arithmetic, line by line, with the numbers put in.
    ask : str
        What to ask the authors for.
    hints : tuple of str
        Changes that would restore consistency; never a verdict.
    """

    check: str
    target: str
    verdict: Verdict
    severity: Severity
    sentence: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    printed: Range | None = None
    feasible: Range | None = None
    slack: float | None = None
    convention: str = ""
    steps: tuple[str, ...] = ()
    ask: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """A check of the catalogue."""

    id: str
    title: str
    formula: str
    source: str
    design: bool
    run: Callable[[Claims], Iterator[Finding]]


CATALOGUE: dict[str, Check] = {}
Runner = Callable[[Claims], Iterator[Finding]]


def check(id: str, title: str, *, formula: str, source: str, design: bool = False) -> Callable[[Runner], Runner]:
    """Enter a check into the catalogue."""

    def enter(run: Runner) -> Runner:
        CATALOGUE[id] = Check(id, title, formula, source, design, run)
        return run

    return enter


def ok(id: str, target: str, sentence: str, **details: Any) -> Finding:
    """A finding that all is well."""
    return Finding(id, target, "consistent", "", sentence, **details)


def impossible(id: str, target: str, missing: str, ask: str) -> Finding:
    """A finding that a number is missing, and what to ask for."""
    return Finding(id, target, "not possible", "note", f"cannot be checked: {missing}", ask=ask)
