"""What must hold for decision curves whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "all_follows_its_formula",
    "benefit_is_bounded",
    "classes_exchanged",
    "each_fold_predicts_the_others",
    "limits_share_the_resamples",
    "measures_belong_together",
    "none_has_no_benefit",
    "opt_out_is_opt_in_moved",
    "patient_order",
    "patients_twice",
    "risk_ignores_own_outcome",
    "threshold_on_a_risk",
    "treating_all_at_prevalence_is_worth_nothing",
    "units_of_predictors",
    "wider_level_encloses",
]

Arguments = Mapping[str, Any]
#: a handful of products and quotients, each rounded once
FEW = 8.0
ROUNDED = "a few operations, each rounded once"
SAME_COUNTS = "the same counts"
POINTS = (
    "net_benefit",
    "standardized_net_benefit",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "proportion_high_risk",
    "proportion_low_risk",
    "detection_probability",
    "non_detection_probability",
)


def _points(arguments: Arguments, **changes: Any) -> dict[str, Any]:
    # a cross-validated curve has no intervals to switch off
    return {**arguments, **({} if "folds" in arguments else {"level": None}), **changes}


def _weight(thresholds: Any) -> Any:
    with np.errstate(divide="ignore"):
        return thresholds / (1.0 - thresholds)


def all_follows_its_formula(compute: Any, arguments: Arguments, seed: int) -> None:
    """Treating all has net benefit p - t / (1 - t) (1 - p); nothing is gained by it where the policy is to opt out."""
    result = compute(**_points(arguments, policy="opt-in"))
    t = np.asarray(result.thresholds)
    rho = float(np.mean(np.asarray(arguments["y_true"])))
    inside = t < 1.0
    w = _weight(t[inside])
    expect(
        "all",
        result.all.net_benefit[inside],
        rho - w * (1.0 - rho),
        eps=FEW,
        scale=float(1.0 + w.max(initial=0.0)),
        reason=ROUNDED,
    )
    out = compute(**_points(arguments, policy="opt-out"))
    expect("all, opt-out", out.all.net_benefit[t > 0.0], np.zeros((t > 0.0).sum()), eps=0, reason="nobody is spared")


def treating_all_at_prevalence_is_worth_nothing(compute: Any, arguments: Arguments, seed: int) -> None:
    """At a threshold that equals the prevalence treating all is worth as much as treating none: nothing."""
    rho = float(np.mean(np.asarray(arguments["y_true"])))
    result = compute(**_points(arguments, policy="opt-in", thresholds=[rho, rho / 2.0, (1.0 + rho) / 2.0]))
    at, below, above = result.all.net_benefit.tolist()
    expect("at prevalence", at, 0.0, eps=FEW, scale=1.0 + rho / (1.0 - rho), reason="the prevalence is rounded")
    expect("signs", [below > 0.0, above < 0.0], [True, True], eps=0, reason="net benefit of treating all falls")


def none_has_no_benefit(compute: Any, arguments: Arguments, seed: int) -> None:
    """Treating none has net benefit 0 and treats nobody."""
    result = compute(**_points(arguments, policy="opt-in"))
    inside = np.asarray(result.thresholds) < 1.0
    expect("none", result.none.net_benefit[inside], np.zeros(inside.sum()), eps=0, reason="nothing gained or lost")
    expect("none", result.none.proportion_high_risk, np.zeros(inside.size), eps=0, reason="nobody is treated")


def benefit_is_bounded(compute: Any, arguments: Arguments, seed: int) -> None:
    """Net benefit is at most the prevalence, rates fall as the threshold rises, limits are in order."""
    result = compute(**{**arguments, "policy": "opt-in", "bootstraps": 15})
    order = np.argsort(result.thresholds, kind="stable")
    for curve in (result.model, result.all):
        room = curve.prevalence - curve.net_benefit
        expect("bound", np.nanmin(room, initial=0.0) >= -1e-15, True, eps=0, reason="definition")
        for name in ("true_positive_rate", "false_positive_rate", "proportion_high_risk"):
            steps = np.diff(np.asarray(getattr(curve, name))[order])
            # a share of two weighted rates is rounded at each threshold anew
            expect(f"{name} falls", np.max(steps, initial=0.0) <= 1e-15, True, eps=0, reason="definition")
        for name in POINTS if result.level is not None else ():
            low, high = getattr(curve, f"{name}_lower"), getattr(curve, f"{name}_upper")
            expect(f"{name}: limits in order", bool(np.any(low > high)), False, eps=0, reason="order statistics")


def measures_belong_together(compute: Any, arguments: Arguments, seed: int) -> None:
    """All measures of a curve follow from its two rates, its prevalence and the threshold."""
    result = compute(**_points(arguments, policy="opt-in"))
    t, w = np.asarray(result.thresholds), _weight(np.asarray(result.thresholds))
    inside = t < 1.0
    for curve in (result.model, result.all, result.none):
        rho, tpr, fpr = curve.prevalence, curve.true_positive_rate, curve.false_positive_rate
        scale = float(1.0 + w[inside].max(initial=0.0))
        benefit = (tpr * rho)[inside] - w[inside] * (fpr * (1.0 - rho))[inside]
        expect("net benefit", curve.net_benefit[inside], benefit, eps=FEW, scale=scale, reason=ROUNDED)
        standard = curve.net_benefit[inside] / rho[inside]
        wide = scale / float(rho.min())
        expect("standardized", curve.standardized_net_benefit[inside], standard, eps=FEW, scale=wide, reason=ROUNDED)
        expect("detected", curve.detection_probability, tpr * rho, eps=FEW, scale=1.0, reason=ROUNDED)
        spared = (1.0 - fpr) * (1.0 - rho)
        expect("not detected", curve.non_detection_probability, spared, eps=FEW, scale=1.0, reason=ROUNDED)
        high = tpr * rho + fpr * (1.0 - rho)
        expect("high risk", curve.proportion_high_risk, high, eps=FEW, scale=1.0, reason=ROUNDED)
        expect("low risk", curve.proportion_low_risk, 1.0 - high, eps=FEW, scale=1.0, reason=ROUNDED)


def opt_out_is_opt_in_moved(compute: Any, arguments: Arguments, seed: int) -> None:
    """Odds of the threshold times the benefit of opting out is what opting in gains over treating all."""
    into, out = (compute(**_points(arguments, policy=policy)) for policy in ("opt-in", "opt-out"))
    t = np.asarray(into.thresholds)
    model = into.model
    split = (np.abs(model.true_positive_rate + model.false_negative_rate - 1.0) < 1e-12) & (
        np.abs(model.false_positive_rate + model.true_negative_rate - 1.0) < 1e-12
    )
    if into.tie_rule == "at-or-above":
        expect("each risk is high or low", split, np.ones(t.size), eps=0, reason="definition")
    used = split & (t > 0.0) & (t < 1.0)
    w = _weight(t[used])
    gained = into.model.net_benefit[used] - into.all.net_benefit[used]
    scale = float(2.0 + 2.0 * w.max(initial=0.0))
    expect("opt-out", w * out.model.net_benefit[used], gained, eps=FEW, scale=scale, reason=ROUNDED)


def limits_share_the_resamples(compute: Any, arguments: Arguments, seed: int) -> None:
    """All strategies see the same resamples, and the same seed gives the same limits."""
    changed = {**arguments, "bootstraps": 25, "level": 0.8, "seed": seed}
    result, again = compute(**changed), compute(**changed)
    for side in ("lower", "upper"):
        name = f"prevalence_{side}"
        expect(name, getattr(result.model, name), getattr(result.all, name), eps=0, reason="the same resamples")
        expect(name, getattr(result.none, name), getattr(result.all, name), eps=0, reason="the same resamples")
        name = f"net_benefit_{side}"
        expect(f"again: {name}", getattr(again.model, name), getattr(result.model, name), eps=0, reason="same draws")
    expect("state", again.random_state, result.random_state, eps=0, reason="the same draws")


def wider_level_encloses(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits of a higher level enclose those of a lower one; a single resample has one value."""
    narrow, wide = (compute(**{**arguments, "bootstraps": 25, "level": level}) for level in (0.5, 0.9))
    for name in POINTS:
        below = getattr(wide.model, f"{name}_lower") <= getattr(narrow.model, f"{name}_lower")
        above = getattr(wide.model, f"{name}_upper") >= getattr(narrow.model, f"{name}_upper")
        known = ~np.isnan(getattr(wide.model, f"{name}_lower"))
        expect(f"{name} encloses", (below & above)[known], np.ones(known.sum()), eps=0, reason="order statistics")
    one = compute(**{**arguments, "bootstraps": 1})
    expect("one resample", one.model.net_benefit_lower, one.model.net_benefit_upper, eps=0, reason="one value")


