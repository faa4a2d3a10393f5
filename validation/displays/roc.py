"""ROC curve as journals print it: curve, chance line, area with interval, cut-off with its rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, PALETTE, axes_of, plain, thinned

if TYPE_CHECKING:
    from validation.checks import Floats
    from validation.roc import AUCResult, OptimalCutoffResult, RocCurveResult

__all__ = ["RocCurveDisplay"]

_FONT = 8
_CHANCE = "chance line"
#: vertices from which on points of straight stretches are left out
_MOST = 4000


class RocCurveDisplay:
    """Drawing of a ROC curve.

    Parameters
    ----------
    curve : RocCurveResult
    area : AUCResult, optional
        Area and interval for the legend.
    cutoff : OptimalCutoffResult, optional
        Cut-offs to mark.
    name : str, optional
        Name of the marker.

    Attributes
    ----------
    ax_, figure_, line_ : Matplotlib axes, figure and line, once drawn
    """

    def __init__(
        self,
        curve: RocCurveResult,
        area: AUCResult | None = None,
        cutoff: OptimalCutoffResult | None = None,
        name: str = "",
    ) -> None:
        self.curve, self.area, self.cutoff, self.name = curve, area, cutoff, name
        self.ax_: Any = None
        self.figure_: Any = None
        self.line_: Any = None

    def plot(self, ax: Any = None, color: str = BLUE) -> RocCurveDisplay:
        """Draw on the given axes or on new ones; the cut-off is written beside its point."""
        self._draw(axes_of(ax), color, self._area_words())
        for threshold, sensitivity, specificity in self._cutoffs():
            words = f"{threshold}\nspecificity {specificity:.3f}\nsensitivity {sensitivity:.3f}"
            # below the curve there is room; near the right edge the words go to the left
            right = specificity > 0.28
            plain(
                self.ax_.annotate(
                    words, (1.0 - specificity, sensitivity), xytext=(8 if right else -8, -6),
                    textcoords="offset points", ha="left" if right else "right", va="top", fontsize=_FONT,
                    linespacing=1.25, zorder=5,
                    bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.0},
                )
            )  # fmt: skip
        if self._area_words():
            _legend(self.ax_, loc="lower right")
        return self

    @classmethod
    def several(cls, displays: Sequence[RocCurveDisplay], ax: Any = None) -> Any:
        """Several curves in one figure, the cut-offs written in the legend; returns the axes."""
        ax = axes_of(ax, (4.8, 5.2 + 0.4 * len(displays)))
        for display, color in zip(displays, PALETTE * (1 + len(displays) // len(PALETTE)), strict=False):
            lines = [display._area_words()]
            lines += [f"{t} (specificity {sp:.3f}, sensitivity {se:.3f})" for t, se, sp in display._cutoffs()]
            display._draw(ax, color, "\n".join(line for line in lines if line))
        if len(displays) <= 2 and not any(display.cutoff for display in displays):
            _legend(ax, loc="lower right")
        else:
            # inside, the legend of many curves would cover them: it goes below the label of the axis
            from matplotlib.transforms import ScaledTranslation

            below = ax.transAxes + ScaledTranslation(0, -42 / 72, ax.figure.dpi_scale_trans)
            _legend(ax, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, borderaxespad=0)
        return ax

    def _draw(self, ax: Any, color: str, label: str) -> None:
        self.ax_, self.figure_ = ax, ax.figure
        if _CHANCE not in [line.get_gid() for line in ax.lines]:
            ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid=_CHANCE)
        # an empty label would be replaced by a running number in the legend
        (self.line_,) = ax.plot(*_vertices(self.curve), color=color, linewidth=1.8, label=label or "_", zorder=3)
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="1 - Specificity", ylabel="Sensitivity", aspect="equal")
        if self.cutoff is not None:
            x, y = 1.0 - self.cutoff.specificity, self.cutoff.sensitivity
            ax.plot(x, y, "o", color=color, markersize=6, markeredgecolor="white", zorder=4, clip_on=False)

    def _area_words(self) -> str:
        if self.area is None:
            return self.name
        level = f"{100 * self.area.level:g}% CI"
        shown = f"AUC {self.area.auc:.3f}"
        if not np.isnan(self.area.lower):
            shown += f" ({level} {self.area.lower:.3f} to {self.area.upper:.3f})"
        return f"{self.name}: {shown}" if self.name else shown

    def _cutoffs(self) -> list[tuple[str, float, float]]:
        """Cut-off in words, sensitivity and specificity of each optimum."""
        if self.cutoff is None:
            return []
        sign = "\u2265" if self.cutoff.direction == "higher" else "\u2264"
        values = (self.cutoff.threshold.tolist(), self.cutoff.sensitivity.tolist(), self.cutoff.specificity.tolist())
        return [(f"{sign} {t:.4g}", se, sp) for t, se, sp in zip(*values, strict=True)]


def _legend(ax: Any, **place: Any) -> None:
    for text in ax.legend(frameon=False, fontsize=_FONT, handlelength=1.6, **place).get_texts():
        plain(text)


def _vertices(curve: RocCurveResult) -> tuple[Floats, Floats]:
    """Corners of the curve, without points on a straight stretch and without those that nobody could tell apart."""
    x, y = 1.0 - curve.specificity, curve.sensitivity
    if x.size > _MOST:
        level, upright = np.diff(y) == 0.0, np.diff(x) == 0.0
        straight = (level[1:] & level[:-1]) | (upright[1:] & upright[:-1])
        kept = np.concatenate([[True], ~straight, [True]])
        x, y = x[kept], y[kept]
    return thinned(x, y)
