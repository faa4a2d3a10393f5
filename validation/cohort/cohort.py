"""The cohort of an analysis: outcome, predictors, markers and given risks, each checked and described."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from validation.checks import Floats, Outcome

__all__ = ["Cohort", "ColumnDescription", "Marker"]

Direction = Literal["higher", "lower"]


@dataclass(frozen=True)
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
        Name, "outcome", "predictor", "marker" or "risk", and "number", "boolean" or "text".
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


@dataclass(frozen=True)
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
    columns: tuple[ColumnDescription, ...] = ()
    rows_read: int = 0
    rows_dropped: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only, so that no later step can change the data."""
        floats: list[Floats] = [self.x, *(marker.values for marker in self.markers), *self.risks.values()]
        for array in floats:
            array.setflags(write=False)
        self.outcome.setflags(write=False)

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
        missing: str = "refuse",
        name: str | None = None,
    ) -> Cohort:
        """Read and check a cohort from a file.

        Parameters
        ----------
        path : str or Path
            CSV, TSV, Parquet, Excel, Stata, SPSS or SAS file.
        outcome : str
            Column of the outcome, which has two values.
        event : str, optional
            Value that is the event; may be left out where the outcome is 0/1 or true/false.
        predictors : sequence of str, optional
            Columns of the models; all that are neither outcome nor risk where left out.
        markers : sequence of str
            Columns for ROC curves, as ``"COL:higher"`` or ``"COL:lower"``.
        risks : sequence of str
            Columns with given predicted risks.
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
        """
        from validation.cohort.building import build
        from validation.cohort.reading import read_table

        table = read_table(path)
        return build(table, outcome, event, predictors, markers, risks, missing, name or Path(path).name)

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
        missing: str = "refuse",
        name: str = "cohort",
    ) -> Cohort:
        """Check a cohort from a pandas or polars data frame; parameters as for `from_file`.

        Examples
        --------
        >>> data = {"died": [0, 1, 0, 1, 1, 0], "age": [50.0, 71.0, 62.0, 68.0, 75.0, 55.0]}
        >>> cohort = Cohort.from_frame(data, outcome="died", markers=["age:higher"])
        >>> int(cohort.outcome.sum()), cohort.predictors
        (3, ('age',))
        """
        from validation.cohort.building import build
        from validation.cohort.table import table_of_frame

        table = table_of_frame(frame, "data")
        return build(table, outcome, event, predictors, markers, risks, missing, name)

    @property
    def input_hash(self) -> str:
        """SHA-256 over names, types and bytes of everything that enters the analysis."""
        digest = hashlib.sha256()
        parts: list[tuple[str, Any]] = [(self.outcome_name, self.outcome), ("\0".join(self.predictors), self.x)]
        parts += [(f"{m.name}\0{m.direction}", m.values) for m in self.markers]
        parts += list(self.risks.items())
        for name, array in parts:
            little = np.ascontiguousarray(array).astype(np.asarray(array).dtype.newbyteorder("<"))
            for piece in (name, little.dtype.str, str(little.shape)):
                digest.update(piece.encode("utf-8", errors="surrogatepass") + b"\0")
            digest.update(little.tobytes())
        return digest.hexdigest()

    def describe(self) -> str:
        """What was read, in words."""
        n, events = self.outcome.size, int(self.outcome.sum())
        lines = [f'{self.name}: {n} patients, {events} with {self.outcome_name} = "{self.event}", {n - events} without']
        if self.rows_dropped:
            lines.append(f"{self.rows_dropped} of {self.rows_read} rows dropped for missing values")
        lines += [f"{c.role:9} {c.name}: {c.kind}, {c.distinct} distinct values, {c.detail}" for c in self.columns]
        lines += list(self.notes)
        return "\n".join(lines)
