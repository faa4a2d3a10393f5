"""Certified scales of a nomogram from the certified coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np

from validation.exact.logistic import certify

__all__ = ["nomogram"]


def nomogram(y_true: Any, x: Any, names: Any = None, maximum_points: int = 100) -> dict[str, Any]:
    """Contribution and points of every tick, the ticks themselves being round numbers."""
    from validation.nomogram.nomogram import axis_values

    fit = certify(y_true, x)
    ctx, matrix = fit.context, np.asarray(x, dtype=np.float64)
    axes = [[ctx.mpf(value) for value in axis_values(column).tolist()] for column in matrix.T]
    parts = [[value * slope for value in axis] for axis, slope in zip(axes, fit.coefficients[1:], strict=True)]
    scale = maximum_points / max(max(part) - min(part) for part in parts)
    points = [(value - min(part)) * scale for part in parts for value in part]
    return {
        "axis_log_odds": np.array([float(value) for part in parts for value in part]),
        "axis_points": np.array([float(value) for value in points]),
        "points_per_log_odds": float(scale),
        "base_log_odds": float(fit.coefficients[0] + sum(min(part) for part in parts)),
        **_log_odds_ticks(fit, matrix, parts, scale),
    }


def _log_odds_ticks(fit: Any, matrix: Any, parts: Any, scale: Any) -> dict[str, Any]:
    from validation.nomogram.pretty import pretty

    ctx = fit.context
    base = fit.coefficients[0] + sum(min(part) for part in parts)
    log_odds = [ctx.log(risk / (1 - risk)) for risk in fit.fitted]
    ticks = pretty(float(min(log_odds)), float(max(log_odds)), 10).tolist()
    ends = [1 / (1 + ctx.exp(-ctx.mpf(ticks[i]))) for i in (0, -1)]
    risks = [r for r in pretty(float(ends[0]), float(ends[1]), 10).tolist() if ends[0] <= r <= ends[1] and 0 < r < 1]
    at = [ctx.log(ctx.mpf(r) / (1 - ctx.mpf(r))) for r in risks]
    return {
        "linear_predictor_points": np.array([float((ctx.mpf(t) - base) * scale) for t in ticks]),
        "risk_points": np.array([float((value - base) * scale) for value in at]),
    }
