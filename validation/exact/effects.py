"""Certified effects and Wald tests from the certified maximum of the model's columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from validation.exact.logistic import certify

__all__ = ["model_effects"]


def model_effects(
    y_true: Any, x: Any, names: Any = None, terms: Any = None, interactions: Any = (), level: float = 0.95
) -> dict[str, Any]:
    """Coefficients, effects with limits, chi-squares and their tails, and variance inflation, rounded once."""
    import mpmath

    from validation.logistic.anova import anova_rows, contrast_rows
    from validation.terms import term_design

    matrix = np.asarray(x, dtype=np.float64)
    places = [0] * matrix.shape[1] if terms is None else [int(term) for term in terms]
    labels = [f"x{j + 1}" for j in range(matrix.shape[1])] if names is None else list(names)
    pairs = [(int(a), int(b)) for a, b in np.asarray(interactions, dtype=np.float64).reshape(-1, 2)]
    design = term_design(matrix, labels, places, pairs)
    fit = certify(y_true, design.matrix(matrix))
    with mpmath.workdps(60):
        slopes = mpmath.matrix([mpmath.mpf(value) for value in fit.coefficients[1:]])
        covariance = mpmath.matrix([[mpmath.mpf(value) for value in row] for row in fit.covariance])
        inner = covariance[1:, 1:]
        quantile = mpmath.sqrt(2) * mpmath.erfinv(mpmath.mpf(level))
        rows = [mpmath.matrix(row.tolist()) for *_, row in contrast_rows(design)]
        effects = [(row.T * slopes)[0] for row in rows]
        errors = [mpmath.sqrt((row.T * inner * row)[0]) for row in rows]
        tests = [_wald(slopes, inner, chosen) for _, chosen in anova_rows(design)]
        sizes = [len(chosen) for _, chosen in anova_rows(design)]
        found = {
            "coefficients": fit.coefficients,
            "coefficient_standard_error": [mpmath.sqrt(covariance[j, j]) for j in range(len(fit.coefficients))],
            "effect": effects,
            "standard_error": errors,
            "odds_ratio": [mpmath.exp(value) for value in effects],
            "lower": [mpmath.exp(b - quantile * e) for b, e in zip(effects, errors, strict=True)],
            "upper": [mpmath.exp(b + quantile * e) for b, e in zip(effects, errors, strict=True)],
            "anova_chi_square": tests,
            "anova_p_value": [
                mpmath.gammainc(mpmath.mpf(k) / 2, value / 2, regularized=True)
                for k, value in zip(sizes, tests, strict=True)
            ],
            "variance_inflation": _inflation(inner),
        }
        return {name: np.array([float(value) for value in values]) for name, values in found.items()}


def _wald(slopes: Any, covariance: Any, chosen: list[int]) -> Any:
    import mpmath

    part = mpmath.matrix([slopes[j] for j in chosen])
    block = mpmath.matrix([[covariance[i, j] for j in chosen] for i in chosen])
    return (part.T * mpmath.lu_solve(block, part))[0]


def _inflation(covariance: Any) -> list[Any]:
    inverse = covariance**-1
    return [inverse[j, j] * covariance[j, j] for j in range(covariance.rows)]
