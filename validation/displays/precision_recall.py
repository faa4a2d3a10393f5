"""Precision-recall curve: its steps, the line of the prevalence, average precision with interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, axes_of, plain, thinned

if TYPE_CHECKING:
    from validation.roc.precision_recall import PrecisionRecallResult
    from validation.roc.precision_recall_bootstrap import PrecisionRecallBootstrapResult

__all__ = ["PrecisionRecallDisplay"]

_FONT = 8
_PREVALENCE = "prevalence line"


class PrecisionRecallDisplay:
    """Drawing of a precision-recall curve.

    Parameters
    ----------
    curve : PrecisionRecallResult
    interval : PrecisionRecallBootstrapResult, optional
        Percentile interval; the logit interval of the curve where left out.
    name : str, optional
        Name of the marker.

    Attributes
    ----------
    ax_, figure_, line_ : Matplotlib axes, figure and line, once drawn
    """

    def __init__(
        self,
        curve: PrecisionRecallResult,
        interval: PrecisionRecallBootstrapResult | None = None,
        name: str = "",
    ) -> None:
        self.curve, self.interval, self.name = curve, interval, name
        self.ax_: Any = None
        self.figure_: Any = None
        self.line_: Any = None

    def plot(self, ax: Any = None, color: str = BLUE) -> PrecisionRecallDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax)
        self.figure_ = self.ax_.figure
        limits = self.interval or self.curve
        shown = f"average precision {self.curve.average_precision:.3f}"
        shown += f" ({100 * limits.level:g}% CI {limits.lower:.3f} to {limits.upper:.3f})"
        recall = np.concatenate([[0.0], self.curve.recall])
        precision = np.concatenate([self.curve.precision[:1], self.curve.precision])
        # precision of a step is that of its right end
        (self.line_,) = self.ax_.step(
            *thinned(recall, precision), where="pre", color=color, linewidth=1.8, zorder=3,
            label=f"{self.name}: {shown}" if self.name else shown,
        )  # fmt: skip
        if _PREVALENCE not in [line.get_gid() for line in self.ax_.lines]:
            self.ax_.axhline(
                self.curve.prevalence, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid=_PREVALENCE,
                label=f"prevalence {self.curve.prevalence:.3f}",
            )  # fmt: skip
        self.ax_.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.03), xlabel="Recall", ylabel="Precision", aspect="equal")
        # no corner is free of every curve: the words stand above the axes
        place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderaxespad": 0.2}
        for text in self.ax_.legend(frameon=False, fontsize=_FONT, handlelength=1.6, **place).get_texts():
            plain(text)
        return self
