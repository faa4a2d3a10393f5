"""What must hold for effects and Wald tests whatever R says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.relations import expect

__all__ = [
    "effects_do_not_depend_on_the_unit",
    "effects_of_swapped_outcome",
    "one_column_is_its_wald_test",
    "total_is_the_joint_test",
]

Arguments = Mapping[str, Any]
STEPS = 256.0
SOLVED = "rounding errors of a solution, magnified by its condition number"


def _bound(result: Any) -> float:
    return STEPS * max(1.0, float(result.condition_number))


def effects_do_not_depend_on_the_unit(compute: Any, arguments: Arguments, seed: int) -> None:
    """Odds ratios over the interquartile range, tests and variance inflation know no unit."""
    x = np.asarray(arguments["x"], dtype=np.float64)
    by = 2.0 ** np.random.default_rng(seed).integers(-3, 4, x.shape[1])
    result, other = compute(**arguments), compute(**{**arguments, "x": x * by})
    if result.compat != "default":
        return  # lrm judges singularity by the size of the columns
    expect("effect", other.effect, result.effect, eps=_bound(result), reason=SOLVED)
    expect("tests", other.anova_chi_square, result.anova_chi_square, eps=_bound(result), reason=SOLVED)
    expect("inflation", other.variance_inflation, result.variance_inflation, eps=_bound(result), reason=SOLVED)


def effects_of_swapped_outcome(compute: Any, arguments: Arguments, seed: int) -> None:
    """Counting the non-event as event turns every effect round and leaves every test."""
    result = compute(**arguments)
    other = compute(**{**arguments, "y_true": 1 - np.asarray(arguments["y_true"])})
    expect("effect", other.effect, -result.effect, eps=_bound(result), reason=SOLVED)
    expect("tests", other.anova_chi_square, result.anova_chi_square, eps=_bound(result), reason=SOLVED)


def one_column_is_its_wald_test(compute: Any, arguments: Arguments, seed: int) -> None:
    """The test of a single linear predictor is the square of its z."""
    result = compute(**arguments)
    for j, column in enumerate(result.design.columns):
        alone = [c for c in result.design.columns if set(column.predictors) & set(c.predictors)] == [column]
        if alone and len(column.predictors) == 1:
            row = result.anova_terms.index(result.design.predictors[column.predictors[0]].name)
            z = result.coefficients[j + 1] / result.coefficient_standard_error[j + 1]
            expect(
                "square", result.anova_chi_square[row], z * z, eps=64.0, scale=max(1.0, z * z), reason="a few products"
            )


def total_is_the_joint_test(compute: Any, arguments: Arguments, seed: int) -> None:
    """The last test is that of all slopes at once, and no part of it is larger."""
    result = compute(**arguments)
    slopes = result.coefficients[1:]
    joint = float(slopes @ np.linalg.solve(result.covariance[1:, 1:], slopes))
    scale = np.sqrt(np.diag(result.covariance[1:, 1:]))
    plain = float(np.linalg.cond(result.covariance[1:, 1:])) if scale.size else 1.0
    expect("total", result.anova_chi_square[-1], joint, eps=STEPS * max(1.0, plain), reason="solved without scaling")
    excess = np.maximum(result.anova_chi_square - result.anova_chi_square[-1], 0.0)
    expect("parts", excess, np.zeros_like(excess), eps=_bound(result), scale=joint, reason=SOLVED)
