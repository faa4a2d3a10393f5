"""A cohort on which all printed numbers of a paper hold at once, found by search: proof that they are jointly possible.

The search alternates between parts that hardly disturb each other. Continuous predictors: shifting cases against
controls moves a coefficient, rescaling moves its standard error, and shifting the patients below the cut-off against
the others moves the coefficient of the dichotomised marker. The marker itself: values are permuted within strata of
outcome and dichotomy, which moves the area under its curve and nothing else. Values are rounded to the units of a
laboratory throughout. Where a baseline table prints means, quartiles or counts, predictors and table are solved for at
once (`rebuilt_joint`), and variables outside the model each by themselves. What is not found within the budget is said
to be not found, never to be impossible.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from validation.audit.claims import Claims
from validation.audit.rebuilt_comparison import Comparison, compare, left_out
from validation.audit.rebuilt_described import place_described_marker
from validation.audit.rebuilt_extras import extra_columns
from validation.audit.rebuilt_joint import fit_joint, joint_of
from validation.audit.rebuilt_marker import place_marker
from validation.audit.rebuilt_model import fit_model
from validation.audit.rebuilt_table import cells_of
from validation.audit.rebuilt_target import Target, target_of
from validation.checks import Floats, check_integer, check_seed
from validation.r_random import RRandom

__all__ = ["Comparison", "Reconstruction", "reconstruct"]

Outcome = npt.NDArray[np.int8]
#: starts of a described marker for each set of predictors
_MARKERS = 4


@dataclass(frozen=True)
class Reconstruction:
    """Result of the search.

    Attributes
    ----------
    found : bool
        All printed numbers hold on the cohort.
    columns : dict of str to ndarray
        The cohort; the outcome first.
    comparisons : tuple of Comparison
        Every printed number that took part.
    attempts, seed : int
    skipped : tuple of str
        Printed numbers that the search does not cover.
    terms : tuple of str
        Columns that are terms of the model.
    markers : tuple of (str, str)
        Columns that are markers, with their direction.
    """

    found: bool
    columns: dict[str, Floats]
    comparisons: tuple[Comparison, ...]
    attempts: int
    seed: int
    skipped: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    markers: tuple[tuple[str, str], ...] = ()


def reconstruct(claims: Claims, *, seed: int, attempts: int = 60) -> Reconstruction:
    """Search a synthetic cohort that reproduces the printed numbers of a paper.

    Parameters
    ----------
    claims : Claims
        Needs one logistic model with odds ratios and intervals on a data set with events and non-events.
    seed : int
        Seed of the search.
    attempts : int
        Budget: independent starts.

    Returns
    -------
    Reconstruction

    Raises
    ------
    InputError
        The claim file has no model that can be reconstructed.

    Notes
    -----
    Coefficients, standard errors and limits are those of the maximum likelihood fit with Wald intervals; the area is
    the empirical one with DeLong's interval, the cut-off the only optimum of Youden's index.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Biometrics 44:837-845. doi:10.2307/2531595
    """
    check_seed(seed)
    check_integer(attempts, "attempts", minimum=1)
    target = target_of(claims, np.random.default_rng(RRandom(seed).state[2:].view(np.uint32)))
    best: tuple[int, dict[str, Floats], tuple[Comparison, ...]] | None = None
    for attempt in range(1, attempts + 1):
        columns = _attempt(claims, target)
        if columns is None:
            continue
        comparisons = tuple(compare(claims, target, columns))
        wrong = sum(not comparison.holds for comparison in comparisons)
        if best is None or wrong < best[0]:
            best = (wrong, columns, comparisons)
        if wrong == 0:
            return _result(claims, target, True, columns, comparisons, attempt, seed)
    columns, comparisons = ({}, ()) if best is None else best[1:]
    return _result(claims, target, False, columns, comparisons, attempts, seed)


def _result(
    claims: Claims,
    target: Target,
    found: bool,
    columns: dict[str, Floats],
    comparisons: tuple[Comparison, ...],
    attempts: int,
    seed: int,
) -> Reconstruction:
    direction = "lower" if target.low_is_positive else "higher"
    markers = () if target.marker is None else ((target.marker, direction),)
    terms = tuple(term.name for term in target.terms)
    return Reconstruction(found, columns, comparisons, attempts, seed, tuple(left_out(claims, target)), terms, markers)


def _attempt(claims: Claims, target: Target) -> dict[str, Floats] | None:
    y = np.zeros(target.n1 + target.n0, dtype=np.int8)
    y[: target.n1] = 1
    joint = joint_of(claims, target)
    fitted = fit_model(target, y) if joint is None else fit_joint(joint, y)
    if fitted is None:
        return None
    columns: dict[str, Floats] = {"event": y.astype(np.float64)}
    if target.marker is not None:
        marker = _marker(claims, target, y, fitted)
        if marker is None:
            return None
        columns[target.marker] = marker
    for j, term in enumerate(target.terms):
        columns[term.name] = fitted[:, j]
    columns |= dict(_secondary(claims, target, y))
    return columns | dict(extra_columns(claims, target, y, set(columns), target.rng))


def _marker(claims: Claims, target: Target, y: Outcome, x: Floats) -> Floats | None:
    """The dichotomised marker itself, with what a table of means prints of it."""
    cells = cells_of(claims, target.data, target.marker or "")
    if not cells or target.binary is None:
        return place_marker(claims, target, y, x)
    starts = (place_described_marker(claims, target, y, x[:, target.binary] == 1.0, cells) for _ in range(_MARKERS))
    return next((values for values in starts if values is not None), None)


def _secondary(claims: Claims, target: Target, y: Outcome) -> Iterator[tuple[str, Floats]]:
    """Other outcomes on the same patients, with their printed number of events."""
    for part in claims.subsets(target.data.name):
        if part.share == "part" or part.n != y.size or not part.events:
            continue
        column = np.zeros(y.size)
        # events of a secondary outcome fall mostly, but not only, on patients with the main one
        weight = np.where(y == 1, 3.0, 1.0)
        column[target.rng.choice(y.size, size=part.events, replace=False, p=weight / weight.sum())] = 1.0
        yield part.name, column
