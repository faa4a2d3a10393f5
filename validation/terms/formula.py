"""Model formulas: ``died ~ rcs(age, 4) * sex + pol(weight, 2)``; names are looked up, never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from validation.errors import InputError

__all__ = ["ModelFormula", "parse_formula"]

_WHAT = "Terms are names, rcs(name, knots), pol(name, degree), C(name), joined by + and *."


@dataclass(frozen=True)
class ModelFormula:
    """What a formula says.

    Parameters
    ----------
    outcome : str
    names : tuple of str
        Predictors in the order of their first mention.
    terms : tuple of int
        How each enters, as `term_design` takes it.
    interactions : tuple of pairs of int
    """

    outcome: str
    names: tuple[str, ...]
    terms: tuple[int, ...]
    interactions: tuple[tuple[int, int], ...]


def parse_formula(formula: str) -> ModelFormula:
    """Read a formula.

    Parameters
    ----------
    formula : str
        For example ``died ~ rcs(age, 4) * sex + pol(weight, 2)``. A product of two predictors brings both of them.
        A name that is no identifier stands in backquotes.

    Returns
    -------
    ModelFormula

    Raises
    ------
    InputError
        What is no formula of this kind, with the term that is not understood.

    Notes
    -----
    The operators are those of ``formulaic``; a factor is taken apart by its syntax and never run.

    References
    ----------
    Wilkinson GN, Rogers CE (1973). Symbolic description of factorial models for analysis of variance. Appl Stat
    22:392-399. doi:10.2307/2346786

    Examples
    --------
    >>> parse_formula("died ~ rcs(age, 4) * sex + weight")
    ModelFormula(outcome='died', names=('age', 'sex', 'weight'), terms=(4, 0, 0), interactions=((0, 1),))
    """
    outcome, products = _terms(formula)
    terms: dict[str, int] = {}
    # predictors in the order of mention, as rms has them
    for factor in sorted({factor for product in products for factor in product}, key=lambda f: _place(formula, f)):
        name, term = _factor(factor)
        if terms.get(name, term) != term:
            raise InputError("formula", f"has {name} in two forms", hint=_WHAT)
        terms[name] = term
    names = list(terms)
    pairs = [tuple(names.index(_factor(factor)[0]) for factor in product) for product in products if len(product) == 2]
    singles = {_factor(product[0])[0] for product in products if len(product) == 1}
    alone = [name for name in names if name not in singles]
    if alone:
        raise InputError("formula", f"has a product with {alone[0]} but not {alone[0]} itself", hint="Write a * b.")
    return ModelFormula(outcome, tuple(names), tuple(terms.values()), tuple((a, b) for a, b in pairs))


def _terms(formula: str) -> tuple[str, list[list[str]]]:
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    try:
        parsed = DefaultFormulaParser(include_intercept=False).get_terms(formula)
        left, right = list(parsed.lhs), list(parsed.rhs)
    except (FormulaicError, AttributeError, TypeError, ValueError) as error:
        raise InputError("formula", f"is not understood: {formula!r}", hint=_WHAT) from error
    if len(left) != 1 or len(left[0].factors) != 1:
        raise InputError("formula", "needs one outcome on the left of ~", hint=_WHAT)
    products = [[factor.expr for factor in term.factors] for term in right if str(term) not in ("1", "0")]
    if not products:
        raise InputError("formula", "has no predictor", hint=_WHAT)
    if any(len(product) > 2 for product in products):
        raise InputError("formula", "has a product of more than two predictors", hint="Products of two are supported.")
    return left[0].factors[0].expr.strip("`"), products


def _place(formula: str, factor: str) -> int:
    word = re.compile(rf"(?<!\w){re.escape(_factor(factor)[0])}(?!\w)")
    found = word.search(formula, formula.find("~"))
    return len(formula) if found is None else found.start()


def _factor(text: str) -> tuple[str, int]:
    """Name and form of one factor."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return text.strip().strip("`"), 0
    if isinstance(node, ast.Name):
        return node.id, 0
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        return _call(node.func.id, node.args, text)
    return text.strip().strip("`"), 0


def _call(function: str, arguments: Sequence[Any], text: str) -> tuple[str, int]:
    name = arguments[0].id if arguments and isinstance(arguments[0], ast.Name) else ""
    values = [argument.value for argument in arguments[1:] if isinstance(argument, ast.Constant)]
    number = values[0] if values else {"rcs": 5, "pol": 2, "C": 1}.get(function)
    well_formed = name and len(arguments) <= 2 and len(values) == len(arguments) - 1
    if not (well_formed and isinstance(number, int)) or isinstance(number, bool):
        raise InputError("formula", f"has a term that is not understood: {text}", hint=_WHAT)
    forms: Mapping[str, int] = {"rcs": number, "pol": -number if number > 1 else 0, "C": 1}
    if function not in forms or (function == "rcs" and number < 3):
        raise InputError("formula", f"has a term that is not understood: {text}", hint=_WHAT)
    return name, forms[function]
