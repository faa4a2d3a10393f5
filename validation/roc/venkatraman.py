"""Permutation test of two whole ROC curves (Venkatraman), with the draws of pROC."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import (
    Floats,
    Outcome,
    check_choice,
    check_integer,
    check_outcome,
    check_scores,
    check_seed,
)
from validation.cohort import Cohort
from validation.exact import venkatraman as certified_venkatraman
from validation.r_random import RRandom
from validation.relations import venkatraman as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, PROC
from validation.roc.exchange import Groups, Mixture, errors_between, paired_blocks, proc_area, ranks
from validation.roc.two_curves import check_flag, pair_and_parts, second_outcome
from validation.statistic import Case, Settings, Statistic, bits, definition, register, resample

if TYPE_CHECKING:
    from validation.displays.roc_tests import PermutationDisplay

__all__ = ["VENKATRAMAN_TEST", "VenkatramanResult", "venkatraman_test"]

#: two areas nearer than this are compared exactly
_NEAR = 1e-11
_MOST_IN_CASES = 50


@dataclass(frozen=True)
class VenkatramanResult(Result):
    """Difference of two ROC curves over all operating points, against curves exchanged at random.

    Attributes
    ----------
    statistic : float
        Paired: sum over all cut-offs of the absolute difference in the number of misclassified patients. Unpaired:
        area between the two curves, drawn along the mixture of cases and controls.
    p_value : float
    exceeding : int
        Permutations whose statistic is as large or larger.
    mixing : float
        Share of cases in the mixture (unpaired; NaN where paired).
    tied : tuple of two int
        Patients who share their value with another one: their order is that of the rows.
    replicates : ndarray of shape (permutations,)
        The statistic in each permutation.
    permutations, seed : int
    paired : bool
    n_cases, n_controls : tuple of two int
        Of the first and of the second curve.
    random_state : ndarray of shape (626,)
        R's ``.Random.seed`` after the draws.
    compat : str
    """

    statistic: float
    p_value: float
    exceeding: int
    mixing: float
    tied: tuple[int, int]
    replicates: Floats = field(repr=False)
    permutations: int
    seed: int
    paired: bool
    n_cases: tuple[int, int]
    n_controls: tuple[int, int]
    random_state: npt.NDArray[np.int32] = field(repr=False)
    compat: str

    def plot(self, ax: Any = None) -> PermutationDisplay:
        """Draw the statistic among those of the permutations on a Matplotlib axes."""
        from validation.displays.roc_tests import PermutationDisplay

        return PermutationDisplay(self).plot(ax)

    def _table(self) -> dict[str, list[Any]]:
        names = ("statistic", "p_value", "exceeding", "permutations", "paired", "mixing", "seed")
        return {name: [getattr(self, name)] for name in names}


@dataclass(frozen=True)
class _Found:
    """What each way of testing computes."""

    statistic: float
    exceeding: int
    replicates: Floats
    mixing: float


def venkatraman_test(
    y_true: Any,
    y_score_1: Any,
    y_score_2: Any,
    *,
    y_true_2: Any = None,
    direction_1: str = "higher",
    direction_2: str = "higher",
    paired: bool = True,
    seed: int,
    permutations: int = 2000,
    compat: str | None = None,
) -> VenkatramanResult:
    """Test whether two ROC curves are the same at every operating point.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for cases and 0 for controls.
    y_score_1, y_score_2 : array_like of shape (n,)
        The two markers in their own units; finite. Of the same patients in the same order where they are paired.
    y_true_2 : array_like of shape (n_2,), optional
        Outcome of the patients of the second marker; only with ``paired=False``.
    direction_1, direction_2 : {"higher", "lower"}
        Whether higher or lower values indicate the event.
    paired : bool
        Both markers of the same patients. Never guessed.
    seed : int
        As for R's ``set.seed``.
    permutations : int
        Number of random exchanges.
    compat : {"proc-1.18"}, optional
        pROC's conventions, three of which are mistakes: see the notes.

    Returns
    -------
    VenkatramanResult

    Raises
    ------
    InputError
        As for `roc_test_bootstrap`.
    NotEstimable
        Only in the mode "proc-1.18": its mixture has cases alone and a group has one case.

    Notes
    -----
    Paired: with e(k) the number of patients misclassified where the k lowest are called negative, ``E = sum_k |e_1(k) -
    e_2(k)|``; a permutation exchanges the two ranks of each patient with probability 1/2. Unpaired: E is the area
    between the curves ``(q F + (1 - q) G, q F + (1 - q) (1 - G))`` of the distribution functions F of the cases and G
    of the controls, by the trapezoid rule on all steps; q is the share of cases among all patients, and a permutation
    deals out the places on the mixture anew, of controls among controls and of cases among cases. The p-value is
    ``(1 + #{E* >= E}) / (1 + permutations)``, which cannot be 0. Tied values are ranked in the order of the rows.

    pROC ("proc-1.18") divides the number of cases by twice the size of the first group for q, which is wrong for groups
    of different size and can exceed 1; exchanges ranks of groups of different size as if they were places; ranks
    markers without regard to their direction; leaves out the ends that only one curve reaches; and counts without the
    observed data, ``#{E* >= E} / permutations``. The random numbers are the same in both modes. Of 400 pairs of groups
    (20 + 20 and 60 + 60 patients) from the same curve, pROC's p-value was at most 0.2 in none, the default one in 17 %.
    R, after ``set.seed(seed)``: ``pROC::roc.test(r1, r2, method = "venkatraman", paired = paired, boot.n =
    permutations)``.

    References
    ----------
    Venkatraman ES, Begg CB (1996). A distribution-free procedure for comparing receiver operating characteristic curves
    from a paired experiment. Biometrika 83:835-848. doi:10.1093/biomet/83.4.835
    Venkatraman ES (2000). A permutation test to compare receiver operating characteristic curves. Biometrics
    56:1134-1138. doi:10.1111/j.0006-341X.2000.01134.x
    Phipson B, Smyth GK (2010). Permutation p-values should never be zero. Stat Appl Genet Mol Biol 9:39.
    doi:10.2202/1544-6115.1585

    Examples
    --------
    >>> y, x, z = [0, 0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 5, 4, 6, 2.5, 7], [3, 1, 2, 6, 4, 5, 8, 7]
    >>> result = venkatraman_test(y, x, z, seed=42, permutations=499)
    >>> result.statistic, result.exceeding, result.p_value
    (2.0, 411, 0.824)
    """
    check_flag(paired, "paired")
    first = check_outcome(y_true)
    outcomes = (first, second_outcome(first, y_true_2, paired))
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    given = zip(outcomes, (y_score_1, y_score_2), (direction_1, direction_2), strict=True)
    places, tied = [], []
    for i, (y, values, direction) in enumerate(given, 1):
        scores = check_scores(values, y.size, f"y_score_{i}")
        upward = check_choice(direction, f"direction_{i}", DIRECTIONS) == "higher" or mode == PROC
        places.append(ranks((scores if upward else -scores) + 0.0))
        tied.append(_tied(scores))
    generator = RRandom(check_seed(seed))
    count = check_integer(permutations, "permutations", minimum=1)
    groups = Groups(outcomes, (places[0], places[1]))
    found = _test(generator, groups, bool(paired), count, mode)
    added = 0 if mode == PROC else 1
    cases = groups.cases
    return VenkatramanResult(
        found.statistic,
        (found.exceeding + added) / (count + added),
        found.exceeding,
        found.mixing,
        (tied[0], tied[1]),
        found.replicates,
        count,
        seed,
        bool(paired),
        cases,
        (outcomes[0].size - cases[0], outcomes[1].size - cases[1]),
        generator.state,
        mode,
    )


def _tied(scores: Floats) -> int:
    counts = np.unique(scores + 0.0, return_counts=True)[1]
    return int(counts[counts > 1].sum())


def _test(generator: RRandom, groups: Groups, paired: bool, count: int, mode: str) -> _Found:
    if paired:
        return _paired(generator, groups.outcomes[0], groups.places, count)
    return (_unpaired_as_proc if mode == PROC else _unpaired)(generator, groups, count)


def _paired(generator: RRandom, outcome: Outcome, places: tuple[Floats, Floats], count: int) -> _Found:
    observed = int(errors_between(outcome, *places))
    blocks = paired_blocks(generator, *places, count)
    drawn = np.concatenate([errors_between(outcome, *block) for block in blocks])
    exceeding = int(np.count_nonzero(drawn >= observed))
    return _Found(float(observed), exceeding, drawn.astype(np.float64), math.nan)


def _shaken(generator: RRandom, groups: Groups) -> tuple[Floats, Floats]:
    """A uniform number for each patient of the first and of the second group."""
    first, second = (generator.unif_rand_array(places.size) for places in groups.places)
    return first, second


def _unpaired_as_proc(generator: RRandom, groups: Groups, count: int) -> _Found:
    """Ranks are exchanged, whatever the sizes of the groups."""
    mixing = sum(groups.cases) / (2 * groups.outcomes[0].size)
    observed = proc_area(groups, mixing)
    drawn = np.empty(count)
    for i in range(count):
        first, second = _shaken(generator, groups)
        shaken = (groups.places[0] + first - 0.5, groups.places[1] + second - 0.5)
        drawn[i] = proc_area(groups.exchanged(generator, shaken), mixing)
    return _Found(observed, int(np.count_nonzero(drawn >= observed)), drawn, mixing)


def _unpaired(generator: RRandom, groups: Groups, count: int) -> _Found:
    """Places on the mixture are exchanged; areas that are nearly equal are compared exactly."""
    mixture = Mixture.of(groups)
    observed = mixture.exact_area(groups.ordered())
    drawn, exceeding = np.empty(count), 0
    for i in range(count):
        places = mixture.positions(groups, _shaken(generator, groups))
        ordered = groups.exchanged(generator, places).ordered()
        drawn[i] = mixture.area(ordered)
        if abs(drawn[i] - float(observed)) > _NEAR:
            exceeding += bool(drawn[i] > float(observed))
            continue
        area = mixture.exact_area(ordered)
        drawn[i] = float(area)
        exceeding += area >= observed
    return _Found(float(observed), exceeding, drawn, float(Fraction(mixture.cases, mixture.patients)))


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """A pair of markers, and one marker in two groups."""
    for label, arguments in pair_and_parts(cohort, settings):
        kept = {name: value for name, value in arguments.items() if name not in ("level", "bootstraps")}
        yield Case(label, {**kept, "permutations": min(settings.bootstraps, _MOST_IN_CASES)})


_WHY = "pROC divides by twice the first group's size, exchanges ranks of unequal groups, and ignores directions"
_WHY_P = "pROC counts without the observed data, so that p can be 0; and the statistic may differ"

VENKATRAMAN_TEST = register(
    Statistic(
        name="venkatraman_test",
        compute=venkatraman_test,
        r="venkatraman.R::venkatraman_test",
        package="pROC",
        title="Comparison of two whole ROC curves (Venkatraman)",
        cases=_cases,
        quantities={
            "statistic": definition(_WHY),
            "exceeding": resample(definition(_WHY)),
            "p_value": resample(definition(_WHY_P)),
            "random_state": bits(),
        },
        compat={
            PROC: {
                "statistic": bits(),
                "exceeding": resample(bits()),
                "p_value": resample(bits()),
                "random_state": bits(),
            }
        },
        relations=(
            relations.venkatraman_of_ranks,
            relations.curve_equals_itself,
            relations.p_value_counts_permutations,
            relations.fewer_permutations_are_the_first_ones,
            relations.statistic_without_order_of_curves,
            relations.venkatraman_mirrored,
        ),
        certified=certified_venkatraman.venkatraman_test,
        display="validation.displays.roc_tests.PermutationDisplay",
    )
)
