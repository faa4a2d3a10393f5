"""The lines of a long result that a paper prints; the whole is in the CSV file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from crosscheck_r.report.tables import Columns
from validation.cohort import Cohort

__all__ = ["of"]

#: thresholds at which net benefit is printed
_THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
_MOST_ROWS = 40

Results = Mapping[str, Any]


def of(statistic: str, results: Results, cohort: Cohort) -> dict[str, Columns] | None:
    """Caption -> table for the statistics that have more lines than a page; None where the whole table is shown."""
    chosen = _HIGHLIGHTS.get(statistic)
    return None if chosen is None else chosen(results, cohort)


def _nothing(results: Results, cohort: Cohort) -> dict[str, Columns]:
    """Curves with a point per patient: the picture says it."""
    return {}


def _lasso(results: Results, cohort: Cohort) -> dict[str, Columns]:
    tables: dict[str, Columns] = {}
    for label, result in results.items():
        names = predictor_names(result.fit.names, cohort)
        chosen = result._table()
        tables[f"Choice of λ ({label})"] = {
            "Choice": ["λ-min", "λ-1se"],
            "λ": chosen["lambda"],
            f"Cross-validated {result.measure}": chosen[result.measure],
            "SE": chosen["standard error"],
            "Predictors kept": [
                int(np.count_nonzero(result.coefficients_min)),
                int(np.count_nonzero(result.coefficients_1se)),
            ],
        }
        tables[f"Coefficients ({label}); – means dropped"] = {
            "Predictor": names,
            "Coefficient at λ-min": _kept(result.coefficients_min),
            "Coefficient at λ-1se": _kept(result.coefficients_1se),
        }
    return tables


def predictor_names(names: tuple[str, ...], cohort: Cohort) -> list[str]:
    """Names of the cohort where a model was fitted to its unnamed matrix."""
    unnamed = tuple(f"x{j + 1}" for j in range(len(names)))
    return list(cohort.predictors if tuple(names) == unnamed and len(names) == len(cohort.predictors) else names)


def _kept(coefficients: Any) -> list[float | None]:
    return [None if value == 0.0 else float(value) for value in coefficients]


def _decision_curve(results: Results, cohort: Cohort) -> dict[str, Columns]:
    tables: dict[str, Columns] = {}
    for label, result in results.items():
        grid = np.asarray(result.thresholds)
        rows = [int(np.argmin(np.abs(grid - t))) for t in _THRESHOLDS if np.abs(grid - t).min() < 1e-9]
        table: dict[str, list[Any]] = {
            "Threshold": [float(grid[i]) for i in rows],
            "Cost : benefit": [result.cost_benefit_ratios()[i] for i in rows],
        }
        for curve in result.strategies():
            name = f"Net benefit, {curve.name}"
            table[name] = [float(curve.net_benefit[i]) for i in rows]
            limits = curve.limits("net_benefit")
            if limits is not None and curve.name not in ("none", "None"):
                table[f"{name}_lower"] = [float(limits[0][i]) for i in rows]
                table[f"{name}_upper"] = [float(limits[1][i]) for i in rows]
        if result.level is not None:
            table["level"] = [result.level] * len(rows)
        tables[f"Net benefit at some thresholds ({label})"] = table
    return tables


_HIGHLIGHTS: dict[str, Callable[[Results, Cohort], dict[str, Columns]]] = {
    "roc_curve": _nothing,
    "lasso_path": _nothing,
    "lasso_cv": _lasso,
    "decision_curve": _decision_curve,
}
