"""ROC curve with a part of the area shaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.roc import RocCurveDisplay
from validation.displays.style import BLUE, plain

if TYPE_CHECKING:
    from validation.roc.partial import PartialAUCResult

__all__ = ["PartialRocCurveDisplay"]

_FONT = 8
#: steps across the shaded range
_STEPS = 400


class PartialRocCurveDisplay:
    """Drawing of a ROC curve with the partial area shaded.

    Parameters
    ----------
    area : PartialAUCResult
    name : str, optional
        Name of the marker.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, once drawn
    """

    def __init__(self, area: PartialAUCResult, name: str = "") -> None:
        self.area, self.name = area, name
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> PartialRocCurveDisplay:
        """Draw on the given axes or on new ones."""
        drawn = RocCurveDisplay(self.area.curve, name=self.name).plot(ax)
        self.ax_, self.figure_ = drawn.ax_, drawn.figure_
        low, high = self.area.partial_range
        style = {"color": BLUE, "alpha": 0.2, "linewidth": 0, "label": self._words(), "zorder": 2}
        curve = self.area.curve
        # the last of the points on a vertical stretch, then between the points on the line
        if self.area.focus == "specificity":
            x = np.union1d(np.linspace(low, high, _STEPS), _within(curve.specificity, low, high))
            self.ax_.fill_between(1.0 - x, np.interp(x, curve.specificity, curve.sensitivity), **style)
        else:
            y = np.union1d(np.linspace(low, high, _STEPS), _within(curve.sensitivity, low, high))
            left = 1.0 - np.interp(y, curve.sensitivity[::-1], curve.specificity[::-1])
            self.ax_.fill_betweenx(y, left, 1.0, **style)
        for text in self.ax_.legend(frameon=False, fontsize=_FONT, handlelength=1.6, loc="lower right").get_texts():
            plain(text)
        return self

    def _words(self) -> str:
        low, high = self.area.partial_range
        corrected = "" if np.isnan(self.area.corrected) else f" (corrected {self.area.corrected:.3f})"
        return f"partial AUC {self.area.auc:.3f}{corrected}\n{self.area.focus} {low:g} to {high:g}"


def _within(values: Any, low: float, high: float) -> Any:
    return values[(values >= low) & (values <= high)]
