"""Which model columns an effect and a Wald test are made of, in the order of rms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from validation.checks import Floats
from validation.terms import TermDesign

__all__ = ["anova_rows", "contrast_rows"]


def contrast_rows(design: TermDesign) -> Iterator[tuple[str, float, float, Floats]]:
    """Name, ends and model row of each effect: numbers over their range, then levels against the most frequent one."""
    adjusted = np.array([predictor.adjust for predictor in design.predictors])
    numbers = [j for j, predictor in enumerate(design.predictors) if predictor.kind != "categorical"]
    others = [j for j, predictor in enumerate(design.predictors) if predictor.kind == "categorical"]
    for j in numbers:
        predictor = design.predictors[j]
        yield predictor.name, predictor.low, predictor.high, _step(design, adjusted, j, predictor.low, predictor.high)
    for j in others:
        predictor = design.predictors[j]
        for level in predictor.parameters.tolist():
            if level != predictor.adjust:
                name = f"{predictor.name} - {level:g}:{predictor.adjust:g}"
                yield name, predictor.adjust, level, _step(design, adjusted, j, predictor.adjust, level)


def _step(design: TermDesign, adjusted: Floats, j: int, low: float, high: float) -> Floats:
    ends = np.array([adjusted, adjusted])
    ends[:, j] = low, high
    rows = design.matrix(ends)
    step: Floats = rows[1] - rows[0]
    return step


def anova_rows(design: TermDesign) -> Iterator[tuple[str, list[int]]]:
    """Names and columns of the Wald tests, in the order of rms."""
    places = range(len(design.columns))
    main = {j: [c for c in places if design.columns[c].predictors == (j,)] for j in range(len(design.predictors))}
    products = [[c for c in places if design.columns[c].predictors == pair] for pair in design.interactions]
    higher = "  (Factor+Higher Order Factors)"
    for j, predictor in enumerate(design.predictors):
        joint = [c for pair, columns in zip(design.interactions, products, strict=True) if j in pair for c in columns]
        yield predictor.name + higher * bool(joint), [*main[j], *joint]
        if joint:
            yield " All Interactions", joint
        curved = [c for c in [*main[j], *joint] if j in design.columns[c].nonlinear]
        if curved:
            yield " Nonlinear" + higher[1:] * bool(joint), curved
    for pair, columns in zip(design.interactions, products, strict=True):
        yield from _interaction_rows(design, pair, columns)
    yield from _total_rows(design, main, products)


def _interaction_rows(design: TermDesign, pair: tuple[int, int], columns: list[int]) -> Iterator[tuple[str, list[int]]]:
    a, b = (design.predictors[j].name for j in pair)
    yield f"{a} * {b}  (Factor+Higher Order Factors)", columns
    curved = [c for c in columns if design.columns[c].nonlinear]
    if not curved:
        return
    yield " Nonlinear", curved
    yield " Nonlinear Interaction : f(A,B) vs. AB", curved
    first, second = ([c for c in columns if j in design.columns[c].nonlinear] for j in pair)
    if first and second:
        yield " f(A,B) vs. Af(B) + Bg(A)", sorted(set(first) & set(second))
        yield f" Nonlinear Interaction in {a} vs. Af(B)", first
        yield f" Nonlinear Interaction in {b} vs. Bg(A)", second


def _total_rows(
    design: TermDesign, main: dict[int, list[int]], products: list[list[int]]
) -> Iterator[tuple[str, list[int]]]:
    groups = [*main.values(), *products]
    curved = [[c for c in group if design.columns[c].nonlinear] for group in groups]
    nonlinear, joint = [c for group in curved for c in group], [c for group in products for c in group]
    if sum(map(bool, curved)) >= 2:
        yield "TOTAL NONLINEAR", nonlinear
    if len(products) >= 2:
        yield "TOTAL INTERACTION", joint
    if nonlinear and joint:
        yield "TOTAL NONLINEAR + INTERACTION", sorted({*nonlinear, *joint})
    yield "TOTAL", list(range(len(design.columns)))
