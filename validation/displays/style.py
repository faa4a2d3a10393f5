"""Common look of the figures: colours that survive greyscale and colour blindness, no markup in texts of users."""

from __future__ import annotations

from typing import Any

__all__ = ["BLUE", "GREY", "ORANGE", "PALETTE", "axes_of", "plain"]

BLUE, ORANGE, GREEN, PURPLE, GREY = "#0b4f8a", "#c8571b", "#1b7f5c", "#7a4fa3", "#7a7f87"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, "#a3761f", "#b3396b")


def axes_of(ax: Any, size: tuple[float, float] = (4.6, 4.6)) -> Any:
    """The given axes, or new ones on a figure of their own; without the upper and right frame."""
    if ax is None:
        from matplotlib.figure import Figure

        ax = Figure(figsize=size, layout="constrained").add_subplot()
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def plain(text: Any) -> Any:
    """Draw a text as it is: names of users are never read as mathematical markup."""
    text.set_parse_math(False)
    return text
