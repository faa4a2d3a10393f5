"""Checks of array arguments: the one place where a statistic's inputs are refused or standardised.

Each function returns the standardised value or raises `InputError` naming the argument. Files and data frames are
checked by `validation.cohort`, which uses these.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from validation.errors import InputError

Floats = npt.NDArray[np.float64]
Outcome = npt.NDArray[np.int8]

__all__ = [
    "Floats",
    "Outcome",
    "check_choice",
    "check_flag",
    "check_integer",
    "check_level",
    "check_matrix",
    "check_mode",
    "check_numbers",
    "check_outcome",
    "check_probabilities",
    "check_scores",
    "check_seed",
]


def _one_dimensional(values: Any, argument: str) -> npt.NDArray[Any]:
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(argument, "holds rows of unequal length", hint="Pass one value per patient.") from None
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise InputError(argument, f"has {array.ndim} dimensions, one is needed", hint="Pass one value per patient.")
    if array.size == 0:
        raise InputError(argument, "is empty", hint="Pass one value per patient.")
    return array


def _as_floats(array: npt.NDArray[Any], argument: str, copy: bool = True) -> Floats:
    if array.dtype.kind not in "buif":
        if array.dtype.kind == "O":
            kinds = sorted({type(value).__name__ for value in array.ravel().tolist()})
            if set(kinds) <= {"int", "float", "bool", "NoneType", "float64", "int64"}:
                array = np.array([np.nan if value is None else value for value in array.ravel()], dtype=np.float64)
                return array
            found = ", ".join(kinds)
        else:
            found = str(array.dtype)
        raise InputError(argument, f"holds {found}, numbers are needed", hint="Convert the labels to numbers first.")
    return array.astype(np.float64, copy=copy)


def _finite(values: Floats, argument: str) -> None:
    missing = int(np.count_nonzero(np.isnan(values)))
    if missing:
        raise InputError(
            argument, f"has {missing} missing value(s) (NaN)", hint="Remove or impute those rows before the analysis."
        )
    infinite = int(np.count_nonzero(np.isinf(values)))
    if infinite:
        raise InputError(
            argument, f"has {infinite} infinite value(s)", hint="Replace them by the measured value or remove the rows."
        )


def check_outcome(y_true: Any, argument: str = "y_true") -> Outcome:
    """0/1 outcome with both classes present, as int8."""
    array = _one_dimensional(y_true, argument)
    if array.dtype.kind in "bui" and array.min() == 0 and array.max() == 1:
        # whole numbers from 0 to 1: nothing else needs to be looked at
        return array.astype(np.int8)
    values = _as_floats(array, argument, copy=False)
    events = np.count_nonzero(values == 1.0)
    if 0 < events < values.size and events + np.count_nonzero(values == 0.0) == values.size:
        return values.astype(np.int8)
    _finite(values, argument)
    found = np.unique(values)
    if not np.isin(found, (0.0, 1.0)).all():
        shown = ", ".join(f"{value:g}" for value in found[:5])
        more = ", ..." if found.size > 5 else ""
        raise InputError(
            argument, f"must be 0 or 1, got {shown}{more}", hint="Say which value is the event and code it as 1."
        )
    if found.size < 2:
        raise InputError(
            argument,
            f"has one class only ({found[0]:g} in all {values.size} rows)",
            hint="Both events (1) and non-events (0) are needed.",
        )
    return values.astype(np.int8)


def check_scores(y_score: Any, n: int, argument: str = "y_score", *, copy: bool = True) -> Floats:
    """Finite float64 vector of length `n`; without `copy` it may be the caller's own and must not be written to."""
    values = _as_floats(_one_dimensional(y_score, argument), argument, copy)
    if values.size != n:
        raise InputError(
            argument, f"has {values.size} values where the outcome has {n}", hint="Pass one value per patient."
        )
    if not np.isfinite(values).all():
        _finite(values, argument)
    return values


