"""A simulated analysis as a paper prints it: rounded, in tables, with the tests of the field."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr, stdtr

from validation.audit.simulated_analysis import Analysis, Variable
from validation.audit.simulated_markers import (
    crude_model,
    marker_cutoffs,
    paired_areas,
    printed_p,
    printed_parts,
    yes_no_areas,
)
from validation.checks import Floats

__all__ = ["Paper", "printed_paper"]

Paper = dict[str, Any]
Generator = np.random.Generator
Row = dict[str, str]


def _digits(rng: Generator, low: int = 1, high: int = 4) -> int:
    return int(rng.integers(low, high + 1))


def printed_paper(found: Analysis, rng: Generator, name: str) -> Paper:
    """Claim file of an analysis."""
    d = _digits(rng)
    n, events = found.y.size, int(found.y.sum())
    parts, part_cutoffs, part_areas = printed_parts(found, rng, max(d, 2))
    tables: dict[str, list[Row]] = {
        "data": [{"name": "all", "n": str(n), "events": str(events), "nonevents": str(n - events)}, *parts],
        "count": [{"of": "events", "data": "all", "k": str(events), "n": str(n), "pct": f"{100 * events / n:.1f}"}],
        "auc": _areas(found, max(d, 2)) + yes_no_areas(found, max(d, 2)) + part_areas,
        "auc_difference": paired_areas(found),
        "optimism": [_optimism(found, max(d, 3))],
        "fit": [_fit(found, max(d, 3))],
        "calibration": [_calibration(found)],
        "cutoff": _cutoffs(found, rng, max(d, 2)) + marker_cutoffs(found, rng, max(d, 2)) + part_cutoffs,
        "net_benefit": _net_benefit(found, max(d, 2)),
    }
    tables |= _first_table(found, rng)
    ci_method = "bootstrap" if found.ci_method == "bootstrap" else "?"
    model = {"id": "model", "kind": "logistic", "ratio": "odds ratio", "data": "all", "estimator": "ml",
             "ci_method": ci_method, "predictors": [v.name for v in found.variables],
             "candidates": str(len(found.variables)), "terms": _terms(found, rng, d)}  # fmt: skip
    return {"paper": {"id": name, "read": "full text"}, "tables": tables, "model": [model, crude_model(found, d)]}


def _terms(found: Analysis, rng: Generator, d: int) -> list[Row]:
    with_b = bool(rng.integers(2))
    rows = []
    for j, variable in enumerate(found.variables):
        odds = math.exp(found.coefficients[j])
        low, high = np.exp(found.limits[j])
        if not 0.05 < low < high < 500:
            # a unit of measurement that makes such numbers is not printed to so few digits
            continue
        row = {"name": variable.name, "or": f"{odds:.{d}f}", "ci": f"{low:.{d}f}-{high:.{d}f}",
               "p": printed_p(float(found.p_values[j]), 3)}  # fmt: skip
        if with_b and found.ci_method == "wald":
            row |= {"b": f"{found.coefficients[j]:.3f}", "se": f"{found.errors[j]:.3f}",
                    "wald": f"{(found.coefficients[j] / found.errors[j]) ** 2:.3f}"}  # fmt: skip
        rows.append(row)
    return rows


def _areas(found: Analysis, d: int) -> list[Row]:
    rows = []
    for name, (value, low, high) in found.areas.items():
        row = {"of": name, "data": "all", "auc": f"{value:.{d}f}", "ci": f"{low:.{d}f}-{min(high, 1.0):.{d}f}"}
        if found.area_method == "delong":
            z = (value - 0.5) / ((high - low) / (2 * 1.959963984540054))
            row["p"] = printed_p(2 * float(ndtr(-abs(z))), 3)
        rows.append(row)
    return rows


def _optimism(found: Analysis, d: int) -> Row:
    apparent, boot, test = found.optimism
    values = {"apparent": apparent, "boot": boot, "test": test, "optimism": boot - test,
              "corrected": apparent - (boot - test)}  # fmt: skip
    return {"model": "model", "measure": "AUC"} | {key: f"{value:.{d}f}" for key, value in values.items()}


def _fit(found: Analysis, d: int) -> Row:
    n, phi = found.y.size, float(found.y.mean())
    null = -2 * n * (phi * math.log(phi) + (1 - phi) * math.log(1 - phi))
    deviance = -2 * found.log_likelihood
    chi2, df = null - deviance, len(found.variables)
    cox_snell = 1 - math.exp(-chi2 / n)
    brier = float(np.mean((found.risks - found.y) ** 2))
    values = {"chi2": chi2, "minus2ll": deviance, "cox_snell": cox_snell,
              "nagelkerke": cox_snell / (1 - math.exp(-null / n)), "mcfadden": chi2 / null, "brier": brier,
              "scaled_brier": 1 - brier / (phi * (1 - phi)), "c": found.areas["model"][0]}  # fmt: skip
    return {"model": "model", "data": "all", "df": str(df), "p": printed_p(float(chdtrc(df, chi2)), 3)} | {
        key: f"{value:.{d}f}" for key, value in values.items()
    }


def _calibration(found: Analysis) -> Row:
    edges = np.array_split(np.argsort(found.risks, kind="stable"), 10)
    statistic = 0.0
    for group in edges:
        size, observed, expected = group.size, float(found.y[group].sum()), float(found.risks[group].sum())
        statistic += (observed - expected) ** 2 / (expected * (1 - expected / size))
    return {"model": "model", "data": "all", "fitted": "yes", "hl": f"{statistic:.3f}", "df": "8",
            "p": f"{float(chdtrc(8, statistic)):.3f}", "slope": "1.000", "intercept": "0.000", "oe": "1.00",
            "mean_risk": f"{found.risks.mean():.3f}"}  # fmt: skip


def _cutoffs(found: Analysis, rng: Generator, d: int) -> list[Row]:
    y, score = found.y, found.risks
    n1, n0 = int(y.sum()), int(y.size - y.sum())
    levels = np.unique(score)
    cases, controls = np.sort(score[y == 1]), np.sort(score[y == 0])
    tp = n1 - np.searchsorted(cases, levels, "left")
    tn = np.searchsorted(controls, levels, "left")
    best = int(np.argmax(tp / n1 + tn / n0))
    other = int(rng.integers(levels.size))
    rows = []
    for rule, k in (("youden", best), ("fixed", other)):
        a, b = int(tp[k]), int(tn[k])
        fn, fp = n1 - a, n0 - b
        values = {"sens": a / n1, "spec": b / n0, "acc": (a + b) / (n1 + n0), "f1": 2 * a / (2 * a + fp + fn)}
        values |= {"ppv": a / (a + fp)} if a + fp else {}
        values |= {"npv": b / (b + fn)} if b + fn else {}
        values |= {"lr_pos": (a / n1) / (fp / n0)} if fp and a else {}
        values |= {"youden": a / n1 + b / n0 - 1}
        rows.append({"of": "model", "data": "all", "cut": f"{levels[k]:.3f}", "rule": rule}
                    | {key: f"{value:.{d}f}" for key, value in values.items()})  # fmt: skip
    return rows


def _net_benefit(found: Analysis, d: int) -> list[Row]:
    n, n1, rows = found.y.size, int(found.y.sum()), []
    for threshold in (0.1, 0.2, 0.3, 0.5):
        treated = found.risks >= threshold
        tp, fp = int((treated & (found.y == 1)).sum()), int((treated & (found.y == 0)).sum())
        w = threshold / (1 - threshold)
        benefit, treat_all = tp / n - w * fp / n, n1 / n - w * (n - n1) / n
        rows.append({"model": "model", "data": "all", "threshold": f"{threshold:g}", "nb": f"{benefit:.{d}f}",
                     "nb_all": f"{treat_all:.{d}f}", "avoided": f"{100 * (benefit - treat_all) / w:.1f}",
                     "sens": f"{tp / n1:.{d}f}", "spec": f"{1 - fp / (n - n1):.{d}f}"})  # fmt: skip
    return rows


def _first_table(found: Analysis, rng: Generator) -> dict[str, list[Row]]:
    described: list[Row] = []
    crossed: list[Row] = []
    tests: list[Row] = []
    for variable in found.variables:
        if variable.kind == "binary":
            levels, p = _crosstab(found, variable, rng)
            crossed += levels
            if rng.integers(2):
                described += _describe(found, variable, 2 + int(rng.integers(2)), rng)
            tests.append({"var": variable.name, "data": "all", "kind": "chi2", "p": printed_p(p, 3)})
            continue
        described += _describe(found, variable, variable.decimals + int(rng.integers(1, 3)), rng)
        if variable.name in found.areas and rng.integers(2):
            kind, p = "mann-whitney", _rank_test(found, variable)
        else:
            kind, (p, t, df) = "t", _t_test(found, variable, rng)
        row = {"var": variable.name, "data": "all", "kind": kind, "p": printed_p(p, 3)}
        if kind == "t" and rng.integers(2):
            row |= {"statistic": f"{t:.2f}", "df": f"{df:.1f}"}
        tests.append(row)
    return {"describe": described, "crosstab": crossed, "test": tests}


def _describe(found: Analysis, variable: Variable, d: int, rng: Generator) -> list[Row]:
    masks: dict[str, npt.NDArray[np.bool_]] = {
        "all": np.ones(found.y.size, dtype=bool), "events": found.y == 1, "nonevents": found.y == 0
    }  # fmt: skip
    rows = []
    with_quartiles = bool(rng.integers(2))
    for group, mask in masks.items():
        values = variable.values[mask]
        row = {"var": variable.name, "group": group, "n": str(values.size), "mean": f"{values.mean():.{d}f}",
               "sd": f"{values.std(ddof=1):.{d}f}", "min": f"{values.min():.{variable.decimals}f}",
               "max": f"{values.max():.{variable.decimals}f}"}  # fmt: skip
        if variable.kind in ("whole", "binary"):
            row["unit"] = "1"
        if with_quartiles:
            low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
            row |= {"median": f"{middle:.{d}f}", "iqr": f"{low:.{d}f} to {high:.{d}f}"}
        rows.append(row)
    return rows


def _rank_test(found: Analysis, variable: Variable) -> float:
    """Mann-Whitney test with the variance corrected for ties, as R's without continuity correction."""
    n1 = int(found.y.sum())
    n0 = found.y.size - n1
    n = n1 + n0
    ties = np.unique(variable.values, return_counts=True)[1].astype(float)
    variance = n1 * n0 / 12 * (n + 1 - float((ties**3 - ties).sum()) / (n * (n - 1)))
    z = (found.areas[variable.name][0] - 0.5) * n1 * n0 / math.sqrt(variance)
    return 2 * float(ndtr(-abs(z)))


