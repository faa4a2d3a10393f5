"""Optimism-corrected decision curve: what a model is expected to be worth in new patients of the same population."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_level, check_seed
from validation.cohort import Cohort
from validation.decision_curve.benefit import Scale
from validation.decision_curve.counting import Grid, count_data
from validation.decision_curve.measures import Crossings
from validation.decision_curve.request import check_harm, check_request, check_sources
from validation.decision_curve.resampling import Resamples
from validation.decision_curve.sources import RefittedModel
from validation.errors import NotEstimable
from validation.exact import optimism as certified
from validation.kernels import load
from validation.kernels.threads import one_blas_thread
from validation.r_numerics import r_seq
from validation.r_random import RRandom
from validation.relations import optimism as relations
from validation.resampling import counts_of
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, exact, register

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from validation.displays.optimism import OptimismDisplay

__all__ = ["OPTIMISM_CORRECTED_DECISION_CURVE", "OptimismCorrectedDecisionCurve", "optimism_corrected_decision_curve"]

Integers = npt.NDArray[np.int64]
_BENEFITS = ("apparent", "optimism", "corrected")
_LIMITS = ("corrected_lower", "corrected_upper")
_OTHERS = ("standardized_apparent", "standardized_corrected", "treat_all", "interventions_avoided")
#: resamples of the compared cases, each of which is refitted for the certified value as well
_MOST_RESAMPLES = 100
_COLUMNS = (*_BENEFITS, *_LIMITS, *_OTHERS)


@dataclass(frozen=True)
class OptimismCorrectedDecisionCurve(Result):
    """Net benefit of a logistic model as it appears and as it is expected in new patients, by threshold.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    apparent, optimism, corrected : array
        Net benefit in the patients that the model was fitted to, by how much such a net benefit is too high on
        average over the resamples, and the difference of the two.
    corrected_lower, corrected_upper : array or None
        Location-shifted percentile limits of the corrected net benefit, pointwise.
    standardized_apparent, standardized_corrected : array
        The same divided by the prevalence.
    treat_all : array
        Net benefit of treating everybody; that of treating nobody is 0.
    interventions_avoided : array
        Corrected, per 100 patients, against treating all, with as many cases found.
    level : float or None
    tie_rule : str
    test_harm : float
        Harm of finding out the risk, which the model's net benefits bear.
    n, n_events : int
        Patients and cases.
    n_on_threshold : int
        Fitted risks that are equal to one of the thresholds.
    n_replicates, n_replicates_used : int
        Bootstrap resamples, and those of them that held cases and controls.
    n_replicates_degenerate : int
        Refits that had not converged or whose fitted risks reach 0 or 1; they are kept.
    random_state : array of 626 int32
        State of R's generator after the last draw, in the layout of ``.Random.seed``.
    compat : str
    kernel : str
    """

    thresholds: Floats
    apparent: Floats
    optimism: Floats
    corrected: Floats
    corrected_lower: Floats | None
    corrected_upper: Floats | None
    standardized_apparent: Floats
    standardized_corrected: Floats
    treat_all: Floats
    interventions_avoided: Floats
    level: float | None
    tie_rule: str
    test_harm: float
    n: int
    n_events: int
    n_on_threshold: int
    n_replicates: int
    n_replicates_used: int
    n_replicates_degenerate: int
    random_state: npt.NDArray[np.int32]
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = {"threshold": self.thresholds.tolist()}
        for name in _COLUMNS:
            values = getattr(self, name)
            if values is not None:
                table[name] = values.tolist()
        return table

    def plot(self, ax: Axes | None = None, **options: Any) -> OptimismDisplay:
        """Draw both curves; see `validation.displays.optimism.OptimismDisplay.plot` for the options."""
        from validation.displays.optimism import OptimismDisplay

        return OptimismDisplay(self).plot(ax, **options)


@dataclass(frozen=True)
class _Replicates:
    """Cases and controls at high risk by the model of each usable resample: (thresholds, resamples) arrays."""

    cases: Integers
    controls: Integers
    cases_in_data: Integers
    controls_in_data: Integers

    @property
    def count(self) -> int:
        return int(self.cases.shape[1])


def optimism_corrected_decision_curve(
    y_true: Any,
    *,
    x: Any,
    thresholds: Any = None,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
    names: Sequence[str] | None = None,
) -> OptimismCorrectedDecisionCurve:
    """Decision curve of a logistic model, corrected for having been fitted to the same patients.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control.
    x : array of shape (n, p)
        Predictors; an intercept is added. The model is refitted in every resample.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1], kept in the order given; 0, 0.01, ..., 1 in R's doubles by default.
    level : float or None
        Confidence level of the pointwise limits; None for none.
    bootstraps : int
        Number of resamples.
    seed : int
        As in R's ``set.seed(seed)``; `validation.decision_curve` draws the same resamples from it.
    tie_rule : str
        ``"at-or-above"``: a risk equal to the threshold is high. ``"strict"``: it is not.
    test_harm : float
        Harm of finding out the risk, in units of net benefit.
    names : sequence of str, optional
        Names of the columns of `x`, for messages.

    Returns
    -------
    OptimismCorrectedDecisionCurve

    Raises
    ------
    InputError
        If an argument cannot be used.
    NotEstimable
        If the model has no maximum likelihood estimate in the data, or if no resample holds cases and controls.

    Notes
    -----
    The model of resample b has net benefit ``B_b`` in the resample and ``D_b`` in the data. Optimism at a threshold is
    the mean of ``B_b - D_b`` (Harrell), and the corrected net benefit is the apparent one less the optimism. Counts
    are whole numbers, so each of these values is the double nearest to its exact value given the refits. Treating
    all and none is not fitted to anything and is not corrected.

    Limits are the percentile limits of ``B_b`` (order statistics, as in `validation.decision_curve`), both shifted by
    the optimism (Noma et al.). They hold the level less well than the estimate is corrected: where there are many
    predictors for the number of cases, they tend to be too narrow.

    R: none. ``rmda::decision_curve`` has the apparent curve, ``rmda::cv_decision_curve`` a cross-validated one.

    References
    ----------
    Harrell FE, Lee KL, Mark DB. Multivariable prognostic models: issues in developing models, evaluating assumptions
    and adequacy, and measuring and reducing errors. Stat Med 1996;15:361-387.
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4

    Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis, a novel method for evaluating
    diagnostic tests, prediction models and molecular markers. BMC Med Inform Decis Mak 2008;8:53.
    doi:10.1186/1472-6947-8-53

    Noma H, Shinozaki T, Iba K, Teramukai S, Furukawa TA. Confidence intervals of prediction accuracy measures for
    multivariable prediction models based on the bootstrap-based optimism correction methods. Stat Med
    2021;40:5691-5701. doi:10.1002/sim.9148

    Examples
    --------
    >>> x = np.array([0.1, 0.9, 0.4, 0.3, 1.2, 0.2, 0.8, 1.1, 0.5, 0.7, 0.6, 1.0])
    >>> y = [0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0]
    >>> found = optimism_corrected_decision_curve(y, x=x, thresholds=[0.4], bootstraps=100)
    >>> found.apparent.round(4).tolist(), found.optimism.round(4).tolist(), found.corrected.round(4).tolist()
    ([0.25], [0.0917], [0.1583])
    """
    request = check_request(y_true, thresholds, "opt-in", "cohort", None, "logit", tie_rule, None)
    harm = check_harm(test_harm)
    count = check_integer(bootstraps, "bootstraps", minimum=1)
    level = None if level is None else check_level(level)
    generator = RRandom(check_seed(seed))
    (source,) = check_sources(request, x, None, names)
    assert isinstance(source, RefittedModel)
    kernel, kernel_name = load("decision_curve")
    grid = Grid.of(request.thresholds, request.tie_rule)
    with one_blas_thread():
        found, on_threshold = count_data(source, request.outcome, grid, kernel)
        drawn = _replicates(source, Resamples(request.outcome, count), generator, grid, kernel)
    columns = np.array(list(_values(found, drawn, grid, level, harm)))[grid.place].T
    named: dict[str, Any] = dict(zip(_COLUMNS, columns.copy(), strict=True))
    if level is None:
        named |= dict.fromkeys(_LIMITS)
    return OptimismCorrectedDecisionCurve(
        thresholds=request.thresholds,
        **named,
        level=level,
        tie_rule=request.tie_rule,
        test_harm=harm,
        n=request.outcome.size,
        n_events=int(found.cases),
        n_on_threshold=on_threshold,
        n_replicates=count,
        n_replicates_used=drawn.count,
        n_replicates_degenerate=source.degenerate,
        random_state=generator.state,
        compat=request.compat,
        kernel=kernel_name,
    )


def _replicates(
    source: RefittedModel, plan: Resamples, generator: RRandom, grid: Grid, kernel: ModuleType
) -> _Replicates:
    """Counts by the model of each resample, in the resample and in the data."""
    case, n_cells = plan.outcome == 1, 2 * grid.ascending.size + 2
    parts: list[tuple[Integers, ...]] = []
    for rows in plan.blocks(generator):
        weights = counts_of(rows, plan.outcome.size)
        code = source.codes(kernel, grid.ascending, weights)
        share = weights @ case
        usable = (share > 0) & (share < case.size)
        above = [
            grid.split(kernel.tally_weighted(code, case, times, n_cells))[0][usable]
            for times in (weights, np.ones_like(weights))
        ]
        parts.append((above[0][:, 1], above[0][:, 0], above[1][:, 1], above[1][:, 0]))
    drawn = _Replicates(*(np.concatenate(part).T for part in zip(*parts, strict=True)))
    if drawn.count == 0:
        raise NotEstimable("resampling", "no resample holds cases and controls", hint="Draw more resamples.")
    return drawn


def _values(
    found: Crossings, drawn: _Replicates, grid: Grid, level: float | None, harm: float
) -> Iterator[tuple[float, ...]]:
    """Values of all columns at each ascending threshold, each rounded once."""
    n, n_events, m = int(found.cases + found.controls), int(found.cases), drawn.count
    excess_cases = (drawn.cases - drawn.cases_in_data).sum(axis=1).tolist()
    excess_controls = (drawn.controls - drawn.controls_in_data).sum(axis=1).tolist()
    for k, t in enumerate(grid.ascending.tolist()):
        at = Scale(t, n, n_events, harm)
        apparent = at.weighed(int(found.cases_above[k]), int(found.controls_above[k]))
        optimism = at.weighed(excess_cases[k], excess_controls[k]) / m
        corrected = apparent - optimism
        limits = (math.nan, math.nan)
        if level is not None:
            limits = _limits(at, drawn.cases[k].tolist(), drawn.controls[k].tolist(), optimism, level)
        yield (
            at.benefit(apparent),
            at.benefit(optimism, harmed=False),
            at.benefit(corrected),
            *limits,
            at.standardized(apparent),
            at.standardized(corrected),
            at.benefit(at.treat_all, harmed=False),
            at.avoided(corrected),
        )


def _limits(
    at: Scale, cases: Sequence[int], controls: Sequence[int], optimism: Fraction, level: float
) -> tuple[float, float]:
    """Order statistics of the resamples' own net benefits, less the optimism."""
    a, d = at.threshold.as_integer_ratio()
    ordered = sorted((d - a) * one - a * other for one, other in zip(cases, controls, strict=True))
    alpha = 1.0 - level
    ranks = [max(1, math.ceil(len(ordered) * p)) - 1 for p in (alpha / 2.0, 1.0 - alpha / 2.0)]
    low, high = (at.benefit(Fraction(ordered[rank], d) - optimism) for rank in ranks)
    return low, high


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The model with all predictors."""
    if cohort.predictors:
        arguments = {
            "y_true": cohort.outcome,
            "x": cohort.x,
            "thresholds": r_seq(0.0, 1.0, 0.01),
            "level": settings.level,
            "bootstraps": min(settings.bootstraps, _MOST_RESAMPLES),
            "seed": settings.seed,
            "names": list(cohort.predictors),
        }
        yield Case("multivariable", arguments)


OPTIMISM_CORRECTED_DECISION_CURVE = register(
    Statistic(
        name="optimism_corrected_decision_curve",
        compute=optimism_corrected_decision_curve,
        r=None,
        no_r="rmda corrects by cross-validation only; refits and exact fractions of their counts stand in for R",
        package="rmda",
        title="Optimism-corrected decision curve of the logistic model",
        cases=_cases,
        quantities=dict.fromkeys(_COLUMNS, exact()),
        relations=(
            relations.apparent_is_the_decision_curve,
            relations.corrected_is_apparent_less_optimism,
            relations.everybody_treated_has_no_optimism,
            relations.harm_moves_the_curve,
            relations.limits_are_shifted_limits_of_the_curve,
            relations.corrected_without_units_of_predictors,
        ),
        certified=certified.corrected_curve,
        display="validation.displays.optimism.OptimismDisplay",
    )
)
