"""What is drawn for a statistic: each result's own picture, or one picture of several results side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosscheck_r.report.presenting import Results, distinct, results_of
from crosscheck_r.run import Run
from validation.statistic import Statistic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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


def drawings(run: Run, statistic: Statistic) -> Iterator[Drawing]:
    """Pictures of the results of one statistic."""
    results = results_of(run, statistic.name)
    together = _TOGETHER.get(statistic.name)
    if together is not None:
        yield from together(run, statistic, results)
        return
    for label, result in distinct(results).items():
        if hasattr(result, "plot"):
            yield Drawing(
                label,
                lambda ax, result=result: result.plot(ax=ax),  # type: ignore[misc]
                statistic.title if len(results) == 1 else f"{statistic.title}: {label}",
                f"{statistic.title} for {label}; the numbers are in the tables.",
            )


def shortened(text: str) -> str:
    """Text that leaves room for the picture."""
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"


def _roc_curves(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    from validation.displays.roc import RocCurveDisplay

    areas, cutoffs = results_of(run, "auc"), results_of(run, "optimal_cutoff")
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


def _bands(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    """Band with the cut-off written as threshold (specificity, sensitivity)."""
    from validation.displays.roc_bands import BandDisplay

    cutoffs = results_of(run, "optimal_cutoff")
    for label, band in results.items():
        display = BandDisplay(band, cutoffs.get(label))
        yield Drawing(
            label,
            lambda ax, display=display: display.plot(ax),  # type: ignore[misc]
            f"ROC curve of {label}; band: {100 * band.level:g}\u00a0% limits of the sensitivity at each specificity; "
            "dot: cut-off (specificity, sensitivity)",
            f"ROC curve of {label} with a band of sensitivities; the numbers are in the table.",
            5.2,
            5.2,
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

    chosen = next(iter(results_of(run, "lasso_cv").values()), None)
    marks = () if chosen is None else (chosen.lambda_min, chosen.lambda_1se)
    for label, path in distinct(results).items():
        yield Drawing(
            label,
            lambda ax, path=path: CoefficientPathDisplay(_with_short_names(path), *marks).plot(ax),  # type: ignore[misc]
            "Coefficients along the penalty" + ("; dashed: λ-min, dotted: λ-1se" if marks else ""),
            f"LASSO path of {len(path.names)} predictors; the chosen coefficients are in the table.",
        )


def _forests(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    for label, result in results.items():
        yield Drawing(
            label,
            lambda ax, result=result: _with_short_names(result).plot(ax),  # type: ignore[misc]
            f"{statistic.title}, {100 * result.level:g}\u00a0% confidence intervals",
            f"Forest plot of the odds ratios of {len(result.names)} predictors; the numbers are in the table.",
            7.6,
            1.3 + 0.32 * len(result.names),
        )


def _nomograms(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    for label, result in results.items():
        yield Drawing(
            label,
            lambda ax, result=result: _with_short_names(result).plot(ax),  # type: ignore[misc]
            "Add up the points of the predictors and read the risk below their sum",
            f"Nomogram of {len(result.names)} predictors; the points of every tick are in the table.",
            9.0,
            2.4 + 0.46 * len(result.names),
        )


def _stability(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    for label, result in results.items():
        yield Drawing(
            label,
            lambda ax, result=result: _with_short_names(result).plot(ax),  # type: ignore[misc]
            "How often each predictor is selected, with other seeds and in random halves of the patients",
            f"Selection frequencies of {len(result.names)} predictors; the numbers are in the table.",
            7.2,
            1.9 + 0.34 * min(40, len(result.names)),
        )


def _with_short_names(result: Any) -> Any:
    return dataclasses.replace(result, names=tuple(shortened(name) for name in result.names))


def _drawn_elsewhere(run: Run, statistic: Statistic, results: Results) -> Iterator[Drawing]:
    """Nothing: the picture of another statistic shows these numbers."""
    yield from ()


_TOGETHER: dict[str, Callable[[Run, Statistic, Results], Iterator[Drawing]]] = {
    "roc_curve": _roc_curves,
    "auc": _drawn_elsewhere,
    "auc_bootstrap": _drawn_elsewhere,
    "optimal_cutoff": _drawn_elsewhere,
    "sensitivity_band": _bands,
    "specificity_band": _drawn_elsewhere,
    "roc_test": _drawn_elsewhere,
    "multiclass_auc": _drawn_elsewhere,
    "precision_recall": _drawn_elsewhere,
    "roc_power": _drawn_elsewhere,
    "binormal_sample_size": _drawn_elsewhere,
    "roc_test_power": _drawn_elsewhere,
    "logistic_regression": _forests,
    "univariable_odds_ratios": _forests,
    "profile_likelihood_intervals": _forests,
    "model_effects": _forests,
    "firth_regression": _forests,
    "robust_odds_ratios": _forests,
    "bootstrap_odds_ratios": _forests,
    "lasso_path": _lasso_paths,
    "nomogram": _nomograms,
    "selection_stability": _stability,
}
