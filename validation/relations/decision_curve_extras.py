"""What must hold for differences of decision curves and for tables by threshold."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "benefit_is_that_of_the_curve",
    "better_model_in_every_resample",
    "classes_exchanged",
    "counts_add_up",
    "difference_limits_in_order",
    "difference_of_two_curves",
    "difference_without_order_of_patients",
    "interventions_are_benefit_in_other_units",
    "limits_enclose",
    "model_against_itself",
    "models_exchanged",
    "more_patients_narrow_the_limits",
    "rates_follow_from_counts",
]

Arguments = Mapping[str, Any]
#: a handful of products and quotients, each rounded once
FEW = 8.0
ROUNDED = "a few operations, each rounded once"
SAME_COUNTS = "the same counts"
NAMES = ("difference", "interventions_avoided")
PROPORTIONS = ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value")
RATIOS = ("positive_likelihood_ratio", "negative_likelihood_ratio")


def difference_of_two_curves(compute: Any, arguments: Arguments, seed: int) -> None:
    """The difference is that of the two decision curves, first minus second."""
    from validation.decision_curve.curve import decision_curve

    result = compute(**{**arguments, "level": None})
    inside = np.asarray(result.thresholds) < 1.0
    benefits = []
    for name, values in arguments["risks"].items():
        given: dict[str, Any] = {("x" if np.ndim(values) == 2 else "y_proba"): {name: values}}
        curve = decision_curve(
            arguments["y_true"], thresholds=result.thresholds, tie_rule=result.tie_rule, level=None, **given
        )
        benefits.append(curve.model.net_benefit[inside])
    weight = np.max(1.0 / (1.0 - np.asarray(result.thresholds)[inside]), initial=1.0)
    gained = benefits[0] - benefits[1]
    expect("difference", result.difference[inside], gained, eps=FEW, scale=float(weight), reason=ROUNDED)


def models_exchanged(compute: Any, arguments: Arguments, seed: int) -> None:
    """Exchanged models have the opposite difference, and the limits of one are the negative limits of the other."""
    # a level whose tail is a whole number of resamples would make the ranks lopsided
    changed = {**arguments, "bootstraps": 25, "level": 0.87}
    result = compute(**changed)
    other = compute(**{**changed, "risks": dict(reversed(list(arguments["risks"].items())))})
    for name in NAMES:
        expect(name, getattr(other, name), -getattr(result, name), eps=0, reason=SAME_COUNTS)
        for one, two in (("lower", "upper"), ("upper", "lower")):
            mirrored = -getattr(result, f"{name}_{two}")
            expect(f"{name}_{one}", getattr(other, f"{name}_{one}"), mirrored, eps=FEW, reason="order of equal values")


def model_against_itself(compute: Any, arguments: Arguments, seed: int) -> None:
    """A model does not differ from itself, in any resample."""
    values = next(iter(arguments["risks"].values()))
    result = compute(**{**arguments, "risks": {"once": values, "again": values}, "bootstraps": 15})
    t = np.asarray(result.thresholds)
    for name, exists in (("difference", t < 1.0), ("interventions_avoided", t > 0.0)):
        for column in (name, f"{name}_lower", f"{name}_upper"):
            found = getattr(result, column)[exists]
            expect(column, found, np.zeros(found.size), eps=0, reason="the same model in the same resamples")


def better_model_in_every_resample(compute: Any, arguments: Arguments, seed: int) -> None:
    """Risks that are the outcome itself are nowhere worse than any others, in the data and in both limits."""
    y = np.asarray(arguments["y_true"], dtype=np.float64)
    other = np.asarray(next(iter(arguments["risks"].values())), dtype=np.float64)
    result = compute(**{**arguments, "risks": {"outcome": y, "other": other}, "bootstraps": 15})
    t = np.asarray(result.thresholds)
    # at threshold 0 everybody is at high risk by any model
    inside = (t > 0.0) & (t < 1.0)
    for name in NAMES:
        for column in (name, f"{name}_lower", f"{name}_upper"):
            worst = np.min(getattr(result, column)[inside], initial=0.0)
            expect(f"{column} is not negative", worst, 0.0, eps=0, reason="no error of any kind")


def interventions_are_benefit_in_other_units(compute: Any, arguments: Arguments, seed: int) -> None:
    """Interventions avoided per 100, times the odds of the threshold, are 100 differences in net benefit."""
    result = compute(**{**arguments, "bootstraps": 15})
    t = np.asarray(result.thresholds)
    inside = (t > 0.0) & (t < 1.0)
    odds = t[inside] / (1.0 - t[inside])
    for suffix in ("", "_lower", "_upper"):
        benefit = getattr(result, f"difference{suffix}")
        if benefit is not None:
            avoided = getattr(result, f"interventions_avoided{suffix}")[inside]
            expect(f"avoided{suffix}", avoided * odds, 100.0 * benefit[inside], eps=FEW, reason=ROUNDED)


def difference_limits_in_order(compute: Any, arguments: Arguments, seed: int) -> None:
    """Lower limits are below upper ones, a wider level encloses, and the same seed gives the same limits."""
    narrow, wide = (compute(**{**arguments, "bootstraps": 25, "level": level}) for level in (0.5, 0.9))
    again = compute(**{**arguments, "bootstraps": 25, "level": 0.9})
    for name in NAMES:
        low, high = getattr(wide, f"{name}_lower"), getattr(wide, f"{name}_upper")
        inner_low, inner_high = getattr(narrow, f"{name}_lower"), getattr(narrow, f"{name}_upper")
        outside = (low > inner_low) | (inner_low > inner_high) | (inner_high > high)
        expect(f"{name} encloses", outside, np.zeros(outside.size), eps=0, reason="order statistics")
        expect(f"{name} again", getattr(again, f"{name}_lower"), low, eps=0, reason="the same draws")


def difference_without_order_of_patients(compute: Any, arguments: Arguments, seed: int) -> None:
    """Neither the order of the patients nor each of them twice changes the difference."""
    n = len(arguments["y_true"])
    result = compute(**{**arguments, "level": None})
    for what, rows in (("order", np.random.default_rng(seed).permutation(n)), ("twice", np.tile(np.arange(n), 2))):
        risks = {name: np.asarray(values)[rows] for name, values in arguments["risks"].items()}
        changes = {"y_true": np.asarray(arguments["y_true"])[rows], "risks": risks, "level": None}
        changed = compute(**{**arguments, **changes})
        for name in NAMES:
            expect(f"{what}: {name}", getattr(changed, name), getattr(result, name), eps=0, reason=SAME_COUNTS)


def counts_add_up(compute: Any, arguments: Arguments, seed: int) -> None:
    """Each patient is at high or at low risk; with the strict rule, or on the threshold."""
    y = np.asarray(arguments["y_true"])
    for rule in ("at-or-above", "strict"):
        found = compute(**{**arguments, "tie_rule": rule})
        on = found.on_threshold if rule == "strict" else np.zeros_like(found.on_threshold)
        high, low = found.true_positives + found.false_positives, found.true_negatives + found.false_negatives
        expect(rule, high + low + on, np.full(on.size, y.size), eps=0, reason=SAME_COUNTS)
    cases = compute(**{**arguments, "tie_rule": "at-or-above"})
    total = cases.true_positives + cases.false_negatives
    expect("cases", total, np.full(total.size, np.count_nonzero(y == 1)), eps=0, reason=SAME_COUNTS)


def rates_follow_from_counts(compute: Any, arguments: Arguments, seed: int) -> None:
    """Predictive values are those of Bayes' theorem, likelihood ratios quotients of the rates."""
    found = compute(**{**arguments, "tie_rule": "at-or-above"})
    rho = float(np.mean(np.asarray(arguments["y_true"])))
    tpr, tnr = found.sensitivity, found.specificity
    with np.errstate(divide="ignore", invalid="ignore"):
        by_bayes = {
            "positive_predictive_value": tpr * rho / (tpr * rho + (1 - tnr) * (1 - rho)),
            "negative_predictive_value": tnr * (1 - rho) / (tnr * (1 - rho) + (1 - tpr) * rho),
            "positive_likelihood_ratio": tpr / (1 - tnr),
            "negative_likelihood_ratio": (1 - tpr) / tnr,
        }
    n = len(arguments["y_true"])
    for name, value in by_bayes.items():
        # 1 minus a rate close to 1 loses as many digits as there are patients behind it
        some = found.true_positives + found.false_positives > 0
        some &= (found.false_positives > 0) & (found.true_negatives > 0)
        scale = float(n * np.max(np.abs(value[some]), initial=1.0))
        expect(name, getattr(found, name)[some], value[some], eps=FEW, scale=scale, reason=ROUNDED)


