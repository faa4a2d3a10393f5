"""Wrong-on-purpose decision curves.

`plain_curve` computes every strategy patient by patient as rmda does; without a mistake it gives the same doubles as
`validation.decision_curve` with ``compat="rmda-1.6"``, so that each control differs by its one mistake.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from crosscheck_r.controls import Control
from validation.decision_curve import cross_validated_decision_curve, decision_curve
from validation.decision_curve.links import LINKS
from validation.decision_curve.measures import MEASURES
from validation.decision_curve.results import DecisionCurve, StrategyCurve
from validation.decision_curve.sources import AS_GLM, span
from validation.kernels import load
from validation.kernels.threads import one_blas_thread
from validation.r_numerics import NA_REAL
from validation.r_random import RRandom

__all__ = ["CONTROLS", "Recipe", "plain_curve"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Steps of a decision curve; every control changes one of them."""

    thresholds: Callable[[Floats], Floats] = lambda t: t
    high: Callable[[Floats, Floats], Any] = np.greater
    low: Callable[[Floats, Floats], Any] = np.less
    draw: Callable[[RRandom, Floats], Rows] = lambda generator, y: generator.sample_int(y.size, y.size, True)
    redraw: bool = False
    refit: bool = True
    odds: Callable[[Floats], Floats] = lambda t: t / (1.0 - t)
    controls: Callable[[float], float] = lambda rho: 1.0 - rho
    unit: Callable[[Any], Any] = lambda rho: rho
    false_positives: Callable[[Any, Any, Any], Any] = lambda count, n0, n: count / n0
    limits: Callable[[Floats, float], tuple[Any, Any]] | None = None


def _order_statistics(values: Floats, level: float) -> tuple[Any, Any]:
    ordered = np.sort(values, axis=0)
    m = np.count_nonzero(~np.isnan(ordered), axis=0)
    alpha = 1.0 - level
    picked = []
    for p in (alpha / 2.0, 1.0 - alpha / 2.0):
        rank = np.maximum(1, np.ceil(m * p)).astype(int) - 1
        picked.append(np.take_along_axis(ordered, rank[None, :], axis=0)[0])
    return picked[0], picked[1]


def _measures(recipe: Recipe, y: Floats, risk: Floats, t: Floats) -> dict[str, Floats]:
    case, control = y == 1, y == 0
    n1, n0, n = case.sum(), control.sum(), y.size
    high, low = recipe.high(risk[:, None], t[None, :]), recipe.low(risk[:, None], t[None, :])
    with np.errstate(all="ignore"):
        rho = n1 / n
        tpr, fnr, tnr = high[case].sum(0) / n1, low[case].sum(0) / n1, low[control].sum(0) / n0
        fpr = recipe.false_positives(high[control].sum(0), n0, n)
        benefit = tpr * rho - (recipe.odds(t) * recipe.controls(rho)) * fpr
        share = high.sum(0) / n
        values = (
            benefit, benefit / recipe.unit(rho), tpr, fpr, tnr, fnr, np.full(t.size, rho), share, 1.0 - share,
            tpr * rho, (1.0 - fpr) * (1.0 - rho),
        )  # fmt: skip
    return dict(zip(MEASURES, values, strict=True))


def _fit(x: Floats, y: Floats, drawn: Sequence[Rows | None]) -> Floats:
    """Risks of all patients by the model of each resample (None: the data), one line each."""
    kernel, _ = load("decision_curve", "numpy")
    columns, lines = np.column_stack([np.ones(y.size), x]), []
    weights = [np.ones(y.size) if rows is None else np.bincount(rows, minlength=y.size) for rows in drawn]
    for start in range(0, len(weights), 100):
        block = np.array(weights[start : start + 100], dtype=np.float64)
        lines.append(LINKS["logit"].mean(kernel.refit(span(x), columns, y, block, LINKS["logit"], AS_GLM).eta))
    return np.concatenate(lines)


