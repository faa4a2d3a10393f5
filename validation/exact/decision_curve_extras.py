"""Certified differences of decision curves and tables by threshold: exact fractions, patient by patient.

Nothing here shares code with the computation that it certifies except R's generator, which is held to R itself.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.exact.decision_curve import curve_of_model
from validation.r_random import RRandom

__all__ = ["difference", "table"]

Counts = npt.NDArray[np.int64]


def difference(
    *,
    y_true: Any,
    risks: Mapping[str, Any],
    thresholds: Any,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> dict[str, Any]:
    """Certified differences in net benefit and in interventions avoided; limits too where both risks are given."""
    outcome, grid = np.asarray(y_true).astype(np.int64), np.asarray(thresholds, dtype=np.float64).tolist()
    values = [np.asarray(risk, dtype=np.float64) for risk in risks.values()]
    if any(risk.ndim == 2 for risk in values):
        return _of_models(outcome, values, grid, tie_rule, Fraction(test_harm))
    more = np.array([_high(values[0], t, tie_rule) - _high(values[1], t, tie_rule) for t in grid])
    out = _named(
        "",
        [_exactly(outcome, np.ones((1, outcome.size)), line, t)[0] for line, t in zip(more, grid, strict=True)],
        grid,
        Fraction(test_harm),
    )
    if level is None:
        return out
    generator = RRandom(seed)
    times = np.empty((bootstraps, outcome.size))
    for line in times:
        line[:] = np.bincount(generator.sample_int(outcome.size, outcome.size, True), minlength=outcome.size)
    cases = times @ (outcome == 1)
    times = times[(cases > 0) & (cases < outcome.size)]
    tail = (1.0 - level) / 2.0
    for side, p in (("_lower", tail), ("_upper", 1.0 - tail)):
        rank = max(1, math.ceil(times.shape[0] * p)) - 1
        out |= _named(
            side,
            [sorted(_exactly(outcome, times, line, t))[rank] for line, t in zip(more, grid, strict=True)],
            grid,
            Fraction(test_harm),
        )
    return out


def _high(risk: Any, t: float, tie_rule: str) -> Counts:
    return np.asarray(risk >= t if tie_rule == "at-or-above" else risk > t).astype(np.int64)


def _exactly(outcome: Counts, times: Any, more: Counts, t: float) -> list[Fraction]:
    """Difference in net benefit times 1 - t in each resample, as a fraction."""
    gained = (times @ (more * outcome)).astype(np.int64).tolist()
    treated = (times @ (more * (1 - outcome))).astype(np.int64).tolist()
    known: dict[tuple[int, int], Fraction] = {}
    for pair in zip(gained, treated, strict=True):
        if pair not in known:
            known[pair] = (pair[0] * (1 - Fraction(t)) - pair[1] * Fraction(t)) / outcome.size
    return [known[pair] for pair in zip(gained, treated, strict=True)]


def _named(side: str, gained: list[Fraction], grid: list[float], harm: Fraction) -> dict[str, Any]:
    """Net benefit and interventions avoided per 100, by name, from values as `_exactly` gives them."""
    values = [v - harm * (1 - Fraction(t)) for v, t in zip(gained, grid, strict=True)]
    benefit = [math.nan if t == 1.0 else float(v / (1 - Fraction(t))) for v, t in zip(values, grid, strict=True)]
    avoided = [math.nan if t == 0.0 else float(100 * v / Fraction(t)) for v, t in zip(values, grid, strict=True)]
    return {f"difference{side}": np.array(benefit), f"interventions_avoided{side}": np.array(avoided)}


def _of_models(
    outcome: Counts, matrices: list[Any], grid: list[float], tie_rule: str, harm: Fraction
) -> dict[str, Any]:
    """Points from the certified rates of two refitted models; nothing where a risk cannot be told from a threshold."""
    if any(x.ndim != 2 for x in matrices):
        return {}
    curves = [curve_of_model(y_true=outcome, x=x, thresholds=grid, tie_rule=tie_rule) for x in matrices]
    if any("model.true_positive_rate" not in curve for curve in curves):
        return {}
    cases, n = int(outcome.sum()), outcome.size
    counts = [
        (np.rint(c["model.true_positive_rate"] * cases), np.rint(c["model.false_positive_rate"] * (n - cases)))
        for c in curves
    ]
    gained, treated = ((a - b).astype(np.int64).tolist() for a, b in zip(*counts, strict=True))
    values = [(c1 * (1 - Fraction(t)) - c0 * Fraction(t)) / n for c1, c0, t in zip(gained, treated, grid, strict=True)]
    return _named("", values, grid, harm)


def table(
    *,
    y_true: Any,
    y_proba: Any,
    thresholds: Any,
    level: float = 0.95,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> dict[str, Any]:
    """Certified counts, proportions, ratios, benefits and their limits, patient by patient."""
    case, risk = np.asarray(y_true) == 1, np.asarray(y_proba, dtype=np.float64)
    rows = []
    for t in np.asarray(thresholds, dtype=np.float64).tolist():
        high, low = _high(risk, t, tie_rule) == 1, risk < t
        tp, fp, tn, fn = (
            int((side & group).sum()) for side, group in ((high, case), (high, ~case), (low, ~case), (low, case))
        )
        row: dict[str, float] = {
            "true_positives": tp, "false_positives": fp, "true_negatives": tn, "false_negatives": fn,
            "on_threshold": int((risk == t).sum()),
        }  # fmt: skip
        cases, controls = int(case.sum()), int((~case).sum())
        row |= _proportions(tp, fp, tn, fn, cases, controls, level)
        row |= _benefits(Fraction(tp, case.size), Fraction(fp, case.size), Fraction(cases, case.size), t, test_harm)
        rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _proportions(tp: int, fp: int, tn: int, fn: int, cases: int, controls: int, level: float) -> dict[str, float]:
    out: dict[str, float] = {}
    for name, k, n in (
        ("sensitivity", tp, cases),
        ("specificity", tn, controls),
        ("positive_predictive_value", tp, tp + fp),
        ("negative_predictive_value", tn, tn + fn),
    ):
        out[name] = float(Fraction(k, n)) if n else math.nan
        for side in ("lower", "upper"):
            out[f"{name}_{side}"] = float(_binomial_limit(k, n, level, False, side)) if n else math.nan
    for name, k, other in (("positive_likelihood_ratio", tp, fp), ("negative_likelihood_ratio", fn, tn)):
        nothing = math.inf if k else math.nan
        out[name] = float(Fraction(k, cases) / Fraction(other, controls)) if other else nothing
        for side, opposite in (("lower", "upper"), ("upper", "lower")):
            top = _binomial_limit(k, cases, level, True, side)
            bottom = _binomial_limit(other, controls, level, True, opposite)
            out[f"{name}_{side}"] = float(top / bottom) if bottom else math.inf
    return out


def _benefits(tp: Fraction, fp: Fraction, prevalence: Fraction, t: float, harm: float) -> dict[str, float]:
    """From shares of all patients; interventions avoided by their own definition, from two net benefits."""
    threshold, cost = Fraction(t), Fraction(harm)
    spared = (1 - prevalence) - fp
    missed = prevalence - tp
    benefit = tp - threshold / (1 - threshold) * fp - cost if t != 1.0 else None
    avoided = 100 * (spared - (missed + cost) * (1 - threshold) / threshold) if t != 0.0 else None
    return {
        "net_benefit": math.nan if benefit is None else float(benefit),
        "interventions_avoided": math.nan if avoided is None else float(avoided),
    }


@functools.cache
def _binomial_limit(k: int, n: int, level: float, root: bool, side: str) -> Any:
    """Clopper-Pearson limit to 40 digits: where the binomial tail is half of what the level (or its root) leaves."""
    import mpmath

    if side == "upper":
        return 1 - _binomial_limit(n - k, n, level, root, "lower")
    if k == 0:
        return mpmath.mpf(0)
    with mpmath.workdps(40):
        tail = (1 - (mpmath.sqrt(level) if root else mpmath.mpf(level))) / 2
        p, least, most = mpmath.mpf(k) / n, mpmath.mpf(0), mpmath.mpf(k) / n
        for _ in range(200):
            excess = mpmath.betainc(k, n - k + 1, 0, p, regularized=True) - tail
            if excess > 0:
                most = p
            else:
                least = p
            slope = p ** (k - 1) * (1 - p) ** (n - k) / mpmath.beta(k, n - k + 1)
            step = excess / slope if slope else mpmath.inf
            following = p - step
            if abs(step) < mpmath.mpf(10) ** -30 * p:
                return following
            # Newton's step, or half of the bracket where it leaves that
            p = following if least < following < most else (least + most) / 2
    raise ArithmeticError(f"the limit of {k} in {n} did not settle")
