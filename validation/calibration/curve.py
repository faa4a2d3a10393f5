"""Calibration curve: lowess of the outcome on the risk, and groups of equal size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.calibration.statistics import RMS, risk_cases
from validation.checks import (
    Floats,
    Outcome,
    check_choice,
    check_integer,
    check_level,
    check_outcome,
    check_probabilities,
)
from validation.cohort import Cohort
from validation.exact import calibration as certified_calibration
from validation.kernels import load
from validation.lowess import lowess
from validation.r_numerics import interval_probabilities, qnorm, r_mean
from validation.relations import calibration as relations
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, bits, closed, exact, register

if TYPE_CHECKING:
    from validation.displays.calibration import CalibrationCurveDisplay

__all__ = ["CALIBRATION_CURVE", "CalibrationCurveResult", "calibration_curve"]


@dataclass(frozen=True)
class CalibrationCurveResult(Result):
    """Observed against predicted risk.

    Attributes
    ----------
    predicted, observed : ndarray of shape (n,)
        Sorted risks and the smoothed proportion of events.
    group_predicted, group_observed, group_lower, group_upper : ndarray of shape (g,)
        Mean risk and proportion of events in groups of equal size, with Wilson's interval.
    group_n : ndarray of shape (g,)
    level : float
    compat : str
    kernel : str
        What smoothed, ``numpy`` or ``numba``; the numbers are the same.
    """

    predicted: Floats
    observed: Floats
    group_predicted: Floats
    group_observed: Floats
    group_lower: Floats
    group_upper: Floats
    group_n: npt.NDArray[np.int64]
    level: float
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        names = ("group_n", "group_predicted", "group_observed", "group_lower", "group_upper")
        return {name.removeprefix("group_"): getattr(self, name).tolist() for name in names}

    def plot(self, ax: Any = None) -> CalibrationCurveDisplay:
        """Draw curve and groups."""
        from validation.displays.calibration import CalibrationCurveDisplay

        return CalibrationCurveDisplay(self).plot(ax)


def wilson(events: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Wilson's interval of a proportion; exactly 0 without and exactly 1 with nothing but events."""
    square = qnorm(interval_probabilities(level)[1]) ** 2 / n
    share, other = events / n, (n - events) / n
    reach = np.sqrt(square * share * other + square * square / 4)
    # the far root of each quadratic has no cancellation, and the product of its roots gives the near one
    lower = share * share / (share + square / 2 + reach)
    upper = 1.0 - other * other / (other + square / 2 + reach)
    return lower, upper


def _groups(outcome: Outcome, risk: Floats, groups: int) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Mean risk, events and size of groups of equal size by rank; tied risks stay together."""
    order = np.argsort(risk, kind="stable")
    sorted_risk, sorted_outcome = risk[order], outcome[order].astype(np.float64)
    # whole numbers nearest to the multiples of n over groups
    edges = (2 * np.arange(groups) * risk.size + groups) // (2 * groups)
    starts = np.unique(np.searchsorted(sorted_risk, sorted_risk[edges], side="left"))
    sizes = np.diff(np.append(starts, risk.size))
    means = np.array([r_mean(part) for part in np.split(sorted_risk, starts[1:])])
    return means, np.add.reduceat(sorted_outcome, starts), sizes


def calibration_curve(
    y_true: Any,
    y_proba: Any,
    *,
    groups: int = 10,
    level: float = 0.95,
    compat: str | None = None,
    kernel: str | None = None,
) -> CalibrationCurveResult:
    """Calibration curve by lowess, with groups of equal size.

    Parameters
    ----------
    y_true : array_like of shape (n,)
        Outcome, 0 or 1.
    y_proba : array_like of shape (n,)
        Predicted risks, between 0 and 1.
    groups : int
        Number of groups; tied risks are kept in one group.
    level : float
        Confidence level of the groups' intervals.
    compat : {"rms-6.5"}, optional
        The same curve.
    kernel : {"numpy", "numba"}, optional
        What smooths; numba where it is installed.

    Returns
    -------
    CalibrationCurveResult

    Raises
    ------
    InputError
        Outcome or risks cannot be used.

    Notes
    -----
    Lowess with span 2/3 and without robustness iterations, which would treat events as outliers. The curve may leave
    [0, 1] where there are few patients; it is drawn within. Risks of exactly 0 and 1 are no exception here.
    R: ``stats::lowess(p, y, iter = 0)``, ``stats::prop.test(events, n, correct = FALSE)$conf.int``.

    References
    ----------
    Austin PC, Steyerberg EW (2014). Graphical assessment of internal and external calibration of logistic regression
    models by using loess smoothers. Stat Med 33:517-535. doi:10.1002/sim.5941
    Wilson EB (1927). Probable inference, the law of succession, and statistical inference. J Am Stat Assoc 22:209-212.
    doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> import numpy as np
    >>> risk = np.linspace(0.05, 0.95, 40)
    >>> curve = calibration_curve((np.arange(40) % 3 > 0).astype(int), risk, groups=4)
    >>> curve.group_n.tolist()
    [10, 10, 10, 10]
    """
    outcome = check_outcome(y_true)
    risk = check_probabilities(y_proba, outcome.size)
    check_integer(groups, "groups", minimum=1)
    check_level(level)
    mode = check_choice(compat or "default", "compat", ("default", RMS))
    used = load("lowess", kernel)[1]
    predicted, observed = lowess(risk, outcome, iterations=0, kernel=used)
    mean, events, sizes = _groups(outcome, risk, min(groups, risk.size))
    lower, upper = wilson(events, sizes.astype(np.float64), level)
    return CalibrationCurveResult(predicted, observed, mean, events / sizes, lower, upper, sizes, level, mode, used)


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    for case in risk_cases(cohort, settings):
        yield Case(case.label, {**case.arguments, "groups": 10, "level": settings.level})


CALIBRATION_CURVE = register(
    Statistic(
        name="calibration_curve",
        compute=calibration_curve,
        r="calibration.R::calibration_curve",
        package="stats",
        title="Calibration curve",
        cases=_cases,
        quantities={
            "predicted": bits(),
            "observed": closed("unit", "the same sums in the same order"),
            "group_n": bits(),
            "group_predicted": exact(),
            "group_observed": exact(),
            "group_lower": closed(),
            "group_upper": closed(),
        },
        relations=(
            relations.curve_patient_order,
            relations.curve_outcome_swap,
            relations.curve_groups_add_up,
            relations.curve_of_scaled_risks,
        ),
        certified=certified_calibration.calibration_curve,
        display="validation.displays.calibration.CalibrationCurveDisplay",
    )
)
