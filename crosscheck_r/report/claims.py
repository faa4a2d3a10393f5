"""The claim file of a run's own numbers: what its paper would print, for `crosscheck audit`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from crosscheck_r.report.claims_baseline import counted_rows, described_rows
from crosscheck_r.report.presenting import results_of, with_names
from crosscheck_r.run import Run
from validation.baseline_table import BaselineCategoricalResult, BaselineContinuousResult
from validation.decision_curve import DecisionCurve
from validation.logistic import LogisticModelIndexesResult, LogisticRegressionResult, UnivariableOddsRatiosResult
from validation.roc import AUCResult, OptimalCutoffResult

__all__ = ["claims_toml"]

_DIGITS, _P_DIGITS = 3, 3
#: coefficients of predictors in large units need more digits than an odds ratio of 1.000 shows
_MOST_DIGITS = 8
_THRESHOLDS = (0.1, 0.2, 0.3, 0.5)
_MODEL = "model"
Row = dict[str, str]
Kind = TypeVar("Kind")


def _number(value: float, digits: int = _DIGITS) -> str | None:
    return f"{float(value):.{digits}f}" if math.isfinite(float(value)) else None


def _p(value: float) -> str | None:
    if not math.isfinite(float(value)):
        return None
    return f"<{10.0**-_P_DIGITS:.{_P_DIGITS}f}" if value < 10.0**-_P_DIGITS else f"{value:.{_P_DIGITS}f}"


def _cell(text: str) -> str:
    """Text that cannot end a cell, a row or the block it stands in."""
    return "".join(c if c.isprintable() and c not in "|\\#'\"" else " " for c in text).strip() or "unnamed"


def _names(names: Any) -> list[str]:
    """Cells for names, no two the same."""
    found: list[str] = []
    for name in map(_cell, names):
        k, unique = 1, name
        while unique in found:
            k += 1
            unique = f"{name} {k}"
        found.append(unique)
    return found


def _present(row: Mapping[str, str | None]) -> Row:
    return {key: text for key, text in row.items() if text is not None}


def _results(run: Run, statistic: str, kind: type[Kind]) -> dict[str, Kind]:
    """Results of a statistic, of which only its own class has the numbers that are printed."""
    return {label: result for label, result in results_of(run, statistic).items() if isinstance(result, kind)}


def _areas(run: Run) -> Iterator[Row]:
    results = _results(run, "auc", AUCResult)
    for name, result in zip(_names(results), results.values(), strict=True):
        low, high = _number(result.lower), _number(result.upper)
        limits = None if low is None or high is None or result.degenerate else f"{low} to {high}"
        yield _present({"of": name, "data": "all", "auc": _number(result.auc), "ci": limits, "method": "DeLong"})


def _cutoffs(run: Run) -> Iterator[Row]:
    results = _results(run, "optimal_cutoff", OptimalCutoffResult)
    for name, result in zip(_names(results), results.values(), strict=True):
        if result.threshold.size == 0 or not math.isfinite(float(result.threshold[0])):
            continue
        measures = {
            "sens": result.sensitivity, "spec": result.specificity, "ppv": result.positive_predictive_value,
            "npv": result.negative_predictive_value, "acc": result.accuracy, "youden": result.youden,
        }  # fmt: skip
        sign = "<=" if result.direction == "lower" else ">="
        yield _present(
            {"of": name, "data": "all", "cut": f"{sign}{float(result.threshold[0]):.6g}", "rule": "Youden"}
            | {key: _number(values[0]) for key, values in measures.items()}
        )


def _digits(*values: float) -> int:
    """Digits that show at least two figures of every number and of their distances."""
    smallest = min(abs(a - b) for a in values for b in values if a != b) if len(set(values)) > 1 else 1.0
    smallest = min(smallest, *(abs(value) for value in values))
    return min(max(_DIGITS, 1 - math.floor(math.log10(smallest))), _MOST_DIGITS) if smallest > 0 else _MOST_DIGITS


def _terms(result: Any, p_values: Any) -> Iterator[Row]:
    for j, name in enumerate(_names(result.names)):
        values = [float(values[j]) for values in (result.odds_ratio, result.lower, result.upper)]
        if not all(map(math.isfinite, values)):
            continue
        digits = _digits(*values)
        odds, low, high = (_number(value, digits) for value in values)
        yield _present({"name": name, "or": odds, "ci": f"{low} to {high}", "p": _p(float(p_values[j]))})


def _fit(run: Run) -> Iterator[Row]:
    for result in _results(run, "logistic_model_indexes", LogisticModelIndexesResult).values():
        yield _present({
            "model": _MODEL, "data": "all", "chi2": _number(result.likelihood_ratio),
            "df": str(int(result.degrees_of_freedom)), "p": _p(float(result.p_value)),
            "minus2ll": _number(result.deviance), "nagelkerke": _number(result.r_squared),
            "brier": _number(result.brier_score), "c": _number(result.c_index),
        })  # fmt: skip


def _baseline(run: Run) -> dict[str, list[Row]]:
    """Tables of the patients by the main outcome."""
    found: dict[str, list[Row]] = {"describe": [], "crosstab": [], "test": []}
    continuous = _results(run, "baseline_continuous", BaselineContinuousResult).get(run.cohort.outcome_name)
    categorical = _results(run, "baseline_categorical", BaselineCategoricalResult).get(run.cohort.outcome_name)
    rows = [] if continuous is None else list(described_rows(continuous, _names(continuous.names)))
    rows += [] if categorical is None else list(counted_rows(categorical, _names(categorical.names)))
    for table, row in rows:
        found[table].append(row)
    return found


def _net_benefit(run: Run) -> Iterator[Row]:
    for result in _results(run, "decision_curve", DecisionCurve).values():
        if result.population_prevalence is not None:
            continue
        for i, threshold in enumerate(result.thresholds):
            if not any(abs(float(threshold) - chosen) < 1e-9 for chosen in _THRESHOLDS):
                continue
            benefit, treat_all = result.model.net_benefit[i], result.all.net_benefit[i]
            row = {"model": _MODEL, "data": "all", "threshold": f"{float(threshold):.2f}"}
            yield _present(row | {"nb": _number(benefit), "nb_all": _number(treat_all)})
        return


def _table(name: str, rows: list[Row]) -> str:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = ["# " + " | ".join(columns)] + [" | ".join(row.get(key, "") for key in columns) for row in rows]
    return f"{name} = '''\n" + "\n".join(lines) + "\n'''\n"


def claims_toml(run: Run) -> str:
    """Claim file of a run.

    Parameters
    ----------
    run : Run
        A finished run; results that could not be estimated are left out.

    Returns
    -------
    str
        TOML, as `crosscheck audit` reads it; numbers rounded as a paper prints them.
    """
    run = with_names(run)
    n, events = int(run.cohort.outcome.size), int(run.cohort.outcome.sum())
    data = [{"name": "all", "n": str(n), "events": str(events), "nonevents": str(n - events)}]
    found = {
        "data": data, "auc": list(_areas(run)), "cutoff": list(_cutoffs(run)), "fit": list(_fit(run)),
        "net_benefit": list(_net_benefit(run)),
    } | _baseline(run)  # fmt: skip
    parts = [
        "# Numbers of this report as its paper would print them; check them with: crosscheck audit claims.toml\n",
        f'[paper]\nid = {json.dumps(_cell(run.cohort.name))}\nread = "full text"\n',
        "[tables]\n" + "".join(_table(name, rows) for name, rows in found.items() if rows),
    ]
    fits = _results(run, "logistic_regression", LogisticRegressionResult)
    # the multivariable fit has an intercept before the predictors
    parts += [_model(_MODEL, result, result.p_value[1:]) for result in fits.values()]
    each = _results(run, "univariable_odds_ratios", UnivariableOddsRatiosResult)
    parts += [_model("univariable", result, result.p_value) for result in each.values()]
    return "\n".join(parts)


def _model(name: str, result: Any, p_values: Any) -> str:
    rows = list(_terms(result, p_values))
    head = f'[[model]]\nid = "{name}"\nkind = "logistic"\ndata = "all"\nestimator = "ml"\nci_method = "wald"\n'
    head += f"adjusted = {str(name == _MODEL).lower()}\n"
    return head + (_table("terms", rows) if rows else "")
