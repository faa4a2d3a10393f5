"""Patients that each criterion of a prediction model needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, axes_of, plain

if TYPE_CHECKING:
    from validation.sample_size.smallest import SampleSize

__all__ = ["SampleSizeDisplay"]

_FONT, _SIZE = 8, (5.2, 2.6)


class SampleSizeDisplay:
    """Drawing of the criteria as bars, the largest marked.

    Parameters
    ----------
    result : SampleSize

    Attributes
    ----------
    ax_, figure_, bars_ : Matplotlib axes, figure and bars, once drawn
    """

    def __init__(self, result: SampleSize) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None
        self.bars_: Any = None

    def plot(self, ax: Any = None) -> SampleSizeDisplay:
        """Draw on the given axes or on new ones."""
        found = self.result
        self.ax_ = axes_of(ax, _SIZE)
        self.figure_ = self.ax_.figure
        known = {
            "Overall risk within 0.05": found.overall_risk,
            "Risks within 0.05 on average": found.prediction_error,
            "Optimism at most 0.05": found.optimism,
            "Shrinkage at least 0.9": found.shrinkage,
        }
        needed = {name: n for name, n in known.items() if n is not None}
        colours = [BLUE if n == found.n else GREY for n in needed.values()]
        self.bars_ = self.ax_.barh(list(needed), list(needed.values()), color=colours, height=0.6)
        for place, n in enumerate(needed.values()):
            plain(self.ax_.annotate(f"{n}", (n, place), xytext=(4, 0), textcoords="offset points", va="center",
                                    fontsize=_FONT))  # fmt: skip
        self.ax_.set(xlim=(0.0, 1.12 * found.n), xlabel=f"Patients, for {found.parameters} candidate parameters")
        return self
