"""Newton's method for the logistic log-likelihood, with the measure of success that rescaling cannot change.

The Newton decrement ``lambda`` is the length of the step in units of the standard errors. With ``c``, a bound for the
length of any patient's row in the metric of the inverse information, ``c lambda < 1`` proves that the maximum exists
(the logistic function is self-concordant in the sense of Bach: third derivative at most ``c`` times the second), and
``c lambda`` bounds the relative change of every patient's weight in the next step.

References
----------
Bach F (2010). Self-concordant analysis for logistic regression. Electronic Journal of Statistics 4, 384-414.
doi:10.1214/09-EJS521
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from validation.checks import Floats
from validation.kernels import logistic_numpy as kernel
from validation.kernels.logistic_numpy import AnyFloats, Evaluation
from validation.logistic.design import EPS, SAMPLE, spread_rows

__all__ = ["Data", "Optimum", "climb", "warm_start"]

#: bound for the change of any weight that is left, and so of the standard errors
TOLERANCE = 1e-13
#: the decrement no longer shrinks by this factor: rounding has been reached
_STALLED = 0.25
#: where rounding is reached, existence must at least be proven
_PROVEN = 0.5
#: good enough on part of the rows, and in single precision
_LOOSE, _SINGLE = 0.3, 1e-5
#: the information matrix is computed anew where the weights may have changed by more
_CHORD = 1.0
#: rows from which cheaper first steps pay
_LARGE = 8 * SAMPLE


@dataclass(frozen=True)
class Data:
    """What the log-likelihood is made of, in the coordinates of `validation.logistic.design`.

    ``reach`` bounds the length of any row of the design.
    """

    q: AnyFloats
    sign: AnyFloats
    weights: AnyFloats | None
    offset: AnyFloats | None
    reach: float

    def evaluate(self, coefficients: Floats, *, information: bool = True) -> Evaluation:
        """Log-likelihood, score and information."""
        point = coefficients.astype(self.q.dtype, copy=False)
        return kernel.evaluate(self.q, point, self.sign, self.weights, self.offset, information=information)

    def rows(self, chosen: npt.NDArray[np.intp]) -> Data:
        """Part of the rows."""
        weights, offset = (None if v is None else v[chosen] for v in (self.weights, self.offset))
        return replace(self, q=np.take(self.q, chosen, axis=1), sign=self.sign[chosen], weights=weights, offset=offset)

    def single(self) -> Data:
        """The same in single precision."""
        weights, offset = (None if v is None else v.astype(np.float32) for v in (self.weights, self.offset))
        return replace(
            self, q=self.q.astype(np.float32), sign=self.sign.astype(np.float32), weights=weights, offset=offset
        )


@dataclass(frozen=True)
class Optimum:
    """Where the climb ended."""

    coefficients: Floats
    information: Floats
    n_iterations: int
    converged: bool


def climb(data: Data, start: Floats, *, tolerance: float = TOLERANCE, limit: int = 12) -> Optimum:
    """Newton's method with step halving from `start`; after `limit` steps the last point comes back unconverged."""
    coefficients, here = start, data.evaluate(start)
    last = np.inf
    for iteration in range(1, limit + 1):
        if not np.isfinite(here.information).all():
            return Optimum(coefficients, here.information, iteration, False)
        spectrum, axes = np.linalg.eigh(here.information)
        if not spectrum[0] > 4.0 * EPS * len(start) * spectrum[-1]:
            return Optimum(coefficients, here.information, iteration, False)
        along = axes.T @ here.score
        step = axes @ (along / spectrum)
        decrement = float(np.sqrt(np.sum(along**2 / spectrum)))
        change = decrement * data.reach / float(np.sqrt(spectrum[0]))
        stalled = decrement > _STALLED * last and change < _PROVEN and decrement < 1e-6
        if change <= tolerance or stalled:
            return Optimum(coefficients + step, here.information, iteration, True)
        last = decrement
        coefficients, here = _advance(data, coefficients, here, step)
    return Optimum(coefficients, here.information, limit, False)


def _advance(data: Data, coefficients: Floats, here: Evaluation, step: Floats) -> tuple[Floats, Evaluation]:
    slack = 16.0 * float(np.finfo(data.q.dtype).eps) * abs(here.log_likelihood)
    for _ in range(40):
        candidate = coefficients + step
        there = data.evaluate(candidate)
        # a comparison that is false for NaN as well
        if there.log_likelihood >= here.log_likelihood - slack:
            return candidate, there
        step = step / 2.0
    return coefficients, here


def warm_start(data: Data, start: Floats) -> Floats:
    """Coefficients near the maximum of a large cohort: from part of the rows, then all rows in single precision."""
    n, size = data.sign.size, 4 * max(SAMPLE, 16 * len(start))
    if n < _LARGE:
        return start
    while size <= n // 16:
        part = data.rows(spread_rows(n, size))
        if not 0 < np.count_nonzero(part.sign > 0.0) < part.sign.size:
            break
        found = climb(part, start, tolerance=_LOOSE)
        if not found.converged:
            break
        start, size = found.coefficients, 8 * size
    return _chord(data.single(), start)


def _chord(data: Data, start: Floats) -> Floats:
    """Steps with an information matrix that is kept once it hardly changes, as long as each step is much shorter."""
    coefficients, last, change = start, np.inf, np.inf
    while change > _SINGLE:
        here = data.evaluate(coefficients, information=change > _CHORD)
        if change > _CHORD:
            spectrum, axes = np.linalg.eigh(here.information)
        along = axes.T @ here.score
        decrement = float(np.sqrt(np.sum(along**2 / spectrum)))
        # false for NaN, and where the information was not positive
        if not decrement < 0.3 * last:
            break
        coefficients = coefficients + axes @ (along / spectrum)
        last, change = decrement, decrement * data.reach / float(np.sqrt(spectrum[0]))
    return coefficients
