"""Area under the ROC curve of more than two classes: Hand and Till's mean over all pairs of classes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_matrix, check_scores
from validation.cohort import Cohort
from validation.errors import InputError
from validation.exact import multiclass as certified_values
from validation.r_numerics import r_mean, r_sum
from validation.relations import multiclass as relations
from validation.result import Result
from validation.roc.curve import DIRECTIONS, PROC, roc_curve
from validation.roc.delong import trapezoid
from validation.roc.placements import pair_sums
from validation.statistic import Case, Settings, Statistic, bits, exact, register

if TYPE_CHECKING:
    from validation.displays.multiclass import PairwiseAreasDisplay

__all__ = ["MULTICLASS_AUC", "Classes", "MulticlassAUCResult", "check_classes", "multiclass_auc", "multiclass_cases"]

Codes = npt.NDArray[np.int64]
_AUTO = "auto"


@dataclass(frozen=True)
class MulticlassAUCResult(Result):
    """Hand and Till's area.

    Attributes
    ----------
    auc : float
        Mean of the pairwise areas.
    pairwise : ndarray of shape (pairs,)
        Area of each pair of classes, in the order (1, 2), (1, 3), ..., (2, 3), ...
    classes : tuple of str
        Classes in their order.
    n : tuple of int
        Patients of each class.
    directions : tuple of str
        Direction of each pair.
    compat : str
    """

    auc: float
    pairwise: Floats
    classes: tuple[str, ...]
    n: tuple[int, ...]
    directions: tuple[str, ...]
    compat: str

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names of the classes of each pair."""
        return tuple(itertools.combinations(self.classes, 2))

    def _table(self) -> dict[str, list[Any]]:
        return {
            "classes": [*(f"{first} and {second}" for first, second in self.pairs), "all pairs"],
            "auc": [*self.pairwise.tolist(), self.auc],
            "direction": [*self.directions, None],
        }

    def plot(self, ax: Any = None) -> PairwiseAreasDisplay:
        """Draw the areas of the pairs and their mean."""
        from validation.displays.multiclass import PairwiseAreasDisplay

        return PairwiseAreasDisplay(self).plot(ax)


@dataclass(frozen=True)
class Classes:
    """Checked input: class of each patient as its place among the classes, and a column of scores for each class."""

    codes: Codes
    names: tuple[str, ...]
    columns: tuple[Floats, ...]
    directions: tuple[str, ...]

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Places of the classes of each pair."""
        return tuple(itertools.combinations(range(len(self.names)), 2))

    def problems(self, pair: int) -> list[tuple[int, int, Floats, str]]:
        """Class of the controls, of the cases, scores and direction of the areas of a pair: one, or one per column."""
        first, second = self.pairs[pair]
        direction = self.directions[pair]
        if len(self.columns) == 1:
            return [(first, second, self.columns[0], direction)]
        # a column speaks for its own class, which is that of the controls
        opposite = DIRECTIONS[1 - DIRECTIONS.index(direction)]
        return [(first, second, self.columns[first], opposite), (second, first, self.columns[second], opposite)]


def _codes(y_true: Any, levels: Any) -> tuple[Codes, tuple[str, ...]]:
    labels = np.asarray(y_true)
    if labels.ndim != 1 or labels.size == 0:
        raise InputError("y_true", f"has shape {labels.shape}, one class per patient is needed")
    numbers = labels.dtype.kind in "buif"
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise InputError("y_true", "has missing or infinite values", hint="Remove those rows before the analysis.")
    if levels is None and not numbers:
        raise InputError("levels", "must be given for classes that are words", hint="Pass the classes in their order.")
    chosen = np.unique(labels).tolist() if levels is None else list(levels)
    if len(chosen) < 2 or len(set(chosen)) != len(chosen):
        raise InputError("levels", f"must be at least two different classes, got {chosen!r}")
    places = {value: place for place, value in enumerate(chosen)}
    found = [places.get(label, -1) for label in labels.tolist()]
    if -1 in found:
        raise InputError("y_true", f"holds {labels.tolist()[found.index(-1)]!r}, which is none of the levels")
    if missing := [value for value, place in places.items() if place not in found]:
        raise InputError("levels", f"has a class without patients: {missing[0]!r}", hint="Leave it out.")
    return np.array(found, dtype=np.int64), tuple(map(str, chosen))


def _median(values: Floats) -> float:
    """R's median: that of an even number is the mean of the middle two beyond double precision."""
    ordered, half = np.sort(values), values.size // 2
    return float(ordered[half]) if values.size % 2 else r_mean(ordered[half - 1 : half + 1])


