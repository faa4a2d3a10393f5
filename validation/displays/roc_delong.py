"""Several ROC curves in one figure with the words of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from validation.displays.roc import RocCurveDisplay

if TYPE_CHECKING:
    from validation.roc import RocCurveResult

__all__ = ["CurvesDisplay"]


class CurvesDisplay:
    """Drawing of the curves that a test compares.

    Parameters
    ----------
    curves : sequence of RocCurveResult
    words : sequence of str
        What the legend says of each.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, once drawn
    """

    def __init__(self, curves: Sequence[RocCurveResult], words: Sequence[str]) -> None:
        self.curves, self.words = curves, words
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> CurvesDisplay:
        """Draw on the given axes or on new ones."""
        drawn = [RocCurveDisplay(curve, name=name) for curve, name in zip(self.curves, self.words, strict=True)]
        self.ax_ = RocCurveDisplay.several(drawn, ax)
        self.figure_ = self.ax_.figure
        return self
