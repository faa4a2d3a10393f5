"""What R has and numpy has not: missing values of each type, names of entries, character vectors, factors."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["NA_CHARACTER", "NA_INTEGER", "NA_REAL", "Factor", "NamedArray", "Strings", "is_na"]

NA_INTEGER: Final = -(2**31)
NA_REAL: Final[float] = struct.unpack("<d", struct.pack("<Q", 0x7FF00000000007A2))[0]
_NA_PAYLOAD: Final = 1954


class _MissingText:
    """R's NA_character_; the only instance is `NA_CHARACTER`."""

    def __repr__(self) -> str:
        return "NA_CHARACTER"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NA_CHARACTER"


NA_CHARACTER: Final = _MissingText()


class NamedArray(np.ndarray[Any, Any]):
    """Array that remembers R's names; behaves as a plain array, and any computation drops the names.

    Attributes
    ----------
    names : tuple of str or None
        Names of a vector's entries.
    dimnames : tuple of (tuple of str or None) or None
        Names along each dimension of a matrix.
    """

    names: tuple[Any, ...] | None
    dimnames: tuple[tuple[Any, ...] | None, ...] | None

    def __array_finalize__(self, source: Any) -> None:
        self.names = None
        self.dimnames = None


class Strings(list[Any]):
    """R character vector: a list of str (or `NA_CHARACTER`) with R's names, dim and dimnames where it has them."""

    def __init__(
        self,
        values: Iterable[Any] = (),
        names: tuple[Any, ...] | None = None,
        dim: tuple[int, ...] | None = None,
        dimnames: tuple[tuple[Any, ...] | None, ...] | None = None,
    ) -> None:
        super().__init__(values)
        self.names = names
        self.dim = dim
        self.dimnames = dimnames


@dataclass(frozen=True)
class Factor:
    """R factor as codes and levels in explicit order.

    Parameters
    ----------
    codes : array of int32
        1-based position of each value's level; `NA_INTEGER` for a missing value.
    levels : tuple of str
        Levels in R's order.
    ordered : bool
        Whether the order of the levels has a meaning.
    """

    codes: npt.NDArray[np.int32]
    levels: tuple[str, ...]
    ordered: bool = False


def is_na(values: Any) -> npt.NDArray[np.bool_]:
    """Where R's NA stands in a decoded value; a NaN that is not NA is no NA.

    Parameters
    ----------
    values : array, Strings or Factor
        Anything that `decode` returns except None, dict and list.

    Returns
    -------
    array of bool
        Of the same shape.

    Examples
    --------
    >>> import numpy as np
    >>> is_na(np.array([1.0, np.nan, NA_REAL]))
    array([False, False,  True])
    """
    if isinstance(values, Factor):
        values = values.codes
    if isinstance(values, Strings):
        return np.array([value is NA_CHARACTER for value in values], dtype=np.bool_)
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.getmaskarray(values)
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        return np.asarray(array == NA_INTEGER)
    if array.dtype.kind != "f":
        return np.zeros(array.shape, dtype=np.bool_)
    low = np.asarray(array, dtype=np.float64, order="C").reshape(-1).view(np.uint64) & np.uint64(0xFFFFFFFF)
    return np.asarray(np.isnan(array) & (low == _NA_PAYLOAD).reshape(array.shape))
