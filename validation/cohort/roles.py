"""Which column plays which role: names as the user wrote them, checked against the columns of the source."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from validation.cohort.table import Column, Table
from validation.errors import InputError

__all__ = ["DIRECTIONS", "MarkerWish", "Request", "Roles", "assign_roles", "find"]

Direction = Literal["higher", "lower"]
DIRECTIONS = ("higher", "lower")
_SHOWN = 30


@dataclass(frozen=True)
class Request:
    """What the user asked for, before any check; the fields are the arguments of `Cohort.from_file`."""

    outcome: Any
    event: Any = None
    predictors: Any = None
    markers: Any = ()
    risks: Any = ()
    secondary: Any = ()
    missing: Any = "refuse"


@dataclass(frozen=True)
class MarkerWish:
    """A marker by its column, with the direction and whether the user stated it."""

    column: str
    direction: Direction
    stated: bool


@dataclass(frozen=True)
class Roles:
    """Column names by role; each of them exists in the source, once."""

    outcome: str
    predictors: tuple[str, ...]
    markers: tuple[MarkerWish, ...]
    risks: tuple[str, ...]
    secondary: tuple[str, ...]

    def used(self) -> list[str]:
        """All columns that enter the analysis, each once."""
        markers = (marker.column for marker in self.markers)
        return list(dict.fromkeys([self.outcome, *self.predictors, *markers, *self.risks, *self.secondary]))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Name and role for the description; a marker that is also a predictor is described as predictor."""
        yield self.outcome, "outcome"
        yield from ((name, "predictor") for name in self.predictors)
        shown = {*self.predictors, *self.risks}
        yield from ((marker.column, "marker") for marker in self.markers if marker.column not in shown)
        yield from ((name, "risk") for name in self.risks)
        yield from ((name, "secondary") for name in self.secondary)


def assign_roles(table: Table, request: Request) -> Roles:
    """Columns by role.

    Raises
    ------
    InputError
        A name is misspelt, not unique, listed twice, or the outcome is asked to predict itself.
    """
    outcome = find(table, _word(request.outcome, "outcome"), "outcome").name
    risks = _existing(table, request.risks, "risks")
    secondary = _existing(table, request.secondary, "secondary")
    markers = tuple(_marker(table, text) for text in _words(request.markers, "markers"))
    taken = {outcome, *risks, *secondary}
    if request.predictors is None:
        wanted = tuple(name for name in table.names if name not in taken)
        _check_unnamed(table)
    else:
        wanted = _words(request.predictors, "predictors")
    predictors = tuple(find(table, name, "predictors").name for name in wanted)
    marked = tuple(marker.column for marker in markers)
    roles = {"predictors": predictors, "markers": marked, "risks": risks, "secondary": secondary}
    for what, names in roles.items():
        _check_list(what, names, outcome)
    for name in predictors:
        if name in secondary:
            raise InputError(name, "is a secondary outcome and cannot be among the predictors", hint="Leave one out.")
    return Roles(outcome, predictors, markers, risks, secondary)


def _word(value: Any, argument: str) -> str:
    # data frames of pandas may have whole numbers as names
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InputError(argument, f"must be the name of a column, got a {type(value).__name__}", hint="Pass a text.")
    return str(value)


def _words(values: Any, argument: str) -> tuple[str, ...]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InputError(
            argument,
            f"must be a list of column names, got a {type(values).__name__}",
            hint=f"Write {argument}=[{values!r}]." if isinstance(values, str) else "Pass a list of texts.",
        )
    return tuple(_word(value, argument) for value in values)


def _existing(table: Table, values: Any, argument: str) -> tuple[str, ...]:
    return tuple(find(table, name, argument).name for name in _words(values, argument))


def find(table: Table, name: str, what: str) -> Column:
    """Column of that name.

    Raises
    ------
    InputError
        There is none, with the nearest name and the ones there are; or there are several.
    """
    found = [column for column in table.columns if column.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(name, f"is the name of {len(found)} columns ({what})", hint="Rename the columns.")
    close = difflib.get_close_matches(name, table.names, n=1, cutoff=0.6)
    folded = [other for other in table.names if other.strip().casefold() == name.strip().casefold()]
    near = [*folded, *close][:1]
    available = ", ".join(table.names[:_SHOWN]) + (", ..." if len(table.names) > _SHOWN else "")
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    raise InputError(name, f"is no column of the data ({what})", hint=f"{hint}Columns are: {available}.")


def _check_unnamed(table: Table) -> None:
    for position, name in enumerate(table.names, start=1):
        if not name:
            raise InputError(
                f"column {position}",
                "has no name",
                hint="Name it, delete it if it only numbers the rows, or list the predictors.",
            )


def _marker(table: Table, text: str) -> MarkerWish:
    if text in table.names:
        return MarkerWish(find(table, text, "markers").name, "higher", stated=False)
    column, colon, direction = text.rpartition(":")
    if colon and direction in DIRECTIONS:
        find(table, column, "markers")
        return MarkerWish(column, "lower" if direction == "lower" else "higher", stated=True)
    if colon and column in table.names:
        raise InputError(
            text, f'has the unknown direction "{direction}"', hint=f"Write {column}:higher or {column}:lower."
        )
    return MarkerWish(find(table, text, "markers").name, "higher", stated=False)


def _check_list(what: str, names: Sequence[str], outcome: str) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(", ".join(twice), f"is listed twice among the {what}", hint="List it once.")
    if outcome in names:
        raise InputError(outcome, f"is the outcome and cannot be among the {what}", hint="Leave it out there.")
