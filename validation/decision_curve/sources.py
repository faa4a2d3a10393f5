"""Where the risks of a curve come from: given ones, or a binomial model that is refitted in every resample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from validation.checks import Floats, Outcome
from validation.decision_curve.links import LINKS, inverse_logit
from validation.errors import NotEstimable
from validation.logistic.design import orthonormal_design
from validation.logistic.fit import maximum_likelihood

__all__ = ["GivenRisks", "RefittedModel", "Stopping", "independent_columns", "span", "to_population"]

Integers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]

# R drops a column of a logistic model that keeps less than this share of its length beside the earlier ones
_ALIASED = 1e-11
_CERTAIN = 1e-8


@dataclass(frozen=True)
class Stopping:
    """End of the iteration: relative change of the deviance, most steps, further steps after it."""

    epsilon: float
    steps: int
    further: int


#: where R's glm stops, and where nothing changes any more
AS_GLM, CONVERGED = Stopping(1e-8, 25, 0), Stopping(1e-10, 100, 1)


@dataclass
class GivenRisks:
    """Risks that are used as they are; a resample takes its rows' risks."""

    name: str
    outcome: Outcome
    risk: Floats
    needs_weights: bool = False
    degenerate: int = 0
    _code: npt.NDArray[np.intp] | None = field(default=None, repr=False)

    def risks(self, kernel: ModuleType) -> Floats:
        """Risk of each patient."""
        return self.risk

    def tally(self, kernel: ModuleType, thresholds: Floats, rows: Rows, weights: Floats | None) -> Integers:
        """Counts per resample, class and cell."""
        if self._code is None:
            self._code = kernel.cells(self.risk, thresholds)
        counts: Integers = kernel.tally_drawn(self._code, self.outcome == 1, rows, 2 * thresholds.size + 2)
        return counts


@dataclass
class RefittedModel:
    """Binomial model with the given columns and an intercept.

    Parameters
    ----------
    name : str
    outcome : array of int8
    x : array of shape (n, p)
    link : str
    stopping : Stopping
    exact : bool
        Fit the data themselves to working precision, and refuse what has no maximum likelihood estimate.
    prevalence : float or None
        Prevalence to which the intercept is moved.
    columns : sequence of str
        For the diagnosis.
    """

    name: str
    outcome: Outcome
    x: Floats
    link: str
    stopping: Stopping
    exact: bool
    prevalence: float | None = None
    columns: Sequence[str] = ()
    needs_weights: bool = True
    degenerate: int = 0
    _basis: Floats | None = field(default=None, repr=False)

    def risks(self, kernel: ModuleType) -> Floats:
        """Fitted risk of each patient; a fit that does not exist is refused where `exact` says so."""
        share = float(np.count_nonzero(self.outcome)) / self.outcome.size
        if self.exact and self.link == "logit":
            eta = maximum_likelihood(self.x, self.outcome, self.columns).linear_predictor
            return self._to_risks(eta[None, :], np.array([share])).reshape(-1)
        weights = np.ones((1, self.outcome.size))
        found = kernel.refit(self.basis, self._columns, self._y, weights, LINKS[self.link], self.stopping)
        if found.diverged[0] and not self.exact:
            raise self._chaotic("the data")
        if self.exact and not (found.converged[0] and not found.diverged[0]):
            raise NotEstimable(
                "no convergence",
                f"the {self.link} model has no maximum likelihood estimate, or it was not reached in "
                f"{self.stopping.steps} steps",
                hint="Look for a predictor that separates events from non-events.",
            )
        return self._to_risks(found.eta, np.array([share])).reshape(-1)

    def tally(self, kernel: ModuleType, thresholds: Floats, rows: Rows, weights: Floats | None) -> Integers:
        """Counts per resample, class and cell."""
        assert weights is not None
        code = self.codes(kernel, thresholds, weights)
        counts: Integers = kernel.tally_weighted(code, self.outcome == 1, weights, 2 * thresholds.size + 2)
        return counts

    def codes(self, kernel: ModuleType, thresholds: Floats, weights: Floats) -> npt.NDArray[np.intp]:
        """Cell of every patient's risk by the model of each resample, whether he was drawn or not."""
        found = kernel.refit(self.basis, self._columns, self._y, weights, LINKS[self.link], self.stopping)
        if not self.exact and found.diverged.any():
            raise self._chaotic("a resample")
        share = weights @ self._y / self.outcome.size
        risk = found.mean if self.prevalence is None else self._to_risks(found.eta, share)
        failed = ~found.converged | found.diverged | kernel.certain(risk, weights, _CERTAIN)
        self.degenerate += int(np.count_nonzero(failed))
        code: npt.NDArray[np.intp] = kernel.cells(risk, thresholds)
        return code

    def _chaotic(self, where: str) -> NotEstimable:
        return NotEstimable(
            "separation",
            f"the iteration of R's glm diverges in {where} (separation); the last bit of its algebra then decides "
            "what it returns, and that cannot be reproduced",
            hint="Leave out the predictors that separate events from non-events.",
        )

    @property
    def basis(self) -> Floats:
        """Orthogonal columns that span the model."""
        if self._basis is None:
            if self.exact:
                design = orthonormal_design(self.x, self.columns, sample=False)
                self._basis = np.ascontiguousarray(design.q.T) / math.sqrt(self.outcome.size)
            else:
                self._basis = span(self.x)
        return self._basis

    @property
    def _columns(self) -> Floats:
        # R judges the columns as they are given; numerically nothing is better than the basis itself
        return self.basis if self.exact else np.column_stack([np.ones(self.outcome.size), self.x])

    @property
    def _y(self) -> Floats:
        return self.outcome.astype(np.float64)

    def _to_risks(self, eta: Floats, share: Floats) -> Floats:
        if self.prevalence is None:
            return LINKS[self.link].mean(eta)
        moved = to_population(eta, self.prevalence, share[:, None])
        return np.asarray(expit(moved)) if self.exact else inverse_logit(moved)


