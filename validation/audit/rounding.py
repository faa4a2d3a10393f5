"""Numbers as printed: every printed number is the box of all values that print so.

``"0.60"`` stands for [0.595, 0.605]; ``"<0.05"`` for [0, 0.05). Boxes are fractions, so their edges are exact; trailing
zeros matter, which is why numbers are read as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["GUARD", "Box", "Printed", "parse_interval", "parse_number"]

Kind = Literal["value", "below", "above", "unreported"]
#: relative guard for bounds that real data attain and that are evaluated in doubles
GUARD = 1e-9
#: a paper prints no number beyond these; nearly separated data do print odds ratios of 1e12
LARGEST_EXPONENT, MOST_DECIMALS = 16, 60

_DASHES = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-", "\u00b7": ".", "\u2219": ".", "\u22c5": "."})
_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PRINTED = re.compile(rf"^(?:[Pp]\s*)?(?P<sign><=|>=|[<>=\u2264\u2265])?\s*(?P<number>{_NUMBER})\s*(?P<percent>%)?$")
_INTERVAL = re.compile(
    rf"^[\[(]?\s*(?P<low>{_NUMBER})\s*(?P<p1>%)?\s*(?:to|~|\u2013|\u2014|-|,|;)\s*"
    rf"(?P<high>{_NUMBER})\s*(?P<p2>%)?\s*[\])]?$"
)


@dataclass(frozen=True)
class Box:
    """Closed interval of fractions; an open upper end is marked, since "<0.05" excludes 0.05."""

    low: Fraction
    high: Fraction
    open_high: bool = False
    open_low: bool = False

    def contains(self, value: Fraction | float | int) -> bool:
        """True where the value lies in the box."""
        exact = Fraction(value)
        above = exact > self.low if self.open_low else exact >= self.low
        below = exact < self.high if self.open_high else exact <= self.high
        return above and below

    def meets(self, low: float, high: float, guard: float = GUARD) -> bool:
        """True where the box and [low, high] have a point in common, within a relative guard for doubles."""
        slack = guard * max(abs(low), abs(high), abs(float(self.low)), abs(float(self.high)), 1e-300)
        upper = low < float(self.high) if self.open_high else low <= float(self.high) + slack
        lower = high > float(self.low) if self.open_low else high >= float(self.low) - slack
        return upper and lower

    @property
    def ends(self) -> tuple[float, float]:
        """Both ends as doubles."""
        return float(self.low), float(self.high)


@dataclass(frozen=True)
class Printed:
    """A number exactly as a paper prints it.

    Parameters
    ----------
    text : str
        As printed.
    value : Fraction
        The number itself.
    decimals : int
        Printed decimals on the scale of `value` (a percentage has two more).
    kind : {"value", "below", "above", "unreported"}
        ``below`` for "<0.05", ``above`` for ">0.99", ``unreported`` for "?".
    """

    text: str
    value: Fraction = Fraction(0)
    decimals: int = 0
    kind: Kind = "value"

    @property
    def reported(self) -> bool:
        """False where the paper was searched and does not print it."""
        return self.kind != "unreported"

    @property
    def half_unit(self) -> Fraction:
        """Half a unit of the last printed digit."""
        return Fraction(1, 2) * Fraction(10) ** -self.decimals

    def box(self, inflation: Fraction | float = 1) -> Box:
        """All values that print so; `inflation` widens the box by that many half units."""
        if self.kind == "below":
            return Box(Fraction(0), self.value, open_high=True)
        if self.kind == "above":
            return Box(self.value, Fraction(10) ** 300, open_low=True)
        half = self.half_unit * Fraction(inflation)
        return Box(self.value - half, self.value + half)

    def __float__(self) -> float:
        """Printed value as a double."""
        return float(self.value)


UNREPORTED = Printed("?", kind="unreported")


def _clean(text: str) -> str:
    return _SPACES.sub(" ", text.translate(_DASHES)).strip()


def _decimals(number: str) -> int:
    mantissa, _, exponent = number.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    return places - (int(exponent) if exponent else 0)


def parse_number(text: str) -> Printed:
    """Printed number; reads middle dots, typographic minus signs, "P<0.001" and percent signs.

    Raises
    ------
    ValueError
        The text is no number; the message says what would be one.
    """
    cleaned = _clean(text)
    if cleaned == "?":
        return UNREPORTED
    found = _PRINTED.match(cleaned)
    if found is None:
        raise ValueError(
            f'"{text}" is no number: write it as printed, for example 0.602, <0.05, 58.1%, or ? if not reported'
        )
    value = Fraction(found["number"])
    decimals = _decimals(found["number"])
    if found["percent"]:
        value, decimals = value / 100, decimals + 2
    sign = found["sign"] or ""
    kind: Kind = "below" if sign in ("<", "<=", "\u2264") else "above" if sign in (">", ">=", "\u2265") else "value"
    if not -LARGEST_EXPONENT <= decimals <= MOST_DECIMALS or abs(value) > 10**LARGEST_EXPONENT:
        raise ValueError(f'"{text}" is outside what a paper prints')
    return Printed(text, value, decimals, kind)


def parse_interval(text: str) -> tuple[Printed, Printed]:
    """Two printed limits; separators -, en dash, ~, to and comma, brackets optional.

    Raises
    ------
    ValueError
        The text is no interval, or its limits are exchanged.
    """
    cleaned = _clean(text)
    if cleaned == "?":
        return UNREPORTED, UNREPORTED
    found = _INTERVAL.match(cleaned)
    if found is None:
        raise ValueError(f'"{text}" is no interval: write both limits, for example 0.551-0.652 or -0.2 to 0.4')
    percent = "%" if found["p1"] or found["p2"] else ""
    return parse_number(found["low"] + percent), parse_number(found["high"] + percent)
