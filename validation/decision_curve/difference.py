"""Difference in net benefit of two models, with limits from resamples that both share."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_integer, check_level, check_probabilities, check_seed
from validation.cohort import Cohort
from validation.decision_curve.counting import Grid, Resampled, count_data, count_resamples
from validation.decision_curve.measures import Crossings
from validation.decision_curve.request import Request, check_harm, check_request, check_sources
from validation.decision_curve.resampling import Resamples
from validation.decision_curve.sources import GivenRisks, RefittedModel
from validation.errors import InputError
from validation.exact import decision_curve_extras as certified
from validation.kernels import load
from validation.kernels.threads import one_blas_thread
from validation.r_numerics import r_seq
from validation.r_random import RRandom
from validation.relations import decision_curve_extras as relations
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, exact, register

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from validation.displays.net_benefit_bands import DifferenceDisplay

__all__ = ["NET_BENEFIT_DIFFERENCE", "NetBenefitDifference", "net_benefit_difference"]

_NAMES = ("difference", "interventions_avoided")
_PER = 100


@dataclass(frozen=True)
class NetBenefitDifference(Result):
    """Net benefit of the first model minus that of the second on the threshold grid.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    models : tuple of two str
        Names of the first and of the second model.
    difference, difference_lower, difference_upper : array
        Difference in net benefit with its pointwise percentile limits; the limits are None without intervals.
    interventions_avoided, interventions_avoided_lower, interventions_avoided_upper : array
        The same difference in interventions avoided per 100 patients, with as many cases found.
    level : float or None
    tie_rule : str
        What a risk equal to a threshold means.
    test_harm : float
        Harm that the first model's test does beyond the second's; difference and interventions bear it.
    n, n_events : int
        Patients and cases.
    n_on_threshold : tuple of two int
        Risks of each model that are equal to one of the thresholds.
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
    models: tuple[str, str]
    difference: Floats
    interventions_avoided: Floats
    difference_lower: Floats | None
    difference_upper: Floats | None
    interventions_avoided_lower: Floats | None
    interventions_avoided_upper: Floats | None
    level: float | None
    tie_rule: str
    test_harm: float
    n: int
    n_events: int
    n_on_threshold: tuple[int, int]
    n_replicates: int
    n_replicates_used: int
    n_replicates_degenerate: int
    random_state: npt.NDArray[np.int32]
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = {"threshold": self.thresholds.tolist()}
        for name in _NAMES:
            for column in (name, f"{name}_lower", f"{name}_upper"):
                values = getattr(self, column)
                if values is not None:
                    table[column] = values.tolist()
        return table

    def plot(self, ax: Axes | None = None, **options: Any) -> DifferenceDisplay:
        """Draw the difference with its limits; see `validation.displays.net_benefit_bands` for the options."""
        from validation.displays.net_benefit_bands import DifferenceDisplay

        return DifferenceDisplay(self).plot(ax, **options)