def _guessed(controls: Floats, cases: Floats) -> str:
    return "higher" if _median(controls) <= _median(cases) else "lower"


def _directions(direction: Any, pairs: int, auto: bool) -> tuple[str, ...]:
    """One word for each pair."""
    words = (direction,) * pairs if isinstance(direction, str) else tuple(direction)
    if len(words) != pairs:
        raise InputError("direction", f"has {len(words)} words for {pairs} pairs", hint="Give one, or one per pair.")
    for word in words:
        check_choice(word, "direction", (*DIRECTIONS, _AUTO) if auto else DIRECTIONS)
    return words


def check_classes(y_true: Any, y_score: Any, levels: Any, direction: Any, *, auto: bool = False) -> Classes:
    """Classes, columns and directions; `auto` allows a direction that the medians decide."""
    codes, names = _codes(y_true, levels)
    pairs = list(itertools.combinations(range(len(names)), 2))
    if np.ndim(y_score) == 2:
        matrix, _ = check_matrix(y_score, codes.size, "y_score")
        if matrix.shape[1] != len(names):
            raise InputError(
                "y_score", f"has {matrix.shape[1]} columns for {len(names)} classes", hint="One column per class."
            )
        columns = tuple(matrix.T.copy())
        if not isinstance(direction, str):
            raise InputError("direction", "must be one word for a matrix: its columns speak for their classes")
        auto = False
    else:
        columns = (check_scores(y_score, codes.size),)
    words = _directions(direction, len(pairs), auto)
    groups = [columns[0][codes == place] for place in range(len(names))]
    settled = [
        _guessed(groups[i], groups[j]) if word == _AUTO else word for (i, j), word in zip(pairs, words, strict=True)
    ]
    return Classes(codes, names, columns, tuple(settled))


def _areas(classes: Classes, pair: int, mode: str) -> list[Any]:
    """Areas of a pair of classes: doubles of pROC, or fractions."""
    found: list[Any] = []
    for control, case, scores, direction in classes.problems(pair):
        chosen = (classes.codes == control) | (classes.codes == case)
        outcome = (classes.codes[chosen] == case).astype(np.int8)
        if mode == PROC:
            curve = roc_curve(outcome, scores[chosen], direction=direction)
            found.append(trapezoid(curve.sensitivity, curve.specificity))
        else:
            found.append(pair_sums(outcome, scores[chosen], direction).area)
    return found


