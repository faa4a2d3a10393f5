"""What a search has to reach: the printed terms of a model, with their goals on the log scale."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from validation.audit.claims import Claims, DataRow, Model, TermRow
from validation.audit.odds_ratios import Z
from validation.checks import Floats
from validation.errors import InputError

__all__ = ["Target", "printed_logs", "target_of"]


#: grids of plausible units: mean, SD and decimals where the paper prints none
_DEFAULT_MARGIN = (10.0, 2.0, 3)
_MARGINS = {"age": (63.0, 8.5, 0), "bmi": (24.0, 3.4, 1), "ctx": (0.50, 0.26, 3), "p1np": (52.0, 22.0, 1)}


@dataclass
class Target:
    """What a logistic model prints: terms with odds ratio and interval, one of them possibly a dichotomised marker."""

    model: Model
    data: DataRow
    terms: list[TermRow]
    marker: str | None
    cut: float | None
    low_is_positive: bool
    binary: int | None
    rng: np.random.Generator
    margins: dict[str, tuple[float, float, int]] = field(default_factory=dict)
    #: share of positive patients that the table of means suggests for the dichotomised marker
    share: float | None = None

    @property
    def n1(self) -> int:
        """Events."""
        return int(self.data.events or 0)

    @property
    def n0(self) -> int:
        """Non-events."""
        return int(self.data.nonevents or 0)

    def goal(self) -> tuple[Floats, Floats]:
        """Log odds ratios and standard errors that lie as deep as possible within all three printed boxes of a row.

        The three distances from the printed numbers, in half units, are tied by ``2 h r - h_L r_L - h_U r_U =
        ln L + ln U - 2 ln OR``; the largest is smallest where all are equal in size.
        """
        b, se = [], []
        for term in self.terms:
            ratio, low, high = printed_logs(term)
            tie = low[0] + high[0] - 2 * ratio[0]
            r = tie / (2 * ratio[1] + low[1] + high[1])
            b.append(ratio[0] + r * ratio[1])
            se.append((high[0] - low[0] - r * (high[1] - low[1])) / (2 * Z))
        return np.array(b), np.array(se)


def printed_logs(term: TermRow) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Logarithm of odds ratio and limits, each with half a printed unit on that scale."""
    assert term.or_ is not None
    assert term.ci is not None
    found = [(math.log(float(v)), float(v.half_unit) / float(v)) for v in (term.or_, *term.ci)]
    return found[0], found[1], found[2]


def target_of(claims: Claims, rng: np.random.Generator) -> Target:
    """Target of the first logistic model that prints odds ratios, intervals and numbers of events."""
    for model in claims.model:
        terms = [
            t for t in model.terms if t.or_ is not None and t.ci is not None and t.or_.reported and t.ci[0].reported
        ]
        data = claims.data_set(model.data)
        if (
            (model.kind or "").lower() != "logistic"
            or not terms
            or data is None
            or not data.events
            or not data.nonevents
        ):
            continue
        marker, cut, low, binary = _dichotomy(model, terms)
        margins = {t.name: _margin(t.name) for i, t in enumerate(terms) if i != binary}
        return Target(model, data, terms, marker, cut, low, binary, rng, margins)
    raise InputError(
        "claims",
        "have no logistic model with odds ratios, intervals and numbers of events",
        hint="Nothing can be rebuilt.",
    )


def _dichotomy(model: Model, terms: list[TermRow]) -> tuple[str | None, float | None, bool, int | None]:
    for i, term in enumerate(terms):
        for name in model.uses_cutoff:
            for sign in ("<=", ">=", "<", ">", "\u2264", "\u2265"):
                prefix = f"{name}{sign}"
                if term.name.replace(" ", "").startswith(prefix):
                    cut = float(term.name.replace(" ", "")[len(prefix) :])
                    return name, cut, sign in ("<=", "<", "\u2264"), i
    return None, None, True, None


def _margin(name: str) -> tuple[float, float, int]:
    for key, margin in _MARGINS.items():
        if key in name.lower().replace("-", "").replace("_", ""):
            return margin
    return _DEFAULT_MARGIN
