"""Hypothesis strategies for cohorts: what breaks ROC code, ready for property-based tests of your own functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

__all__ = ["SCORE_KINDS", "outcome_and_scores", "random_scores"]

Floats = npt.NDArray[np.float64]
#: the kinds of scores that `random_scores` draws from
SCORE_KINDS = (
    "continuous",
    "one decimal",
    "integers",
    "huge",
    "subnormal",
    "neighbours",
    "separated",
    "constant but one",
    "two decimals",
)


def random_scores(generator: np.random.Generator, y_true: Any, kind: str | None = None) -> Floats:
    """Scores of one of `SCORE_KINDS` for the given outcome.

    Parameters
    ----------
    generator : numpy.random.Generator
    y_true : array_like of shape (n,)
    kind : str, optional
        Drawn where left out.
    """
    y = np.asarray(y_true)
    n = y.size
    kind = str(generator.choice(SCORE_KINDS)) if kind is None else kind
    signal = generator.normal(size=n) + generator.uniform(-1, 2) * y
    whole = generator.integers(0, 9, n).astype(np.float64)
    made = {
        "continuous": lambda: signal,
        "one decimal": lambda: signal.round(1),
        "two decimals": lambda: (0.85 - 0.05 * signal).round(2),
        "integers": lambda: signal.round(),
        # huge, but finite: midpoints must not overflow
        "huge": lambda: np.clip(signal, -5, 5) * 3.5e307,
        "subnormal": lambda: whole * 5e-324,
        "neighbours": lambda: 1.0 + whole * 2.0**-52,
        "separated": lambda: y + generator.uniform(0, 0.5, n).round(2),
        "constant but one": lambda: np.where(np.arange(n) == 0, 1.0, 0.0),
    }
    return np.ascontiguousarray(made[kind](), dtype=np.float64)


@st.composite
def outcome_and_scores(draw: Any, min_size: int = 5, max_size: int = 60) -> tuple[npt.NDArray[np.int8], Floats]:
    """Outcome with both classes and finite scores of any kind, ties and extreme doubles included.

    Parameters
    ----------
    min_size, max_size : int
        Limits of the number of patients.
    """
    n = draw(st.integers(min_size, max_size))
    events = draw(st.integers(1, n - 1))
    y = np.zeros(n, dtype=np.int8)
    y[:events] = 1
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    generator.shuffle(y)
    return y, random_scores(generator, y, draw(st.sampled_from(SCORE_KINDS)))
