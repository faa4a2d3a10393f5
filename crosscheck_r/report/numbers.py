"""Numbers for readers: sensible digits in the cell, the whole double on hovering."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

__all__ = ["decimals_for", "full", "is_number", "p_value", "plain", "ratio", "significant", "spans_magnitudes"]

#: digits of the largest value in a column
_SIGNIFICANT = 4
_MOST_DECIMALS = 4
_LEAST_P = 0.001
_WIDE = 1000.0
#: what is left of a 0 after rounding errors is shown as 0; the whole number stays in the title
_ROUNDING = 1e-12
#: the same where the inputs themselves were rounded to nine decimals
_VANISHING = 1e-8


def is_number(value: Any) -> bool:
    """True for whole and real numbers, not for truth values."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, (bool, np.bool_))


def full(value: Any) -> str:
    """Shortest text that is read back as the same double."""
    if value is None:
        return ""
    if isinstance(value, (float, np.floating)):
        return _special(float(value)) or repr(float(value))
    return str(value)


def _special(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return ""


def decimals_for(values: Iterable[Any]) -> int:
    """Decimals that give the largest of the values about four digits."""
    sizes = [abs(float(v)) for v in values if is_number(v) and math.isfinite(float(v)) and v != 0]
    if not sizes:
        return 0
    leading = math.floor(math.log10(max(sizes)))
    return min(max(_SIGNIFICANT - 1 - leading, 0), _MOST_DECIMALS) if leading >= 0 else 3


def plain(value: Any, decimals: int) -> str:
    """Number with a fixed number of decimals; what would vanish keeps three digits."""
    if value is None:
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if not is_number(value):
        return str(value)
    if isinstance(value, (int, np.integer)):
        return f"{int(value):d}".replace("-", "−")
    number = float(value)
    if not math.isfinite(number):
        return {"NaN": "–", "Inf": "∞", "-Inf": "−∞"}[_special(number)]
    if _VANISHING < abs(number) < 0.5 * 10.0**-decimals:
        return significant(number, 2)
    shown = f"{number:.{decimals}f}".replace("-", "−")
    return shown if shown.strip("−0.") else shown.lstrip("−")


def significant(value: Any, digits: int = 6) -> str:
    """Number with a number of significant digits, scientific where it is very small or large."""
    if value is None:
        return "–"
    if not is_number(value):
        return str(value)
    number = float(value)
    if not math.isfinite(number):
        return {"NaN": "NaN", "Inf": "∞", "-Inf": "−∞"}[_special(number)]
    return f"{number:.{digits}g}".replace("-", "−")


def ratio(value: Any) -> str:
    """Odds ratio, which may be near 0 or far beyond 1: three significant digits."""
    if not is_number(value) or isinstance(value, (int, np.integer)) or not math.isfinite(float(value)):
        return plain(value, 2)
    return f"{float(value):#.3g}".rstrip(".").replace("-", "−") if abs(value) > _ROUNDING else "0"


def spans_magnitudes(values: Iterable[Any]) -> bool:
    """True where no fixed number of decimals suits all values."""
    sizes = [abs(float(v)) for v in values if is_number(v) and math.isfinite(float(v)) and abs(v) > _ROUNDING]
    return bool(sizes) and max(sizes) > _WIDE * min(sizes)


def p_value(value: Any) -> str:
    """P-value as journals print it."""
    if not is_number(value) or not math.isfinite(float(value)):
        return plain(value, 3)
    return "<0.001" if float(value) < _LEAST_P else f"{float(value):.3f}"
