"""What is drawn for a statistic: each result's own picture, or one picture of several results side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck_r.report.presenting import distinct
from validation.statistic import Statistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from crosscheck_r.run import Run
    from validation.displays.roc import RocCurveDisplay

__all__ = ["Drawing", "drawings"]

_LONGEST_LABEL = 40
#: curves beyond this number hide each other
_MOST_CURVES = 6


@dataclass(frozen=True)
class Drawing:
    """A picture to be drawn."""

    label: str
    paint: Callable[[Axes], Any]
    caption: str
    alternative: str
    width: float = 6.2
    height: float = 4.6


Results = Mapping[str, Any]


def drawings(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    """Pictures of the results of one statistic."""
    together = _TOGETHER.get(statistic.name)
    if together is not None:
        yield from together(run, statistic, results)
        return
    for label, result in distinct(results).items():
        if hasattr(result, "plot"):
            yield Drawing(
                label,
                lambda ax, result=result: result.plot(ax=ax),  # type: ignore[misc]
                f"{statistic.title}: {label}",
                f"{statistic.title} for {label}; the numbers are in the tables.",
            )


def shortened(text: str) -> str:
    """Text that leaves room for the picture."""
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _results_of(run: Run, name: str) -> dict[str, Any]:
    return {
        o.case.label: o.result
        for o in run.outcomes
        if o.statistic.name == name and o.compat is None and o.result is not None
    }


def _roc_curves(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    from validation.displays.roc import RocCurveDisplay

    areas, cutoffs = _results_of(run, "auc"), _results_of(run, "optimal_cutoff")
    labels = list(results)
    for start in range(0, len(labels), _MOST_CURVES):
        chosen = {label: results[label] for label in labels[start : start + _MOST_CURVES]}
        described = "; ".join(f"{label}: AUC {areas[label].auc:.3f}" if label in areas else label for label in chosen)
        # the words beside the cut-offs of several curves would cover each other; their numbers are in the table
        words = len(chosen) == 1
        displays = [
            RocCurveDisplay(curve, areas.get(label), cutoffs.get(label) if words else None, shortened(label))
            for label, curve in chosen.items()
        ]
        marks = [] if words else [cutoffs.get(label) for label in chosen]
        yield Drawing(
            "all markers" if len(labels) <= _MOST_CURVES else f"markers from {start + 1}",
            lambda ax, displays=displays, marks=marks: _paint_curves(ax, displays, marks),  # type: ignore[misc]
            "ROC curves; the dot is the cut-off with the largest Youden index",
            f"ROC curves of {described}.",
            6.0,
            6.0,
        )


def _paint_curves(ax: Axes, displays: list[RocCurveDisplay], marks: list[Any]) -> None:
    type(displays[0]).several(displays, ax)
    for display, cutoff in zip(displays, marks, strict=False):
        if cutoff is not None:
            ax.plot(
                1 - cutoff.specificity, cutoff.sensitivity, "o", color=display.line_.get_color(), markersize=7,
                markeredgecolor="white", zorder=4,
            )  # fmt: skip


def _lasso_paths(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    from validation.displays.lasso import CoefficientPathDisplay

    chosen = next(iter(_results_of(run, "lasso_cv").values()), None)
    marks = () if chosen is None else (chosen.lambda_min, chosen.lambda_1se)
    for label, path in distinct(results).items():
        yield Drawing(
            label,
            lambda ax, path=path: CoefficientPathDisplay(path, *marks).plot(ax),  # type: ignore[misc]
            "Coefficients along the penalty" + ("; dashed: λ-min, dotted: λ-1se" if marks else ""),
            f"LASSO path of {len(path.names)} predictors; the chosen coefficients are in the table.",
        )


_TOGETHER: dict[str, Callable[[Run, Statistic, Results], Iterator[Drawing]]] = {
    "roc_curve": _roc_curves,
    "lasso_path": _lasso_paths,
}
