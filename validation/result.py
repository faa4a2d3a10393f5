"""What every result of this package can do: a frozen dataclass plus this mixin.

Numbers happen in functions that never see ``self``; a result only presents them.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas

__all__ = ["ConfidenceInterval", "Result"]


class ConfidenceInterval(NamedTuple):
    """Lower and upper confidence limit."""

    low: float
    high: float


class Result:
    """Tidy frame, text and HTML of a result; a subclass is a frozen dataclass that defines ``_table``."""

    def _table(self) -> dict[str, list[Any]]:
        """Columns of the tidy table, one list per column."""
        raise NotImplementedError

    def to_frame(self) -> pandas.DataFrame:
        """Result as a tidy data frame, one row per estimate."""
        import pandas

        return pandas.DataFrame(self._table())

    def summary(self) -> str:
        """Result as a plain-text table."""
        table = self._table()
        columns = [[name, *map(_text, values)] for name, values in table.items()]
        widths = [max(map(len, column)) for column in columns]
        rows = zip(*columns, strict=True)
        return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)

    def _repr_html_(self) -> str:
        """Table for notebooks; every text is escaped."""
        table = self._table()
        head = "".join(f"<th>{html.escape(name)}</th>" for name in table)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_text(cell))}</td>" for cell in row) + "</tr>"
            for row in zip(*table.values(), strict=True)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