def to_population(eta: Floats, prevalence: float, share: Floats) -> Floats:
    """Linear predictor with its intercept moved from a study's share of cases to a population's prevalence."""
    with np.errstate(divide="ignore", invalid="ignore"):
        offset = -math.log(prevalence / (1.0 - prevalence)) + np.log(share / (1.0 - share))
        moved: Floats = eta - offset
    return moved


def independent_columns(x: Floats) -> npt.NDArray[np.bool_]:
    """Which columns are neither constant nor linear combinations of earlier ones, to R's accuracy."""
    n = x.shape[0]
    centred = x - x.mean(axis=0)
    length, whole = np.linalg.norm(centred, axis=0), np.linalg.norm(x, axis=0)
    kept: npt.NDArray[np.bool_] = length > _ALIASED * whole
    if not kept.any():
        return kept
    used = np.flatnonzero(kept)
    rest = np.abs(np.diagonal(np.asarray(np.linalg.qr(centred[:, used] / length[used], mode="r"))))
    # what is left of a column beside the earlier ones, against its own length
    clear = np.zeros(used.size, dtype=np.bool_)
    clear[: rest.size] = rest > (_ALIASED * whole[used] / length[used])[: rest.size]
    kept[used] = clear
    if int(kept.sum()) >= n:
        kept[np.flatnonzero(kept)[n - 1 :]] = False
    return kept


def span(x: Floats) -> Floats:
    """Orthonormal columns that span the intercept and x; columns that depend on earlier ones are left out."""
    n = x.shape[0]
    part = x[:, independent_columns(x)]
    part = part - part.mean(axis=0)
    q = np.linalg.qr(part / np.linalg.norm(part, axis=0))[0] if part.shape[1] else np.empty((n, 0))
    return np.ascontiguousarray(np.column_stack([np.full(n, 1.0 / math.sqrt(n)), q]))
