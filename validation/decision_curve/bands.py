"""Bands that hold a whole decision curve, or the difference of two, at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from validation.checks import Floats, check_choice, check_integer, check_level, check_seed
from validation.cohort import Cohort
from validation.decision_curve.benefit import Scale
from validation.decision_curve.counting import Grid, count_data, count_reference, count_resamples
from validation.decision_curve.measures import Crossings
from validation.decision_curve.request import Request, check_harm, check_request, check_sources
from validation.decision_curve.resampling import Resamples
from validation.decision_curve.sources import GivenRisks, RefittedModel
from validation.errors import InputError, NotEstimable
from validation.exact import net_benefit_bands as certified
from validation.kernels import load
from validation.kernels.threads import one_blas_thread
from validation.r_numerics import r_seq
from validation.r_random import RRandom
from validation.relations import net_benefit_bands as relations
from validation.result import Result
from validation.statistic import Case, Settings, Statistic, closed, exact, register

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from validation.displays.net_benefit_bands import BandsDisplay

__all__ = ["NET_BENEFIT_BANDS", "NetBenefitBands", "net_benefit_bands"]

Integers = npt.NDArray[np.int64]
_REFERENCES = ("none", "all")
_EXACT = ("estimate", "pointwise_lower", "pointwise_upper")
_COLUMNS = (*_EXACT, "standard_error", "lower", "upper")


@dataclass(frozen=True)
class NetBenefitBands(Result):
    """Net benefit of a model over a reference strategy, with pointwise limits and a simultaneous band.

    Parameters
    ----------
    thresholds : array
        Risk thresholds, in the order given.
    model, reference : str
        What is compared: a model with treating none, with treating all, or with a second model.
    estimate : array
        Net benefit of the model less that of the reference and less the harm of the test.
    pointwise_lower, pointwise_upper : array
        Percentile limits, each for its threshold alone.
    standard_error : array
        Standard deviation over the resamples.
    lower, upper : array
        Band that holds the whole curve over these thresholds with about the level.
    critical_value : float
        Half-width of the band in standard errors; at one threshold alone about 1.96 for the level 0.95.
    level : float
    tie_rule : str
    test_harm : float
    n, n_events : int
        Patients and cases.
    n_replicates, n_replicates_used : int
        Bootstrap resamples, and those of them that held cases and controls.
    random_state : array of 626 int32
        State of R's generator after the last draw, in the layout of ``.Random.seed``.
    compat : str
    kernel : str
    """

    thresholds: Floats
    model: str
    reference: str
    estimate: Floats
    pointwise_lower: Floats
    pointwise_upper: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    critical_value: float
    level: float
    tie_rule: str
    test_harm: float
    n: int
    n_events: int
    n_replicates: int
    n_replicates_used: int
    random_state: npt.NDArray[np.int32]
    compat: str
    kernel: str

    def _table(self) -> dict[str, list[Any]]:
        return {"threshold": self.thresholds.tolist()} | {name: getattr(self, name).tolist() for name in _COLUMNS}

    def plot(self, ax: Axes | None = None, **options: Any) -> BandsDisplay:
        """Draw the curve with both bands; see `validation.displays.net_benefit_bands` for the options."""
        from validation.displays.net_benefit_bands import BandsDisplay

        return BandsDisplay(self).plot(ax, **options)


def net_benefit_bands(
    y_true: Any,
    *,
    risks: Mapping[str, Any],
    reference: str = "none",
    thresholds: Any = None,
    level: float = 0.95,
    bootstraps: int = 500,
    seed: int = 1,
    tie_rule: str = "at-or-above",
    test_harm: float = 0.0,
) -> NetBenefitBands:
    """Simultaneous band of a decision curve, or of the difference of two, from one set of resamples.

    Parameters
    ----------
    y_true : array of shape (n,)
        Outcome, 1 for a case and 0 for a control.
    risks : mapping of one or two names to arrays
        A vector of shape (n,) holds given risks; a matrix of shape (n, p) holds the predictors of a logistic model,
        which is refitted in every resample. Of two models the difference of the first minus the second is taken.
    reference : str
        For one model: ``"none"`` for its net benefit, ``"all"`` for what it gains over treating everybody.
    thresholds : array of shape (T,), optional
        Risk thresholds in [0, 1) over which the band is to hold: name those that matter clinically, since a longer
        range costs width. 0, 0.01, ..., 0.99 in R's doubles by default.
    level : float
        Of the band and of the pointwise limits.
    bootstraps : int
        Number of resamples.
    seed : int
        As in R's ``set.seed(seed)``; `validation.decision_curve` draws the same resamples from it.
    tie_rule : str
        ``"at-or-above"``: a risk equal to the threshold is high. ``"strict"``: it is not.
    test_harm : float
        Harm of finding out the risk of the first model beyond what the reference needs, in units of net benefit.

    Returns
    -------
    NetBenefitBands

    Raises
    ------
    InputError
        If an argument cannot be used.
    NotEstimable
        If a model to be refitted has no maximum likelihood estimate, or if all resamples give the same curve.

    Notes
    -----
    With estimate e(t), its value ``e_b(t)`` in resample b and their standard deviation s(t), the band is
    ``e(t) - c s(t), e(t) + c s(t)``, where c is the order statistic number ``ceil(m level)`` of the m values of
    ``max_t |e_b(t) - e(t)| / s(t)`` (sup-t band). Thresholds at which all resamples agree have no part in the
    maximum. Pointwise limits hold each point with the level and the whole curve with less. In 400 simulated
    validations (n = 400, prevalence 0.27, thresholds 0.05 to 0.50, 400 resamples, level 0.95) the band held the whole
    true decision curve in 0.92 of them, pointwise limits in 0.77; the gain over treating all, which few patients
    decide at low thresholds, in 0.86 and 0.59. With n = 2000 (200 validations): 0.96, 0.76, 0.88 and 0.62.

    Bands of refitted models belong to their apparent performance.

    R: none. ``rmda::decision_curve`` has pointwise limits only.

    References
    ----------
    Montiel Olea JL, Plagborg-Moller M. Simultaneous confidence bands: theory, implementation, and an application to
    SVARs. J Appl Econom 2019;34:1-17. doi:10.1002/jae.2656

    Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis, a novel method for evaluating
    diagnostic tests, prediction models and molecular markers. BMC Med Inform Decis Mak 2008;8:53.
    doi:10.1186/1472-6947-8-53

    Examples
    --------
    >>> found = net_benefit_bands(
    ...     [0, 0, 0, 0, 1, 1, 1, 1],
    ...     risks={"new": [0.1, 0.2, 0.1, 0.4, 0.3, 0.6, 0.7, 0.9]},
    ...     reference="all",
    ...     thresholds=[0.25, 0.5],
    ...     bootstraps=200,
    ... )
    >>> found.estimate.round(4).tolist(), found.critical_value > 1.96
    ([0.125, 0.375], True)
    """
    check_choice(reference, "reference", _REFERENCES)
    request = check_request(y_true, _below_one(thresholds), "opt-in", "cohort", None, "logit", tie_rule, None)
    sources = _sources(request, risks, reference)
    level, harm = check_level(level), check_harm(test_harm)
    count = check_integer(bootstraps, "bootstraps", minimum=2)
    generator = RRandom(check_seed(seed))
    kernel, kernel_name = load("decision_curve")
    grid = Grid.of(request.thresholds, request.tie_rule)
    with one_blas_thread():
        counts = [count_data(source, request.outcome, grid, kernel)[0] for source in sources]
        drawn = count_resamples(sources, Resamples(request.outcome, count), generator, grid, kernel)
    kept = np.flatnonzero((drawn.cases > 0) & (drawn.controls > 0))
    gained = _gained(counts[0], counts[1] if len(counts) > 1 else _strategy(reference, grid, counts[0]))
    others = drawn.of_source(1) if len(counts) > 1 else _strategy(reference, grid, drawn.of_source(0))
    replicates = tuple(part[:, kept] for part in _gained(drawn.of_source(0), others))
    columns, critical = _columns(gained, replicates, grid, request, level, harm)
    return NetBenefitBands(
        thresholds=request.thresholds,
        model=sources[0].name,
        reference=sources[1].name if len(sources) > 1 else reference,
        **{name: values[grid.place] for name, values in columns.items()},
        critical_value=critical,
        level=level,
        tie_rule=request.tie_rule,
        test_harm=harm,
        n=request.outcome.size,
        n_events=int(np.count_nonzero(request.outcome)),
        n_replicates=count,
        n_replicates_used=kept.size,
        random_state=generator.state,
        compat=request.compat,
        kernel=kernel_name,
    )


def _below_one(thresholds: Any) -> Any:
    if thresholds is None:
        return r_seq(0.0, 0.99, 0.01)
    if np.size(thresholds) == 0 or (np.asarray(thresholds) == 1.0).any():
        raise InputError("thresholds", "must be below 1, where net benefit does not exist")
    return thresholds


def _sources(request: Request, risks: Any, reference: str) -> list[GivenRisks | RefittedModel]:
    if not isinstance(risks, Mapping) or not 1 <= len(risks) <= 2:
        raise InputError("risks", "must be a mapping of one or two names to risks or predictors")
    if len(risks) == 2 and reference != "none":
        raise InputError("reference", "is the second model where there are two", hint="Leave it out.")
    sources = []
    for name, values in risks.items():
        given = {"x" if np.ndim(values) == 2 else "y_proba": {str(name): values}}
        sources += check_sources(request, given.get("x"), given.get("y_proba"), None)
    return sources


def _strategy(reference: str, grid: Grid, counts: Crossings) -> Crossings:
    return count_reference(reference, grid, np.asarray(counts.cases), np.asarray(counts.controls))


def _gained(one: Crossings, two: Crossings) -> tuple[Integers, Integers]:
    """Cases and controls that the first treats and the second does not, less those the other way round."""
    cases = np.asarray(one.cases_above, dtype=np.int64) - two.cases_above
    return cases, np.asarray(one.controls_above, dtype=np.int64) - two.controls_above


def _columns(
    gained: tuple[Integers, Integers],
    drawn: Sequence[Integers],
    grid: Grid,
    request: Request,
    level: float,
    harm: float,
) -> tuple[dict[str, Floats], float]:
    n, t = request.outcome.size, grid.ascending
    estimate, low, high = np.array(list(_exactly(gained, drawn, t, request, level, harm))).T.copy()
    # in counts of cases, so that differences of whole numbers are exact
    weight = (t / (1.0 - t))[:, None]
    moved = (drawn[0] - gained[0][:, None]) - weight * (drawn[1] - gained[1][:, None])
    error = moved.std(axis=1, ddof=1)
    varying = np.ptp(moved, axis=1) > 0.0
    if moved.shape[1] < 2 or not varying.any():
        raise NotEstimable("resampling", "all resamples give the same curve", hint="Choose other thresholds.")
    largest = np.sort(np.max(np.abs(moved[varying]) / error[varying, None], axis=0))
    critical = float(largest[math.ceil(largest.size * level) - 1])
    half = np.where(varying, critical * error / n, 0.0)
    columns = (estimate, low, high, np.where(varying, error / n, 0.0), estimate - half, estimate + half)
    return dict(zip(_COLUMNS, columns, strict=True)), critical


def _exactly(
    gained: tuple[Integers, Integers], drawn: Sequence[Integers], t: Floats, request: Request, level: float, harm: float
) -> Iterator[tuple[float, float, float]]:
    """Estimate and percentile limits at each ascending threshold, each rounded once."""
    alpha = 1.0 - level
    for k, threshold in enumerate(t.tolist()):
        at = Scale(threshold, request.outcome.size, int(np.count_nonzero(request.outcome)), harm)
        a, d = threshold.as_integer_ratio()
        lines = zip(drawn[0][k].tolist(), drawn[1][k].tolist(), strict=True)
        ordered = sorted(((d - a) * cases - a * controls, cases, controls) for cases, controls in lines)
        chosen = [ordered[max(1, math.ceil(len(ordered) * p)) - 1][1:] for p in (alpha / 2.0, 1.0 - alpha / 2.0)]
        pairs = [(int(gained[0][k]), int(gained[1][k])), *chosen]
        estimate, low, high = (at.benefit(at.weighed(*pair)) for pair in pairs)
        yield estimate, low, high


def _cases(cohort: Cohort, settings: Settings) -> Iterator[Case]:
    """The first given risk over treating all, then over the next risk; the model where no risk is given."""
    choices = {
        "thresholds": r_seq(0.05, 0.6, 0.05),
        "level": settings.level,
        "bootstraps": min(settings.bootstraps, 100),
        "seed": settings.seed,
    }
    named = list(cohort.risks.items())[:2]
    if named:
        risks: dict[str, Any] = dict(named[:1])
        yield Case(f"{named[0][0]} over all", {"y_true": cohort.outcome, "risks": risks, "reference": "all", **choices})
    if len(named) > 1:
        label = f"{named[0][0]} over {named[1][0]}"
        yield Case(label, {"y_true": cohort.outcome, "risks": dict(named), "reference": "none", **choices})


NET_BENEFIT_BANDS = register(
    Statistic(
        name="net_benefit_bands",
        compute=net_benefit_bands,
        r=None,
        no_r="rmda's limits are pointwise; fractions and 50-digit square roots of the same resamples stand in for R",
        package="rmda",
        title="Simultaneous band of the gain in net benefit",
        cases=_cases,
        quantities={
            **dict.fromkeys(_EXACT, exact()),
            **{name: closed() for name in ("standard_error", "lower", "upper")},
            "critical_value": closed("value"),
        },
        relations=(
            relations.estimate_is_that_of_the_curves,
            relations.pointwise_limits_are_those_of_the_curve,
            relations.band_is_no_narrower_over_more_thresholds,
            relations.one_threshold_needs_the_pointwise_value,
            relations.models_exchanged_mirror_the_band,
            relations.harm_moves_the_band,
        ),
        certified=certified.bands,
        display="validation.displays.net_benefit_bands.BandsDisplay",
    )
)
