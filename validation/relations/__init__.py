"""Relations that a correct implementation satisfies whatever R says: plain functions that raise where broken.

``relation(compute, arguments, seed)`` calls `compute` on changed arguments and compares with `expect`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["RelationViolated", "expect"]


class RelationViolated(AssertionError):
    """A relation does not hold; the message says which numbers differ."""


def expect(name: str, value: Any, expected: Any, *, eps: float, scale: float | None = None, reason: str) -> None:
    """Require ``|value - expected| <= eps * 2^-52 * scale`` in every entry.

    Parameters
    ----------
    name : str
        What is compared.
    value, expected : array_like
        Of the same shape; NaN equals NaN, an infinity equals itself.
    eps : float
        Bound in units of the machine epsilon times the scale; 0 demands equality.
    scale : float, optional
        Natural scale; the largest absolute expected entry where not given.
    reason : str
        Why rounding may reach the bound.
    """
    got, want = np.asarray(value, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if got.shape != want.shape:
        raise RelationViolated(f"{name}: shape {got.shape} where {want.shape} was expected")
    finite = np.isfinite(want)
    same_special = np.array_equal(got[~finite], want[~finite], equal_nan=True)
    if scale is None:
        scale = float(np.max(np.abs(want[finite]))) if finite.any() else 1.0
    bound = eps * 2.0**-52 * scale
    difference = np.abs(got[finite] - want[finite])
    if not same_special or not bool(np.all(difference <= bound)):
        worst = float(np.max(difference)) if difference.size else float("nan")
        raise RelationViolated(f"{name}: differs by {worst:.3g} where {bound:.3g} is allowed ({reason})")