def plain_curve(recipe: Recipe, **arguments: Any) -> DecisionCurve:
    """Decision curve of a cohort by the recipe; arguments as for `validation.decision_curve` (opting in)."""
    result = decision_curve(**arguments)
    if result.policy != "opt-in":
        return result
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    t = recipe.thresholds(result.thresholds)
    x = arguments.get("x")
    with one_blas_thread():
        if x is not None:
            x = np.asarray(x, dtype=np.float64).reshape(y.size, -1)
            risk = _fit(x, y, [None])[0]
        else:
            risk = np.asarray(arguments["y_proba"], dtype=np.float64).reshape(-1)
        sources = {"model": risk, "all": np.ones(y.size), "none": np.zeros(y.size)}
        points = {name: _measures(recipe, y, source, t) for name, source in sources.items()}
        drawn = _resampled(recipe, y, x, sources, t, arguments) if result.level is not None else {}
    curves = {}
    for name in sources:
        columns = dict(points[name])
        for measure, stacked in drawn.get(name, {}).items():
            exists = ~np.isnan(stacked).all(axis=0)
            found = (recipe.limits or _order_statistics)(np.where(exists, stacked, 0.0), result.level or 0.95)
            low, high = (np.where(exists, limit, NA_REAL) for limit in found)
            columns[f"{measure}_lower"], columns[f"{measure}_upper"] = low, high
        curves[name] = StrategyCurve(name, **columns, n_on_threshold=getattr(result, name).n_on_threshold)
    return dataclasses.replace(
        result, model=curves["model"], all=curves["all"], none=curves["none"], models={"model": curves["model"]}
    )


def _resampled(
    recipe: Recipe, y: Floats, x: Floats | None, sources: dict[str, Floats], t: Floats, arguments: dict[str, Any]
) -> dict[str, dict[str, Floats]]:
    generator = RRandom(arguments["seed"])
    drawn: dict[str, list[Rows]] = {name: [] for name in sources}
    for _ in range(arguments["bootstraps"]):
        rows = recipe.draw(generator, y)
        for name, kept in drawn.items():
            kept.append(recipe.draw(generator, y) if recipe.redraw and name != "model" else rows)
    found = {}
    for name, risk in sources.items():
        refitted = _fit(x, y, drawn[name]) if name == "model" and x is not None and recipe.refit else None
        many = [
            _measures(recipe, y[rows], (risk if refitted is None else refitted[b])[rows], t)
            for b, rows in enumerate(drawn[name])
        ]
        found[name] = {measure: np.array([one[measure] for one in many]) for measure in MEASURES}
    return found


def _wrong(**change: Any) -> Callable[..., DecisionCurve]:
    recipe = Recipe(**change)

    def compute(**arguments: Any) -> DecisionCurve:
        return plain_curve(recipe, **arguments)

    return compute


def _stratified(generator: RRandom, y: Floats) -> Rows:
    groups = [np.flatnonzero(y == value) for value in (0, 1)]
    return np.concatenate([group[generator.sample_int(group.size, group.size, True)] for group in groups])


def _wasteful(generator: RRandom, y: Floats) -> Rows:
    generator.unif_rand()
    return generator.sample_int(y.size, y.size, True)


def _interpolated(values: Floats, level: float) -> tuple[Any, Any]:
    ordered = np.sort(values, axis=0)
    last = np.count_nonzero(~np.isnan(ordered), axis=0) - 1
    picked = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        position = last * p
        below = np.floor(position).astype(int)
        a, b = (np.take_along_axis(ordered, np.minimum(k, last)[None, :], axis=0)[0] for k in (below, below + 1))
        picked.append(a + (position - below) * (b - a))
    return picked[0], picked[1]


def _normal(values: Floats, level: float) -> tuple[Any, Any]:
    centre, spread = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    return centre - 1.96 * spread, centre + 1.96 * spread


def _floor_rank(values: Floats, level: float) -> tuple[Any, Any]:
    ordered = np.sort(values, axis=0)
    ranks = [int(values.shape[0] * p) for p in ((1 - level) / 2, (1 + level) / 2)]
    return ordered[max(0, ranks[0] - 1)], ordered[ranks[1] - 1]