def benefit_is_that_of_the_curve(compute: Any, arguments: Arguments, seed: int) -> None:
    """Net benefit is that of the decision curve less the harm; interventions avoided are 100 benefits of opting out."""
    from validation.decision_curve.curve import decision_curve

    harm = 0.015625
    found = compute(**{**arguments, "test_harm": harm})
    t = np.asarray(found.thresholds)
    below, above = t < 1.0, t > 0.0
    curves = [
        decision_curve(
            arguments["y_true"], y_proba=arguments["y_proba"], thresholds=t, tie_rule=found.tie_rule, level=None,
            policy=policy,
        ).model.net_benefit
        for policy in ("opt-in", "opt-out")
    ]  # fmt: skip
    scale = float(np.max(1.0 / (1.0 - t[below]), initial=1.0))
    expect("benefit", found.net_benefit[below], curves[0][below] - harm, eps=FEW, scale=scale, reason=ROUNDED)
    if found.tie_rule == "at-or-above":
        avoided = 100.0 * (curves[1][above] - harm * (1.0 - t[above]) / t[above])
        expect("avoided", found.interventions_avoided[above], avoided, eps=FEW, reason=ROUNDED)


def classes_exchanged(compute: Any, arguments: Arguments, seed: int) -> None:
    """With cases called controls, sensitivity is 1 - specificity, and the limits are mirrored."""
    found = compute(**{**arguments, "tie_rule": "at-or-above"})
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"]), "tie_rule": "at-or-above"})
    mirrored = {
        "sensitivity": "specificity",
        "specificity": "sensitivity",
        "positive_predictive_value": "positive_predictive_value",
        "negative_predictive_value": "negative_predictive_value",
    }
    for name, image in mirrored.items():
        for one, two in (("", ""), ("_lower", "_upper"), ("_upper", "_lower")):
            expected = 1.0 - getattr(found, f"{image}{two}")
            reason = "inverse of the incomplete beta function, one minus it"
            expect(f"{name}{one}", getattr(other, f"{name}{one}"), expected, eps=FEW, scale=1.0, reason=reason)


