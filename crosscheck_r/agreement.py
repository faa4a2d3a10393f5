"""How far two numbers agree, in digits and ulps, and what that means: tiers in, verdicts out.

A comparison has up to three corners: Python's value, R's value and a certified value. The tier of the quantity
(`validation.statistic.Quantity`) says how much agreement is due, the certified value says who is short of it.

digits
    ``-log10(|q - c| / max(|c|, s))`` with the natural scale s, from 0 to 15.95; equal values (both NaN, the same
    infinity) have 15.95, one non-finite value has none (-inf).
ulps
    Number of doubles between the two values.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from validation.statistic import Quantity

__all__ = [
    "EPS",
    "FAILING",
    "MAXIMUM_DIGITS",
    "Labels",
    "Row",
    "Verdict",
    "compare",
    "digits",
    "due_digits",
    "not_compared",
    "ulps",
]

Floats = npt.NDArray[np.float64]
Verdict = Literal[
    "identical", "agree", "R-limited", "Python-limited", "definition differs", "unexplained", "not compared"
]
#: verdicts that fail a run
FAILING = frozenset({"Python-limited", "unexplained"})
MAXIMUM_DIGITS = 15.95
EPS = 2.0**-52
#: low word of the NaN that R uses for NA
_NA_PAYLOAD = 1954

#: R within 4 ulp of the exact value, and the certified value within 1 ulp of ours
_EXACT_ULPS, _CERTIFIED_ULPS = 4, 1
# where R defines a quantity otherwise, ours still has to be right
_DUE_DIGITS = {"closed": 14.5, "path": 13.0, "solution": 13.0, "definition": 13.0}
#: condition numbers up to this one cost no digit on top of the tier's allowance
_HARMLESS_CONDITION = 100.0


@dataclass(frozen=True)
class Labels:
    """Where a comparison belongs."""

    cohort: str
    case: str
    statistic: str
    compat: str | None = None
    implementation: str = "python"
    reference_source: str = ""
    stack: str = ""


@dataclass(frozen=True)
class Row:
    """One compared quantity; vectors and matrices show their worst entry."""

    cohort: str
    case: str
    compat: str | None
    statistic: str
    quantity: str
    implementation: str
    shape: tuple[int, ...]
    n: int
    n_equal: int
    worst_index: tuple[int, ...]
    value: Any
    reference: Any
    certified: Any
    reference_source: str
    stack: str
    digits: float | None
    digits_value_certified: float | None
    digits_reference_certified: float | None
    ulps: int | None
    tier: str
    verdict: Verdict
    reason: str = ""

    @property
    def fails(self) -> bool:
        """True where our own implementation is at fault or the difference has no explanation."""
        return self.implementation == "python" and self.verdict in FAILING

    def to_json(self) -> dict[str, Any]:
        """Plain dictionary; non-finite numbers as tagged strings."""
        return {key: _tagged(value) for key, value in dataclasses.asdict(self).items()}


def _tagged(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_tagged(entry) for entry in value]
    if isinstance(value, (float, np.floating)) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Inf" if value > 0 else "-Inf")
    return value.item() if isinstance(value, np.generic) else value


def digits(value: Any, reference: Any, scale: Any = 0.0) -> Floats:
    """Agreeing digits of each entry.

    Parameters
    ----------
    value, reference : array_like
        Of the same shape.
    scale : array_like
        Natural scale of each entry; 0 measures relative to the reference (absolute where the reference is 0).
    """
    q, c = np.asarray(value, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    with np.errstate(all="ignore"):
        base = np.maximum(np.abs(c), np.asarray(scale, dtype=np.float64))
        base = np.where(base == 0.0, 1.0, base)
        # halving first keeps the difference of two huge doubles finite
        error = np.abs(q / 2 - c / 2) / (base / 2)
        found = np.clip(-np.log10(error), 0.0, MAXIMUM_DIGITS)
    found = np.where(q == c, MAXIMUM_DIGITS, found)
    found = np.where(np.isnan(q) & np.isnan(c), MAXIMUM_DIGITS, found)
    one_sided = (np.isfinite(q) != np.isfinite(c)) | (np.isnan(q) != np.isnan(c)) | (np.isinf(q) & (q != c))
    return np.where(one_sided & (q != c), -np.inf, found)


def ulps(value: Any, reference: Any) -> npt.NDArray[np.float64]:
    """Number of doubles between the two values of each entry; infinite where only one is NaN."""
    q, c = np.asarray(value, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    # two's complement order of the bit patterns is the order of the doubles
    lanes = [np.ascontiguousarray(array).view(np.int64).reshape(array.shape) for array in (q, c)]
    a, b = (np.where(lane < 0, np.int64(-(2**63)) - lane, lane) for lane in lanes)
    wide = np.abs(a.astype(np.float64) - b.astype(np.float64))
    with np.errstate(over="ignore"):
        # the difference of two int64 of opposite sign may not fit; there the rounded one serves
        distance = np.where(wide < 2.0**62, np.abs(a - b).astype(np.float64), wide)
    distance = np.where(np.isnan(q) & np.isnan(c), 0.0, distance)
    return np.where(np.isnan(q) != np.isnan(c), np.inf, distance)


def _is_na(array: Floats) -> npt.NDArray[np.bool_]:
    low = np.ascontiguousarray(array).reshape(-1).view(np.uint64) & np.uint64(0xFFFFFFFF)
    found: npt.NDArray[np.bool_] = np.isnan(array) & (low == _NA_PAYLOAD).reshape(array.shape)
    return found


def _scales(quantity: Quantity, reference: Floats) -> Floats | float:
    if quantity.scale == "unit":
        return 1.0
    if quantity.scale == "vector":
        finite = np.abs(reference[np.isfinite(reference)])
        return float(finite.max()) if finite.size else 0.0
    return 0.0


def due_digits(quantity: Quantity) -> float:
    """Digits that the tier of a quantity asks for on well-conditioned data."""
    return _DUE_DIGITS.get(quantity.tier, MAXIMUM_DIGITS)


def _allowance(condition: float | None) -> float:
    if condition is None or not condition > _HARMLESS_CONDITION:
        return 0.0
    return math.log10(condition / _HARMLESS_CONDITION)


@dataclass(frozen=True)
class _Measured:
    """Worst digits and ulps of one pair of arrays."""

    digits: float
    ulps: float
    worst: tuple[int, ...]
    n_equal: int


def _measure(q: Floats, r: Floats, scale: Floats | float) -> _Measured:
    d = digits(q, r, scale)
    if d.size == 0:
        return _Measured(MAXIMUM_DIGITS, 0.0, (), 0)
    u = ulps(q, r)
    # among equally poor digits the largest ulp distance is the worst entry
    worst = int(np.lexsort((-u.reshape(-1), d.reshape(-1)))[0])
    index = tuple(int(i) for i in np.unravel_index(worst, d.shape)) if d.ndim else ()
    equal = (q == r) | (np.isnan(q) & np.isnan(r))
    return _Measured(float(d.min()), float(u.max()), index, int(np.count_nonzero(equal)))


def _within(quantity: Quantity, q: Floats, r: Floats, measured: _Measured, due: float, allowed_ulps: int) -> bool:
    if measured.digits == -math.inf:
        return False
    if quantity.tier == "bits":
        return measured.n_equal == q.size
    if quantity.tier == "exact":
        with np.errstate(invalid="ignore"):
            close = np.abs(q - r) <= allowed_ulps * EPS * np.asarray(_scales(quantity, r))
        return bool(np.all(close | (ulps(q, r) <= allowed_ulps)))
    return measured.digits >= due


def _judge(
    quantity: Quantity, q: Floats, r: Floats, c: Floats | None, condition: float | None
) -> tuple[Verdict, str, _Measured, float | None, float | None]:
    scale = _scales(quantity, r if c is None else c)
    pair = _measure(q, r, scale)
    due = _DUE_DIGITS.get(quantity.tier, MAXIMUM_DIGITS) - _allowance(condition)
    mine = theirs = None
    right = False
    if c is not None:
        to_certified = _measure(q, c, scale)
        mine, theirs = to_certified.digits, _measure(r, c, scale).digits
        right = _within(quantity, q, c, to_certified, due, _CERTIFIED_ULPS)
    if c is not None and not right:
        return "Python-limited", "Python is short of the certified value", pair, mine, theirs
    if pair.n_equal == q.size:
        return "identical", "", pair, mine, theirs
    if quantity.tier == "definition" and bool(np.all(ulps(q, r) <= _EXACT_ULPS)):
        # where the two definitions coincide on these data only rounding is left
        return "agree", "", pair, mine, theirs
    if quantity.tier == "definition":
        return "definition differs", quantity.reason, pair, mine, theirs
    if c is None:
        if _within(quantity, q, r, pair, due, _EXACT_ULPS):
            return "agree", "", pair, mine, theirs
        return "unexplained", _shortfall(quantity, pair, due), pair, mine, theirs
    if _within(quantity, q, r, pair, due, _EXACT_ULPS):
        return "agree", "", pair, mine, theirs
    if theirs is not None and pair.digits >= theirs - 0.5:
        # all of the distance to R is R's own distance to the certified value
        return "R-limited", f"R has {max(theirs, 0.0):.1f} digits of the certified value", pair, mine, theirs
    return "unexplained", _shortfall(quantity, pair, due), pair, mine, theirs


def _shortfall(quantity: Quantity, pair: _Measured, due: float) -> str:
    if quantity.tier == "bits":
        return "every bit is due"
    if quantity.tier == "exact":
        return f"{_EXACT_ULPS} ulp are allowed"
    return f"{pair.digits:.1f} digits where {due:.1f} are due"


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, str):
        return [value]
    if isinstance(value, (list, tuple)) and value and all(isinstance(entry, str) for entry in value):
        return list(value)
    return None


def _floats(value: Any) -> Floats:
    array = np.asarray(value)
    if array.dtype.kind not in "buif":
        raise TypeError(f"cannot compare values of type {array.dtype}")
    return array.astype(np.float64)


def _fit_shape(q: Floats, r: Floats) -> Floats:
    """R has no scalars: a length-1 vector stands for one, and nothing else is reshaped."""
    return r.reshape(()) if q.ndim == 0 and r.shape == (1,) else r


def compare(
    labels: Labels,
    name: str,
    quantity: Quantity,
    value: Any,
    reference: Any,
    certified: Any = None,
    condition: float | None = None,
) -> Row:
    """Row that says how far `value` agrees with `reference` and whether that is enough.

    Parameters
    ----------
    labels : Labels
        Cohort, case, statistic, mode, implementation and source of the reference.
    name : str
        Quantity.
    quantity : Quantity
        Tier and scale.
    value, reference, certified : array_like
        Python's, R's and the certified value; a missing reference (None) is a failure, a missing certified value not.
    condition : float, optional
        Condition number of the problem, which costs digits in the tiers ``path`` and ``solution``.
    """
    if reference is None:
        return _failure(labels, name, quantity, "R returned no such quantity")
    if value is None:
        return _failure(labels, name, quantity, "Python returned no such quantity")
    words = _texts(value)
    if words is not None:
        return _compare_texts(labels, name, quantity, words, _texts(reference))
    try:
        q, r = _floats(value), _floats(reference)
    except (TypeError, ValueError) as error:
        return _failure(labels, name, quantity, str(error))
    r = _fit_shape(q, r)
    if q.shape != r.shape:
        return _other_shape(labels, name, quantity, q, r, certified)
    if labels.compat is not None and not np.array_equal(_is_na(q), _is_na(r)):
        return _failure(labels, name, quantity, "NA of R and NaN are exchanged")
    c = None if certified is None else _floats(certified)
    if c is not None and c.shape != q.shape:
        return _failure(labels, name, quantity, f"certified value has shape {c.shape}, Python {q.shape}")
    verdict, reason, pair, mine, theirs = _judge(quantity, q, r, c, condition)
    return Row(
        **dataclasses.asdict(labels),
        quantity=name,
        shape=q.shape,
        n=q.size,
        n_equal=pair.n_equal,
        worst_index=pair.worst,
        value=_entry(q, pair.worst),
        reference=_entry(r, pair.worst),
        certified=None if c is None else _entry(c, pair.worst),
        digits=pair.digits,
        digits_value_certified=mine,
        digits_reference_certified=theirs,
        ulps=int(pair.ulps) if math.isfinite(pair.ulps) else None,
        tier=quantity.tier,
        verdict=verdict,
        reason=reason,
    )


def _other_shape(labels: Labels, name: str, quantity: Quantity, q: Floats, r: Floats, certified: Any) -> Row:
    """Shapes differ: R's fault where the certified value has our shape and our numbers, otherwise unexplained."""
    said = f"shape {q.shape} where R has {r.shape}"
    c = None if certified is None else _floats(certified)
    if c is None or c.shape != q.shape:
        return _failure(labels, name, quantity, said)
    measured = _measure(q, c, _scales(quantity, c))
    due = _DUE_DIGITS.get(quantity.tier, MAXIMUM_DIGITS)
    if not _within(quantity, q, c, measured, due, _CERTIFIED_ULPS):
        return _failure(labels, name, quantity, said)
    reason = f"{said}; the certified value has ours"
    return _bare_row(labels, name, quantity.tier, "R-limited", reason, shape=q.shape, n=q.size)


