"""The two groups of a baseline table, and the cases that a cohort offers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from validation.checks import Floats, Outcome, check_matrix, check_outcome
from validation.cohort import Cohort
from validation.errors import InputError, NotEstimable
from validation.statistic import Case, Settings

__all__ = ["categorical_cases", "checked", "continuous_cases"]


def checked(y_true: object, x: object, names: object) -> tuple[Outcome, Floats, tuple[str, ...]]:
    """Outcome, matrix and names of a comparison; each group needs two patients."""
    outcome = check_outcome(y_true)
    matrix, found = check_matrix(x, outcome.size)
    if names is not None:
        found = tuple(names) if not isinstance(names, str) else (names,)  # type: ignore[arg-type]
        if len(found) != matrix.shape[1] or len(set(found)) != len(found):
            raise InputError("names", f"must be {matrix.shape[1]} different texts, one per column of x, got {found!r}")
    smaller = int(min(outcome.sum(), outcome.size - outcome.sum()))
    if smaller < 2:
        raise NotEstimable(
            "too few rows",
            f"The smaller group has {smaller} patient: it has no standard deviation.",
            hint="Each group needs at least two patients.",
        )
    return outcome, matrix, found


def continuous_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The variables with more than two values, for the main and for each secondary outcome."""
    columns = [j for j in range(len(cohort.predictors)) if not _is_categorical(cohort, j)]
    variables = [(cohort.predictors[j], cohort.x[:, j]) for j in columns]
    # a cohort of given risks or markers alone has a first table too
    variables = variables or [(marker.name, marker.values) for marker in cohort.markers]
    if variables:
        names = tuple(name for name, _ in variables)
        x = np.column_stack([values for _, values in variables])
        for outcome_name, outcome in _outcomes(cohort):
            yield Case(outcome_name, {"y_true": outcome, "x": x, "names": names, "level": settings.level})


def categorical_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The variables with two values and the text variables, for the main and for each secondary outcome."""
    variables = list(_categorical(cohort))
    if variables:
        names = tuple(name for name, _ in variables)
        x = np.column_stack([codes for _, codes in variables])
        for outcome_name, outcome in _outcomes(cohort):
            yield Case(outcome_name, {"y_true": outcome, "x": x, "names": names})


def _outcomes(cohort: Cohort) -> Iterator[tuple[str, Outcome]]:
    yield cohort.outcome_name, cohort.outcome
    yield from cohort.secondary.items()


def _is_categorical(cohort: Cohort, column: int) -> bool:
    return _variable(cohort.predictors[column]) != "" or np.unique(cohort.x[:, column]).size <= 2


def _variable(label: str) -> str:
    """``race`` of the treatment contrast ``race[other]``, else nothing."""
    head, bracket, _ = label.rpartition("[")
    return head if bracket and label.endswith("]") else ""


def _categorical(cohort: Cohort) -> Iterator[tuple[str, Floats]]:
    """Codes of each categorical variable: 0 for the reference level, then one per contrast."""
    contrasts: dict[str, list[Floats]] = {}
    for j, label in enumerate(cohort.predictors):
        if _is_categorical(cohort, j):
            contrasts.setdefault(_variable(label) or label, []).append(cohort.x[:, j])
    for name, columns in contrasts.items():
        if len(columns) > 1:
            yield name, np.sum([(j + 1) * column for j, column in enumerate(columns)], axis=0)
        else:
            distinct = np.unique(columns[0])
            if distinct.size == 2:
                yield name, np.searchsorted(distinct, columns[0]).astype(np.float64)
