"""Areas of all pairs of classes, with their mean and its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, ORANGE, axes_of, plain

if TYPE_CHECKING:
    from validation.roc.multiclass import MulticlassAUCResult
    from validation.roc.multiclass_bootstrap import MulticlassBootstrapResult

__all__ = ["PairwiseAreasDisplay"]

_FONT = 8
_WIDTH, _ROW, _FRAME = 5.4, 0.36, 1.5


class PairwiseAreasDisplay:
    """Drawing of the pairwise areas.

    Parameters
    ----------
    result : MulticlassAUCResult or MulticlassBootstrapResult

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, once drawn
    """

    def __init__(self, result: MulticlassAUCResult | MulticlassBootstrapResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> PairwiseAreasDisplay:
        """Draw on the given axes or on new ones."""
        names = [f"{first} and {second}" for first, second in self.result.pairs]
        self.ax_ = axes_of(ax, (_WIDTH, _FRAME + _ROW * len(names)))
        self.figure_ = self.ax_.figure
        places = list(range(len(names)))
        low, high = getattr(self.result, "lower", None), getattr(self.result, "upper", None)
        words = f"mean of all pairs {self.result.auc:.3f}"
        if low is not None and high is not None:
            level = 100 * getattr(self.result, "level", 0.0)
            words += f" ({level:g}% CI {low:.3f} to {high:.3f})"
            self.ax_.axvspan(low, high, color=ORANGE, alpha=0.15, linewidth=0)
        self.ax_.axvline(0.5, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        self.ax_.axvline(self.result.auc, color=ORANGE, linewidth=1.6, label=words, zorder=2)
        self.ax_.plot(self.result.pairwise, places, "o", color=BLUE, markersize=7, zorder=3)
        for area, place in zip(self.result.pairwise.tolist(), places, strict=True):
            self.ax_.annotate(
                f"{area:.3f}", (area, place), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=_FONT
            )
        for label in self.ax_.set_yticks(places, names):
            plain(label.label1)
        self.ax_.set(xlim=(-0.02, 1.02), ylim=(len(names) - 0.5, -0.7), xlabel="AUC", ylabel="Classes")
        above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderaxespad": 0.2}
        for text in self.ax_.legend(frameon=False, fontsize=_FONT, handlelength=1.6, **above).get_texts():
            plain(text)
        return self