def _literal(thresholds: Floats) -> Floats:
    return np.round(thresholds, 2)


def _refigured(change: Callable[[StrategyCurve, Floats], dict[str, Floats]]) -> Callable[..., DecisionCurve]:
    """Default result whose model has some measures figured again, wrongly."""

    def compute(**arguments: Any) -> DecisionCurve:
        result = decision_curve(**arguments)
        with np.errstate(all="ignore"):
            changes: Any = change(result.model, result.thresholds)
        model = dataclasses.replace(result.model, **changes)
        return dataclasses.replace(result, model=model, models={model.name: model})

    return compute


def _inverted(model: StrategyCurve, t: Floats) -> dict[str, Floats]:
    lost = model.proportion_high_risk - model.detection_probability
    return {"net_benefit": model.detection_probability - (1.0 - t) / t * lost}


def _single_precision(model: StrategyCurve, t: Floats) -> dict[str, Floats]:
    return {"net_benefit": model.net_benefit.astype(np.float32).astype(np.float64)}


def _per_test_positive(model: StrategyCurve, t: Floats) -> dict[str, Floats]:
    return {"standardized_net_benefit": model.net_benefit / model.proportion_high_risk}


def _limits_exchanged(model: StrategyCurve, t: Floats) -> dict[str, Floats]:
    limits = model.limits("net_benefit")
    return {} if limits is None else {"net_benefit_lower": limits[1], "net_benefit_upper": limits[0]}


def _strict(**arguments: Any) -> DecisionCurve:
    return decision_curve(**{**arguments, "tie_rule": "strict"})


def _not_refitted(**arguments: Any) -> DecisionCurve:
    x, y = np.asarray(arguments["x"], dtype=np.float64), np.asarray(arguments["y_true"], dtype=np.float64)
    given = {name: value for name, value in arguments.items() if name != "x"}
    return decision_curve(y_proba=_fit(x.reshape(y.size, -1), y, [None])[0], **given)


def _folded(change: Callable[..., Any]) -> Callable[..., Any]:
    """Cross-validated result whose folds or means are made wrongly: its curves are replaced."""

    def compute(**arguments: Any) -> Any:
        result = cross_validated_decision_curve(**arguments)
        y = np.asarray(arguments["y_true"], dtype=np.float64)
        x = np.asarray(arguments["x"], dtype=np.float64).reshape(y.size, -1)
        curves: Any = change(result, x, y)
        return dataclasses.replace(result, **curves)

    return compute


def _mean_over(result: Any, fold: Any, risk: Floats, y: Floats, weigh: Callable[[Any], float]) -> dict[str, Any]:
    """Curve of the model as a mean over folds with the given weight of each."""
    parts, weights = [], []
    for k in np.unique(fold):
        parts.append(_measures(Recipe(), y[fold == k], risk[fold == k], result.thresholds))
        weights.append(weigh(fold == k))
    columns: Any = {
        m: sum(w * part[m] for w, part in zip(weights, parts, strict=True)) / sum(weights) for m in MEASURES
    }
    model = StrategyCurve("model", **columns)
    return {"model": model, "models": {"model": model}, "risk": risk}


def _weighted_by_size(result: Any, x: Floats, y: Floats) -> dict[str, Any]:
    return _mean_over(result, result.fold, result.risk, y, np.count_nonzero)


def _fitted_to_all(result: Any, x: Floats, y: Floats) -> dict[str, Any]:
    return _mean_over(result, result.fold, _fit(x, y, [None])[0], y, lambda _: 1.0)


def _fitted_to_own_fold(result: Any, x: Floats, y: Floats) -> dict[str, Any]:
    risk = result.risk.copy()
    for k in np.unique(result.fold):
        rows = np.flatnonzero(result.fold == k)
        risk[rows] = _fit(x, y, [rows])[0][rows]
    return _mean_over(result, result.fold, risk, y, lambda _: 1.0)