def net_benefit_difference(
    y_true: Any,
    *,
    risks: Mapping[str, Any],
    thresholds: Any = None,
    level: float | None = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> NetBenefitDifference:
    """Difference in net benefit of two models at each threshold, with limits from the same resamples.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control.
    risks : mapping of two names to arrays
        A vector of shape (n,) holds given risks; a matrix of shape (n, p) holds the predictors of a logistic model,
        which is refitted in every resample. The difference is that of the first minus the second.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1], kept in the order given; 0, 0.01, ..., 1 in R's doubles by default.
    level : float or None
        Confidence level of the pointwise limits; None for none.
    bootstraps : int
        Number of resamples, each of which is seen by both models.
    seed : int
        As in R's ``set.seed(seed)``; `validation.decision_curve` draws the same resamples from it.
    tie_rule : str
        ``"at-or-above"``: a risk equal to the threshold is high. ``"strict"``: it is not.
    test_harm : float
        Harm of finding out what the first model needs beyond the second, in units of net benefit.

    Returns
    -------
    NetBenefitDifference

    Raises
    ------
    InputError
        If an argument cannot be used.
    NotEstimable
        If a model to be refitted has no maximum likelihood estimate in the data.

    Notes
    -----
    With d1 more cases and d0 more controls at high risk by the first model, among n patients, the difference at
    threshold t is ``(d1 - t / (1 - t) d0) / n - h`` with harm h, and the interventions avoided per 100 patients are
    ``100 (d1 (1 - t) / t - d0) / n - 100 h (1 - t) / t``; both are the doubles nearest to their exact values, and so
    are the limits, each of which is the value in one resample (order statistic number ceil(m p) of m, as in
    `validation.decision_curve`). The difference does not exist at t = 1, nor the interventions avoided at t = 0: there
    they are NaN. Limits of refitted models belong to their apparent performance; a model with more predictors has an
    advantage there that it does not keep in new patients.

    R: none. ``rmda::decision_curve`` has limits for each model, none for their difference.

    References
    ----------
    Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis, a novel method for evaluating
    diagnostic tests, prediction models and molecular markers. BMC Med Inform Decis Mak 2008;8:53.
    doi:10.1186/1472-6947-8-53

    Examples
    --------
    >>> found = net_benefit_difference(
    ...     [0, 0, 0, 0, 1, 1, 1, 1],
    ...     risks={"new": [0.1, 0.2, 0.1, 0.4, 0.3, 0.6, 0.7, 0.9], "old": [0.3, 0.2, 0.6, 0.4, 0.1, 0.6, 0.7, 0.9]},
    ...     thresholds=[0.25, 0.5],
    ...     bootstraps=200,
    ... )
    >>> found.difference.round(4).tolist(), found.interventions_avoided.tolist()
    ([0.2083, 0.125], [62.5, 12.5])
    """
    request = check_request(y_true, thresholds, "opt-in", "cohort", None, "logit", tie_rule, None)
    sources, harm = _two_sources(request, risks), check_harm(test_harm)
    count = 0
    if level is not None:
        level, count = check_level(level), check_integer(bootstraps, "bootstraps", minimum=1)
    generator = RRandom(check_seed(seed))
    kernel, kernel_name = load("decision_curve")
    grid = Grid.of(request.thresholds, request.tie_rule)
    with one_blas_thread():
        found = [count_data(source, request.outcome, grid, kernel) for source in sources]
        plan = Resamples(request.outcome, count)
        drawn = count_resamples(sources, plan, generator, grid, kernel) if count else None
    columns: dict[str, Any] = _points(grid, found[0][0], found[1][0], harm)
    columns |= _limits(grid, drawn, level, request.outcome.size, harm)
    return NetBenefitDifference(
        thresholds=request.thresholds,
        models=(sources[0].name, sources[1].name),
        **columns,
        level=level,
        tie_rule=request.tie_rule,
        test_harm=harm,
        n=request.outcome.size,
        n_events=int(np.count_nonzero(request.outcome)),
        n_on_threshold=(found[0][1], found[1][1]),
        n_replicates=count,
        n_replicates_used=drawn.n_complete if drawn else 0,
        n_replicates_degenerate=sum(source.degenerate for source in sources),
        random_state=generator.state,
        compat=request.compat,
        kernel=kernel_name,
    )


def _two_sources(request: Request, risks: Any) -> list[GivenRisks | RefittedModel]:
    if not isinstance(risks, Mapping) or len(risks) != 2:
        raise InputError(
            "risks",
            "must name exactly two models",
            hint='Pass {"new": ..., "old": ...} with a vector of risks or a matrix of predictors each.',
        )
    sources: list[GivenRisks | RefittedModel] = []
    for name, values in risks.items():
        if np.ndim(values) == 2:
            sources += check_sources(request, {str(name): values}, None, None)
        else:
            risk = check_probabilities(values, request.outcome.size, f"risks[{name!r}]")
            sources.append(GivenRisks(str(name), request.outcome, risk))
    return sources


def _in_units(gained: int, n: int, t: float, harm: float) -> tuple[float, float]:
    """Difference in net benefit, and in interventions avoided per 100, each rounded once; `gained` as `_gained`."""
    (a, d), (p, q) = t.as_integer_ratio(), harm.as_integer_ratio()
    left = q * gained - p * n * (d - a)
    return math.nan if a == d else left / (q * n * (d - a)), math.nan if a == 0 else _PER * left / (q * n * a)


def _gained(first: Crossings, second: Crossings, thresholds: Floats) -> Iterator[tuple[float, list[int]]]:
    """Each threshold a / d, and d1 (d - a) - d0 a in each resample: whole numbers, so that their order is exact."""
    d1 = np.atleast_2d((first.cases_above - second.cases_above).T).T.tolist()
    d0 = np.atleast_2d((first.controls_above - second.controls_above).T).T.tolist()
    for t, more_cases, more_controls in zip(thresholds.tolist(), d1, d0, strict=True):
        a, d = t.as_integer_ratio()
        yield t, [c1 * (d - a) - c0 * a for c1, c0 in zip(more_cases, more_controls, strict=True)]


def _points(grid: Grid, first: Crossings, second: Crossings, harm: float) -> dict[str, Floats]:
    n = int(first.cases + first.controls)
    values = np.array([_in_units(gained[0], n, t, harm) for t, gained in _gained(first, second, grid.ascending)])
    return dict(zip(_NAMES, values[grid.place].T.copy(), strict=True))


def _limits(grid: Grid, drawn: Resampled | None, level: float | None, n: int, harm: float) -> dict[str, Floats | None]:
    sides = ("lower", "upper")
    if drawn is None or level is None:
        return {f"{name}_{side}": None for name in _NAMES for side in sides}
    kept = np.flatnonzero((drawn.cases > 0) & (drawn.controls > 0)).tolist()
    out = np.full((2, 2, grid.ascending.size), np.nan)
    if kept:
        alpha = 1.0 - level
        ranks = [max(1, math.ceil(len(kept) * p)) - 1 for p in (alpha / 2.0, 1.0 - alpha / 2.0)]
        for i, (t, gained) in enumerate(_gained(drawn.of_source(0), drawn.of_source(1), grid.ascending)):
            ordered = sorted(gained[r] for r in kept)
            for side, rank in enumerate(ranks):
                out[:, side, i] = _in_units(ordered[rank], n, t, harm)
    return {f"{name}_{side}": out[i, j][grid.place] for i, name in enumerate(_NAMES) for j, side in enumerate(sides)}


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """Each given risk against the one before it; the model with all predictors against that without the last one."""
    choices = {
        "thresholds": r_seq(0.0, 1.0, 0.01),
        "level": settings.level,
        "bootstraps": settings.bootstraps,
        "seed": settings.seed,
    }
    names = list(cohort.risks)
    for second, first in itertools.pairwise(names):
        risks = {first: cohort.risks[first], second: cohort.risks[second]}
        yield Case(f"{first} against {second}", {"y_true": cohort.outcome, "risks": risks, **choices})
    if len(cohort.predictors) > 1:
        last = cohort.predictors[-1]
        matrices = {"all predictors": cohort.x, f"without {last}": cohort.x[:, :-1]}
        yield Case(f"with and without {last}", {"y_true": cohort.outcome, "risks": matrices, **choices})


NET_BENEFIT_DIFFERENCE = register(
    Statistic(
        name="net_benefit_difference",
        compute=net_benefit_difference,
        r=None,
        no_r="neither rmda nor dcurves has the difference of two curves with limits; exact fractions stand in for R",
        package="rmda",
        title="Difference in net benefit of two models",
        cases=_cases,
        quantities={f"{name}{suffix}": exact() for name in _NAMES for suffix in ("", "_lower", "_upper")},
        relations=(
            relations.difference_of_two_curves,
            relations.models_exchanged,
            relations.model_against_itself,
            relations.better_model_in_every_resample,
            relations.interventions_are_benefit_in_other_units,
            relations.difference_limits_in_order,
            relations.difference_without_order_of_patients,
        ),
        certified=certified.difference,
        display="validation.displays.net_benefit_bands.DifferenceDisplay",
    )
)
