"""Common look of the figures: colours that survive greyscale and colour blindness, no markup in texts of users."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["BLUE", "GREY", "ORANGE", "PALETTE", "axes_of", "plain", "thinned"]

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


def thinned(x: Any, y: Any, most: int = 4000) -> tuple[Any, Any]:
    """Points of a curve in the unit square, beyond `most` without those that nobody could tell from the one before."""
    if x.size <= most:
        return x, y
    cells = np.rint(np.stack([x, y]) * most)
    kept = np.concatenate([[True], (np.diff(cells) != 0.0).any(axis=0)])
    kept[-1] = True
    return x[kept], y[kept]
