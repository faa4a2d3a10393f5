"""ROC figures of a paper from its results: several curves with a legend, two curves with their comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from validation.displays.roc import RocCurveDisplay
from validation.displays.style import axes_of, plain
from validation.errors import InputError

if TYPE_CHECKING:
    from validation.roc import RocTestResult

__all__ = ["RocComparisonDisplay", "RocFigure", "display_of", "roc_figure"]

_FONT = 8
_LEAST_P = 0.001


class RocFigure:
    """Several ROC curves in one figure.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure
    displays_ : list of RocCurveDisplay
    """

    def __init__(self, ax: Any, displays: list[RocCurveDisplay]) -> None:
        self.ax_, self.figure_, self.displays_ = ax, ax.figure, displays


class RocComparisonDisplay:
    """Drawing of two curves on the same patients, with the difference of their areas.

    Parameters
    ----------
    result : RocTestResult
    names : pair of str
        Names of the markers.

    Attributes
    ----------
    ax_, figure_ : Matplotlib axes and figure, once drawn
    """

    def __init__(self, result: RocTestResult, names: tuple[str, str] = ("first", "second")) -> None:
        self.result, self.names = result, names
        self.ax_: Any = None
        self.figure_: Any = None

    def plot(self, ax: Any = None) -> RocComparisonDisplay:
        """Draw on the given axes or on new ones."""
        found = self.result
        curves = _data_of(found).curves()
        areas = (found.auc_1, found.auc_2)
        named = [f"{name}: AUC {area:.3f}" for name, area in zip(self.names, areas, strict=True)]
        displays = [RocCurveDisplay(curve, name=name) for curve, name in zip(curves, named, strict=True)]
        self.ax_ = RocCurveDisplay.several(displays, axes_of(ax))
        self.figure_ = self.ax_.figure
        p = "P < 0.001" if found.p_value < _LEAST_P else f"P = {found.p_value:.3f}"
        limits = f"{100 * found.level:g}% CI {found.lower:.3f} to {found.upper:.3f}"
        # nearly every curve leaves the upper left corner of the square free of words above it
        plain(self.ax_.set_title(f"difference {found.difference:.3f} ({limits}), {p}", fontsize=_FONT, loc="left"))
        return self


def _data_of(result: Any) -> Any:
    data = getattr(result, "_drawn", None)
    if data is None:
        raise InputError(
            "results", f"a {type(result).__name__} has no curve to draw", hint="Pass results of validation.roc."
        )
    return data


def display_of(result: Any, name: str = "") -> RocCurveDisplay:
    """Display of one result: a curve, an area with its interval, or a cut-off with the area that belongs to it."""
    from validation.roc import AUCBootstrapResult, AUCResult, OptimalCutoffResult, RocCurveResult, auc

    if isinstance(result, RocCurveResult):
        return RocCurveDisplay(result, name=name)
    data = _data_of(result)
    (curve,) = data.curves() if len(data.scores) == 1 else (None,)
    if curve is None or not isinstance(result, (AUCResult, AUCBootstrapResult, OptimalCutoffResult)):
        raise InputError("results", f"a {type(result).__name__} is no single curve", hint="Call its own plot().")
    if isinstance(result, OptimalCutoffResult):
        area = auc(data.outcome, data.scores[0], direction=result.direction)
        return RocCurveDisplay(curve, area, result, name)
    # both kinds of area have an estimate, a level and limits
    return RocCurveDisplay(curve, result, name=name)  # type: ignore[arg-type]


def roc_figure(results: Mapping[str, Any] | Sequence[Any], ax: Any = None) -> RocFigure:
    """Several ROC curves in one figure, with areas, intervals and cut-offs in the legend.

    Parameters
    ----------
    results : mapping of names to results, or sequence of results
        From `roc_curve` (the curve alone), `auc` or `auc_bootstrap` (with area and interval) or `optimal_cutoff` (with
        DeLong's area and the cut-off marked). A sequence has no names in the legend.
    ax : Matplotlib axes, optional
        New ones where left out.

    Returns
    -------
    RocFigure

    Raises
    ------
    InputError
        No result, or one that is no single curve.

    Notes
    -----
    Axes as journals print them, 1 - specificity to the right.
    R: ``pROC::plot.roc(r1); pROC::plot.roc(r2, add = TRUE)``.

    References
    ----------
    Robin X, Turck N, Hainard A, et al. (2011). pROC: an open-source package for R and S+ to analyze and compare ROC
    curves. BMC Bioinformatics 12:77. doi:10.1186/1471-2105-12-77

    Examples
    --------
    >>> from validation import auc
    >>> y = [0, 0, 1, 1, 1, 0]
    >>> found = roc_figure({"A": auc(y, [1, 4, 3, 8, 7, 2]), "B": auc(y, [3, 1, 2, 5, 4, 6])})
    >>> [text.get_text() for text in found.ax_.get_legend().get_texts()]
    ['A: AUC 0.889 (95% CI 0.581 to 1.000)', 'B: AUC 0.556 (95% CI 0.000 to 1.000)']
    """
    named = dict(results) if isinstance(results, Mapping) else dict(enumerate(results))
    if not named:
        raise InputError("results", "is empty", hint="Pass at least one result of validation.roc.")
    displays = [display_of(result, name if isinstance(name, str) else "") for name, result in named.items()]
    if len(displays) == 1:
        displays[0].plot(ax)
        return RocFigure(displays[0].ax_, displays)
    return RocFigure(RocCurveDisplay.several(displays, ax), displays)
