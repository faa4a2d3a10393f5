"""LASSO figures as journals print them: coefficient paths, cross-validation curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from validation.displays.style import BLUE, GREY, ORANGE, PALETTE, axes_of, plain

if TYPE_CHECKING:
    from validation.lasso import LassoCrossValidation, LassoPath
    from validation.lasso.gaussian import GaussianLassoPath

__all__ = ["CoefficientPathDisplay", "CrossValidationDisplay"]

#: labels at the end of the paths keep this share of the height between them
_LABEL_GAP = 0.045
_MOST_COUNTS = 8
_AXIS = "log(\u03bb)"
_TITLES = {
    "deviance": "Binomial deviance",
    "class": "Misclassification error",
    "auc": "AUC",
    "mse": "Mean squared error",
    "mae": "Mean absolute error",
}


def _log_lambda(lambdas: Any) -> Any:
    """Logarithms; a lambda of 0 is drawn one step beyond the others."""
    positive = lambdas[lambdas > 0.0]
    floor = float(positive.min()) / 2.0 if positive.size else 1.0
    return np.log(np.maximum(lambdas, floor))


def _counts_on_top(ax: Any, x: Any, nonzero: Any) -> Any:
    """Second axis on top with the number of selected predictors."""
    top = ax.twiny()
    top.set_xlim(ax.get_xlim())
    places = np.unique(np.linspace(0, x.size - 1, min(_MOST_COUNTS, x.size)).round().astype(int))
    top.set_xticks(x[places], [str(int(nonzero[i])) for i in places])
    top.tick_params(axis="x", length=2, labelsize=8)
    top.set_xlabel("Number of selected predictors", fontsize=8)
    for side in ("right", "top"):
        top.spines[side].set_visible(False)
    return top


class CoefficientPathDisplay:
    """Drawing of standardised coefficients against log lambda, names at the ends, counts on top.

    Parameters
    ----------
    path : LassoPath
    lambda_min, lambda_1se : float, optional
        Lambdas to mark.
    """

    def __init__(
        self, path: LassoPath | GaussianLassoPath, lambda_min: float | None = None, lambda_1se: float | None = None
    ) -> None:
        self.path, self.lambda_min, self.lambda_1se = path, lambda_min, lambda_1se
        self.ax_: Any = None
        self.figure_: Any = None
        self.lines_: list[Any] = []
        self.labels_: list[Any] = []

    @classmethod
    def from_path(cls, path: LassoPath | GaussianLassoPath) -> CoefficientPathDisplay:
        """Display of a path."""
        return cls(path)

    @classmethod
    def from_cross_validation(cls, result: LassoCrossValidation) -> CoefficientPathDisplay:
        """Display of the full fit of a cross-validation with both lambdas marked."""
        return cls(result.fit, result.lambda_min, result.lambda_1se)

    def plot(self, ax: Any = None) -> CoefficientPathDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, (5.6, 4.2))
        self.figure_ = self.ax_.figure
        x, values = _log_lambda(self.path.lambdas), self.path.standardized_coefficients
        ever = np.flatnonzero((values != 0.0).any(axis=1))
        self.lines_ = [
            self.ax_.plot(x, values[j], color=PALETTE[k % len(PALETTE)], linewidth=1.4, linestyle=_style(k))[0]
            for k, j in enumerate(ever)
        ]
        self.ax_.axhline(0.0, color=GREY, linewidth=0.8, zorder=1)
        # small lambdas are on the right, where the names stand
        self.ax_.set_xlim(float(x.max()), float(x.min()))
        self.ax_.set(xlabel=_AXIS, ylabel="Coefficient per standard deviation")
        self._mark_lambdas()
        self._name_ends(x, values[ever], [self.path.names[j] for j in ever])
        _counts_on_top(self.ax_, x, self.path.df)
        return self

    def _mark_lambdas(self) -> None:
        for value, style in ((self.lambda_min, (0, (4, 2))), (self.lambda_1se, (0, (1, 2)))):
            if value is not None:
                self.ax_.axvline(np.log(value), color=GREY, linewidth=0.9, linestyle=style, zorder=1)

    def _name_ends(self, x: Any, values: Any, names: list[str]) -> None:
        if not names:
            return
        ends = values[:, -1]
        low, high = self.ax_.get_ylim()
        places = _spread(ends, _LABEL_GAP * (high - low))
        for line, name, place, end in zip(self.lines_, names, places, ends, strict=True):
            text = self.ax_.annotate(
                name,
                xy=(float(x[-1]), float(end)),
                xytext=(1.03, float(place)),
                textcoords=("axes fraction", "data"),
                color=line.get_color(),
                fontsize=8,
                va="center",
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": line.get_color(), "linewidth": 0.5, "shrinkA": 0, "shrinkB": 0},
            )
            self.labels_.append(plain(text))


def _style(k: int) -> Any:
    """Line style that tells apart what shares a colour."""
    return ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (4, 1.5, 1, 1.5)))[k // len(PALETTE) % 4]


def _spread(values: Any, gap: float) -> Any:
    """Places near the values, in their order, at least `gap` apart, around the same centre."""
    order = np.argsort(values)
    places = np.asarray(values, dtype=float)[order]
    # pooled runs of labels share their mean, as in isotonic regression of the places less k gaps
    shifted = places - gap * np.arange(places.size)
    blocks: list[list[float]] = []
    for value in shifted.tolist():
        blocks.append([value, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            blocks[-1] = [
                (blocks[-1][0] * blocks[-1][1] + mean * size) / (blocks[-1][1] + size),
                blocks[-1][1] + size,
            ]
    levelled = np.concatenate([np.full(int(size), mean) for mean, size in blocks])
    found = np.empty(places.size)
    found[order] = levelled + gap * np.arange(places.size)
    return found


class CrossValidationDisplay:
    """Drawing of the cross-validated error with standard errors and both choices of lambda.

    Parameters
    ----------
    result : LassoCrossValidation
    """

    def __init__(self, result: LassoCrossValidation) -> None:
        self.result = result
        self.ax_: Any = None
        self.figure_: Any = None
        self.bars_: Any = None
        self.lines_: list[Any] = []

    @classmethod
    def from_result(cls, result: LassoCrossValidation) -> CrossValidationDisplay:
        """Display of a cross-validation."""
        return cls(result)

    def plot(self, ax: Any = None) -> CrossValidationDisplay:
        """Draw on the given axes or on new ones."""
        self.ax_ = axes_of(ax, (5.6, 4.2))
        self.figure_ = self.ax_.figure
        result, x = self.result, _log_lambda(self.result.lambdas)
        self.bars_ = self.ax_.errorbar(
            x,
            result.mean,
            yerr=result.standard_error,
            fmt="o",
            markersize=3.2,
            color=ORANGE,
            ecolor="#b9bdc3",
            elinewidth=0.9,
            capsize=1.6,
            zorder=3,
        )
        choices = (("\u03bb min", result.index_min, (0, (4, 2))), ("\u03bb 1 SE", result.index_1se, (0, (1, 2))))
        for name, index, style in choices:
            label = f"{name}: {result.lambdas[index]:.4g} ({int(result.nonzero[index])} selected)"
            line = self.ax_.axvline(x[index], color=BLUE, linewidth=1.1, linestyle=style, label=label, zorder=2)
            self.lines_.append(line)
        self.ax_.set_xlim(float(x.max()) + 0.1, float(x.min()) - 0.1)
        self.ax_.set(xlabel=_AXIS, ylabel=_TITLES[result.measure])
        self.ax_.legend(handles=self.lines_, loc="best", frameon=False, fontsize=8)
        _counts_on_top(self.ax_, x, result.nonzero)
        return self
