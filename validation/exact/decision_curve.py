"""Certified decision curves: every patient is compared with every threshold, and the measures are exact fractions.

Doubles are rational numbers, so risks, thresholds and a given prevalence are taken at their exact values and each
measure is rounded once at the end. Nothing here shares code with the computation that it certifies.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.exact.double_double import DoubleDouble, product

__all__ = ["certified_curves", "curve_of_model", "curve_of_risks", "strategy"]

#: largest change of a linear predictor in the last step, and distance of a risk from a threshold that is still seen
_SETTLED, _INDISTINCT = 1e-26, 1e-22

Counts = npt.NDArray[np.int64]
#: side of each patient's risk (1 above, 0 equal, -1 below) at a threshold
Sides = Callable[[float], Counts]


def strategy(
    outcome: Counts,
    thresholds: Sequence[float],
    sides: Sides,
    *,
    policy: str = "opt-in",
    tie_rule: str = "at-or-above",
    prevalence: float | None = None,
) -> dict[str, np.ndarray[Any, Any]]:
    """Certified measures of one strategy.

    Parameters
    ----------
    outcome : array of 0 and 1
    thresholds : sequence of float
    sides : callable
        ``sides(t)`` holds 1, 0 or -1 where the risk of a patient is above, equal to or below threshold t.
    policy, tie_rule, prevalence
        As for `validation.decision_curve`.
    """
    columns: dict[str, list[float]] = {}
    for t in thresholds:
        for name, value in _measures(outcome, t, sides, policy, tie_rule, prevalence).items():
            columns.setdefault(name, []).append(math.nan if value is None else value.numerator / value.denominator)
    return {name: np.array(values) for name, values in columns.items()}


def _measures(
    outcome: Counts, t: float, sides: Sides, policy: str, tie_rule: str, prevalence: float | None
) -> Mapping[str, Fraction | None]:
    where = sides(t)
    treated = (where > 0) | ((where == 0) & (tie_rule == "at-or-above"))
    total = {y: int((outcome == y).sum()) for y in (0, 1)}
    high = {y: int((treated & (outcome == y)).sum()) for y in (0, 1)}
    low = {y: int(((where < 0) & (outcome == y)).sum()) for y in (0, 1)}
    sensitivity, false_positive = Fraction(high[1], total[1]), Fraction(high[0], total[0])
    miss, specificity = Fraction(low[1], total[1]), Fraction(low[0], total[0])
    rho = Fraction(total[1], total[0] + total[1]) if prevalence is None else Fraction(prevalence)
    share_high = sensitivity * rho + false_positive * (1 - rho)
    benefit, unit = _net_benefit(Fraction(t), rho, sensitivity, false_positive, specificity, miss, policy)
    return {
        "net_benefit": benefit,
        "standardized_net_benefit": None if benefit is None else benefit / unit,
        "true_positive_rate": sensitivity,
        "false_positive_rate": false_positive,
        "true_negative_rate": specificity,
        "false_negative_rate": miss,
        "prevalence": rho,
        "proportion_high_risk": share_high,
        "proportion_low_risk": 1 - share_high,
        "detection_probability": sensitivity * rho,
        "non_detection_probability": (1 - false_positive) * (1 - rho),
    }


def _net_benefit(
    t: Fraction,
    rho: Fraction,
    sensitivity: Fraction,
    false_positive: Fraction,
    specificity: Fraction,
    miss: Fraction,
    policy: str,
) -> tuple[Fraction | None, Fraction]:
    """Net benefit, None where its weight is infinite, and the unit of the standardized one."""
    if policy == "opt-in":
        return (None if t == 1 else sensitivity * rho - t / (1 - t) * (1 - rho) * false_positive), rho
    return (None if t == 0 else specificity * (1 - rho) - (1 - t) / t * rho * miss), 1 - rho


def curve_of_risks(
    *,
    y_true: Any,
    y_proba: Any,
    thresholds: Any,
    policy: str = "opt-in",
    tie_rule: str = "at-or-above",
    prevalence: float | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Certified quantities of given risks: measures of the model, of all and of none, and risks on thresholds."""
    risks = np.asarray(y_proba, dtype=np.float64).reshape(-1)
    grid = np.asarray(thresholds, dtype=np.float64).tolist()

    def sides(t: float) -> Counts:
        return (risks > t).astype(np.int64) - (risks < t)

    out = certified_curves(np.asarray(y_true).astype(np.int64), grid, sides, policy, tie_rule, prevalence)
    known = set(grid)
    out["n_on_threshold"] = float(sum(risk in known for risk in risks.tolist()))
    return out


