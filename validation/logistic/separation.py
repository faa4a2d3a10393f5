"""Does the maximum likelihood estimate exist? A linear programme looks, exact arithmetic decides.

The estimate exists if and only if no direction ``d`` puts every event on one side and every non-event on the other:
``s_i (d_0 + x_i d) >= 0`` for all patients with ``s_i = 1`` for an event and -1 for none, not all zero (Albert and
Anderson). A direction that the linear programme finds is made rational and checked without rounding, so a diagnosis
is a proof; where none is found, the converged Newton iteration proves existence (see `validation.logistic.newton`).

References
----------
Albert A, Anderson JA (1984). On the existence of maximum likelihood estimates in logistic regression models.
Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1
Konis K (2007). Linear programming algorithms for detecting separated data in binary logistic regression models.
DPhil thesis, University of Oxford.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, Outcome
from validation.errors import NotEstimable
from validation.logistic.design import EPS, spread_rows

__all__ = ["check_separation", "separating_direction", "separating_predictor"]

#: patients in the first linear programme of a large cohort
_ROWS = 4000
#: a margin (of standardised columns) below which a patient may lie on the boundary
_BOUNDARY = 1e-7
#: predictors that are named in a diagnosis
_NAMED = 6
_HINT = "Leave the predictor out, merge its categories, or use a penalised (Firth) model; no Wald interval exists."
Rows = npt.NDArray[np.intp]


def check_separation(x: Floats, y: Outcome, names: Sequence[str], wrong: Floats | None = None) -> None:
    """Raise `NotEstimable` if a predictor or a combination of predictors separates the outcome.

    Parameters
    ----------
    x : array of shape (n, p)
    y : array of shape (n,)
    names : sequence of str
    wrong : array of shape (n,), optional
        ``-s_i`` times the linear predictor where the iteration stopped; finds the patients that matter sooner.
    """
    found = separation(x, y, names, wrong)
    if found is not None:
        raise found


def separation(x: Floats, y: Outcome, names: Sequence[str], wrong: Floats | None = None) -> NotEstimable | None:
    """Diagnosis, or None where the outcome is not separated."""
    events = y == 1
    alone = [text for j, name in enumerate(names) if (text := separating_predictor(x[:, j], events, name))]
    if alone:
        message = f"the maximum likelihood estimate does not exist: {'; '.join(alone)}"
        return NotEstimable("separation", message, hint=_HINT)
    if x.shape[1] < 2:
        return None
    direction = separating_direction(x, events, wrong)
    if direction is None:
        return None
    values = np.array([float(value) for value in direction])
    margin = np.where(events, 1.0, -1.0) * (values[0] + x @ values[1:])
    kind = "completely" if margin.min() > 0.0 else "partly"
    used = [name for name, value in zip(names, direction[1:], strict=True) if value != 0]
    message = f"the maximum likelihood estimate does not exist: {_join(used)} together separate the outcome {kind}"
    return NotEstimable("separation", message, hint=_HINT)


def _join(names: Sequence[str]) -> str:
    if len(names) > _NAMED + 1:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more predictors"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def separating_predictor(values: Floats, events: npt.NDArray[np.bool_], name: str) -> str:
    """How one predictor separates the outcome, in words; empty where it does not. Comparisons only, no arithmetic."""
    with_event, without = values[events], values[~events]
    for low, high, which in ((without, with_event, "above"), (with_event, without, "below")):
        top, bottom = float(low.max()), float(high.min())
        if top < bottom:
            cut = _shortest_between(top, bottom)
            return f"predictor {name} separates the outcome at {cut:.15g} (every event lies {which}, no non-event does)"
        if top == bottom and (low.min() < top or high.max() > bottom):
            return f"predictor {name} separates the outcome at {top:.15g}{_sides(low, high, top, which)}"
    return ""


def _sides(low: Floats, high: Floats, cut: float, which: str) -> str:
    """Which side of a shared value holds one class only."""
    lower, upper = ("non-event", "event") if which == "above" else ("event", "non-event")
    parts = []
    if high.max() > cut:
        parts.append(f"every patient above it is {_article(upper)}")
    if low.min() < cut:
        parts.append(f"every patient below it is {_article(lower)}")
    return f" ({' and '.join(parts)})"


def _article(word: str) -> str:
    return f"an {word}" if word == "event" else f"a {word}"


def _shortest_between(low: float, high: float) -> float:
    """Decimal with the fewest digits that lies strictly between, or the midpoint."""
    middle = low / 2.0 + high / 2.0
    for digits in range(1, 16):
        cut = float(f"{middle:.{digits}g}")
        if low < cut < high:
            return cut
    return middle


def separating_direction(
    x: Floats, events: npt.NDArray[np.bool_], wrong: Floats | None = None
) -> list[Fraction] | None:
    """Rational ``d`` (intercept first) that separates, verified without rounding, or None.

    A large cohort begins with part of its patients and takes in those that the direction found so far gets wrong.
    """
    side = np.where(events, 1.0, -1.0)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    oriented = side[:, None] * np.column_stack([np.ones(len(x)), (x - centre) / spread])
    rows = _first_rows(oriented, wrong)
    for _ in range(50):
        direction = _linear_programme(oriented[rows])
        if direction is None:
            return None
        margin = oriented @ direction
        missed = np.setdiff1d(np.flatnonzero(margin < -_BOUNDARY), rows)
        if missed.size == 0:
            return _rational(x, side, oriented, direction, centre, spread)
        rows = np.concatenate([rows, missed[np.argsort(margin[missed])[:_ROWS]]])
    return None


def _first_rows(oriented: Floats, wrong: Floats | None) -> Rows:
    n, k = oriented.shape
    if n <= _ROWS:
        return np.arange(n)
    parts = [spread_rows(n, _ROWS // 2)]
    if wrong is not None:
        parts.append(np.argsort(-wrong)[: _ROWS // 2])
    rows: Rows = np.unique(np.concatenate(parts))
    # with fewer directions than coefficients, "not separated" would say nothing about all patients
    return rows if np.linalg.matrix_rank(oriented[rows]) == k else np.arange(n)


def _linear_programme(oriented: Floats) -> Floats | None:
    """Direction within the unit box with no negative margin; None where all margins must be zero.

    Of all such directions the one with the largest smallest margin where that is positive, else with the largest sum.
    """
    from scipy.optimize import linprog

    n, k = oriented.shape
    found = linprog(-oriented.sum(axis=0), A_ub=-oriented, b_ub=np.zeros(n), bounds=(-1.0, 1.0), method="highs")
    if found.x is None or found.fun is None or not found.fun < -1e-6:
        return None
    with_least = np.column_stack([-oriented, np.ones(n)])
    widest = linprog(
        np.append(np.zeros(k), -1.0), A_ub=with_least, b_ub=np.zeros(n), bounds=[(-1.0, 1.0)] * k + [(0.0, None)]
    )
    direction: Floats = found.x if widest.x is None or widest.x[-1] <= 2.0 * _BOUNDARY else widest.x[:-1]
    return direction


def _rational(
    x: Floats, side: Floats, oriented: Floats, direction: Floats, centre: Floats, spread: Floats
) -> list[Fraction] | None:
    """Exact direction near the one found: zero on the boundary, by elimination, and then checked on every patient."""
    slopes = direction[1:] / spread
    near = np.flatnonzero(np.abs(oriented @ direction) <= _BOUNDARY)
    guess = [Fraction(float(direction[0] - slopes @ centre)), *(Fraction(float(s)) for s in slopes)]
    exact = _onto_null_space(x[near], [abs(d) > 1e-9 for d in direction], guess)
    return exact if exact is not None and _separates(x, side, exact) else None


def _onto_null_space(x: Floats, active: Sequence[bool], guess: list[Fraction]) -> list[Fraction] | None:
    """Change the guess so that each row ``[1, x]`` is orthogonal to it, by elimination over the rationals."""
    columns = [0, *(j for j in range(1, len(guess)) if active[j])]
    pivots: dict[int, list[Fraction]] = {}
    for row in np.unique(x, axis=0):
        entries = [Fraction(1), *(Fraction(float(v)) for v in row)]
        rest = [entries[j] for j in columns]
        for pivot, known in pivots.items():
            if rest[pivot]:
                factor = rest[pivot]
                rest = [a - factor * b for a, b in zip(rest, known, strict=True)]
        nonzero = [i for i, value in enumerate(rest) if value]
        if not nonzero:
            continue
        place = nonzero[-1]
        rest = [a / rest[place] for a in rest]
        for other, known in pivots.items():
            pivots[other] = [a - known[place] * b for a, b in zip(known, rest, strict=True)]
        pivots[place] = rest
        if len(pivots) == len(columns):
            return None
    values = [Fraction(0) if i in pivots else guess[j] for i, j in enumerate(columns)]
    for place, known in pivots.items():
        values[place] = -sum(
            (a * v for i, (a, v) in enumerate(zip(known, values, strict=True)) if i not in pivots), Fraction(0)
        )
    exact = [Fraction(0)] * len(guess)
    for j, value in zip(columns, values, strict=True):
        exact[j] = value
    return exact


def _separates(x: Floats, side: Floats, direction: Sequence[Fraction]) -> bool:
    """No patient on the wrong side, one strictly on the right side; rational wherever rounding could decide."""
    values = np.array([float(value) for value in direction])
    terms = x * values[1:]
    margin = side * (values[0] + terms.sum(axis=1))
    rounding = 4.0 * (len(values) + 2) * EPS * (abs(values[0]) + np.abs(terms).sum(axis=1))
    if (margin < -rounding).any():
        return False
    strict = bool((margin > rounding).any())
    for i in np.flatnonzero(np.abs(margin) <= rounding):
        exact = direction[0] + sum(
            (Fraction(float(v)) * d for v, d in zip(x[i], direction[1:], strict=True)), Fraction(0)
        )
        if exact * int(side[i]) < 0:
            return False
        strict = strict or exact != 0
    return strict
