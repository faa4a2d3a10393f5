"""Hypothesis strategies for cohorts: what breaks ROC code, ready for property-based tests of your own functions.

>>> from hypothesis import given
>>> from validation.roc import auc
>>> @given(marker_arguments())
... def test_area_is_a_probability(arguments):
...     assert 0.0 <= auc(**arguments).auc <= 1.0
>>> test_area_is_a_probability()
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

__all__ = ["SCORES", "directions", "marker_arguments", "outcome_and_scores", "outcomes", "pair_arguments", "scores"]

Floats = npt.NDArray[np.float64]
Outcome = npt.NDArray[np.int8]

_EPSILON, _TINIEST = sys.float_info.epsilon, 5e-324
#: a single score, by what is difficult about it
SCORES: Mapping[str, st.SearchStrategy[float]] = MappingProxyType(
    {
        "continuous": st.floats(-1e3, 1e3),
        "one decimal": st.integers(-30, 30).map(lambda tenths: tenths / 10),
        "two decimals": st.integers(50, 130).map(lambda hundredths: hundredths / 100),
        "whole numbers": st.integers(-4, 4).map(float),
        "few values": st.sampled_from((1.0, 2.0, 3.0)),
        "risks": st.floats(0.0, 1.0),
        # midpoints and differences overflow
        "huge": st.floats(1e306, sys.float_info.max) | st.floats(-sys.float_info.max, -1e306),
        "subnormal": st.integers(-9, 9).map(lambda steps: steps * _TINIEST),
        # no double lies between two of them
        "neighbours": st.integers(0, 9).map(lambda steps: 1.0 + steps * _EPSILON),
        "equal in single precision": st.integers(0, 9).map(lambda steps: 2.0 + steps * 2.0**-40),
        "zeros of both signs": st.sampled_from((0.0, -0.0, _TINIEST, -_TINIEST)),
        "any finite double": st.floats(allow_nan=False, allow_infinity=False),
    }
)


@st.composite
def outcomes(draw: Any, min_size: int = 2, max_size: int = 60, prevalence: float | None = None) -> Outcome:
    """Outcome of 0 and 1 with both classes.

    Parameters
    ----------
    min_size, max_size : int
        Limits of the number of patients.
    prevalence : float, optional
        Share of events, rounded to at least one event and one non-event; any share where left out.
    """
    n = draw(st.integers(max(min_size, 2), max_size))
    events = draw(st.integers(1, n - 1)) if prevalence is None else min(max(1, round(prevalence * n)), n - 1)
    y = np.zeros(n, dtype=np.int8)
    y[draw(st.permutations(range(n)))[:events]] = 1
    return y


@st.composite
def scores(draw: Any, y_true: Any, kind: str | None = None) -> Floats:
    """Finite scores for an outcome: of one kind of `SCORES`, or perfectly or nearly separating the classes.

    Parameters
    ----------
    y_true : array_like of shape (n,)
    kind : str, optional
        Key of `SCORES`, ``"separated"`` or ``"nearly separated"``; any where left out.
    """
    y = np.asarray(y_true)
    kind = draw(st.sampled_from((*SCORES, "separated", "nearly separated"))) if kind is None else kind
    if kind in SCORES:
        return np.array(draw(st.lists(SCORES[kind], min_size=y.size, max_size=y.size)), dtype=np.float64)
    hundredths = draw(st.lists(st.integers(0, 99), min_size=y.size, max_size=y.size))
    x = y + np.array(hundredths) / 100
    if kind == "nearly separated":
        # one patient of each class on the other side
        x[[np.flatnonzero(y == 1)[0], np.flatnonzero(y == 0)[0]]] = 0.25, 1.25
    return x.astype(np.float64)


def directions() -> st.SearchStrategy[str]:
    """Whether higher or lower values indicate the event."""
    return st.sampled_from(("higher", "lower"))


@st.composite
def outcome_and_scores(
    draw: Any, min_size: int = 2, max_size: int = 60, prevalence: float | None = None, kind: str | None = None
) -> tuple[Outcome, Floats]:
    """Outcome with both classes and finite scores of any kind, ties and extreme doubles included.

    Parameters
    ----------
    min_size, max_size : int
        Limits of the number of patients.
    prevalence : float, optional
        As for `outcomes`.
    kind : str, optional
        As for `scores`.
    """
    y = draw(outcomes(min_size, max_size, prevalence))
    return y, draw(scores(y, kind))


@st.composite
def marker_arguments(draw: Any, min_size: int = 2, max_size: int = 60) -> dict[str, Any]:
    """Arguments ``y_true``, ``y_score`` and ``direction``, from very rare to balanced events."""
    y, x = draw(outcome_and_scores(min_size, max_size, draw(st.sampled_from((None, 0.03, 0.5)))))
    return {"y_true": y, "y_score": x, "direction": draw(directions())}


@st.composite
def pair_arguments(draw: Any, min_size: int = 4, max_size: int = 60) -> dict[str, Any]:
    """Arguments of a paired comparison: two markers of the same patients, at least two in each class.

    The second marker is sometimes the first one, or the first one with a few values changed.
    """
    y = draw(outcomes(min_size, max_size).filter(lambda values: 2 <= values.sum() <= values.size - 2))
    first = draw(scores(y))
    second = first.copy()
    changed = draw(st.sampled_from(("all", "few", "none")))
    if changed == "all":
        second = draw(scores(y))
    elif changed == "few":
        second[: draw(st.integers(1, y.size))] = draw(st.sampled_from(first.tolist()))
    return {
        "y_true": y,
        "y_score_1": first,
        "y_score_2": second,
        "direction_1": draw(directions()),
        "direction_2": draw(directions()),
    }
