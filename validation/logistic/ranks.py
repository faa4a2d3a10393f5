"""Concordant and discordant pairs of an event and a non-event, counted in integers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from validation.checks import Outcome

__all__ = ["Pairs", "RankIndexes", "count_pairs", "rank_indexes"]


class Pairs(NamedTuple):
    """Numbers of pairs of an event and a non-event."""

    concordant: int
    discordant: int
    tied: int


class RankIndexes(NamedTuple):
    """Indexes of rank discrimination."""

    c_index: float
    somers_dxy: float
    gamma: float
    tau_a: float


def count_pairs(order: npt.NDArray[Any], y: Outcome) -> Pairs:
    """Pairs in which the event has the higher, the lower and the same value of `order`."""
    place = np.unique(order, return_inverse=True)[1]
    events = np.bincount(place, weights=y == 1).astype(np.int64)
    others = np.bincount(place, weights=y == 0).astype(np.int64)
    below = np.cumsum(others) - others
    concordant, tied = int(events @ below), int(events @ others)
    return Pairs(concordant, int(events.sum()) * int(others.sum()) - concordant - tied, tied)


def rank_indexes(pairs: Pairs, n: int) -> RankIndexes:
    """C, Somers' Dxy, Goodman and Kruskal's gamma and Kendall's tau-a; quotients of integers, rounded once."""
    concordant, discordant, tied = pairs
    total, difference = concordant + discordant + tied, concordant - discordant
    ordered = concordant + discordant
    return RankIndexes(
        (2 * concordant + tied) / (2 * total),
        difference / total,
        difference / ordered if ordered else 0.0,
        2 * difference / (n * (n - 1)),
    )
