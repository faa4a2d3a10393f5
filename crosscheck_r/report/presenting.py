"""Results as a reader wants them: with the names of the cohort's columns, and each once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from crosscheck_r.run import Run
from validation.cohort import Cohort

__all__ = ["Results", "distinct", "named", "results_of", "with_names"]

#: results of one statistic in the default mode, by the label of their case
Results = Mapping[str, Any]


def with_names(run: Run) -> Run:
    """The run with the cohort's names in all results."""
    outcomes = (dataclasses.replace(outcome, result=named(outcome.result, run.cohort)) for outcome in run.outcomes)
    return dataclasses.replace(run, outcomes=tuple(outcomes))


def results_of(run: Run, statistic: str) -> Results:
    """Results of a statistic in the default mode."""
    return {
        outcome.case.label: outcome.result
        for outcome in run.outcomes
        if outcome.statistic.name == statistic and outcome.compat is None and outcome.result is not None
    }


def named(result: Any, cohort: Cohort) -> Any:
    """The result with the cohort's names where a model was fitted to its matrix, whose columns have none."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(result) if dataclasses.is_dataclass(result) else ():
        value = getattr(result, field.name)
        if field.name == "names" and _unnamed(value, len(cohort.predictors)):
            changes[field.name] = cohort.predictors
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            inner = named(value, cohort)
            if inner is not value:
                changes[field.name] = inner
    return dataclasses.replace(result, **changes) if changes else result


def _unnamed(names: Any, p: int) -> bool:
    return isinstance(names, (tuple, list)) and p > 0 and list(names) == [f"x{j + 1}" for j in range(p)]


def distinct(results: Results) -> dict[str, Any]:
    """Without results whose table repeats that of an earlier case, such as R's at a tighter threshold."""
    found: dict[str, Any] = {}
    tables: list[Any] = []
    for label, result in results.items():
        table = result._table()
        if repr(table) not in tables:
            tables.append(repr(table))
            found[label] = result
    return found