def limits_enclose(compute: Any, arguments: Arguments, seed: int) -> None:
    """Limits enclose the estimate, and those of a higher level enclose those of a lower one."""
    narrow, wide = (compute(**{**arguments, "level": level}) for level in (0.5, 0.9))
    for name in (*PROPORTIONS, *RATIOS):
        chain = [getattr(wide, f"{name}_lower"), getattr(narrow, f"{name}_lower"), getattr(narrow, name)]
        chain += [getattr(narrow, f"{name}_upper"), getattr(wide, f"{name}_upper")]
        for low, high in itertools.pairwise(chain):
            expect(name, low > high, np.zeros(low.size), eps=0, reason="nested by definition")


def more_patients_narrow_the_limits(compute: Any, arguments: Arguments, seed: int) -> None:
    """Every patient four times leaves the estimates and narrows all intervals."""
    rows = np.tile(np.arange(len(arguments["y_true"])), 4)
    many = {name: np.asarray(arguments[name])[rows] for name in ("y_true", "y_proba")}
    found, narrower = compute(**arguments), compute(**{**arguments, **many})
    for name in (*PROPORTIONS, *RATIOS, "net_benefit", "interventions_avoided"):
        expect(name, getattr(narrower, name), getattr(found, name), eps=0, reason="the same proportions")
    for name in PROPORTIONS:
        wider = getattr(narrower, f"{name}_lower") < getattr(found, f"{name}_lower")
        wider |= getattr(narrower, f"{name}_upper") > getattr(found, f"{name}_upper")
        expect(f"{name} narrower", wider, np.zeros(wider.size), eps=0, reason="four times the patients")