def _unstratified(**arguments: Any) -> Any:
    result = cross_validated_decision_curve(**arguments)
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    fold = RRandom(arguments["seed"]).permutation(y.size) % arguments["folds"] + 1
    curves = _mean_over(result, fold, result.risk, y, lambda _: 1.0)
    return dataclasses.replace(result, fold=fold, **curves)


def _patients_pooled(**arguments: Any) -> Any:
    return cross_validated_decision_curve(**{**arguments, "pooling": "patients"})


_RMDA = "rmda-1.6"
_CROSS_VALIDATED: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("weighted_by_size", "folds weighted by their number of patients", _folded(_weighted_by_size)),
    ("fitted_to_all", "risks from a model that has seen the patients", _folded(_fitted_to_all)),
    ("fitted_to_own_fold", "each fold predicted by a model fitted to itself", _folded(_fitted_to_own_fold)),
    ("unstratified", "folds drawn without regard to the outcome", _unstratified),
    ("patients_pooled", "all patients measured together in place of a mean over folds", _patients_pooled),
)
_PLAIN: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("at_or_above", "a risk on the threshold counted as high", {"high": np.greater_equal}),
    ("at_or_below", "a risk on the threshold counted as low", {"low": np.less_equal}),
    ("unweighted", "false positives not weighted by the odds of the threshold", {"odds": np.ones_like}),
    ("prevalence_ignored", "false positive rate not multiplied by 1 - prevalence", {"controls": lambda rho: 1.0}),
    ("standardized_by_controls", "standardized by 1 - prevalence when opting in", {"unit": lambda rho: 1.0 - rho}),
    ("false_positives_of_all", "false positives over all patients", {"false_positives": lambda k, n0, n: k / n}),
    ("interpolated_limits", "limits interpolated as NumPy's quantile does", {"limits": _interpolated}),
    ("normal_limits", "limits from a normal approximation with 1.96", {"limits": _normal}),
    ("floor_rank", "rank of the order statistic rounded down", {"limits": _floor_rank}),
    ("stratified_draw", "cases and controls resampled apart in a cohort", {"draw": _stratified}),
    ("draw_too_many", "one random number too many consumed per resample", {"draw": _wasteful}),
    ("draw_per_curve", "each strategy has resamples of its own", {"redraw": True}),
    ("literal_grid", "thresholds 0.35, 0.41 ... in place of multiples of 0.01", {"thresholds": _literal}),
)
_DEFAULT: tuple[tuple[str, str, Callable[..., DecisionCurve]], ...] = (
    ("inverted_weight", "false positives weighted by (1 - t) / t", _refigured(_inverted)),
    ("single_precision", "net benefit kept in single precision", _refigured(_single_precision)),
    ("per_test_positive", "standardized by the share of high risks", _refigured(_per_test_positive)),
    ("limits_exchanged", "lower and upper limit exchanged", _refigured(_limits_exchanged)),
)


def _controls() -> tuple[Control, ...]:
    out = []
    for statistic in ("decision_curve", "decision_curve_of_risks"):
        out += [Control(f"{statistic}_{name}", statistic, wrong, compute) for name, wrong, compute in _DEFAULT]
        for name, wrong, change in _PLAIN:
            # a refitted risk lies on no threshold, so that the last bit of a threshold decides little there
            if not (name == "literal_grid" and statistic == "decision_curve"):
                out.append(Control(f"{statistic}_{name}", statistic, wrong, _wrong(**change), _RMDA))
    statistic = "cross_validated_decision_curve"
    out += [
        Control(f"{statistic}_{name}", statistic, wrong, compute, _RMDA) for name, wrong, compute in _CROSS_VALIDATED
    ]
    ties = "a risk on the threshold is not counted as high although the rule says so"
    out.append(Control("decision_curve_of_risks_strict", "decision_curve_of_risks", ties, _strict))
    frozen = "the model of the data is used in every resample"
    out.append(Control("decision_curve_not_refitted", "decision_curve", frozen, _not_refitted))
    return tuple(out)


CONTROLS: tuple[Control, ...] = _controls()
