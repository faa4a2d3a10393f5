"""Printed quartiles of a reconstructed variable, held by a monotone map of its values in each group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from validation.checks import Floats

__all__ = ["Knots", "settled", "with_quantiles"]

Bools = npt.NDArray[np.bool_]
#: (share of the patients, value) by group
Knots = tuple[tuple[float, float], ...]


def with_quantiles(x: Floats, cases: Bools, own: tuple[Knots, Knots]) -> Floats:
    """Values with these quantiles (type 7) of both groups, in the same order within a group."""
    out = x.copy()
    for mask, knots in zip((cases, ~cases), own, strict=True):
        out[mask] = _mapped(out[mask], knots)
    return out


def settled(x: Floats, cases: Bools, own: tuple[Knots, Knots], pooled: Knots) -> tuple[Knots, Knots]:
    """Quantiles of both groups that hold those of all patients too.

    A quantile of all patients is one of both groups, at shares that add up; they are taken from values that have the
    groups' own quantiles already, and each group moves by the same share.
    """
    masks, out = (cases, ~cases), with_quantiles(x, cases, own)
    extra: list[list[tuple[float, float]]] = [list(knots) for knots in own]
    for share, value in pooled:
        below = [float(np.interp(value, np.sort(out[mask]), np.linspace(0, 1, int(mask.sum())))) for mask in masks]
        lacking = share - sum(b * float(mask.mean()) for b, mask in zip(below, masks, strict=True))
        for g in (0, 1):
            extra[g].append((min(max(below[g] + lacking, 0.002), 0.998), value))
    return _increasing(extra[0]), _increasing(extra[1])


def _increasing(knots: list[tuple[float, float]]) -> Knots:
    """Knots in order; one that would turn the map round is left out, and the search sees what is missed."""
    kept: list[tuple[float, float]] = []
    for share, value in sorted(knots):
        if not kept or (share > kept[-1][0] + 1e-4 and value > kept[-1][1]):
            kept.append((share, value))
    return tuple(kept)


def _mapped(values: Floats, knots: Knots) -> Floats:
    if not knots:
        return values
    shares, goals = (np.array(column) for column in zip(*knots, strict=True))
    here = np.quantile(values, shares)
    if (np.diff(here) <= 0).any():
        return values
    mapped = np.interp(values, here, goals)
    # beyond the outer knots the slope is that of all of them
    slope = (goals[-1] - goals[0]) / (here[-1] - here[0]) if goals.size > 1 else 1.0
    mapped = np.where(values < here[0], goals[0] + (values - here[0]) * slope, mapped)
    return np.asarray(np.where(values > here[-1], goals[-1] + (values - here[-1]) * slope, mapped))
