"""ROC curve as journals print it: curve, diagonal, area with interval, cut-off mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, PALETTE, axes_of, plain

if TYPE_CHECKING:
    from validation.roc import AUCResult, OptimalCutoffResult, RocCurveResult

__all__ = ["RocCurveDisplay"]


class RocCurveDisplay:
    """Drawing of a ROC curve.

    Parameters
    ----------
    curve : RocCurveResult
    area : AUCResult, optional
        Area and interval for the legend.
    cutoff : OptimalCutoffResult, optional
        Cut-off to mark.
    name : str, optional
        Name of the marker.
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
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax)
        self.figure_ = self.ax_.figure
        x, y = 1.0 - self.curve.specificity, self.curve.sensitivity
        (self.line_,) = self.ax_.plot(x, y, color=color, linewidth=1.8, label=self._label(), zorder=3)
        self._decorate()
        if self.cutoff is not None:
            self._mark(color)
        if self._label():
            legend = self.ax_.legend(loc="lower right", frameon=False, fontsize=8)
            for text in legend.get_texts():
                plain(text)
        return self

    def _label(self) -> str:
        if self.area is None:
            return self.name
        level = f"{100 * self.area.level:g}% CI"
        shown = f"AUC {self.area.auc:.3f} ({level} {self.area.lower:.3f} to {self.area.upper:.3f})"
        return f"{self.name}: {shown}" if self.name else shown

    def _decorate(self) -> None:
        ax = self.ax_
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="1 - Specificity", ylabel="Sensitivity", aspect="equal")

    def _mark(self, color: str) -> None:
        assert self.cutoff is not None
        points = zip(self.cutoff.threshold, self.cutoff.sensitivity, self.cutoff.specificity, strict=True)
        for threshold, sensitivity, specificity in points:
            self.ax_.plot(
                [1 - specificity],
                [sensitivity],
                marker="o",
                color=color,
                markersize=6,
                markeredgecolor="white",
                zorder=4,
            )
            sign = "\u2265" if self.cutoff.direction == "higher" else "\u2264"
            words = f"{sign} {threshold:.4g} (specificity {specificity:.3f}, sensitivity {sensitivity:.3f})"
            # the label goes below the curve, where there is room
            self.ax_.annotate(
                words, (1 - specificity, sensitivity), xytext=(8, -14), textcoords="offset points", fontsize=8
            )

    @classmethod
    def several(cls, displays: list[RocCurveDisplay], ax: Any = None) -> Any:
        """Several curves in one figure; returns the axes."""
        ax = axes_of(ax)
        for display, color in zip(displays, PALETTE * (1 + len(displays) // len(PALETTE)), strict=False):
            display.plot(ax, color=color)
        return ax
