"""Backward elimination of predictors on approximate estimates (R: rms::fastbw)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from validation.checks import Floats, check_choice, check_level
from validation.logistic.fit import maximum_likelihood
from validation.logistic.indexes import RMS, information_condition
from validation.logistic.lrm import fit_as_lrm
from validation.logistic.regression import Problem, check_problem
from validation.result import Result

__all__ = ["BackwardEliminationResult", "Elimination", "backward_elimination", "eliminate"]

RULES = ("aic", "p")


@dataclass(frozen=True)
class Elimination:
    """Steps of an elimination; see `BackwardEliminationResult`."""

    deleted: npt.NDArray[np.int64]
    kept: npt.NDArray[np.int64]
    chi_square: Floats
    residual_chi_square: Floats
    coefficients: Floats
    covariance: Floats


@dataclass(frozen=True)
class BackwardEliminationResult(Result):
    """Predictors that were deleted, step by step, and those that stayed.

    Attributes
    ----------
    names : tuple of str
        The p predictors.
    deleted, kept : ndarray of int
        Places among `names`, in the order of deletion and of the model.
    chi_square, p_value : ndarray of shape (d,)
        Wald test of each deleted predictor in the model that it was deleted from.
    residual_chi_square, residual_degrees_of_freedom, residual_p_value, aic : ndarray of shape (d,)
        Joint test of all that were deleted so far, in the full model; its chi-square less twice its degrees of freedom.
    coefficients, standard_error : ndarray of shape (k + 1,)
        Approximate estimates of the model that is left, intercept first.
    condition_number : float
    rule : {"aic", "p"}
    n, n_events : int
    compat : str
    """

    names: tuple[str, ...]
    deleted: npt.NDArray[np.int64]
    kept: npt.NDArray[np.int64]
    chi_square: Floats
    p_value: Floats
    residual_chi_square: Floats
    residual_degrees_of_freedom: npt.NDArray[np.int64]
    residual_p_value: Floats
    aic: Floats
    coefficients: Floats
    standard_error: Floats
    condition_number: float
    rule: str
    n: int
    n_events: int
    compat: str
    covariance: Floats = field(repr=False)

    def _table(self) -> dict[str, list[Any]]:
        return {
            "deleted": [self.names[j] for j in self.deleted.tolist()],
            "chi_square": self.chi_square.tolist(),
            "p_value": self.p_value.tolist(),
            "residual_chi_square": self.residual_chi_square.tolist(),
            "residual_degrees_of_freedom": self.residual_degrees_of_freedom.tolist(),
            "residual_p_value": self.residual_p_value.tolist(),
            "aic": self.aic.tolist(),
        }


def eliminate(coefficients: Floats, covariance: Floats, rule: str = "aic", significance: float = 0.05) -> Elimination:
    """Delete slopes one after the other as long as the rule allows.

    Parameters
    ----------
    coefficients : ndarray of shape (p + 1,)
        Of the full model, intercept first.
    covariance : ndarray of shape (p + 1, p + 1)
    rule : {"aic", "p"}
        Go on while the joint chi-square of all deleted ones is at most twice their number, or its p-value at least
        `significance`.
    significance : float
    """
    left = list(range(1, coefficients.size))
    gone: list[int] = []
    chi, joint = [], []
    part, spread = coefficients, covariance
    while left:
        places = [0, *left]
        z = part[1:] ** 2 / np.diag(spread)[1:]
        # every predictor has one column, so that the smallest chi-square has the smallest Akaike criterion too
        worst = int(np.argmin(z))
        tried = [*gone, left[worst]]
        residual = _joint(coefficients, covariance, tried)
        tail = float(gammaincc(len(tried) / 2.0, residual / 2.0))
        if residual - 2.0 * len(tried) > 0.0 if rule == "aic" else tail < significance:
            break
        chi.append(float(z[worst]))
        joint.append(residual)
        gone = tried
        del left[worst]
        places = [0, *left]
        part, spread = _without(coefficients, covariance, places, gone)
    order = [0, *left]
    return Elimination(
        np.array(gone, dtype=np.int64) - 1,
        np.array(left, dtype=np.int64) - 1,
        np.array(chi),
        np.array(joint),
        part if gone else coefficients[order],
        spread if gone else covariance[np.ix_(order, order)],
    )


def _joint(coefficients: Floats, covariance: Floats, places: list[int]) -> float:
    part = coefficients[places]
    return float(part @ np.linalg.solve(covariance[np.ix_(places, places)], part))


def _without(coefficients: Floats, covariance: Floats, kept: list[int], gone: list[int]) -> tuple[Floats, Floats]:
    """Estimates given that the others are 0, as for a normal distribution."""
    across = covariance[np.ix_(kept, gone)]
    solved = np.linalg.solve(covariance[np.ix_(gone, gone)], np.column_stack([coefficients[gone], across.T]))
    return coefficients[kept] - across @ solved[:, 0], covariance[np.ix_(kept, kept)] - across @ solved[:, 1:]


def backward_elimination(
    y_true: Any,
    x: Any,
    *,
    names: Sequence[str] | None = None,
    rule: str = "aic",
    significance: float = 0.05,
    compat: str | None = None,
) -> BackwardEliminationResult:
    """Backward elimination of predictors without refitting.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 1 for patients with the event.
    x : array_like or data frame of shape (n, p)
        Predictors, each in its own unit.
    names : sequence of str, optional
        Names of the predictors; those of the data frame, else ``x1`` ... ``xp``.
    rule : {"aic", "p"}
        Delete while the joint chi-square of all deleted predictors is at most twice their number (Akaike), or while its
        p-value is at least `significance`.
    significance : float
        Between 0 and 1; used by the rule "p".
    compat : {"rms-6.5"}, optional
        The full model is stopped where ``lrm`` of rms 6.5 stops.

    Returns
    -------
    BackwardEliminationResult

    Raises
    ------
    InputError
        As for `logistic_regression`; an unknown rule.
    NotEstimable
        As for `logistic_regression`.

    Notes
    -----
    In each step the predictor with the smallest Wald chi-square goes; the estimates of the others given that it is 0
    are those of a normal distribution (Lawless and Singhal), so that no refit is needed. P-values and intervals of the
    model that is left ignore the selection and are too small: validate the whole procedure, not the last model.
    R: ``rms::fastbw(f, rule = "aic", type = "residual")`` with ``f <- rms::lrm(y ~ x)``.

    References
    ----------
    Lawless JF, Singhal K (1978). Efficient screening of nonnormal regression models. Biometrics 34:318-327.
    doi:10.2307/2530022

    Examples
    --------
    >>> x = [[1, 3], [2, 1], [3, 2], [4, 5], [5, 2], [6, 4], [2, 1], [2, 4]]
    >>> result = backward_elimination([0, 0, 1, 0, 1, 1, 0, 1], x, names=["age", "stage"])
    >>> [result.names[j] for j in result.deleted]
    ['stage', 'age']
    """
    problem = check_problem(y_true, x, names, None, None)
    check_choice(rule, "rule", RULES)
    check_level(significance, "significance")
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    coefficients, covariance, condition = _fitted(problem, mode)
    found = eliminate(coefficients, covariance, rule, significance)
    sizes = np.arange(1, found.deleted.size + 1)
    return BackwardEliminationResult(
        names=problem.names,
        deleted=found.deleted,
        kept=found.kept,
        chi_square=found.chi_square,
        p_value=np.asarray(gammaincc(0.5, found.chi_square / 2.0), dtype=np.float64),
        residual_chi_square=found.residual_chi_square,
        residual_degrees_of_freedom=sizes,
        residual_p_value=np.asarray(gammaincc(sizes / 2.0, found.residual_chi_square / 2.0), dtype=np.float64),
        aic=found.residual_chi_square - 2.0 * sizes,
        coefficients=found.coefficients,
        standard_error=np.sqrt(np.diag(found.covariance)),
        condition_number=condition,
        rule=rule,
        n=problem.y.size,
        n_events=int(np.count_nonzero(problem.y)),
        compat=mode,
        covariance=found.covariance,
    )


def _fitted(problem: Problem, mode: str) -> tuple[Floats, Floats, float]:
    if mode != RMS:
        fit = maximum_likelihood(problem.x, problem.y, problem.names)
        covariance = fit.factor @ fit.factor.T
        root = np.sqrt(np.diag(covariance))
        return fit.coefficients, covariance, float(np.linalg.cond(covariance / np.outer(root, root)))
    found = fit_as_lrm(problem.x, problem.y)
    return found.coefficients, found.covariance, information_condition(found.covariance)