def multiclass_auc(
    y_true: Any,
    y_score: Any,
    *,
    levels: Sequence[Any] | None = None,
    direction: str | Sequence[str] = "higher",
    compat: str | None = None,
) -> MulticlassAUCResult:
    """Hand and Till's generalisation of the area under the ROC curve to several classes.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Class of each patient, numbers or words.
    y_score : array_like of shape (n,) or (n, classes)
        One marker, or one column for each class in the order of `levels`, such as predicted probabilities.
    levels : sequence, optional
        Classes in their order; the distinct numbers in rising order where left out. Words need it.
    direction : {"higher", "lower"} or sequence of these
        For a marker, whether higher or lower values indicate the later class of a pair: one word for all pairs, or
        one for each in the order (1, 2), (1, 3), ..., (2, 3), ... For a matrix, one word: whether higher or lower
        values of a column indicate its own class. Never guessed; "auto" is pROC's guess by medians, for a marker in
        the mode "proc-1.18" alone.
    compat : {"proc-1.18"}, optional
        Areas as pROC sums them. The default counts pairs of patients and rounds each number once.

    Returns
    -------
    MulticlassAUCResult

    Raises
    ------
    InputError
        Classes, scores, levels or directions that cannot be used.

    Notes
    -----
    ``M = 2 / (c (c - 1)) sum_{i<j} A(i, j)``. For a marker A(i, j) is the area of class j against class i. For a matrix
    it is the mean of the area of column i and the area of column j, each for its own class against the other of the
    pair. Each pair has the same weight, whatever the sizes of its classes.
    R: ``pROC::multiclass.roc(y_true, y_score, levels = levels, direction = "<")$auc`` for a marker, and with
    ``direction = ">"`` for a matrix with the classes as column names (pROC calls the column's own class controls). A
    direction of every pair by its medians, pROC's default for a marker, lifts the areas above chance.

    References
    ----------
    Hand DJ, Till RJ (2001). A simple generalisation of the area under the ROC curve for multiple class classification
    problems. Mach Learn 45:171-186. doi:10.1023/A:1010920819831

    Examples
    --------
    >>> result = multiclass_auc([0, 0, 1, 1, 2, 2], [1.0, 2.0, 1.5, 3.0, 2.5, 4.0])
    >>> result.pairwise.tolist(), round(result.auc, 4)
    ([0.75, 1.0, 0.75], 0.8333)
    """
    mode = check_choice(compat or "default", "compat", ("default", PROC))
    classes = check_classes(y_true, y_score, levels, direction, auto=mode == PROC)
    areas = [_areas(classes, pair, mode) for pair in range(len(classes.pairs))]
    count = len(areas)
    if mode == PROC:
        pairwise = np.array([sum(pair) / len(pair) for pair in areas])
        # pROC divides the sum for a marker, and multiplies it by the rounded quotient for a matrix
        total = r_sum(pairwise)
        overall = (
            total / count if len(classes.columns) == 1 else 2 / (len(classes.names) * (len(classes.names) - 1)) * total
        )
    else:
        fractions = [sum(pair, Fraction(0)) / len(pair) for pair in areas]
        pairwise = np.array([float(area) for area in fractions])
        overall = float(sum(fractions, Fraction(0)) / count)
    sizes = tuple(np.bincount(classes.codes).tolist())
    return MulticlassAUCResult(overall, pairwise, classes.names, sizes, classes.directions, mode)


def multiclass_cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Three classes: patients without the event below and above the median of the second marker, and with it.

    The first marker as it is, and a column for each class made of it.
    """
    if len(cohort.markers) < 2:
        return
    marker, other = cohort.markers[:2]
    without = cohort.outcome == 0
    middle = np.sort(other.values[without])[np.count_nonzero(without) // 2]
    codes = np.where(without, (other.values >= middle).astype(np.int32), np.int32(2))
    if np.bincount(codes, minlength=3).min() < 2:
        return
    name = f"{marker.name} for the event and halves of {other.name}"
    yield Case(name, {"y_true": codes, "y_score": marker.values, "direction": marker.direction})
    sign = 1.0 if marker.direction == "higher" else -1.0
    central = -np.abs(marker.values - np.sort(marker.values)[marker.values.size // 2])
    columns = np.column_stack([-sign * marker.values, central, sign * marker.values])
    yield Case(f"a column per class from {name}", {"y_true": codes, "y_score": columns, "direction": "higher"})


MULTICLASS_AUC = register(
    Statistic(
        name="multiclass_auc",
        compute=multiclass_auc,
        r="roc_multiclass.R::multiclass_auc",
        package="pROC",
        title="Area for more than two classes (Hand and Till)",
        cases=multiclass_cases,
        quantities={"auc": exact(), "pairwise": exact()},
        compat={PROC: {"auc": bits(), "pairwise": bits()}},
        relations=(
            relations.multiclass_increasing_transform,
            relations.multiclass_patient_order,
            relations.multiclass_two_classes,
            relations.multiclass_classes_reversed,
        ),
        certified=certified_values.multiclass_auc,
        display="validation.displays.multiclass.PairwiseAreasDisplay",
    )
)
