"""Maximum likelihood of the logistic model to working precision; numbers in, numbers out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from validation.checks import Floats, Outcome
from validation.errors import NotEstimable
from validation.kernels import logistic_numpy as kernel
from validation.kernels.logistic_numpy import AnyFloats
from validation.logistic.design import EPS, Design, orthonormal_design
from validation.logistic.newton import Data, Optimum, climb, warm_start
from validation.logistic.refine import refine
from validation.logistic.separation import check_separation

__all__ = ["Fit", "maximum_likelihood", "null_deviance"]

#: condition of the weighted columns from which the score is evaluated without rounding of the columns
_REFINE = 30.0
#: condition of the information in coordinates taken from part of the rows, beyond which all rows must choose them
_LOPSIDED = 1e6
#: condition of the information from which its Cholesky factor may be wrong, and QR of the weighted rows is not
_CHOLESKY = 1e10
#: share of the largest coefficient that rounding may leave undecided
_UNDECIDED = 1e-9
#: steps in the same coordinates, and changes of coordinates, before the maximum is out of reach
_PATIENCE, _TURNS = 200, 20


@dataclass(frozen=True)
class Fit:
    """Maximum of the log-likelihood.

    Parameters
    ----------
    coefficients : array of shape (p + 1,)
        Intercept first, for the predictors as given.
    factor : array of shape (p + 1, p + 1)
        ``factor @ factor.T`` is the covariance matrix (inverse information).
    log_likelihood : float
    linear_predictor : array of shape (n,)
    n_iterations : int
    condition_number : float
        Of the weighted model columns, centred and of equal length.
    """

    coefficients: Floats
    factor: Floats
    log_likelihood: float
    linear_predictor: Floats
    n_iterations: int
    condition_number: float


def maximum_likelihood(
    x: Floats, y: Outcome, names: Sequence[str], weights: Floats | None = None, offset: Floats | None = None
) -> Fit:
    """Fit of y on the columns of x with intercept.

    Raises
    ------
    NotEstimable
        If the maximum does not exist (separation), is not unique (rank) or was not reached.
    """
    if weights is not None and not weights.all():
        used = np.flatnonzero(weights)
        part = maximum_likelihood(x[used], y[used], names, weights[used], None if offset is None else offset[used])
        return _for_all_rows(part, x, offset)
    sign = 1.0 - 2.0 * y.astype(np.float64)
    design = orthonormal_design(x, names)
    data = _data(design, sign, weights, offset)
    found = climb(data, warm_start(data, _start(design, y, weights, offset)))
    if not found.converged or not np.linalg.cond(found.information) < _LOPSIDED:
        # from all rows and from the start: whatever the shortcuts did, they did not help
        design = orthonormal_design(x, names, sample=False)
        data = _data(design, sign, weights, offset)
        design, data, found = _reach_optimum(design, data, _start(design, y, weights, offset), y, names)
    return _finish(design, data, found)


def _data(design: Design, sign: AnyFloats, weights: AnyFloats | None, offset: AnyFloats | None) -> Data:
    reach = np.maximum(design.q.max(axis=1), -design.q.min(axis=1))
    return Data(design.q, sign, weights, offset, float(np.sqrt(reach @ reach)))


def _start(design: Design, y: Outcome, weights: Floats | None, offset: Floats | None) -> Floats:
    """Coefficients of the linear discriminant, which cost one product; with an offset, the intercept only."""
    mass = y.astype(np.float64) if weights is None else weights * y
    events, total = float(mass.sum()), float(len(y)) if weights is None else float(weights.sum())
    risk = events / total
    start = np.zeros(design.q.shape[0])
    start[0] = np.log(risk / (1.0 - risk)) / design.transform[0, 0]
    if offset is not None:
        start[0] -= float(np.average(offset, weights=weights)) / design.transform[0, 0]
        return start
    among_events = (design.q @ mass / events)[1:]
    # the columns are nearly orthonormal with mean zero, so that the mean without event follows from the one with
    difference = among_events / (1.0 - risk)
    slopes = difference / max(1.0 - risk * (1.0 - risk) * float(difference @ difference), 0.2)
    start[1:] = slopes
    start[0] -= float(slopes @ (among_events - difference / 2.0)) / design.transform[0, 0]
    return start


def _reach_optimum(
    design: Design, data: Data, start: Floats, y: Outcome, names: Sequence[str]
) -> tuple[Design, Data, Optimum]:
    """Maximum from a start that may be far, in coordinates that follow the weights; separation is looked for first."""
    found = climb(data, start)
    iterations = found.n_iterations
    if not found.converged:
        check_separation(design.x, y, names, data.sign * _predictor(data, found.coefficients))
    for _ in range(_TURNS):
        if found.converged:
            return design, data, dataclasses.replace(found, n_iterations=iterations)
        design, data, coefficients = _orthonormal_in_information(design, data, found)
        found = climb(data, coefficients, limit=_PATIENCE)
        iterations += found.n_iterations
    raise _out_of_reach()


def _out_of_reach() -> NotEstimable:
    return NotEstimable(
        "no convergence",
        "the outcome is almost separated: the maximum lies where predicted risks are 0 or 1 to working precision",
        hint="Leave out a predictor, or use a penalised (Firth) model.",
    )


def _predictor(data: Data, coefficients: Floats) -> Floats:
    total: Floats = coefficients @ data.q
    return total if data.offset is None else total + data.offset


def _finish(design: Design, data: Data, found: Optimum) -> Fit:
    if np.linalg.cond(found.information) > _REFINE:
        design, data, coefficients = _orthonormal_in_information(design, data, found)
        information = data.evaluate(coefficients).information
        found = dataclasses.replace(found, coefficients=coefficients, information=information)
    cholesky = np.linalg.cholesky(found.information)
    condition = _condition(cholesky, design.transform)
    # covariance of the coefficients of q is inv(L L'), so its factor is inv(L)'
    factor = design.raw_transform() @ np.linalg.inv(cholesky).T
    if condition > _REFINE:
        refined = refine(design, found.coefficients, found.information, data.sign, data.weights, data.offset)
        if not refined.change < _UNDECIDED:
            raise _out_of_reach()
        coefficients, predictor = design.raw(refined.coefficients), refined.linear_predictor
        if data.offset is not None:
            predictor = predictor + data.offset
    else:
        coefficients = design.raw(design.transform @ found.coefficients)
        predictor = _predictor(data, found.coefficients)
    log_likelihood = kernel.log_likelihood(predictor, data.sign, data.weights)
    return Fit(coefficients, factor, log_likelihood, predictor, found.n_iterations, condition)


def _orthonormal_in_information(design: Design, data: Data, found: Optimum) -> tuple[Design, Data, Floats]:
    """Coordinates in which the information is near the unit matrix, so that inverting it costs no digits."""
    triangle: Floats
    if np.linalg.cond(found.information) < _CHOLESKY:
        triangle = np.asarray(np.linalg.cholesky(found.information).T, dtype=np.float64)
    else:
        odds = np.exp(-np.abs(_predictor(data, found.coefficients)))
        variance = odds / (1.0 + odds) ** 2
        root = np.sqrt(variance if data.weights is None else variance * data.weights)
        triangle = np.asarray(np.linalg.qr((design.q * root).T)[1], dtype=np.float64)
        size = np.abs(np.diag(triangle))
        if not size.min() > len(size) * EPS * size.max():
            raise _out_of_reach()
    design = design.turned(np.linalg.inv(triangle))
    return design, _data(design, data.sign, data.weights, data.offset), triangle @ found.coefficients


def _condition(cholesky: AnyFloats, transform: Floats) -> float:
    columns = cholesky.T @ np.linalg.inv(transform)
    return float(np.linalg.cond(columns / np.sqrt(np.sum(columns**2, axis=0))))


def _for_all_rows(part: Fit, x: Floats, offset: Floats | None) -> Fit:
    predictor = part.coefficients[0] + x @ part.coefficients[1:]
    if offset is not None:
        predictor = predictor + offset
    return Fit(part.coefficients, part.factor, part.log_likelihood, predictor, part.n_iterations, part.condition_number)


def null_deviance(y: Outcome, weights: Floats | None = None, offset: Floats | None = None) -> float:
    """-2 log-likelihood of the model with intercept (and offset) only."""
    if offset is not None:
        return -2.0 * maximum_likelihood(np.empty((len(y), 0)), y, (), weights, offset).log_likelihood
    total = float(len(y)) if weights is None else float(weights.sum())
    events = float(y.sum()) if weights is None else float(weights @ y)
    return -2.0 * (events * float(np.log(events / total)) + (total - events) * float(np.log1p(-events / total)))
