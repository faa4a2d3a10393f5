"""The cohort of an analysis: outcome, predictors, markers and given risks, each checked and described."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from validation.checks import Floats, Outcome
from validation.cohort.roles import Direction

__all__ = ["Cohort", "ColumnDescription", "Marker"]


@dataclass(frozen=True, eq=False)
class Marker:
    """A measured score.

    Attributes
    ----------
    name : str
    values : ndarray of shape (n,)
    direction : {"higher", "lower"}
        Values that indicate the event.
    stated : bool
        The user stated the direction; otherwise "higher" was assumed, and the report says so.
    """

    name: str
    values: Floats
    direction: Direction = "higher"
    stated: bool = True


@dataclass(frozen=True)
class ColumnDescription:
    """What a column was taken for.

    Attributes
    ----------
    name, role, kind : str
        Name, "outcome", "predictor", "marker", "risk" or "secondary", and "number", "boolean" or "text".
    distinct, tied : int
        Number of distinct values, and of rows that share their value with another row.
    detail : str
        Range of a number, levels and reference level of a categorical column.
    """

    name: str
    role: str
    kind: str
    distinct: int
    tied: int
    detail: str


@dataclass(frozen=True, eq=False)
class Cohort:
    """Outcome, predictors, markers and given risks of n patients.

    Attributes
    ----------
    name : str
    outcome : ndarray of shape (n,)
        1 for the event, 0 otherwise.
    outcome_name, event : str
        Column of the outcome and the value that is the event.
    predictors : tuple of str
        Names of the design columns; categorical columns as treatment contrasts ``race[other]``.
    x : ndarray of shape (n, p)
        Design matrix without intercept.
    markers : tuple of Marker
    risks : mapping
        Given predicted risks by name.
    secondary : mapping
        Further binary outcomes by name, 1 for the event.
    columns : tuple of ColumnDescription
        What each column was taken for.
    rows_read, rows_dropped : int
        Rows of the source, and rows dropped for missing values.
    notes : tuple of str
        What the reader should know.
    """

    name: str
    outcome: Outcome
    outcome_name: str
    event: str
    predictors: tuple[str, ...]
    x: Floats
    markers: tuple[Marker, ...] = ()
    risks: Mapping[str, Floats] = field(default_factory=dict)
    secondary: Mapping[str, Outcome] = field(default_factory=dict)
    columns: tuple[ColumnDescription, ...] = ()
    rows_read: int = 0
    rows_dropped: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only, so that no later step can change the data."""
        for array in (*(array for _, array in self._parts()), *self.secondary.values()):
            array.setflags(write=False)

    def _parts(self) -> Iterator[tuple[str, Floats | Outcome]]:
        yield self.outcome_name, self.outcome
        yield "\0".join(self.predictors), self.x
        yield from ((f"{marker.name}\0{marker.direction}", marker.values) for marker in self.markers)
        yield from self.risks.items()

    @classmethod
    def from_file(
        cls,
        path: str | Path,
        *,
        outcome: str,
        event: str | None = None,
        predictors: Sequence[str] | None = None,
        markers: Sequence[str] = (),
        risks: Sequence[str] = (),
        secondary: Sequence[str] = (),
        missing: str = "refuse",
        name: str | None = None,
    ) -> Cohort:
        """Read and check a cohort from a file.

        Parameters
        ----------
        path : str or Path
            CSV, TSV (either may be compressed, ``.csv.gz``), Parquet, Excel, Stata, SPSS or SAS file.
        outcome : str
            Column of the outcome, which has two values.
        event : str, optional
            Value that is the event; may be left out where the outcome is 0/1 or true/false.
        predictors : sequence of str, optional
            Columns of the models; all that have no other role than marker where left out.
        markers : sequence of str
            Columns for ROC curves, as ``"COL:higher"`` or ``"COL:lower"``: the values that indicate the event. A bare
            ``"COL"`` is taken as higher, and `notes` says so.
        risks : sequence of str
            Columns with given predicted risks, from 0 to 1.
        secondary : sequence of str
            Columns of further outcomes, 0/1 or true/false.
        missing : {"refuse", "drop"}
            What to do with rows that miss a used value.
        name : str, optional
            Name of the cohort; the file's where left out.

        Returns
        -------
        Cohort

        Raises
        ------
        InputError
            Names the file or column, what is wrong, and what to do.

        Notes
        -----
        A predictor of texts becomes treatment contrasts ``column[level]`` against its first level, in alphabetical
        order unless the file states an order. Whether a model can be estimated from the data (separation, rank, more
        columns than rows) is for the model to say, not for the cohort.
        """
        from validation.cohort.building import build
        from validation.cohort.reading import read_table
        from validation.cohort.roles import Request

        table = read_table(path)
        request = Request(outcome, event, predictors, markers, risks, secondary, missing)
        return build(table, request, Path(path).name if name is None else name)

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        outcome: str,
        event: str | None = None,
        predictors: Sequence[str] | None = None,
        markers: Sequence[str] = (),
        risks: Sequence[str] = (),
        secondary: Sequence[str] = (),
        missing: str = "refuse",
        name: str = "cohort",
    ) -> Cohort:
        """Check a cohort from a data frame.

        Parameters
        ----------
        frame : pandas.DataFrame, polars.DataFrame or mapping of str to sequence
            One row per patient; the values are copied.
        outcome, event, predictors, markers, risks, secondary, missing, name
            As for `from_file`.

        Returns
        -------
        Cohort

        Raises
        ------
        InputError
            Names the column, what is wrong, and what to do.

        Examples
        --------
        >>> data = {"died": [0, 1, 0, 1, 1, 0], "age": [50.0, 71.0, 62.0, 68.0, 75.0, 55.0]}
        >>> cohort = Cohort.from_frame(data, outcome="died", markers=["age:higher"])
        >>> int(cohort.outcome.sum()), cohort.predictors
        (3, ('age',))
        """
        from validation.cohort.building import build
        from validation.cohort.frames import table_of_frame
        from validation.cohort.roles import Request

        table = table_of_frame(frame, "data")
        return build(table, Request(outcome, event, predictors, markers, risks, secondary, missing), name)

    @property
    def input_hash(self) -> str:
        """SHA-256 over names, types and bytes of everything that enters the analysis."""
        digest = hashlib.sha256()
        for name, array in (*self._parts(), *self.secondary.items()):
            little = np.ascontiguousarray(array).astype(np.asarray(array).dtype.newbyteorder("<"))
            for piece in (name, little.dtype.str, str(little.shape)):
                digest.update(piece.encode("utf-8", errors="surrogatepass") + b"\0")
            digest.update(little.tobytes())
        return digest.hexdigest()

    def describe(self) -> str:
        """What was read, in words: rows, events, and what each column was taken for."""
        n, events = self.outcome.size, int(self.outcome.sum())
        lines = [
            f'{self.name}: {n} patients, {events} with {self.outcome_name} = "{self.event}", {n - events} without',
            f"{self.rows_read} rows read, {self.rows_dropped} dropped for missing values",
        ]
        lines += [
            f"{c.role:9} {c.name}: {c.kind}, {c.distinct} distinct values ({c.tied} rows tied), {c.detail}"
            for c in self.columns
        ]
        lines += [f"marker    {m.name}: {m.direction} values indicate the event" for m in self.markers]
        lines += [f"secondary {name}: {int(y.sum())} events" for name, y in self.secondary.items()]
        return "\n".join([*lines, *self.notes])
