"""Values of one variable from a few numbers: place, spread, skewness and tails in each group, within a range."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from validation.audit.rebuilt_quantiles import Knots, settled, with_quantiles
from validation.audit.rebuilt_table import Cell
from validation.checks import Floats

__all__ = ["PER_GROUP", "Shape", "shape_of", "solve"]

Residuals = Callable[[Floats], Floats]
#: place, logarithm of the spread, skewness, logarithm of the tails, weight of the shoulders
PER_GROUP = 5
_STEP, _DAMPING, _TRIES = 2e-3, 1e-3, 14


@dataclass(frozen=True)
class Shape:
    """How the numbers of a variable become its values.

    ``centre`` and ``spread`` are starting values by group (events, non-events); ``low`` and ``high`` are limits by
    group, attained where ``attained`` says so; ``decimals`` is the unit of the values.
    """

    centre: tuple[float, float]
    spread: tuple[float, float]
    low: tuple[float, float]
    high: tuple[float, float]
    attained: tuple[bool, bool]
    decimals: int
    skewed: bool
    own: tuple[Knots, Knots]
    pooled: Knots

    def start(self) -> Floats:
        """Starting numbers, events first."""
        skew = (0.6, -0.25) if self.skewed else (0.0, 0.0)
        return np.array([0.0, 0.0, *skew, 0.0] * 2)

    def values(self, noise: Floats, numbers: Floats, cases: npt.NDArray[np.bool_]) -> Floats:
        """Values of all patients; the two groups are shaped by themselves."""
        out = np.empty(noise.size)
        for g, mask in enumerate((cases, ~cases)):
            place, spread, skew, tails, shoulders = numbers[g * PER_GROUP : (g + 1) * PER_GROUP]
            z = noise[mask]
            z = z + shoulders * np.tanh(2.0 * z)
            z = np.sinh((np.arcsinh(z) + skew) / math.exp(min(max(tails, -1.5), 1.5)))
            z = (z - z.mean()) / z.std(ddof=1)
            scale = self.spread[g]
            out[mask] = self.centre[g] + scale * place + scale * math.exp(min(max(spread, -2.0), 2.0)) * z
        if any(self.own):
            out = with_quantiles(out, cases, self.own)
        for g, mask in enumerate((cases, ~cases)):
            x = np.clip(out[mask], self.low[g], self.high[g])
            if self.attained[0]:
                x[int(np.argmin(x))] = self.low[g]
            if self.attained[1]:
                x[int(np.argmax(x))] = self.high[g]
            out[mask] = x
        return out

    def settle(self, noise: Floats, cases: npt.NDArray[np.bool_]) -> Shape:
        """The shape whose groups hold the quantiles of all patients, at the shares that this noise suggests."""
        if not self.pooled:
            return self
        return replace(self, own=settled(self.values(noise, self.start(), cases), cases, self.own, self.pooled))

    def rounded(self, values: Floats) -> Floats:
        """Values in the units they are measured in."""
        return np.round(values, self.decimals)


def shape_of(cells: list[Cell], unit: float | None, default: tuple[float, float], gap: float, decimals: int) -> Shape:
    """Shape of a described variable; `gap` is the difference of the groups in SDs where the table prints none."""
    known = {(cell.group, cell.kind): float(cell.printed.value) for cell in cells}

    def number(group: str, kind: str) -> float | None:
        return known.get((group, kind), known.get(("all", kind)))

    spreads = tuple(number(g, "sd") or _from_quartiles(known, g) or default[1] for g in ("events", "nonevents"))
    centres = []
    for i, group in enumerate(("events", "nonevents")):
        own = known.get((group, "mean"), known.get((group, "median")))
        whole = known.get(("all", "mean"), known.get(("all", "median"), default[0]))
        centres.append(whole + (gap / 2 if i == 0 else -gap / 2) * spreads[i] if own is None else own)
    lows = [number(g, "min") for g in ("events", "nonevents")]
    highs = [number(g, "max") for g in ("events", "nonevents")]
    positive = bool(known) and min(known.values()) > 0
    smallest = 0.0 if positive else -math.inf
    places = decimals if unit is None else max(0, -math.floor(math.log10(unit) + 1e-9))
    skewed = positive and min(c / s for c, s in zip(centres, spreads, strict=True)) < 2.5
    return Shape(
        (centres[0], centres[1]), (spreads[0], spreads[1]),
        (smallest if lows[0] is None else lows[0], smallest if lows[1] is None else lows[1]),
        (math.inf if highs[0] is None else highs[0], math.inf if highs[1] is None else highs[1]),
        (lows[0] is not None, highs[0] is not None), places, skewed,
        (_knots(known, "events"), _knots(known, "nonevents")), _knots(known, "all"),
    )  # fmt: skip


def _knots(known: dict[tuple[str, str], float], group: str) -> Knots:
    shares = (("Q1", 0.25), ("median", 0.5), ("Q3", 0.75))
    found = [(share, known[group, kind]) for kind, share in shares if (group, kind) in known]
    increasing = all(a[1] < b[1] for a, b in itertools.pairwise(found))
    return tuple(found) if increasing else ()


def _from_quartiles(known: dict[tuple[str, str], float], group: str) -> float | None:
    low, high = (known.get((group, kind), known.get(("all", kind))) for kind in ("Q1", "Q3"))
    return None if low is None or high is None or high <= low else (high - low) / 1.35


def solve(residuals: Residuals, start: Floats, steps: int, enough: float, *, coarse: bool = True) -> Floats:
    """Levenberg-Marquardt with differences; every residual is weighted by its steepest slope.

    In coarse steps the weighted sum of squares has to fall, which brings all residuals near; otherwise that of the
    residuals themselves, which brings the steep ones home.
    """
    x, r, damping = start, residuals(start), _DAMPING if coarse else 1.0
    for _ in range(steps):
        if not r.size or np.abs(r).max() < enough:
            break
        slopes = _slopes(residuals, x, r)
        weight = 1.0 / np.maximum(np.abs(slopes).max(axis=1), 1e-9) if coarse else np.ones(r.size)
        found = _step(residuals, x, slopes * weight[:, None], r, weight, damping)
        if found is None:
            break
        x, r, damping = found
    return x


def _step(
    residuals: Residuals, x: Floats, a: Floats, r: Floats, weight: Floats, damping: float
) -> tuple[Floats, Floats, float] | None:
    """A step that is accepted, with the damping of the next one; None where none is."""
    for _ in range(_TRIES):
        step = np.linalg.solve(a.T @ a + damping * np.eye(x.size), -a.T @ (r * weight))
        step *= min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-12))
        there = residuals(x + step)
        if np.isfinite(there).all() and _size(there * weight) < _size(r * weight):
            return x + step, there, max(damping / 10, 1e-12)
        damping *= 4
    return None


def _slopes(residuals: Residuals, x: Floats, r: Floats) -> Floats:
    return np.column_stack([(residuals(x + _STEP * e) - r) / _STEP for e in np.eye(x.size)])


def _size(residuals: Floats) -> float:
    return float(np.sum(residuals**2))