def _t_test(found: Analysis, variable: Variable, rng: Generator) -> tuple[float, float, float]:
    """P-value, statistic and degrees of freedom of Student's or Welch's test."""
    a, b = variable.values[found.y == 1], variable.values[found.y == 0]
    va, vb = a.var(ddof=1), b.var(ddof=1)
    if rng.integers(2):
        df: float = a.size + b.size - 2
        error = math.sqrt(((a.size - 1) * va + (b.size - 1) * vb) / df * (1 / a.size + 1 / b.size))
    else:
        error = math.sqrt(va / a.size + vb / b.size)
        df = error**4 / ((va / a.size) ** 2 / (a.size - 1) + (vb / b.size) ** 2 / (b.size - 1))
    t = float(a.mean() - b.mean()) / error
    return 2 * float(stdtr(df, -abs(t))), t, df


def _crosstab(found: Analysis, variable: Variable, rng: Generator) -> tuple[list[Row], float]:
    counts: Floats = np.array([[np.sum((variable.values == v) & (found.y == o)) for o in (1, 0)] for v in (0.0, 1.0)])
    rows = [{"var": variable.name, "level": str(v), "events": str(int(counts[v, 0])),
             "nonevents": str(int(counts[v, 1])), "data": "all"} for v in (0, 1)]  # fmt: skip
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    correction = 0.5 if rng.integers(2) else 0.0
    gap = np.maximum(np.abs(counts - expected) - correction, 0.0)
    return rows, float(chdtrc(1, float((gap**2 / expected).sum())))
