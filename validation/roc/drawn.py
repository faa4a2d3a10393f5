"""What a result keeps for its picture: the data, of which the curve is made when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from validation.checks import Floats, Outcome
from validation.roc.curve import RocCurveResult, roc_curve

__all__ = ["Drawn"]


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
