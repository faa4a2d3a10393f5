"""Power against the number of cases, with the plan marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, axes_of, plain

if TYPE_CHECKING:
    from validation.roc.power import RocPowerResult
    from validation.roc.power_binormal import BinormalPlanResult
    from validation.roc.power_two_curves import RocTestPowerResult

__all__ = ["PowerDisplay"]

_FONT = 8
_POINTS, _REACH = 200, 2.2
_SIZE = (5.2, 3.8)


class PowerDisplay:
    """Drawing of a plan.

    Parameters
    ----------
    result : RocPowerResult, RocTestPowerResult or BinormalPlanResult

    Attributes
    ----------
    ax_, figure_, line_ : Matplotlib axes, figure and line, once drawn
    """

    def __init__(self, result: RocPowerResult | RocTestPowerResult | BinormalPlanResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None
        self.line_: Any = None

    def plot(self, ax: Any = None) -> PowerDisplay:
        """Draw on the given axes or on new ones."""
        found = self.result
        self.ax_ = axes_of(ax, _SIZE)
        self.figure_ = self.ax_.figure
        n, power = found.n_cases, found.power
        places = [_REACH * n * i / _POINTS for i in range(1, _POINTS + 1)]
        (self.line_,) = self.ax_.plot(places, [found.power_at(p) for p in places], color=BLUE, linewidth=1.8)
        self.ax_.plot([n, n, 0.0], [0.0, power, power], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        self.ax_.plot([n], [power], "o", color=BLUE, markersize=6, markeredgecolor="white", zorder=4)
        level = f"{found.alternative}, level {found.significance_level:.4g}"
        words = f"{math.ceil(n)} cases, {math.ceil(found.n_controls)} controls\npower {power:.3f}\n{level}"
        # below a curve that is flat already, above one that still rises
        place: dict[str, Any] = {"xytext": (10, -10), "va": "top", "ha": "left"}
        if power <= 0.5:
            place = {"xytext": (-8, 10), "va": "bottom", "ha": "right"}
        text = self.ax_.annotate(
            words, (n, power), textcoords="offset points", fontsize=_FONT, linespacing=1.3, **place
        )
        plain(text)
        ratio = found.n_controls / n
        self.ax_.set(
            xlim=(0.0, _REACH * n), ylim=(0.0, 1.02), ylabel="Power", xlabel=f"Cases ({ratio:.3g} controls for each)"
        )
        return self
