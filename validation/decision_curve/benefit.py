"""Net benefit of counts that need not be whole, in exact arithmetic and rounded once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["PER", "Scale"]

#: interventions avoided are counted per 100 patients
PER = 100


@dataclass(frozen=True)
class Scale:
    """What counts of cases and controls at high risk are worth at one threshold.

    A count may be a fraction, such as a mean over resamples. Everything is exact until a value is rounded.

    Parameters
    ----------
    threshold : float
    n, n_events : int
        Patients and cases.
    harm : float
        Of the test, in units of net benefit.
    """

    threshold: float
    n: int
    n_events: int
    harm: float = 0.0

    def weighed(self, cases: Fraction | int, controls: Fraction | int) -> Fraction:
        """``(1 - t) cases - t controls``: net benefit without harm, times n (1 - t)."""
        a, d = self.threshold.as_integer_ratio()
        return Fraction((d - a) * cases - a * controls) / d

    @property
    def treat_all(self) -> Fraction:
        """What `weighed` is for treating all."""
        return self.weighed(self.n_events, self.n - self.n_events)

    def benefit(self, weighed: Fraction, *, harmed: bool = True) -> float:
        """Net benefit of a weighed count, NaN at threshold 1."""
        return self._rounded(weighed, harmed, 1 - Fraction(self.threshold), self.n)

    def standardized(self, weighed: Fraction, *, harmed: bool = True) -> float:
        """Net benefit as a share of its largest possible value, which is the prevalence."""
        return self._rounded(weighed, harmed, 1 - Fraction(self.threshold), self.n, Fraction(self.n, self.n_events))

    def avoided(self, weighed: Fraction, *, harmed: bool = True) -> float:
        """Interventions avoided per 100 patients against treating all, NaN at threshold 0."""
        return self._rounded(weighed - self.treat_all, harmed, Fraction(self.threshold), self.n, Fraction(PER))

    def _rounded(
        self, weighed: Fraction, harmed: bool, weight: Fraction, n: int, unit: Fraction = Fraction(1)
    ) -> float:
        if weight == 0:
            return math.nan
        harm = Fraction(self.harm) * (1 - Fraction(self.threshold)) * n if harmed else 0
        value = (weighed - harm) / (weight * n) * unit
        return value.numerator / value.denominator
