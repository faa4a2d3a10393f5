"""The synthetic cohorts that ship with the package."""

from __future__ import annotations

import json
from typing import Any

from crosscheck_r.paths import fixture_root
from validation.cohort import Cohort
from validation.errors import InputError

__all__ = ["cohort_facts", "load_cohort", "shipped_cohorts"]


def shipped_cohorts() -> tuple[str, ...]:
    """Names of the shipped cohorts, the model paper's first."""
    names = sorted(path.stem for path in (fixture_root() / "cohorts").glob("*.json"))
    return tuple(sorted(names, key=lambda name: name != "osteoporosis"))


def cohort_facts(name: str) -> dict[str, Any]:
    """What a shipped cohort is: outcome, predictors, markers, units, seed, margins, SHA-256 of its file.

    Raises
    ------
    InputError
        No cohort of that name is shipped.
    """
    if name not in shipped_cohorts():
        raise InputError(name, "is no shipped cohort", hint=f"Shipped are {', '.join(shipped_cohorts())}.")
    path = fixture_root() / "cohorts" / f"{name}.json"
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def load_cohort(name: str) -> Cohort:
    """Shipped cohort by name.

    Raises
    ------
    InputError
        No cohort of that name is shipped.

    Examples
    --------
    >>> cohort = load_cohort("osteoporosis")
    >>> cohort.outcome.size, int(cohort.outcome.sum()), int(cohort.secondary["fracture"].sum())
    (496, 288, 31)
    """
    facts = cohort_facts(name)
    return Cohort.from_file(
        fixture_root() / "cohorts" / f"{name}.csv",
        outcome=facts["outcome"],
        event=facts["event"],
        predictors=facts["predictors"],
        markers=facts["markers"],
        risks=facts["risks"],
        secondary=facts["secondary"],
        name=name,
    )
