"""Certified indexes of a logistic model: from the certified maximum, with 65 digits, rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from validation.exact.logistic import CertifiedFit, certify

__all__ = ["logistic_model_indexes"]


def logistic_model_indexes(y_true: Any, x: Any, **_: Any) -> Mapping[str, Any]:
    """Certified values of `validation.logistic.logistic_model_indexes`.

    Parameters
    ----------
    y_true, x
        As there; other arguments do not change the values.

    Raises
    ------
    NotEstimable
        Where no maximum can be proven to exist.
    """
    fit, y = certify(y_true, x), [int(value) for value in np.asarray(y_true)]
    ctx, n, events = fit.context, len(y), sum(y)
    error = [ctx.sqrt(row[j]) for j, row in enumerate(fit.covariance)]
    risk = ctx.mpf(events) / n
    null = -2 * (events * ctx.log(risk) + (n - events) * ctx.log(1 - risk))
    ratio, p = null - fit.deviance, len(error) - 1
    log_odds = _log_odds(fit, x)
    g = _gini(log_odds, ctx)
    numbers = {
        "deviance": fit.deviance,
        "null_deviance": null,
        "likelihood_ratio": ratio,
        "p_value": ctx.gammainc(ctx.mpf(p) / 2, ratio / 2, regularized=True),
        "r_squared": ctx.expm1(-ratio / n) / ctx.expm1(-null / n),
        "brier_score": ctx.fsum((r - event) ** 2 for r, event in zip(fit.fitted, y, strict=True)) / n,
        "g_index": g,
        "g_odds_ratio": ctx.exp(g),
        "g_risk": _gini(fit.fitted, ctx),
        **_ranks(log_odds, y),
    }
    return {
        "coefficients": np.array([float(value) for value in fit.coefficients]),
        "standard_error": np.array([float(value) for value in error]),
        "degrees_of_freedom": p,
    } | {name: float(value) for name, value in numbers.items()}


def _log_odds(fit: CertifiedFit, x: Any) -> list[Any]:
    rows = np.asarray(x, dtype=np.float64).reshape(len(fit.fitted), -1).tolist()
    return [fit.coefficients[0] + fit.context.fdot(row, fit.coefficients[1:]) for row in rows]


def _gini(values: list[Any], ctx: Any) -> Any:
    """Mean absolute difference of all pairs: every gap between neighbours lies within i (n - i) of the pairs."""
    ordered, n = sorted(values), len(values)
    gaps = (i * (n - i) * (ordered[i] - ordered[i - 1]) for i in range(1, n))
    return 2 * ctx.fsum(gaps) / (n * (n - 1))


def _ranks(log_odds: list[Any], y: list[int]) -> dict[str, Fraction]:
    """Pairs counted one by one along the order of risk; equal patients have equal 65-digit log odds."""
    order = sorted(range(len(y)), key=lambda i: log_odds[i])
    concordant = tied = below = 0
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and log_odds[order[stop]] == log_odds[order[start]]:
            stop += 1
        events = sum(y[i] for i in order[start:stop])
        others = stop - start - events
        concordant, tied, below, start = concordant + events * below, tied + events * others, below + others, stop
    n, total = len(y), sum(y) * (len(y) - sum(y))
    discordant = total - concordant - tied
    return {
        "c_index": Fraction(2 * concordant + tied, 2 * total),
        "somers_dxy": Fraction(concordant - discordant, total),
        "gamma": Fraction(concordant - discordant, max(1, concordant + discordant)),
        "tau_a": Fraction(2 * (concordant - discordant), n * (n - 1)),
    }