def check_probabilities(y_proba: Any, n: int, argument: str = "y_proba") -> Floats:
    """Float64 vector of length `n` within [0, 1]."""
    values = check_scores(y_proba, n, argument)
    low, high = float(values.min()), float(values.max())
    if low < 0.0 or high > 1.0:
        raise InputError(
            argument,
            f"must lie between 0 and 1, got {low:g} to {high:g}",
            hint="Pass predicted risks, not percentages or linear predictors.",
        )
    return values


def check_matrix(x: Any, n: int, argument: str = "x", *, copy: bool = True) -> tuple[Floats, tuple[str, ...]]:
    """Finite n x p float64 matrix and the names of its columns (``x1`` ... ``xp`` where it has none).

    Without `copy` the matrix may be the caller's own and must not be written to.
    """
    columns = getattr(x, "columns", None)
    array = np.asarray(x)
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    if array.ndim != 2 or array.shape[1] == 0:
        raise InputError(argument, f"has shape {array.shape}, rows x columns is needed")
    if array.shape[0] != n:
        raise InputError(
            argument, f"has {array.shape[0]} rows where the outcome has {n}", hint="Pass one row per patient."
        )
    names = tuple(f"x{j + 1}" for j in range(array.shape[1])) if columns is None else tuple(str(c) for c in columns)
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InputError(argument, f"has duplicate column names: {', '.join(twice)}", hint="Rename the columns.")
    if array.dtype.kind in "buif":
        # one pass for the whole matrix; the column by column pass below says which column is at fault
        whole = np.ascontiguousarray(array, dtype=np.float64)
        if copy and whole is array:
            whole = array.copy()
        if np.isfinite(whole).all():
            return whole, names
    matrix = np.empty(array.shape, dtype=np.float64)
    for j, name in enumerate(names):
        matrix[:, j] = check_scores(array[:, j], n, name if columns is not None else f"{argument}[:, {j}]")
    return matrix, names


def check_level(level: Any, argument: str = "level") -> float:
    """Confidence level strictly between 0 and 1."""
    if isinstance(level, bool) or not isinstance(level, (int, float, np.floating)) or not 0.0 < float(level) < 1.0:
        raise InputError(argument, f"must lie strictly between 0 and 1, got {level!r}", hint="0.95 is usual.")
    return float(level)


def check_integer(value: Any, argument: str, *, minimum: int, maximum: int = 2**31 - 1) -> int:
    """Whole number within the given bounds."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not minimum <= int(value) <= maximum:
        raise InputError(argument, f"must be a whole number from {minimum} to {maximum}, got {value!r}")
    return int(value)


def check_seed(seed: Any, argument: str = "seed") -> int:
    """Seed as R's ``set.seed`` takes it: a 32-bit signed whole number."""
    return check_integer(seed, argument, minimum=-(2**31) + 1)


def check_choice(value: Any, argument: str, choices: tuple[str, ...]) -> str:
    """One of the given words."""
    if not isinstance(value, str) or value not in choices:
        raise InputError(argument, f"must be one of {', '.join(map(repr, choices))}, got {value!r}")
    return str(value)


def check_flag(value: Any, argument: str) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(argument, f"must be True or False, got {value!r}")
    return bool(value)


def check_mode(compat: Any, *modes: str) -> str:
    """Name of the mode: ``"default"`` where none is asked for."""
    return "default" if compat is None else check_choice(compat, "compat", ("default", *modes))


def check_numbers(values: Any, argument: str, *, least: float = -np.inf, most: float = np.inf) -> Floats:
    """One or more numbers within the given bounds, which may be infinite."""
    try:
        array = np.atleast_1d(np.asarray(values))
    except ValueError:
        raise InputError(argument, f"must be numbers, got {values!r}") from None
    if array.dtype.kind not in "buif" or array.ndim != 1 or array.size == 0:
        raise InputError(argument, f"must be one or more numbers, got {values!r}")
    found = array.astype(np.float64)
    if not bool(np.all((found >= least) & (found <= most))):
        bounds = "" if least == -np.inf and most == np.inf else f", all between {least:g} and {most:g}"
        raise InputError(argument, f"must be numbers that are not missing{bounds}")
    return found
