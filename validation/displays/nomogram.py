"""The classical nomogram: scales of points above, total points and risk below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, plain

if TYPE_CHECKING:
    from validation.checks import Floats
    from validation.nomogram import NomogramResult

__all__ = ["NomogramDisplay"]

#: share of the width that two labels of one axis need between them, per character
_CHARACTER = 0.0105
_TICK, _LABEL = 0.13, 0.2


class NomogramDisplay:
    """Drawing of a nomogram.

    Parameters
    ----------
    result : NomogramResult
    """

    def __init__(self, result: NomogramResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> NomogramDisplay:
        """Draw on the given axes or on new ones."""
        result = self.result
        rows = len(result.names) + 4
        self.ax_ = self._axes(rows) if ax is None else ax
        self.figure_ = self.ax_.figure
        full, total = float(result.maximum_points), float(result.total_points[-1])
        scale = np.linspace(0.0, full, 11)
        self._scale(0, "Points", scale / full, scale, BLUE)
        for j, name in enumerate(result.names):
            values, points = result.axis(j)
            self._scale(j + 1, name, points / full, values)
        below = len(result.names) + 1
        self._scale(below, "Total points", result.total_points / total, result.total_points, BLUE)
        self._scale(below + 1, "Log odds", result.linear_predictor_points / total, result.linear_predictor)
        self._scale(below + 2, "Risk", result.risk_points / total, result.risk)
        self.ax_.set(xlim=(-0.28, 1.04), ylim=(-rows + 0.4, 0.7))
        self.ax_.set_axis_off()
        return self

    def _axes(self, rows: int) -> Any:
        from matplotlib.figure import Figure

        return Figure(figsize=(8.4, 0.9 + 0.48 * rows), layout="constrained").add_subplot()

    def _scale(self, row: int, name: str, places: Floats, values: Floats, color: str = "#1c2530") -> None:
        """One axis: line, ticks, and as many labels as do not cover each other."""
        y = -float(row)
        plain(self.ax_.text(-0.28, y, name, ha="left", va="center", fontsize=9.5, fontweight="bold", color=color))
        inside = (places >= -1e-9) & (places <= 1.0 + 1e-9)
        places, values = places[inside], values[inside]
        if not places.size:
            return
        self.ax_.plot([places.min(), places.max()], [y, y], color=color, linewidth=1.1)
        self.ax_.vlines(places, y, y - _TICK, color=color, linewidth=0.9)
        taken: list[tuple[float, float]] = []
        # the ends first: they say where the axis reaches
        ends = [0, places.size - 1] if places.size > 1 else [0]
        for i in [*ends, *range(1, places.size - 1)]:
            text = f"{values[i]:g}".replace("-", "−")
            half = _CHARACTER * (len(text) + 1) / 2
            left, right = float(places[i]) - half, float(places[i]) + half
            if all(right < a or left > b for a, b in taken):
                taken.append((left, right))
                self.ax_.text(places[i], y - _LABEL, text, ha="center", va="top", fontsize=8, color=GREY)
