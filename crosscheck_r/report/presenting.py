"""Results as a reader wants them: with the names of the cohort's columns, and each once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from validation.cohort import Cohort

__all__ = ["distinct", "named"]


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


def distinct(results: Mapping[str, Any]) -> dict[str, Any]:
    """Without results whose table repeats that of an earlier case, such as R's at a tighter threshold."""
    found: dict[str, Any] = {}
    tables: list[Any] = []
    for label, result in results.items():
        table = result._table()
        if repr(table) not in tables:
            tables.append(repr(table))
            found[label] = result
    return found
