"""Wrong-on-purpose effects and Wald tests."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from scipy.special import gammaincc

from crosscheck_r.controls import Control
from validation.logistic.effects import model_effects
from validation.logistic.indexes import RMS
from validation.r_numerics import qnorm

__all__ = ["CONTROLS"]


def _effect(result: Any, effect: Any, error: Any) -> Any:
    reach = qnorm(0.975) * error
    return dataclasses.replace(
        result, effect=effect, standard_error=error, odds_ratio=np.exp(effect),
        lower=np.exp(effect - reach), upper=np.exp(effect + reach),
    )  # fmt: skip


def _per_unit(**arguments: Any) -> Any:
    result = model_effects(**arguments)
    span = np.where(result.high > result.low, result.high - result.low, 1.0)
    return _effect(result, result.effect / span, result.standard_error / span)


def _per_deviation(x: Any, **arguments: Any) -> Any:
    result = model_effects(x=x, **arguments)
    matrix = np.asarray(x, dtype=float)
    by = {predictor.name: float(matrix[:, j].std(ddof=1)) for j, predictor in enumerate(result.design.predictors)}
    span = np.array([
        by[name] / (high - low) if name in by else 1.0
        for name, low, high in zip(result.names, result.low, result.high, strict=True)
    ])  # fmt: skip
    return _effect(result, result.effect * span, result.standard_error * span)


def _at_zero(**arguments: Any) -> Any:
    """Other predictors of a product are held at 0 instead of at their medians."""
    result = model_effects(**arguments)
    design = result.design
    predictors = tuple(dataclasses.replace(p, adjust=0.0) if p.kind != "categorical" else p for p in design.predictors)
    from validation.logistic.anova import contrast_rows

    rows = np.array([row for *_, row in contrast_rows(dataclasses.replace(design, predictors=predictors))])
    slopes = result.covariance[1:, 1:]
    return _effect(result, rows @ result.coefficients[1:], np.sqrt(np.einsum("ij,jk,ik->i", rows, slopes, rows)))


def _sum_of_squares(**arguments: Any) -> Any:
    """Joint tests add the squares of single z, as if the columns were independent."""
    from validation.logistic.anova import anova_rows

    result = model_effects(**arguments)
    z = (result.coefficients / result.coefficient_standard_error)[1:]
    sums = np.array([float(np.sum(z[list(chosen)] ** 2)) for _, chosen in anova_rows(result.design)])
    tails = gammaincc(result.anova_degrees_of_freedom / 2.0, sums / 2.0)
    return dataclasses.replace(result, anova_chi_square=sums, anova_p_value=tails)


def _one_degree(**arguments: Any) -> Any:
    result = model_effects(**arguments)
    tails = np.asarray(gammaincc(0.5, result.anova_chi_square / 2.0), dtype=np.float64)
    return dataclasses.replace(result, anova_p_value=tails)


def _inflation_of_raw_columns(x: Any, **arguments: Any) -> Any:
    """Variance inflation from the correlation of the columns, not of the coefficients."""
    result = model_effects(x=x, **arguments)
    matrix = result.design.matrix(np.asarray(x, dtype=float))
    inverse = np.linalg.pinv(np.atleast_2d(np.corrcoef(matrix, rowvar=False)))
    return dataclasses.replace(result, variance_inflation=np.diag(inverse))


def _equally_spaced_knots(y_true: Any, x: Any, **arguments: Any) -> Any:
    """Knots are spread evenly over the range."""
    from validation.logistic.regression import logistic_regression

    result = model_effects(y_true, x, **arguments)
    matrix = np.asarray(x, dtype=float)
    ends = list(zip(matrix.min(axis=0), matrix.max(axis=0), strict=True))
    predictors = tuple(
        dataclasses.replace(p, parameters=np.linspace(*ends[j], p.parameters.size + 2)[1:-1])
        if p.kind == "spline" else p
        for j, p in enumerate(result.design.predictors)
    )  # fmt: skip
    design = dataclasses.replace(result.design, predictors=predictors)
    fit = logistic_regression(y_true, design.matrix(matrix))
    return dataclasses.replace(result, coefficients=fit.coefficients, coefficient_standard_error=fit.standard_error)


def _converged(**arguments: Any) -> Any:
    """The maximum where lrm stops early."""
    return dataclasses.replace(model_effects(**{**arguments, "compat": None}), compat=RMS)


CONTROLS = (
    Control("effects_per_unit", "model_effects", "Odds ratios are per unit.", _per_unit),
    Control("effects_per_deviation", "model_effects", "Odds ratios are per standard deviation.", _per_deviation),
    Control("effects_at_zero", "model_effects", "Other predictors of a product are held at 0.", _at_zero),
    Control("effects_sum_of_squares", "model_effects", "Joint tests add squares of z.", _sum_of_squares),
    Control("effects_one_degree", "model_effects", "Every test has one degree of freedom.", _one_degree),
    Control(
        "effects_raw_inflation", "model_effects", "Inflation is that of linear regression.", _inflation_of_raw_columns
    ),
    Control("effects_even_knots", "model_effects", "Knots are spread evenly.", _equally_spaced_knots),
    Control("effects_converged", "model_effects", "The fit converges where lrm stops.", _converged, RMS),
)
