"""Columns of a data source before anything is known of their meaning: numbers or texts, with missing values marked."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["LARGEST_WHOLE", "MISSING_WORDS", "Column", "Table", "is_missing_word", "label_of", "number_of", "unusable"]

#: texts that stand for a missing value
MISSING_WORDS = frozenset({"", "NA", "N/A", "na", "n/a", "NaN", "nan", "NULL", "null", "None", "<NA>", "#N/A", "."})
#: beyond it neighbouring whole numbers share a double
LARGEST_WHOLE = 2**53


@dataclass(frozen=True)
class Column:
    """One column: either ``numbers`` (NaN where missing) or ``texts`` (None where missing).

    ``problem`` says what is wrong with it; it matters only when the column is used. ``levels`` is the order of the
    levels where the source states one, and ``note`` what its reader should know.
    """

    name: str
    numbers: Floats | None = None
    texts: tuple[str | None, ...] | None = None
    kind: str = "number"
    problem: str = ""
    hint: str = ""
    levels: tuple[str, ...] = ()
    note: str = ""

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.numbers) if self.numbers is not None else len(self.texts or ())

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """True where the value is missing."""
        if self.numbers is not None:
            return np.isnan(self.numbers)
        return np.array([text is None for text in self.texts or ()], dtype=bool)

    def labels(self) -> list[str | None]:
        """Values as texts; whole numbers without a decimal point."""
        if self.texts is not None:
            return list(self.texts)
        assert self.numbers is not None
        if self.kind == "boolean":
            return [None if math.isnan(v) else ("True" if v else "False") for v in self.numbers.tolist()]
        return [None if math.isnan(v) else label_of(v) for v in self.numbers.tolist()]

    def counts(self) -> dict[str, int]:
        """Rows per distinct value, missing ones left out, in increasing or level order."""
        if self.numbers is not None:
            values, counts = np.unique(self.numbers[~self.missing], return_counts=True)
            labels = Column(self.name, values, kind=self.kind).labels()
            return {str(label): int(count) for label, count in zip(labels, counts, strict=True)}
        texts = np.array([text for text in self.texts or () if text is not None], dtype=object)
        values, counts = np.unique(texts, return_counts=True)
        found = dict(zip(values.tolist(), counts.tolist(), strict=True))
        return {level: found[level] for level in (self.levels or found) if level in found}

    def subset(self, keep: npt.NDArray[np.bool_]) -> Column:
        """Column with the kept rows only."""
        numbers = None if self.numbers is None else self.numbers[keep]
        texts = None if self.texts is None else tuple(t for t, kept in zip(self.texts, keep, strict=True) if kept)
        return Column(self.name, numbers, texts, self.kind, levels=self.levels, note=self.note)


@dataclass(frozen=True)
class Table:
    """Columns in the order of the source; names need not be unique yet."""

    source: str
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def names(self) -> list[str]:
        """Column names."""
        return [column.name for column in self.columns]


def label_of(value: float) -> str:
    """Shortest text of a number, without a decimal point where it is whole."""
    whole = math.isfinite(value) and value == int(value) and abs(value) < LARGEST_WHOLE
    return str(int(value)) if whole else repr(value)


def number_of(word: str) -> float | None:
    """Double that a cell of a table means, correctly rounded; None where it is no number."""
    try:
        # Python reads 1_000 as a number, a table never means that
        return None if "_" in word else float(word)
    except ValueError:
        return None


def is_missing_word(text: str) -> bool:
    """Whether a text stands for a missing value."""
    return text.strip() in MISSING_WORDS


def unusable(name: str, n: int, problem: str, hint: str = "Convert it to numbers or labels.", **more: Any) -> Column:
    """Column that ends in an error when it is used."""
    return Column(name, texts=(None,) * n, kind="unusable", problem=problem, hint=hint, **more)
