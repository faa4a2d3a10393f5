"""Certified calibration curve by a spline, and the distances of the risks from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from validation.exact.logistic import certify

__all__ = ["calibration_errors"]


def calibration_errors(
    y_true: Any, y_proba: Any, smoother: str, knots: int, level: float, **_: Any
) -> Mapping[str, Any]:
    """Certified values of `validation.calibration.calibration_errors` with the smoother ``spline``.

    The columns of the spline are data here: their own rounding is the same for every implementation.
    """
    from validation.calibration.errors import spline_columns

    if smoother != "spline":
        return {}
    risks = np.asarray(y_proba, dtype=np.float64)
    order = np.argsort(risks, kind="stable")
    columns = spline_columns(risks[order], knots)
    fit = certify(np.asarray(y_true)[order], columns)
    ctx = fit.context
    error = [abs(ctx.mpf(p) - o) for p, o in zip(risks[order].tolist(), fit.fitted, strict=True)]
    z = ctx.sqrt(2) * ctx.erfinv(ctx.mpf(level))
    limits = []
    for row in columns.tolist():
        terms = [ctx.mpf(1), *map(ctx.mpf, row)]
        middle = ctx.fdot(terms, fit.coefficients)
        reach = z * ctx.sqrt(ctx.fdot(terms, [ctx.fdot(line, terms) for line in fit.covariance]))
        limits.append([float(1 / (1 + ctx.exp(side * reach - middle))) for side in (1, -1)])
    return {
        "integrated_calibration_index": float(ctx.fsum(error) / len(error)),
        "median_error": float(_quantile(error, ctx.mpf(1) / 2, ctx)),
        "quantile_90_error": float(_quantile(error, ctx.mpf(0.9), ctx)),
        "largest_error": float(max(error)),
        "estimated_calibration_index": float(100 * ctx.fsum(e * e for e in error) / len(error)),
        "predicted": risks[order],
        "observed": np.array([float(value) for value in fit.fitted]),
        "lower": np.array([low for low, _ in limits]),
        "upper": np.array([high for _, high in limits]),
    }


def _quantile(values: list[Any], probability: Any, ctx: Any) -> Any:
    """Quantile of type 7."""
    ordered, position = sorted(values), (len(values) - 1) * probability
    low = int(ctx.floor(position))
    high = min(low + 1, len(values) - 1)
    return ordered[low] + (position - low) * (ordered[high] - ordered[low])