def _same_points(compute: Any, arguments: Arguments, changes: Mapping[str, Any], what: str) -> None:
    result, changed = compute(**_points(arguments)), compute(**_points(arguments, **changes))
    for name in POINTS:
        expect(f"{what}: {name}", getattr(changed.model, name), getattr(result.model, name), eps=0, reason=SAME_COUNTS)


def _rows(arguments: Arguments, order: Any) -> dict[str, Any]:
    return {k: np.asarray(arguments[k])[order] for k in ("y_true", "y_proba", "x") if k in arguments}


def patient_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """The order of the patients is irrelevant to the curve (not to which of them a seed draws)."""
    order = np.random.default_rng(seed).permutation(len(arguments["y_true"]))
    _same_points(compute, arguments, _rows(arguments, order), "order")


def patients_twice(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient twice leaves the curve."""
    order = np.tile(np.arange(len(arguments["y_true"])), 2)
    _same_points(compute, arguments, _rows(arguments, order), "twice")


def units_of_predictors(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictors in other units (by powers of two) leave the refitted model's curve."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    _same_points(compute, arguments, {"x": x * 2.0 ** (np.arange(x.shape[1]) % 5 - 2)}, "units")


def threshold_on_a_risk(compute: Any, arguments: Arguments, seed: int) -> None:
    """At a threshold that is a patient's own risk the rates are those of the stated tie rule."""
    y, risk = np.asarray(arguments["y_true"]), np.asarray(arguments["y_proba"], dtype=np.float64).reshape(-1)
    t = np.unique(risk)[:: max(1, np.unique(risk).size // 20)]
    result = compute(**_points(arguments, thresholds=t, policy="opt-in"))
    high = risk[None, :] >= t[:, None] if result.tie_rule == "at-or-above" else risk[None, :] > t[:, None]
    for value, name in ((1, "true_positive_rate"), (0, "false_positive_rate")):
        share = high[:, y == value].sum(axis=1) / (y == value).sum()
        expect(name, getattr(result.model, name), share, eps=0, reason=SAME_COUNTS)


def classes_exchanged(compute: Any, arguments: Arguments, seed: int) -> None:
    """Cases called controls, with risks of that, make of opting in at t an opting out at 1 - t."""
    y, risk = np.asarray(arguments["y_true"]), np.asarray(arguments["y_proba"], dtype=np.float64).reshape(-1)
    # fractions of 2048 whose complements are exact, and thresholds between them
    risk = (2.0 * np.floor(risk * 1023.0) + 1.0) / 2048.0
    t = np.arange(1, 64) / 64.0
    one = compute(**_points(arguments, y_proba=risk, thresholds=t, policy="opt-in"))
    mirrored = {"y_true": 1 - y, "y_proba": 1.0 - risk, "thresholds": 1.0 - t, "policy": "opt-out"}
    other = compute(**_points(arguments, **mirrored))
    for name in ("net_benefit", "standardized_net_benefit"):
        expected = getattr(one.model, name)
        expect(name, getattr(other.model, name), expected, eps=FEW, scale=64.0, reason=ROUNDED)
    expect("all", other.none.net_benefit, one.all.net_benefit, eps=FEW, scale=64.0, reason=ROUNDED)
    pairs = (("true_positive_rate", "true_negative_rate"), ("false_negative_rate", "false_positive_rate"))
    for name, image in pairs:
        expect(name, getattr(other.model, image), getattr(one.model, name), eps=0, reason=SAME_COUNTS)


def each_fold_predicts_the_others(compute: Any, arguments: Arguments, seed: int) -> None:
    """Folds share both classes evenly, and pooled measures are those of the cross-validated risks."""
    result = compute(**{**arguments, "pooling": "patients", "policy": "opt-in"})
    y = np.asarray(arguments["y_true"])
    for value in (0, 1):
        sizes = np.bincount(result.fold[y == value], minlength=int(arguments["folds"]) + 1)[1:]
        expect("sizes of the folds differ by one at most", sizes.max() - sizes.min() <= 1, True, eps=0, reason="caret")
    above = np.greater_equal if result.tie_rule == "at-or-above" else np.greater
    high = above(result.risk[None, :], np.asarray(result.thresholds)[:, None])
    share = high[:, y == 1].sum(axis=1) / (y == 1).sum()
    expect("pooled rate", result.model.true_positive_rate, share, eps=0, reason=SAME_COUNTS)
    expect("pooled prevalence", result.model.prevalence, np.full(share.size, y.mean()), eps=FEW, reason=ROUNDED)


def risk_ignores_own_outcome(compute: Any, arguments: Arguments, seed: int) -> None:
    """Changed predictors of one fold leave the models, and so the risks, of that fold's other patients."""
    result = compute(**arguments)
    x = np.array(arguments["x"], dtype=np.float64).reshape(len(result.fold), -1)
    inside = np.flatnonzero(result.fold == 1)
    moved, kept = inside[: inside.size // 2], inside[inside.size // 2 :]
    x[moved] = x[moved][::-1]
    changed = compute(**{**arguments, "x": x})
    expect("folds", changed.fold, result.fold, eps=0, reason="folds depend on the outcome alone")
    expect("risk", changed.risk[kept], result.risk[kept], eps=2.0**20, scale=1.0, reason="the same fit, to rounding")
