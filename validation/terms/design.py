"""Model columns of linear, spline, polynomial and categorical predictors and of their products."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from validation.checks import Floats
from validation.errors import InputError
from validation.r_numerics import quantile_type7
from validation.terms.splines import spline_basis, spline_knots

__all__ = ["Column", "Predictor", "TermDesign", "term_design"]

LINEAR, CATEGORICAL = 0, 1


@dataclass(frozen=True)
class Predictor:
    """One predictor and how it enters the model.

    Parameters
    ----------
    name : str
    kind : {"linear", "spline", "polynomial", "categorical"}
    parameters : ndarray
        Knots, the degree, or the levels.
    low, adjust, high : float
        Ends of the effect that is reported (quartiles), and the value to which other effects are adjusted.
    """

    name: str
    kind: str
    parameters: Floats
    low: float
    adjust: float
    high: float

    def basis(self, values: Floats) -> Floats:
        """Columns of some values, of shape (n, k)."""
        if self.kind == "spline":
            return spline_basis(values, self.parameters)
        if self.kind == "polynomial":
            return np.column_stack([values**d for d in range(1, int(self.parameters[0]) + 1)])
        if self.kind == "categorical":
            return np.asarray(values[:, None] == self.parameters[None, 1:], dtype=np.float64)
        return values[:, None]

    @property
    def size(self) -> int:
        """Number of columns."""
        sizes = {"spline": self.parameters.size - 1, "categorical": self.parameters.size - 1, "linear": 1}
        return sizes.get(self.kind, int(self.parameters[0]) if self.parameters.size else 1)


@dataclass(frozen=True)
class Column:
    """One column of the model: the predictors in it, and those of them that enter nonlinearly."""

    name: str
    predictors: tuple[int, ...]
    nonlinear: frozenset[int]


@dataclass(frozen=True)
class TermDesign:
    """Predictors, products of two, and the columns that they make."""

    predictors: tuple[Predictor, ...]
    interactions: tuple[tuple[int, int], ...]
    columns: tuple[Column, ...]

    def matrix(self, x: Floats) -> Floats:
        """Model columns of shape (n, k) for values of shape (n, p), without intercept."""
        parts = [predictor.basis(x[:, j]) for j, predictor in enumerate(self.predictors)]
        products = [
            (parts[b][:, :, None] * parts[a][:, None, :]).reshape(len(x), parts[a].shape[1] * parts[b].shape[1])
            for a, b in self.interactions
        ]
        return np.ascontiguousarray(np.column_stack([*parts, *products]))


def term_design(
    x: Floats,
    names: Sequence[str],
    terms: Sequence[int],
    interactions: Sequence[tuple[int, int]] = (),
) -> TermDesign:
    """Design of predictors.

    Parameters
    ----------
    x : ndarray of shape (n, p)
    names : sequence of str
    terms : sequence of int
        Per predictor: 0 linear, 1 categorical, k from 3 on a restricted cubic spline with k knots, -d a polynomial of
        degree d.
    interactions : sequence of pairs of int
        Products, as places of the predictors.
    """
    if len(terms) != len(names):
        raise InputError("terms", f"must have {len(names)} entries, one per predictor, got {len(terms)}")
    for a, b in interactions:
        if not (0 <= a < len(names) and 0 <= b < len(names) and a != b):
            raise InputError("interactions", f"must be pairs of two different predictors, got {(a, b)}")
    predictors = tuple(
        _predictor(x[:, j], name, int(term)) for j, (name, term) in enumerate(zip(names, terms, strict=True))
    )
    columns = [column for j, predictor in enumerate(predictors) for column in _columns(j, predictor)]
    mains = {j: [column for column in columns if column.predictors == (j,)] for j in range(len(names))}
    for a, b in interactions:
        columns += [
            Column(f"{first.name} * {second.name}", (a, b), first.nonlinear | second.nonlinear)
            for second in mains[b]
            for first in mains[a]
        ]
    return TermDesign(predictors, tuple((int(a), int(b)) for a, b in interactions), tuple(columns))


def _columns(place: int, predictor: Predictor) -> list[Column]:
    if predictor.kind == "categorical":
        return [Column(f"{predictor.name}={level:g}", (place,), frozenset()) for level in predictor.parameters[1:]]
    marks = [
        predictor.name + ("'" * k if predictor.kind == "spline" else f"^{k + 1}" * (k > 0))
        for k in range(predictor.size)
    ]
    return [Column(mark, (place,), frozenset([place] if k else [])) for k, mark in enumerate(marks)]


def _predictor(values: Floats, name: str, term: int) -> Predictor:
    distinct = np.unique(values)
    if distinct.size < 2:
        raise InputError(name, "has one value only", hint="Leave it out.")
    if term == CATEGORICAL:
        levels, counts = np.unique(values, return_counts=True)
        most = float(levels[int(np.argmax(counts))])
        return Predictor(name, "categorical", levels, most, most, most)
    low, adjust, high = _range(values, distinct)
    if term == LINEAR:
        return Predictor(name, "linear", np.empty(0), low, adjust, high)
    if term < -1:
        return Predictor(name, "polynomial", np.array([float(-term)]), low, adjust, high)
    if term < 3:
        raise InputError("terms", f"must be 0, 1, 3 or more, or below -1, got {term}")
    return Predictor(name, "spline", spline_knots(values, term), low, adjust, high)


def _range(values: Floats, distinct: Floats) -> tuple[float, float, float]:
    """Quartiles and median, with the rules for variables of few values."""
    low, adjust, high = quantile_type7(values, (0.25, 0.5, 0.75)).tolist()
    if distinct.size < 4:
        adjust = float(distinct[0] if distinct.size == 2 else distinct[1])
        return float(distinct[0]), adjust, float(distinct[-1])
    return (float(distinct[0]), adjust, float(distinct[-1])) if low == high else (low, adjust, high)