def curve_of_model(
    *,
    y_true: Any,
    x: Any,
    thresholds: Any,
    policy: str = "opt-in",
    tie_rule: str = "at-or-above",
    **_: Any,
) -> dict[str, Any]:
    """Certified quantities of a logistic model in the data that it is fitted to (a cohort).

    The risks are those of the maximum likelihood estimate to about 28 digits. Where one of them cannot be told from a
    threshold, the curve of the model has no certified value and is left out.
    """
    outcome = np.asarray(y_true).astype(np.int64)
    grid = np.asarray(thresholds, dtype=np.float64).tolist()
    risks = _maximum_likelihood_risks(outcome, np.asarray(x, dtype=np.float64).reshape(outcome.size, -1))
    undecided = False

    def sides(t: float) -> Counts:
        nonlocal undecided
        distance = (risks - t).high if risks is not None else np.zeros(outcome.size)
        undecided |= bool(np.abs(distance).min() < _INDISTINCT)
        return np.sign(distance).astype(np.int64)

    out = certified_curves(outcome, grid, sides, policy, tie_rule, None)
    return {name: value for name, value in out.items() if not (undecided and name.startswith("model."))}


def _maximum_likelihood_risks(outcome: Counts, x: Floats) -> DoubleDouble | None:
    """Risks by Newton steps whose residuals are summed in 106-bit numbers; None where they do not settle."""
    spread = np.abs(x).max(axis=0)
    columns = np.column_stack([np.ones(outcome.size), x / np.exp2(np.ceil(np.log2(np.where(spread > 0, spread, 1.0))))])
    beta = DoubleDouble(np.zeros((columns.shape[1], 1)))
    with np.errstate(over="ignore"):
        for _ in range(60):
            eta = product(columns, beta)
            if np.abs(eta.high).max() > 300.0:
                return None
            risks = 1.0 / ((-eta).exp() + 1.0)
            residual = DoubleDouble(outcome.astype(np.float64)[:, None]) - risks
            score = product(np.ascontiguousarray(columns.T), residual).high
            weight = np.sqrt(risks.high * (1.0 - risks.high))
            triangle = np.asarray(np.linalg.qr(columns * weight)[1])
            try:
                step = np.linalg.solve(triangle, np.linalg.solve(triangle.T, score))
            except np.linalg.LinAlgError:
                return None
            if np.abs(columns @ step).max() < _SETTLED:
                return risks[:, 0]
            beta = beta + step / max(1.0, float(np.abs(columns @ step).max()) / 3.0)
    return None


def certified_curves(
    outcome: Counts, grid: Sequence[float], sides: Sides, policy: str, tie_rule: str, prevalence: float | None
) -> dict[str, Any]:
    """Certified measures of the model, of treating all and of treating none, by attribute path."""

    def everybody(t: float) -> Counts:
        # the risk of whoever is always treated is 1
        return np.full(outcome.size, 1 if t < 1.0 else 0)

    def nobody(t: float) -> Counts:
        # whoever is never treated is below every threshold; with the strict rule, a risk of 0 is not below 0
        return np.full(outcome.size, -1 if t > 0.0 or tie_rule == "at-or-above" else 0)

    out = {}
    for name, where in (("model", sides), ("all", everybody), ("none", nobody)):
        measures = strategy(outcome, grid, where, policy=policy, tie_rule=tie_rule, prevalence=prevalence)
        out.update({f"{name}.{measure}": values for measure, values in measures.items()})
    return out
