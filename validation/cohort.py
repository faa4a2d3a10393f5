"""Cohort: the data of one analysis, checked once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from validation.checks import Floats, Outcome

__all__ = ["Cohort", "Marker"]


@dataclass(frozen=True)
class Marker:
    """A measured score with the direction that indicates the event."""

    name: str
    values: Floats
    direction: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True)
class Cohort:
    """Outcome, predictors, markers and given risks of n patients."""

    name: str
    outcome: Outcome
    outcome_name: str
    event: str
    predictors: tuple[str, ...]
    x: Floats
    markers: tuple[Marker, ...] = ()
    risks: Mapping[str, Floats] = field(default_factory=dict)