def _entry(array: Floats, index: tuple[int, ...]) -> float | None:
    return float(array[index]) if array.size else None


def _bare_row(labels: Labels, name: str, tier: str, verdict: Verdict, reason: str, **fields: Any) -> Row:
    nothing = (
        "value",
        "reference",
        "certified",
        "digits",
        "digits_value_certified",
        "digits_reference_certified",
        "ulps",
    )
    empty: dict[str, Any] = {"shape": (), "n": 0, "n_equal": 0, "worst_index": ()} | dict.fromkeys(nothing)
    return Row(
        **dataclasses.asdict(labels), quantity=name, tier=tier, verdict=verdict, reason=reason, **(empty | fields)
    )


def _failure(labels: Labels, name: str, quantity: Quantity, reason: str) -> Row:
    return _bare_row(labels, name, quantity.tier, "unexplained", reason, digits=-math.inf)


def not_compared(labels: Labels, name: str, quantity: Quantity, reason: str) -> Row:
    """Row of a quantity that could not be compared; it counts apart and never as agreement."""
    return _bare_row(labels, name, quantity.tier, "not compared", reason)


def _compare_texts(labels: Labels, name: str, quantity: Quantity, words: list[str], other: list[str] | None) -> Row:
    if other is None or len(other) != len(words):
        return _failure(labels, name, quantity, "texts of another number or type")
    different = [i for i, (a, b) in enumerate(zip(words, other, strict=True)) if a != b]
    worst = different[0] if different else 0
    return _bare_row(
        labels,
        name,
        quantity.tier,
        "unexplained" if different else "identical",
        "texts differ" if different else "",
        shape=(len(words),),
        n=len(words),
        n_equal=len(words) - len(different),
        worst_index=(worst,),
        value=words[worst],
        reference=other[worst],
        digits=-math.inf if different else MAXIMUM_DIGITS,
    )
