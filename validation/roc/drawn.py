"""What a result keeps for its picture: the data, of which the curve is made when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from validation.checks import Floats, Outcome
from validation.roc.curve import RocCurveResult, roc_curve

__all__ = ["Drawn", "DrawnGroups"]


@dataclass(frozen=True)
class Drawn:
    """Outcome with one marker or more, and the directions of these."""

    outcome: Outcome
    scores: tuple[Floats, ...]
    directions: tuple[str, ...]

    def curves(self) -> tuple[RocCurveResult, ...]:
        """Empirical curve of each marker."""
        pairs = zip(self.scores, self.directions, strict=True)
        return tuple(roc_curve(self.outcome, scores, direction=direction) for scores, direction in pairs)


@dataclass(frozen=True)
class DrawnGroups:
    """Scores of cases and of controls in any order, times -1 where lower values indicate the event."""

    cases: Floats
    controls: Floats
    direction: str

    @property
    def outcome(self) -> Outcome:
        """Cases, then controls."""
        return np.repeat(np.array([1, 0], dtype=np.int8), [self.cases.size, self.controls.size])

    @property
    def scores(self) -> tuple[Floats, ...]:
        """One marker, in its own unit."""
        together = np.concatenate([self.cases, self.controls])
        return (together if self.direction == "higher" else -together,)

    def curves(self) -> tuple[RocCurveResult, ...]:
        """Empirical curve of the marker."""
        return Drawn(self.outcome, self.scores, (self.direction,)).curves()
