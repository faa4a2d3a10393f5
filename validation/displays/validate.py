"""Figure of apparent and optimism-corrected indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from validation.displays.style import BLUE, GREY, ORANGE, axes_of

if TYPE_CHECKING:
    from validation.internal_validation import ValidateResult

__all__ = ["ValidateDisplay"]

#: indexes with a scale from 0 to about 1, and what they are called in print
_SHOWN = {
    "Dxy": "Somers' Dxy",
    "R2": "Nagelkerke's R²",
    "Slope": "Calibration slope",
    "B": "Brier score",
    "gp": "g of the risks",
    "Emax": "Largest error of the risk",
}


class ValidateDisplay:
    """Drawing of each index as it appears and as it is corrected.

    Parameters
    ----------
    result : ValidateResult
    """

    def __init__(self, result: ValidateResult) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None

    def rows(self) -> list[tuple[str, float, float]]:
        """Name, apparent and corrected value of each line, the area first."""
        result = self.result
        found = [("AUC", result.auc, result.corrected_auc)]
        for name, label in _SHOWN.items():
            place = result.indexes.index(name)
            found.append((label, float(result.index_original[place]), float(result.index_corrected[place])))
        return found

    def plot(self, ax: Any = None) -> ValidateDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, (6.2, 3.4))
        self.figure_ = self.ax_.figure
        rows = self.rows()[::-1]
        for height, (_, apparent, corrected) in enumerate(rows):
            self.ax_.plot([apparent, corrected], [height, height], color=GREY, linewidth=1.2, zorder=1)
            self.ax_.annotate(
                f"{apparent:.3f} → {corrected:.3f}", (1.02, height), xycoords=("axes fraction", "data"),
                fontsize=8, va="center",
            )  # fmt: skip
        heights = list(range(len(rows)))
        self.ax_.plot([row[1] for row in rows], heights, "o", color=ORANGE, markersize=5, label="Apparent", zorder=2)
        self.ax_.plot([row[2] for row in rows], heights, "o", color=BLUE, markersize=5, label="Corrected", zorder=3)
        if self.result.method == "boot":
            limits = [self.result.auc_lower, self.result.auc_upper]
            words = f"AUC, {self.result.level:.0%} CI"
            self.ax_.plot(limits, [len(rows) - 1] * 2, color=BLUE, linewidth=3, alpha=0.35, label=words, zorder=0)
        self.ax_.set_yticks(heights, [row[0] for row in rows])
        self.ax_.set_xlabel("Index")
        self.ax_.set_title(f"Method {self.result.method}, B = {self.result.bootstraps}", fontsize=8, loc="left")
        self.ax_.legend(loc="upper left", bbox_to_anchor=(0, -0.16), ncols=3, frameon=False, fontsize=8)
        return self
