"""Cost:benefit ratios that belong to risk thresholds, in the words of a figure's second axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from validation.checks import Floats, check_integer
from validation.errors import InputError

__all__ = ["CostBenefitAxis", "cost_benefit_axis", "cost_benefit_ratio"]

# a remainder up to this size ends the continued fraction, as do ten steps
_REMAINDER = 1.0 / 2000.0
_STEPS = 10
_WHOLE = (2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 100)
_FRACTIONS = ((2, 3), (3, 4), (2, 5), (3, 5), (4, 5), (7, 10), (9, 10), (5, 6))


def cost_benefit_ratio(threshold: float) -> str:
    """Ratio of cost (of treating a control) to benefit (of treating a case) at which a threshold is the right one.

    Parameters
    ----------
    threshold : float
        Risk threshold in [0, 1].

    Returns
    -------
    str
        ``"cost:benefit"``, for example ``"1:19"`` for 0.05.

    Raises
    ------
    InputError
        If the threshold is not within [0, 1].

    Notes
    -----
    The odds ``t / (1 - t)`` as a continued fraction that ends where the remainder is at most 1/2000 or after ten
    steps. R: column ``cost.benefit.ratio`` of ``rmda::decision_curve``.

    References
    ----------
    Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making 2006. doi:10.1177/0272989X06295361

    Examples
    --------
    >>> cost_benefit_ratio(0.05), cost_benefit_ratio(0.335), cost_benefit_ratio(1.0)
    ('1:19', '67:133', 'Inf:1')
    """
    if not 0.0 <= threshold <= 1.0:
        raise InputError("threshold", f"must lie between 0 and 1, got {threshold:g}")
    if threshold == 1.0:
        return "Inf:1"
    value = threshold / (1.0 - threshold)
    part = math.floor(value)
    remainder = value - part
    top, bottom = (1.0, float(part)), (0.0, 1.0)
    for _ in range(_STEPS):
        if not remainder > _REMAINDER:
            break
        inverted = 1.0 / remainder
        part = math.floor(inverted)
        remainder = inverted - part
        top = (top[1], part * top[1] + top[0])
        bottom = (bottom[1], part * bottom[1] + bottom[0])
    return f"{top[1]:.15g}:{bottom[1]:.15g}"


@dataclass(frozen=True)
class CostBenefitAxis:
    """Ticks of a cost:benefit axis.

    Parameters
    ----------
    labels : tuple of str
    ratios : array
        Cost divided by benefit.
    thresholds : array
        Where the ticks stand on the axis of thresholds.
    """

    labels: tuple[str, ...]
    ratios: Floats
    thresholds: Floats


def cost_benefit_axis(
    limits: tuple[float, float] = (0.0, 1.0), *, ratios: Sequence[str] | None = None, count: int = 6
) -> CostBenefitAxis:
    """Cost:benefit ratios worth printing below a range of thresholds.

    Parameters
    ----------
    limits : (float, float)
        Range of thresholds that is drawn.
    ratios : sequence of str, optional
        Ratios such as ``"1:4"`` that are wanted; those outside the range are left out.
    count : int
        Number of ratios where none are given.

    Returns
    -------
    CostBenefitAxis
        Without any tick where no usual ratio lies within the limits.

    Raises
    ------
    InputError
        If a ratio cannot be read or the limits are not a range within [0, 1].

    Notes
    -----
    From 47 usual ratios those nearest to `count` points that divide the range evenly. R:
    ``rmda::Add_CostBenefit_Axis``.

    References
    ----------
    Kerr KF et al. Assessing the clinical impact of risk prediction models with decision curves. J Clin Oncol 2016.
    doi:10.1200/JCO.2015.65.5654

    Examples
    --------
    >>> cost_benefit_axis((0.0, 0.4)).labels
    ('1:100', '1:10', '1:5', '1:3', '1:2', '2:3')
    """
    low, high = float(limits[0]), float(limits[1])
    if not 0.0 <= low < high <= 1.0:
        raise InputError("limits", f"must be a range within 0 and 1, got {low:g} to {high:g}")
    check_integer(count, "count", minimum=1)
    pool = _usual() if ratios is None else sorted(((_read(text), text) for text in ratios), key=lambda pair: pair[0])
    values = np.array([value for value, _ in pool])
    positions = values / (1.0 + values)
    inside = np.flatnonzero((positions >= low) & (positions <= high))
    if ratios is None and inside.size:
        inside = inside[_nearest(positions[inside], low, high, count)]
    return CostBenefitAxis(tuple(pool[i][1] for i in inside), values[inside], positions[inside])


def _usual() -> list[tuple[float, str]]:
    below = [(1, k) for k in _WHOLE] + list(_FRACTIONS)
    pairs = [(1, 1), *below, *((b, a) for a, b in below)]
    return sorted(((a / b, f"{a}:{b}") for a, b in pairs), key=lambda pair: pair[0])


def _nearest(positions: Floats, low: float, high: float, count: int) -> list[int]:
    """Position nearest to each of `count` evenly spread points of the range; the first where two are as near."""
    points = np.linspace(low, high, 100)
    probabilities = np.linspace(0.0, 1.0, count) if count > 1 else np.zeros(1)
    targets = [points[max(1, math.ceil(100 * p)) - 1] for p in probabilities.tolist()]
    return [int(np.argmin(np.abs(positions - target))) for target in targets]


def _read(text: str) -> float:
    parts = str(text).split(":")
    try:
        cost, benefit = (float(part) for part in parts)
    except ValueError:
        raise InputError("ratios", f"{text!r} is not of the form 'cost:benefit'", hint="Write '1:4'.") from None
    if not (cost > 0.0 and benefit > 0.0 and math.isfinite(cost / benefit)):
        raise InputError("ratios", f"{text!r} must hold two positive numbers", hint="Write '1:4'.")
    return cost / benefit
