"""Smallest sample size for developing a prediction model: all criteria at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from validation.checks import check_choice, check_integer
from validation.errors import InputError
from validation.result import Result
from validation.sample_size.arguments import check_r_squared, check_share, largest_r_squared
from validation.sample_size.criteria import (
    sample_size_optimism,
    sample_size_overall_risk,
    sample_size_prediction_error,
    sample_size_shrinkage,
    whole_patients,
)
from validation.sample_size.signal import r_squared_from_auc

if TYPE_CHECKING:
    from validation.displays.sample_size import SampleSizeDisplay

__all__ = ["SampleSize", "smallest_sample_size"]


@dataclass(frozen=True)
class SampleSize(Result):
    """Result of `smallest_sample_size`.

    Attributes
    ----------
    n : int
        The largest of the criteria.
    events : int
        Events among them, rounded up.
    shrinkage, optimism, prediction_error, overall_risk : int
        Patients that each criterion needs.
    r_squared : float
        Cox-Snell R2 used.
    largest_r_squared : float
    prevalence : float
    parameters : int
    compat : str
    """

    n: int
    events: int
    shrinkage: int
    optimism: int
    prediction_error: int | None
    overall_risk: int
    r_squared: float
    largest_r_squared: float
    prevalence: float
    parameters: int
    compat: str = "default"

    def _table(self) -> dict[str, list[Any]]:
        names = ["shrinkage", "optimism", "prediction error", "overall risk", "all"]
        needed = [self.shrinkage, self.optimism, self.prediction_error, self.overall_risk, self.n]
        return {"criterion": names, "n": needed}

    def plot(self, ax: Any = None) -> SampleSizeDisplay:
        """Draw the patients that each criterion needs."""
        from validation.displays.sample_size import SampleSizeDisplay

        return SampleSizeDisplay(self).plot(ax)


def smallest_sample_size(
    prevalence: float,
    parameters: int,
    *,
    r_squared: float | None = None,
    auc: float | None = None,
    compat: str | None = None,
) -> SampleSize:
    """Smallest sample size for developing a prediction model of a binary outcome.

    Parameters
    ----------
    prevalence : float
        Proportion of events.
    parameters : int
        Candidate parameters.
    r_squared : float, optional
        Expected Cox-Snell R2; exactly one of this and `auc`.
    auc : float, optional
        Expected C-statistic.
    compat : {None, "pmsampsize-1.1"}
        R's package: R2 by its seeded simulation, and the three criteria of `pmsampsize` only.

    Returns
    -------
    SampleSize

    Raises
    ------
    InputError
        An argument is outside its range.

    Notes
    -----
    The largest of shrinkage 0.9, optimism 0.05 in Nagelkerke's R2, mean absolute error 0.05 (default mode), and
    overall risk within 0.05.

    References
    ----------
    Riley RD et al. (2020). BMJ 368:m441. doi:10.1136/bmj.m441

    R: ``pmsampsize::pmsampsize(type = "b", cstatistic = auc, parameters = parameters, prevalence = prevalence)``

    Examples
    --------
    >>> smallest_sample_size(288 / 496, 6, auc=0.70).n
    427
    >>> smallest_sample_size(288 / 496, 6, auc=0.70, compat="pmsampsize-1.1").n
    425
    """
    f, p = check_share(prevalence, "prevalence"), check_integer(parameters, "parameters", minimum=1)
    mode = "default" if compat is None else check_choice(compat, "compat", ("pmsampsize-1.1",))
    if (r_squared is None) == (auc is None):
        raise InputError("r_squared", "or auc: exactly one is needed", hint="Pass r_squared= or auc=.")
    if r_squared is None:
        assert auc is not None
        r_squared = r_squared_from_auc(auc, f, route="quadrature" if compat is None else "simulation")
    r2 = check_r_squared(r_squared, f)
    needed = {
        "shrinkage": sample_size_shrinkage(p, r2),
        "optimism": sample_size_optimism(p, r2, f),
        "overall_risk": sample_size_overall_risk(f),
    }
    error = sample_size_prediction_error(f, p) if compat is None else None
    n = max(*needed.values(), error or 0)
    return SampleSize(
        n, whole_patients(n * f), prediction_error=error, r_squared=r2, largest_r_squared=largest_r_squared(f),
        prevalence=f, parameters=p, compat=mode, **needed,
    )  # fmt: skip
